/* Order statistics of a few numbers (rounds and intervals, not samples). */
#ifndef PGWRITE_STATS_RANK_H
#define PGWRITE_STATS_RANK_H

#include <stddef.h>

/* Median of count > 0 values (mean of the middle two if even). Does not change the array. */
double rank_median(const double *values, size_t count);
double rank_min(const double *values, size_t count);
double rank_max(const double *values, size_t count);

/* The straight line through points that a few stray ones, even a quarter of them, don't turn: its
 * slope is the median of the slopes between all pairs (Theil; Sen, "Estimates of the Regression
 * Coefficient Based on Kendall's Tau", JASA 63, 1968), and as many points lie above it as below.
 * Pairs of the same x have no slope. There must be two different x. The time goes with the square
 * of the count, and so neighbours of more than RANK_LINE_POINTS are taken together first, each
 * group by its medians: xs are to ascend. */
#define RANK_LINE_POINTS 512
struct rank_line {
    double slope, at_0;
};
struct rank_line rank_theil_sen(const double *x, const double *y, size_t count);

#endif
