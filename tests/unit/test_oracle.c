/* The statistics against another implementation of theirs, in another language and by brute force:
 * tests/unit/oracle/shift.py says what is expected of some hundred random data sets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stats/change_points.h"
#include "stats/shift.h"

#define VALUES_MAX 100

static double next_number(char **line) {
    char *begin = *line;
    double value = strtod(begin, line);
    if (*line == begin)
        fail_msg("not a number: %s", begin);
    return value;
}

static size_t next_numbers(char **line, size_t count, double *out) {
    assert_true(count <= VALUES_MAX);
    for (size_t i = 0; i < count; i++)
        out[i] = next_number(line);
    return count;
}

static void expect(const char *what, double found, double wanted, const char *line) {
    if (found != wanted && !(fabs(found - wanted) < 1e-9))
        fail_msg("%s is %.12g, not %.12g: %s", what, found, wanted, line);
}

static void expect_shift(const struct shift *shift, double p, char *rest, const char *line) {
    expect("estimate", shift->estimate, next_number(&rest), line);
    expect("low", shift->low, next_number(&rest), line);
    expect("high", shift->high, next_number(&rest), line);
    expect("p", p, next_number(&rest), line);
}

static void check_paired(char *rest, const char *line) {
    double values[VALUES_MAX], confidence = next_number(&rest);
    size_t count = next_numbers(&rest, (size_t)next_number(&rest), values);
    struct shift shift;
    shift_paired(values, count, confidence, &shift);
    expect_shift(&shift, shift_paired_p(values, count), rest, line);
}

static void check_unpaired(char *rest, const char *line) {
    double a[VALUES_MAX], b[VALUES_MAX], confidence = next_number(&rest);
    size_t a_count = (size_t)next_number(&rest), b_count = (size_t)next_number(&rest);
    struct shift shift;
    next_numbers(&rest, a_count, a);
    next_numbers(&rest, b_count, b);
    shift_unpaired(a, a_count, b, b_count, confidence, &shift);
    expect_shift(&shift, shift_unpaired_p(a, a_count, b, b_count), rest, line);
}

/* A great change is found at the very place; chance may add another one inside the parts. */
static void check_cut(char *rest, const char *line) {
    double values[VALUES_MAX];
    size_t count = next_numbers(&rest, (size_t)next_number(&rest), values), at[VALUES_MAX];
    size_t wanted = (size_t)next_number(&rest), found = change_points(values, count, 1, at, count);
    for (size_t i = 0; i < found; i++)
        if (at[i] == wanted)
            return;
    fail_msg("no cut at %zu of %zu: %s", wanted, found, line);
}

static void agrees_with_brute_force(void **state) {
    (void)state;
    FILE *oracle = popen("python3 tests/unit/oracle/shift.py", "r");
    char *line = NULL;
    size_t size = 0, paired = 0, unpaired = 0, cuts = 0;
    assert_non_null(oracle);
    while (getline(&line, &size, oracle) > 0) {
        if (strncmp(line, "paired ", 7) == 0) {
            check_paired(line + 7, line);
            paired++;
        } else if (strncmp(line, "unpaired ", 9) == 0) {
            check_unpaired(line + 9, line);
            unpaired++;
        } else if (strncmp(line, "cut ", 4) == 0) {
            check_cut(line + 4, line);
            cuts++;
        } else {
            fail_msg("not understood: %s", line);
        }
    }
    free(line);
    assert_int_equal(pclose(oracle), 0);
    assert_int_equal(paired, 110);
    assert_int_equal(unpaired, 110);
    assert_int_equal(cuts, 40);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(agrees_with_brute_force)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
