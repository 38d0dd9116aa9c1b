/* The phases that look for pool and capacity. */
#include "size_server.h"

/* ---- the pool ---- */

static void each_repeat_has_every_level_in_an_order_of_its_own(void **state) {
    (void)state;
    uint32_t sums[2] = {0};
    bool same = true;
    sweep();
    for (size_t i = 0; i < 14; i++) {
        sums[i / 7] += server.asks[i].pool;
        near(server.asks[i].window_s, 1);
        near(server.asks[i].warmup_s, 0.2);
        same &= server.asks[i].pool == server.asks[(i + 7) % 14].pool;
    }
    assert_int_equal(sums[0], 127);
    assert_int_equal(sums[1], 127);
    assert_false(same);
    assert_string_equal(server.asks[0].label, "pool: 1/14");
    assert_string_equal(server.asks[13].label, "pool: 14/14");
    near(server.asks[0].rounds_left, 13);
    assert_int_equal(result.level_count, server.rounds);
    for (size_t i = 0; i < result.level_count; i++)
        assert_int_equal(result.levels[i].pool, server.asks[i].pool);
}

static void a_knee_is_refined_and_the_time_is_kept(void **state) {
    (void)state;
    sweep();
    assert_int_equal(result.pool, 12);
    assert_int_equal(result.pool_low, 12);
    near(result.closed_per_s, 600);
    assert_true(server.now_s <= 300 - 220);
    assert_string_equal(server.warned, "");
}

static void levels_are_repeated_as_long_as_there_is_time(void **state) {
    (void)state;
    size.end_ns = 800 * 1000000000ull;
    sweep();
    /* 7 levels and 12, 11: SIZE_REPEATS_MAX times. */
    assert_int_equal(server.rounds, 9 * SIZE_REPEATS_MAX);
}

static void a_sweep_without_time_chooses_from_what_it_has(void **state) {
    (void)state;
    size.end_ns = 227 * 1000000000ull;
    sweep();
    assert_int_equal(server.rounds, 3);
    assert_true(result.pool > 0);
    warns("time was up after 3 of 7 pools");
}

static void levels_far_beyond_the_peak_are_not_repeated(void **state) {
    (void)state;
    size_t largest = 0;
    server.connections = 4;
    server.fall = 0.2;
    size.plan.refines = 0;
    sweep();
    for (size_t i = 0; i < server.rounds; i++)
        largest += server.asks[i].pool == 32 || server.asks[i].pool == 64;
    /* 4 does 200/s, 8 111/s, 16 59/s. */
    assert_int_equal(largest, 2);
    assert_true(server.rounds > 7 + 4);
    assert_int_equal(result.pool, 4);
}

static void one_level_is_no_sweep(void **state) {
    (void)state;
    asked.pool_count = 1;
    asked.pools[0] = (struct range){6, 6};
    size.matrix_options = asked;
    sweep();
    assert_int_equal(server.rounds, 2);
    assert_true(result.pool_given);
    assert_int_equal(result.pool, 6);
}

static void a_breach_of_littles_law_is_told(void **state) {
    (void)state;
    server.little = 0.985;
    sweep();
    assert_string_equal(server.warned, "");
    start(NULL);
    server.little = 0.97;
    sweep();
    warns("responses took 97.0 % of its connections' time");
    /* A response that is cut at the end of the window explains that much. */
    start(NULL);
    server.little = 0.97;
    server.max_s = 0.015;
    sweep();
    assert_string_equal(server.warned, "");
}

static void a_server_that_does_nothing_is_an_error(void **state) {
    (void)state;
    struct error error = {0};
    server.connections = 0;
    assert_false(size_sweep(&size, &error));
    assert_non_null(strstr(error.what, "nothing was committed"));
}

static void a_failed_sweep_keeps_its_whole_repeats(void **state) {
    (void)state;
    struct error error = {0};
    server.fails_at = 4;
    assert_false(size_sweep(&size, &error));
    assert_int_equal(result.pool, 0);
    assert_int_equal(result.level_count, 4);
    start(NULL);
    error = (struct error){0};
    server.fails_at = 9;
    assert_false(size_sweep(&size, &error));
    assert_string_equal(error.what, "made to fail");
    assert_int_equal(result.pool, 16);
}

/* ---- the capacity ---- */

static void the_capacity_is_bracketed(void **state) {
    (void)state;
    size_t twice = 0;
    search();
    assert_true(result.bracketed);
    assert_true(result.low_per_s <= 570 && 570 < result.high_per_s);
    near(result.capacity_per_s, result.low_per_s);
    assert_string_equal(server.asks[0].label, "capacity: 480 transactions/s");
    assert_int_equal(server.asks[0].pool, 12);
    assert_int_equal(server.asks[0].windows, 5);
    near(server.asks[0].window_s, 10);
    /* Only the upper end was measured twice: the lower one has a soak to come. */
    for (size_t i = 1; i < server.rounds; i++)
        for (size_t k = 0; k < i; k++)
            if (fabs(server.asks[i].rate_per_s - server.asks[k].rate_per_s) < 1)
                twice += fabs(server.asks[i].rate_per_s - result.high_per_s) < 1 ? 1 : 100;
    assert_int_equal(twice, 1);
    assert_string_equal(server.warned, "");
    assert_string_equal(result.unconfirmed, "no soak was reached");
}

static void windows_are_as_long_as_the_tail_needs(void **state) {
    (void)state;
    server.needed = 9600;
    search();
    near(server.asks[0].window_s, 22);
    assert_true(server.now_s <= 200);
}

static void a_disturbed_failure_is_looked_at_again(void **state) {
    (void)state;
    server.steal_once_at = 0;
    search();
    near(server.asks[1].rate_per_s, 480);
    assert_true(result.low_per_s <= 570 && 570 < result.high_per_s);
    start(NULL);
    server.io_once_at = 1;
    search();
    near(server.asks[1].rate_per_s, server.asks[2].rate_per_s);
    assert_true(result.low_per_s <= 570 && 570 < result.high_per_s);
    /* Waiting for the CPU is no disturbance where the load itself takes it. */
    for (int own = 0; own < 2; own++) {
        start(NULL);
        server.cpu_once_at = 1;
        server.cpu_share = own ? 0.9 : 0.2;
        search();
        assert_true((server.asks[1].rate_per_s > server.asks[2].rate_per_s) == own);
    }
    /* One that fails undisturbed is not. */
    start(NULL);
    server.capacity = 400;
    search();
    assert_true(server.asks[1].rate_per_s < 480);
}

static void a_rate_that_failed_by_chance_holds_later(void **state) {
    (void)state;
    server.chance_at = 1;
    size.end_ns = 600 * 1000000000ull;
    search();
    near(server.asks[1].rate_per_s, 552);
    assert_true(result.bracketed && 552 <= result.low_per_s);
    assert_true(result.low_per_s <= 570 && 570 < result.high_per_s);
}

static void what_is_not_certain_is_measured_for_longer(void **state) {
    (void)state;
    server.unsure_below_s = 15;
    size.end_ns = 600 * 1000000000ull;
    search();
    near(server.asks[0].rate_per_s, server.asks[1].rate_per_s);
    near(server.asks[1].window_s, 20);
    assert_true(result.bracketed && result.low_per_s <= 570 && 570 < result.high_per_s);
}

static void what_stays_uncertain_does_not_hold(void **state) {
    (void)state;
    server.unsure_below_s = 1000;
    search();
    assert_false(is_known(result.capacity_per_s));
    warns("no rate was found that holds the SLOs");
    warns("was taken as not holding the SLOs, though that is not certain: too slow");
}

static void time_that_is_up_leaves_the_bracket_open(void **state) {
    (void)state;
    size.end_ns = 128 * 1000000000ull;
    search();
    near(result.capacity_per_s, 552);
    assert_false(is_known(result.high_per_s));
    assert_false(result.bracketed);
    warns("time was up: every rate of the search held the SLOs, up to 552 transactions/s");
    assert_int_equal(result.capacity_cause.limit, SIZE_LIMIT_UNKNOWN);
    /* Until one holds, the time of what comes later is taken, too. */
    start(NULL);
    server.capacity = 40;
    size.end_ns = 130 * 1000000000ull;
    search();
    near(result.capacity_per_s, 480 * pow(0.7, 7));
}

static void without_a_soak_the_answer_is_measured_twice(void **state) {
    (void)state;
    size_t looks = 0;
    size.plan.soak_s = 0;
    search();
    for (size_t i = 0; i < server.rounds; i++)
        looks += fabs(server.asks[i].rate_per_s - result.capacity_per_s) < 1e-6;
    assert_int_equal(looks, 2);
    assert_true(result.bracketed);
    soak();
    assert_string_equal(result.unconfirmed, "the budget has no time for a soak");
    assert_false(result.confirmed);
}

static void a_pool_as_the_cause_gives_way_to_a_resource(void **state) {
    (void)state;
    search();
    assert_int_equal(result.capacity_cause.limit, SIZE_LIMIT_POOL);
    start(NULL);
    result.pool_cause.limit = SIZE_LIMIT_COMMIT_FLUSH;
    search();
    assert_int_equal(result.capacity_cause.limit, SIZE_LIMIT_COMMIT_FLUSH);
}

/* Errors come at whatever rate: what the few busy sessions wait for has not run out. */
static void errors_of_an_idle_pool_are_no_resource(void **state) {
    (void)state;
    static struct threshold slos[] = {{.metric = METRIC_QUANTILE}, {.metric = METRIC_ERRORS}};
    result.slos = slos;
    result.slo_count = 2;
    server.errors = SIZE_FAILS;
    server.busy_share = 0.1;
    search();
    assert_int_equal(result.capacity_cause.limit, SIZE_LIMIT_UNKNOWN);
    start(NULL);
    result.slos = slos;
    result.slo_count = 2;
    server.errors = SIZE_FAILS;
    server.busy_share = 0.9;
    search();
    assert_int_equal(result.capacity_cause.limit, SIZE_LIMIT_POOL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(each_repeat_has_every_level_in_an_order_of_its_own, start),
        cmocka_unit_test_setup(a_knee_is_refined_and_the_time_is_kept, start),
        cmocka_unit_test_setup(levels_are_repeated_as_long_as_there_is_time, start),
        cmocka_unit_test_setup(a_sweep_without_time_chooses_from_what_it_has, start),
        cmocka_unit_test_setup(levels_far_beyond_the_peak_are_not_repeated, start),
        cmocka_unit_test_setup(one_level_is_no_sweep, start),
        cmocka_unit_test_setup(a_breach_of_littles_law_is_told, start),
        cmocka_unit_test_setup(a_server_that_does_nothing_is_an_error, start),
        cmocka_unit_test_setup(a_failed_sweep_keeps_its_whole_repeats, start),
        cmocka_unit_test_setup(the_capacity_is_bracketed, start),
        cmocka_unit_test_setup(windows_are_as_long_as_the_tail_needs, start),
        cmocka_unit_test_setup(a_disturbed_failure_is_looked_at_again, start),
        cmocka_unit_test_setup(a_rate_that_failed_by_chance_holds_later, start),
        cmocka_unit_test_setup(what_is_not_certain_is_measured_for_longer, start),
        cmocka_unit_test_setup(what_stays_uncertain_does_not_hold, start),
        cmocka_unit_test_setup(time_that_is_up_leaves_the_bracket_open, start),
        cmocka_unit_test_setup(without_a_soak_the_answer_is_measured_twice, start),
        cmocka_unit_test_setup(a_pool_as_the_cause_gives_way_to_a_resource, start),
        cmocka_unit_test_setup(errors_of_an_idle_pool_are_no_resource, start),
    };
    return cmocka_run_group_tests(tests, NULL, stop);
}
