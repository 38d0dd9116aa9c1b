/* A workload scaled to seconds keeps its shape. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "study/quick.h"

#define MIN_NS (60 * NS_PER_S)
#define STAGES_MAX 8

static struct workload_stage stages[STAGES_MAX];
static struct workload workload;
static struct matrix_options options;

/* count stages of so many seconds. */
static void scale_stages(const double *seconds, size_t count) {
    workload = (struct workload){.stages = stages, .stage_count = count};
    options = (struct matrix_options){.workload = &workload, .interval_ns = NS_PER_S};
    for (size_t i = 0; i < count; i++) {
        stages[i] = (struct workload_stage){.for_ns = (uint64_t)(seconds[i] * 1e9),
                                            .target = 200,
                                            .ramp = i == 1,
                                            .has_think = true,
                                            .think_min_ns = NS_PER_S,
                                            .think_max_ns = 3 * NS_PER_S};
        options.duration_ns += stages[i].for_ns;
    }
    quick_scale(&workload, &options);
}

static void assert_seconds(size_t i, double seconds) {
    double got = (double)stages[i].for_ns / 1e9;
    if (got < seconds - 1e-6 || got > seconds + 1e-6)
        fail_msg("stage %zu lasts %.9f s, not %.9f s", i, got, seconds);
}

static uint64_t sum_ns(void) {
    uint64_t sum = 0;
    for (size_t i = 0; i < workload.stage_count; i++)
        sum += stages[i].for_ns;
    return sum;
}

static void stages_are_scaled_alike(void **state) {
    (void)state;
    scale_stages((const double[]){60, 120}, 2);
    assert_seconds(0, 2);
    assert_seconds(1, 4);
    assert_true(options.quick);
    assert_true(options.duration_ns + 10 >= sum_ns() && options.duration_ns <= sum_ns() + 10);
}

static void the_load_stays(void **state) {
    (void)state;
    scale_stages((const double[]){60, 120}, 2);
    assert_true(stages[1].target >= 200 && stages[1].target <= 200);
    assert_true(stages[1].ramp && !stages[0].ramp);
    assert_int_equal(stages[1].think_min_ns, NS_PER_S);
    assert_int_equal(stages[1].think_max_ns, 3 * NS_PER_S);
}

/* What they take of the time is left to the others; of these further ones can become too short. */
static void short_stages_keep_a_second(void **state) {
    (void)state;
    scale_stages((const double[]){60, 3600, 10}, 3);
    assert_seconds(0, 1);
    assert_seconds(1, 4);
    assert_seconds(2, 1);
    /* The second would be long enough if the first did not need more than its share. */
    scale_stages((const double[]){10, 1100, 5000}, 3);
    assert_seconds(0, 1);
    assert_seconds(1, 1);
    assert_seconds(2, 4);
    assert_true(sum_ns() <= QUICK_NS);
}

static void more_stages_than_fit_last_a_second_each(void **state) {
    (void)state;
    scale_stages((const double[]){60, 60, 60, 60, 60, 60, 60, 3600}, 8);
    for (size_t i = 0; i < 8; i++)
        assert_seconds(i, 1);
    assert_int_equal(options.duration_ns / NS_PER_MS, 8000);
}

static void what_is_short_stays(void **state) {
    (void)state;
    scale_stages((const double[]){0.5, 3, 2}, 3);
    assert_seconds(0, 0.5);
    assert_seconds(1, 3);
    assert_seconds(2, 2);
    assert_int_equal(options.interval_ns, NS_PER_S);
    assert_true(options.quick);
    /* Nor does it become longer beside one that is scaled. */
    scale_stages((const double[]){0.5, 600}, 2);
    assert_seconds(0, 0.5);
    assert_seconds(1, 5.5);
}

static void other_times_follow(void **state) {
    (void)state;
    struct workload_companion companion = {
        .after_ns = 5 * MIN_NS, .every_ns = NS_PER_S, .hold_ns = 200 * NS_PER_MS};
    struct workload_fault fault = {.for_ns = 5 * NS_PER_S, .share = 0.5};
    workload = (struct workload){
        .companions = &companion, .companion_count = 1, .faults = &fault, .fault_count = 1};
    options = (struct matrix_options){.workload = &workload,
                                      .warmup_ns = MIN_NS,
                                      .duration_ns = 10 * MIN_NS,
                                      .interval_ns = NS_PER_S,
                                      .think_min_ns = 7,
                                      .users = 100};
    quick_scale(&workload, &options);
    /* A hundredth of everything. */
    assert_int_equal(options.duration_ns, QUICK_NS);
    assert_int_equal(options.warmup_ns, 600 * NS_PER_MS);
    assert_int_equal(companion.after_ns, 3 * NS_PER_S);
    assert_int_equal(companion.every_ns, 10 * NS_PER_MS);
    assert_int_equal(companion.hold_ns, 10 * NS_PER_MS);
    assert_int_equal(fault.for_ns, 50 * NS_PER_MS);
    assert_true(fault.share >= 0.5 && fault.share <= 0.5);
    assert_int_equal(options.interval_ns, 200 * NS_PER_MS);
    assert_int_equal(options.think_min_ns, 7);
    assert_int_equal(options.users, 100);
}

static void no_time_stays_none_and_less_than_the_least_as_it_is(void **state) {
    (void)state;
    struct workload_companion companion = {.hold_ns = 5 * NS_PER_MS};
    workload = (struct workload){.companions = &companion, .companion_count = 1};
    options = (struct matrix_options){.workload = &workload, .duration_ns = 10 * MIN_NS};
    quick_scale(&workload, &options);
    assert_int_equal(companion.after_ns, 0);
    assert_int_equal(companion.every_ns, 0);
    assert_int_equal(companion.hold_ns, 5 * NS_PER_MS);
    assert_int_equal(options.warmup_ns, 0);
}

static void rows_are_few(void **state) {
    (void)state;
    struct workload_table tables[] = {{.rows = 10000000}, {.rows = 100}};
    workload = (struct workload){.tables = tables, .table_count = 2};
    options =
        (struct matrix_options){.workload = &workload, .duration_ns = NS_PER_S, .rows = 1000000};
    quick_scale(&workload, &options);
    assert_int_equal(tables[0].rows, QUICK_ROWS);
    assert_int_equal(tables[1].rows, 100);
    assert_int_equal(options.rows, QUICK_ROWS);
    assert_int_equal(options.duration_ns, NS_PER_S);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stages_are_scaled_alike),
        cmocka_unit_test(the_load_stays),
        cmocka_unit_test(short_stages_keep_a_second),
        cmocka_unit_test(more_stages_than_fit_last_a_second_each),
        cmocka_unit_test(what_is_short_stays),
        cmocka_unit_test(other_times_follow),
        cmocka_unit_test(no_time_stays_none_and_less_than_the_least_as_it_is),
        cmocka_unit_test(rows_are_few),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
