/* When a window begins, and whether it was steady. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "study/window.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static bool settled(const double *rates, const double *wal) {
    struct window_interval intervals[WINDOW_SETTLE_INTERVALS];
    for (size_t i = 0; i < WINDOW_SETTLE_INTERVALS; i++)
        intervals[i] = (struct window_interval){rates[i], wal ? wal[i] : UNKNOWN};
    return window_settled(intervals);
}

static void settles_when_both_have_levelled_off(void **state) {
    (void)state;
    static const double level[] = {100, 104, 96, 101, 99, 100}, wal[] = {50, 50, 51, 49, 50, 50};
    static const double rising[] = {100, 100, 100, 112, 112, 112};
    static const double falling[] = {100, 100, 100, 88, 88, 88};
    static const double heavy[] = {90, 70, 60, 50, 50, 50};
    static const double nothing[] = {0, 0, 0, 0, 0, 0}, begins[] = {0, 0, 0, 0, 0, 1};
    assert_true(settled(level, wal));
    assert_false(settled(rising, wal));
    assert_false(settled(falling, wal));
    assert_false(settled(level, heavy));
    assert_true(settled(level, NULL));
    assert_false(settled(nothing, NULL));
    assert_false(settled(begins, NULL));
}

static enum steadiness judge(const double *rates, const double *wal, size_t count, char *why) {
    struct window_interval intervals[16];
    for (size_t i = 0; i < count; i++)
        intervals[i] = (struct window_interval){rates[i], wal ? wal[i] : UNKNOWN};
    return window_judge(intervals, count, why, 160);
}

static void a_window_is_judged_by_its_halves_and_its_stalls(void **state) {
    (void)state;
    char why[160];
    static const double level[] = {100e3, 110e3, 95e3, 105e3, 99e3};
    static const double falls[] = {120e3, 118e3, 60e3, 80e3, 78e3};
    static const double stalls[] = {100e3, 40e3, 100e3, 101e3, 45e3};
    static const double wal_falls[] = {900, 800, 400, 300, 300};
    assert_int_equal(judge(level, NULL, COUNT(level), why), STEADY);
    assert_string_equal(why, "");
    assert_int_equal(judge(falls, NULL, COUNT(falls), why), NOT_STEADY);
    assert_string_equal(why, "rows/s fell from 119,000 to 79,000 between its halves");
    assert_int_equal(judge(stalls, NULL, COUNT(stalls), why), NOT_STEADY);
    assert_string_equal(why, "one interval had 40,000 rows/s, the median was 100,000");
    assert_int_equal(judge(level, wal_falls, COUNT(level), why), NOT_STEADY);
    assert_string_equal(why, "WAL bytes a commit fell from 850 to 300 between its halves");
    assert_int_equal(judge(level, NULL, 2, why), STEADY_UNKNOWN);
    assert_int_equal(judge(level, NULL, 0, why), STEADY_UNKNOWN);
}

/* Five intervals of a second; the window is that of a warm-up of one and a half. */
struct round_parts {
    struct load_interval intervals[6];
    struct sampled_interval series[6];
    struct observation waits;
    struct result_round round;
};

static struct round_parts *make_round(const double *rows) {
    struct round_parts *parts = calloc(1, sizeof *parts);
    assert_non_null(parts);
    for (size_t i = 0; i < 6; i++) {
        parts->intervals[i] = (struct load_interval){
            .t_s = (double)i, .length_s = 1, .rows = (uint64_t)rows[i], .commits = 10};
        parts->series[i] = (struct sampled_interval){.session_s = 1, .wal_bytes = 1000};
    }
    parts->waits.series = parts->series;
    parts->waits.series_count = 6;
    parts->round = (struct result_round){.seconds = 4,
                                         .window_at_s = 1.5,
                                         .intervals = parts->intervals,
                                         .interval_count = 6,
                                         .waits = &parts->waits};
    return parts;
}

static void only_whole_intervals_inside_the_window_count(void **state) {
    (void)state;
    static const double rows[] = {10, 20, 100, 101, 100, 5};
    struct round_parts *parts = make_round(rows);
    window_judge_round(&parts->round, MODE_FIXED);
    assert_int_equal(parts->round.steadiness, STEADY);
    assert_true(parts->round.checkpoints == 0);
    parts->round.window_at_s = 0.5;
    window_judge_round(&parts->round, MODE_FIXED);
    assert_int_equal(parts->round.steadiness, NOT_STEADY);
    parts->round.window_at_s = UNKNOWN;
    window_judge_round(&parts->round, MODE_FIXED);
    assert_int_equal(parts->round.steadiness, STEADY_UNKNOWN);
    free(parts);
}

/* A run that ends in the middle of an interval has no rate for it that could be compared. */
static void a_cut_interval_is_left_out(void **state) {
    (void)state;
    static const double rows[] = {100, 100, 100, 100, 100, 1};
    struct round_parts *parts = make_round(rows);
    parts->intervals[5].length_s = 0.3;
    parts->round.window_at_s = 0;
    parts->round.seconds = 5.3;
    window_judge_round(&parts->round, MODE_FIXED);
    assert_int_equal(parts->round.steadiness, STEADY);
    free(parts);
}

static void checkpoints_of_the_window_are_counted(void **state) {
    (void)state;
    static const double rows[] = {100, 100, 100, 100, 100, 100};
    struct round_parts *parts = make_round(rows);
    parts->waits.checkpoints_begun = 1;
    window_judge_round(&parts->round, MODE_FIXED);
    assert_int_equal(parts->round.steadiness, NOT_STEADY);
    assert_true(parts->round.checkpoints == 0);
    assert_non_null(strstr(parts->round.unsteady, "a checkpoint began in it"));
    parts->waits.checkpoints_done = 2;
    window_judge_round(&parts->round, MODE_CYCLE);
    assert_int_equal(parts->round.steadiness, STEADY_UNKNOWN);
    assert_true(parts->round.checkpoints == 2);
    parts->waits.checkpoints_done = -1;
    window_judge_round(&parts->round, MODE_CYCLE);
    assert_false(is_known(parts->round.checkpoints));
    free(parts);
}

static void modes_are_named(void **state) {
    (void)state;
    enum run_mode mode;
    struct error error = {0};
    assert_true(run_mode_parse("cycle", &mode, &error));
    assert_int_equal(mode, MODE_CYCLE);
    assert_string_equal(run_mode_name(MODE_STEADY), "steady");
    assert_false(run_mode_parse("quick", &mode, &error));
    assert_int_equal(error.exit_code, EXIT_USAGE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settles_when_both_have_levelled_off),
        cmocka_unit_test(a_window_is_judged_by_its_halves_and_its_stalls),
        cmocka_unit_test(only_whole_intervals_inside_the_window_count),
        cmocka_unit_test(a_cut_interval_is_left_out),
        cmocka_unit_test(checkpoints_of_the_window_are_counted),
        cmocka_unit_test(modes_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
