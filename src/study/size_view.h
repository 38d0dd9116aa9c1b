/* A cell as if the stages that are measured were all that it has had. For src/study alone. */
#ifndef PGWRITE_STUDY_SIZE_VIEW_H
#define PGWRITE_STUDY_SIZE_VIEW_H

#include "result/result.h"

struct size_view {
    struct result result;
    struct result_cell cell; /* one round */
    struct result_round round;
};

/* The tallies, wishes, seconds, rows and commits of the stages from first_stage on, and where they
 * lie in the round's time. What was observed of the window as a whole stays as it is: waits, WAL,
 * the machine, statistics. It borrows from the cell, whose last measured round it takes; false:
 * there is none. */
bool size_view_init(struct size_view *view, const struct result *result,
                    const struct result_cell *cell, size_t first_stage);

/* Whether a load interval lies in the measured stages as a whole. */
bool size_view_has(const struct size_view *view, const struct load_interval *interval);

#endif
