/* What `pgwrite compare` found, for a terminal or a pull request. */
#ifndef PGWRITE_REPORT_COMPARE_H
#define PGWRITE_REPORT_COMPARE_H

#include <stdio.h>

#include "base/strbuf.h"
#include "result/compare.h"

/* In lines of at most 80 columns, but for names that are longer. */
void compare_text(const struct compare_result *compare, FILE *out);
/* A GitHub comment: the verdict first, the metrics of each cell folded where there are several. */
void compare_markdown(const struct compare_result *compare, FILE *out);

/* ---- compare_words.c: what the two share; names are as they came ---- */

struct table;

/* "2 cells: 1 worse, 1 equivalent; the worst decides." */
void compare_say_verdict(const struct compare_result *compare, struct strbuf *out);
/* One row a cell: its name, rounds, change, interval and verdict. */
void compare_table(const struct compare_result *compare, struct table *table);
/* "base.json, 2026-11-22 00:51, pgwrite 0.1.0, PostgreSQL 15.20, durable" */
void compare_say_result(const struct stored_result *result, struct strbuf *out);
/* "rows/s of 12 results since 2026-11-02 00:51: one change of level"; or that so few can't have
 * one.
 */
void compare_say_history(const struct compare_result *compare, const struct compare_cell *cell,
                         struct strbuf *out);
/* "2026-11-14 03:00, night-14.json: −9.8 %" */
void compare_say_change(const struct compare_result *compare, const struct compare_cell *cell,
                        const struct compare_change *change, struct strbuf *out);
/* "4 results from night-14.json to night-17.json" */
void compare_say_base(const struct compare_cell *cell, struct strbuf *out);

/* "2026-11-22 00:51" of an ISO 8601 time. */
void compare_say_time(const char *started_at, struct strbuf *out);

extern const char compare_caveat[];       /* what stored results can't tell */
extern const char compare_cells_caveat[]; /* what the intervals of several cells don't say */

#endif
