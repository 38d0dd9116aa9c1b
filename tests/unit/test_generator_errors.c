/* What is said of wrong arguments: message, place, line with caret, hint. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "row/generator.h"

struct wrong {
    const char *generator;
    const char *pairs[9]; /* key, value, …, NULL */
    const char *what;     /* the whole message */
    const char *hint;     /* a part of the hint; NULL: there is none */
};

static const struct wrong wrongs[] = {
    {"serial", {"step", "0"}, "step: 0 would give every row one value", "step: 1"},
    {"serial", {"start", "1.5"}, "start: \"1.5\" is not a whole number", "count"},
    {"int", {"min", "5", "max", "1"}, "min 5 is above max 1", "min: 1, max: 1000000"},
    {"int", {"min", "2M"}, "min 2M is above max 1000000 (the default)", "not above its max"},
    {"int", {"max", "-1"}, "min 1 (the default) is above max -1", "not above its max"},
    {"int",
     {"mni", "5"},
     "the generator int has no argument \"mni\"",
     "did you mean \"min\"? int takes: min, max, dist, skew, null, per"},
    {"int",
     {"colour", "5"},
     "the generator int has no argument \"colour\"",
     "int takes: min, max, dist, skew, null, per"},
    {"now", {"min", "5"}, "the generator now has no argument \"min\"", "now takes: null, per"},
    {"int", {"min", "1", "min", "2"}, "the argument \"min\" is given twice", NULL},
    {"int", {"min", "five"}, "min: \"five\" is not a whole number", "500"},
    {"int", {"min", ""}, "min: \"\" is not a whole number", "500"},
    {"int", {"min", "--5"}, "min: \"--5\" is not a whole number", "-5"},
    {"int",
     {"max", "9223372036854775808"},
     "max: 9223372036854775808 is out of the range of a 64-bit integer",
     "9223372036854775807"},
    {"int",
     {"dist", "zpif"},
     "dist: \"zpif\" is not one of uniform, zipf, normal, exponential, lognormal",
     "did you mean \"zipf\"?"},
    {"int",
     {"dist", "pareto-ish"},
     "dist: \"pareto-ish\" is not one of uniform, zipf, normal, exponential, lognormal",
     "dist: uniform"},
    {"int", {"skew", "2"}, "skew: only zipf has one, this is uniform", "dist: zipf, skew: 2"},
    {"int", {"dist", "zipf", "skew", "0"}, "skew: 0 is not above 0 and up to 10", "skew: 1.2"},
    {"int", {"dist", "zipf", "skew", "11"}, "skew: 11 is not above 0 and up to 10", "skew: 1.2"},
    {"float", {"min", "nan"}, "min: \"nan\" is not a number", "-0.5"},
    {"float", {"min", "0x10"}, "min: \"0x10\" is not a number", "-0.5"},
    {"float", {"max", "1e999"}, "max: \"1e999\" is not a number", "1e6"},
    {"float", {"min", "2"}, "min 2 is above max 1 (the default)", "min: 0, max: 1"},
    {"numeric", {"scale", "19"}, "scale: 19 is not 0..18", "scale: 2"},
    {"numeric", {"scale", "-1"}, "scale: -1 is not 0..18", "scale: 2"},
    {"numeric", {"max", "0.125"}, "max: 0.125 has more decimals than scale 2 keeps", "scale"},
    {"numeric",
     {"max", "99999999999999999.00"},
     "max: 99999999999999999.00 takes more than 18 digits with scale 2",
     "lower the scale"},
    {"numeric",
     {"scale", "18", "max", "1"},
     "max: 1 takes more than 18 digits with scale 18",
     "lower the scale"},
    {"numeric", {"max", "1e5"}, "max: \"1e5\" is not a decimal number", "0.25"},
    {"numeric", {"max", "."}, "max: \".\" is not a decimal number", "0.25"},
    {"numeric", {"min", "1001"}, "min 1001 is above max 1000 (the default)", "not above"},
    {"bool", {"share", "110%"}, NULL, "%"},
    {"int", {"null", "2"}, NULL, "%"},
    {"int", {"per", "rwo"}, "per: \"rwo\" is not one of row, commit", "did you mean \"row\"?"},
    {"choice", {NULL}, "the argument \"of\" is missing", "of: [red, green]"},
    {"choice", {"of", "red"}, "of: a list or a map of values is expected", "of: [red, green]"},
    {"const", {NULL}, "the argument \"value\" is missing", "value: 42"},
    {"text", {"min", "21"}, "min 21 is above max 20 (the default)", "not above"},
    {"text", {"max", "11M"}, "max: at most 10000000 is possible", NULL},
    {"text", {"chars", ""}, "chars: the alphabet is empty", "chars: 'abcdef"},
    {"text", {"chars", "ab\xc3"}, "chars: byte 3 is not valid UTF-8", NULL},
    {"text", {"chars", "a\xed\xa0\x80"}, "chars: byte 2 is not valid UTF-8", NULL},
    {"text", {"chars", "\xc0\xaf"}, "chars: byte 1 is not valid UTF-8", NULL},
    {"words", {"max", "2"}, "min 3 (the default) is above max 2", "not above"},
    {"words", {"max", "2M"}, "max: at most 1000000 is possible", NULL},
    {"uuid", {"version", "5"}, "version: \"5\" is not one of 4, 7", "version: 4"},
    {"uuid", {"step", "1s"}, "step: only version 7 has a time", "version: 7"},
    {"uuid",
     {"version", "7", "start", "1969-12-31"},
     "start: 1969-12-31 is before 1970, where version 7 begins to count",
     "2026-01-01"},
    {"timestamp",
     {"min", "2026-02-29"},
     "min: \"2026-02-29\" is not a date or time between the years 1 and 9999",
     "YYYY-MM-DD"},
    {"timestamp",
     {"min", "2026-1-1"},
     "min: \"2026-1-1\" is not a date or time between the years 1 and 9999",
     "YYYY-MM-DD"},
    {"timestamp",
     {"min", "0000-01-01"},
     "min: \"0000-01-01\" is not a date or time between the years 1 and 9999",
     "YYYY-MM-DD"},
    {"timestamp",
     {"min", "2026-01-01 24:00"},
     "min: \"2026-01-01 24:00\" is not a date or time between the years 1 and 9999",
     "08:30:00"},
    {"timestamp",
     {"min", "2026-01-01"},
     "min 2026-01-01 is above max 2025-12-31 (the default)",
     "min: 2025-01-01"},
    {"timestamp",
     {"step", "1s", "max", "2026-01-01"},
     "max: an ascending series has min and step alone",
     "leave out either max or step"},
    {"timestamp", {"step", "5"}, NULL, "5"},
    {"timestamp", {"step", "0"}, "step: it is below a microsecond", "100ms"},
    {"date",
     {"min", "tomorrow"},
     "min: \"tomorrow\" is not a date or time between the years 1 and 9999",
     "2026-01-31"},
    {"time", {"min", "8:00"}, "min: \"8:00\" is not a time of day", "08:30:00"},
    {"time", {"min", "10:00", "max", "09:00"}, "min 10:00 is above max 09:00", "not above"},
    {"interval", {"min", "25h"}, "min 25h is above max 24h (the default)", "max: 24h"},
    {"bytes", {"min", "1kB"}, "min 1kB is above max 64 (the default)", "max: 64"},
    {"bytes", {"max", "65MB"}, "max: at most 64MB is possible", NULL},
    {"inet", {"network", "10.0.0.1/8"}, "network: \"10.0.0.1/8\" is not a network", "/16"},
    {"inet", {"network", "10.0.0.0"}, "network: \"10.0.0.0\" is not a network", "/16"},
    {"inet", {"network", "10.0.0.0/33"}, "network: \"10.0.0.0/33\" is not a network", "/16"},
    {"ref", {NULL}, "the argument \"table\" is missing", "table: users"},
    {"ref",
     {"table", "users", "dist", "normal"},
     "dist: \"normal\" is not one of uniform, zipf, distinct",
     "uniform"},
    {"ref",
     {"table", "users", "rows", "0"},
     "rows: a parent without rows has no keys to refer to",
     "rows: 10k"},
    {"ref",
     {"table", "users", "rows", "1000001"},
     "rows: a parent can have at most 1M rows",
     "rows: 1M"},
    {"json", {NULL}, "the argument \"template\" is missing", "template:"},
    {"json",
     {"template", "{\"a\": ${itn 1..9}}"},
     "template: placeholder ${itn 1..9} at character 7: there is no placeholder \"itn\"",
     "did you mean ${int}?"},
    {"json",
     {"template", "{\"\xc3\xa4\": ${nothing-like}}"},
     "template: placeholder ${nothing-like} at character 7: there is no placeholder "
     "\"nothing-like\"",
     "there are int"},
    {"json",
     {"template", "{\"a\": ${int 9..1}}"},
     "template: placeholder ${int 9..1} at character 7: min 9 is above max 1",
     "not above"},
    {"json",
     {"template", "{\"a\": ${int a..b}}"},
     "template: placeholder ${int a..b} at character 7: min: \"a\" is not a whole number",
     "500"},
    {"json",
     {"template", "{\"a\": ${int 1..9"},
     "template: placeholder ${int 1..9 at character 7: its } is missing",
     "$${"},
    {"json",
     {"template", "{\"a\": ${text 1..9}}"},
     "template: placeholder ${text 1..9} at character 7: it gives text, but stands outside a "
     "string",
     "double quotes"},
    {"json",
     {"template", "{\"a\": ${choice 1 b}}"},
     "template: placeholder ${choice 1 b} at character 7: b is no JSON value, and the placeholder "
     "stands outside a string",
     "double quotes"},
    {"json",
     {"template", "{\"a\": \"${choice}\"}"},
     "template: placeholder ${choice} at character 8: there is nothing to choose from",
     "google"},
    {"json",
     {"template", "{\"a\": \"${uuid 4}\"}"},
     "template: placeholder ${uuid 4} at character 8: uuid takes no argument",
     "${uuid}"},
    {"json",
     {"template", "{\"a\": -${int 1..9}}"},
     "template: placeholder ${int 1..9} at character 8: outside a string it has to be a value of "
     "its own",
     "double quotes"},
    {"json",
     {"template", "{\"a\": ${row}${row}}"},
     "template: placeholder ${row} at character 7: outside a string it has to be a value of its "
     "own",
     "double quotes"},
    {"json",
     {"template", "{\"a\": ${row}"},
     "template: filled in, it is not JSON: '}' expected near end of file, at byte 7 of {\"a\": 0",
     "for example"},
    {"json", {"template", ""}, NULL, "for example"},
};

static void wrong_arguments_are_told(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
        const struct wrong *wrong = &wrongs[i];
        struct arena arena = {0};
        struct error error = {0};
        struct column_generator column;
        if (generator_make(wrong->generator, wrong->pairs, &arena, &column, &error))
            fail_msg("case %zu: %s %s is taken", i, wrong->generator, wrong->pairs[0]);
        assert_int_equal(error.exit_code, EXIT_USAGE);
        assert_string_equal(error.where, "");
        if (wrong->what)
            assert_string_equal(error.what, wrong->what);
        if (wrong->hint && !strstr(error.hint, wrong->hint))
            fail_msg("case %zu: \"%s\" is not in the hint \"%s\"", i, wrong->hint, error.hint);
        if (!wrong->hint)
            assert_string_equal(error.hint, "");
        arena_release(&arena);
    }
}

/* Compiles with arguments that stand in a file; expects it to fail. */
static struct error compile_at(const char *generator, const struct generator_arg *args,
                               size_t count) {
    struct generator_args all = {
        .args = args, .count = count, .at = {"w.yaml", 7, 3, "  c: {gen: x}"}, .column = "c"};
    struct arena arena = {0};
    struct error error = {0};
    struct column_generator column;
    assert_false(generator_compile(generator_find(generator), &all, &arena, &column, &error));
    assert_int_equal(error.exit_code, EXIT_USAGE);
    arena_release(&arena);
    return error;
}

static void errors_show_place_and_line(void **state) {
    (void)state;
    const char *line = "  c: {gen: int, min: 5, max: 1}";
    struct generator_arg args[] = {
        {.key = "max", .scalar = "1", .at = {"w.yaml", 9, 25, line}},
        {.key = "min", .scalar = "5", .at = {"w.yaml", 9, 17, line}},
    };
    struct error error = compile_at("int", args, 2);
    assert_string_equal(error.what, "column c: min 5 is above max 1");
    assert_string_equal(error.where, "w.yaml:9:17");
    assert_string_equal(error.line, "  c: {gen: int, min: 5, max: 1}\n                ^");

    args[1].key = "mini"; /* the first error wins, and it is at the argument itself */
    error = compile_at("int", args, 2);
    assert_string_equal(error.what, "column c: the generator int has no argument \"mini\"");
    assert_string_equal(error.where, "w.yaml:9:17");

    error = compile_at("const", NULL, 0); /* nothing to point at but the column */
    assert_string_equal(error.what, "column c: the argument \"value\" is missing");
    assert_string_equal(error.where, "w.yaml:7:3");
    assert_string_equal(error.line, "  c: {gen: x}\n  ^");
}

static void caret_stands_below_its_character(void **state) {
    (void)state;
    struct generator_arg arg = {
        .key = "min", .scalar = "x", .at = {"w.yaml", 1, 5, "\t\xc3\xa4\xe2\x82\xac min: x"}};
    struct error error = compile_at("int", &arg, 1);
    assert_string_equal(error.line, "\t\xc3\xa4\xe2\x82\xac min: x\n\t   ^");

    char longer[1200];
    for (int column = 1; column < 1000; column += 37) {
        for (size_t i = 0; i + 3 < sizeof(longer); i += 2)
            memcpy(longer + i, "\xc3\xa4", 3); /* 599 characters of two bytes */
        arg.at.text = longer;
        arg.at.column = column;
        error = compile_at("int", &arg, 1);
        size_t length = strlen(error.line);
        assert_true(length > 0 && length < sizeof(error.line) && error.line[length - 1] == '^');
        assert_non_null(strchr(error.line, '\n'));
    }
    memset(longer, '.', sizeof(longer) - 1);
    longer[sizeof(longer) - 1] = '\0';
    longer[499] = 'X';
    arg.at.column = 500;
    error = compile_at("int", &arg, 1);
    char *caret = strchr(error.line, '\n') + 1;
    assert_int_equal(strchr(error.line, 'X') - error.line, strchr(caret, '^') - caret);
}

static void wrong_choices_are_told(void **state) {
    (void)state;
    struct generator_arg items[] = {
        {.key = "red", .scalar = "70", .at = {"w.yaml", 2, 9, "x"}},
        {.key = "green", .scalar = "0", .at = {"w.yaml", 3, 9, "x"}},
    };
    struct generator_arg of = {
        .key = "of", .items = items, .item_count = 2, .at = {"w.yaml", 1, 5, "x"}};
    struct error error = compile_at("choice", &of, 1);
    assert_string_equal(error.what, "column c: green: the weight 0 is not above 0");
    assert_string_equal(error.where, "w.yaml:3:9");

    items[1].scalar = "-3";
    error = compile_at("choice", &of, 1);
    assert_string_equal(error.what, "column c: green: the weight -3 is not above 0");

    items[1].scalar = "much";
    error = compile_at("choice", &of, 1);
    assert_string_equal(error.what, "column c: green: \"much\" is not a number");
    assert_string_equal(error.where, "w.yaml:3:9");

    items[0].scalar = items[1].scalar = "1e308";
    error = compile_at("choice", &of, 1);
    assert_string_equal(error.what, "column c: of: the sum of the weights is too large");

    items[1].scalar = NULL;
    error = compile_at("choice", &of, 1);
    assert_string_equal(error.what,
                        "column c: of: every weight is one number, not a list or a map");

    of.item_count = 0;
    error = compile_at("choice", &of, 1);
    assert_string_equal(error.what, "column c: of: there is nothing to choose from");
    assert_string_equal(error.where, "w.yaml:1:5");
    assert_non_null(strstr(error.hint, "of: {red: 70, green: 30}"));
}

static void list_in_place_of_a_value_is_told(void **state) {
    (void)state;
    struct generator_arg items[] = {{.scalar = "1"}, {.scalar = "2"}};
    struct generator_arg min = {
        .key = "min", .items = items, .item_count = 2, .at = {"w.yaml", 4, 2, NULL}};
    struct error error = compile_at("int", &min, 1);
    assert_string_equal(error.what,
                        "column c: min: one value is expected here, not a list or a map");
    assert_string_equal(error.where, "w.yaml:4:2");
    assert_string_equal(error.hint, "for example min: 1");
    assert_string_equal(error.line, "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_arguments_are_told),
        cmocka_unit_test(errors_show_place_and_line),
        cmocka_unit_test(caret_stands_below_its_character),
        cmocka_unit_test(wrong_choices_are_told),
        cmocka_unit_test(list_in_place_of_a_value_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
