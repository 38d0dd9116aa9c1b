/* The pages of ab, compare and tune: what the text says is there, and nothing is made up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ab_by_hand.h"
#include "page_by_hand.h"
#include "result/compare.h"
#include "result/tune.h"

#define EVIL "<script>alert(1)</script>&\"'"
#define HARMLESS "&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;&#39;"

/* ---- ab ---- */

static void show_ab(const struct ab_result *ab) {
    page_open();
    page_ab(&page, ab);
    page_close();
}

static void a_verdict_has_its_intervals_and_pairs(void **state) {
    (void)state;
    struct study study;
    make_study(&study);
    invalidate(&study.ab, 3, "a checkpoint ran in B alone");
    show_ab(&study.ab);
    page_says("<p class=\"verdict fail\"><strong>worse</strong> B is 11.8 % slower (95 % interval "
              "9.9 to 13.6 %, 14 pairs). It "
              "writes 41 % more WAL a row.</p>");
    page_says("as the workload is");
    page_says("schema=v2.sql set.work_mem=8MB");
    page_says("−13.6 to −9.9");
    page_says("1 pair: a checkpoint ran in B alone");
    page_says("Each interval is for its own metric alone");
    page_is_silent_of("id=\"ab-server\"");
    json_t *pairs = chart_of("Pair by pair");
    assert_int_equal(json_array_size(json_object_get(series_of(pairs, "pair"), "points")), 13);
    assert_near(y_of(series_of(pairs, "pair"), 0), -11.8, 1e-4);
    assert_near(y_of(series_of(pairs, "left out"), 0), -11.8, 1e-4);
    json_t *above = mark_of(pairs, "margin: ±5 %"), *below = mark_of(pairs, "");
    assert_near(json_number_value(json_object_get(above, "from")), 5, 1e-6);
    assert_near(json_number_value(json_object_get(below, "from")), -5, 1e-6);
    json_t *all = series_of(pairs, "estimate and 95 % interval");
    assert_near(y_of(all, 0), -11.8, 1e-4);
    assert_near(end_of(all, "low", 0), -13.6, 1e-4);
    json_t *change = series_of(chart_of("Intervals and margin"), "change");
    assert_near(y_of(change, 0), -11.8, 1e-4);
    assert_near(end_of(change, "low", 0), -13.6, 1e-4);
    assert_near(end_of(change, "high", 0), -9.9, 1e-4);
    assert_int_equal(json_array_size(json_object_get(change, "points")), 3);
    page_free();
    release_study(&study);
}

static void without_a_verdict_there_is_no_interval(void **state) {
    (void)state;
    struct study study;
    make_study(&study);
    make_pairs(&study.ab, 2);
    study.ab.compared = false;
    study.ab.interrupted = true;
    study.ab.pairs[0].b.value[COMPARE_ROWS_PER_S] = UNKNOWN;
    show_ab(&study.ab);
    page_says("No verdict: 2 of at least");
    page_is_silent_of("95 % interval");
    json_t *pairs = chart_of("Pair by pair");
    assert_true(isnan(y_of(series_of(pairs, "pair"), 0)));
    assert_near(y_of(series_of(pairs, "pair"), 1), -11.8, 1e-4);
    assert_int_equal(json_array_size(json_object_get(pairs, "marks")), 0);
    assert_null(named(page.charts, "title", "Intervals and margin"));
    page_free();
    study.ab.pair_count = 0;
    show_ab(&study.ab);
    assert_int_equal(json_array_size(page.charts), 0);
    page_free();
    release_study(&study);
}

static void what_differs_on_the_server_is_told_whole(void **state) {
    (void)state;
    struct study study;
    struct ab_difference differences[30];
    const char *unexplained[] = {"pg_walinspect: " EVIL};
    make_study(&study);
    study.ab.explained = true;
    show_ab(&study.ab);
    page_says("id=\"ab-server\"");
    page_says("<p>Nothing.</p>");
    page_free();
    for (size_t i = 0; i < 30; i++)
        differences[i] = (struct ab_difference){
            .kind = AB_WAIT, .name = i == 29 ? EVIL : "IO:WalSync", .a = 0.1, .b = 0.2};
    study.ab.differences = differences;
    study.ab.difference_count = 30;
    study.ab.unexplained = unexplained;
    study.ab.unexplained_count = 1;
    show_ab(&study.ab);
    assert_int_equal(page_count("+10.0 points"), 30);
    assert_int_equal(page_count(HARMLESS), 2);
    page_free();
    release_study(&study);
}

static void texts_from_outside_are_escaped(void **state) {
    (void)state;
    struct study study;
    const char *warnings[] = {EVIL};
    make_study(&study);
    study.ab.a_variant = study.ab.b_variant = study.ab.cell = EVIL;
    study.ab.warnings = warnings;
    study.ab.warning_count = 1;
    invalidate(&study.ab, 0, EVIL);
    show_ab(&study.ab);
    assert_int_equal(page_count(HARMLESS), 5);
    page_free();
    release_study(&study);
}

/* ---- compare ---- */

enum { RESULTS = 10 };
static struct stored_result stored[RESULTS];
static struct compare_cell cells[2];
static struct compare_point points[RESULTS];
static struct compare_change change;
static const struct stored_result *base[3];
static struct compare_result compare;

/* Nine nights and NEW; from the sixth on it is slower. */
static int start_compare(void **state) {
    (void)state;
    for (size_t i = 0; i < RESULTS; i++) {
        stored[i] = (struct stored_result){.file = "night.json",
                                           .started_at = "2026-11-14T03:00:00Z",
                                           .version = "0.1.0",
                                           .server_version = "15.20 (Debian)",
                                           .durability = "durable"};
        points[i] = (struct compare_point){&stored[i], i < 6 ? 1000 : 900};
    }
    for (size_t i = 0; i < 3; i++)
        base[i] = &stored[6 + i];
    change = (struct compare_change){6, -0.1};
    cells[0] = (struct compare_cell){.name = "insert",
                                     .base = base,
                                     .base_count = 3,
                                     .comparison = make_comparison(),
                                     .points = points,
                                     .point_count = RESULTS,
                                     .changes = &change,
                                     .change_count = 1};
    found(&cells[0].comparison, COMPARE_ROWS_PER_S, -0.13, -0.11, -0.09, VERDICT_WORSE);
    cells[1] = cells[0];
    cells[1].name = "copy";
    compare = (struct compare_result){.results = stored,
                                      .result_count = RESULTS,
                                      .metric = COMPARE_ROWS_PER_S,
                                      .margin = 0.05,
                                      .cells = cells,
                                      .cell_count = 1};
    return 0;
}

static void show_compare(void) {
    page_open();
    page_compare(&page, &compare);
    page_close();
}

static void a_history_shows_where_its_level_changes(void **state) {
    (void)state;
    show_compare();
    page_says("<p class=\"verdict fail\"><strong>worse</strong> NEW is 11 % slower");
    page_says("rows/s of 10 results since 2026-11-14 03:00: one change of level");
    page_says("2026-11-14 03:00, night.json: −10.0 %");
    page_says("3 results from night.json to night.json");
    page_says("The rounds of a session show");
    page_is_silent_of("the worst decides");
    json_t *history = chart_of("History"), *level = series_of(history, "level");
    assert_near(y_of(series_of(history, "rows/s"), 9), 900, 0);
    assert_near(y_of(level, 5), 1000, 0);
    assert_near(y_of(level, 6), 900, 0);
    json_t *mark = mark_of(history, "2026-11-14 03:00, night.json: −10.0 %");
    assert_near(json_number_value(json_object_get(mark, "from")), 6, 0);
    json_t *old = mark_of(history, "OLD");
    assert_near(json_number_value(json_object_get(old, "from")), 6, 0);
    assert_near(json_number_value(json_object_get(old, "to")), 8, 0);
    page_free();
}

static void several_cells_have_a_table_and_a_section_each(void **state) {
    (void)state;
    compare.cell_count = 2;
    show_compare();
    page_says("2 cells: 2 worse; the worst decides.");
    page_says("Each cell has its own interval");
    assert_int_equal(page_count("<section"), 4);
    assert_int_equal(page_count("<strong>worse</strong>"), 3);
    page_free();
}

static void two_results_have_no_history(void **state) {
    (void)state;
    compare.result_count = 2;
    cells[0].point_count = cells[0].change_count = 0;
    cells[0].comparison = make_comparison();
    cells[0].comparison.findings[COMPARE_ROWS_PER_S].count = 3;
    show_compare();
    page_says("Inconclusive: ");
    page_is_silent_of("change of level");
    assert_int_equal(json_array_size(page.charts), 0);
    page_free();
}

static void names_of_files_and_cells_are_escaped(void **state) {
    (void)state;
    const char *warnings[] = {EVIL};
    struct compare_single single = {.name = EVIL, .in_new = true};
    compare.warnings = warnings;
    compare.singles = &single;
    compare.warning_count = compare.single_count = 1;
    stored[9].file = stored[9].version = stored[9].server_version = stored[9].durability = EVIL;
    cells[0].name = EVIL;
    show_compare();
    assert_int_equal(page_count(HARMLESS), 7);
    page_says(HARMLESS ": only in NEW");
    page_free();
}

/* ---- tune ---- */

static struct tune_setting settings[3];
static struct ab_result winner;
static struct server_facts server;
static struct result block;
static struct tune_result tune;

static int start_tune(void **state) {
    (void)state;
    const struct tune_setting made[] = {
        {.name = "synchronous_commit",
         .present = "on",
         .context = "session",
         .durability = "async-commit",
         .cost = "a crash loses commits",
         .outcome = TUNE_RECOMMENDED,
         .value = EVIL,
         .screened = true,
         .effect = 0.2,
         .effect_error = UNKNOWN,
         .compared = true},
        {.name = "wal_recycle",
         .present = "on",
         .outcome = TUNE_NO_MATTER,
         .value = "off",
         .screened = true,
         .effect = -0.02,
         .effect_error = 0.01},
        {.name = "shared_buffers", .present = "128MB", .why = EVIL, .outcome = TUNE_NOT_TRIED},
    };
    memcpy(settings, made, sizeof made);
    settings[0].comparison = settings[1].comparison = make_comparison();
    found(&settings[0].comparison, COMPARE_ROWS_PER_S, 0.10, 0.20, 0.30, VERDICT_BETTER);
    winner = (struct ab_result){.compared = true, .comparison = make_comparison()};
    found(&winner.comparison, COMPARE_ROWS_PER_S, 0.35, 0.40, 0.45, VERDICT_BETTER);
    server = (struct server_facts){.version = "15.1"};
    block = (struct result){.started_at = "2026-03-01T03:00:00Z"};
    tune = (struct tune_result){.block = &block,
                                .workload = "events",
                                .cell = "insert, pool 2",
                                .server = &server,
                                .metric = COMPARE_ROWS_PER_S,
                                .margin = 0.05,
                                .budget_s = 60,
                                .seconds = 50,
                                .settings = settings,
                                .setting_count = 3,
                                .measured = true,
                                .confirmed = true,
                                .winner = &winner,
                                .recovery_present_s = 1,
                                .recovery_tuned_s = 2,
                                .memory_present_bytes = UNKNOWN,
                                .memory_tuned_bytes = UNKNOWN};
    return 0;
}

static void show_tune(void) {
    page_open();
    page_tune(&page, &tune);
    page_close();
}

static void recommended_settings_can_be_copied(void **state) {
    (void)state;
    show_tune();
    page_says("<pre class=\"command\" tabindex=\"0\"># Found by pgwrite tune on 2026-03-01: "
              "workload events");
    page_says("\nsynchronous_commit = &#39;&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;&#39;"
              "&#39;&#39;\n</pre>");
    page_says("Confirmed: with all of it the throughput in rows is 40 % more");
    page_says("async-commit: a crash may lose commits");
    page_says("PGTune&#39;s rules were not measured.");
    page_says("the server was back in 1 s with the present settings");
    page_says("<h3>Did not help</h3>");
    page_says("<li>wal_recycle = off: −2.0 % ± 1.0 in the screening</li>");
    page_says("<li>shared_buffers: " HARMLESS "</li>");
    page_is_silent_of("Shared memory");
    json_t *effects = chart_of("Effect of each setting");
    json_t *own = series_of(effects, "by its own comparison");
    assert_int_equal(json_array_size(json_object_get(own, "points")), 1);
    assert_near(y_of(own, 0), 20, 1e-4);
    assert_near(end_of(own, "low", 0), 10, 1e-4);
    json_t *screened = series_of(effects, "in the screening");
    assert_true(isnan(end_of(screened, "low", 0)));
    assert_near(y_of(screened, 1), -2, 1e-4);
    assert_near(end_of(screened, "low", 1), -3, 1e-4);
    json_t *labels = json_object_get(json_object_get(effects, "x"), "labels");
    assert_int_equal(json_array_size(labels), 2);
    page_free();
}

static void nothing_recommended_is_no_empty_section(void **state) {
    (void)state;
    settings[0].outcome = TUNE_NOT_PROVED;
    tune.winner = NULL;
    tune.interrupted = true;
    tune.recovery_present_s = UNKNOWN;
    show_tune();
    page_says("Interrupted: nothing is confirmed, and nothing is recommended.");
    page_says("<h3>Best so far, unconfirmed</h3>");
    page_is_silent_of("<pre");
    page_is_silent_of("tune-confirmed");
    page_is_silent_of("After a crash");
    page_free();
    tune.setting_count = 0;
    show_tune();
    page_is_silent_of("tune-settings");
    assert_int_equal(json_array_size(page.charts), 0);
    page_free();
}

static void pgtunes_rules_have_a_section_where_they_were_measured(void **state) {
    (void)state;
    struct ab_result pgtune = winner;
    tune.pgtune = &pgtune;
    tune.pgtune_settings = "shared_buffers=6GB";
    show_tune();
    page_says("id=\"tune-pgtune\"");
    page_says("Its rules give: shared_buffers=6GB.");
    page_free();
    pgtune.compared = false;
    show_tune();
    page_is_silent_of("tune-pgtune");
    page_free();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_verdict_has_its_intervals_and_pairs),
        cmocka_unit_test(without_a_verdict_there_is_no_interval),
        cmocka_unit_test(what_differs_on_the_server_is_told_whole),
        cmocka_unit_test(texts_from_outside_are_escaped),
        cmocka_unit_test_setup(a_history_shows_where_its_level_changes, start_compare),
        cmocka_unit_test_setup(several_cells_have_a_table_and_a_section_each, start_compare),
        cmocka_unit_test_setup(two_results_have_no_history, start_compare),
        cmocka_unit_test_setup(names_of_files_and_cells_are_escaped, start_compare),
        cmocka_unit_test_setup(recommended_settings_can_be_copied, start_tune),
        cmocka_unit_test_setup(nothing_recommended_is_no_empty_section, start_tune),
        cmocka_unit_test_setup(pgtunes_rules_have_a_section_where_they_were_measured, start_tune),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
