#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <float.h>
#include <string.h>

#include "stats/rank.h"

static void median_of_odd_is_the_middle(void **state) {
    (void)state;
    assert_true(rank_median((double[]){7}, 1) == 7);
    assert_true(rank_median((double[]){9, 1, 5}, 3) == 5);
    assert_true(rank_median((double[]){3, 3, 1, 9, 2}, 5) == 3);
    assert_true(rank_median((double[]){-1, -3, -2}, 3) == -2);
}

static void median_of_even_is_the_mean_of_the_middle_two(void **state) {
    (void)state;
    assert_true(rank_median((double[]){4, 1}, 2) == 2.5);
    assert_true(rank_median((double[]){10, 1, 3, 2}, 4) == 2.5);
    assert_true(rank_median((double[]){DBL_MAX, DBL_MAX}, 2) == DBL_MAX);
}

/* A comparison that rounds a difference to int would take these for equal. */
static void median_tells_close_and_huge_values_apart(void **state) {
    (void)state;
    assert_true(rank_median((double[]){0.3, 0.1, 0.2}, 3) == 0.2);
    assert_true(rank_median((double[]){3e300, 1e300, -2e300}, 3) == 1e300);
}

static void median_leaves_the_array_alone(void **state) {
    (void)state;
    const double before[] = {5, 4, 3, 2, 1};
    double values[5];
    memcpy(values, before, sizeof(values));
    assert_true(rank_median(values, 5) == 3);
    assert_memory_equal(values, before, sizeof(values));
}

static void min_and_max_wherever_they_stand(void **state) {
    (void)state;
    assert_true(rank_min((double[]){2}, 1) == 2);
    assert_true(rank_max((double[]){2}, 1) == 2);
    assert_true(rank_min((double[]){1, 2, 3}, 3) == 1);
    assert_true(rank_min((double[]){3, 2, 1}, 3) == 1);
    assert_true(rank_max((double[]){1, 2, 3}, 3) == 3);
    assert_true(rank_max((double[]){3, 2, 1}, 3) == 3);
    assert_true(rank_max((double[]){-5, -2, -9}, 3) == -2);
    assert_true(rank_min((double[]){-5, -2, -9}, 3) == -9);
}

static void line_of_exact_points(void **state) {
    (void)state;
    const double x[] = {0, 1, 2, 5}, y[] = {3, 1, -1, -7};
    struct rank_line line = rank_theil_sen(x, y, 4);
    assert_true(line.slope == -2);
    assert_true(line.at_0 == 3);
    line = rank_theil_sen((double[]){4, 6}, (double[]){10, 11}, 2);
    assert_true(line.slope == 0.5);
    assert_true(line.at_0 == 8);
}

/* Least squares would make the slope 11. */
static void line_ignores_strays(void **state) {
    (void)state;
    const double x[] = {1, 2, 3, 4, 5, 6, 7, 8, 9}, y[] = {1, 2, 3, 4, 5, 6, 7, 88, 99};
    struct rank_line line = rank_theil_sen(x, y, 9);
    assert_true(line.slope == 1);
    assert_true(line.at_0 == 0);
}

static void line_takes_no_slope_of_the_same_x(void **state) {
    (void)state;
    const double x[] = {1, 1, 2, 2}, y[] = {1, 3, 2, 4};
    struct rank_line line = rank_theil_sen(x, y, 4);
    assert_true(line.slope == 1);
    assert_true(line.at_0 == 1);
}

/* y = 2x + 5, every fifth point far off. */
static void line_of_more_points_than_pairs_are_made_of(void **state) {
    (void)state;
    enum { COUNT = 20 * RANK_LINE_POINTS + 7 };
    static double x[COUNT], y[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        x[i] = (double)i;
        y[i] = i % 5 == 4 ? 1e9 : 2 * (double)i + 5;
    }
    struct rank_line line = rank_theil_sen(x, y, COUNT);
    assert_true(line.slope > 1.999 && line.slope < 2.001);
    assert_true(line.at_0 > 0 && line.at_0 < 10);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(median_of_odd_is_the_middle),
        cmocka_unit_test(median_of_even_is_the_mean_of_the_middle_two),
        cmocka_unit_test(median_tells_close_and_huge_values_apart),
        cmocka_unit_test(median_leaves_the_array_alone),
        cmocka_unit_test(min_and_max_wherever_they_stand),
        cmocka_unit_test(line_of_exact_points),
        cmocka_unit_test(line_ignores_strays),
        cmocka_unit_test(line_takes_no_slope_of_the_same_x),
        cmocka_unit_test(line_of_more_points_than_pairs_are_made_of),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
