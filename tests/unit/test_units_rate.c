/* Units of a load: rates, ranges of durations and plain numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "base/clock.h"
#include "base/units.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

struct wrong {
    const char *text;
    const char *what;
    const char *hint;
};

static void check_error(const struct error *error, const struct wrong *wrong) {
    assert_true(error->set);
    assert_int_equal(error->exit_code, EXIT_USAGE);
    assert_string_equal(error->what, wrong->what);
    assert_string_equal(error->hint, wrong->hint);
    assert_string_equal(error->where, "");
}

#define RATE_HINT "a rate is a number with /s, /min, /h or /day: 500/s, 500000/day"

static void rates(void **state) {
    (void)state;
    static const struct {
        const char *text;
        double per_s;
    } cases[] = {
        {"500/s", 500}, {"1000/min", 1000.0 / 60}, {"20/h", 20.0 / 3600},    {"86400/day", 1},
        {"0.5/s", 0.5}, {"10k/s", 10000},          {"1.5M/h", 1.5e6 / 3600}, {"1G/s", 1e9},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct error error = {0};
        double per_s;
        if (!units_rate(cases[i].text, &per_s, &error))
            fail_msg("%s: %s", cases[i].text, error.what);
        assert_true(fabs(per_s - cases[i].per_s) <= 1e-12 * cases[i].per_s);
        assert_false(error.set);
    }
}

static void wrong_rates(void **state) {
    (void)state;
    static const struct wrong cases[] = {
        {"", "\"\" is not a rate: it is empty", RATE_HINT},
        {"fast", "\"fast\" is not a rate: it does not start with a digit", RATE_HINT},
        {"-5/s", "\"-5/s\" is not a rate: it is negative", RATE_HINT},
        {"0/s", "\"0/s\" is not a rate: it is 0", RATE_HINT},
        {"0.00/day", "\"0.00/day\" is not a rate: it is 0", RATE_HINT},
        {"500", "\"500\" is not a rate: the unit is missing",
         "write \"500/s\" for a second; units are /s, /min, /h, /day"},
        {"500/sec", "\"500/sec\" is not a rate: unknown unit \"/sec\"", "write \"500/s\""},
        {"5k/m", "\"5k/m\" is not a rate: unknown unit \"k/m\"", "write \"5k/min\""},
        {"5/d", "\"5/d\" is not a rate: unknown unit \"/d\"", "write \"5/day\""},
        {"5/week", "\"5/week\" is not a rate: unknown unit \"/week\"", RATE_HINT},
        {"5/", "\"5/\" is not a rate: unknown unit \"/\"", RATE_HINT},
        {"5K/s", "\"5K/s\" is not a rate: unknown unit \"K/s\"", RATE_HINT},
        {"5000x/s", "\"5000x/s\" is not a rate: unknown unit \"x/s\"", RATE_HINT},
        {"5 per s/s", "\"5 per s/s\" is not a rate: unknown unit \" per s/s\"", RATE_HINT},
        {"5s", "\"5s\" is not a rate: unknown unit \"s\"", RATE_HINT},
        {"1,000/s", "\"1,000/s\" is not a rate: unknown unit \",000/s\"", RATE_HINT},
        {"1000000001/s", "\"1000000001/s\" is not a rate: it is over a thousand million a second",
         RATE_HINT},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct error error = {0};
        double per_s;
        if (units_rate(cases[i].text, &per_s, &error))
            fail_msg("\"%s\" was taken", cases[i].text);
        check_error(&error, &cases[i]);
    }
}

static void ranges_of_durations(void **state) {
    (void)state;
    static const struct {
        const char *text;
        struct range ns;
    } cases[] = {
        {"1s..3s", {NS_PER_S, 3 * NS_PER_S}},
        {"2s", {2 * NS_PER_S, 2 * NS_PER_S}},
        {"0..10ms", {0, 10 * NS_PER_MS}},
        {"1.5s..1500ms", {1500 * NS_PER_MS, 1500 * NS_PER_MS}},
        {"0", {0, 0}},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct error error = {0};
        struct range ns;
        if (!units_duration_range(cases[i].text, &ns, &error))
            fail_msg("%s: %s", cases[i].text, error.what);
        assert_int_equal(ns.min, cases[i].ns.min);
        assert_int_equal(ns.max, cases[i].ns.max);
    }
}

static void wrong_ranges_of_durations(void **state) {
    (void)state;
#define DURATIONS_HINT "it is a duration, or two with .. between them: 2s, 1s..3s, 0ms..10ms"
    static const struct wrong cases[] = {
        {"3s..1s", "\"3s..1s\" is not a range of durations: its end is below its start",
         "write \"1s..3s\""},
        {"1s-3s", "\"1s-3s\" is not a range of durations: the two durations are parted by ..",
         "write \"1s..3s\""},
        {"1..3s",
         "\"1..3s\" is not a range of durations: \"1\" is not a duration: the unit is missing",
         DURATIONS_HINT},
        {"..3s", "\"..3s\" is not a range of durations: its start is missing", DURATIONS_HINT},
        {"1s..", "\"1s..\" is not a range of durations: its end is missing", DURATIONS_HINT},
        {"", "\"\" is not a range of durations: \"\" is not a duration: it is empty",
         DURATIONS_HINT},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct error error = {0};
        struct range ns;
        if (units_duration_range(cases[i].text, &ns, &error))
            fail_msg("\"%s\" was taken", cases[i].text);
        check_error(&error, &cases[i]);
    }
}

static void numbers(void **state) {
    (void)state;
#define NUMBER_HINT "for example 30 or 0.5"
    static const struct wrong wrongs[] = {
        {"", "\"\" is not a number: it is empty", NUMBER_HINT},
        {"-1", "\"-1\" is not a number: it is negative", NUMBER_HINT},
        {"30%", "\"30%\" is not a number: nothing may follow its digits", NUMBER_HINT},
        {"1e3", "\"1e3\" is not a number: nothing may follow its digits", NUMBER_HINT},
    };
    struct error error = {0};
    double number;
    assert_true(units_number("30", &number, &error));
    assert_true(number == 30);
    assert_true(units_number("0.25", &number, &error));
    assert_true(number == 0.25);
    for (size_t i = 0; i < COUNT_OF(wrongs); i++) {
        error = (struct error){0};
        if (units_number(wrongs[i].text, &number, &error))
            fail_msg("\"%s\" was taken", wrongs[i].text);
        check_error(&error, &wrongs[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates),
        cmocka_unit_test(wrong_rates),
        cmocka_unit_test(ranges_of_durations),
        cmocka_unit_test(wrong_ranges_of_durations),
        cmocka_unit_test(numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
