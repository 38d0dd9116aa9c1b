/* The live line of a running cell, on a terminal. */
#ifndef PGWRITE_STUDY_LIVE_H
#define PGWRITE_STUDY_LIVE_H

#include "load/load.h"
#include "study/round.h"

struct live {
    const struct round_context *context;
    const struct result_cell *cell;
    const struct load_demand *demand;
    const struct sampler_live *sampled;
    double seconds; /* since go */
    bool warming_up;
};

/* Stage, time left, rate asked for and done, p50 and p99, errors, lock share, WAL. What comes last
 * is cut off in a narrow terminal. */
void live_show(const struct live *live, const struct load_progress *progress);

/* Until the last round ends, seconds after the go of this one; UNKNOWN as below. */
double live_left_s(const struct round_context *context, double seconds);

/* Of a cell: warm-up and window, or the stages. UNKNOWN: rows or a mode's rule end it. */
double live_cell_seconds(const struct matrix_options *options);

#endif
