/* Result files read back whole: what is read is written, and printed, as it was. Run from the top
 * of the source tree. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "json_written.h"
#include "result/document.h"
#include "result/json_file.h"
#include "result_by_hand.h"

static char *slurp(const char *file) {
    char *text = NULL;
    size_t size = 0;
    FILE *in = fopen(file, "r");
    assert_non_null(in);
    assert_true(getdelim(&text, &size, '\0', in) > 0);
    fclose(in);
    return text;
}

static void temporary(char file[32]) {
    strcpy(file, "/tmp/pgwrite-test-XXXXXX");
    int handle = mkstemp(file);
    assert_true(handle >= 0);
    close(handle);
}

static char *printed(const struct result *result) {
    static char *text;
    static size_t size;
    FILE *out = open_memstream(&text, &size);
    report_text(result, 0, out);
    fclose(out);
    return text;
}

/* Writes a result, reads it, and writes what was read. */
static void goes_round(struct result *result) {
    char file[32];
    struct error error = {0};
    struct arena arena = {0};
    struct document document;
    char *text = print(result);
    temporary(file);
    assert_true(result_write_json(result, file, &error));
    char *before = slurp(file);
    if (!document_read(file, &arena, &document, &error))
        fail_msg("%s: %s", error.where, error.what);
    assert_int_equal(document.kind, DOCUMENT_RUN);
    assert_string_equal(document.version, PGWRITE_VERSION);
    char *again = printed(document.run);
    assert_string_equal(again, text);
    assert_true(document_write_json(&document, file, &error));
    char *after = slurp(file);
    assert_string_equal(after, before);
    json_decref(read_written(file, "run"));
    document_release(&document);
    arena_release(&arena);
    free(after);
    free(before);
    free(again);
    release(result, text);
}

static void everything_that_a_round_knows(void **state) {
    (void)state;
    struct arena arena = {0};
    struct result result = make_full_result(&arena);
    const char *command[] = {"pgwrite", "run", "-B", "sql=\"x\\y\"", "größer", NULL};
    const char *warnings[] = {"insert, pool 4: the window was not steady", "a \"second\" one"};
    struct fact_setting settings[] = {{"shared_buffers", "1GB", true},
                                      {"TimeZone", "Etc/UTC", false}};
    struct result_column columns[] = {{"id", "bigint", "serial"}, {"at", "timestamptz", ""}};
    result.command = command;
    result.warnings = warnings;
    result.warning_count = 2;
    result.server.settings = settings;
    result.server.setting_count = 2;
    result.server.durability = UNSAFE;
    result.server.durability_why = "the data are in memory";
    result.server.max_connections = 100;
    result.columns = columns;
    result.column_count = 2;
    result.table = "events";
    result.kernel = "Linux 6.1";
    result.memory_bytes = 1.7179869184e10;
    result.seed = UINT64_MAX - 6;
    result.cells[0].pool_min = 2;
    result.cells[0].rounds[0].steadiness = STEADY_UNKNOWN;
    goes_round(&result);
}

static void users(void **state) {
    (void)state;
    struct arena arena = {0};
    struct result result = make_users_result(&arena);
    goes_round(&result);
}

/* Its thresholds as the workload's parser makes them. */
static void stages_steps_tenants_gauges(void **state) {
    (void)state;
    static const char *const texts[] = {"p99(response){stage: peak} < 5s", "errors < 1%",
                                        "drift(queue_depth) < 10%", "avg(response) < 1s"};
    struct arena arena = {0};
    struct error error = {0};
    struct threshold thresholds[4];
    struct place place = {.file = "by hand"};
    struct workload workload = workload_by_hand;
    struct result result = make_stages_result(&arena);
    for (size_t i = 0; i < 4; i++)
        if (!threshold_parse(texts[i], &place, i == 3 ? 1 : THRESHOLD_ALL, i == 1,
                             &workload_by_hand, &arena, &thresholds[i], &error))
            fail_msg("%s", error.what);
    workload.thresholds = thresholds;
    workload.threshold_count = 4;
    workload.description = "A mix";
    struct workload_step steps[] = {steps_by_hand[0], steps_by_hand[1]};
    struct workload_statement written = {
        .kind = STATEMENT_SQL, .sql = "UPDATE t\n SET a = \"a\"", .table = "t"};
    steps[0].batch = "5..15";
    steps[0].path = "multirow";
    steps[0].statements = &written;
    workload.steps = steps;
    result.load = &workload;
    struct result_cell *cell = &result.cells[0];
    cell->rate = 100;
    cell->rounds[0].samples[0].gauges[0] = 3e300;
    free(cell->thresholds);
    cell->thresholds = calloc(4, sizeof *cell->thresholds);
    cell->thresholds[0] = (struct result_threshold){&thresholds[0], 1.2e9, 459, THRESHOLD_HELD};
    cell->thresholds[1] = (struct result_threshold){&thresholds[1], 0.02, 0, THRESHOLD_FAILED};
    cell->thresholds[2] = (struct result_threshold){&thresholds[2], NAN, 0, THRESHOLD_UNKNOWN};
    cell->thresholds[3] =
        (struct result_threshold){&thresholds[3], 123456789.0 / 7, 0, THRESHOLD_HELD};
    goes_round(&result);
}

static void what_was_not_measured(void **state) {
    (void)state;
    struct arena arena = {0};
    struct result result = make_result(&arena, 2, 1);
    result.interrupted = result.quick = true;
    result.rows = 500;
    result.cells[0] = make_cell("insert", 1, (uint64_t[]){30});
    struct result_round *round = &result.cells[0].rounds[0];
    round->complete = round->checked = round->verified = round->found_known = false;
    round->found = 0;
    round->failed = 3;
    snprintf(round->sqlstate, sizeof round->sqlstate, "23514");
    round->cpu_s = round->wal_bytes = round->server_commits = UNKNOWN;
    observation_free(round->waits);
    round->waits = NULL;
    result.cells[1] = make_cell("copy-text", 0, NULL);
    goes_round(&result);
}

/* 0.1 + 0.2 takes 17 digits, others fewer; a locale with a comma changes nothing. */
static void numbers_survive(void **state) {
    (void)state;
    static const double values[] = {0.1, 0.1 + 0.2, 1.0 / 3, 5,     1e22,
                                    0,   1.5e-9,    5e-324,  1e300, 123456789012345680.0};
    (void)setlocale(LC_NUMERIC, "de_DE.UTF-8");
    json_t *array = json_array();
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        json_array_append_new(array, json_real(values[i]));
    char *text = json_file_text(array);
    json_t *read = json_loads(text, 0, NULL);
    (void)setlocale(LC_NUMERIC, "C");
    assert_non_null(read);
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        const json_t *value = json_array_get(read, i);
        assert_true(json_is_real(value));
        assert_true(json_real_value(value) == values[i]);
    }
    assert_non_null(strstr(text, "\n 0.1,\n 0.30000000000000004,\n"));
    assert_non_null(strstr(text, "\n 5.0,\n"));
    json_decref(read);
    json_decref(array);
    free(text);
}

static void text_is_as_jansson_writes_it(void **state) {
    (void)state;
    json_t *object = json_pack("{s:[], s:{}, s:[i, s, n, b], s:{s:s}}", "none", "empty", "some", -7,
                               "a\"\\\n\x01 größer", 1, "key \"\t", "k", "v");
    char *ours = json_file_text(object), *theirs = json_dumps(object, JSON_INDENT(1));
    assert_string_equal(ours, theirs);
    free(ours);
    free(theirs);
    json_decref(object);
}

/* One error, with the file and the key. */
static void refused(const char *content, const char *where, const char *what) {
    char file[32];
    struct error error = {0};
    struct arena arena = {0};
    struct document document;
    temporary(file);
    FILE *out = fopen(file, "w");
    assert_non_null(out);
    fputs(content, out);
    fclose(out);
    bool ok = document_read(file, &arena, &document, &error);
    unlink(file);
    arena_release(&arena);
    assert_false(ok);
    assert_int_equal(error.exit_code, EXIT_USAGE);
    if (!strstr(error.what, what) || !strstr(error.where, where) || !strstr(error.where, file))
        fail_msg("%s: %s", error.where, error.what);
}

#define HEAD "{\"format\": \"pgwrite/1\", "
#define ROUND HEAD "\"cells\": [{\"path\": \"x\", \"rounds\": [{"

static void faults_are_told_of(void **state) {
    (void)state;
    refused("{\n \"format\": \"pgwr", ":2:", "no JSON");
    refused("[]", "", "no result of pgwrite");
    refused("{\"format\": \"pgwrite/2\"}", "", "\"pgwrite/2\"");
    refused(HEAD "\"study\": \"guess\"}", "", "\"study\" is \"guess\"");
    refused(HEAD "\"cells\": 7}", "", "\"cells\" is no list");
    refused(HEAD "\"cells\": [[]]}", "", "\"cells[0]\" is no object");
    refused(HEAD "\"run\": {\"rounds\": 1e3}}", "", "\"run.rounds\" is no whole number");
    refused(ROUND "\"rows\": -1}]}]}", "", "\"cells[0].rounds[0].rows\" is no whole number");
    refused(ROUND "\"seconds\": -1}]}]}", "", "\"cells[0].rounds[0].seconds\" is no number");
    refused(ROUND "\"rows\": 9000000000000000000}]}]}", "", "too large");
    refused(ROUND "\"histograms\": {\"response\": \"AAAA\"}}]}]}", "",
            "\"cells[0].rounds[0].histograms.response\" is no histogram");
    refused(ROUND "\"lock_waits\": {}, \"time\": {\"cpu\": 0.7, \"lock\": 0.7}}]}]}", "",
            "\"cells[0].rounds[0].time\" has shares of more than the whole");
    refused(ROUND "\"load\": {\"stages\": []}}]}]}", "",
            "\"cells[0].rounds[0].load.stages\" are 0, not 1");
    refused(HEAD "\"workload\": {\"load\": {\"faults\": [{\"do\": \"flood\"}]}}}", "",
            "\"workload.load.faults[0].do\" is \"flood\"");
    refused(HEAD "\"cells\": [{\"batch\": \"9..1\"}]}", "", "\"cells[0].batch\"");
    refused(HEAD "\"thresholds\": [{\"expr\": \"rows > 1\", \"cell\": 3}]}", "",
            "\"thresholds[0]\" is of no cell");
    refused(HEAD "\"cells\": []}", "", "\"run\" is missing");
    refused(HEAD "\"run\": {}, \"workload\": {}, \"server\": {}}", "", "\"cells\" is missing");
    refused(HEAD "\"run\": {}, \"workload\": {}, \"server\": {}, \"cells\": []}", "",
            "\"server.durability\" is missing");
}

static void an_older_file_is_read(void **state) {
    (void)state;
    struct arena arena = {0};
    struct error error = {0};
    struct document document;
    if (!document_read("tests/cli/data/result.json", &arena, &document, &error))
        fail_msg("%s: %s", error.where, error.what);
    assert_string_equal(document.version, "0.1.0");
    assert_string_equal(document.run->workload, "events");
    char *text = printed(document.run);
    assert_non_null(strstr(text, "multirow  "));
    free(text);
    document_release(&document);
    arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_that_a_round_knows),
        cmocka_unit_test(users),
        cmocka_unit_test(stages_steps_tenants_gauges),
        cmocka_unit_test(what_was_not_measured),
        cmocka_unit_test(numbers_survive),
        cmocka_unit_test(text_is_as_jansson_writes_it),
        cmocka_unit_test(faults_are_told_of),
        cmocka_unit_test(an_older_file_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
