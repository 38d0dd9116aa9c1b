/* Sizing's page: what the text says is there, with its charts, and nothing is made up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "page_by_hand.h"
#include "size_by_hand.h"

static void show(void) {
    page_open();
    page_size(&page, &size);
    page_close();
}

static void the_answer_comes_first(void **state) {
    (void)state;
    show();
    page_says("<p class=\"lead\">It fits: 57.9 rows/s are needed at the peak");
    page_says("Use a pool of 8 connections.");
    page_says("by a soak of 1 min 35 s across 3 checkpoints");
    page_says("Universal Scalability Law: contention 0.2 (0.17 to 0.23)");
    page_says("the fewest that do 95 %");
    page_says("p99(response) was 212 ms, more than 50 ms, and the lag grew");
    page_says("47.1 ms (81.3 ms)");
    page_says("What a server for 57.9 rows/s must have");
    page_says("day and night");
    page_is_silent_of("####");
    page_is_silent_of("Prediction");
    page_free();
}

static void the_pools_curve_has_points_law_and_marks(void **state) {
    (void)state;
    show();
    json_t *chart = chart_of("What a pool can do");
    assert_int_equal(json_array_size(json_object_get(series_of(chart, "round"), "points")), 14);
    json_t *median = series_of(chart, "median");
    assert_near(y_of(median, 0), 475, 0);
    json_t *law = series_of(chart, "Universal Scalability Law");
    size_t last = json_array_size(json_object_get(law, "points")) - 1;
    assert_near(y_of(law, 0), 475, 0.1);
    assert_near(y_of(law, last), usl_at(&size.fit.law, 64), 0.1);
    json_t *use = mark_of(chart, "to use: 8"), *peak = mark_of(chart, "peak by the law: 45");
    assert_near(json_number_value(json_object_get(use, "from")), 8, 0);
    assert_near(json_number_value(json_object_get(peak, "from")), usl_peak(&size.fit.law), 1e-3);
    assert_non_null(mark_of(chart, "enough: 7 to 10"));
    page_free();
}

static void rates_are_drawn_by_verdict(void **state) {
    (void)state;
    show();
    json_t *chart = chart_of("p99(response) < 50ms");
    json_t *fails = series_of(chart, "fails"), *soak = series_of(chart, "holds, soak");
    assert_int_equal(json_array_size(json_object_get(fails, "points")), 2);
    assert_int_equal(json_array_size(json_object_get(series_of(chart, "holds"), "points")), 2);
    assert_near(y_of(fails, 1), 47.1, 1e-3);
    assert_near(end_of(fails, "high", 1), 81.3, 1e-3);
    assert_near(y_of(soak, 0), 33.9, 1e-3);
    json_t *limit = mark_of(chart, "p99(response) < 50ms");
    assert_near(json_number_value(json_object_get(limit, "from")), 50, 1e-9);
    assert_non_null(mark_of(chart, "capacity: 1,170 rows/s"));
    assert_null(series_of(chart, "unsure"));
    assert_null(named(page.charts, "title", "errors < 0.1%"));
    page_free();
}

static void a_need_that_is_short_has_its_prediction_labelled(void **state) {
    (void)state;
    show();
    page_says("It does not fit: 2,315 rows/s are needed");
    page_says("<h3>Prediction, not measured: on a disk with flushes of 4 ms");
    page_says("would not fit");
    page_says("the Universal Scalability Law is not used");
    page_says("With 10 rows a commit the need is");
    page_says("the disk flushes in 81 µs");
    assert_null(series_of(chart_of("What a pool can do"), "Universal Scalability Law"));
    json_t *sizes = chart_of("Rows a second by batch size");
    assert_near(y_of(series_of(sizes, "at most"), 1), 11800, 0);
    assert_non_null(mark_of(sizes, "needed: 2,315 rows/s"));
    page_free();
}

static void an_interrupted_study_shows_what_it_has(void **state) {
    (void)state;
    static const char *const absent[] = {"id=\"size-batches\"", "id=\"size-requirements\"",
                                         "id=\"size-prediction\""};
    show();
    page_says("Interrupted: this is what was found until then.");
    page_says("not found");
    page_says("; not reached: soak");
    for (size_t i = 0; i < COUNT(absent); i++)
        page_is_silent_of(absent[i]);
    json_t *chart = chart_of("p99(response) < 50ms");
    assert_int_equal(json_array_size(json_object_get(chart, "marks")), 1);
    page_free();
    size.level_count = size.probe_count = 0;
    size.pool = 0;
    size.closed_per_s = size.low_per_s = size.high_per_s = UNKNOWN;
    show();
    assert_int_equal(page_count("<section"), 2);
    assert_int_equal(json_array_size(page.charts), 0);
    page_free();
}

static void unknown_figures_are_gaps(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(levels); i++)
        levels[i].p99_s = UNKNOWN;
    levels[1].commits_per_s = levels[9].commits_per_s = UNKNOWN;
    probe_slos[0][0].value = probe_slos[0][0].worst = NAN;
    probes[1].slos = NULL;
    show();
    json_t *chart = chart_of("What a pool can do"), *rates = chart_of("p99(response) < 50ms");
    assert_true(isnan(y_of(series_of(chart, "median"), 0)));
    assert_true(isnan(y_of(series_of(chart, "round"), 1)));
    assert_true(isnan(y_of(series_of(chart, "p99 response"), 0)));
    assert_true(isnan(y_of(series_of(rates, "fails"), 0)));
    assert_int_equal(json_array_size(json_object_get(series_of(rates, "holds"), "points")), 1);
    page_free();
}

static void texts_from_outside_are_escaped(void **state) {
    (void)state;
    static const char evil[] = "<script>&\"'", harmless[] = "&lt;script&gt;&amp;&quot;&#39;";
    slos[0].text = probes[0].why = size.short_of = size.workload = size.cell = evil;
    size.pool_cause.evidence = size.unconfirmed = evil;
    size.confirmed = false;
    size.fits = SIZE_UNDECIDED;
    warnings[0] = evil;
    size.warnings = warnings;
    size.warning_count = 1;
    command[2] = evil;
    show();
    command[2] = "workloads/analytics.yaml";
    assert_true(page_count(harmless) >= 10);
    assert_non_null(chart_of(evil));
    page_free();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_answer_comes_first, make_fitting),
        cmocka_unit_test_setup(the_pools_curve_has_points_law_and_marks, make_fitting),
        cmocka_unit_test_setup(rates_are_drawn_by_verdict, make_fitting),
        cmocka_unit_test_setup(a_need_that_is_short_has_its_prediction_labelled, make_short),
        cmocka_unit_test_setup(an_interrupted_study_shows_what_it_has, make_interrupted),
        cmocka_unit_test_setup(unknown_figures_are_gaps, make_fitting),
        cmocka_unit_test_setup(texts_from_outside_are_escaped, make_fitting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
