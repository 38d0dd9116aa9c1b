/*
 * One comparison as a terminal or a pull request shows it: the verdict in a sentence, and a table
 * of all metrics. a and b are what the sides are called: "A" and "B", "old" and "new". Lines of
 * text take 80 columns at most.
 */
#ifndef PGWRITE_REPORT_COMPARISON_H
#define PGWRITE_REPORT_COMPARISON_H

#include <stdio.h>

#include "base/strbuf.h"
#include "result/comparison.h"

/* "B is 11.8 % slower (95 % interval 9.9 to 13.6 %, 14 pairs).", without an end of line. */
void comparison_sentence(const struct comparison *comparison, const char *a, const char *b,
                         struct strbuf *out);

/* Sentence, table and footnote. */
void comparison_text(const struct comparison *comparison, const char *a, const char *b, FILE *out);
/* The same in 17 lines of GitHub's Markdown. */
void comparison_markdown(const struct comparison *comparison, const char *a, const char *b,
                         FILE *out);

#endif
