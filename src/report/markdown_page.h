/*
 * A comment of a pull request: lists, tables and folded parts in GitHub's Markdown, in so many
 * lines at most, whatever is put into it. What does not fit in is counted and told in one line.
 * Texts are anybody's: they are made harmless here (markdown_add).
 */
#ifndef PGWRITE_REPORT_MARKDOWN_PAGE_H
#define PGWRITE_REPORT_MARKDOWN_PAGE_H

#include "report/internal.h"
#include "report/sheet.h"

enum { MARKDOWN_LINES = 60 };

enum markdown_block { MARKDOWN_NOTHING, MARKDOWN_PARAGRAPH, MARKDOWN_LIST, MARKDOWN_TABLE };

struct markdown_page {
    struct sheet sheet; /* first: it takes what a study tells, too */
    FILE *out;
    size_t lines, lines_max;   /* written; at most, what closes the page left out of account */
    enum markdown_block block; /* the last one: another one has an empty line before it */
    size_t left_out;           /* lines and rows since the last markdown_rest */
    size_t warnings;           /* told so far */
    char *lead;                /* a sentence that is not told again */
    bool folded;
};

void markdown_begin(struct markdown_page *page, FILE *out);
/* The sentence that comes first: what: "fail", in bold, and text behind it; either may be "". */
void markdown_lead(struct markdown_page *page, const char *what, const char *text);
/* "**what** text" as a paragraph of one line. */
void markdown_paragraph(struct markdown_page *page, const char *what, const char *text);
void markdown_item(struct markdown_page *page, const char *label, const char *text);
/* At most rows_max rows; releases the table. things: "cells": "and 12 more cells" below it. */
void markdown_table(struct markdown_page *page, struct table *table, size_t rows_max,
                    const char *things);
/* What the functions of the text print: a word in 12 columns and, wrapped, what it is; at most
 * items_max of them. */
void markdown_labelled(struct markdown_page *page, const char *text, size_t items_max);
void markdown_fold(struct markdown_page *page, const char *summary);
void markdown_unfold(struct markdown_page *page);
/* Says how much did not fit in, and frees the inside. */
void markdown_end(struct markdown_page *page);

#endif
