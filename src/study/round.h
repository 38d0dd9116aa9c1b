/* One run of one cell: a fresh table, a checkpoint, the load, and what is there afterwards. */
#ifndef PGWRITE_STUDY_ROUND_H
#define PGWRITE_STUDY_ROUND_H

#include "study/matrix.h"

struct round_context {
    const struct matrix_options *options;
    struct session *session;
    struct result *result;
    const char *label;          /* for the live line and the board: "3/8" */
    const char *so_far;         /* for the live line alone, behind the label: it changes; "" */
    double rounds_left;         /* after this one, for the time left */
    double *ceiling_rows_per_s; /* to measure before the round; NULL: not asked for */
};

/* Measures one round; false with the reason if it could not be finished, what was measured being in
 * round all the same. */
MUST_CHECK bool round_run(const struct round_context *context, const struct result_cell *cell,
                          const struct write_path *path, struct result_round *round,
                          struct error *error);

#endif
