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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(median_of_odd_is_the_middle),
        cmocka_unit_test(median_of_even_is_the_mean_of_the_middle_two),
        cmocka_unit_test(median_tells_close_and_huge_values_apart),
        cmocka_unit_test(median_leaves_the_array_alone),
        cmocka_unit_test(min_and_max_wherever_they_stand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
