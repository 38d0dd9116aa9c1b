#include "result/comparison.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "result/total.h"
#include "stats/rank.h"

const struct comparison_definition comparison_definitions[COMPARE_METRICS] = {
    [COMPARE_ROWS_PER_S] = {"rows_per_s", "rows/s", "throughput in rows", true, false},
    [COMPARE_COMMITS_PER_S] = {"commits_per_s", "commits/s", "throughput in commits", true, false},
    [COMPARE_P50] = {"p50", "p50 response", "p50 response time", false, false},
    [COMPARE_P95] = {"p95", "p95 response", "p95 response time", false, false},
    [COMPARE_P99] = {"p99", "p99 response", "p99 response time", false, false},
    [COMPARE_WAL_BYTES] = {"wal_bytes_per_row", "WAL a row", "WAL a row", false, false},
    [COMPARE_HEAP_BYTES] = {"heap_bytes_per_row", "heap a row", "heap a row", false, false},
    [COMPARE_INDEX_BYTES] = {"index_bytes_per_row", "indexes a row", "size of the indexes a row",
                             false, false},
    [COMPARE_LOCK_SHARE] = {"lock_wait_share", "lock waits", "time in lock waits", false, true},
    [COMPARE_FLUSH_SHARE] = {"commit_flush_share", "commit flush", "time in commit flushes", false,
                             true},
    [COMPARE_CLIENT_CPU] = {"client_cpu_us_per_row", "client CPU a row", "client CPU a row", false,
                            false},
};

const char *const comparison_verdict_names[] = {[VERDICT_INCONCLUSIVE] = "inconclusive",
                                                [VERDICT_EQUIVALENT] = "equivalent",
                                                [VERDICT_BETTER] = "better",
                                                [VERDICT_WORSE] = "worse"};

bool comparison_metric_parse(const char *text, enum comparison_metric *metric,
                             struct error *error) {
    const char *names[COMPARE_METRICS];
    for (size_t i = 0; i < COMPARE_METRICS; i++) {
        names[i] = comparison_definitions[i].name;
        if (strcmp(text, names[i]) == 0) {
            *metric = (enum comparison_metric)i;
            return true;
        }
    }
    error_usage(error, "unknown metric '%s'", text);
    const char *near = units_nearest(text, names, COMPARE_METRICS);
    if (near)
        return error_hint(error, "did you mean %s?", near);
    char all[256] = "";
    for (size_t i = 0; i < COMPARE_METRICS; i++) {
        size_t length = strlen(all);
        snprintf(all + length, sizeof all - length, "%s%s", i ? ", " : "", names[i]);
    }
    return error_hint(error, "there are %s", all);
}

static double per(double above, double below) {
    return is_known(above) && below > 0 ? above / below : UNKNOWN;
}

static double response_us(const struct result_round *round, double quantile) {
    const struct histogram *response = round->response;
    return response && response->count > 0 ? (double)histogram_quantile(response, quantile) / 1000
                                           : UNKNOWN;
}

void comparison_sample_of(const struct result_round *round, struct comparison_sample *out) {
    for (size_t i = 0; i < COMPARE_METRICS; i++)
        out->value[i] = UNKNOWN;
    if (!result_is_measured(round))
        return;
    double rows = (double)round->rows, there = (double)round->rows_there;
    out->value[COMPARE_ROWS_PER_S] = per(rows, round->seconds);
    out->value[COMPARE_COMMITS_PER_S] = per((double)round->commits, round->seconds);
    out->value[COMPARE_P50] = response_us(round, 0.50);
    out->value[COMPARE_P95] = response_us(round, 0.95);
    out->value[COMPARE_P99] = response_us(round, 0.99);
    out->value[COMPARE_WAL_BYTES] = per(round->wal_bytes, rows);
    out->value[COMPARE_HEAP_BYTES] = per(round->heap_bytes, there);
    out->value[COMPARE_INDEX_BYTES] = per(round->index_bytes, there);
    out->value[COMPARE_CLIENT_CPU] = per(round->cpu_s * 1e6, rows);
    const struct observation *waits = round->waits;
    if (!waits || !waits->valid || waits->samples < WAIT_SAMPLES_MIN)
        return;
    out->value[COMPARE_LOCK_SHARE] = waits->lock_share;
    out->value[COMPARE_FLUSH_SHARE] = waits->parts[PART_COMMIT_FLUSH];
}

/* The known values of a metric, one array a side; paired: only where both are known. */
struct columns {
    double *a, *b;
    size_t a_count, b_count;
};

static void columns_pair(struct columns *columns, const struct comparison_sample *a,
                         const struct comparison_sample *b, size_t count, size_t metric) {
    for (size_t i = 0; i < count; i++) {
        if (!is_known(a[i].value[metric]) || !is_known(b[i].value[metric]))
            continue;
        columns->a[columns->a_count++] = a[i].value[metric];
        columns->b[columns->b_count++] = b[i].value[metric];
    }
}

static size_t gather(double *out, const struct comparison_sample *samples, size_t count,
                     size_t metric) {
    size_t known = 0;
    for (size_t i = 0; i < count; i++)
        if (is_known(samples[i].value[metric]))
            out[known++] = samples[i].value[metric];
    return known;
}

static size_t zeros_of(const double *values, size_t count) {
    size_t zeros = 0;
    for (size_t i = 0; i < count; i++)
        zeros += values[i] == 0;
    return zeros;
}

static void take_logarithms(double *values, size_t count) {
    for (size_t i = 0; i < count; i++)
        values[i] = log(values[i]);
}

/* What a shift of logarithms is as a change. An end that is not there stays so. */
static struct shift change_of(const struct shift *shift, bool points) {
    if (points)
        return *shift;
    return (struct shift){expm1(shift->estimate),
                          isinf(shift->low) ? shift->low : expm1(shift->low),
                          isinf(shift->high) ? shift->high : expm1(shift->high)};
}

static enum comparison_verdict verdict_of(enum conclusion conclusion, bool more_is_better) {
    switch (conclusion) {
    case CONCLUDES_SAME:
        return VERDICT_EQUIVALENT;
    case CONCLUDES_MORE:
        return more_is_better ? VERDICT_BETTER : VERDICT_WORSE;
    case CONCLUDES_LESS:
        return more_is_better ? VERDICT_WORSE : VERDICT_BETTER;
    default:
        return VERDICT_INCONCLUSIVE;
    }
}

static enum conclusion conclude(bool paired, struct columns *columns, double margin, double share,
                                double *p, struct shift *at_95, struct shift *at_90) {
    double *a = columns->a, *b = columns->b;
    if (!paired) {
        *p = shift_unpaired_p(a, columns->a_count, b, columns->b_count);
        return looks_conclude_unpaired(a, columns->a_count, b, columns->b_count, margin, at_95,
                                       at_90);
    }
    for (size_t i = 0; i < columns->b_count; i++)
        b[i] -= a[i];
    *p = shift_paired_p(b, columns->b_count);
    return looks_conclude_paired(b, columns->b_count, margin, share, at_95, at_90);
}

/* Fills the metric's finding from the columns, which it overwrites. share: of the error, if paired.
 */
static void judge(struct comparison *comparison, size_t metric, struct columns *columns,
                  double share) {
    const struct comparison_definition *definition = &comparison_definitions[metric];
    struct comparison_finding *finding = &comparison->findings[metric];
    double margin = definition->points ? comparison->margin : log1p(comparison->margin);
    size_t a_count = columns->a_count, b_count = columns->b_count;
    struct shift at_95 = {0}, at_90 = {0};
    const struct shift nothing = {NAN, -INFINITY, INFINITY};
    *finding = (struct comparison_finding){
        .a = a_count ? rank_median(columns->a, a_count) : UNKNOWN,
        .b = b_count ? rank_median(columns->b, b_count) : UNKNOWN,
        .count = a_count < b_count ? a_count : b_count,
        .change = nothing,
        .narrow = nothing,
        .p = UNKNOWN,
    };
    if (finding->count < (comparison->paired ? LOOKS_FIRST : COMPARISON_ROUNDS_MIN))
        return;
    size_t zeros = zeros_of(columns->a, a_count) + zeros_of(columns->b, b_count);
    /* Index bytes without an index: as equal as can be, though 0 / 0 is no ratio. */
    bool nothing_there = zeros == a_count + b_count;
    if (!definition->points && zeros > 0 && !nothing_there)
        return;
    if (!definition->points && !nothing_there) {
        take_logarithms(columns->a, a_count);
        take_logarithms(columns->b, b_count);
    }
    enum conclusion conclusion =
        conclude(comparison->paired, columns, margin, share, &finding->p, &at_95, &at_90);
    finding->known = true;
    finding->change = change_of(&at_95, definition->points);
    finding->narrow = change_of(&at_90, definition->points);
    finding->verdict = verdict_of(conclusion, definition->more_is_better);
    if (metric == comparison->metric && finding->verdict == VERDICT_INCONCLUSIVE)
        comparison->pairs_needed = looks_pairs_needed(finding->count, margin, &at_95, &at_90);
}

static void compare(struct comparison *out, const struct comparison_sample *a,
                    const struct comparison_sample *b, double share) {
    struct columns columns = {.a = MEM_ARRAY(double, out->a_count + 1),
                              .b = MEM_ARRAY(double, out->b_count + 1)};
    for (size_t metric = 0; metric < COMPARE_METRICS; metric++) {
        columns.a_count = columns.b_count = 0;
        if (out->paired) {
            columns_pair(&columns, a, b, out->a_count, metric);
        } else {
            columns.a_count = gather(columns.a, a, out->a_count, metric);
            columns.b_count = gather(columns.b, b, out->b_count, metric);
        }
        judge(out, metric, &columns, share);
    }
    free(columns.a);
    free(columns.b);
}

void comparison_paired(const struct comparison_sample *a, const struct comparison_sample *b,
                       size_t count, enum comparison_metric metric, double margin, double share,
                       struct comparison *out) {
    *out = (struct comparison){
        .paired = true, .metric = metric, .margin = margin, .a_count = count, .b_count = count};
    compare(out, a, b, share);
}

void comparison_unpaired(const struct comparison_sample *a, size_t a_count,
                         const struct comparison_sample *b, size_t b_count,
                         enum comparison_metric metric, double margin, struct comparison *out) {
    *out = (struct comparison){
        .metric = metric, .margin = margin, .a_count = a_count, .b_count = b_count};
    compare(out, a, b, 1);
}

enum comparison_verdict comparison_verdict(const struct comparison *comparison) {
    return comparison->findings[comparison->metric].verdict;
}

enum exit_code comparison_exit(const struct comparison *comparison) {
    switch (comparison_verdict(comparison)) {
    case VERDICT_EQUIVALENT:
    case VERDICT_BETTER:
        return EXIT_OK;
    case VERDICT_WORSE:
        return EXIT_THRESHOLD;
    default:
        return EXIT_INCONCLUSIVE;
    }
}
