/* What the charts of a run share. */
#ifndef PGWRITE_HTML_RUN_CHARTS_H
#define PGWRITE_HTML_RUN_CHARTS_H

#include "html/chart.h"

/* ---- run_charts.c: charts of which a reader wants one cell's at a time ---- */

/* choices_begin (choice_begin charts choice_end)… choices_end; with one cell nothing is printed. */
void choices_begin(const struct page *page, const struct result *result);
void choices_end(const struct page *page, const struct result *result);
void choice_begin(const struct page *page, const struct result *result,
                  const struct result_cell *cell);
void choice_end(const struct page *page, const struct result *result);
/* "Throughput: copy, pool 4", without a name where there is one cell. free() it. */
char *choice_title(const struct result *result, const struct result_cell *cell, const char *title);

/* ---- time_line.c: the series of a round, so that a screen can show it ---- */

/* One or more intervals of a round together. Unknown is UNKNOWN; of a gauge NAN. */
struct time_point {
    double at_s, length_s; /* its middle */
    double rows_per_s;
    double errors_per_s;
    double p50_ms, p99_ms;  /* the highest */
    double wal_bytes_per_s; /* of the intervals where it is known */
    double lock_share;      /* likewise */
    double busy, open;      /* means */
    double waiting;         /* the most, as the three below */
    double memory_bytes, table_bytes;
    double *gauges;
};

struct time_line {
    struct time_point *points; /* of the arena, as all that is in it */
    size_t count;
    size_t merged; /* intervals that a point stands for */
};

/* At most points_max of them. A last interval of less than half the length belongs to the one
 * before it. */
void time_line_build(const struct result_round *round, size_t gauge_count, size_t points_max,
                     struct arena *arena, struct time_line *out);

/* Marks out of all intervals, whether merged or not: checkpoints from where they began to where
 * they were done, and errors, those of neighbours together. */
void mark_checkpoints(struct chart *chart, const struct result_round *round);
void mark_errors(struct chart *chart, const struct result_round *round);
/* Warm-up and stages, or the measured window. */
void mark_stages(struct chart *chart, const struct result *result,
                 const struct result_round *round);

#endif
