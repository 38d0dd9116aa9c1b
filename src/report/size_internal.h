/* What the parts of sizing's page share. */
#ifndef PGWRITE_REPORT_SIZE_INTERNAL_H
#define PGWRITE_REPORT_SIZE_INTERNAL_H

#include "report/internal.h"
#include "report/sheet.h"
#include "result/size.h"

/* ---- size_show.c: each writes into out (size bytes) and returns it ---- */

/* What is counted: "rows" or, of a mix or where the rows of a transaction are not known,
 * "transactions". */
const char *size_unit(const struct size_result *size);
/* Transactions a second as size_unit() has them: "1,310 rows/s"; a dash if they are unknown. */
char *size_show_rate(char *out, size_t bytes, const struct size_result *size, double per_s);
/* The number of it alone, for a chart: NAN if it is unknown. */
double size_in_unit(const struct size_result *size, double per_s);
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

/* ---- size_pool.c ---- */

/* The repeats of one pool. */
struct size_level {
    uint32_t pool;
    size_t count;
    double per_s, p50_s, p99_s, busy; /* medians of those that are known */
};
/* Smallest first; levels: room for level_count of them. Returns how many. */
size_t size_find_levels(const struct size_result *size, struct size_level *levels);
/* Whether the law that the fit found is told. */
bool size_has_law(const struct size_result *size);

/* ---- the blocks: each a head and what stands below it, or nothing ---- */

void size_tell_answer(const struct size_result *size,
                      struct sheet *out); /* size_answer.c; no head */
void size_tell_capacity(const struct size_result *size, struct sheet *out); /* size_probes.c */
void size_tell_pool(const struct size_result *size, struct sheet *out);     /* size_pool.c */
void size_tell_probes(const struct size_result *size, struct sheet *out);   /* size_probes.c */
/* size_need.c */
void size_tell_batches(const struct size_result *size, struct sheet *out);
void size_tell_requirements(const struct size_result *size, struct sheet *out);
void size_tell_prediction(const struct size_result *size, struct sheet *out);
/* size.c: server, workload, time, warnings, the command; no head */
void size_tell_study(const struct size_result *size, struct sheet *out);

#endif
