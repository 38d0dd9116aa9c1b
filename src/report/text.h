/* The result as a table for a terminal or a pull request, and what it says in sentences. */
#ifndef PGWRITE_REPORT_TEXT_H
#define PGWRITE_REPORT_TEXT_H

#include "base/strbuf.h"
#include "result/result.h"

/* width: columns of the terminal, 0 if there is none; a narrow one loses the bars. */
void report_text(const struct result *result, int width, FILE *out);

/* What kind of load it was, the first line of the report: "closed loop: 1,000 users thinking 1 s to
 * 3 s, over a pool of 10"; a quick run says so. Of the result, its source, load, uniform, think
 * times and quick are read, and of the cells pools, threads, users and rate. */
void report_loop(const struct result *result, struct strbuf *out);

/* Two or three plain sentences about what the numbers say. */
void report_sentences(const struct result *result, struct strbuf *out);

/* What is run, as far as it was asked for: "mode steady, 1 s or more warm-up, 3 s measured, 1
 * round". Of the result load, mode, rows, warmup_ns, duration_ns and rounds are read. */
void report_plan(const struct result *result, struct strbuf *out);

/* Below so many samples without a miss a quantile is not certain: 1 - q^n >= 99 %. Source: MLPerf
 * Inference Rules, "minimum query count". */
uint64_t report_samples_needed(double quantile);

#endif
