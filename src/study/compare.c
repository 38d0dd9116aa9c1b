#include "study/compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stats/change_points.h"

/* What is filled, and what with. */
struct comparing {
    struct compare_result *out;
    const struct stored_result *old, *new;
    size_t old_count;
    struct arena *arena;
};

static int by_time(const void *a, const void *b) {
    const struct stored_result *x = a, *y = b;
    int order = strcmp(x->started_at, y->started_at);
    return order ? order : strcmp(x->file, y->file);
}

static bool check_tiers(const struct comparing *comparing, struct error *error) {
    for (size_t i = 0; i < comparing->old_count; i++) {
        const struct stored_result *old = &comparing->old[i], *new = comparing->new;
        if (strcmp(old->durability, new->durability) == 0)
            continue;
        error_usage(error, "%s was measured with durability %s, %s with %s: not the same promise",
                    old->file, old->durability, new->file, new->durability);
        return error_hint(error, "--across-tiers compares them all the same");
    }
    return true;
}

static bool same_cell(const struct stored_cell *a, const struct stored_cell *b) {
    return strcmp(a->path, b->path) == 0 && strcmp(a->protocol, b->protocol) == 0 &&
           strcmp(a->batch, b->batch) == 0 && a->pool == b->pool && a->pool_min == b->pool_min &&
           a->users == b->users && a->rate == b->rate;
}

const struct stored_cell *compare_find_cell(const struct stored_result *result,
                                            const struct stored_cell *cell) {
    for (size_t i = 0; i < result->cell_count; i++)
        if (same_cell(&result->cells[i], cell))
            return &result->cells[i];
    return NULL;
}

static const char *cell_name(const struct stored_cell *cell, struct arena *arena) {
    char count[32];
    const char *name = arena_printf(arena, "%s, pool %u", cell->path, cell->pool);
    if (cell->pool_min < cell->pool)
        name = arena_printf(arena, "%s, pool %u..%u", cell->path, cell->pool_min, cell->pool);
    if (*cell->batch)
        name = arena_printf(arena, "%s, batch %s", name, cell->batch);
    if (is_known(cell->users))
        name = arena_printf(arena, "%s, %s", name,
                            units_show_things(count, sizeof count, cell->users, "user"));
    if (is_known(cell->rate))
        name = arena_printf(arena, "%s, %s/s", name,
                            units_show_count(count, sizeof count, cell->rate));
    /* Only those of statements can be had in several. */
    if (strcmp(cell->protocol, "simple") == 0 || strcmp(cell->protocol, "extended") == 0)
        name = arena_printf(arena, "%s, %s protocol", name, cell->protocol);
    return name;
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Sorts the values; of none UNKNOWN. */
static double median(double *values, size_t count) {
    if (count == 0)
        return UNKNOWN;
    qsort(values, count, sizeof *values, ascending);
    return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

static double cell_median(const struct stored_cell *cell, enum comparison_metric metric) {
    double *values = MEM_ARRAY(double, cell->sample_count + 1);
    size_t count = 0;
    for (size_t i = 0; i < cell->sample_count; i++)
        if (is_known(cell->samples[i].value[metric]))
            values[count++] = cell->samples[i].value[metric];
    double middle = median(values, count);
    free(values);
    return middle;
}

static double level(const struct compare_point *points, size_t from, size_t to) {
    double *values = MEM_ARRAY(double, to - from + 1);
    for (size_t i = from; i < to; i++)
        values[i - from] = points[i].value;
    double middle = median(values, to - from);
    free(values);
    return middle;
}

/* The points, and where they change their level. */
static void look_back(const struct comparing *comparing, struct compare_cell *cell) {
    enum comparison_metric metric = comparing->out->metric;
    size_t count = comparing->old_count + 1;
    cell->points = ARENA_ARRAY(comparing->arena, struct compare_point, count);
    for (size_t i = 0; i < count; i++) {
        const struct stored_result *result = &comparing->old[i]; /* NEW is behind them */
        const struct stored_cell *there = compare_find_cell(result, cell->cell);
        double value = there ? cell_median(there, metric) : UNKNOWN;
        if (is_known(value))
            cell->points[cell->point_count++] = (struct compare_point){result, value};
    }
    double *values = MEM_ARRAY(double, count);
    size_t *at = MEM_ARRAY(size_t, count);
    for (size_t i = 0; i < cell->point_count; i++)
        values[i] = cell->points[i].value;
    cell->change_count = change_points(values, cell->point_count, comparing->new->seed, at, count);
    cell->changes = ARENA_ARRAY(comparing->arena, struct compare_change, cell->change_count + 1);
    for (size_t i = 0; i < cell->change_count; i++) {
        size_t end = i + 1 < cell->change_count ? at[i + 1] : cell->point_count;
        double before = level(cell->points, i > 0 ? at[i - 1] : 0, at[i]);
        double after = level(cell->points, at[i], end);
        bool points = comparison_definitions[metric].points;
        cell->changes[i] = (struct compare_change){at[i], points       ? after - before
                                                          : before > 0 ? after / before - 1
                                                                       : NAN};
    }
    free(values);
    free(at);
}

/* The oldest result that still counts: the first of the last level that began before NEW. */
static const struct stored_result *level_begin(const struct comparing *comparing,
                                               const struct compare_cell *cell) {
    const struct stored_result *begin = comparing->old;
    for (size_t i = 0; i < cell->change_count; i++)
        if (cell->points[cell->changes[i].at].result != comparing->new)
            begin = cell->points[cell->changes[i].at].result;
    return begin;
}

static void compare_cell(const struct comparing *comparing, struct compare_cell *cell) {
    const struct compare_result *out = comparing->out;
    if (comparing->old_count > 1)
        look_back(comparing, cell);
    cell->base = ARENA_ARRAY(comparing->arena, const struct stored_result *, comparing->old_count);
    struct comparison_sample *samples = NULL;
    size_t sample_count = 0;
    for (const struct stored_result *old = level_begin(comparing, cell); old < comparing->new;
         old++) {
        const struct stored_cell *there = compare_find_cell(old, cell->cell);
        if (!there)
            continue;
        cell->base[cell->base_count++] = old;
        samples = mem_grow(samples, sample_count + there->sample_count + 1, sizeof *samples);
        memcpy(samples + sample_count, there->samples, there->sample_count * sizeof *samples);
        sample_count += there->sample_count;
    }
    comparison_unpaired(samples, sample_count, cell->cell->samples, cell->cell->sample_count,
                        out->metric, out->margin, &cell->comparison);
    free(samples);
}

static bool in_any_old(const struct comparing *comparing, const struct stored_cell *cell) {
    for (size_t i = 0; i < comparing->old_count; i++)
        if (compare_find_cell(&comparing->old[i], cell))
            return true;
    return false;
}

static void add_single(const struct comparing *comparing, const struct stored_cell *cell,
                       bool in_new) {
    struct compare_result *out = comparing->out;
    const char *name = cell_name(cell, comparing->arena);
    for (size_t i = 0; i < out->single_count; i++)
        if (strcmp(out->singles[i].name, name) == 0)
            return;
    out->singles[out->single_count++] = (struct compare_single){name, in_new};
}

static void match_cells(const struct comparing *comparing) {
    struct compare_result *out = comparing->out;
    const struct stored_result *new = comparing->new;
    size_t most = 1;
    for (size_t i = 0; i < out->result_count; i++)
        most += out->results[i].cell_count;
    out->cells = ARENA_ARRAY(comparing->arena, struct compare_cell, most);
    out->singles = ARENA_ARRAY(comparing->arena, struct compare_single, most);
    for (size_t i = 0; i < new->cell_count; i++) {
        if (!in_any_old(comparing, &new->cells[i])) {
            add_single(comparing, &new->cells[i], true);
            continue;
        }
        struct compare_cell *cell = &out->cells[out->cell_count++];
        cell->cell = &new->cells[i];
        cell->name = cell_name(cell->cell, comparing->arena);
        compare_cell(comparing, cell);
    }
    for (size_t i = 0; i < comparing->old_count; i++)
        for (size_t k = 0; k < comparing->old[i].cell_count; k++)
            if (!compare_find_cell(new, &comparing->old[i].cells[k]))
                add_single(comparing, &comparing->old[i].cells[k], false);
}

static bool no_cell(const struct comparing *comparing, struct error *error) {
    const struct stored_result *old = &comparing->old[comparing->old_count - 1];
    const struct stored_result *new = comparing->new;
    if (!old->cell_count || !new->cell_count)
        return error_usage(error, "%s has no cell", old->cell_count ? new->file : old->file);
    error_usage(error, "no cell is in both: %s has %s; %s has %s", old->file,
                cell_name(&old->cells[0], comparing->arena), new->file,
                cell_name(&new->cells[0], comparing->arena));
    return error_hint(error, "run both with the same --path, --pool, --batch, --users and --rate");
}

bool compare_results(struct stored_result *results, size_t count,
                     const struct compare_options *options, struct arena *arena,
                     struct compare_result *out, struct error *error) {
    const struct comparing comparing = {.out = out,
                                        .old = results,
                                        .new = &results[count - 1],
                                        .old_count = count - 1,
                                        .arena = arena};
    qsort(results, count - 1, sizeof *results, by_time);
    *out = (struct compare_result){.results = results,
                                   .result_count = count,
                                   .metric = options->metric,
                                   .margin = options->margin,
                                   .across_tiers = options->across_tiers};
    if (!options->across_tiers && !check_tiers(&comparing, error))
        return false;
    match_cells(&comparing);
    if (out->cell_count == 0)
        return no_cell(&comparing, error);
    compare_warn(out, arena);
    return true;
}
