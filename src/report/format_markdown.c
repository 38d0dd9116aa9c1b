/* Results for a pull request: the answer first, then tables, and how it was measured folded. */
#include <stdlib.h>
#include <string.h>

#include "report/ab.h"
#include "report/ab_internal.h"
#include "report/compare.h"
#include "report/format.h"
#include "report/markdown_page.h"
#include "report/markdown_run.h"
#include "report/size_internal.h"
#include "report/tune.h"
#include "report/tune_internal.h"

/* ---- studies that tell themselves ---- */

/* Keeps the first sentence that is told, one about an interruption but where there is no other. */
struct listener {
    struct sheet sheet; /* first */
    struct strbuf text;
    bool settled;
};

static void hear_line(struct sheet *sheet, const char *label, const char *text) {
    struct listener *listener = (struct listener *)sheet;
    if (*label || listener->settled)
        return;
    strbuf_clear(&listener->text);
    strbuf_add(&listener->text, text);
    listener->settled = strncmp(text, "Interrupted: this", strlen("Interrupted: this")) != 0;
}

static void hear_text(struct sheet *sheet, const char *text) {
    (void)sheet, (void)text;
}

static void hear_table(struct sheet *sheet, const struct table *table, const char *const *notes) {
    (void)sheet, (void)table, (void)notes;
}

static void hear_gap(struct sheet *sheet) {
    (void)sheet;
}

static struct listener listen(void) {
    struct listener listener = {
        .sheet = {false, hear_text, hear_line, hear_text, hear_table, hear_gap}};
    listener.text = (struct strbuf)STRBUF_INIT;
    return listener;
}

static void tune_sentence(const struct tune_result *tune, struct strbuf *out) {
    struct listener listener = listen();
    if (tune_recommends(tune))
        tune_tell_confirmation(tune, &listener.sheet);
    else
        tune_tell_answer(tune, &listener.sheet);
    strbuf_add(out, listener.text.text);
    strbuf_release(&listener.text);
}

static void size_sentence(const struct size_result *size, struct strbuf *out) {
    struct listener listener = listen();
    size_tell_answer(size, &listener.sheet);
    strbuf_add(out, listener.text.text);
    strbuf_release(&listener.text);
}

static void tune_markdown(const struct tune_result *tune, FILE *out) {
    struct markdown_page page;
    struct strbuf text = STRBUF_INIT;
    markdown_begin(&page, out);
    tune_sentence(tune, &text);
    markdown_lead(&page, text.text, "");
    tune_tell_answer(tune, &page.sheet);
    tune_tell_confirmation(tune, &page.sheet);
    markdown_fold(&page, "How it was measured, and what did not help");
    tune_tell_study(tune, &page.sheet);
    tune_tell_settings(tune, &page.sheet);
    markdown_end(&page);
    strbuf_release(&text);
}

static void size_markdown(const struct size_result *size, FILE *out) {
    struct markdown_page page;
    struct strbuf text = STRBUF_INIT;
    markdown_begin(&page, out);
    size_sentence(size, &text);
    markdown_lead(&page, text.text, "");
    size_tell_answer(size, &page.sheet);
    size_tell_capacity(size, &page.sheet);
    size_tell_requirements(size, &page.sheet);
    size_tell_prediction(size, &page.sheet);
    markdown_fold(&page, "How it was measured");
    size_tell_study(size, &page.sheet);
    size_tell_pool(size, &page.sheet);
    size_tell_probes(size, &page.sheet);
    size_tell_batches(size, &page.sheet);
    markdown_end(&page);
    strbuf_release(&text);
}

/* ---- several ---- */

enum { SEVERAL_RESULTS = 12, SEVERAL_CELLS = 20, SENTENCE_COLUMNS = 160 };

static const char *verdict_of(const struct document *document) {
    switch (document->kind) {
    case DOCUMENT_RUN:
        return result_verdict_names[result_verdict(document->run)];
    case DOCUMENT_AB:
        return ab_has_verdict(document->ab)
                   ? comparison_verdict_names[comparison_verdict(&document->ab->comparison)]
                   : "no verdict";
    case DOCUMENT_COMPARE:
        return comparison_verdict_names[compare_verdict(document->compare)];
    case DOCUMENT_TUNE:
        return tune_recommends(document->tune)  ? "recommends"
               : tune_undecided(document->tune) ? "undecided"
                                                : "nothing";
    case DOCUMENT_SIZE:
        return size_fit_names[document->size->fits];
    }
    return "";
}

static void say_document(const struct document *document, struct strbuf *out) {
    switch (document->kind) {
    case DOCUMENT_RUN:
        markdown_run_sentence(document->run, out);
        return;
    case DOCUMENT_AB:
        ab_sentences(document->ab, out);
        return;
    case DOCUMENT_COMPARE:
        compare_say_verdict(document->compare, out);
        return;
    case DOCUMENT_TUNE:
        tune_sentence(document->tune, out);
        return;
    case DOCUMENT_SIZE:
        size_sentence(document->size, out);
        return;
    }
}

static void documents_table(const struct document *documents, size_t count, struct table *table) {
    struct strbuf text = STRBUF_INIT;
    char name[FIELD_BYTES], cut[SENTENCE_COLUMNS * 4];
    table_column(table, "result", true, false, 0);
    table_column(table, "of", true, false, 0);
    table_column(table, "verdict", true, false, 0);
    table_column(table, "what it says", true, false, 0);
    for (size_t i = 0; i < count; i++) {
        strbuf_clear(&text);
        say_document(&documents[i], &text);
        table_row(table);
        table_set(table, 0, document_name(&documents[i], name, sizeof name));
        table_set(table, 1, document_kind_names[documents[i].kind]);
        table_set(table, 2, verdict_of(&documents[i]));
        table_set(table, 3, show_cut(cut, sizeof cut, text.text, SENTENCE_COLUMNS));
    }
    strbuf_release(&text);
}

/* The cells of all runs, those of an ab too, in one table. */
static void cells_table(const struct document *documents, size_t count, struct table *table) {
    const struct result **runs = MEM_ARRAY(const struct result *, count *DOCUMENT_RUNS_MAX);
    char **names = MEM_ARRAY(char *, count *DOCUMENT_RUNS_MAX);
    size_t run_count = 0;
    for (size_t i = 0; i < count; i++) {
        const char *labels[DOCUMENT_RUNS_MAX];
        char name[FIELD_BYTES];
        size_t here = document_runs(&documents[i], &runs[run_count], labels);
        document_name(&documents[i], name, sizeof name);
        for (size_t k = 0; k < here; k++)
            names[run_count + k] = mem_printf("%s%s%s", name, *labels[k] ? " " : "", labels[k]);
        run_count += here;
    }
    if (run_count)
        report_cells(runs, (const char *const *)names, run_count, REPORT_COLUMNS, table);
    for (size_t i = 0; i < run_count; i++)
        free(names[i]);
    free(names);
    free(runs);
}

static void several_markdown(const struct document *documents, size_t count, FILE *out) {
    struct markdown_page page;
    struct table table = {0};
    char what[48];
    markdown_begin(&page, out);
    snprintf(what, sizeof what, "%zu results.", count);
    markdown_lead(&page, what, "");
    documents_table(documents, count, &table);
    markdown_table(&page, &table, SEVERAL_RESULTS, "results");
    cells_table(documents, count, &table);
    if (table.row_count)
        markdown_table(&page, &table, SEVERAL_CELLS, "cells");
    markdown_fold(&page, "How they were measured");
    for (size_t i = 0; i < count; i++) {
        const struct result *runs[DOCUMENT_RUNS_MAX];
        const char *labels[DOCUMENT_RUNS_MAX];
        char name[FIELD_BYTES];
        size_t run_count = document_runs(&documents[i], runs, labels);
        document_name(&documents[i], name, sizeof name);
        for (size_t k = 0; k < run_count; k++)
            markdown_run_method(&page, name, runs[k]);
    }
    markdown_end(&page);
}

void format_markdown(const struct document *documents, size_t count, int width, FILE *out) {
    (void)width;
    if (count > 1) {
        several_markdown(documents, count, out);
        return;
    }
    switch (documents[0].kind) {
    case DOCUMENT_RUN:
        run_markdown(documents[0].run, out);
        return;
    case DOCUMENT_AB:
        ab_markdown(documents[0].ab, out);
        return;
    case DOCUMENT_COMPARE:
        compare_markdown(documents[0].compare, out);
        return;
    case DOCUMENT_TUNE:
        tune_markdown(documents[0].tune, out);
        return;
    case DOCUMENT_SIZE:
        size_markdown(documents[0].size, out);
        return;
    }
}
