/* Stored results held against each other. For the method see result/comparison.h and
 * stats/change_points.h. */
#ifndef PGWRITE_STUDY_COMPARE_H
#define PGWRITE_STUDY_COMPARE_H

#include "result/compare.h"

struct compare_options {
    enum comparison_metric metric;
    double margin;     /* > 0: 0.05 is 5 %, or 5 points */
    bool across_tiers; /* compare even where durability differs */
};

/* Sorts results[0] … results[count - 2], the old ones, by their time; results[count - 1] is the new
 * one. count: 2 at least. What is filled is of the arena and points into results. EXIT_USAGE if
 * durability differs and may not, or if there is no cell in both. */
MUST_CHECK bool compare_results(struct stored_result *results, size_t count,
                                const struct compare_options *options, struct arena *arena,
                                struct compare_result *out, struct error *error);

/* The cell of a result that is the same combination, or NULL. */
const struct stored_cell *compare_find_cell(const struct stored_result *result,
                                            const struct stored_cell *cell);

/* ---- compare_notes.c ---- */

/* What makes the comparison doubtful: adds the warnings. */
void compare_warn(struct compare_result *compare, struct arena *arena);

#endif
