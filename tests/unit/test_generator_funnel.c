/* funnel, and `per: commit`: values that depend on where a commit begins. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "table.h"

#define SHOP "  kind: {gen: funnel, of: {page_view: 1, add_to_cart: 30%, purchase: 25%}}\n"
#define SESSIONS 4000
#define LENGTH 12

static int word_of(struct table *table, uint64_t row, uint64_t first) {
    static const char *const words[] = {"page_view", "add_to_cart", "purchase"};
    const char *word = table_text(table, "kind", row, first);
    for (int i = 0; i < 3; i++)
        if (strcmp(word, words[i]) == 0)
            return i;
    fail_msg("there is no word %s", word);
    return 0;
}

static void sessions_move_on_step_by_step(void **state) {
    (void)state;
    struct table table;
    table_init(&table, SHOP, 1);
    /* of rows whose session has reached so many words: how many there are, and move on */
    uint64_t rows[3] = {0}, moves[3] = {0}, again[3] = {0}, at_last = 0;
    for (uint64_t session = 0; session < SESSIONS; session++) {
        uint64_t first = session * LENGTH;
        int reached = 0;
        assert_int_equal(word_of(&table, first, first), 0);
        for (uint64_t row = first + 1; row < first + LENGTH; row++) {
            int word = word_of(&table, row, first);
            assert_true(word <= reached + 1); /* none is left out */
            rows[reached]++;
            if (word == reached + 1) {
                moves[reached]++;
                reached = word;
            } else if (reached == 2) {
                again[word]++;
                at_last++;
            }
        }
    }
    /* Bounds of about four standard deviations. */
    assert_true(fabs((double)moves[0] / (double)rows[0] - 0.30) < 0.02);
    assert_true(fabs((double)moves[1] / (double)rows[1] - 0.25) < 0.02);
    for (int i = 0; i < 3; i++) /* 1, 1/2 and 1/3 of 11/6 */
        assert_true(fabs((double)again[i] / (double)at_last - 6.0 / 11 / (i + 1)) < 0.02);
    table_release(&table);
}

static void same_seed_same_rows(void **state) {
    (void)state;
    struct table one, other, reseeded;
    table_init(&one, SHOP, 1);
    table_init(&other, SHOP, 1);
    table_init(&reseeded, SHOP, 2);
    int words[200];
    bool differs = false;
    for (uint64_t row = 200; row-- > 0;)
        words[row] = word_of(&one, row, row / 20 * 20);
    for (uint64_t row = 0; row < 200; row++) {
        assert_int_equal(word_of(&other, row, row / 20 * 20), words[row]);
        differs |= word_of(&reseeded, row, row / 20 * 20) != words[row];
    }
    assert_true(differs);
    assert_int_equal(word_of(&one, 7, 7), 0); /* a commit of one row */
    static const int pinned[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 0};
    for (uint64_t row = 0; row < COUNT_OF(pinned); row++)
        assert_int_equal(word_of(&one, 100 + row, 100), pinned[row]);
    assert_true(generator_by_commit(table_column(&one, "kind")));
    table_release(&one);
    table_release(&other);
    table_release(&reseeded);
}

static void certain_steps_come_at_once(void **state) {
    (void)state;
    struct table table;
    table_init(&table,
               "  kind: {gen: funnel, of: {page_view: 100%, add_to_cart: 1, purchase: 1}}\n", 1);
    for (uint64_t first = 0; first < 1000; first += 10)
        for (uint64_t row = 0; row < 3; row++)
            assert_int_equal(word_of(&table, first + row, first), row);
    table_release(&table);
}

static void rows_of_a_commit_share_a_value(void **state) {
    (void)state;
    struct table table;
    table_init(&table,
               "  session: {gen: uuid, per: commit}\n"
               "  visit: {gen: serial, per: commit}\n"
               "  member: {gen: int, per: commit, null: 50%}\n"
               "  event: {gen: uuid, per: row}\n",
               1);
    uint64_t nulls = 0;
    char before[64] = "";
    for (uint64_t first = 0; first < 1000; first += 10) {
        char session[64], event[64] = "";
        snprintf(session, sizeof session, "%s", table_text(&table, "session", first, first));
        assert_string_not_equal(session, before);
        bool member = table_draw(&table, "member", first, first).kind != VALUE_NULL;
        nulls += !member;
        for (uint64_t row = first; row < first + 10; row++) {
            assert_string_equal(table_text(&table, "session", row, first), session);
            assert_true(table_number(&table, "visit", row, first) == (double)first + 1);
            assert_true((table_draw(&table, "member", row, first).kind != VALUE_NULL) == member);
            assert_string_not_equal(table_text(&table, "event", row, first), event);
            snprintf(event, sizeof event, "%s", table_text(&table, "event", row, first));
        }
        memcpy(before, session, sizeof before);
    }
    assert_true(nulls > 30 && nulls < 70);
    assert_true(generator_by_commit(table_column(&table, "session")));
    assert_false(generator_by_commit(table_column(&table, "event")));
    table_release(&table);
}

static void wrong_funnels_are_told(void **state) {
    (void)state;
    static const struct table_wrong wrongs[] = {
        {"  c: {gen: funnel}\n", "3:3", "column c: the argument \"of\" is missing", "page_view: 1"},
        {"  c: {gen: funnel, of: [a, b]}\n", "3:20",
         "column c: of: a map of words and probabilities is expected", "page_view: 1"},
        {"  c: {gen: funnel, of: {a: 50%, b: 1}}\n", "3:25",
         "column c: a: every session begins with it, so it is 1", "page_view: 1"},
        {"  c: {gen: funnel, of: {a: 1, b: 0}}\n", "3:31",
         "column c: b: with 0 no session gets there", "25%"},
        {"  c: {gen: funnel, of: {a: 1, b: [1]}}\n", "3:31",
         "column c: b: one probability is expected here", "page_view: 1"},
        {"  c: {gen: int, per: session}\n", "3:17",
         "column c: per: \"session\" is not one of row, commit", "per: row"},
    };
    table_all_wrong(wrongs, COUNT_OF(wrongs));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sessions_move_on_step_by_step),
        cmocka_unit_test(same_seed_same_rows),
        cmocka_unit_test(certain_steps_come_at_once),
        cmocka_unit_test(rows_of_a_commit_share_a_value),
        cmocka_unit_test(wrong_funnels_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
