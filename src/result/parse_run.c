/* A run read back. */
#include <math.h>
#include <string.h>

#include "result/parse_internal.h"

uint64_t parse_seconds_ns(struct parse *parse, const json_t *object, const char *key) {
    double seconds = parse_number(parse, object, key);
    if (seconds * 1e9 > 1e18) {
        parse_fault(parse, key, "is longer than anything takes");
        return 0;
    }
    return is_known(seconds) ? (uint64_t)llround(seconds * 1e9) : 0;
}

json_t *parse_array_max(struct parse *parse, const json_t *object, const char *key, size_t max) {
    json_t *array = parse_array(parse, object, key);
    if (json_array_size(array) <= max)
        return array;
    parse_fault(parse, key, "has more than %zu entries", max);
    return NULL;
}

const json_t *parse_element(struct parse *parse, const json_t *array, const char *key,
                            size_t number) {
    const json_t *element = json_array_get(array, number);
    parse_enter(parse, key, number);
    if (json_is_object(element))
        return element;
    parse_fault(parse, NULL, "is no object");
    return NULL;
}

void parse_server(struct parse *parse, const json_t *root, struct server_facts *facts,
                  bool *throwaway, const char **target) {
    static const char *const durabilities[] = {
        [DURABLE] = "durable", [ASYNC_COMMIT] = "async-commit", [UNSAFE] = "unsafe"};
    const json_t *object = parse_object(parse, root, "server");
    const char *key;
    json_t *value;
    parse_enter(parse, "server", SIZE_MAX);
    facts->version = parse_filled(parse, object, "version");
    facts->version_num = (int)parse_count_max(parse, object, "version_num", INT32_MAX);
    facts->durability = (enum durability)(
        parse_choice(parse, object, "durability", durabilities, UNSAFE + 1) % (UNSAFE + 1));
    facts->durability_why = parse_filled(parse, object, "durability_why");
    double most = parse_number(parse, object, "max_connections");
    facts->max_connections = is_known(most) ? most : 0;
    facts->user = facts->database = "";
    *throwaway = parse_bool(parse, object, "throwaway");
    *target = parse_filled(parse, object, "target");
    json_t *settings = parse_object(parse, object, "settings");
    size_t about_count;
    const char **about = parse_texts(parse, object, "settings_about_writes", &about_count);
    facts->settings =
        ARENA_ARRAY(parse->arena, struct fact_setting, json_object_size(settings) + 1);
    json_object_foreach(settings, key, value) {
        struct fact_setting *setting = &facts->settings[facts->setting_count++];
        setting->name = parse_plain(parse, key);
        setting->value = parse_plain(parse, json_is_string(value) ? json_string_value(value) : "");
        for (size_t i = 0; i < about_count && !setting->about_writes; i++)
            setting->about_writes = strcmp(about[i], setting->name) == 0;
    }
    parse_leave(parse);
}

static void read_run(struct parse *parse, const json_t *root, struct result *result) {
    const json_t *object = parse_object(parse, root, "run");
    parse_enter(parse, "run", SIZE_MAX);
    result->mode = parse_text(parse, object, "mode");
    result->warmup_ns = parse_seconds_ns(parse, object, "warmup_s");
    result->duration_ns = parse_seconds_ns(parse, object, "duration_s");
    result->interval_ns = parse_seconds_ns(parse, object, "interval_s");
    result->rows = parse_count(parse, object, "rows");
    result->rounds = (uint32_t)parse_count_max(parse, object, "rounds", UINT32_MAX);
    result->binding = parse_filled(parse, object, "binding");
    parse_leave(parse);
}

static void read_host(struct parse *parse, const json_t *root, struct result *result) {
    const json_t *object = parse_object(parse, root, "host");
    parse_enter(parse, "host", SIZE_MAX);
    result->cpus = (long)parse_count_max(parse, object, "cpus", INT32_MAX);
    result->memory_bytes = parse_number(parse, object, "memory_bytes");
    result->kernel = parse_text(parse, object, "kernel");
    parse_leave(parse);
}

static void read_disk(struct parse *parse, const json_t *root, struct result *result) {
    const json_t *object = parse_object(parse, root, "fsync_probe");
    struct fsync_probe *probe = &result->fsync;
    parse_enter(parse, "fsync_probe", SIZE_MAX);
    result->fsync_dir = parse_text(parse, object, "dir");
    probe->flushes = parse_count(parse, object, "flushes");
    probe->flushes_per_s = parse_number(parse, object, "flushes_per_s");
    probe->p50_us = parse_number(parse, object, "p50_us");
    probe->p99_us = parse_number(parse, object, "p99_us");
    probe->max_us = parse_number(parse, object, "max_us");
    probe->doubtful = parse_bool(parse, object, "doubtful");
    parse_leave(parse);
}

static void read_workload(struct parse *parse, const json_t *root, struct result *result) {
    const json_t *object = parse_object(parse, root, "workload");
    parse_enter(parse, "workload", SIZE_MAX);
    result->workload = parse_filled(parse, object, "name");
    result->table = parse_text(parse, object, "table");
    result->row_bytes = parse_number(parse, object, "row_bytes");
    const json_t *columns = parse_array(parse, object, "columns");
    result->column_count = json_array_size(columns);
    result->columns = ARENA_ARRAY(parse->arena, struct result_column, result->column_count + 1);
    for (size_t i = 0; i < result->column_count; i++) {
        const json_t *column = parse_element(parse, columns, "columns", i);
        result->columns[i].name = parse_filled(parse, column, "name");
        result->columns[i].type = parse_filled(parse, column, "type");
        result->columns[i].generator = parse_filled(parse, column, "generator");
        parse_leave(parse);
    }
    parse_leave(parse);
}

static void read_cells(struct parse *parse, const json_t *root, struct result *result) {
    const json_t *cells = parse_array(parse, root, "cells");
    size_t count = json_array_size(cells);
    result->cells = ARENA_ARRAY(parse->arena, struct result_cell, count + 1);
    result->client_rss_bytes = UNKNOWN;
    for (size_t i = 0; i < count && !parse->failed; i++) {
        const json_t *cell = parse_element(parse, cells, "cells", i);
        result->cell_count++;
        parse_cell(parse, cell, result, &result->cells[i]);
        parse_leave(parse);
    }
}

/* Those of a cell stand together, in the order of the workload's. */
static void read_thresholds(struct parse *parse, const json_t *root, struct result *result) {
    const json_t *array = parse_array(parse, root, "thresholds");
    const struct workload *load = result->load;
    size_t wanted = load ? load->threshold_count : 0;
    size_t *counts = ARENA_ARRAY(parse->arena, size_t, result->cell_count + 1);
    for (size_t i = 0; i < json_array_size(array); i++) {
        const json_t *object = parse_element(parse, array, "thresholds", i);
        size_t number = parse_count_max(parse, object, "cell", UINT32_MAX);
        if (!load || number >= result->cell_count || counts[number] >= wanted) {
            parse_fault(parse, NULL, "is of no cell and threshold that there is");
            parse_leave(parse);
            return;
        }
        struct result_cell *cell = &result->cells[number];
        if (!cell->thresholds)
            cell->thresholds = MEM_ARRAY(struct result_threshold, wanted);
        struct result_threshold *judged = &cell->thresholds[counts[number]];
        judged->threshold = &load->thresholds[counts[number]++];
        judged->value = parse_measure(parse, object, "value", judged->threshold->unit);
        judged->samples = parse_count(parse, object, "samples");
        judged->verdict = !parse_has(object, "ok")          ? THRESHOLD_UNKNOWN
                          : parse_bool(parse, object, "ok") ? THRESHOLD_HELD
                                                            : THRESHOLD_FAILED;
        parse_leave(parse);
    }
    for (size_t i = 0; i < result->cell_count; i++)
        if (counts[i] != 0 && counts[i] != wanted)
            parse_fault(parse, "thresholds", "are not all there of cell %zu", i);
}

uint64_t parse_seed(struct parse *parse, const json_t *object) {
    const json_t *seed = json_object_get(object, "seed");
    if (seed && !json_is_null(seed) && !json_is_integer(seed))
        parse_fault(parse, "seed", "is no whole number");
    /* One beyond JSON's whole numbers is written as a negative one. */
    return (uint64_t)json_integer_value(seed);
}

struct result *parse_run(struct parse *parse, const json_t *root) {
    struct result *result = ARENA_NEW(parse->arena, struct result);
    parse->result =
        arena_grow(parse->arena, parse->result, parse->result_count, sizeof *parse->result);
    parse->result[parse->result_count++] = result;
    result->arena = parse->arena;
    const json_t *tool = parse_object(parse, root, "tool");
    parse_enter(parse, "tool", SIZE_MAX);
    result->version = parse_filled(parse, tool, "version");
    parse_leave(parse);
    result->started_at = parse_filled(parse, root, "started_at");
    result->command = parse_texts(parse, root, "command", NULL);
    result->seed = parse_seed(parse, root);
    read_run(parse, root, result);
    read_host(parse, root, result);
    parse_server(parse, root, &result->server, &result->throwaway, &result->target);
    read_disk(parse, root, result);
    read_workload(parse, root, result);
    parse_plan(parse, root, result);
    result->warnings = parse_texts(parse, root, "warnings", &result->warning_count);
    result->interrupted = parse_bool(parse, root, "interrupted");
    result->quick = parse_bool(parse, root, "quick");
    read_cells(parse, root, result);
    read_thresholds(parse, root, result);
    return result;
}

void parse_result_release(struct result *result) {
    for (size_t i = 0; i < result->cell_count; i++)
        result_cell_release(&result->cells[i]);
    result->cell_count = 0;
}
