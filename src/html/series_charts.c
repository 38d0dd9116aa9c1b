/* The time line of a run: the last measured round of each cell. */

#include <stdlib.h>

#include "html/run_charts.h"

/* A series' points: more than a screen has room for would only make the file larger, which many
 * cells do anyway. */
enum { POINTS_MAX = 600, POINTS_MIN = 100, POINTS_OF_ALL = 2400 };

static size_t points_max(const struct result *result) {
    size_t share = POINTS_OF_ALL / result->cell_count;
    return share > POINTS_MAX ? POINTS_MAX : share < POINTS_MIN ? POINTS_MIN : share;
}

#define ROUND_SHOWN "The last round that was measured."

struct line {
    struct page *page;
    const struct result *result;
    const struct result_cell *cell;
    const struct result_round *round;
    struct time_line time;
};

static struct chart begin(const struct line *line, const char *title, const char *explanation) {
    struct strbuf text = STRBUF_INIT;
    char *whole = choice_title(line->result, line->cell, title), length[48];
    strbuf_add(&text, explanation);
    if (line->time.merged > 1) {
        double s = (double)line->time.merged * (double)line->result->interval_ns / 1e9;
        strbuf_printf(&text, " A point is %s: rates are its mean, all else the most of it.",
                      units_show_duration(length, sizeof length, (uint64_t)(s * 1e9)));
    }
    struct chart chart = chart_begin(line->page, CHART_LINES, whole, text.text);
    chart_axis(&chart, "x", "time", "s", SCALE_LINEAR);
    free(whole);
    strbuf_release(&text);
    return chart;
}

/* A field of the points, by its place in them. */
static double value_of(const struct time_point *point, size_t offset) {
    return *(const double *)(const void *)((const char *)point + offset);
}

static void add(struct chart *chart, const struct line *line, size_t offset, double factor) {
    for (size_t i = 0; i < line->time.count; i++) {
        double value = value_of(&line->time.points[i], offset);
        chart_point(chart, line->time.points[i].at_s, is_known(value) ? value * factor : UNKNOWN);
    }
}
#define ADD(chart, line, field, factor) add(chart, line, offsetof(struct time_point, field), factor)

static bool has(const struct line *line, size_t offset, double more_than) {
    for (size_t i = 0; i < line->time.count; i++)
        if (value_of(&line->time.points[i], offset) > more_than)
            return true;
    return false;
}
#define HAS(line, field, more_than) has(line, offsetof(struct time_point, field), more_than)

static void add_throughput(const struct line *line) {
    struct chart chart =
        begin(line, "Throughput",
              "Rows acknowledged a second, and the WAL of the whole server. " ROUND_SHOWN);
    chart_axis(&chart, "y", "throughput", "rows/s", SCALE_LINEAR);
    chart_series(&chart, "throughput", "rows/s", "y", STYLE_LINE);
    chart_hue(&chart, 0);
    ADD(&chart, line, rows_per_s, 1);
    if (HAS(line, wal_bytes_per_s, 0)) {
        chart_axis(&chart, "y2", "WAL", "MB/s", SCALE_LINEAR);
        chart_series(&chart, "WAL", "MB/s", "y2", STYLE_LINE);
        chart_hue(&chart, 1);
        ADD(&chart, line, wal_bytes_per_s, 1e-6);
    }
    mark_stages(&chart, line->result, line->round);
    mark_checkpoints(&chart, line->round);
    mark_errors(&chart, line->round);
    chart_end(&chart);
}

static void add_latency(const struct line *line) {
    struct chart chart = begin(line, "Response",
                               "Half of the transactions, and 99 of 100, were "
                               "answered within this time.");
    chart_axis(&chart, "y", "response", "ms", SCALE_LOG);
    chart_series(&chart, "p99", "ms", "y", STYLE_LINE);
    chart_hue(&chart, 5);
    ADD(&chart, line, p99_ms, 1);
    chart_series(&chart, "p50", "ms", "y", STYLE_LINE);
    chart_hue(&chart, 0);
    ADD(&chart, line, p50_ms, 1);
    mark_stages(&chart, line->result, line->round);
    mark_checkpoints(&chart, line->round);
    chart_end(&chart);
}

/* Nothing to see where nobody waited and nothing failed. */
static void add_trouble(const struct line *line) {
    bool errors = HAS(line, errors_per_s, 0);
    if (!errors && !HAS(line, lock_share, 0))
        return;
    struct chart chart = begin(line, errors ? "Lock waits and errors" : "Lock waits",
                               errors ? "Part of the sessions' time that they waited for "
                                        "heavyweight locks, and attempts that failed."
                                      : "Part of the sessions' time that they waited for "
                                        "heavyweight locks.");
    chart_axis(&chart, "y", "waiting for locks", "%", SCALE_LINEAR);
    chart_series(&chart, "waiting for locks", "%", "y", STYLE_LINE);
    chart_hue(&chart, 4);
    ADD(&chart, line, lock_share, 100);
    if (errors) {
        chart_axis(&chart, "y2", "errors", "errors/s", SCALE_LINEAR);
        chart_series(&chart, "errors", "errors/s", "y2", STYLE_LINE);
        chart_hue(&chart, 5);
        ADD(&chart, line, errors_per_s, 1);
    }
    mark_stages(&chart, line->result, line->round);
    mark_checkpoints(&chart, line->round);
    chart_end(&chart);
}

/* A pool alone that stays as large as it is and always works tells nothing over time. */
static void add_pool(const struct line *line) {
    bool grows = line->cell->pool_min < line->cell->pool;
    bool demand = line->result->source != LOAD_POOL;
    if (!grows && !demand && !(line->result->load && line->result->load->stage_count))
        return;
    struct chart chart =
        begin(line, "Connections",
              "Connections at work and connections there are, and transactions that wait for one.");
    chart_axis(&chart, "y", "connections", "connections", SCALE_LINEAR);
    chart_series(&chart, "busy", "connections", "y", STYLE_LINE);
    chart_hue(&chart, 2);
    ADD(&chart, line, busy, 1);
    chart_series(&chart, "open", "connections", "y", STYLE_STEP);
    chart_hue(&chart, 8);
    ADD(&chart, line, open, 1);
    if (HAS(line, waiting, 0)) {
        chart_axis(&chart, "y2", "waiting", "transactions", SCALE_LINEAR);
        chart_series(&chart, "waiting, at most", "transactions", "y2", STYLE_LINE);
        chart_hue(&chart, 1);
        ADD(&chart, line, waiting, 1);
    }
    mark_stages(&chart, line->result, line->round);
    chart_end(&chart);
}

static void add_sizes(const struct line *line) {
    bool tables = HAS(line, table_bytes, 0), memory = HAS(line, memory_bytes, 0);
    if (!tables && !memory)
        return;
    struct chart chart = begin(line, "Size",
                               "Tables with their indexes, and memory that the server's processes "
                               "have for themselves: its changes count.");
    chart_axis(&chart, "y", tables ? "tables" : "memory", "MB", SCALE_LINEAR);
    if (tables) {
        chart_series(&chart, "tables", "MB", "y", STYLE_LINE);
        chart_hue(&chart, 6);
        ADD(&chart, line, table_bytes, 1e-6);
    }
    if (memory) {
        if (tables)
            chart_axis(&chart, "y2", "memory", "MB", SCALE_LINEAR);
        chart_series(&chart, "memory", "MB", tables ? "y2" : "y", STYLE_LINE);
        chart_hue(&chart, 3);
        ADD(&chart, line, memory_bytes, 1e-6);
    }
    mark_stages(&chart, line->result, line->round);
    mark_checkpoints(&chart, line->round);
    chart_end(&chart);
}

/* Each has a chart of its own: nothing is known of their units. */
static void add_gauges(const struct line *line) {
    const struct workload *load = line->result->load;
    for (size_t i = 0; load && i < load->gauge_count; i++) {
        struct strbuf title = STRBUF_INIT;
        strbuf_printf(&title, "Gauge %s", load->gauges[i].name);
        struct chart chart =
            begin(line, title.text, "What the workload's query said at the end of each interval.");
        chart_axis(&chart, "y", load->gauges[i].name, "", SCALE_LINEAR);
        chart_series(&chart, load->gauges[i].name, "", "y", STYLE_LINE);
        for (size_t k = 0; k < line->time.count; k++)
            chart_signed(&chart, line->time.points[k].at_s, line->time.points[k].gauges[i]);
        mark_stages(&chart, line->result, line->round);
        chart_end(&chart);
        strbuf_release(&title);
    }
}

static void add_cell(struct page *page, const struct result *result,
                     const struct result_cell *cell) {
    struct arena arena = {0};
    struct line line = {page, result, cell, result_last_round(cell), {0}};
    time_line_build(line.round, result->load ? result->load->gauge_count : 0, points_max(result),
                    &arena, &line.time);
    add_throughput(&line);
    add_latency(&line);
    add_trouble(&line);
    add_pool(&line);
    add_sizes(&line);
    add_gauges(&line);
    arena_release(&arena);
}

static bool has_series(const struct result_cell *cell) {
    const struct result_round *round = result_last_round(cell);
    return round && round->interval_count;
}

void page_series(struct page *page, const struct result *result) {
    bool any = false;
    for (size_t i = 0; i < result->cell_count; i++)
        any |= has_series(&result->cells[i]);
    if (!any)
        return;
    html_section(page, "time-line", "Time line");
    choices_begin(page, result);
    for (size_t i = 0; i < result->cell_count; i++) {
        if (!has_series(&result->cells[i]))
            continue;
        choice_begin(page, result, &result->cells[i]);
        add_cell(page, result, &result->cells[i]);
        choice_end(page, result);
    }
    choices_end(page, result);
    html_section_end(page);
}
