/* Erlang C against values that can be looked up, and against what can be worked out by hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stats/queue.h"

static void is_near(double value, double wanted, double tolerance) {
    if (!(fabs(value - wanted) <= tolerance))
        fail_msg("%g, not %g", value, wanted);
}

/* With one server everybody waits who finds it busy; with two it is a² / (2 + a). */
static void few_servers_by_hand(void **state) {
    (void)state;
    is_near(queue_erlang_c(1, 0.7), 0.7, 1e-12);
    is_near(queue_erlang_c(2, 1), 1 / 3.0, 1e-12);
    is_near(queue_erlang_c(2, 1.5), 2.25 / 3.5, 1e-12);
    is_near(queue_wait(1, 0.5), 1, 1e-12);     /* rho / (1 - rho) */
    is_near(queue_wait(2, 1), 1 / 3.0, 1e-12); /* C / (2 - 1) */
    is_near(queue_wait(1, 0.9), 9, 1e-9);
}

/* Published examples of call centres: 10 erlangs and 14 agents, 48 erlangs and 55 agents (0.2 calls
 * a second of 240 s, who wait 8.2 s on average). */
static void published_values(void **state) {
    (void)state;
    is_near(queue_erlang_c(14, 10), 0.1741, 5e-5);
    is_near(queue_erlang_c(55, 48), 0.239, 5e-4);
    is_near(queue_wait(55, 48) * 240, 8.2, 0.05);
}

static void overload_waits_for_ever(void **state) {
    (void)state;
    is_near(queue_erlang_c(10, 10), 1, 0);
    is_near(queue_erlang_c(10, 500), 1, 0);
    assert_true(isinf(queue_wait(10, 10)));
    assert_true(isinf(queue_wait(0, 0)));
}

static void the_smallest_number_of_servers(void **state) {
    (void)state;
    static const double loads[] = {0.01, 0.5, 1, 9.99, 10, 26.2, 480, 4999.5};
    for (size_t i = 0; i < sizeof loads / sizeof *loads; i++) {
        uint32_t servers = queue_servers(loads[i], 0.1);
        assert_true(servers > loads[i]);
        assert_true(queue_wait(servers, loads[i]) < 0.1);
        assert_true(queue_wait(servers - 1, loads[i]) >= 0.1);
    }
    assert_int_equal(queue_servers(0, 0.1), 1);
}

static void what_can_not_be_is_0(void **state) {
    (void)state;
    assert_int_equal(queue_servers(NAN, 0.1), 0);
    assert_int_equal(queue_servers(-1, 0.1), 0);
    assert_int_equal(queue_servers(INFINITY, 0.1), 0);
    assert_int_equal(queue_servers(QUEUE_SERVERS_MAX, 0.1), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(few_servers_by_hand),     cmocka_unit_test(published_values),
        cmocka_unit_test(overload_waits_for_ever), cmocka_unit_test(the_smallest_number_of_servers),
        cmocka_unit_test(what_can_not_be_is_0),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
