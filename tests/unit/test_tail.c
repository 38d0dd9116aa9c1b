#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "base/rng.h"
#include "stats/tail.h"

/* By a second implementation: the same definition in decimal arithmetic of 60 digits, factorials
 * exact or by Stirling's series. */
static void bounds_are_those_of_clopper_and_pearson(void **state) {
    (void)state;
    static const struct {
        uint64_t misses, count;
        double confidence, bound;
    } cases[] = {
        {0, 1, 0.99, 9.900000000000e-01},         {0, 459, 0.99, 9.982887366129e-03},
        {1, 459, 0.99, 1.437413142356e-02},       {1, 2, 0.95, 9.746794344809e-01},
        {3, 10, 0.95, 6.066242161054e-01},        {5, 1000, 0.95, 1.048407691142e-02},
        {9, 10, 0.99, 9.989954712918e-01},        {100, 10000, 0.99, 1.256758204869e-02},
        {999, 1000, 0.99, 9.999899497147e-01},    {0, 100000000, 0.99, 4.605170079998e-08},
        {7, 100000000, 0.99, 1.599996273450e-07}, {100000, 100000000, 0.99, 1.007377578940e-03},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double bound = tail_bound(cases[i].misses, cases[i].count, cases[i].confidence);
        if (fabs(bound / cases[i].bound - 1) > 1e-7)
            fail_msg("%llu of %llu: %.12e, not %.12e", (unsigned long long)cases[i].misses,
                     (unsigned long long)cases[i].count, bound, cases[i].bound);
    }
}

static void nothing_is_known_without_a_response_or_if_all_miss(void **state) {
    (void)state;
    assert_true(tail_bound(0, 0, 0.99) == 1);
    assert_true(tail_bound(1, 1, 0.99) == 1);
    assert_true(tail_bound(1000, 1000, 0.99) == 1);
    assert_int_equal(tail_judge(0, 0, 0.99), TAIL_UNSURE);
    assert_int_equal(tail_judge(1000, 1000, 0.99), TAIL_MISSES);
}

static void a_tail_needs_so_many_without_a_miss(void **state) {
    (void)state;
    assert_int_equal(tail_needed(0.95), 90);
    assert_int_equal(tail_needed(0.99), 459);
    assert_int_equal(tail_needed(0.999), 4603);
    assert_int_equal(tail_needed(0.1), 2); /* 0.1 × 0.1 is 0.01 */
    assert_int_equal(tail_judge(0, 2, 0.1), TAIL_HOLDS);
    assert_int_equal(tail_judge(0, 458, 0.99), TAIL_UNSURE);
    assert_int_equal(tail_judge(0, 459, 0.99), TAIL_HOLDS);
}

/* The counts from which on so many misses are fine, by the second implementation. */
static void misses_need_more_responses(void **state) {
    (void)state;
    static const struct {
        double q;
        uint64_t misses, count;
    } cases[] = {
        {0.99, 1, 662},  {0.99, 2, 838},   {0.99, 10, 2010}, {0.95, 1, 130},     {0.95, 2, 165},
        {0.95, 10, 398}, {0.999, 1, 6636}, {0.999, 2, 8403}, {0.999, 10, 20140},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(tail_judge(cases[i].misses, cases[i].count, cases[i].q), TAIL_HOLDS);
        assert_int_equal(tail_judge(cases[i].misses, cases[i].count - 1, cases[i].q), TAIL_UNSURE);
        assert_true(tail_bound(cases[i].misses, cases[i].count, TAIL_CONFIDENCE) <= 1 - cases[i].q);
        assert_true(tail_bound(cases[i].misses, cases[i].count - 1, TAIL_CONFIDENCE) >
                    1 - cases[i].q);
    }
}

/* Just the share that is allowed is no miss, whatever 1 − q is in binary. */
static void more_than_allowed_misses(void **state) {
    (void)state;
    static const double shares[] = {0.5, 0.9, 0.95, 0.99, 0.999, 0.9999};
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++)
        for (uint64_t allowed = 1; allowed < 1000; allowed += 7) {
            uint64_t count = (uint64_t)round((double)allowed / (1 - shares[i]));
            assert_int_equal(tail_judge(allowed, count, shares[i]), TAIL_UNSURE);
            assert_int_equal(tail_judge(allowed + 1, count, shares[i]), TAIL_MISSES);
        }
    assert_int_equal(tail_judge(1000000, 100000000, 0.99), TAIL_UNSURE);
    assert_int_equal(tail_judge(1000001, 100000000, 0.99), TAIL_MISSES);
    assert_int_equal(tail_judge(990000, 100000000, 0.99), TAIL_HOLDS);
}

#define STUDIES 2000

static uint64_t draw_misses(struct rng *rng, uint64_t count, double share) {
    uint64_t misses = 0;
    for (uint64_t i = 0; i < count; i++)
        misses += rng_unit(rng) < share;
    return misses;
}

/* Of a server that just does not hold the SLO, at most 1 in 100 studies may say it does, and the
 * bound lies above the truth in at least 99 of 100. That it can be told: the share seen, which
 * promises nothing, is below the truth in half of them; and a good server does pass. */
static void promises_are_kept(void **state) {
    (void)state;
    const uint64_t count = 1500;
    size_t below = 0, naive_below = 0, held = 0, good_held = 0;
    for (size_t i = 0; i < STUDIES; i++) {
        struct rng rng = rng_at(rng_key(11, "tail"), i);
        uint64_t misses = draw_misses(&rng, count, 0.0100001);
        below += tail_bound(misses, count, 0.99) < 0.0100001;
        naive_below += (double)misses / (double)count < 0.0100001;
        held += tail_judge(misses, count, 0.99) == TAIL_HOLDS;
        good_held += tail_judge(draw_misses(&rng, count, 0.002), count, 0.99) == TAIL_HOLDS;
    }
    /* 1 %, and three deviations of what chance does in so many studies. */
    assert_true(below <= 0.01 * STUDIES + 3 * sqrt(0.01 * STUDIES));
    assert_true(held <= 0.01 * STUDIES + 3 * sqrt(0.01 * STUDIES));
    assert_true(held > 0);
    assert_true(naive_below > 0.4 * STUDIES);
    assert_true(good_held > 0.8 * STUDIES);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bounds_are_those_of_clopper_and_pearson),
        cmocka_unit_test(nothing_is_known_without_a_response_or_if_all_miss),
        cmocka_unit_test(a_tail_needs_so_many_without_a_miss),
        cmocka_unit_test(misses_need_more_responses),
        cmocka_unit_test(more_than_allowed_misses),
        cmocka_unit_test(promises_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
