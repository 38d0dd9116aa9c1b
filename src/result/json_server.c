/* The server's side as JSON: its statistics, its processes, its machine, and the companions. */
#include <math.h>
#include <string.h>

#include "result/json_internal.h"
#include "result/total.h"

json_t *wal_json(const struct wal_figures *figures, const struct server_statistics *statistics) {
    json_t *object = json_object();
    json_object_set_new(object, "bytes", value_whole(figures->bytes));
    json_object_set_new(object, "bytes_per_row", value_number(figures->bytes_per_row));
    json_object_set_new(object, "records", value_whole(statistics->wal_records));
    json_object_set_new(object, "fpi", value_whole(statistics->wal_fpi));
    json_object_set_new(object, "flushes", value_whole(statistics->wal_flushes));
    json_object_set_new(object, "buffers_full", value_whole(statistics->wal_buffers_full));
    json_object_set_new(object, "records_per_row", value_number(figures->records_per_row));
    json_object_set_new(object, "fpi_per_row", value_number(figures->fpi_per_row));
    json_object_set_new(object, "flushes_per_commit", value_number(figures->flushes_per_commit));
    return object;
}

json_t *table_json(double heap_bytes_per_row, double index_bytes_per_row,
                   const struct server_statistics *statistics) {
    json_t *object = json_object();
    json_object_set_new(object, "heap_bytes_per_row", value_number(heap_bytes_per_row));
    json_object_set_new(object, "index_bytes_per_row", value_number(index_bytes_per_row));
    json_object_set_new(object, "inserted", value_whole(statistics->rows_inserted));
    json_object_set_new(object, "updated", value_whole(statistics->rows_updated));
    json_object_set_new(object, "hot_updated", value_whole(statistics->rows_hot_updated));
    json_object_set_new(object, "hot_share", value_number(result_hot_share(statistics)));
    json_object_set_new(object, "autovacuums", value_whole(statistics->autovacuums));
    json_object_set_new(object, "autoanalyzes", value_whole(statistics->autoanalyzes));
    return object;
}

void add_server_statistics(json_t *object, double checkpoints,
                           const struct server_statistics *statistics) {
    json_t *buffers = json_object(), *temp = json_object();
    json_object_set_new(object, "checkpoints", value_whole(checkpoints));
    json_object_set_new(object, "checkpoints_timed", value_whole(statistics->checkpoints_timed));
    json_object_set_new(object, "checkpoints_requested",
                        value_whole(statistics->checkpoints_requested));
    json_object_set_new(buffers, "checkpointer", value_whole(statistics->buffers_checkpointer));
    json_object_set_new(buffers, "bgwriter", value_whole(statistics->buffers_bgwriter));
    json_object_set_new(buffers, "backend", value_whole(statistics->buffers_backend));
    json_object_set_new(object, "buffers", buffers);
    json_object_set_new(temp, "files", value_whole(statistics->temp_files));
    json_object_set_new(temp, "bytes", value_whole(statistics->temp_bytes));
    json_object_set_new(object, "temp", temp);
}

json_t *server_host_json(const struct host_usage *host, double cpu_us_per_row) {
    json_t *object = json_object();
    json_object_set_new(object, "cpu_s", value_number(host->server_cpu_s));
    json_object_set_new(object, "cpu_share", value_number(host->server_cpu_share));
    json_object_set_new(object, "cpu_us_per_row", value_number(cpu_us_per_row));
    json_object_set_new(object, "memory_bytes", value_whole(host->server_memory_bytes));
    json_object_set_new(object, "disk_written_bytes", value_whole(host->server_disk_written_bytes));
    return object;
}

json_t *machine_json(const struct host_usage *host) {
    json_t *object = json_object();
    json_object_set_new(object, "steal_share", value_number(host->steal_share));
    json_object_set_new(object, "pressure_cpu", value_number(host->pressure_cpu));
    json_object_set_new(object, "pressure_io", value_number(host->pressure_io));
    json_object_set_new(object, "pressure_memory", value_number(host->pressure_memory));
    return object;
}

json_t *companion_json(const struct companion_result *companion) {
    json_t *object = json_object();
    bool any = companion->runs > 0;
    bool locks = strncmp(companion->what, "lock", 4) == 0;
    json_object_set_new(object, "name", value_text(companion->name));
    json_object_set_new(object, "what", value_text(companion->what));
    json_object_set_new(object, "runs", value_count(companion->runs));
    json_object_set_new(object, "errors", value_count(companion->errors));
    json_object_set_new(object, "rows",
                        result_companion_reads(companion) ? value_count(companion->rows)
                                                          : json_null());
    /* Rounding must not lift the mean of one above its maximum. */
    double mean_ms = any ? companion->total_s * 1000 / (double)companion->runs : UNKNOWN;
    json_object_set_new(object, "mean_ms", value_number(fmin(mean_ms, companion->max_ms)));
    json_object_set_new(object, "total_s", value_number(companion->total_s));
    json_object_set_new(object, "max_ms", value_number(any ? companion->max_ms : UNKNOWN));
    json_object_set_new(object, "waited_s", value_number(locks ? companion->waited_s : UNKNOWN));
    json_object_set_new(object, "first_error", value_filled(companion->first_error));
    return object;
}
