/* Order statistics of a few numbers (rounds, not samples). */
#ifndef PGWRITE_STATS_RANK_H
#define PGWRITE_STATS_RANK_H

#include <stddef.h>

/* Median of count > 0 values (mean of the middle two if even). Does not change the array. */
double rank_median(const double *values, size_t count);
double rank_min(const double *values, size_t count);
double rank_max(const double *values, size_t count);

#endif
