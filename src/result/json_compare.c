/* Stored results that were compared, as JSON. */
#include "result/compare.h"
#include "result/json_comparison.h"
#include "result/json_file.h"
#include "result/json_value.h"

static json_t *stored_host_json(const struct stored_result *result) {
    json_t *host = json_object();
    json_object_set_new(host, "cpus", value_count(result->cpus));
    json_object_set_new(host, "memory_bytes", value_whole(result->memory_bytes));
    json_object_set_new(host, "kernel", value_filled(result->kernel));
    return host;
}

static json_t *source_json(const struct stored_result *result, bool is_new) {
    json_t *object = json_object();
    json_object_set_new(object, "file", value_text(result->file));
    json_object_set_new(object, "side", value_text(is_new ? "new" : "old"));
    json_object_set_new(object, "started_at", value_text(result->started_at));
    json_object_set_new(object, "tool_version", value_text(result->version));
    json_object_set_new(object, "server_version", value_text(result->server_version));
    json_object_set_new(object, "durability", value_text(result->durability));
    json_object_set_new(object, "workload", value_text(result->workload));
    json_object_set_new(object, "seed", value_count(result->seed));
    json_object_set_new(object, "host", stored_host_json(result));
    json_object_set_new(object, "quick", json_boolean(result->quick));
    json_object_set_new(object, "interrupted", json_boolean(result->interrupted));
    return object;
}

static json_t *history_json(const struct compare_cell *cell) {
    json_t *array = json_array();
    for (size_t i = 0; i < cell->point_count; i++) {
        json_t *entry = json_object();
        json_object_set_new(entry, "file", value_text(cell->points[i].result->file));
        json_object_set_new(entry, "started_at", value_text(cell->points[i].result->started_at));
        json_object_set_new(entry, "value", value_number(cell->points[i].value));
        json_array_append_new(array, entry);
    }
    return array;
}

static json_t *changes_json(const struct compare_cell *cell) {
    json_t *array = json_array();
    for (size_t i = 0; i < cell->change_count; i++) {
        const struct compare_change *change = &cell->changes[i];
        const struct stored_result *result = cell->points[change->at].result;
        json_t *entry = json_object();
        json_object_set_new(entry, "file", value_text(result->file));
        json_object_set_new(entry, "started_at", value_text(result->started_at));
        json_object_set_new(entry, "change", value_signed(change->change));
        json_array_append_new(array, entry);
    }
    return array;
}

static json_t *compared_cell_json(const struct compare_cell *cell) {
    const struct stored_cell *of = cell->cell;
    json_t *object = json_object(), *base = json_array();
    json_object_set_new(object, "name", value_text(cell->name));
    json_object_set_new(object, "path", value_text(of->path));
    json_object_set_new(object, "protocol", value_filled(of->protocol));
    json_object_set_new(object, "pool", value_count(of->pool));
    json_object_set_new(object, "pool_min", value_count(of->pool_min));
    json_object_set_new(object, "batch", value_filled(of->batch));
    json_object_set_new(object, "users", value_number(of->users));
    json_object_set_new(object, "rate", value_number(of->rate));
    for (size_t i = 0; i < cell->base_count; i++)
        json_array_append_new(base, value_text(cell->base[i]->file));
    json_object_set_new(object, "compared_with", base);
    json_object_set_new(object, "comparison", comparison_json(&cell->comparison));
    json_object_set_new(object, "history", history_json(cell));
    json_object_set_new(object, "changes", changes_json(cell));
    return object;
}

static json_t *singles_json(const struct compare_result *compare, bool in_new) {
    json_t *array = json_array();
    for (size_t i = 0; i < compare->single_count; i++)
        if (compare->singles[i].in_new == in_new)
            json_array_append_new(array, value_text(compare->singles[i].name));
    return array;
}

static json_t *compare_json(const struct compare_result *compare) {
    json_t *root = json_object(), *results = json_array();
    json_t *cells = json_array(), *warnings = json_array();
    json_object_set_new(root, "format", value_text("pgwrite/1"));
    json_object_set_new(root, "study", value_text("compare"));
    json_object_set_new(root, "tool", value_tool(compare->version));
    json_object_set_new(root, "command", value_words(compare->command));
    json_object_set_new(root, "metric", value_text(comparison_definitions[compare->metric].name));
    json_object_set_new(root, "margin", value_number(compare->margin));
    json_object_set_new(root, "across_tiers", json_boolean(compare->across_tiers));
    for (size_t i = 0; i < compare->result_count; i++)
        json_array_append_new(results,
                              source_json(&compare->results[i], i + 1 == compare->result_count));
    json_object_set_new(root, "results", results);
    for (size_t i = 0; i < compare->cell_count; i++)
        json_array_append_new(cells, compared_cell_json(&compare->cells[i]));
    json_object_set_new(root, "cells", cells);
    json_object_set_new(root, "only_old", singles_json(compare, false));
    json_object_set_new(root, "only_new", singles_json(compare, true));
    for (size_t i = 0; i < compare->warning_count; i++)
        json_array_append_new(warnings, value_text(compare->warnings[i]));
    json_object_set_new(root, "warnings", warnings);
    json_object_set_new(root, "verdict",
                        value_text(comparison_verdict_names[compare_verdict(compare)]));
    return root;
}

bool compare_write_json(const struct compare_result *compare, const char *file,
                        struct error *error) {
    return json_file_write(compare_json(compare), file, error);
}
