/*
 * By how much one sample lies above another, with an interval: Hodges-Lehmann estimates, intervals
 * from Wilcoxon's tests turned round. Both are exact, not the normal approximation, for as many
 * values as a study has. Nothing is assumed of the distribution but, for pairs, that the
 * differences lie symmetrically around their middle, and without pairs, that the samples differ by
 * a shift.
 *
 * Sources: Hollander, Wolfe, Chicken, "Nonparametric Statistical Methods", 3rd ed., sections 3.1 to
 * 3.3 (pairs) and 4.1 to 4.3 (two samples); Hodges, Lehmann, "Estimates of Location Based on Rank
 * Tests", Ann. Math. Statist. 34, 1963.
 */
#ifndef PGWRITE_STATS_SHIFT_H
#define PGWRITE_STATS_SHIFT_H

#include <stddef.h>

struct shift {
    double estimate;
    double low, high; /* -INFINITY and INFINITY where so few values allow no interval that sure */
};

/* Most values of a sample for which the exact distribution is used; above, the normal one with the
 * correction for continuity. */
#define SHIFT_EXACT_MAX 100

/* count > 0 differences of pairs: the median of the Walsh averages, and their order statistics
 * between which the true shift lies with at least this confidence (0.95). Ties and zeros need no
 * care here: they make the interval wider than it has to be, never too narrow. */
void shift_paired(const double *differences, size_t count, double confidence, struct shift *out);

/* b − a, of two samples without pairs: the median of all differences, and their order statistics.
 * Both counts > 0. */
void shift_unpaired(const double *a, size_t a_count, const double *b, size_t b_count,
                    double confidence, struct shift *out);

/* Two-sided p of the signed-rank test: how often chance alone gives a sum of ranks as far from its
 * middle. Zeros are left out and ties get mean ranks; the distribution is that of all signs of
 * these very ranks. 1 where nothing but zeros is there. */
double shift_paired_p(const double *differences, size_t count);

/* Two-sided p of the rank-sum test, with mean ranks for ties and the distribution over all ways to
 * deal these very ranks out. */
double shift_unpaired_p(const double *a, size_t a_count, const double *b, size_t b_count);

#endif
