/* Drift and recovery, and the edges of stages, from a cell made by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "metric_by_hand.h"

/* From -1 to 1, alike in every run. */
static double noise(size_t i) {
    return (double)(i * 7919 % 101) / 50 - 1;
}

/* The line falls by a fifth of what it is when the window begins; noise of 3 %, each seventh
 * interval a stray. */
static void test_drift_with_noise(void **state) {
    (void)state;
    struct made made;
    make(&made);
    for (size_t r = 0; r < ROUNDS; r++)
        for (size_t i = 0; i < INTERVALS; i++) {
            struct load_interval *interval = &made.cell.rounds[r].intervals[i];
            struct gauge_sample *sample = &made.cell.rounds[r].samples[i];
            double done = (interval->t_s + 0.5 - 2) / 40, falls = 1 - 0.2 * done;
            double factor = i % 7 == 6 ? 4 : falls + 0.03 * noise(i);
            interval->rows = (uint64_t)(1e6 * factor);
            interval->commits = (uint64_t)(1e5 * factor);
            interval->p50_ns = (uint64_t)(1e8 * (i % 7 == 6 ? 9 : 2 - falls + 0.03 * noise(i)));
            sample->memory_bytes = 1e9 * (2 - falls);
            sample->live_rows = 1e6;
            sample->table_bytes = 1e9 * falls;
        }
    static const struct {
        const char *text;
        double low, high;
        enum threshold_verdict verdict;
    } drifts[] = {
        {"drift(rows_per_s) < 10%", 0.16, 0.24, THRESHOLD_FAILED},
        {"drift(commits_per_s) < 30%", 0.16, 0.24, THRESHOLD_HELD},
        {"drift(p50) < 10%", 0.16, 0.24, THRESHOLD_FAILED},
        {"drift(memory) < 19%", 0.1999, 0.2001, THRESHOLD_FAILED},
        {"drift(bloat) < 1%", -0.2001, -0.1999, THRESHOLD_HELD},
        {"drift(p99) < 1%", 0, 0, THRESHOLD_HELD},
    };
    for (size_t i = 0; i < COUNT(drifts); i++) {
        struct result_threshold got = judge(&made, drifts[i].text);
        print_message("# %g\n", got.value);
        assert_true(got.value >= drifts[i].low && got.value <= drifts[i].high);
        assert_int_equal(got.verdict, drifts[i].verdict);
    }
    release(&made);
}

/* Half as fast from the middle of the window on: between a quarter and a whole. */
static void test_drift_of_a_step(void **state) {
    (void)state;
    struct made made;
    make(&made);
    for (size_t r = 0; r < ROUNDS; r++)
        for (size_t i = 22; i < INTERVALS; i++)
            made.cell.rounds[r].intervals[i].rows = 50;
    struct result_threshold got = judge(&made, "drift(rows_per_s) < 10%");
    print_message("# %g\n", got.value);
    assert_true(got.value > 0.25 && got.value < 1);
    assert_int_equal(got.verdict, THRESHOLD_FAILED);
    /* A stage that lies on one side of it does not see it. */
    expect(&made, "drift(rows_per_s){stage: after} < 10%", 0, THRESHOLD_HELD);
    release(&made);
}

static void test_drift_needs_intervals(void **state) {
    (void)state;
    struct made made;
    make(&made);
    for (size_t r = 0; r < ROUNDS; r++)
        made.cell.rounds[r].interval_count = 2 + 10;
    expect(&made, "drift(rows_per_s) < 10%", 0, THRESHOLD_HELD);
    /* Two before the window don't count, nor does one that is cut short, nor one without commits.
     */
    made.cell.rounds[0].intervals[11].p99_ns = 0;
    expect_unknown(&made, "drift(p99) < 10%");
    made.cell.rounds[0].intervals[11].length_s = 0.9;
    expect_unknown(&made, "drift(rows_per_s) < 10%");
    made.cell.rounds[0].sample_count = 11;
    expect_unknown(&made, "drift(memory) < 10%");
    made.cell.rounds[0].samples[4].live_rows = 0;
    made.cell.rounds[0].samples[5].memory_bytes = UNKNOWN;
    made.cell.rounds[0].sample_count = 12;
    made.cell.rounds[0].intervals[11].length_s = 1;
    expect_unknown(&made, "drift(bloat) < 10%");
    expect_unknown(&made, "drift(memory) < 10%");
    release(&made);
}

/* A queue that was empty; its growth has nothing to be relative to but its median. */
static void test_drift_from_nothing(void **state) {
    (void)state;
    struct made made;
    make(&made);
    for (size_t r = 0; r < ROUNDS; r++)
        for (size_t i = 0; i < INTERVALS; i++)
            made.cell.rounds[r].samples[i].gauges[0] = i < 2 ? 0 : (double)i - 2;
    struct result_threshold got = judge(&made, "drift(depth) < 10%");
    print_message("# %g\n", got.value);
    assert_true(got.value > 1.9 && got.value < 2.1);
    for (size_t r = 0; r < ROUNDS; r++)
        for (size_t i = 0; i < INTERVALS; i++)
            made.cell.rounds[r].samples[i].gauges[0] = 0;
    expect(&made, "drift(depth) < 10%", 0, THRESHOLD_HELD);
    release(&made);
}

static void test_drift_is_that_of_the_worst_round(void **state) {
    (void)state;
    struct made made;
    make(&made);
    for (size_t i = 0; i < INTERVALS; i++)
        made.cell.rounds[1].samples[i].memory_bytes = 1e6 * ((double)i + 0.5 + 38);
    expect(&made, "drift(memory) < 5%", 1, THRESHOLD_FAILED);
    expect(&made, "drift(memory) < 105%", 1, THRESHOLD_HELD);
    /* Of the other one nothing is known: it may be worse. */
    made.cell.rounds[0].sample_count = 0;
    expect(&made, "drift(memory) < 5%", 1, THRESHOLD_FAILED);
    expect_unknown(&made, "drift(memory) < 105%");
    release(&made);
}

/* The p95 of an interval of both rounds, in ms; 0: no commit. */
static void set_p95(struct made *made, size_t number, uint64_t ms) {
    for (size_t r = 0; r < ROUNDS; r++)
        made->cell.rounds[r].intervals[number].p95_ns = ms * NS_PER_MS;
}

/* p95 is 10 ms before the spike: 12 ms are near enough, but for what a histogram rounds. */
static void test_recovery(void **state) {
    (void)state;
    struct made made;
    make(&made);
    for (size_t i = AFTER_AT; i < AFTER_AT + 3; i++)
        set_p95(&made, i, 11);
    expect(&made, "recovery{stage: spike} < 1s", 0, THRESHOLD_HELD);
    /* Fine for one interval is not yet recovered; without a commit it is not fine. */
    set_p95(&made, AFTER_AT + 1, 13);
    expect(&made, "recovery{stage: spike} <= 2s", 2e9, THRESHOLD_HELD);
    set_p95(&made, AFTER_AT + 3, 0);
    expect(&made, "recovery{stage: spike} < 4s", 4e9, THRESHOLD_FAILED);
    /* The worst of the rounds. */
    made.cell.rounds[1].intervals[AFTER_AT + 4].p95_ns = NS_PER_S;
    expect(&made, "recovery{stage: spike} < 6s", 5e9, THRESHOLD_HELD);
    release(&made);
}

static void test_recovery_never(void **state) {
    (void)state;
    struct made made;
    make(&made);
    for (size_t i = AFTER_AT; i < INTERVALS; i++)
        set_p95(&made, i, 50);
    expect(&made, "recovery{stage: spike} < 10s", 15e9, THRESHOLD_FAILED);
    expect_unknown(&made, "recovery{stage: spike} < 1min");
    /* The last whole one is fine: perhaps it has recovered then. */
    set_p95(&made, INTERVALS - 2, 10);
    expect(&made, "recovery{stage: spike} < 10s", 14e9, THRESHOLD_FAILED);
    expect_unknown(&made, "recovery{stage: spike} < 15s");
    for (size_t r = 0; r < ROUNDS; r++)
        made.cell.rounds[r].interval_count = AFTER_AT;
    expect_unknown(&made, "recovery{stage: spike} < 10s");
    release(&made);
}

static void test_recovery_without_a_before(void **state) {
    (void)state;
    struct made made;
    make(&made);
    for (size_t r = 0; r < ROUNDS; r++)
        for (size_t k = 0; k < STEPS; k++)
            histogram_clear(made.cell.rounds[r].load.tallies[k].latency[LATENCY_RESPONSE]);
    expect_unknown(&made, "recovery{stage: spike} < 10s");
    release(&made);
}

/* What is not looked at may be worse than what is; what is too bad already is known all the same.
 */
static void test_looks_that_failed(void **state) {
    (void)state;
    struct made made;
    make(&made);
    /* Of 40 intervals of the window 8 of each round: still enough. */
    for (size_t r = 0; r < ROUNDS; r++)
        for (size_t i = 34; i < INTERVALS; i++) {
            made.cell.rounds[r].samples[i].gauges[0] = NAN;
            made.cell.rounds[r].samples[i].memory_bytes = UNKNOWN;
        }
    expect(&made, "max(depth) < 100", 33, THRESHOLD_HELD);
    expect(&made, "drift(memory) < 1%", 0, THRESHOLD_HELD);
    for (size_t r = 0; r < ROUNDS; r++) {
        made.cell.rounds[r].samples[33].gauges[0] = NAN;
        made.cell.rounds[r].samples[33].memory_bytes = UNKNOWN;
    }
    expect_unknown(&made, "max(depth) < 100");
    expect_unknown(&made, "avg(depth) < 100");
    expect_unknown(&made, "drift(memory) < 1%");
    expect_unknown(&made, "drift(depth) < 1000%");
    expect(&made, "max(depth) < 30", 32, THRESHOLD_FAILED);
    /* Those of a stage are of that stage. */
    expect(&made, "max(depth){stage: spike} < 100", 26, THRESHOLD_HELD);
    expect_unknown(&made, "max(depth){stage: after} < 100");
    /* Looks that never came count as those that failed. */
    for (size_t r = 0; r < ROUNDS; r++)
        made.cell.rounds[r].sample_count = 20;
    expect_unknown(&made, "max(depth) < 100");
    expect(&made, "max(depth){stage: before} < 100", 16, THRESHOLD_HELD);
    release(&made);
}

/* A window of few looks may lack the one at its end. */
static void test_one_look_may_be_missing(void **state) {
    (void)state;
    struct made made;
    make(&made);
    for (size_t r = 0; r < ROUNDS; r++)
        made.cell.rounds[r].interval_count = 3;
    made.cell.rounds[0].sample_count = 2;
    expect(&made, "max(depth) < 100", 2, THRESHOLD_HELD);
    made.cell.rounds[1].sample_count = 2;
    expect_unknown(&made, "max(depth) < 100");
    release(&made);
}

/* A share of few samples is none, and that of one round is not that of all. */
static void test_lock_waits_of_few_samples(void **state) {
    (void)state;
    struct made made;
    make(&made);
    for (size_t r = 0; r < ROUNDS; r++)
        made.cell.rounds[r].waits->interval_ms = 1000;
    expect(&made, "lock_waits.share{stage: spike} > 24%", 0.25, THRESHOLD_HELD);
    for (size_t r = 0; r < ROUNDS; r++)
        made.cell.rounds[r].waits->interval_ms = 1001;
    expect_unknown(&made, "lock_waits.share{stage: spike} < 100%");
    made.cell.rounds[0].waits->interval_ms = 20;
    expect(&made, "lock_waits.share{stage: spike} > 24%", 0.25, THRESHOLD_HELD);
    made.cell.rounds[1].waits->valid = false;
    expect_unknown(&made, "lock_waits.share{stage: spike} < 100%");
    release(&made);
}

/* Looks of 2 s: those of the lock waits lie after the spike. */
static void test_lock_waits_by_their_own_interval(void **state) {
    (void)state;
    struct made made;
    make(&made);
    expect(&made, "lock_waits.share{stage: spike} > 24%", 0.25, THRESHOLD_HELD);
    made.result.interval_ns = 2 * NS_PER_S;
    expect(&made, "lock_waits.share{stage: spike} == 0", 0, THRESHOLD_HELD);
    release(&made);
}

/* The edges of real windows are some milliseconds off the intervals'. */
static void test_edges_may_be_a_little_off(void **state) {
    (void)state;
    struct made made;
    make(&made);
    for (size_t r = 0; r < ROUNDS; r++) {
        made.cell.rounds[r].window_at_s = 2.004;
        made.cell.rounds[r].seconds = 39.99;
        made.cell.rounds[r].load.stage_seconds[1] = 9.99;
    }
    expect(&made, "recovery{stage: spike} < 4s", 3e9, THRESHOLD_HELD);
    expect(&made, "max(depth){stage: spike} < 27", 26, THRESHOLD_HELD);
    expect(&made, "min(depth){stage: spike} >= 17", 17, THRESHOLD_HELD);
    expect(&made, "lock_waits.share{stage: spike} > 24%", 0.25, THRESHOLD_HELD);
    release(&made);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_drift_with_noise),
        cmocka_unit_test(test_drift_of_a_step),
        cmocka_unit_test(test_drift_needs_intervals),
        cmocka_unit_test(test_drift_from_nothing),
        cmocka_unit_test(test_drift_is_that_of_the_worst_round),
        cmocka_unit_test(test_recovery),
        cmocka_unit_test(test_recovery_never),
        cmocka_unit_test(test_recovery_without_a_before),
        cmocka_unit_test(test_looks_that_failed),
        cmocka_unit_test(test_one_look_may_be_missing),
        cmocka_unit_test(test_lock_waits_of_few_samples),
        cmocka_unit_test(test_lock_waits_by_their_own_interval),
        cmocka_unit_test(test_edges_may_be_a_little_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
