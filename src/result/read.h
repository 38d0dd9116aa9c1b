/*
 * A result that `pgwrite run --json` has written, read back as far as results are compared: what it
 * was measured with, and of each cell one sample a round. Format: pgwrite/1, see docs/result.md.
 */
#ifndef PGWRITE_RESULT_READ_H
#define PGWRITE_RESULT_READ_H

#include "base/memory.h"
#include "result/comparison.h"

struct stored_setting {
    const char *name, *value;
};

struct stored_column {
    const char *name, *type;
    const char *generator; /* "" if left to the server */
};

/* One combination of path, pool and batch. */
struct stored_cell {
    const char *path, *protocol;
    const char *batch; /* "100" or "5..15"; "" in a mix */
    uint32_t pool, pool_min, threads;
    double users, rate;  /* UNKNOWN: not such a load */
    const char *arrival; /* "" in a closed loop */
    double think_s[2];   /* of users; UNKNOWN of another load */
    size_t round_count;  /* that have begun */
    size_t unverified;   /* of them: in which verification has found a fault */
    size_t sample_count; /* of the rounds that were measured to their end */
    struct comparison_sample *samples;
};

struct stored_result {
    const char *file;       /* as it was given */
    const char *started_at; /* ISO 8601, UTC: sorts as text */
    const char *version;    /* of pgwrite */
    uint64_t seed;
    uint32_t cpus;
    double memory_bytes; /* UNKNOWN */
    const char *kernel;  /* "" if not known */
    const char *server_version;
    uint32_t version_num;
    const char *durability;          /* "durable", "async-commit" or "unsafe" */
    struct stored_setting *settings; /* that differ from PostgreSQL's defaults, by name */
    size_t setting_count;
    double flushes_per_s; /* of the disk; UNKNOWN: not probed */
    const char *mode;
    double warmup_s, duration_s, rows; /* of duration_s and rows one is UNKNOWN */
    const char *workload, *table;
    struct stored_column *columns;
    size_t column_count;
    bool quick, interrupted;
    struct stored_cell *cells;
    size_t cell_count;
};

/* Everything is of the arena. EXIT_USAGE errors name the file, and the line and column, or the key,
 * at which it is no such result. Control characters in texts become blanks: they go to terminals.
 */
MUST_CHECK bool stored_result_read(const char *file, struct arena *arena, struct stored_result *out,
                                   struct error *error);

#endif
