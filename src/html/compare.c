/* What `pgwrite compare` found: the verdict, cell by cell, and the history that it stands in. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "html/chart.h"
#include "html/study.h"
#include "report/compare.h"
#include "report/comparison.h"
#include "stats/rank.h"

/* ---- history ---- */

/* The level from one change to the next: the median of its results. */
static double level_of(const struct compare_cell *cell, size_t from, size_t to) {
    double *values = MEM_ARRAY(double, to - from);
    for (size_t i = from; i < to; i++)
        values[i - from] = cell->points[i].value;
    double level = rank_median(values, to - from);
    free(values);
    return level;
}

static void add_levels(struct chart *chart, const struct compare_cell *cell, const char *unit,
                       double factor) {
    size_t from = 0;
    chart_series(chart, "level", unit, "y", STYLE_STEP);
    for (size_t change = 0; change <= cell->change_count; change++) {
        bool last = change == cell->change_count;
        size_t to = last ? cell->point_count : cell->changes[change].at;
        if (to <= from)
            continue;
        double level = level_of(cell, from, to);
        for (size_t i = from; i < to; i++)
            chart_point(chart, (double)i, level * factor);
        from = to;
    }
}

static void mark_base(struct chart *chart, const struct compare_cell *cell) {
    double from = NAN, to = NAN;
    for (size_t i = 0; i < cell->point_count && cell->base_count; i++) {
        if (cell->points[i].result == cell->base[0])
            from = (double)i;
        if (cell->points[i].result == cell->base[cell->base_count - 1])
            to = (double)i;
    }
    if (!isnan(from))
        chart_mark(chart, MARK_STAGE, "x", from, to, "OLD");
}

static void draw_history(struct page *page, const struct compare_result *compare,
                         const struct compare_cell *cell) {
    const struct comparison_definition *definition = &comparison_definitions[compare->metric];
    struct strbuf text = STRBUF_INIT;
    double factor;
    const char *unit = comparison_unit_of(compare->metric, &factor);
    if (!cell->point_count)
        return;
    struct chart chart = chart_begin(page, CHART_LINES, "History",
                                     "Each point is a stored result, oldest first: the median of "
                                     "its rounds. Where the level changes, the change is marked.");
    chart_axis(&chart, "x", "result", "", SCALE_LABELS);
    chart_axis(&chart, "y", definition->label, unit, SCALE_LINEAR);
    chart_series(&chart, definition->label, unit, "y", STYLE_POINTS);
    for (size_t i = 0; i < cell->point_count; i++) {
        compare_say_time(cell->points[i].result->started_at, &text);
        chart_label(&chart, text.text);
        strbuf_clear(&text);
        chart_point(&chart, (double)i, cell->points[i].value * factor);
    }
    add_levels(&chart, cell, unit, factor);
    for (size_t i = 0; i < cell->change_count; i++) {
        compare_say_change(compare, cell, &cell->changes[i], &text);
        chart_mark(&chart, MARK_CHANGE, "x", (double)cell->changes[i].at, NAN, text.text);
        strbuf_clear(&text);
    }
    mark_base(&chart, cell);
    chart_end(&chart);
    strbuf_release(&text);
}

static void print_history(struct page *page, const struct compare_result *compare,
                          const struct compare_cell *cell) {
    struct strbuf text = STRBUF_INIT;
    html_facts(page->out);
    compare_say_history(compare, cell, &text);
    html_fact(page->out, "history", text.text);
    for (size_t i = 0; i < cell->change_count; i++) {
        strbuf_clear(&text);
        compare_say_change(compare, cell, &cell->changes[i], &text);
        html_fact(page->out, "changed", text.text);
    }
    strbuf_clear(&text);
    compare_say_base(cell, &text);
    html_fact(page->out, "OLD is", text.text);
    html_facts_end(page->out);
    strbuf_release(&text);
    draw_history(page, compare, cell);
}

/* ---- cells ---- */

static void print_cell(struct page *page, const struct compare_result *compare,
                       const struct compare_cell *cell) {
    struct strbuf text = STRBUF_INIT;
    enum comparison_verdict verdict = comparison_verdict(&cell->comparison);
    html_section(page, "compare-cell", cell->name);
    comparison_sentence(&cell->comparison, "OLD", "NEW", &text);
    study_answer(page->out, verdict, &text);
    strbuf_release(&text);
    study_comparison(page, &cell->comparison, "OLD", "NEW");
    if (compare->result_count > 2)
        print_history(page, compare, cell);
    html_section_end(page);
}

static void print_cells(struct page *page, const struct compare_result *compare) {
    struct strbuf text = STRBUF_INIT;
    struct table table = {0};
    enum comparison_verdict verdict = compare_verdict(compare);
    compare_say_verdict(compare, &text);
    study_answer(page->out, verdict, &text);
    strbuf_release(&text);
    compare_table(compare, &table);
    html_table(page->out, &table, "cells");
    table_release(&table);
    html_paragraphs(page->out, compare_cells_caveat, "note");
}

static void print_results(struct page *page, const struct compare_result *compare) {
    struct table table = {0};
    struct strbuf time = STRBUF_INIT;
    static const char *const heads[] = {"",        "result",     "started",
                                        "pgwrite", "PostgreSQL", "durability"};
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        table_column(&table, heads[i], true, false, 0);
    for (size_t i = 0; i < compare->result_count; i++) {
        const struct stored_result *result = &compare->results[i];
        strbuf_clear(&time);
        compare_say_time(result->started_at, &time);
        table_row(&table);
        table_set(&table, 0, i + 1 < compare->result_count ? "OLD" : "NEW");
        table_set(&table, 1, result->file);
        table_set(&table, 2, time.text);
        table_set(&table, 3, result->version);
        table_set(&table, 4, result->server_version);
        table_set(&table, 5, result->durability);
    }
    html_table(page->out, &table, "results that were compared");
    table_release(&table);
    strbuf_release(&time);
}

static void print_notes(struct page *page, const struct compare_result *compare) {
    struct strbuf text = STRBUF_INIT;
    struct study_sheet sheet = study_sheet(page->out, "");
    for (size_t i = 0; i < compare->single_count; i++) {
        strbuf_printf(&text, "%s: only in %s", compare->singles[i].name,
                      compare->singles[i].in_new ? "NEW" : "OLD");
        sheet_line(&sheet.sheet, &text, "alone");
    }
    for (size_t i = 0; i < compare->warning_count; i++)
        sheet.sheet.line(&sheet.sheet, "warning", compare->warnings[i]);
    study_sheet_end(&sheet);
    html_paragraphs(page->out, compare_caveat, "note");
    strbuf_release(&text);
}

/* What is asked for comes first: of several cells the table, of one its comparison. */
void page_compare(struct page *page, const struct compare_result *compare) {
    if (compare->cell_count > 1) {
        html_section(page, "compare", "NEW against OLD");
        print_cells(page, compare);
        html_section_end(page);
    }
    for (size_t i = 0; i < compare->cell_count; i++)
        print_cell(page, compare, &compare->cells[i]);
    html_section(page, "compare-results", "What was compared");
    print_notes(page, compare);
    print_results(page, compare);
    page_command(page, compare->command);
    html_section_end(page);
}
