/* What became of a run's load, part by part, and what a row cost the server. */
#include <stdlib.h>

#include "html/page.h"
#include "result/total.h"

static void write_table(struct page *page, const char *title,
                        void (*fill)(const struct result *result, struct table *table),
                        const struct result *result) {
    struct table table = {0};
    fill(result, &table);
    if (table.row_count)
        html_table(page->out, &table, title);
    table_release(&table);
}

static void add_gauge(struct table *table, const struct result *result,
                      const struct result_cell *cell, size_t number) {
    struct strbuf name = STRBUF_INIT;
    struct result_gauge gauge;
    char field[FIELD_BYTES];
    bool known = result_gauge(cell, number, &gauge);
    const double values[] = {gauge.mean, gauge.min, gauge.max, gauge.last};
    if (result->cell_count > 1)
        report_cell_name(result, cell, &name);
    table_row(table);
    table_set(table, 0, result->load->gauges[number].name);
    table_set(table, 1, name.length ? name.text : DASH);
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        table_set(table, i + 2, show_count(field, sizeof field, known ? values[i] : UNKNOWN));
    strbuf_release(&name);
}

static void fill_gauges(const struct result *result, struct table *table) {
    table_column(table, "gauge", true, false, 0);
    table_column(table, "cell", true, true, 0);
    table_column(table, "mean", false, false, 0);
    table_column(table, "min", false, false, 0);
    table_column(table, "max", false, false, 0);
    table_column(table, "last", false, false, 0);
    for (size_t i = 0; result->load && i < result->cell_count; i++)
        for (size_t k = 0; k < result->load->gauge_count; k++)
            add_gauge(table, result, &result->cells[i], k);
}

static void fill_errors(const struct result *result, struct table *table) {
    char field[FIELD_BYTES];
    table_column(table, "SQLSTATE", true, false, 0);
    table_column(table, "cell", true, true, 0);
    table_column(table, "count", false, false, 0);
    table_column(table, "retried", false, false, 0);
    table_column(table, "message of the first", true, false, 0);
    for (size_t i = 0; i < result->cell_count; i++) {
        struct load_failure failures[LOAD_FAILURES_MAX];
        size_t count = result_failures(&result->cells[i], failures);
        struct strbuf name = STRBUF_INIT;
        if (result->cell_count > 1)
            report_cell_name(result, &result->cells[i], &name);
        for (size_t k = 0; k < count; k++) {
            table_row(table);
            table_set(table, 0, *failures[k].sqlstate ? failures[k].sqlstate : "connection");
            table_set(table, 1, name.length ? name.text : DASH);
            table_set(table, 2, show_count(field, sizeof field, (double)failures[k].count));
            table_set(table, 3, show_count(field, sizeof field, (double)failures[k].retried));
            table_set(table, 4, *failures[k].message ? failures[k].message : DASH);
        }
        strbuf_release(&name);
    }
}

static void write_queue(struct page *page, const struct result *result) {
    for (size_t i = 0; i < result->cell_count; i++) {
        struct table table = {0};
        struct strbuf title = STRBUF_INIT, text = STRBUF_INIT;
        strbuf_add(&title, "Parts of the latency");
        if (result->cell_count > 1) {
            strbuf_add(&title, ", ");
            report_cell_name(result, &result->cells[i], &title);
        }
        if (report_queue_cell(result, &result->cells[i], "latency", &table, &text)) {
            html_table(page->out, &table, title.text);
            html_paragraphs(page->out, text.text, NULL);
        }
        table_release(&table);
        strbuf_release(&title);
        strbuf_release(&text);
    }
}

static void write_storage(struct page *page, const struct result *result) {
    struct table table = {0};
    if (report_storage_table(result, &table)) {
        html_section(page, "storage", "What a row costs");
        html_table(page->out, &table, NULL);
        html_section_end(page);
    }
    table_release(&table);
}

void page_run_details(struct page *page, const struct document *document,
                      const struct result *result, const char *label) {
    /* The heading has the label already. */
    (void)document, (void)label;
    char *text;
    size_t size;
    struct page inner = *page;
    inner.out = open_memstream(&text, &size);
    if (!inner.out)
        panic("out of memory");
    write_queue(&inner, result);
    write_table(&inner, "Stages", report_stages_table, result);
    write_table(&inner, "Steps", report_steps_table, result);
    write_table(&inner, "Tenants", report_tenants_table, result);
    write_table(&inner, "Errors", fill_errors, result);
    write_table(&inner, "Gauges", fill_gauges, result);
    html_facts_of(inner.out, report_outcome_but_errors, result);
    html_facts_of(inner.out, report_companions, result);
    if (fclose(inner.out) != 0)
        panic("out of memory");
    if (*text) {
        html_section(page, "load", "What became of the load");
        fputs(text, page->out);
        html_section_end(page);
    }
    free(text);
    write_storage(page, result);
}
