/*
 * What `pgwrite size` found: filled by study/size*.c, shown by src/report and written as JSON.
 *
 * Rates are transactions a second but where a name says rows; times are seconds; shares are 0..1.
 * Unknown is UNKNOWN, "not reached" is said beside.
 */
#ifndef PGWRITE_RESULT_SIZE_H
#define PGWRITE_RESULT_SIZE_H

#include "result/phase.h"
#include "result/result.h"
#include "stats/usl.h"

/* What holds a load back. */
enum size_limit {
    SIZE_LIMIT_UNKNOWN,
    SIZE_LIMIT_CLIENT,       /* pgwrite's own thread */
    SIZE_LIMIT_CPU,          /* of the machine, or of a server on another one by its waits */
    SIZE_LIMIT_COMMIT_FLUSH, /* WAL to the disk */
    SIZE_LIMIT_LOCK,         /* heavyweight locks */
    SIZE_LIMIT_EXTEND,       /* making the table longer */
    SIZE_LIMIT_LWLOCK,       /* the server's inner locks */
    SIZE_LIMIT_IO,           /* reading and writing data files */
    SIZE_LIMIT_NETWORK,      /* idle in transaction: round trips */
    SIZE_LIMIT_STATEMENT,    /* another wait inside the statement: a sleep, an extension */
    SIZE_LIMIT_POOL,         /* all connections busy, while more of them would do more */
    SIZE_LIMITS
};
extern const char *const size_limit_names[SIZE_LIMITS]; /* "commit-flush", for JSON */

struct size_cause {
    enum size_limit limit;
    const char
        *evidence; /* "commit flush took 71 % of the busy sessions' time (LWLock:WALWrite
                      55 %, IO:WALSync 16 %); CPU of this machine 48 % busy"; NULL: unknown */
};

/* One round: a load, and what it came to. */
struct size_point {
    const char *path;
    uint32_t pool;
    struct range batch; /* 0 to 0: a mix */
    double rate_per_s;  /* asked for; UNKNOWN: a closed loop, the pool alone */
    double seconds;     /* that were measured, without the warm-up */
    double commits_per_s, rows_per_s;
    double asked, done; /* of an open loop: wishes, and those of them that were committed */
    double errors;      /* share, as the metric `errors` */
    double mean_s, p50_s, p99_s, max_s; /* of response */
    uint64_t responses;
    double little;            /* closed loop: time in responses over pool × seconds: 1 by Little's
                                 law; UNKNOWN where fewer than 50 responses of the mean length fit
                                 into the window */
    double busy_share;        /* of the pool's connections, mean */
    double parts[TIME_PARTS]; /* shares of the sessions' time; UNKNOWN */
    uint64_t wait_samples;
    struct size_cause cause;
    double wal_bytes_per_row, wal_bytes_per_s, flushes_per_s; /* of WAL */
    double heap_bytes_per_row, index_bytes_per_row;
    double server_cpu_us_per_row, client_cpu_us_per_row;
    double cpu_share; /* of this machine's CPUs by server and client together; UNKNOWN for a
                         server elsewhere */
    double steal_share, pressure_cpu, pressure_io;
    double checkpoints;            /* done in the window */
    double checkpoint_bytes_per_s; /* written by the checkpointer over the whole round */
    double autovacuums;
    double memory_bytes; /* the server's processes' own, without shared memory; most seen */
};

enum size_verdict { SIZE_HOLDS, SIZE_FAILS, SIZE_UNSURE };
extern const char *const size_verdict_names[]; /* "holds", "fails", "unsure" */

/* One SLO in one probe. */
struct size_slo {
    const struct threshold *threshold;
    double value;             /* over all windows; NAN: unknown */
    double worst;             /* of the windows; NAN */
    uint64_t samples, misses; /* of a quantile: responses, and those beyond the limit */
    enum size_verdict verdict;
};

/* A rate that was tried. */
struct size_probe {
    struct size_point point;
    struct size_slo *slos; /* as many as size_result has */
    size_t windows;        /* into which it was cut, each judged on its own */
    double achieved;       /* done / asked */
    double lag_growth_s;   /* of responses, from its beginning to its end, by a Theil-Sen line; 0
                              where they become shorter; UNKNOWN */
    enum size_verdict verdict;
    const char *why; /* of SIZE_FAILS, SIZE_UNSURE: "p99(response) was 81 ms, more than 50
                        ms, in window 3 of 6"; of SIZE_HOLDS NULL */
    bool soak;
};

/* A batch size: the pool alone, as fast as it can. */
struct size_batch {
    uint64_t rows;
    struct size_point point;
    double commits_needed_per_s; /* for the need at its peak; UNKNOWN without a need */
    double use;                  /* of what it can do at most that the need takes; UNKNOWN */
};

/* What a server for the planned rate must have, in units that can be bought. */
struct size_requirements {
    bool known;
    double rate_per_s, rows_per_s; /* planned: the need at its peak or, without one, 65 % of the
                                      capacity */
    bool measured;                 /* at that rate; else scaled from `from_rate_per_s` */
    double from_rate_per_s;
    double wal_bytes_per_s, flushes_per_s;
    double checkpoint_bytes_per_s; /* scaled from the soak: at most */
    double average_rows_per_s;     /* growth is of the average, without the peak */
    double heap_bytes_per_day, index_bytes_per_day, wal_bytes_per_day;
    uint32_t connections;
    double server_cpu_s_per_million, client_cpu_s_per_million; /* rows; transactions with a mix */
    double cpus_busy;                                          /* server and client, at that rate */
    double memory_bytes; /* of all of the server's processes, without shared memory */
};

/* For another disk. A model, and always labelled so. */
struct size_prediction {
    bool asked;                       /* --fsync or --disk-mbps */
    double fsync_s, disk_bytes_per_s; /* UNKNOWN: not given */
    bool known;
    const char *unknown_why; /* "the flush time of this server is not known" */
    double fsync_here_s;     /* measured */
    double closed_per_s, capacity_per_s, capacity_rows_per_s;
    double flush_bound_per_s; /* capacity by flushes alone */
    double disk_bound_per_s;  /* by the disk's bandwidth alone; UNKNOWN: not asked */
    const char *limit;        /* "flushes", "bandwidth", "as here" */
    enum { PREDICTED_UNKNOWN, PREDICTED_FITS, PREDICTED_SHORT } fits;
};

enum size_fit { SIZE_NO_NEED, SIZE_FITS, SIZE_SHORT, SIZE_UNDECIDED };
extern const char *const size_fit_names[]; /* "no-need", "fits", "short", "undecided" */
/* By enum usl_outcome: "fits", "too-few", … */
extern const char *const size_law_names[USL_VAGUE + 1];

/* Of the capacity that is planned with: arrivals come in bursts, and machines fail. */
#define SIZE_USE 0.65

struct size_result {
    struct result *block;        /* where and how it was measured: without any cell */
    const char *workload, *cell; /* "insert", "multirow, batch 8..15", "mix" */
    bool mix; /* steps: needs and rates are transactions, and rows those that are written */
    const char *target;
    bool throwaway;
    const struct server_facts *server;
    double budget_s, seconds;
    struct study_phase *phases;
    size_t phase_count;
    const struct threshold *slos;
    size_t slo_count;
    double need_per_s;      /* as given: rows, of a mix transactions; UNKNOWN: none */
    double peak;            /* 10 */
    double rows_per_commit; /* measured; of a mix UNKNOWN or what is written */

    /* 1. Pool */
    struct size_point *levels; /* every round of the sweep, in the order of measuring */
    size_t level_count;
    struct usl_fit fit;
    const char *no_fit;           /* why it is not used, in words; NULL: it is */
    uint32_t pool;                /* to use; 0: not reached */
    uint32_t pool_low, pool_high; /* interval; 0: not known */
    bool pool_given;              /* one level alone was asked for */
    bool pool_edge;               /* the largest that was tried: more might do more */
    double closed_per_s;          /* of the pool alone, at that pool: median */
    struct size_cause pool_cause; /* what limits beyond it */
    double little_worst;          /* furthest from 1 of all levels; UNKNOWN */

    /* 2. Capacity */
    struct size_probe *probes; /* in the order of measuring, soaks included */
    size_t probe_count;
    double low_per_s, high_per_s; /* the bracket: highest that held, lowest that did not; UNKNOWN */
    double capacity_per_s;        /* UNKNOWN: none was found to hold */
    bool bracketed;               /* to within 5 % */
    bool confirmed;               /* by a soak across two checkpoints */
    const char *unconfirmed;      /* why not */
    struct size_cause capacity_cause; /* the first resource to run out */

    /* 3. Answer */
    enum size_fit fits;
    bool need_confirmed; /* at_need is of the need, held, across two checkpoints */
    const char
        *short_of;       /* of SIZE_SHORT, SIZE_UNDECIDED: a sentence: what is short, by how much */
    double needed_per_s; /* transactions, at the peak; UNKNOWN */
    double headroom;     /* capacity over that; UNKNOWN */
    struct size_batch *batches;
    size_t batch_count;

    /* 4. Requirements */
    struct size_probe *at_need; /* the round at the planned rate; NULL: not reached */
    struct size_requirements requirements;
    struct size_prediction prediction;

    bool measured, interrupted;
    const char **warnings;
    size_t warning_count;
};

/* "study": "size", as tune_write_json. */
MUST_CHECK bool size_write_json(const struct size_result *size, const char *file,
                                struct error *error);

#endif
