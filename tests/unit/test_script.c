/* Steps made into scripts: SQL, parameters, errors; and which rows a transaction is dealt. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "write/script.h"

enum { USERS, ORDERS };

static const struct pg_type int8 = {.class = PG_INT8, .oid = 20, .name = "bigint"};
static int first_number[] = {1};
static struct catalog_key primary[] = {
    {.name = "pk", .primary = true, .numbers = first_number, .count = 1}};
static struct catalog_column user_catalog[] = {{.name = "id", .number = 1, .type = &int8},
                                               {.name = "age", .number = 2, .type = &int8},
                                               {.name = "seen", .number = 3, .type = &int8}};
static struct catalog_column order_catalog[] = {{.name = "id", .number = 1, .type = &int8},
                                                {.name = "user_id", .number = 2, .type = &int8}};
static const struct catalog_table user_table = {.name = "users",
                                                .quoted = "users",
                                                .columns = user_catalog,
                                                .column_count = 3,
                                                .keys = primary,
                                                .key_count = 1};
static const struct catalog_table order_table = {.name = "orders",
                                                 .quoted = "orders",
                                                 .columns = order_catalog,
                                                 .column_count = 2,
                                                 .keys = primary,
                                                 .key_count = 1};

/* The columns of both tables, of which "seen" is filled by the server. */
static struct plan_column user_columns[2], order_columns[2];
static struct plan user_plan = {.table = &user_table, .columns = user_columns, .column_count = 2};
static struct plan order_plan = {
    .table = &order_table, .columns = order_columns, .column_count = 2};
static struct mix_table tables[] = {{.name = "users", .plan = &user_plan, .keyed = true},
                                    {.name = "orders", .plan = &order_plan}};
static const struct mix mix = {tables, 2};
static struct arena arena;

static void make_column(struct plan_column *column, const struct catalog_column *catalog) {
    struct error error = {0};
    *column = (struct plan_column){.catalog = catalog,
                                   .name = catalog->name,
                                   .quoted = catalog->name,
                                   .type = &int8,
                                   .max_bytes = 32,
                                   .hashed = true};
    assert_true(generator_make(strcmp(catalog->name, "id") == 0 ? "serial" : "int", NULL, &arena,
                               &column->generator, &error));
}

static int set_up(void **state) {
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        make_column(&user_columns[i], &user_catalog[i]);
        make_column(&order_columns[i], &order_catalog[i]);
    }
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    arena_release(&arena);
    return 0;
}

#define STEP(is_transaction, ...)                                               \
    (struct workload_step) {                                                    \
        .name = "s", .statements = (struct workload_statement[]){__VA_ARGS__},  \
        .statement_count = sizeof((struct workload_statement[]){__VA_ARGS__}) / \
                           sizeof(struct workload_statement),                   \
        .transaction = (is_transaction)                                         \
    }
#define SQL(text) \
    { .kind = STATEMENT_SQL, .sql = (text) }

static void build(const struct workload_step *step, struct write_plan *plan) {
    struct error error = {0};
    bool ok = script_build(step, "s", &mix, PROTOCOL_PREPARED, false, 1, &arena, plan, &error);
    if (!ok)
        print_error("%s\n", error.what);
    assert_true(ok);
}

static void sql_becomes(const char *text, const char *wanted, int params) {
    struct write_plan plan;
    struct workload_step step = STEP(false, SQL(text));
    build(&step, &plan);
    assert_int_equal(plan.statement_count, 1);
    assert_string_equal(plan.statements[0].sql, wanted);
    assert_int_equal(plan.statements[0].param_count, params);
}

static void placeholders_become_parameters(void **state) {
    (void)state;
    sql_becomes("SELECT 1", "SELECT 1", 0);
    sql_becomes("UPDATE users SET age = ${int 1..9} WHERE id = ${key users.id zipf}",
                "UPDATE users SET age = $1 WHERE id = $2", 2);
    sql_becomes("SELECT '$${x}', ${ bool }, ${choice a b c}", "SELECT '${x}', $1, $2", 2);
    sql_becomes("SELECT ${uuid} -- it's ${no}\n, ${date 2026-01-01..2026-02-01}",
                "SELECT $1 -- it's ${no}\n, $2", 2);
    sql_becomes("SELECT 'it''s', ${float 0..1}", "SELECT 'it''s', $1", 1);
    struct write_plan plan;
    struct workload_step step =
        STEP(false, SQL("SELECT ${int 1..2}, ${float 1..2}, ${bool}, ${text}, ${uuid}, "
                        "${timestamp 2026-01-01..2026-02-01}, ${date}, ${row}, ${key users.age}"));
    static const uint32_t oids[] = {20, 701, 16, 25, 2950, 1184, 1082, 20, 20};
    build(&step, &plan);
    assert_memory_equal(plan.statements[0].type_oids, oids, sizeof oids);
}

static void statements_become_sql(void **state) {
    (void)state;
    struct write_plan plan;
    struct workload_set age = {.column = "age"}, user = {"user_id", "users", "id", {0}};
    struct workload_step step = STEP(
        true, {.kind = STATEMENT_INSERT, .table = "users", .on_conflict = CONFLICT_NOTHING},
        {.kind = STATEMENT_INSERT, .table = "orders", .rows = 2, .sets = &user, .set_count = 1},
        {.kind = STATEMENT_PAUSE},
        {.kind = STATEMENT_UPDATE, .table = "users", .sets = &age, .set_count = 1},
        {.kind = STATEMENT_SELECT, .table = "users"}, {.kind = STATEMENT_DELETE, .table = "users"},
        SQL("SELECT ${new orders.user_id}, ${key users.id}"));
    build(&step, &plan);
    static const char *const wanted[] = {
        "INSERT INTO users (\"id\", \"age\") VALUES ($1, $2) ON CONFLICT (\"id\") DO NOTHING",
        "INSERT INTO orders (\"id\", \"user_id\") VALUES ($1, $2),($3, $4)",
        "UPDATE users SET age = $1 WHERE id = $2",
        "SELECT \"id\", \"age\", \"seen\" FROM users WHERE id = $1",
        "DELETE FROM users WHERE id = $1",
        "SELECT $1, $2",
        "BEGIN",
        "COMMIT",
        "ROLLBACK"};
    assert_int_equal(plan.statement_count, sizeof wanted / sizeof *wanted);
    for (size_t i = 0; i < plan.statement_count; i++)
        assert_string_equal(plan.statements[i].sql, wanted[i]);
    assert_string_equal(plan.statements[6].name, "s.6");
    assert_int_equal(plan.insert_count, 2);
    assert_int_equal(plan.inserts[1].table, ORDERS);
    assert_int_equal(plan.inserts[1].rows, 2);
    assert_int_equal(plan.round_trips, 8);
    assert_true(plan.skips);
    assert_false(plan.reads);
}

static void steps_that_read(void **state) {
    (void)state;
    struct write_plan plan;
    struct workload_step reads =
        STEP(true, {.kind = STATEMENT_SELECT, .table = "users"}, {.kind = STATEMENT_PAUSE},
             SQL(" with x as (select 1) select 2"));
    struct workload_step writes =
        STEP(false, SQL("WITH x AS (DELETE FROM users RETURNING 1) SELECT 1"));
    build(&reads, &plan);
    assert_true(plan.reads);
    build(&writes, &plan);
    assert_false(plan.reads);
}

/* The whole error: what, place of the placeholder in characters, and a hint. */
static void refused(struct workload_step step, const char *what, const char *hint) {
    struct write_plan plan;
    struct error error = {0};
    assert_false(
        script_build(&step, "s", &mix, PROTOCOL_PREPARED, false, 1, &arena, &plan, &error));
    assert_int_equal(error.exit_code, EXIT_USAGE);
    if (!strstr(error.what, what) || !strstr(error.hint, hint))
        print_error("%s\n%s\n", error.what, error.hint);
    assert_non_null(strstr(error.what, what));
    assert_non_null(strstr(error.hint, hint));
}

static void errors_name_their_placeholder(void **state) {
    (void)state;
    refused(STEP(false, SQL("SELECT ${itn 1..9}")), "${itn 1..9} at character 8", "${int}");
    refused(STEP(false, SQL("SELECT '–', ${int 1..")), "${int at character 13", "$${");
    refused(STEP(false, SQL("SELECT '${int 1..9}'")), "within quotes", "without quotes");
    refused(STEP(false, SQL("SELECT ${int 9..1}")), "${int 9..1} at character 8", "min: 1");
    refused(STEP(false, SQL("SELECT ${key users}")), "${key users} at character 8",
            "${key users.id}");
    refused(STEP(false, SQL("SELECT ${key users.ids}")), "no column \"ids\"", "\"id\"");
    refused(STEP(false, SQL("SELECT ${key users.seen}")), "can't be told", "columns:");
    refused(STEP(false, SQL("SELECT ${key users.id often}")), "\"often\"", "latest");
    refused(STEP(true, SQL("SELECT ${new orders.id}")), "does not insert into \"orders\"", "order");
    refused(STEP(false, SQL("SELECT ${choice}")), "nothing to choose", "${choice");
    refused(STEP(true, SQL("commit")), "ends its transaction by itself", "transaction:");
    refused(STEP(true, SQL("COPY users FROM STDIN")), "COPY", "copy-binary");
    refused(STEP(true, {.kind = STATEMENT_INSERT, .table = "users", .rows = 40000}), "80000",
            "32767");
}

static void sets_are_checked(void **state) {
    (void)state;
    struct workload_set id = {.column = "id"}, seen = {.column = "seen"};
    struct workload_set key = {"id", "orders", "id", {0}}, user = {"user_id", "users", "id", {0}};
    refused(STEP(false, {.kind = STATEMENT_UPDATE, .table = "users", .sets = &id, .set_count = 1}),
            "has to stay", "");
    refused(
        STEP(false, {.kind = STATEMENT_UPDATE, .table = "users", .sets = &seen, .set_count = 1}),
        "no generator", "columns:");
    refused(
        STEP(true, {.kind = STATEMENT_INSERT, .table = "orders", .sets = &user, .set_count = 1}),
        "does not insert into \"users\"", "order");
    refused(STEP(true, {.kind = STATEMENT_INSERT, .table = "orders"},
                 {.kind = STATEMENT_INSERT, .table = "users", .sets = &key, .set_count = 1}),
            "found again", "");
    /* Of the four users, the third would have the age of the third of three, by way of two. */
    struct workload_set age = {"age", "orders", "user_id", {0}};
    refused(
        STEP(
            true, {.kind = STATEMENT_INSERT, .table = "users", .rows = 3},
            {.kind = STATEMENT_INSERT, .table = "orders", .rows = 2, .sets = &user, .set_count = 1},
            {.kind = STATEMENT_INSERT, .table = "users", .rows = 4, .sets = &age, .set_count = 1}),
        "by way of 2", "");
    struct write_plan plan;
    struct error error = {0};
    struct workload_step step = STEP(false, SQL("SELECT 1"));
    assert_false(script_build(&step, "s", &mix, PROTOCOL_SIMPLE, false, 1, &arena, &plan, &error));
    assert_non_null(strstr(error.hint, "extended"));
}

/* A row that is being deleted is nobody else's; it comes back when the transaction has failed, and
 * what was inserted can be drawn once it is committed. */
static void keys_are_dealt(void **state) {
    (void)state;
    struct write_plan remove, add;
    struct workload_step removes = STEP(false, {.kind = STATEMENT_DELETE, .table = "users"});
    struct workload_step adds = STEP(true, {.kind = STATEMENT_INSERT, .table = "users", .rows = 2},
                                     {.kind = STATEMENT_INSERT, .table = "users"});
    build(&removes, &remove);
    build(&adds, &add);
    struct table_rows rows[2] = {{.map = {.threads = 1, .base = 1}, .end = 4, .keyed = true},
                                 {.map = {.threads = 1}, .end = 9}};
    keys_init(&rows[USERS].keys, 1, 0, 1);
    struct writer a = {.plan = &remove, .tables = rows, .script = script_state_new()};
    struct writer b = {.plan = &remove, .tables = rows, .script = script_state_new(), .number = 1};
    assert_true(writer_deal(&a, 0));
    assert_false(writer_deal(&b, 0));
    writer_finish(&a, WRITER_FAILED);
    assert_true(writer_deal(&b, 0));
    writer_finish(&b, WRITER_AMBIGUOUS);
    assert_int_equal(rows[USERS].deleted_ambiguous, 1);
    assert_false(writer_deal(&a, 0));
    a.plan = &add;
    assert_true(writer_deal(&a, 0));
    assert_int_equal(a.count, 3);
    assert_int_equal(rows[USERS].next, 3);
    assert_int_equal(rows[USERS].keys.count, 0);
    b.plan = &add;
    assert_false(writer_deal(&b, 0)); /* one number is left, and three are wanted */
    assert_int_equal(rows[USERS].next, 3);
    writer_finish(&a, WRITER_AMBIGUOUS);
    assert_int_equal(rows[USERS].inserted_ambiguous, 3);
    assert_int_equal(rows[USERS].keys.count, 0);
    keys_release(&rows[USERS].keys);
    free(a.script);
    free(b.script);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(placeholders_become_parameters),
        cmocka_unit_test(statements_become_sql),
        cmocka_unit_test(steps_that_read),
        cmocka_unit_test(errors_name_their_placeholder),
        cmocka_unit_test(sets_are_checked),
        cmocka_unit_test(keys_are_dealt),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
