/* How a load with stages did, phase by phase and over all: what held, and how much was done. */
#ifndef PGWRITE_REPORT_SCORE_H
#define PGWRITE_REPORT_SCORE_H

#include "result/result.h"

struct report_score {
    bool judged;    /* a quick run is not held to its thresholds */
    size_t count;   /* thresholds of the stage, or of the whole cell */
    size_t failed;  /* of them; 0 where they are not judged */
    size_t unknown; /* likewise */
    double done;    /* commits over what was asked and not rejected by a tenant's limit, of a rate
                       and of users; UNKNOWN of a pool alone, which asks for as much as it does */
};

/* stage: SIZE_MAX: the whole cell, with the thresholds of its stages. */
void report_score(const struct result *result, const struct result_cell *cell, size_t stage,
                  struct report_score *out);

/* Stages with thresholds of their own, and those of them in which all held. */
struct report_phases {
    size_t count, held;
};
void report_phases(const struct result *result, const struct result_cell *cell,
                   struct report_phases *out);

#endif
