#include "result/metric_series.h"

#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "stats/rank.h"

#define DRIFT_INTERVALS_MIN 10
#define RECOVERED_WITHIN 1.2
/* Of an interval: what the window's and the stages' edges, which are moments of real time, may be
 * off the intervals'. */
#define EDGE 0.05
/* Looks at the server fail just when it does not keep up: a figure that holds rests on no fewer of
 * those that there should be. One may always be missing, that of the window's end. */
#define LOOKS_KNOWN_MIN 0.8

/* Seconds since go. */
struct span {
    double from, to;
};

/* Of the window, or of one stage in it. */
static bool find_span(const struct result_round *round, size_t stage, struct span *span) {
    if (round->seconds <= 0 || !is_known(round->window_at_s))
        return false;
    *span = (struct span){round->window_at_s, round->window_at_s + round->seconds};
    if (stage == THRESHOLD_ALL)
        return true;
    if (!round->load.stage_seconds || stage >= round->load.stage_count)
        return false;
    for (size_t i = 0; i < stage; i++)
        span->from += round->load.stage_seconds[i];
    span->to = span->from + round->load.stage_seconds[stage];
    return true;
}

static bool lies_in(const struct span *span, double from_s, double length_s) {
    double edge = EDGE * length_s;
    return from_s >= span->from - edge && from_s + length_s <= span->to + edge;
}

/* The last one of a run is shorter: too few commits for a percentile, and none for a rate. */
static bool is_whole(const struct result_round *round, size_t number) {
    return round->intervals[number].length_s >= (1 - EDGE) * round->intervals[0].length_s;
}

/* The worse of the rounds; unknown in one of them is unknown, but where the others decide. */
struct worst {
    double value;
    bool known, unknown;
};
static void worst_add(struct worst *worst, double value) {
    if (isnan(value)) {
        worst->unknown = true;
    } else if (!worst->known || value > worst->value) {
        worst->value = value;
        worst->known = true;
    }
}
static double worst_value(const struct worst *worst, const struct threshold *threshold) {
    bool open = worst->unknown && threshold_holds(threshold, worst->value);
    return worst->known && !open ? worst->value : NAN;
}

static bool looks_suffice(size_t known, size_t all) {
    return known + 1 >= all || (double)known >= LOOKS_KNOWN_MIN * (double)all;
}

/* Values of a gauge, and of how many intervals they are. */
struct gauged {
    double sum, min, max;
    size_t known, all;
};

static void add_gauged(const struct result_round *round, const struct span *span, size_t gauge,
                       struct gauged *to) {
    for (size_t i = 0; i < round->interval_count; i++) {
        const struct load_interval *interval = &round->intervals[i];
        if (!is_whole(round, i) || !lies_in(span, interval->t_s, interval->length_s))
            continue;
        to->all++;
        if (i >= round->sample_count || !round->samples[i].gauges ||
            !is_known(round->samples[i].gauges[gauge]))
            continue;
        double value = round->samples[i].gauges[gauge];
        to->sum += value;
        to->min = fmin(to->min, value);
        to->max = fmax(to->max, value);
        to->known++;
    }
}

double metric_gauge(const struct result_cell *cell, const struct threshold *threshold) {
    struct gauged gauged = {.min = INFINITY, .max = -INFINITY};
    for (size_t i = 0; i < cell->round_count; i++) {
        struct span span;
        if (find_span(&cell->rounds[i], threshold->stage, &span))
            add_gauged(&cell->rounds[i], &span, threshold->gauge, &gauged);
    }
    if (gauged.known == 0)
        return NAN;
    double value = threshold->metric == METRIC_AVG   ? gauged.sum / (double)gauged.known
                   : threshold->metric == METRIC_MIN ? gauged.min
                                                     : gauged.max;
    return looks_suffice(gauged.known, gauged.all) || !threshold_holds(threshold, value) ? value
                                                                                         : NAN;
}

static double from_sample(const struct result_round *round, size_t number,
                          const struct threshold *threshold) {
    if (number >= round->sample_count)
        return UNKNOWN;
    const struct gauge_sample *sample = &round->samples[number];
    switch (threshold->drift) {
    case DRIFT_MEMORY:
        return sample->memory_bytes;
    case DRIFT_BLOAT:
        return is_known(sample->table_bytes) && sample->live_rows > 0
                   ? sample->table_bytes / sample->live_rows
                   : UNKNOWN;
    default:
        return sample->gauges ? sample->gauges[threshold->gauge] : UNKNOWN;
    }
}

/* What drifts, in one interval; UNKNOWN if it is not known. */
static double drifting(const struct result_round *round, size_t number,
                       const struct threshold *threshold) {
    const struct load_interval *interval = &round->intervals[number];
    switch (threshold->drift) {
    case DRIFT_ROWS_PER_S:
        return (double)interval->rows / interval->length_s;
    case DRIFT_COMMITS_PER_S:
        return (double)interval->commits / interval->length_s;
    case DRIFT_P50:
        return interval->p50_ns ? (double)interval->p50_ns : UNKNOWN;
    case DRIFT_P99:
        return interval->p99_ns ? (double)interval->p99_ns : UNKNOWN;
    default:
        return from_sample(round, number, threshold);
    }
}

/* From the beginning to the end of what the points are of. */
static double line_change(const double *x, const double *y, size_t count, const struct span *span) {
    struct rank_line line = rank_theil_sen(x, y, count);
    double change = line.slope * (span->to - span->from);
    double base = line.at_0 + line.slope * span->from;
    if (change == 0)
        return 0;
    if (base <= 0)
        base = rank_median(y, count);
    return base > 0 ? change / base : NAN;
}

static double round_drift(const struct result_round *round, const struct threshold *threshold) {
    struct span span;
    if (!find_span(round, threshold->stage, &span))
        return NAN;
    double *x = MEM_ARRAY(double, round->interval_count + 1);
    double *y = MEM_ARRAY(double, round->interval_count + 1);
    size_t count = 0, all = 0;
    for (size_t i = 0; i < round->interval_count; i++) {
        const struct load_interval *interval = &round->intervals[i];
        if (!is_whole(round, i) || !lies_in(&span, interval->t_s, interval->length_s))
            continue;
        all++;
        double value = drifting(round, i, threshold);
        if (!is_known(value))
            continue;
        x[count] = interval->t_s + interval->length_s / 2;
        y[count++] = value;
    }
    /* Under a low rate many an interval has no commit, and no percentile: that is no gap. */
    bool by_looks = threshold->drift == DRIFT_MEMORY || threshold->drift == DRIFT_BLOAT ||
                    threshold->drift == DRIFT_GAUGE;
    bool enough = count >= DRIFT_INTERVALS_MIN && (!by_looks || looks_suffice(count, all));
    double change = enough ? line_change(x, y, count, &span) : NAN;
    free(x);
    free(y);
    bool less_is_worse =
        threshold->drift == DRIFT_ROWS_PER_S || threshold->drift == DRIFT_COMMITS_PER_S;
    return less_is_worse ? 0 - change : change;
}

double metric_drift(const struct result_cell *cell, const struct threshold *threshold) {
    struct worst worst = {0};
    for (size_t i = 0; i < cell->round_count; i++)
        if (cell->rounds[i].seconds > 0)
            worst_add(&worst, round_drift(&cell->rounds[i], threshold));
    return worst_value(&worst, threshold);
}

/* p95 of the response in the stage before; 0: not known. */
static double p95_before(const struct result_round *round, size_t stage) {
    if (!round->load.tallies || stage == 0 || stage >= round->load.stage_count)
        return 0;
    struct load_tally tally;
    load_result_sum(&round->load, stage - 1, SIZE_MAX, &tally);
    const struct histogram *response = tally.latency[LATENCY_RESPONSE];
    double p95 = response ? (double)histogram_quantile(response, 0.95) : 0;
    load_tally_release(&tally);
    return p95;
}

static double round_recovery(const struct result_round *round, const struct threshold *threshold) {
    double limit = RECOVERED_WITHIN * p95_before(round, threshold->stage);
    struct span window, stage;
    if (limit <= 0 || !find_span(round, THRESHOLD_ALL, &window) ||
        !find_span(round, threshold->stage, &stage))
        return NAN;
    const struct span after = {stage.to, window.to};
    double began_s = -1, fine_since_s = -1, end_s = -1;
    for (size_t i = 0; i < round->interval_count; i++) {
        const struct load_interval *interval = &round->intervals[i];
        if (!is_whole(round, i) || !lies_in(&after, interval->t_s, interval->length_s))
            continue;
        bool fine = interval->p95_ns > 0 && (double)interval->p95_ns <= limit;
        if (began_s < 0)
            began_s = interval->t_s;
        if (fine && fine_since_s >= 0)
            return (fine_since_s - began_s) * (double)NS_PER_S;
        fine_since_s = fine ? interval->t_s : -1;
        end_s = fine ? interval->t_s : interval->t_s + interval->length_s;
    }
    double looked_on = (end_s - began_s) * (double)NS_PER_S;
    return began_s < 0 || threshold_holds(threshold, looked_on) ? NAN : looked_on;
}

double metric_recovery(const struct result_cell *cell, const struct threshold *threshold) {
    struct worst worst = {0};
    for (size_t i = 0; i < cell->round_count; i++)
        if (cell->rounds[i].seconds > 0)
            worst_add(&worst, round_recovery(&cell->rounds[i], threshold));
    return worst_value(&worst, threshold);
}

double metric_stage_locks(const struct result *result, const struct result_cell *cell,
                          size_t stage) {
    double interval_s = (double)result->interval_ns / (double)NS_PER_S;
    double locked = 0, sessions = 0, samples = 0;
    for (size_t i = 0; i < cell->round_count; i++) {
        const struct result_round *round = &cell->rounds[i];
        struct span span;
        if (!find_span(round, stage, &span))
            continue;
        if (!round->waits || !round->waits->valid || round->waits->interval_ms <= 0)
            return NAN;
        for (size_t k = 0; k < round->waits->series_count; k++) {
            const struct sampled_interval *seen = &round->waits->series[k];
            if (!lies_in(&span, (double)k * interval_s, interval_s) || seen->session_s <= 0)
                continue;
            locked += seen->locked_s;
            sessions += seen->session_s;
            samples += interval_s * 1e3 / round->waits->interval_ms;
        }
    }
    return samples >= WAIT_SAMPLES_MIN && sessions > 0 ? locked / sessions : NAN;
}
