/* Which pool, from sweeps made up here: laws with noise, knees, and what is no law. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"
#include "study/size_internal.h"

static struct arena arena;
static struct size_point points[200];
static struct size_result result;
static struct rng rng;

static int start(void **state) {
    (void)state;
    result = (struct size_result){.levels = points};
    rng = rng_at(rng_key(3, "noise"), 0);
    return 0;
}

static int stop(void **state) {
    (void)state;
    arena_release(&arena);
    return 0;
}

static struct size_point *add(uint32_t pool, double commits_per_s) {
    struct size_point *point = &points[result.level_count++];
    *point = (struct size_point){.pool = pool, .commits_per_s = commits_per_s, .little = UNKNOWN};
    return point;
}

static void choose(void) {
    size_choose(&result, 7, &arena);
}

/* Of about that standard deviation, by twelve uniform numbers. */
static double noisy(double value, double noise) {
    double sum = -6;
    for (int i = 0; i < 12; i++)
        sum += rng_unit(&rng);
    return value * (1 + noise * sum);
}

static const uint32_t doubling[] = {1, 2, 4, 8, 16, 32, 64};

static void sweep_law(const struct usl *law, size_t repeats, double noise) {
    for (size_t r = 0; r < repeats; r++)
        for (size_t i = 0; i < sizeof doubling / sizeof *doubling; i++)
            add(doubling[i], noisy(usl_at(law, doubling[i]), noise));
}

static double knee(uint32_t pool, uint32_t capacity) {
    return (pool < capacity ? pool : capacity) / 0.02;
}

static void sweep_knee(uint32_t capacity, double noise) {
    for (size_t i = 0; i < sizeof doubling / sizeof *doubling; i++)
        add(doubling[i], noisy(knee(doubling[i], capacity), noise));
}

static void a_smooth_law_gives_its_pool_within_the_interval(void **state) {
    (void)state;
    const struct usl law = {100, 0.05, 0.0008};
    uint32_t truth = usl_enough(&law, 0.95, 64);
    size_t within = 0, used = 0, runs = 20;
    for (size_t i = 0; i < runs; i++) {
        result.level_count = 0;
        sweep_law(&law, 3, 0.05);
        choose();
        assert_true(result.pool_low <= result.pool && result.pool <= result.pool_high);
        used += !result.no_fit;
        within += !result.no_fit && result.pool_low <= truth && truth <= result.pool_high;
    }
    assert_in_range(used, runs * 8 / 10, runs);
    assert_in_range(within, used * 8 / 10, used);
}

static void without_noise_the_law_gives_its_very_pool(void **state) {
    (void)state;
    const struct usl law = {100, 0.05, 0.0008};
    sweep_law(&law, 1, 0);
    choose();
    assert_null(result.no_fit);
    assert_int_equal(result.pool, usl_enough(&law, 0.95, 64));
    assert_false(result.pool_edge);
    /* Not one of the levels: the throughput is the curve's. */
    double curve = usl_at(&law, result.pool);
    assert_true(fabs(result.closed_per_s - curve) < 0.1);
    add(result.pool, curve * 1.001);
    choose();
    assert_true(fabs(result.closed_per_s - curve * 1.001) < 1e-9);
    assert_int_equal(size_refine(&result), 0);
}

/* As the sweep does it: where the levels are too coarse or, once, the pool that a law names. */
static uint32_t next_level(bool *checked) {
    uint32_t next = size_refine(&result);
    bool there = *checked;
    if (next)
        return next;
    for (size_t i = 0; i < result.level_count; i++)
        there |= points[i].pool == result.pool;
    *checked = true;
    return there ? 0 : result.pool;
}

static void a_knee_is_found_exactly_in_few_steps(void **state) {
    (void)state;
    static const uint32_t capacities[] = {2, 3, 5, 7, 8, 9, 12, 15, 16, 17};
    for (size_t i = 0; i < sizeof capacities / sizeof *capacities; i++) {
        uint32_t capacity = capacities[i], steps = 0, next;
        bool checked = false;
        result.level_count = 0;
        sweep_knee(capacity, 0);
        choose();
        while ((next = next_level(&checked)) != 0) {
            assert_true(++steps <= 4);
            add(next, knee(next, capacity));
            choose();
        }
        assert_non_null(result.no_fit);
        assert_int_equal(result.fit.outcome, USL_OFF);
        if (result.pool != capacity)
            fail_msg("pool %u, not %u", result.pool, capacity);
        assert_int_equal(result.pool_low, capacity);
        assert_int_equal(result.pool_high, capacity);
        assert_true(fabs(result.closed_per_s - knee(capacity, capacity)) < 1e-6);
    }
}

static void a_knee_with_noise_is_found_too(void **state) {
    (void)state;
    for (uint32_t capacity = 6; capacity <= 14; capacity++)
        for (size_t run = 0; run < 20; run++) {
            uint32_t steps = 0, next;
            result.level_count = 0;
            sweep_knee(capacity, 0.005);
            choose();
            while (steps < 4 && (next = size_refine(&result)) != 0) {
                steps++;
                add(next, noisy(knee(next, capacity), 0.005));
                choose();
            }
            if (result.pool != capacity)
                fail_msg("pool %u of a knee at %u", result.pool, capacity);
        }
}

static void a_curve_that_flattens_is_refined_in_few_steps(void **state) {
    (void)state;
    uint32_t steps = 0, next;
    /* Too few levels for a fit; 95 % of the greatest is reached at 181. */
    for (uint32_t pool = 1; pool <= 256; pool *= 16)
        add(pool, 100 * pool / (1 + pool / 20.0));
    choose();
    while ((next = size_refine(&result)) != 0 && steps < 20) {
        steps++;
        result.no_fit = "as if it were refused";
        add(next, 100 * next / (1 + next / 20.0));
        result.fit.outcome = USL_OFF;
    }
    assert_in_range(steps, 2, 16);
}

static void throughput_that_still_rises_is_at_the_edge(void **state) {
    (void)state;
    const struct usl law = {100, 0.001, 0};
    sweep_law(&law, 1, 0);
    add(64, usl_at(&law, 64))->cause = (struct size_cause){SIZE_LIMIT_CPU, "busy"};
    choose();
    assert_true(result.pool_edge);
    assert_int_equal(result.pool, 64);
    assert_int_equal(result.pool_high, 64);
    assert_int_equal(result.pool_cause.limit, SIZE_LIMIT_CPU);
    /* Without a law likewise. */
    result.level_count = 0;
    add(1, 100);
    add(2, 200);
    add(4, 400);
    choose();
    assert_non_null(result.no_fit);
    assert_true(result.pool_edge);
    assert_int_equal(result.pool, 4);
    assert_int_equal(result.pool_low, 3);
}

static void throughput_that_falls_has_its_pool_before_the_peak(void **state) {
    (void)state;
    const struct usl law = {100, 0.02, 0.01};
    sweep_law(&law, 1, 0);
    choose();
    assert_null(result.no_fit);
    assert_false(result.pool_edge);
    assert_true(result.pool < usl_peak(&law));
    assert_int_equal(result.pool, usl_enough(&law, 0.95, 64));
}

static void one_pool_alone_is_the_pool(void **state) {
    (void)state;
    result.pool_given = true;
    add(6, 100);
    add(6, 140);
    add(6, 110)->cause = (struct size_cause){SIZE_LIMIT_LOCK, "locks"};
    choose();
    assert_int_equal(result.pool, 6);
    assert_int_equal(result.pool_low, 0);
    assert_int_equal(result.pool_high, 0);
    assert_false(result.pool_edge);
    assert_true(fabs(result.closed_per_s - 110) < 1e-9);
    assert_int_equal(result.fit.outcome, USL_TOO_FEW);
    assert_non_null(result.no_fit);
    assert_int_equal(result.pool_cause.limit, SIZE_LIMIT_LOCK);
    assert_int_equal(size_refine(&result), 0);
}

static void without_a_level_nothing_is_known(void **state) {
    (void)state;
    choose();
    assert_int_equal(result.pool, 0);
    assert_false(is_known(result.closed_per_s));
    assert_false(is_known(result.little_worst));
    assert_int_equal(size_refine(&result), 0);
}

static void a_level_is_its_median(void **state) {
    (void)state;
    struct size_level levels[8];
    add(8, 300);
    add(2, 100);
    add(8, 900);
    add(2, UNKNOWN);
    add(8, 310);
    add(4, UNKNOWN);
    assert_int_equal(size_levels(&result, levels), 2);
    assert_int_equal(levels[0].pool, 2);
    assert_true(fabs(levels[0].commits_per_s - 100) < 1e-9);
    assert_int_equal(levels[1].pool, 8);
    assert_true(fabs(levels[1].commits_per_s - 310) < 1e-9);
    assert_int_equal(size_best_level(levels, 2), 1);
}

static void the_cause_is_of_the_nearest_level_beyond(void **state) {
    (void)state;
    add(4, 500)->cause = (struct size_cause){SIZE_LIMIT_IO, "below"};
    add(8, 1000)->cause = (struct size_cause){SIZE_LIMIT_CPU, "at the pool"};
    add(16, 1010)->cause = (struct size_cause){SIZE_LIMIT_POOL, "pool"};
    add(32, 1010)->cause = (struct size_cause){SIZE_LIMIT_UNKNOWN, NULL};
    add(32, 1010)->cause = (struct size_cause){SIZE_LIMIT_LOCK, "once"};
    add(32, 1010)->cause = (struct size_cause){SIZE_LIMIT_COMMIT_FLUSH, "a"};
    add(32, 1010)->cause = (struct size_cause){SIZE_LIMIT_COMMIT_FLUSH, "b"};
    choose();
    assert_int_equal(result.pool, 8);
    assert_int_equal(result.pool_cause.limit, SIZE_LIMIT_COMMIT_FLUSH);
    result.level_count = 3;
    choose();
    assert_string_equal(result.pool_cause.evidence, "at the pool");
    points[2].cause = (struct size_cause){SIZE_LIMIT_UNKNOWN, "7 looks"};
    choose();
    assert_int_equal(result.pool_cause.limit, SIZE_LIMIT_CPU);
    assert_string_equal(result.pool_cause.evidence,
                        "at a pool of 8, of larger ones it is not known: at the pool");
    points[2].cause = (struct size_cause){SIZE_LIMIT_POOL, "pool"};
    points[1].cause = (struct size_cause){SIZE_LIMIT_UNKNOWN, NULL};
    choose();
    assert_string_equal(result.pool_cause.evidence, "pool");
}

static void little_is_the_furthest_from_one(void **state) {
    (void)state;
    add(1, 100)->little = 1.01;
    add(2, 200)->little = 0.93;
    add(4, 400);
    add(8, 800)->little = 1.05;
    choose();
    assert_true(fabs(result.little_worst - 0.93) < 1e-9);
}

static void refusals_say_why(void **state) {
    (void)state;
    sweep_knee(8, 0);
    choose();
    assert_non_null(strstr(result.no_fit, "in a straight line up to a pool of about 8 "));
    result.level_count = 0;
    sweep_law(&(struct usl){100, 0.05, 0.0008}, 1, 0);
    points[3].commits_per_s *= 0.6;
    choose();
    assert_non_null(strstr(result.no_fit, "at pool 8 the throughput is "));
    /* A third of what the law says is 67 % below it, not 200 %. */
    points[3].commits_per_s /= 1.8;
    choose();
    double curve = usl_at(&result.fit.law, 8), below = 1 - points[3].commits_per_s / curve;
    char said[64];
    snprintf(said, sizeof said, "at pool 8 the throughput is %.0f %% below its curve", below * 100);
    assert_true(result.fit.worst < -1);
    assert_non_null(strstr(result.no_fit, said));
    result.level_count = 0;
    sweep_knee(8, 0);
    points[2].commits_per_s = 0;
    choose();
    assert_int_equal(result.fit.outcome, USL_UNKNOWN);
    assert_non_null(strstr(result.no_fit, "nothing was committed"));
    assert_int_equal(result.pool, 8);
    result.level_count = 2;
    choose();
    assert_string_equal(result.no_fit, "a curve needs 6 pools or more, and 2 were measured");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_smooth_law_gives_its_pool_within_the_interval, start),
        cmocka_unit_test_setup(without_noise_the_law_gives_its_very_pool, start),
        cmocka_unit_test_setup(a_knee_is_found_exactly_in_few_steps, start),
        cmocka_unit_test_setup(a_knee_with_noise_is_found_too, start),
        cmocka_unit_test_setup(a_curve_that_flattens_is_refined_in_few_steps, start),
        cmocka_unit_test_setup(throughput_that_still_rises_is_at_the_edge, start),
        cmocka_unit_test_setup(throughput_that_falls_has_its_pool_before_the_peak, start),
        cmocka_unit_test_setup(one_pool_alone_is_the_pool, start),
        cmocka_unit_test_setup(without_a_level_nothing_is_known, start),
        cmocka_unit_test_setup(a_level_is_its_median, start),
        cmocka_unit_test_setup(the_cause_is_of_the_nearest_level_beyond, start),
        cmocka_unit_test_setup(little_is_the_furthest_from_one, start),
        cmocka_unit_test_setup(refusals_say_why, start),
    };
    return cmocka_run_group_tests(tests, NULL, stop);
}
