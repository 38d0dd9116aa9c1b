/* What thresholds ask for: each metric where it holds, where it fails and where it is unknown, from
 * a cell made by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "metric_by_hand.h"

static const struct known {
    const char *metric, *holds, *fails;
    double value;
} knowns[] = {
    {"p50(response)", "< 11ms", "< 9ms", 10e6},
    {"p99(response)", "< 51ms", "< 49ms", 50e6},
    {"p99(response){step: read}", "<= 1ms", "< 1ms", 1e6},
    {"p99(response){stage: before}", "< 11ms", "< 9ms", 10e6},
    {"p20(response){stage: spike}", "< 2ms", "> 2ms", 1e6},
    {"p50(statement)", "< 6ms", "> 6ms", 5e6},
    {"p50(lag)", "< 3ms", "> 3ms", 2e6},
    {"avg(response)", "< 16ms", "< 15ms", 14300e6 / 900},
    {"min(response)", "<= 1ms", "> 1ms", 1e6},
    {"max(response)", "<= 50ms", "< 50ms", 50e6},
    {"avg(depth)", "< 22", "< 21", 21.5},
    {"min(depth)", ">= 2", "< 2", 2},
    {"max(depth)", "<= 41", "< 41", 41},
    {"max(depth){stage: spike}", "<= 26", "> 26", 26},
    {"min(depth){stage: spike}", ">= 17", "< 17", 17},
    {"rows", "== 12000", "!= 12k", 12000},
    {"rows{stage: spike}", "== 4000", "> 4000", 4000},
    {"rows{step: read}", "== 600", "> 600", 600},
    {"rows_per_s", "> 149", "> 151", 150},
    {"rows_per_s{stage: spike}", "> 199", "> 201", 200},
    {"commits", "== 1800", "> 1800", 1800},
    {"commits{stage: spike, step: read}", "== 200", "> 200", 200},
    {"commits_per_s", "> 22", "> 23", 22.5},
    {"commits_per_s{step: read}", "> 7.4", "> 7.6", 7.5},
    {"errors", "< 6.3%", "< 6.2%", 0.0625},
    {"errors{stage: spike}", "< 17%", "< 16%", 120. / 720},
    {"errors{stage: before}", "== 0", "> 0", 0},
    {"errors{step: write}", "< 2%", "< 1%", 20. / 1220},
    {"errors{stage: spike, step: write}", "< 5%", "< 4%", 20. / 420},
    {"retries", "== 6", "< 6", 6},
    {"retries{step: read}", "== 0", "> 0", 0},
    {"deadlocks", "== 3", "== 0", 3},
    {"rejected", "<= 4%", "< 3%", 0.04},
    {"rejected{stage: spike}", "<= 10%", "< 9%", 0.1},
    {"dropped", "<= 2%", "< 1%", 0.02},
    {"timeouts", "<= 3%", "< 2%", 0.03},
    {"achieved", ">= 90%", "> 95%", 0.9375},
    {"achieved{stage: spike}", ">= 75%", "> 90%", 10 / 12.0},
    {"drift(p99)", "< 1%", "> 1%", 0},
    {"recovery{stage: spike}", "< 4s", "< 2s", 3e9},
    {"lock_waits.share", "< 4%", "< 2%", 0.03},
    {"lock_waits.share{stage: spike}", "<= 25%", "< 24%", 0.25},
    {"lock_waits.share{stage: before}", "== 0", "> 1%", 0},
    {"commit_flush.share", "< 50%", "< 30%", 0.4},
    {"connections", "<= 80%", "< 79%", 0.8},
    {"wal.bytes_per_row", "< 1kB", "< 100", 150},
    {"table.heap_bytes_per_row", "< 1kB", "< 10", 80},
    {"table.index_bytes_per_row", "< 1kB", "< 10", 40},
};

static void test_known(void **state) {
    (void)state;
    struct made made;
    make(&made);
    bool seen[METRIC_COUNT] = {0};
    for (size_t i = 0; i < COUNT(knowns); i++) {
        const struct known *known = &knowns[i];
        expect(&made, arena_printf(&made.arena, "%s %s", known->metric, known->holds), known->value,
               THRESHOLD_HELD);
        expect(&made, arena_printf(&made.arena, "%s %s", known->metric, known->fails), known->value,
               THRESHOLD_FAILED);
        seen[made.workload.thresholds[0].metric] = true;
    }
    for (size_t i = 0; i < METRIC_COUNT; i++)
        assert_true(seen[i]);
    release(&made);
}

/* Nothing was measured, or it could not be read. */
static void forget(struct made *made) {
    struct result_cell *cell = &made->cell;
    for (size_t r = 0; r < ROUNDS; r++) {
        struct result_round *round = &cell->rounds[r];
        round->seconds = 0;
        round->load.open_max = 0;
        round->waits->valid = false;
    }
    release_tallies(cell->tallies);
    cell->tallies = NULL;
    cell->lock_share = cell->commit_flush_share = UNKNOWN;
    cell->wal_bytes_per_row = cell->heap_bytes_per_row = cell->index_bytes_per_row = UNKNOWN;
}

static void test_unknown(void **state) {
    (void)state;
    struct made made;
    make(&made);
    forget(&made);
    for (size_t i = 0; i < COUNT(knowns); i++)
        expect_unknown(&made,
                       arena_printf(&made.arena, "%s %s", knowns[i].metric, knowns[i].holds));
    release(&made);
}

/* A wish that found no row to work on was neither done nor did it fail; it was asked for all the
 * same. */
static void test_skipped(void **state) {
    (void)state;
    struct made made;
    make(&made);
    made.cell.tallies[STEPS].skipped = 320; /* of the spike's 720 that were not rejected */
    expect(&made, "errors{stage: spike} > 29%", 120. / 400, THRESHOLD_HELD);
    expect(&made, "errors > 7%", 120. / 1600, THRESHOLD_HELD);
    expect(&made, "achieved{stage: spike} < 84%", 10 / 12.0, THRESHOLD_HELD);
    release(&made);
}

/* Only a part is not known. */
static void test_unknown_in_part(void **state) {
    (void)state;
    struct made made;
    make(&made);
    expect_unknown(&made, "p99(commit) < 1s");
    expect_unknown(&made, "p99(statement){step: read} < 1s");
    made.cell.rounds[1].deadlocks = UNKNOWN;
    expect_unknown(&made, "deadlocks == 0");
    made.cell.wait_samples = WAIT_SAMPLES_MIN - 1;
    expect_unknown(&made, "lock_waits.share < 5%");
    expect_unknown(&made, "commit_flush.share < 50%");
    made.result.server.max_connections = 0;
    expect_unknown(&made, "connections < 80%");
    made.result.source = LOAD_USERS;
    expect_unknown(&made, "achieved > 90%");
    memset(made.cell.asked, 0, STAGES * sizeof *made.cell.asked);
    expect_unknown(&made, "errors < 5%");
    expect_unknown(&made, "dropped < 5%");
    expect_unknown(&made, "retries < 5");
    for (size_t r = 0; r < ROUNDS; r++)
        for (size_t i = 0; i < INTERVALS; i++)
            made.cell.rounds[r].samples[i].gauges[0] = UNKNOWN;
    expect_unknown(&made, "max(depth) < 5");
    made.cell.stage_seconds[1] = 0;
    expect_unknown(&made, "rows_per_s{stage: spike} > 5");
    expect(&made, "rows_per_s > 5", 150, THRESHOLD_HELD);
    made.cell.rounds[0].waits->valid = made.cell.rounds[1].waits->valid = false;
    expect_unknown(&made, "lock_waits.share{stage: before} < 5%");
    release(&made);
}

static void test_a_round_that_was_not_measured_does_not_count(void **state) {
    (void)state;
    struct made made;
    make(&made);
    made.cell.rounds[1].seconds = 0;
    made.cell.rounds[1].deadlocks = UNKNOWN;
    expect(&made, "rows == 6000", 6000, THRESHOLD_HELD);
    expect(&made, "rows_per_s > 149", 150, THRESHOLD_HELD);
    expect(&made, "deadlocks == 1", 1, THRESHOLD_HELD);
    expect(&made, "drift(p99) < 5%", 0, THRESHOLD_HELD);
    expect(&made, "recovery{stage: spike} < 4s", 3e9, THRESHOLD_HELD);
    release(&made);
}

static void test_nothing_to_judge(void **state) {
    (void)state;
    struct made made;
    make(&made);
    result_judge(&made.result, &made.cell);
    assert_null(made.cell.thresholds);
    made.result.load = &made.workload;
    result_judge(&made.result, &made.cell);
    assert_null(made.cell.thresholds);
    release(&made);
}

static void test_tallies(void **state) {
    (void)state;
    struct made made;
    make(&made);
    const struct load_result *load = &made.cell.rounds[0].load;
    struct load_tally sum;
    load_result_sum(load, SIZE_MAX, SIZE_MAX, &sum);
    assert_int_equal(sum.committed, 900);
    assert_int_equal(sum.failed, 10);
    assert_int_equal(sum.retried, 3);
    assert_int_equal(sum.rows, 6300);
    assert_int_equal(sum.latency[LATENCY_RESPONSE]->count, 900);
    assert_int_equal(sum.latency[LATENCY_STATEMENT]->count, 600);
    assert_null(sum.latency[LATENCY_COMMIT]);
    load_tally_release(&sum);
    assert_null(sum.latency[LATENCY_RESPONSE]);
    load->tallies[3].skipped = 4;
    load_result_sum(load, 1, 1, &sum);
    assert_int_equal(sum.committed, 200);
    assert_int_equal(sum.skipped, 4);
    assert_int_equal(sum.latency[LATENCY_RESPONSE]->min_ns, 50 * NS_PER_MS);
    /* Its own, not the tally's. */
    assert_ptr_not_equal(sum.latency[LATENCY_RESPONSE], load->tallies[3].latency[LATENCY_RESPONSE]);
    load_tally_release(&sum);
    load_result_sum(load, 7, SIZE_MAX, &sum);
    assert_int_equal(sum.committed, 0);
    assert_null(sum.latency[LATENCY_RESPONSE]);
    release(&made);
}

static void test_asked(void **state) {
    (void)state;
    const struct load_asked asked[] = {{1, 2, 3, 4, 5, 6}, {10, 20, 30, 40, 50, 60}};
    struct load_asked sum;
    load_asked_sum(asked, 2, SIZE_MAX, &sum);
    const struct load_asked both = {11, 22, 33, 44, 55, 66};
    assert_memory_equal(&sum, &both, sizeof sum);
    load_asked_sum(asked, 2, 1, &sum);
    assert_memory_equal(&sum, &asked[1], sizeof sum);
}

static void expect_live(struct made *made, const struct metric_live *live, const char *text,
                        double value) {
    print_message("# %s\n", text);
    double got = metric_live_value(live, parse(made, text));
    if (isnan(value))
        assert_true(isnan(got));
    else
        assert_true(fabs(got - value) <= 1e-3 * value);
}

static void test_live(void **state) {
    (void)state;
    struct made made;
    make(&made);
    struct histogram *all = NULL, *of_stage = NULL;
    record(&all, 10 * NS_PER_MS, 999);
    record(&of_stage, 50 * NS_PER_MS, 100);
    struct metric_live live = {.intervals = made.cell.rounds[0].intervals,
                               .first = 2,
                               .count = 20,
                               .response = all,
                               .stage_response = of_stage,
                               .source = LOAD_RATE,
                               .stage = 1,
                               .stage_at_s = 17,
                               .stage_end_s = 1e9};
    made.cell.rounds[0].intervals[17].rows = 40;
    made.cell.rounds[0].intervals[20].rows = 1000000; /* not whole yet */
    made.cell.rounds[0].intervals[1].rows = 1000000;  /* before the window */
    expect_live(&made, &live, "rows_per_s > 1", (1800 - 60) / 18.);
    expect_live(&made, &live, "rows_per_s{stage: spike} > 1", 80);
    expect_live(&made, &live, "commits_per_s > 1", 20);
    expect_live(&made, &live, "errors < 1%", 0.04);
    expect_live(&made, &live, "achieved > 1%", 18 * 20 / (17 * 25.));
    expect_live(&made, &live, "p99(response) < 1s", 10e6);
    expect_live(&made, &live, "p99(response){stage: spike} < 1s", 50e6);
    expect_live(&made, &live, "max(response){stage: spike} < 1s", 50e6);
    expect_live(&made, &live, "avg(response) < 1s", 10e6);
    /* Another stage; one step; too few responses; not live at all. */
    expect_live(&made, &live, "rows_per_s{stage: before} > 1", NAN);
    expect_live(&made, &live, "max(response){stage: after} < 1s", NAN);
    expect_live(&made, &live, "rows_per_s{step: read} > 1", NAN);
    expect_live(&made, &live, "max(response){step: read} < 1s", NAN);
    expect_live(&made, &live, "p99.9(response) < 1s", NAN);
    expect_live(&made, &live, "p99(statement) < 1s", NAN);
    expect_live(&made, &live, "max(depth) < 1", NAN);
    expect_live(&made, &live, "deadlocks == 0", NAN);
    expect_live(&made, &live, "drift(p99) < 5%", NAN);
    live.stage_end_s = 19.5; /* the interval from 19 on reaches beyond */
    expect_live(&made, &live, "rows_per_s{stage: spike} > 1", (40 + 100) / 2.);
    /* Nothing has had an interval's time yet; all that had is done, and more. */
    live.count = 3;
    expect_live(&made, &live, "achieved > 1%", NAN);
    live.count = 4;
    expect_live(&made, &live, "achieved > 1%", 1);
    live.source = LOAD_USERS;
    expect_live(&made, &live, "achieved > 1%", NAN);
    live.count = 0;
    live.response = NULL;
    expect_live(&made, &live, "rows_per_s > 1", NAN);
    expect_live(&made, &live, "errors < 1%", NAN);
    expect_live(&made, &live, "p99(response) < 1s", NAN);
    histogram_free(all);
    histogram_free(of_stage);
    release(&made);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known),
        cmocka_unit_test(test_unknown),
        cmocka_unit_test(test_skipped),
        cmocka_unit_test(test_unknown_in_part),
        cmocka_unit_test(test_a_round_that_was_not_measured_does_not_count),
        cmocka_unit_test(test_nothing_to_judge),
        cmocka_unit_test(test_tallies),
        cmocka_unit_test(test_asked),
        cmocka_unit_test(test_live),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
