/* A comparison as a comment of a pull request: it keeps its length, and what is worst comes first.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "comparison_by_hand.h"
#include "report/compare.h"
#include "report/markdown_page.h"

enum { CELLS = 40, RESULTS = 60, CHANGES = 30, MANY = 50 };

static struct stored_result stored[RESULTS];
static struct compare_point points[RESULTS];
static struct compare_change changes[CHANGES];
static struct compare_cell cells[CELLS];
static char names[CELLS][16];
static struct compare_single singles[MANY];
static const char *warnings[MANY];
static const struct stored_result *base[1] = {&stored[0]};
static struct compare_result compare;

/* All of it is there more often than a comment has lines for. */
static int start(void **state) {
    (void)state;
    for (size_t i = 0; i < RESULTS; i++) {
        stored[i] = (struct stored_result){.file = "night.json",
                                           .started_at = "2026-11-14T03:00:00Z",
                                           .version = "0.1.0",
                                           .server_version = "15.20",
                                           .durability = "durable"};
        points[i] = (struct compare_point){&stored[i], 1000};
    }
    for (size_t i = 0; i < CHANGES; i++)
        changes[i] = (struct compare_change){i + 1, (double)(i + 1) / 1000};
    for (size_t i = 0; i < CELLS; i++) {
        snprintf(names[i], sizeof names[i], "cell %zu.", i);
        cells[i] = (struct compare_cell){.name = names[i],
                                         .base = base,
                                         .base_count = 1,
                                         .comparison = make_comparison(),
                                         .points = points,
                                         .point_count = RESULTS,
                                         .changes = changes,
                                         .change_count = CHANGES};
        found(&cells[i].comparison, COMPARE_ROWS_PER_S, 0.09, 0.11, 0.13, VERDICT_BETTER);
    }
    found(&cells[CELLS - 1].comparison, COMPARE_ROWS_PER_S, -0.13, -0.11, -0.09, VERDICT_WORSE);
    for (size_t i = 0; i < MANY; i++) {
        singles[i] = (struct compare_single){.name = "lonely", .in_new = true};
        warnings[i] = "other seed";
    }
    compare = (struct compare_result){.results = stored,
                                      .result_count = RESULTS,
                                      .metric = COMPARE_ROWS_PER_S,
                                      .margin = 0.05,
                                      .cells = cells,
                                      .cell_count = CELLS,
                                      .singles = singles,
                                      .single_count = MANY,
                                      .warnings = warnings,
                                      .warning_count = MANY};
    return 0;
}

static size_t count_in(const char *text, const char *part) {
    size_t count = 0;
    for (; (text = strstr(text, part)); text++)
        count++;
    return count;
}

/* To be freed. */
static char *shown(void) {
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    compare_markdown(&compare, out);
    fclose(out);
    if (count_in(text, "\n") > MARKDOWN_LINES)
        fail_msg("%zu lines:\n%s", count_in(text, "\n"), text);
    assert_int_equal(count_in(text, "<details>"), count_in(text, "</details>"));
    return text;
}

static void the_worst_of_many_cells_is_first(void **state) {
    (void)state;
    char *text = shown();
    const char *worst = strstr(text, "\n| cell 39. |"), *first = strstr(text, "\n| cell 0. |");
    assert_true(strncmp(text, "**40 cells: 1 worse, 39 better; ", 32) == 0);
    assert_true(worst && first && worst < first);
    assert_non_null(strstr(text, "\nand 20 more cells, none with a worse verdict, see the JSON\n"));
    assert_non_null(strstr(text, "- and 46 more lone cells, see the JSON\n"));
    assert_non_null(strstr(text, "- and 45 more warnings, see the JSON\n"));
    free(text);
}

static void few_cells_keep_their_order_and_fold_what_fits(void **state) {
    (void)state;
    compare.single_count = compare.warning_count = 0;
    compare.result_count = 2;
    for (size_t count = 2; count <= 3; count++) {
        compare.cells = &cells[CELLS - count];
        compare.cell_count = count;
        char *text = shown();
        assert_int_equal(count_in(text, "<details>"), 2);
        assert_int_equal(count_in(text, "\nand 1 more in full, see the JSON\n"), count - 2);
        assert_int_equal(count_in(text, "more cell"), 0);
        /* Where there is no room for all, the one that is worse has it. */
        assert_non_null(strstr(text, "<summary>cell 39.<"));
        free(text);
    }
}

static void of_a_long_history_the_latest_changes_are_told(void **state) {
    (void)state;
    compare.cell_count = 1;
    char *text = shown();
    assert_non_null(strstr(text, "- and 25 more earlier changes, see the JSON\n"));
    assert_int_equal(count_in(text, "- changed "), 5);
    assert_non_null(strstr(text, "night.json: +3.0 %\n- OLD is"));
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_worst_of_many_cells_is_first, start),
        cmocka_unit_test_setup(few_cells_keep_their_order_and_fold_what_fits, start),
        cmocka_unit_test_setup(of_a_long_history_the_latest_changes_are_told, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
