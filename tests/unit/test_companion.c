/* The companions of a workload file: what a good one gives, and for each wrong one where, what and
 * the hint. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/strbuf.h"
#include "workload/companion.h"
#include "workload/parse.h"

static bool parse(const char *companions, struct arena *arena, struct workload *workload,
                  struct error *error) {
    static const char *const load_options[] = {"pool", NULL};
    struct place schema_at;
    const char *text = arena_printf(arena, "schema: s.sql\ncompanions:\n%s", companions);
    return workload_parse(text, strlen(text), "w.yaml", load_options, arena, workload, &schema_at,
                          error);
}

/* Entries begin in line 3, column 5. */
static const struct wrong {
    const char *text, *where, *what, *hint;
} wrongs[] = {
    {"", "w.yaml:2:1", "\"companions\" has no value",
     "for example `- {do: lock, row: id = 1, hold: 200ms, every: 1s}`"},
    {"  do: vacuum\n", "w.yaml:3:3", "\"companions\" must be a list, not a map",
     "for example `- {do: lock, row: id = 1, hold: 200ms, every: 1s}`"},
    {"  - vacuum\n", "w.yaml:3:5", "a companion must be a map, not a text",
     "for example `- {do: lock, row: id = 1, hold: 200ms, every: 1s}`"},
    {"  - {every: 1s}\n", "w.yaml:3:5", "a companion without \"do\"",
     "do is one of: lock, export, read, vacuum, ddl, idle-in-transaction and checkpoint"},
    {"  - {do: [vacuum]}\n", "w.yaml:3:10", "\"do\" must be a text, not a list",
     "for example `do: vacuum`"},
    {"  - {do: vacum}\n", "w.yaml:3:10", "no companion can do \"vacum\"",
     "did you mean \"vacuum\"?"},
    {"  - {do: sleeping}\n", "w.yaml:3:10", "no companion can do \"sleeping\"",
     "do is one of: lock, export, read, vacuum, ddl, idle-in-transaction and checkpoint"},
    {"  - {do: vacuum, evry: 1s}\n", "w.yaml:3:18", "unknown key \"evry\" in a companion",
     "did you mean \"every\"?"},
    {"  - {do: vacuum, zzzzzz: 1s}\n", "w.yaml:3:18", "unknown key \"zzzzzz\" in a companion",
     "the keys of vacuum are: do, name, every, after, times, sessions and table"},
    {"  - {do: vacuum, hold: 1s}\n", "w.yaml:3:18", "\"hold\" does not belong to do: vacuum",
     "the keys of vacuum are: do, name, every, after, times, sessions and table"},
    {"  - {do: ddl, query: SELECT 1}\n", "w.yaml:3:15", "\"query\" does not belong to do: ddl",
     "the keys of ddl are: do, name, every, after, times, sessions and sql"},
    {"  - {do: ddl}\n", "w.yaml:3:5", "do: ddl needs \"sql\"",
     "for example `sql: CREATE INDEX ON events (kind)`"},
    {"  - {do: read}\n", "w.yaml:3:5", "do: read needs \"query\"",
     "for example `query: SELECT * FROM events`"},
    {"  - {do: export}\n", "w.yaml:3:5", "do: export needs \"query\"",
     "for example `query: SELECT * FROM events`"},
    {"  - {do: idle-in-transaction}\n", "w.yaml:3:5", "do: idle-in-transaction needs \"hold\"",
     "for example `hold: 200ms`"},
    {"  - {do: lock, row: id = 1}\n", "w.yaml:3:5", "do: lock needs \"hold\"",
     "for example `hold: 200ms`"},
    {"  - {do: lock, hold: 1s}\n", "w.yaml:3:5",
     "do: lock needs a row, a table or an advisory lock",
     "for example `- {do: lock, row: id = 1, hold: 200ms, every: 1s}`"},
    {"  - {do: lock, hold: 1s, row: id = 1, advisory: 2}\n", "w.yaml:3:26",
     "\"row\" does not belong to an advisory lock",
     "one companion takes one lock: a row, a table alone, or an advisory lock"},
    {"  - {do: lock, hold: 1s, table: t, advisory: 2}\n", "w.yaml:3:26",
     "\"table\" does not belong to an advisory lock",
     "one companion takes one lock: a row, a table alone, or an advisory lock"},
    {"  - {do: lock, hold: 1s, advisory: 2, mode: share}\n", "w.yaml:3:39",
     "\"mode\" does not belong to an advisory lock",
     "one companion takes one lock: a row, a table alone, or an advisory lock"},
    {"  - {do: lock, hold: 1s, advisory: 4k}\n", "w.yaml:3:36",
     "advisory: \"4k\" is not a whole number of 64 bits", "for example `advisory: 42`"},
    {"  - {do: lock, hold: 1s, advisory: 9223372036854775808}\n", "w.yaml:3:36",
     "advisory: \"9223372036854775808\" is not a whole number of 64 bits",
     "for example `advisory: 42`"},
    {"  - {do: lock, hold: 1s, row: a, mode: exclusive}\n", "w.yaml:3:40",
     "lock row: no mode is called \"exclusive\"",
     "the modes are: UPDATE, NO KEY UPDATE, SHARE and KEY SHARE"},
    {"  - {do: lock, hold: 1s, table: t, mode: access exclusiv}\n", "w.yaml:3:42",
     "lock table: no mode is called \"access exclusiv\"", "did you mean \"ACCESS EXCLUSIVE\"?"},
    {"  - {do: lock, hold: 5, row: a}\n", "w.yaml:3:22",
     "hold: \"5\" is not a duration: the unit is missing", NULL},
    {"  - {do: vacuum, every: 1 parsec}\n", "w.yaml:3:25",
     "every: \"1 parsec\" is not a duration: unknown unit \"parsec\"", NULL},
    {"  - {do: vacuum, after: }\n", "w.yaml:3:18", "\"after\" has no value",
     "for example `after: 2s`"},
    {"  - {do: vacuum, times: many}\n", "w.yaml:3:25",
     "times: \"many\" is not a count: it does not start with a digit", NULL},
    {"  - {do: vacuum, sessions: 0}\n", "w.yaml:3:28", "sessions: \"0\" is not between 1 and 100",
     "for example `sessions: 2`"},
    {"  - {do: vacuum, sessions: 101}\n", "w.yaml:3:28",
     "sessions: \"101\" is not between 1 and 100", "for example `sessions: 2`"},
    {"  - {do: read, query: ' ; '}\n", "w.yaml:3:23", "\"query\" holds no SQL",
     "for example `query: SELECT * FROM events`"},
    {"  - {do: read, query: ''}\n", "w.yaml:3:23", "\"query\" is empty",
     "for example `query: SELECT * FROM events`"},
    {"  - {do: vacuum, name: a234567890123456789012345678901234567890x}\n", "w.yaml:3:24",
     "name: \"a234567890123456789012345678901234567890x\" is longer than 40 bytes",
     "for example `name: nightly export`"},
    {"  - {do: vacuum, name: tidy}\n  - {do: checkpoint, name: tidy}\n", "w.yaml:4:28",
     "two companions are called \"tidy\"", "give each a name of its own"},
};

static void test_wrong_ones(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof wrongs / sizeof *wrongs; i++) {
        const struct wrong *wrong = &wrongs[i];
        struct arena arena = {0};
        struct workload workload;
        struct error error = {0};
        print_message("# %s", *wrong->text ? wrong->text : "(nothing)\n");
        assert_false(parse(wrong->text, &arena, &workload, &error));
        assert_int_equal(error.exit_code, EXIT_USAGE);
        assert_string_equal(error.what, wrong->what);
        assert_string_equal(error.where, wrong->where);
        if (wrong->hint)
            assert_string_equal(error.hint, wrong->hint);
        assert_non_null(strchr(error.line, '^'));
        arena_release(&arena);
    }
}

static void good(const char *text, struct arena *arena, struct workload *workload) {
    struct error error = {0};
    if (!parse(text, arena, workload, &error))
        fail_msg("%s: %s", error.where, error.what);
}

static void test_defaults(void **state) {
    (void)state;
    static const struct {
        const char *text;
        enum companion_kind kind;
        uint64_t every_ns, times;
        const char *mode;
    } cases[] = {
        {"  - {do: lock, row: a = 1, hold: 1s}\n", COMPANION_LOCK_ROW, NS_PER_S, 0, "UPDATE"},
        {"  - {do: lock, row: a, table: t, hold: 1s}\n", COMPANION_LOCK_ROW, NS_PER_S, 0, "UPDATE"},
        {"  - {do: lock, table: t, hold: 1s}\n", COMPANION_LOCK_TABLE, NS_PER_S, 0,
         "ACCESS EXCLUSIVE"},
        {"  - {do: lock, advisory: -3, hold: 1s}\n", COMPANION_LOCK_ADVISORY, NS_PER_S, 0, NULL},
        {"  - {do: export, query: SELECT 1}\n", COMPANION_EXPORT, 0, 0, NULL},
        {"  - {do: read, query: SELECT 1}\n", COMPANION_READ, 0, 0, NULL},
        {"  - {do: vacuum}\n", COMPANION_VACUUM, 0, 0, NULL},
        {"  - {do: ddl, sql: SELECT 1}\n", COMPANION_DDL, 0, 1, NULL},
        {"  - {do: idle-in-transaction, hold: 1s}\n", COMPANION_IDLE, 0, 0, NULL},
        {"  - {do: checkpoint}\n", COMPANION_CHECKPOINT, NS_PER_S, 0, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena = {0};
        struct workload workload;
        good(cases[i].text, &arena, &workload);
        assert_int_equal(workload.companion_count, 1);
        const struct workload_companion *companion = &workload.companions[0];
        assert_int_equal(companion->kind, cases[i].kind);
        assert_string_equal(companion->name, companion_kind_name(companion->kind));
        assert_int_equal(companion->every_ns, cases[i].every_ns);
        assert_int_equal(companion->after_ns, 0);
        assert_int_equal(companion->times, cases[i].times);
        assert_int_equal(companion->sessions, 1);
        if (cases[i].mode)
            assert_string_equal(companion->mode, cases[i].mode);
        else
            assert_null(companion->mode);
        assert_int_equal(companion->at.line, 3);
        assert_int_equal(companion->at.column, 5);
        arena_release(&arena);
    }
}

static void test_all_keys(void **state) {
    (void)state;
    struct arena arena = {0};
    struct workload workload;
    good("  - do: lock\n    name: hot one\n    mode: No Key Update\n    row: id < 3;\n"
         "    table: T\n    hold: 250ms\n    every: 0\n    after: 2s\n    times: 1k\n"
         "    sessions: 100\n"
         "  - {do: lock, advisory: -9223372036854775808, hold: 0}\n"
         "  - {do: idle-in-transaction, hold: 30s, sql: \"SELECT 1 ;\\n\"}\n"
         "  - {do: ddl, sql: CREATE INDEX ON t (a), times: 0, every: 3s}\n",
         &arena, &workload);
    const struct workload_companion *lock = &workload.companions[0];
    assert_string_equal(lock->name, "hot one");
    assert_string_equal(lock->mode, "NO KEY UPDATE");
    assert_string_equal(lock->row, "id < 3");
    assert_string_equal(lock->table, "T");
    assert_int_equal(lock->hold_ns, 250 * NS_PER_MS);
    assert_int_equal(lock->every_ns, 0);
    assert_int_equal(lock->after_ns, 2 * NS_PER_S);
    assert_int_equal(lock->times, 1000);
    assert_int_equal(lock->sessions, 100);
    assert_true(workload.companions[1].advisory == INT64_MIN);
    assert_int_equal(workload.companions[1].hold_ns, 0);
    assert_string_equal(workload.companions[2].sql, "SELECT 1");
    assert_int_equal(workload.companions[3].times, 0);
    assert_int_equal(workload.companions[3].every_ns, 3 * NS_PER_S);
    assert_int_equal(companions_sessions(&workload), 103);
    arena_release(&arena);
}

static void test_names(void **state) {
    (void)state;
    struct arena arena = {0};
    struct workload workload;
    good("  - {do: vacuum}\n  - {do: vacuum}\n  - {do: vacuum, name: vacuum 2}\n"
         "  - {do: checkpoint, name: vacuum 4}\n  - {do: vacuum}\n",
         &arena, &workload);
    static const char *const names[] = {"vacuum", "vacuum 3", "vacuum 2", "vacuum 4", "vacuum 5"};
    assert_int_equal(workload.companion_count, 5);
    for (size_t i = 0; i < 5; i++)
        assert_string_equal(workload.companions[i].name, names[i]);
    arena_release(&arena);
}

static void test_too_many(void **state) {
    (void)state;
    struct arena arena = {0};
    struct workload workload;
    struct error error = {0};
    struct strbuf text = STRBUF_INIT;
    for (int i = 0; i < 100; i++)
        strbuf_add(&text, "  - {do: vacuum}\n");
    good(text.text, &arena, &workload);
    assert_string_equal(workload.companions[99].name, "vacuum 100");
    strbuf_add(&text, "  - {do: vacuum}\n");
    assert_false(parse(text.text, &arena, &workload, &error));
    assert_string_equal(error.what, "101 companions are more than 100");
    strbuf_release(&text);
    arena_release(&arena);
}

static void test_none(void **state) {
    (void)state;
    struct arena arena = {0};
    struct workload workload;
    good("  []\n", &arena, &workload);
    assert_int_equal(workload.companion_count, 0);
    assert_int_equal(companions_sessions(&workload), 0);
    arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wrong_ones), cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_all_keys),   cmocka_unit_test(test_names),
        cmocka_unit_test(test_too_many),   cmocka_unit_test(test_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
