/* What the measured rounds say of the need. */
#include <math.h>

#include "study/size_internal.h"

#define DAY_S 86400.0

/* The soak that saw most checkpoints, of these the last one: what they write does not depend on
 * whether the SLOs held. NULL: none saw any. */
static const struct size_probe *soak_of_checkpoints(const struct size_result *result) {
    const struct size_probe *soak = NULL;
    for (size_t i = 0; i < result->probe_count; i++) {
        const struct size_probe *probe = &result->probes[i];
        if (probe->soak && probe->point.checkpoints > 0 &&
            (!soak || probe->point.checkpoints >= soak->point.checkpoints))
            soak = probe;
    }
    return soak;
}

/* The round that is nearest to the planned rate among those that held. A rate above the capacity
 * that held once did not when it was looked at again. */
static const struct size_probe *nearest(const struct size_result *result, double rate) {
    const struct size_probe *best = NULL;
    for (size_t i = 0; i < result->probe_count; i++) {
        const struct size_probe *probe = &result->probes[i];
        bool above = is_known(result->capacity_per_s) &&
                     probe->point.rate_per_s > result->capacity_per_s * (1 + 1e-9);
        if (probe->verdict == SIZE_FAILS || above)
            continue;
        if (!best ||
            fabs(log(probe->point.rate_per_s / rate)) < fabs(log(best->point.rate_per_s / rate)))
            best = probe;
    }
    return best;
}

const char *size_rate_text(const struct size_result *result, double per_s, struct arena *arena) {
    char number[32];
    bool rows = !result->mix && result->rows_per_commit > 0;
    units_show_count(number, sizeof number, rows ? per_s * result->rows_per_commit : per_s);
    return arena_printf(arena, "%s %s/s", number, rows ? "rows" : "transactions");
}

static const char *with_cause(const struct size_result *result, const char *sentence,
                              struct arena *arena) {
    const struct size_cause *cause = &result->capacity_cause;
    return cause->limit == SIZE_LIMIT_UNKNOWN || !cause->evidence
               ? sentence
               : arena_printf(arena, "%s; what runs out first: %s", sentence, cause->evidence);
}

/* Whether a rate up to the needed one, above what held, has failed. One that was only too short to
 * tell is taken as not holding by the search; of the need it says nothing. */
static bool has_failed(const struct size_result *result, double needed) {
    for (size_t i = 0; i < result->probe_count; i++) {
        const struct size_probe *probe = &result->probes[i];
        double rate = probe->point.rate_per_s;
        bool held = is_known(result->capacity_per_s) && rate <= result->capacity_per_s;
        if (probe->verdict == SIZE_FAILS && rate <= needed && !held)
            return true;
    }
    return false;
}

/* The need is above what held, and not known to be too much. */
static const char *why_undecided(const struct size_result *result, const char *wanted,
                                 struct arena *arena) {
    if (!is_known(result->capacity_per_s))
        return "no rate was found to hold the SLO in the time there was";
    const char *held = size_rate_text(result, result->capacity_per_s, arena);
    if (!is_known(result->high_per_s))
        return arena_printf(arena,
                            "%s are needed at the peak: more than the most that held (%s), less "
                            "than what is known not to hold",
                            wanted, held);
    const char *high = size_rate_text(result, result->high_per_s, arena);
    if (result->needed_per_s >= result->high_per_s)
        return arena_printf(arena,
                            "%s are needed at the peak: more than the most that held (%s), and "
                            "what was measured above, from %s on, was too short to be certain",
                            wanted, held, high);
    return arena_printf(arena,
                        "%s are needed at the peak: more than the most that held (%s), less than "
                        "what is known not to hold (%s)",
                        wanted, held, high);
}

static void judge_fit(struct size_result *result, struct arena *arena) {
    double needed = result->needed_per_s;
    const char *wanted;
    result->fits = SIZE_UNDECIDED;
    if (!is_known(result->need_per_s)) {
        result->fits = SIZE_NO_NEED;
        return;
    }
    if (!is_known(needed)) {
        result->short_of = "how many rows a commit has is not known";
        return;
    }
    wanted = size_rate_text(result, needed, arena);
    if (is_known(result->capacity_per_s) && result->capacity_per_s > 0)
        result->headroom = result->capacity_per_s / needed;
    bool held_there = result->at_need && result->at_need->verdict == SIZE_HOLDS;
    if (held_there || (is_known(result->capacity_per_s) && needed <= result->capacity_per_s)) {
        bool held = !result->at_need || result->at_need->verdict != SIZE_FAILS;
        result->fits = held ? SIZE_FITS : SIZE_UNDECIDED;
        if (!held)
            result->short_of =
                arena_printf(arena, "higher rates held, but at the needed one itself %s",
                             result->at_need->why ? result->at_need->why : "the SLO did not hold");
    } else if (is_known(result->high_per_s) && needed >= result->high_per_s &&
               has_failed(result, needed)) {
        result->fits = SIZE_SHORT;
        const char *sentence =
            is_known(result->capacity_per_s)
                ? arena_printf(arena, "%s are needed at the peak, and %s is the most that held",
                               wanted, size_rate_text(result, result->capacity_per_s, arena))
                : arena_printf(arena, "%s are needed at the peak, and not even %s held", wanted,
                               size_rate_text(result, result->high_per_s, arena));
        result->short_of = with_cause(result, sentence, arena);
    } else {
        result->short_of = why_undecided(result, wanted, arena);
    }
}

static double times(double a, double b) {
    return is_known(a) && is_known(b) ? a * b : UNKNOWN;
}

/* Figures a row are of a million rows; of a mix of a million transactions. */
static double cpu_per_million(const struct size_result *result, const struct size_point *point,
                              double us_per_row) {
    if (!result->mix)
        return us_per_row;
    return point->commits_per_s > 0 ? times(us_per_row, point->rows_per_s / point->commits_per_s)
                                    : UNKNOWN;
}

static double rows_of(const struct size_point *point) {
    return is_known(point->heap_bytes_per_row) && is_known(point->index_bytes_per_row)
               ? times(point->rows_per_s, point->seconds)
               : UNKNOWN;
}

/* The round at an open loop's rate that wrote most rows. The first pages of a table and of its
 * indexes are nearly empty: of a few hundred rows they make several times the bytes of many. */
static const struct size_point *largest(const struct size_result *result,
                                        const struct size_point *first) {
    const struct size_point *most = first;
    for (size_t i = 0; i < result->probe_count; i++)
        if (rows_of(&result->probes[i].point) > rows_of(most))
            most = &result->probes[i].point;
    return most;
}

/* Fewer commits share a flush where fewer come: scaled down it is at most as many as there were,
 * and one a commit. */
static double flushes_at(const struct size_result *result, const struct size_point *point,
                         double rate) {
    double scaled = times(point->flushes_per_s, rate / point->commits_per_s);
    return is_known(scaled) && !result->at_need && rate < point->commits_per_s
               ? fmax(scaled, fmin(rate, point->flushes_per_s))
               : scaled;
}

/* Growth is of what is there every day; of the WAL what it was across checkpoints, where that is
 * known, since after each of them whole pages are written. */
static void fill_growth(const struct size_result *result, const struct size_point *point,
                        struct size_requirements *out) {
    const struct size_probe *soak = soak_of_checkpoints(result);
    double day_rows = times(out->average_rows_per_s, DAY_S);
    double wal_per_row = soak && is_known(soak->point.wal_bytes_per_row)
                             ? soak->point.wal_bytes_per_row
                             : point->wal_bytes_per_row;
    const struct size_point *table = largest(result, point);
    out->heap_bytes_per_day = times(table->heap_bytes_per_row, day_rows);
    out->index_bytes_per_day = times(table->index_bytes_per_row, day_rows);
    out->wal_bytes_per_day = times(wal_per_row, day_rows);
}

static void fill_requirements(struct size_result *result) {
    struct size_requirements *out = &result->requirements;
    double rate = size_planned(result);
    const struct size_probe *probe = result->at_need  ? result->at_need
                                     : is_known(rate) ? nearest(result, rate)
                                                      : NULL;
    const struct size_probe *soak = soak_of_checkpoints(result);
    if (!probe || !is_known(rate))
        return;
    const struct size_point *point = &probe->point;
    /* Of what was done: as many arrivals as the rate says are there by chance alone. */
    double scale = point->commits_per_s > 0 ? rate / point->commits_per_s : UNKNOWN;
    double rows_per_commit =
        point->commits_per_s > 0 ? point->rows_per_s / point->commits_per_s : UNKNOWN;
    bool rows_needed = is_known(result->need_per_s) && !result->mix;
    *out = (struct size_requirements){
        .known = true,
        .rate_per_s = rate,
        .rows_per_s = times(rate, rows_per_commit),
        .measured = result->at_need != NULL,
        .from_rate_per_s = point->rate_per_s,
        .wal_bytes_per_s = times(point->wal_bytes_per_s, scale),
        .flushes_per_s = is_known(scale) ? flushes_at(result, point, rate) : UNKNOWN,
        .checkpoint_bytes_per_s =
            soak && soak->point.commits_per_s > 0
                ? times(soak->point.checkpoint_bytes_per_s, rate / soak->point.commits_per_s)
                : UNKNOWN,
        .average_rows_per_s = rows_needed ? result->need_per_s
                              : is_known(result->need_per_s)
                                  ? times(result->need_per_s, rows_per_commit)
                                  : times(rate, rows_per_commit),
        .connections = result->pool,
        .server_cpu_s_per_million = cpu_per_million(result, point, point->server_cpu_us_per_row),
        .client_cpu_s_per_million = cpu_per_million(result, point, point->client_cpu_us_per_row),
        .cpus_busy = times(times(point->cpu_share, (double)result->block->cpus), scale),
        .memory_bytes = point->memory_bytes,
    };
    fill_growth(result, point, out);
}

void size_answer(struct size_result *result, struct arena *arena) {
    result->headroom = UNKNOWN;
    result->needed_per_s = is_known(result->need_per_s) ? size_planned(result) : UNKNOWN;
    result->short_of = NULL;
    judge_fit(result, arena);
    fill_requirements(result);
}
