/*
 * The load engine: a pool of connections on worker threads that write commit after commit, closed
 * loop.
 *
 * Each worker owns one event loop, its connections, its row numbers, its histograms; workers share
 * nothing mutable while they write. The caller's thread waits, hands intervals on to the hooks, and
 * stops the run when the time is over, when interrupted(), or when a worker has met an error.
 *
 *     connect + prepare (parallel) | warm-up | measured window | what is in flight ends
 *                                  go        begin             end
 *
 * Accounting: started = committed + failed + abandoned. It is asserted at the end of every run.
 */
#ifndef PGWRITE_LOAD_LOAD_H
#define PGWRITE_LOAD_LOAD_H

#include "pg/target.h"
#include "stats/histogram.h"
#include "write/write.h"

/* One second of the run, all workers. */
struct load_interval {
    double t_s;      /* its beginning, since go */
    double length_s; /* 1, but for the last */
    uint64_t rows, commits;
    uint64_t p50_ns, p99_ns; /* of response; 0 if no commit */
};

/* Called on the caller's thread. Each may be NULL. */
struct load_hooks {
    void *context;
    void (*connected)(void *context); /* all connections are ready, nothing is written yet */
    void (*window_begin)(void *context, uint64_t ns);
    void (*window_end)(void *context, uint64_t ns);
    /* About five times a second: rows so far, and the last whole interval (NULL at first). */
    void (*progress)(void *context, uint64_t now_ns, uint64_t rows,
                     const struct load_interval *last);
};

struct load_options {
    const struct target *target;
    const char *application_name;
    const struct write_plan *write;
    uint32_t pool;
    uint32_t threads; /* 1..pool */
    uint64_t warmup_ns, duration_ns;
    uint64_t rows; /* 0: by time; else exactly rows 0 … rows - 1, all of them measured */
    uint64_t seed; /* of the batch sizes */
    struct load_hooks hooks;
};

struct load_result {
    double seconds;                                 /* of the measured window */
    uint64_t rows, commits;                         /* acknowledged inside it */
    uint64_t started, committed, failed, abandoned; /* transactions of the whole run */
    uint64_t rows_acknowledged;                     /* of the whole run, warm-up and end included */
    uint64_t rows_ambiguous;                        /* in transactions whose end is not known */
    bool miscounted; /* the server acknowledged another number of rows than were sent */
    uint64_t cpu_ns; /* of this process inside the window: all threads, user and system */
    struct histogram *response; /* of the commits in the window */
    struct histogram *commit;   /* NULL: the path's COMMIT can't be told from its statement */
    struct histogram *statement;
    struct load_interval *intervals;
    size_t interval_count;
    bool complete; /* the whole window was measured, without error or interruption */
};

/* Runs. On false, error says why; result is valid all the same and holds what was measured until
 * then. */
MUST_CHECK bool load_run(const struct load_options *options, struct load_result *result,
                         struct error *error);
void load_result_release(struct load_result *result);

/* Threads to use when the user gives none: CPUs, at most the pool. */
uint32_t load_default_threads(uint32_t pool);

#endif
