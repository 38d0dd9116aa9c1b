#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "observe/statistics.h"

enum { MEMBERS = sizeof(struct server_statistics) / sizeof(double) };

/* The members by number, so that one that is forgotten is found. */
static struct server_statistics from(const double values[MEMBERS]) {
    struct server_statistics statistics;
    memcpy(&statistics, values, sizeof(statistics));
    return statistics;
}

static void assert_members(const struct server_statistics *statistics,
                           const double expected[MEMBERS]) {
    double values[MEMBERS];
    memcpy(values, statistics, sizeof(values));
    for (int i = 0; i < MEMBERS; i++)
        if (values[i] != expected[i])
            fail_msg("member %d is %g, not %g", i, values[i], expected[i]);
}

static void every_member_is_subtracted(void **state) {
    (void)state;
    double before[MEMBERS], after[MEMBERS], expected[MEMBERS];
    for (int i = 0; i < MEMBERS; i++) {
        before[i] = 100 * i;
        after[i] = 100 * i + i;
        expected[i] = i;
    }
    struct server_statistics a = from(before), b = from(after), difference;
    statistics_difference(&a, &b, &difference);
    assert_members(&difference, expected);
}

static void the_result_may_be_one_of_the_two(void **state) {
    (void)state;
    double before[MEMBERS], after[MEMBERS], expected[MEMBERS];
    for (int i = 0; i < MEMBERS; i++) {
        before[i] = 3;
        after[i] = 10;
        expected[i] = 7;
    }
    struct server_statistics a = from(before), b = from(after);
    statistics_difference(&a, &b, &a);
    assert_members(&a, expected);
}

static void unknown_is_every_member(void **state) {
    (void)state;
    struct server_statistics statistics = {0};
    double expected[MEMBERS];
    for (int i = 0; i < MEMBERS; i++)
        expected[i] = -1;
    statistics_unknown(&statistics);
    assert_members(&statistics, expected);
}

static void what_one_side_lacks_is_unknown(void **state) {
    (void)state;
    struct server_statistics known = {0}, unknown, difference;
    known.wal_records = 5;
    statistics_unknown(&unknown);
    statistics_difference(&unknown, &known, &difference);
    assert_true(difference.wal_records == -1);
    statistics_difference(&known, &unknown, &difference);
    assert_true(difference.wal_records == -1);
    statistics_difference(&unknown, &unknown, &difference);
    assert_true(difference.wal_records == -1); /* not 0 */
}

static void a_counter_that_was_reset_is_unknown_alone(void **state) {
    (void)state;
    struct server_statistics before = {0}, after = {0}, difference;
    before.wal_records = 1000;
    after.wal_records = 999;
    before.temp_files = 2;
    after.temp_files = 2;
    statistics_difference(&before, &after, &difference);
    assert_true(difference.wal_records == -1);
    assert_true(difference.temp_files == 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_member_is_subtracted),
        cmocka_unit_test(the_result_may_be_one_of_the_two),
        cmocka_unit_test(unknown_is_every_member),
        cmocka_unit_test(what_one_side_lacks_is_unknown),
        cmocka_unit_test(a_counter_that_was_reset_is_unknown_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
