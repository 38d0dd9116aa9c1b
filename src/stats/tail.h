/*
 * How certain a tail is: "p99 < 50 ms" says that at most 1 in 100 is slower. Of n independent
 * responses of which k are slower, the true share of slower ones is at most the upper bound of
 * Clopper and Pearson, with the given confidence. Without a miss that takes ln(1 − confidence) /
 * ln(q) responses: 459 for a p99 at 99 %.
 *
 * Sources: Clopper, Pearson, "The Use of Confidence or Fiducial Limits Illustrated in the Case of
 * the Binomial", Biometrika 26, 1934; MLPerf Inference, "early stopping". Responses that come one
 * after another are not quite independent; who uses this says so.
 */
#ifndef PGWRITE_STATS_TAIL_H
#define PGWRITE_STATS_TAIL_H

#include <stdint.h>

#define TAIL_CONFIDENCE 0.99

enum tail {
    TAIL_HOLDS,  /* with TAIL_CONFIDENCE the share of misses is at most 1 − q */
    TAIL_MISSES, /* more than 1 − q of the responses seen were slower */
    TAIL_UNSURE, /* no more than that were, but too few were seen to be certain of it */
};

/* q in (0, 1): 0.99 for a p99. Without a response: TAIL_UNSURE. */
enum tail tail_judge(uint64_t misses, uint64_t count, double q);

/* Upper bound of the share of misses, one-sided; 1 without a response, or if all miss. */
double tail_bound(uint64_t misses, uint64_t count, double confidence);

/* The fewest responses that make a quantile certain if none of them misses. */
uint64_t tail_needed(double q);

#endif
