/* The page: its frame, and its parts in the order in which they are read: the answer, the figures,
 * the details, and what it takes to repeat them. */
#include <stdlib.h>
#include <string.h>

#include "base/embed.h"
#include "html/page.h"

/* Nothing is loaded from anywhere, whatever somebody may have got into the page. */
#define POLICY                                                                                   \
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; " \
    "base-uri 'none'; form-action 'none'"

/* ---- runs ---- */

static bool is_used(const struct page *page, const char *label) {
    for (size_t i = 0; i < page->run_count; i++)
        if (strcmp(page->runs[i].label, label) == 0)
            return true;
    return false;
}

/* Files of the same name in different folders get a number. */
static void label_run(struct page *page, const char *name, const char *variant,
                      struct page_run *run) {
    char base[sizeof run->label - 16], cut[sizeof base - 8];
    show_cut(cut, sizeof cut, page->count > 1 ? name : "", sizeof cut);
    snprintf(base, sizeof base, "%s%s%s", cut, *cut && *variant ? " " : "", variant);
    snprintf(run->label, sizeof run->label, "%s", base);
    for (unsigned i = 2; *base && is_used(page, run->label); i++)
        snprintf(run->label, sizeof run->label, "%s (%u)", base, i);
}

static void collect_runs(struct page *page) {
    page->runs = MEM_ARRAY(struct page_run, page->count * DOCUMENT_RUNS_MAX + 1);
    for (size_t i = 0; i < page->count; i++) {
        const struct result *runs[DOCUMENT_RUNS_MAX];
        const char *variants[DOCUMENT_RUNS_MAX];
        char name[256];
        size_t count = document_runs(&page->documents[i], runs, variants);
        document_name(&page->documents[i], name, sizeof name);
        for (size_t k = 0; k < count; k++) {
            struct page_run *run = &page->runs[page->run_count];
            *run = (struct page_run){.document = &page->documents[i], .result = runs[k]};
            label_run(page, name, variants[k], run);
            page->run_count++;
        }
    }
}

/* ---- body ---- */

static void write_study(struct page *page, const struct document *document) {
    switch (document->kind) {
    case DOCUMENT_RUN:
        return;
    case DOCUMENT_AB:
        page_ab(page, document->ab);
        return;
    case DOCUMENT_COMPARE:
        page_compare(page, document->compare);
        return;
    case DOCUMENT_TUNE:
        page_tune(page, document->tune);
        return;
    case DOCUMENT_SIZE:
        page_size(page, document->size);
        return;
    }
}

static void write_run(struct page *page, const struct page_run *run) {
    page->label = run->label;
    page_thresholds(page, run->result);
    page_time(page, run->result);
    page_percentiles(page, run->result);
    page_series(page, run->result);
    page_lock_waits(page, run->result);
    page_run_details(page, run->document, run->result, run->label);
    page_repeat(page, run->result);
    page->label = NULL;
}

static void write_parts(struct page *page) {
    for (size_t i = 0; i < page->count; i++) {
        char name[256];
        page->label = page->count > 1 ? document_name(&page->documents[i], name, sizeof name) : "";
        write_study(page, &page->documents[i]);
    }
    page->label = NULL;
    page_runs(page);
    for (size_t i = 0; i < page->run_count; i++)
        write_run(page, &page->runs[i]);
    page_glossary(page);
}

/* ---- frame ---- */

/* Of what is measured with, and which pgwrite did. */
static void add_title(const struct page *page, struct strbuf *out) {
    static const char *const kinds[] = {[DOCUMENT_RUN] = "Write benchmark",
                                        [DOCUMENT_AB] = "Two variants",
                                        [DOCUMENT_COMPARE] = "Stored results compared",
                                        [DOCUMENT_TUNE] = "Settings tuned for writing",
                                        [DOCUMENT_SIZE] = "Capacity"};
    if (page->count > 1) {
        strbuf_printf(out, "%zu results side by side", page->count);
        return;
    }
    strbuf_add(out, page->count ? kinds[page->documents[0].kind] : "No result");
    if (page->run_count && page->runs[0].result->workload)
        strbuf_printf(out, ": %s", page->runs[0].result->workload);
}

static void write_header(const struct page *page, FILE *out) {
    struct strbuf title = STRBUF_INIT;
    const char *version = page->count ? page->documents[0].version : NULL;
    add_title(page, &title);
    fputs("<header>\n<p class=\"tool\">pgwrite", out);
    if (version)
        html_textf(out, " %s", version);
    fputs("</p>\n<h1>", out);
    html_text(out, title.text);
    fputs("</h1>\n", out);
    if (page->run_count && page->count == 1) {
        const struct result *result = page->runs[0].result;
        fputs("<p class=\"sub\">", out);
        html_textf(out, "%s · PostgreSQL %s · %s · %s",
                   result->started_at ? result->started_at : "just now",
                   result->server.version ? result->server.version : "of unknown version",
                   result->throwaway ? "throwaway server" : result->target,
                   durability_name(result->server.durability));
        fputs("</p>\n", out);
    }
    fputs("</header>\n", out);
    strbuf_release(&title);
}

/* Headings of one run stand together, under its label. */
static void write_contents(const struct page *page, FILE *out) {
    const char *group = "";
    size_t i;
    json_t *entry;
    fputs("<nav aria-label=\"Contents\"><ul>\n", out);
    json_array_foreach(page->contents, i, entry) {
        const char *label = json_string_value(json_array_get(entry, 2));
        if (*label && strcmp(label, group) != 0) {
            fputs("<li class=\"group\">", out);
            html_text(out, label);
            fputs("</li>\n", out);
        }
        fprintf(out, "<li%s><a href=\"#%s\">", *group && !*label ? " class=\"group\"" : "",
                json_string_value(json_array_get(entry, 0)));
        group = label;
        html_text(out, json_string_value(json_array_get(entry, 1)));
        fputs("</a></li>\n", out);
    }
    fputs("</ul></nav>\n", out);
}

static void write_head(const struct page *page, FILE *out) {
    struct strbuf title = STRBUF_INIT;
    add_title(page, &title);
    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
          "<meta http-equiv=\"Content-Security-Policy\" content=\"" POLICY "\">\n"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
          "<meta name=\"color-scheme\" content=\"light dark\">\n"
          "<meta name=\"generator\" content=\"pgwrite " PGWRITE_VERSION "\">\n<title>",
          out);
    html_textf(out, "%s – pgwrite", title.text);
    fprintf(out,
            "</title>\n<style>\n%s</style>\n</head>\n<body>\n"
            "<a class=\"skip\" href=\"#main\">Skip to the results</a>\n",
            embedded_text("src/html/report.css"));
    strbuf_release(&title);
}

static void write_page(const struct document *documents, size_t count, int width, FILE *out) {
    (void)width;
    char *body;
    size_t size;
    struct page page = {.documents = documents,
                        .count = count,
                        .charts = json_array(),
                        .contents = json_array(),
                        .out = open_memstream(&body, &size)};
    if (!page.charts || !page.contents || !page.out)
        panic("out of memory");
    collect_runs(&page);
    write_parts(&page);
    if (fclose(page.out) != 0)
        panic("out of memory");
    write_head(&page, out);
    write_header(&page, out);
    write_contents(&page, out);
    fputs("<main id=\"main\" tabindex=\"-1\">\n", out);
    fwrite(body, 1, size, out);
    fputs("</main>\n<footer>Made by pgwrite " PGWRITE_VERSION
          ". This page loads nothing: it can be kept, sent and opened offline.</footer>\n",
          out);
    html_scripts(page.charts, out);
    fputs("</body>\n</html>\n", out);
    free(body);
    free(page.runs);
    json_decref(page.charts);
    json_decref(page.contents);
}

const struct report_format html_format = {"html", "one page with charts, which opens offline",
                                          FORMAT_OF_ALL, write_page};
