/* Thresholds: what each good one means, and for each wrong one what is said and what to do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "workload/threshold.h"
#include "workload/yaml.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static struct workload_stage stages[] = {
    {.name = "before"}, {.name = "peak hour"}, {.name = "after"}};
static struct workload_step steps[] = {{.name = "read"}, {.name = "insert users"}};
static struct workload_query gauges[] = {{.name = "queue_depth"}, {.name = "old rows"}};
static const struct place here = {"w.yaml", 7, 5, "  - a line"};

/* Three stages of a rate, two steps, two gauges. */
static struct workload full(void) {
    return (struct workload){.stage_source = LOAD_RATE,
                             .stages = stages,
                             .stage_count = COUNT(stages),
                             .steps = steps,
                             .step_count = COUNT(steps),
                             .gauges = gauges,
                             .gauge_count = COUNT(gauges)};
}

#define ALL THRESHOLD_ALL

static const struct good {
    const char *text;
    enum metric_id metric;
    double quantile;
    int of; /* enum latency or enum drift_of */
    size_t gauge, stage, step;
    enum threshold_operator compare;
    double value;
    enum metric_unit unit;
} goods[] = {
    {"p99(response) < 200ms", METRIC_QUANTILE, 0.99, LATENCY_RESPONSE, ALL, ALL, ALL, BELOW, 200e6,
     METRIC_NS},
    {"p99.9(statement)<=1.5s", METRIC_QUANTILE, 0.999, LATENCY_STATEMENT, ALL, ALL, ALL, AT_MOST,
     1.5e9, METRIC_NS},
    {"p50 ( lag ) { stage : peak hour } > 0", METRIC_QUANTILE, 0.5, LATENCY_LAG, ALL, 1, ALL, ABOVE,
     0, METRIC_NS},
    {"p95(pool_wait){stage: peak hour, step: insert users} >= 1min", METRIC_QUANTILE, 0.95,
     LATENCY_POOL_WAIT, ALL, 1, 1, AT_LEAST, 60e9, METRIC_NS},
    {"p95(commit){step:read,stage:before} < 75 ms", METRIC_QUANTILE, 0.95, LATENCY_COMMIT, ALL, 0,
     0, BELOW, 75e6, METRIC_NS},
    {"avg(connect) != 1us", METRIC_AVG, 0, LATENCY_CONNECT, ALL, ALL, ALL, NOT_EQUAL, 1e3,
     METRIC_NS},
    {"min(response)   <\n\t1s", METRIC_MIN, 0, LATENCY_RESPONSE, ALL, ALL, ALL, BELOW, 1e9,
     METRIC_NS},
    {"max(queue_depth) < 1.5k", METRIC_MAX, 0, 0, 0, ALL, ALL, BELOW, 1500, METRIC_NUMBER},
    {"avg(old rows){stage: after} < 0.5", METRIC_AVG, 0, 0, 1, 2, ALL, BELOW, 0.5, METRIC_NUMBER},
    {"rows > 10k", METRIC_ROWS, 0, 0, ALL, ALL, ALL, ABOVE, 10000, METRIC_NUMBER},
    {"rows_per_s > 1000", METRIC_ROWS_PER_S, 0, 0, ALL, ALL, ALL, ABOVE, 1000, METRIC_PER_S},
    {"commits{step:read} > 5", METRIC_COMMITS, 0, 0, ALL, ALL, 0, ABOVE, 5, METRIC_NUMBER},
    {"commits_per_s > 0.5/s", METRIC_COMMITS_PER_S, 0, 0, ALL, ALL, ALL, ABOVE, 0.5, METRIC_PER_S},
    {"commits_per_s{stage:after} > 3k/min", METRIC_COMMITS_PER_S, 0, 0, ALL, 2, ALL, ABOVE, 50,
     METRIC_PER_S},
    {"errors < 1%", METRIC_ERRORS, 0, 0, ALL, ALL, ALL, BELOW, 0.01, METRIC_SHARE},
    {"errors{step:read} < 0.05", METRIC_ERRORS, 0, 0, ALL, ALL, 0, BELOW, 0.05, METRIC_SHARE},
    {"retries < 3", METRIC_RETRIES, 0, 0, ALL, ALL, ALL, BELOW, 3, METRIC_NUMBER},
    {"deadlocks == 0", METRIC_DEADLOCKS, 0, 0, ALL, ALL, ALL, EQUAL, 0, METRIC_NUMBER},
    {"rejected{stage:after} < 5 %", METRIC_REJECTED, 0, 0, ALL, 2, ALL, BELOW, 0.05, METRIC_SHARE},
    {"dropped == 0", METRIC_DROPPED, 0, 0, ALL, ALL, ALL, EQUAL, 0, METRIC_SHARE},
    {"timeouts < 1%", METRIC_TIMEOUTS, 0, 0, ALL, ALL, ALL, BELOW, 0.01, METRIC_SHARE},
    {"achieved >= 95%", METRIC_ACHIEVED, 0, 0, ALL, ALL, ALL, AT_LEAST, 0.95, METRIC_SHARE},
    {"drift(p99) < 10%", METRIC_DRIFT, 0, DRIFT_P99, ALL, ALL, ALL, BELOW, 0.1, METRIC_SHARE},
    {"drift(bloat) < 150%", METRIC_DRIFT, 0, DRIFT_BLOAT, ALL, ALL, ALL, BELOW, 1.5, METRIC_SHARE},
    {"drift(queue_depth) < 0.2", METRIC_DRIFT, 0, DRIFT_GAUGE, 0, ALL, ALL, BELOW, 0.2,
     METRIC_SHARE},
    {"recovery{stage:peak hour} < 1min", METRIC_RECOVERY, 0, 0, ALL, 1, ALL, BELOW, 60e9,
     METRIC_NS},
    {"lock_waits.share{stage:before} < 2%", METRIC_LOCK_SHARE, 0, 0, ALL, 0, ALL, BELOW, 0.02,
     METRIC_SHARE},
    {"commit_flush.share < 50%", METRIC_FLUSH_SHARE, 0, 0, ALL, ALL, ALL, BELOW, 0.5, METRIC_SHARE},
    {"connections < 80%", METRIC_CONNECTIONS, 0, 0, ALL, ALL, ALL, BELOW, 0.8, METRIC_SHARE},
    {"wal.bytes_per_row < 1kB", METRIC_WAL_PER_ROW, 0, 0, ALL, ALL, ALL, BELOW, 1024, METRIC_BYTES},
    {"table.heap_bytes_per_row < 200", METRIC_HEAP_PER_ROW, 0, 0, ALL, ALL, ALL, BELOW, 200,
     METRIC_BYTES},
    {"table.index_bytes_per_row < 64kB", METRIC_INDEX_PER_ROW, 0, 0, ALL, ALL, ALL, BELOW, 65536,
     METRIC_BYTES},
};

static void test_good_ones(void **state) {
    (void)state;
    bool seen[METRIC_COUNT] = {0};
    for (size_t i = 0; i < COUNT(goods); i++) {
        const struct good *good = &goods[i];
        struct workload workload = full();
        struct arena arena = {0};
        struct threshold got;
        struct error error = {0};
        if (!threshold_parse(good->text, &here, ALL, false, &workload, &arena, &got, &error))
            fail_msg("%s: %s", good->text, error.what);
        print_message("# %s\n", got.text);
        assert_int_equal(got.metric, good->metric);
        assert_true(got.quantile == good->quantile);
        assert_int_equal(got.metric == METRIC_DRIFT ? (int)got.drift : (int)got.latency, good->of);
        assert_int_equal(got.gauge, good->gauge);
        assert_int_equal(got.stage, good->stage);
        assert_int_equal(got.step, good->step);
        assert_int_equal(got.compare, good->compare);
        assert_true(fabs(got.value - good->value) <= 1e-12 * good->value);
        assert_int_equal(got.unit, good->unit);
        assert_int_equal(got.at.line, here.line);
        assert_false(got.abort);
        seen[got.metric] = true;
        arena_release(&arena);
    }
    for (size_t i = 0; i < METRIC_COUNT; i++) {
        assert_true(seen[i]);
        assert_non_null(metrics[i].name);
        assert_non_null(metrics[i].summary);
    }
}

static const char the_metrics[] =
    "the metrics are: p99, avg, min, max, rows, rows_per_s, commits, commits_per_s, errors, "
    "retries, deadlocks, rejected, dropped, timeouts, achieved, drift, recovery, lock_waits.share, "
    "commit_flush.share, connections, wal.bytes_per_row, table.heap_bytes_per_row and "
    "table.index_bytes_per_row";

static const struct wrong {
    const char *text, *what, *hint;
} wrongs[] = {
    {" ", "it begins with no metric", "for example `- p99(response) < 200ms`"},
    {"< 5%", "it begins with no metric", "for example `- p99(response) < 200ms`"},
    {"erors < 5%", "no metric is called \"erors\"", "did you mean \"errors\"?"},
    {"zzzzzzzz < 5%", "no metric is called \"zzzzzzzz\"", the_metrics},
    {"response < 5ms", "no metric is called \"response\"",
     "say what of it: p99(response), avg(response), max(response)"},
    {"p100(response) < 1s", "p100 is not a quantile between p0 and p100",
     "for the ends there are min(…) and max(…)"},
    {"p0(response) < 1s", "p0 is not a quantile between p0 and p100",
     "for the ends there are min(…) and max(…)"},
    {"p99.99999999999999999999(response) < 1s",
     "p99.99999999999999999999 is not a quantile between p0 and p100",
     "for the ends there are min(…) and max(…)"},
    {"p99 < 1s", "it does not say what the quantile is of", "for example `p99(response)`"},
    {"avg() < 1s", "it does not say what avg is of", "for example `avg(response)`"},
    {"drift < 1%", "it does not say what drift is of", "for example `drift(p99)`"},
    {"p99(response < 1s", "a \")\" is missing", ""},
    {"p99(respons) < 1s", "no latency is called \"respons\"", "did you mean \"response\"?"},
    {"p99(queue_depth) < 1s", "no latency is called \"queue_depth\"",
     "the latencies are: response, lag, pool_wait, statement, commit and connect"},
    {"max(queuedepth) < 5", "no latency or gauge is called \"queuedepth\"",
     "did you mean \"queue_depth\"?"},
    {"max(zzzzzzzz) < 5", "no latency or gauge is called \"zzzzzzzz\"",
     "there are: response, lag, pool_wait, statement, commit, connect, queue_depth and old rows"},
    {"drift(p95) < 5%", "there is no drift of \"p95\"", "did you mean \"p99\"?"},
    {"drift(zzzzzzzz) < 5%", "there is no drift of \"zzzzzzzz\"",
     "there is that of: rows_per_s, commits_per_s, p50, p99, memory, bloat, queue_depth and old "
     "rows"},
    {"rows(read) > 5", "rows has no argument",
     "a stage or a step is named as in `rows{stage: peak}`"},
    {"rows{stag: peak} > 5", "\"stag\" stands where a stage or a step is selected",
     "for example `{stage: peak, step: read}`"},
    {"rows{} > 5", "\"\" stands where a stage or a step is selected",
     "for example `{stage: peak, step: read}`"},
    {"rows{stage} > 5", "a \":\" is missing after \"stage\"", ""},
    {"rows{stage:} > 5", "the name of the stage is missing", ""},
    {"rows{stage: after > 5", "a \"}\" is missing", ""},
    {"rows{stage: after, step: read", "a \"}\" is missing", ""},
    {"rows{stage: after, stage: after} > 5", "it names two stages", ""},
    {"rows{stage: peak} > 5", "no stage is called \"peak\"",
     "the stages of this workload are: before, peak hour and after"},
    {"rows{step: reed} > 5", "no step is called \"reed\"", "did you mean \"read\"?"},
    {"deadlocks{stage: after} == 0", "deadlocks can't be narrowed to a stage",
     "these can: p99, avg, min, max, rows, rows_per_s, commits, commits_per_s, errors, retries, "
     "rejected, dropped, timeouts, achieved, drift, recovery and lock_waits.share"},
    {"dropped{step: read} == 0", "dropped can't be narrowed to a step",
     "these can: p99, avg, min, max, rows, rows_per_s, commits, commits_per_s, errors and retries"},
    {"max(queue_depth){step: read} < 5", "a gauge can't be narrowed to a step",
     "these can: p99, avg, min, max, rows, rows_per_s, commits, commits_per_s, errors and retries"},
    {"errors", "it says nothing to compare with", "the operators are: <, <=, >, >=, == and !="},
    {"errors = 5%", "\"= 5%\" does not begin with an operator",
     "the operators are: <, <=, >, >=, == and !="},
    {"errors <", "the value is missing", "for example `errors < 5%`"},
    {"errors < 5ms", "\"5ms\" is not a share: only % may follow the number",
     "for example `errors < 5%`"},
    {"errors < 5% 6", "\"5% 6\" is not a share: only % may follow the number",
     "for example `errors < 5%`"},
    {"errors < 120%", "\"120%\" is not a share: it is over 100%", "for example `errors < 5%`"},
    {"errors < -1%", "\"-1%\" is not a share: it is negative", "for example `errors < 5%`"},
    {"deadlocks == 5ms", "\"5ms\" is not a count: unknown unit \"ms\"",
     "for example `deadlocks == 10`"},
    {"deadlocks == 0.5", "\"0.5\" is not a count: it is not whole",
     "for example `deadlocks == 10`"},
    {"p99(response) < 200", "\"200\" is not a duration: the unit is missing",
     "for example `p99(response) < 200ms`"},
    {"p99(response){stage: peak hour}<5%", "\"5%\" is not a duration: unknown unit \"%\"",
     "for example `p99(response){stage: peak hour}< 200ms`"},
    {"max(queue_depth) < 1s", "\"1s\" is not a number", "for example `max(queue_depth) < 10`"},
    {"rows_per_s > 1000ms", "\"1000ms\" is not a rate", "for example `rows_per_s > 1000`"},
    {"rows_per_s > 5%", "\"5%\" is not a rate", "for example `rows_per_s > 1000`"},
    {"rows_per_s > 1.", "\"1.\" is not a rate", "for example `rows_per_s > 1000`"},
    {"rows_per_s > 1 kk", "\"1 kk\" is not a rate", "for example `rows_per_s > 1000`"},
    {"rows_per_s > 5/fortnight", "\"5/fortnight\" is not a rate: unknown unit \"/fortnight\"",
     "for example `rows_per_s > 1000`"},
    {"drift(p99) < 5ms", "\"5ms\" is not a share: only % may follow the number",
     "for example `drift(p99) < 5%`"},
    {"wal.bytes_per_row < 5ms", "\"5ms\" is not a size: unknown unit \"ms\"",
     "for example `wal.bytes_per_row < 64kB`"},
    {"recovery < 5s", "recovery is from a stage, and none is named",
     "recovery{stage: NAME} needs a stage with another before and after it"},
    {"recovery{stage: before} < 5s",
     "no stage stands before \"before\", to which its recovery could be compared",
     "recovery{stage: NAME} needs a stage with another before and after it"},
    {"recovery{stage: after} < 5s", "no stage follows \"after\", in which it could recover",
     "recovery{stage: NAME} needs a stage with another before and after it"},
};

static void expect_error(const char *text, size_t stage, bool abort,
                         const struct workload *workload, const char *what, const char *hint) {
    struct arena arena = {0};
    struct threshold got;
    struct error error = {0};
    print_message("# %s\n", text);
    assert_false(threshold_parse(text, &here, stage, abort, workload, &arena, &got, &error));
    assert_int_equal(error.exit_code, EXIT_USAGE);
    assert_string_equal(error.where, "w.yaml:7:5");
    assert_non_null(strchr(error.line, '^'));
    assert_non_null(strstr(error.what, "threshold \""));
    const char *after = strstr(error.what, "\": ");
    assert_non_null(after);
    assert_string_equal(after + 3, what);
    assert_string_equal(error.hint, hint);
    arena_release(&arena);
}

static void test_wrong_ones(void **state) {
    (void)state;
    struct workload workload = full();
    for (size_t i = 0; i < COUNT(wrongs); i++)
        expect_error(wrongs[i].text, ALL, false, &workload, wrongs[i].what, wrongs[i].hint);
}

static void test_what_a_workload_lacks(void **state) {
    (void)state;
    struct workload none = {0}, with_steps = full(), with_stages = full();
    with_steps.stage_count = with_stages.step_count = 0;
    expect_error("rows{stage: peak} > 5", ALL, false, &none, "the workload has no stages",
                 "it has no stages and no steps: leave {stage: peak} out");
    expect_error("rows{stage: peak} > 5", ALL, false, &with_steps, "the workload has no stages",
                 "it has these steps: read and insert users");
    expect_error("rows{step: read} > 5", ALL, false, &with_stages, "the workload has no steps",
                 "it has these stages: before, peak hour and after");
    expect_error("max(queue_depth) < 5", ALL, false, &none,
                 "no latency or gauge is called \"queue_depth\"",
                 "the latencies are: response, lag, pool_wait, statement, commit and connect");
}

/* Without stages the options say where the load comes from. */
static void test_load_that_has_no_such_metric(void **state) {
    (void)state;
    static const char *const texts[] = {"achieved > 95%", "p99(lag) < 1s", "p99(pool_wait) < 1s"};
    static const char hint[] = "for example `stages: [{name: peak, for: 1m, rate: 500/s}]`";
    struct workload workload = full();
    workload.stage_source = LOAD_USERS;
    expect_error(texts[0], ALL, false, &workload,
                 "achieved needs a rate, and the stages give users", hint);
    expect_error(texts[1], ALL, false, &workload, "lag needs a rate, and the stages give users",
                 hint);
    workload.stage_source = LOAD_POOL;
    expect_error(texts[1], ALL, false, &workload, "lag needs a rate, and the stages give a pool",
                 hint);
    expect_error(texts[2], ALL, false, &workload,
                 "pool_wait needs users or a rate, and the stages give a pool", hint);
    workload.stage_count = 0;
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct arena arena = {0};
        struct threshold got;
        struct error error = {0};
        assert_true(threshold_parse(texts[i], &here, ALL, false, &workload, &arena, &got, &error));
        arena_release(&arena);
    }
}

static void test_in_the_list_of_a_stage(void **state) {
    (void)state;
    struct workload workload = full();
    struct arena arena = {0};
    struct threshold got;
    struct error error = {0};
    assert_true(threshold_parse("errors < 5%", &here, 2, false, &workload, &arena, &got, &error));
    assert_int_equal(got.stage, 2);
    assert_true(threshold_parse("errors{stage:after, step:read} < 5%", &here, 2, false, &workload,
                                &arena, &got, &error));
    assert_int_equal(got.stage, 2);
    assert_int_equal(got.step, 0);
    assert_true(threshold_parse("recovery < 5s", &here, 1, false, &workload, &arena, &got, &error));
    assert_int_equal(got.stage, 1);
    arena_release(&arena);
    expect_error("errors{stage: before} < 5%", 2, false, &workload,
                 "it stands in stage \"after\" and names another",
                 "leave the stage out, or move the threshold there");
    expect_error("deadlocks == 0", 2, false, &workload,
                 "deadlocks can't be narrowed to a stage, and it stands in stage \"after\"",
                 "move it to the workload's own `thresholds:`");
    expect_error("recovery < 5s", 0, false, &workload,
                 "no stage stands before \"before\", to which its recovery could be compared",
                 "recovery{stage: NAME} needs a stage with another before and after it");
}

static void test_abort(void **state) {
    (void)state;
    static const char *const live[] = {
        "p99(response) < 1s", "avg(response) < 1s", "max(response){stage:after} < 1s",
        "rows_per_s > 5",     "commits_per_s > 5",  "errors{stage:after} < 5%",
        "achieved > 90%",     "min(response) < 1s"};
    static const char *const others[] = {"p99(statement) < 1s",
                                         "avg(queue_depth) < 5",
                                         "rows > 5",
                                         "commits > 5",
                                         "retries < 5",
                                         "deadlocks == 0",
                                         "rejected < 5%",
                                         "dropped < 5%",
                                         "timeouts < 5%",
                                         "drift(p99) < 5%",
                                         "connections < 80%",
                                         "recovery{stage: peak hour} < 1s",
                                         "commit_flush.share < 5%",
                                         "lock_waits.share < 5%"};
    static const char hint[] = "it is possible, over all steps, for: p99(response), avg(response), "
                               "min(response), max(response), rows_per_s, commits_per_s, errors "
                               "and achieved";
    struct workload workload = full();
    for (size_t i = 0; i < COUNT(live); i++) {
        struct arena arena = {0};
        struct threshold got;
        struct error error = {0};
        assert_true(threshold_parse(live[i], &here, ALL, true, &workload, &arena, &got, &error));
        assert_true(got.abort);
        arena_release(&arena);
    }
    for (size_t i = 0; i < COUNT(others); i++)
        expect_error(others[i], ALL, true, &workload,
                     "`abort` is not possible: its value is not known while the run goes on", hint);
    expect_error("errors{step: read} < 5%", ALL, true, &workload,
                 "`abort` is not possible for one step: it is not known while the run goes on",
                 hint);
}

static void test_text_has_single_blanks(void **state) {
    (void)state;
    struct workload workload = full();
    struct arena arena = {0};
    struct threshold got;
    struct error error = {0};
    assert_true(threshold_parse("  errors \t <\n  5%  ", &here, ALL, false, &workload, &arena, &got,
                                &error));
    assert_string_equal(got.text, "errors < 5%");
    arena_release(&arena);
}

/* The elements of a YAML list: at the top, and in the middle stage. */
static bool parse_lists(const char *top, const char *stage, struct workload *workload,
                        struct arena *arena, struct error *error) {
    const char *texts[] = {top, stage};
    struct yaml_item items[2];
    for (size_t i = 0; i < 2; i++) {
        const struct yaml_node *root;
        if (!texts[i])
            continue;
        if (!yaml_parse(texts[i], strlen(texts[i]), "w.yaml", arena, &root, error))
            return false;
        items[i] = root->items[0];
    }
    const struct yaml_item *stage_items[] = {NULL, stage ? &items[1] : NULL, NULL};
    return thresholds_parse(top ? &items[0] : NULL, stage_items, arena, workload, error);
}

static void test_lists(void **state) {
    (void)state;
    struct workload workload = full();
    struct arena arena = {0};
    struct error error = {0};
    if (!parse_lists("thresholds:\n"
                     "  - p99(response){stage:after} < 200ms\n"
                     "  - 'rows{stage: after, step: insert users} > 5'\n"
                     "  - {check: errors < 5%, abort: true}\n"
                     "  - {abort: no, check: deadlocks == 0}\n",
                     "thresholds: [errors < 1%]\n", &workload, &arena, &error))
        fail_msg("%s: %s", error.where, error.what);
    assert_int_equal(workload.threshold_count, 5);
    assert_string_equal(workload.thresholds[0].text, "p99(response){stage:after} < 200ms");
    assert_int_equal(workload.thresholds[0].at.line, 2);
    assert_int_equal(workload.thresholds[1].step, 1);
    assert_true(workload.thresholds[2].abort);
    assert_int_equal(workload.thresholds[2].at.line, 4);
    assert_int_equal(workload.thresholds[2].at.column, 13);
    assert_false(workload.thresholds[3].abort);
    assert_int_equal(workload.thresholds[2].stage, ALL);
    assert_int_equal(workload.thresholds[4].stage, 1);
    assert_true(parse_lists(NULL, NULL, &workload, &arena, &error));
    assert_int_equal(workload.threshold_count, 0);
    arena_release(&arena);
}

static void test_wrong_lists(void **state) {
    (void)state;
    static const struct {
        const char *text, *where, *what, *hint;
    } wrong[] = {
        {"thresholds: errors < 5%", "w.yaml:1:13", "\"thresholds\" must be a list, not a text",
         "for example `- p99(response) < 200ms`"},
        {"thresholds:", "w.yaml:1:1", "\"thresholds\" has no value",
         "for example `- p99(response) < 200ms`"},
        {"thresholds: [[a]]", "w.yaml:1:14", "a threshold must be a text or a map",
         "for example `- p99(response) < 200ms` or `- {check: 'errors < 5%', abort: true}`"},
        {"thresholds: ['']", "w.yaml:1:14", "a threshold must be a text or a map",
         "for example `- p99(response) < 200ms` or `- {check: 'errors < 5%', abort: true}`"},
        {"thresholds: [{abort: true}]", "w.yaml:1:14", "a threshold without \"check\"",
         "for example `- {check: 'errors < 5%', abort: true}`"},
        {"thresholds: [{chek: a}]", "w.yaml:1:15", "unknown key \"chek\" in a threshold",
         "did you mean \"check\"?"},
        {"thresholds: [{check: errors < 5%, abort: maybe}]", "w.yaml:1:42",
         "abort: \"maybe\" is neither true nor false", "for example `abort: true`"},
        {"thresholds:\n  - errors{stage: after} < 5%\n", "w.yaml:2:5",
         "unknown key \"errors{stage\" in a threshold",
         "a threshold with a colon and a blank in it has to stand in quotes: '…'"},
        {"thresholds:\n  - {check: erors < 5%}\n", "w.yaml:2:13",
         "threshold \"erors < 5%\": no metric is called \"erors\"", "did you mean \"errors\"?"},
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct workload workload = full();
        struct arena arena = {0};
        struct error error = {0};
        print_message("# %s\n", wrong[i].text);
        assert_false(parse_lists(wrong[i].text, NULL, &workload, &arena, &error));
        assert_int_equal(error.exit_code, EXIT_USAGE);
        assert_string_equal(error.what, wrong[i].what);
        assert_string_equal(error.where, wrong[i].where);
        assert_string_equal(error.hint, wrong[i].hint);
        arena_release(&arena);
    }
}

static void test_holds(void **state) {
    (void)state;
    static const bool holds[][3] = {
        /* 4, 5, 6 against 5 */
        [BELOW] = {true, false, false}, [AT_MOST] = {true, true, false},
        [ABOVE] = {false, false, true}, [AT_LEAST] = {false, true, true},
        [EQUAL] = {false, true, false}, [NOT_EQUAL] = {true, false, true}};
    for (int compare = BELOW; compare <= NOT_EQUAL; compare++) {
        struct threshold threshold = {.compare = (enum threshold_operator)compare, .value = 5};
        for (int i = 0; i < 3; i++)
            assert_int_equal(threshold_holds(&threshold, 4 + i), holds[compare][i]);
        assert_false(threshold_holds(&threshold, NAN));
    }
}

static void test_shown(void **state) {
    (void)state;
    static const struct {
        enum metric_id metric;
        enum metric_unit unit;
        double value;
        const char *text;
    } shown[] = {
        {METRIC_QUANTILE, METRIC_NS, 183e6, "183 ms"},
        {METRIC_QUANTILE, METRIC_NS, 0, "0 s"},
        {METRIC_QUANTILE, METRIC_NS, 1e300, "104166 d 16 h"},
        {METRIC_ERRORS, METRIC_SHARE, 0.004, "0.4 %"},
        {METRIC_ERRORS, METRIC_SHARE, 0, "0 %"},
        {METRIC_ERRORS, METRIC_SHARE, 1, "100 %"},
        {METRIC_ERRORS, METRIC_SHARE, 1e-9, "<0.01 %"},
        {METRIC_ERRORS, METRIC_SHARE, -1, "–"},
        {METRIC_DRIFT, METRIC_SHARE, -0.125, "-12.5 %"},
        {METRIC_DRIFT, METRIC_SHARE, -1e-9, ">-0.01 %"},
        {METRIC_DRIFT, METRIC_SHARE, 2.5, "250 %"},
        {METRIC_DRIFT, METRIC_SHARE, NAN, "–"},
        {METRIC_ROWS, METRIC_NUMBER, 1234, "1,234"},
        {METRIC_ROWS_PER_S, METRIC_PER_S, 1234.4, "1,234/s"},
        {METRIC_WAL_PER_ROW, METRIC_BYTES, 65536, "64 kB"},
        {METRIC_WAL_PER_ROW, METRIC_BYTES, 183.4, "183 B"},
        {METRIC_WAL_PER_ROW, METRIC_BYTES, NAN, "–"},
    };
    for (size_t i = 0; i < COUNT(shown); i++) {
        struct threshold threshold = {.metric = shown[i].metric, .unit = shown[i].unit};
        char text[64];
        assert_string_equal(threshold_show(&threshold, shown[i].value, text, sizeof text),
                            shown[i].text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_ones),
        cmocka_unit_test(test_wrong_ones),
        cmocka_unit_test(test_what_a_workload_lacks),
        cmocka_unit_test(test_load_that_has_no_such_metric),
        cmocka_unit_test(test_in_the_list_of_a_stage),
        cmocka_unit_test(test_abort),
        cmocka_unit_test(test_text_has_single_blanks),
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_wrong_lists),
        cmocka_unit_test(test_holds),
        cmocka_unit_test(test_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
