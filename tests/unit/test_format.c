/* Numbers and dates as text, without printf, held against printf and a walk through the calendar.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "row/format.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static void calendar_is_right(void **state) {
    (void)state;
    int64_t days = calendar_days(1, 1, 1);
    assert_int_equal(days, -730119); /* as PostgreSQL: '0001-01-01'::date - '2000-01-01' */
    assert_int_equal(calendar_days(2000, 1, 1), 0);
    assert_int_equal(calendar_days(9999, 12, 31), 2921939);
    for (int year = 1; year <= 9999; year++)
        for (int month = 1; month <= 12; month++)
            for (int day = 1; day <= calendar_month_days(year, month); day++) {
                char expected[40], text[FORMAT_DATE_MAX + 1];
                assert_int_equal(calendar_days(year, month, day), days);
                if (day == 1 || day >= 28) {
                    snprintf(expected, sizeof(expected), "%04d-%02d-%02d", year, month, day);
                    *format_date(text, days) = '\0';
                    assert_string_equal(text, expected);
                }
                days++;
            }
    char text[FORMAT_TIMESTAMP_MAX + 1];
    *format_timestamp(text, -1) = '\0';
    assert_string_equal(text, "1999-12-31T23:59:59.999999Z");
}

static void numbers_are_formatted_as_printf_does(void **state) {
    (void)state;
    static const int64_t numbers[] = {0,  7,  10,  99,        100,       12345,
                                      -1, -9, -10, 999999999, INT64_MAX, INT64_MIN};
    char text[FORMAT_DECIMAL_MAX + 1], expected[40];
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        *format_int(text, numbers[i]) = '\0';
        snprintf(expected, sizeof(expected), "%lld", (long long)numbers[i]);
        assert_string_equal(text, expected);
    }
    *format_uint(text, UINT64_MAX) = '\0';
    assert_string_equal(text, "18446744073709551615");
    *format_decimal(text, -5, 2) = '\0';
    assert_string_equal(text, "-0.05");
    *format_decimal(text, -999999999999999999, 18) = '\0';
    assert_string_equal(text, "-0.999999999999999999");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calendar_is_right),
        cmocka_unit_test(numbers_are_formatted_as_printf_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
