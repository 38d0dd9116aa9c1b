/*
 * What the parts of the page share. Every text that comes from a user, a server or a file goes
 * through html_text or html_attribute; a part never prints one by itself.
 */
#ifndef PGWRITE_HTML_PAGE_H
#define PGWRITE_HTML_PAGE_H

#include <jansson.h>

#include "report/format.h"
#include "report/internal.h"

/* A run in the page: that of a document, or A or B of two variants. */
struct page_run {
    const struct document *document;
    const struct result *result;
    char label[128]; /* tells it from the others; "" where it is the only one */
};

struct page {
    FILE *out;
    const struct document *documents;
    size_t count;
    json_t *charts; /* an array: the page's data, see chart.h */
    size_t ids;     /* given out */
    struct page_run *runs;
    size_t run_count;
    json_t *contents;  /* an array of [id, title, label], one a section */
    const char *label; /* of the run that is being shown: behind each heading; NULL or "": none */
};

/* ---- write.c ---- */

/* As text between tags: & < > escaped, and quotes too, so that it is safe in attributes as well.
 * Control characters, but for tabs and ends of lines, what is no UTF-8 and what turns the direction
 * of text become U+FFFD. */
void html_text(FILE *out, const char *text);
void html_textf(FILE *out, const char *format, ...) PRINTF_LIKE(2, 3); /* likewise, formatted */
/* A section with its heading and its entry in the page's list of contents: html_section … (parts)
 * … html_section_end. id: of the page's own words, made unique where it was given out before. */
void html_section(struct page *page, const char *id, const char *title);
void html_section_end(struct page *page);
/* A term with its explanation on hover and focus, out of glossary.c; one that is not in there is
 * plain text. */
void html_term(FILE *out, const char *term);
/* A table of texts; heads that are in the glossary are terms. caption: NULL for none. Numbers are
 * aligned right as in the terminal. */
void html_table(FILE *out, const struct table *table, const char *caption);
/* A list of pairs: what, value. */
void html_facts(FILE *out);
void html_fact(FILE *out, const char *term, const char *value);
void html_facts_end(FILE *out);
/* Lines of the text report as facts, one for each word in their first 12 columns; those without
 * one go on with the fact before, behind the separator. */
void html_lines(FILE *out, void (*print)(const struct result *result, FILE *out),
                const struct result *result, const char *separator);
/* A whole list of them, or nothing where nothing is printed. */
void html_facts_of(FILE *out, void (*print)(const struct result *result, FILE *out),
                   const struct result *result);
/* Paragraphs, one a line of the text. class: NULL for none. */
void html_paragraphs(FILE *out, const char *text, const char *class);

/* ---- script.c ---- */

/* The charts' data, Chart.js, and report.js, which draws the one with the other; nothing where
 * there is no chart. */
void html_scripts(const json_t *charts, FILE *out);

/* ---- glossary.c ---- */

/* One line about a figure: "p99: 99 of 100 transactions were faster than this". NULL: not there. */
const char *glossary_find(const char *term);
/* The number of its entry, which is in its id "g7"; glossary_count: not there. */
size_t glossary_number(const char *term);
extern const size_t glossary_count;
/* Its last section: all of them in a fold, where screen readers find them too. */
void page_glossary(struct page *page);

/* ---- the parts: each prints whole sections, or nothing ---- */

/* run.c and beside it */
void page_runs(struct page *page); /* answer, cells (table and SVG), of all runs */
void page_bars(struct page *page); /* bars.c: the SVG alone */
void page_run_details(struct page *page, const struct document *document,
                      const struct result *result, const char *label);
void page_repeat(struct page *page, const struct result *result); /* command, seed, settings, … */
void page_command(struct page *page, const char **words);         /* NULL: nothing */
void page_lock_waits(struct page *page, const struct result *result);
void page_thresholds(struct page *page, const struct result *result);

/* run_charts.c: where the time goes, percentiles, time line */
void page_time(struct page *page, const struct result *result);
void page_percentiles(struct page *page, const struct result *result);
void page_series(struct page *page, const struct result *result);

/* ab.c, compare.c, tune.c, size.c */
void page_ab(struct page *page, const struct ab_result *ab);
void page_compare(struct page *page, const struct compare_result *compare);
void page_tune(struct page *page, const struct tune_result *tune);
void page_size(struct page *page, const struct size_result *size);

#endif
