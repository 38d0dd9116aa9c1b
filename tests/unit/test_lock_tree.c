/* Chains of lock waits, up to the root, and how they add up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "observe/lock_tree.h"

static struct lock_tree *tree;
static struct observation *report;
static uint64_t now_ns;

static int begin(void **state) {
    (void)state;
    tree = lock_tree_new();
    report = MEM_NEW(struct observation);
    now_ns = 7 * NS_PER_S;
    return 0;
}

static int end(void **state) {
    (void)state;
    lock_tree_free(tree);
    free(report);
    return 0;
}

static struct lock_session *stands(int64_t pid, bool ours, const char *sql) {
    struct lock_session *session = lock_tree_session(tree);
    session->pid = pid;
    session->ours = ours;
    snprintf(session->shown.application, sizeof session->shown.application, "app %d", (int)pid);
    snprintf(session->shown.state, sizeof session->shown.state, "active");
    lock_session_statement(session, sql);
    return session;
}

static struct lock_session *waits(int64_t pid, bool ours, const char *sql, int64_t blocker) {
    struct lock_session *session = stands(pid, ours, sql);
    session->waiting = true;
    session->blocker = blocker;
    session->waited_ms = -1;
    snprintf(session->locktype, sizeof session->locktype, "tuple");
    snprintf(session->mode, sizeof session->mode, "ExclusiveLock");
    snprintf(session->relation, sizeof session->relation, "public.t");
    return session;
}

/* A look 10 ms after the last, before which that many were seen waiting. */
static void look(double sessions) {
    now_ns += 10 * NS_PER_MS;
    lock_tree_look(tree, &(struct lock_count){"tuple", sessions}, 1, 0.01, now_ns);
    lock_tree_report(tree, report);
}

static void assert_near(double a, double b) {
    if (fabs(a - b) > 1e-9)
        fail_msg("%.12g is not %.12g", a, b);
}

static void test_chain(void **state) {
    (void)state;
    /* Not in the order of pids; the root and the second are not ours. */
    waits(30, true, "third", 40);
    stands(10, false, "root");
    waits(40, false, "second", 10);
    look(1);
    assert_int_equal(report->lock_count, 1);
    const struct lock_waits *seen = &report->locks[0];
    assert_string_equal(seen->statement, "third");
    assert_string_equal(seen->blocker.statement, "second");
    assert_string_equal(seen->blocker.application, "app 40");
    assert_string_equal(seen->root.statement, "root");
    assert_string_equal(seen->root.state, "active");
    assert_string_equal(seen->locktype, "tuple");
    assert_string_equal(seen->mode, "ExclusiveLock");
    assert_string_equal(seen->relation, "public.t");
    assert_int_equal(seen->depth, 2);
    assert_int_equal(seen->seen, 1);
    assert_near(seen->time_s, 0.01);
}

static void test_only_ours_are_reported(void **state) {
    (void)state;
    waits(1, false, "theirs", 2);
    stands(2, true, "ours, in the way");
    look(0);
    assert_int_equal(report->lock_count, 0);
    assert_int_equal(report->lock_seen, 0);
    assert_near(report->lock_max_ms, 0);
}

static void test_deadlock_ends(void **state) {
    (void)state;
    waits(1, true, "one", 2);
    waits(2, true, "two", 3);
    waits(3, true, "three", 2);
    waits(4, true, "alone", 4);
    look(4);
    assert_int_equal(report->lock_count, 4);
    for (size_t i = 0; i < 4; i++) {
        const struct lock_waits *seen = &report->locks[i];
        if (strcmp(seen->statement, "one") == 0) {
            assert_int_equal(seen->depth, 2);
            assert_string_equal(seen->root.statement, "three");
        } else if (strcmp(seen->statement, "two") == 0) {
            assert_int_equal(seen->depth, 1);
            assert_string_equal(seen->root.statement, "three");
        } else if (strcmp(seen->statement, "alone") == 0) {
            assert_int_equal(seen->depth, 0);
            assert_string_equal(seen->root.statement, "");
        }
    }
}

static void test_prepared_and_gone(void **state) {
    (void)state;
    waits(5, true, "a", LOCK_BLOCKER_PREPARED);
    waits(6, true, "b", 5);
    waits(7, true, "c", 99);
    waits(8, true, "d", LOCK_BLOCKER_NONE);
    look(4);
    assert_int_equal(report->lock_count, 4);
    for (size_t i = 0; i < 4; i++) {
        const struct lock_waits *seen = &report->locks[i];
        bool known = *seen->statement < 'c';
        assert_string_equal(seen->root.statement, known ? "a prepared transaction" : "");
        assert_int_equal(seen->depth, *seen->statement == 'a' ? 1 : known ? 2 : 0);
    }
}

static void test_kinds_add_up(void **state) {
    (void)state;
    /* Five were seen a moment ago, four are left: they stand for all five. */
    stands(1, false, "root");
    waits(2, true, "INSERT INTO t VALUES (1, 'a''b')", 1);
    waits(3, true, "INSERT INTO t VALUES (22,  'long')", 1);
    waits(4, true, "INSERT INTO t1 VALUES (1, 'a')", 1);
    waits(5, true, "INSERT INTO t2 VALUES (1, 'a')", 1);
    look(5);
    assert_int_equal(report->lock_count, 3);
    assert_string_equal(report->locks[0].statement, "INSERT INTO t VALUES (1, 'a''b')");
    assert_near(report->locks[0].time_s, 0.01 * 2 * 5 / 4);
    assert_int_equal(report->locks[0].seen, 2);
    /* None is left of two. */
    look(2);
    assert_int_equal(report->lock_count, 4);
    double sum = 0;
    for (size_t i = 0; i < report->lock_count; i++) {
        sum += report->locks[i].time_s;
        if (*report->locks[i].mode == '\0') {
            assert_string_equal(report->locks[i].locktype, "tuple");
            assert_near(report->locks[i].time_s, 0.02);
            assert_int_equal(report->locks[i].seen, 0);
            assert_true(report->locks[i].max_ms < 0);
        }
    }
    assert_near(sum, 0.07);
    /* One that began since stands for nothing yet. */
    stands(1, false, "root");
    waits(6, true, "INSERT INTO t VALUES (3, 'c')", 1);
    look(0);
    assert_near(report->locks[0].time_s, 0.01 * 2 * 5 / 4);
    assert_int_equal(report->locks[0].seen, 3);
}

static void test_counts_each_wait_once(void **state) {
    (void)state;
    static const struct {
        int64_t since_us;
        uint64_t seen;
    } looks[] = {{0, 1}, {100, 1}, {100, 1}, {200, 2}, {200, 2}};
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) {
        struct lock_session *session = waits(2, true, "w", LOCK_BLOCKER_NONE);
        session->since_us = looks[i].since_us;
        session->waited_ms = looks[i].since_us ? (double)looks[i].since_us / 10 : -1;
        /* Another session's wait comes and goes. */
        if (i % 2)
            waits(1, false, "x", LOCK_BLOCKER_NONE);
        look(1);
        assert_int_equal(report->lock_seen, looks[i].seen);
    }
    assert_near(report->lock_max_ms, 20);
    lock_tree_forget(tree);
    waits(2, true, "w", LOCK_BLOCKER_NONE)->since_us = 200;
    look(1);
    assert_int_equal(report->lock_seen, 3);
}

/* Servers before 14 do not say when a wait began. */
static void test_without_the_servers_time(void **state) {
    (void)state;
    waits(2, true, "w", LOCK_BLOCKER_NONE);
    look(1);
    assert_true(report->lock_max_ms < 0);
    for (int i = 0; i < 3; i++) {
        waits(2, true, "w", LOCK_BLOCKER_NONE);
        look(1);
    }
    assert_int_equal(report->lock_seen, 1);
    assert_near(report->lock_max_ms, 30);
    snprintf(waits(2, true, "w", LOCK_BLOCKER_NONE)->locktype, 32, "transactionid");
    look(1);
    assert_int_equal(report->lock_seen, 2);
}

static void test_state_of_most_of_the_time(void **state) {
    (void)state;
    static const char *const states[] = {"active", "idle in transaction", "idle in transaction",
                                         "active", "idle in transaction"};
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        snprintf(stands(1, false, "root")->shown.state, 32, "%s", states[i]);
        waits(2, true, "w", 1);
        look(1);
    }
    assert_int_equal(report->lock_count, 1);
    assert_string_equal(report->locks[0].root.state, "idle in transaction");
    assert_string_equal(report->locks[0].blocker.state, "idle in transaction");
}

static void test_too_many_kinds(void **state) {
    (void)state;
    for (int i = 0; i < 2 * SAMPLER_LOCKS_MAX; i++) {
        char relation[32];
        snprintf(relation, sizeof relation, "t%d", i);
        snprintf(waits(i + 1, true, "w", LOCK_BLOCKER_NONE)->relation, 32, "%s", relation);
    }
    look(2 * SAMPLER_LOCKS_MAX);
    assert_int_equal(report->lock_count, SAMPLER_LOCKS_MAX);
    assert_string_equal(report->locks[0].locktype, "other");
    assert_string_equal(report->locks[0].relation, "");
    assert_near(report->locks[0].time_s, 0.01 * (SAMPLER_LOCKS_MAX + 1));
}

static void test_many_sessions(void **state) {
    (void)state;
    for (int i = 1000; i > 1; i--)
        waits(i, true, "w", i - 1);
    stands(1, true, "root");
    look(999);
    uint32_t depth = 0;
    for (size_t i = 0; i < report->lock_count; i++)
        depth = report->locks[i].depth > depth ? report->locks[i].depth : depth;
    assert_int_equal(depth, 999);
    assert_int_equal(report->lock_seen, 999);
}

static void assert_statement(const char *sql, const char *shown) {
    struct lock_session session = {0};
    lock_session_statement(&session, sql);
    assert_string_equal(session.shown.statement, shown);
}

static void test_statement_on_one_line(void **state) {
    (void)state;
    assert_statement("  SELECT\n\t 1 ;\r\n", "SELECT 1 ;");
    assert_statement("", "");
    size_t size = sizeof((struct lock_holder){0}).statement;
    char sql[512], cut[512];
    /* As much as fits, and never half a character: ä is two bytes. */
    for (size_t before = size - 4; before < size + 2; before++) {
        memset(sql, 'x', sizeof sql);
        snprintf(sql + before, sizeof sql - before, "äz");
        size_t kept = before + 2 < size ? before + 2 : before < size ? before : size - 1;
        kept += before + 3 < size;
        snprintf(cut, sizeof cut, "%.*s", (int)kept, sql);
        assert_statement(sql, cut);
    }
}

#define WITH_TREE(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_TREE(test_chain),
        WITH_TREE(test_only_ours_are_reported),
        WITH_TREE(test_deadlock_ends),
        WITH_TREE(test_prepared_and_gone),
        WITH_TREE(test_kinds_add_up),
        WITH_TREE(test_counts_each_wait_once),
        WITH_TREE(test_without_the_servers_time),
        WITH_TREE(test_state_of_most_of_the_time),
        WITH_TREE(test_too_many_kinds),
        WITH_TREE(test_many_sessions),
        WITH_TREE(test_statement_on_one_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
