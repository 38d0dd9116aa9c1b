/* A phase of a study that keeps to a budget. */
#ifndef PGWRITE_RESULT_PHASE_H
#define PGWRITE_RESULT_PHASE_H

#include <stddef.h>

struct study_phase {
    const char *name;          /* "screening", "pool", "soak" */
    size_t rounds;             /* of one that was not reached those of the plan */
    double planned_s, seconds; /* seconds UNKNOWN: not reached */
};

#endif
