/*
 * What `pgwrite compare` found: stored results held against each other, cell by cell. Filled by
 * study/compare.c, shown by src/report.
 */
#ifndef PGWRITE_RESULT_COMPARE_H
#define PGWRITE_RESULT_COMPARE_H

#include "result/comparison.h"
#include "result/read.h"

/* A result of a cell's history. */
struct compare_point {
    const struct stored_result *result;
    double value; /* of the verdict's metric: median over the rounds */
};

/* Where the history changes its level. */
struct compare_change {
    size_t at;     /* the first point of the new level */
    double change; /* of the levels' medians: a ratio minus 1, of shares a difference; NAN if the
                      ratio is to 0 */
};

struct compare_cell {
    const char *name;               /* "insert, pool 4, batch 100" */
    const struct stored_cell *cell; /* of the new result */
    /* The old results whose rounds NEW's are compared with, oldest first: one or, of a history,
     * those since its last change. */
    const struct stored_result **base;
    size_t base_count;
    struct comparison comparison; /* a: old, b: new */
    /* The results in which the metric is known, oldest first, NEW last; none without a history. */
    struct compare_point *points;
    size_t point_count;
    struct compare_change *changes;
    size_t change_count;
};

/* A cell that one side alone has. */
struct compare_single {
    const char *name;
    bool in_new;
};

struct compare_result {
    const char *version;                 /* of the pgwrite that compared; NULL: this one */
    const char **command;                /* words, secrets redacted; ends with NULL */
    const struct stored_result *results; /* by started_at, but NEW last */
    size_t result_count;                 /* 2 at least */
    enum comparison_metric metric;
    double margin;
    bool across_tiers; /* different durability, by --across-tiers */
    struct compare_cell *cells;
    size_t cell_count; /* 1 at least */
    struct compare_single *singles;
    size_t single_count;
    const char **warnings;
    size_t warning_count;
};

/* Of the cells the worst: worse, then inconclusive, then equivalent, then better. */
enum comparison_verdict compare_verdict(const struct compare_result *compare);
/* Likewise: EXIT_THRESHOLD, EXIT_INCONCLUSIVE or EXIT_OK. */
enum exit_code compare_exit(const struct compare_result *compare);

/* JSON, format pgwrite/1, with "study": "compare"; see docs/result.md. "-" is stdout. As
 * result_write_json. */
MUST_CHECK bool compare_write_json(const struct compare_result *compare, const char *file,
                                   struct error *error);

#endif
