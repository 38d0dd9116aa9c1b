/* What the rounds of a sizing say of the need: fits, short, undecided; and what a server must have.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "study/size_internal.h"

static struct arena arena;
static struct result block;
static struct size_probe probes[3], at_need;

/* 400 transactions a second of 10 rows held, also in the soak, and 420 did not. */
static struct size_result found(double need_rows_per_s, double peak) {
    block = (struct result){.cpus = 2};
    const struct size_point point = {.rate_per_s = 400,
                                     .seconds = 10,
                                     .commits_per_s = 400,
                                     .rows_per_s = 4000,
                                     .wal_bytes_per_row = 250,
                                     .wal_bytes_per_s = 1e6,
                                     .flushes_per_s = 200,
                                     .heap_bytes_per_row = 100,
                                     .index_bytes_per_row = 60,
                                     .server_cpu_us_per_row = 20,
                                     .client_cpu_us_per_row = 5,
                                     .cpu_share = 0.25,
                                     .checkpoint_bytes_per_s = 3e6,
                                     .memory_bytes = 64e6};
    probes[0] = (struct size_probe){.point = point, .verdict = SIZE_HOLDS};
    probes[1] = (struct size_probe){.point = point, .verdict = SIZE_FAILS};
    probes[1].point.rate_per_s = 420;
    probes[0].point.seconds = probes[1].point.seconds = 5;
    probes[2] = (struct size_probe){.point = point, .verdict = SIZE_HOLDS, .soak = true};
    probes[2].point.wal_bytes_per_row = 300;
    probes[2].point.checkpoints = 2;
    at_need = (struct size_probe){.point = point, .verdict = SIZE_HOLDS};
    at_need.point.rate_per_s = at_need.point.commits_per_s = 100;
    at_need.point.rows_per_s = 1000;
    at_need.point.wal_bytes_per_s = 0.3e6;
    return (struct size_result){.block = &block,
                                .need_per_s = need_rows_per_s,
                                .peak = peak,
                                .rows_per_commit = 10,
                                .pool = 8,
                                .probes = probes,
                                .probe_count = 3,
                                .low_per_s = 400,
                                .high_per_s = 420,
                                .capacity_per_s = 400,
                                .bracketed = true,
                                .confirmed = true,
                                .capacity_cause = {SIZE_LIMIT_COMMIT_FLUSH, "commit flush 71 %"}};
}

static void what_the_capacity_covers_fits(void **state) {
    (void)state;
    struct size_result result = found(200, 5);
    result.at_need = &at_need;
    size_answer(&result, &arena);
    assert_int_equal(result.fits, SIZE_FITS);
    assert_null(result.short_of);
    assert_float_equal(result.needed_per_s, 100, 1e-9);
    assert_float_equal(result.headroom, 4, 1e-9);
}

static void the_edge_belongs_to_what_fits(void **state) {
    (void)state;
    struct size_result result = found(4000, 1);
    size_answer(&result, &arena);
    assert_int_equal(result.fits, SIZE_FITS);
    result = found(4001, 1);
    size_answer(&result, &arena);
    assert_int_equal(result.fits, SIZE_UNDECIDED);
    result = found(4200, 1);
    size_answer(&result, &arena);
    assert_int_equal(result.fits, SIZE_SHORT);
}

static void what_is_short_is_named(void **state) {
    (void)state;
    struct size_result result = found(2000, 4);
    size_answer(&result, &arena);
    assert_int_equal(result.fits, SIZE_SHORT);
    assert_float_equal(result.headroom, 0.5, 1e-9);
    assert_string_equal(result.short_of, "8,000 rows/s are needed at the peak, and 4,000 rows/s is "
                                         "the most that held; what runs out first: commit flush "
                                         "71 %");
}

static void where_nothing_held_the_least_that_did_not_counts(void **state) {
    (void)state;
    struct size_result result = found(5000, 1);
    result.capacity_per_s = result.low_per_s = UNKNOWN;
    size_answer(&result, &arena);
    assert_int_equal(result.fits, SIZE_SHORT);
    assert_non_null(strstr(result.short_of, "not even 4,200 rows/s held"));
    result = found(10, 1);
    result.capacity_per_s = result.low_per_s = UNKNOWN;
    size_answer(&result, &arena);
    assert_int_equal(result.fits, SIZE_UNDECIDED);
    assert_non_null(result.short_of);
}

static void between_both_edges_nothing_is_decided(void **state) {
    (void)state;
    struct size_result result = found(4100, 1);
    size_answer(&result, &arena);
    assert_int_equal(result.fits, SIZE_UNDECIDED);
    assert_non_null(strstr(result.short_of, "4,100 rows/s"));
    result.high_per_s = UNKNOWN;
    result.need_per_s = 9e9;
    size_answer(&result, &arena);
    assert_int_equal(result.fits, SIZE_UNDECIDED);
}

static void a_needed_rate_that_did_not_hold_is_not_said_to_fit(void **state) {
    (void)state;
    struct size_result result = found(1000, 1);
    at_need.verdict = SIZE_FAILS;
    at_need.why = "p99(response) was 81 ms";
    result.at_need = &at_need;
    size_answer(&result, &arena);
    assert_int_equal(result.fits, SIZE_UNDECIDED);
    assert_non_null(strstr(result.short_of, "p99(response) was 81 ms"));
}

/* Whatever the capacity is, and if none is known. */
static void a_needed_rate_that_held_fits(void **state) {
    (void)state;
    struct size_result result = found(1000, 1);
    result.capacity_per_s = result.low_per_s = UNKNOWN;
    result.at_need = &at_need;
    size_answer(&result, &arena);
    assert_int_equal(result.fits, SIZE_FITS);
    at_need.verdict = SIZE_UNSURE;
    size_answer(&result, &arena);
    assert_int_equal(result.fits, SIZE_UNDECIDED);
}

/* At the measured rate as it was; growth of the average, with the WAL of the soak. */
static void requirements_are_of_the_needed_rate(void **state) {
    (void)state;
    struct size_result result = found(200, 5);
    result.at_need = &at_need;
    size_answer(&result, &arena);
    const struct size_requirements *out = &result.requirements;
    assert_true(out->known && out->measured);
    assert_float_equal(out->rate_per_s, 100, 1e-9);
    assert_float_equal(out->rows_per_s, 1000, 1e-9);
    assert_float_equal(out->wal_bytes_per_s, 0.3e6, 1e-3);
    assert_float_equal(out->checkpoint_bytes_per_s, 3e6 / 4, 1e-3);
    assert_float_equal(out->average_rows_per_s, 200, 1e-9);
    assert_float_equal(out->heap_bytes_per_day, 200 * 86400.0 * 100, 1);
    assert_float_equal(out->index_bytes_per_day, 200 * 86400.0 * 60, 1);
    assert_float_equal(out->wal_bytes_per_day, 200 * 86400.0 * 300, 1);
    assert_int_equal(out->connections, 8);
    assert_float_equal(out->server_cpu_s_per_million, 20, 1e-9);
    assert_float_equal(out->cpus_busy, 0.5, 1e-9);
}

/* From the nearest rate that held, never from one that did not. */
static void what_was_not_measured_there_is_scaled(void **state) {
    (void)state;
    struct size_result result = found(UNKNOWN, 1);
    size_answer(&result, &arena);
    const struct size_requirements *out = &result.requirements;
    assert_int_equal(result.fits, SIZE_NO_NEED);
    assert_true(out->known && !out->measured);
    assert_float_equal(out->rate_per_s, 260, 1e-9);
    assert_float_equal(out->from_rate_per_s, 400, 1e-9);
    assert_float_equal(out->wal_bytes_per_s, 0.65e6, 1e-3);
    assert_float_equal(out->average_rows_per_s, 2600, 1e-6);
    result = found(UNKNOWN, 1);
    result.probe_count = 0;
    size_answer(&result, &arena);
    assert_false(result.requirements.known);
}

/* A tenth fewer arrivals than the rate says came by chance: the figures are still of the rate. */
static void chance_in_the_arrivals_does_not_count(void **state) {
    (void)state;
    struct size_result result = found(200, 5);
    result.at_need = &at_need;
    at_need.point.commits_per_s = 90;
    at_need.point.rows_per_s = 900;
    at_need.point.wal_bytes_per_s = 0.27e6;
    at_need.point.flushes_per_s = 45;
    probes[2].point.commits_per_s = 300;
    size_answer(&result, &arena);
    const struct size_requirements *out = &result.requirements;
    assert_float_equal(out->wal_bytes_per_s, 0.3e6, 1e-3);
    assert_float_equal(out->flushes_per_s, 50, 1e-9);
    assert_float_equal(out->cpus_busy, 0.5 / 0.9, 1e-9);
    assert_float_equal(out->checkpoint_bytes_per_s, 1e6, 1e-3);
}

/* A table of 18 commits has more pages than rows that fill them. */
static void growth_is_of_the_round_that_wrote_most(void **state) {
    (void)state;
    struct size_result result = found(200, 5);
    result.at_need = &at_need;
    at_need.point.heap_bytes_per_row = 500;
    at_need.point.index_bytes_per_row = 700;
    probes[1].point.seconds = 60;
    probes[1].point.index_bytes_per_row = 55;
    probes[2].point.seconds = 90;
    probes[2].point.heap_bytes_per_row = UNKNOWN;
    size_answer(&result, &arena);
    assert_float_equal(result.requirements.heap_bytes_per_day, 200 * 86400.0 * 100, 1);
    assert_float_equal(result.requirements.index_bytes_per_day, 200 * 86400.0 * 55, 1);
}

/* Where few commits come, none shares a flush: 400 with 40 flushes are no 10 with one. */
static void flushes_scaled_down_are_at_most_one_a_commit(void **state) {
    (void)state;
    static const struct {
        double need, flushes;
    } cases[] = {{100, 10}, {1000, 40}, {3900, 40}, {4000, 40}, {8000, 80}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct size_result result = found(cases[i].need, 1);
        probes[0].point.flushes_per_s = 40;
        size_answer(&result, &arena);
        assert_float_equal(result.requirements.flushes_per_s, cases[i].flushes, 1e-9);
    }
}

/* Rates that held once and then did not are above the capacity. */
static void nothing_is_scaled_from_above_the_capacity(void **state) {
    (void)state;
    struct size_result result = found(8000, 1);
    probes[1].verdict = SIZE_HOLDS;
    size_answer(&result, &arena);
    assert_float_equal(result.requirements.from_rate_per_s, 400, 1e-9);
}

/* What came later knows more. */
static void of_soaks_with_as_many_checkpoints_the_last_counts(void **state) {
    (void)state;
    struct size_result result = found(200, 5);
    probes[1].soak = true;
    probes[1].point.checkpoints = 2;
    probes[1].point.wal_bytes_per_row = 999;
    size_answer(&result, &arena);
    assert_float_equal(result.requirements.wal_bytes_per_day, 200 * 86400.0 * 300, 1);
    probes[1].point.checkpoints = 3;
    size_answer(&result, &arena);
    assert_float_equal(result.requirements.wal_bytes_per_day, 200 * 86400.0 * 999, 1);
}

/* 10 rows to a transaction: a million of these takes ten times the CPU. */
static void a_mix_is_of_transactions(void **state) {
    (void)state;
    struct size_result result = found(300, 1);
    result.mix = true;
    size_answer(&result, &arena);
    assert_int_equal(result.fits, SIZE_FITS);
    assert_float_equal(result.needed_per_s, 300, 1e-9);
    assert_float_equal(result.requirements.server_cpu_s_per_million, 200, 1e-9);
    assert_float_equal(result.requirements.average_rows_per_s, 3000, 1e-9);
}

/* A table of few rows is mostly pages that were begun: growth is of the largest one. */
static void growth_is_of_the_largest_table(void **state) {
    (void)state;
    struct size_result result = found(200, 5);
    at_need.point.seconds = 3;
    at_need.point.heap_bytes_per_row = 275;
    at_need.point.index_bytes_per_row = 165;
    result.at_need = &at_need;
    size_answer(&result, &arena);
    assert_float_equal(result.requirements.heap_bytes_per_day, 200 * 86400.0 * 100, 1);
    assert_float_equal(result.requirements.index_bytes_per_day, 200 * 86400.0 * 60, 1);
}

/* More arrivals than were asked for by chance, and a soak that did half of them. */
static void figures_are_scaled_by_what_was_done(void **state) {
    (void)state;
    struct size_result result = found(200, 5);
    at_need.point.commits_per_s = 110;
    probes[2].point.commits_per_s = 200;
    probes[2].verdict = SIZE_FAILS;
    result.at_need = &at_need;
    size_answer(&result, &arena);
    const struct size_requirements *out = &result.requirements;
    assert_float_equal(out->wal_bytes_per_s, 0.3e6 / 1.1, 1e-3);
    assert_float_equal(out->flushes_per_s, 200 / 1.1, 1e-6);
    assert_float_equal(out->checkpoint_bytes_per_s, 3e6 / 2, 1e-3);
}

/* 200 flushes took 400 commits: 260 commits take no more, and 100 no more than 100. */
static void fewer_commits_share_no_flushes(void **state) {
    (void)state;
    struct size_result result = found(UNKNOWN, 1);
    size_answer(&result, &arena);
    assert_float_equal(result.requirements.flushes_per_s, 200, 1e-6);
    result = found(1000, 1);
    size_answer(&result, &arena);
    assert_float_equal(result.requirements.flushes_per_s, 100, 1e-6);
    assert_float_equal(result.requirements.wal_bytes_per_s, 0.25e6, 1e-3);
}

/* The search takes it for one that does not hold; that is no reason to buy another server. */
static void what_was_too_short_to_tell_leaves_the_need_undecided(void **state) {
    (void)state;
    struct size_result result = found(5000, 1);
    probes[1].verdict = SIZE_UNSURE;
    size_answer(&result, &arena);
    assert_int_equal(result.fits, SIZE_UNDECIDED);
    assert_string_equal(result.short_of, "5,000 rows/s are needed at the peak: more than the most "
                                         "that held (4,000 rows/s), and what was measured above, "
                                         "from 4,200 rows/s on, was too short to be certain");
    result.capacity_per_s = result.low_per_s = UNKNOWN;
    result.probes = &probes[1];
    result.probe_count = 1;
    size_answer(&result, &arena);
    assert_int_equal(result.fits, SIZE_UNDECIDED);
}

static void unknown_figures_stay_unknown(void **state) {
    (void)state;
    struct size_result result = found(200, 1);
    for (size_t i = 0; i < 3; i++) {
        struct size_point *point = &probes[i].point;
        point->wal_bytes_per_s = point->flushes_per_s = point->cpu_share = UNKNOWN;
        point->heap_bytes_per_row = point->checkpoint_bytes_per_s = UNKNOWN;
        point->wal_bytes_per_row = UNKNOWN;
    }
    size_answer(&result, &arena);
    const struct size_requirements *out = &result.requirements;
    assert_true(out->known);
    assert_false(is_known(out->wal_bytes_per_s) || is_known(out->flushes_per_s) ||
                 is_known(out->cpus_busy) || is_known(out->heap_bytes_per_day) ||
                 is_known(out->checkpoint_bytes_per_s) || is_known(out->wal_bytes_per_day));
}

static int release(void **state) {
    (void)state;
    arena_release(&arena);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_capacity_covers_fits),
        cmocka_unit_test(the_edge_belongs_to_what_fits),
        cmocka_unit_test(what_is_short_is_named),
        cmocka_unit_test(where_nothing_held_the_least_that_did_not_counts),
        cmocka_unit_test(between_both_edges_nothing_is_decided),
        cmocka_unit_test(a_needed_rate_that_did_not_hold_is_not_said_to_fit),
        cmocka_unit_test(a_needed_rate_that_held_fits),
        cmocka_unit_test(requirements_are_of_the_needed_rate),
        cmocka_unit_test(what_was_not_measured_there_is_scaled),
        cmocka_unit_test(chance_in_the_arrivals_does_not_count),
        cmocka_unit_test(growth_is_of_the_round_that_wrote_most),
        cmocka_unit_test(flushes_scaled_down_are_at_most_one_a_commit),
        cmocka_unit_test(nothing_is_scaled_from_above_the_capacity),
        cmocka_unit_test(of_soaks_with_as_many_checkpoints_the_last_counts),
        cmocka_unit_test(a_mix_is_of_transactions),
        cmocka_unit_test(growth_is_of_the_largest_table),
        cmocka_unit_test(figures_are_scaled_by_what_was_done),
        cmocka_unit_test(fewer_commits_share_no_flushes),
        cmocka_unit_test(what_was_too_short_to_tell_leaves_the_need_undecided),
        cmocka_unit_test(unknown_figures_stay_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, release);
}
