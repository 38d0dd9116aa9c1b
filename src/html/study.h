/* What the pages of the studies (ab, compare, tune, size) share. */
#ifndef PGWRITE_HTML_STUDY_H
#define PGWRITE_HTML_STUDY_H

#include "html/chart.h"
#include "html/page.h"
#include "report/sheet.h"

/* The sentence that answers, behind its verdict, which an inconclusive one begins with itself.
 * Empties the text. */
void study_answer(FILE *out, enum comparison_verdict verdict, struct strbuf *text);
/* The margin as limits of a chart of changes, on both sides of 0. */
void study_margin(struct chart *chart, enum comparison_metric metric, double margin);
/* All metrics as a table with its footnote, and their intervals beside the margin as a chart. a and
 * b are what the sides are called. */
void study_comparison(struct page *page, const struct comparison *comparison, const char *a,
                      const char *b);
/* Pair by pair: by how much the verdict's metric of B differs from that of A; pairs that were left
 * out are drawn apart. */
void study_pairs(struct page *page, const struct ab_result *ab, const char *a, const char *b);

/* What src/report tells part by part. Heads are headings, labels make lists, "warning" one of its
 * own, and why a row of a table is as it is becomes its last column. */
struct study_sheet {
    struct sheet sheet; /* first */
    FILE *out;
    const char *title; /* of the section: a head that says the same is left out */
    const char *class; /* of sentences; NULL */
    enum { STUDY_NOTHING, STUDY_FACTS, STUDY_ITEMS, STUDY_WARNINGS } open;
};
struct study_sheet study_sheet(FILE *out, const char *title);
void study_sheet_end(struct study_sheet *sheet);

#endif
