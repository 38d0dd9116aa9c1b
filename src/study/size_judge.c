/* Whether a rate holds the SLOs: by what was done of it, by the queue, and by each SLO over all
 * windows and in each. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load/tally.h"
#include "result/metric.h"
#include "result/total.h"
#include "stats/rank.h"
#include "stats/tail.h"
#include "study/size_internal.h"
#include "study/size_view.h"

#define WINDOWS_MAX 10
/* A window with fewer responses than this part of what makes a quantile certain says little of it:
 * of a p99 one response in a hundred, which is one alone. */
#define WINDOW_SAMPLES_SHARE 0.2

/* The lag grows if what waits more at the end than at the beginning is more than SIZE_DONE_MIN
 * allows to be missing, and more than chance makes of a queue without a trend: with n arrivals at
 * random and as many services whose times vary as much, its length is a random walk whose standard
 * deviation is sqrt(2 n). */
#define LAG_CHANCE 2.0
#define LAG_INTERVALS_MIN 5

#define DONE_CHANCE 0.5

struct judged {
    const struct result *result;
    const struct result_cell *cell;
    size_t first_stage;
    struct size_view view;
    double asked, done; /* done: with those whose error an SLO judges */
    uint64_t abandoned;
    struct arena *arena;
    struct size_probe *out;
};

static double share_of(double above, double below) {
    return below > 0 ? above / below : UNKNOWN;
}

/* The first reason stays, but what fails weighs more than what is not sure. */
static void decide(struct judged *judged, enum size_verdict verdict, const char *why) {
    struct size_probe *out = judged->out;
    if (out->verdict == SIZE_FAILS || (out->verdict == SIZE_UNSURE && verdict != SIZE_FAILS))
        return;
    out->verdict = verdict;
    out->why = why;
}

/* ---- what was done ---- */

/* Whether arrivals can be missing that were on connections at the end, and will be done: so many
 * connections there are. Or of so few arrivals that those who came last wait by chance, as in any
 * queue: half of the standard deviation of their number, below 2,500 of them more than a hundredth.
 * The lag tells whether that grows. */
static bool in_flight(const struct judged *judged) {
    double missing = judged->asked - judged->done;
    return missing <= fmax((double)judged->cell->pool, DONE_CHANCE * sqrt(judged->asked));
}

/* Transactions that were answered with an error, where an SLO says how many may be. */
static double excused(const struct judged *judged) {
    const struct workload *load = judged->result->load;
    struct load_tally done;
    double failed = 0;
    for (size_t i = 0; i < load->threshold_count && failed <= 0; i++) {
        if (load->thresholds[i].metric != METRIC_ERRORS)
            continue;
        result_tally(&judged->view.result, &judged->view.cell, SIZE_MAX, SIZE_MAX, &done);
        failed = (double)done.failed;
        load_tally_release(&done);
    }
    return failed;
}

static void judge_done(struct judged *judged) {
    struct result_demand demand;
    char asked[40], count[40];
    result_demand(&judged->view.result, &judged->view.cell, SIZE_MAX, &demand);
    judged->asked = (double)(demand.asked.asked - demand.asked.rejected);
    judged->out->achieved = share_of((double)demand.committed, judged->asked);
    judged->done = (double)demand.committed + excused(judged);
    judged->abandoned = judged->view.round.abandoned;
    if (judged->abandoned > 0)
        decide(judged, SIZE_FAILS,
               arena_printf(
                   judged->arena, "%s did not end within 10 s after the end and %s given up",
                   units_show_things(count, sizeof count, (double)judged->abandoned, "commit"),
                   judged->abandoned == 1 ? "was" : "were"));
    if (!is_known(judged->out->achieved))
        decide(judged, SIZE_UNSURE, "no transaction was asked for");
    else if (judged->done < SIZE_DONE_MIN * judged->asked && !in_flight(judged))
        decide(judged, SIZE_FAILS,
               arena_printf(judged->arena,
                            "%.1f %% of the %s that were asked for were done, less than %.0f %%",
                            /* Down: 98.97 % is no 99 %. */
                            floor(share_of(judged->done, judged->asked) * 1000) / 10,
                            units_show_things(asked, sizeof asked, judged->asked, "transaction"),
                            SIZE_DONE_MIN * 100));
}

/* ---- the queue ---- */

/* From the beginning of the windows to their end: the line through the intervals' medians of
 * response, which a queue makes longer by what it grows. A few hiccups don't turn it. */
static double lag_growth(const struct judged *judged) {
    const struct result_round *round = &judged->view.round;
    double *at = MEM_ARRAY(double, round->interval_count + 1);
    double *response = MEM_ARRAY(double, round->interval_count + 1);
    double growth = NAN;
    size_t count = 0;
    for (size_t i = 0; i < round->interval_count; i++) {
        const struct load_interval *interval = &round->intervals[i];
        if (!size_view_has(&judged->view, interval) || interval->p50_ns == 0)
            continue;
        at[count] = interval->t_s + interval->length_s / 2;
        response[count++] = (double)interval->p50_ns / 1e9;
    }
    if (count >= LAG_INTERVALS_MIN)
        growth = rank_theil_sen(at, response, count).slope * round->seconds;
    free(at);
    free(response);
    return growth;
}

static void judge_lag(struct judged *judged) {
    double growth = lag_growth(judged), seconds = judged->view.round.seconds;
    char grown[32], window[32];
    judged->out->lag_growth_s = isnan(growth) ? UNKNOWN : fmax(growth, 0);
    if (judged->asked <= 0)
        return;
    if (isnan(growth)) {
        decide(judged, SIZE_UNSURE, "too short to tell whether the queue grows");
        return;
    }
    double most = fmax((1 - SIZE_DONE_MIN) * judged->asked, sqrt(LAG_CHANCE * judged->asked));
    if (growth * judged->asked / seconds > most)
        decide(judged, SIZE_FAILS,
               arena_printf(judged->arena, "the queue grew: responses took %s more after %s",
                            units_show_duration(grown, sizeof grown, (uint64_t)(growth * 1e9)),
                            units_show_duration(window, sizeof window, (uint64_t)(seconds * 1e9))));
}

/* ---- SLOs ---- */

/* "p99(response)" of "p99(response) < 50ms". */
static int name_length(const struct threshold *threshold) {
    size_t length = strcspn(threshold->text, "<>=!");
    while (length > 0 && threshold->text[length - 1] == ' ')
        length--;
    return (int)length;
}

/* What is wrong about a value that does not hold. */
static const char *wrong_word(const struct threshold *threshold, double value) {
    if (value > threshold->value)
        return "more than";
    return value < threshold->value ? "less than" : "exactly";
}

static const char *why_failed(const struct judged *judged, const struct threshold *threshold,
                              double value, const char *where) {
    char shown[64], limit[64];
    return arena_printf(judged->arena, "%.*s was %s, %s %s%s", name_length(threshold),
                        threshold->text, threshold_show(threshold, value, shown, sizeof shown),
                        wrong_word(threshold, value),
                        threshold_show(threshold, threshold->value, limit, sizeof limit), where);
}

/* A quantile that is to be below a limit is judged by its tail. */
static bool by_tail(const struct threshold *threshold) {
    return threshold->metric == METRIC_QUANTILE && threshold->unit == METRIC_NS &&
           (threshold->compare == BELOW || threshold->compare == AT_MOST);
}

static void count_misses(const struct judged *judged, struct size_slo *slo) {
    struct load_tally done;
    const struct threshold *threshold = slo->threshold;
    result_tally(&judged->view.result, &judged->view.cell, SIZE_MAX, threshold->step, &done);
    const struct histogram *latency = done.latency[threshold->latency];
    if (latency) {
        slo->samples = latency->count;
        slo->misses = histogram_above(latency, (uint64_t)threshold->value);
    }
    load_tally_release(&done);
}

static void judge_whole(struct judged *judged, struct size_slo *slo) {
    const struct threshold *threshold = slo->threshold;
    char number[40];
    slo->value = metric_value(&judged->view.result, &judged->view.cell, threshold);
    if (threshold->metric == METRIC_QUANTILE)
        count_misses(judged, slo);
    if (isnan(slo->value)) {
        slo->verdict = SIZE_UNSURE;
        decide(judged, SIZE_UNSURE,
               arena_printf(judged->arena, "%.*s is not known", name_length(threshold),
                            threshold->text));
    } else if (!threshold_holds(threshold, slo->value)) {
        slo->verdict = SIZE_FAILS;
        decide(judged, SIZE_FAILS, why_failed(judged, threshold, slo->value, ""));
    } else if (by_tail(threshold) &&
               tail_judge(slo->misses, slo->samples, threshold->quantile) != TAIL_HOLDS) {
        slo->verdict = SIZE_UNSURE;
        decide(
            judged, SIZE_UNSURE,
            arena_printf(judged->arena,
                         "%s with %" PRIu64 " beyond the limit are too few to be %.0f %% "
                         "certain of %s",
                         units_show_things(number, sizeof number, (double)slo->samples, "response"),
                         slo->misses, TAIL_CONFIDENCE * 100, threshold->text));
    }
}

/* Of one window: enough of a quantile's responses, and of a share of what was asked for so many
 * that a single one is not too many already. */
static bool can_be_told(const struct judged *judged, size_t stage,
                        const struct threshold *threshold) {
    const struct result *result = judged->result;
    struct load_tally done;
    struct load_asked asked;
    if (!metrics[threshold->metric].by_stage)
        return false;
    result_tally(result, judged->cell, stage, threshold->step, &done);
    load_asked_sum(judged->cell->asked, result->stage_count, stage, &asked);
    const struct histogram *latency = done.latency[threshold->latency];
    double responses = latency ? (double)latency->count : 0;
    load_tally_release(&done);
    if (threshold->metric == METRIC_QUANTILE)
        return responses >= (double)tail_needed(threshold->quantile) * WINDOW_SAMPLES_SHARE;
    return threshold->unit != METRIC_SHARE || threshold->value <= 0 ||
           threshold->compare > AT_MOST || (double)asked.asked * threshold->value >= 1;
}

static bool is_worse(const struct threshold *threshold, double value, double worst) {
    if (isnan(worst))
        return true;
    return threshold->compare == ABOVE || threshold->compare == AT_LEAST ? value < worst
                                                                         : value > worst;
}

static void judge_windows(struct judged *judged, struct size_slo *slo) {
    struct threshold of_window = *slo->threshold;
    size_t worst = 0;
    char where[64];
    slo->worst = NAN;
    for (size_t i = 0; i < judged->out->windows; i++) {
        of_window.stage = judged->first_stage + i;
        if (!can_be_told(judged, of_window.stage, slo->threshold))
            continue;
        double value = metric_value(judged->result, judged->cell, &of_window);
        if (isnan(value) || !is_worse(slo->threshold, value, slo->worst))
            continue;
        slo->worst = value;
        worst = i;
    }
    if (isnan(slo->worst) || threshold_holds(slo->threshold, slo->worst))
        return;
    slo->verdict = SIZE_FAILS;
    snprintf(where, sizeof where, ", in window %zu of %zu", worst + 1, judged->out->windows);
    decide(judged, SIZE_FAILS, why_failed(judged, slo->threshold, slo->worst, where));
}

static void judge_slos(struct judged *judged, const struct workload *load) {
    for (size_t i = 0; i < load->threshold_count; i++) {
        struct size_slo *slo = &judged->out->slos[i];
        judge_whole(judged, slo);
        if (judged->out->windows > 1)
            judge_windows(judged, slo);
        else
            slo->worst = slo->value;
    }
}

void size_judge(const struct result *result, const struct result_cell *cell, size_t first_stage,
                struct arena *arena, struct size_probe *out) {
    struct judged judged = {
        .result = result, .cell = cell, .first_stage = first_stage, .arena = arena, .out = out};
    const struct workload *load = result->load;
    out->slos = ARENA_ARRAY(arena, struct size_slo, load->threshold_count + 1);
    for (size_t i = 0; i < load->threshold_count; i++)
        out->slos[i] = (struct size_slo){
            .threshold = &load->thresholds[i], .value = NAN, .worst = NAN, .verdict = SIZE_UNSURE};
    out->windows = result->stage_count - first_stage;
    out->achieved = out->lag_growth_s = UNKNOWN;
    out->verdict = SIZE_HOLDS;
    out->why = NULL;
    if (!size_view_init(&judged.view, result, cell, first_stage)) {
        decide(&judged, SIZE_UNSURE, "nothing was measured");
        return;
    }
    for (size_t i = 0; i < load->threshold_count; i++)
        out->slos[i].verdict = SIZE_HOLDS;
    judge_done(&judged);
    judge_lag(&judged);
    judge_slos(&judged, load);
}

/* ---- how many windows ---- */

/* Responses without which a window can't be judged by an SLO; 0: any are enough. A quantile takes
 * so many that few misses, which it allows, are not too many by chance. */
static double needed_in_window(const struct threshold *slo) {
    if (slo->metric == METRIC_QUANTILE)
        return (double)tail_needed(slo->quantile);
    bool small = slo->unit == METRIC_SHARE && slo->compare <= AT_MOST && slo->value > 0 &&
                 metrics[slo->metric].by_stage && slo->metric != METRIC_DRIFT;
    return small ? 1 / slo->value : 0;
}

size_t size_windows(const struct threshold *slos, size_t count, double responses) {
    double needed = 1;
    for (size_t i = 0; i < count; i++)
        needed = fmax(needed, needed_in_window(&slos[i]));
    double windows = floor(responses / needed);
    return windows >= WINDOWS_MAX ? WINDOWS_MAX : windows >= 1 ? (size_t)windows : 1;
}

double size_responses_needed(const struct threshold *slos, size_t count) {
    double needed = 0;
    for (size_t i = 0; i < count; i++)
        if (slos[i].metric == METRIC_QUANTILE)
            needed = fmax(needed, (double)tail_needed(slos[i].quantile));
    return needed;
}
