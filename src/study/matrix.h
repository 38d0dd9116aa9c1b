/* A study that measures every combination of path, pool and batch: `pgwrite run`. */
#ifndef PGWRITE_STUDY_MATRIX_H
#define PGWRITE_STUDY_MATRIX_H

#include "result/result.h"
#include "study/session.h"
#include "study/window.h"
#include "write/write.h"

#define MATRIX_LIST_MAX 32

struct matrix_options {
    const struct workload *workload;
    const char *table; /* NULL: the workload's */
    struct session_options session;
    const struct write_path *paths[MATRIX_LIST_MAX];
    size_t path_count;
    uint32_t pools[MATRIX_LIST_MAX];
    size_t pool_count;
    struct range batches[MATRIX_LIST_MAX];
    size_t batch_count;
    enum run_mode mode;
    uint64_t warmup_ns, duration_ns, interval_ns;
    uint64_t ceiling_ns;   /* 0: no ceiling is measured */
    const char *fsync_dir; /* NULL: the data directory of a throwaway server */
    bool fsync_off;        /* no fdatasync probe */
    bool log_locks;
    uint64_t rows; /* 0: by time */
    uint32_t rounds;
    uint64_t seed;
    enum write_protocol protocol;
    enum wire_binding binding;
    uint32_t threads; /* 0: CPUs, at most the pool */
};

/* Runs it. result is filled as far as it went, also on false; its texts live in the arena, and
 * matrix_release frees the rest. */
MUST_CHECK bool matrix_run(const struct matrix_options *options, struct arena *arena,
                           struct result *result, struct error *error);
void matrix_release(struct result *result);

#endif
