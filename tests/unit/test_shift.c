#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "base/rng.h"
#include "stats/shift.h"

static void near(double found, double wanted, double within) {
    if (!(fabs(found - wanted) <= within))
        fail_msg("%.12g is not %.12g", found, wanted);
}

static void is_shift(const struct shift *shift, double estimate, double low, double high) {
    near(shift->estimate, estimate, 1e-12);
    near(shift->low, low, 1e-12);
    near(shift->high, high, 1e-12);
}

/* Hollander, Wolfe, table 3.1: depression scale before and after a tranquilizer. V = 40,
 * one-sided p = 0.0195; the estimate −0.46 and the interval −0.786 to −0.010, whose exact
 * confidence is 0.961. */
static void signed_rank_of_the_depression_scale(void **state) {
    (void)state;
    const double before[] = {1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30};
    const double after[] = {0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29};
    double differences[9];
    struct shift shift;
    for (size_t i = 0; i < 9; i++)
        differences[i] = after[i] - before[i];
    near(shift_paired_p(differences, 9), 20.0 / 512, 1e-12);
    shift_paired(differences, 9, 0.95, &shift);
    is_shift(&shift, -0.46, -0.786, -0.010);
    shift_paired(differences, 9, 1 - 20.0 / 512, &shift);
    is_shift(&shift, -0.46, -0.786, -0.010);
    shift_paired(differences, 9, 0.97, &shift);
    assert_true(shift.low < -0.786 && shift.high > -0.010);
}

/* Hollander, Wolfe, table 4.1: permeability of a membrane to tritiated water at term and at 12 to
 * 26 weeks. W = 35, one-sided p = 0.1272; the estimate 0.305. */
static void rank_sum_of_the_permeability(void **state) {
    (void)state;
    const double term[] = {0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46};
    const double early[] = {1.15, 0.88, 0.90, 0.74, 1.21};
    struct shift shift;
    near(shift_unpaired_p(early, 5, term, 10) / 2, 382.0 / 3003, 1e-12);
    near(shift_unpaired_p(term, 10, early, 5) / 2, 0.1272, 0.00005);
    shift_unpaired(early, 5, term, 10, 0.95, &shift);
    is_shift(&shift, 0.305, -0.15, 0.76);
    shift_unpaired(term, 10, early, 5, 0.95, &shift);
    is_shift(&shift, -0.305, -0.76, 0.15);
}

/* What a count of pairs can reach, which is what the first look is planned by. */
static void too_few_values_leave_the_ends_open(void **state) {
    (void)state;
    const double values[] = {1, 2, 3, 4, 5, 6, 7, 8};
    struct shift shift;
    shift_paired(values, 5, 0.95, &shift);
    assert_true(shift.estimate == 3 && shift.low == -INFINITY && shift.high == INFINITY);
    shift_paired(values, 6, 0.95, &shift);
    assert_true(shift.low == 1 && shift.high == 6);
    shift_paired(values, 8, 0.99, &shift);
    assert_true(shift.low == 1 && shift.high == 8);
    shift_paired(values, 8, 0.995, &shift);
    assert_true(isinf(shift.low) && isinf(shift.high));
    shift_unpaired(values, 3, values, 3, 0.95, &shift);
    assert_true(shift.estimate == 0 && isinf(shift.low) && isinf(shift.high));
    shift_unpaired(values, 4, values + 4, 4, 0.95, &shift);
    assert_true(shift.estimate == 4 && shift.low == 1 && shift.high == 7);
}

static void equal_values_are_no_difference(void **state) {
    (void)state;
    const double zeros[12] = {0};
    struct shift shift;
    shift_paired(zeros, 12, 0.95, &shift);
    is_shift(&shift, 0, 0, 0);
    shift_unpaired(zeros, 6, zeros + 6, 6, 0.95, &shift);
    is_shift(&shift, 0, 0, 0);
    assert_true(shift_paired_p(zeros, 12) == 1);
    assert_true(shift_unpaired_p(zeros, 6, zeros + 6, 6) == 1);
}

/* Around the count from which on the normal distribution is used, what is found goes on as it was.
 * The values ascend by a little less or more than 1, so that their sums lie close. */
static void normal_distribution_takes_over_smoothly(void **state) {
    (void)state;
    double values[SHIFT_EXACT_MAX + 1], a[SHIFT_EXACT_MAX + 1];
    struct shift exact, normal;
    struct rng rng = rng_at(rng_key(1, "steps"), 0);
    for (size_t i = 0; i <= SHIFT_EXACT_MAX; i++) {
        values[i] = (double)i + rng_unit(&rng) - SHIFT_EXACT_MAX * 0.45;
        a[i] = (double)i + rng_unit(&rng) - SHIFT_EXACT_MAX * 0.3;
    }
    shift_paired(values, SHIFT_EXACT_MAX, 0.95, &exact);
    shift_paired(values, SHIFT_EXACT_MAX + 1, 0.95, &normal);
    near(normal.low - normal.estimate, exact.low - exact.estimate, 0.3);
    near(normal.high - normal.estimate, exact.high - exact.estimate, 0.3);
    near(log(shift_paired_p(values, SHIFT_EXACT_MAX + 1)),
         log(shift_paired_p(values, SHIFT_EXACT_MAX)), 0.4);
    shift_unpaired(a, 60, values, SHIFT_EXACT_MAX, 0.95, &exact);
    shift_unpaired(a, 60, values, SHIFT_EXACT_MAX + 1, 0.95, &normal);
    near(normal.low - normal.estimate, exact.low - exact.estimate, 0.3);
    near(normal.high - normal.estimate, exact.high - exact.estimate, 0.3);
    near(log(shift_unpaired_p(a, 60, values, SHIFT_EXACT_MAX + 1)),
         log(shift_unpaired_p(a, 60, values, SHIFT_EXACT_MAX)), 0.4);
    /* Nothing but ties, and no distribution to be normal. */
    for (size_t i = 0; i <= SHIFT_EXACT_MAX; i++)
        a[i] = 0;
    assert_true(shift_paired_p(a, SHIFT_EXACT_MAX + 1) == 1);
    assert_true(shift_unpaired_p(a, SHIFT_EXACT_MAX + 1, a, 3) == 1);
}

/* Of 2,000 intervals of 95 % at most 5 % and its binomial bound (3 standard errors: 1.5 %) miss the
 * truth, though the differences are rounded so that many are equal. */
static void intervals_cover_the_truth(void **state) {
    (void)state;
    const double truth = 0.5;
    int missed_paired = 0, missed_unpaired = 0;
    for (uint64_t study = 0; study < 2000; study++) {
        struct rng rng = rng_at(rng_key(7, "coverage"), study);
        double a[10], b[10];
        struct shift shift;
        for (size_t i = 0; i < 10; i++) {
            a[i] = (double)rng_below(&rng, 9) / 4;
            b[i] = (double)rng_below(&rng, 9) / 4 - 1 + truth;
        }
        shift_paired(b, 10, 0.95, &shift);
        missed_paired += truth < shift.low || truth > shift.high;
        shift_unpaired(a, 10, b, 10, 0.95, &shift);
        missed_unpaired += truth - 1 < shift.low || truth - 1 > shift.high;
    }
    assert_true(missed_paired > 0 && missed_paired <= 130);
    assert_true(missed_unpaired > 0 && missed_unpaired <= 130);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signed_rank_of_the_depression_scale),
        cmocka_unit_test(rank_sum_of_the_permeability),
        cmocka_unit_test(too_few_values_leave_the_ends_open),
        cmocka_unit_test(equal_values_are_no_difference),
        cmocka_unit_test(normal_distribution_takes_over_smoothly),
        cmocka_unit_test(intervals_cover_the_truth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
