/*
 * Figures that are looked at once an interval, and are not counted while they happen: the size of
 * the tables that are written, the memory of the server's processes, and what the workload's own
 * queries say (the depth of a queue). A thread and a connection of their own, so that a slow query
 * delays nothing else.
 */
#ifndef PGWRITE_OBSERVE_GAUGES_H
#define PGWRITE_OBSERVE_GAUGES_H

#include <sys/types.h>

#include "pg/target.h"
#include "workload/workload.h"

struct gauges_options {
    const struct target *target;
    const char *schema;                   /* search_path of the queries */
    const struct workload_query *queries; /* one number each; longer-lived */
    size_t query_count;
    const int64_t *tables; /* OIDs of the tables that are written */
    size_t table_count;
    pid_t postmaster;     /* of a server on this machine, else 0 */
    uint64_t interval_ns; /* of the series */
};

/* At the end of an interval. Negative or NAN: not known (the query failed, or was not done in
 * time). */
struct gauge_sample {
    double memory_bytes; /* host_own_memory_bytes() */
    double table_bytes;  /* heaps, indexes and TOAST of the tables */
    double live_rows; /* of the same tables, as far as the statistics know: those of idle sessions
                         come up to 10 s late */
    double *gauges;   /* one a query; NAN: NULL, or not known */
};

struct gauges;

/* Connects, and asks each query once: what the workload has wrong is an EXIT_USAGE error with its
 * place. */
MUST_CHECK bool gauges_open(const struct gauges_options *options, struct gauges **out,
                            struct error *error);

/* Looks from go_ns (clock_ns) on. Once. */
void gauges_start(struct gauges *gauges, uint64_t go_ns);

/* What the queries said last, one value each (NAN: not known); false: nothing yet. */
bool gauges_live(struct gauges *gauges, double *values);

/* Ends thread and connection, never waiting longer than a query's deadline, and gives the samples:
 * number i is of the end of interval i. NULL is fine. */
void gauges_close(struct gauges *gauges, struct gauge_sample **samples, size_t *count);
void gauges_free(struct gauge_sample *samples, size_t count);

#endif
