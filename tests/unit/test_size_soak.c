/* The phase that confirms a capacity. */
#include "size_server.h"

/* ---- the soak ---- */

static void a_soak_confirms(void **state) {
    (void)state;
    struct throwaway *throwaway = (struct throwaway *)&server;
    size.session.server = throwaway;
    search();
    double found = result.capacity_per_s;
    soak();
    const struct size_probe *last = &result.probes[result.probe_count - 1];
    assert_true(result.confirmed);
    assert_null(result.unconfirmed);
    near(result.capacity_per_s, found);
    assert_true(last->soak);
    assert_false(result.probes[0].soak);
    near(last->point.seconds, 95);
    assert_int_equal(server.restarts, 1);
    assert_string_equal(server.restarted, "checkpoint_timeout=30s autovacuum_naptime=10s ");
}

static void a_soak_leaves_settings_that_are_the_users(void **state) {
    (void)state;
    static const struct server_setting present[] = {{"checkpoint_timeout", "1min"}};
    search();
    soak();
    assert_int_equal(server.restarts, 0);
    start(NULL);
    size.session.server = (struct throwaway *)&server;
    options.present = present;
    options.present_count = 1;
    search();
    soak();
    assert_string_equal(server.restarted, "autovacuum_naptime=10s ");
}

static void a_soak_without_checkpoints_confirms_nothing(void **state) {
    (void)state;
    server.checkpoints = 1;
    size.session.facts.checkpoint_timeout_s = 300;
    search();
    soak();
    assert_false(result.confirmed);
    assert_string_equal(result.unconfirmed,
                        "the soak of 1 min 35 s was too short: it saw 1 checkpoint, not 2, with a "
                        "checkpoint_timeout of 5 min");
    start(NULL);
    server.checkpoints = UNKNOWN;
    search();
    soak();
    assert_string_equal(result.unconfirmed, "the checkpoints in the soak could not be counted");
}

static void a_soak_without_autovacuum_confirms_nothing(void **state) {
    (void)state;
    static struct fact_setting off = {"autovacuum", "off", true};
    size.session.facts.settings = &off;
    size.session.facts.setting_count = 1;
    search();
    soak();
    assert_false(result.confirmed);
    assert_string_equal(result.unconfirmed, "autovacuum is off");
    warns("autovacuum is off");
}

static size_t soaks_done(void) {
    size_t count = 0;
    for (size_t i = 0; i < server.rounds; i++)
        count += server.soaks[i];
    return count;
}

/* Lower by what was left over, then closer to what did not hold. */
static void a_soak_that_fails_lowers_the_capacity(void **state) {
    (void)state;
    server.soak_capacity = 450;
    size.end_ns = 900 * 1000000000ull;
    search();
    double found = result.capacity_per_s;
    assert_true(found > 535);
    soak();
    assert_true(result.confirmed);
    assert_null(result.unconfirmed);
    assert_true(result.capacity_per_s <= 450 && result.capacity_per_s > 450 * 0.94);
    assert_true(450 < result.high_per_s && result.high_per_s <= result.capacity_per_s * 1.08);
    assert_in_range(soaks_done(), 3, 4);
}

/* Once a soak has held, one that does not fit whole into the time is not begun. */
static void no_soak_is_cut_short_once_one_has_held(void **state) {
    size_t held_ever = 0;
    for (uint64_t end_s = 300; end_s < 900; end_s += 10) {
        bool held = false;
        start(state);
        server.soak_capacity = 450;
        size.end_ns = end_s * 1000000000ull;
        search();
        soak();
        for (size_t i = 0; i < server.rounds; i++) {
            if (!server.soaks[i])
                continue;
            assert_true(!held || fabs(server.asks[i].window_s - 95) < 1e-9);
            held |= server.asks[i].rate_per_s <= server.soak_capacity;
        }
        held_ever += held;
    }
    assert_in_range(held_ever, 10, 60);
}

/* Edges that a soak has brought together are not told of as those that the search left. */
static void only_a_bracket_that_stays_open_is_told(void **state) {
    size_t told = 0, closed = 0;
    for (int i = 0; i < 2; i++) {
        start(state);
        server.soak_capacity = i ? 450 : 540;
        size.end_ns = 150 * 1000000000ull;
        search();
        size.end_ns += 400 * 1000000000ull;
        soak();
        assert_non_null(size.wide);
        bool warned = strstr(server.warned, size.wide);
        assert_int_equal(warned, !result.bracketed);
        told += warned;
        closed += result.bracketed;
    }
    assert_true(told == 1 && closed == 1);
}

/* Short probes held at rates above those that did not hold for long: they are no capacity. */
static void soaks_that_always_fail_leave_no_capacity(void **state) {
    (void)state;
    server.soak_capacity = 10;
    size.end_ns = 1900 * 1000000000ull;
    search();
    soak();
    assert_int_equal(soaks_done(), 4);
    assert_false(is_known(result.capacity_per_s));
    assert_true(result.high_per_s < 200);
    assert_false(result.confirmed);
    assert_non_null(strstr(result.unconfirmed, "did not hold: too slow"));
}

static void a_soak_has_no_time(void **state) {
    (void)state;
    search();
    server.now_s = 297;
    soak();
    assert_string_equal(result.unconfirmed, "no time was left for a soak");
    assert_int_equal(server.restarts, 0);
    start(NULL);
    server.capacity = 0;
    search();
    soak();
    assert_string_equal(result.unconfirmed, "no rate held that a soak could confirm");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_soak_confirms, start),
        cmocka_unit_test_setup(a_soak_leaves_settings_that_are_the_users, start),
        cmocka_unit_test_setup(a_soak_without_checkpoints_confirms_nothing, start),
        cmocka_unit_test_setup(a_soak_without_autovacuum_confirms_nothing, start),
        cmocka_unit_test_setup(a_soak_that_fails_lowers_the_capacity, start),
        cmocka_unit_test_setup(no_soak_is_cut_short_once_one_has_held, start),
        cmocka_unit_test_setup(only_a_bracket_that_stays_open_is_told, start),
        cmocka_unit_test_setup(soaks_that_always_fail_leave_no_capacity, start),
        cmocka_unit_test_setup(a_soak_has_no_time, start),
    };
    return cmocka_run_group_tests(tests, NULL, stop);
}
