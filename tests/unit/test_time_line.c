/* What is sampled, split at the edges of intervals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "observe/time_line.h"

#define GO (5 * NS_PER_S)

static void assert_near(double a, double b) {
    if (fabs(a - b) > 1e-9 * (1 + fabs(b)))
        fail_msg("%.12g is not %.12g", a, b);
}

/* A time in ms since the start. */
static uint64_t at(double ms) {
    return GO + (uint64_t)(ms * 1e6);
}

static void test_split_at_the_edges(void **state) {
    (void)state;
    struct time_line line;
    time_line_init(&line, GO, NS_PER_S);
    time_line_add(&line, at(0), at(500), 4, 1, 500);
    assert_int_equal(time_line_complete(&line), 0);
    time_line_add(&line, at(500), at(3250), 2, 2, 2750);
    assert_int_equal(time_line_complete(&line), 3);
    assert_int_equal(line.count, 4);
    const struct sampled_interval *interval = line.intervals;
    assert_near(interval[0].session_s, 4 * 0.5 + 2 * 0.5);
    assert_near(interval[0].locked_s, 1 * 0.5 + 2 * 0.5);
    assert_near(interval[1].session_s, 2);
    assert_near(interval[3].session_s, 0.5);
    for (int i = 0; i < 3; i++)
        assert_near(interval[i].wal_bytes, 1000);
    assert_near(interval[3].wal_bytes, 250);
    time_line_release(&line);
}

static void test_ends_on_an_edge(void **state) {
    (void)state;
    struct time_line line;
    time_line_init(&line, GO, NS_PER_S);
    time_line_add(&line, at(0), at(1000), 1, 0, -1);
    assert_int_equal(line.count, 1);
    assert_int_equal(time_line_complete(&line), 1);
    assert_true(line.intervals[0].wal_bytes < 0);
    time_line_release(&line);
}

static void test_before_the_start(void **state) {
    (void)state;
    struct time_line line;
    time_line_init(&line, GO, NS_PER_S);
    time_line_add(&line, GO - NS_PER_S, GO, 7, 7, 7);
    assert_int_equal(line.count, 0);
    time_line_add(&line, GO - NS_PER_S, GO + NS_PER_S, 7, 0, 10);
    assert_int_equal(line.count, 1);
    assert_near(line.intervals[0].session_s, 7);
    assert_near(line.intervals[0].wal_bytes, 5);
    time_line_release(&line);
}

static void test_grows(void **state) {
    (void)state;
    struct time_line line;
    size_t count = 10000;
    time_line_init(&line, GO, NS_PER_MS);
    for (size_t i = 0; i < count; i++)
        time_line_add(&line, GO + i * NS_PER_MS, GO + (i + 1) * NS_PER_MS, 1, 0, (double)i);
    assert_int_equal(time_line_complete(&line), count);
    size_t taken;
    struct sampled_interval *intervals = time_line_detach(&line, &taken);
    assert_int_equal(taken, count);
    for (size_t i = 0; i < count; i++)
        assert_near(intervals[i].wal_bytes, (double)i);
    free(intervals);
    time_line_release(&line);
}

static void test_checkpoints(void **state) {
    (void)state;
    struct time_line line;
    time_line_init(&line, GO, NS_PER_S);
    time_line_add(&line, at(0), at(1000), 1, 0, 0);
    assert_int_equal(line.intervals[0].checkpoints_begun, -1);
    time_line_add_checkpoints(&line, at(1500), 0, -1);
    time_line_add(&line, at(1000), at(1500), 1, 0, 0);
    time_line_add_checkpoints(&line, at(4100), 2, -1);
    time_line_add(&line, at(1500), at(4100), 1, 0, 0);
    static const int begun[] = {-1, 0, 0, 0, 2};
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(line.intervals[i].checkpoints_begun, begun[i]);
        assert_int_equal(line.intervals[i].checkpoints_done, -1);
    }
    time_line_release(&line);
}

static void test_live(void **state) {
    (void)state;
    struct time_line line;
    struct sampler_live live;
    time_line_init(&line, GO, NS_PER_S / 2);
    time_line_live(&line, &live);
    assert_true(live.lock_share < 0 && live.wal_bytes_per_s < 0 && live.checkpoints_begun < 0 &&
                live.checkpoints_done < 0);
    time_line_add_checkpoints(&line, at(0), 0, 0);
    time_line_add(&line, at(0), at(500), 4, 1, 1000);
    time_line_live(&line, &live);
    assert_near(live.lock_share, 0.25);
    assert_near(live.wal_bytes_per_s, 2000);
    assert_int_equal(live.checkpoints_begun, 0);
    time_line_add_checkpoints(&line, at(600), 1, 0);
    time_line_add(&line, at(500), at(600), 4, 4, 0);
    time_line_add_checkpoints(&line, at(1100), 1, 1);
    time_line_add(&line, at(600), at(1100), 0, 0, -1);
    time_line_live(&line, &live);
    assert_near(live.lock_share, 1);
    assert_int_equal(live.checkpoints_begun, 2);
    assert_int_equal(live.checkpoints_done, 1);
    time_line_release(&line);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_split_at_the_edges), cmocka_unit_test(test_ends_on_an_edge),
        cmocka_unit_test(test_before_the_start),   cmocka_unit_test(test_grows),
        cmocka_unit_test(test_checkpoints),        cmocka_unit_test(test_live),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
