/* Which rate a search for the capacity tries next, against servers made up here. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/rng.h"
#include "study/size_internal.h"

static void near(double value, double expected) {
    if (fabs(value - expected) > 1e-9 * fabs(expected))
        fail_msg("%.12g is not %.12g", value, expected);
}

/* edge 0: whatever is at most the capacity holds. Else the chance to hold falls from 0.9 to 0.1
 * between capacity × (1 − edge) and capacity × (1 + edge), and is 1 and 0 beyond. */
static bool holds(double rate, double capacity, double edge, struct rng *rng) {
    double place = rate / capacity - 1;
    if (edge <= 0 || fabs(place) > edge)
        return place <= 0;
    return rng_unit(rng) < 0.5 - 0.4 * place / edge;
}

static void run(struct size_search *search, double closed, double capacity, double edge,
                struct rng *rng) {
    double rate;
    size_search_init(search, closed);
    while ((rate = size_search_next(search)) > 0) {
        assert_true(rate > search->low && rate < search->high);
        size_search_take(search, rate, holds(rate, capacity, edge, rng));
    }
}

static void it_begins_below_the_closed_loop(void **state) {
    (void)state;
    struct size_search search;
    size_search_init(&search, 1000);
    near(size_search_next(&search), 800);
    near(size_search_next(&search), 800);
}

static void it_steps_up_and_down_then_bisects(void **state) {
    (void)state;
    struct size_search search;
    size_search_init(&search, 1000);
    size_search_take(&search, 800, true);
    near(size_search_next(&search), 920);
    size_search_take(&search, 920, false);
    near(size_search_next(&search), sqrt(800.0 * 920));
    size_search_init(&search, 1000);
    size_search_take(&search, 800, false);
    near(size_search_next(&search), 560);
    size_search_take(&search, 560, false);
    near(size_search_next(&search), 392);
    size_search_take(&search, 392, true);
    near(size_search_next(&search), sqrt(392.0 * 560));
}

static void a_sharp_capacity_is_within_the_bracket(void **state) {
    (void)state;
    size_t most = 0;
    for (double share = 0.02; share < 1.6; share += 0.001) {
        struct size_search search;
        double capacity = 1234 * share;
        run(&search, 1234, capacity, 0, NULL);
        assert_true(size_search_bracketed(&search));
        assert_true(search.low <= capacity && capacity < search.high);
        assert_true(search.high <= search.low * (1 + SIZE_BRACKET));
        if (share > 0.7 && share < 1.1 && search.tries > most)
            most = search.tries;
    }
    assert_in_range(most, 1, 6);
}

/* A rate that held is never above the edge. It is below it where a rate within the edge, but near
 * its beginning, failed by chance: by the bracket's width at most, and seldom. */
static void a_soft_capacity_is_found_within_its_edge(void **state) {
    (void)state;
    struct rng rng = rng_at(rng_key(1, "soft"), 0);
    size_t within = 0, runs = 4000;
    for (size_t i = 0; i < runs; i++) {
        struct size_search search;
        double capacity = 1000 * (0.5 + rng_unit(&rng) * 0.6);
        run(&search, 1000, capacity, 0.04, &rng);
        assert_true(size_search_bracketed(&search));
        assert_true(search.low <= capacity * 1.04);
        assert_true(search.high >= capacity * 0.96);
        assert_true(search.low >= capacity * 0.96 / (1 + SIZE_BRACKET));
        within += search.low >= capacity * 0.96;
    }
    assert_in_range(within, runs * 7 / 10, runs);
}

static void a_server_that_holds_nothing_ends_the_search(void **state) {
    (void)state;
    struct size_search search;
    run(&search, 1000, 5, 0, NULL);
    assert_true(search.low <= 0);
    assert_true(search.high >= 10 && search.high < 10 / 0.7);
    assert_false(size_search_bracketed(&search));
    size_search_init(&search, 0);
    assert_true(size_search_next(&search) <= 0);
    size_search_init(&search, UNKNOWN);
    assert_true(size_search_next(&search) <= 0);
}

static void a_server_that_holds_everything_ends_the_search(void **state) {
    (void)state;
    struct size_search search;
    run(&search, 1000, INFINITY, 0, NULL);
    assert_int_equal(search.tries, SIZE_PROBES_MAX);
    assert_true(isinf(search.high));
    assert_false(size_search_bracketed(&search));
}

static void a_second_look_that_fails_falls_back(void **state) {
    (void)state;
    struct size_search search;
    size_search_init(&search, 1000);
    size_search_take(&search, 800, true);
    size_search_take(&search, 920, true);
    size_search_take(&search, 950, false);
    assert_true(size_search_bracketed(&search));
    size_search_take(&search, 920, false);
    near(search.low, 800);
    near(search.high, 920);
    near(size_search_next(&search), sqrt(800.0 * 920));
    size_search_take(&search, 800, false);
    assert_true(search.low <= 0);
    near(size_search_next(&search), 560);
}

static void a_second_look_that_holds_goes_on_upwards(void **state) {
    (void)state;
    struct size_search search;
    size_search_init(&search, 1000);
    size_search_take(&search, 800, true);
    size_search_take(&search, 920, false);
    size_search_take(&search, 830, false);
    size_search_take(&search, 830, true);
    near(search.low, 830);
    near(search.high, 920);
    size_search_take(&search, 920, true);
    near(search.low, 920);
    assert_true(isinf(search.high));
    near(size_search_next(&search), 1058);
}

/* Not down to a rate never tried: one that held before is below. */
static void what_held_before_is_fallen_back_on(void **state) {
    (void)state;
    struct size_search search;
    size_search_init(&search, 1500);
    size_search_take(&search, 1200, true);
    size_search_take(&search, 1380, true);
    size_search_take(&search, 1588, false);
    size_search_take(&search, 1480, true);
    size_search_take(&search, 1534, true);
    size_search_take(&search, 1534, false);
    assert_true(search.low == 1480 && search.high == 1534);
    size_search_take(&search, 1480, false);
    assert_true(search.low == 1380 && search.high == 1480);
    assert_true(fabs(size_search_next(&search) - sqrt(1380.0 * 1480.0)) < 1e-6);
    size_search_take(&search, 1480, true);
    assert_true(search.low == 1480 && search.high == 1534);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_begins_below_the_closed_loop),
        cmocka_unit_test(what_held_before_is_fallen_back_on),
        cmocka_unit_test(it_steps_up_and_down_then_bisects),
        cmocka_unit_test(a_sharp_capacity_is_within_the_bracket),
        cmocka_unit_test(a_soft_capacity_is_found_within_its_edge),
        cmocka_unit_test(a_server_that_holds_nothing_ends_the_search),
        cmocka_unit_test(a_server_that_holds_everything_ends_the_search),
        cmocka_unit_test(a_second_look_that_fails_falls_back),
        cmocka_unit_test(a_second_look_that_holds_goes_on_upwards),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
