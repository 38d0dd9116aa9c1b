/* Stored results that were compared, read back: of each what the comparison says of it. */
#include <string.h>

#include "result/parse_study.h"

/* A side of which the file does not tell, as no cell of it was compared. */
static const struct stored_result nothing = {
    .kernel = "",
    .mode = "",
    .table = "",
    .flushes_per_s = UNKNOWN,
    .warmup_s = UNKNOWN,
    .duration_s = UNKNOWN,
    .rows = UNKNOWN,
};

static void parse_source(struct parse *parse, const json_t *object, bool is_last,
                         struct stored_result *out) {
    static const char *const sides[] = {"old", "new"};
    const json_t *host = parse_object(parse, object, "host");
    *out = nothing;
    out->file = parse_needed(parse, object, "file");
    if ((parse_known(parse, object, "side", sides, 2) == 1) != is_last)
        parse_fault(parse, "side", "is \"new\" of the last result and \"old\" of all others");
    out->started_at = parse_needed(parse, object, "started_at");
    out->version = parse_needed(parse, object, "tool_version");
    out->server_version = parse_needed(parse, object, "server_version");
    out->durability = parse_needed(parse, object, "durability");
    out->workload = parse_needed(parse, object, "workload");
    out->seed = parse_seed(parse, object);
    out->quick = parse_bool(parse, object, "quick");
    out->interrupted = parse_bool(parse, object, "interrupted");
    parse_enter(parse, "host", SIZE_MAX);
    out->cpus = parse_count32(parse, host, "cpus");
    out->memory_bytes = parse_number(parse, host, "memory_bytes");
    out->kernel = parse_filled(parse, host, "kernel");
    parse_leave(parse);
}

static void parse_sources(struct parse *parse, const json_t *root, struct compare_result *out) {
    const json_t *array = parse_array(parse, root, "results");
    size_t count = json_array_size(array);
    struct stored_result *results = ARENA_ARRAY(parse->arena, struct stored_result, count + 1);
    if (count < 2)
        parse_fault(parse, "results", "has fewer than two entries");
    for (size_t i = 0; i < count; i++) {
        parse_source(parse, parse_element(parse, array, "results", i), i + 1 == count, &results[i]);
        parse_leave(parse);
    }
    out->results = results;
    out->result_count = count;
}

/* By its file; started_at NULL: whenever it was. NULL and a fault: there is none. */
static const struct stored_result *find_result(struct parse *parse,
                                               const struct compare_result *compare,
                                               const char *key, const char *file,
                                               const char *started_at) {
    for (size_t i = 0; i < compare->result_count; i++) {
        const struct stored_result *result = &compare->results[i];
        if (strcmp(result->file, file) == 0 &&
            (!started_at || strcmp(result->started_at, started_at) == 0))
            return result;
    }
    parse_fault(parse, key, "names a file that is not among \"results\"");
    return NULL;
}

static void parse_base(struct parse *parse, const json_t *object,
                       const struct compare_result *compare, struct compare_cell *out) {
    const char **files = parse_texts(parse, object, "compared_with", &out->base_count);
    out->base = ARENA_ARRAY(parse->arena, const struct stored_result *, out->base_count + 1);
    if (out->base_count == 0)
        parse_fault(parse, "compared_with", "names no result");
    for (size_t i = 0; i < out->base_count; i++)
        out->base[i] = find_result(parse, compare, "compared_with", files[i], NULL);
}

static void parse_history(struct parse *parse, const json_t *object,
                          const struct compare_result *compare, struct compare_cell *out) {
    const json_t *array = parse_array(parse, object, "history");
    out->point_count = json_array_size(array);
    out->points = ARENA_ARRAY(parse->arena, struct compare_point, out->point_count + 1);
    for (size_t i = 0; i < out->point_count; i++) {
        const json_t *entry = parse_element(parse, array, "history", i);
        const char *file = parse_needed(parse, entry, "file");
        const char *started_at = parse_needed(parse, entry, "started_at");
        out->points[i].result = find_result(parse, compare, "file", file, started_at);
        out->points[i].value = parse_number(parse, entry, "value");
        parse_leave(parse);
    }
}

/* The point of the history at which a level begins. */
static size_t find_point(struct parse *parse, const struct compare_cell *cell, const char *file,
                         const char *started_at) {
    for (size_t i = 0; i < cell->point_count && !parse->failed; i++) {
        const struct stored_result *result = cell->points[i].result;
        if (strcmp(result->file, file) == 0 && strcmp(result->started_at, started_at) == 0)
            return i;
    }
    parse_fault(parse, "file", "names a file that is not in \"history\"");
    return 0;
}

static void parse_changes(struct parse *parse, const json_t *object, struct compare_cell *out) {
    const json_t *array = parse_array(parse, object, "changes");
    out->change_count = json_array_size(array);
    out->changes = ARENA_ARRAY(parse->arena, struct compare_change, out->change_count + 1);
    for (size_t i = 0; i < out->change_count; i++) {
        const json_t *entry = parse_element(parse, array, "changes", i);
        const char *file = parse_needed(parse, entry, "file");
        out->changes[i].at = find_point(parse, out, file, parse_needed(parse, entry, "started_at"));
        out->changes[i].change = parse_signed(parse, entry, "change");
        parse_leave(parse);
    }
}

static void parse_compared_cell(struct parse *parse, const json_t *object,
                                const struct compare_result *compare, struct compare_cell *out) {
    struct stored_cell *cell = ARENA_NEW(parse->arena, struct stored_cell);
    *cell = (struct stored_cell){
        .path = parse_needed(parse, object, "path"),
        .protocol = parse_filled(parse, object, "protocol"),
        .batch = parse_filled(parse, object, "batch"),
        .pool = parse_count32(parse, object, "pool"),
        .pool_min = parse_count32(parse, object, "pool_min"),
        .users = parse_number(parse, object, "users"),
        .rate = parse_number(parse, object, "rate"),
        .arrival = "",
        .think_s = {UNKNOWN, UNKNOWN},
    };
    out->cell = cell;
    out->name = parse_needed(parse, object, "name");
    parse_base(parse, object, compare, out);
    const json_t *comparison = parse_needed_object(parse, object, "comparison");
    parse_enter(parse, "comparison", SIZE_MAX);
    if (comparison)
        parse_comparison(parse, comparison, &out->comparison);
    parse_leave(parse);
    parse_history(parse, object, compare, out);
    parse_changes(parse, object, out);
}

/* In the order in which the study has them: those of the new result come first. */
static void parse_singles(struct parse *parse, const json_t *root, struct compare_result *out) {
    size_t new_count, old_count;
    const char **new = parse_texts(parse, root, "only_new", &new_count);
    const char **old = parse_texts(parse, root, "only_old", &old_count);
    out->single_count = new_count + old_count;
    out->singles = ARENA_ARRAY(parse->arena, struct compare_single, out->single_count + 1);
    for (size_t i = 0; i < out->single_count; i++)
        out->singles[i] = i < new_count ? (struct compare_single){new[i], true}
                                        : (struct compare_single){old[i - new_count], false};
}

struct compare_result *parse_compare(struct parse *parse, const json_t *root) {
    struct compare_result *out = ARENA_NEW(parse->arena, struct compare_result);
    const json_t *cells = parse_array(parse, root, "cells");
    const json_t *tool = parse_object(parse, root, "tool");
    parse_enter(parse, "tool", SIZE_MAX);
    out->version = parse_text(parse, tool, "version");
    parse_leave(parse);
    out->command = parse_texts(parse, root, "command", NULL);
    out->metric = parse_metric(parse, root);
    out->margin = parse_number(parse, root, "margin");
    out->across_tiers = parse_bool(parse, root, "across_tiers");
    parse_sources(parse, root, out);
    out->cell_count = json_array_size(cells);
    out->cells = ARENA_ARRAY(parse->arena, struct compare_cell, out->cell_count + 1);
    if (out->cell_count == 0)
        parse_fault(parse, "cells", "is empty");
    for (size_t i = 0; i < out->cell_count; i++) {
        parse_compared_cell(parse, parse_element(parse, cells, "cells", i), out, &out->cells[i]);
        parse_leave(parse);
    }
    parse_singles(parse, root, out);
    out->warnings = parse_texts(parse, root, "warnings", &out->warning_count);
    return out;
}
