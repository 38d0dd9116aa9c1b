/* What the text and the Markdown of a study share: each part as one line of plain text. */
#ifndef PGWRITE_REPORT_AB_INTERNAL_H
#define PGWRITE_REPORT_AB_INTERNAL_H

#include "report/internal.h"
#include "result/ab.h"

/* ---- ab_sentences.c ---- */

/* The verdict, or why there is none, and the causes. */
void ab_sentences(const struct ab_result *ab, struct strbuf *out);

/* ---- ab_lines.c ---- */

/* A line about the study: what it is of, and what it says. The two may be told one by one: "server
 * A", "server B". */
typedef void ab_emit(const char *name, const char *text, void *context);

/* reasons_max: of those why pairs were left out; the rest is one line. */
void ab_lines(const struct ab_result *ab, size_t reasons_max, ab_emit *emit, void *context);
/* What both sides are. */
void ab_variants(const struct ab_result *ab, ab_emit *emit, void *context);
bool ab_tiers_differ(const struct ab_result *ab);
/* That of the study first: durability. max: the rest is one line. */
void ab_warnings(const struct ab_result *ab, size_t max, ab_emit *emit, void *context);

/* ---- ab_differences.c ---- */

/* The largest first, kind by kind; returns how many do not fit in. */
size_t ab_differences(const struct ab_result *ab, size_t max, size_t name_columns,
                      struct table *table);

#endif
