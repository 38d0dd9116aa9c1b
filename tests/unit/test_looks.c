#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "base/rng.h"
#include "stats/looks.h"

#define STUDIES 2000
#define PAIRS 24

static void is_plan(size_t pairs, size_t count, size_t second, size_t third) {
    const size_t wanted[LOOKS_MAX] = {count == 1 ? pairs : LOOKS_FIRST, second, third};
    struct looks looks;
    double sum = 0;
    looks_plan(pairs, &looks);
    assert_int_equal(looks.count, count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(looks.at[i], wanted[i]);
        sum += looks.share[i];
    }
    assert_true(fabs(sum - 1) < 1e-12);
}

static void plans_by_the_number_of_pairs(void **state) {
    (void)state;
    is_plan(8, 1, 0, 0);
    is_plan(11, 1, 0, 0);
    is_plan(12, 2, 12, 0);
    is_plan(20, 2, 20, 0);
    is_plan(21, 3, 14, 21);
    is_plan(24, 3, 16, 24);
    is_plan(40, 3, 24, 40);
    struct looks looks;
    looks_plan(12, &looks);
    assert_true(looks.share[0] == 0.2 && looks.share[1] == 0.8);
    looks_plan(40, &looks);
    assert_true(looks.share[0] == 0.2 && looks.share[1] == 0.2 && looks.share[2] == 0.6);
}

/* Each look can conclude something: of pairs that all say the same, it does. */
static void every_look_can_conclude(void **state) {
    (void)state;
    double differences[60];
    struct shift at_95, at_90;
    for (size_t i = 0; i < 60; i++)
        differences[i] = -0.2 - 0.001 * (double)i;
    for (size_t pairs = LOOKS_FIRST; pairs <= 60; pairs++) {
        struct looks looks;
        looks_plan(pairs, &looks);
        for (size_t i = 0; i < looks.count; i++)
            assert_int_equal(looks_conclude_paired(differences, looks.at[i], 0.05, looks.share[i],
                                                   &at_95, &at_90),
                             CONCLUDES_LESS);
    }
}

static enum conclusion of_pairs(double middle, double step, double margin) {
    double differences[12];
    struct shift at_95, at_90;
    for (int i = 0; i < 12; i++)
        differences[i] = middle + step * (i - 5.5);
    return looks_conclude_paired(differences, 12, margin, 1, &at_95, &at_90);
}

static enum conclusion of_samples(double middle, double step, double margin) {
    double a[7], b[7];
    struct shift at_95, at_90;
    for (int i = 0; i < 7; i++) {
        a[i] = 10 + step * i;
        b[i] = 10 + middle + step * i;
    }
    return looks_conclude_unpaired(a, 7, b, 7, margin, &at_95, &at_90);
}

static void concludes_by_margin_and_interval(void **state) {
    (void)state;
    enum conclusion (*const of[])(double, double, double) = {of_pairs, of_samples};
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(of[i](-0.1, 0.005, 0.05), CONCLUDES_LESS);
        assert_int_equal(of[i](0.1, 0.005, 0.05), CONCLUDES_MORE);
        assert_int_equal(of[i](0, 0.005, 0.05), CONCLUDES_SAME);
        /* Surely there, and surely of no importance. */
        assert_int_equal(of[i](0.03, 0.001, 0.05), CONCLUDES_SAME);
        /* Surely there, and perhaps of importance. */
        assert_int_equal(of[i](0.045, 0.006, 0.05), CONCLUDES_NOTHING);
        /* Not surely there. */
        assert_int_equal(of[i](0.1, 0.2, 0.05), CONCLUDES_NOTHING);
        assert_int_equal(of[i](0, 0.2, 0.05), CONCLUDES_NOTHING);
        assert_int_equal(of[i](0, 0, 0.05), CONCLUDES_SAME);
    }
}

/* Equivalence is by the interval of 90 %, a difference by that of 95 %. */
static void each_conclusion_by_its_interval(void **state) {
    (void)state;
    double differences[12];
    struct shift at_95, at_90, wide, narrow;
    for (int i = 0; i < 12; i++)
        differences[i] = 0.01 * (i - 5.5);
    shift_paired(differences, 12, 0.95, &wide);
    shift_paired(differences, 12, 0.90, &narrow);
    assert_true(narrow.high < wide.high);
    double between = (narrow.high + wide.high) / 2;
    assert_int_equal(looks_conclude_paired(differences, 12, between, 1, &at_95, &at_90),
                     CONCLUDES_SAME);
    assert_true(at_95.high == wide.high && at_90.high == narrow.high);
    for (int i = 0; i < 12; i++)
        differences[i] += between;
    assert_int_equal(looks_conclude_paired(differences, 12, 0.001, 1, &at_95, &at_90),
                     CONCLUDES_NOTHING);
    assert_true(at_95.low < 0 && at_90.low > 0);
}

/* A sum of four uniform ones less their mean: near enough to normal, its deviation is 1. */
static double noise(struct rng *rng) {
    double sum = -2;
    for (int i = 0; i < 4; i++)
        sum += rng_unit(rng);
    return sum * sqrt(3);
}

static void make_study(uint64_t number, double shift, double *differences) {
    struct rng rng = rng_at(rng_key(11, "studies"), number);
    for (size_t i = 0; i < PAIRS; i++)
        differences[i] = shift + noise(&rng);
}

/* What a study concludes that stops as soon as it can. */
static enum conclusion study(const double *differences, const struct looks *looks, double margin) {
    struct shift at_95, at_90;
    enum conclusion conclusion = CONCLUDES_NOTHING;
    for (size_t i = 0; i < looks->count && conclusion == CONCLUDES_NOTHING; i++)
        conclusion = looks_conclude_paired(differences, looks->at[i], margin, looks->share[i],
                                           &at_95, &at_90);
    return conclusion;
}

/* The margin is far below the noise, so that it is the interval that keeps from false alarms. */
static void false_alarms_are_as_few_as_promised(void **state) {
    (void)state;
    const double margin = 0.01;
    int alarms = 0, alarms_each_pair = 0;
    struct looks looks;
    looks_plan(PAIRS, &looks);
    for (uint64_t number = 0; number < STUDIES; number++) {
        double differences[PAIRS];
        make_study(number, 0, differences);
        enum conclusion conclusion = study(differences, &looks, margin);
        alarms += conclusion == CONCLUDES_LESS || conclusion == CONCLUDES_MORE;
        conclusion = CONCLUDES_NOTHING;
        for (size_t i = LOOKS_FIRST; i <= PAIRS && conclusion == CONCLUDES_NOTHING; i++)
            conclusion =
                study(differences, &(struct looks){.at = {i}, .share = {1}, .count = 1}, margin);
        alarms_each_pair += conclusion == CONCLUDES_LESS || conclusion == CONCLUDES_MORE;
    }
    print_message("# false alarms: %d of %d; looking after every pair: %d\n", alarms, STUDIES,
                  alarms_each_pair);
    /* 5 % and three standard errors of it. */
    const int bound = 100 + 29;
    assert_true(alarms > 20 && alarms <= bound);
    assert_true(alarms_each_pair > bound);
}

/* A shift of twice the margin, which is as large as the deviation of a pair; and none, at a margin
 * of twice that deviation. */
static void what_is_there_is_found(void **state) {
    (void)state;
    int less = 0, more = 0, same = 0, wrong = 0;
    struct looks looks;
    looks_plan(PAIRS, &looks);
    for (uint64_t number = 0; number < STUDIES; number++) {
        double differences[PAIRS];
        make_study(number, -1, differences);
        less += study(differences, &looks, 0.5) == CONCLUDES_LESS;
        make_study(number, 1, differences);
        more += study(differences, &looks, 0.5) == CONCLUDES_MORE;
        make_study(number, 0, differences);
        same += study(differences, &looks, 2) == CONCLUDES_SAME;
        /* As far away as the margin: to be called the same in 5 % at most. */
        make_study(number, 0.5, differences);
        wrong += study(differences, &looks, 0.5) == CONCLUDES_SAME;
    }
    print_message("# found: %d less, %d more, %d same; the same at the margin: %d; of %d\n", less,
                  more, same, wrong, STUDIES);
    assert_true(less > STUDIES * 95 / 100 && more > STUDIES * 95 / 100);
    assert_true(same > STUDIES * 95 / 100);
    assert_true(wrong <= 100 + 29);
}

static void pairs_needed_by_the_root_of_the_count(void **state) {
    (void)state;
    const struct shift unknown = {0.1, -INFINITY, INFINITY};
    /* Twice as wide as it may be to exclude 0: four times the pairs. */
    struct shift at_95 = {0.1, -0.1, 0.2}, at_90 = {0.1, -0.05, 0.15};
    assert_int_equal(looks_pairs_needed(12, 0.05, &at_95, &at_90), 48);
    at_95 = (struct shift){-0.1, -0.2, 0.1};
    assert_int_equal(looks_pairs_needed(12, 0.05, &at_95, &at_90), 48);
    /* 1.5 times as wide: 27, and so 28. */
    at_95 = (struct shift){0.1, -0.05, 0.2};
    assert_int_equal(looks_pairs_needed(12, 0.05, &at_95, &at_90), 28);
    /* Below the margin it is the interval of 90 % that has to lie within, to its farther side. */
    at_95 = (struct shift){0.01, -0.2, 0.2};
    at_90 = (struct shift){0.01, -0.02, 0.09};
    assert_int_equal(looks_pairs_needed(12, 0.05, &at_95, &at_90), 48);
    at_90 = (struct shift){0.01, -0.17, 0.02};
    assert_int_equal(looks_pairs_needed(12, 0.05, &at_95, &at_90), 108);
    /* Just below the margin no number of pairs helps. */
    at_95 = (struct shift){0.05 - 1e-6, -0.05, 0.15};
    at_90 = (struct shift){0.05 - 1e-6, -0.03, 0.13};
    assert_int_equal(looks_pairs_needed(12, 0.05, &at_95, &at_90), 0);
    assert_int_equal(looks_pairs_needed(12, 0.05, &unknown, &unknown), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plans_by_the_number_of_pairs),
        cmocka_unit_test(every_look_can_conclude),
        cmocka_unit_test(concludes_by_margin_and_interval),
        cmocka_unit_test(each_conclusion_by_its_interval),
        cmocka_unit_test(false_alarms_are_as_few_as_promised),
        cmocka_unit_test(what_is_there_is_found),
        cmocka_unit_test(pairs_needed_by_the_root_of_the_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
