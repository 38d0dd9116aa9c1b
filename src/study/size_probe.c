/* One round of sizing: a load on a fresh table, and what it came to. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "study/size_internal.h"

/* The time line is cut so finely that a short window has a handful of whole intervals, and the
 * queue's growth a line; not finer than the looks at the pool, 100 ms apart, can tell. */
#define INTERVALS_WANTED 20
#define INTERVAL_LEAST_NS (200 * NS_PER_MS)

/* Outlives the round: what is described of it goes on. */
struct round {
    struct matrix_options options;
    struct workload workload;
    struct matrix matrix;
    struct result result;
    size_t first_stage;
};

static uint64_t to_ns(double seconds) {
    return seconds > 0 ? (uint64_t)llround(seconds * 1e9) : 0;
}

static uint64_t min_ns(uint64_t a, uint64_t b) {
    return a < b ? a : b;
}

/* ---- what is asked for ---- */

/* A closed loop has no lag and no wait for a connection: what SLOs are of is not there. */
static void plan_closed(const struct size_ask *ask, struct round *round) {
    round->options.warmup_ns = to_ns(ask->warmup_s);
    round->options.duration_ns = to_ns(ask->window_s);
    round->workload.thresholds = NULL;
    round->workload.threshold_count = 0;
}

/* One stage of warm-up, if there is one, and one for each window. */
static void plan_rate(const struct size *size, const struct size_ask *ask, struct round *round) {
    size_t windows = ask->windows > 0 ? ask->windows : 1;
    struct workload *workload = &round->workload;
    struct workload_stage *stage = ARENA_ARRAY(size->arena, struct workload_stage, windows + 1);
    workload->stages = stage;
    workload->stage_source = LOAD_RATE;
    round->first_stage = ask->warmup_s > 0;
    if (round->first_stage)
        *stage++ = (struct workload_stage){
            .name = "warm-up", .for_ns = to_ns(ask->warmup_s), .target = ask->rate_per_s};
    for (size_t i = 0; i < windows; i++)
        *stage++ = (struct workload_stage){
            .name = arena_printf(size->arena, "window %zu/%zu", i + 1, windows),
            .for_ns = to_ns(ask->window_s / (double)windows),
            .target = ask->rate_per_s};
    workload->stage_count = round->first_stage + windows;
    workload->thresholds = ARENA_ARRAY(size->arena, struct threshold, size->result->slo_count + 1);
    for (size_t i = 0; i < size->result->slo_count; i++)
        workload->thresholds[i] = size->result->slos[i];
    workload->threshold_count = size->result->slo_count;
    round->options.warmup_ns = 0;
    round->options.duration_ns = to_ns(ask->warmup_s) + to_ns(ask->window_s);
    round->options.threads = 0;
}

static void plan_round(const struct size *size, const struct size_ask *ask, struct round *round) {
    struct matrix_options *options = &round->options;
    uint64_t interval_ns = to_ns(ask->window_s) / INTERVALS_WANTED;
    *options = *size->options->matrix;
    round->workload = *options->workload;
    options->workload = &round->workload;
    if (ask->path && options->path_count > 0)
        options->paths[0] = ask->path;
    if (ask->batch.max > 0 && options->batch_count > 0)
        options->batches[0] = ask->batch;
    /* What the workload's checks say is of the batches that it has. */
    if (ask->batch.max > 0)
        round->workload.check_count = 0;
    options->pools[0] = (struct range){ask->pool, ask->pool};
    options->pool_count = 1;
    options->users = 0;
    options->rate_per_s = 0;
    options->uniform = false;
    options->mode = MODE_FIXED;
    options->rows = 0;
    options->rounds = 1;
    options->ceiling_ns = 0;
    /* The disk was looked at once. */
    options->fsync_off |= size->described;
    /* A rate that is tried again is not the same arrivals again. */
    options->seed += size->rounds;
    options->interval_ns = min_ns(
        options->interval_ns, interval_ns > INTERVAL_LEAST_NS ? interval_ns : INTERVAL_LEAST_NS);
    if (ask->rate_per_s > 0)
        plan_rate(size, ask, round);
    else
        plan_closed(ask, round);
}

/* ---- what it came to ---- */

void size_warn(struct size *size, const char *format, ...) {
    char text[512];
    struct size_result *result = size->result;
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    result_add_warning(size->arena, &result->warnings, &result->warning_count, text);
}

/* What is said of one round, which begins with the name of its cell, is not said of the study: a
 * rate beyond the capacity is tried on purpose. */
static void take_warnings(struct size *size, const struct result *result) {
    const struct result_cell *cell = &result->cells[0];
    char of_cell[96];
    snprintf(of_cell, sizeof of_cell, "%s, pool %u:", cell->path, cell->pool);
    for (size_t i = 0; i < result->warning_count; i++)
        if (strncmp(result->warnings[i], of_cell, strlen(of_cell)) != 0)
            size_warn(size, "%s", result->warnings[i]);
}

/* Where and how it is measured, from the first round: not its stages. */
static void describe(struct size *size, const struct result *result) {
    if (size->described)
        return;
    const struct matrix_options *options = size->options->matrix;
    size->first = *result;
    size->first.cells = NULL;
    size->first.cell_count = 0;
    size->first.warnings = NULL;
    size->first.warning_count = 0;
    size->first.interrupted = false;
    size->first.load = options->workload;
    size->first.interval_ns = options->interval_ns;
    size->described = true;
}

/* A round that lost rows, or whose checks brought some back, has failed already, and its error says
 * so. Nothing that was not verified gets past here. */
static bool check_rows(const struct result *result, struct error *error) {
    const struct result_cell *cell = &result->cells[0];
    return result_ok(result) ||
           error_set(error, "%s, pool %u: its rows could not be verified", cell->path, cell->pool);
}

static void take(struct size *size, struct round *round, struct size_point *out,
                 struct size_probe *probe) {
    struct result *result = &round->result;
    const struct result_cell *cell = &result->cells[0];
    /* As the first round has found it: evidence for what limits the others. */
    result->fsync = size->first.fsync;
    size_point_of(result, cell, round->first_stage, size->arena, out);
    if (!probe)
        return;
    size_judge(result, cell, round->first_stage, size->arena, probe);
    probe->point = *out;
}

bool size_measure(struct size *size, const struct size_ask *ask, struct size_point *out,
                  struct size_probe *probe, struct error *error) {
    struct round *round = ARENA_NEW(size->arena, struct round);
    struct matrix *matrix = &round->matrix;
    uint64_t begin_ns = clock_ns();
    plan_round(size, ask, round);
    matrix_init(matrix, &round->options, size->arena, &round->result);
    bool ok = matrix_attach(matrix, &size->session, error) &&
              matrix_round(matrix, 0, ask->label, ask->rounds_left, error);
    log_progress_end();
    ok = matrix_finish(matrix, ok, error) && check_rows(&round->result, error);
    describe(size, &round->result);
    take_warnings(size, &round->result);
    if (ok) {
        take(size, round, out, probe);
        size->rounds++;
        double more_s = (double)(clock_ns() - begin_ns) / 1e9 - ask->warmup_s - ask->window_s;
        size->more_s += (more_s - size->more_s) / 2;
        size->result->measured = true;
    }
    matrix_release(&round->result);
    return ok;
}

/* ---- time ---- */

bool size_fits_until(double seconds, uint64_t until_ns) {
    uint64_t now_ns = clock_ns();
    return until_ns > now_ns && seconds <= (double)(until_ns - now_ns) / 1e9;
}
