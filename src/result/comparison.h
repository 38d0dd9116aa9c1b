/*
 * Two variants held against each other, metric by metric: what `pgwrite ab` and `pgwrite compare`
 * find. What it rests on is one value a round and metric; seconds inside a round are not
 * independent of each other and are never used for it.
 */
#ifndef PGWRITE_RESULT_COMPARISON_H
#define PGWRITE_RESULT_COMPARISON_H

#include "result/result.h"
#include "stats/looks.h"

enum comparison_metric {
    COMPARE_ROWS_PER_S,
    COMPARE_COMMITS_PER_S,
    COMPARE_P50, /* of response, in µs */
    COMPARE_P95,
    COMPARE_P99,
    COMPARE_WAL_BYTES,   /* a row */
    COMPARE_HEAP_BYTES,  /* a row */
    COMPARE_INDEX_BYTES, /* a row */
    COMPARE_LOCK_SHARE,  /* of the sessions' time, 0..1 */
    COMPARE_FLUSH_SHARE, /* commit flush, likewise */
    COMPARE_CLIENT_CPU,  /* µs a row */
    COMPARE_METRICS
};

struct comparison_definition {
    const char *name;  /* as --metric and JSON have it: "rows_per_s", "p99", "wal_bytes_per_row" */
    const char *label; /* of the table: "rows/s", "p99 response", "WAL a row" */
    const char *noun;  /* of a sentence: "throughput in rows", "p99 response time", … */
    bool more_is_better;
    bool points; /* a share: compared by its difference, 0.05 being 5 points; else by the ratio */
};
extern const struct comparison_definition comparison_definitions[COMPARE_METRICS];

/* By its name, or an EXIT_USAGE error with the nearest one. */
MUST_CHECK bool comparison_metric_parse(const char *text, enum comparison_metric *metric,
                                        struct error *error);

/* One round as a comparison sees it. UNKNOWN where it was not measured. */
struct comparison_sample {
    double value[COMPARE_METRICS];
};
void comparison_sample_of(const struct result_round *round, struct comparison_sample *out);

enum comparison_verdict {
    VERDICT_INCONCLUSIVE,
    VERDICT_EQUIVALENT,
    VERDICT_BETTER, /* B is */
    VERDICT_WORSE,
};
extern const char *const comparison_verdict_names[]; /* "inconclusive", "equivalent", … */

struct comparison_finding {
    double a, b;  /* medians over the rounds that count; UNKNOWN */
    size_t count; /* pairs or, unpaired, rounds of the side that has fewer, with this metric */
    bool known;   /* LOOKS_FIRST pairs, or COMPARISON_ROUNDS_MIN rounds a side, have it, and none is
                     0 where ratios are taken, or all are: then they are equal */
    /* Of B against A: a ratio minus 1 (−0.118: 11.8 % less), of shares a difference. An estimate
     * that is not known is NAN, an end that is not known infinite. */
    struct shift change; /* with the interval of 95 % */
    struct shift narrow; /* with the one of 90 %, for equivalence */
    double p;            /* two-sided, of this metric alone; UNKNOWN */
    enum comparison_verdict verdict;
};

/* Fewer rounds than so many on a side are inconclusive. */
#define COMPARISON_ROUNDS_MIN 6

struct comparison {
    bool paired;
    enum comparison_metric metric; /* the verdict's */
    double margin;                 /* 0.05: 5 %, or 5 points */
    size_t a_count, b_count;       /* rounds that count; equal if paired */
    struct comparison_finding findings[COMPARE_METRICS];
    size_t pairs_needed; /* that would decide the verdict's metric; 0: it is decided, or that is not
                            to be told */
};

/* Pairs a[i], b[i]; share: of the error, at this look (looks.h). An unknown value takes its pair
 * out of that metric. */
void comparison_paired(const struct comparison_sample *a, const struct comparison_sample *b,
                       size_t count, enum comparison_metric metric, double margin, double share,
                       struct comparison *out);
void comparison_unpaired(const struct comparison_sample *a, size_t a_count,
                         const struct comparison_sample *b, size_t b_count,
                         enum comparison_metric metric, double margin, struct comparison *out);

/* Of the verdict's metric. */
enum comparison_verdict comparison_verdict(const struct comparison *comparison);
/* EXIT_OK: equivalent or better; EXIT_THRESHOLD: worse; EXIT_INCONCLUSIVE. */
enum exit_code comparison_exit(const struct comparison *comparison);

#endif
