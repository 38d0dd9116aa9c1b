/*
 * The Universal Scalability Law: throughput of N that work at the same time.
 *
 *     X(N) = γ N / (1 + α (N − 1) + β N (N − 1))
 *
 * γ is the throughput of one alone, α ≥ 0 the share of the work that only one can do at a time
 * (contention), β ≥ 0 what keeping each other informed costs (coherency): with β > 0 throughput has
 * a peak, at N = √((1 − α) / β), and falls beyond it.
 *
 * Source: N. J. Gunther, "Guerrilla Capacity Planning", Springer 2007, chapters 4 to 6; the fit
 * minimises squares of throughput as R's package usl does (Möding, nls).
 */
#ifndef PGWRITE_STATS_USL_H
#define PGWRITE_STATS_USL_H

#include <stddef.h>
#include <stdint.h>

struct usl {
    double gamma, alpha, beta;
};

/* X(n), n ≥ 1, in the unit of gamma. */
double usl_at(const struct usl *law, double n);
/* Where X is greatest, at least 1; INFINITY: it rises without end (beta 0), 1 where alpha ≥ 1. */
double usl_peak(const struct usl *law);
/* The smallest whole N with share (0.95) of the greatest throughput that the law has for 1 … most
 * (most ≥ 1). */
uint32_t usl_enough(const struct usl *law, double share, uint32_t most);

/* One measurement; of one n there can be several. */
struct usl_point {
    double n, x;
};

/* Distinct values of n without which there is no fit. */
#define USL_LEVELS_MIN 6
/* A level's median further from the curve than that, as a share of the median, or all of them
 * further than USL_OFF_MEAN on average: the points don't follow the law. Shares, though the fit
 * minimises squares of throughput: the few large levels always come to lie near the curve, and
 * where a knee was bent into a law it shows in the small ones. By simulation: rounds with 5 %
 * noise, three of each of 6 or 7 levels, are refused in at most 3 of 100 studies (with 0.10 and
 * 0.05 in more than 5). Knees min(N, c) with a level at c or three beyond it are off by 0.24 to
 * 0.36 at worst; those with just two beyond it by 0.09 to 0.15, so that some pass. */
#define USL_OFF_MAX 0.13
#define USL_OFF_MEAN 0.06
#define USL_KNEE_LEFT 0.25

enum usl_outcome {
    USL_FITS,
    USL_TOO_FEW, /* fewer than USL_LEVELS_MIN levels */
    USL_UNKNOWN, /* an x that is not a number above 0, or an n below 1 */
    USL_OFF,     /* the points don't follow the law: worst_n and worst say where */
    USL_VAGUE,   /* they follow many laws: the interval of the throughput at some level within the
                    tested range is wider than half of its value */
};

struct usl_fit {
    enum usl_outcome outcome;
    /* Known if USL_FITS, USL_OFF or USL_VAGUE; negative else. alpha is at most 1. */
    struct usl law;
    double off_mean; /* mean distance of the levels' medians from the curve, a share */
    /* The level furthest from it, and how far its median lies above it (negative: below), as a
     * share of the median. */
    double worst_n, worst;
    /* Of USL_OFF: n up to which the throughput rises in a straight line to stay as it is from there
     * on, if that leaves less than USL_KNEE_LEFT of the squares that the law leaves; else 0. */
    double knee;
    /* 95 % intervals by bootstrap: each level's repeats are drawn anew, with residuals where a
     * level was measured once (see usl.c). The estimate is always within. Of three repeats they are
     * a little too narrow: of 100 some 90 hold the true value. Known if USL_FITS; negative, counts
     * 0, else. Both ends of the peak's may be INFINITY. */
    struct usl low, high; /* parameter by parameter */
    double peak_low, peak_high;
    uint32_t enough_low, enough_high; /* of usl_enough(0.95, most): most is the greatest n tested */
};

/* seed: of the bootstrap. The points' order does not matter. */
void usl_fit(const struct usl_point *points, size_t count, uint64_t seed, struct usl_fit *out);

#endif
