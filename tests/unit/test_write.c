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
                    struct row_map map = {thread, threads, shift};
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
    assert_true(write_plan_build(write_path_find(path), &plan, (struct range){min, max},
                                 PROTOCOL_PREPARED, WIRE_BINDING_RAW, arena, out, &error));
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
    assert_false(write_plan_build(write_path_find("multirow"), &plan, (struct range){65536, 65536},
                                  PROTOCOL_PREPARED, WIRE_BINDING_RAW, &arena, &write, &error));
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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_dealt_once),
        cmocka_unit_test(rows_stay_dense),
        cmocka_unit_test(sizes_of_a_range),
        cmocka_unit_test(statements_are_bounded),
        cmocka_unit_test(multirow_refuses_too_many_parameters),
        cmocka_unit_test(multirow_text_has_whole_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
