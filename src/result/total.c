#include "result/total.h"

#include <stdio.h>
#include <string.h>

void result_add(double *sum, double value) {
    if (is_known(value))
        *sum = (is_known(*sum) ? *sum : 0) + value;
}

bool result_is_measured(const struct result_round *round) {
    return round->seconds > 0 && (round->commits > 0 || round->complete);
}

static void add_statistics(struct server_statistics *sum, const struct server_statistics *round) {
    result_add(&sum->temp_files, round->temp_files);
    result_add(&sum->temp_bytes, round->temp_bytes);
    result_add(&sum->wal_records, round->wal_records);
    result_add(&sum->wal_fpi, round->wal_fpi);
    result_add(&sum->wal_buffers_full, round->wal_buffers_full);
    result_add(&sum->wal_flushes, round->wal_flushes);
    result_add(&sum->checkpoints_timed, round->checkpoints_timed);
    result_add(&sum->checkpoints_requested, round->checkpoints_requested);
    result_add(&sum->buffers_checkpointer, round->buffers_checkpointer);
    result_add(&sum->buffers_bgwriter, round->buffers_bgwriter);
    result_add(&sum->buffers_backend, round->buffers_backend);
    result_add(&sum->rows_inserted, round->rows_inserted);
    result_add(&sum->rows_updated, round->rows_updated);
    result_add(&sum->rows_hot_updated, round->rows_hot_updated);
    result_add(&sum->autovacuums, round->autovacuums);
    result_add(&sum->autoanalyzes, round->autoanalyzes);
}

void result_total(const struct result_cell *cell, struct result_total *out) {
    out->wal_bytes = out->deadlocks = out->checkpoints = UNKNOWN;
    statistics_unknown(&out->statistics);
    for (size_t i = 0; i < cell->round_count; i++) {
        const struct result_round *round = &cell->rounds[i];
        result_add(&out->wal_bytes, round->wal_bytes);
        result_add(&out->deadlocks, round->deadlocks);
        result_add(&out->checkpoints, round->checkpoints);
        add_statistics(&out->statistics, &round->statistics);
    }
}

/* A share is kept as the time that it stands for until all rounds are in. */
struct mean {
    double sum, seconds;
};
static void mean_add(struct mean *mean, double share, double seconds) {
    if (!is_known(share))
        return;
    mean->sum += share * seconds;
    mean->seconds += seconds;
}
static double mean_value(const struct mean *mean) {
    return mean->seconds > 0 ? mean->sum / mean->seconds : UNKNOWN;
}

void result_host(const struct result_cell *cell, struct host_usage *out) {
    struct mean steal = {0}, cpu = {0}, io = {0}, memory = {0}, server = {0};
    host_unknown(out);
    out->seconds = 0;
    for (size_t i = 0; i < cell->round_count; i++) {
        const struct result_round *round = &cell->rounds[i];
        const struct host_usage *host = &round->host;
        if (round->seconds <= 0)
            continue;
        out->seconds += round->seconds;
        mean_add(&steal, host->steal_share, round->seconds);
        mean_add(&cpu, host->pressure_cpu, round->seconds);
        mean_add(&io, host->pressure_io, round->seconds);
        mean_add(&memory, host->pressure_memory, round->seconds);
        mean_add(&server, host->server_cpu_share, round->seconds);
        result_add(&out->server_cpu_s, host->server_cpu_s);
        result_add(&out->server_disk_written_bytes, host->server_disk_written_bytes);
        if (host->server_memory_bytes > out->server_memory_bytes)
            out->server_memory_bytes = host->server_memory_bytes;
    }
    out->steal_share = mean_value(&steal);
    out->pressure_cpu = mean_value(&cpu);
    out->pressure_io = mean_value(&io);
    out->pressure_memory = mean_value(&memory);
    out->server_cpu_share = mean_value(&server);
}

size_t result_companion_count(const struct result_cell *cell) {
    size_t count = 0;
    for (size_t i = 0; i < cell->round_count; i++)
        if (cell->rounds[i].companion_count > count)
            count = cell->rounds[i].companion_count;
    return count;
}

void result_companion(const struct result_cell *cell, size_t number, struct companion_result *out) {
    *out = (struct companion_result){0};
    for (size_t i = 0; i < cell->round_count; i++) {
        if (number >= cell->rounds[i].companion_count)
            continue;
        const struct companion_result *round = &cell->rounds[i].companions[number];
        out->name = round->name;
        out->what = round->what;
        out->runs += round->runs;
        out->errors += round->errors;
        out->rows += round->rows;
        out->total_s += round->total_s;
        out->waited_s += round->waited_s;
        out->max_ms = round->max_ms > out->max_ms ? round->max_ms : out->max_ms;
        if (!*out->first_error)
            snprintf(out->first_error, sizeof out->first_error, "%s", round->first_error);
    }
}

bool result_companion_reads(const struct companion_result *companion) {
    return strcmp(companion->what, "read") == 0 || strcmp(companion->what, "export") == 0;
}

double result_hot_share(const struct server_statistics *statistics) {
    return statistics->rows_updated > 0 && is_known(statistics->rows_hot_updated)
               ? statistics->rows_hot_updated / statistics->rows_updated
               : UNKNOWN;
}
