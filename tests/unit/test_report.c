/* The table and the sentences, from results made by hand: what is not known is a dash, what is thin
 * says so, what failed does not look like success. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "report/text.h"

/* A round of 3 s with as many commits of 1 ms as are asked for, 100 rows each. */
static struct result_round make_round(uint64_t commits) {
    struct result_round round = {.complete = true,
                                 .seconds = 3,
                                 .rows = commits * 100,
                                 .commits = commits,
                                 .committed = commits,
                                 .acknowledged = commits * 100,
                                 .found = commits * 100,
                                 .found_known = true,
                                 .verified = true,
                                 .wal_bytes = (double)commits * 30000,
                                 .cpu_s = 0.3,
                                 .server_commits = (double)commits + 5,
                                 .deadlocks = UNKNOWN,
                                 .heap_bytes = UNKNOWN,
                                 .index_bytes = UNKNOWN,
                                 .response = histogram_new(),
                                 .statement = histogram_new()};
    for (uint64_t i = 0; i < commits; i++)
        histogram_record(round.response, NS_PER_MS);
    round.waits = calloc(1, sizeof *round.waits);
    round.waits->samples = 100;
    round.waits->valid = true;
    round.waits->event_count = 1;
    snprintf(round.waits->events[0].type, sizeof round.waits->events[0].type, "LWLock");
    snprintf(round.waits->events[0].event, sizeof round.waits->events[0].event, "WALWrite");
    round.waits->events[0].share = 0.71;
    return round;
}

static struct result_cell make_cell(const char *path, size_t rounds, const uint64_t *commits) {
    struct result_cell cell = {.path = path,
                               .protocol = "prepared",
                               .pool = 4,
                               .threads = 2,
                               .batch = {100, 100},
                               .rounds = calloc(rounds, sizeof *cell.rounds),
                               .round_count = rounds};
    for (size_t i = 0; i < rounds; i++)
        cell.rounds[i] = make_round(commits[i]);
    return cell;
}

static struct result make_result(struct arena *arena, size_t cells, uint32_t rounds) {
    return (struct result){.arena = arena,
                           .workload = "events",
                           .throwaway = true,
                           .server = {.version = "15.1", .durability_why = ""},
                           .duration_ns = 3 * NS_PER_S,
                           .warmup_ns = NS_PER_S,
                           .rounds = rounds,
                           .cpus = 2,
                           .cells = calloc(cells, sizeof(struct result_cell)),
                           .cell_count = cells};
}

static char *print(struct result *result) {
    char *text;
    size_t size;
    for (size_t i = 0; i < result->cell_count; i++)
        result_cell_summarise(&result->cells[i]);
    FILE *out = open_memstream(&text, &size);
    report_text(result, 0, out);
    fclose(out);
    return text;
}

static void release(struct result *result, char *text) {
    for (size_t i = 0; i < result->cell_count; i++)
        result_cell_release(&result->cells[i]);
    free(result->cells);
    arena_release(result->arena);
    free(text);
}

/* The line of the table that begins with a word. */
static const char *line_of(const char *text, const char *word, char *line, size_t size) {
    const char *at = strstr(text, word);
    assert_non_null(at);
    snprintf(line, size, "%.*s", (int)strcspn(at, "\n"), at);
    return line;
}

static void figures_are_the_rounds_medians(void **state) {
    (void)state;
    struct arena arena = {0};
    struct result result = make_result(&arena, 2, 3);
    result.cells[0] = make_cell("insert", 3, (uint64_t[]){300, 900, 600});
    result.cells[1] = make_cell("multirow", 3, (uint64_t[]){3000, 3300, 2700});
    char *text = print(&result), line[512];
    line_of(text, "insert", line, sizeof line);
    assert_non_null(strstr(line, "20,000"));        /* 600 × 100 / 3 */
    assert_non_null(strstr(line, "10,000–30,000")); /* the other rounds */
    assert_non_null(strstr(line, "71 %"));
    assert_non_null(strstr(line, " 300 ")); /* WAL bytes a row */
    assert_non_null(strstr(line, "1.00"));  /* ms */
    assert_non_null(strstr(line, "✓"));
    assert_non_null(strstr(text, "multirow wrote 5.0× the rows of insert."));
    assert_non_null(strstr(text, "71 % of its time waiting for commit flush"));
    assert_null(strstr(text, "One round a cell"));
    release(&result, text);
}

static void overlapping_rounds_are_not_told_apart(void **state) {
    (void)state;
    struct arena arena = {0};
    struct result result = make_result(&arena, 2, 3);
    result.cells[0] = make_cell("insert", 3, (uint64_t[]){300, 900, 600});
    result.cells[1] = make_cell("unnest", 3, (uint64_t[]){800, 1000, 1200});
    char *text = print(&result);
    assert_non_null(strstr(text, "too close to each other"));
    assert_null(strstr(text, "the rows of"));
    release(&result, text);
}

static void thin_figures_say_so(void **state) {
    (void)state;
    struct arena arena = {0};
    struct result result = make_result(&arena, 1, 1);
    result.cells[0] = make_cell("insert", 1, (uint64_t[]){100});
    result.cells[0].rounds[0].waits->samples = WAIT_SAMPLES_MIN - 1;
    char *text = print(&result), line[512];
    line_of(text, "insert", line, sizeof line);
    assert_non_null(strstr(line, "1.00   ~1.00")); /* p95 has enough of 100, p99 has not */
    assert_non_null(strstr(line, "–"));            /* the shares */
    assert_null(strstr(line, "71 %"));
    assert_null(strstr(text, "commit flush"));
    release(&result, text);
}

static void unknown_is_a_dash(void **state) {
    (void)state;
    struct arena arena = {0};
    struct result result = make_result(&arena, 1, 1);
    result.cells[0] = make_cell("insert", 1, (uint64_t[]){1000});
    result.cells[0].rounds[0].wal_bytes = UNKNOWN;
    result.cells[0].rounds[0].cpu_s = UNKNOWN;
    char *text = print(&result), line[512];
    line_of(text, "insert", line, sizeof line);
    assert_non_null(strstr(line, "–           –  ✓"));
    release(&result, text);
}

static void failure_does_not_look_like_success(void **state) {
    (void)state;
    struct arena arena = {0};
    struct result result = make_result(&arena, 3, 1);
    result.cells[0] = make_cell("insert", 1, (uint64_t[]){1000});
    result.cells[0].rounds[0].verified = false;
    result.cells[1] = make_cell("multirow", 1, (uint64_t[]){1000});
    result.cells[1].rounds[0].complete = false;
    result.cells[2] = make_cell("unnest", 0, NULL);
    char *text = print(&result), line[512];
    assert_non_null(strstr(line_of(text, "insert", line, sizeof line), "✗"));
    assert_non_null(strstr(line_of(text, "multirow", line, sizeof line), "✓ partial"));
    assert_null(strstr(line_of(text, "unnest", line, sizeof line), "✓"));
    assert_null(strstr(text, "all ")); /* nothing is claimed of all rows */
    assert_false(result_ok(&result));
    release(&result, text);
}

static void samples_needed(void **state) {
    (void)state;
    assert_int_equal(report_samples_needed(0.99), 459); /* MLPerf's figure */
    assert_int_equal(report_samples_needed(0.95), 90);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_are_the_rounds_medians),
        cmocka_unit_test(overlapping_rounds_are_not_told_apart),
        cmocka_unit_test(thin_figures_say_so),
        cmocka_unit_test(unknown_is_a_dash),
        cmocka_unit_test(failure_does_not_look_like_success),
        cmocka_unit_test(samples_needed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
