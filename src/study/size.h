/*
 * How much a server can take, and what a server for a need must have: `pgwrite size`.
 *
 * The pool by a sweep of closed loops and the Universal Scalability Law; the capacity by bisection
 * of an open loop's rate, confirmed by a soak across two checkpoints; then what the need takes.
 */
#ifndef PGWRITE_STUDY_SIZE_H
#define PGWRITE_STUDY_SIZE_H

#include "result/size.h"
#include "study/matrix.h"

struct size_options {
    const struct matrix_options *matrix; /* one path and batch; pools: the levels of the sweep,
                                            ascending; one alone: no sweep. Its workload has no
                                            stages, tenants and thresholds but the SLOs; goes_on */
    bool own_levels; /* --pool was given: else levels that the server has no connections for are
                        left out */
    bool own_window; /* --duration was given: of a round of the sweep; else by the budget */
    bool own_warmup;
    const struct server_setting *present; /* --present: what a throwaway server starts with */
    size_t present_count;
    uint64_t budget_ns;
    double need_per_s;                 /* rows, of a mix transactions; UNKNOWN: none */
    double peak;                       /* ≥ 1 */
    double fsync_s, disk_bytes_per_s;  /* UNKNOWN: not asked */
    uint64_t batches[MATRIX_LIST_MAX]; /* to compare; none with a mix */
    size_t batch_count;
    uint64_t seed; /* of the order of the sweep, and the fit's bootstrap */
};

/* Prints the plan by log_message first. result is filled as far as it went, also on false and after
 * an interruption. All of it lives in the arena. */
MUST_CHECK bool size_run(const struct size_options *options, struct arena *arena,
                         struct size_result *result, struct error *error);

#endif
