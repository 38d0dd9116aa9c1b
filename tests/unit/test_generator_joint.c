/* joint: columns with one key read their lists at the same place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "table.h"

/* The weights stand in the second, so that the first has to ask for them. */
#define PLACES                                                                              \
    "  country: {gen: joint, key: place, values: [DE, FR, FR]}\n"                           \
    "  city: {gen: joint, key: place, values: [Berlin, Paris, Lyon], weights: [5, 3, 2]}\n" \
    "  zip: {gen: joint, key: place, values: ['10115', '75001', '69001'], null: 10%}\n"     \
    "  size: {gen: joint, key: size, values: [s, m, l]}\n"

static size_t place_of(struct table *table, uint64_t row) {
    static const char *const cities[] = {"Berlin", "Paris", "Lyon"};
    const char *city = table_text(table, "city", row, row);
    for (size_t i = 0; i < COUNT_OF(cities); i++)
        if (strcmp(city, cities[i]) == 0)
            return i;
    fail_msg("there is no city %s", city);
    return 0;
}

static void columns_belong_together(void **state) {
    (void)state;
    static const char *const countries[] = {"DE", "FR", "FR"};
    static const char *const zips[] = {"10115", "75001", "69001"};
    struct table table;
    table_init(&table, PLACES, 1);
    uint64_t seen[3] = {0}, sizes[3][3] = {0}, nulls = 0;
    for (uint64_t row = 0; row < ROWS; row++) {
        size_t place = place_of(&table, row);
        seen[place]++;
        assert_string_equal(table_text(&table, "country", row, row), countries[place]);
        const char *zip = table_text(&table, "zip", row, row);
        if (strcmp(zip, "null") == 0)
            nulls++;
        else
            assert_string_equal(zip, zips[place]);
        const char *size = table_text(&table, "size", row, row);
        sizes[place][*size == 's' ? 0 : *size == 'm' ? 1 : 2]++;
    }
    assert_true(nulls > 0.08 * ROWS && nulls < 0.12 * ROWS);
    static const double shares[] = {0.5, 0.3, 0.2};
    for (size_t i = 0; i < 3; i++) {
        assert_true(fabs((double)seen[i] / ROWS - shares[i]) < 0.02);
        for (size_t k = 0; k < 3; k++) /* of another key: independent, and all alike */
            assert_true(fabs((double)sizes[i][k] / (double)seen[i] - 1.0 / 3) < 0.04);
    }
    table_release(&table);
}

static void same_seed_same_rows(void **state) {
    (void)state;
    struct table one, other, reseeded;
    table_init(&one, PLACES, 1);
    table_init(&other, PLACES, 1);
    table_init(&reseeded, PLACES, 2);
    size_t places[200];
    bool differs = false;
    for (uint64_t row = 200; row-- > 0;)
        places[row] = place_of(&one, row);
    for (uint64_t row = 0; row < 200; row++) {
        assert_int_equal(place_of(&other, row), places[row]);
        differs |= place_of(&reseeded, row) != places[row];
    }
    assert_true(differs);
    static const char *const pinned[] = {"Berlin", "Lyon", "Paris", "Lyon", "Berlin", "Berlin"};
    for (uint64_t row = 0; row < COUNT_OF(pinned); row++)
        assert_string_equal(table_text(&one, "city", row, row), pinned[row]);
    table_release(&one);
    table_release(&other);
    table_release(&reseeded);
}

static void rows_of_a_commit_share_a_place(void **state) {
    (void)state;
    struct table table;
    table_init(&table,
               "  city: {gen: joint, key: k, values: [a, b, c, d], per: commit}\n"
               "  zip: {gen: joint, key: k, values: [a, b, c, d], per: commit}\n",
               1);
    bool differs = false;
    char before[8] = "";
    for (uint64_t first = 0; first < 200; first += 10) {
        char shared[8];
        snprintf(shared, sizeof shared, "%s", table_text(&table, "city", first, first));
        for (uint64_t row = first; row < first + 10; row++) {
            assert_string_equal(table_text(&table, "city", row, first), shared);
            assert_string_equal(table_text(&table, "zip", row, first), shared);
        }
        differs |= before[0] && strcmp(before, shared) != 0;
        memcpy(before, shared, sizeof before);
    }
    assert_true(differs);
    table_release(&table);
}

static void wrong_tables_are_told(void **state) {
    (void)state;
    static const struct table_wrong wrongs[] = {
        {"  c: {gen: joint, values: [a]}\n", "3:3", "column c: the argument \"key\" is missing",
         "key: place"},
        {"  c: {gen: joint, key: k}\n", "3:3", "column c: the argument \"values\" is missing",
         "key: place"},
        {"  c: {gen: joint, key: k, values: a}\n", "3:27", "column c: values: a list is expected",
         "key: place"},
        {"  c: {gen: joint, key: k, values: {a: 1}}\n", "3:27",
         "column c: values: a list is expected", "key: place"},
        {"  c: {gen: joint, key: k, values: []}\n", "3:27", "column c: values: a list is expected",
         "key: place"},
        {"  c: {gen: joint, key: k, values: [a, [b]]}\n", "3:27",
         "column c: values: every value is one word or number, not a list or a map", "key: place"},
        {"  c: {gen: joint, key: k, values: [a, b], weights: [1]}\n", "3:43",
         "column c: weights: 1 for 2 values", "each value"},
        {"  c: {gen: joint, key: k, values: [a, b], weights: [1, 0]}\n", "3:56",
         "column c: weights: the weight 0 is not above 0", "0.5 or 70"},
        {"  c: {gen: joint, key: k, values: [a, b], weights: [1, x]}\n", "3:56",
         "column c: weights: \"x\" is not a number", "500"},
        {"  c: {gen: joint, key: k, values: [a, b]}\n  d: {gen: joint, key: k, values: [a]}\n",
         "3:27", "column c: values: 2 of them, but \"d\" with the same key has 1", "key: k"},
        {"  c: {gen: joint, key: k, values: [a], weights: [1]}\n"
         "  d: {gen: joint, key: k, values: [a], weights: [1]}\n",
         "3:40", "column c: weights: \"d\" with the same key has weights too",
         "one of the columns"},
        {"  c: {gen: joint, key: k, values: [a], per: commit}\n"
         "  d: {gen: joint, key: k, values: [a]}\n",
         "3:40", "column c: \"d\" with the same key has another `per`", "or to none"},
    };
    table_all_wrong(wrongs, COUNT_OF(wrongs));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_belong_together),
        cmocka_unit_test(same_seed_same_rows),
        cmocka_unit_test(rows_of_a_commit_share_a_place),
        cmocka_unit_test(wrong_tables_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
