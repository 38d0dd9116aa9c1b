/* The result file of a study, from studies made by hand. Run from the top of the source tree: the
 * schema is docs/result.schema.json. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "ab_by_hand.h"
#include "json_written.h"
#include "result/json_comparison.h"

static json_t *written(const struct ab_result *ab) {
    char file[] = "/tmp/pgwrite-test-XXXXXX";
    int handle = mkstemp(file);
    assert_true(handle >= 0);
    close(handle);
    struct error error = {0};
    assert_true(ab_write_json(ab, file, &error));
    return read_written(file, "ab");
}

static void everything_is_written(void **state) {
    (void)state;
    struct study study;
    make_study(&study);
    struct ab_index indexes[] = {{"events", "events_payload_idx", UNKNOWN, 212.5}};
    struct ab_difference differences[] = {{AB_WAIT, "IO:WalSync", 0.3, 0.4, 0.1},
                                          {AB_HOT, "", UNKNOWN, 0.4, 0.1}};
    const char *unknown[] = {"page splits: no pg_walinspect"}, *warnings[] = {"a warning"};
    study.ab.indexes = indexes;
    study.ab.index_count = 1;
    study.ab.explained = true;
    study.ab.differences = differences;
    study.ab.difference_count = 2;
    study.ab.unexplained = unknown;
    study.ab.unexplained_count = 1;
    study.ab.warnings = warnings;
    study.ab.warning_count = 1;
    invalidate(&study.ab, 1, "a checkpoint ran in B alone");
    json_t *root = written(&study.ab);
    says(root, "format", "pgwrite/1");
    says(root, "study", "ab");
    says(root, "verdict", "worse");
    says(root, "metric", "rows_per_s");
    is(root, "margin", 0.05);
    has_type(root, "early", JSON_TRUE);
    is(root, "pairs_planned", 20);
    is(root, "pairs_run", 14);
    is(root, "pairs_valid", 13);
    is(root, "looks", 1);
    says(root, "variants.a", "");
    says(root, "variants.b", "schema=v2.sql set.work_mem=8MB");
    says(root, "pairs.0.order", "ab");
    is_null(root, "pairs.0.why");
    says(root, "pairs.1.order", "ba");
    says(root, "pairs.1.why", "a checkpoint ran in B alone");
    is(root, "pairs.0.a.rows_per_s", 1000);
    is(root, "pairs.0.b.rows_per_s", 882);
    is_null(root, "pairs.0.b.p99");
    is(root, "comparison.findings.rows_per_s.change", -0.118);
    is(root, "comparison.findings.rows_per_s.interval_95.0", -0.136);
    is(root, "comparison.findings.rows_per_s.interval_95.1", -0.099);
    is(root, "comparison.findings.rows_per_s.interval_90.1", -0.099 * 0.9);
    is_null(root, "comparison.pairs_needed");
    is_null(root, "indexes.0.a_bytes_per_row");
    is(root, "indexes.0.b_bytes_per_row", 212.5);
    says(root, "explanation.differences.0.kind", "wait_share");
    says(root, "explanation.differences.0.name", "IO:WalSync");
    is_null(root, "explanation.differences.1.name");
    is_null(root, "explanation.differences.1.a");
    says(root, "explanation.unknown.0", "page splits: no pg_walinspect");
    is(root, "machine.pressure_cpu", 0.12);
    says(root, "warnings.0", "a warning");
    says(root, "a.cells.0.path", "insert");
    says(root, "b.format", "pgwrite/1");
    json_decref(root);
    release_study(&study);
}

static void what_has_no_verdict_is_null(void **state) {
    (void)state;
    struct study study;
    make_study(&study);
    study.ab.early = false;
    study.ab.interrupted = true;
    study.ab.steal_share = UNKNOWN;
    json_t *root = written(&study.ab);
    is_null(root, "verdict");
    has_type(root, "comparison", JSON_OBJECT); /* of the last look */
    has_type(root, "interrupted", JSON_TRUE);
    is_null(root, "explanation");
    is_null(root, "machine.steal_share");
    json_decref(root);
    study.ab.compared = false;
    root = written(&study.ab);
    is_null(root, "verdict");
    is_null(root, "comparison");
    json_decref(root);
    release_study(&study);
}

static void an_unknown_finding_is_null(void **state) {
    (void)state;
    struct comparison comparison = make_comparison();
    comparison.pairs_needed = 28;
    comparison.findings[COMPARE_P50].a = 12;
    found(&comparison, COMPARE_LOCK_SHARE, -0.2, -0.1, INFINITY, VERDICT_INCONCLUSIVE);
    json_t *root = comparison_json(&comparison);
    is(root, "pairs_needed", 28);
    is(root, "findings.p50.a", 12);
    is_null(root, "findings.p50.b");
    is_null(root, "findings.p50.change");
    is_null(root, "findings.p50.interval_95");
    is_null(root, "findings.p50.p");
    says(root, "findings.p50.verdict", "inconclusive");
    says(root, "findings.p50.scale", "ratio");
    is(root, "findings.lock_wait_share.change", -0.1);
    is_null(root, "findings.lock_wait_share.interval_95");
    says(root, "findings.lock_wait_share.scale", "difference");
    json_decref(root);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_is_written),
        cmocka_unit_test(what_has_no_verdict_is_null),
        cmocka_unit_test(an_unknown_finding_is_null),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
