/*
 * What `pgwrite ab` found, for a terminal or a pull request: the verdict and what stands behind it
 * in sentences, the table of all metrics, what was measured and how, and what differs on the
 * server's side. A study without a verdict (ab_has_verdict) says so, and why.
 */
#ifndef PGWRITE_REPORT_AB_H
#define PGWRITE_REPORT_AB_H

#include <stdio.h>

#include "result/ab.h"

/* width: columns of the terminal, 0 if there is none; lines take 80 at most, or up to 100 of a
 * wider one. */
void ab_text(const struct ab_result *ab, int width, FILE *out);

/* A comment of at most AB_MARKDOWN_LINES lines in GitHub's Markdown, whatever was found. */
enum { AB_MARKDOWN_LINES = 60 };
void ab_markdown(const struct ab_result *ab, FILE *out);

#endif
