/* What a measured cell says, in the figures that sizing needs. */
#include <math.h>

#include "load/tally.h"
#include "result/metric.h"
#include "result/total.h"
#include "study/size_internal.h"
#include "study/size_view.h"

/* Responses of the mean length that a window must have room for, so that those cut at its edges
 * don't weigh: Little's law (clients = throughput × response) is not asked below that. */
#define LITTLE_RESPONSES_MIN 50
/* Of the checkpointer's buffers (server_statistics). */
#define BUFFER_BYTES 8192.0

static double ratio(double above, double below) {
    return is_known(above) && below > 0 ? above / below : UNKNOWN;
}

static double product(double a, double b) {
    return is_known(a) && is_known(b) ? a * b : UNKNOWN;
}

static void take_latency(const struct histogram *response, struct size_point *out) {
    if (!response || response->count == 0)
        return;
    out->responses = response->count;
    out->mean_s = histogram_mean(response) / 1e9;
    out->p50_s = (double)histogram_quantile(response, 0.50) / 1e9;
    out->p99_s = (double)histogram_quantile(response, 0.99) / 1e9;
    out->max_s = (double)response->max_ns / 1e9;
}

/* Failed transactions have had a connection, too. */
static double little(const struct size_view *view, const struct load_tally *done,
                     const struct size_point *point) {
    const struct histogram *response = done->latency[LATENCY_RESPONSE];
    double connections = (double)view->cell.pool;
    if (view->result.source != LOAD_POOL || !is_known(point->mean_s) ||
        point->mean_s * LITTLE_RESPONSES_MIN > point->seconds)
        return UNKNOWN;
    return ((double)response->sum_ns + (double)done->failed_ns) / 1e9 /
           (connections * point->seconds);
}

/* As the metric `errors`, but a commit that was given up after the end is one, too: who asked for
 * it has had no answer. */
static double errors(const struct size_view *view, const struct load_tally *done) {
    struct load_asked wished;
    load_asked_sum(view->cell.asked, view->result.stage_count, SIZE_MAX, &wished);
    double tried = (double)wished.asked - (double)wished.rejected - (double)done->skipped;
    double failed = (double)done->failed + (double)wished.timed_out + (double)wished.dropped +
                    (double)view->round.abandoned;
    return ratio(failed, tried);
}

/* By the looks at the pool, 100 ms apart, of the intervals inside the measured stages. */
static double busy_share(const struct size_view *view) {
    double busy = 0, seconds = 0;
    for (size_t i = 0; i < view->round.interval_count; i++) {
        const struct load_interval *interval = &view->round.intervals[i];
        if (!size_view_has(view, interval) || !is_known(interval->busy))
            continue;
        busy += interval->busy * interval->length_s;
        seconds += interval->length_s;
    }
    return ratio(busy, seconds * view->cell.pool);
}

static void take_load(const struct size_view *view, struct size_point *out) {
    struct load_tally done;
    struct result_demand demand;
    result_tally(&view->result, &view->cell, SIZE_MAX, SIZE_MAX, &done);
    result_demand(&view->result, &view->cell, SIZE_MAX, &demand);
    out->seconds = view->round.seconds;
    out->commits_per_s = (double)done.committed / out->seconds;
    out->rows_per_s = (double)done.rows / out->seconds;
    if (view->result.source == LOAD_RATE) {
        out->asked = (double)(demand.asked.asked - demand.asked.rejected);
        out->done = (double)done.committed;
    }
    out->errors = errors(view, &done);
    take_latency(done.latency[LATENCY_RESPONSE], out);
    out->little = little(view, &done, out);
    out->busy_share = busy_share(view);
    load_tally_release(&done);
}

/* Of the window as the observers see it, which behind a warm-up stage has that in it: the same load
 * at the same rate. */
static void take_observed(const struct size_view *view, struct size_point *out) {
    const struct result_cell *cell = &view->cell;
    const struct result_round *whole = result_last_round(&view->cell);
    for (size_t i = 0; i < TIME_PARTS; i++)
        out->parts[i] = cell->parts[i];
    out->wait_samples = cell->wait_samples;
    out->wal_bytes_per_row = cell->wal_bytes_per_row;
    out->server_cpu_us_per_row = cell->server_cpu_us_per_row;
    out->client_cpu_us_per_row = cell->cpu_us_per_row;
    out->steal_share = whole->host.steal_share;
    out->pressure_cpu = whole->host.pressure_cpu;
    out->pressure_io = whole->host.pressure_io;
    out->checkpoints = whole->checkpoints;
    /* Of the table as the whole round has left it. */
    out->heap_bytes_per_row = cell->heap_bytes_per_row;
    out->index_bytes_per_row = cell->index_bytes_per_row;
}

/* Since go: to the end of the last interval, that of what was in flight. */
static double round_seconds(const struct result_round *round) {
    if (round->interval_count == 0)
        return UNKNOWN;
    const struct load_interval *last = &round->intervals[round->interval_count - 1];
    return last->t_s + last->length_s;
}

/* The server's statistics are of the whole round, warm-up and end included. */
static void take_statistics(const struct result_cell *cell, const struct result_round *round,
                            struct size_point *out) {
    const struct server_statistics *statistics = &round->statistics;
    /* Commits without any: fsync is off, or WAL is written with O_DSYNC, which is not counted. */
    if (cell->wal_flushes_per_commit > 0)
        out->flushes_per_s = product(cell->wal_flushes_per_commit, out->commits_per_s);
    out->checkpoint_bytes_per_s =
        ratio(product(statistics->buffers_checkpointer, BUFFER_BYTES), round_seconds(round));
    out->autovacuums = statistics->autovacuums;
}

static void take_machine(const struct result *result, const struct result_round *round,
                         struct size_point *out) {
    const struct host_usage *host = &round->host;
    if (is_known(host->server_cpu_s) && is_known(round->cpu_s) && result->cpus > 0)
        out->cpu_share =
            ratio(host->server_cpu_s + round->cpu_s, round->seconds * (double)result->cpus);
    /* The whole round's: backends grow, and what they need at most has to be there. */
    for (size_t i = 0; i < round->sample_count; i++)
        if (round->samples[i].memory_bytes > out->memory_bytes)
            out->memory_bytes = round->samples[i].memory_bytes;
}

static void point_unknown(struct size_point *out) {
    out->rate_per_s = out->seconds = out->commits_per_s = out->rows_per_s = UNKNOWN;
    out->asked = out->done = out->errors = out->little = out->busy_share = UNKNOWN;
    out->mean_s = out->p50_s = out->p99_s = out->max_s = UNKNOWN;
    out->wal_bytes_per_row = out->wal_bytes_per_s = out->flushes_per_s = UNKNOWN;
    out->heap_bytes_per_row = out->index_bytes_per_row = UNKNOWN;
    out->server_cpu_us_per_row = out->client_cpu_us_per_row = out->cpu_share = UNKNOWN;
    out->steal_share = out->pressure_cpu = out->pressure_io = UNKNOWN;
    out->checkpoints = out->checkpoint_bytes_per_s = out->autovacuums = UNKNOWN;
    out->memory_bytes = UNKNOWN;
    for (size_t i = 0; i < TIME_PARTS; i++)
        out->parts[i] = UNKNOWN;
}

/* The stages have one rate. */
static double rate_of(const struct result *result, const struct result_cell *cell,
                      size_t first_stage) {
    if (result->source != LOAD_RATE)
        return UNKNOWN;
    return result->load && result->load->stage_count > first_stage
               ? result->load->stages[first_stage].target
               : cell->rate;
}

void size_point_of(const struct result *result, const struct result_cell *cell, size_t first_stage,
                   struct arena *arena, struct size_point *out) {
    struct size_view view;
    *out = (struct size_point){.path = cell->path, .pool = cell->pool, .batch = cell->batch};
    point_unknown(out);
    out->rate_per_s = rate_of(result, cell, first_stage);
    if (size_view_init(&view, result, cell, first_stage)) {
        const struct result_round *round = result_last_round(cell);
        take_load(&view, out);
        take_observed(&view, out);
        take_statistics(cell, round, out);
        take_machine(result, round, out);
        /* WAL by the observers' window, as above. */
        out->wal_bytes_per_s = ratio(round->wal_bytes, round->seconds);
    }
    size_limit_of(result, cell, out, arena, &out->cause);
}
