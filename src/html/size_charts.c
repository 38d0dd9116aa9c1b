/* Pool, rates and batch sizes as charts. */
#include <math.h>
#include <stdlib.h>

#include "html/chart.h"
#include "html/size_internal.h"

/* ---- the pool ---- */

/* The law is a curve: so many points of it for each doubling of the pool. */
enum { LAW_STEPS = 8 };

static const char *per_s(const struct size_result *size) {
    return *size_unit(size) == 'r' ? "rows/s" : "transactions/s";
}

static void add_law(struct chart *chart, const struct size_result *size, double least,
                    double most) {
    chart_series(chart, "Universal Scalability Law", per_s(size), "y", STYLE_LINE);
    double n = least;
    while (n < most) {
        chart_point(chart, n, size_in_unit(size, usl_at(&size->fit.law, n)));
        n *= pow(2, 1.0 / LAW_STEPS);
    }
    chart_point(chart, most, size_in_unit(size, usl_at(&size->fit.law, most)));
}

static void mark_pool(struct chart *chart, const struct size_result *size, double least,
                      double most) {
    char label[FIELD_BYTES];
    double peak = size_has_law(size) ? usl_peak(&size->fit.law) : NAN;
    if (size->pool_low && size->pool_high > size->pool_low) {
        snprintf(label, sizeof label, "enough: %u to %u", size->pool_low, size->pool_high);
        chart_mark(chart, MARK_STAGE, "x", size->pool_low, fmin(size->pool_high, most), label);
    }
    if (peak >= least && peak <= most) {
        snprintf(label, sizeof label, "peak by the law: %.0f", peak);
        chart_mark(chart, MARK_CHANGE, "x", peak, NAN, label);
    }
    if (size->pool) {
        snprintf(label, sizeof label, "to use: %u", size->pool);
        chart_mark(chart, MARK_LIMIT, "x", size->pool, NAN, label);
    }
}

static void add_curve(struct chart *chart, const struct size_result *size,
                      const struct size_level *levels, size_t count) {
    chart_series(chart, "median", per_s(size), "y", size_has_law(size) ? STYLE_POINTS : STYLE_LINE);
    for (size_t i = 0; i < count; i++)
        chart_signed(chart, levels[i].pool, size_in_unit(size, levels[i].per_s));
    if (size_has_law(size))
        add_law(chart, size, levels[0].pool, levels[count - 1].pool);
    chart_series(chart, "p99 response", "ms", "y2", STYLE_LINE);
    for (size_t i = 0; i < count; i++)
        chart_point(chart, levels[i].pool,
                    is_known(levels[i].p99_s) ? levels[i].p99_s * 1e3 : UNKNOWN);
}

void size_draw_pool(struct page *page, const struct size_result *size) {
    struct size_level *levels = MEM_ARRAY(struct size_level, size->level_count);
    size_t count = size_find_levels(size, levels);
    struct chart chart = chart_begin(page, CHART_LINES, "What a pool can do",
                                     "Throughput of a closed loop by the pool's connections: each "
                                     "round, the medians, and the law if they follow one; and how "
                                     "long a response takes then.");
    chart_axis(&chart, "x", "connections", "", SCALE_LOG);
    chart_axis(&chart, "y", "throughput", per_s(size), SCALE_LINEAR);
    chart_axis(&chart, "y2", "p99 response", "ms", SCALE_LINEAR);
    chart_series(&chart, "round", per_s(size), "y", STYLE_POINTS);
    for (size_t i = 0; i < size->level_count; i++)
        chart_signed(&chart, size->levels[i].pool,
                     size_in_unit(size, size->levels[i].commits_per_s));
    add_curve(&chart, size, levels, count);
    mark_pool(&chart, size, levels[0].pool, levels[count - 1].pool);
    chart_end(&chart);
    free(levels);
}

/* ---- rates ---- */

/* In what a chart shows the unit of an SLO; NULL: it does not. */
static const char *slo_unit(const struct threshold *slo, double *factor) {
    *factor = slo->unit == METRIC_NS ? 1e-6 : 100;
    return slo->unit == METRIC_NS ? "ms" : slo->unit == METRIC_SHARE ? "%" : NULL;
}

/* The probes of one verdict, soaks apart; the bar above a point reaches to the worst window. */
static void add_probes(struct chart *chart, const struct size_result *size, size_t slo,
                       enum size_verdict verdict, bool soak) {
    char name[FIELD_BYTES];
    double factor;
    const char *unit = slo_unit(&size->slos[slo], &factor);
    bool begun = false;
    snprintf(name, sizeof name, "%s%s", size_verdict_names[verdict], soak ? ", soak" : "");
    for (size_t i = 0; i < size->probe_count; i++) {
        const struct size_probe *probe = &size->probes[i];
        if (probe->verdict != verdict || probe->soak != soak || !probe->slos)
            continue;
        const struct size_slo *found = &probe->slos[slo];
        bool known = !isnan(found->value) && found->value >= 0;
        bool windows = known && probe->windows > 1 && found->worst > found->value;
        if (!begun)
            chart_series(chart, name, unit, "y", STYLE_POINTS);
        begun = true;
        chart_interval(chart, size_in_unit(size, probe->point.rate_per_s),
                       known ? found->value * factor : NAN, windows ? found->value * factor : NAN,
                       windows ? found->worst * factor : NAN);
    }
}

/* No errors at all are no picture. */
static bool any_beyond_0(const struct size_result *size, size_t slo) {
    for (size_t i = 0; i < size->probe_count; i++)
        if (size->probes[i].slos && size->probes[i].slos[slo].value > 0)
            return true;
    return false;
}

static void draw_slo(struct page *page, const struct size_result *size, size_t slo) {
    double factor;
    const struct threshold *threshold = &size->slos[slo];
    const char *unit = slo_unit(threshold, &factor);
    bool time = threshold->unit == METRIC_NS;
    char rate[FIELD_BYTES], label[FIELD_BYTES + 16];
    if (!unit || !any_beyond_0(size, slo))
        return;
    struct chart chart = chart_begin(page, CHART_LINES, threshold->text,
                                     "Each point is a rate that was tried, and what came of it; "
                                     "bars reach to the worst of its windows.");
    chart_axis(&chart, "x", "rate", per_s(size), SCALE_LINEAR);
    chart_axis(&chart, "y", threshold->text, unit, time ? SCALE_LOG : SCALE_LINEAR);
    for (int verdict = SIZE_HOLDS; verdict <= SIZE_UNSURE; verdict++)
        for (int soak = 0; soak < 2; soak++)
            add_probes(&chart, size, slo, (enum size_verdict)verdict, soak);
    chart_mark(&chart, MARK_LIMIT, "y", threshold->value * factor, NAN, threshold->text);
    if (is_known(size->capacity_per_s)) {
        size_show_rate(rate, sizeof rate, size, size->capacity_per_s);
        snprintf(label, sizeof label, "capacity: %s", rate);
        chart_mark(&chart, MARK_LIMIT, "x", size_in_unit(size, size->capacity_per_s), NAN, label);
    }
    chart_end(&chart);
}

void size_draw_probes(struct page *page, const struct size_result *size) {
    for (size_t slo = 0; slo < size->slo_count; slo++)
        draw_slo(page, size, slo);
}

/* ---- batch sizes ---- */

void size_draw_batches(struct page *page, const struct size_result *size) {
    char label[FIELD_BYTES], number[FIELD_BYTES];
    double needed = NAN;
    struct chart chart = chart_begin(page, CHART_BARS, "Rows a second by batch size",
                                     "How many rows the pool can write at most with so many rows "
                                     "a commit, and how many are needed.");
    chart_axis(&chart, "x", "rows a commit", "", SCALE_LABELS);
    chart_axis(&chart, "y", "at most", "rows/s", SCALE_LINEAR);
    chart_series(&chart, "at most", "rows/s", "y", STYLE_BAR);
    for (size_t i = 0; i < size->batch_count; i++) {
        const struct size_batch *batch = &size->batches[i];
        chart_label(&chart, units_show_count(number, sizeof number, (double)batch->rows));
        chart_point(&chart, (double)i, batch->point.rows_per_s);
        if (is_known(batch->commits_needed_per_s))
            needed = batch->commits_needed_per_s * (double)batch->rows;
    }
    if (!isnan(needed)) {
        snprintf(label, sizeof label, "needed: %s rows/s",
                 show_ratio(number, sizeof number, needed));
        chart_mark(&chart, MARK_LIMIT, "y", needed, NAN, label);
    }
    chart_end(&chart);
}
