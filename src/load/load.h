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

/* One interval of the run, all workers. */
struct load_interval {
    double t_s;      /* its beginning, since go */
    double length_s; /* of the interval; the last one is shorter */
    uint64_t rows, commits;
    uint64_t errors;         /* attempts that failed, retried or not */
    uint64_t p50_ns, p99_ns; /* of response; 0: not known (no commit, or handed in too late) */
};

/* Called on the caller's thread. Each may be NULL. */
struct load_hooks {
    void *context;
    void (*connected)(void *context); /* all connections are ready, nothing is written yet */
    void (*started)(void *context, uint64_t go_ns);
    void (*window_begin)(void *context, uint64_t ns);
    void (*window_end)(void *context, uint64_t ns);
    /* Without a fixed window (open_window): asked five times a second whether the window may begin
     * or, while it is measured, end. intervals: the whole ones so far. */
    bool (*may_begin)(void *context, uint64_t now_ns, const struct load_interval *intervals,
                      size_t count);
    bool (*may_end)(void *context, uint64_t now_ns);
    /* About five times a second: rows so far, and the last whole interval (NULL at first). False
     * stops the run, which then fails with *error. */
    bool (*progress)(void *context, uint64_t now_ns, uint64_t rows,
                     const struct load_interval *last, struct error *error);
};

struct load_options {
    const struct target *target;
    const char *application_name;
    const char *session_sql; /* to be executed in every session first, or NULL */
    bool pooled;             /* the server is behind a pooler in transaction mode: nothing is set in
                                its sessions, which others get next */
    const struct write_plan *write;
    uint32_t pool;
    uint32_t threads;                /* 1..pool */
    uint64_t warmup_ns, duration_ns; /* of a fixed window */
    bool open_window;                /* the hooks decide when it begins and ends */
    uint64_t interval_ns;            /* of the time line */
    uint64_t rows; /* 0: by time; else exactly rows 0 … rows - 1, all of them measured */
    uint64_t seed; /* of the batch sizes */
    struct load_hooks hooks;
};

struct load_result {
    double seconds;         /* of the measured window */
    uint64_t rows, commits; /* acknowledged inside it */
    double window_at_s;     /* its beginning since go; negative if it never began */
    uint64_t started, committed, failed, abandoned; /* transactions of the whole run */
    uint64_t retried;                               /* attempts that the server gave up for a
                                                       deadlock (40P01) or a conflict (40001) */
    uint64_t rows_acknowledged;                     /* of the whole run, warm-up and end included */
    uint64_t rows_ambiguous;                        /* in transactions whose end is not known */
    bool miscounted; /* the server acknowledged another number of rows than were sent */
    uint64_t cpu_ns; /* of this process inside the window: all threads, user and system */
    struct histogram *response; /* of the commits in the window */
    struct histogram *commit;   /* NULL: the path's COMMIT can't be told from its statement */
    struct histogram *statement;
    struct load_interval *intervals;
    size_t interval_count;
};

/* Runs. On false, error says why; result is valid all the same and holds what was measured until
 * then. */
MUST_CHECK bool load_run(const struct load_options *options, struct load_result *result,
                         struct error *error);
void load_result_release(struct load_result *result);

/* Threads to use when the user gives none: CPUs, at most the pool. */
uint32_t load_default_threads(uint32_t pool);

#endif
