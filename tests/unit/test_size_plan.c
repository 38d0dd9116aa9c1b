/* How sizing spends its budget: never over it, coarser with little time, finer with more. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "study/size_internal.h"

static struct size_wish wish_of(double budget_s) {
    return (struct size_wish){.budget_s = budget_s,
                              .levels = 7,
                              .batches = 4,
                              .window_s = UNKNOWN,
                              .warmup_s = UNKNOWN,
                              .soak_least_s = 95};
}

static struct size_plan plan_of(const struct size_wish *wish) {
    struct size_plan plan;
    size_plan_make(wish, &plan);
    return plan;
}

static double planned_s(const struct size_plan *plan) {
    double sum_s = 0;
    for (size_t i = 0; i < SIZE_PHASES; i++)
        sum_s += plan->seconds[i];
    return sum_s;
}

static void no_plan_takes_more_than_the_budget(void **state) {
    (void)state;
    const size_t levels[] = {1, 2, 7, 20};
    const double soaks[] = {UNKNOWN, 30, 95, 905};
    for (size_t k = 0; k < 4; k++)
        for (size_t m = 0; m < 4; m++)
            for (size_t given = 0; given < 2; given++)
                for (double more_s = 0; more_s < 3000; more_s += 7) {
                    struct size_wish wish = wish_of(0);
                    wish.levels = levels[k];
                    wish.soak_least_s = soaks[m];
                    wish.window_s = given ? 3 : UNKNOWN;
                    wish.need = (int)more_s % 2;
                    wish.budget_s = size_plan_least(&wish) + more_s;
                    struct size_plan plan = plan_of(&wish);
                    if (planned_s(&plan) > wish.budget_s)
                        fail_msg("%.1f s planned of %.1f s, %zu levels", planned_s(&plan),
                                 wish.budget_s, wish.levels);
                    assert_true(plan.repeats >= 1 && plan.repeats <= SIZE_REPEATS_MAX);
                    assert_true(plan.level_s >= 0.5 && plan.probe_s >= 2);
                    assert_true(plan.probes >= 6);
                    assert_true(isfinite(planned_s(&plan)));
                }
}

static void the_default_budget_has_time_for_everything(void **state) {
    (void)state;
    struct size_wish wish = wish_of(1200);
    struct size_plan plan = plan_of(&wish);
    assert_true(plan.repeats >= 3);
    assert_true(plan.level_s >= 5);
    assert_true(plan.probe_s >= 30);
    assert_int_equal(plan.probes, 7);
    assert_true(plan.soak_s == 95 && plan.seconds[SIZE_PHASE_SOAK] > 3 * 95);
    assert_true(plan.need_s > 0 && plan.batch_s > 0);
    for (size_t i = 0; i < SIZE_PHASES; i++)
        assert_true(plan.seconds[i] > 0);
}

/* A need has a soak of its own as soon as there is time for two. */
static void a_need_is_confirmed_by_itself(void **state) {
    (void)state;
    struct size_wish wish = wish_of(1200);
    wish.need = true;
    struct size_plan plan = plan_of(&wish);
    assert_true(plan.need_s == 95 && plan.seconds[SIZE_PHASE_SOAK] > 3 * 95);
    wish.budget_s = 480;
    plan = plan_of(&wish);
    assert_true(plan.need_s == 95 && plan.seconds[SIZE_PHASE_SOAK] < 2 * 95);
    wish.budget_s = 240;
    plan = plan_of(&wish);
    assert_true(plan.need_s < 95 && plan.soak_s == 95);
}

/* A server of the user's with a checkpoint every 5 minutes takes most of 20 minutes for two. */
static void two_checkpoints_of_five_minutes_fit_into_twenty(void **state) {
    (void)state;
    struct size_wish wish = wish_of(1200);
    wish.soak_least_s = 905;
    struct size_plan plan = plan_of(&wish);
    assert_true(plan.soak_s == 905);
    wish.budget_s = 900;
    plan = plan_of(&wish);
    assert_true(plan.soak_s > 0 && plan.soak_s < 300);
}

static void with_little_time_the_search_is_all_there_is(void **state) {
    (void)state;
    struct size_wish wish = wish_of(0);
    wish.budget_s = size_plan_least(&wish) + 1;
    struct size_plan plan = plan_of(&wish);
    assert_int_equal(plan.repeats, 1);
    assert_true(plan.soak_s == 0 && plan.seconds[SIZE_PHASE_SOAK] == 0);
    assert_true(plan.seconds[SIZE_PHASE_POOL] > 0 && plan.seconds[SIZE_PHASE_CAPACITY] > 0);
}

/* A soak is worth nothing behind a search that could find nothing. */
static void a_soak_leaves_twice_the_least(void **state) {
    (void)state;
    struct size_wish wish = wish_of(0);
    double least_s = size_plan_least(&wish);
    bool whole = false;
    for (wish.budget_s = least_s; wish.budget_s < 500; wish.budget_s += 1) {
        struct size_plan plan = plan_of(&wish);
        assert_true(plan.soak_s == 0 || plan.soak_s >= 10);
        if (plan.soak_s > 0)
            assert_true(wish.budget_s - plan.seconds[SIZE_PHASE_SOAK] >= 2 * least_s - 1e-6);
        whole |= plan.soak_s == 95;
    }
    assert_true(whole);
}

static void more_time_is_not_coarser(void **state) {
    (void)state;
    struct size_plan before = {0};
    /* From where on there is a soak. */
    for (double budget_s = 120; budget_s < 4000; budget_s += 20) {
        struct size_wish wish = wish_of(budget_s);
        wish.soak_least_s = UNKNOWN;
        struct size_plan plan = plan_of(&wish);
        assert_true(plan.repeats >= before.repeats);
        assert_true(plan.repeats > before.repeats || plan.level_s >= before.level_s - 0.01);
        assert_true(plan.probe_s >= before.probe_s * 0.75);
        before = plan;
    }
}

static void a_given_window_is_kept(void **state) {
    (void)state;
    struct size_wish wish = wish_of(300);
    wish.window_s = 2;
    wish.warmup_s = 0.25;
    struct size_plan plan = plan_of(&wish);
    assert_true(plan.level_s == 2 && plan.level_warmup_s == 0.25);
    wish.window_s = 20;
    plan = plan_of(&wish);
    assert_int_equal(plan.repeats, 1);
    assert_true(plan.level_s == 20);
}

static void one_level_is_not_refined_and_no_batches_take_no_time(void **state) {
    (void)state;
    struct size_wish wish = wish_of(300);
    wish.levels = 1;
    wish.batches = 0;
    struct size_plan plan = plan_of(&wish);
    assert_int_equal(plan.refines, 0);
    assert_true(plan.batch_s == 0 && plan.seconds[SIZE_PHASE_BATCHES] == 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_plan_takes_more_than_the_budget),
        cmocka_unit_test(the_default_budget_has_time_for_everything),
        cmocka_unit_test(a_need_is_confirmed_by_itself),
        cmocka_unit_test(two_checkpoints_of_five_minutes_fit_into_twenty),
        cmocka_unit_test(with_little_time_the_search_is_all_there_is),
        cmocka_unit_test(a_soak_leaves_twice_the_least),
        cmocka_unit_test(more_time_is_not_coarser),
        cmocka_unit_test(a_given_window_is_kept),
        cmocka_unit_test(one_level_is_not_refined_and_no_batches_take_no_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
