/* What `pgwrite size` makes of a workload, and how it ends. What it says of mistakes is in
 * tests/cli/size.bats. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/clock.h"
#include "cli/options.h"
#include "cli/size_options.h"
#include "workload/threshold.h"
#include "workload_text.h"

static struct workload_load load_of(const char *option, const char *text) {
    return (struct workload_load){.option = option, .text = text};
}

static void take(struct workload *workload, char *const *slos, struct arena *arena,
                 const char **left_out, struct matrix_options *matrix) {
    struct error error = {0};
    if (!size_take_workload(workload, slos, arena, left_out, &error) ||
        !options_matrix(workload, matrix, &error) || !size_take_matrix(matrix, &error))
        fail_msg("%s", error.what);
}

static void expect_levels(const struct matrix_options *matrix, const uint64_t *levels,
                          size_t count) {
    assert_int_equal(matrix->pool_count, count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(matrix->pools[i].min, levels[i]);
        assert_int_equal(matrix->pools[i].max, levels[i]);
    }
}

/* Stages, tenants, users and the rest go; how the writer works stays; and one threshold is left
 * that no longer ends the run. */
static void test_the_load_is_taken_out(void **state) {
    (void)state;
    static const uint64_t levels[] = {1, 2, 4, 8, 16, 32, 64};
    struct arena arena = {0};
    struct workload workload;
    struct matrix_options matrix;
    const char *left_out;
    good_sections("stages: [{name: peak, for: 1m, users: 5, think: 1s}]\n"
                  "tenants: [{name: a, weight: 1}]\n"
                  "thresholds: [{check: errors < 1%, abort: true}, rows > 5]\n",
                  &arena, &workload);
    struct workload_load load[] = {
        load_of("path", "multirow"), load_of("users", "7"),  load_of("think", "1s"),
        load_of("pool", "2..20"),    load_of("batch", "5"),  load_of("rounds", "3"),
        load_of("duration", "9s"),   load_of("seed", "42"),  load_of("on-error", "stop"),
        load_of("backlog", "77"),    load_of("rows", "100"), load_of("checkout-timeout", "2s"),
        load_of("mode", "steady"),
    };
    workload.load = load;
    workload.load_count = COUNT_OF(load);
    take(&workload, NULL, &arena, &left_out, &matrix);
    assert_string_equal(left_out,
                        "stages, users, think, pool, rounds, duration, on-error, rows, "
                        "mode, tenants and the thresholds that are no SLO (\"rows > 5\")");
    assert_int_equal(workload.stage_count, 0);
    assert_int_equal(workload.tenant_count, 0);
    assert_int_equal(workload.threshold_count, 1);
    assert_string_equal(workload.thresholds[0].text, "errors < 1%");
    assert_false(workload.thresholds[0].abort);
    assert_int_equal(matrix_source(&matrix), LOAD_POOL);
    expect_levels(&matrix, levels, COUNT_OF(levels));
    assert_null(matrix.pool_at);
    assert_true(matrix.goes_on);
    assert_int_equal(matrix.think_max_ns, 0);
    assert_int_equal(matrix.rows, 0);
    assert_int_equal(matrix.rounds, 1);
    assert_int_equal(matrix.mode, MODE_FIXED);
    assert_int_equal(matrix.threads, 0);
    assert_string_equal(matrix.paths[0]->name, "multirow");
    assert_int_equal(matrix.batches[0].max, 5);
    assert_int_equal(matrix.seed, 42);
    assert_int_equal(matrix.backlog, 77);
    assert_int_equal(matrix.checkout_timeout_ns, 2 * NS_PER_S);
    /* The widest level, twice: a backend that ends may still be there when another begins. */
    assert_int_equal(matrix.session.connections, 128);
    arena_release(&arena);
}

static void test_options_win(void **state) {
    (void)state;
    static const uint64_t levels[] = {3, 8, 20};
    char *slos[] = {(char[]){"p99(lag) < 1s"}, (char[]){"p99(pool_wait) < 1s"}, NULL};
    struct arena arena = {0};
    struct workload workload;
    struct matrix_options matrix;
    const char *left_out;
    good_sections("thresholds: [errors < 1%]\n", &arena, &workload);
    options = (struct options){
        .pool = (char[]){"8,20,3"}, .threads = (char[]){"2"}, .on_error = (char[]){"stop"}};
    take(&workload, slos, &arena, &left_out, &matrix);
    options = (struct options){0};
    assert_string_equal(left_out, "thresholds");
    assert_int_equal(workload.threshold_count, 2);
    assert_int_equal(workload.thresholds[1].latency, LATENCY_POOL_WAIT);
    expect_levels(&matrix, levels, COUNT_OF(levels));
    assert_int_equal(matrix.threads, 2);
    assert_false(matrix.goes_on);
    assert_int_equal(matrix.session.connections, 20);
    arena_release(&arena);
}

static void test_nothing_is_left_out(void **state) {
    (void)state;
    struct arena arena = {0};
    struct workload workload;
    struct matrix_options matrix;
    const char *left_out = "";
    good_sections("thresholds: [errors < 1%]\n", &arena, &workload);
    take(&workload, NULL, &arena, &left_out, &matrix);
    assert_null(left_out);
    arena_release(&arena);
}

static void test_batches(void **state) {
    (void)state;
    uint64_t rows[MATRIX_LIST_MAX];
    size_t count;
    struct error error = {0};
    assert_true(size_parse_batches("100, 1,10k", rows, &count, &error));
    assert_int_equal(count, 3);
    assert_int_equal(rows[0], 1);
    assert_int_equal(rows[1], 100);
    assert_int_equal(rows[2], 10000);
    assert_true(size_parse_batches("off", rows, &count, &error));
    assert_int_equal(count, 0);
}

static void test_peak(void **state) {
    (void)state;
    static const struct {
        const char *text;
        double peak;
    } good[] = {{"10x", 10}, {"10", 10}, {"1", 1}, {"1.5x", 1.5}, {"1000", 1000}};
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        struct error error = {0};
        double peak;
        assert_true(size_parse_peak(good[i].text, &peak, &error));
        assert_true(peak == good[i].peak);
    }
}

static void test_exit_codes(void **state) {
    (void)state;
    static struct size_probe failed = {.verdict = SIZE_FAILS, .point.rate_per_s = 1};
    static struct size_probe unsure[2] = {{.verdict = SIZE_UNSURE, .point.rate_per_s = 1},
                                          {.verdict = SIZE_FAILS, .point.rate_per_s = 2}};
    static const struct {
        struct size_result result;
        enum exit_code code;
    } cases[] = {
        {{.fits = SIZE_FITS, .confirmed = true, .capacity_per_s = 9}, EXIT_OK},
        {{.fits = SIZE_FITS, .confirmed = false, .capacity_per_s = 9}, EXIT_INCONCLUSIVE},
        {{.fits = SIZE_FITS, .need_confirmed = true, .capacity_per_s = 9}, EXIT_OK},
        {{.fits = SIZE_SHORT, .confirmed = true, .capacity_per_s = 9}, EXIT_THRESHOLD},
        {{.fits = SIZE_SHORT, .capacity_per_s = UNKNOWN, .high_per_s = 1}, EXIT_THRESHOLD},
        {{.fits = SIZE_UNDECIDED, .confirmed = true, .capacity_per_s = 9}, EXIT_INCONCLUSIVE},
        {{.fits = SIZE_NO_NEED, .capacity_per_s = 9}, EXIT_OK},
        {{.fits = SIZE_NO_NEED,
          .capacity_per_s = UNKNOWN,
          .high_per_s = 1,
          .probes = &failed,
          .probe_count = 1},
         EXIT_THRESHOLD},
        {{.fits = SIZE_NO_NEED,
          .capacity_per_s = UNKNOWN,
          .high_per_s = 1,
          .probes = unsure,
          .probe_count = 2},
         EXIT_INCONCLUSIVE},
        {{.fits = SIZE_NO_NEED, .capacity_per_s = UNKNOWN, .high_per_s = UNKNOWN},
         EXIT_INCONCLUSIVE},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        if (size_exit_code(&cases[i].result) != cases[i].code)
            fail_msg("case %zu: %d", i, (int)size_exit_code(&cases[i].result));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_load_is_taken_out),
        cmocka_unit_test(test_options_win),
        cmocka_unit_test(test_nothing_is_left_out),
        cmocka_unit_test(test_batches),
        cmocka_unit_test(test_peak),
        cmocka_unit_test(test_exit_codes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
