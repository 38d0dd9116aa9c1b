/*
 * When a study that goes on pair by pair may look at its data, and what it may conclude. Whoever
 * looks after every pair finds a difference sooner or later where there is none; so the looks are
 * fixed beforehand and share the error between them (Bonferroni): over all looks together an
 * interval misses the truth in 5 of 100 studies at most.
 */
#ifndef PGWRITE_STATS_LOOKS_H
#define PGWRITE_STATS_LOOKS_H

#include "stats/shift.h"

/* Of fewer pairs no share of the error can be had: 6 give p = 0.031 at best, 8 give 0.008. */
#define LOOKS_FIRST 8
#define LOOKS_MAX 3

struct looks {
    size_t at[LOOKS_MAX];    /* pairs, ascending; the last one is all of them */
    double share[LOOKS_MAX]; /* of the error; they add up to 1 */
    size_t count;
};

/* For so many pairs, LOOKS_FIRST at least: one look if there are fewer than 12; at 8 and at the end
 * (shares 0.2 and 0.8) up to 20; at 8, in the middle between both, and at the end (0.2, 0.2, 0.6)
 * above. At 8 pairs 0.2 of an error of 5 % is 0.01, and 0.008 is what they can reach. */
void looks_plan(size_t pairs, struct looks *out);

enum conclusion {
    CONCLUDES_NOTHING, /* inconclusive */
    CONCLUDES_SAME,    /* equivalent: the 90 % interval lies within the margin */
    CONCLUDES_LESS,    /* B below A: the 95 % interval excludes 0 and the estimate is at least the
                          margin away from it */
    CONCLUDES_MORE,
};

/* What differences say at a margin > 0 on the same scale; share: of the error, at this look.
 * at_95 and at_90 get the intervals, whose confidence is 1 − 0.05 share and 1 − 0.10 share. */
enum conclusion looks_conclude_paired(const double *differences, size_t count, double margin,
                                      double share, struct shift *at_95, struct shift *at_90);
enum conclusion looks_conclude_unpaired(const double *a, size_t a_count, const double *b,
                                        size_t b_count, double margin, struct shift *at_95,
                                        struct shift *at_90);

/* How many pairs would decide, if the estimate stays and the intervals narrow with the square root
 * of the count: a prediction, rounded up to a multiple of 4. 0: not to be told, since the estimate
 * is as good as the margin, so that more than LOOKS_NEEDED_MAX would be, or the intervals are
 * unknown. */
#define LOOKS_NEEDED_MAX 10000
size_t looks_pairs_needed(size_t count, double margin, const struct shift *at_95,
                          const struct shift *at_90);

#endif
