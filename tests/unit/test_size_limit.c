/* What a measured cell says, and what holds its load back: cells made by hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "result_by_hand.h"
#include "study/size_internal.h"

struct made {
    struct arena arena;
    struct result result;
    struct size_point point;
};

/* A closed loop of 4 connections: 3 s, 1,000 commits of 100 rows and 1 ms each; commit flush takes
 * 71 %, CPU 17 %. */
static struct result_round *make(struct made *made) {
    *made = (struct made){0};
    made->result = make_result(&made->arena, 1, 1);
    made->result.cells[0] = make_cell("insert", 1, (uint64_t[]){1000});
    struct result_round *round = &made->result.cells[0].rounds[0];
    start_load(round, 1, 1, 0);
    add_latency(&round->load.tallies[0], LATENCY_RESPONSE, 1000, NS_PER_MS);
    round->load.tallies[0].committed = 1000;
    round->load.tallies[0].rows = 100000;
    round->load.stage_seconds[0] = 3;
    round->load.asked[0].asked = 1000;
    round->host.server_cpu_s = 1.2;
    round->host.steal_share = 0.02;
    return round;
}

static void measure(struct made *made, size_t first_stage) {
    result_cell_summarise(&made->result.cells[0]);
    size_point_of(&made->result, &made->result.cells[0], first_stage, &made->arena, &made->point);
}

static void expect(struct made *made, enum size_limit limit, const char *evidence) {
    measure(made, 0);
    assert_string_equal(made->point.cause.evidence, evidence);
    assert_int_equal(made->point.cause.limit, limit);
    release(&made->result, NULL);
}

/* Sets the sessions' parts, CPU taking what the client and the other part leave. */
static void set_parts(struct result_round *round, double client, enum time_part part,
                      double share) {
    double *parts = round->waits->parts;
    for (size_t i = 0; i < TIME_PARTS; i++)
        parts[i] = 0;
    parts[PART_CLIENT] = client;
    parts[part] = share;
    parts[PART_CPU] += 1 - client - share;
}

static void set_event(struct result_round *round, const char *type, const char *event,
                      double share) {
    struct wait_share *seen = &round->waits->events[0];
    snprintf(seen->type, sizeof seen->type, "%s", type);
    snprintf(seen->event, sizeof seen->event, "%s", event);
    seen->share = share;
}

static void set_busy(struct result_round *round, double busy) {
    round->interval_count = 3;
    round->intervals = calloc(3, sizeof *round->intervals);
    for (size_t i = 0; i < 3; i++)
        round->intervals[i] =
            (struct load_interval){.t_s = 1 + (double)i, .length_s = 1, .busy = busy};
}

/* ---- limits ---- */

static void commits_wait_for_the_disk(void **state) {
    (void)state;
    struct made made;
    struct result_round *round = make(&made);
    round->statistics.wal_flushes = 600;
    made.result.fsync.flushes_per_s = 812;
    expect(&made, SIZE_LIMIT_COMMIT_FLUSH,
           "commit flush took 81 % of the busy sessions' time (LWLock:WALWrite 81 %); 200 flushes "
           "of WAL a second, where the disk alone did 812; CPU of this machine 27 % busy");
}

/* With fsync off, or with O_DSYNC, none is counted: what a server must have is not 0. */
static void flushes_that_nobody_counts_are_unknown(void **state) {
    (void)state;
    struct made made;
    make(&made)->statistics.wal_flushes = 0;
    expect(&made, SIZE_LIMIT_COMMIT_FLUSH,
           "commit flush took 81 % of the busy sessions' time (LWLock:WALWrite 81 %); CPU of this "
           "machine 27 % busy");
}

static void a_client_at_its_end_is_what_was_measured(void **state) {
    (void)state;
    struct made made;
    make(&made)->cpu_s = 5.2;
    expect(&made, SIZE_LIMIT_CLIENT, "pgwrite itself was 87 % busy on 2 threads");
}

static void a_cpu_is_the_limit_only_if_it_is_used_up(void **state) {
    (void)state;
    struct made made;
    struct result_round *round = make(&made);
    set_parts(round, 0.1, PART_COMMIT_FLUSH, 0.2);
    round->host.server_cpu_s = 4.6;
    expect(&made, SIZE_LIMIT_CPU,
           "running on a CPU took 78 % of the busy sessions' time; CPU of this machine 84 % busy");

    round = make(&made);
    set_parts(round, 0.1, PART_COMMIT_FLUSH, 0.2);
    round->host.server_cpu_s = UNKNOWN;
    expect(&made, SIZE_LIMIT_CPU,
           "running on a CPU took 78 % of the busy sessions' time; the server's CPU can't be seen "
           "from here");

    round = make(&made);
    set_parts(round, 0.1, PART_COMMIT_FLUSH, 0.2);
    set_busy(round, 3.6);
    expect(&made, SIZE_LIMIT_POOL,
           "running on a CPU took 78 % of the busy sessions' time; CPU of this machine 27 % busy; "
           "90 % of the pool's connections busy");

    round = make(&made);
    set_parts(round, 0.1, PART_COMMIT_FLUSH, 0.2);
    set_busy(round, 2);
    expect(&made, SIZE_LIMIT_UNKNOWN,
           "running on a CPU took 78 % of the busy sessions' time; CPU of this machine 27 % busy; "
           "50 % of the pool's connections busy");
}

static void a_sleep_is_in_the_statement(void **state) {
    (void)state;
    struct made made;
    struct result_round *round = make(&made);
    set_parts(round, 0.02, PART_OTHER, 0.97);
    set_event(round, "Timeout", "PgSleep", 0.97);
    expect(&made, SIZE_LIMIT_STATEMENT,
           "waits inside the statement took 99 % of the busy sessions' time (Timeout:PgSleep "
           "99 %); CPU of this machine 27 % busy");
}

static void a_lock_is_named_with_who_waits_for_whom(void **state) {
    (void)state;
    struct made made;
    struct result_round *round = make(&made);
    add_lock_waits(round);
    set_parts(round, 0, PART_LOCK, 0.8);
    set_event(round, "Lock", "transactionid", 0.8);
    struct lock_waits kept = round->waits->locks[0];
    round->waits->locks[0] = round->waits->locks[1];
    round->waits->locks[1] = kept;
    snprintf(round->waits->locks[1].relation, sizeof kept.relation, "pgwrite_1a2b3c4d.counters");
    expect(&made, SIZE_LIMIT_LOCK,
           "waits for locks took 80 % of the busy sessions' time (Lock:transactionid 80 %); most "
           "of it: transactionid ShareLock on counters, “INSERT INTO counters VALUES ($1)” behind "
           "“UPDATE counters SET n = n + 1”, active; CPU of this machine 27 % busy");
}

static void sessions_without_work_wait_for_round_trips(void **state) {
    (void)state;
    struct made made;
    struct result_round *round = make(&made);
    set_parts(round, 0.7, PART_COMMIT_FLUSH, 0.2);
    expect(&made, SIZE_LIMIT_NETWORK,
           "the sessions waited for their client for 70 % of the time; CPU of this machine 27 % "
           "busy");

    round = make(&made);
    set_parts(round, 0.7, PART_COMMIT_FLUSH, 0.2);
    round->host.server_cpu_s = 5.1;
    expect(&made, SIZE_LIMIT_CPU,
           "the sessions waited for their client for 70 % of the time; CPU of this machine 92 % "
           "busy");

    round = make(&made);
    set_parts(round, 0.3, PART_IN_TRANSACTION, 0.6);
    expect(&made, SIZE_LIMIT_NETWORK,
           "transactions open while the client was waited for took 86 % of the busy sessions' "
           "time; CPU of this machine 27 % busy");
}

static void too_few_looks_say_nothing(void **state) {
    (void)state;
    struct made made;
    make(&made)->waits->samples = 19;
    expect(&made, SIZE_LIMIT_UNKNOWN,
           "19 looks of what the sessions wait for, of 20 that it takes");
    struct result_round *round = make(&made);
    free(round->waits);
    round->waits = NULL;
    expect(&made, SIZE_LIMIT_UNKNOWN, "what the sessions waited for is not known");
}

/* ---- figures ---- */

static void a_closed_loop_is_read(void **state) {
    (void)state;
    struct made made;
    struct result_round *round = make(&made);
    set_busy(round, 3);
    round->intervals[0].t_s = 0; /* warm-up */
    round->intervals[0].busy = 0;
    round->load.tallies[0].failed_ns = 5 * NS_PER_S;
    round->load.tallies[0].failed = 10;
    round->load.asked[0].asked = 1010;
    measure(&made, 0);
    const struct size_point *point = &made.point;
    assert_float_equal(point->seconds, 3, 0);
    assert_float_equal(point->commits_per_s, 1000.0 / 3, 1e-9);
    assert_float_equal(point->rows_per_s, 1e5 / 3, 1e-9);
    assert_float_equal(point->mean_s, 1e-3, 1e-9);
    assert_int_equal(point->responses, 1000);
    /* 1,000 × 1 ms and 5 s in failed ones, of 4 × 3 s. */
    assert_float_equal(point->little, 0.5, 1e-9);
    assert_float_equal(point->errors, 10.0 / 1010, 1e-12);
    assert_float_equal(point->busy_share, 0.75, 1e-12);
    assert_float_equal(point->cpu_share, 1.5 / 6, 1e-12);
    assert_float_equal(point->wal_bytes_per_s, 1e7, 1e-3);
    assert_true(point->rate_per_s < 0 && point->asked < 0 && point->done < 0);
    assert_true(point->memory_bytes < 0 && point->flushes_per_s < 0);
    assert_true(point->checkpoint_bytes_per_s < 0 && point->checkpoints < 0);
    release(&made.result, NULL);
}

static void few_long_responses_are_not_asked_for_littles_law(void **state) {
    (void)state;
    struct made made;
    struct result_round *round = make(&made);
    add_latency(&round->load.tallies[0], LATENCY_RESPONSE, 1000, 200 * NS_PER_MS);
    measure(&made, 0);
    assert_true(made.point.little < 0);
    release(&made.result, NULL);
}

/* Stages calm and peak, of which the first is as a warm-up; both 10 s. */
static void an_open_loop_is_read_behind_its_warm_up(void **state) {
    (void)state;
    struct made made = {0};
    made.result = make_stages_result(&made.arena);
    struct result_round *round = &made.result.cells[0].rounds[0];
    round->seconds = 20;
    round->abandoned = 9;
    round->window_at_s = 0;
    round->samples[0].memory_bytes = 9e6;
    round->samples[1].memory_bytes = 7e6;
    round->statistics.buffers_checkpointer = 400;
    for (size_t i = 0; i < 3; i++)
        round->intervals[i].t_s = 8.5 + (double)i;
    round->intervals[2].busy = 5;
    measure(&made, 1);
    const struct size_point *point = &made.point;
    assert_float_equal(point->rate_per_s, 500, 0);
    assert_float_equal(point->seconds, 10, 0);
    assert_float_equal(point->commits_per_s, 360, 1e-9);
    /* Written ones: the step that reads is left out. */
    assert_float_equal(point->rows_per_s, 90, 1e-9);
    assert_float_equal(point->asked, 4500, 0);
    assert_float_equal(point->done, 3600, 0);
    /* 40 dropped, 60 timed out, 9 abandoned, of 4,500 less 7 that found no row. */
    assert_float_equal(point->errors, 109.0 / 4493, 1e-12);
    assert_float_equal(point->p50_s, 0.93, 1e-3);
    assert_true(point->little < 0);
    assert_float_equal(point->busy_share, 0.5, 1e-12);
    assert_float_equal(point->memory_bytes, 9e6, 0);
    assert_float_equal(point->checkpoint_bytes_per_s, 400 * 8192 / 11.5, 1e-6);
    release(&made.result, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commits_wait_for_the_disk),
        cmocka_unit_test(flushes_that_nobody_counts_are_unknown),
        cmocka_unit_test(a_client_at_its_end_is_what_was_measured),
        cmocka_unit_test(a_cpu_is_the_limit_only_if_it_is_used_up),
        cmocka_unit_test(a_sleep_is_in_the_statement),
        cmocka_unit_test(a_lock_is_named_with_who_waits_for_whom),
        cmocka_unit_test(sessions_without_work_wait_for_round_trips),
        cmocka_unit_test(too_few_looks_say_nothing),
        cmocka_unit_test(a_closed_loop_is_read),
        cmocka_unit_test(few_long_responses_are_not_asked_for_littles_law),
        cmocka_unit_test(an_open_loop_is_read_behind_its_warm_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
