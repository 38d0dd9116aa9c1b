/* A round as JSON. */
#include <stdlib.h>

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

/* Closed loop on a fixed pool: nothing lags behind a schedule or waits for a connection. */
json_t *latencies_json(const struct histogram *statement, const struct histogram *commit,
                       const struct histogram *response) {
    json_t *object = json_object();
    json_object_set_new(object, "lag", json_null());
    json_object_set_new(object, "pool_wait", json_null());
    json_object_set_new(object, "statement", latency_json(statement));
    json_object_set_new(object, "commit", latency_json(commit));
    json_object_set_new(object, "response", latency_json(response));
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

static json_t *quantile_json(uint64_t ns) {
    return value_number(ns ? (double)ns / 1000 : UNKNOWN);
}

json_t *series_json(const struct result_round *round) {
    static const struct sampled_interval unseen = {0, 0, UNKNOWN, -1, -1};
    json_t *array = json_array();
    for (size_t i = 0; i < round->interval_count; i++) {
        const struct load_interval *interval = &round->intervals[i];
        const struct sampled_interval *seen =
            round->waits && i < round->waits->series_count ? &round->waits->series[i] : &unseen;
        json_t *entry = json_object();
        json_object_set_new(entry, "t_s", value_number(interval->t_s));
        json_object_set_new(entry, "length_s", value_number(interval->length_s));
        json_object_set_new(entry, "rows", value_count(interval->rows));
        json_object_set_new(entry, "commits", value_count(interval->commits));
        json_object_set_new(entry, "p50", quantile_json(interval->p50_ns));
        json_object_set_new(entry, "p99", quantile_json(interval->p99_ns));
        json_object_set_new(entry, "errors", value_count(interval->errors));
        json_object_set_new(entry, "lock_wait_share", value_ratio(seen->locked_s, seen->session_s));
        json_object_set_new(entry, "wal_bytes", value_whole(seen->wal_bytes));
        json_object_set_new(entry, "checkpoint_begun", value_whole(seen->checkpoints_begun));
        json_object_set_new(entry, "checkpoint", value_whole(seen->checkpoints_done));
        json_array_append_new(array, entry);
    }
    return array;
}

static json_t *histograms_json(const struct result_round *round) {
    json_t *object = json_object();
    const struct {
        const char *name;
        const struct histogram *histogram;
    } all[] = {
        {"response", round->response}, {"statement", round->statement}, {"commit", round->commit}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (!all[i].histogram)
            continue;
        char *encoded = histogram_encode(all[i].histogram);
        json_object_set_new(object, all[i].name, value_text(encoded));
        free(encoded);
    }
    return object;
}

static json_t *errors_json(const struct result_round *round) {
    json_t *errors = json_object();
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
    double found = round->found_known ? (double)round->found : 0;
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
    json_object_set_new(
        object, "table",
        table_json(per(round->heap_bytes, found), per(round->index_bytes, found), statistics));
}

json_t *round_json(const struct result_round *round) {
    json_t *object = json_object(), *companions = json_array();
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
    json_object_set_new(object, "retried", value_count(round->retried));
    json_object_set_new(object, "abandoned", value_count(round->abandoned));
    json_object_set_new(object, "latency",
                        latencies_json(round->statement, round->commit, round->response));
    json_object_set_new(object, "time", seen ? time_json(seen->parts) : json_null());
    json_object_set_new(object, "lock_waits", locks_json(round));
    json_object_set_new(object, "wait_profile", profile_json(round->waits));
    add_storage(object, round);
    json_t *client = json_object();
    json_object_set_new(client, "cpu_us_per_row", value_ratio(round->cpu_s * 1e6, rows));
    json_object_set_new(client, "cpu_share", value_ratio(round->cpu_s, round->seconds));
    json_object_set_new(object, "client", client);
    json_object_set_new(object, "server_host",
                        server_host_json(&round->host, per(round->host.server_cpu_s * 1e6, rows)));
    json_object_set_new(object, "machine", machine_json(&round->host));
    for (size_t i = 0; i < round->companion_count; i++)
        json_array_append_new(companions, companion_json(&round->companions[i]));
    json_object_set_new(object, "companions", companions);
    json_object_set_new(object, "series", series_json(round));
    json_object_set_new(object, "verified", verified_json(round));
    json_object_set_new(object, "histograms", histograms_json(round));
    return object;
}
