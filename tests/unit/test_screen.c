/* Reports on a terminal: no line is wider than it, and colours take no room. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ab_by_hand.h"
#include "report/format.h"
#include "report/internal.h"
#include "report/tune.h"
#include "size_by_hand.h"

static const int widths[] = {80, 100, 118, 200};

static char *text_on(const struct document *document, int columns, bool colour) {
    static char *text;
    static size_t bytes;
    const struct screen screen = {columns, colour};
    FILE *out = open_memstream(&text, &bytes);
    format_text_on(&screen, document, 1, out);
    assert_int_equal(fclose(out), 0);
    return text;
}

/* Takes the sequences of colours out. */
static char *without_colours(const char *text) {
    struct strbuf plain = STRBUF_INIT;
    for (size_t bytes; *text; text += bytes) {
        int width = 0;
        bytes = screen_step(text, &width);
        if (width)
            strbuf_add_bytes(&plain, text, bytes);
    }
    return strbuf_detach(&plain);
}

/* At every width no line is wider, and with colours the same text comes. Without a terminal it is
 * what format_text prints. */
static void assert_fits(const struct document *document) {
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        char *plain = text_on(document, widths[i], false);
        char *coloured = text_on(document, widths[i], true);
        char *stripped = without_colours(coloured);
        if (columns_of_longest_line(plain) > widths[i])
            fail_msg("%d columns of %d in:\n%s", columns_of_longest_line(plain), widths[i], plain);
        assert_string_equal(plain, stripped);
        assert_null(strchr(plain, '\033'));
        free(plain);
        free(coloured);
        free(stripped);
    }
}

static void assert_has(const char *text, const char *what) {
    if (!strstr(text, what))
        fail_msg("no \"%s\" in:\n%s", what, text);
}

static void assert_has_not(const char *text, const char *what) {
    if (strstr(text, what))
        fail_msg("\"%s\" in:\n%s", what, text);
}

static struct document document_of(const struct result *result) {
    return (struct document){.kind = DOCUMENT_RUN, .version = "0.1.0", .run = result};
}

static void a_run_with_everything_fits(void **state) {
    (void)state;
    struct arena arena = {0};
    static const char *const warned[] = {
        "the server's statistics could not be read, so that nothing is known of what it wrote, and "
        "/a/path/that/goes/on/without/any/blank/until/no/terminal/of/eighty/columns/can/show/it/"
        "all"};
    struct result result = make_full_result(&arena);
    free(print(&result));
    result.warnings = (const char **)warned;
    result.warning_count = 1;
    struct document document = document_of(&result);
    assert_fits(&document);
    char *text = text_on(&document, 80, false);
    assert_has(text, "\nwarning     the server's");
    assert_has(text, "\n            ");
    assert_has(text, "…");
    release(&result, text);
}

static void stages_steps_and_thresholds_fit(void **state) {
    (void)state;
    struct arena arena = {0};
    struct result result = make_stages_result(&arena);
    free(print(&result));
    struct document document = document_of(&result);
    assert_fits(&document);
    char *text = text_on(&document, 80, true);
    assert_has(text, "\033[31m✗\033[0m");
    assert_has(text, "\033[32m✓\033[0m");
    release(&result, text);
}

static void users_fit(void **state) {
    (void)state;
    struct arena arena = {0};
    struct result result = make_users_result(&arena);
    free(print(&result));
    struct document document = document_of(&result);
    assert_fits(&document);
    release(&result, NULL);
}

static struct result make_cells(struct arena *arena) {
    struct result result = make_result(arena, 2, 3);
    result.cells[0] = make_cell("insert", 3, (uint64_t[]){300, 900, 600});
    result.cells[1] = make_cell("multirow", 3, (uint64_t[]){3000, 3300, 2700});
    return result;
}

/* Bars first, then what a row costs; what matters most stays. */
static void a_narrow_screen_drops_columns_and_wraps_none(void **state) {
    (void)state;
    struct arena arena = {0};
    struct result result = make_cells(&arena);
    char *whole = print(&result);
    struct document document = document_of(&result);
    assert_has(whole, "█");
    assert_has(whole, "CPU µs/row");
    assert_fits(&document);
    char *wide = text_on(&document, 200, false);
    assert_has(wide, "█");
    assert_has(wide, "CPU µs/row");
    char *narrow = text_on(&document, 80, false);
    assert_has_not(narrow, "█");
    assert_has_not(narrow, "CPU µs/row");
    static const char *const kept[] = {"path", "pool", "batch", "rows/s", "p50 ms", "p99 ms"};
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        assert_has(narrow, kept[i]);
    free(wide);
    free(narrow);
    release(&result, whole);
}

static void without_a_terminal_nothing_changes(void **state) {
    (void)state;
    struct arena arena = {0};
    struct result result = make_full_result(&arena);
    char *whole = print(&result);
    struct document document = document_of(&result);
    char *text = text_on(&document, 0, false);
    assert_string_equal(whole, text);
    free(text);
    release(&result, whole);
}

static void what_is_wrong_is_red_and_a_warning_yellow(void **state) {
    (void)state;
    struct arena arena = {0};
    static const char *const warned[] = {"something"};
    struct result result = make_cells(&arena);
    free(print(&result));
    result.cells[0].rounds[0].verified = false;
    result.warnings = (const char **)warned;
    result.warning_count = 1;
    struct document document = document_of(&result);
    char *text = text_on(&document, 0, true);
    assert_has(text, "\033[31m✗\033[0m");
    assert_has(text, "\n\033[33mwarning \033[0m    something\n");
    char *after = text_on(&document, 0, false);
    assert_has_not(after, "\033");
    free(after);
    release(&result, text);
}

static void a_study_fits_and_its_verdict_has_a_colour(void **state) {
    (void)state;
    static struct study study;
    make_study(&study);
    struct document document = {.kind = DOCUMENT_AB, .ab = &study.ab};
    assert_fits(&document);
    char *text = text_on(&document, 80, true);
    assert_has(text, "\033[31mB is ");
    assert_has(text, "\033[31mworse\033[0m");
    free(text);
    release_study(&study);
}

static void a_size_fits(void **state) {
    int (*const makers[])(void **state) = {make_fitting, make_short, make_interrupted};
    for (size_t i = 0; i < sizeof makers / sizeof *makers; i++) {
        assert_int_equal(makers[i](state), 0);
        struct document document = {.kind = DOCUMENT_SIZE, .size = &size};
        assert_fits(&document);
    }
    assert_int_equal(make_short(state), 0);
    struct document document = {.kind = DOCUMENT_SIZE, .size = &size};
    char *text = text_on(&document, 80, true);
    assert_has(text, "\033[31mIt does not fit:\033[0m ");
    free(text);
}

/* Names of settings stay whole: they are to be copied. */
static void a_tune_fits(void **state) {
    (void)state;
    struct server_facts facts = {.version = "15.1"};
    struct tune_setting recommended = {.name = "autovacuum_vacuum_insert_scale_factor",
                                       .present = "134217728kB",
                                       .context = "restart",
                                       .durability = "safe",
                                       .cost = "memory that others would like to have as well",
                                       .outcome = TUNE_RECOMMENDED,
                                       .value = "268435456",
                                       .compared = true,
                                       .comparison = make_comparison()};
    found(&recommended.comparison, COMPARE_ROWS_PER_S, 0.10, 0.20, 0.30, VERDICT_BETTER);
    struct tune_result tune = {
        .workload = "a workload whose name nobody would like to type on any day at all",
        .cell = "prepared, pool 2",
        .server = &facts,
        .metric = COMPARE_ROWS_PER_S,
        .settings = &recommended,
        .setting_count = 1,
        .recovery_present_s = UNKNOWN,
        .recovery_tuned_s = UNKNOWN,
        .memory_present_bytes = UNKNOWN,
        .memory_tuned_bytes = UNKNOWN};
    struct document document = {.kind = DOCUMENT_TUNE, .tune = &tune};
    assert_fits(&document);
    char *text = text_on(&document, 80, false);
    assert_has(text, "\nautovacuum_vacuum_insert_scale_factor  268435456");
    free(text);
}

static void a_colour_takes_no_columns(void **state) {
    (void)state;
    char cut[64];
    assert_int_equal(text_width("\033[31m✗\033[0m x"), 3);
    assert_string_equal(show_cut(cut, sizeof cut, "\033[31m✗\033[0m check", 7),
                        "\033[31m✗\033[0m check");
    assert_string_equal(show_cut(cut, sizeof cut, "\033[31m✗\033[0m check", 4),
                        "\033[31m✗\033[0m c…");
    assert_string_equal(show_cut(cut, sizeof cut, "abcdef", 3), "ab…");
    assert_int_equal(text_width("\033["), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_with_everything_fits),
        cmocka_unit_test(stages_steps_and_thresholds_fit),
        cmocka_unit_test(users_fit),
        cmocka_unit_test(a_narrow_screen_drops_columns_and_wraps_none),
        cmocka_unit_test(without_a_terminal_nothing_changes),
        cmocka_unit_test(what_is_wrong_is_red_and_a_warning_yellow),
        cmocka_unit_test(a_study_fits_and_its_verdict_has_a_colour),
        cmocka_unit_test(a_size_fits),
        cmocka_unit_test(a_tune_fits),
        cmocka_unit_test(a_colour_takes_no_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
