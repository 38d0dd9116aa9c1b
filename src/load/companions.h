/*
 * Companions: sessions that do something else while the pool writes, so that waits are real. Each
 * session has a thread and a connection of its own.
 */
#ifndef PGWRITE_LOAD_COMPANIONS_H
#define PGWRITE_LOAD_COMPANIONS_H

#include "pg/target.h"
#include "workload/workload.h"

/* What one companion did, all its sessions together, from start to stop. */
struct companion_result {
    const char *name;       /* the workload's */
    const char *what;       /* "lock row", "ddl", … */
    uint64_t runs;          /* finished ones; a hold that the end of the load cuts short is one */
    uint64_t errors;        /* lock timeouts, deadlocks, cancels, and a row to lock that is not
                               there: it goes on after them */
    uint64_t rows;          /* that read and export received */
    double total_s, max_ms; /* of the finished runs: of lock and idle-in-transaction the time held
                               (from the moment when it had the lock) */
    double waited_s;        /* lock: for its own lock */
    char first_error[160];  /* "" if none */
};

struct companions;

struct companions_options {
    const struct target *target;
    const struct workload *workload; /* longer-lived */
    const char *schema;              /* the run's own: their search_path */
    const char *table;               /* quoted and qualified: the one that is written to */
};

/* Connects all sessions, application_name "pgwrite companion NAME", and checks what can be checked
 * without doing it: tables, conditions, queries, the right to CHECKPOINT. What the workload has
 * wrong is an EXIT_USAGE error with its place. *out is NULL without companions; every function
 * takes NULL. */
MUST_CHECK bool companions_open(const struct companions_options *options, struct companions **out,
                                struct error *error);
/* Their threads and clocks begin. Once at most. */
void companions_start(struct companions *companions);
/* Whether one has met an error that ends the run: anything but a lock timeout (55P03), a deadlock
 * (40P01), a serialization failure (40001) or a cancelled statement (57014). The error has the
 * place in the workload. */
bool companions_failed(struct companions *companions, struct error *error);
/* Cancels what is in flight, rolls back, ends threads and connections. Takes 10 s at most for a
 * server that hangs. results: one for each companion of the workload, in its order, in the caller's
 * array, or NULL; their names are the workload's. */
void companions_close(struct companions *companions, struct companion_result *results);

#endif
