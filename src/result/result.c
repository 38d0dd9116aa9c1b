#include "result/result.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "load/tally.h"
#include "result/total.h"
#include "stats/rank.h"

void result_add_warning(struct arena *arena, const char ***warnings, size_t *count,
                        const char *text) {
    for (size_t i = 0; i < *count; i++)
        if (strcmp((*warnings)[i], text) == 0)
            return;
    const char **grown = ARENA_ARRAY(arena, const char *, *count + 1);
    if (*count)
        memcpy(grown, *warnings, *count * sizeof *grown);
    grown[(*count)++] = arena_strdup(arena, text);
    *warnings = grown;
}

void result_warn(struct result *result, const char *format, ...) {
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    result_add_warning(result->arena, &result->warnings, &result->warning_count, text);
}

void result_warn_disk(struct result *result) {
    if (result->fsync_dir && result->fsync.doubtful)
        result_warn(result,
                    "%s: a flush takes %.3g µs: only a disk whose cache outlives a power cut may "
                    "be so fast; if it has none, it lies",
                    result->fsync_dir, result->fsync.p50_us);
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

/* The rounds of a cell have the same stages and steps. NULL: none of them was loaded. */
static const struct load_result *shape_of(const struct result_cell *cell) {
    for (size_t i = 0; i < cell->round_count; i++)
        if (cell->rounds[i].load.tallies)
            return &cell->rounds[i].load;
    return NULL;
}

static void merge_load(struct result_cell *cell, const struct load_result *load) {
    size_t count = load->stage_count * load->step_count;
    if (!load->tallies)
        return;
    if (!cell->tallies) {
        cell->tallies = MEM_ARRAY(struct load_tally, count);
        cell->asked = MEM_ARRAY(struct load_asked, load->stage_count);
        cell->stage_seconds = MEM_ARRAY(double, load->stage_count);
    }
    for (size_t i = 0; i < count; i++)
        load_tally_merge(&cell->tallies[i], &load->tallies[i]);
    for (size_t i = 0; i < load->stage_count; i++) {
        load_asked_merge(&cell->asked[i], &load->asked[i]);
        cell->stage_seconds[i] += load->stage_seconds[i];
    }
}

/* The ratios of a cell, over the rounds that were measured. */
struct cell_ratios {
    struct ratio wal, cpu, cpu_share, heap, index, lock, parts[TIME_PARTS];
    struct ratio records, fpi, flushes, hot, server_cpu;
};

static void add_round(struct cell_ratios *ratios, const struct result_round *round) {
    const struct server_statistics *statistics = &round->statistics;
    double rows = (double)round->rows, there = (double)round->rows_there;
    ratio_add(&ratios->wal, round->wal_bytes, rows);
    ratio_add(&ratios->cpu, round->cpu_s * 1e6, rows);
    ratio_add(&ratios->cpu_share, round->cpu_s, round->seconds);
    ratio_add(&ratios->heap, round->heap_bytes, there);
    ratio_add(&ratios->index, round->index_bytes, there);
    ratio_add(&ratios->server_cpu, round->host.server_cpu_s * 1e6, rows);
    /* Of whole rounds, and so over what whole rounds have written. */
    ratio_add(&ratios->records, statistics->wal_records, (double)round->acknowledged);
    ratio_add(&ratios->fpi, statistics->wal_fpi, (double)round->acknowledged);
    ratio_add(&ratios->flushes, statistics->wal_flushes, (double)round->committed);
    ratio_add(&ratios->hot, statistics->rows_hot_updated, statistics->rows_updated);
    if (!round->waits || !round->waits->valid)
        return;
    ratio_add(&ratios->lock, round->waits->lock_share * round->seconds, round->seconds);
    for (size_t i = 0; i < TIME_PARTS; i++)
        ratio_add(&ratios->parts[i], round->waits->parts[i] * round->seconds, round->seconds);
}

static void keep_ratios(struct result_cell *cell, const struct cell_ratios *ratios) {
    cell->wal_bytes_per_row = ratio_value(&ratios->wal);
    cell->cpu_us_per_row = ratio_value(&ratios->cpu);
    cell->cpu_share = ratio_value(&ratios->cpu_share);
    cell->heap_bytes_per_row = ratio_value(&ratios->heap);
    cell->index_bytes_per_row = ratio_value(&ratios->index);
    cell->wal_records_per_row = ratio_value(&ratios->records);
    cell->wal_fpi_per_row = ratio_value(&ratios->fpi);
    cell->wal_flushes_per_commit = ratio_value(&ratios->flushes);
    cell->hot_share = ratio_value(&ratios->hot);
    cell->server_cpu_us_per_row = ratio_value(&ratios->server_cpu);
    cell->lock_share = ratio_value(&ratios->lock);
    for (size_t i = 0; i < TIME_PARTS; i++)
        cell->parts[i] = ratio_value(&ratios->parts[i]);
    cell->commit_flush_share = cell->parts[PART_COMMIT_FLUSH];
}

void result_cell_summarise(struct result_cell *cell) {
    double *rows_per_s = MEM_ARRAY(double, cell->round_count + 1);
    double *commits_per_s = MEM_ARRAY(double, cell->round_count + 1);
    size_t measured = 0;
    struct cell_ratios ratios = {0};
    cell->response = histogram_new();
    cell->statement = histogram_new();
    cell->complete = cell->verified = cell->round_count > 0;
    for (size_t i = 0; i < cell->round_count; i++) {
        const struct result_round *round = &cell->rounds[i];
        cell->complete &= round->complete;
        cell->verified &= round->verified;
        cell->retried += round->retried;
        if (!result_is_measured(round))
            continue;
        rows_per_s[measured] = (double)round->rows / round->seconds;
        commits_per_s[measured++] = (double)round->commits / round->seconds;
        merge_latencies(cell, round);
        merge_load(cell, &round->load);
        add_round(&ratios, round);
        if (round->waits && round->waits->valid)
            cell->wait_samples += round->waits->samples;
    }
    cell->rows_per_s = spread(rows_per_s, measured);
    cell->commits_per_s = spread(commits_per_s, measured);
    keep_ratios(cell, &ratios);
    bool ceiling = cell->ceiling_rows_per_s > 0;
    cell->ceiling_rows_per_s = ceiling ? cell->ceiling_rows_per_s : UNKNOWN;
    cell->ceiling_share = ceiling && is_known(cell->rows_per_s.median)
                              ? cell->rows_per_s.median / cell->ceiling_rows_per_s
                              : UNKNOWN;
    free(rows_per_s);
    free(commits_per_s);
}

static void release_round(struct result_round *round) {
    histogram_free(round->response);
    histogram_free(round->statement);
    histogram_free(round->commit);
    observation_free(round->waits);
    free(round->logged);
    free(round->companions);
    if (round->intervals != round->load.intervals)
        free(round->intervals);
    load_result_release(&round->load);
    for (size_t i = 0; i < round->sample_count; i++)
        free(round->samples[i].gauges);
    free(round->samples);
    free(round->checks);
    free(round->tables);
}

void result_cell_forget(struct result_cell *cell) {
    for (size_t i = 0; i < cell->round_count; i++)
        release_round(&cell->rounds[i]);
    cell->round_count = 0;
}

void result_cell_release(struct result_cell *cell) {
    const struct load_result *shape = shape_of(cell);
    for (size_t i = 0; cell->tallies && i < shape->stage_count * shape->step_count; i++)
        load_tally_release(&cell->tallies[i]);
    free(cell->tallies);
    free(cell->asked);
    free(cell->stage_seconds);
    free(cell->thresholds);
    for (size_t i = 0; i < cell->round_count; i++)
        release_round(&cell->rounds[i]);
    free(cell->rounds);
    histogram_free(cell->response);
    histogram_free(cell->statement);
    histogram_free(cell->commit);
}

const char *result_batch(const struct result_cell *cell, char *out, size_t size) {
    if (cell->batch.max == 0)
        snprintf(out, size, "–");
    else if (cell->batch.min == cell->batch.max)
        snprintf(out, size, "%" PRIu64, cell->batch.min);
    else
        snprintf(out, size, "%" PRIu64 "..%" PRIu64, cell->batch.min, cell->batch.max);
    return out;
}

const struct result_round *result_last_round(const struct result_cell *cell) {
    for (size_t i = cell->round_count; i > 0; i--)
        if (cell->rounds[i - 1].seconds > 0)
            return &cell->rounds[i - 1];
    return NULL;
}

double result_lost(const struct result_round *round) {
    if (!round->found_known)
        return UNKNOWN;
    uint64_t lost = round->found < round->acknowledged ? round->acknowledged - round->found : 0;
    return (double)(lost > round->lost ? lost : round->lost);
}

double result_extra(const struct result_round *round) {
    uint64_t most = round->acknowledged + round->ambiguous;
    if (!round->found_known)
        return UNKNOWN;
    uint64_t extra = round->found > most ? round->found - most : 0;
    return (double)(extra > round->extra ? extra : round->extra);
}

static bool checks_hold(const struct result_cell *cell) {
    for (size_t i = 0; i < result_check_count(cell); i++) {
        struct result_check check;
        result_check(cell, i, &check);
        if (!check.ok && is_known(check.rows))
            return false;
    }
    return true;
}

bool result_ok(const struct result *result) {
    for (size_t i = 0; i < result->cell_count; i++) {
        const struct result_cell *cell = &result->cells[i];
        if (!cell->complete || !cell->verified || !checks_hold(cell))
            return false;
    }
    return true;
}

/* How many of a cell's thresholds have come out so. */
static size_t count_thresholds(const struct result *result, const struct result_cell *cell,
                               enum threshold_verdict verdict) {
    size_t count = 0;
    for (size_t i = 0; result->load && cell->thresholds && i < result->load->threshold_count; i++)
        count += cell->thresholds[i].verdict == verdict;
    return count;
}

static bool checks_known(const struct result_cell *cell) {
    for (size_t i = 0; i < result_check_count(cell); i++) {
        struct result_check check;
        result_check(cell, i, &check);
        if (!is_known(check.rows))
            return false;
    }
    return true;
}

const char *const result_verdict_names[] = {
    [RESULT_PASS] = "pass", [RESULT_FAIL] = "fail", [RESULT_INCONCLUSIVE] = "inconclusive"};

enum result_verdict result_verdict(const struct result *result) {
    size_t failed = 0, unknown = 0;
    bool known = true;
    for (size_t i = 0; i < result->cell_count; i++) {
        const struct result_cell *cell = &result->cells[i];
        known &= checks_known(cell);
        if (result->quick)
            continue;
        failed += count_thresholds(result, cell, THRESHOLD_FAILED);
        unknown += count_thresholds(result, cell, THRESHOLD_UNKNOWN);
    }
    if (result->interrupted && !result_ok(result))
        return RESULT_INCONCLUSIVE;
    if (failed || !result_ok(result))
        return RESULT_FAIL;
    return unknown || !known ? RESULT_INCONCLUSIVE : RESULT_PASS;
}

void result_latencies(const struct result_round *round, const struct histogram **latency,
                      struct load_tally *sum) {
    const struct load_result *load = &round->load;
    *sum = (struct load_tally){0};
    if (load->tallies)
        load_tally_sum(load->tallies, load->stage_count, load->step_count, SIZE_MAX, SIZE_MAX, sum);
    for (size_t i = 0; i < LATENCY_COUNT; i++)
        latency[i] = sum->latency[i];
    latency[LATENCY_RESPONSE] = round->response;
    latency[LATENCY_STATEMENT] = round->statement;
    latency[LATENCY_COMMIT] = round->commit;
}

void result_cell_latencies(const struct result_cell *cell, const struct load_tally *sum,
                           const struct histogram **latency) {
    for (size_t i = 0; i < LATENCY_COUNT; i++)
        latency[i] = sum->latency[i];
    if (!cell)
        return;
    latency[LATENCY_RESPONSE] = cell->response;
    latency[LATENCY_STATEMENT] = cell->statement;
    latency[LATENCY_COMMIT] = cell->commit;
}
