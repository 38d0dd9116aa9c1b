#include "stats/usl.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/rng.h"
#include "stats/rank.h"

/* alpha above 1 is no share: what falls faster from one to two than a law with alpha 1 is beta. */
#define ALPHA_MAX 1.0
#define UNKNOWN_FIGURE (-1.0)

#define DRAWS 400
/* Of the draws in order, those between which 95 % lie: the 10th from either end. */
#define DRAW_LOW 9
#define DRAW_HIGH (DRAWS - 1 - DRAW_LOW)
#define ENOUGH_SHARE 0.95
/* An interval as wide as that share of the throughput itself says too little. */
#define VAGUE_WIDTH 0.5

/* The grid from which the search starts: 0, and alpha from 10^-4 to 1, beta from 10^-9 to 10. */
#define ALPHA_LEAST 1e-4
#define ALPHA_FACTOR 2.1544346900318838 /* the cube root of 10 */
#define ALPHA_STEPS 13
#define BETA_LEAST 1e-9
#define BETA_FACTOR 3.1622776601683795 /* the square root of 10 */
#define BETA_STEPS 21
#define SEARCH_STEPS 500
/* Squares that much smaller are better, and not rounding. */
#define SEARCH_GAIN 1e-14
/* Residuals of 10^-14 of the values are rounding: nothing is left to fit. A beta that moves them
 * by no more than 10^-12 of the values is 0. */
#define SQUARES_EXACT 1e-28
#define SQUARES_SAME 1e-24
/* Below that share of all squares what is left is as good as nothing. */
#define SQUARES_TOLD 1e-12
/* Places of a knee that are tried, in equal ratios from 1 to the largest n. */
#define KNEE_STEPS 500

static double denominator(double n, double alpha, double beta) {
    return 1 + alpha * (n - 1) + beta * n * (n - 1);
}

double usl_at(const struct usl *law, double n) {
    return law->gamma * n / denominator(n, law->alpha, law->beta);
}

double usl_peak(const struct usl *law) {
    if (law->alpha >= 1)
        return 1;
    return law->beta > 0 ? fmax(sqrt((1 - law->alpha) / law->beta), 1) : INFINITY;
}

/* The whole n of 1 … most with the greatest throughput: one of the two around the peak. */
static uint32_t best_whole(const struct usl *law, uint32_t most) {
    double peak = usl_peak(law);
    if (peak >= most)
        return most;
    uint32_t below = (uint32_t)peak;
    return usl_at(law, below + 1.0) > usl_at(law, below) ? below + 1 : below;
}

uint32_t usl_enough(const struct usl *law, double share, uint32_t most) {
    uint32_t low = 1, high = best_whole(law, most);
    double wanted = share * usl_at(law, high);
    while (low < high) { /* throughput rises up to there */
        uint32_t middle = low + (high - low) / 2;
        if (usl_at(law, middle) >= wanted)
            high = middle;
        else
            low = middle + 1;
    }
    return high;
}

/* All measurements of one n. Squares around the curve are those around the mean, which no law
 * changes, and those of the mean itself, weighted by how many there are. */
struct level {
    double n, mean, median;
    size_t first, count; /* its x, among all of them */
};

struct levels {
    struct level *list;
    size_t count;
    double *x;             /* level by level */
    double n_max, squares; /* of the means, weighted */
};

static void levels_release(struct levels *levels) {
    free(levels->list);
    free(levels->x);
}

static int compare_points(const void *a, const void *b) {
    const struct usl_point *p = a, *q = b;
    int by_n = (p->n > q->n) - (p->n < q->n);
    return by_n ? by_n : (p->x > q->x) - (p->x < q->x);
}

/* Sorted first: the order in which points were measured does not change the draws. */
static void levels_init(struct levels *levels, const struct usl_point *points, size_t count) {
    struct usl_point *sorted = MEM_ARRAY(struct usl_point, count + 1);
    for (size_t i = 0; i < count; i++)
        sorted[i] = points[i];
    qsort(sorted, count, sizeof *sorted, compare_points);
    *levels = (struct levels){.list = MEM_ARRAY(struct level, count + 1),
                              .x = MEM_ARRAY(double, count + 1)};
    for (size_t first = 0, end; first < count; first = end) {
        struct level *level = &levels->list[levels->count++];
        double sum = 0;
        for (end = first; end < count && sorted[end].n == sorted[first].n; end++)
            sum += levels->x[end] = sorted[end].x;
        size_t repeats = end - first;
        *level = (struct level){.n = sorted[first].n,
                                .mean = sum / (double)repeats,
                                .median = rank_median(levels->x + first, repeats),
                                .first = first,
                                .count = repeats};
        levels->n_max = level->n;
        levels->squares += (double)repeats * level->mean * level->mean;
    }
    free(sorted);
}

/* The squares that the best gamma leaves for an alpha and a beta; gamma is a plain regression
 * through 0 on the curve of gamma 1. y: a value for each level. */
static double squares_left(const struct levels *levels, const double *y, struct usl *law) {
    double by_curve = 0, curve_squares = 0, left = 0;
    law->gamma = 1;
    for (size_t i = 0; i < levels->count; i++) {
        double weight = (double)levels->list[i].count, curve = usl_at(law, levels->list[i].n);
        by_curve += weight * y[i] * curve;
        curve_squares += weight * curve * curve;
    }
    law->gamma = by_curve / curve_squares;
    for (size_t i = 0; i < levels->count; i++) {
        double off = y[i] - usl_at(law, levels->list[i].n);
        left += (double)levels->list[i].count * off * off;
    }
    return left;
}

static double best_of_grid(const struct levels *levels, const double *y, struct usl *law) {
    double least = INFINITY, alpha = 0;
    for (int a = 0; a <= ALPHA_STEPS; a++) {
        double beta = 0;
        for (int b = 0; b <= BETA_STEPS; b++) {
            struct usl trial = {.alpha = fmin(alpha, ALPHA_MAX), .beta = beta};
            double left = squares_left(levels, y, &trial);
            if (left < least) {
                least = left;
                *law = trial;
            }
            beta = b ? beta * BETA_FACTOR : BETA_LEAST;
        }
        alpha = a ? alpha * ALPHA_FACTOR : ALPHA_LEAST;
    }
    return least;
}

/* The normal equations of alpha and beta after gamma was eliminated: the slopes of the curve less
 * what a change of gamma makes good (Kaufman, "A variable projection method for solving separable
 * nonlinear least squares problems", BIT 15, 1975). */
struct normal {
    double aa, ab, bb; /* products of the slopes */
    double a, b;       /* slopes times residuals: downhill where positive */
};

static struct normal normal_at(const struct levels *levels, const double *y,
                               const struct usl *law) {
    double cc = 0, ca = 0, cb = 0;
    struct normal sum = {0};
    for (size_t i = 0; i < levels->count; i++) {
        double n = levels->list[i].n, weight = (double)levels->list[i].count;
        double below = denominator(n, law->alpha, law->beta), curve = n / below;
        double by_a = -law->gamma * curve * (n - 1) / below, by_b = n * by_a;
        double off = y[i] - law->gamma * curve;
        cc += weight * curve * curve;
        ca += weight * curve * by_a;
        cb += weight * curve * by_b;
        sum.aa += weight * by_a * by_a;
        sum.ab += weight * by_a * by_b;
        sum.bb += weight * by_b * by_b;
        sum.a += weight * by_a * off;
        sum.b += weight * by_b * off;
    }
    sum.aa -= ca * ca / cc;
    sum.ab -= ca * cb / cc;
    sum.bb -= cb * cb / cc;
    return sum;
}

/* Where a damped step of Gauss and Newton leads. What lies on a bound and would cross it stays
 * there; what a step would carry over a bound ends on it, exactly. */
static struct usl stepped(const struct normal *at, const struct usl *law, double damping) {
    bool a_fixed = (law->alpha <= 0 && at->a <= 0) || (law->alpha >= ALPHA_MAX && at->a >= 0);
    bool b_fixed = law->beta <= 0 && at->b <= 0;
    double aa = at->aa * (1 + damping), bb = at->bb * (1 + damping), a = 0, b = 0;
    double determinant = aa * bb - at->ab * at->ab;
    if (a_fixed || b_fixed) {
        a = a_fixed || !(aa > 0) ? 0 : at->a / aa;
        b = b_fixed || !(bb > 0) ? 0 : at->b / bb;
    } else if (determinant > 0) {
        a = (at->a * bb - at->b * at->ab) / determinant;
        b = (at->b * aa - at->a * at->ab) / determinant;
    }
    return (struct usl){.alpha = fmin(fmax(law->alpha + a, 0), ALPHA_MAX),
                        .beta = fmax(law->beta + b, 0)};
}

/* Of data without noise the search may end at some 10^-17 where it should be 0, and the peak of the
 * law at some 10^8. */
static void drop_rounding(const struct levels *levels, const double *y, double left,
                          struct usl *law) {
    struct usl without = *law;
    without.beta = 0;
    if (squares_left(levels, y, &without) <= left + SQUARES_SAME * levels->squares)
        *law = without;
}

/* Levenberg and Marquardt's search from the best point of the grid. */
static struct usl best_law(const struct levels *levels, const double *y) {
    struct usl law;
    double left = best_of_grid(levels, y, &law), damping = 1e-3;
    for (int step = 0; step < SEARCH_STEPS && damping < 1e12; step++) {
        if (left <= SQUARES_EXACT * levels->squares)
            break;
        struct normal normal = normal_at(levels, y, &law);
        struct usl trial = stepped(&normal, &law, damping);
        double then = squares_left(levels, y, &trial);
        if (then < left * (1 - SEARCH_GAIN)) {
            law = trial;
            left = then;
            damping = fmax(damping / 10, 1e-12);
        } else {
            damping *= 10;
        }
    }
    drop_rounding(levels, y, left, &law);
    return law;
}

/* The squares that γ min(n, knee) leaves, with the best gamma and knee: of a server that has just
 * so many places. A knee at or beyond the largest n is a straight line, which is a law, too. */
static double best_knee(const struct levels *levels, const double *y, double *knee) {
    double least = INFINITY, n_max = levels->n_max;
    for (int i = 0; i < KNEE_STEPS; i++) {
        double at = exp(log(n_max) * i / KNEE_STEPS), by_n = 0, squares = 0, left = 0;
        for (size_t k = 0; k < levels->count; k++) {
            double n = fmin(levels->list[k].n, at), weight = (double)levels->list[k].count;
            by_n += weight * y[k] * n;
            squares += weight * n * n;
        }
        for (size_t k = 0; k < levels->count; k++) {
            double off = y[k] - by_n / squares * fmin(levels->list[k].n, at);
            left += (double)levels->list[k].count * off * off;
        }
        if (left < least) {
            least = left;
            *knee = at;
        }
    }
    return least;
}

/* How far the medians lie from the curve, as shares of them. */
static bool follow(const struct levels *levels, struct usl_fit *out) {
    for (size_t i = 0; i < levels->count; i++) {
        const struct level *level = &levels->list[i];
        double off = (level->median - usl_at(&out->law, level->n)) / level->median;
        out->off_mean += fabs(off) / (double)levels->count;
        if (fabs(off) > fabs(out->worst)) {
            out->worst = off;
            out->worst_n = level->n;
        }
    }
    return fabs(out->worst) <= USL_OFF_MAX && out->off_mean <= USL_OFF_MEAN;
}

/*
 * How the bootstrap draws a value for each level:
 *
 * Measured r ≥ 2 times, it is the mean of r of its repeats, drawn with replacement. Deviations
 * from the level's mean are made √(r / (r − 1)) times as large, since those of so few values are
 * that much too small.
 *
 * Measured once, it is the curve's value times 1 plus the residual of one of the levels that were
 * measured once, as a share of the curve. Shares, though the fit takes residuals as they are: the
 * noise of a throughput grows with it, and the small residuals of small levels would stand for the
 * large ones'. (By simulation with 5 % noise, up to 4 of 10 intervals of the peak missed it that
 * way; of shares 1 in 10 does.) The sign is drawn, so that a single such level does not just move
 * the curve, and the residual is made √(L / (L − 3)) times as large, since the three parameters of
 * the law have taken some of it in L levels. No value is below 0.
 */
struct bootstrap {
    const struct levels *levels;
    const struct usl *law;
    double *single_off; /* residuals of the levels measured once */
    size_t singles;
    double single_scale;
    double *y; /* drawn: a value for each level */
};

static void bootstrap_init(struct bootstrap *bootstrap, const struct levels *levels,
                           const struct usl *law) {
    *bootstrap = (struct bootstrap){.levels = levels, .law = law};
    bootstrap->single_off = MEM_ARRAY(double, levels->count);
    bootstrap->single_scale = sqrt((double)levels->count / ((double)levels->count - 3));
    bootstrap->y = MEM_ARRAY(double, levels->count);
    for (size_t i = 0; i < levels->count; i++) {
        const struct level *level = &levels->list[i];
        if (level->count == 1)
            bootstrap->single_off[bootstrap->singles++] = level->mean / usl_at(law, level->n) - 1;
    }
}

static void bootstrap_release(struct bootstrap *bootstrap) {
    free(bootstrap->single_off);
    free(bootstrap->y);
}

static double draw_single(const struct bootstrap *bootstrap, double n, struct rng *rng) {
    double off = bootstrap->single_off[rng_below(rng, bootstrap->singles)];
    double sign = rng_below(rng, 2) ? 1 : -1;
    return usl_at(bootstrap->law, n) * fmax(1 + sign * bootstrap->single_scale * off, 0);
}

static double draw_repeats(const struct bootstrap *bootstrap, const struct level *level,
                           struct rng *rng) {
    double sum = 0, repeats = (double)level->count;
    for (size_t i = 0; i < level->count; i++)
        sum += bootstrap->levels->x[level->first + rng_below(rng, level->count)];
    double off = (sum / repeats - level->mean) * sqrt(repeats / (repeats - 1));
    return fmax(level->mean + off, 0);
}

static struct usl draw_law(struct bootstrap *bootstrap, struct rng *rng) {
    for (size_t i = 0; i < bootstrap->levels->count; i++) {
        const struct level *level = &bootstrap->levels->list[i];
        bootstrap->y[i] = level->count == 1 ? draw_single(bootstrap, level->n, rng)
                                            : draw_repeats(bootstrap, level, rng);
    }
    return best_law(bootstrap->levels, bootstrap->y);
}

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* What is asked of each drawn law. */
typedef double (*figure)(const struct usl *law, double n);

static double gamma_of(const struct usl *law, double n) {
    (void)n;
    return law->gamma;
}

static double alpha_of(const struct usl *law, double n) {
    (void)n;
    return law->alpha;
}

static double beta_of(const struct usl *law, double n) {
    (void)n;
    return law->beta;
}

static double peak_of(const struct usl *law, double n) {
    (void)n;
    return usl_peak(law);
}

static double enough_of(const struct usl *law, double most) {
    return usl_enough(law, ENOUGH_SHARE, (uint32_t)most);
}

/* Between which 95 % of the draws have it; the estimate itself is never outside. */
static void interval(const struct usl *draws, const struct usl *law, figure of, double n,
                     double *low, double *high) {
    double values[DRAWS], estimate = of(law, n);
    for (size_t i = 0; i < DRAWS; i++)
        values[i] = of(&draws[i], n);
    qsort(values, DRAWS, sizeof *values, compare);
    *low = fmin(values[DRAW_LOW], estimate);
    *high = fmax(values[DRAW_HIGH], estimate);
}

static bool vague(const struct usl *draws, const struct usl *law, const struct levels *levels) {
    for (size_t i = 0; i < levels->count; i++) {
        double n = levels->list[i].n, low, high;
        interval(draws, law, usl_at, n, &low, &high);
        if (high - low > VAGUE_WIDTH * usl_at(law, n))
            return true;
    }
    return false;
}

static void intervals(const struct usl *draws, double n_max, struct usl_fit *out) {
    const struct usl *law = &out->law;
    double enough_low, enough_high, most = fmin(n_max, UINT32_MAX);
    interval(draws, law, gamma_of, 0, &out->low.gamma, &out->high.gamma);
    interval(draws, law, alpha_of, 0, &out->low.alpha, &out->high.alpha);
    interval(draws, law, beta_of, 0, &out->low.beta, &out->high.beta);
    interval(draws, law, peak_of, 0, &out->peak_low, &out->peak_high);
    interval(draws, law, enough_of, most, &enough_low, &enough_high);
    out->enough_low = (uint32_t)enough_low;
    out->enough_high = (uint32_t)enough_high;
}

static enum usl_outcome fit_levels(const struct levels *levels, uint64_t seed,
                                   struct usl_fit *out) {
    struct bootstrap bootstrap;
    struct usl draws[DRAWS];
    double *means = MEM_ARRAY(double, levels->count);
    for (size_t i = 0; i < levels->count; i++)
        means[i] = levels->list[i].mean;
    out->law = best_law(levels, means);
    struct usl law = out->law;
    double knee = 0, left = squares_left(levels, means, &law);
    /* Squares of nothing but rounding say nothing. */
    if (left > SQUARES_TOLD * levels->squares &&
        best_knee(levels, means, &knee) < USL_KNEE_LEFT * left)
        out->knee = knee;
    free(means);
    out->off_mean = out->worst = 0;
    out->worst_n = levels->list[0].n;
    if (!follow(levels, out) || out->knee > 0)
        return USL_OFF;
    bootstrap_init(&bootstrap, levels, &out->law);
    for (size_t i = 0; i < DRAWS; i++) {
        struct rng rng = rng_at(rng_key(seed, "usl"), i);
        draws[i] = draw_law(&bootstrap, &rng);
    }
    bootstrap_release(&bootstrap);
    if (vague(draws, &out->law, levels))
        return USL_VAGUE;
    intervals(draws, levels->n_max, out);
    return USL_FITS;
}

static bool known(const struct usl_point *points, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (!(points[i].n >= 1 && isfinite(points[i].n) && points[i].x > 0 &&
              isfinite(points[i].x)))
            return false;
    return true;
}

void usl_fit(const struct usl_point *points, size_t count, uint64_t seed, struct usl_fit *out) {
    const struct usl unknown = {UNKNOWN_FIGURE, UNKNOWN_FIGURE, UNKNOWN_FIGURE};
    *out = (struct usl_fit){.outcome = USL_UNKNOWN,
                            .law = unknown,
                            .off_mean = UNKNOWN_FIGURE,
                            .worst_n = UNKNOWN_FIGURE,
                            .low = unknown,
                            .high = unknown,
                            .peak_low = UNKNOWN_FIGURE,
                            .peak_high = UNKNOWN_FIGURE};
    if (!known(points, count))
        return;
    struct levels levels;
    levels_init(&levels, points, count);
    out->outcome = levels.count < USL_LEVELS_MIN ? USL_TOO_FEW : fit_levels(&levels, seed, out);
    levels_release(&levels);
}
