/* What a study of two goes by: which pairs count, what is told beside the verdict. Pure rules. */
#ifndef PGWRITE_STUDY_AB_RULES_H
#define PGWRITE_STUDY_AB_RULES_H

#include "result/ab.h"

/* Of one side's round of a pair. */
struct ab_side_round {
    const struct result_round *round;
    bool reconnected;
};

/* By rules that were fixed before anything was measured: NULL if the pair counts; else why not, in
 * the arena. checkpoints_count: also if a checkpoint ran in one of them alone. */
const char *ab_why_invalid(const struct ab_side_round *a, const struct ab_side_round *b,
                           bool checkpoints_count, struct arena *arena);

/* Shares of the error that the looks from this one on have. */
double ab_rest_of_error(const struct looks *looks, size_t from);

/* Means over all rounds of both sides by their time; UNKNOWN if a side does not know it. */
void ab_describe_machine(struct ab_result *out);

/* Those of both results, each once, behind that of a throughput which tells nothing. */
void ab_join_warnings(struct ab_result *out, enum comparison_metric metric, struct arena *arena);

#endif
