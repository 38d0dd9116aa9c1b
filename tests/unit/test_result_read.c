/* A result that is written and read back: each round's sample is that of the round itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "result/read.h"
#include "result_by_hand.h"

static void assert_number(double value, double expected) {
    if (fabs(value - expected) > 1e-9 * (1 + fabs(expected)))
        fail_msg("%.12g instead of %.12g", value, expected);
}

/* In a file of its own, which is gone afterwards. */
static struct stored_result read_back(struct result *result, struct arena *arena) {
    char file[] = "/tmp/pgw-test-read-XXXXXX";
    struct error error = {0};
    struct stored_result stored = {0};
    int fd = mkstemp(file);
    assert_true(fd >= 0);
    close(fd);
    for (size_t i = 0; i < result->cell_count; i++)
        result_cell_summarise(&result->cells[i]);
    bool ok =
        result_write_json(result, file, &error) && stored_result_read(file, arena, &stored, &error);
    unlink(file);
    if (!ok)
        fail_msg("%s", error.what);
    return stored;
}

static void samples_are_those_of_the_rounds(const struct result *result,
                                            const struct stored_result *stored) {
    assert_int_equal(stored->cell_count, result->cell_count);
    for (size_t c = 0; c < result->cell_count; c++) {
        const struct stored_cell *cell = &stored->cells[c];
        assert_int_equal(cell->sample_count, result->cells[c].round_count);
        for (size_t r = 0; r < cell->sample_count; r++) {
            struct comparison_sample expected;
            comparison_sample_of(&result->cells[c].rounds[r], &expected);
            for (size_t m = 0; m < COMPARE_METRICS; m++)
                assert_number(cell->samples[r].value[m], expected.value[m]);
        }
    }
}

static void what_is_known_is_read(void **state) {
    (void)state;
    struct arena arena = {0}, stored_arena = {0};
    struct result result = make_full_result(&arena);
    struct fact_setting settings[] = {{"work_mem", "8MB", false}, {"fsync", "on", true}};
    struct result_column columns[] = {{"id", "bigint", ""}, {"kind", "text", "choice"}};
    for (uint64_t ms = 1; ms <= 200; ms++) /* so that no quantile is like another */
        histogram_record(result.cells[0].rounds[0].response, ms * NS_PER_MS);
    result.seed = UINT64_MAX;
    result.kernel = "Linux\t6";
    result.memory_bytes = 17e9;
    result.quick = true;
    result.server.settings = settings;
    result.server.setting_count = 2;
    result.table = "events";
    result.columns = columns;
    result.column_count = 2;
    result.server.version_num = 150001;
    struct stored_result stored = read_back(&result, &stored_arena);
    samples_are_those_of_the_rounds(&result, &stored);
    assert_string_equal(stored.started_at, "2025-01-02T03:04:05Z");
    assert_true(stored.seed == UINT64_MAX);
    assert_string_equal(stored.kernel, "Linux 6"); /* a tab moves a terminal's cursor */
    assert_number(stored.memory_bytes, 17e9);
    assert_number(stored.flushes_per_s, 8120);
    assert_string_equal(stored.server_version, "15.1");
    assert_int_equal(stored.version_num, 150001);
    assert_string_equal(stored.durability, "durable");
    assert_int_equal(stored.setting_count, 2);
    assert_string_equal(stored.settings[0].name, "fsync");
    assert_string_equal(stored.settings[1].value, "8MB");
    assert_string_equal(stored.mode, "fixed");
    assert_number(stored.duration_s, 3);
    assert_string_equal(stored.workload, "events");
    assert_string_equal(stored.columns[0].generator, "");
    assert_string_equal(stored.columns[1].type, "text");
    assert_true(stored.quick);
    assert_false(stored.interrupted);
    assert_string_equal(stored.cells[0].path, "insert");
    assert_string_equal(stored.cells[0].batch, "100");
    assert_int_equal(stored.cells[0].pool, 4);
    assert_int_equal(stored.cells[0].unverified, 0);
    release(&result, NULL);
    arena_release(&stored_arena);
}

static void what_is_not_known_stays_so(void **state) {
    (void)state;
    struct arena arena = {0}, stored_arena = {0};
    struct result result = make_result(&arena, 1, 2);
    result.cells[0] = make_cell("insert", 3, (uint64_t[]){900, 0, 1000});
    result.cells[0].rounds[0].waits->samples = WAIT_SAMPLES_MIN - 1;
    result.cells[0].rounds[1].waits->valid = false;
    result.cells[0].rounds[1].verified = false;
    result.cells[0].rounds[2].wal_bytes = UNKNOWN;
    struct stored_result stored = read_back(&result, &stored_arena);
    samples_are_those_of_the_rounds(&result, &stored);
    assert_false(is_known(stored.cells[0].samples[0].value[COMPARE_FLUSH_SHARE]));
    assert_false(is_known(stored.cells[0].samples[1].value[COMPARE_P50]));
    assert_int_equal(stored.cells[0].unverified, 1);
    assert_false(is_known(stored.memory_bytes));
    assert_false(is_known(stored.flushes_per_s));
    assert_string_equal(stored.kernel, "");
    assert_false(is_known(stored.rows));
    release(&result, NULL);
    arena_release(&stored_arena);
}

static void a_round_cut_short_is_no_sample(void **state) {
    (void)state;
    struct arena arena = {0}, stored_arena = {0};
    struct result result = make_result(&arena, 1, 3);
    result.cells[0] = make_cell("insert", 3, (uint64_t[]){900, 800, 1000});
    result.cells[0].rounds[1].complete = false;
    struct stored_result stored = read_back(&result, &stored_arena);
    assert_int_equal(stored.cells[0].round_count, 3);
    assert_int_equal(stored.cells[0].sample_count, 2);
    assert_number(stored.cells[0].samples[1].value[COMPARE_COMMITS_PER_S], 1000.0 / 3);
    release(&result, NULL);
    arena_release(&stored_arena);
}

static void users_and_mixes_are_read(void **state) {
    (void)state;
    struct arena arena = {0}, stored_arena = {0};
    struct result users = make_users_result(&arena);
    struct stored_result stored = read_back(&users, &stored_arena);
    assert_number(stored.cells[0].users, 1000);
    assert_number(stored.cells[0].think_s[1], 3);
    assert_false(is_known(stored.cells[0].rate));
    release(&users, NULL);
    struct result stages = make_stages_result(&arena);
    stored = read_back(&stages, &stored_arena);
    assert_string_equal(stored.cells[0].batch, "");
    assert_string_equal(stored.cells[0].arrival, "poisson");
    samples_are_those_of_the_rounds(&stages, &stored);
    release(&stages, NULL);
    arena_release(&stored_arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_known_is_read),
        cmocka_unit_test(what_is_not_known_stays_so),
        cmocka_unit_test(a_round_cut_short_is_no_sample),
        cmocka_unit_test(users_and_mixes_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
