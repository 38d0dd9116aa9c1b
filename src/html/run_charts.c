/* Charts of a run: where the time goes, and latencies by percentile. */
#include <stdlib.h>

#include "html/chart.h"
#include "html/run_charts.h"
#include "load/tally.h"
#include "report/text.h"
#include "result/total.h"

/* With several cells each is a part of its own, of which report.js shows the one that is chosen. */
void choices_begin(const struct page *page, const struct result *result) {
    if (result->cell_count > 1)
        fputs("<div class=\"choices\">\n", page->out);
}

void choices_end(const struct page *page, const struct result *result) {
    if (result->cell_count > 1)
        fputs("</div>\n", page->out);
}

void choice_begin(const struct page *page, const struct result *result,
                  const struct result_cell *cell) {
    struct strbuf name = STRBUF_INIT;
    if (result->cell_count <= 1)
        return;
    report_cell_name(result, cell, &name);
    fputs("<div class=\"choice\" data-name=\"", page->out);
    html_text(page->out, name.text);
    fputs("\">\n", page->out);
    strbuf_release(&name);
}

void choice_end(const struct page *page, const struct result *result) {
    choices_end(page, result);
}

char *choice_title(const struct result *result, const struct result_cell *cell, const char *title) {
    struct strbuf text = STRBUF_INIT;
    strbuf_add(&text, title);
    if (result->cell_count > 1) {
        strbuf_add(&text, ": ");
        report_cell_name(result, cell, &text);
    }
    return strbuf_detach(&text);
}

/* ---- where the time goes ---- */

static const char *const part_names[TIME_PARTS] = {
    [PART_CLIENT] = "client", [PART_IN_TRANSACTION] = "in transaction",
    [PART_CPU] = "CPU",       [PART_COMMIT_FLUSH] = "commit flush",
    [PART_LOCK] = "lock",     [PART_EXTEND] = "extend",
    [PART_LWLOCK] = "LWLock", [PART_IO] = "IO",
    [PART_OTHER] = "other",
};

/* UNKNOWN also where too few samples make a share of nothing but chance. */
static double part_percent(const struct result_cell *cell, size_t part) {
    if (cell->wait_samples < WAIT_SAMPLES_MIN || !is_known(cell->parts[part]))
        return UNKNOWN;
    return 100 * cell->parts[part];
}

static bool has_part(const struct result *result, size_t part) {
    for (size_t i = 0; i < result->cell_count; i++)
        if (part_percent(&result->cells[i], part) > 0)
            return true;
    return false;
}

static bool has_parts(const struct result *result) {
    for (size_t part = 0; part < TIME_PARTS; part++)
        if (has_part(result, part))
            return true;
    return false;
}

void page_time(struct page *page, const struct result *result) {
    struct strbuf name = STRBUF_INIT;
    if (!has_parts(result))
        return;
    html_section(page, "time", "Where the time goes");
    struct chart chart =
        chart_begin(page, CHART_STACK, "Time of the sessions",
                    "Every moment of a session belongs to one part; together they are 100 %.");
    chart_axis(&chart, "x", result->cell_count > 1 ? "cell" : "", "", SCALE_LABELS);
    chart_axis(&chart, "y", "sessions × seconds", "%", SCALE_LINEAR);
    for (size_t i = 0; i < result->cell_count; i++) {
        strbuf_clear(&name);
        report_cell_name(result, &result->cells[i], &name);
        chart_label(&chart, name.text);
    }
    for (size_t part = 0; part < TIME_PARTS; part++) {
        if (!has_part(result, part))
            continue;
        chart_series(&chart, part_names[part], "%", "y", STYLE_BAR);
        chart_hue(&chart, part);
        for (size_t i = 0; i < result->cell_count; i++)
            chart_point(&chart, (double)i, part_percent(&result->cells[i], part));
    }
    chart_end(&chart);
    html_section_end(page);
    strbuf_release(&name);
}

/* ---- percentiles ---- */

static const struct {
    enum latency latency;
    const char *name;
} parts[] = {{LATENCY_LAG, "lag"},         {LATENCY_POOL_WAIT, "pool wait"},
             {LATENCY_CONNECT, "connect"}, {LATENCY_STATEMENT, "statement"},
             {LATENCY_COMMIT, "commit"},   {LATENCY_RESPONSE, "response"}};
#define PARTS (sizeof parts / sizeof *parts)

enum { DECADES_MAX = 7 };

/* Eight points a decade of 1/(1-q) draw a smooth line; those that people ask for are among them. */
static const double decade[] = {1, 4.0 / 3, 2, 2.5, 10.0 / 3, 4, 5, 20.0 / 3};

static bool is_certain(const struct histogram *histogram, double x) {
    return histogram->count && histogram->count >= report_samples_needed(1 - 1 / x);
}

/* Up to the quantile that still rests on enough values. The last decade's 1/(1-q) is 10 million,
 * and not the largest value: the maximum of a longer run is no quantile. */
static void add_quantiles(struct chart *chart, const struct histogram *histogram) {
    double factor = 1;
    for (int decades = 0; decades < DECADES_MAX; decades++, factor *= 10)
        for (size_t i = 0; i < sizeof decade / sizeof *decade; i++) {
            double x = factor * decade[i];
            if (!is_certain(histogram, x))
                return;
            chart_point(chart, x, (double)histogram_quantile(histogram, 1 - 1 / x) / 1e6);
        }
}

static bool has_median(const struct histogram *histogram) {
    return histogram && is_certain(histogram, 2);
}

static struct chart begin_percentiles(struct page *page, const char *title,
                                      const char *explanation) {
    struct chart chart = chart_begin(page, CHART_LINES, title, explanation);
    chart_axis(&chart, "x", "percentile", "", SCALE_PERCENTILE);
    chart_axis(&chart, "y", "latency", "ms", SCALE_LOG);
    return chart;
}

#define ENDS_EARLY " A line ends where too few values would decide."

static void compare_cells(struct page *page, const struct result *result) {
    struct strbuf name = STRBUF_INIT;
    struct chart chart =
        begin_percentiles(page, "Response of the cells",
                          "Of 100 transactions so many were answered within this time." ENDS_EARLY);
    for (size_t i = 0; i < result->cell_count; i++) {
        const struct result_cell *cell = &result->cells[i];
        if (!has_median(cell->response))
            continue;
        strbuf_clear(&name);
        report_cell_name(result, cell, &name);
        chart_series(&chart, name.text, "ms", "y", STYLE_LINE);
        add_quantiles(&chart, cell->response);
    }
    chart_end(&chart);
    strbuf_release(&name);
}

static void cell_percentiles(struct page *page, const struct result *result,
                             const struct result_cell *cell) {
    struct load_tally tally;
    char *title = choice_title(result, cell, "Latency by part");
    struct chart chart = begin_percentiles(page, title,
                                           "What a response is made of, each part by its own "
                                           "percentiles: they do not add up." ENDS_EARLY);
    result_tally(result, cell, SIZE_MAX, SIZE_MAX, &tally);
    const struct histogram *merged[PARTS];
    for (size_t i = 0; i < PARTS; i++) {
        merged[i] = tally.latency[parts[i].latency];
        if (!merged[i])
            merged[i] = parts[i].latency == LATENCY_RESPONSE    ? cell->response
                        : parts[i].latency == LATENCY_STATEMENT ? cell->statement
                        : parts[i].latency == LATENCY_COMMIT    ? cell->commit
                                                                : NULL;
        if (!has_median(merged[i]))
            continue;
        chart_series(&chart, parts[i].name, "ms", "y", STYLE_LINE);
        chart_hue(&chart, i);
        add_quantiles(&chart, merged[i]);
    }
    chart_end(&chart);
    load_tally_release(&tally);
    free(title);
}

void page_percentiles(struct page *page, const struct result *result) {
    size_t known = 0;
    for (size_t i = 0; i < result->cell_count; i++)
        known += has_median(result->cells[i].response);
    if (!known)
        return;
    html_section(page, "percentiles", "Latency percentiles");
    if (known > 1)
        compare_cells(page, result);
    choices_begin(page, result);
    for (size_t i = 0; i < result->cell_count; i++) {
        if (!has_median(result->cells[i].response))
            continue;
        choice_begin(page, result, &result->cells[i]);
        cell_percentiles(page, result, &result->cells[i]);
        choice_end(page, result);
    }
    choices_end(page, result);
    html_section_end(page);
}
