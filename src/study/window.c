#include "study/window.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stats/rank.h"

static const char *const mode_names[] = {
    [MODE_FIXED] = "fixed", [MODE_STEADY] = "steady", [MODE_CYCLE] = "cycle"};
enum { MODE_COUNT = sizeof mode_names / sizeof *mode_names };

bool run_mode_parse(const char *text, enum run_mode *mode, struct error *error) {
    for (int i = 0; i < MODE_COUNT; i++)
        if (strcmp(text, mode_names[i]) == 0) {
            *mode = (enum run_mode)i;
            return true;
        }
    error_usage(error, "\"%s\" is no mode", text);
    return error_hint(error, "fixed, steady or cycle");
}

const char *run_mode_name(enum run_mode mode) {
    return mode_names[mode];
}

/* Means of the earlier and the later half; an odd one in the middle belongs to neither. */
struct halves {
    double rows[2], wal[2];
    bool wal_known;
};

static struct halves halve(const struct window_interval *intervals, size_t count) {
    struct halves halves = {.wal_known = true};
    size_t half = count / 2;
    for (size_t i = 0; i < half; i++) {
        const struct window_interval *pair[] = {&intervals[i], &intervals[count - half + i]};
        for (int k = 0; k < 2; k++) {
            halves.rows[k] += pair[k]->rows_per_s / (double)half;
            halves.wal[k] += pair[k]->wal_per_commit / (double)half;
            halves.wal_known &= is_known(pair[k]->wal_per_commit);
        }
    }
    return halves;
}

/* Of a to b, as a share of a; 0 to 0 is no change. */
static bool changed(const double pair[2], double share) {
    return fabs(pair[1] - pair[0]) > share * pair[0];
}

bool window_settled(const struct window_interval *intervals) {
    struct halves halves = halve(intervals, WINDOW_SETTLE_INTERVALS);
    return halves.rows[0] > 0 && !changed(halves.rows, WINDOW_SETTLE_SHARE) &&
           !(halves.wal_known && changed(halves.wal, WINDOW_SETTLE_SHARE));
}

enum steadiness window_judge(const struct window_interval *intervals, size_t count, char *why,
                             size_t why_size) {
    *why = '\0';
    if (count < 3)
        return STEADY_UNKNOWN;
    struct halves halves = halve(intervals, count);
    char from[32], to[32];
    if (changed(halves.rows, WINDOW_STEADY_SHARE)) {
        snprintf(why, why_size, "rows/s %s from %s to %s between its halves",
                 halves.rows[1] > halves.rows[0] ? "rose" : "fell",
                 units_show_count(from, sizeof from, halves.rows[0]),
                 units_show_count(to, sizeof to, halves.rows[1]));
        return NOT_STEADY;
    }
    if (halves.wal_known && changed(halves.wal, WINDOW_STEADY_SHARE)) {
        snprintf(why, why_size, "WAL bytes a commit %s from %s to %s between its halves",
                 halves.wal[1] > halves.wal[0] ? "rose" : "fell",
                 units_show_count(from, sizeof from, halves.wal[0]),
                 units_show_count(to, sizeof to, halves.wal[1]));
        return NOT_STEADY;
    }
    double *rates = MEM_ARRAY(double, count);
    for (size_t i = 0; i < count; i++)
        rates[i] = intervals[i].rows_per_s;
    double median = rank_median(rates, count), least = rank_min(rates, count);
    free(rates);
    if (least >= median / 2)
        return STEADY;
    snprintf(why, why_size, "one interval had %s rows/s, the median was %s",
             units_show_count(from, sizeof from, least), units_show_count(to, sizeof to, median));
    return NOT_STEADY;
}

/* The intervals from first to before end that lie wholly in the window. */
static void inside(const struct result_round *round, size_t *first, size_t *end) {
    double from_s = round->window_at_s - 1e-6, to_s = from_s + round->seconds + 2e-6;
    *first = *end = 0;
    for (size_t i = 0; i < round->interval_count; i++) {
        const struct load_interval *interval = &round->intervals[i];
        bool whole = interval->length_s > 0.999 * round->intervals[0].length_s;
        if (interval->t_s < from_s)
            *first = i + 1;
        else if (whole && interval->t_s + interval->length_s <= to_s)
            *end = i + 1;
    }
    if (*end < *first)
        *end = *first;
}

void window_judge_round(struct result_round *round, enum run_mode mode) {
    round->steadiness = STEADY_UNKNOWN;
    round->checkpoints = UNKNOWN;
    *round->unsteady = '\0';
    if (!is_known(round->window_at_s) || round->seconds <= 0)
        return;
    if (round->waits && round->waits->checkpoints_done >= 0)
        round->checkpoints = (double)round->waits->checkpoints_done;
    if (mode == MODE_CYCLE)
        return;
    size_t first, end;
    inside(round, &first, &end);
    struct window_interval *intervals = MEM_ARRAY(struct window_interval, end - first + 1);
    const struct observation *waits = round->waits;
    for (size_t i = first; i < end; i++) {
        const struct load_interval *interval = &round->intervals[i];
        bool wal = waits && i < waits->series_count && interval->commits > 0;
        intervals[i - first] = (struct window_interval){
            .rows_per_s = (double)interval->rows / interval->length_s,
            .wal_per_commit = wal && is_known(waits->series[i].wal_bytes)
                                  ? waits->series[i].wal_bytes / (double)interval->commits
                                  : UNKNOWN};
    }
    round->steadiness =
        window_judge(intervals, end - first, round->unsteady, sizeof round->unsteady);
    free(intervals);
    bool began = waits && waits->checkpoints_begun > 0;
    if (began || round->checkpoints > 0) {
        round->steadiness = NOT_STEADY;
        snprintf(round->unsteady, sizeof round->unsteady,
                 "a checkpoint %s in it (--mode cycle measures whole ones)",
                 began ? "began" : "ended");
    }
}
