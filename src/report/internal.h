/* What the parts of the text report share. */
#ifndef PGWRITE_REPORT_INTERNAL_H
#define PGWRITE_REPORT_INTERNAL_H

#include <stdio.h>

#include "base/strbuf.h"
#include "report/screen.h"
#include "result/comparison.h"
#include "result/result.h"

#define DASH "–"
/* Bytes that are enough for any text of a table's field that a function here writes. */
enum { FIELD_BYTES = 128 };

/* ---- table.c: a table of texts ---- */

enum { TABLE_COLUMNS_MAX = 16 };

struct table_column {
    const char *head; /* longer-lived */
    bool left;        /* aligned */
    bool optional;    /* left out if every field is a dash */
    int width_min;
    int rank; /* of those that a narrow screen does without: the highest goes first; 0 stays */
};
struct table {
    struct table_column columns[TABLE_COLUMNS_MAX];
    size_t column_count;
    char **fields;    /* row by row */
    enum mood *moods; /* of the fields */
    size_t row_count;
};
/* Starts as {0}; all columns come before the first row. */
void table_column(struct table *table, const char *head, bool left, bool optional, int width_min);
/* Sets the rank of a column. Where those without a rank are still too wide, the widest that is
 * aligned to the left is cut. */
void table_rank(struct table *table, size_t column, int rank);
void table_row(struct table *table);
/* Of the last row; a field that is not set is empty. */
void table_set(struct table *table, size_t column, const char *text);
void table_mood(struct table *table, size_t column, enum mood mood); /* its colour */
bool table_has(const struct table *table, size_t column);            /* false: left out */
void table_print_head(const struct table *table, FILE *out);
void table_print_row(const struct table *table, size_t row, FILE *out);
void table_print(const struct table *table, FILE *out);          /* both */
void table_print_markdown(const struct table *table, FILE *out); /* its fields escaped */
void table_release(struct table *table);
int text_width(const char *text); /* columns of a terminal that it takes: its code points */

/* ---- show.c: values and texts for people; each writes into out (size bytes) and returns it. ----
 */

char *show_count(char *out, size_t size, double value);
/* A figure a row or a commit: as above, but never 0 for what is more than that. */
char *show_ratio(char *out, size_t size, double value);
/* "12 %", "<1 %"; samples: behind it; below WAIT_SAMPLES_MIN it is a dash. */
char *show_share(char *out, size_t size, double share);
char *show_sampled_share(char *out, size_t size, double share, uint64_t samples);
char *show_seconds(char *out, size_t size, double seconds); /* "2.31 s", "310 ms", "24 µs" */
/* Milliseconds of a histogram in three significant digits; `~` before it where there are too few
 * values for the quantile, a dash where there are none. */
char *show_quantile(char *out, size_t size, const struct histogram *histogram, double quantile);
char *show_ms(char *out, size_t size, double ms);
/* Prints a text in lines of at most REPORT_COLUMNS, or the screen's, broken at its blanks, but not
 * between a number and what it is of, nor before the last word; all but the first begin with indent
 * blanks. On a screen a word that is wider than a line is cut. */
enum { REPORT_COLUMNS = 100 };
void print_wrapped(const char *text, int indent, FILE *out);
void print_wrapped_to(const char *text, int indent, int columns, FILE *out); /* likewise */
/* At most columns code points; what is cut ends in "…". */
char *show_cut(char *out, size_t size, const char *text, size_t columns);

/* How a cell is called where only some of path, pool and batch tell the cells apart. */
void report_cell_name(const struct result *result, const struct result_cell *cell,
                      struct strbuf *out);

/* ---- markdown.c ---- */

/* A text of the user's or the server's, in one line and without meaning to Markdown or HTML. */
void markdown_add(struct strbuf *out, const char *text);
/* For a terminal: in one line, and what would steer it replaced by "?". */
void plain_add(struct strbuf *out, const char *text);

/* ---- change.c: by how much B differs from A. A ratio minus 1 or a difference of shares, both
 * times 100: percent or points. ---- */

/* "11.8", "5", "1,234", "<0.1": without a sign. */
char *show_amount(char *out, size_t size, double change);
/* "%" or "points", "point" behind a 1. */
const char *amount_unit(const char *amount, bool points);
/* "−11.8", "+0.4", "0.0", ">+9,999"; a dash if it is infinite or unknown. */
char *show_signed(char *out, size_t size, double change);

/* ---- comparison.c ---- */

/* All metrics; a and b head the columns, and live as long as the table. */
void comparison_table(const struct comparison *comparison, const char *a, const char *b,
                      struct table *table);
/* What a chart shows a metric in: "ms", "%"; *factor: what its values are multiplied with. */
const char *comparison_unit_of(enum comparison_metric metric, double *factor);
/* What the table's intervals don't say. */
void comparison_footnote(const struct comparison *comparison, struct strbuf *out);
/* "B writes 41 % more WAL a row", of a metric that is known. */
void comparison_clause(const struct comparison *comparison, enum comparison_metric metric,
                       const char *b, struct strbuf *out);
enum mood comparison_mood(enum comparison_verdict verdict); /* good, bad or none */
/* Whether what a sentence about the metric is of is B itself, so that the next may begin "It". */
bool comparison_subject_is_b(enum comparison_metric metric);

/* ---- waits.c ---- */

/* The session that stands in a wait's way, its statement cut to so many code points: “SELECT …” for
 * one of the pool, companion NAME (“SELECT …”), or “SELECT …” (psql); with its state if it is idle.
 */
void report_holder(const struct lock_holder *holder, size_t columns, struct strbuf *out);
/* Whether it runs the statement that waits for it: one session of the pool behind another. */
bool report_holder_is_alike(const struct lock_waits *wait);

enum { LOCK_KINDS_SHOWN = 8 };
/* A kind of wait beside the cell that it is from. */
struct lock_shown {
    const struct result_cell *cell;
    const struct observation *seen;
    const struct lock_waits *wait;
    double share; /* of the cell's sessions × seconds */
};
/* Of all cells' last rounds, from 0.1 % of the time on, most first; to be freed. */
struct lock_shown *report_lock_kinds(const struct result *result, size_t *count);
void report_lock_columns(struct table *table);
void report_lock_row(const struct result *result, const struct lock_shown *shown,
                     struct table *table);
/* As report_holder, of the one that the wait is behind. */
void report_blocker(const struct lock_waits *wait, size_t columns, struct strbuf *out);
/* How it was sampled; with kinds 0 that there is none to show, behind its word in 12 columns. */
void report_lock_sampling(const struct result *result, size_t kinds, FILE *out);

/* ---- tables, filled: those below print them ---- */

struct cell_at {
    size_t result, cell;
};
/* All cells of the results; what has the same path, pool and batch stands together. To be freed. */
struct cell_at *report_cells_order(const struct result *const *results, size_t count,
                                   size_t *cell_count);
/* The cells of one result or several, whose names then stand in front of them (NULL: of one). */
void report_cells(const struct result *const *results, const char *const *names, size_t count,
                  int width, struct table *table);
void report_stages_table(const struct result *result, struct table *table);
void report_steps_table(const struct result *result, struct table *table);
void report_tenants_table(const struct result *result, struct table *table);
/* Latencies of a load with a queue, and what they say; false: there is none. */
bool report_queue_cell(const struct result *result, const struct result_cell *cell,
                       const char *head, struct table *table, struct strbuf *text);
bool report_storage_table(const struct result *result, struct table *table); /* false: no news */
/* "1.2 s", with ~ if it rests on too few values. */
char *report_threshold_value(const struct result_threshold *judged, char *out, size_t size);

/* Each prints nothing, or a block with an empty line before it. */
void report_time(const struct result *result, FILE *out);       /* time.c: where it goes */
void report_lock_waits(const struct result *result, FILE *out); /* waits.c */
void report_storage(const struct result *result, FILE *out);    /* storage.c */
void report_stages(const struct result *result, FILE *out);     /* stages.c */
void report_steps(const struct result *result, FILE *out);      /* stages.c */
void report_tenants(const struct result *result, FILE *out);    /* stages.c */
void report_queue(const struct result *result, FILE *out);      /* load.c: where wishes wait */
void report_thresholds(const struct result *result, FILE *out); /* thresholds.c */
/* Lines among those about the run: a word in 12 columns, and what it is. */
void report_uncertain(const struct result *result, FILE *out); /* what ~ is, without a word */
void report_server(const struct result *result, FILE *out);    /* and durability, settings */
void report_method(const struct result *result, FILE *out);    /* how it was measured */
void report_verified(const struct result *result, FILE *out);  /* nothing if not all is */
void report_lock_log(const struct result *result, FILE *out);  /* deadlocks, the server's log */
void report_outcome_but_errors(const struct result *result, FILE *out);
void report_outcome(const struct result *result, FILE *out);    /* outcome.c: errors and the like */
void report_disk(const struct result *result, FILE *out);       /* notes.c */
void report_machine(const struct result *result, FILE *out);    /* notes.c */
void report_companions(const struct result *result, FILE *out); /* notes.c */

#endif
