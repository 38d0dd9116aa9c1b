#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "result/comparison.h"

#define PAIRS 12

static void near(double found, double wanted) {
    if (!(fabs(found - wanted) <= 1e-9 * (1 + fabs(wanted))))
        fail_msg("%.12g is not %.12g", found, wanted);
}

/* Pairs of rounds: all of A's values are 100 with an unrest of a few thousandths in B's. */
static void make_pairs(struct comparison_sample *a, struct comparison_sample *b, size_t count) {
    for (size_t i = 0; i < count; i++)
        for (size_t metric = 0; metric < COMPARE_METRICS; metric++) {
            bool share = comparison_definitions[metric].points;
            a[i].value[metric] = share ? 0.3 : 100;
            b[i].value[metric] = a[i].value[metric] * (1 + 0.001 * ((double)(i * 5 % count) - 5.5));
        }
}

static void times(struct comparison_sample *samples, size_t count, size_t metric, double factor) {
    for (size_t i = 0; i < count; i++)
        samples[i].value[metric] *= factor;
}

static void metrics_by_their_names(void **state) {
    (void)state;
    const char *const names[COMPARE_METRICS] = {"rows_per_s",
                                                "commits_per_s",
                                                "p50",
                                                "p95",
                                                "p99",
                                                "wal_bytes_per_row",
                                                "heap_bytes_per_row",
                                                "index_bytes_per_row",
                                                "lock_wait_share",
                                                "commit_flush_share",
                                                "client_cpu_us_per_row"};
    for (size_t i = 0; i < COMPARE_METRICS; i++) {
        const struct comparison_definition *definition = &comparison_definitions[i];
        enum comparison_metric metric = COMPARE_METRICS;
        struct error error = {0};
        assert_true(comparison_metric_parse(names[i], &metric, &error));
        assert_int_equal(metric, i);
        assert_string_equal(definition->name, names[i]);
        assert_true(*definition->label && *definition->noun);
        assert_int_equal(definition->more_is_better, i <= COMPARE_COMMITS_PER_S);
        assert_int_equal(definition->points, i == COMPARE_LOCK_SHARE || i == COMPARE_FLUSH_SHARE);
    }
}

static void another_name_is_a_usage_error(void **state) {
    (void)state;
    enum comparison_metric metric = COMPARE_P95;
    struct error error = {0};
    assert_false(comparison_metric_parse("row_per_s", &metric, &error));
    assert_int_equal(error.exit_code, EXIT_USAGE);
    assert_string_equal(error.what, "unknown metric 'row_per_s'");
    assert_string_equal(error.hint, "did you mean rows_per_s?");
    error = (struct error){0};
    assert_false(comparison_metric_parse("beauty", &metric, &error));
    assert_non_null(strstr(error.hint, "there are rows_per_s, commits_per_s, p50,"));
    assert_non_null(strstr(error.hint, ", client_cpu_us_per_row"));
    assert_int_equal(metric, COMPARE_P95);
}

static struct result_round make_round(struct observation *waits) {
    struct result_round round = {
        .complete = true,
        .seconds = 4,
        .rows = 2000,
        .commits = 400,
        .cpu_s = 0.5,
        .wal_bytes = 400000,
        .rows_there = 500,
        .heap_bytes = 50000,
        .index_bytes = 0,
        .waits = waits,
        .response = histogram_new(),
    };
    for (uint64_t i = 1; i <= 100; i++)
        histogram_record(round.response, i * 1000000);
    *waits = (struct observation){.valid = true, .samples = WAIT_SAMPLES_MIN, .lock_share = 0.25};
    waits->parts[PART_COMMIT_FLUSH] = 0.5;
    return round;
}

static void sample_of_a_round(void **state) {
    (void)state;
    struct observation *waits = calloc(1, sizeof *waits);
    struct result_round round = make_round(waits);
    struct comparison_sample sample;
    comparison_sample_of(&round, &sample);
    near(sample.value[COMPARE_ROWS_PER_S], 500);
    near(sample.value[COMPARE_COMMITS_PER_S], 100);
    near(sample.value[COMPARE_P50], (double)histogram_quantile(round.response, 0.5) / 1000);
    assert_true(fabs(sample.value[COMPARE_P50] / 50000 - 1) < 0.001);
    assert_true(fabs(sample.value[COMPARE_P95] / 95000 - 1) < 0.001);
    assert_true(fabs(sample.value[COMPARE_P99] / 99000 - 1) < 0.001);
    near(sample.value[COMPARE_WAL_BYTES], 200);
    near(sample.value[COMPARE_HEAP_BYTES], 100);
    assert_true(sample.value[COMPARE_INDEX_BYTES] == 0);
    near(sample.value[COMPARE_LOCK_SHARE], 0.25);
    near(sample.value[COMPARE_FLUSH_SHARE], 0.5);
    near(sample.value[COMPARE_CLIENT_CPU], 250);
    histogram_free(round.response);
    free(waits);
}

static void what_was_not_measured_is_unknown(void **state) {
    (void)state;
    struct observation *waits = calloc(1, sizeof *waits);
    struct result_round round = make_round(waits);
    struct comparison_sample sample;
    waits->samples = WAIT_SAMPLES_MIN - 1;
    round.wal_bytes = UNKNOWN;
    round.rows_there = 0;
    histogram_clear(round.response);
    comparison_sample_of(&round, &sample);
    for (size_t i = 0; i < COMPARE_METRICS; i++)
        assert_int_equal(is_known(sample.value[i]), i == COMPARE_ROWS_PER_S ||
                                                        i == COMPARE_COMMITS_PER_S ||
                                                        i == COMPARE_CLIENT_CPU);
    waits->samples = WAIT_SAMPLES_MIN;
    waits->valid = false;
    comparison_sample_of(&round, &sample);
    assert_false(is_known(sample.value[COMPARE_LOCK_SHARE]));
    round.waits = NULL;
    comparison_sample_of(&round, &sample);
    assert_false(is_known(sample.value[COMPARE_FLUSH_SHARE]));
    round.seconds = 0;
    comparison_sample_of(&round, &sample);
    for (size_t i = 0; i < COMPARE_METRICS; i++)
        assert_false(is_known(sample.value[i]));
    histogram_free(round.response);
    free(waits);
}

/* A change of each metric by as much up or down is better or worse as its definition says. */
static void better_and_worse(void **state) {
    (void)state;
    for (size_t metric = 0; metric < COMPARE_METRICS; metric++)
        for (int up = 0; up < 2; up++) {
            struct comparison_sample a[PAIRS], b[PAIRS];
            struct comparison paired, unpaired;
            make_pairs(a, b, PAIRS);
            times(b, PAIRS, metric, up ? 1.3 : 0.7);
            comparison_paired(a, b, PAIRS, (enum comparison_metric)metric, 0.05, 1, &paired);
            comparison_unpaired(a, PAIRS, b, PAIRS, (enum comparison_metric)metric, 0.05,
                                &unpaired);
            bool better = up == comparison_definitions[metric].more_is_better;
            const struct comparison *both[] = {&paired, &unpaired};
            for (size_t i = 0; i < 2; i++) {
                assert_int_equal(comparison_verdict(both[i]),
                                 better ? VERDICT_BETTER : VERDICT_WORSE);
                assert_int_equal(comparison_exit(both[i]), better ? EXIT_OK : EXIT_THRESHOLD);
                assert_int_equal(both[i]->pairs_needed, 0);
                for (size_t k = 0; k < COMPARE_METRICS; k++)
                    assert_true(k == metric || both[i]->findings[k].verdict == VERDICT_EQUIVALENT);
                assert_true(both[i]->findings[metric].p < 0.001);
            }
        }
}

/* Logarithms for ratios, and back; points as they are. */
static void changes_in_the_metrics_own_terms(void **state) {
    (void)state;
    struct comparison_sample a[PAIRS], b[PAIRS];
    struct comparison comparison;
    double logs[PAIRS], points[PAIRS];
    struct shift shift;
    make_pairs(a, b, PAIRS);
    for (size_t i = 0; i < PAIRS; i++) {
        b[i].value[COMPARE_P99] *= 0.882 + 0.01 * (double)i;
        b[i].value[COMPARE_LOCK_SHARE] += 0.01 * (double)i;
        logs[i] = log(b[i].value[COMPARE_P99] / a[i].value[COMPARE_P99]);
        points[i] = b[i].value[COMPARE_LOCK_SHARE] - a[i].value[COMPARE_LOCK_SHARE];
    }
    comparison_paired(a, b, PAIRS, COMPARE_P99, 0.05, 0.5, &comparison);
    assert_true(comparison.paired && comparison.a_count == PAIRS && comparison.b_count == PAIRS);
    const struct comparison_finding *finding = &comparison.findings[COMPARE_P99];
    assert_true(finding->known && finding->count == PAIRS && finding->a == 100);
    shift_paired(logs, PAIRS, 1 - 0.05 * 0.5, &shift);
    near(finding->change.estimate, exp(shift.estimate) - 1);
    near(finding->change.low, exp(shift.low) - 1);
    near(finding->change.high, exp(shift.high) - 1);
    shift_paired(logs, PAIRS, 1 - 0.10 * 0.5, &shift);
    near(finding->narrow.low, exp(shift.low) - 1);
    near(finding->narrow.high, exp(shift.high) - 1);
    near(finding->p, shift_paired_p(logs, PAIRS));
    finding = &comparison.findings[COMPARE_LOCK_SHARE];
    shift_paired(points, PAIRS, 1 - 0.05 * 0.5, &shift);
    near(finding->change.estimate, shift.estimate);
    near(finding->change.low, shift.low);
    near(finding->change.high, shift.high);
}

/* The margin of a ratio is ln(1 + margin): 4.85 % less is beyond that of 5 %, 4.7 % is not. */
static void margin_of_a_ratio(void **state) {
    (void)state;
    struct comparison_sample a[PAIRS], b[PAIRS];
    struct comparison comparison;
    for (size_t i = 0; i < PAIRS; i++)
        for (size_t metric = 0; metric < COMPARE_METRICS; metric++) {
            a[i].value[metric] = comparison_definitions[metric].points ? 0.5 : 100;
            b[i].value[metric] = 95.15;
        }
    times(b, PAIRS, COMPARE_COMMITS_PER_S, 95.3 / 95.15);
    times(b, PAIRS, COMPARE_LOCK_SHARE, 0.5495 / 95.15);
    times(b, PAIRS, COMPARE_FLUSH_SHARE, 0.5505 / 95.15);
    comparison_paired(a, b, PAIRS, COMPARE_ROWS_PER_S, 0.05, 1, &comparison);
    assert_int_equal(comparison.findings[COMPARE_ROWS_PER_S].verdict, VERDICT_WORSE);
    assert_int_equal(comparison.findings[COMPARE_P95].verdict, VERDICT_BETTER);
    assert_int_equal(comparison.findings[COMPARE_COMMITS_PER_S].verdict, VERDICT_EQUIVALENT);
    assert_int_equal(comparison.findings[COMPARE_LOCK_SHARE].verdict, VERDICT_EQUIVALENT);
    assert_int_equal(comparison.findings[COMPARE_FLUSH_SHARE].verdict, VERDICT_WORSE);
}

static void is_unknown(const struct comparison_finding *finding) {
    assert_false(finding->known);
    assert_int_equal(finding->verdict, VERDICT_INCONCLUSIVE);
    assert_true(isnan(finding->change.estimate) && isnan(finding->narrow.estimate));
    assert_true(isinf(finding->change.low) && isinf(finding->change.high));
    assert_false(is_known(finding->p));
}

static void zeros_have_no_ratio(void **state) {
    (void)state;
    struct comparison_sample a[PAIRS], b[PAIRS];
    struct comparison paired, unpaired;
    make_pairs(a, b, PAIRS);
    times(a, PAIRS, COMPARE_INDEX_BYTES, 0);
    times(b, PAIRS, COMPARE_INDEX_BYTES, 0);
    times(a, PAIRS, COMPARE_HEAP_BYTES, 0);
    b[3].value[COMPARE_P50] = 0;
    times(a, PAIRS, COMPARE_LOCK_SHARE, 0);
    comparison_paired(a, b, PAIRS, COMPARE_INDEX_BYTES, 0.05, 1, &paired);
    comparison_unpaired(a, PAIRS, b, PAIRS, COMPARE_INDEX_BYTES, 0.05, &unpaired);
    const struct comparison *both[] = {&paired, &unpaired};
    for (size_t i = 0; i < 2; i++) {
        const struct comparison_finding *findings = both[i]->findings;
        const struct comparison_finding *none = &findings[COMPARE_INDEX_BYTES];
        assert_true(none->known && none->p == 1 && none->a == 0 && none->b == 0);
        assert_true(none->change.estimate == 0 && none->change.low == 0 && none->change.high == 0);
        assert_int_equal(none->verdict, VERDICT_EQUIVALENT);
        assert_int_equal(comparison_exit(both[i]), EXIT_OK);
        is_unknown(&findings[COMPARE_HEAP_BYTES]);
        assert_true(findings[COMPARE_HEAP_BYTES].a == 0 && findings[COMPARE_HEAP_BYTES].b > 99);
        is_unknown(&findings[COMPARE_P50]);
        assert_int_equal(findings[COMPARE_LOCK_SHARE].verdict, VERDICT_WORSE);
    }
}

/* An unknown value takes its pair away, of that metric alone. */
static void unknown_values_and_few_rounds(void **state) {
    (void)state;
    struct comparison_sample a[PAIRS], b[PAIRS];
    struct comparison comparison;
    make_pairs(a, b, PAIRS);
    a[1].value[COMPARE_P95] = UNKNOWN;
    b[1].value[COMPARE_P95] = 1e9;
    a[2].value[COMPARE_P95] = 1e9;
    b[2].value[COMPARE_P95] = b[3].value[COMPARE_P95] = UNKNOWN;
    times(a, PAIRS, COMPARE_P99, -1);
    comparison_paired(a, b, PAIRS, COMPARE_P99, 0.05, 1, &comparison);
    /* Of pair 1 A's is not known, of pairs 2 and 3 B's. */
    assert_int_equal(comparison.findings[COMPARE_P95].count, PAIRS - 3);
    assert_int_equal(comparison.findings[COMPARE_P95].verdict, VERDICT_EQUIVALENT);
    assert_int_equal(comparison.findings[COMPARE_P99].count, 0);
    assert_false(is_known(comparison.findings[COMPARE_P99].a));
    is_unknown(&comparison.findings[COMPARE_P99]);
    assert_int_equal(comparison_exit(&comparison), EXIT_INCONCLUSIVE);
    assert_int_equal(comparison.pairs_needed, 0);
    comparison_paired(a, b, LOOKS_FIRST, COMPARE_ROWS_PER_S, 0.05, 1, &comparison);
    assert_int_equal(comparison_verdict(&comparison), VERDICT_EQUIVALENT);
    is_unknown(&comparison.findings[COMPARE_P95]);
    comparison_paired(a, b, LOOKS_FIRST - 1, COMPARE_ROWS_PER_S, 0.05, 1, &comparison);
    assert_int_equal(comparison_exit(&comparison), EXIT_INCONCLUSIVE);
    comparison_paired(a, b, 0, COMPARE_ROWS_PER_S, 0.05, 1, &comparison);
    assert_int_equal(comparison_exit(&comparison), EXIT_INCONCLUSIVE);
}

static void rounds_of_each_side_unpaired(void **state) {
    (void)state;
    struct comparison_sample a[PAIRS], b[PAIRS];
    struct comparison comparison;
    make_pairs(a, b, PAIRS);
    a[0].value[COMPARE_P95] = UNKNOWN;
    comparison_unpaired(a, PAIRS, b, 6, COMPARE_ROWS_PER_S, 0.05, &comparison);
    assert_false(comparison.paired);
    assert_true(comparison.a_count == PAIRS && comparison.b_count == 6);
    assert_int_equal(comparison.findings[COMPARE_P95].count, 6);
    assert_int_equal(comparison_verdict(&comparison), VERDICT_EQUIVALENT);
    comparison_unpaired(b, 6, a, 6, COMPARE_ROWS_PER_S, 0.05, &comparison);
    assert_int_equal(comparison_verdict(&comparison), VERDICT_EQUIVALENT);
    assert_int_equal(comparison.findings[COMPARE_P95].count, 5);
    is_unknown(&comparison.findings[COMPARE_P95]);
    comparison_unpaired(a, PAIRS, b, 5, COMPARE_ROWS_PER_S, 0.05, &comparison);
    assert_int_equal(comparison_exit(&comparison), EXIT_INCONCLUSIVE);
    assert_int_equal(comparison.pairs_needed, 0);
}

/* Too noisy: how many pairs would do. */
static void pairs_that_would_decide(void **state) {
    (void)state;
    struct comparison_sample a[PAIRS], b[PAIRS];
    struct comparison comparison;
    struct shift at_95, at_90;
    double logs[PAIRS];
    make_pairs(a, b, PAIRS);
    for (size_t i = 0; i < PAIRS; i++) {
        logs[i] = -0.1 + 0.1 * ((double)i - 5.5);
        b[i].value[COMPARE_ROWS_PER_S] = a[i].value[COMPARE_ROWS_PER_S] * exp(logs[i]);
    }
    comparison_paired(a, b, PAIRS, COMPARE_ROWS_PER_S, 0.05, 1, &comparison);
    assert_int_equal(comparison_verdict(&comparison), VERDICT_INCONCLUSIVE);
    looks_conclude_paired(logs, PAIRS, log(1.05), 1, &at_95, &at_90);
    assert_true(comparison.pairs_needed > PAIRS);
    assert_int_equal(comparison.pairs_needed, looks_pairs_needed(PAIRS, log(1.05), &at_95, &at_90));
    /* Of the verdict's metric alone. */
    comparison_paired(a, b, PAIRS, COMPARE_P50, 0.05, 1, &comparison);
    assert_int_equal(comparison.pairs_needed, 0);
}

/* With a share of the error that 8 pairs can't reach the ends stay open. */
static void ends_that_are_not_there_stay_so(void **state) {
    (void)state;
    struct comparison_sample a[PAIRS], b[PAIRS];
    struct comparison comparison;
    make_pairs(a, b, PAIRS);
    comparison_paired(a, b, 8, COMPARE_ROWS_PER_S, 0.05, 0.05, &comparison);
    const struct comparison_finding *finding = &comparison.findings[COMPARE_ROWS_PER_S];
    assert_true(finding->known && fabs(finding->change.estimate) < 0.01);
    assert_true(finding->change.low == -INFINITY && finding->change.high == INFINITY);
    assert_int_equal(finding->verdict, VERDICT_INCONCLUSIVE);
    assert_int_equal(comparison.pairs_needed, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(metrics_by_their_names),
        cmocka_unit_test(another_name_is_a_usage_error),
        cmocka_unit_test(sample_of_a_round),
        cmocka_unit_test(what_was_not_measured_is_unknown),
        cmocka_unit_test(better_and_worse),
        cmocka_unit_test(changes_in_the_metrics_own_terms),
        cmocka_unit_test(margin_of_a_ratio),
        cmocka_unit_test(zeros_have_no_ratio),
        cmocka_unit_test(unknown_values_and_few_rounds),
        cmocka_unit_test(rounds_of_each_side_unpaired),
        cmocka_unit_test(pairs_that_would_decide),
        cmocka_unit_test(ends_that_are_not_there_stay_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
