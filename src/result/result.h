/*
 * The result of a run, as everything that reports it sees it. Format: pgwrite/1, see
 * docs/result.md.
 *
 * What was not measured is unknown: a negative double, a NULL pointer or a count of 0 beside a
 * flag, never a made-up 0.
 */
#ifndef PGWRITE_RESULT_RESULT_H
#define PGWRITE_RESULT_RESULT_H

#include <stdio.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/units.h"
#include "load/companions.h"
#include "load/load.h"
#include "observe/facts.h"
#include "observe/fsync_probe.h"
#include "observe/gauges.h"
#include "observe/host.h"
#include "observe/lock_log.h"
#include "observe/sampler.h"
#include "observe/statistics.h"
#include "stats/histogram.h"

#define UNKNOWN (-1.0)
/* Below so many samples a share of waits is left out of what people read: half a second's worth. */
#define WAIT_SAMPLES_MIN 20
static inline bool is_known(double value) {
    return value >= 0;
}

/* Whether the measured window was steady, by the rule in docs/result.md. */
enum steadiness { STEADY_UNKNOWN, STEADY, NOT_STEADY };

/* A query that must bring no row back, after a round. */
struct result_check {
    const char *name;
    bool ok;
    double rows; /* that came back, at most 1,000 counted; UNKNOWN: it could not be asked */
};

/* A table after a round. */
struct result_table {
    char name[64];
    uint64_t rows_before;       /* there before the load */
    uint64_t inserted, deleted; /* acknowledged */
    double found;               /* rows in it */
    bool counted; /* whether found follows from the others: not with ON CONFLICT DO UPDATE, nor with
                     SQL of the user's that inserts or deletes */
};

/* One run of one cell. */
struct result_round {
    bool complete;      /* measured to its end */
    double seconds;     /* of the window; 0: nothing was measured */
    double window_at_s; /* its beginning since go; UNKNOWN if it never began */
    uint64_t rows, commits;
    uint64_t failed, abandoned;
    uint64_t retried;                                /* deadlocks and serialization failures */
    char sqlstate[6];                                /* of the failure, "" if none */
    struct histogram *response, *statement, *commit; /* commit NULL: can't be told apart */
    struct observation *waits;                       /* NULL: not sampled */
    double wal_at, wal_bytes; /* of the window: its first byte (server_wal_position), its length */
    double cpu_s;             /* of the client inside the window */
    /* Of the whole round, warm-up and end included. */
    struct server_statistics statistics;
    struct host_usage host;  /* of the window */
    struct lock_log *logged; /* NULL: not asked for, or could not be read */
    struct companion_result *companions;
    size_t companion_count;
    double checkpoints; /* done in the window; UNKNOWN if not observed */
    enum steadiness steadiness;
    char unsteady[160]; /* why, in words: "rows/s fell from 120k to 80k"; "" if steady */
    bool settled;       /* --mode steady: the warm-up levelled off; --mode cycle: two whole
                           checkpoints; true in mode fixed */
    /* Verification. */
    uint64_t acknowledged, ambiguous, found;
    /* Table by table, so that rows too many in one do not stand for those lost in another. */
    uint64_t lost, extra;
    bool found_known;
    bool checked;          /* the table was looked at to the end */
    bool verified;         /* checked, and everything is there */
    bool miscounted;       /* a commit acknowledged another number of rows than were sent */
    double server_commits; /* that the server counted, other sessions' and our control queries'
                              included */
    uint64_t committed;    /* transactions acknowledged in the whole round, to compare with it */
    double deadlocks;
    double heap_bytes, index_bytes; /* of the table after the round */
    char content_hash[64];          /* "" if not computed */
    struct load_interval *intervals;
    size_t interval_count;
    struct load_result load; /* what the load engine counted; its intervals are those above */
    struct gauge_sample *samples;
    size_t sample_count; /* at most interval_count: by the same number */
    struct result_check *checks;
    size_t check_count;
    struct result_table *tables;
    size_t table_count;
    uint64_t rows_there; /* in all of them: heap_bytes and index_bytes are of so many */
};

struct result_spread {
    double median, min, max; /* of the rounds; min and max unknown with one */
};

enum threshold_verdict { THRESHOLD_HELD, THRESHOLD_FAILED, THRESHOLD_UNKNOWN };
struct result_threshold {
    const struct threshold *threshold;
    double value;     /* NAN: unknown */
    uint64_t samples; /* of a quantile: how many values it rests on; else 0 */
    enum threshold_verdict verdict;
};

/* Over all rounds. */
struct result_cell {
    const char *path, *protocol;
    uint32_t pool, threads;
    struct range batch;         /* 0 to 0: a mix, whose steps have their own */
    uint32_t pool_min;          /* of an elastic pool less than pool, which is then its most */
    double users, rate;         /* the load without stages; UNKNOWN: not such a load */
    struct load_tally *tallies; /* merged: [stage * step_count + step] of the result's; NULL, as the
                                   two below: nothing was measured */
    struct load_asked *asked;   /* merged, one a stage */
    double *stage_seconds;      /* sums over the rounds */
    struct result_threshold *thresholds; /* one for each of the workload's, in its order, on the
                                            heap; NULL: not judged */
    struct result_round *rounds;
    size_t round_count; /* those that have begun */
    struct result_spread rows_per_s, commits_per_s;
    struct histogram *response, *statement, *commit; /* merged */
    double parts[TIME_PARTS]; /* shares of sessions × seconds; UNKNOWN without a sample */
    double commit_flush_share, lock_share;
    uint64_t wait_samples; /* behind the shares */
    double wal_bytes_per_row, cpu_us_per_row, cpu_share;
    double heap_bytes_per_row, index_bytes_per_row;
    /* Of the server's statistics over the whole rounds. */
    double wal_records_per_row, wal_fpi_per_row, wal_flushes_per_commit, hot_share;
    double server_cpu_us_per_row; /* UNKNOWN for a server elsewhere */
    /* The same path and pool into a twin table that discards the rows. */
    double ceiling_rows_per_s, ceiling_share; /* share: rows_per_s.median over it */
    uint64_t retried;
    bool complete, verified;
};

struct result_column {
    const char *name, *type, *generator; /* generator "" if left to the server */
};

struct result {
    const char *version;    /* of the pgwrite that measured; NULL: this one */
    const char *started_at; /* ISO 8601, UTC */
    const char **command;   /* words, secrets redacted; ends with NULL */
    uint64_t seed;
    const char *binding;
    /* host */
    long cpus;
    double memory_bytes;
    const char *kernel;
    double client_rss_bytes; /* peak, of the whole run */
    /* server */
    const char *target; /* how it was reached, without secrets */
    bool throwaway;
    struct server_facts server;
    /* workload */
    const char *workload, *table;
    struct result_column *columns;
    size_t column_count;
    double row_bytes; /* mean of heap bytes a row; unknown without rows */
    /* load of the run */
    enum load_source source;
    bool uniform;                   /* arrivals; else Poisson */
    const struct workload *load;    /* stages, steps, tenants, gauges, thresholds: longer-lived */
    size_t stage_count, step_count; /* 1 where the workload has none */
    uint64_t think_min_ns, think_max_ns; /* of users without stages */
    bool quick;                          /* scaled down: thresholds are shown, not judged */
    /* plan of the run */
    const char *mode; /* "fixed", "steady" or "cycle" */
    uint64_t warmup_ns, duration_ns, interval_ns, rows;
    uint32_t rounds;
    struct fsync_probe fsync; /* flushes_per_s UNKNOWN: not probed */
    const char *fsync_dir;    /* NULL: not probed */
    struct result_cell *cells;
    size_t cell_count;
    const char **warnings;
    size_t warning_count;
    bool interrupted;
    struct arena *arena; /* of all texts */
};

/* Adds a warning once. */
void result_warn(struct result *result, const char *format, ...) PRINTF_LIKE(2, 3);

/* Adds a text once to a list of warnings in the arena. */
void result_add_warning(struct arena *arena, const char ***warnings, size_t *count,
                        const char *text);

/* Adds a warning if the probe found the disk in doubt; to be called once fsync and fsync_dir are
 * there. */
void result_warn_disk(struct result *result);

/* Computes a cell's figures from its rounds. */
void result_cell_summarise(struct result_cell *cell);
void result_cell_release(struct result_cell *cell);
/* Releases its rounds, as if none had begun. */
void result_cell_forget(struct result_cell *cell);

/* "100" or "5..15". */
const char *result_batch(const struct result_cell *cell, char *out, size_t size);

/* The cell's last round that was measured: what can't be averaged is shown of it. NULL: none. */
const struct result_round *result_last_round(const struct result_cell *cell);

/* Rows that verification misses, or has found too many; UNKNOWN if the table was not looked at. A
 * row whose commit is ambiguous is neither. */
double result_lost(const struct result_round *round);
double result_extra(const struct result_round *round);

/* Whether every cell was measured and verified, and no check has brought rows back. */
bool result_ok(const struct result *result);

/* Fails if a cell was not measured or verified, or a threshold does not hold; inconclusive after an
 * interruption, or if a threshold or a check is not known. A quick run is not held to thresholds.
 */
enum result_verdict { RESULT_PASS, RESULT_FAIL, RESULT_INCONCLUSIVE };
enum result_verdict result_verdict(const struct result *result);
extern const char *const result_verdict_names[]; /* "pass", "fail", "inconclusive" */

/* Writes format pgwrite/1, by output_write. */
MUST_CHECK bool result_write_json(const struct result *result, const char *file,
                                  struct error *error);

/* A round's LATENCY_COUNT histograms in ns: its own, and those that only the load's tallies have.
 * NULL: not measured. They live until round is released and load_tally_release(sum). */
void result_latencies(const struct result_round *round, const struct histogram **latency,
                      struct load_tally *sum);

/* Likewise of all rounds of a cell, with their sum (result_tally); cell NULL: sum is of a stage or
 * a step, whose histograms are all in it. */
void result_cell_latencies(const struct result_cell *cell, const struct load_tally *sum,
                           const struct histogram **latency);

#endif
