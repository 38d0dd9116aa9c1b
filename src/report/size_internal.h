/* What the parts of sizing's page share. */
#ifndef PGWRITE_REPORT_SIZE_INTERNAL_H
#define PGWRITE_REPORT_SIZE_INTERNAL_H

#include "report/internal.h"
#include "result/size.h"

/* ---- size_show.c: each writes into out (size bytes) and returns it ---- */

/* What is counted: "rows" or, of a mix or where the rows of a transaction are not known,
 * "transactions". */
const char *size_unit(const struct size_result *size);
/* Transactions a second as size_unit() has them: "1,310 rows/s"; a dash if they are unknown. */
char *size_show_rate(char *out, size_t bytes, const struct size_result *size, double per_s);
/* The number of it alone, for a table. */
char *size_show_number(char *out, size_t bytes, const struct size_result *size, double per_s);
/* Bytes a second as disks are sold, in powers of 1000: "1.24 MB/s". */
char *size_show_flow(char *out, size_t bytes, double bytes_per_s);
/* Bytes that may be unknown. */
char *size_show_bytes(char *out, size_t bytes, double value);
/* "14 times", "1.52 times", "0.43 times". */
char *size_show_times(char *out, size_t bytes, double times);
/* "commit flush took 71 % …", "locks: 80 % of …", "not known". */
void size_add_cause(struct strbuf *out, const struct size_cause *cause);
/* "p99(response) < 50ms and errors < 0.1%". */
void size_add_slos(struct strbuf *out, const struct size_result *size);

/* Prints text in lines of at most REPORT_COLUMNS behind a label ("" for none), all but the first
 * indented, and empties it. What would steer a terminal is taken out. */
void size_print(struct strbuf *text, const char *label, FILE *out);

/* ---- the blocks, each with an empty line before it, or nothing ---- */
void size_answer_text(const struct size_result *size,
                      FILE *out); /* size_answer.c; no line before */
void size_capacity_text(const struct size_result *size, FILE *out); /* size_probes.c */
void size_pool_text(const struct size_result *size, FILE *out);     /* size_pool.c */
void size_probes_text(const struct size_result *size, FILE *out);   /* size_probes.c */
/* size_need.c */
void size_batches_text(const struct size_result *size, FILE *out);
void size_requirements_text(const struct size_result *size, FILE *out);
void size_prediction_text(const struct size_result *size, FILE *out);

#endif
