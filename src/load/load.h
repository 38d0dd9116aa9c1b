/*
 * The load engine: a pool of connections on worker threads that carry out transactions, wish after
 * wish (demand.h): as fast as the pool can, as virtual users want them, or as they arrive.
 *
 * Each worker owns one event loop, its connections, its users, its row numbers, its histograms;
 * workers share nothing mutable while they write, but for the number of connections, which changes
 * only where one is made or ends. The caller's thread waits, hands intervals on to the hooks, and
 * stops the run when the time is over, when interrupted(), or when a worker has met an error.
 *
 *     connect + prepare (parallel) | warm-up | measured window | what is in flight ends
 *                                  go        begin             end
 *
 * With stages the window is all of them, and there is no warm-up before it. A transaction counts in
 * the window, and in the stage, in which it ends.
 *
 * Accounting: asked = started + rejected + dropped + timed out + skipped + unsent, and
 * started = committed + failed + abandoned. Both are asserted at the end of every run.
 */
#ifndef PGWRITE_LOAD_LOAD_H
#define PGWRITE_LOAD_LOAD_H

#include "load/demand.h"
#include "pg/target.h"
#include "stats/histogram.h"
#include "workload/threshold.h"
#include "write/write.h"

/* One interval of the run, all workers. */
struct load_interval {
    double t_s;      /* its beginning, since go */
    double length_s; /* of the interval; the last one is shorter */
    uint64_t rows, commits;
    uint64_t errors; /* attempts that failed, retried or not; checkout timeouts, dropped
                        arrivals */
    uint64_t failed; /* transactions; checkout timeouts, dropped arrivals */
    uint64_t asked;  /* wishes that came and that no tenant's limit rejected */
    uint64_t p50_ns, p95_ns,
        p99_ns;        /* of response; 0: not known (no commit, or handed in too late) */
    double busy, open; /* connections that work, and that there are: means of looks 100 ms apart;
                          negative: not known */
    double waiting;    /* wishes in the queue: the most of those looks */
};

/* How far a run is. */
struct load_progress {
    uint64_t now_ns;
    uint64_t rows; /* so far */
    const struct load_interval *intervals;
    size_t count; /* the whole ones so far */
    /* Of response, of the whole intervals inside the window; of those of the stage that is on. */
    const struct histogram *response, *stage_response;
    size_t first;                 /* of the intervals inside the window */
    size_t stage;                 /* that is on, or was when the last whole interval ended */
    double stage_at_s;            /* its beginning since go */
    double stage_end_s;           /* and its end: intervals that reach beyond count for none */
    uint64_t busy, open, waiting; /* connections and wishes, now */
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
    /* About five times a second, and when the last whole interval of a stage is closed. False stops
     * the run, which then fails with *error. */
    bool (*progress)(void *context, const struct load_progress *progress, struct error *error);
};

struct load_pool {
    uint32_t min, max;    /* connections; equal: a fixed pool */
    uint64_t idle_ns;     /* one that nobody needed for so long is closed, down to min; 0: never */
    uint64_t lifetime_ns; /* one that is older is closed after its transaction; 0: never */
    bool connect_each;    /* a connection of its own for each transaction; the response has the time
                             of connecting in it */
};

/* Which fault befalls a transaction is drawn for each; at most one does. */
struct load_fault {
    enum fault_kind kind;
    double share;
    uint64_t for_ns;
};

struct load_options {
    const struct target *target;
    const char *application_name;
    const char *session_sql; /* to be executed in every session first, or NULL */
    bool pooled;             /* the server is behind a pooler in transaction mode: nothing is set in
                                its sessions, which others get next */
    const struct write_plan *const *steps; /* what its transactions do */
    size_t step_count;
    const struct mix *mix; /* the tables */
    const struct load_demand *demand;
    struct load_pool pool;
    const struct load_fault *faults;
    size_t fault_count;
    bool goes_on;     /* after an error: the transaction has failed, and the connection, if it is
                         lost, is made anew; else the first error ends the run */
    uint32_t threads; /* 1..pool.max */
    bool stages;      /* the window is the demand's spans, a stage each */
    uint64_t warmup_ns, duration_ns; /* of a fixed window */
    bool open_window;                /* the hooks decide when it begins and ends */
    uint64_t interval_ns;            /* of the time line */
    uint64_t rows; /* 0: by time; else exactly rows 0 … rows - 1 of the only step, all of them
                      measured */
    uint64_t seed; /* of the batch sizes, the steps, the arrivals */
    struct load_hooks hooks;
};

/* What one step did in one stage, inside the window. */
struct load_tally {
    uint64_t committed, failed; /* transactions */
    uint64_t failed_ns;         /* for which the failed ones had a connection */
    uint64_t retried;           /* attempts that the server gave up for a deadlock (40P01) or a
                                   conflict (40001) */
    uint64_t skipped;           /* there was no row yet to work on */
    uint64_t missed;            /* updates and deletes by key, of committed transactions, that have
                                   found their row gone: not by a step's own deletes, which no
                                   other transaction's key can be of */
    uint64_t rows;              /* acknowledged: written, or of a step that only reads, read */
    /* By enum latency; NULL where it does not apply or can't be told apart: lag in a closed loop,
     * pool_wait without a queue, commit where there is no COMMIT of its own, connect but for
     * connect_each. */
    struct histogram *latency[LATENCY_COUNT];
};

/* What was wished for in one stage, or of one tenant, inside the window. */
struct load_asked {
    uint64_t asked, rejected, dropped, timed_out;
    uint64_t think_ns, thinks; /* of users: time and number of ended thinkings */
};

/* Errors of one kind, whether they ended a transaction or it was tried again. */
struct load_failure {
    char sqlstate[6];  /* "": the connection was lost, or could not be made */
    uint64_t count;    /* of the whole run: failed transactions, and connections lost or not made */
    uint64_t retried;  /* attempts that failed so and were made again */
    char message[256]; /* of the first */
};
#define LOAD_FAILURES_MAX 32 /* kinds; the rest is counted in the last one */

struct load_result {
    double seconds;         /* of the measured window */
    uint64_t rows, commits; /* acknowledged inside it; rows: written ones */
    double window_at_s;     /* its beginning since go; negative if it never began */
    size_t stage_count, step_count, tenant_count;
    struct load_tally *tallies; /* [stage * step_count + step] */
    struct load_asked *asked;   /* one a stage */
    struct load_asked *tenants; /* one a tenant */
    double *stage_seconds;      /* how long each stage lasted inside the window */
    uint64_t started, committed, failed, abandoned;   /* transactions of the whole run */
    uint64_t retried, skipped, missed;                /* of the whole run */
    uint64_t asked_all, rejected, dropped, timed_out; /* of the whole run */
    uint64_t unsent;                                  /* still in the queue when the run ended */
    uint64_t connected;                               /* connections made */
    uint64_t cut, timeouts_played, delayed;           /* faults that befell transactions */
    struct load_failure *failures;
    size_t failure_count;
    /* Of the whole run, one a table of the mix; and over all of them. */
    struct load_table {
        uint64_t inserted, deleted, inserted_ambiguous, deleted_ambiguous;
    } * tables;
    size_t table_count;
    uint64_t rows_acknowledged; /* inserted into all tables, warm-up and end included */
    uint64_t rows_ambiguous;    /* in transactions whose end is not known */
    bool miscounted;            /* the server acknowledged another number of rows than were sent */
    uint64_t cpu_ns;   /* of this process inside the window: all threads, user and system */
    uint32_t open_max; /* the most connections that there were at a time, all workers together */
    struct load_interval *intervals;
    size_t interval_count;
};

/* The tallies of some stages and steps together: SIZE_MAX means all. *out is zeroed first; its
 * histograms are the caller's (load_tally_release). */
void load_result_sum(const struct load_result *result, size_t stage, size_t step,
                     struct load_tally *out);
void load_tally_release(struct load_tally *tally);

/* Runs. On false, error says why; result is valid all the same and holds what was measured until
 * then. */
MUST_CHECK bool load_run(const struct load_options *options, struct load_result *result,
                         struct error *error);
void load_result_release(struct load_result *result);

/* Threads to use when the user gives none: CPUs, at most the pool. */
uint32_t load_default_threads(uint32_t pool);

#endif
