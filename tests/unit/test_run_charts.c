/* The time line as charts show it: intervals that are merged keep their sums and their worst, and
 * no checkpoint and no error is lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "html/run_charts.h"
#include "result_by_hand.h"

enum { INTERVALS = 1001 };

/* Two checkpoints, one of which is not done at the end; errors in two places. */
static void fill(struct result_round *round) {
    struct observation *waits = round->waits;
    round->intervals = calloc(INTERVALS, sizeof *round->intervals);
    waits->series = calloc(INTERVALS, sizeof *waits->series);
    round->interval_count = waits->series_count = INTERVALS;
    for (size_t i = 0; i < INTERVALS; i++) {
        round->intervals[i] = (struct load_interval){.t_s = (double)i,
                                                     .length_s = 1,
                                                     .rows = i,
                                                     .errors = i == 30 || i == 31 || i == 500,
                                                     .p99_ns = (i == 776 ? 9 : 2) * NS_PER_MS,
                                                     .busy = 1,
                                                     .open = 2,
                                                     .waiting = i == 40 ? 7 : UNKNOWN};
        waits->series[i] = (struct sampled_interval){1, 0.5, i == 3 ? UNKNOWN : 100, 0, 0};
    }
    round->intervals[INTERVALS - 1].length_s = 0.1;
    waits->series[INTERVALS - 1].wal_bytes = 10;
    waits->series[10].checkpoints_begun = waits->series[12].checkpoints_done = 1;
    waits->series[900].checkpoints_begun = 1;
}

static void test_merging(void **state) {
    struct arena arena = {0};
    struct result_cell cell = make_cell("insert", 1, (uint64_t[]){10});
    struct time_line line;
    double rows = 0, errors = 0, p99 = 0, waiting = 0;
    (void)state;
    fill(&cell.rounds[0]);
    time_line_build(&cell.rounds[0], 0, 600, &arena, &line);
    assert_int_equal(line.merged, 2);
    assert_int_equal(line.count, 500);
    for (size_t i = 0; i < line.count; i++) {
        const struct time_point *point = &line.points[i];
        rows += point->rows_per_s * point->length_s;
        errors += point->errors_per_s * point->length_s;
        p99 = point->p99_ms > p99 ? point->p99_ms : p99;
        waiting = point->waiting > waiting ? point->waiting : waiting;
        assert_true(point->p50_ms < 0);
        assert_true(fabs(point->wal_bytes_per_s - 100) < 1e-9 &&
                    fabs(point->lock_share - 0.5) < 1e-9);
    }
    assert_true(fabs(rows - 500500) < 1e-6 && fabs(errors - 3) < 1e-9);
    assert_true(fabs(p99 - 9) < 1e-9 && fabs(waiting - 7) < 1e-9);
    assert_true(fabs(line.points[499].length_s - 2.1) < 1e-9);
    result_cell_release(&cell);
    arena_release(&arena);
}

static void check_mark(const json_t *marks, size_t number, const char *kind, double from, double to,
                       const char *label) {
    const json_t *mark = json_array_get(marks, number);
    assert_string_equal(json_string_value(json_object_get(mark, "kind")), kind);
    assert_string_equal(json_string_value(json_object_get(mark, "label")), label);
    assert_true(fabs(json_number_value(json_object_get(mark, "from")) - from) < 1e-9);
    assert_true(fabs(json_number_value(json_object_get(mark, "to")) - to) < 1e-3);
}

static void test_marks(void **state) {
    struct page page = {.charts = json_array()};
    struct result_cell cell = make_cell("insert", 1, (uint64_t[]){10});
    struct chart chart = chart_begin(&page, CHART_LINES, "t", "e");
    const json_t *marks = json_object_get(chart.object, "marks");
    (void)state;
    fill(&cell.rounds[0]);
    mark_checkpoints(&chart, &cell.rounds[0]);
    mark_errors(&chart, &cell.rounds[0]);
    assert_int_equal(json_array_size(marks), 4);
    check_mark(marks, 0, "checkpoint", 10, 13, "checkpoint");
    check_mark(marks, 1, "checkpoint", 900, 1000.1, "checkpoint, not done by the end");
    check_mark(marks, 2, "error", 30, 32, "2 errors");
    check_mark(marks, 3, "error", 500, 501, "1 error");
    chart_end(&chart);
    assert_int_equal(json_array_size(page.charts), 0);
    json_decref(page.charts);
    result_cell_release(&cell);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_merging),
                                       cmocka_unit_test(test_marks)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
