/*
 * `--quick`: the whole shape of a workload in seconds. Stages are scaled by one factor, so that all
 * of them together take at most QUICK_NS, but each at least QUICK_STAGE_NS: more than six stages
 * last so long each. Without stages the duration is scaled. By what the whole has become shorter,
 * so do the other times of the run: the warm-up, every, after and hold of the companions and the
 * times of the faults (each at least 10 ms), the interval (200 ms). Nothing becomes longer. What
 * the load is at a time stays: users, rates, think times, pools, batches. Rows that are to be there
 * before are at most QUICK_ROWS a table, and so are those of a run of exact rows.
 *
 * A run that is short already stays as it is, and is marked all the same: it was asked for.
 */
#ifndef PGWRITE_STUDY_QUICK_H
#define PGWRITE_STUDY_QUICK_H

#include "study/matrix.h"

#define QUICK_NS 6000000000ull
#define QUICK_STAGE_NS 1000000000ull
#define QUICK_ROWS 20000

/* Changes both; the workload's lists are in its own arena. */
void quick_scale(struct workload *workload, struct matrix_options *options);

#endif
