/* A round as JSON. */
#include <stdlib.h>

#include "load/tally.h"
#include "result/json_internal.h"

static json_t *latency_json(const struct histogram *h) {
    if (!h)
        return json_null();
    json_t *object = json_object();
    json_object_set_new(object, "count", value_count(h->count));
    static const struct {
        const char *name;
        double q;
    } quantiles[] = {{"p50", 0.50}, {"p90", 0.90}, {"p95", 0.95}, {"p99", 0.99}, {"p999", 0.999}};
    bool any = h->count > 0;
    json_object_set_new(object, "mean", value_number(any ? histogram_mean(h) / 1000 : UNKNOWN));
    for (size_t i = 0; i < sizeof quantiles / sizeof *quantiles; i++)
        json_object_set_new(
            object, quantiles[i].name,
            value_number(any ? (double)histogram_quantile(h, quantiles[i].q) / 1000 : UNKNOWN));
    json_object_set_new(object, "max", value_number(any ? (double)h->max_ns / 1000 : UNKNOWN));
    return object;
}

json_t *latencies_json(const struct histogram *const latency[LATENCY_COUNT]) {
    static const enum latency order[] = {LATENCY_LAG,       LATENCY_POOL_WAIT, LATENCY_CONNECT,
                                         LATENCY_STATEMENT, LATENCY_COMMIT,    LATENCY_RESPONSE};
    json_t *object = json_object();
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        json_object_set_new(object, latency_names[order[i]], latency_json(latency[order[i]]));
    return object;
}

json_t *verified_json(const struct result_round *round) {
    json_t *object = json_object();
    json_object_set_new(object, "acknowledged_rows", value_count(round->acknowledged));
    json_object_set_new(object, "ambiguous_rows", value_count(round->ambiguous));
    json_object_set_new(object, "found_rows",
                        round->found_known ? value_count(round->found) : json_null());
    json_object_set_new(object, "lost", value_whole(result_lost(round)));
    json_object_set_new(object, "extra", value_whole(result_extra(round)));
    json_object_set_new(object, "acknowledged_commits", value_count(round->committed));
    json_object_set_new(object, "server_commits", value_whole(round->server_commits));
    /* The hash of a table that was not filled to the end equals no other. */
    json_object_set_new(object, "content_hash",
                        round->complete ? value_filled(round->content_hash) : json_null());
    json_object_set_new(object, "ok", round->checked ? json_boolean(round->verified) : json_null());
    return object;
}

static void add_latencies(json_t *object, const struct result_round *round) {
    const struct histogram *latency[LATENCY_COUNT];
    struct load_tally sum;
    result_latencies(round, latency, &sum);
    json_object_set_new(object, "latency", latencies_json(latency));
    json_object_set_new(object, "histograms", histograms_json(latency));
    json_object_set_new(object, "histograms_exact", histograms_exact_json(latency));
    json_object_set_new(object, "load", counts_json(&round->load, latency));
    load_tally_release(&sum);
}

static json_t *errors_json(const struct result_round *round) {
    json_t *errors = json_object();
    const struct load_result *load = &round->load;
    for (size_t i = 0; i < load->failure_count; i++)
        if (load->failures[i].count)
            json_object_set_new(errors,
                                *load->failures[i].sqlstate ? load->failures[i].sqlstate
                                : round->miscounted         ? "miscount"
                                                            : "connection",
                                value_count(load->failures[i].count));
    if (load->failure_count)
        return errors;
    const char *kind = *round->sqlstate    ? round->sqlstate
                       : round->miscounted ? "miscount"
                                           : "connection";
    if (round->failed)
        json_object_set_new(errors, kind, value_count(round->failed));
    return errors;
}

static double per(double above, double below) {
    return is_known(above) && below > 0 ? above / below : UNKNOWN;
}

static void add_steadiness(json_t *object, const struct result_round *round) {
    json_object_set_new(object, "settled", json_boolean(round->settled));
    json_object_set_new(object, "steady",
                        round->steadiness == STEADY_UNKNOWN
                            ? json_null()
                            : json_boolean(round->steadiness == STEADY));
    json_object_set_new(object, "unsteady", value_filled(round->unsteady));
}

static void add_storage(json_t *object, const struct result_round *round) {
    const struct server_statistics *statistics = &round->statistics;
    double rows = (double)round->acknowledged;
    double there = (double)round->rows_there;
    struct wal_figures wal = {
        .bytes = round->wal_bytes,
        .bytes_per_row = per(round->wal_bytes, (double)round->rows),
        .records_per_row = per(statistics->wal_records, rows),
        .fpi_per_row = per(statistics->wal_fpi, rows),
        .flushes_per_commit = per(statistics->wal_flushes, (double)round->committed),
    };
    json_object_set_new(object, "wal", wal_json(&wal, statistics));
    add_server_statistics(object, round->checkpoints, statistics);
    json_object_set_new(object, "deadlocks", value_whole(round->deadlocks));
    json_t *table =
        table_json(per(round->heap_bytes, there), per(round->index_bytes, there), statistics);
    json_object_set_new(table, "rows", value_count(round->rows_there));
    json_object_set_new(table, "heap_bytes", value_whole(round->heap_bytes));
    json_object_set_new(table, "index_bytes", value_whole(round->index_bytes));
    json_object_set_new(object, "table", table);
}

json_t *round_json(const struct result *result, const struct result_round *round) {
    json_t *object = json_object(), *companions = json_array(), *tables = json_array();
    const struct observation *seen = round->waits && round->waits->valid ? round->waits : NULL;
    bool measured = round->seconds > 0;
    double rows = (double)round->rows;
    json_object_set_new(object, "complete", json_boolean(round->complete));
    json_object_set_new(object, "window_at_s", value_number(round->window_at_s));
    json_object_set_new(object, "seconds", value_number(measured ? round->seconds : UNKNOWN));
    json_object_set_new(object, "rows", value_count(round->rows));
    json_object_set_new(object, "commits", value_count(round->commits));
    json_object_set_new(object, "rows_per_s", value_ratio(rows, round->seconds));
    json_object_set_new(object, "commits_per_s",
                        value_ratio((double)round->commits, round->seconds));
    add_steadiness(object, round);
    json_object_set_new(object, "errors", errors_json(round));
    json_object_set_new(object, "failed", value_count(round->failed));
    json_object_set_new(object, "miscounted", json_boolean(round->miscounted));
    json_object_set_new(object, "retried", value_count(round->retried));
    json_object_set_new(object, "abandoned", value_count(round->abandoned));
    json_object_set_new(object, "accounting", accounting_json(&round->load));
    add_latencies(object, round);
    json_object_set_new(object, "time", seen ? time_json(seen->parts) : json_null());
    json_object_set_new(object, "lock_waits", locks_json(round));
    json_object_set_new(object, "wait_profile", profile_json(round->waits));
    add_storage(object, round);
    json_t *client = json_object();
    json_object_set_new(client, "cpu_s", value_number(round->cpu_s));
    json_object_set_new(client, "cpu_us_per_row", value_ratio(round->cpu_s * 1e6, rows));
    json_object_set_new(client, "cpu_share", value_ratio(round->cpu_s, round->seconds));
    json_object_set_new(object, "client", client);
    json_object_set_new(object, "server_host",
                        server_host_json(&round->host, per(round->host.server_cpu_s * 1e6, rows)));
    json_object_set_new(object, "machine", machine_json(&round->host));
    for (size_t i = 0; i < round->companion_count; i++)
        json_array_append_new(companions, companion_json(&round->companions[i]));
    json_object_set_new(object, "companions", companions);
    json_object_set_new(object, "series", series_json(result, round));
    json_object_set_new(object, "verified", verified_json(round));
    json_object_set_new(object, "checks", checks_json(round->checks, round->check_count));
    for (size_t i = 0; i < round->table_count; i++)
        json_array_append_new(tables, table_rows_json(&round->tables[i]));
    json_object_set_new(object, "tables", tables);
    return object;
}
