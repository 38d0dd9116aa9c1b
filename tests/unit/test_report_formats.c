/* Results as Markdown, CSV and JUnit: what is in them, and that nobody's names break them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "report/format.h"
#include "report/internal.h"
#include "report/markdown_page.h"
#include "report/xml.h"
#include "result_by_hand.h"
#include "size_by_hand.h"

enum { CELLS = 8, STAGES = 3, WARNINGS = 40, THRESHOLDS = 30 };

typedef void write_format(const struct document *documents, size_t count, int width, FILE *out);

static char *shown(write_format *write, const struct document *documents, size_t count) {
    static char *text;
    static size_t bytes;
    FILE *out = open_memstream(&text, &bytes);
    write(documents, count, 0, out);
    fclose(out);
    return text;
}

static struct document document_of(struct result *result) {
    for (size_t i = 0; i < result->cell_count; i++)
        result_cell_summarise(&result->cells[i]);
    return (struct document){
        .kind = DOCUMENT_RUN, .file = "a/b.json", .version = "0.1", .run = result};
}

static size_t count_of(const char *text, const char *part) {
    size_t count = 0;
    for (; (text = strstr(text, part)); text += strlen(part))
        count++;
    return count;
}

static void assert_in(const char *text, const char *part) {
    if (!strstr(text, part))
        fail_msg("no \"%s\" in:\n%s", part, text);
}

/* The field of a column, ",name", in a line (0: the first behind the header) without quotes. */
static const char *field_of(const char *csv, const char *column, size_t line, char *out,
                            size_t bytes) {
    size_t number = 1;
    const char *at = strstr(csv, column);
    assert_non_null(at);
    for (const char *c = csv; c < at; c++)
        number += *c == ',';
    for (size_t i = 0; i <= line; i++) {
        csv = strstr(csv, "\r\n");
        assert_non_null(csv);
        csv += 2;
    }
    for (; number; number--)
        csv += strcspn(csv, ",") + 1;
    snprintf(out, bytes, "%.*s", (int)strcspn(csv, ",\r"), csv);
    return out;
}

static void csv_has_the_figures_and_empty_fields_for_the_unknown(void **state) {
    (void)state;
    struct arena arena = {0};
    struct result result = make_stages_result(&arena);
    struct document document = document_of(&result);
    char *text = shown(format_csv, &document, 1), field[64];
    result.cells[0].rows_per_s.median = 1 / 3.0;
    free(text);
    text = shown(format_csv, &document, 1);
    assert_int_equal(count_of(text, "\r\n"), 6); /* header, cell, 2 stages, 2 steps */
    assert_int_equal(count_of(text, "\n"), 6);
    assert_string_equal(field_of(text, ",workload", 0, field, sizeof field), "events");
    assert_string_equal(field_of(text, ",part", 0, field, sizeof field), "cell");
    assert_string_equal(field_of(text, ",rows_per_s_median", 0, field, sizeof field),
                        "0.3333333333333333");
    assert_string_equal(field_of(text, ",rows_per_s_min", 0, field, sizeof field), "");
    assert_string_equal(field_of(text, ",asked", 0, field, sizeof field), "6000");
    assert_string_equal(field_of(text, ",latency_lag_count", 0, field, sizeof field), "4580");
    assert_string_equal(field_of(text, ",latency_connect_count", 0, field, sizeof field), "");
    assert_string_equal(field_of(text, ",stage,", 2, field, sizeof field), "peak");
    assert_string_equal(field_of(text, ",done_share", 2, field, sizeof field), "0.8");
    assert_string_equal(field_of(text, ",commits,", 2, field, sizeof field), "3600");
    assert_string_equal(field_of(text, ",rows_per_s_median", 2, field, sizeof field), "");
    assert_string_equal(field_of(text, ",part", 4, field, sizeof field), "step");
    release(&result, text);
}

static void names_do_not_break_csv(void **state) {
    (void)state;
    struct arena arena = {0};
    struct result result = make_result(&arena, 1, 1);
    result.cells[0] = make_cell("insert", 1, (uint64_t[]){10});
    result.workload = "a \"b\",\r\n<script>";
    struct document document = document_of(&result);
    char *text = shown(format_csv, &document, 1);
    assert_in(text, "a/b.json,,,\"a \"\"b\"\",\r\n<script>\",0,insert,");
    static const char *const formulas[] = {"=1+1", "+1", "-1", "@a", "\tb"};
    for (size_t i = 0; i < COUNT(formulas); i++) {
        char wanted[32];
        free(text);
        result.workload = formulas[i];
        text = shown(format_csv, &document, 1);
        snprintf(wanted, sizeof wanted, ",,'%s,0,insert,", formulas[i]);
        assert_in(text, wanted);
    }
    release(&result, text);
}

static void the_series_knows_its_stages(void **state) {
    (void)state;
    struct arena arena = {0};
    char field[64];
    struct result result = make_stages_result(&arena);
    struct result_round *round = &result.cells[0].rounds[0];
    round->load.stage_seconds[0] = 1.5;
    struct document document = document_of(&result);
    char *text = shown(format_csv_series, &document, 1);
    assert_int_equal(count_of(text, "\r\n"), 4);
    assert_string_equal(field_of(text, ",stage", 0, field, sizeof field), "calm");
    assert_string_equal(field_of(text, ",stage", 1, field, sizeof field), "peak");
    assert_string_equal(field_of(text, ",in_window", 2, field, sizeof field), "true");
    assert_string_equal(field_of(text, ",p95_us", 0, field, sizeof field), "2000");
    assert_string_equal(field_of(text, ",p99_us", 0, field, sizeof field), "");
    assert_string_equal(field_of(text, ",gauges_queue_depth", 1, field, sizeof field), "30");
    assert_string_equal(field_of(text, ",gauges_queue_depth", 2, field, sizeof field), "");
    assert_string_equal(field_of(text, ",waiting", 2, field, sizeof field), "");
    release(&result, text);
}

static void xml_has_no_character_that_it_forbids(void **state) {
    (void)state;
    static const struct {
        const char *text, *xml;
    } cases[] = {
        {"<a b=\"1\">&", "&lt;a b=&quot;1&quot;&gt;&amp;"},
        {"\t\n\r", "&#9;&#10;&#13;"},
        {"a\x01\x1f"
         "b",
         "a\xef\xbf\xbd\xef\xbf\xbd"
         "b"},
        {"µ–😀", "µ–😀"},
        {"\xff\xc3", "\xef\xbf\xbd\xef\xbf\xbd"},
        {"\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd"},                                 /* too long */
        {"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},                 /* a surrogate */
        {"\xef\xbf\xbe", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},                 /* U+FFFE */
        {"\xf4\x90\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"}, /* beyond */
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct strbuf out = STRBUF_INIT;
        xml_add(&out, cases[i].text);
        assert_string_equal(out.text, cases[i].xml);
        strbuf_release(&out);
    }
}

static void junit_counts_what_failed_and_what_is_not_known(void **state) {
    (void)state;
    struct arena arena = {0};
    struct result result = make_stages_result(&arena);
    struct document document = document_of(&result);
    char *text = shown(format_junit, &document, 1);
    assert_in(text, " timestamp=\"2025-01-02T03:04:05\" ");
    assert_in(text, " tests=\"6\" failures=\"1\" errors=\"0\" skipped=\"1\" time=\"3.000\">");
    assert_in(text, "<testcase classname=\"events, mix\" name=\"errors &lt; 1%\" time=\"0.000\">\n"
                    "      <failure type=\"threshold\" message=\"it is 2 %; the limit is 1 %\"/>");
    assert_in(text, "<skipped message=\"not known, ");
    result.quick = true;
    free(text);
    text = shown(format_junit, &document, 1);
    assert_in(text, " failures=\"0\" errors=\"0\" skipped=\"3\" ");
    result.quick = false;
    result.cells[0].rounds[0].verified = false;
    result.cells[0].rounds[0].lost = 2;
    result.cells[0].complete = result.cells[0].verified = false;
    free(text);
    text = shown(format_junit, &document, 1);
    assert_in(text, " failures=\"2\" errors=\"1\" skipped=\"1\" ");
    assert_in(text, "message=\"acknowledged rows lost: 2\"");
    release(&result, text);
}

static void sizing_fails_where_the_need_is_too_much(void **state) {
    struct document document = {.kind = DOCUMENT_SIZE, .size = &size};
    make_fitting(state);
    char *text = shown(format_junit, &document, 1);
    assert_in(text, " tests=\"3\" failures=\"0\" errors=\"0\" skipped=\"1\" time=\"284.400\">");
    free(text);
    make_short(state);
    text = shown(format_junit, &document, 1);
    assert_in(text, " failures=\"1\" ");
    assert_in(text, "<failure type=\"need\" message=\"2,315 rows/s are needed");
    free(text);
    text = shown(format_markdown, &document, 1);
    assert_true(strncmp(text, "**It does not fit: 2,315 rows/s", 31) == 0);
    assert_in(text, "- WAL: ");
    assert_true(count_of(text, "\n") <= MARKDOWN_LINES);
    assert_int_equal(count_of(text, "<details>"), count_of(text, "</details>"));
    free(text);
}

/* 8 cells of 3 stages, 30 thresholds each, of which one in seven failed, and 40 warnings. */
static struct workload_stage many_stages[STAGES] = {
    {.name = "calm", .for_ns = NS_PER_S, .target = 10},
    {.name = "pe|ak\n<b>", .for_ns = NS_PER_S, .target = 20},
    {.name = "_end_", .for_ns = NS_PER_S, .target = 5}};
static struct threshold many_thresholds[THRESHOLDS];
static struct workload_step many_steps[] = {
    {.name = "create", .weight = 1, .statements = statements_by_hand, .statement_count = 1}};
static const struct workload many = {.steps = many_steps,
                                     .step_count = 1,
                                     .stage_source = LOAD_RATE,
                                     .stages = many_stages,
                                     .stage_count = STAGES,
                                     .thresholds = many_thresholds,
                                     .threshold_count = THRESHOLDS};

static struct result make_much(struct arena *arena) {
    struct result result = make_result(arena, CELLS, 1);
    result.source = LOAD_RATE;
    result.load = &many;
    result.stage_count = STAGES;
    for (size_t i = 0; i < THRESHOLDS; i++)
        many_thresholds[i] = (struct threshold){
            .text = "errors < 1%", .value = 0.01, .unit = METRIC_SHARE, .stage = i % STAGES};
    for (size_t c = 0; c < CELLS; c++) {
        struct result_cell *cell = &result.cells[c];
        *cell = make_cell("insert", 1, (uint64_t[]){100});
        cell->pool = (uint32_t)c + 1;
        start_load(&cell->rounds[0], STAGES, 1, 0);
        for (size_t s = 0; s < STAGES; s++) {
            fill_tally(&cell->rounds[0].load.tallies[s], 9, NS_PER_MS, NS_PER_MS, 20 * NS_PER_MS);
            cell->rounds[0].load.asked[s].asked = 10;
            cell->rounds[0].load.stage_seconds[s] = 1;
        }
        cell->thresholds = calloc(THRESHOLDS, sizeof *cell->thresholds);
        for (size_t i = 0; i < THRESHOLDS; i++)
            cell->thresholds[i] = (struct result_threshold){
                &many_thresholds[i], 0.02, 0, i == 20 ? THRESHOLD_FAILED : THRESHOLD_HELD};
    }
    for (int i = 0; i < WARNINGS; i++)
        result_warn(&result, "warning %d\n<b>|", i);
    return result;
}

/* Where the first path has but one batch, too. */
static void cells_of_other_batches_have_other_names(void **state) {
    (void)state;
    struct arena arena = {0};
    struct result result = make_result(&arena, 3, 1);
    result.cells[0] = make_cell("insert", 1, (uint64_t[]){100});
    result.cells[1] = make_cell("multirow", 1, (uint64_t[]){500});
    result.cells[2] = make_cell("multirow", 1, (uint64_t[]){900});
    result.cells[1].batch = (struct range){5, 5};
    result.cells[2].batch = (struct range){10, 10};
    struct document document = document_of(&result);
    char *text = shown(format_junit, &document, 1);
    assert_in(text, ", multirow, batch 5\" name=\"measured");
    assert_in(text, ", multirow, batch 10\" name=\"measured");
    release(&result, text);
}

static void much_fits_into_a_comment(void **state) {
    (void)state;
    struct arena arena = {0};
    struct result result = make_much(&arena);
    struct document document = document_of(&result), several[30];
    char *text = shown(format_markdown, &document, 1);
    if (count_of(text, "\n") > MARKDOWN_LINES)
        fail_msg("%zu lines:\n%s", count_of(text, "\n"), text);
    assert_true(strncmp(text, "**fail:** 8 thresholds failed. ", 31) == 0);
    assert_in(text, "**Stages:** 16 of 24 held their thresholds; 90 % of what was asked in the "
                    "worst cell was done.");
    assert_in(text, "**Thresholds:** 8 of 240 failed, 0 not known.\n\n| | threshold | measured | "
                    "cell |\n| --- | --- | ---: | --- |\n| ✗ | errors &lt; 1% |");
    assert_in(text, "and 37 more warnings\n");
    assert_in(text, " more thresholds\n");
    assert_in(text, "| pe\\|ak &lt;b&gt; |");
    assert_in(text, "</summary>\n\n- load");
    assert_in(text, "\n\n</details>\n");
    for (size_t i = 0; i < COUNT(several); i++)
        several[i] = document;
    free(text);
    text = shown(format_markdown, several, COUNT(several));
    if (count_of(text, "\n") > MARKDOWN_LINES)
        fail_msg("%zu lines:\n%s", count_of(text, "\n"), text);
    assert_true(strncmp(text, "**30 results.**\n", 16) == 0);
    assert_in(text, "and 18 more results\n");
    assert_in(text, "and 220 more cells\n");
    assert_in(text, "| b | insert | 1 |");
    release(&result, text);
}

static void emphasis_at_the_edge_of_a_word_is_escaped(void **state) {
    (void)state;
    struct strbuf out = STRBUF_INIT;
    markdown_add(&out, "_a_ wal_bytes __b");
    assert_string_equal(out.text, "\\_a\\_ wal_bytes \\_\\_b");
    strbuf_release(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(csv_has_the_figures_and_empty_fields_for_the_unknown),
        cmocka_unit_test(names_do_not_break_csv),
        cmocka_unit_test(the_series_knows_its_stages),
        cmocka_unit_test(xml_has_no_character_that_it_forbids),
        cmocka_unit_test(junit_counts_what_failed_and_what_is_not_known),
        cmocka_unit_test(sizing_fails_where_the_need_is_too_much),
        cmocka_unit_test(cells_of_other_batches_have_other_names),
        cmocka_unit_test(much_fits_into_a_comment),
        cmocka_unit_test(emphasis_at_the_edge_of_a_word_is_escaped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
