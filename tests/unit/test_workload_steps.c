/* The steps of a workload file: what good ones give, and each wrong one's error. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "workload_text.h"

/* An element of the list begins in line 3, column 5; one in a transaction in line 5, column 9. */
#define STEP(entry) "steps:\n  - " entry "\n"
#define INSIDE(entry) STEP("transaction:\n      - {insert: t}\n      - " entry)

static const struct wrong wrong_steps[] = {
    {"steps:\n", "w.yaml:2:1", "\"steps\" has no value",
     "for example `- {name: create, weight: 30, insert: users}`"},
    {"steps: insert\n", "w.yaml:2:8", "\"steps\" must be a list, not a text",
     "for example `- {name: create, weight: 30, insert: users}`"},
    {"steps: []\n", "w.yaml:2:8", "\"steps\" is empty",
     "leave it out, or write for example `- {name: create, weight: 30, insert: users}`"},
    {STEP("insert"), "w.yaml:3:5", "a step must be a map, not a text",
     "for example `- {name: create, weight: 30, insert: users}`"},
    {STEP(""), "w.yaml:3:3", "a step has nothing in it",
     "for example `- {name: create, weight: 30, insert: users}`"},
    {STEP("[insert]"), "w.yaml:3:5", "a step must be a map, not a list",
     "for example `- {name: create, weight: 30, insert: users}`"},
    {STEP("{}"), "w.yaml:3:5", "a step does nothing",
     "a step is one of: insert, update, delete, select, sql and transaction"},
    {STEP("{name: a}"), "w.yaml:3:5", "a step does nothing",
     "a step is one of: insert, update, delete, select, sql and transaction"},
    {STEP("{insrt: t}"), "w.yaml:3:6", "unknown key \"insrt\" in a step",
     "did you mean \"insert\"?"},
    {STEP("{zzzzzz: t}"), "w.yaml:3:6", "unknown key \"zzzzzz\" in a step",
     "the keys of a step are: name, weight, probability, insert, update, delete, select, sql, "
     "transaction, path, batch, set, keys, on_conflict and conflict"},
    {STEP("{insert: t, bath: 1}"), "w.yaml:3:17", "unknown key \"bath\" in a step",
     "did you mean \"path\"?"},
    {STEP("{insert: t, zzzzzz: 1}"), "w.yaml:3:17", "unknown key \"zzzzzz\" in a step",
     "the keys of an insert are: name, weight, probability, insert, path, batch, on_conflict and "
     "conflict"},
    {STEP("{insert: t, select: t}"), "w.yaml:3:17",
     "a step with two actions: \"insert\" and \"select\"",
     "several statements of one step stand in `transaction: [{…}, {…}]`"},
    {STEP("{weight: 2, sql: SELECT 1, pause: 1s}"), "w.yaml:3:32",
     "a step with two actions: \"sql\" and \"pause\"",
     "several statements of one step stand in `transaction: [{…}, {…}]`"},
    {STEP("{pause: 1s}"), "w.yaml:3:6", "a pause that is no part of a transaction",
     "write `transaction: [{insert: …}, {pause: 0ms..10ms}]`; between transactions, `think:` of "
     "load makes users wait"},
    {STEP("{insert: }"), "w.yaml:3:6", "\"insert\" has no value", "for example `insert: users`"},
    {STEP("{insert: [t]}"), "w.yaml:3:14", "\"insert\" must be a text, not a list",
     "for example `insert: users`"},
    {STEP("{insert: t, rows: 2}"), "w.yaml:3:17", "\"rows\" does not belong to an insert",
     "the keys of an insert are: name, weight, probability, insert, path, batch, on_conflict and "
     "conflict"},
    {STEP("{insert: t, set: {a: t.a}}"), "w.yaml:3:17", "\"set\" does not belong to an insert",
     "the keys of an insert are: name, weight, probability, insert, path, batch, on_conflict and "
     "conflict"},
    {STEP("{insert: t, keys: zipf}"), "w.yaml:3:17", "\"keys\" does not belong to an insert",
     "the keys of an insert are: name, weight, probability, insert, path, batch, on_conflict and "
     "conflict"},
    {STEP("{select: t, set: [a]}"), "w.yaml:3:17", "\"set\" does not belong to a select",
     "the keys of a select are: name, weight, probability, select and keys"},
    {STEP("{delete: t, path: insert}"), "w.yaml:3:17", "\"path\" does not belong to a delete",
     "the keys of a delete are: name, weight, probability, delete and keys"},
    {STEP("{update: t}"), "w.yaml:3:5", "an update needs \"set\"", "for example `set: [status]`"},
    {STEP("{update: t, set: a}"), "w.yaml:3:22", "\"set\" must be a list of names, not a text",
     "for example `set: [status]`"},
    {STEP("{update: t, set: {a: t.a}}"), "w.yaml:3:22",
     "\"set\" must be a list of names, not a map", "for example `set: [status]`"},
    {STEP("{update: t, set: }"), "w.yaml:3:17", "\"set\" has no value",
     "for example `set: [status]`"},
    {STEP("{update: t, set: []}"), "w.yaml:3:22", "\"set\" is empty",
     "for example `set: [status]`"},
    {STEP("{update: t, set: [a, [b]]}"), "w.yaml:3:26", "\"set\" must be a list of names",
     "for example `set: [status]`"},
    {STEP("{update: t, set: [a, b, a]}"), "w.yaml:3:29", "\"set\" has \"a\" twice",
     "for example `set: [status]`"},
    {STEP("{update: t, set: [a], keys: zip}"), "w.yaml:3:33", "keys: unknown word \"zip\"",
     "did you mean \"zipf\"?"},
    {STEP("{select: t, keys: oldest}"), "w.yaml:3:23", "keys: unknown word \"oldest\"",
     "keys is one of: uniform, zipf and latest"},
    {STEP("{select: t, keys: [zipf]}"), "w.yaml:3:23", "\"keys\" must be a text, not a list",
     "for example `keys: zipf`"},
    {STEP("{insert: t, path: [insert, multirow]}"), "w.yaml:3:23",
     "\"path\" must be a text, not a list", "for example `path: multirow`"},
    {STEP("{insert: t, batch: 0..5}"), "w.yaml:3:24",
     "batch: \"0..5\" is not between 1 and 10000000 rows", "for example `batch: 10`"},
    {STEP("{insert: t, batch: 5-15}"), "w.yaml:3:24",
     "batch: \"5-15\" is not a range: the two counts are parted by ..", "write \"5..15\""},
    {STEP("{insert: t, batch: [1, 10]}"), "w.yaml:3:24", "\"batch\" must be a text, not a list",
     "for example `batch: 10`"},
    {STEP("{insert: t, batch: 11M}"), "w.yaml:3:24",
     "batch: \"11M\" is not between 1 and 10000000 rows", "for example `batch: 10`"},
    {STEP("{insert: t, on_conflict: ignore}"), "w.yaml:3:30",
     "on_conflict: unknown word \"ignore\"", "on_conflict is one of: nothing and update"},
    {STEP("{insert: t, on_conflict: updat}"), "w.yaml:3:30", "on_conflict: unknown word \"updat\"",
     "did you mean \"update\"?"},
    {STEP("{insert: t, conflict: [a]}"), "w.yaml:3:17", "\"conflict\" without \"on_conflict\"",
     "add `on_conflict: nothing` or `on_conflict: update`"},
    {STEP("{insert: t, on_conflict: update, conflict: a}"), "w.yaml:3:48",
     "\"conflict\" must be a list of names, not a text", "for example `conflict: [email]`"},
    {STEP("{insert: t, on_conflict: update, conflict: []}"), "w.yaml:3:48", "\"conflict\" is empty",
     "for example `conflict: [email]`"},
    {STEP("{insert: t, on_conflict: update, conflict: [a, a]}"), "w.yaml:3:52",
     "\"conflict\" has \"a\" twice", "for example `conflict: [email]`"},
    {STEP("{sql: ' ; '}"), "w.yaml:3:11", "\"sql\" holds no SQL",
     "for example `sql: SELECT count(*) FROM users`"},
    {STEP("{sql: SELECT 1, keys: zipf}"), "w.yaml:3:21", "\"keys\" does not belong to sql",
     "the keys of sql are: name, weight, probability and sql"},
};

static void test_wrong_steps(void **state) {
    (void)state;
    check_wrong(wrong_steps, COUNT_OF(wrong_steps));
}

static const struct wrong wrong_weights[] = {
    {STEP("{insert: t, weight: 0}"), "w.yaml:3:25", "weight: \"0\" is 0",
     "for example `weight: 30`"},
    {STEP("{insert: t, weight: -1}"), "w.yaml:3:25",
     "weight: \"-1\" is not a number: it is negative", "for example 30 or 0.5"},
    {STEP("{insert: t, weight: 30%}"), "w.yaml:3:25",
     "weight: \"30%\" is not a number: nothing may follow its digits", "for example 30 or 0.5"},
    {STEP("{insert: t, weight: }"), "w.yaml:3:17", "\"weight\" has no value",
     "for example `weight: 30`"},
    {STEP("{insert: t, weight: 1, probability: 5%}"), "w.yaml:3:17", "a weight among probabilities",
     "all steps have a weight, or all have a probability: `probability: 100%` is a step that "
     "always happens"},
    {STEP("{insert: t, probability: 0}"), "w.yaml:3:30", "probability: \"0\" is 0",
     "for example `probability: 50%`"},
    {STEP("{insert: t, probability: 1.5}"), "w.yaml:3:30",
     "probability: \"1.5\" is not a share: it is over 1", "write \"1.5%\""},
    {STEP("{insert: t, probability: 101%}"), "w.yaml:3:30",
     "probability: \"101%\" is not a share: it is over 100%",
     "a share is a percentage or a number from 0 to 1: 10%, 0.1"},
    {STEP("{insert: t, probability: 5%}\n  - {select: t, weight: 2}"), "w.yaml:4:17",
     "a weight among probabilities",
     "all steps have a weight, or all have a probability: `probability: 100%` is a step that "
     "always happens"},
    {STEP("{insert: t, weight: 2}\n  - {select: t, probability: 5%}"), "w.yaml:3:17",
     "a weight among probabilities",
     "all steps have a weight, or all have a probability: `probability: 100%` is a step that "
     "always happens"},
    {STEP("{insert: t, probability: 5%}\n  - {select: t}"), "w.yaml:4:5",
     "a step without a probability among others with one",
     "all steps have a weight, or all have a probability: `probability: 100%` is a step that "
     "always happens"},
    {STEP("{insert: t, name: a}\n  - {select: t, name: a}"), "w.yaml:4:23",
     "two steps are called \"a\"", "give each a name of its own"},
    {STEP("{insert: t, name: 'a:b'}"), "w.yaml:3:23", "name: \"a:b\" has a \":\"",
     "thresholds name it: leave out braces, brackets, commas and colons"},
    {STEP("{insert: t, name: 'a '}"), "w.yaml:3:23", "name: \"a \" has a blank at an end",
     "for example `name: create`"},
    {STEP("{insert: t, name: a234567890123456789012345678901234567890x}"), "w.yaml:3:23",
     "name: \"a234567890123456789012345678901234567890x\" is longer than 40 bytes",
     "for example `name: create`"},
};

static void test_wrong_weights(void **state) {
    (void)state;
    check_wrong(wrong_weights, COUNT_OF(wrong_weights));
}

static const struct wrong wrong_transactions[] = {
    {STEP("{transaction: }"), "w.yaml:3:6", "\"transaction\" has no value",
     "for example `transaction: [{insert: orders}, {insert: lines}]`"},
    {STEP("{transaction: {insert: t}}"), "w.yaml:3:19",
     "\"transaction\" must be a list of statements, not a map",
     "for example `transaction: [{insert: orders}, {insert: lines}]`"},
    {STEP("{transaction: []}"), "w.yaml:3:19", "\"transaction\" is empty",
     "for example `transaction: [{insert: orders}, {insert: lines}]`"},
    {STEP("{transaction: [insert]}"), "w.yaml:3:20",
     "a statement of a transaction must be a map, not a text", "for example `- {insert: users}`"},
    {STEP("{transaction: [{pause: 1ms}, {pause: 1ms}]}"), "w.yaml:3:19",
     "a transaction of pauses alone",
     "for example `transaction: [{insert: orders}, {insert: lines}]`"},
    {STEP("{transaction: [{insert: t}], path: insert}"), "w.yaml:3:34",
     "\"path\" does not belong to a transaction",
     "the keys of a transaction are: name, weight, probability and transaction"},
    {STEP("{transaction: [{insert: t}], sql: SELECT 1}"), "w.yaml:3:34",
     "a step with two actions: \"transaction\" and \"sql\"",
     "several statements of one step stand in `transaction: [{…}, {…}]`"},
    {INSIDE("{}"), "w.yaml:5:9", "a statement of a transaction does nothing",
     "it is one of: insert, update, delete, select, sql and pause"},
    {INSIDE("{isnert: u}"), "w.yaml:5:10", "unknown key \"isnert\" in a statement of a transaction",
     "did you mean \"insert\"?"},
    {INSIDE("{insert: u, name: a}"), "w.yaml:5:21",
     "\"name\" does not belong to an insert in a transaction",
     "the keys of an insert in a transaction are: insert, rows, set, on_conflict and conflict"},
    {INSIDE("{insert: u, weight: 1}"), "w.yaml:5:21",
     "\"weight\" does not belong to an insert in a transaction",
     "the keys of an insert in a transaction are: insert, rows, set, on_conflict and conflict"},
    {INSIDE("{insert: u, batch: 10}"), "w.yaml:5:21",
     "\"batch\" does not belong to an insert in a transaction",
     "the keys of an insert in a transaction are: insert, rows, set, on_conflict and conflict"},
    {INSIDE("{insert: u, path: insert}"), "w.yaml:5:21",
     "\"path\" does not belong to an insert in a transaction",
     "the keys of an insert in a transaction are: insert, rows, set, on_conflict and conflict"},
    {INSIDE("{insert: u, rows: 0}"), "w.yaml:5:27", "rows: \"0\" is not between 1 and 1000",
     "for example `rows: 3`"},
    {INSIDE("{insert: u, rows: 1001}"), "w.yaml:5:27", "rows: \"1001\" is not between 1 and 1000",
     "for example `rows: 3`"},
    {INSIDE("{insert: u, rows: 1..3}"), "w.yaml:5:27",
     "rows: \"1..3\" is not a count: no digit follows the point",
     "a count is a whole number, or one with k, M or G: 500, 10k, 1.5M"},
    {INSIDE("{insert: u, sql: SELECT 1}"), "w.yaml:5:21",
     "a statement of a transaction with two actions: \"insert\" and \"sql\"",
     "write two elements of the list"},
    {INSIDE("{transaction: [{insert: u}]}"), "w.yaml:5:10", "a transaction in a transaction",
     "put its statements into the list around it"},
    {INSIDE("{pause: 10ms..1ms}"), "w.yaml:5:17",
     "pause: \"10ms..1ms\" is not a range of durations: its end is below its start",
     "write \"1ms..10ms\""},
    {INSIDE("{pause: 10}"), "w.yaml:5:17",
     "pause: \"10\" is not a range of durations: \"10\" is not a duration: the unit is missing",
     "it is a duration, or two with .. between them: 2s, 1s..3s, 0ms..10ms"},
    {INSIDE("{pause: [1ms, 2ms]}"), "w.yaml:5:17", "\"pause\" must be a text, not a list",
     "for example `pause: 0ms..10ms`"},
    {INSIDE("{pause: 1ms, keys: zipf}"), "w.yaml:5:22", "\"keys\" does not belong to a pause",
     "the keys of a pause are: pause"},
    {INSIDE("{insert: u, set: [a]}"), "w.yaml:5:26",
     "\"set\" of an insert must be a map, not a list",
     "for example `set: {request_id: applications.request_id}`"},
    {INSIDE("{insert: u, set: {}}"), "w.yaml:5:26", "\"set\" is empty",
     "for example `set: {request_id: applications.request_id}`"},
    {INSIDE("{insert: u, set: }"), "w.yaml:5:21", "\"set\" has no value",
     "for example `set: {request_id: applications.request_id}`"},
    {INSIDE("{insert: u, set: {a: b}}"), "w.yaml:5:30", "set: \"b\" is not the column of a table",
     "for example `set: {request_id: applications.request_id}`"},
    {INSIDE("{insert: u, set: {a: t.}}"), "w.yaml:5:30", "set: \"t.\" is not the column of a table",
     "for example `set: {request_id: applications.request_id}`"},
    {INSIDE("{insert: u, set: {a: [t.b]}}"), "w.yaml:5:30", "\"a\" must be a text, not a list",
     "for example `set: {request_id: applications.request_id}`"},
    {INSIDE("{insert: u, set: {a: u.b}}"), "w.yaml:5:27",
     "set: no insert into u stands above in this transaction", "put `- insert: u` before it"},
    {INSIDE("{insert: u, set: {a: t.a, a: t.b}}"), "w.yaml:5:35",
     "the key \"a\" is there twice, first in line 5", ""},
    {INSIDE("{update: u, set: [b, b]}"), "w.yaml:5:30", "\"set\" has \"b\" twice",
     "for example `set: [status]`"},
    {INSIDE("{insert: u, conflict: [b]}"), "w.yaml:5:21", "\"conflict\" without \"on_conflict\"",
     "add `on_conflict: nothing` or `on_conflict: update`"},
};

static void test_wrong_transactions(void **state) {
    (void)state;
    check_wrong(wrong_transactions, COUNT_OF(wrong_transactions));
}

static void test_too_many(void **state) {
    (void)state;
    check_most("steps:", "- {sql: SELECT %d}", 64, "w.yaml:3:3", "65 steps are more than 64");
    check_most("steps:\n  - transaction:", "    - {sql: SELECT %d}", 32, "w.yaml:4:7",
               "33 statements of a transaction are more than 32");
}

static void test_insert(void **state) {
    (void)state;
    struct arena arena = {0};
    struct workload workload;
    good_sections(
        STEP("{name: create, weight: 30, insert: users, path: multirow, batch: 5..15}") "  - "
                                                                                        "{insert: "
                                                                                        "users, "
                                                                                        "on_"
                                                                                        "conflict: "
                                                                                        "nothing}\n"
                                                                                        "  - "
                                                                                        "{insert: "
                                                                                        "users, "
                                                                                        "on_"
                                                                                        "conflict: "
                                                                                        "update, "
                                                                                        "conflict: "
                                                                                        "[a, b], "
                                                                                        "weight: "
                                                                                        "0.5}\n",
        &arena, &workload);
    assert_int_equal(workload.step_count, 3);
    const struct workload_step *step = &workload.steps[0];
    assert_string_equal(step->name, "create");
    assert_true(step->weight == 30 && step->probability == 0);
    assert_false(step->transaction);
    assert_string_equal(step->path, "multirow");
    assert_string_equal(step->batch, "5..15");
    assert_int_equal(step->at.column, 5);
    assert_int_equal(step->path_at.column, 53);
    assert_int_equal(step->batch_at.column, 70);
    assert_int_equal(step->statement_count, 1);
    const struct workload_statement *statement = &step->statements[0];
    assert_int_equal(statement->kind, STATEMENT_INSERT);
    assert_string_equal(statement->table, "users");
    assert_int_equal(statement->rows, 1);
    assert_int_equal(statement->at.column, 40);
    assert_int_equal(statement->on_conflict, CONFLICT_ERROR);
    assert_null(statement->conflict_columns);

    assert_string_equal(workload.steps[1].name, "insert users");
    assert_true(workload.steps[1].weight == 1);
    assert_null(workload.steps[1].path);
    assert_null(workload.steps[1].batch);
    assert_int_equal(workload.steps[1].statements[0].on_conflict, CONFLICT_NOTHING);
    assert_string_equal(workload.steps[2].name, "insert users 2");
    assert_true(workload.steps[2].weight == 0.5);
    statement = &workload.steps[2].statements[0];
    assert_int_equal(statement->on_conflict, CONFLICT_UPDATE);
    assert_int_equal(statement->conflict_column_count, 2);
    assert_string_equal(statement->conflict_columns[0], "a");
    assert_string_equal(statement->conflict_columns[1], "b");
    arena_release(&arena);
}

static void test_keyed(void **state) {
    (void)state;
    struct arena arena = {0};
    struct workload workload;
    good_sections(
        STEP("{update: users, set: [status, total], keys: zipf, probability: 10%}") "  - {delete: "
                                                                                    "users, keys: "
                                                                                    "latest, "
                                                                                    "probability: "
                                                                                    "1}\n"
                                                                                    "  - {select: "
                                                                                    "users, "
                                                                                    "probability: "
                                                                                    "0.25}\n"
                                                                                    "  - {select: "
                                                                                    "users, keys: "
                                                                                    "uniform, "
                                                                                    "probability: "
                                                                                    "1}\n",
        &arena, &workload);
    static const struct {
        const char *name;
        enum statement_kind kind;
        enum key_pick keys;
        double probability;
    } steps[] = {{"update users", STATEMENT_UPDATE, KEY_ZIPF, 0.1},
                 {"delete users", STATEMENT_DELETE, KEY_LATEST, 1},
                 {"select users", STATEMENT_SELECT, KEY_UNIFORM, 0.25},
                 {"select users 2", STATEMENT_SELECT, KEY_UNIFORM, 1}};
    assert_int_equal(workload.step_count, COUNT_OF(steps));
    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        const struct workload_step *step = &workload.steps[i];
        assert_string_equal(step->name, steps[i].name);
        assert_int_equal(step->statements[0].kind, steps[i].kind);
        assert_int_equal(step->statements[0].keys, steps[i].keys);
        assert_string_equal(step->statements[0].table, "users");
        assert_true(step->probability == steps[i].probability && step->weight == 0);
    }
    const struct workload_statement *update = &workload.steps[0].statements[0];
    assert_int_equal(update->set_count, 2);
    assert_string_equal(update->sets[0].column, "status");
    assert_string_equal(update->sets[1].column, "total");
    assert_null(update->sets[1].table);
    assert_null(update->sets[1].from_column);
    assert_int_equal(update->sets[1].at.column, 35);
    arena_release(&arena);
}

static void test_transaction(void **state) {
    (void)state;
    struct arena arena = {0};
    struct workload workload;
    good_sections("steps:\n"
                  "  - name: apply\n"
                  "    weight: 20\n"
                  "    transaction:\n"
                  "      - insert: applications\n"
                  "      - {insert: app.log, rows: 3, on_conflict: nothing}\n"
                  "      - {insert: audit, set: {request_id: applications.request_id,\n"
                  "                              log_id: app.log.id}}\n"
                  "      - {update: users, set: [seen], keys: latest}\n"
                  "      - pause: 0ms..10ms\n"
                  "      - pause: 2ms\n"
                  "      - {select: users}\n"
                  "      - {delete: users}\n"
                  "      - sql: \"UPDATE users SET a = 1 WHERE id = ${key users.id zipf} ;\\n\"\n",
                  &arena, &workload);
    assert_int_equal(workload.step_count, 1);
    const struct workload_step *step = &workload.steps[0];
    assert_string_equal(step->name, "apply");
    assert_true(step->transaction);
    assert_true(step->weight == 20);
    assert_int_equal(step->statement_count, 9);
    static const enum statement_kind kinds[] = {
        STATEMENT_INSERT, STATEMENT_INSERT, STATEMENT_INSERT, STATEMENT_UPDATE, STATEMENT_PAUSE,
        STATEMENT_PAUSE,  STATEMENT_SELECT, STATEMENT_DELETE, STATEMENT_SQL};
    const struct workload_statement *statements = step->statements;
    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        assert_int_equal(statements[i].kind, kinds[i]);
    assert_int_equal(statements[0].rows, 1);
    assert_int_equal(statements[1].rows, 3);
    assert_int_equal(statements[1].on_conflict, CONFLICT_NOTHING);
    assert_int_equal(statements[2].set_count, 2);
    assert_string_equal(statements[2].sets[0].column, "request_id");
    assert_string_equal(statements[2].sets[0].table, "applications");
    assert_string_equal(statements[2].sets[0].from_column, "request_id");
    assert_int_equal(statements[2].sets[0].at.line, 8);
    assert_string_equal(statements[2].sets[1].table, "app.log");
    assert_string_equal(statements[2].sets[1].from_column, "id");
    assert_int_equal(statements[3].keys, KEY_LATEST);
    assert_int_equal(statements[4].pause_min_ns, 0);
    assert_int_equal(statements[4].pause_max_ns, 10 * NS_PER_MS);
    assert_int_equal(statements[5].pause_min_ns, 2 * NS_PER_MS);
    assert_int_equal(statements[5].pause_max_ns, 2 * NS_PER_MS);
    assert_string_equal(statements[8].sql,
                        "UPDATE users SET a = 1 WHERE id = ${key users.id zipf}");
    assert_null(statements[8].table);
    arena_release(&arena);
}

/* Given names stay, whatever stands before them. */
static void test_default_names(void **state) {
    (void)state;
    struct arena arena = {0};
    struct workload workload;
    good_sections(STEP("sql: SELECT 1") "  - sql: SELECT 2\n"
                                        "  - {name: sql, sql: SELECT 3}\n"
                                        "  - transaction: [{sql: SELECT 4}]\n"
                                        "  - transaction: [{sql: SELECT 5}]\n",
                  &arena, &workload);
    static const char *const names[] = {"sql 2", "sql 3", "sql", "transaction", "transaction 2"};
    assert_int_equal(workload.step_count, COUNT_OF(names));
    for (size_t i = 0; i < COUNT_OF(names); i++)
        assert_string_equal(workload.steps[i].name, names[i]);
    assert_null(workload.table);
    arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wrong_steps),
        cmocka_unit_test(test_wrong_weights),
        cmocka_unit_test(test_wrong_transactions),
        cmocka_unit_test(test_too_many),
        cmocka_unit_test(test_insert),
        cmocka_unit_test(test_keyed),
        cmocka_unit_test(test_transaction),
        cmocka_unit_test(test_default_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
