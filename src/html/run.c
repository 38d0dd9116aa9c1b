/* What the runs say: the answer of each, and all their cells side by side. */
#include <stdlib.h>
#include <string.h>

#include "html/page.h"
#include "report/text.h"

static void count_thresholds(const struct result *result, size_t *all, size_t *failed) {
    *all = *failed = 0;
    for (size_t i = 0; result->load && i < result->cell_count; i++)
        for (size_t k = 0; result->cells[i].thresholds && k < result->load->threshold_count; k++) {
            ++*all;
            *failed += result->cells[i].thresholds[k].verdict == THRESHOLD_FAILED;
        }
}

static void add_reason(const struct result *result, enum result_verdict verdict,
                       struct strbuf *out) {
    size_t all, failed;
    count_thresholds(result, &all, &failed);
    if (result->quick)
        failed = 0;
    if (result->interrupted) {
        strbuf_add(out, "interrupted: this is what was measured until then");
    } else if (verdict == RESULT_PASS) {
        strbuf_add(out, "every round was measured to its end and verified");
        if (all && !result->quick)
            strbuf_printf(out, ", and %s",
                          all == 1 ? "the threshold holds" : "all thresholds hold");
    } else if (verdict == RESULT_INCONCLUSIVE) {
        strbuf_add(out, "a threshold or a check is not known");
    } else {
        if (failed)
            strbuf_printf(out, "%zu of %zu threshold%s failed", failed, all, all == 1 ? "" : "s");
        if (!result_ok(result))
            strbuf_printf(out,
                          "%snot every round was measured to its end, verified and free of "
                          "failed checks",
                          failed ? "; " : "");
    }
}

static void write_verdict(struct page *page, const struct result *result) {
    enum result_verdict verdict = result_verdict(result);
    const char *name = result_verdict_names[verdict];
    struct strbuf reason = STRBUF_INIT;
    add_reason(result, verdict, &reason);
    fprintf(page->out, "<p class=\"verdict %s\"><strong>%s</strong> ", name, name);
    html_text(page->out, reason.text);
    fputs("</p>\n", page->out);
    strbuf_release(&reason);
}

/* Where there is nothing to compare, the figures themselves are the answer. */
static void write_key(struct page *page, const struct result *result) {
    const struct result_cell *cell = &result->cells[0];
    char text[FIELD_BYTES];
    if (result->cell_count != 1 || page->run_count > 1 || !is_known(cell->rows_per_s.median))
        return;
    FILE *out = page->out;
    fputs("<dl class=\"key\">\n", out);
    html_fact(out, "rows/s", show_count(text, sizeof text, cell->rows_per_s.median));
    html_fact(out, "commits/s", show_count(text, sizeof text, cell->commits_per_s.median));
    html_fact(out, "p50 ms", show_quantile(text, sizeof text, cell->response, 0.50));
    html_fact(out, "p99 ms", show_quantile(text, sizeof text, cell->response, 0.99));
    html_fact(out, "flush",
              show_sampled_share(text, sizeof text, cell->commit_flush_share, cell->wait_samples));
    html_fact(out, "lock",
              show_sampled_share(text, sizeof text, cell->lock_share, cell->wait_samples));
    fputs("</dl>\n", out);
}

static void write_answer(struct page *page, const struct page_run *run) {
    struct strbuf text = STRBUF_INIT;
    if (page->run_count > 1) {
        fputs("<h3>", page->out);
        html_text(page->out, run->label);
        fputs("</h3>\n", page->out);
    }
    write_verdict(page, run->result);
    write_key(page, run->result);
    report_sentences(run->result, &text);
    html_paragraphs(page->out, text.text, page->run_count > 1 ? NULL : "lead");
    strbuf_clear(&text);
    report_loop(run->result, &text);
    strbuf_add(&text, "; ");
    report_plan(run->result, &text);
    strbuf_add(&text, ".");
    html_paragraphs(page->out, text.text, "kind");
    strbuf_release(&text);
}

/* Of two variants the study has said it already. */
static void write_answers(struct page *page) {
    bool begun = false;
    for (size_t i = 0; i < page->run_count; i++) {
        if (page->runs[i].document->kind != DOCUMENT_RUN)
            continue;
        if (!begun)
            html_section(page, "answer", page->run_count > 1 ? "Each in short" : "In short");
        begun = true;
        write_answer(page, &page->runs[i]);
    }
    if (begun)
        html_section_end(page);
}

static void write_uncertain(struct page *page) {
    for (size_t i = 0; i < page->run_count; i++) {
        char *text;
        size_t size;
        FILE *out = open_memstream(&text, &size);
        if (!out)
            panic("out of memory");
        report_uncertain(page->runs[i].result, out);
        if (fclose(out) != 0)
            panic("out of memory");
        bool any = size > 0;
        html_paragraphs(page->out, text, "note");
        free(text);
        if (any)
            return; /* it says the same of each */
    }
}

/* The marks of the last column have no head in the terminal. */
static void name_marks(struct table *table) {
    struct table_column *last = &table->columns[table->column_count - 1];
    if (!*last->head)
        last->head = "verified";
}

static void write_cells(struct page *page) {
    enum { WITHOUT_BARS = 80 };
    struct table table = {0};
    const struct result **results = MEM_ARRAY(const struct result *, page->run_count);
    const char **names = MEM_ARRAY(const char *, page->run_count);
    for (size_t i = 0; i < page->run_count; i++) {
        results[i] = page->runs[i].result;
        names[i] = page->runs[i].label;
    }
    report_cells(results, page->run_count > 1 ? names : NULL, page->run_count, WITHOUT_BARS,
                 &table);
    name_marks(&table);
    html_section(page, "cells", "Throughput and latency");
    page_bars(page);
    html_table(page->out, &table, NULL);
    write_uncertain(page);
    html_section_end(page);
    table_release(&table);
    free(results);
    free(names);
}

void page_runs(struct page *page) {
    if (!page->run_count)
        return;
    /* Of several results the comparison is what is looked for. */
    if (page->run_count > 1)
        write_cells(page);
    write_answers(page);
    if (page->run_count == 1)
        write_cells(page);
}
