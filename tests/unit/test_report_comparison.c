/* Verdicts in words and the table of all metrics, from comparisons made by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "comparison_by_hand.h"
#include "report/comparison.h"

static void says(const struct comparison *comparison, const char *expected) {
    struct strbuf out = STRBUF_INIT;
    comparison_sentence(comparison, "A", "B", &out);
    assert_string_equal(out.text, expected);
    strbuf_release(&out);
}

static void a_difference_has_its_interval(void **state) {
    (void)state;
    struct comparison c = make_comparison();
    found(&c, COMPARE_ROWS_PER_S, -0.136, -0.118, -0.099, VERDICT_WORSE);
    says(&c, "B is 11.8 % slower (95 % interval 9.9 to 13.6 %, 14 pairs).");
    found(&c, COMPARE_ROWS_PER_S, 0.052, 0.061, 2.5, VERDICT_BETTER);
    says(&c, "B is 6.1 % faster (95 % interval 5.2 to 250 %, 14 pairs).");
    found(&c, COMPARE_ROWS_PER_S, -1, -0.5, INFINITY, VERDICT_WORSE);
    says(&c, "B is 50 % slower (95 % interval not known, 14 pairs).");
}

static void each_metric_has_its_words(void **state) {
    (void)state;
    static const struct {
        enum comparison_metric metric;
        const char *more, *less, *same;
    } words[] = {
        {COMPARE_COMMITS_PER_S, "B makes 12 % more commits/s", "B makes 12 % fewer commits/s",
         "B makes as many commits/s as A:"},
        {COMPARE_P50, "B's p50 response time is 12 % longer", "B's p50 response time is 12 % short",
         "B's p50 response time is as long as A's:"},
        {COMPARE_P95, "B's p95 response time is 12 % longer", "B's p95 response time is 12 % short",
         "B's p95 response time is as long as A's:"},
        {COMPARE_P99, "B's p99 response time is 12 % longer", "B's p99 response time is 12 % short",
         "B's p99 response time is as long as A's:"},
        {COMPARE_WAL_BYTES, "B writes 12 % more WAL a row", "B writes 12 % less WAL a row",
         "B writes as much WAL a row as A:"},
        {COMPARE_HEAP_BYTES, "B takes 12 % more table space a row",
         "B takes 12 % less table space a row", "B takes as much table space a row as A:"},
        {COMPARE_INDEX_BYTES, "B takes 12 % more index space a row",
         "B takes 12 % less index space a row", "B takes as much index space a row as A:"},
        {COMPARE_LOCK_SHARE, "B's share of time in lock waits is 12 points higher",
         "B's share of time in lock waits is 12 points lower",
         "B's share of time in lock waits is as high as A's:"},
        {COMPARE_FLUSH_SHARE, "B's share of time in commit flushes is 12 points higher",
         "B's share of time in commit flushes is 12 points lower",
         "B's share of time in commit flushes is as high as A's:"},
        {COMPARE_CLIENT_CPU, "B's client takes 12 % more CPU time a row",
         "B's client takes 12 % less CPU time a row", "B's client takes as much CPU time a row as"},
    };
    struct strbuf out = STRBUF_INIT;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        struct comparison c = make_comparison();
        c.metric = words[i].metric;
        found(&c, c.metric, 0.1, 0.12, 0.14, VERDICT_WORSE);
        comparison_sentence(&c, "A", "B", &out);
        assert_ptr_equal(strstr(out.text, words[i].more), out.text);
        strbuf_clear(&out);
        found(&c, c.metric, -0.14, -0.12, -0.1, VERDICT_BETTER);
        comparison_sentence(&c, "A", "B", &out);
        assert_ptr_equal(strstr(out.text, words[i].less), out.text);
        strbuf_clear(&out);
        found(&c, c.metric, -0.01, 0.002, 0.01, VERDICT_EQUIVALENT);
        comparison_sentence(&c, "A", "B", &out);
        assert_ptr_equal(strstr(out.text, words[i].same), out.text);
        strbuf_clear(&out);
    }
    strbuf_release(&out);
}

static void shares_are_told_in_points(void **state) {
    (void)state;
    struct comparison c = make_comparison();
    c.metric = COMPARE_LOCK_SHARE;
    c.margin = 0.01;
    found(&c, COMPARE_LOCK_SHARE, -0.005, 0.01, 0.03, VERDICT_INCONCLUSIVE);
    c.pairs_needed = 28;
    says(&c, "Inconclusive: B's share of time in lock waits is between 0.5 points lower and 3 "
             "points higher (95 % interval, 14 pairs); about 28 pairs would decide.");
    found(&c, COMPARE_LOCK_SHARE, -0.005, 0.001, 0.005, VERDICT_EQUIVALENT);
    says(&c, "B's share of time in lock waits is as high as A's: the difference is within 1 point "
             "(0.1 points higher, 90 % interval 0.5 points lower to 0.5 points higher, 14 pairs).");
}

static void no_difference_has_the_narrow_interval(void **state) {
    (void)state;
    struct comparison c = make_comparison();
    found(&c, COMPARE_ROWS_PER_S, -0.03, -0.004, 0.03, VERDICT_EQUIVALENT);
    c.findings[COMPARE_ROWS_PER_S].count = 12;
    c.findings[COMPARE_ROWS_PER_S].narrow = (struct shift){-0.004, -0.012, 0.0051};
    says(&c, "B is as fast as A: the difference is within 5 % (0.4 % slower, 90 % interval 1.2 % "
             "slower to 0.5 % faster, 12 pairs).");
    c.findings[COMPARE_ROWS_PER_S].narrow = (struct shift){0.0001, -0.012, 0.0051};
    says(&c, "B is as fast as A: the difference is within 5 % (<0.1 % faster, 90 % interval 1.2 % "
             "slower to 0.5 % faster, 12 pairs).");
    c.findings[COMPARE_ROWS_PER_S].narrow = (struct shift){0, 0, 0};
    says(&c, "B is as fast as A: no difference was seen (12 pairs).");
}

static void inconclusive_says_what_would_decide(void **state) {
    (void)state;
    struct comparison c = make_comparison();
    found(&c, COMPARE_ROWS_PER_S, -0.071, -0.03, 0.012, VERDICT_INCONCLUSIVE);
    c.findings[COMPARE_ROWS_PER_S].count = 12;
    c.pairs_needed = 28;
    says(&c, "Inconclusive: B is between 7.1 % slower and 1.2 % faster (95 % interval, 12 pairs); "
             "about 28 pairs would decide.");
    c.pairs_needed = 0;
    says(&c, "Inconclusive: B is between 7.1 % slower and 1.2 % faster (95 % interval, 12 pairs); "
             "how many would decide can't be told.");
    found(&c, COMPARE_ROWS_PER_S, -0.08, -0.04, -0.003, VERDICT_INCONCLUSIVE);
    c.pairs_needed = 40;
    says(&c, "Inconclusive: B is between 0.3 and 8 % slower (95 % interval, 14 pairs), which may "
             "be less than 5 %; about 40 pairs would decide.");
    found(&c, COMPARE_ROWS_PER_S, -1, 0, INFINITY, VERDICT_INCONCLUSIVE);
    says(&c, "Inconclusive: 14 pairs allow no interval of 95 %; about 40 pairs would decide.");
}

static void unknown_is_said_with_its_reason(void **state) {
    (void)state;
    struct comparison c = make_comparison();
    c.metric = COMPARE_WAL_BYTES;
    c.findings[c.metric].count = 7;
    struct strbuf out = STRBUF_INIT;
    comparison_sentence(&c, "A", "B", &out);
    assert_non_null(strstr(out.text, "Inconclusive: the "));
    assert_non_null(strstr(out.text, " is known of 7 pairs, and 8 are needed."));
    strbuf_clear(&out);
    c.paired = false;
    c.findings[c.metric].count = 5;
    comparison_sentence(&c, "A", "B", &out);
    assert_non_null(strstr(out.text, " is known of 5 rounds of a side, and 6 are needed."));
    strbuf_clear(&out);
    c.findings[c.metric].count = 6;
    comparison_sentence(&c, "A", "B", &out);
    assert_non_null(strstr(out.text, "was 0 in some rounds"));
    strbuf_release(&out);
}

static void rounds_without_pairs_are_counted_a_side(void **state) {
    (void)state;
    struct comparison c = make_comparison();
    c.paired = false;
    c.a_count = c.b_count = 14;
    found(&c, COMPARE_ROWS_PER_S, -0.071, -0.03, 0.012, VERDICT_INCONCLUSIVE);
    c.pairs_needed = 28;
    says(&c, "Inconclusive: B is between 7.1 % slower and 1.2 % faster (95 % interval, 14 rounds a "
             "side); about 28 rounds a side would decide.");
    c.b_count = 20;
    found(&c, COMPARE_ROWS_PER_S, -0.136, -0.118, -0.099, VERDICT_WORSE);
    says(&c, "B is 11.8 % slower (95 % interval 9.9 to 13.6 %, 14 or more rounds a side).");
}

static struct comparison make_wide(void) {
    struct comparison c = make_comparison();
    found(&c, COMPARE_ROWS_PER_S, -0.136, -0.118, -0.099, VERDICT_WORSE);
    found(&c, COMPARE_COMMITS_PER_S, -0.00049, 0.0002, 0.0004, VERDICT_EQUIVALENT);
    found(&c, COMPARE_P50, 0.2, 12.5, 987.6, VERDICT_WORSE);
    c.findings[COMPARE_P50].a = 814.6;
    c.findings[COMPARE_P50].b = 60 * 60e6 + 59 * 60e6;
    found(&c, COMPARE_WAL_BYTES, -0.4, -0.3, -0.2, VERDICT_BETTER);
    found(&c, COMPARE_LOCK_SHARE, 0.101, 0.114, 0.125, VERDICT_WORSE);
    c.findings[COMPARE_LOCK_SHARE].a = 0.0311;
    c.findings[COMPARE_LOCK_SHARE].b = 0.145;
    c.findings[COMPARE_ROWS_PER_S].a = 1234567;
    c.findings[COMPARE_ROWS_PER_S].b = 1088888;
    found(&c, COMPARE_FLUSH_SHARE, -0.03, 0.01, 0.04, VERDICT_INCONCLUSIVE);
    c.findings[COMPARE_FLUSH_SHARE].a = c.findings[COMPARE_FLUSH_SHARE].b = 0.5;
    c.findings[COMPARE_INDEX_BYTES].b = 212.4; /* known on one side */
    return c;
}

/* Blanks of a row in one, so that widths don't matter. */
static void has_row(const char *text, const char *expected) {
    char squeezed[8192];
    size_t used = 0;
    for (; *text && used + 1 < sizeof squeezed; text++)
        if (*text != ' ' || (used && squeezed[used - 1] != ' '))
            squeezed[used++] = *text;
    squeezed[used] = '\0';
    if (!strstr(squeezed, expected))
        fail_msg("no \"%s\" in:\n%s", expected, squeezed);
}

static void the_table_has_every_metric(void **state) {
    (void)state;
    static char *text;
    static size_t size;
    struct comparison c = make_wide();
    FILE *out = open_memstream(&text, &size);
    comparison_text(&c, "A", "B", out);
    fclose(out);
    has_row(text, "\nrows/s 1,234,567 1,088,888 −11.8 % −13.6 to −9.9 worse\n");
    has_row(text, "\ncommits/s 1,000 1,000 0.0 % 0.0 to 0.0 same\n");
    has_row(text, " 815 µs 1 h 59 min +1,250 % +20.0 to >+9,999 worse\n");
    has_row(text, " 1,000 B 700 B −30.0 % −40.0 to −20.0 better\n");
    has_row(text, " 3.1 % 14.5 % +11.4 points +10.1 to +12.5 worse\n");
    has_row(text, " 50.0 % 50.0 % +1.0 points −3.0 to +4.0 –\n");
    has_row(text, " – 212 B – – –\n");
    has_row(text, " – – – – –\n");
    for (int metric = 0; metric < COMPARE_METRICS; metric++)
        has_row(text, comparison_definitions[metric].label);
    assert_in_range(columns_of_longest_line(text), 60, 80);
    assert_null(strstr(text, " \n"));
    free(text);
}

static void the_footnote_counts_the_chances(void **state) {
    (void)state;
    static char *text;
    static size_t size;
    struct comparison c = make_wide(); /* five others are known */
    FILE *out = open_memstream(&text, &size);
    comparison_text(&c, "A", "B", out);
    fclose(out);
    has_row(text, "5 × 5 % = 0.25 of the 5 other");
    free(text);
    c = make_comparison();
    found(&c, COMPARE_ROWS_PER_S, -0.136, -0.118, -0.099, VERDICT_WORSE);
    out = open_memstream(&text, &size);
    comparison_text(&c, "A", "B", out);
    fclose(out);
    assert_null(strstr(text, "chance"));
    free(text);
}

static void markdown_is_escaped(void **state) {
    (void)state;
    static char *text;
    static size_t size;
    struct comparison c = make_wide();
    c.findings[COMPARE_ROWS_PER_S].verdict = VERDICT_EQUIVALENT;
    c.findings[COMPARE_ROWS_PER_S].narrow.estimate = 0.0001;
    FILE *out = open_memstream(&text, &size);
    comparison_markdown(&c, "o|<\nd", "n`&w", out);
    fclose(out);
    assert_non_null(strstr(text, "**n\\`&amp;w is as fast as o\\|&lt; d:"));
    assert_non_null(strstr(text, "(&lt;0.1 % faster"));
    assert_non_null(strstr(text, "\n| | o\\|&lt; d | n\\`&amp;w | change | 95 % interval | |\n"
                                 "| --- | ---: | ---: | ---: | ---: | --- |\n"));
    assert_int_equal(count_of(text, "\n"), 17);
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_difference_has_its_interval),
        cmocka_unit_test(each_metric_has_its_words),
        cmocka_unit_test(shares_are_told_in_points),
        cmocka_unit_test(no_difference_has_the_narrow_interval),
        cmocka_unit_test(inconclusive_says_what_would_decide),
        cmocka_unit_test(unknown_is_said_with_its_reason),
        cmocka_unit_test(rounds_without_pairs_are_counted_a_side),
        cmocka_unit_test(the_table_has_every_metric),
        cmocka_unit_test(the_footnote_counts_the_chances),
        cmocka_unit_test(markdown_is_escaped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
