/*
 * How values spread over a range: uniform, zipf, normal, exponential, lognormal.
 *
 * A distribution draws an index 0..span (integer ranges: value = min + index) or a fraction
 * in [0, 1) (real ranges). It keeps a few numbers, whatever the span; a draw allocates nothing.
 *
 * uniform: every index alike.
 *
 * zipf: P(index i) = (i + 1)^-skew / sum over all j of (j + 1)^-skew, so the lowest value is the
 * most frequent. Drawn by rejection-inversion: W. Hörmann, G. Derflinger, "Rejection-inversion to
 * generate variates from monotone discrete distributions", ACM TOMACS 6(3), 1996. For a real
 * range, 1,000 equal steps take the ranks 1..1000 and a step is uniform inside.
 *
 * normal: mean in the middle of the range, standard deviation a sixth of it, drawn again when
 * outside (3 sigma: 0.27 % of draws). G. Box, M. Muller, "A Note on the Generation of Random Normal
 * Deviates", Ann. Math. Stat. 29(2), 1958.
 *
 * exponential: density ~ exp(-c x) on [0, 1), by inversion: x = -ln(1 - u (1 - e^-c)) / c, where
 * c = 4.801 solves 1/c - 1/(e^c - 1) = 1/5, so that the truncated mean is min + range / 5.
 *
 * lognormal: e^(z - 3) of the range, z as in normal: half of the values are within its first 5 %,
 * and a long tail reaches to its end.
 *
 * log, exp, pow and cos of the C library may differ in the last bit from platform to platform, so
 * all but uniform may, for a rare row, give a neighbouring value elsewhere. On one machine they
 * never differ.
 */
#ifndef PGWRITE_ROW_DIST_H
#define PGWRITE_ROW_DIST_H

#include <stdint.h>

#include "base/rng.h"

enum dist_kind { DIST_UNIFORM, DIST_ZIPF, DIST_NORMAL, DIST_EXPONENTIAL, DIST_LOGNORMAL };
#define DIST_COUNT 5

/* By enum dist_kind: as they are written in a workload. */
extern const char *const dist_names[DIST_COUNT];

/* Ranks 1..n by rejection-inversion: what does not change from draw to draw. */
struct zipf {
    double skew;
    double ranks;     /* n */
    double area_low;  /* the area under the hat, from the first rank … */
    double area_high; /* … to the last */
    double squeeze;   /* a rank this near to its x is accepted at once */
};

struct dist {
    enum dist_kind kind;
    uint64_t span; /* the highest index */
    struct zipf zipf;
};

/* skew is the exponent of zipf, > 0; the others ignore it. */
void dist_init(struct dist *dist, enum dist_kind kind, double skew, uint64_t span);

/* For dist_fraction: over a real range. */
void dist_init_real(struct dist *dist, enum dist_kind kind, double skew);

/* ranks > 0. With skew 1 it costs one logarithm. */
void zipf_init(struct zipf *zipf, double skew, double ranks);
double zipf_rank(const struct zipf *zipf, struct rng *rng); /* 1..ranks, a whole number */

double dist_normal(struct rng *rng); /* mean 0, standard deviation 1, no bounds */

uint64_t dist_index_shaped(const struct dist *dist, struct rng *rng); /* all but uniform */
double dist_fraction_shaped(const struct dist *dist, struct rng *rng);

static inline uint64_t dist_index(const struct dist *dist, struct rng *rng) {
    if (dist->kind != DIST_UNIFORM)
        return dist_index_shaped(dist, rng);
    if (dist->span == UINT64_MAX)
        return rng_next(rng);
    return rng_below(rng, dist->span + 1);
}

static inline double dist_fraction(const struct dist *dist, struct rng *rng) {
    return dist->kind == DIST_UNIFORM ? rng_unit(rng) : dist_fraction_shaped(dist, rng);
}

#endif
