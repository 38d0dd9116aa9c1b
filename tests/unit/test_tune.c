/* The rules of a search for settings: what a budget allows, who is a candidate, what is halved. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "study/tune_internal.h"

static struct tune_plan plan_of(size_t blocks, size_t settings, bool throwaway) {
    struct tune_plan plan;
    tune_plan_make((double)blocks * 2 + 0.5, 2, settings, throwaway, &plan);
    return plan;
}

static size_t planned(const struct tune_plan *plan) {
    size_t sum = 0;
    for (size_t i = 0; i < TUNE_PHASES; i++)
        sum += plan->blocks[i];
    return sum;
}

static void the_least_is_one_screening_and_eight_pairs(void **state) {
    (void)state;
    assert_int_equal(tune_blocks_least(), 24 + 16);
    struct tune_plan plan = plan_of(40, 8, true);
    assert_int_equal(plan.blocks[TUNE_SCREENING], 24);
    assert_int_equal(plan.blocks[TUNE_CONFIRMING], 16);
    assert_int_equal(plan.repeats, 1);
    assert_int_equal(plan.confirm_pairs, 8);
    assert_int_equal(plan.each, 0);
    assert_int_equal(planned(&plan), 40);
}

static void no_plan_takes_more_than_the_budget(void **state) {
    (void)state;
    for (size_t blocks = 40; blocks < 500; blocks++)
        for (size_t settings = 1; settings <= SCREENING_FACTORS; settings++) {
            struct tune_plan plan = plan_of(blocks, settings, blocks % 2);
            if (planned(&plan) > blocks)
                fail_msg("%zu blocks planned of %zu, for %zu settings", planned(&plan), blocks,
                         settings);
            assert_int_equal(plan.blocks[TUNE_SCREENING], plan.repeats * 24);
            assert_int_equal(plan.blocks[TUNE_CONFIRMING], plan.confirm_pairs * 2);
            assert_int_equal(plan.blocks[TUNE_PGTUNE], plan.pgtune_pairs * 2);
            assert_int_equal(plan.blocks[TUNE_ONE_BY_ONE], plan.each * plan.each_pairs * 2);
            assert_true(plan.blocks[TUNE_RECOVERY] == 0 || blocks % 2);
        }
}

static void a_large_budget_gets_all_of_it(void **state) {
    (void)state;
    struct tune_plan plan = plan_of(1000, 9, true);
    assert_int_equal(plan.repeats, TUNE_REPEATS_MAX);
    assert_int_equal(plan.each, TUNE_CANDIDATES_MAX);
    assert_int_equal(plan.confirm_pairs, 20);
    assert_int_equal(plan.pgtune_pairs, 12);
    assert_int_equal(plan.blocks[TUNE_RECOVERY], 2);
    assert_int_equal(tune_arms_most(plan.blocks[TUNE_HALVING]), TUNE_ARMS_MAX);
}

/* One setting needs no comparison of its own beside that of the whole. */
static void one_setting_is_not_compared_twice(void **state) {
    (void)state;
    struct tune_plan plan = plan_of(1000, 1, false);
    assert_int_equal(plan.each, 0);
    assert_int_equal(plan.blocks[TUNE_ONE_BY_ONE], 0);
}

static void candidates_are_the_best_beyond_their_error(void **state) {
    (void)state;
    const struct screening_effect effects[] = {{0.02, 0.03}, {0.10, 0.03}, {-0.40, 0.03},
                                               {0.30, 0.03}, {0.05, 0.03}, {0.04, 0.03},
                                               {0.20, 0.03}, {0.03, 0.03}};
    size_t found[TUNE_CANDIDATES_MAX];
    assert_int_equal(tune_candidates(effects, 8, found), 4);
    const size_t best[] = {3, 6, 1, 4};
    assert_memory_equal(found, best, sizeof best);
    assert_int_equal(tune_candidates(effects, 1, found), 0);
    assert_int_equal(tune_candidates(&effects[7], 1, found), 0);
}

static void without_an_error_every_better_one_is_a_candidate(void **state) {
    (void)state;
    const struct screening_effect effects[] = {{0.02, -1}, {-0.01, -1}, {0, -1}, {0.03, -1}};
    size_t found[TUNE_CANDIDATES_MAX];
    assert_int_equal(tune_candidates(effects, 4, found), 2);
    assert_int_equal(found[0], 3);
    assert_int_equal(found[1], 0);
}

static const size_t three[] = {5, 2, 7};
static const size_t values[SCREENING_FACTORS] = {1, 1, 1, 1, 1, 3, 1, 2, 1, 1, 1};

static void arms_begin_with_what_promises_most(void **state) {
    (void)state;
    struct tune_arm arms[TUNE_ARMS_MAX];
    /* All; 5, 2, 7 alone; 5 and 2; then further values: 5 and 7 have a second, 5 a third. */
    assert_int_equal(tune_arms_make(three, 3, values, 4, TUNE_ARMS_MAX, arms), 3 + 2 + 2 + 1);
    const size_t settings[] = {3, 1, 1, 1, 2, 1, 1, 1};
    for (size_t i = 0; i < 8; i++)
        assert_int_equal(arms[i].settings, settings[i]);
    assert_int_equal(arms[0].value[5], 0);
    assert_int_equal(arms[0].value[2], 0);
    assert_int_equal(arms[0].value[7], 0);
    assert_int_equal(arms[0].value[0], TUNE_PRESENT);
    assert_int_equal(arms[4].value[7], TUNE_PRESENT);
    assert_int_equal(arms[5].value[5], 1);
    assert_int_equal(arms[6].value[7], 1);
    assert_int_equal(arms[7].value[5], 2);
    assert_int_equal(tune_arms_make(three, 3, values, 4, 2, arms), 2);
    assert_int_equal(arms[1].value[5], 0);
}

/* What could not be compared one by one is not combined. */
static void without_time_for_each_arms_change_one_setting(void **state) {
    (void)state;
    struct tune_arm arms[TUNE_ARMS_MAX];
    size_t count = tune_arms_make(three, 3, values, 0, TUNE_ARMS_MAX, arms);
    assert_int_equal(count, 6);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(arms[i].settings, 1);
    count = tune_arms_make(three, 3, values, 2, TUNE_ARMS_MAX, arms);
    for (size_t i = 0; i < count; i++)
        assert_true(arms[i].settings <= 2);
    assert_int_equal(count, 7);
}

static void setting_and_unsetting_are_counted(void **state) {
    (void)state;
    struct tune_arm arm;
    tune_arm_init(&arm);
    tune_arm_set(&arm, 3, 0);
    tune_arm_set(&arm, 3, 1);
    tune_arm_set(&arm, 4, 0);
    assert_int_equal(arm.settings, 2);
    tune_arm_set(&arm, 3, TUNE_PRESENT);
    tune_arm_set(&arm, 3, TUNE_PRESENT);
    assert_int_equal(arm.settings, 1);
}

static void the_last_rung_has_four_blocks(void **state) {
    (void)state;
    assert_int_equal(tune_rung_blocks(1, 0), 0);
    assert_int_equal(tune_rung_blocks(2, 0), 4);
    assert_int_equal(tune_rung_blocks(2, 1), 0);
    assert_int_equal(tune_rung_blocks(4, 0), 2);
    assert_int_equal(tune_rung_blocks(4, 1), 4);
    assert_int_equal(tune_rung_blocks(5, 0), 1);
    assert_int_equal(tune_rung_blocks(14, 2), 4);
    assert_int_equal(tune_rung_blocks(14, 3), 0);
    /* The present settings run beside the arms in each. */
    assert_int_equal(tune_halving_blocks(1), 0);
    assert_int_equal(tune_halving_blocks(2), 3 * 4);
    assert_int_equal(tune_halving_blocks(4), 5 * 2 + 3 * 4);
    assert_int_equal(tune_halving_blocks(8), 9 + 5 * 2 + 3 * 4);
    assert_int_equal(tune_arms_most(0), 1);
    assert_int_equal(tune_arms_most(11), 1);
    assert_int_equal(tune_arms_most(12), 2);
    assert_int_equal(tune_arms_most(22), 4);
    assert_int_equal(tune_arms_most(SIZE_MAX), TUNE_ARMS_MAX);
}

static void fill(struct tune_arm *arms, const double *merits, size_t count) {
    for (size_t i = 0; i < count; i++) {
        tune_arm_init(&arms[i]);
        arms[i].merit[0] = merits[i];
        arms[i].count = 1;
    }
}

/* All candidates together stay until one is left, and win unless they are clearly worse. */
static void all_together_are_not_lost_by_one_block(void **state) {
    (void)state;
    struct tune_arm arms[5];
    fill(arms, (const double[]){1, 5, 3, 2, 4}, 5);
    tune_arm_set(&arms[0], 0, 0);
    tune_arm_set(&arms[0], 1, 0);
    tune_arm_set(&arms[1], 0, 0);
    assert_int_equal(tune_halve(arms, 5), 3);
    assert_true(!arms[0].out && !arms[1].out && arms[2].out && arms[3].out && !arms[4].out);
    assert_int_equal(tune_halve(arms, 5), 2);
    assert_true(!arms[0].out && !arms[1].out && arms[4].out);
    assert_int_equal(tune_winner(arms, 5, 3.9), 1);
    assert_int_equal(tune_winner(arms, 5, 4.1), 0);
    assert_int_equal(tune_halve(arms, 5), 1);
    assert_true(arms[0].out);
    assert_int_equal(tune_winner(arms, 5, 4.1), 1);
}

static void halving_keeps_the_better_half(void **state) {
    (void)state;
    struct tune_arm arms[5];
    fill(arms, (const double[]){1, 5, 3, 2, 4}, 5);
    assert_int_equal(tune_halve(arms, 5), 3);
    assert_true(arms[0].out && arms[3].out);
    assert_true(!arms[1].out && !arms[2].out && !arms[4].out);
    /* What is out stays so, however well it did. */
    arms[0].merit[0] = 100;
    assert_int_equal(tune_halve(arms, 5), 2);
    assert_true(arms[0].out && arms[2].out && !arms[1].out && !arms[4].out);
    assert_int_equal(tune_best(arms, 5), 1);
    assert_int_equal(tune_halve(arms, 5), 1);
    assert_int_equal(tune_halve(arms, 5), 1);
    assert_int_equal(tune_best(arms, 5), 1);
}

/* One block in which something else was fast does not win. */
static void an_arm_is_judged_by_its_median(void **state) {
    (void)state;
    struct tune_arm arms[2];
    fill(arms, (const double[]){9, 3}, 2);
    for (size_t i = 1; i < 3; i++) {
        arms[0].merit[i] = 1;
        arms[1].merit[i] = 3;
        arms[0].count = arms[1].count = i + 1;
    }
    assert_int_equal(tune_best(arms, 2), 1);
    arms[1].count = 0; /* without blocks it is worse than any */
    assert_int_equal(tune_best(arms, 2), 0);
}

static void assert_close(double value, double expected) {
    if (!(fabs(value - expected) < 1e-9))
        fail_msg("%.12f is not %.12f", value, expected);
}

static void more_merit_is_better_whatever_the_metric(void **state) {
    (void)state;
    double rows = tune_merit(COMPARE_ROWS_PER_S, 1200) - tune_merit(COMPARE_ROWS_PER_S, 1000);
    assert_close(tune_change(COMPARE_ROWS_PER_S, rows), 0.2);
    double slower = tune_merit(COMPARE_P99, 1200) - tune_merit(COMPARE_P99, 1000);
    assert_true(rows > 0 && slower < 0);
    assert_close(tune_change(COMPARE_P99, slower), 0.2);
    double waits = tune_merit(COMPARE_LOCK_SHARE, 0.25) - tune_merit(COMPARE_LOCK_SHARE, 0.3);
    assert_true(waits > 0);
    assert_close(tune_change(COMPARE_LOCK_SHARE, waits), -0.05);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_least_is_one_screening_and_eight_pairs),
        cmocka_unit_test(no_plan_takes_more_than_the_budget),
        cmocka_unit_test(a_large_budget_gets_all_of_it),
        cmocka_unit_test(one_setting_is_not_compared_twice),
        cmocka_unit_test(candidates_are_the_best_beyond_their_error),
        cmocka_unit_test(without_an_error_every_better_one_is_a_candidate),
        cmocka_unit_test(arms_begin_with_what_promises_most),
        cmocka_unit_test(without_time_for_each_arms_change_one_setting),
        cmocka_unit_test(setting_and_unsetting_are_counted),
        cmocka_unit_test(the_last_rung_has_four_blocks),
        cmocka_unit_test(all_together_are_not_lost_by_one_block),
        cmocka_unit_test(halving_keeps_the_better_half),
        cmocka_unit_test(an_arm_is_judged_by_its_median),
        cmocka_unit_test(more_merit_is_better_whatever_the_metric),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
