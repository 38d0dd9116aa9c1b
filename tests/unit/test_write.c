/* Row numbers dealt to threads, and the sizes that a range of batches is drawn from. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "write/write.h"

/* Every row number below total belongs to exactly one thread, in ascending order within the thread.
 */
static void rows_are_dealt_once(void **state) {
    (void)state;
    static const uint64_t totals[] = {1, 2, 7, 64, 1000, 1023, 1024, 1025, 5000, 12345};
    for (uint32_t threads = 1; threads <= 5; threads++)
        for (unsigned shift = 0; shift <= 10; shift += 5)
            for (size_t t = 0; t < sizeof totals / sizeof *totals; t++) {
                uint8_t *seen = calloc(totals[t], 1);
                uint64_t dealt = 0;
                for (uint32_t thread = 0; thread < threads; thread++) {
                    struct row_map map = {.thread = thread, .threads = threads, .shift = shift};
                    uint64_t count = row_map_count(&map, totals[t]), last = 0;
                    for (uint64_t i = 0; i < count; i++) {
                        uint64_t row = row_number(&map, i);
                        assert_true(row < totals[t]);
                        assert_true(i == 0 || row > last);
                        assert_int_equal(seen[row], 0);
                        seen[row] = 1;
                        last = row;
                    }
                    dealt += count;
                }
                assert_int_equal(dealt, totals[t]);
                free(seen);
            }
}

/* Without a total the numbers in use stay dense: after n rows a thread none is beyond threads × (n
 * + a block). */
static void rows_stay_dense(void **state) {
    (void)state;
    struct row_map map = {.thread = 2, .threads = 3, .shift = 10};
    for (uint64_t i = 0; i < 100000; i += 997)
        assert_true(row_number(&map, i) < 3 * (i + 1024));
}

static const struct catalog_column catalog = {.name = "a", .array_oid = 1007};
static const struct pg_type int4 = {.class = PG_INT4, .oid = 23, .name = "integer"};
static struct plan_column column = {
    .catalog = &catalog, .name = "a", .quoted = "\"a\"", .type = &int4, .max_bytes = 16};
static const struct catalog_table table = {.schema = "s", .name = "t", .quoted = "\"s\".\"t\""};
static const struct plan plan = {.table = &table,
                                 .columns = &column,
                                 .column_count = 1,
                                 .row_max_bytes = 16,
                                 .scratch_bytes = 64};

static void build(const char *path, uint64_t min, uint64_t max, struct arena *arena,
                  struct write_plan *out) {
    struct error error = {0};
    struct write_options options = {.path = write_path_find(path),
                                    .plan = &plan,
                                    .batch = {min, max},
                                    .protocol = PROTOCOL_PREPARED};
    assert_true(write_plan_build(&options, arena, out, &error));
}

static void sizes_of_a_range(void **state) {
    (void)state;
    struct arena arena = {0};
    struct write_plan write;
    build("multirow", 5, 15, &arena, &write);
    assert_int_equal(write.size_count, 11);
    assert_int_equal(write.sizes[0], 5);
    assert_int_equal(write.sizes[10], 15);
    assert_int_equal(write.statement_count, 11);
    build("multirow", 1, 1000, &arena, &write);
    assert_int_equal(write.size_count, WRITE_SIZES_MAX);
    assert_int_equal(write.sizes[0], 1);
    assert_int_equal(write.sizes[WRITE_SIZES_MAX - 1], 1000);
    build("copy-binary", 100, 100, &arena, &write);
    assert_int_equal(write.size_count, 1);
    build("insert", 5, 15, &arena, &write);
    assert_int_equal(write.size_count, 1);
    assert_int_equal(write.sizes[0], 1);
    arena_release(&arena);
}

/* What the statements of a wide range cost a backend stays within the budget, but for the two ends.
 */
static void statements_are_bounded(void **state) {
    (void)state;
    struct arena arena = {0};
    struct write_plan write;
    build("multirow", 1, 60000, &arena, &write);
    assert_true(write.size_count >= 2 && write.size_count < WRITE_SIZES_MAX);
    assert_true(write.backend_bytes <= 2 * (size_t)WRITE_BACKEND_BYTES_MAX);
    arena_release(&arena);
}

static void multirow_refuses_too_many_parameters(void **state) {
    (void)state;
    struct arena arena = {0};
    struct write_plan write;
    struct error error = {0};
    struct write_options options = {.path = write_path_find("multirow"),
                                    .plan = &plan,
                                    .batch = {65536, 65536},
                                    .protocol = PROTOCOL_PREPARED};
    assert_false(write_plan_build(&options, &arena, &write, &error));
    assert_int_equal(error.exit_code, EXIT_USAGE);
    assert_non_null(strstr(error.hint, "65535"));
    arena_release(&arena);
}

/* The text for a smaller last batch is a beginning of the widest statement. */
static void multirow_text_has_whole_rows(void **state) {
    (void)state;
    struct arena arena = {0};
    struct write_plan write;
    build("multirow", 3, 3, &arena, &write);
    assert_string_equal(write.sql, "INSERT INTO \"s\".\"t\" (\"a\") VALUES ($1),($2),($3)");
    assert_int_equal(write.row_ends[0], strlen("INSERT INTO \"s\".\"t\" (\"a\") VALUES ($1)"));
    assert_int_equal(write.row_ends[2], strlen(write.sql));
    arena_release(&arena);
}

/* Rows that were there before the load have the lowest numbers. */
static void rows_begin_behind_the_first(void **state) {
    (void)state;
    struct table_rows rows = {.map = {.thread = 1, .threads = 3, .shift = 4, .base = 100},
                              .keys = {.seeded = 33}};
    assert_int_equal(table_rows_number(&rows, 0), 1);
    assert_int_equal(table_rows_number(&rows, 32), 97);
    assert_int_equal(table_rows_number(&rows, 33), 116);
    assert_int_equal(table_rows_number(&rows, 34), 117);
}

static const int primary_number[] = {1}, other_number[] = {2};
static struct catalog_column two_catalog[] = {{.name = "a", .number = 1},
                                              {.name = "b", .number = 2}};
static struct catalog_key two_keys[] = {
    {.name = "u", .numbers = (int *)other_number, .count = 1},
    {.name = "pk", .primary = true, .numbers = (int *)primary_number, .count = 1}};
static const struct catalog_table two_table = {.schema = "s",
                                               .name = "t",
                                               .quoted = "s.t",
                                               .columns = two_catalog,
                                               .column_count = 2,
                                               .keys = two_keys,
                                               .key_count = 2};
static struct plan_column two_columns[] = {
    {.catalog = &two_catalog[0], .name = "a", .quoted = "a", .type = &int4, .max_bytes = 16},
    {.catalog = &two_catalog[1], .name = "b", .quoted = "b", .type = &int4, .max_bytes = 16}};
static const struct plan two_plan = {.table = &two_table,
                                     .columns = two_columns,
                                     .column_count = 2,
                                     .row_max_bytes = 32,
                                     .scratch_bytes = 64};

static void conflicts_are_said(void **state) {
    (void)state;
    struct arena arena = {0};
    struct write_plan write;
    struct error error = {0};
    const char *const wrong[] = {"bb"}, *const both[] = {"a", "b"};
    struct write_options options = {.path = write_path_find("insert"),
                                    .plan = &two_plan,
                                    .batch = {1, 1},
                                    .protocol = PROTOCOL_PREPARED,
                                    .prefix = "x.",
                                    .on_conflict = CONFLICT_NOTHING};
    assert_true(write_plan_build(&options, &arena, &write, &error));
    assert_string_equal(write.statements[0].sql, "INSERT INTO s.t (a, b) VALUES ($1, $2) ON "
                                                 "CONFLICT (\"a\") DO NOTHING");
    assert_string_equal(write.statements[0].name, "x.row");
    assert_true(write.skips);
    options.on_conflict = CONFLICT_UPDATE;
    assert_true(write_plan_build(&options, &arena, &write, &error));
    assert_string_equal(write.conflict,
                        " ON CONFLICT (\"a\") DO UPDATE SET \"b\" = EXCLUDED.\"b\"");
    assert_false(write.skips);
    options.conflict_columns = wrong;
    options.conflict_column_count = 1;
    assert_false(write_plan_build(&options, &arena, &write, &error));
    assert_non_null(strstr(error.what, "\"bb\""));
    error = (struct error){0};
    options.conflict_columns = both;
    options.conflict_column_count = 2;
    assert_false(
        write_plan_build(&options, &arena, &write, &error)); /* nothing is left to update */
    assert_non_null(strstr(error.hint, "nothing"));
    error = (struct error){0};
    options.path = write_path_find("copy-csv");
    assert_false(write_plan_build(&options, &arena, &write, &error));
    assert_non_null(strstr(error.hint, "multirow"));
    assert_int_equal(error.exit_code, EXIT_USAGE);
    arena_release(&arena);
}

/* Batches are dealt until the numbers are used up; what is acknowledged is booked. */
static void rows_are_dealt_and_booked(void **state) {
    (void)state;
    struct arena arena = {0};
    struct write_plan write;
    build("multirow", 4, 4, &arena, &write);
    struct table_rows rows = {.map = {.threads = 1}, .end = 10, .keyed = true};
    keys_init(&rows.keys, 0, 0, 1);
    struct writer writer = {.plan = &write, .tables = &rows};
    assert_true(writer_deal(&writer, 0));
    assert_int_equal(writer.count, 4);
    writer.accepted = 4;
    writer_finish(&writer, WRITER_COMMITTED);
    assert_int_equal(rows.inserted, 4);
    assert_int_equal(rows.keys.count, 4);
    assert_true(writer_deal(&writer, 3));
    assert_int_equal(writer.first, 4);
    writer_finish(&writer, WRITER_FAILED);
    assert_true(writer_deal(&writer, 0)); /* three are left */
    assert_int_equal(writer.first, 7);
    assert_int_equal(writer.count, 3);
    writer_finish(&writer, WRITER_AMBIGUOUS);
    assert_int_equal(rows.inserted, 4);
    assert_int_equal(rows.inserted_ambiguous, 3);
    assert_int_equal(rows.keys.count, 4);
    assert_false(writer_deal(&writer, 0));
    keys_release(&rows.keys);
    arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_dealt_once),
        cmocka_unit_test(rows_stay_dense),
        cmocka_unit_test(sizes_of_a_range),
        cmocka_unit_test(statements_are_bounded),
        cmocka_unit_test(multirow_refuses_too_many_parameters),
        cmocka_unit_test(multirow_text_has_whole_rows),
        cmocka_unit_test(rows_begin_behind_the_first),
        cmocka_unit_test(conflicts_are_said),
        cmocka_unit_test(rows_are_dealt_and_booked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
