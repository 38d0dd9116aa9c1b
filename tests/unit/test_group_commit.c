/* The simulation of commits against cases whose answer is known without it. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stats/group_commit.h"
#include "stats/queue.h"

static void is_near(double value, double wanted, double share) {
    if (!(fabs(value - wanted) <= share * fabs(wanted)))
        fail_msg("%g, not %g", value, wanted);
}

static double mean_s(const struct group_commit_run *run) {
    return histogram_mean(run->response) / 1e9;
}

/* Two CPUs, 1 ms each, enough connections: M/M/2. */
static void without_flush_a_queue_for_cpus(void **state) {
    (void)state;
    static const double rates[] = {400, 1000, 1600};
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        struct group_commit_run run;
        group_commit_run(&(struct group_commit){.connections = 200,
                                                .rate_per_s = rates[i],
                                                .cpus = 2,
                                                .cpu_s = 1e-3,
                                                .transactions = 400000,
                                                .seed = 1},
                         &run);
        is_near(run.per_s, rates[i], 0.01);
        is_near(mean_s(&run), 1e-3 * (1 + queue_wait(2, rates[i] * 1e-3)), 0.03);
        histogram_free(run.response);
    }
}

/* Waiting for a connection, not for a CPU: M/M/4. */
static void connections_are_servers_too(void **state) {
    (void)state;
    struct group_commit_run run;
    group_commit_run(&(struct group_commit){.connections = 4,
                                            .rate_per_s = 3200,
                                            .cpus = 1,
                                            .pass_s = 1e-3,
                                            .transactions = 400000,
                                            .seed = 2},
                     &run);
    is_near(mean_s(&run), 1e-3 * (1 + queue_wait(4, 3.2)), 0.03);
    assert_true(fabs(run.lag_growth) < 1e-3);
    histogram_free(run.response);
}

static void one_connection_does_one_after_the_other(void **state) {
    (void)state;
    struct group_commit_run run;
    group_commit_run(&(struct group_commit){.connections = 1,
                                            .cpus = 2,
                                            .cpu_s = 2e-4,
                                            .pass_s = 3e-4,
                                            .flush_s = 5e-4,
                                            .transactions = 200000,
                                            .seed = 3},
                     &run);
    is_near(run.per_s, 1000, 0.01);
    is_near(run.commits_per_flush, 1, 0);
    is_near(run.flush_share, 0.5, 0.01);
    histogram_free(run.response);
}

/* While one half is flushed the other one comes to wait. */
static void two_groups_take_turns(void **state) {
    (void)state;
    struct group_commit_run run;
    group_commit_run(&(struct group_commit){.connections = 40,
                                            .cpus = 8,
                                            .cpu_s = 1e-6,
                                            .pass_s = 1e-6,
                                            .flush_s = 1e-2,
                                            .transactions = 100000,
                                            .seed = 4},
                     &run);
    is_near(run.per_s, 40 / (2 * 1e-2), 0.01);
    is_near(run.commits_per_flush, 20, 0.01);
    is_near(run.flush_share, 1, 0.01);
    histogram_free(run.response);
}

/* 16 connections: 8 were flushed while the other 8 waited, and now take the one CPU, one after the
 * other, before the next flush begins. */
static void who_begins_a_flush_needs_a_cpu(void **state) {
    (void)state;
    struct group_commit_run with, without;
    struct group_commit options = {.connections = 16,
                                   .cpus = 1,
                                   .cpu_s = 1e-4,
                                   .after_share = 0.5,
                                   .flush_s = 1e-2,
                                   .transactions = 100000,
                                   .seed = 8};
    group_commit_run(&options, &with);
    options.after_share = 0;
    group_commit_run(&options, &without);
    is_near(without.per_s, 8 / 1e-2, 0.01);
    is_near(with.per_s, 8 / (1e-2 + 8 * 0.5e-4), 0.01);
    is_near(with.flush_share, 1e-2 / (1e-2 + 8 * 0.5e-4), 0.01);
    is_near(with.commits_per_flush, 8, 0.01);
    histogram_free(with.response);
    histogram_free(without.response);
}

static void littles_law_holds(void **state) {
    (void)state;
    static const uint32_t pools[] = {1, 2, 7, 50};
    for (size_t i = 0; i < sizeof pools / sizeof *pools; i++) {
        struct group_commit_run run;
        group_commit_run(&(struct group_commit){.connections = pools[i],
                                                .cpus = 2,
                                                .cpu_s = 2e-4,
                                                .after_share = 0.3,
                                                .pass_s = 1e-4,
                                                .flush_s = 1e-3,
                                                .transactions = 100000,
                                                .seed = 5},
                         &run);
        is_near(run.per_s * mean_s(&run), pools[i], 0.005);
        histogram_free(run.response);
    }
}

/* More than can be done: the lag grows by the share of the time that is missing, from the middle of
 * the first third to that of the last. */
static void overload_grows(void **state) {
    (void)state;
    struct group_commit_run run;
    struct group_commit options = {.connections = 2,
                                   .rate_per_s = 4000,
                                   .cpus = 2,
                                   .pass_s = 1e-3,
                                   .transactions = 90000,
                                   .seed = 6};
    group_commit_run(&options, &run);
    is_near(run.per_s, 2000, 0.02);
    is_near(run.lag_growth, 54000 * (1 / 2000.0 - 1 / 4000.0), 0.05);
    histogram_free(run.response);
    options.rate_per_s = 400;
    group_commit_run(&options, &run);
    assert_true(fabs(run.lag_growth) < 1e-6);
    histogram_free(run.response);
}

/* Two runs differ by the flush alone, and the same one is the same. */
static void a_longer_flush_adds_itself(void **state) {
    (void)state;
    struct group_commit_run a, b, again;
    struct group_commit options = {.connections = 1,
                                   .cpus = 1,
                                   .cpu_s = 1e-3,
                                   .flush_s = 1e-3,
                                   .transactions = 1000,
                                   .seed = 7};
    group_commit_run(&options, &a);
    group_commit_run(&options, &again);
    options.flush_s = 3e-3;
    group_commit_run(&options, &b);
    assert_int_equal(a.response->sum_ns, again.response->sum_ns);
    assert_int_equal(a.response->count, b.response->count);
    is_near(mean_s(&b) - mean_s(&a), 2e-3, 1e-5);
    histogram_free(a.response);
    histogram_free(b.response);
    histogram_free(again.response);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_flush_a_queue_for_cpus),
        cmocka_unit_test(connections_are_servers_too),
        cmocka_unit_test(one_connection_does_one_after_the_other),
        cmocka_unit_test(two_groups_take_turns),
        cmocka_unit_test(who_begins_a_flush_needs_a_cpu),
        cmocka_unit_test(littles_law_holds),
        cmocka_unit_test(overload_grows),
        cmocka_unit_test(a_longer_flush_adds_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
