/* What sizing tells people: the answer, what it rests on, and what is not known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "report/size.h"
#include "size_by_hand.h"

static char *page(void) {
    char *text;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);
    assert_non_null(out);
    size_text(&size, out);
    assert_int_equal(fclose(out), 0);
    return text;
}

static void assert_says(bool says, const char *words) {
    char *text = page();
    if ((strstr(text, words) != NULL) != says)
        fail_msg("%s \"%s\" in:\n%s", says ? "no" : "there is", words, text);
    free(text);
}

/* Code points, and no blank at its end. */
static void assert_lines_fit(void) {
    char *text = page();
    int width = 0;
    for (char *c = text; *c; c++) {
        if (*c == '\n') {
            if (width > 100 || (c > text && c[-1] == ' '))
                fail_msg("a line of %d columns in:\n%s", width, text);
            width = 0;
        } else {
            width += ((unsigned char)*c & 0xc0) != 0x80;
        }
    }
    free(text);
}

static void a_need_that_fits_is_told_with_its_headroom(void **state) {
    (void)state;
    assert_lines_fit();
    assert_says(true, "It fits: 57.9 rows/s are needed at the peak (500,000 a day × 10), the "
                      "server takes 1,170 rows/s with\np99(response) < 50ms and errors < 0.1%: "
                      "20 times that.\n");
    assert_says(true, "Plan with at most 761 rows/s, 65 %");
    assert_says(true, "That is 13 times the need. Use a pool of 8 connections.\n");
    assert_says(true, "\nbracket     1,170 rows/s held, 1,228 rows/s did not: 5.0 % apart\n");
    assert_says(true, "\nconfirmed   by a soak of 1 min 35 s across 3 checkpoints at 1,170 rows/s, "
                      "with 2 autovacuums\n");
    assert_says(true, "\nruns out    commit flush took 71 % of the busy");
    assert_says(false, "Not confirmed");
    assert_says(false, "Prediction");
    assert_says(true, "repeat      pgwrite size workloads/analytics.yaml --slo 'p99(response) < "
                      "50ms' --need 500000/day\n            --peak 10x --seed 7\n");
}

static void the_curve_is_of_medians_by_pool(void **state) {
    (void)state;
    assert_says(true, "\n     1     475       2  1.89 ms  5.26 ms  ##########\n     2");
    assert_says(true, "############    <- to use\n    16   1,486");
    assert_says(true, "95 % of what more of them can; it may be 7 to 10\n");
    assert_says(true, "contention 0.2 (0.17 to 0.23), coherency 0.0004");
    assert_says(true, "peak at a pool of 45 (33 to 63)");
    assert_says(true, "Little's law holds within 0.6 %");
    size.little_worst = 0.95;
    assert_says(true, "Little's law is off by 5.0 %: more than 2 %");
    size.level_count = 1;
    assert_says(true, "connections, the only pool that was measured: larger ones may do more\n");
    assert_says(false, "the fewest");
    size.pool_given = true;
    assert_says(true, "8 connections, as asked for: no other was tried\n");
    assert_says(false, "contention");
}

static void rates_are_told_with_what_they_held(void **state) {
    (void)state;
    assert_says(true, "\n    1,228        12 s  99.8 %     47.1 ms (81.3 ms)            0 %  "
                      "fails\n       why: p99(response) was 81.3 ms, more than 50 ms, in window "
                      "3 of 6\n");
    assert_says(true, "0 %  holds, soak\n");
    /* 99 % is the limit: 98.99 % is not shown as that. */
    probes[1].achieved = 0.98999;
    probes[1].slos = NULL;
    assert_says(true,
                "\n      980        12 s  98.9 %                     –              –  holds");
}

static void slos_that_have_no_room_are_counted(void **state) {
    (void)state;
    static struct threshold many[6];
    static struct size_slo judged[6];
    for (size_t i = 0; i < COUNT(many); i++) {
        many[i] = slos[0];
        judged[i] = probe_slos[0][0];
    }
    size.slos = many;
    size.slo_count = COUNT(many);
    for (size_t i = 0; i < size.probe_count; i++)
        probes[i].slos = judged;
    assert_lines_fit();
    assert_says(true, "\n4 more SLOs: see --json\n");
}

static void requirements_say_where_they_come_from(void **state) {
    (void)state;
    at_need.point.done = 694;
    assert_says(true, "What a server for 57.9 rows/s must have (the need at its peak; measured at "
                      "that rate, in\n694 transactions)\nWAL         23.8 kB/s in 56.1 "
                      "flushes/s\ncheckpoints 120 kB/s at "
                      "most, scaled from the soak\ngrowth      112 MB a day, 39.9 GB a year (heap "
                      "27.9 GB, indexes 12.1 GB)");
    assert_says(true, "\narchive     196 MB of WAL a day, 70 GB a year");
    assert_says(true, "\nCPU         310 s of the server, 95 s of the client for a million rows");
    assert_says(true,
                "\n           10          11,800  16.9 ms              5.79  <1 %      231 B\n");
    size.need_per_s = UNKNOWN;
    size.fits = SIZE_NO_NEED;
    size.requirements.measured = false;
    size.requirements.from_rate_per_s = 1170;
    assert_says(true, "in at most 56.1 flushes/s\n");
    size.requirements.cpus_busy = 0.0007;
    assert_says(true, "than 0.01 CPUs busy\n");
    assert_says(true, "must have (65 % of the capacity; scaled from 1,170 rows/s)\n");
    assert_says(true, "The server takes 1,170 rows/s with p99(response) < 50ms and");
    assert_says(false, "needed at");
}

static void a_need_that_does_not_fit_is_told_with_what_is_short(void **state) {
    (void)state;
    assert_lines_fit();
    assert_says(true, "It does not fit: 2,315 rows/s are needed at the peak, and 1,170 rows/s is "
                      "the most that held;");
    assert_says(true, " The need: 200,000,000 a day,\n1.98 times what");
    assert_says(true, "With 10 rows a commit the need is 20 % of what the pool can: --batch 10");
    assert_says(true, "larger ones may do more, see --pool");
    assert_says(true, "the Universal Scalability Law is not used: the levels' medians are up to");
    assert_says(true, "\nmemory      –\n");
    assert_says(true, "\nwarning     the disk flushes in 81 µs");
    size.short_of = NULL;
    assert_says(true, "It does not fit: 2,315 rows/s are needed (200,000,000 a day), the server "
                      "takes 1,170 rows/s");
    assert_says(true, "errors < 0.1%: 0.51 times that.\n");
}

static void a_prediction_is_labelled(void **state) {
    (void)state;
    assert_says(true, "Prediction, not measured: on a disk with flushes of 4 ms (here 1.25 ms) and "
                      "125 MB/s\ncapacity    610 rows/s, here 1,170 rows/s\n");
    assert_says(true, "limit       flushes; by flushes alone 640 rows/s, by bandwidth alone");
    assert_says(true, "the need    would not fit\n");
    size.prediction.known = false;
    size.prediction.unknown_why = "the flush time of this server is not known";
    assert_says(true, "\ncapacity    –: the flush time of this server is not known\n");
    assert_says(false, "610");
    assert_says(false, "would not fit");
}

static void an_interruption_leaves_what_was_found(void **state) {
    (void)state;
    assert_lines_fit();
    assert_says(true, "Interrupted: this is what was found until then.\nIt is not decided whether "
                      "it fits: no rate was found to hold the SLO");
    assert_says(true, "need: 500,000 a day × 10; the highest rate that held was 980 rows/s with");
    assert_says(true, "\ncapacity    not found\n");
    assert_says(true, "42.9 % apart, which is not narrow enough");
    assert_says(true, "; not reached: soak,\n            planned load, batch sizes\n");
    assert_says(false, "must have");
    assert_says(false, "Plan with");
}

static void nothing_is_made_up(void **state) {
    (void)state;
    size = (struct size_result){.block = &block,
                                .workload = "analytics",
                                .cell = "insert",
                                .server = &server,
                                .slos = slos,
                                .slo_count = 1,
                                .need_per_s = UNKNOWN,
                                .rows_per_commit = UNKNOWN,
                                .closed_per_s = UNKNOWN,
                                .little_worst = UNKNOWN,
                                .low_per_s = UNKNOWN,
                                .high_per_s = UNKNOWN,
                                .capacity_per_s = UNKNOWN,
                                .needed_per_s = UNKNOWN,
                                .headroom = UNKNOWN};
    assert_says(true, "No rate was tried.\n\nserver ");
    size.probes = probes;
    size.probe_count = 1;
    size.high_per_s = 20;
    assert_says(true, "No rate was found to hold, down to 20 transactions/s with p99(response) <");
    size.capacity_per_s = size.low_per_s = 10;
    size.unconfirmed = "there was no time";
    assert_says(true, "The server takes 10 transactions/s with");
    assert_says(true, "\nNot confirmed by a soak: there was no time.\n");
    assert_says(true, "\nconfirmed   no: there was no time\n");
    struct size_probe at_the_need = {.point = {.seconds = 95, .checkpoints = 3},
                                     .verdict = SIZE_HOLDS};
    size.need_confirmed = true;
    size.at_need = &at_the_need;
    assert_says(true,
                "\nConfirmed: the needed rate itself held for 1 min 35 s across 3 checkpoints.\n"
                "The capacity is not confirmed by a soak: there was no time.\n");
}

static void transactions_are_told_beside_rows(void **state) {
    (void)state;
    size.rows_per_commit = 10;
    assert_says(true, "\ncapacity    11,700 rows/s, in 1,170 transactions/s; at 65 % use 7,605");
    size.mix = true;
    size.rows_per_commit = 3;
    assert_says(true, "It fits: 57.9 transactions/s are needed");
    assert_says(true, "\ncapacity    1,170 transactions/s, which write 3,510 rows/s; at 65 %");
    assert_lines_fit();
}

static void what_steers_a_terminal_is_taken_out(void **state) {
    (void)state;
    size.capacity_cause = (struct size_cause){SIZE_LIMIT_LOCK, "behind \x1b[2JUPDATE t"};
    assert_says(true, "\nruns out    locks: behind ?[2JUPDATE t\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_need_that_fits_is_told_with_its_headroom, make_fitting),
        cmocka_unit_test_setup(the_curve_is_of_medians_by_pool, make_fitting),
        cmocka_unit_test_setup(rates_are_told_with_what_they_held, make_fitting),
        cmocka_unit_test_setup(slos_that_have_no_room_are_counted, make_fitting),
        cmocka_unit_test_setup(requirements_say_where_they_come_from, make_fitting),
        cmocka_unit_test_setup(a_need_that_does_not_fit_is_told_with_what_is_short, make_short),
        cmocka_unit_test_setup(a_prediction_is_labelled, make_short),
        cmocka_unit_test_setup(an_interruption_leaves_what_was_found, make_interrupted),
        cmocka_unit_test_setup(nothing_is_made_up, make_fitting),
        cmocka_unit_test_setup(transactions_are_told_beside_rows, make_fitting),
        cmocka_unit_test_setup(what_steers_a_terminal_is_taken_out, make_fitting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
