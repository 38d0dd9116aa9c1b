/* The load that is planned for, measured; and the same rows in fewer commits. */
#include <string.h>

#include "study/size_internal.h"

double size_planned(const struct size_result *result) {
    double needed = result->need_per_s * result->peak;
    if (!is_known(result->need_per_s))
        return is_known(result->capacity_per_s) ? SIZE_USE * result->capacity_per_s : UNKNOWN;
    if (result->mix)
        return needed;
    return is_known(result->rows_per_commit) ? needed / result->rows_per_commit : UNKNOWN;
}

/* A rate above the capacity would measure a queue. */
static bool is_worth_it(const struct size_result *result, double rate) {
    if (!is_known(rate) || result->pool == 0)
        return false;
    return is_known(result->capacity_per_s)
               ? rate <= result->capacity_per_s
               : is_known(result->high_per_s) && rate < result->high_per_s;
}

bool size_at_need(struct size *size, struct error *error) {
    struct size_result *result = size->result;
    double rate = size_planned(result), seconds = size->plan.need_s;
    double warmup_s = size->plan.seconds[SIZE_PHASE_NEED] - seconds - SIZE_ROUND_MORE_S;
    if (!is_worth_it(result, rate) || seconds <= 0 ||
        !size_fits_until(size->plan.seconds[SIZE_PHASE_NEED], size_until(size, SIZE_PHASE_NEED)))
        return true;
    struct size_probe *probe = ARENA_NEW(size->arena, struct size_probe);
    const struct size_ask ask = {.pool = result->pool,
                                 .rate_per_s = rate,
                                 .warmup_s = warmup_s,
                                 .window_s = seconds,
                                 .windows = size_windows_of(result, rate, seconds),
                                 .label = arena_printf(size->arena, "planned load: %s",
                                                       size_rate_text(result, rate, size->arena)),
                                 .rounds_left = 0};
    if (!size_measure(size, &ask, &probe->point, probe, error))
        return false;
    result->at_need = probe;
    result->need_confirmed = is_known(result->need_per_s) && probe->verdict == SIZE_HOLDS &&
                             probe->point.checkpoints >= SIZE_SOAK_CHECKPOINTS &&
                             !size_autovacuum_off(&size->session.facts);
    return true;
}

/* More rows than one to a commit need a path that takes them: of `insert` that is multirow. */
static const struct write_path *path_for(const struct write_path *path, uint64_t rows) {
    return path->one_row && rows > 1 ? write_path_find("multirow") : path;
}

bool size_batches(struct size *size, struct error *error) {
    const struct size_options *options = size->options;
    struct size_result *result = size->result;
    double warmup_s = size->plan.seconds[SIZE_PHASE_BATCHES] / (double)options->batch_count -
                      size->plan.batch_s - SIZE_ROUND_MORE_S;
    if (options->batch_count == 0 || size->plan.batch_s <= 0 || result->pool == 0)
        return true;
    result->batches = ARENA_ARRAY(size->arena, struct size_batch, options->batch_count);
    for (size_t i = 0; i < options->batch_count; i++) {
        uint64_t rows = options->batches[i];
        char shown[32];
        if (!size_fits_until(size->plan.batch_s + warmup_s + size_more(size), size->end_ns))
            return true;
        const struct size_ask ask = {
            .path = path_for(options->matrix->paths[0], rows),
            .batch = {rows, rows},
            .pool = result->pool,
            .warmup_s = warmup_s,
            .window_s = size->plan.batch_s,
            .windows = 1,
            .label = arena_printf(size->arena, "batch sizes: %s",
                                  units_show_things(shown, sizeof shown, (double)rows, "row")),
            .rounds_left = (double)(options->batch_count - i - 1)};
        struct size_batch *batch = &result->batches[result->batch_count];
        *batch = (struct size_batch){.rows = rows, .commits_needed_per_s = UNKNOWN, .use = UNKNOWN};
        if (!size_measure(size, &ask, &batch->point, NULL, error))
            return false;
        result->batch_count++;
        if (is_known(result->need_per_s)) {
            double needed_rows = result->need_per_s * result->peak;
            batch->commits_needed_per_s = needed_rows / (double)rows;
            if (batch->point.rows_per_s > 0)
                batch->use = needed_rows / batch->point.rows_per_s;
        }
    }
    return true;
}
