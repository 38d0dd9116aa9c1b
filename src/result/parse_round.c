/* A round read back. */
#include <string.h>

#include "result/parse_internal.h"

/* Of rounds without counts of the load engine: what ended it. */
static void read_errors(struct parse *parse, const json_t *object, struct result_round *round) {
    json_t *errors = parse_object(parse, object, "errors"), *value;
    const char *key;
    json_object_foreach(errors, key, value) {
        if (strcmp(key, "miscount") == 0)
            round->miscounted = true;
        else if (strlen(key) < sizeof round->sqlstate && !*round->sqlstate)
            memcpy(round->sqlstate, parse_plain(parse, key), strlen(key) + 1);
    }
}

static void read_progress(struct parse *parse, const json_t *object, struct result_round *round) {
    double seconds = parse_number(parse, object, "seconds");
    round->complete = parse_bool(parse, object, "complete");
    round->seconds = is_known(seconds) ? seconds : 0;
    round->window_at_s = parse_number(parse, object, "window_at_s");
    round->rows = parse_count(parse, object, "rows");
    round->commits = parse_count(parse, object, "commits");
    read_errors(parse, object, round);
    round->failed = parse_count(parse, object, "failed");
    round->miscounted |= parse_bool(parse, object, "miscounted");
    round->abandoned = parse_count(parse, object, "abandoned");
    round->retried = parse_count(parse, object, "retried");
    round->settled = !parse_has(object, "settled") || parse_bool(parse, object, "settled");
    round->steadiness = !parse_has(object, "steady")          ? STEADY_UNKNOWN
                        : parse_bool(parse, object, "steady") ? STEADY
                                                              : NOT_STEADY;
    parse_copy(parse, object, "unsteady", round->unsteady, sizeof round->unsteady);
}

static void read_storage(struct parse *parse, const json_t *object, struct result_round *round) {
    struct server_statistics *statistics = &round->statistics;
    const json_t *wal = parse_object(parse, object, "wal");
    parse_enter(parse, "wal", SIZE_MAX);
    round->wal_at = UNKNOWN;
    round->wal_bytes = parse_number(parse, wal, "bytes");
    statistics->wal_records = parse_number(parse, wal, "records");
    statistics->wal_fpi = parse_number(parse, wal, "fpi");
    statistics->wal_flushes = parse_number(parse, wal, "flushes");
    statistics->wal_buffers_full = parse_number(parse, wal, "buffers_full");
    parse_leave(parse);
    const json_t *table = parse_object(parse, object, "table");
    parse_enter(parse, "table", SIZE_MAX);
    round->rows_there = parse_count(parse, table, "rows");
    round->heap_bytes = parse_number(parse, table, "heap_bytes");
    round->index_bytes = parse_number(parse, table, "index_bytes");
    statistics->rows_inserted = parse_number(parse, table, "inserted");
    statistics->rows_updated = parse_number(parse, table, "updated");
    statistics->rows_hot_updated = parse_number(parse, table, "hot_updated");
    statistics->autovacuums = parse_number(parse, table, "autovacuums");
    statistics->autoanalyzes = parse_number(parse, table, "autoanalyzes");
    parse_leave(parse);
    round->checkpoints = parse_number(parse, object, "checkpoints");
    statistics->checkpoints_timed = parse_number(parse, object, "checkpoints_timed");
    statistics->checkpoints_requested = parse_number(parse, object, "checkpoints_requested");
    const json_t *buffers = parse_object(parse, object, "buffers");
    parse_enter(parse, "buffers", SIZE_MAX);
    statistics->buffers_checkpointer = parse_number(parse, buffers, "checkpointer");
    statistics->buffers_bgwriter = parse_number(parse, buffers, "bgwriter");
    statistics->buffers_backend = parse_number(parse, buffers, "backend");
    parse_leave(parse);
    const json_t *temp = parse_object(parse, object, "temp");
    parse_enter(parse, "temp", SIZE_MAX);
    statistics->temp_files = parse_number(parse, temp, "files");
    statistics->temp_bytes = parse_number(parse, temp, "bytes");
    parse_leave(parse);
    round->deadlocks = parse_number(parse, object, "deadlocks");
}

static void read_host(struct parse *parse, const json_t *object, struct result_round *round) {
    struct host_usage *host = &round->host;
    const json_t *client = parse_object(parse, object, "client");
    parse_enter(parse, "client", SIZE_MAX);
    round->cpu_s = parse_number(parse, client, "cpu_s");
    parse_leave(parse);
    const json_t *server = parse_object(parse, object, "server_host");
    parse_enter(parse, "server_host", SIZE_MAX);
    host->seconds = round->seconds;
    host->server_cpu_s = parse_number(parse, server, "cpu_s");
    host->server_cpu_share = parse_number(parse, server, "cpu_share");
    host->server_memory_bytes = parse_number(parse, server, "memory_bytes");
    host->server_disk_written_bytes = parse_number(parse, server, "disk_written_bytes");
    parse_leave(parse);
    const json_t *machine = parse_object(parse, object, "machine");
    parse_enter(parse, "machine", SIZE_MAX);
    host->steal_share = parse_number(parse, machine, "steal_share");
    host->pressure_cpu = parse_number(parse, machine, "pressure_cpu");
    host->pressure_io = parse_number(parse, machine, "pressure_io");
    host->pressure_memory = parse_number(parse, machine, "pressure_memory");
    parse_leave(parse);
}

static double or_0(double value) {
    return is_known(value) ? value : 0;
}

static void read_companions(struct parse *parse, const json_t *object, struct result_round *round) {
    const json_t *array = parse_array(parse, object, "companions");
    size_t count = json_array_size(array);
    if (!count)
        return;
    round->companions = MEM_ARRAY(struct companion_result, count);
    round->companion_count = count;
    for (size_t i = 0; i < count; i++) {
        const json_t *entry = parse_element(parse, array, "companions", i);
        struct companion_result *out = &round->companions[i];
        out->name = parse_filled(parse, entry, "name");
        out->what = parse_filled(parse, entry, "what");
        out->runs = parse_count(parse, entry, "runs");
        out->errors = parse_count(parse, entry, "errors");
        out->rows = parse_count(parse, entry, "rows");
        out->total_s = parse_has(entry, "total_s")
                           ? or_0(parse_number(parse, entry, "total_s"))
                           : or_0(parse_number(parse, entry, "mean_ms")) / 1000 * (double)out->runs;
        out->max_ms = or_0(parse_number(parse, entry, "max_ms"));
        out->waited_s = or_0(parse_number(parse, entry, "waited_s"));
        parse_copy(parse, entry, "first_error", out->first_error, sizeof out->first_error);
        parse_leave(parse);
    }
}

static void read_verified(struct parse *parse, const json_t *object, struct result_round *round) {
    const json_t *verified = parse_object(parse, object, "verified");
    parse_enter(parse, "verified", SIZE_MAX);
    round->acknowledged = parse_count(parse, verified, "acknowledged_rows");
    round->ambiguous = parse_count(parse, verified, "ambiguous_rows");
    round->found_known = parse_has(verified, "found_rows");
    round->found = parse_count(parse, verified, "found_rows");
    round->lost = parse_count(parse, verified, "lost");
    round->extra = parse_count(parse, verified, "extra");
    round->committed = parse_count(parse, verified, "acknowledged_commits");
    round->server_commits = parse_number(parse, verified, "server_commits");
    parse_copy(parse, verified, "content_hash", round->content_hash, sizeof round->content_hash);
    round->checked = parse_has(verified, "ok");
    round->verified = parse_bool(parse, verified, "ok");
    parse_leave(parse);
}

static void read_tables(struct parse *parse, const json_t *object, struct result_round *round) {
    const json_t *array = parse_array(parse, object, "tables");
    size_t count = json_array_size(array);
    if (!count)
        return;
    round->tables = MEM_ARRAY(struct result_table, count);
    round->table_count = count;
    for (size_t i = 0; i < count; i++) {
        const json_t *entry = parse_element(parse, array, "tables", i);
        struct result_table *out = &round->tables[i];
        parse_copy(parse, entry, "name", out->name, sizeof out->name);
        out->rows_before = parse_count(parse, entry, "rows_before");
        out->inserted = parse_count(parse, entry, "inserted");
        out->deleted = parse_count(parse, entry, "deleted");
        out->found = parse_number(parse, entry, "found");
        out->counted = parse_bool(parse, entry, "counted");
        parse_leave(parse);
    }
}

static void read_checks(struct parse *parse, const json_t *object, struct result_round *round) {
    const json_t *array = parse_array(parse, object, "checks");
    size_t count = json_array_size(array);
    if (!count)
        return;
    round->checks = MEM_ARRAY(struct result_check, count);
    round->check_count = count;
    for (size_t i = 0; i < count; i++) {
        const json_t *entry = parse_element(parse, array, "checks", i);
        round->checks[i].name = parse_filled(parse, entry, "name");
        round->checks[i].rows = parse_number(parse, entry, "rows");
        round->checks[i].ok = parse_bool(parse, entry, "ok");
        parse_leave(parse);
    }
}

/* The load's histograms that the round has beside its own belong to its tallies. */
static void read_latencies(struct parse *parse, const json_t *object, const struct result *result,
                           struct result_round *round) {
    struct histogram *latency[LATENCY_COUNT] = {NULL};
    parse_histograms(parse, object, latency);
    parse_counts(parse, object, result, latency, &round->load);
    round->response = latency[LATENCY_RESPONSE];
    round->statement = latency[LATENCY_STATEMENT];
    round->commit = latency[LATENCY_COMMIT];
    histogram_free(latency[LATENCY_LAG]);
    histogram_free(latency[LATENCY_POOL_WAIT]);
    histogram_free(latency[LATENCY_CONNECT]);
    /* Of a measured one there are always two. */
    if (round->seconds > 0 && !round->response)
        round->response = histogram_new();
    if (round->seconds > 0 && !round->statement)
        round->statement = histogram_new();
}

void parse_round(struct parse *parse, const json_t *object, struct result *result,
                 struct result_round *round) {
    read_progress(parse, object, round);
    read_latencies(parse, object, result, round);
    round->waits = parse_waits(parse, object);
    round->logged = parse_lock_log(parse, object);
    read_storage(parse, object, round);
    read_host(parse, object, round);
    read_companions(parse, object, round);
    read_verified(parse, object, round);
    read_tables(parse, object, round);
    read_checks(parse, object, round);
    parse_series(parse, object, result, round);
    round->load.seconds = round->seconds;
    round->load.rows = round->rows;
    round->load.commits = round->commits;
    round->load.window_at_s = round->window_at_s;
    round->load.miscounted = round->miscounted;
    round->load.rows_acknowledged = round->acknowledged;
    round->load.rows_ambiguous = round->ambiguous;
}
