/* The parts of format pgwrite/1, each in a file of its own. The caller owns what is returned. */
#ifndef PGWRITE_RESULT_JSON_INTERNAL_H
#define PGWRITE_RESULT_JSON_INTERNAL_H

#include "result/json_value.h"
#include "result/result.h"
#include "result/total.h"

/* json.c: the document of a run, and parts that a study has too */
json_t *result_json(const struct result *result);
json_t *run_json(const struct result *result);
json_t *host_json(const struct result *result);
json_t *server_json(const struct server_facts *server, bool throwaway, const char *target);
json_t *workload_json(const struct result *result);
json_t *fsync_json(const struct result *result); /* null: not probed */

/* json_cell.c */
json_t *cell_json(const struct result *result, const struct result_cell *cell);

/* json_round.c */
json_t *round_json(const struct result *result, const struct result_round *round);
/* By enum latency; one that is NULL is null. */
json_t *latencies_json(const struct histogram *const latency[LATENCY_COUNT]);
json_t *verified_json(const struct result_round *round);

/* json_series.c */
json_t *series_json(const struct result *result, const struct result_round *round);

/* json_load.c: what was asked for, and what came of it */
void add_load(json_t *object, const struct result *result, const struct result_cell *cell);
void add_demand(json_t *object, const struct result *result, const struct result_cell *cell);
json_t *accounting_json(const struct load_result *load); /* of a round; null if it was not loaded */
json_t *checks_json(const struct result_check *checks, size_t count);
json_t *table_rows_json(const struct result_table *table);
/* json_plan.c: what the load was to be; null where a result has none */
json_t *load_json(const struct result *result);
enum { STATEMENT_KINDS = STATEMENT_PAUSE + 1, FAULT_KINDS = FAULT_DELAY + 1 };
extern const char *const statement_kind_names[STATEMENT_KINDS]; /* "insert", …, "sql", "pause" */
/* json_counts.c: what the load engine counted in a round; null: it was not loaded */
json_t *counts_json(const struct load_result *load,
                    const struct histogram *const latency[LATENCY_COUNT]);
json_t *histograms_json(const struct histogram *const latency[LATENCY_COUNT]);
/* What is exact of them beside their buckets. */
json_t *histograms_exact_json(const struct histogram *const latency[LATENCY_COUNT]);
/* json_steps.c: by stage and by step; empty where the workload has none */
json_t *stages_json(const struct result *result, const struct result_cell *cell);
json_t *steps_json(const struct result *result, const struct result_cell *cell);
void add_asked(json_t *object, const struct result *result, const struct result_demand *demand);
/* json_thresholds.c */
json_t *thresholds_json(const struct result *result);
/* A threshold's limit, or a value to hold to it: times in µs. null: not known, or without end. */
json_t *measure_json(double value, enum metric_unit unit);
extern const char *const measure_unit_names[]; /* "us", "share", …: what measure_json is in */

/* json_waits.c */
json_t *locks_json(const struct result_round *round);
json_t *profile_json(const struct observation *seen);
json_t *time_json(const double parts[TIME_PARTS]); /* null if they are unknown */

/* json_server.c: of a round and of all rounds of a cell alike */
struct wal_figures {
    double bytes, bytes_per_row;                             /* of the window */
    double records_per_row, fpi_per_row, flushes_per_commit; /* of the whole round */
};
json_t *wal_json(const struct wal_figures *figures, const struct server_statistics *statistics);
json_t *table_json(double heap_bytes_per_row, double index_bytes_per_row,
                   const struct server_statistics *statistics);
json_t *server_host_json(const struct host_usage *host, double cpu_us_per_row);
json_t *machine_json(const struct host_usage *host);
json_t *companion_json(const struct companion_result *companion);
/* checkpoints*, buffers, temp; checkpoints: done in the window */
void add_server_statistics(json_t *object, double checkpoints,
                           const struct server_statistics *statistics);

#endif
