/* A cell as JSON. */
#include "result/json_internal.h"
#include "result/total.h"

static json_t *spread_json(const struct result_spread *spread) {
    json_t *object = json_object();
    json_object_set_new(object, "median", value_number(spread->median));
    json_object_set_new(object, "min", value_number(spread->min));
    json_object_set_new(object, "max", value_number(spread->max));
    return object;
}

static void add_totals(json_t *object, const struct result_cell *cell) {
    struct result_total total;
    struct host_usage host;
    json_t *companions = json_array();
    result_total(cell, &total);
    result_host(cell, &host);
    struct wal_figures wal = {
        .bytes = total.wal_bytes,
        .bytes_per_row = cell->wal_bytes_per_row,
        .records_per_row = cell->wal_records_per_row,
        .fpi_per_row = cell->wal_fpi_per_row,
        .flushes_per_commit = cell->wal_flushes_per_commit,
    };
    json_object_set_new(object, "wal", wal_json(&wal, &total.statistics));
    add_server_statistics(object, total.checkpoints, &total.statistics);
    json_object_set_new(object, "deadlocks", value_whole(total.deadlocks));
    json_object_set_new(
        object, "table",
        table_json(cell->heap_bytes_per_row, cell->index_bytes_per_row, &total.statistics));
    json_object_set_new(object, "server_host",
                        server_host_json(&host, cell->server_cpu_us_per_row));
    json_object_set_new(object, "machine", machine_json(&host));
    for (size_t i = 0; i < result_companion_count(cell); i++) {
        struct companion_result companion;
        result_companion(cell, i, &companion);
        json_array_append_new(companions, companion_json(&companion));
    }
    json_object_set_new(object, "companions", companions);
}

/* Of the last round that was measured: an average of these could not be checked. */
static void add_last_round(json_t *object, const struct result *result,
                           const struct result_cell *cell) {
    const struct result_round *last = result_last_round(cell);
    json_object_set_new(object, "lock_waits", last ? locks_json(last) : json_null());
    json_object_set_new(object, "wait_profile", profile_json(last ? last->waits : NULL));
    json_object_set_new(object, "series", last ? series_json(result, last) : json_array());
    json_object_set_new(object, "verified", last ? verified_json(last) : json_null());
}

static void add_latencies(json_t *object, const struct result *result,
                          const struct result_cell *cell) {
    struct load_tally sum;
    const struct histogram *latency[LATENCY_COUNT];
    result_tally(result, cell, SIZE_MAX, SIZE_MAX, &sum);
    result_cell_latencies(cell, &sum, latency);
    json_object_set_new(object, "latency", latencies_json(latency));
    load_tally_release(&sum);
}

json_t *cell_json(const struct result *result, const struct result_cell *cell) {
    char batch[48];
    json_t *object = json_object(), *rounds = json_array();
    json_object_set_new(object, "path", value_text(cell->path));
    json_object_set_new(object, "pool", value_count(cell->pool));
    json_object_set_new(
        object, "batch",
        value_text(cell->batch.max > 0 ? result_batch(cell, batch, sizeof batch) : NULL));
    json_object_set_new(object, "threads", value_count(cell->threads));
    add_load(object, result, cell);
    json_object_set_new(object, "settings", json_object());
    json_object_set_new(object, "protocol", value_text(cell->protocol));
    for (size_t i = 0; i < cell->round_count; i++)
        json_array_append_new(rounds, round_json(result, &cell->rounds[i]));
    json_object_set_new(object, "rounds", rounds);
    json_object_set_new(object, "complete", json_boolean(cell->complete));
    json_object_set_new(object, "rows_per_s", spread_json(&cell->rows_per_s));
    json_object_set_new(object, "commits_per_s", spread_json(&cell->commits_per_s));
    json_object_set_new(object, "retried",
                        cell->round_count ? value_count(cell->retried) : json_null());
    add_latencies(object, result, cell);
    add_demand(object, result, cell);
    json_object_set_new(object, "time", time_json(cell->parts));
    json_object_set_new(object, "lock_wait_share", value_number(cell->lock_share));
    json_object_set_new(object, "commit_flush_share", value_number(cell->commit_flush_share));
    add_totals(object, cell);
    json_t *client = json_object(), *ceiling = json_object();
    json_object_set_new(client, "cpu_us_per_row", value_number(cell->cpu_us_per_row));
    json_object_set_new(client, "cpu_share", value_number(cell->cpu_share));
    json_object_set_new(client, "rss_bytes", value_whole(result->client_rss_bytes));
    json_object_set_new(object, "client", client);
    json_object_set_new(ceiling, "rows_per_s", value_number(cell->ceiling_rows_per_s));
    json_object_set_new(ceiling, "share", value_number(cell->ceiling_share));
    json_object_set_new(object, "ceiling", ceiling);
    add_last_round(object, result, cell);
    json_object_set_new(object, "warnings", json_array());
    return object;
}
