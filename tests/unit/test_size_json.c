/* The result file of sizing, from results made by hand. Run from the top of the source tree: the
 * schema is docs/result.schema.json. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "json_written.h"
#include "size_by_hand.h"

static json_t *written(void) {
    char file[] = "/tmp/pgwrite-test-XXXXXX";
    int handle = mkstemp(file);
    assert_true(handle >= 0);
    close(handle);
    struct error error = {0};
    assert_true(size_write_json(&size, file, &error));
    return read_written(file, "size");
}

static void what_is_needed_to_repeat_it_is_there(void **state) {
    (void)state;
    json_t *root = written();
    says(root, "study", "size");
    says(root, "started_at", "2026-03-01T03:00:00Z");
    says(root, "command.1", "size");
    is(root, "seed", 7);
    is(root, "run.duration_s", 5);
    is(root, "host.cpus", 2);
    is(root, "server.version_num", 150018);
    is_null(root, "fsync_probe");
    says(root, "workload.name", "analytics");
    is(root, "budget_s", 300);
    is(root, "phases.4.rounds", 3);
    is(root, "size.slos.0.limit", 50000);
    says(root, "size.slos.0.unit", "us");
    is(root, "size.slos.1.limit", 0.001);
    json_decref(root);
}

static void times_are_microseconds_and_shares_parts_of_one(void **state) {
    (void)state;
    json_t *root = written();
    is(root, "size.levels.1.pool", 1);
    says(root, "size.levels.1.batch", "1");
    is(root, "size.levels.1.commits_per_s", 480);
    is(root, "size.levels.1.response.mean", 1e6 / 480);
    is(root, "size.levels.1.response.p99", 2.5e6 / 480);
    is(root, "size.levels.1.response.count", 2400);
    is(root, "size.levels.1.littles_law", 1.001);
    is(root, "size.levels.1.time.commit_flush", 0.71);
    says(root, "size.levels.1.cause.limit", "commit-flush");
    is(root, "size.probes.1.slos.0.value", 18200);
    is(root, "size.probes.1.slos.0.worst", 21700);
    is(root, "size.probes.1.slos.0.misses", 3);
    is_null(root, "size.probes.1.slos.1.misses");
    is(root, "size.probes.1.slos.1.value", 0);
    is(root, "size.probes.1.point.rate_per_s", 980);
    is(root, "size.probes.1.lag_growth_s", 0);
    is(root, "size.probes.4.point.checkpoints", 3);
    json_decref(root);
}

static void the_answer_is_there(void **state) {
    (void)state;
    json_t *root = written();
    is(root, "size.pool.connections", 8);
    is(root, "size.pool.low", 7);
    is(root, "size.fit.alpha.estimate", 0.2);
    is(root, "size.fit.alpha.interval_95.1", 0.23);
    is(root, "size.fit.peak.estimate", sqrt(0.8 / 0.0004));
    has_type(root, "size.fit.used", JSON_TRUE);
    is_null(root, "size.fit.no_fit");
    is(root, "size.capacity.per_s", 1170);
    is(root, "size.capacity.planned_per_s", 1170 * 0.65);
    has_type(root, "size.capacity.confirmed", JSON_TRUE);
    has_type(root, "size.answer.need_confirmed", JSON_FALSE);
    says(root, "size.probes.3.verdict", "fails");
    has_type(root, "size.probes.4.soak", JSON_TRUE);
    says(root, "size.answer.fits", "fits");
    is(root, "size.answer.peak", 10);
    is_null(root, "size.answer.short_of");
    is(root, "size.batches.1.rows", 10);
    is(root, "size.batches.1.use", 5000000 / 86400.0 / 11800);
    is(root, "size.requirements.connections", 8);
    is_null(root, "size.requirements.from_rate_per_s");
    is(root, "size.at_need.point.rate_per_s", 5000000 / 86400.0);
    is_null(root, "size.prediction");
    json_decref(root);
}

static void rows_follow_from_rows_a_commit(void **state) {
    (void)state;
    size.rows_per_commit = 10;
    json_t *root = written();
    is(root, "size.capacity.rows_per_s", 11700);
    json_decref(root);
    size.rows_per_commit = UNKNOWN;
    size.mix = true;
    root = written();
    is_null(root, "size.capacity.rows_per_s");
    says(root, "size.unit", "transactions");
    json_decref(root);
}

static void a_law_without_end_has_no_peak(void **state) {
    (void)state;
    json_t *root = written();
    has_type(root, "size.fit.used", JSON_FALSE);
    says(root, "size.fit.outcome", "off");
    is(root, "size.fit.gamma.estimate", 475);
    is_null(root, "size.fit.gamma.interval_95");
    is_null(root, "size.fit.peak.estimate");
    json_decref(root);
}

static void a_prediction_is_beside_what_was_measured(void **state) {
    (void)state;
    json_t *root = written();
    is(root, "size.prediction.fsync_us", 4000);
    is(root, "size.prediction.fsync_here_us", 1250);
    is(root, "size.prediction.capacity_per_s", 610);
    says(root, "size.prediction.fits", "short");
    is_null(root, "size.prediction.unknown_why");
    is(root, "size.capacity.per_s", 1170);
    is(root, "size.requirements.from_rate_per_s", 1170);
    json_decref(root);
    size.prediction.known = false;
    size.prediction.unknown_why = "the flush time of this server is not known";
    root = written();
    is_null(root, "size.prediction.capacity_per_s");
    is_null(root, "size.prediction.fits");
    says(root, "size.prediction.unknown_why", "the flush time of this server is not known");
    json_decref(root);
}

static void what_was_not_reached_is_null(void **state) {
    (void)state;
    json_t *root = written();
    has_type(root, "interrupted", JSON_TRUE);
    /* A plan is no measurement. */
    is(root, "phases.2.rounds", 0);
    is(root, "phases.2.planned_s", 100);
    is_null(root, "phases.2.seconds");
    is_null(root, "size.capacity.per_s");
    is_null(root, "size.capacity.rows_per_s");
    is_null(root, "size.capacity.planned_per_s");
    is(root, "size.capacity.low_per_s", 980);
    is_null(root, "size.answer.headroom");
    is_null(root, "size.fit.gamma");
    is_null(root, "size.pool.high");
    is_null(root, "size.requirements");
    is_null(root, "size.at_need");
    assert_int_equal(json_array_size(find(root, "size.batches")), 0);
    json_decref(root);
}

static void without_a_sweep_there_is_no_law(void **state) {
    (void)state;
    size.level_count = 0;
    size.fit = (struct usl_fit){0};
    size.pool = 0;
    size.probe_count = 0;
    json_t *root = written();
    is_null(root, "size.fit");
    is_null(root, "size.pool.connections");
    json_decref(root);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(what_is_needed_to_repeat_it_is_there, make_fitting),
        cmocka_unit_test_setup(times_are_microseconds_and_shares_parts_of_one, make_fitting),
        cmocka_unit_test_setup(the_answer_is_there, make_fitting),
        cmocka_unit_test_setup(rows_follow_from_rows_a_commit, make_fitting),
        cmocka_unit_test_setup(a_law_without_end_has_no_peak, make_short),
        cmocka_unit_test_setup(a_prediction_is_beside_what_was_measured, make_short),
        cmocka_unit_test_setup(what_was_not_reached_is_null, make_interrupted),
        cmocka_unit_test_setup(without_a_sweep_there_is_no_law, make_fitting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
