/* What the generators of text and JSON promise of their values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jansson.h>
#include <string.h>

#include "column.h"
#include "row/words.h"

static void text_is_cut_at_characters(void **state) {
    (void)state;
    struct column column;
    column_init(&column, "text", PAIRS("min", "0", "max", "5", "chars", "aä€𝄞"));
    bool seen_lengths[6] = {false};
    for (uint64_t row = 0; row < ROWS; row++) {
        struct value value = draw_row(&column, row);
        const char *p = value.as.bytes.data, *end = p + value.as.bytes.length;
        size_t chars = 0;
        for (; p < end; chars++) {
            static const char *const alphabet[] = {"a", "ä", "€", "𝄞"};
            size_t i = 0, length = 0;
            for (; i < 4; i++) {
                length = strlen(alphabet[i]);
                if (length <= (size_t)(end - p) && memcmp(p, alphabet[i], length) == 0)
                    break;
            }
            assert_true(i < 4);
            p += length;
        }
        assert_true(chars <= 5);
        seen_lengths[chars] = true;
    }
    for (size_t i = 0; i < 6; i++)
        assert_true(seen_lengths[i]);
    column_release(&column);
}

/* A changed word would change the data of every workload that has `words` columns. */
static void word_list_never_changes(void **state) {
    (void)state;
    uint64_t hash = 0;
    for (size_t i = 0; i < WORD_COUNT; i++) {
        assert_int_equal(words[i].length, strlen(words[i].text));
        hash = rng_key(hash, words[i].text);
    }
    assert_int_equal(hash, 0x5e21cbb56a854ec0ull);
}

static void words_have_single_spaces_between(void **state) {
    (void)state;
    struct column column;
    column_init(&column, "words", PAIRS("min", "0", "max", "3"));
    size_t seen[4] = {0};
    for (uint64_t row = 0; row < ROWS; row++) {
        struct value value = draw_row(&column, row);
        size_t found = value.as.bytes.length > 0;
        char last = ' ';
        for (uint32_t i = 0; i < value.as.bytes.length; i++) {
            char c = value.as.bytes.data[i];
            assert_true(c == ' ' ? last != ' ' : c >= 'a' && c <= 'z');
            found += c == ' ';
            last = c;
        }
        assert_true(value.as.bytes.length == 0 || last != ' ');
        assert_true(found <= 3);
        seen[found]++;
    }
    assert_true(seen[0] && seen[1] && seen[2] && seen[3]);
    column_release(&column);
}

/* Parses a JSON value that is an object or an array. */
static json_t *parse_json(const struct value *value) {
    json_error_t reason;
    assert_int_equal(value->kind, VALUE_JSON);
    json_t *json = json_loadb(value->as.bytes.data, value->as.bytes.length, 0, &reason);
    if (json == NULL)
        fail_msg("%s: %.*s", reason.text, (int)value->as.bytes.length, value->as.bytes.data);
    return json;
}

static void json_is_json_with_values_in_range(void **state) {
    (void)state;
    struct column column;
    column_init(&column, "json",
                PAIRS("template",
                      "{\"i\": ${ int  -5..5 }, \"f\": ${float -1..1},\n"
                      "\"c\": [${choice 1 null \"x\"},${bool}], \"one\": ${int 8},"
                      "\"t\": \"a${text 2..4}b\", \"row\": ${row},"
                      "\"d\": \"${date 2026-01-31 .. 2026-01-31}\", \"$${x}\": \"\\\"\"}"));
    for (uint64_t row = 0; row < ROWS; row++) {
        struct value value = draw_row(&column, row);
        json_t *json = parse_json(&value);
        json_int_t integer = json_integer_value(json_object_get(json, "i"));
        assert_true(integer >= -5 && integer <= 5);
        double real = json_real_value(json_object_get(json, "f"));
        assert_true(real >= -1 && real <= 1);
        assert_true(json_is_boolean(json_array_get(json_object_get(json, "c"), 1)));
        size_t length = strlen(json_string_value(json_object_get(json, "t")));
        assert_true(length >= 4 && length <= 6);
        assert_int_equal(json_integer_value(json_object_get(json, "one")), 8);
        assert_int_equal(json_integer_value(json_object_get(json, "row")), row);
        assert_string_equal(json_string_value(json_object_get(json, "d")), "2026-01-31");
        assert_string_equal(json_string_value(json_object_get(json, "${x}")), "\"");
        json_decref(json);
    }
    column_release(&column);
}

static void json_choices_are_escaped(void **state) {
    (void)state;
    static const char *const choices[] = {"a\"b",       "back\\slash", "bell\a",
                                          "feed\fed\b", "ä",           "\x1f"};
    struct column column;
    column_init(&column, "json",
                PAIRS("template", "[\"${choice a\"b back\\slash bell\a feed\fed\b ä \x1f}\"]"));
    unsigned seen = 0;
    for (uint64_t row = 0; row < 1000; row++) {
        struct value value = draw_row(&column, row);
        json_t *json = parse_json(&value);
        const char *word = json_string_value(json_array_get(json, 0));
        for (size_t i = 0; i < COUNT_OF(choices); i++)
            seen |= (unsigned)(strcmp(choices[i], word) == 0) << i;
        json_decref(json);
    }
    assert_int_equal(seen, (1u << COUNT_OF(choices)) - 1);
    column_release(&column);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_cut_at_characters),
        cmocka_unit_test(word_list_never_changes),
        cmocka_unit_test(words_have_single_spaces_between),
        cmocka_unit_test(json_is_json_with_values_in_range),
        cmocka_unit_test(json_choices_are_escaped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
