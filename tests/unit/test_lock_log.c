/* The parser of the server's log. The lines are a real PostgreSQL 15's, but for their prefixes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/strbuf.h"
#include "observe/lock_log.h"

#define PREFIX "2026-11-21 15:33:44.197 UTC [28016] "

static struct lock_log parse_of(const char *text, const int64_t *pids, size_t count) {
    struct lock_log log = {0};
    lock_log_parse(text, strlen(text), pids, count, &log);
    return log;
}

static struct lock_log parse(const char *text) {
    return parse_of(text, NULL, 0);
}

static void assert_kind(const struct logged_kind *kind, const char *mode, const char *locktype,
                        const char *relation, const char *statement) {
    assert_string_equal(kind->mode, mode);
    assert_string_equal(kind->locktype, locktype);
    assert_string_equal(kind->relation, relation);
    assert_string_equal(kind->statement, statement);
}

static void assert_near(double value, double expected) {
    assert_true(value > expected - 1e-9 && value < expected + 1e-9);
}

static const char one_wait[] = PREFIX
    "LOG:  process 28016 still waiting for ShareLock on transaction 725 after 10.040 ms\n" PREFIX
    "DETAIL:  Process holding the lock: 28014. Wait queue: 28016.\n" PREFIX
    "CONTEXT:  while updating tuple (0,1) in relation \"t\"\n" PREFIX "STATEMENT:  update t\n"
    "\t\tset n='2'\n"
    "\twhere id=1 -- process 77 acquired ShareLock on transaction 3 after 99999.000 ms\n" PREFIX
    "LOG:  process 28016 acquired ShareLock on transaction 725 after 69.780 ms\n" PREFIX
    "CONTEXT:  while updating tuple (0,1) in relation \"t\"\n" PREFIX "STATEMENT:  update t\n"
    "\t\tset n='2'\n"
    "\twhere id=1 -- process 77 acquired ShareLock on transaction 3 after 99999.000 ms\n";

static void a_wait_with_all_its_lines(void **state) {
    (void)state;
    struct lock_log log = parse(one_wait);
    assert_int_equal(log.waits, 1);
    assert_int_equal(log.unfinished, 0);
    assert_int_equal(log.deadlocks, 0);
    assert_near(log.total_s, 0.06978);
    assert_near(log.max_ms, 69.78);
    assert_int_equal(log.kind_count, 1);
    assert_kind(&log.kinds[0], "ShareLock", "transactionid", "t",
                "update t set n='…' where id=1 -- process 77 acquired ShareLock on transaction 3 "
                "after 99999.000 ms");
    assert_int_equal(log.kinds[0].waits, 1);
    assert_near(log.kinds[0].total_s, 0.06978);
}

/* The same lines behind other prefixes: none, log_error_verbosity = verbose, a name that looks like
 * a message. */
static void any_prefix(void **state) {
    (void)state;
    static const char *const lines[] = {
        "LOG:  process 5 acquired ShareLock on transaction 725 after 69.780 ms\nSTATEMENT:  x\n",
        "[5]LOG:  00000: process 5 acquired ShareLock on transaction 725 after 69.780 ms\n"
        "[5]LOCATION:  ProcSleep, proc.c:1531\n[5]STATEMENT:  x\n",
        "u@d a:b: LOG:  process 5 acquired ShareLock on transaction 725 after 69.780 ms\n"
        "u@d a:b: STATEMENT:  x\n",
        "process 5 acquired x on y after 1 ms LOG:  process 5 acquired ShareLock on transaction "
        "725 "
        "after 69.780 ms\nprocess 5 acquired x on y after 1 ms STATEMENT:  x\n",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct lock_log log = parse(lines[i]);
        assert_int_equal(log.waits, 1);
        assert_near(log.max_ms, 69.78);
        assert_kind(&log.kinds[0], "ShareLock", "transactionid", "", "x");
    }
}

static void every_object(void **state) {
    (void)state;
    static const struct {
        const char *object, *locktype, *relation;
    } cases[] = {
        {"relation 16384 of database 5", "relation", "16384"},
        {"extension of relation 16385 of database 5", "extend", "16385"},
        {"page 7 of relation 16386 of database 5", "page", "16386"},
        {"tuple (0,4) of relation 16384 of database 5", "tuple", "16384"},
        {"transaction 725", "transactionid", ""},
        {"virtual transaction 3/16", "virtualxid", ""},
        {"speculative token 1 of transaction 725", "spectoken", ""},
        {"object 1 of class 2 of database 5", "object", ""},
        {"user lock [1,2,3]", "userlock", ""},
        {"advisory lock [5,0,7,1]", "advisory", ""},
        {"remote transaction 1 of subscription 2 of database 5", "applytransaction", ""},
        {"pg_database.datfrozenxid of database 5", "frozenid", ""},
        {"something new", "unknown", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char line[256];
        snprintf(line, sizeof line,
                 PREFIX "LOG:  process 28035 acquired AccessShareLock on %s after 68.849 ms at "
                        "character 22\n",
                 cases[i].object);
        struct lock_log log = parse(line);
        assert_int_equal(log.waits, 1);
        assert_near(log.max_ms, 68.849);
        assert_kind(&log.kinds[0], "AccessShareLock", cases[i].locktype, cases[i].relation, "");
    }
}

/* The table's name is better than an OID, whatever it is made of; what is around it is no name. */
static void names_from_the_context(void **state) {
    (void)state;
    struct lock_log log = parse(
        PREFIX
        "LOG:  process 1 acquired ExclusiveLock on tuple (0,4) of relation 9 of database 5 "
        "after 20.000 ms\n" PREFIX
        "CONTEXT:  while locking tuple (0,1) in relation \"in relation \"x\" y\"\n"
        "\tSQL statement \"SELECT 1 FROM ONLY \"public\".\"parents\" x in relation \"z\"\"\n");
    assert_kind(&log.kinds[0], "ExclusiveLock", "tuple", "in relation \"x\" y", "");
    log =
        parse(PREFIX "LOG:  process 1 acquired ShareLock on transaction 5 after 20.000 ms\n" PREFIX
                     "CONTEXT:  COPY t, line 3\n"
                     "\twhile inserting index tuple (0,6) in relation \"t_pkey\"\n");
    assert_kind(&log.kinds[0], "ShareLock", "transactionid", "t_pkey", "");
    log =
        parse(PREFIX "LOG:  process 1 acquired ShareLock on transaction 5 after 20.000 ms\n" PREFIX
                     "CONTEXT:  PL/pgSQL function in relation \"f\"() line 3\n");
    assert_string_equal(log.kinds[0].relation, "");
}

static void only_the_pool(void **state) {
    (void)state;
    static const char text[] =
        "LOG:  process 30 acquired ShareLock on transaction 1 after 20.000 ms\n"
        "LOG:  process 31 acquired ShareLock on transaction 1 after 40.000 ms\n"
        "LOG:  process 3 acquired ShareLock on transaction 1 after 80.000 ms\n"
        "LOG:  process 32 still waiting for ShareLock on transaction 1 after 10.000 ms\n"
        "LOG:  process 31 detected deadlock while waiting for ShareLock on transaction 2 after "
        "10.000 ms\n"
        "LOG:  process 33 detected deadlock while waiting for ShareLock on transaction 2 after "
        "10.000 ms\n";
    static const int64_t pids[] = {33, 30, 3};
    struct lock_log log = parse_of(text, pids, 3);
    assert_int_equal(log.waits, 2);
    assert_near(log.total_s, 0.1);
    assert_near(log.max_ms, 80);
    assert_int_equal(log.deadlocks, 1);
    assert_int_equal(log.unfinished, 1);
    log = parse_of(text, pids, 0);
    assert_int_equal(log.waits + log.unfinished + log.deadlocks, 0);
    log = parse(text);
    assert_int_equal(log.waits, 3);
    assert_int_equal(log.unfinished, 3);
}

static void unfinished_waits(void **state) {
    (void)state;
    static const struct {
        const char *text;
        uint64_t waits, unfinished;
    } cases[] = {
        /* Woken by something else: said again. */
        {"LOG:  process 1 still waiting for A on transaction 1 after 10.0 ms\n"
         "LOG:  process 1 still waiting for A on transaction 1 after 30.0 ms\n",
         0, 1},
        /* Cancelled, and the same lock again. */
        {"LOG:  process 1 still waiting for A on transaction 1 after 30.0 ms\n"
         "LOG:  process 1 still waiting for A on transaction 1 after 10.0 ms\n",
         0, 2},
        /* Cancelled, and another lock that it got. */
        {"LOG:  process 1 still waiting for A on transaction 1 after 10.0 ms\n"
         "LOG:  process 1 still waiting for A on transaction 2 after 10.0 ms\n"
         "LOG:  process 1 acquired A on transaction 2 after 15.0 ms\n",
         1, 1},
        {"LOG:  process 1 still waiting for A on transaction 1 after 10.0 ms\n"
         "LOG:  process 1 detected deadlock while waiting for A on transaction 1 after 20.0 ms\n",
         0, 1},
        {"LOG:  process 1 avoided deadlock for A on relation 1 of database 2 by rearranging queue "
         "order after 10.0 ms\n"
         "LOG:  process 1 acquired A on relation 1 of database 2 after 10.0 ms\n",
         1, 0},
        {"LOG:  process 1 failed to acquire A on transaction 1 after 10.0 ms\n", 0, 1},
        /* The end of a wait that began before the window. */
        {"\tset n = 1\nLOG:  process 1 acquired A on transaction 1 after 10.0 ms\n", 1, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct lock_log log = parse(cases[i].text);
        assert_int_equal(log.waits, cases[i].waits);
        assert_int_equal(log.unfinished, cases[i].unfinished);
    }
}

/* Statements whose literals alone differ are of one kind; blanks do not count. */
static void statements_in_one_line(void **state) {
    (void)state;
    struct lock_log log = parse("LOG:  process 1 acquired A on transaction 1 after 10.0 ms\n"
                                "STATEMENT:  INSERT INTO t VALUES ('it''s', 'a\n"
                                "\tb', '')  \n"
                                "LOG:  process 1 acquired A on transaction 1 after 30.0 ms\n"
                                "STATEMENT:  INSERT  INTO t\n"
                                "\tVALUES ('', '''', '\"')\n");
    assert_int_equal(log.kind_count, 1);
    assert_string_equal(log.kinds[0].statement, "INSERT INTO t VALUES ('…', '…', '…')");
    assert_int_equal(log.kinds[0].waits, 2);
    assert_near(log.kinds[0].max_ms, 30);
}

/* What goes into a result is UTF-8, even from a LATIN1 database, even where it is cut. */
static void texts_are_utf8(void **state) {
    (void)state;
    struct strbuf text = STRBUF_INIT;
    strbuf_add(&text, "LOG:  process 1 acquired A on transaction 1 after 10.0 ms\n"
                      "CONTEXT:  while updating tuple (0,1) in relation \"f\xfcr\"\n"
                      "STATEMENT:  ");
    for (int i = 0; i < 200; i++)
        strbuf_add(&text, "€");
    strbuf_add(&text, "\n");
    struct lock_log log = parse(text.text);
    strbuf_release(&text);
    assert_string_equal(log.kinds[0].relation, "f?r");
    assert_true(strlen(log.kinds[0].statement) < sizeof log.kinds[0].statement);
    assert_memory_equal(log.kinds[0].statement, "€€", 6);
    assert_int_equal(strlen(log.kinds[0].statement), 159);
}

static void most_time_first_and_the_rest_together(void **state) {
    (void)state;
    struct strbuf text = STRBUF_INIT;
    for (int i = 1; i <= 1000; i++)
        strbuf_printf(
            &text, "LOG:  process 1 acquired A on relation %d of database 1 after %d.0 ms\n", i, i);
    struct lock_log log = parse(text.text);
    strbuf_release(&text);
    assert_int_equal(log.waits, 1000);
    assert_near(log.total_s, 500.5);
    assert_int_equal(log.kind_count, LOCK_LOG_KINDS_MAX);
    uint64_t waits = 0;
    double total_s = 0;
    for (size_t i = 0; i < log.kind_count; i++) {
        waits += log.kinds[i].waits;
        total_s += log.kinds[i].total_s;
        assert_true(i == 0 || i == LOCK_LOG_KINDS_MAX - 1 ||
                    log.kinds[i].total_s <= log.kinds[i - 1].total_s);
    }
    assert_int_equal(waits, 1000);
    assert_near(total_s, 500.5);
    assert_string_equal(log.kinds[LOCK_LOG_KINDS_MAX - 1].locktype, "other");
    /* Exactly as many as fit are all told apart. */
    struct lock_log few = {0};
    for (int i = 1; i <= LOCK_LOG_KINDS_MAX; i++) {
        char line[128];
        snprintf(line, sizeof line,
                 "LOG:  process 1 acquired A on relation %d of database 1 after 9.0 ms\n", i);
        lock_log_parse(line, strlen(line), NULL, 0, &few);
        lock_log_parse(line, strlen(line), NULL, 0, &few);
    }
    assert_int_equal(few.kind_count, LOCK_LOG_KINDS_MAX);
    for (int i = 0; i < LOCK_LOG_KINDS_MAX; i++) {
        assert_string_equal(few.kinds[i].locktype, "relation");
        assert_int_equal(few.kinds[i].waits, 2);
    }
}

/* No prefix of a log, and no log with a byte changed, does harm; the sanitizers watch. */
static void broken_lines(void **state) {
    (void)state;
    size_t length = strlen(one_wait);
    for (size_t cut = 0; cut <= length; cut++) {
        char *part = malloc(cut + 1);
        memcpy(part, one_wait, cut);
        part[cut] = '\0';
        struct lock_log log = {0};
        lock_log_parse(part, cut, NULL, 0, &log);
        assert_true(log.waits <= 1);
        for (size_t i = 0; i < cut; i += 7)
            part[i] = '\n';
        lock_log_parse(part, cut, NULL, 0, &log);
        free(part);
    }
    struct lock_log log =
        parse("LOG:  process \nLOG:  process 1 acquired \nLOG:  process 1 acquired "
              " on  after  ms\nLOG:  process 1 acquired A on t after x\n:  \n\n\t\n"
              "ERROR:  process 1 acquired A on transaction 1 after 1.0 ms\n");
    assert_int_equal(log.waits, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wait_with_all_its_lines),
        cmocka_unit_test(any_prefix),
        cmocka_unit_test(every_object),
        cmocka_unit_test(names_from_the_context),
        cmocka_unit_test(only_the_pool),
        cmocka_unit_test(unfinished_waits),
        cmocka_unit_test(statements_in_one_line),
        cmocka_unit_test(texts_are_utf8),
        cmocka_unit_test(most_time_first_and_the_rest_together),
        cmocka_unit_test(broken_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
