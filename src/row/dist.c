#include "row/dist.h"

#include <math.h>

#define REAL_STEPS 1000
#define PI 3.14159265358979323846

/* Of the exponential: c, and 1 - e^-c. */
#define EXPONENTIAL_RATE 4.801007549722517
#define EXPONENTIAL_MASS 0.991778540654497795

const char *const dist_names[DIST_COUNT] = {
    [DIST_UNIFORM] = "uniform",         [DIST_ZIPF] = "zipf",           [DIST_NORMAL] = "normal",
    [DIST_EXPONENTIAL] = "exponential", [DIST_LOGNORMAL] = "lognormal",
};

/* The hat's integral, up to a constant: ln x for skew 1, (x^(1-s) - 1) / (1 - s) otherwise; written
 * with expm1 so that it stays exact when skew is near 1. */
static double zipf_area(double skew, double x) {
    double log_x = log(x);
    if (skew == 1)
        return log_x;
    return expm1((1 - skew) * log_x) / (1 - skew);
}

/* Its inverse. */
static double zipf_area_inverse(double skew, double area) {
    if (skew == 1)
        return exp(area);
    double t = area * (1 - skew);
    return exp(log1p(t > -1 ? t : -1) / (1 - skew));
}

static double zipf_height(double skew, double x) {
    return skew == 1 ? 1 / x : pow(x, -skew);
}

void zipf_init(struct zipf *zipf, double skew, double ranks) {
    zipf->skew = skew;
    zipf->ranks = ranks;
    zipf->area_high = zipf_area(skew, ranks + 0.5);
    if (skew == 1) { /* ln 1.5 - 1 and 2 - e^(ln 2.5 - 1/2) */
        zipf->area_low = -0.59453489189183562;
        zipf->squeeze = 0.48367335071841648;
    } else {
        zipf->area_low = zipf_area(skew, 1.5) - 1;
        zipf->squeeze = 2 - zipf_area_inverse(skew, zipf_area(skew, 2.5) - zipf_height(skew, 2));
    }
}

double zipf_rank(const struct zipf *zipf, struct rng *rng) {
    for (;;) {
        double area = zipf->area_high + rng_unit(rng) * (zipf->area_low - zipf->area_high);
        double x = zipf_area_inverse(zipf->skew, area);
        double rank = floor(x + 0.5);
        if (!(rank >= 1))
            rank = 1;
        if (rank > zipf->ranks)
            rank = zipf->ranks;
        if (rank - x <= zipf->squeeze)
            return rank;
        if (area >= zipf_area(zipf->skew, rank + 0.5) - zipf_height(zipf->skew, rank))
            return rank;
    }
}

void dist_init(struct dist *dist, enum dist_kind kind, double skew, uint64_t span) {
    *dist = (struct dist){.kind = kind, .span = span};
    if (kind == DIST_ZIPF)
        zipf_init(&dist->zipf, skew, (double)span + 1);
}

void dist_init_real(struct dist *dist, enum dist_kind kind, double skew) {
    dist_init(dist, kind, skew, REAL_STEPS - 1);
}

double dist_normal(struct rng *rng) {
    double u = 1 - rng_unit(rng); /* (0, 1]: its logarithm is finite */
    return sqrt(-2 * log(u)) * cos(2 * PI * rng_unit(rng));
}

static double normal_fraction(struct rng *rng) {
    for (;;) {
        double z = dist_normal(rng);
        if (z > -3 && z < 3)
            return z / 6 + 0.5;
    }
}

double dist_fraction_shaped(const struct dist *dist, struct rng *rng) {
    double fraction;
    if (dist->kind == DIST_ZIPF) {
        double rank = zipf_rank(&dist->zipf, rng);
        fraction = (rank - 1 + rng_unit(rng)) / REAL_STEPS;
    } else if (dist->kind == DIST_NORMAL) {
        fraction = normal_fraction(rng);
    } else if (dist->kind == DIST_LOGNORMAL) {
        fraction = exp(6 * normal_fraction(rng) - 6); /* z = 6 f - 3 */
    } else {
        fraction = -log(1 - rng_unit(rng) * EXPONENTIAL_MASS) / EXPONENTIAL_RATE;
    }
    return fraction < 1 ? fraction : 0x1.fffffffffffffp-1;
}

uint64_t dist_index_shaped(const struct dist *dist, struct rng *rng) {
    double index;
    if (dist->kind == DIST_ZIPF)
        index = zipf_rank(&dist->zipf, rng) - 1;
    else
        index = floor(dist_fraction_shaped(dist, rng) * ((double)dist->span + 1));
    /* span + 1 may be rounded up to a power of two that an integer can't hold. */
    return index < (double)dist->span ? (uint64_t)index : dist->span;
}
