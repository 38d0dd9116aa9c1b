#include "result/metric.h"

#include <math.h>
#include <string.h>

#include "load/tally.h"
#include "result/metric_series.h"
#include "result/total.h"

static double known_or_nan(double value) {
    return is_known(value) ? value : NAN;
}

static double ratio(double above, double below) {
    return below > 0 ? above / below : NAN;
}

/* A metric of a latency by its histogram, in ns. */
static double from_histogram(const struct histogram *histogram, const struct threshold *threshold) {
    if (!histogram || histogram->count == 0)
        return NAN;
    switch (threshold->metric) {
    case METRIC_AVG:
        return histogram_mean(histogram);
    case METRIC_MIN:
        return (double)histogram->min_ns;
    case METRIC_MAX:
        return (double)histogram->max_ns;
    default:
        return (double)histogram_quantile(histogram, threshold->quantile);
    }
}

/* What was done in the selected stages and steps, and for how long. */
struct work {
    double rows, commits, seconds;
};

static bool whole_work(const struct result_cell *cell, struct work *work) {
    for (size_t i = 0; i < cell->round_count; i++) {
        const struct result_round *round = &cell->rounds[i];
        if (round->seconds <= 0)
            continue;
        work->rows += (double)round->rows;
        work->commits += (double)round->commits;
        work->seconds += round->seconds;
    }
    return work->seconds > 0;
}

static bool find_work(const struct result *result, const struct result_cell *cell,
                      const struct threshold *threshold, struct work *work) {
    *work = (struct work){0};
    if (threshold->stage == THRESHOLD_ALL && threshold->step == THRESHOLD_ALL)
        return whole_work(cell, work);
    if (!cell->tallies || !cell->stage_seconds)
        return false;
    for (size_t i = 0; i < result->stage_count; i++) {
        if (threshold->stage != THRESHOLD_ALL && threshold->stage != i)
            continue;
        work->seconds += cell->stage_seconds[i];
        for (size_t k = 0; k < result->step_count; k++) {
            const struct load_tally *tally = &cell->tallies[i * result->step_count + k];
            if (threshold->step != THRESHOLD_ALL && threshold->step != k)
                continue;
            work->commits += (double)tally->committed;
            if (threshold->step == k || !result_step_reads(result, k))
                work->rows += (double)tally->rows;
        }
    }
    return work->seconds > 0;
}

static double work_value(const struct result *result, const struct result_cell *cell,
                         const struct threshold *threshold) {
    struct work work;
    if (!find_work(result, cell, threshold, &work))
        return NAN;
    switch (threshold->metric) {
    case METRIC_ROWS:
        return work.rows;
    case METRIC_ROWS_PER_S:
        return work.rows / work.seconds;
    case METRIC_COMMITS:
        return work.commits;
    default:
        return work.commits / work.seconds;
    }
}

/* Metrics of what was counted inside the window. */
static double tally_value(const struct result *result, const struct result_cell *cell,
                          const struct threshold *threshold) {
    if (!cell->tallies || !cell->asked)
        return NAN;
    struct load_tally done;
    struct load_asked wished;
    load_tally_sum(cell->tallies, result->stage_count, result->step_count, threshold->stage,
                   threshold->step, &done);
    load_asked_sum(cell->asked, result->stage_count, threshold->stage, &wished);
    double asked = (double)wished.asked, failed = (double)done.failed, value = NAN;
    switch (threshold->metric) {
    case METRIC_RETRIES:
        value = asked > 0 ? (double)done.retried : NAN;
        break;
    case METRIC_ERRORS:
        value = threshold->step == THRESHOLD_ALL
                    ? ratio(failed + (double)wished.timed_out + (double)wished.dropped,
                            asked - (double)wished.rejected - (double)done.skipped)
                    : ratio(failed, (double)done.committed + failed);
        break;
    case METRIC_REJECTED:
        value = ratio((double)wished.rejected, asked);
        break;
    case METRIC_DROPPED:
        value = ratio((double)wished.dropped, asked);
        break;
    case METRIC_TIMEOUTS:
        value = ratio((double)wished.timed_out, asked);
        break;
    case METRIC_ACHIEVED:
        value = result->source == LOAD_RATE
                    ? ratio((double)done.committed, asked - (double)wished.rejected)
                    : NAN;
        break;
    default:
        value = from_histogram(done.latency[threshold->latency], threshold);
    }
    load_tally_release(&done);
    return value;
}

/* Unknown in one round is unknown. */
static double deadlocks(const struct result_cell *cell) {
    double sum = 0;
    bool measured = false;
    for (size_t i = 0; i < cell->round_count; i++) {
        if (cell->rounds[i].seconds <= 0)
            continue;
        sum += known_or_nan(cell->rounds[i].deadlocks);
        measured = true;
    }
    return measured ? sum : NAN;
}

static double connections(const struct result *result, const struct result_cell *cell) {
    uint32_t most = 0;
    for (size_t i = 0; i < cell->round_count; i++)
        if (cell->rounds[i].load.open_max > most)
            most = cell->rounds[i].load.open_max;
    return most > 0 ? ratio(most, result->server.max_connections) : NAN;
}

/* A share of the samples of a window, if they are enough for one. */
static double sampled(const struct result_cell *cell, double share) {
    return cell->wait_samples < WAIT_SAMPLES_MIN ? NAN : known_or_nan(share);
}

double metric_value(const struct result *result, const struct result_cell *cell,
                    const struct threshold *threshold) {
    switch (threshold->metric) {
    case METRIC_AVG:
    case METRIC_MIN:
    case METRIC_MAX:
        return threshold->gauge == THRESHOLD_ALL ? tally_value(result, cell, threshold)
                                                 : metric_gauge(cell, threshold);
    case METRIC_ROWS:
    case METRIC_ROWS_PER_S:
    case METRIC_COMMITS:
    case METRIC_COMMITS_PER_S:
        return work_value(result, cell, threshold);
    case METRIC_DEADLOCKS:
        return deadlocks(cell);
    case METRIC_DRIFT:
        return metric_drift(cell, threshold);
    case METRIC_RECOVERY:
        return metric_recovery(cell, threshold);
    case METRIC_LOCK_SHARE:
        return threshold->stage == THRESHOLD_ALL
                   ? sampled(cell, cell->lock_share)
                   : metric_stage_locks(result, cell, threshold->stage);
    case METRIC_FLUSH_SHARE:
        return sampled(cell, cell->commit_flush_share);
    case METRIC_CONNECTIONS:
        return connections(result, cell);
    case METRIC_WAL_PER_ROW:
        return known_or_nan(cell->wal_bytes_per_row);
    case METRIC_HEAP_PER_ROW:
        return known_or_nan(cell->heap_bytes_per_row);
    case METRIC_INDEX_PER_ROW:
        return known_or_nan(cell->index_bytes_per_row);
    default:
        return tally_value(result, cell, threshold);
    }
}

static uint64_t samples_of(const struct result *result, const struct result_cell *cell,
                           const struct threshold *threshold) {
    if (threshold->metric != METRIC_QUANTILE || !cell->tallies)
        return 0;
    struct load_tally done;
    load_tally_sum(cell->tallies, result->stage_count, result->step_count, threshold->stage,
                   threshold->step, &done);
    const struct histogram *latency = done.latency[threshold->latency];
    uint64_t samples = latency ? latency->count : 0;
    load_tally_release(&done);
    return samples;
}

void result_judge(const struct result *result, struct result_cell *cell) {
    size_t count = result->load ? result->load->threshold_count : 0;
    if (count > 0 && !cell->thresholds)
        cell->thresholds = MEM_ARRAY(struct result_threshold, count);
    for (size_t i = 0; i < count; i++) {
        const struct threshold *threshold = &result->load->thresholds[i];
        double value = metric_value(result, cell, threshold);
        cell->thresholds[i] = (struct result_threshold){
            .threshold = threshold,
            .value = value,
            .samples = samples_of(result, cell, threshold),
            .verdict = isnan(value)                        ? THRESHOLD_UNKNOWN
                       : threshold_holds(threshold, value) ? THRESHOLD_HELD
                                                           : THRESHOLD_FAILED};
    }
}

/* Of the responses so far. */
static double live_latency(const struct histogram *response, const struct threshold *threshold) {
    if (threshold->latency != LATENCY_RESPONSE || threshold->gauge != THRESHOLD_ALL || !response)
        return NAN;
    bool quantile = threshold->metric == METRIC_QUANTILE;
    if (quantile && (double)response->count * (1 - threshold->quantile) < 1 - 1e-9)
        return NAN;
    return from_histogram(response, threshold);
}

/* Of the intervals so far. */
static double live_count(const struct metric_live *live, bool of_stage,
                         const struct threshold *threshold) {
    const double rounding_s = 1e-6;
    double seconds = 0, rows = 0, commits = 0, errors = 0, asked = 0, asked_last = 0;
    for (size_t i = live->first; i < live->count; i++) {
        const struct load_interval *interval = &live->intervals[i];
        if (of_stage && (interval->t_s < live->stage_at_s - rounding_s ||
                         interval->t_s + interval->length_s > live->stage_end_s + rounding_s))
            continue;
        seconds += interval->length_s;
        rows += (double)interval->rows;
        commits += (double)interval->commits;
        errors += (double)interval->failed;
        asked += asked_last = (double)interval->asked;
    }
    switch (threshold->metric) {
    case METRIC_ROWS_PER_S:
        return ratio(rows, seconds);
    case METRIC_COMMITS_PER_S:
        return ratio(commits, seconds);
    case METRIC_ERRORS:
        return ratio(errors, asked);
    case METRIC_ACHIEVED:
        /* What has come in the last one may be under way still. */
        asked -= asked_last;
        return live->source == LOAD_RATE ? ratio(commits < asked ? commits : asked, asked) : NAN;
    default:
        return NAN;
    }
}

double metric_live_value(const struct metric_live *live, const struct threshold *threshold) {
    bool whole = threshold->stage == THRESHOLD_ALL;
    if ((!whole && threshold->stage != live->stage) || threshold->step != THRESHOLD_ALL)
        return NAN;
    switch (threshold->metric) {
    case METRIC_QUANTILE:
    case METRIC_AVG:
    case METRIC_MIN:
    case METRIC_MAX:
        return live_latency(whole ? live->response : live->stage_response, threshold);
    default:
        return live_count(live, !whole, threshold);
    }
}
