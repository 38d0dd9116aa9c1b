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
#include "observe/facts.h"
#include "observe/sampler.h"
#include "stats/histogram.h"

#define UNKNOWN (-1.0)
/* Below so many samples a share of waits is left out of what people read: half a second's worth. */
#define WAIT_SAMPLES_MIN 20
static inline bool is_known(double value) {
    return value >= 0;
}

/* One second of a round. */
struct result_interval {
    double t_s, length_s;
    uint64_t rows, commits;
    uint64_t p50_ns, p99_ns; /* unknown where commits is 0 */
};

/* One run of one cell. */
struct result_round {
    bool complete;  /* measured to its end */
    double seconds; /* of the window; 0: nothing was measured */
    uint64_t rows, commits;
    uint64_t failed, abandoned;
    char sqlstate[6];                                /* of the failure, "" if none */
    struct histogram *response, *statement, *commit; /* commit NULL: can't be told apart */
    struct observation *waits;                       /* NULL: not sampled */
    double wal_bytes;
    double cpu_s; /* of the client inside the window */
    uint64_t acknowledged, ambiguous, found;
    bool found_known, verified;
    bool miscounted;       /* a commit acknowledged another number of rows than were sent */
    double server_commits; /* that the server counted, other sessions' and our control queries'
                              included */
    uint64_t committed;    /* transactions acknowledged in the whole round, to compare with it */
    double deadlocks;
    double heap_bytes, index_bytes; /* of the table after the round */
    char content_hash[64];          /* "" if not computed */
    struct result_interval *intervals;
    size_t interval_count;
};

struct result_spread {
    double median, min, max; /* of the rounds; min and max unknown with one */
};

/* Over all rounds. */
struct result_cell {
    const char *path, *protocol;
    uint32_t pool, threads;
    struct range batch;
    struct result_round *rounds;
    size_t round_count; /* those that have begun */
    struct result_spread rows_per_s, commits_per_s;
    struct histogram *response, *statement, *commit; /* merged */
    double commit_flush_share, lock_share;
    uint64_t wait_samples; /* behind the two shares */
    double wal_bytes_per_row, cpu_us_per_row, cpu_share;
    double heap_bytes_per_row, index_bytes_per_row;
    bool complete, verified;
};

struct result_column {
    const char *name, *type, *generator; /* generator "" if left to the server */
    const char *note;
};

struct result {
    const char *started_at; /* ISO 8601, UTC */
    const char **command;   /* words, secrets redacted */
    size_t command_count;
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
    /* plan of the run */
    uint64_t warmup_ns, duration_ns, rows;
    uint32_t rounds;
    struct result_cell *cells;
    size_t cell_count;
    const char **warnings;
    size_t warning_count;
    bool interrupted;
    struct arena *arena; /* of all texts */
};

/* Adds a warning once. */
void result_warn(struct result *result, const char *format, ...) PRINTF_LIKE(2, 3);

/* Computes a cell's figures from its rounds. */
void result_cell_summarise(struct result_cell *cell);
void result_cell_release(struct result_cell *cell);

/* "100" or "5..15". */
const char *result_batch(const struct result_cell *cell, char *out, size_t size);

/* Whether every cell was measured and verified. */
bool result_ok(const struct result *result);

/* Whether result_write_json could write there: to be asked before hours of measuring. */
MUST_CHECK bool result_check_json(const char *file, struct error *error);

/* Writes format pgwrite/1. "-" is stdout. The file appears whole or not at all; a device or a pipe
 * is written to as it is. */
MUST_CHECK bool result_write_json(const struct result *result, const char *file,
                                  struct error *error);

#endif
