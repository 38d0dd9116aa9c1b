/* The result as JSON, format pgwrite/1. Unknown is null, never 0. */
#include "result/json_file.h"
#include "result/json_internal.h"

json_t *server_json(const struct server_facts *server, bool throwaway, const char *target) {
    json_t *object = json_object(), *settings = json_object(), *about_writes = json_array();
    json_object_set_new(object, "version", value_text(server->version));
    json_object_set_new(object, "version_num", json_integer(server->version_num));
    json_object_set_new(object, "throwaway", json_boolean(throwaway));
    json_object_set_new(object, "target", value_text(target));
    json_object_set_new(object, "durability", value_text(durability_name(server->durability)));
    json_object_set_new(object, "durability_why", value_filled(server->durability_why));
    json_object_set_new(
        object, "max_connections",
        value_whole(server->max_connections > 0 ? server->max_connections : UNKNOWN));
    for (size_t i = 0; i < server->setting_count; i++)
        json_object_set_new(settings, server->settings[i].name,
                            value_text(server->settings[i].value));
    json_object_set_new(object, "settings", settings);
    for (size_t i = 0; i < server->setting_count; i++)
        if (server->settings[i].about_writes)
            json_array_append_new(about_writes, value_text(server->settings[i].name));
    json_object_set_new(object, "settings_about_writes", about_writes);
    return object;
}

json_t *workload_json(const struct result *result) {
    json_t *object = json_object(), *columns = json_array();
    json_object_set_new(object, "name", value_text(result->workload));
    json_object_set_new(object, "table", value_text(result->table));
    for (size_t i = 0; i < result->column_count; i++) {
        json_t *column = json_object();
        json_object_set_new(column, "name", value_text(result->columns[i].name));
        json_object_set_new(column, "type", value_text(result->columns[i].type));
        const char *generator = result->columns[i].generator;
        json_object_set_new(column, "generator", value_filled(generator));
        json_array_append_new(columns, column);
    }
    json_object_set_new(object, "columns", columns);
    json_object_set_new(object, "row_bytes", value_number(result->row_bytes));
    json_object_set_new(object, "load", load_json(result));
    return object;
}

json_t *run_json(const struct result *result) {
    json_t *run = json_object();
    json_object_set_new(run, "mode", value_text(result->mode));
    json_object_set_new(run, "warmup_s", value_number((double)result->warmup_ns / 1e9));
    json_object_set_new(run, "duration_s",
                        result->rows ? json_null()
                                     : value_number((double)result->duration_ns / 1e9));
    json_object_set_new(run, "interval_s", value_number((double)result->interval_ns / 1e9));
    json_object_set_new(run, "rows", result->rows ? value_count(result->rows) : json_null());
    json_object_set_new(run, "rounds", value_count(result->rounds));
    json_object_set_new(run, "binding", value_text(result->binding));
    return run;
}

json_t *host_json(const struct result *result) {
    json_t *host = json_object();
    json_object_set_new(host, "cpus", json_integer(result->cpus));
    json_object_set_new(host, "memory_bytes", value_whole(result->memory_bytes));
    json_object_set_new(host, "kernel", value_text(result->kernel));
    return host;
}

json_t *fsync_json(const struct result *result) {
    const struct fsync_probe *probe = &result->fsync;
    if (!result->fsync_dir || !is_known(probe->flushes_per_s))
        return json_null();
    json_t *object = json_object();
    json_object_set_new(object, "dir", value_text(result->fsync_dir));
    json_object_set_new(object, "flushes", value_count(probe->flushes));
    json_object_set_new(object, "flushes_per_s", value_number(probe->flushes_per_s));
    json_object_set_new(object, "p50_us", value_number(probe->p50_us));
    json_object_set_new(object, "p99_us", value_number(probe->p99_us));
    json_object_set_new(object, "max_us", value_number(probe->max_us));
    json_object_set_new(object, "doubtful", json_boolean(probe->doubtful));
    return object;
}

json_t *result_json(const struct result *result) {
    json_t *root = json_object(), *tool = json_object();
    json_t *cells = json_array(), *warnings = json_array();
    json_object_set_new(root, "format", value_text("pgwrite/1"));
    json_object_set_new(tool, "version",
                        value_text(result->version ? result->version : PGWRITE_VERSION));
    json_object_set_new(root, "tool", tool);
    json_object_set_new(root, "started_at", value_text(result->started_at));
    json_object_set_new(root, "command", value_words(result->command));
    json_object_set_new(root, "seed", value_count(result->seed));
    json_object_set_new(root, "run", run_json(result));
    json_object_set_new(root, "host", host_json(result));
    json_object_set_new(root, "server",
                        server_json(&result->server, result->throwaway, result->target));
    json_object_set_new(root, "fsync_probe", fsync_json(result));
    json_object_set_new(root, "workload", workload_json(result));
    for (size_t i = 0; i < result->cell_count; i++)
        json_array_append_new(cells, cell_json(result, &result->cells[i]));
    json_object_set_new(root, "cells", cells);
    json_object_set_new(root, "thresholds", thresholds_json(result));
    for (size_t i = 0; i < result->warning_count; i++)
        json_array_append_new(warnings, value_text(result->warnings[i]));
    json_object_set_new(root, "warnings", warnings);
    json_object_set_new(root, "interrupted", json_boolean(result->interrupted));
    json_object_set_new(root, "quick", json_boolean(result->quick));
    json_object_set_new(root, "verdict", value_text(result_verdict_names[result_verdict(result)]));
    return root;
}

bool result_write_json(const struct result *result, const char *file, struct error *error) {
    return json_file_write(result_json(result), file, error);
}
