/* Whether a rate holds the SLOs: a warm-up stage and windows, made by hand or by a simulated
 * queue. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/rng.h"
#include "load/tally.h"
#include "study/size_internal.h"

enum { WINDOWS = 6, STAGES_MAX = WINDOWS + 1, SLOS_MAX = 4, WARMUP_S = 2 };

struct made {
    struct arena arena;
    struct workload workload;
    struct workload_stage stages[STAGES_MAX];
    struct threshold slos[SLOS_MAX];
    struct result result;
    struct result_cell cell;
    struct result_round round;
    struct load_tally tallies[STAGES_MAX];
    struct load_asked asked[STAGES_MAX];
    double stage_seconds[STAGES_MAX];
    struct load_interval *intervals;
    struct size_probe probe;
};

/* Windows of so many seconds behind a warm-up, with intervals of half a second and responses of 5
 * ms in each. */
static void make(struct made *made, double window_s) {
    *made = (struct made){.result = {.source = LOAD_RATE,
                                     .stage_count = STAGES_MAX,
                                     .step_count = 1,
                                     .load = &made->workload},
                          .cell = {.pool = 10, .pool_min = 10, .round_count = 1}};
    made->workload = (struct workload){.stage_source = LOAD_RATE,
                                       .stages = made->stages,
                                       .stage_count = STAGES_MAX,
                                       .thresholds = made->slos};
    double seconds = WARMUP_S + WINDOWS * window_s;
    size_t intervals = (size_t)(seconds * 2);
    made->round = (struct result_round){.seconds = seconds,
                                        .complete = true,
                                        .intervals = MEM_ARRAY(struct load_interval, intervals),
                                        .interval_count = intervals};
    made->intervals = made->round.intervals;
    for (size_t i = 0; i < intervals; i++)
        made->intervals[i] = (struct load_interval){
            .t_s = (double)i / 2, .length_s = 0.5, .p50_ns = 5 * NS_PER_MS, .busy = 5};
    for (size_t i = 0; i < STAGES_MAX; i++) {
        made->stage_seconds[i] = i == 0 ? WARMUP_S : window_s;
        made->tallies[i].latency[LATENCY_RESPONSE] = histogram_new();
    }
    made->cell.rounds = &made->round;
    made->cell.tallies = made->tallies;
    made->cell.asked = made->asked;
    made->cell.stage_seconds = made->stage_seconds;
}

static void release(struct made *made) {
    for (size_t i = 0; i < STAGES_MAX; i++)
        histogram_free(made->tallies[i].latency[LATENCY_RESPONSE]);
    free(made->intervals);
    arena_release(&made->arena);
}

/* So many transactions that were asked for and done in a stage, each of so many ms. */
static void add(struct made *made, size_t stage, size_t count, uint64_t ms) {
    made->asked[stage].asked += count;
    made->tallies[stage].committed += count;
    made->tallies[stage].rows += count;
    for (size_t i = 0; i < count; i++)
        histogram_record(made->tallies[stage].latency[LATENCY_RESPONSE], ms * NS_PER_MS);
}

static void add_windows(struct made *made, size_t count, uint64_t ms) {
    for (size_t i = 1; i < STAGES_MAX; i++)
        add(made, i, count, ms);
}

static void add_slo(struct made *made, const char *text) {
    static const struct place here = {"w.yaml", 1, 1, ""};
    struct error error = {0};
    assert_true(made->workload.threshold_count < SLOS_MAX);
    if (!threshold_parse(text, &here, THRESHOLD_ALL, false, &made->workload, &made->arena,
                         &made->slos[made->workload.threshold_count++], &error))
        fail_msg("%s", error.what);
}

static void expect(struct made *made, enum size_verdict verdict, const char *why) {
    size_judge(&made->result, &made->cell, 1, &made->arena, &made->probe);
    if (why)
        assert_string_equal(made->probe.why, why);
    else
        assert_null(made->probe.why);
    assert_int_equal(made->probe.verdict, verdict);
    assert_int_equal(made->probe.windows, WINDOWS);
}

static void what_is_done_and_fast_holds(void **state) {
    (void)state;
    struct made made;
    make(&made, 5);
    add_slo(&made, "p99(response) < 50ms");
    add_slo(&made, "errors < 0.1%");
    add_windows(&made, 500, 5);
    expect(&made, SIZE_HOLDS, NULL);
    assert_float_equal(made.probe.achieved, 1, 0);
    assert_float_equal(made.probe.lag_growth_s, 0, 0);
    assert_int_equal(made.probe.slos[0].verdict, SIZE_HOLDS);
    assert_int_equal(made.probe.slos[0].samples, 3000);
    assert_int_equal(made.probe.slos[0].misses, 0);
    assert_float_equal(made.probe.slos[0].value, 5e6, 1e4);
    assert_float_equal(made.probe.slos[0].worst, 5e6, 1e4);
    release(&made);
}

static void the_warm_up_counts_for_nothing(void **state) {
    (void)state;
    struct made made;
    make(&made, 5);
    add_slo(&made, "p99(response) < 50ms");
    add_slo(&made, "rows_per_s >= 100");
    add_windows(&made, 500, 5);
    add(&made, 0, 10, 9000);
    made.asked[0].dropped = 5000;
    made.asked[0].asked += 5000;
    for (size_t i = 0; i < WARMUP_S * 2; i++)
        made.intervals[i].p50_ns = 9000 * NS_PER_MS;
    expect(&made, SIZE_HOLDS, NULL);
    /* 3,000 rows in 30 s: of the whole window it would be 94. */
    assert_float_equal(made.probe.slos[1].value, 100, 1e-9);
    release(&made);
}

static void what_was_not_done_fails(void **state) {
    (void)state;
    struct made made;
    make(&made, 5);
    add_windows(&made, 500, 5);
    made.asked[3].asked += 100;
    expect(&made, SIZE_FAILS,
           "96.7 % of the 3,100 transactions that were asked for were done, less than 99 %");
    /* Not "99.0 %, less than 99 %". */
    made.asked[3].asked -= 69;
    expect(&made, SIZE_FAILS,
           "98.9 % of the 3,031 transactions that were asked for were done, less than 99 %");
    made.cell.pool = 100;
    expect(&made, SIZE_HOLDS, NULL);
    made.round.abandoned = 2;
    expect(&made, SIZE_FAILS, "2 commits did not end within 10 s after the end and were given up");
    release(&made);
}

/* 8 a second on 2 connections that can do 10: a queue of 4 at the end is no overload. */
static void a_few_that_wait_at_the_end_are_no_failure(void **state) {
    (void)state;
    struct made made;
    make(&made, 5);
    made.cell.pool = 2;
    add_windows(&made, 41, 5);
    made.asked[WINDOWS].asked += 7;
    expect(&made, SIZE_HOLDS, NULL);
    made.asked[WINDOWS].asked += 2;
    expect(&made, SIZE_FAILS,
           "96.4 % of the 255 transactions that were asked for were done, less than 99 %");
    release(&made);
}

/* How many may fail is what an SLO says, where there is one. */
static void errors_are_judged_by_their_slo(void **state) {
    (void)state;
    struct made made;
    make(&made, 5);
    add_windows(&made, 970, 5);
    for (size_t i = 1; i < STAGES_MAX; i++) {
        made.asked[i].asked += 30;
        made.tallies[i].failed += 30;
    }
    expect(&made, SIZE_FAILS,
           "97.0 % of the 6,000 transactions that were asked for were done, less than 99 %");
    add_slo(&made, "errors < 5%");
    expect(&made, SIZE_HOLDS, NULL);
    assert_float_equal(made.probe.achieved, 0.97, 1e-9);
    made.slos[0].value = 0.02;
    size_judge(&made.result, &made.cell, 1, &made.arena, &made.probe);
    assert_int_equal(made.probe.verdict, SIZE_FAILS);
    assert_non_null(strstr(made.probe.why, "errors was 3 %, more than 2 %"));
    release(&made);
}

static void a_slow_window_fails(void **state) {
    (void)state;
    struct made made;
    make(&made, 5);
    add_slo(&made, "p99(response) < 50ms");
    add_windows(&made, 994, 5);
    /* 10 of 6,000 in all, but in one window 1 %. */
    add(&made, 3, 11, 81);
    expect(&made, SIZE_FAILS, "p99(response) was 81 ms, more than 50 ms, in window 3 of 6");
    assert_int_equal(made.probe.slos[0].misses, 11);
    assert_int_equal(made.probe.slos[0].verdict, SIZE_FAILS);
    assert_true(made.probe.slos[0].value < 6e6 && made.probe.slos[0].worst > 80e6);
    add_windows(&made, 50, 81);
    expect(&made, SIZE_FAILS, "p99(response) was 81 ms, more than 50 ms");
    release(&made);
}

static void too_few_responses_are_unsure(void **state) {
    (void)state;
    struct made made;
    make(&made, 5);
    add_slo(&made, "p99(response) < 50ms");
    add_windows(&made, 50, 5);
    expect(&made, SIZE_UNSURE,
           "300 responses with 0 beyond the limit are too few to be 99 % certain of "
           "p99(response) < 50ms");
    /* What fails weighs more. */
    add_slo(&made, "p50(response) < 1ms");
    expect(&made, SIZE_FAILS, "p50(response) was 5 ms, more than 1 ms");
    assert_int_equal(made.probe.slos[0].verdict, SIZE_UNSURE);
    made.workload.threshold_count = 1;
    add_windows(&made, 27, 5);
    expect(&made, SIZE_HOLDS, NULL);
    release(&made);
}

/* 6 of 1,026 are fewer than one in a hundred, but not by so much that it can't be chance. */
static void a_tail_near_its_limit_is_unsure(void **state) {
    (void)state;
    struct made made;
    make(&made, 5);
    add_slo(&made, "p99(response) < 50ms");
    add_windows(&made, 170, 5);
    add_windows(&made, 1, 81);
    expect(&made, SIZE_UNSURE,
           "1,026 responses with 6 beyond the limit are too few to be 99 % certain of "
           "p99(response) < 50ms");
    assert_int_equal(made.probe.slos[0].verdict, SIZE_UNSURE);
    release(&made);
}

/* One late response of 90 is no p99 of a window. */
static void a_window_with_few_responses_does_not_fail(void **state) {
    (void)state;
    struct made made;
    make(&made, 5);
    add_slo(&made, "p99(response) < 50ms");
    add_windows(&made, 89, 5);
    add(&made, 3, 1, 81);
    expect(&made, SIZE_UNSURE,
           "535 responses with 1 beyond the limit are too few to be 99 % certain of "
           "p99(response) < 50ms");
    release(&made);
}

static void one_error_is_no_share_of_a_window(void **state) {
    (void)state;
    struct made made;
    make(&made, 5);
    add_slo(&made, "errors < 0.1%");
    add_windows(&made, 500, 5);
    made.tallies[2].failed = 1;
    made.asked[2].asked++;
    expect(&made, SIZE_HOLDS, NULL);
    assert_true(isnan(made.probe.slos[0].worst));
    add_windows(&made, 1000, 5);
    made.tallies[2].failed = 3;
    made.asked[2].asked += 2;
    expect(&made, SIZE_FAILS, "errors was 0.2 %, more than 0.1 %, in window 2 of 6");
    made.tallies[4].failed = 20;
    made.asked[4].asked += 20;
    expect(&made, SIZE_FAILS, "errors was 0.25 %, more than 0.1 %");
    release(&made);
}

static void without_a_time_line_the_queue_is_unsure(void **state) {
    (void)state;
    struct made made;
    make(&made, 5);
    add_windows(&made, 500, 5);
    made.round.interval_count = 8;
    expect(&made, SIZE_UNSURE, "too short to tell whether the queue grows");
    assert_true(made.probe.lag_growth_s < 0);
    made.round.seconds = 0;
    expect(&made, SIZE_UNSURE, "nothing was measured");
    release(&made);
}

/* ---- a queue of Poisson arrivals before servers of exponential service ---- */

enum { SERVERS = 16 };

static void simulate(struct made *made, double capacity_per_s, double use, uint64_t seed) {
    struct rng rng = rng_at(rng_key(seed, "queue"), 0);
    struct histogram **by_end = MEM_ARRAY(struct histogram *, made->round.interval_count);
    double free_at[SERVERS] = {0}, end_s = made->round.seconds, now = 0;
    double window_s = made->stage_seconds[1];
    for (size_t i = 0; i < made->round.interval_count; i++)
        by_end[i] = histogram_new();
    while ((now += -log(1 - rng_unit(&rng)) / (use * capacity_per_s)) < end_s) {
        size_t first = 0;
        for (size_t i = 1; i < SERVERS; i++)
            first = free_at[i] < free_at[first] ? i : first;
        double begin = fmax(now, free_at[first]);
        double done = begin - log(1 - rng_unit(&rng)) * SERVERS / capacity_per_s;
        free_at[first] = done;
        made->asked[now < WARMUP_S ? 0 : 1 + (size_t)((now - WARMUP_S) / window_s)].asked++;
        if (done >= end_s)
            continue;
        made->tallies[done < WARMUP_S ? 0 : 1 + (size_t)((done - WARMUP_S) / window_s)].committed++;
        histogram_record(by_end[(size_t)(done * 2)], (uint64_t)((done - now) * 1e9));
    }
    for (size_t i = 0; i < made->round.interval_count; i++) {
        made->intervals[i].p50_ns = histogram_quantile(by_end[i], 0.5);
        histogram_free(by_end[i]);
    }
    free(by_end);
}

/* How many of 8 queues are said to grow, where what is missing at the end excuses nothing and
 * accuses nobody: the pool is larger than any queue. */
static int count_growing(double capacity_per_s, double use, double window_s) {
    int growing = 0;
    for (uint64_t seed = 1; seed <= 8; seed++) {
        struct made made;
        make(&made, window_s);
        made.cell.pool = 1000000;
        simulate(&made, capacity_per_s, use, seed);
        size_judge(&made.result, &made.cell, 1, &made.arena, &made.probe);
        if (made.probe.verdict == SIZE_FAILS) {
            assert_non_null(strstr(made.probe.why, "the queue grew: responses took "));
            growing++;
        }
        release(&made);
    }
    return growing;
}

static void a_stationary_queue_does_not_grow(void **state) {
    (void)state;
    assert_int_equal(count_growing(4000, 0.95, 10), 0);
    /* Few and short: what chance does to it is no trend. */
    assert_int_equal(count_growing(200, 0.95, 2), 0);
    assert_int_equal(count_growing(400, 0.95, 1), 0);
    assert_int_equal(count_growing(1000, 0.95, 1), 0);
    assert_int_equal(count_growing(1000, 0.80, 2), 0);
}

static void a_queue_beyond_its_capacity_grows(void **state) {
    (void)state;
    assert_int_equal(count_growing(4000, 1.02, 10), 8);
    assert_int_equal(count_growing(4000, 1.10, 2), 8);
    assert_int_equal(count_growing(200, 3, 1), 8);
}

/* ---- how many windows ---- */

static void windows_have_enough_to_be_judged(void **state) {
    (void)state;
    struct made made;
    make(&made, 5);
    assert_int_equal(size_windows(made.slos, 0, 3), 3);
    assert_float_equal(size_responses_needed(made.slos, 0), 0, 0);
    add_slo(&made, "p99(response) < 50ms");
    add_slo(&made, "errors < 1%");
    assert_float_equal(size_responses_needed(made.slos, 2), 459, 0);
    assert_int_equal(size_windows(made.slos, 2, 0), 1);
    assert_int_equal(size_windows(made.slos, 2, 3 * 459 - 1), 2);
    assert_int_equal(size_windows(made.slos, 2, 3 * 459), 3);
    assert_int_equal(size_windows(made.slos, 2, 1e9), 10);
    add_slo(&made, "errors < 0.1%");
    assert_int_equal(size_windows(made.slos, 3, 2000), 2);
    add_slo(&made, "errors == 0");
    assert_int_equal(size_windows(made.slos, 4, 2000), 2);
    release(&made);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_done_and_fast_holds),
        cmocka_unit_test(the_warm_up_counts_for_nothing),
        cmocka_unit_test(what_was_not_done_fails),
        cmocka_unit_test(a_few_that_wait_at_the_end_are_no_failure),
        cmocka_unit_test(errors_are_judged_by_their_slo),
        cmocka_unit_test(a_slow_window_fails),
        cmocka_unit_test(too_few_responses_are_unsure),
        cmocka_unit_test(a_tail_near_its_limit_is_unsure),
        cmocka_unit_test(a_window_with_few_responses_does_not_fail),
        cmocka_unit_test(one_error_is_no_share_of_a_window),
        cmocka_unit_test(without_a_time_line_the_queue_is_unsure),
        cmocka_unit_test(a_stationary_queue_does_not_grow),
        cmocka_unit_test(a_queue_beyond_its_capacity_grows),
        cmocka_unit_test(windows_have_enough_to_be_judged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
