/* The figures of a cell and the result file, from results made by hand. Run from the top of the
 * source tree: the schema is docs/result.schema.json. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>
#include <math.h>

#include "json_written.h"
#include "result/total.h"
#include "result_by_hand.h"

/* ---- reading what was written ---- */

static json_t *written(struct result *result) {
    char file[] = "/tmp/pgwrite-test-XXXXXX";
    int handle = mkstemp(file);
    assert_true(handle >= 0);
    close(handle);
    for (size_t i = 0; i < result->cell_count; i++)
        result_cell_summarise(&result->cells[i]);
    struct error error = {0};
    assert_true(result_write_json(result, file, &error));
    return read_written(file, "run");
}

static void done(struct result *result, json_t *root) {
    json_decref(root);
    release(result, NULL);
}

static void everything_is_written(void **state) {
    (void)state;
    struct arena arena = {0};
    struct result result = make_full_result(&arena);
    json_t *root = written(&result);
    says(root, "run.mode", "fixed");
    is(root, "run.interval_s", 1);
    is(root, "fsync_probe.flushes_per_s", 8120);
    is(root, "fsync_probe.p50_us", 98);
    has_type(root, "fsync_probe.doubtful", JSON_FALSE);
    const json_t *round = find(root, "cells.0.rounds.0");
    is(round, "time.lock", 0.35);
    is(round, "time.commit_flush", 0.36);
    is(round, "lock_waits.by.0.max_ms", 212);
    is(round, "lock_waits.by.0.depth", 2);
    says(round, "lock_waits.by.0.blocked_by", "UPDATE counters SET n = n + 1");
    says(round, "lock_waits.by.0.blocker.application", "pgwrite 1a2b3c4d");
    says(round, "lock_waits.by.0.root.state", "idle in transaction");
    is_null(round, "lock_waits.by.1.blocker");
    is(round, "lock_waits.deadlocks", 1);
    has_type(round, "lock_waits.sampler_cost_exact", JSON_TRUE);
    is(round, "lock_waits.logged.total_s", 2.31);
    is_null(round, "lock_waits.logged.by.0.relation");
    is(round, "wal.records", 250000);
    is(round, "wal.records_per_row", 250000 / 90000.0);
    is(round, "wal.flushes_per_commit", 500 / 900.0);
    is(round, "wal.buffers_full", 0);
    is(round, "buffers.backend", 70);
    is(round, "temp.files", 2);
    is(round, "table.hot_share", 0.75);
    is(round, "server_host.cpu_us_per_row", 4.5e6 / 90000);
    is(round, "machine.steal_share", 0.03);
    is(round, "window_at_s", 1);
    has_type(round, "steady", JSON_FALSE);
    says(round, "unsteady", "rows/s fell from 40k to 20k");
    is(round, "companions.0.mean_ms", 203);
    is(round, "companions.0.waited_s", 0.3);
    is_null(round, "companions.0.rows");     /* a lock reads nothing */
    is_null(round, "companions.1.mean_ms");  /* it has never come to its end */
    is_null(round, "companions.1.waited_s"); /* it takes no lock of its own */
    is_null(round, "companions.1.first_error");
    done(&result, root);
}

static void cells_are_over_their_rounds(void **state) {
    (void)state;
    struct arena arena = {0};
    struct result result = make_full_result(&arena);
    struct result_round *first = &result.cells[0].rounds[0];
    first->host.server_memory_bytes = 300e6;
    first->host.steal_share = UNKNOWN;
    first->waits->parts[PART_LOCK] = 0.15;
    first->statistics.wal_fpi = UNKNOWN;
    json_t *root = written(&result);
    const json_t *cell = find(root, "cells.0");
    is(cell, "time.lock", 0.25);
    is(cell, "checkpoints", 2);
    is(cell, "checkpoints_requested", 2);
    is(cell, "deadlocks", 2);
    is(cell, "lock_waits.deadlocks", 1); /* of the last round */
    is(cell, "retried", 4);
    is(cell, "wal.flushes", 1000);
    is(cell, "wal.flushes_per_commit", 1000 / 1900.0);
    is(cell, "wal.fpi", 40); /* where it is known */
    is(cell, "wal.fpi_per_row", 40 / 100000.0);
    is(cell, "table.autoanalyzes", 4);
    is(cell, "server_host.cpu_s", 9);
    is(cell, "server_host.memory_bytes", 300e6);
    is(cell, "machine.steal_share", 0.03);
    is(cell, "companions.0.runs", 18);
    is(cell, "companions.0.mean_ms", 203);
    is(cell, "ceiling.rows_per_s", 90000);
    is(cell, "ceiling.share", 95000 / 3.0 / 90000);
    done(&result, root);
}

static void unknown_is_null(void **state) {
    (void)state;
    struct arena arena = {0};
    struct result result = make_result(&arena, 1, 1);
    result.cells[0] = make_cell("insert", 1, (uint64_t[]){1000});
    observation_free(result.cells[0].rounds[0].waits);
    result.cells[0].rounds[0].waits = NULL;
    json_t *root = written(&result);
    is_null(root, "fsync_probe");
    is_null(root, "cells.0.ceiling.rows_per_s");
    is_null(root, "cells.0.ceiling.share");
    static const char *const nulls[] = {"time",
                                        "lock_waits",
                                        "wait_profile",
                                        "wal.records",
                                        "wal.fpi",
                                        "wal.flushes",
                                        "wal.buffers_full",
                                        "wal.records_per_row",
                                        "wal.fpi_per_row",
                                        "wal.flushes_per_commit",
                                        "checkpoints",
                                        "checkpoints_timed",
                                        "checkpoints_requested",
                                        "buffers.checkpointer",
                                        "buffers.bgwriter",
                                        "buffers.backend",
                                        "temp.files",
                                        "temp.bytes",
                                        "deadlocks",
                                        "table.inserted",
                                        "table.updated",
                                        "table.hot_share",
                                        "table.autovacuums",
                                        "table.autoanalyzes",
                                        "server_host.cpu_s",
                                        "server_host.cpu_share",
                                        "server_host.cpu_us_per_row",
                                        "server_host.memory_bytes",
                                        "server_host.disk_written_bytes",
                                        "machine.steal_share",
                                        "machine.pressure_cpu",
                                        "machine.pressure_io",
                                        "machine.pressure_memory"};
    for (size_t i = 0; i < sizeof nulls / sizeof *nulls; i++) {
        is_null(find(root, "cells.0"), nulls[i]);
        is_null(find(root, "cells.0.rounds.0"), nulls[i]);
    }
    is_null(root, "cells.0.rounds.0.steady");
    is_null(root, "cells.0.rounds.0.unsteady");
    done(&result, root);
}

static void waits_that_were_hardly_seen_have_no_figures(void **state) {
    (void)state;
    struct arena arena = {0};
    struct result result = make_full_result(&arena);
    struct result_round *round = &result.cells[0].rounds[1];
    round->waits->lock_max_ms = UNKNOWN;
    round->waits->lock_seen = 0;
    round->waits->locks[0] =
        (struct lock_waits){.locktype = "tuple", .time_s = 4.19, .max_ms = UNKNOWN};
    *round->logged->kinds[0].mode = '\0';
    json_t *root = written(&result);
    const json_t *waits = find(root, "cells.0.lock_waits");
    is_null(waits, "max_ms");
    is(waits, "seen", 0);
    says(waits, "by.0.locktype", "tuple");
    static const char *const nulls[] = {"by.0.mode",    "by.0.relation", "by.0.max_ms",
                                        "by.0.blocker", "by.0.depth",    "logged.by.0.mode"};
    for (size_t i = 0; i < sizeof nulls / sizeof *nulls; i++)
        is_null(waits, nulls[i]);
    done(&result, root);
}

static void a_doubtful_disk_is_among_the_warnings(void **state) {
    (void)state;
    struct arena arena = {0};
    struct result result = make_full_result(&arena);
    result.fsync = (struct fsync_probe){40000, 24.4, 30, 100, 2000, true};
    result_warn_disk(&result);
    json_t *root = written(&result);
    says(root, "warnings.0",
         "/var/tmp: a flush takes 24.4 µs: only a disk whose cache outlives a power cut may be so "
         "fast; if it has none, it lies");
    done(&result, root);
}

static void the_series_joins_load_and_samples(void **state) {
    (void)state;
    struct arena arena = {0};
    struct result result = make_full_result(&arena);
    result.cells[0].rounds[1].waits->valid = false; /* no sample in the window, but a series */
    json_t *root = written(&result);
    is_null(root, "cells.0.lock_waits");
    const json_t *series = find(root, "cells.0.series");
    assert_int_equal(json_array_size(series), 3);
    is(series, "0.lock_wait_share", 0.25);
    is(series, "0.wal_bytes", 1e6);
    is(series, "0.checkpoint_begun", 1);
    is(series, "0.checkpoint", 0);
    is(series, "0.p50", 1000);
    is(series, "1.errors", 1);
    is_null(series, "1.lock_wait_share"); /* no sample fell into it */
    is_null(series, "1.wal_bytes");
    is_null(series, "1.checkpoint");
    is_null(series, "2.checkpoint_begun"); /* after the last sample */
    is_null(series, "2.p50");              /* with commits, but not known */
    is(series, "2.commits", 10);
    done(&result, root);
}

static void verification_says_what_it_knows(void **state) {
    (void)state;
    struct arena arena = {0};
    struct result result = make_result(&arena, 4, 1);
    for (size_t i = 0; i < 4; i++) {
        result.cells[i] = make_cell("insert", 1, (uint64_t[]){10});
        snprintf(result.cells[i].rounds[0].content_hash, 8, "123");
        result.cells[i].rounds[0].verified = i == 0;
    }
    struct result_round *lost = &result.cells[1].rounds[0], *extra = &result.cells[2].rounds[0],
                        *unseen = &result.cells[3].rounds[0];
    lost->found = 990;
    lost->miscounted = true;
    lost->failed = 1;
    extra->ambiguous = 5;
    extra->found = 1007;
    extra->complete = false;
    extra->failed = 2;
    unseen->checked = false; /* counted, but not to the end */
    unseen->found_known = false;
    unseen->failed = 3;
    snprintf(unseen->sqlstate, sizeof unseen->sqlstate, "40001");
    json_t *root = written(&result);
    has_type(root, "cells.0.verified.ok", JSON_TRUE);
    says(root, "cells.0.verified.content_hash", "123");
    has_type(root, "cells.1.verified.ok", JSON_FALSE);
    is(root, "cells.1.verified.lost", 10);
    is(root, "cells.1.verified.extra", 0);
    is(root, "cells.1.rounds.0.errors.miscount", 1);
    is(root, "cells.2.verified.extra", 2);
    is(root, "cells.2.verified.lost", 0);
    is_null(root, "cells.2.verified.content_hash"); /* of a part of the rows */
    is(root, "cells.2.rounds.0.errors.connection", 2);
    is_null(root, "cells.3.verified.ok");
    is_null(root, "cells.3.verified.lost");
    is_null(root, "cells.3.verified.extra");
    is(root, "cells.3.rounds.0.errors.40001", 3);
    done(&result, root);
}

static void the_last_round_is_one_that_was_measured(void **state) {
    (void)state;
    struct arena arena = {0};
    struct result result = make_result(&arena, 2, 3);
    result.cells[0] = make_cell("insert", 3, (uint64_t[]){1000, 2000, 0});
    result.cells[0].rounds[2].seconds = 0;
    result.cells[0].rounds[2].complete = false;
    result.cells[1] = make_cell("unnest", 1, (uint64_t[]){0});
    result.cells[1].rounds[0].seconds = 0;
    assert_ptr_equal(result_last_round(&result.cells[0]), &result.cells[0].rounds[1]);
    assert_null(result_last_round(&result.cells[1]));
    json_t *root = written(&result);
    is(root, "cells.0.verified.acknowledged_commits", 2000);
    is_null(root, "cells.1.verified");
    done(&result, root);
}

static void a_window_without_commits_counts(void **state) {
    (void)state;
    struct arena arena = {0};
    struct result result = make_result(&arena, 1, 3);
    result.cells[0] = make_cell("insert", 3, (uint64_t[]){300, 0, 0});
    result.cells[0].rounds[2].complete = false; /* cut short: says nothing */
    json_t *root = written(&result);
    is(root, "cells.0.commits_per_s.min", 0);
    is(root, "cells.0.commits_per_s.median", 50);
    is(root, "cells.0.commits_per_s.max", 100);
    is(root, "cells.0.rounds.1.rows_per_s", 0);
    done(&result, root);
}

static void users_have_their_figures(void **state) {
    (void)state;
    struct arena arena = {0};
    struct result result = make_users_result(&arena);
    json_t *root = written(&result);
    const json_t *cell = find(root, "cells.0");
    says(cell, "loop", "closed");
    says(cell, "source", "users");
    is(cell, "users", 1000);
    is(cell, "think_s.0", 1);
    is(cell, "think_s.1", 3);
    is(cell, "pool_min", 10);
    is_null(cell, "rate");
    is_null(cell, "rate_per_s");
    is_null(cell, "arrival");
    is(cell, "asked", 2000);
    is_null(cell, "achieved"); /* of an open loop */
    is_null(cell, "faults");
    is_null(cell, "latency.lag");
    is(cell, "latency.pool_wait.mean", 3148000);
    is_null(cell, "latency.connect");
    is_null(cell, "littles_law"); /* two cycles of 5.2 s: those seen whole are the short ones */
    assert_int_equal(json_array_size(find(cell, "stages")), 0);
    assert_int_equal(json_array_size(find(cell, "steps")), 0);
    has_type(cell, "rounds.0.histograms.pool_wait", JSON_STRING);
    assert_null(json_object_get(find(cell, "rounds.0.histograms"), "lag"));
    says(root, "verdict", "pass");
    has_type(root, "quick", JSON_FALSE);
    done(&result, root);
}

/* 1,000 transactions of 10 ms and thinkings of 90 ms in 10 s are the work of ten users. */
static void littles_law_needs_some_cycles(void **state) {
    (void)state;
    struct result result = {.source = LOAD_USERS};
    struct load_tally tally = {0};
    struct load_asked asked = {.think_ns = 90 * NS_PER_S, .thinks = 1000};
    tally.latency[LATENCY_RESPONSE] = histogram_new();
    for (int i = 0; i < 1000; i++)
        histogram_record(tally.latency[LATENCY_RESPONSE], 10000000);
    assert_true(fabs(result_little(&result, &tally, &asked, 10) - 10) < 1e-9);
    assert_true(result_little(&result, &tally, &asked, 0.99) < 0);
    result.source = LOAD_RATE;
    assert_true(result_little(&result, &tally, &asked, 10) < 0);
    histogram_free(tally.latency[LATENCY_RESPONSE]);
}

static void stages_and_steps_add_up(void **state) {
    (void)state;
    struct arena arena = {0};
    struct result result = make_stages_result(&arena);
    json_t *root = written(&result);
    const json_t *cell = find(root, "cells.0");
    says(cell, "loop", "open");
    says(cell, "arrival", "poisson");
    is_null(cell, "batch");
    is_null(cell, "users");
    is_null(cell, "think_s");
    is_null(cell, "littles_law");
    is(cell, "asked", 6000);
    is(cell, "rejected", 500);
    is(cell, "dropped", 40);
    is(cell, "checkout_timeouts", 60);
    is(cell, "unsent", 4);
    is(cell, "skipped", 7);
    is(cell, "missed", 2);
    is(cell, "rounds.0.accounting.missed", 3);
    is(cell, "achieved", 4580 / 5500.0); /* 500 were rejected */
    is(cell, "latency.lag.count", 4580);
    is(cell, "errors.0.count", 20);
    is(cell, "errors.0.retried", 0);
    is_null(cell, "errors.0.sqlstate");
    says(cell, "errors.1.sqlstate", "40P01");
    is(cell, "errors.1.count", 1);
    is(cell, "errors.1.retried", 2);
    is(cell, "stages.0.asked", 1000);
    says(cell, "stages.0.ramp", "step");
    says(cell, "stages.1.ramp", "linear");
    is(cell, "stages.1.target", 500);
    is(cell, "stages.1.commits_per_s", 360);
    is(cell, "stages.1.achieved", 0.8);
    is(cell, "stages.0.errors", 20);
    is(cell, "stages.1.retried", 3);
    is(cell, "stages.0.latency.response.max", 20010);
    is(cell, "stages.1.steps.1.skipped", 7);
    is(cell, "stages.1.steps.0.missed", 2);
    is(cell, "steps.0.weight", 30);
    is_null(cell, "steps.0.probability");
    is(cell, "steps.0.commits", 1150);
    is(cell, "steps.1.rows_per_s", 3430 / 20.0);
    is(cell, "steps.1.errors", 20);
    is(cell, "tenants.0.rejected", 500);
    is_null(cell, "tenants.1.limit_per_s");
    says(cell, "tables.0.name", "users");
    is(cell, "tables.0.inserted", 900);
    is(cell, "tables.0.found", 810);
    has_type(cell, "tables.0.counted", JSON_TRUE);
    is(cell, "stages.1.rows", 900); /* without those that were read */
    is(cell, "faults.cut", 5);
    has_type(cell, "checks.0.ok", JSON_TRUE);
    is(cell, "gauges.0.mean", 20);
    is(cell, "gauges.0.last", 30);
    is(cell, "rounds.0.accounting.unsent", 4);
    is(cell, "series.0.asked", 300);
    is(cell, "series.0.p95", 2000);
    is(cell, "series.0.busy", 7.5);
    is_null(cell, "series.2.waiting");
    is(cell, "series.1.gauges.queue_depth", 30);
    is_null(cell, "series.2.gauges.queue_depth"); /* no look fell into it */
    is_null(cell, "series.0.memory_bytes");
    is(cell, "series.0.table_bytes", 5e6);
    done(&result, root);
}

/* The same twice is twice as much in twice the time. */
static void rounds_are_merged(void **state) {
    (void)state;
    struct arena arena = {0}, spare = {0};
    struct result result = make_users_result(&arena), other = make_users_result(&spare);
    struct result_cell *cell = &result.cells[0];
    cell->rounds = realloc(cell->rounds, 3 * sizeof *cell->rounds);
    cell->rounds[1] = other.cells[0].rounds[0];
    cell->rounds[2] = make_round(0); /* cut short: its load counts for nothing */
    cell->rounds[2].complete = false;
    start_load(&cell->rounds[2], 1, 1, 0);
    cell->rounds[2].load.stage_seconds[0] = 5;
    cell->round_count = 3;
    free(other.cells[0].rounds);
    free(other.cells);
    json_t *root = written(&result);
    is(root, "cells.0.asked", 4000);
    is(root, "cells.0.latency.pool_wait.count", 3846);
    is_null(root, "cells.0.littles_law");
    done(&result, root);
}

static void thresholds_and_checks_make_the_verdict(void **state) {
    (void)state;
    static const struct {
        enum threshold_verdict second, third;
        bool quick, check_ok;
        double check_rows;
        bool interrupted;
        const char *verdict;
    } cases[] = {
        {THRESHOLD_HELD, THRESHOLD_HELD, false, true, 0, false, "pass"},
        {THRESHOLD_FAILED, THRESHOLD_UNKNOWN, false, true, 0, false, "fail"},
        {THRESHOLD_HELD, THRESHOLD_UNKNOWN, false, true, 0, false, "inconclusive"},
        {THRESHOLD_FAILED, THRESHOLD_UNKNOWN, true, true, 0, false, "pass"},
        {THRESHOLD_HELD, THRESHOLD_HELD, true, false, 3, false, "fail"},
        {THRESHOLD_HELD, THRESHOLD_HELD, false, false, UNKNOWN, false, "inconclusive"},
        {THRESHOLD_FAILED, THRESHOLD_HELD, false, false, 3, true, "inconclusive"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena = {0};
        struct result result = make_stages_result(&arena);
        struct result_cell *cell = &result.cells[0];
        cell->thresholds[1].verdict = cases[i].second;
        cell->thresholds[2].verdict = cases[i].third;
        cell->rounds[0].checks[0].ok = cases[i].check_ok;
        cell->rounds[0].checks[0].rows = cases[i].check_rows;
        result.quick = cases[i].quick;
        result.interrupted = cases[i].interrupted;
        json_t *root = written(&result);
        says(root, "verdict", cases[i].verdict);
        is(root, "thresholds.0.value", 1.2e6);
        is(root, "thresholds.0.limit", 5e6);
        says(root, "thresholds.0.unit", "us");
        has_type(root, "thresholds.0.ok", JSON_TRUE);
        says(root, "thresholds.1.expr", "errors < 1%");
        is_null(root, "thresholds.2.value");
        done(&result, root);
    }
}

static void what_was_not_loaded_is_null(void **state) {
    (void)state;
    struct arena arena = {0};
    struct result result = make_result(&arena, 1, 1);
    result.cells[0] = make_cell("insert", 1, (uint64_t[]){1000});
    json_t *root = written(&result);
    static const char *const nulls[] = {
        "asked",       "rejected", "dropped", "checkout_timeouts",
        "unsent",      "skipped",  "faults",  "littles_law",
        "achieved",    "think_s",  "arrival", "latency.pool_wait",
        "latency.lag", "users",    "rate",    "rounds.0.accounting"};
    for (size_t i = 0; i < sizeof nulls / sizeof *nulls; i++)
        is_null(find(root, "cells.0"), nulls[i]);
    is_null(find(root, "cells.0"), "missed");
    done(&result, root);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_is_written),
        cmocka_unit_test(cells_are_over_their_rounds),
        cmocka_unit_test(unknown_is_null),
        cmocka_unit_test(waits_that_were_hardly_seen_have_no_figures),
        cmocka_unit_test(a_doubtful_disk_is_among_the_warnings),
        cmocka_unit_test(the_series_joins_load_and_samples),
        cmocka_unit_test(verification_says_what_it_knows),
        cmocka_unit_test(the_last_round_is_one_that_was_measured),
        cmocka_unit_test(a_window_without_commits_counts),
        cmocka_unit_test(users_have_their_figures),
        cmocka_unit_test(littles_law_needs_some_cycles),
        cmocka_unit_test(stages_and_steps_add_up),
        cmocka_unit_test(rounds_are_merged),
        cmocka_unit_test(thresholds_and_checks_make_the_verdict),
        cmocka_unit_test(what_was_not_loaded_is_null),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
