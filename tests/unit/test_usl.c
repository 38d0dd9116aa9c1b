#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/rng.h"
#include "stats/usl.h"

#define POINTS_MAX 64
#define STUDIES 100
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void assert_near(double value, double expected, double share) {
    if (!(fabs(value - expected) <= share * fabs(expected)))
        fail_msg("%.9g, not %.9g", value, expected);
}

/* --- data */

struct data {
    struct usl_point points[POINTS_MAX];
    size_t count;
};

static double gauss(struct rng *rng) {
    return sqrt(-2 * log(1 - rng_unit(rng))) * cos(6.283185307179586 * rng_unit(rng));
}

static double on_law(const void *law, double n) {
    return usl_at(law, n);
}

/* So many connections do it all, and more just wait. */
static double on_knee(const void *connections, double n) {
    return 100 * fmin(n, *(const double *)connections);
}

/* 1, 2, 4, …, each so many times, with a noise of that share. */
static struct data measure(double (*at)(const void *, double), const void *what, size_t levels,
                           size_t repeats, double noise, struct rng *rng) {
    struct data data = {.count = 0};
    for (size_t r = 0; r < repeats; r++)
        for (size_t l = 0; l < levels; l++) {
            double n = (double)(1u << l);
            data.points[data.count++] =
                (struct usl_point){n, at(what, n) * fmax(1 + noise * gauss(rng), 0.01)};
        }
    return data;
}

static struct usl_fit fit(const struct data *data) {
    struct usl_fit out;
    usl_fit(data->points, data->count, 6, &out);
    return out;
}

static struct data listed(const double (*rows)[2], size_t count) {
    struct data data = {.count = count};
    for (size_t i = 0; i < count; i++)
        data.points[i] = (struct usl_point){rows[i][0], rows[i][1]};
    return data;
}

/* --- the law */

static void peak_and_enough_are_those_of_a_scan(void **state) {
    (void)state;
    struct rng rng = rng_at(rng_key(6, "law"), 0);
    for (int i = 0; i < 300; i++) {
        struct usl law = {1 + 1000 * rng_unit(&rng), i % 5 ? rng_unit(&rng) : 0,
                          i % 3 ? pow(10, -5 * rng_unit(&rng)) : 0};
        uint32_t most = 1 + (uint32_t)rng_below(&rng, 300), enough = 1;
        double best = 0, peak = usl_peak(&law);
        for (uint32_t n = 1; n <= most; n++)
            best = fmax(best, usl_at(&law, n));
        while (usl_at(&law, enough) < 0.95 * best)
            enough++;
        assert_int_equal(usl_enough(&law, 0.95, most), enough);
        assert_true(isinf(peak) == (law.beta == 0));
        if (law.beta > 0)
            for (double away = 0.01; away < 2; away *= 1.5) {
                assert_true(usl_at(&law, peak) >= usl_at(&law, peak * (1 + away)));
                assert_true(usl_at(&law, peak) >= usl_at(&law, fmax(1, peak * (1 - away))));
            }
    }
}

static void peak_at_the_edges(void **state) {
    (void)state;
    assert_true(isinf(usl_peak(&(struct usl){100, 0, 0})));
    assert_true(usl_peak(&(struct usl){100, 1, 0}) == 1);
    assert_true(usl_peak(&(struct usl){100, 1, 0.1}) == 1);
    assert_true(usl_peak(&(struct usl){100, 0.5, 2}) == 1);
    assert_int_equal(usl_enough(&(struct usl){100, 0, 0}, 0.95, 64), 61);
    assert_int_equal(usl_enough(&(struct usl){100, 1, 0}, 0.95, 64), 1);
    assert_int_equal(usl_enough(&(struct usl){100, 0, 0}, 0.95, 1), 1);
}

/* --- published data */

/* Data sets of the R package usl (Gunther, Moeding; 3.0.4), data/specsdm91.rda and raytracer.rda,
 * first published in Gunther's "Guerrilla Capacity Planning". The package publishes coefficients in
 * its README (specsdm91) and in tests/confint.Rout.save (the first six of raytracer); more digits,
 * and those of all of raytracer, are of a second implementation by a shrinking search over alpha
 * and beta. */
static const double specsdm91[][2] = {{1, 64.9},     {18, 995.9}, {36, 1652.4}, {72, 1853.2},
                                      {108, 1828.9}, {144, 1775}, {216, 1702.2}};
static const double raytracer[][2] = {{1, 20},   {4, 78},   {8, 130},  {12, 170},
                                      {16, 190}, {20, 200}, {24, 210}, {28, 230},
                                      {32, 260}, {48, 280}, {64, 310}};

/* The law is R's; but one user alone did 64.9, where it says 90: it is not one to be used. */
static void specsdm91_gives_published_figures_and_is_refused(void **state) {
    (void)state;
    static const double fitted[] = {90, 1078, 1541, 1850, 1879, 1822, 1646};
    struct data data = listed(specsdm91, COUNT(specsdm91));
    struct usl_fit out = fit(&data);
    assert_near(out.law.gamma, 89.9952330, 2e-8);
    assert_near(out.law.alpha, 0.0277285, 2e-6);
    assert_near(out.law.alpha, 0.027728476, 1e-6);
    assert_near(out.law.beta, 0.0001044, 1e-3);
    assert_near(out.law.beta, 0.00010436548, 1e-6);
    assert_near(usl_peak(&out.law), 96.51956, 1e-6);
    for (size_t i = 0; i < COUNT(fitted); i++)
        assert_true(round(usl_at(&out.law, specsdm91[i][0])) == fitted[i]);
    assert_int_equal(out.outcome, USL_OFF);
    assert_true(out.worst_n == 1);
    assert_near(out.worst, -0.387, 0.01);
}

static void raytracer_of_six_levels_gives_published_figures(void **state) {
    (void)state;
    struct data data = listed(raytracer, 6);
    struct usl_fit out = fit(&data);
    assert_int_equal(out.outcome, USL_FITS);
    assert_near(out.law.gamma, 20.85605, 1e-6);
    assert_near(out.law.alpha, 0.02444, 2e-4);
    assert_near(out.law.alpha, 0.02444406, 1e-6);
    assert_near(out.law.beta, 0.00163, 3e-3);
    assert_near(out.law.beta, 0.0016268087, 1e-6);
    /* R's intervals, by another method, are 0.00754 to 0.0414 and 0.0011 to 0.00215. */
    assert_true(out.low.alpha < 0.02 && out.high.alpha > 0.03 && out.high.alpha < 0.06);
    assert_true(out.low.beta < 0.0015 && out.high.beta > 0.0018 && out.high.beta < 0.003);
    assert_true(out.peak_low < 24.488 && out.peak_high > 24.489);
}

/* Coherency is exactly 0: the best law lies on the bound. */
static void raytracer_has_no_peak(void **state) {
    (void)state;
    struct data data = listed(raytracer, COUNT(raytracer));
    struct usl_fit out = fit(&data);
    assert_int_equal(out.outcome, USL_FITS);
    assert_near(out.law.gamma, 21.848843, 1e-6);
    assert_near(out.law.alpha, 0.057770781, 1e-6);
    assert_true(out.law.beta == 0);
    assert_true(isinf(usl_peak(&out.law)) && isinf(out.peak_high));
}

/* --- the search */

/* Data without noise give the law itself, those on a bound exactly. */
static void laws_are_found_again(void **state) {
    (void)state;
    static const struct usl laws[] = {
        {33.3, 0, 0},    {7e5, 0.05, 0},        {100, 0, 0.003},    {100, 0.02, 0.001},
        {1e-3, 0.9, 0},  {100, 1, 0.1},         {100, 1, 0},        {2000, 0.3, 0.0002},
        {64.9, 0.03, 2}, {12345, 1e-3, 1.5e-6}, {5, 0.5, 0.000002},
    };
    for (size_t i = 0; i < COUNT(laws); i++) {
        struct data data = measure(on_law, &laws[i], 7, 1, 0, &(struct rng){0});
        struct usl_fit out = fit(&data);
        assert_int_equal(out.outcome, USL_FITS);
        assert_near(out.law.gamma, laws[i].gamma, 1e-6);
        assert_near(out.law.alpha, laws[i].alpha, 1e-5);
        assert_near(out.law.beta, laws[i].beta, 1e-4);
        assert_true(out.enough_low == out.enough_high);
        assert_true(out.off_mean < 1e-8);
    }
}

static double squares(const struct data *data, const struct usl *law) {
    double sum = 0;
    for (size_t i = 0; i < data->count; i++) {
        double off = data->points[i].x - usl_at(law, data->points[i].n);
        sum += off * off;
    }
    return sum;
}

/* Of noisy data, of knees and of mere scatter: no law of a thousand around the found one and a
 * thousand anywhere leaves less. */
static void no_other_law_is_nearer(void **state) {
    (void)state;
    double knee = 8;
    for (uint64_t i = 0; i < 60; i++) {
        struct rng rng = rng_at(rng_key(6, "nearest"), i);
        struct usl truth = {100, rng_unit(&rng), pow(10, -5 * rng_unit(&rng))};
        struct data data = i % 3 == 0   ? measure(on_law, &truth, 7, 2, 0.1, &rng)
                           : i % 3 == 1 ? measure(on_knee, &knee, 7, 2, 0.05, &rng)
                                        : measure(on_law, &truth, 6, 1, 0.6, &rng);
        struct usl_fit out = fit(&data);
        double least = squares(&data, &out.law);
        assert_true(out.law.gamma > 0 && out.law.alpha >= 0 && out.law.alpha <= 1);
        assert_true(out.law.beta >= 0);
        for (int trial = 0; trial < 2000; trial++) {
            double near = pow(10, -6 * rng_unit(&rng));
            struct usl other = {out.law.gamma * (1 + near * gauss(&rng)),
                                out.law.alpha * (1 + near * gauss(&rng)),
                                out.law.beta * (1 + near * gauss(&rng))};
            if (trial % 2)
                other = (struct usl){300 * rng_unit(&rng), rng_unit(&rng),
                                     pow(10, -6 * rng_unit(&rng)) * 3};
            if (other.alpha >= 0 && other.alpha <= 1 && other.beta >= 0)
                assert_true(squares(&data, &other) >= least * (1 - 1e-9));
        }
    }
}

/* Throughput that falls from one to two and then no more would need an alpha above 1, and one that
 * rises faster than those at work one below 0: neither is a share of the work. */
static void alpha_is_a_share(void **state) {
    (void)state;
    struct usl faster = {100, -0.005, 0.002};
    static const double convoy[][2] = {{1, 100}, {2, 60}, {4, 48}, {8, 44}, {16, 42}, {32, 41}};
    struct data data = listed(convoy, COUNT(convoy));
    struct usl_fit out = fit(&data);
    assert_true(out.law.alpha == 1);
    assert_int_equal(out.outcome, USL_OFF);
    data = measure(on_law, &faster, 6, 1, 0, &(struct rng){0});
    out = fit(&data);
    assert_true(out.law.alpha == 0);
    assert_int_equal(out.outcome, USL_FITS);
}

static void order_does_not_matter(void **state) {
    (void)state;
    struct usl law = {100, 0.02, 0.001};
    struct rng rng = rng_at(rng_key(6, "order"), 0);
    struct data data = measure(on_law, &law, 7, 3, 0.05, &rng), turned = data;
    for (size_t i = 0; i < data.count; i++)
        turned.points[i] = data.points[data.count - 1 - i];
    struct usl_fit a = fit(&data), b = fit(&turned), c;
    usl_fit(data.points, data.count, 7, &c);
    assert_memory_equal(&a.law, &b.law, sizeof a.law);
    assert_memory_equal(&a.low, &b.low, sizeof a.low);
    assert_memory_equal(&a.high, &b.high, sizeof a.high);
    assert_true(a.peak_low == b.peak_low && a.peak_high == b.peak_high);
    assert_memory_equal(&a.law, &c.law, sizeof a.law);
    assert_true(a.low.gamma != c.low.gamma); /* another seed draws otherwise */
}

/* --- what is accepted and what is not */

static void too_few_levels_give_no_law(void **state) {
    (void)state;
    struct usl law = {100, 0.02, 0.001};
    struct rng rng = rng_at(1, 0);
    struct data data = measure(on_law, &law, 5, 6, 0.01, &rng);
    struct usl_fit out = fit(&data);
    assert_int_equal(out.outcome, USL_TOO_FEW);
    assert_true(out.law.gamma < 0 && out.off_mean < 0 && out.peak_low < 0);
    data.count = 0;
    assert_int_equal(fit(&data).outcome, USL_TOO_FEW);
    data = measure(on_law, &law, 6, 1, 0.01, &rng);
    assert_int_equal(fit(&data).outcome, USL_FITS);
}

static void what_is_no_number_gives_no_law(void **state) {
    (void)state;
    static const struct usl_point bad[] = {{3, NAN}, {3, INFINITY}, {3, 0},         {3, -1},
                                           {0, 100}, {NAN, 100},    {INFINITY, 100}};
    struct usl law = {100, 0.02, 0.001};
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct data data = measure(on_law, &law, 7, 1, 0, &(struct rng){0});
        assert_int_equal(fit(&data).outcome, USL_FITS);
        data.points[data.count++] = bad[i];
        struct usl_fit out = fit(&data);
        assert_int_equal(out.outcome, USL_UNKNOWN);
        assert_true(out.law.gamma < 0 && out.enough_high == 0);
    }
}

static void knees_are_refused(void **state) {
    (void)state;
    static const struct {
        double connections;
        size_t levels;
    } cases[] = {{8, 6}, {12, 7}, {4, 6}, {2, 6}, {16, 7}, {10, 6}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct data data =
            measure(on_knee, &cases[i].connections, cases[i].levels, 1, 0, &(struct rng){0});
        struct usl_fit out = fit(&data);
        assert_int_equal(out.outcome, USL_OFF);
        assert_true(out.law.gamma > 0 && out.low.gamma < 0 && out.enough_low == 0);
    }
}

static size_t outcomes(double (*at)(const void *, double), const void *what, size_t levels,
                       size_t repeats, double noise, enum usl_outcome outcome) {
    size_t seen = 0;
    for (uint64_t i = 0; i < STUDIES; i++) {
        struct rng rng = rng_at(rng_key(6, "studies"), i);
        struct data data = measure(at, what, levels, repeats, noise, &rng);
        seen += fit(&data).outcome == outcome;
    }
    return seen;
}

static void noisy_laws_are_accepted(void **state) {
    (void)state;
    static const struct usl laws[] = {{100, 0.02, 0.001}, {100, 0.05, 0}, {100, 0, 0}};
    for (size_t i = 0; i < COUNT(laws); i++)
        assert_true(outcomes(on_law, &laws[i], 6, 3, 0.05, USL_FITS) >= 95);
}

static void noisy_knees_are_refused(void **state) {
    (void)state;
    double small = 8, large = 12;
    assert_true(outcomes(on_knee, &small, 6, 3, 0.05, USL_OFF) >= 95);
    assert_true(outcomes(on_knee, &large, 7, 3, 0.05, USL_OFF) >= 95);
}

/* With two levels beyond them a law comes near them; but the knee itself comes much nearer. */
static void knees_that_look_like_laws_are_known(void **state) {
    (void)state;
    static const double knees[] = {17, 20, 24, 31};
    for (size_t i = 0; i < COUNT(knees); i++) {
        struct data data = measure(on_knee, &knees[i], 7, 1, 0, &(struct rng){0});
        struct usl_fit out = fit(&data);
        assert_int_equal(out.outcome, USL_OFF);
        assert_true(fabs(out.knee / knees[i] - 1) < 0.02);
        assert_true(outcomes(on_knee, &knees[i], 7, 3, 0.02, USL_OFF) >= 80);
    }
}

static double on_nothing(const void *rng, double n) {
    (void)n;
    return 100 + 900 * rng_unit((struct rng *)rng);
}

static void scatter_is_refused(void **state) {
    (void)state;
    struct rng rng = rng_at(rng_key(6, "scatter"), 0);
    assert_true(outcomes(on_nothing, &rng, 7, 1, 0, USL_FITS) <= 5);
}

/* The same medians and means: repeats that lie near each other give a law, those that don't don't.
 */
static void wide_repeats_are_vague(void **state) {
    (void)state;
    struct usl law = {100, 0.02, 0.001};
    struct data data = measure(on_law, &law, 6, 3, 0, &(struct rng){0}), wide = data;
    for (size_t i = 0; i < data.count; i++) {
        double off = (double)(i / 6) - 1;
        data.points[i].x *= 1 + 0.05 * off;
        wide.points[i].x *= 1 + 0.8 * off;
    }
    assert_int_equal(fit(&data).outcome, USL_FITS);
    struct usl_fit out = fit(&wide);
    assert_int_equal(out.outcome, USL_VAGUE);
    assert_near(out.law.gamma, 100, 1e-6);
    assert_true(out.low.gamma < 0 && out.enough_high == 0);
}

/* All levels but one repeat to the digit: what is not known is how far that one's only value is
 * from the truth, to both sides. */
static void a_single_level_is_not_certain(void **state) {
    (void)state;
    struct usl law = {100, 0.02, 0.001};
    struct data data = measure(on_law, &law, 7, 2, 0, &(struct rng){0});
    data.count--;
    data.points[6].x *= 1.08;
    struct usl_fit out = fit(&data);
    assert_int_equal(out.outcome, USL_FITS);
    assert_true(out.high.beta > 1.01 * out.low.beta);
}

/* How often the intervals hold the truth, of levels measured three times and once; and that they
 * are no wider for it than what is measured says. */
static void intervals_hold_the_truth(void **state) {
    (void)state;
    const struct usl law = {100, 0.02, 0.001};
    for (size_t repeats = 1; repeats <= 3; repeats += 2) {
        size_t fits = 0, peak = 0, enough = 0, gamma = 0, elsewhere = 0;
        for (uint64_t i = 0; i < STUDIES; i++) {
            struct rng rng = rng_at(rng_key(6, "truth"), i);
            struct data data = measure(on_law, &law, 7, repeats, 0.03, &rng);
            struct usl_fit out = fit(&data);
            double at = usl_peak(&law);
            uint32_t wanted = usl_enough(&law, 0.95, 64);
            fits += out.outcome == USL_FITS;
            peak += out.peak_low <= at && at <= out.peak_high;
            elsewhere += out.peak_low <= 1.5 * at && 1.5 * at <= out.peak_high;
            enough += out.enough_low <= wanted && wanted <= out.enough_high;
            gamma += out.low.gamma <= 100 && 100 <= out.high.gamma;
        }
        assert_true(fits >= 95);
        assert_true(peak >= 0.8 * (double)fits && enough >= 0.85 * (double)fits);
        assert_true(gamma >= 0.8 * (double)fits);
        assert_true(elsewhere <= 0.1 * (double)fits);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(peak_and_enough_are_those_of_a_scan),
        cmocka_unit_test(peak_at_the_edges),
        cmocka_unit_test(specsdm91_gives_published_figures_and_is_refused),
        cmocka_unit_test(raytracer_of_six_levels_gives_published_figures),
        cmocka_unit_test(raytracer_has_no_peak),
        cmocka_unit_test(laws_are_found_again),
        cmocka_unit_test(no_other_law_is_nearer),
        cmocka_unit_test(alpha_is_a_share),
        cmocka_unit_test(order_does_not_matter),
        cmocka_unit_test(too_few_levels_give_no_law),
        cmocka_unit_test(what_is_no_number_gives_no_law),
        cmocka_unit_test(knees_are_refused),
        cmocka_unit_test(noisy_laws_are_accepted),
        cmocka_unit_test(noisy_knees_are_refused),
        cmocka_unit_test(knees_that_look_like_laws_are_known),
        cmocka_unit_test(scatter_is_refused),
        cmocka_unit_test(wide_repeats_are_vague),
        cmocka_unit_test(a_single_level_is_not_certain),
        cmocka_unit_test(intervals_hold_the_truth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
