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

#include "report/text.h"
#include "result_by_hand.h"

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
    result.cells[0].rounds[0].verified = false; /* checked, and something is lost */
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

static void wrong_and_unknown_are_told_apart(void **state) {
    (void)state;
    struct arena arena = {0};
    struct result result = make_result(&arena, 3, 2);
    char line[512];
    /* Not looked at to the end. */
    result.cells[0] = make_cell("insert", 2, (uint64_t[]){1000, 1000});
    result.cells[0].rounds[1].checked = result.cells[0].rounds[1].verified = false;
    /* One round found to be wrong, another not looked at. */
    result.cells[1] = make_cell("multirow", 2, (uint64_t[]){1000, 1000});
    result.cells[1].rounds[0].verified = false;
    result.cells[1].rounds[1].checked = result.cells[1].rounds[1].verified = false;
    result.cells[1].rounds[1].complete = false;
    /* Nothing was measured, and yet there is something wrong. */
    result.cells[2] = make_cell("unnest", 1, (uint64_t[]){0});
    result.cells[2].rounds[0].seconds = 0;
    result.cells[2].rounds[0].complete = result.cells[2].rounds[0].verified = false;
    char *text = print(&result);
    line_of(text, "insert", line, sizeof line);
    assert_non_null(strstr(line, "?"));
    assert_null(strstr(line, "✗"));
    assert_non_null(strstr(line_of(text, "multirow", line, sizeof line), "✗ partial"));
    assert_non_null(strstr(line_of(text, "unnest", line, sizeof line), "✗"));
    release(&result, text);
}

/* Where nothing can be counted, nothing is claimed. */
static void what_was_verified_is_said(void **state) {
    (void)state;
    struct workload_statement sql = {.kind = STATEMENT_SQL, .sql = "INSERT INTO other SELECT 1"};
    struct workload_step step = {
        .name = "x", .weight = 1, .statements = &sql, .statement_count = 1};
    const struct workload writes = {.steps = &step, .step_count = 1};
    for (int i = 0; i < 6; i++) {
        struct arena arena = {0};
        struct result result = make_result(&arena, 1, 1);
        result.cells[0] = make_cell("mix", 1, (uint64_t[]){1000});
        struct result_round *round = &result.cells[0].rounds[0];
        round->acknowledged = round->found = i == 0 ? 1000 : 0;
        round->found_known = i < 3 || i == 5;
        round->table_count = 2;
        round->tables = calloc(2, sizeof *round->tables);
        round->tables[0] =
            (struct result_table){.counted = round->found_known, .deleted = i == 2 ? 7 : 0};
        round->tables[1] = (struct result_table){.deleted = 5};
        if (i == 4)
            round->server_commits = UNKNOWN;
        if (i == 5)
            result.load = &writes; /* into a table that is none of the mix's */
        static const char *const said[] = {
            "all 1,000 acknowledged rows are in their tables; 1,000 commits acknowledged, the "
            "server counted 5 more (control queries)",
            "no row was inserted or deleted, and none is missing; 1,000 commits acknowledged, the ",
            "no row was inserted, and none is missing; 1,000 commits acknowledged, the server ",
            "no rows: how many there should be is not known; 1,000 commits acknowledged, the "
            "server counted 5 more",
            "no rows: how many there should be is not known; 1,000 commits acknowledged, the "
            "server's own count is not known\n",
            "no rows: how many there should be is not known; 1,000 commits"};
        char *text = print(&result), line[512];
        const char *at = strstr(text, "verified    ");
        assert_non_null(at);
        assert_int_equal(strncmp(at + strlen("verified    "), said[i], strlen(said[i])), 0);
        bool ticked = strstr(line_of(text, "mix", line, sizeof line), "✓");
        assert_int_equal(ticked, i != 4);
        release(&result, text);
    }
}

static void no_commit_is_no_rate_to_compare(void **state) {
    (void)state;
    struct arena arena = {0};
    struct result result = make_result(&arena, 2, 1);
    char line[512];
    result.cells[0] = make_cell("insert", 1, (uint64_t[]){0});
    result.cells[1] = make_cell("multirow", 1, (uint64_t[]){1000});
    char *text = print(&result);
    /* The whole window without a commit: 0 is what was measured. */
    assert_true(result.cells[0].rows_per_s.median == 0);
    assert_non_null(strstr(line_of(text, "insert", line, sizeof line), " 0 "));
    assert_null(strstr(text, "inf"));
    assert_null(strstr(text, "wrote"));
    release(&result, text);
}

static void lock_waits_are_denied_only_where_sampled(void **state) {
    (void)state;
    for (int thin = 0; thin < 2; thin++) {
        struct arena arena = {0};
        struct result result = make_result(&arena, 2, 1);
        result.cells[0] = make_cell("insert", 1, (uint64_t[]){1000});
        result.cells[1] = make_cell("multirow", 1, (uint64_t[]){2000});
        if (thin)
            result.cells[1].rounds[0].waits->samples = WAIT_SAMPLES_MIN - 1;
        char *text = print(&result);
        assert_non_null(strstr(text, thin ? "below 1 % where there are enough samples."
                                          : "below 1 % in every cell."));
        release(&result, text);
    }
}

static void a_share_that_shows_as_1_is_not_below_it(void **state) {
    (void)state;
    static const struct {
        double share;
        const char *said;
    } cases[] = {{0.0049, "Lock waits stayed below 1 %."},
                 {0.0051, "Lock waits took at most 1 %."},
                 {0.0099, "Lock waits took at most 1 %."},
                 {0.0101, "insert waited for locks 1 % of its time."}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena = {0};
        struct result result = make_result(&arena, 1, 1);
        result.cells[0] = make_cell("insert", 1, (uint64_t[]){1000});
        result.cells[0].rounds[0].waits->lock_share = cases[i].share;
        char *text = print(&result);
        assert_non_null(strstr(text, cases[i].said));
        release(&result, text);
    }
}

static void the_plan_says_what_has_no_fixed_length(void **state) {
    (void)state;
    static const struct {
        struct result plan;
        const char *text;
    } cases[] = {
        {{.mode = "fixed", .warmup_ns = NS_PER_S, .duration_ns = 3 * NS_PER_S, .rounds = 1},
         "1 s warm-up, 3 s measured, 1 round"},
        {{.mode = "steady", .warmup_ns = NS_PER_S, .duration_ns = 3 * NS_PER_S, .rounds = 2},
         "mode steady, 1 s or more warm-up, 3 s measured, 2 rounds"},
        {{.mode = "cycle", .warmup_ns = 0, .duration_ns = 3 * NS_PER_S, .rounds = 5},
         "mode cycle, 0 s warm-up, 3 s or more measured, 5 rounds"},
        {{.mode = "fixed", .rows = 10000, .rounds = 1}, "10,000 rows a cell, 1 round"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct strbuf text = STRBUF_INIT;
        report_plan(&cases[i].plan, &text);
        assert_string_equal(text.text, cases[i].text);
        strbuf_release(&text);
    }
}

static void no_line_ends_in_a_blank(void **state) {
    (void)state;
    struct arena arena = {0};
    struct result result = make_result(&arena, 2, 1);
    result.cells[0] = make_cell("insert", 1, (uint64_t[]){1000});
    result.cells[1] = make_cell("unnest", 1, (uint64_t[]){3000});
    for (size_t i = 0; i < 2; i++)
        result.cells[i].rounds[0].waits->valid = false; /* no sentence follows the first */
    char *text = print(&result);
    assert_non_null(strstr(text, "unnest wrote 3.0× the rows of insert.\nOne round a cell"));
    assert_null(strstr(text, " \n"));
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
        cmocka_unit_test(wrong_and_unknown_are_told_apart),
        cmocka_unit_test(what_was_verified_is_said),
        cmocka_unit_test(no_commit_is_no_rate_to_compare),
        cmocka_unit_test(lock_waits_are_denied_only_where_sampled),
        cmocka_unit_test(a_share_that_shows_as_1_is_not_below_it),
        cmocka_unit_test(the_plan_says_what_has_no_fixed_length),
        cmocka_unit_test(no_line_ends_in_a_blank),
        cmocka_unit_test(samples_needed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
