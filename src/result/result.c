#include "result/result.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "stats/rank.h"

void result_warn(struct result *result, const char *format, ...) {
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    for (size_t i = 0; i < result->warning_count; i++)
        if (strcmp(result->warnings[i], text) == 0)
            return;
    const char **grown = ARENA_ARRAY(result->arena, const char *, result->warning_count + 1);
    if (result->warning_count)
        memcpy(grown, result->warnings, result->warning_count * sizeof *grown);
    grown[result->warning_count++] = arena_strdup(result->arena, text);
    result->warnings = grown;
}

static struct result_spread spread(const double *values, size_t count) {
    if (count == 0)
        return (struct result_spread){UNKNOWN, UNKNOWN, UNKNOWN};
    if (count == 1)
        return (struct result_spread){values[0], UNKNOWN, UNKNOWN};
    return (struct result_spread){rank_median(values, count), rank_min(values, count),
                                  rank_max(values, count)};
}

/* A ratio of sums over the rounds in which both are known. */
struct ratio {
    double above, below;
};
static void ratio_add(struct ratio *ratio, double above, double below) {
    if (is_known(above) && below > 0) {
        ratio->above += above;
        ratio->below += below;
    }
}
static double ratio_value(const struct ratio *ratio) {
    return ratio->below > 0 ? ratio->above / ratio->below : UNKNOWN;
}

static void merge_latencies(struct result_cell *cell, const struct result_round *round) {
    histogram_merge(cell->response, round->response);
    histogram_merge(cell->statement, round->statement);
    if (!round->commit)
        return;
    if (!cell->commit)
        cell->commit = histogram_new();
    histogram_merge(cell->commit, round->commit);
}

void result_cell_summarise(struct result_cell *cell) {
    double *rows_per_s = MEM_ARRAY(double, cell->round_count + 1);
    double *commits_per_s = MEM_ARRAY(double, cell->round_count + 1);
    size_t measured = 0;
    struct ratio wal = {0}, cpu = {0}, cpu_share = {0}, heap = {0}, index = {0}, flush = {0},
                 lock = {0};
    cell->response = histogram_new();
    cell->statement = histogram_new();
    cell->complete = cell->verified = cell->round_count > 0;
    for (size_t i = 0; i < cell->round_count; i++) {
        const struct result_round *round = &cell->rounds[i];
        cell->complete &= round->complete;
        cell->verified &= round->verified;
        if (round->seconds <= 0 || round->commits == 0)
            continue;
        rows_per_s[measured] = (double)round->rows / round->seconds;
        commits_per_s[measured++] = (double)round->commits / round->seconds;
        merge_latencies(cell, round);
        ratio_add(&wal, round->wal_bytes, (double)round->rows);
        ratio_add(&cpu, round->cpu_s * 1e6, (double)round->rows);
        ratio_add(&cpu_share, round->cpu_s, round->seconds);
        ratio_add(&heap, round->heap_bytes, (double)round->found);
        ratio_add(&index, round->index_bytes, (double)round->found);
        if (round->waits && round->waits->valid) {
            cell->wait_samples += round->waits->samples;
            ratio_add(&flush, observation_commit_flush(round->waits) * round->seconds,
                      round->seconds);
            ratio_add(&lock, round->waits->lock_share * round->seconds, round->seconds);
        }
    }
    cell->rows_per_s = spread(rows_per_s, measured);
    cell->commits_per_s = spread(commits_per_s, measured);
    cell->wal_bytes_per_row = ratio_value(&wal);
    cell->cpu_us_per_row = ratio_value(&cpu);
    cell->cpu_share = ratio_value(&cpu_share);
    cell->heap_bytes_per_row = ratio_value(&heap);
    cell->index_bytes_per_row = ratio_value(&index);
    cell->commit_flush_share = ratio_value(&flush);
    cell->lock_share = ratio_value(&lock);
    free(rows_per_s);
    free(commits_per_s);
}

void result_cell_release(struct result_cell *cell) {
    for (size_t i = 0; i < cell->round_count; i++) {
        struct result_round *round = &cell->rounds[i];
        histogram_free(round->response);
        histogram_free(round->statement);
        histogram_free(round->commit);
        free(round->waits);
        free(round->intervals);
    }
    free(cell->rounds);
    histogram_free(cell->response);
    histogram_free(cell->statement);
    histogram_free(cell->commit);
}

const char *result_batch(const struct result_cell *cell, char *out, size_t size) {
    if (cell->batch.min == cell->batch.max)
        snprintf(out, size, "%" PRIu64, cell->batch.min);
    else
        snprintf(out, size, "%" PRIu64 "..%" PRIu64, cell->batch.min, cell->batch.max);
    return out;
}

bool result_ok(const struct result *result) {
    for (size_t i = 0; i < result->cell_count; i++)
        if (!result->cells[i].complete || !result->cells[i].verified)
            return false;
    return true;
}
