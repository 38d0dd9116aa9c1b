#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "study/ab_rules.h"

#define NEAR 1e-9

struct world {
    struct arena arena;
    struct result_round rounds[2];
    struct result_cell cells[2];
    struct result results[2];
    struct ab_result ab;
};

static int set_up(void **state) {
    struct world *w = MEM_NEW(struct world);
    for (size_t i = 0; i < 2; i++) {
        w->rounds[i].seconds = 1;
        w->cells[i] = (struct result_cell){.rounds = &w->rounds[i], .round_count = 1};
        w->results[i] = (struct result){.cells = &w->cells[i], .cell_count = 1};
    }
    w->ab = (struct ab_result){.a = &w->results[0], .b = &w->results[1]};
    *state = w;
    return 0;
}

static int tear_down(void **state) {
    struct world *w = *state;
    arena_release(&w->arena);
    free(w);
    return 0;
}

static const char *why(struct world *w, bool a_lost, bool b_lost, bool checkpoints_count) {
    const struct ab_side_round a = {&w->rounds[0], a_lost}, b = {&w->rounds[1], b_lost};
    return ab_why_invalid(&a, &b, checkpoints_count, &w->arena);
}

static void a_checkpoint_on_one_side_takes_the_pair_out(void **state) {
    struct world *w = *state;
    assert_null(why(w, false, false, false));
    w->rounds[0].checkpoints = 2;
    assert_string_equal(why(w, false, false, false), "a checkpoint ran in A alone");
    assert_null(why(w, false, false, true));
    w->rounds[1].checkpoints = 1;
    assert_null(why(w, false, false, false));
    w->rounds[0].checkpoints = 0;
    assert_string_equal(why(w, false, false, false), "a checkpoint ran in B alone");
    w->rounds[0].checkpoints = UNKNOWN;
    assert_null(why(w, false, false, false));
}

static void so_does_autovacuum(void **state) {
    struct world *w = *state;
    w->rounds[1].statistics.autovacuums = 1;
    assert_string_equal(why(w, false, false, false), "autovacuum ran in B alone");
    assert_string_equal(why(w, false, false, true), "autovacuum ran in B alone");
    w->rounds[0].statistics.autovacuums = 3;
    assert_null(why(w, false, false, false));
}

static void so_does_a_lost_connection_on_any_side(void **state) {
    struct world *w = *state;
    assert_string_equal(why(w, true, false, true), "a connection of A was lost and made again");
    assert_string_equal(why(w, false, true, true), "a connection of B was lost and made again");
    assert_non_null(why(w, true, true, false));
}

static void a_last_look_has_the_error_that_is_left(void **state) {
    struct looks looks;
    (void)state;
    looks_plan(30, &looks);
    assert_true(fabs(ab_rest_of_error(&looks, 0) - 1) < NEAR);
    assert_true(fabs(ab_rest_of_error(&looks, 1) - 0.8) < NEAR);
    assert_true(fabs(ab_rest_of_error(&looks, 2) - 0.6) < NEAR);
}

static void the_machine_is_of_both_sides_by_their_time(void **state) {
    struct world *w = *state;
    w->rounds[1].seconds = 3;
    w->rounds[0].host = (struct host_usage){.steal_share = 0.4, .pressure_cpu = UNKNOWN};
    w->rounds[1].host = (struct host_usage){.steal_share = 0.8, .pressure_io = 0.4};
    ab_describe_machine(&w->ab);
    assert_true(fabs(w->ab.steal_share - 0.7) < NEAR);
    assert_false(is_known(w->ab.pressure_cpu));
    assert_true(fabs(w->ab.pressure_io - 0.3) < NEAR);
}

static void each_warning_once(void **state) {
    struct world *w = *state;
    const char *of_a[] = {"one", "two"}, *of_b[] = {"two", "three"};
    w->results[0].warnings = of_a;
    w->results[1].warnings = of_b;
    w->results[0].warning_count = w->results[1].warning_count = 2;
    ab_join_warnings(&w->ab, COMPARE_ROWS_PER_S, &w->arena);
    assert_int_equal(w->ab.warning_count, 3);
    assert_string_equal(w->ab.warnings[2], "three");
}

static void throughput_of_a_rate_is_warned_of(void **state) {
    struct world *w = *state;
    w->results[0].source = w->results[1].source = LOAD_RATE;
    ab_join_warnings(&w->ab, COMPARE_COMMITS_PER_S, &w->arena);
    assert_int_equal(w->ab.warning_count, 1);
    assert_non_null(strstr(w->ab.warnings[0], "commits/s of a rate is what arrives"));
    w->ab.warning_count = 0;
    ab_join_warnings(&w->ab, COMPARE_P95, &w->arena);
    assert_int_equal(w->ab.warning_count, 0);
    w->results[0].source = LOAD_USERS;
    ab_join_warnings(&w->ab, COMPARE_ROWS_PER_S, &w->arena);
    assert_int_equal(w->ab.warning_count, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_checkpoint_on_one_side_takes_the_pair_out),
        TEST(so_does_autovacuum),
        TEST(so_does_a_lost_connection_on_any_side),
        TEST(a_last_look_has_the_error_that_is_left),
        TEST(the_machine_is_of_both_sides_by_their_time),
        TEST(each_warning_once),
        TEST(throughput_of_a_rate_is_warned_of),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
