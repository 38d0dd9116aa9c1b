/* What a run shows to Prometheus: the board, the text, the address. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "report/board_metrics.h"
#include "report/metrics_listen.h"
#include "report/metrics_server.h"
#include "result/board.h"

static const struct workload_query gauge_queries[] = {{.name = "queue \"a\\b\"\n"},
                                                      {.name = "unknown"}};
static const struct board_machine no_machine = {UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN};

static struct load_interval interval_of(uint64_t commits) {
    return (struct load_interval){.length_s = 0.5,
                                  .rows = commits * 10,
                                  .commits = commits,
                                  .errors = 3,
                                  .failed = 2,
                                  .asked = commits + 2,
                                  .p99_ns = 5 * NS_PER_MS};
}

static void begin(struct board *board) {
    board_begin(board, &(struct board_round){.workload = "events",
                                             .path = "insert",
                                             .server_version = "15.1",
                                             .durability = "durable",
                                             .pool = 4,
                                             .batch = {5, 15},
                                             .label = "1/2",
                                             .gauges = gauge_queries,
                                             .gauge_count = 2,
                                             .max_connections = 100});
}

static void update(struct board *board, const struct load_interval *intervals, size_t count,
                   int64_t checkpoints) {
    const struct load_progress load = {
        .intervals = intervals, .count = count, .busy = 3, .open = 4, .waiting = 7};
    const struct sampler_live sampled = {
        .lock_share = UNKNOWN, .wal_bytes_per_s = 1000, .checkpoints_done = checkpoints};
    const double gauges[] = {5, NAN};
    board_update(board, &(struct board_now){.load = &load,
                                            .stage = "peak",
                                            .left_s = UNKNOWN,
                                            .sampled = &sampled,
                                            .gauges = gauges});
}

static char *expose(struct board *board, bool openmetrics) {
    static char *text;
    static size_t size;
    struct board_state state;
    struct exposition exposition;
    FILE *out = open_memstream(&text, &size);
    board_read(board, &state);
    exposition_init(&exposition, out, openmetrics);
    board_metrics(&state, &no_machine, &exposition);
    fclose(out);
    return text;
}

static void has(const char *text, const char *part) {
    if (!strstr(text, part))
        fail_msg("no %s in\n%s", part, text);
}

static void lacks(const char *text, const char *part) {
    if (strstr(text, part))
        fail_msg("%s is in\n%s", part, text);
}

static void counters_grow_over_rounds(void **unused) {
    struct board *board = board_new();
    const struct load_interval intervals[] = {interval_of(100), interval_of(50), interval_of(7)};
    struct board_state state;
    (void)unused;
    begin(board);
    update(board, intervals, 1, 1);
    update(board, intervals, 2, 2);
    update(board, intervals, 2, 2);
    board_end(board, intervals, 3);
    board_read(board, &state);
    assert_int_equal(state.commits, 157);
    assert_int_equal(state.rows, 1570);
    assert_int_equal(state.failed, 6);
    assert_int_equal(state.errors, 9);
    assert_int_equal(state.asked, 163);
    assert_int_equal(state.rounds, 1);
    begin(board);
    update(board, intervals, 1, 1);
    board_read(board, &state);
    assert_int_equal(state.commits, 257);
    assert_int_equal(state.checkpoints, 3);
    board_free(board);
}

static void a_board_that_nobody_has_is_no_fault(void **unused) {
    (void)unused;
    board_begin(NULL, NULL);
    board_update(NULL, NULL);
    board_end(NULL, NULL, 0);
    board_free(NULL);
}

static void openmetrics_text(void **unused) {
    struct board *board = board_new();
    const struct load_interval intervals[] = {interval_of(100)};
    (void)unused;
    begin(board);
    update(board, intervals, 1, 0);
    char *text = expose(board, true);
    has(text, "# TYPE pgwrite_rows counter\n# HELP pgwrite_rows ");
    has(text, "\npgwrite_rows_total 1000\n");
    has(text, "# TYPE pgwrite_cell info\n");
    has(text, "pgwrite_cell_info{workload=\"events\",path=\"insert\",pool=\"4\",batch=\"5..15\","
              "round=\"1/2\",stage=\"peak\",server_version=\"15.1\",durability=\"durable\"} 1\n");
    has(text, "# UNIT pgwrite_interval_response_seconds seconds\n");
    has(text, "pgwrite_interval_response_seconds{quantile=\"0.99\"} 0.005\n");
    has(text, "\npgwrite_interval_commits_per_second 200\n");
    has(text, "\npgwrite_connections_busy 3\n");
    has(text, "\npgwrite_server_connections_limit 100\n");
    has(text, "\npgwrite_workload_value{gauge=\"queue \\\"a\\\\b\\\"\\n\"} 5\n");
    assert_string_equal(text + strlen(text) - strlen("# EOF\n"), "# EOF\n");
    /* Unknown is nothing at all, not even a name. */
    lacks(text, "quantile=\"0.5\"");
    lacks(text, "pgwrite_lock_wait_ratio");
    lacks(text, "pgwrite_left_seconds");
    lacks(text, "gauge=\"unknown\"");
    lacks(text, "cpu_seconds");
    free(text);
    board_free(board);
}

static void text_of_version_0_0_4(void **unused) {
    struct board *board = board_new();
    const struct load_interval intervals[] = {interval_of(100)};
    (void)unused;
    begin(board);
    update(board, intervals, 1, 0);
    char *text = expose(board, false);
    has(text, "# TYPE pgwrite_rows_total counter\n# HELP pgwrite_rows_total ");
    has(text, "# TYPE pgwrite_cell_info gauge\n");
    lacks(text, "# UNIT");
    lacks(text, "# EOF");
    free(text);
    board_free(board);
}

/* Between two rounds nothing is busy, and nothing is 0 either. */
static void nothing_is_made_up(void **unused) {
    struct board *board = board_new();
    const struct load_interval intervals[] = {interval_of(100)};
    (void)unused;
    char *text = expose(board, true);
    has(text, "\npgwrite_loading 0\n");
    lacks(text, "pgwrite_connections_busy");
    lacks(text, "pgwrite_cell_info");
    free(text);
    begin(board);
    text = expose(board, true);
    lacks(text, "pgwrite_connections_busy");
    free(text);
    update(board, intervals, 1, 0);
    board_end(board, intervals, 1);
    text = expose(board, true);
    has(text, "\npgwrite_loading 0\n");
    has(text, "\npgwrite_rows_total 1000\n");
    lacks(text, "pgwrite_connections_busy");
    lacks(text, "pgwrite_interval");
    lacks(text, "pgwrite_workload_value");
    free(text);
    board_free(board);
}

static void what_is_accepted(void **unused) {
    (void)unused;
    assert_true(metrics_accepts_openmetrics(
        "application/openmetrics-text; version=1.0.0,application/openmetrics-text; "
        "version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"));
    assert_true(metrics_accepts_openmetrics("text/plain, application/openmetrics-text"));
    assert_true(metrics_accepts_openmetrics(
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5"));
    assert_false(metrics_accepts_openmetrics("application/openmetrics-text; version=0.0.1"));
    assert_false(metrics_accepts_openmetrics("application/openmetrics-text; q=0"));
    assert_false(metrics_accepts_openmetrics("application/openmetrics-texts"));
    assert_false(metrics_accepts_openmetrics("text/plain, */*"));
    assert_false(metrics_accepts_openmetrics(""));
    assert_false(metrics_accepts_openmetrics(NULL));
}

static void addresses(void **unused) {
    static const char *const wrong[] = {
        "9188",      ":9188",      "127.0.0.1:", "localhost", "::1:9188", "[::1]",   "[]:9188",
        "[::1:9188", "host:65536", "host:9188 ", "host:http", "",         "host:-1", "[::1]x:9188"};
    struct listen_address address;
    (void)unused;
    struct error error = {0};
    assert_true(listen_parse("127.0.0.1:9188", &address, &error));
    assert_string_equal(address.host, "127.0.0.1");
    assert_string_equal(address.port, "9188");
    assert_true(listen_parse("[::1]:0", &address, &error));
    assert_string_equal(address.host, "::1");
    assert_string_equal(address.port, "0");
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        error = (struct error){0};
        if (listen_parse(wrong[i], &address, &error))
            fail_msg("\"%s\" was taken", wrong[i]);
        assert_int_equal(error.exit_code, EXIT_USAGE);
        assert_true(*error.hint);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counters_grow_over_rounds),
        cmocka_unit_test(a_board_that_nobody_has_is_no_fault),
        cmocka_unit_test(openmetrics_text),
        cmocka_unit_test(text_of_version_0_0_4),
        cmocka_unit_test(nothing_is_made_up),
        cmocka_unit_test(what_is_accepted),
        cmocka_unit_test(addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
