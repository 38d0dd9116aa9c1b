#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/units.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

typedef bool parser(const char *text, uint64_t *value, struct error *error);

struct right {
    const char *text;
    uint64_t value;
};

struct wrong {
    const char *text;
    const char *what;
    const char *hint;
};

static void check_right(parser *parse, const struct right *cases, size_t count) {
    for (size_t i = 0; i < count; i++) {
        struct error error = {0};
        uint64_t value = 12345;
        if (!parse(cases[i].text, &value, &error))
            fail_msg("%s: %s", cases[i].text, error.what);
        if (value != cases[i].value)
            fail_msg("%s: %llu", cases[i].text, (unsigned long long)value);
        assert_false(error.set);
    }
}

static void check_error(const struct error *error, const struct wrong *wrong) {
    assert_true(error->set);
    assert_int_equal(error->exit_code, EXIT_USAGE);
    assert_string_equal(error->what, wrong->what);
    assert_string_equal(error->hint, wrong->hint);
    assert_string_equal(error->where, "");
}

static void check_wrong(parser *parse, const struct wrong *cases, size_t count) {
    for (size_t i = 0; i < count; i++) {
        struct error error = {0};
        uint64_t value;
        if (parse(cases[i].text, &value, &error))
            fail_msg("\"%s\" was taken", cases[i].text);
        check_error(&error, &cases[i]);
    }
}

#define DURATION_HINT "a duration is a number with us, ms, s, m, h or d: 500ms, 1.5s, 2h"
#define SECONDS_HINT " for seconds; units are us, ms, s, m, h, d"

static void durations(void **state) {
    (void)state;
    static const struct right cases[] = {
        {"500ms", 500 * NS_PER_MS},
        {"1.5s", 1500 * NS_PER_MS},
        {"2h", 7200 * NS_PER_S},
        {"0", 0},
        {"0.0", 0},
        {"0s", 0},
        {"10s", 10 * NS_PER_S},
        {"5m", 300 * NS_PER_S},
        {"5min", 300 * NS_PER_S},
        {"5 min", 300 * NS_PER_S},
        {"1d", 86400 * NS_PER_S},
        {"20us", 20 * NS_PER_US},
        {"20µs", 20 * NS_PER_US},
        {"0.3us", 300},
        {"0.0006us", 1},
        {"007s", 7 * NS_PER_S},
        {"18446744073.709551615s", UINT64_MAX},
    };
    check_right(units_duration, cases, COUNT_OF(cases));
}

static void wrong_durations(void **state) {
    (void)state;
    static const struct wrong cases[] = {
        {"3", "\"3\" is not a duration: the unit is missing", "write \"3s\"" SECONDS_HINT},
        {"1.5", "\"1.5\" is not a duration: the unit is missing", "write \"1.5s\"" SECONDS_HINT},
        {"", "\"\" is not a duration: it is empty", DURATION_HINT},
        {"-5s", "\"-5s\" is not a duration: it is negative", DURATION_HINT},
        {"+5s", "\"+5s\" is not a duration: it does not start with a digit", DURATION_HINT},
        {" 5s", "\" 5s\" is not a duration: it does not start with a digit", DURATION_HINT},
        {".5s", "\".5s\" is not a duration: it does not start with a digit", DURATION_HINT},
        {"s", "\"s\" is not a duration: it does not start with a digit", DURATION_HINT},
        {"nan", "\"nan\" is not a duration: it does not start with a digit", DURATION_HINT},
        {"5.s", "\"5.s\" is not a duration: no digit follows the point", DURATION_HINT},
        {"5MS", "\"5MS\" is not a duration: unknown unit \"MS\"", "write \"5ms\""},
        {"5 S", "\"5 S\" is not a duration: unknown unit \"S\"", "write \"5 s\""},
        {"5s ", "\"5s \" is not a duration: unknown unit \"s \"", DURATION_HINT},
        {"5 ", "\"5 \" is not a duration: unknown unit \" \"", DURATION_HINT},
        {"5  s", "\"5  s\" is not a duration: unknown unit \" s\"", DURATION_HINT},
        {"5ss", "\"5ss\" is not a duration: unknown unit \"ss\"", DURATION_HINT},
        {"1,5s", "\"1,5s\" is not a duration: unknown unit \",5s\"", DURATION_HINT},
        {"1e3s", "\"1e3s\" is not a duration: unknown unit \"e3s\"", DURATION_HINT},
        {"1m30s", "\"1m30s\" is not a duration: unknown unit \"m30s\"", DURATION_HINT},
        {"1.2.3s", "\"1.2.3s\" is not a duration: unknown unit \".3s\"", DURATION_HINT},
        {"8MB", "\"8MB\" is not a duration: unknown unit \"MB\"", DURATION_HINT},
        {"0.0004us", "\"0.0004us\" is not a duration: it is too small", DURATION_HINT},
        {"18446744073.709551616s", "\"18446744073.709551616s\" is not a duration: it is too large",
         DURATION_HINT},
        {"1000000000000000000000000s",
         "\"1000000000000000000000000s\" is not a duration: it has too many digits", DURATION_HINT},
        {"0.1000000000000000000000000s",
         "\"0.1000000000000000000000000s\" is not a duration: it has too many digits",
         DURATION_HINT},
        {"1,000", "\"1,000\" is not a duration: digits are written without separators",
         "write \"1000s\""},
    };
    check_wrong(units_duration, cases, COUNT_OF(cases));
}

#define SIZE_HINT \
    "a size is a number of bytes, or one with kB, MB, GB or TB (1 kB is 1024): 8192, 64kB, 8MB"

static void sizes(void **state) {
    (void)state;
    static const struct right cases[] = {
        {"64kB", 65536},
        {"8MB", 8388608},
        {"1GB", 1073741824},
        {"2TB", 2199023255552},
        {"8192", 8192},
        {"100B", 100},
        {"0", 0},
        {"1.5kB", 1536},
        {"0.1GB", 107374182},
        {"64 kB", 65536},
        {"16777215.5TB", 18446743523953737728ull},
    };
    check_right(units_size, cases, COUNT_OF(cases));
}

static void wrong_sizes(void **state) {
    (void)state;
    static const struct wrong cases[] = {
        {"", "\"\" is not a size: it is empty", SIZE_HINT},
        {"64k", "\"64k\" is not a size: unknown unit \"k\"", "write \"64kB\""},
        {"64kb", "\"64kb\" is not a size: unknown unit \"kb\"", "write \"64kB\""},
        {"64KB", "\"64KB\" is not a size: unknown unit \"KB\"", "write \"64kB\""},
        {"8M", "\"8M\" is not a size: unknown unit \"M\"", "write \"8MB\""},
        {"8MiB", "\"8MiB\" is not a size: unknown unit \"MiB\"", SIZE_HINT},
        {"-1", "\"-1\" is not a size: it is negative", SIZE_HINT},
        {"0x10", "\"0x10\" is not a size: unknown unit \"x10\"", SIZE_HINT},
        {"0.4", "\"0.4\" is not a size: it is too small", SIZE_HINT},
        {"16777216TB", "\"16777216TB\" is not a size: it is too large", SIZE_HINT},
        {"8_192", "\"8_192\" is not a size: digits are written without separators",
         "write \"8192\""},
    };
    check_wrong(units_size, cases, COUNT_OF(cases));
}

#define COUNT_HINT "a count is a whole number, or one with k, M or G: 500, 10k, 1.5M"

static void counts(void **state) {
    (void)state;
    static const struct right cases[] = {
        {"0", 0},       {"500", 500}, {"10k", 10000},     {"2M", 2000000},
        {"1.5k", 1500}, {"1.0", 1},   {"3G", 3000000000}, {"18446744073709551615", UINT64_MAX},
    };
    check_right(units_count, cases, COUNT_OF(cases));
}

static void wrong_counts(void **state) {
    (void)state;
    static const struct wrong cases[] = {
        {"", "\"\" is not a count: it is empty", COUNT_HINT},
        {"1_000", "\"1_000\" is not a count: digits are written without separators",
         "write \"1000\""},
        {"1,000", "\"1,000\" is not a count: digits are written without separators",
         "write \"1000\""},
        {"12 345 678", "\"12 345 678\" is not a count: digits are written without separators",
         "write \"12345678\""},
        {"1,5", "\"1,5\" is not a count: unknown unit \",5\"", COUNT_HINT},
        {"1,000,00", "\"1,000,00\" is not a count: unknown unit \",000,00\"", COUNT_HINT},
        {"1.5", "\"1.5\" is not a count: it is not whole", COUNT_HINT},
        {"1.0005k", "\"1.0005k\" is not a count: it is not whole", COUNT_HINT},
        {"10K", "\"10K\" is not a count: unknown unit \"K\"", "write \"10k\""},
        {"2m", "\"2m\" is not a count: unknown unit \"m\"", "write \"2M\""},
        {"ten", "\"ten\" is not a count: it does not start with a digit", COUNT_HINT},
        {"-1", "\"-1\" is not a count: it is negative", COUNT_HINT},
        {"18446744073709551616", "\"18446744073709551616\" is not a count: it is too large",
         COUNT_HINT},
    };
    check_wrong(units_count, cases, COUNT_OF(cases));
}

/* What is said of one that has no range: the parser wants a value to fill. */
static bool parse_range_min(const char *text, uint64_t *min, struct error *error) {
    struct range range;
    if (!units_range(text, &range, error))
        return false;
    *min = range.min;
    return true;
}

#define RANGE_HINT "a range is a count, or two with .. between them: 10, 5..15, 1k..2k"

static void ranges(void **state) {
    (void)state;
    struct error error = {0};
    struct range range;
    assert_true(units_range("5..15", &range, &error));
    assert_int_equal(range.min, 5);
    assert_int_equal(range.max, 15);
    assert_true(units_range("7", &range, &error));
    assert_int_equal(range.min, 7);
    assert_int_equal(range.max, 7);
    assert_true(units_range("1.5k..2k", &range, &error));
    assert_int_equal(range.min, 1500);
    assert_int_equal(range.max, 2000);
    assert_true(units_range("3..3", &range, &error));
    assert_false(error.set);
}

static void wrong_ranges(void **state) {
    (void)state;
    static const struct wrong cases[] = {
        {"", "\"\" is not a range: \"\" is not a count: it is empty", RANGE_HINT},
        {"15..5", "\"15..5\" is not a range: its end is below its start", "write \"5..15\""},
        {"..5", "\"..5\" is not a range: its start is missing", RANGE_HINT},
        {"5..", "\"5..\" is not a range: its end is missing", RANGE_HINT},
        {"..", "\"..\" is not a range: its start is missing", RANGE_HINT},
        {"5-15", "\"5-15\" is not a range: the two counts are parted by ..", "write \"5..15\""},
        {"-5", "\"-5\" is not a range: \"-5\" is not a count: it is negative", RANGE_HINT},
        {"5...15",
         "\"5...15\" is not a range: \".15\" is not a count: it does not start with a digit",
         RANGE_HINT},
        {"1..2..3",
         "\"1..2..3\" is not a range: \"2..3\" is not a count: no digit follows the point",
         RANGE_HINT},
        {"a..3", "\"a..3\" is not a range: \"a\" is not a count: it does not start with a digit",
         RANGE_HINT},
        {"1..2x", "\"1..2x\" is not a range: \"2x\" is not a count: unknown unit \"x\"",
         RANGE_HINT},
    };
    check_wrong(parse_range_min, cases, COUNT_OF(cases));
}

static bool parse_share_permille(const char *text, uint64_t *permille, struct error *error) {
    double share;
    if (!units_share(text, &share, error))
        return false;
    *permille = (uint64_t)(share * 1000);
    return true;
}

#define SHARE_HINT "a share is a percentage or a number from 0 to 1: 10%, 0.1"

static void shares(void **state) {
    (void)state;
    static const struct {
        const char *text;
        double share;
    } cases[] = {
        {"10%", 0.1}, {"0.1", 0.1},    {"0", 0},      {"1", 1},     {"100%", 1},
        {"0%", 0},    {"2.5%", 0.025}, {"7 %", 0.07}, {"1.000", 1}, {"0.001%", 0.00001},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct error error = {0};
        double share = -1;
        assert_true(units_share(cases[i].text, &share, &error));
        assert_true(share == cases[i].share);
    }
}

static void wrong_shares(void **state) {
    (void)state;
    static const struct wrong cases[] = {
        {"", "\"\" is not a share: it is empty", SHARE_HINT},
        {"10", "\"10\" is not a share: it is over 1", "write \"10%\""},
        {"1.01", "\"1.01\" is not a share: it is over 1", "write \"1.01%\""},
        {"1000", "\"1000\" is not a share: it is over 1", SHARE_HINT},
        {"101%", "\"101%\" is not a share: it is over 100%", SHARE_HINT},
        {"-1%", "\"-1%\" is not a share: it is negative", SHARE_HINT},
        {"%", "\"%\" is not a share: it does not start with a digit", SHARE_HINT},
        {"nan", "\"nan\" is not a share: it does not start with a digit", SHARE_HINT},
        {"0.", "\"0.\" is not a share: no digit follows the point", SHARE_HINT},
        {"10%%", "\"10%%\" is not a share: only % may follow the number", SHARE_HINT},
        {"0.1 ", "\"0.1 \" is not a share: only % may follow the number", SHARE_HINT},
    };
    check_wrong(parse_share_permille, cases, COUNT_OF(cases));
}

/* --- lists --- */

struct taken {
    char words[128]; /* each followed by a bar */
    const char *refused;
};

static bool take(const char *word, void *context, struct error *error) {
    struct taken *taken = context;
    if (taken->refused && strcmp(word, taken->refused) == 0)
        return error_usage(error, "%s is refused", word);
    strcat(taken->words, word);
    strcat(taken->words, "|");
    return true;
}

static void list_gives_each_word(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"1,4,16", "1|4|16|"},
        {" 1 ,\t4, copy text ", "1|4|copy text|"},
        {"one", "one|"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct taken taken = {0};
        struct error error = {0};
        assert_true(units_list(cases[i][0], take, &taken, &error));
        assert_string_equal(taken.words, cases[i][1]);
        assert_false(error.set);
    }
}

static void list_refuses_an_empty_word(void **state) {
    (void)state;
    static const char *const cases[] = {"", " ", "1,,2", "1,", ",1", "1, ,2"};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct taken taken = {0};
        struct error error = {0};
        char what[64];
        snprintf(what, sizeof(what), "\"%s\" is not a list: a word is empty", cases[i]);
        assert_false(units_list(cases[i], take, &taken, &error));
        check_error(&error, &(struct wrong){cases[i], what,
                                            "a list is words with one comma between them: 1,4,16"});
    }
}

static void list_stops_where_a_word_is_refused(void **state) {
    (void)state;
    struct taken taken = {.refused = "b"};
    struct error error = {0};
    assert_false(units_list("a,b,c", take, &taken, &error));
    assert_string_equal(taken.words, "a|");
    assert_string_equal(error.what, "b is refused");
}

/* --- nearest word --- */

static void nearest_word(void **state) {
    (void)state;
    static const char *const names[] = {"insert",      "multirow", "copy-text", "copy-csv",
                                        "copy-binary", "pipeline", "pool",      "unnest"};
    static const char *const cases[][2] = {
        {"insret", "insert"},     /* swapped: one step */
        {"isnret", "insert"},     /* two swaps: four steps if taken singly */
        {"pol", "pool"},          /* left out */
        {"poool", "pool"},        /* put in */
        {"Multirow", "multirow"}, /* case does not count */
        {"PIPELINE", "pipeline"},
        {"copybinary", "copy-binary"},
        {"copy-test", "copy-text"},
        {"copi-bynery", "copy-binary"}, /* three steps in eleven letters */
        {"unest", "unnest"},
        {"insert", "insert"},
        {"instantly", NULL},
        {"x", NULL},
        {"", NULL},
        {"duration", NULL},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const char *nearest = units_nearest(cases[i][0], names, COUNT_OF(names));
        if (cases[i][1])
            assert_string_equal(nearest ? nearest : "nothing", cases[i][1]);
        else if (nearest)
            fail_msg("\"%s\" is said to be near \"%s\"", cases[i][0], nearest);
    }
}

static void nearest_of_several_is_the_least_far_then_the_first(void **state) {
    (void)state;
    static const char *const names[] = {"batches", "bitch", "batch", "botch"};
    assert_string_equal(units_nearest("batsh", names, 4), "batch");
    assert_string_equal(units_nearest("butch", names, 4), "bitch");
    assert_null(units_nearest("batch", names, 0));
    /* "ab" and "cd" are two steps apart, which is all of them. */
    assert_null(units_nearest("ab", (const char *const[]){"cd"}, 1));
}

static void nearest_takes_words_of_any_length(void **state) {
    (void)state;
    char name[64 + 1], word[66 + 1];
    memset(name, 'a', 64), name[64] = '\0';
    memset(word, 'a', 66), word[66] = '\0';
    const char *const names[] = {word, name};
    assert_ptr_equal(units_nearest(word, names, 2), NULL);
    word[64] = '\0';
    word[3] = 'b';
    assert_ptr_equal(units_nearest(word, names + 1, 1), name);
}

/* --- shown to people --- */

static void shown_counts(void **state) {
    (void)state;
    static const struct {
        double count;
        const char *text;
    } cases[] = {
        {0, "0"},
        {7, "7"},
        {999, "999"},
        {1000, "1,000"},
        {1234567, "1,234,567"},
        {123456.5, "123,457"},
        {12.5, "12.5"},
        {0.25, "0.25"},
        {0.5, "0.5"},
        {0.05, "0.05"},
        {9.996, "10"},
        {99.96, "100"},
        {100.4, "100"},
        {-1234, "-1,234"},
        {-0.001, "0"},
        {999999.7, "1,000,000"},
        {3.14159, "3.14"},
        {1e15, "1,000,000,000,000,000"},
        {1e18, "1e+18"},
        {INFINITY, "inf"},
    };
    char out[32];
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_string_equal(units_show_count(out, sizeof(out), cases[i].count), cases[i].text);
}

static void shown_durations(void **state) {
    (void)state;
    static const struct {
        uint64_t ns;
        const char *text;
    } cases[] = {
        {0, "0 s"},
        {812, "812 ns"},
        {1000, "1 µs"},
        {14213, "14.2 µs"},
        {999499, "999 µs"},
        {999500, "1 ms"},
        {1005000, "1.01 ms"},
        {1500000, "1.5 ms"},
        {9994000, "9.99 ms"},
        {9996000, "10 ms"},
        {500000000, "500 ms"},
        {3000000000, "3 s"},
        {1234567890, "1.23 s"},
        {59940000000, "59.9 s"},
        {59960000000, "1 min"},
        {90 * NS_PER_S, "1 min 30 s"},
        {300 * NS_PER_S, "5 min"},
        {3599600 * NS_PER_MS, "1 h"},
        {7500 * NS_PER_S, "2 h 5 min"},
        {86399 * NS_PER_S, "1 d"},
        {97200 * NS_PER_S, "1 d 3 h"},
        {UINT64_MAX, "213504 d"},
    };
    char out[32];
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_string_equal(units_show_duration(out, sizeof(out), cases[i].ns), cases[i].text);
}

static void shown_sizes(void **state) {
    (void)state;
    static const struct {
        uint64_t bytes;
        const char *text;
    } cases[] = {
        {0, "0 B"},
        {812, "812 B"},
        {1023, "1023 B"},
        {1024, "1 kB"},
        {14541, "14.2 kB"},
        {65536, "64 kB"},
        {831488, "812 kB"},
        {1048063, "1023 kB"},
        {1048064, "1 MB"},
        {3250586, "3.1 MB"},
        {16777216, "16 MB"},
        {104805171, "99.9 MB"},
        {104857599, "100 MB"},
        {5368709120, "5 GB"},
        {UINT64_MAX, "16777216 TB"},
    };
    char out[32];
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_string_equal(units_show_size(out, sizeof(out), cases[i].bytes), cases[i].text);
}

static void test_show_things(void **state) {
    (void)state;
    char text[32];
    assert_string_equal(units_show_things(text, sizeof text, 1, "row"), "1 row");
    assert_string_equal(units_show_things(text, sizeof text, 0, "row"), "0 rows");
    assert_string_equal(units_show_things(text, sizeof text, 1.5, "row"), "1.5 rows");
    assert_string_equal(units_show_things(text, sizeof text, 1234, "row"), "1,234 rows");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_show_things),
        cmocka_unit_test(durations),
        cmocka_unit_test(wrong_durations),
        cmocka_unit_test(sizes),
        cmocka_unit_test(wrong_sizes),
        cmocka_unit_test(counts),
        cmocka_unit_test(wrong_counts),
        cmocka_unit_test(ranges),
        cmocka_unit_test(wrong_ranges),
        cmocka_unit_test(shares),
        cmocka_unit_test(wrong_shares),
        cmocka_unit_test(list_gives_each_word),
        cmocka_unit_test(list_refuses_an_empty_word),
        cmocka_unit_test(list_stops_where_a_word_is_refused),
        cmocka_unit_test(nearest_word),
        cmocka_unit_test(nearest_of_several_is_the_least_far_then_the_first),
        cmocka_unit_test(nearest_takes_words_of_any_length),
        cmocka_unit_test(shown_counts),
        cmocka_unit_test(shown_durations),
        cmocka_unit_test(shown_sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
