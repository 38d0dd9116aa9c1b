/* The result as JSON, format pgwrite/1. Unknown is null, never 0. */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "result/result.h"

static json_t *number(double value) {
    return is_known(value) ? json_real(value) : json_null();
}

static json_t *whole(double value) {
    return is_known(value) ? json_integer((json_int_t)value) : json_null();
}

static json_t *count(uint64_t value) {
    return json_integer((json_int_t)value);
}

/* Text from a server can hold what is no UTF-8 (SQL_ASCII databases): then it is left out. */
static json_t *text(const char *value) {
    json_t *string = value ? json_string(value) : NULL;
    return string ? string : json_null();
}

static json_t *ratio(double above, double below) {
    return is_known(above) && below > 0 ? json_real(above / below) : json_null();
}

static json_t *latency_json(const struct histogram *h) {
    if (!h)
        return json_null();
    json_t *object = json_object();
    json_object_set_new(object, "count", count(h->count));
    static const struct {
        const char *name;
        double q;
    } quantiles[] = {{"p50", 0.50}, {"p90", 0.90}, {"p95", 0.95}, {"p99", 0.99}, {"p999", 0.999}};
    bool any = h->count > 0;
    json_object_set_new(object, "mean", number(any ? histogram_mean(h) / 1000 : UNKNOWN));
    for (size_t i = 0; i < sizeof quantiles / sizeof *quantiles; i++)
        json_object_set_new(
            object, quantiles[i].name,
            number(any ? (double)histogram_quantile(h, quantiles[i].q) / 1000 : UNKNOWN));
    json_object_set_new(object, "max", number(any ? (double)h->max_ns / 1000 : UNKNOWN));
    return object;
}

/* Closed loop on a fixed pool: nothing lags behind a schedule or waits for a connection. */
static json_t *latencies_json(const struct histogram *statement, const struct histogram *commit,
                              const struct histogram *response) {
    json_t *object = json_object();
    json_object_set_new(object, "lag", json_null());
    json_object_set_new(object, "pool_wait", json_null());
    json_object_set_new(object, "statement", latency_json(statement));
    json_object_set_new(object, "commit", latency_json(commit));
    json_object_set_new(object, "response", latency_json(response));
    return object;
}

static json_t *spread_json(const struct result_spread *spread) {
    json_t *object = json_object();
    json_object_set_new(object, "median", number(spread->median));
    json_object_set_new(object, "min", number(spread->min));
    json_object_set_new(object, "max", number(spread->max));
    return object;
}

static json_t *locks_json(const struct observation *seen) {
    if (!seen || !seen->valid)
        return json_null();
    json_t *object = json_object(), *by = json_array();
    json_object_set_new(object, "time_s", number(seen->lock_time_s));
    json_object_set_new(object, "share", number(seen->lock_share));
    json_object_set_new(object, "seen", count(seen->lock_seen));
    json_object_set_new(object, "max_ms", number(seen->lock_max_ms));
    json_object_set_new(object, "interval_ms", number(seen->interval_ms));
    json_object_set_new(object, "samples", count(seen->samples));
    json_object_set_new(object, "sampler_core_share", number(seen->cost_share));
    for (size_t i = 0; i < seen->lock_count; i++) {
        const struct lock_waits *wait = &seen->locks[i];
        json_t *entry = json_object();
        json_object_set_new(entry, "locktype", text(wait->locktype));
        json_object_set_new(entry, "mode", text(wait->mode));
        json_object_set_new(entry, "relation",
                            *wait->relation ? text(wait->relation) : json_null());
        json_object_set_new(entry, "time_s", number(wait->time_s));
        json_object_set_new(entry, "seen", count(wait->seen));
        json_object_set_new(entry, "blocked_by",
                            *wait->blocked_by ? text(wait->blocked_by) : json_null());
        json_object_set_new(entry, "statement",
                            *wait->statement ? text(wait->statement) : json_null());
        json_array_append_new(by, entry);
    }
    json_object_set_new(object, "by", by);
    return object;
}

static json_t *profile_json(const struct observation *seen) {
    if (!seen || !seen->valid)
        return json_null();
    json_t *array = json_array();
    for (size_t i = 0; i < seen->event_count; i++) {
        json_t *entry = json_object();
        json_object_set_new(entry, "type", text(seen->events[i].type));
        json_object_set_new(entry, "event", text(seen->events[i].event));
        json_object_set_new(entry, "share", number(seen->events[i].share));
        json_array_append_new(array, entry);
    }
    return array;
}

static json_t *wal_json(double bytes, double bytes_per_row) {
    json_t *object = json_object();
    json_object_set_new(object, "bytes", whole(bytes));
    json_object_set_new(object, "bytes_per_row", number(bytes_per_row));
    json_object_set_new(object, "records", json_null());
    json_object_set_new(object, "fpi", json_null());
    return object;
}

static json_t *verified_json(const struct result_round *round) {
    json_t *object = json_object();
    json_object_set_new(object, "acknowledged_rows", count(round->acknowledged));
    json_object_set_new(object, "ambiguous_rows", count(round->ambiguous));
    double lost = UNKNOWN, extra = UNKNOWN;
    if (round->found_known) {
        uint64_t most = round->acknowledged + round->ambiguous;
        lost =
            round->found < round->acknowledged ? (double)(round->acknowledged - round->found) : 0;
        extra = round->found > most ? (double)(round->found - most) : 0;
    }
    json_object_set_new(object, "found_rows",
                        round->found_known ? count(round->found) : json_null());
    json_object_set_new(object, "lost", whole(lost));
    json_object_set_new(object, "extra", whole(extra));
    json_object_set_new(object, "acknowledged_commits", count(round->committed));
    json_object_set_new(object, "server_commits", whole(round->server_commits));
    json_object_set_new(object, "content_hash",
                        *round->content_hash ? text(round->content_hash) : json_null());
    json_object_set_new(object, "ok",
                        round->found_known ? json_boolean(round->verified) : json_null());
    return object;
}

static json_t *series_json(const struct result_round *round) {
    json_t *array = json_array();
    for (size_t i = 0; i < round->interval_count; i++) {
        const struct result_interval *interval = &round->intervals[i];
        json_t *entry = json_object();
        json_object_set_new(entry, "t_s", number(interval->t_s));
        json_object_set_new(entry, "length_s", number(interval->length_s));
        json_object_set_new(entry, "rows", count(interval->rows));
        json_object_set_new(entry, "commits", count(interval->commits));
        bool any = interval->commits > 0;
        json_object_set_new(entry, "p50", number(any ? (double)interval->p50_ns / 1000 : UNKNOWN));
        json_object_set_new(entry, "p99", number(any ? (double)interval->p99_ns / 1000 : UNKNOWN));
        static const char *const unknown[] = {"errors", "lock_wait_share", "wal_bytes",
                                              "checkpoint"};
        for (size_t k = 0; k < sizeof unknown / sizeof *unknown; k++)
            json_object_set_new(entry, unknown[k], json_null());
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
        json_object_set_new(object, all[i].name, text(encoded));
        free(encoded);
    }
    return object;
}

static json_t *round_json(const struct result_round *round) {
    json_t *object = json_object(), *errors = json_object();
    bool measured = round->seconds > 0;
    json_object_set_new(object, "complete", json_boolean(round->complete));
    json_object_set_new(object, "seconds", number(measured ? round->seconds : UNKNOWN));
    json_object_set_new(object, "rows", count(round->rows));
    json_object_set_new(object, "commits", count(round->commits));
    json_object_set_new(object, "rows_per_s", ratio((double)round->rows, round->seconds));
    json_object_set_new(object, "commits_per_s", ratio((double)round->commits, round->seconds));
    if (round->failed)
        json_object_set_new(errors, *round->sqlstate ? round->sqlstate : "connection",
                            count(round->failed));
    json_object_set_new(object, "errors", errors);
    json_object_set_new(object, "abandoned", count(round->abandoned));
    json_object_set_new(object, "latency",
                        latencies_json(round->statement, round->commit, round->response));
    json_object_set_new(object, "lock_waits", locks_json(round->waits));
    json_object_set_new(object, "wait_profile", profile_json(round->waits));
    double per_row = is_known(round->wal_bytes) && round->rows
                         ? round->wal_bytes / (double)round->rows
                         : UNKNOWN;
    json_object_set_new(object, "wal", wal_json(round->wal_bytes, per_row));
    json_object_set_new(object, "deadlocks", whole(round->deadlocks));
    json_t *table = json_object();
    double found = round->found_known ? (double)round->found : 0;
    json_object_set_new(table, "heap_bytes_per_row", ratio(round->heap_bytes, found));
    json_object_set_new(table, "index_bytes_per_row", ratio(round->index_bytes, found));
    json_object_set_new(object, "table", table);
    json_t *client = json_object();
    json_object_set_new(client, "cpu_us_per_row", ratio(round->cpu_s * 1e6, (double)round->rows));
    json_object_set_new(client, "cpu_share", ratio(round->cpu_s, round->seconds));
    json_object_set_new(object, "client", client);
    json_object_set_new(object, "series", series_json(round));
    json_object_set_new(object, "verified", verified_json(round));
    json_object_set_new(object, "histograms", histograms_json(round));
    return object;
}

/* The figures of a cell that belong together with one round's (waits, verification) are the last
 * one's that was measured, in place of an average that nobody could check. */
static const struct result_round *last_round(const struct result_cell *cell) {
    return cell->round_count ? &cell->rounds[cell->round_count - 1] : NULL;
}

static void cell_totals(json_t *object, const struct result_cell *cell) {
    double wal = UNKNOWN, deadlocks = UNKNOWN;
    for (size_t i = 0; i < cell->round_count; i++) {
        const struct result_round *round = &cell->rounds[i];
        if (is_known(round->wal_bytes))
            wal = (is_known(wal) ? wal : 0) + round->wal_bytes;
        if (is_known(round->deadlocks))
            deadlocks = (is_known(deadlocks) ? deadlocks : 0) + round->deadlocks;
    }
    json_object_set_new(object, "wal", wal_json(wal, cell->wal_bytes_per_row));
    json_object_set_new(object, "checkpoints", json_null());
    json_object_set_new(object, "deadlocks", whole(deadlocks));
}

static json_t *cell_json(const struct result *result, const struct result_cell *cell) {
    char batch[48];
    json_t *object = json_object(), *rounds = json_array();
    json_object_set_new(object, "path", text(cell->path));
    json_object_set_new(object, "pool", count(cell->pool));
    json_object_set_new(object, "batch", text(result_batch(cell, batch, sizeof batch)));
    json_object_set_new(object, "threads", count(cell->threads));
    json_object_set_new(object, "users", json_null());
    json_object_set_new(object, "rate", json_null());
    json_object_set_new(object, "loop", text("closed"));
    json_object_set_new(object, "settings", json_object());
    json_object_set_new(object, "protocol", text(cell->protocol));
    for (size_t i = 0; i < cell->round_count; i++)
        json_array_append_new(rounds, round_json(&cell->rounds[i]));
    json_object_set_new(object, "rounds", rounds);
    json_object_set_new(object, "complete", json_boolean(cell->complete));
    json_object_set_new(object, "rows_per_s", spread_json(&cell->rows_per_s));
    json_object_set_new(object, "commits_per_s", spread_json(&cell->commits_per_s));
    json_object_set_new(object, "latency",
                        latencies_json(cell->statement, cell->commit, cell->response));
    const struct result_round *last = last_round(cell);
    json_object_set_new(object, "lock_wait_share", number(cell->lock_share));
    json_object_set_new(object, "commit_flush_share", number(cell->commit_flush_share));
    json_object_set_new(object, "lock_waits", locks_json(last ? last->waits : NULL));
    json_object_set_new(object, "wait_profile", profile_json(last ? last->waits : NULL));
    cell_totals(object, cell);
    json_t *table = json_object(), *client = json_object(), *ceiling = json_object();
    json_object_set_new(table, "heap_bytes_per_row", number(cell->heap_bytes_per_row));
    json_object_set_new(table, "index_bytes_per_row", number(cell->index_bytes_per_row));
    json_object_set_new(object, "table", table);
    json_object_set_new(client, "cpu_us_per_row", number(cell->cpu_us_per_row));
    json_object_set_new(client, "cpu_share", number(cell->cpu_share));
    json_object_set_new(client, "rss_bytes", whole(result->client_rss_bytes));
    json_object_set_new(object, "client", client);
    json_object_set_new(ceiling, "rows_per_s", json_null());
    json_object_set_new(ceiling, "share", json_null());
    json_object_set_new(object, "ceiling", ceiling);
    json_object_set_new(object, "series", last ? series_json(last) : json_array());
    json_object_set_new(object, "verified", last ? verified_json(last) : json_null());
    json_object_set_new(object, "warnings", json_array());
    return object;
}

static json_t *server_json(const struct result *result) {
    json_t *object = json_object(), *settings = json_object();
    json_object_set_new(object, "version", text(result->server.version));
    json_object_set_new(object, "version_num", json_integer(result->server.version_num));
    json_object_set_new(object, "throwaway", json_boolean(result->throwaway));
    json_object_set_new(object, "target", text(result->target));
    json_object_set_new(object, "durability", text(durability_name(result->server.durability)));
    for (size_t i = 0; i < result->server.setting_count; i++)
        json_object_set_new(settings, result->server.settings[i].name,
                            text(result->server.settings[i].value));
    json_object_set_new(object, "settings", settings);
    return object;
}

static json_t *workload_json(const struct result *result) {
    json_t *object = json_object(), *columns = json_array();
    json_object_set_new(object, "name", text(result->workload));
    json_object_set_new(object, "table", text(result->table));
    for (size_t i = 0; i < result->column_count; i++) {
        json_t *column = json_object();
        json_object_set_new(column, "name", text(result->columns[i].name));
        json_object_set_new(column, "type", text(result->columns[i].type));
        const char *generator = result->columns[i].generator;
        json_object_set_new(column, "generator", *generator ? text(generator) : json_null());
        json_array_append_new(columns, column);
    }
    json_object_set_new(object, "columns", columns);
    json_object_set_new(object, "row_bytes", number(result->row_bytes));
    return object;
}

static json_t *result_json(const struct result *result) {
    json_t *root = json_object(), *tool = json_object(), *command = json_array();
    json_t *host = json_object(), *run = json_object(), *cells = json_array(),
           *warnings = json_array();
    json_object_set_new(root, "format", text("pgwrite/1"));
    json_object_set_new(tool, "version", text(PGWRITE_VERSION));
    json_object_set_new(root, "tool", tool);
    json_object_set_new(root, "started_at", text(result->started_at));
    for (size_t i = 0; i < result->command_count; i++)
        json_array_append_new(command, text(result->command[i]));
    json_object_set_new(root, "command", command);
    json_object_set_new(root, "seed", count(result->seed));
    json_object_set_new(run, "warmup_s", number((double)result->warmup_ns / 1e9));
    json_object_set_new(run, "duration_s",
                        result->rows ? json_null() : number((double)result->duration_ns / 1e9));
    json_object_set_new(run, "rows", result->rows ? count(result->rows) : json_null());
    json_object_set_new(run, "rounds", count(result->rounds));
    json_object_set_new(run, "binding", text(result->binding));
    json_object_set_new(root, "run", run);
    json_object_set_new(host, "cpus", json_integer(result->cpus));
    json_object_set_new(host, "memory_bytes", whole(result->memory_bytes));
    json_object_set_new(host, "kernel", text(result->kernel));
    json_object_set_new(root, "host", host);
    json_object_set_new(root, "server", server_json(result));
    json_object_set_new(root, "workload", workload_json(result));
    for (size_t i = 0; i < result->cell_count; i++)
        json_array_append_new(cells, cell_json(result, &result->cells[i]));
    json_object_set_new(root, "cells", cells);
    json_object_set_new(root, "thresholds", json_array());
    for (size_t i = 0; i < result->warning_count; i++)
        json_array_append_new(warnings, text(result->warnings[i]));
    json_object_set_new(root, "warnings", warnings);
    json_object_set_new(root, "interrupted", json_boolean(result->interrupted));
    json_object_set_new(root, "verdict",
                        text(result_ok(result)     ? "pass"
                             : result->interrupted ? "inconclusive"
                                                   : "fail"));
    return root;
}

static bool write_whole(FILE *out, const char *encoded) {
    return fputs(encoded, out) >= 0 && fputc('\n', out) >= 0 && fflush(out) == 0;
}

/* A device, a pipe or a terminal is written to as it is: only a file can be replaced by another. */
static bool write_in_place(const char *file) {
    struct stat info;
    return stat(file, &info) == 0 && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode);
}

/* Beside the file, so that it appears whole; a symlink stays and its file is replaced. */
static bool write_renamed(const char *file, const char *encoded) {
    char *real = realpath(file, NULL);
    const char *place = real ? real : file;
    char *temporary = mem_printf("%s.%ld", place, (long)getpid());
    FILE *out = fopen(temporary, "wx");
    bool ok = out && write_whole(out, encoded);
    ok = (!out || fclose(out) == 0) && ok && rename(temporary, place) == 0;
    int why = errno;
    if (out && !ok)
        unlink(temporary);
    free(temporary);
    free(real);
    errno = why;
    return ok;
}

static bool write_device(const char *file, const char *encoded) {
    FILE *out = fopen(file, "w");
    bool ok = out && write_whole(out, encoded);
    int why = errno;
    if (out && fclose(out) != 0 && ok) {
        why = errno;
        ok = false;
    }
    errno = why;
    return ok;
}

bool result_check_json(const char *file, struct error *error) {
    struct stat info;
    if (strcmp(file, "-") == 0)
        return true;
    bool exists = stat(file, &info) == 0;
    const char *slash = strrchr(file, '/');
    char *folder = slash ? mem_printf("%.*s/", (int)(slash - file), file) : mem_printf(".");
    if (exists && S_ISDIR(info.st_mode))
        errno = EISDIR;
    bool ok = !(exists && S_ISDIR(info.st_mode)) &&
              access(write_in_place(file) ? file : folder, W_OK) == 0;
    free(folder);
    return ok || error_usage(error, "--json: can't write %s: %s", file, strerror(errno));
}

bool result_write_json(const struct result *result, const char *file, struct error *error) {
    json_t *root = result_json(result);
    char *encoded = json_dumps(root, JSON_INDENT(1) | JSON_REAL_PRECISION(12));
    json_decref(root);
    if (!encoded)
        panic("a result that can't be encoded as JSON");
    bool ok;
    if (strcmp(file, "-") == 0) {
        ok = write_whole(stdout, encoded) ||
             error_set(error, "can't write to standard output: %s", strerror(errno));
    } else {
        ok = (write_in_place(file) ? write_device(file, encoded) : write_renamed(file, encoded)) ||
             error_set(error, "--json: can't write %s: %s", file, strerror(errno));
    }
    free(encoded);
    return ok;
}
