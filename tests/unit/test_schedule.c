/* The planned times of an open loop: right in number, right in distribution, independent of all
 * else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>

#include "load/schedule.h"

enum { ARRIVALS = 20000 };

static struct schedule_span constant(double rate, double seconds) {
    return (struct schedule_span){(uint64_t)(seconds * 1e9), rate, rate};
}

static size_t count_all(struct schedule *schedule, uint64_t *last_ns) {
    size_t count = 0;
    *last_ns = 0;
    for (uint64_t ns; (ns = schedule_next(schedule)) != UINT64_MAX; count++) {
        assert_true(ns >= *last_ns);
        *last_ns = ns;
    }
    return count;
}

static void uniform_arrivals_are_evenly_spaced(void **state) {
    (void)state;
    struct schedule_span span = constant(500, 10);
    struct schedule schedule;
    schedule_init(&schedule, &span, 1, true, 1, 0, 1);
    for (int i = 0; i < 5000; i++) {
        double expected_ns = (i + 0.5) * 2e6;
        assert_true(fabs((double)schedule_next(&schedule) - expected_ns) < 2);
    }
    assert_true(schedule_next(&schedule) == UINT64_MAX);
}

static void threads_share_uniform_arrivals(void **state) {
    (void)state;
    struct schedule_span span = constant(300, 1);
    struct schedule one, parts[3];
    schedule_init(&one, &span, 1, true, 1, 0, 1);
    for (uint32_t i = 0; i < 3; i++)
        schedule_init(&parts[i], &span, 1, true, 1, i, 3);
    for (int i = 0; i < 300; i++) {
        double together = (double)schedule_next(&one), part = (double)schedule_next(&parts[i % 3]);
        assert_true(fabs(together - part) < 2);
    }
}

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Kolmogorov-Smirnov: distances d of a Poisson process of rate r have 1 - exp(-r d) uniform. The
 * largest deviation times sqrt(n) is below 1.63 in 99 of 100 cases; the seed is fixed. */
static double ks_statistic(double *uniform, size_t count) {
    double most = 0;
    qsort(uniform, count, sizeof *uniform, compare);
    for (size_t i = 0; i < count; i++) {
        double low = fabs(uniform[i] - (double)i / (double)count);
        double high = fabs((double)(i + 1) / (double)count - uniform[i]);
        most = fmax(most, fmax(low, high));
    }
    return most * sqrt((double)count);
}

static double distances(double rate, bool uniform, uint64_t key) {
    struct schedule_span span = {UINT64_MAX, rate, rate};
    struct schedule schedule;
    static double values[ARRIVALS];
    schedule_init(&schedule, &span, 1, uniform, key, 0, 1);
    double before_ns = 0;
    for (size_t i = 0; i < ARRIVALS; i++) {
        double ns = (double)schedule_next(&schedule);
        values[i] = 1 - exp(-rate * (ns - before_ns) / 1e9);
        before_ns = ns;
    }
    return ks_statistic(values, ARRIVALS);
}

static void poisson_distances_are_exponential(void **state) {
    (void)state;
    assert_true(distances(1000, false, 7) < 1.63);
    assert_true(distances(5.787, false, 8) < 1.63);
    /* The test can fail: evenly spaced ones are not exponential. */
    assert_true(distances(1000, true, 7) > 10);
}

/* On the scale of expected arrivals a ramp's distances are exponential too. */
static void a_ramp_is_a_poisson_process_of_its_rate(void **state) {
    (void)state;
    struct schedule_span spans[] = {{20000000000, 0, 1000}, {10000000000, 1000, 200}};
    struct schedule schedule;
    static double values[ARRIVALS];
    schedule_init(&schedule, spans, 2, false, 3, 0, 1);
    double before = 0;
    size_t count = 0;
    for (uint64_t ns; (ns = schedule_next(&schedule)) != UINT64_MAX; count++) {
        double t = (double)ns / 1e9;
        double expected = t < 20 ? 25 * t * t : 10000 + (t - 20) * 1000 - 40 * (t - 20) * (t - 20);
        values[count] = 1 - exp(-(expected - before));
        before = expected;
    }
    assert_true(fabs((double)count - 16000) < 4 * sqrt(16000.0));
    assert_true(ks_statistic(values, count) < 1.63);
    assert_true(fabs(schedule_expected(spans, 2, 0, 30000000000) - 16000) < 1e-6);
    assert_true(fabs(schedule_expected(spans, 2, 10000000000, 20000000000) - 7500) < 1e-6);
}

static void uniform_ramps_have_as_many_as_they_should(void **state) {
    (void)state;
    struct schedule_span spans[] = {
        {10000000000, 0, 100}, {5000000000, 0, 0}, {10000000000, 100, 100}};
    struct schedule schedule;
    uint64_t last_ns;
    schedule_init(&schedule, spans, 3, true, 1, 0, 1);
    assert_int_equal(count_all(&schedule, &last_ns), 1500);
    assert_true(last_ns < 25000000000);
    /* Nothing in the pause. */
    schedule_init(&schedule, spans, 3, true, 1, 0, 1);
    for (uint64_t ns; (ns = schedule_next(&schedule)) != UINT64_MAX;)
        assert_true(ns <= 10000000000 || ns >= 15000000000);
}

static void the_value_follows_the_spans(void **state) {
    (void)state;
    struct schedule_span spans[] = {{1000000000, 0, 10}, {1000000000, 50, 50}, {1000000000, 50, 0}};
    assert_true(schedule_value(spans, 3, 0) == 0);
    assert_true(schedule_value(spans, 3, 500000000) == 5);
    assert_true(schedule_value(spans, 3, 1000000000) == 50);
    assert_true(schedule_value(spans, 3, 2500000000) == 25);
    assert_true(schedule_value(spans, 3, 9000000000) == 0);
}

static void the_same_seed_gives_the_same_arrivals(void **state) {
    (void)state;
    struct schedule_span span = constant(100, 5);
    struct schedule a, b, other;
    schedule_init(&a, &span, 1, false, 1, 0, 2);
    schedule_init(&b, &span, 1, false, 1, 0, 2);
    schedule_init(&other, &span, 1, false, 1, 1, 2);
    bool differs = false;
    for (int i = 0; i < 100; i++) {
        uint64_t ns = schedule_next(&a);
        assert_true(ns == schedule_next(&b));
        differs |= ns != schedule_next(&other);
    }
    assert_true(differs);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(uniform_arrivals_are_evenly_spaced),
        cmocka_unit_test(threads_share_uniform_arrivals),
        cmocka_unit_test(poisson_distances_are_exponential),
        cmocka_unit_test(a_ramp_is_a_poisson_process_of_its_rate),
        cmocka_unit_test(uniform_ramps_have_as_many_as_they_should),
        cmocka_unit_test(the_value_follows_the_spans),
        cmocka_unit_test(the_same_seed_gives_the_same_arrivals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
