/* The phases behind the search, on a server and with a clock that are made up here: the load that
 * is planned with, and the same rows in fewer commits. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "study/size_internal.h"

static struct arena arena;
static struct size size;
static struct size_options options;
static struct size_result result;
static struct matrix_options asked;
static struct size_ask asks[8];
static size_t rounds;
static double now_s, checkpoints;
static enum size_verdict verdict;

/* 600 commits a second, of whatever size. */
bool size_measure(struct size *study, const struct size_ask *ask, struct size_point *out,
                  struct size_probe *probe, struct error *error) {
    (void)study;
    (void)error;
    assert_in_range(rounds, 0, 7);
    asks[rounds++] = *ask;
    now_s += ask->warmup_s + ask->window_s + SIZE_ROUND_MORE_S;
    *out = (struct size_point){
        .pool = ask->pool, .commits_per_s = 600, .rows_per_s = 600 * (double)ask->batch.max};
    out->checkpoints = checkpoints;
    if (probe)
        probe->verdict = verdict;
    return true;
}

bool size_fits_until(double seconds, uint64_t until_ns) {
    return (now_s + seconds) * 1e9 <= (double)until_ns;
}

uint64_t size_until(const struct size *study, enum size_phase_id phase) {
    (void)phase;
    return study->end_ns;
}

static int start(void **state) {
    (void)state;
    rounds = 0;
    now_s = 0;
    asked = (struct matrix_options){.path_count = 1};
    options = (struct size_options){.matrix = &asked};
    result = (struct size_result){.capacity_per_s = UNKNOWN};
    size = (struct size){.options = &options, .arena = &arena, .result = &result};
    size.end_ns = 300 * 1000000000ull;
    return 0;
}

static int stop(void **state) {
    (void)state;
    arena_release(&arena);
    return 0;
}

static void near(double value, double expected) {
    if (fabs(value - expected) > 1e-6 * fabs(expected))
        fail_msg("%.12g is not %.12g", value, expected);
}

static void need(double rows_per_s, double peak) {
    struct error error = {0};
    start(NULL);
    result.need_per_s = rows_per_s;
    result.peak = peak;
    result.rows_per_commit = 2;
    result.capacity_per_s = 400;
    result.pool = 12;
    size.plan.need_s = 10;
    size.plan.seconds[SIZE_PHASE_NEED] = 12.8;
    if (!size_at_need(&size, &error))
        fail_msg("%s", error.what);
}

static void what_is_planned_with_is_measured_up_to_the_capacity(void **state) {
    (void)state;
    need(300, 2);
    assert_int_equal(rounds, 1);
    near(asks[0].rate_per_s, 300);
    near(asks[0].warmup_s, 2);
    assert_string_equal(asks[0].label, "planned load: 600 rows/s");
    assert_non_null(result.at_need);
    need(UNKNOWN, 1);
    near(asks[0].rate_per_s, 0.65 * 400);
    need(300, 3);
    assert_int_equal(rounds, 0);
    assert_null(result.at_need);
}

static void a_need_that_held_across_two_checkpoints_is_confirmed(void **state) {
    (void)state;
    checkpoints = 2;
    verdict = SIZE_HOLDS;
    need(100, 2);
    assert_true(result.need_confirmed);
    checkpoints = 1;
    need(100, 2);
    assert_true(result.at_need && !result.need_confirmed);
    checkpoints = 2;
    verdict = SIZE_UNSURE;
    need(100, 2);
    assert_true(result.at_need && !result.need_confirmed);
}

static void batches_take_the_need_at_its_peak(void **state) {
    (void)state;
    struct error error = {0};
    asked.paths[0] = write_path_find("insert");
    options.batches[0] = 1;
    options.batches[1] = 10;
    options.batch_count = 2;
    result.need_per_s = 300;
    result.peak = 2;
    result.pool = 12;
    size.plan.batch_s = 2;
    size.plan.seconds[SIZE_PHASE_BATCHES] = 2 * (2.4 + SIZE_ROUND_MORE_S);
    assert_true(size_batches(&size, &error));
    assert_int_equal(result.batch_count, 2);
    assert_string_equal(asks[0].path->name, "insert");
    assert_string_equal(asks[1].path->name, "multirow");
    assert_true(asks[1].batch.min == 10 && asks[1].batch.max == 10);
    near(asks[1].warmup_s, 0.4);
    near(result.batches[0].use, 1);
    near(result.batches[1].use, 0.1);
    near(result.batches[0].commits_needed_per_s, 600);
    near(result.batches[1].commits_needed_per_s, 60);
}

static void batches_end_with_the_budget(void **state) {
    (void)state;
    struct error error = {0};
    asked.paths[0] = write_path_find("multirow");
    options.batches[0] = 1;
    options.batches[1] = 10;
    options.batch_count = 2;
    result.need_per_s = UNKNOWN;
    result.pool = 12;
    size.plan.batch_s = 2;
    size.plan.seconds[SIZE_PHASE_BATCHES] = 2 * (2.4 + SIZE_ROUND_MORE_S);
    size.end_ns = 4 * 1000000000ull;
    assert_true(size_batches(&size, &error));
    assert_int_equal(result.batch_count, 1);
    assert_string_equal(asks[0].path->name, "multirow");
    assert_false(is_known(result.batches[0].use));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(what_is_planned_with_is_measured_up_to_the_capacity, start),
        cmocka_unit_test_setup(a_need_that_held_across_two_checkpoints_is_confirmed, start),
        cmocka_unit_test_setup(batches_take_the_need_at_its_peak, start),
        cmocka_unit_test_setup(batches_end_with_the_budget, start),
    };
    return cmocka_run_group_tests(tests, NULL, stop);
}
