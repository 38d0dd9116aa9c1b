#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/rng.h"
#include "stats/change_points.h"

/* Flow of the Nile at Aswan, 1871 to 1970, in 10^8 m³ (Cobb, "The Problem of the Nile", Biometrika
 * 65, 1978): it fell after 1898, the 28th year. */
static const double nile[] = {
    1120, 1160, 963, 1210, 1160, 1160, 813,  1230, 1370, 1140, 995,  935,  1110, 994,  1020,
    960,  1180, 799, 958,  1140, 1100, 1210, 1150, 1250, 1260, 1220, 1030, 1100, 774,  840,
    874,  694,  940, 833,  701,  916,  692,  1020, 1050, 969,  831,  726,  456,  824,  702,
    1120, 1100, 832, 764,  821,  768,  845,  864,  862,  698,  845,  744,  796,  1040, 759,
    781,  865,  845, 944,  984,  897,  822,  1010, 771,  676,  649,  846,  812,  742,  801,
    1040, 860,  874, 848,  890,  744,  749,  838,  1050, 918,  986,  797,  923,  975,  815,
    1020, 906,  901, 1170, 912,  746,  919,  718,  714,  740};

static void the_nile_fell_in_1899(void **state) {
    (void)state;
    size_t at[10], count = sizeof nile / sizeof *nile;
    assert_int_equal(count, 100);
    for (uint64_t seed = 0; seed < 20; seed++) {
        assert_int_equal(change_points(nile, count, seed, at, 10), 1);
        assert_int_equal(at[0], 28);
    }
}

/* Levels of a few points each, with a little unrest. */
static size_t make_levels(const double *levels, size_t count, size_t length, double *out) {
    struct rng rng = rng_at(rng_key(3, "levels"), count);
    for (size_t i = 0; i < count * length; i++)
        out[i] = levels[i / length] + rng_unit(&rng);
    return count * length;
}

static void finds_every_change_in_order(void **state) {
    (void)state;
    double values[100];
    size_t at[10];
    size_t count = make_levels((const double[]){10, 30, 20, 50}, 4, 12, values);
    assert_int_equal(change_points(values, count, 1, at, 10), 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(at[i], 12 * (i + 1));
    /* No room for more. */
    at[2] = 999;
    assert_int_equal(change_points(values, count, 1, at, 2), 2);
    assert_int_equal(at[0], 12);
    assert_int_equal(at[1], 24);
    assert_int_equal(at[2], 999);
    assert_int_equal(change_points(values, count, 1, at, 0), 0);
}

/* Of the last level so few points that fewer would not be a segment. */
static void the_last_points_can_be_a_segment(void **state) {
    (void)state;
    double values[20];
    size_t at[4];
    for (size_t i = 0; i < 20; i++)
        values[i] = (i < 20 - CHANGE_SEGMENT_MIN ? 100 : 150) + (double)(i * 7 % 5);
    assert_int_equal(change_points(values, 20, 1, at, 4), 1);
    assert_int_equal(at[0], 20 - CHANGE_SEGMENT_MIN);
}

static void nothing_changes_in_few_or_equal_points(void **state) {
    (void)state;
    const double steps[] = {1, 1, 1, 1, 9, 9, 9};
    double equal[30];
    size_t at[10];
    for (size_t i = 0; i < 30; i++)
        equal[i] = 0.1;
    assert_int_equal(change_points(equal, 30, 1, at, 10), 0);
    assert_int_equal(change_points(steps, 7, 1, at, 10), 0);
    assert_int_equal(change_points(steps, 1, 1, at, 10), 0);
    assert_int_equal(change_points(steps, 0, 1, at, 10), 0);
}

static void the_same_seed_gives_the_same(void **state) {
    (void)state;
    for (uint64_t number = 0; number < 50; number++) {
        struct rng rng = rng_at(rng_key(5, "same"), number);
        double values[24];
        size_t at[2][6];
        for (size_t i = 0; i < 24; i++)
            values[i] = rng_unit(&rng) + (i < 12 ? 0 : 0.4);
        size_t count = change_points(values, 24, number, at[0], 6);
        assert_int_equal(change_points(values, 24, number, at[1], 6), count);
        assert_memory_equal(at[0], at[1], count * sizeof **at);
    }
}

/* Of 1,000 series without a change at most 1 % have one, and three standard errors of that; of
 * those with one of two and a half deviations, 12 points before and after, nearly all. */
static void false_alarms_and_power(void **state) {
    (void)state;
    int alarms = 0, found = 0;
    for (uint64_t number = 0; number < 1000; number++) {
        struct rng rng = rng_at(rng_key(9, "series"), number);
        double values[24];
        size_t at[6];
        for (size_t i = 0; i < 24; i++)
            values[i] = rng_unit(&rng) + rng_unit(&rng) + rng_unit(&rng);
        alarms += change_points(values, 24, number, at, 6) > 0;
        for (size_t i = 12; i < 24; i++)
            values[i] += 1.25; /* the deviation is 0.5 */
        found += number < 100 && change_points(values, 24, number, at, 6) > 0;
    }
    print_message("# false alarms: %d of 1000; found: %d of 100\n", alarms, found);
    assert_true(alarms > 0 && alarms <= 19);
    assert_true(found >= 95);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_nile_fell_in_1899),
        cmocka_unit_test(finds_every_change_in_order),
        cmocka_unit_test(the_last_points_can_be_a_segment),
        cmocka_unit_test(nothing_changes_in_few_or_equal_points),
        cmocka_unit_test(the_same_seed_gives_the_same),
        cmocka_unit_test(false_alarms_and_power),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
