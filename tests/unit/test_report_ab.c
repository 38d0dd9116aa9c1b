/* What a study of two variants says, from studies made by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ab_by_hand.h"
#include "report/ab.h"

/* Freed by the caller. */
static char *shown(const struct ab_result *ab, int width, bool markdown) {
    static char *text;
    static size_t size;
    FILE *out = open_memstream(&text, &size);
    if (markdown)
        ab_markdown(ab, out);
    else
        ab_text(ab, width, out);
    fclose(out);
    return text;
}

/* Line ends and blanks in a row are one blank, so that it does not matter where a line breaks. */
static char *squeezed(char *text) {
    size_t used = 0;
    for (const char *at = text; *at; at++) {
        bool blank = *at == ' ' || *at == '\n';
        if (!blank || (used && text[used - 1] != ' '))
            text[used++] = blank ? ' ' : *at;
    }
    text[used] = '\0';
    return text;
}

static void holds(const struct ab_result *ab, const char *expected) {
    char *text = squeezed(shown(ab, 0, false));
    if (!strstr(text, expected))
        fail_msg("no \"%s\" in:\n%s", expected, text);
    free(text);
}

static void lacks(const struct ab_result *ab, const char *unexpected) {
    char *text = squeezed(shown(ab, 0, false));
    if (strstr(text, unexpected))
        fail_msg("\"%s\" in:\n%s", unexpected, text);
    free(text);
}

#define VERDICT "B is 11.8 % slower (95 % interval 9.9 to 13.6 %, 14 pairs). "

static void everything_is_told(void **state) {
    (void)state;
    struct study study;
    make_study(&study);
    holds(&study.ab, VERDICT "It writes 41 % more WAL a row. ");
    holds(&study.ab, " A as the workload is B schema=v2.sql set.work_mem=8MB ");
    holds(&study.ab, " cell insert, pool 4, batch 100 ");
    holds(&study.ab, " server PostgreSQL 15.1, throwaway, on a unix socket durability durable ");
    holds(&study.ab, " pairs 20 planned, 14 run, 14 valid; decided early, at look 1 ");
    holds(&study.ab, " machine 3 % of CPU time stolen, tasks waited for CPU 12 % of the time, for "
                     "I/O 3 % ");
    holds(&study.ab, " rows/s 1,000 882 −11.8 % −13.6 to −9.9 worse ");
    lacks(&study.ab, "left out");
    lacks(&study.ab, "largest first");
    lacks(&study.ab, "warning");
    release_study(&study);
}

static void indexes_are_causes(void **state) {
    (void)state;
    struct study study;
    make_study(&study);
    struct ab_index indexes[] = {{"events", "events_same", 50, 51},
                                 {"events", "events_grown", 30, 60},
                                 {"events", "events_payload_idx", UNKNOWN, 212.4},
                                 {"events", "events_gone", 700, UNKNOWN},
                                 {"events", "events_small", UNKNOWN, 12.5},
                                 {"events", "events_alike", UNKNOWN, 12.5}};
    study.ab.indexes = indexes;
    study.ab.index_count = 3;
    holds(&study.ab, VERDICT "It writes 41 % more WAL a row: index events_payload_idx takes 212 "
                             "bytes a row and index events_grown takes 60 bytes a row instead of "
                             "30. ");
    study.ab.index_count = 6; /* three are told, of the same direction */
    holds(&study.ab, ": index events_payload_idx takes 212 bytes a row, index events_grown takes "
                     "60 bytes a row instead of 30 and index events_small takes 12.5 bytes a row.");
    indexes[1].b_bytes_per_row = 42.5; /* 12.5 more, as two others */
    holds(&study.ab, ", index events_grown takes 42.5 bytes a row instead of 30 and index "
                     "events_small takes");
    found(&study.ab.comparison, COMPARE_WAL_BYTES, -0.3, -0.2, -0.1, VERDICT_BETTER);
    holds(&study.ab, "It writes 20 % less WAL a row: index events_gone with its 700 bytes a row is "
                     "gone. ");
    indexes[0].b_bytes_per_row = 46; /* 8 % less, at a margin of 5 % */
    holds(&study.ab, "index events_same takes 46 bytes a row instead of 50");
    indexes[0].b_bytes_per_row = 51;
    study.ab.index_count = 1;
    holds(&study.ab, "It writes 20 % less WAL a row. ");
    release_study(&study);
}

static void causes_follow_what_changed(void **state) {
    (void)state;
    struct study study;
    make_study(&study);
    struct comparison *comparison = &study.ab.comparison;
    struct ab_index indexes[] = {{"events", "events_payload_idx", UNKNOWN, 212}};
    study.ab.indexes = indexes;
    study.ab.index_count = 1;
    found(comparison, COMPARE_WAL_BYTES, -0.01, 0, 0.01, VERDICT_EQUIVALENT);
    holds(&study.ab, VERDICT "It takes 90 % more index space a row: index events_payload_idx takes "
                             "212 bytes a row. ");
    found(comparison, COMPARE_INDEX_BYTES, -0.01, 0, 0.01, VERDICT_EQUIVALENT);
    lacks(&study.ab, "events_payload_idx takes");
    comparison->findings[COMPARE_INDEX_BYTES].known = false; /* there was none */
    holds(&study.ab, VERDICT "Indexes differ: index events_payload_idx takes 212 bytes a row. ");
    study.ab.index_count = 0;
    lacks(&study.ab, "Indexes differ");
    study.ab.index_count = 1;
    /* The verdict says it already. */
    comparison->metric = COMPARE_WAL_BYTES;
    found(comparison, COMPARE_WAL_BYTES, 0.4, 0.41, 0.42, VERDICT_WORSE);
    holds(&study.ab, "B writes 41 % more WAL a row (95 % interval 40 to 42 %, 14 pairs). Indexes "
                     "differ: index events_payload_idx takes 212 bytes a row. ");
    /* "It" would be the response time. */
    comparison->metric = COMPARE_P99;
    found(comparison, COMPARE_P99, 0.1, 0.12, 0.14, VERDICT_WORSE);
    holds(&study.ab, "12 % longer (95 % interval 10 to 14 %, 14 pairs). B writes 41 % more WAL");
    found(comparison, COMPARE_P99, -0.1, 0, 0.1, VERDICT_INCONCLUSIVE);
    holds(&study.ab, "can't be told. B writes 41 % more WAL");
    release_study(&study);
}

static void too_few_pairs_are_no_verdict(void **state) {
    (void)state;
    struct study study;
    make_study(&study);
    study.ab.compared = study.ab.early = false;
    study.ab.looks = 0;
    make_pairs(&study.ab, 5);
    holds(&study.ab, "No verdict: 5 of at least 8 pairs were measured. ");
    lacks(&study.ab, "slower");
    lacks(&study.ab, "interval");
    lacks(&study.ab, "WAL");
    holds(&study.ab, " pairs 20 planned, 5 run, 5 valid machine ");
    invalidate(&study.ab, 1, "a checkpoint ran in B alone");
    study.ab.interrupted = true;
    holds(&study.ab, "No verdict: 4 of at least 8 pairs were measured before the interruption; 1 "
                     "more was left out. ");
    char *text = shown(&study.ab, 0, true);
    assert_non_null(strstr(text, "**No verdict: 4 of at least 8 pairs"));
    assert_null(strstr(text, "slower"));
    assert_null(strstr(text, "interval"));
    free(text);
    release_study(&study);
}

static void an_interruption_between_looks_is_no_verdict(void **state) {
    (void)state;
    struct study study;
    make_study(&study);
    study.ab.early = false;
    study.ab.interrupted = true;
    study.ab.comparison.a_count = study.ab.comparison.b_count = 8;
    study.ab.looks = 2;
    holds(&study.ab, "No verdict: the study was interrupted after 14 of 20 pairs; the table is of "
                     "the 8 that were looked at. ");
    holds(&study.ab, " rows/s 1,000 882 ");
    holds(&study.ab, " 14 valid; looked at 2 times ");
    lacks(&study.ab, "slower");
    study.ab.early = true; /* decided before the interruption */
    holds(&study.ab, VERDICT);
    study.ab.early = false;
    study.ab.pairs_planned = 14;
    holds(&study.ab, VERDICT);
    release_study(&study);
}

static void left_out_pairs_have_their_reasons(void **state) {
    (void)state;
    struct study study;
    make_study(&study);
    make_pairs(&study.ab, 16);
    invalidate(&study.ab, 0, "a checkpoint ran in B alone");
    invalidate(&study.ab, 3, "autovacuum ran in A alone");
    invalidate(&study.ab, 7, "a checkpoint ran in B alone");
    holds(&study.ab, " 16 run, 13 valid;");
    holds(&study.ab, " left out 2 pairs: a checkpoint ran in B alone left out 1 pair: autovacuum "
                     "ran in A alone machine ");
    release_study(&study);
}

static void two_servers_and_tiers_are_told_apart(void **state) {
    (void)state;
    struct study study;
    make_study(&study);
    study.b.server.version = "17.2";
    study.b.server.durability = UNSAFE;
    study.b.server.durability_why = "fsync is off";
    holds(&study.ab, " server A PostgreSQL 15.1, throwaway, on a unix socket server B PostgreSQL "
                     "17.2, throwaway, on a unix socket durability A durable; B unsafe: fsync is "
                     "off ");
    holds(&study.ab, " warning A is durable and B is unsafe: an acknowledged commit does not mean "
                     "the same to them ");
    study.b.server.durability = DURABLE;
    study.ab.across_tiers = true;
    holds(&study.ab, " warning A and B differ in durability: an acknowledged ");
    release_study(&study);
}

static void unknown_noise_is_a_dash(void **state) {
    (void)state;
    struct study study;
    make_study(&study);
    study.ab.steal_share = UNKNOWN;
    holds(&study.ab, " machine tasks waited for CPU 12 % of the time, for I/O 3 % ");
    study.ab.pressure_cpu = UNKNOWN;
    holds(&study.ab, " machine tasks waited for I/O 3 % of the time ");
    study.ab.pressure_io = UNKNOWN;
    holds(&study.ab, " machine – ");
    release_study(&study);
}

static struct ab_difference differences_by_hand[] = {
    {AB_WAL, "Heap", 120, 121, 0.01},
    {AB_HOT, "", 0.9, 0.2, 0.2},
    {AB_WAL, "Btree", 100, 212, 0.5},
    {AB_WAIT, "IO:WalSync", 0.31, 0.4, 0.09},
    {AB_INDEX, "events_payload_idx", UNKNOWN, 212, 0.4},
    {AB_INDEX, "events_old_idx", 30, UNKNOWN, 0.1},
    {AB_PAGE_SPLIT, "", 0, 4.5, 0.05},
    {AB_WAIT, "LWLock:WALWrite", 0.1, UNKNOWN, 0.08},
};

static void differences_are_the_largest_first(void **state) {
    (void)state;
    struct study study;
    make_study(&study);
    static const char *unknown[] = {"records by resource manager: no pg_walinspect"};
    study.ab.explained = true;
    holds(&study.ab, "largest first nothing");
    study.ab.differences = differences_by_hand;
    study.ab.difference_count = 8;
    study.ab.unexplained = unknown;
    study.ab.unexplained_count = 1;
    holds(&study.ab,
          "largest first A B change WAL B/row Btree 100 212 +112 % Heap 120 121 +0.8 % index B/row "
          "events_payload_idx – 212 new events_old_idx 30 – gone HOT updates 90.0 % 20.0 % −70.0 "
          "points waits IO:WalSync 31.0 % 40.0 % +9.0 points LWLock:WALWrite 10.0 % – – "
          "splits/1,000 rows 0 4.5 – not known records by resource manager: no pg_walinspect ");
    release_study(&study);
}

static void only_the_largest_differences_are_shown(void **state) {
    (void)state;
    struct study study;
    struct ab_difference many[25];
    char names[25][16];
    make_study(&study);
    for (size_t i = 0; i < 25; i++) {
        snprintf(names[i], sizeof names[i], "difference%02zu", i);
        many[i] = (struct ab_difference){AB_WAIT, names[i], 0.1, 0.2, (double)i};
    }
    study.ab.explained = true;
    study.ab.differences = many;
    study.ab.difference_count = 25;
    holds(&study.ab, "difference05 10.0 % 20.0 % +10.0 points and 5 smaller ones, see --json");
    lacks(&study.ab, "difference04");
    release_study(&study);
}

/* Names as long and strange as a server allows, and more of everything than there is room for. */
static void fill_up(struct ab_result *ab, struct ab_difference *many, size_t many_count) {
    static const char name[] = "a|b<c>`d\ne\033[2J_0123456789_0123456789_0123456789_0123456789_";
    static struct ab_index indexes[] = {{"t", name, UNKNOWN, 212}, {"t", "x", UNKNOWN, 100}};
    static const char *warnings[] = {"one", "two", "three", "four|", "five", "six", "seven"};
    static const char *unknown[] = {"records: <none>", "page splits", "waits"};
    ab->indexes = indexes;
    ab->index_count = 2;
    ab->b_variant = "sql=CREATE INDEX ON events USING gin (payload) -- ` | <b>\n-- and more";
    ab->warnings = warnings;
    ab->warning_count = 7;
    ab->unexplained = unknown;
    ab->unexplained_count = 3;
    ab->explained = true;
    for (size_t i = 0; i < many_count; i++)
        many[i] = (struct ab_difference){AB_INDEX, name, 0.1, 2e9, 1};
    ab->differences = many;
    ab->difference_count = many_count;
    ab->across_tiers = true;
    make_pairs(ab, 12);
    static const char *whys[] = {"one thing", "another", "a third", "and a fourth"};
    for (size_t i = 0; i < 4; i++)
        invalidate(ab, i, whys[i]);
}

static void a_terminal_has_80_columns(void **state) {
    (void)state;
    struct study study;
    struct ab_difference many[30];
    make_study(&study);
    fill_up(&study.ab, many, 30);
    study.b.server.version = "17.2 (Debian 17.2-1.pgdg120+1) with some more words";
    char *text = shown(&study.ab, 0, false);
    assert_in_range(columns_of_longest_line(text), 70, 80);
    assert_null(strchr(text, '\033'));
    assert_null(strstr(text, " \n"));
    free(text);
    text = shown(&study.ab, 200, false);
    assert_in_range(columns_of_longest_line(text), 81, 100);
    free(text);
    text = shown(&study.ab, 20, false);
    assert_in_range(columns_of_longest_line(text), 70, 80);
    free(text);
    release_study(&study);
}

static void a_comment_is_short_and_escaped(void **state) {
    (void)state;
    struct study study;
    struct ab_difference many[30];
    make_study(&study);
    fill_up(&study.ab, many, 30);
    study.b.server.version = "17.2";
    char *text = shown(&study.ab, 0, true);
    assert_in_range(count_of(text, "\n"), 50, AB_MARKDOWN_LINES);
    assert_ptr_equal(strstr(text, "**B is 11.8 % slower "), text);
    assert_non_null(strstr(text, "index a\\|b&lt;c&gt;\\`d e"));
    assert_non_null(strstr(text, "- B: sql=CREATE INDEX ON events USING gin (payload) -- \\` \\| "
                                 "&lt;b&gt; -- and more\n"));
    assert_non_null(strstr(text, "- warning: four\\|\n"));
    assert_non_null(strstr(text, "- warning: 2 more, see the JSON\n"));
    assert_non_null(strstr(text, "- left out: 2 more pairs, for other reasons\n"));
    assert_non_null(strstr(text, "- not known: records: &lt;none&gt;; page splits; waits\n"));
    assert_non_null(strstr(text, "- and 23 smaller ones, see the JSON\n"));
    assert_null(strstr(text, "a|b"));
    assert_null(strstr(text, "<c>"));
    assert_int_equal(count_of(text, "\n<details><summary>"), 2);
    assert_int_equal(count_of(text, "\n\n</details>\n"), 2);
    /* Names are all that could bring a tag in. */
    assert_int_equal(count_of(text, "<"), 4 * 2 + 2);
    free(text);
    release_study(&study);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_is_told),
        cmocka_unit_test(indexes_are_causes),
        cmocka_unit_test(causes_follow_what_changed),
        cmocka_unit_test(too_few_pairs_are_no_verdict),
        cmocka_unit_test(an_interruption_between_looks_is_no_verdict),
        cmocka_unit_test(left_out_pairs_have_their_reasons),
        cmocka_unit_test(two_servers_and_tiers_are_told_apart),
        cmocka_unit_test(unknown_noise_is_a_dash),
        cmocka_unit_test(differences_are_the_largest_first),
        cmocka_unit_test(only_the_largest_differences_are_shown),
        cmocka_unit_test(a_terminal_has_80_columns),
        cmocka_unit_test(a_comment_is_short_and_escaped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
