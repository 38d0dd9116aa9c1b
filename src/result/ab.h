/*
 * What `pgwrite ab` found: two results, the pairs that they were measured in, the comparison, and
 * what differs on the server's side. Filled by study/ab.c and study/explain.c, shown by src/report.
 */
#ifndef PGWRITE_RESULT_AB_H
#define PGWRITE_RESULT_AB_H

#include "result/comparison.h"

/* One pair of rounds, in the order in which they were run. */
struct ab_pair {
    bool b_first;
    bool valid;
    const char *why;               /* NULL if valid: "a checkpoint ran in B alone" */
    struct comparison_sample a, b; /* each of the round's */
};

struct ab_index {
    const char *table, *name;
    double a_bytes_per_row, b_bytes_per_row; /* medians over the rounds; UNKNOWN: not there */
};

enum ab_difference_kind {
    AB_WAIT,       /* share of the sessions' time in a wait event; on the CPU or reading: "CPU" */
    AB_WAL,        /* bytes a row of a WAL resource manager's records */
    AB_INDEX,      /* bytes a row of an index */
    AB_PAGE_SPLIT, /* page splits of btree indexes, a thousand rows */
    AB_HOT,        /* share of the updates that were HOT */
    AB_DIFFERENCE_KINDS
};
extern const char *const ab_difference_names[AB_DIFFERENCE_KINDS]; /* "wait_share", for JSON */
struct ab_difference {
    enum ab_difference_kind kind;
    const char *name; /* "IO:WalSync", "Btree", "events_payload_idx"; "" where the kind says all */
    double a, b;      /* UNKNOWN: not known or not there */
    double weight;    /* the kind's differences largest first; kinds in the order of the largest */
};

struct ab_result {
    struct result *a, *b;
    const char *a_variant, *b_variant; /* "schema=v2.sql set.work_mem=8MB"; "" as the workload is */
    const char *cell, *b_cell;         /* "insert, pool 4, batch 100": of A, of B; NULL: not known,
                                          then as of A */
    struct ab_pair *pairs;
    size_t pair_count;    /* that were run to their end, valid or not */
    size_t pairs_planned; /* valid ones, at most */
    size_t looks;         /* that were made */
    bool early;           /* decided before all pairs were run */
    bool compared;        /* enough valid pairs for a look */
    bool across_tiers;    /* different durability, by --across-tiers */
    struct comparison comparison;
    /* Of this machine over all rounds: mean share of CPU time stolen, of time in which some task
     * waited for CPU or I/O (PSI). UNKNOWN where there is no such figure. */
    double steal_share, pressure_cpu, pressure_io;
    struct ab_index *indexes;
    size_t index_count;
    bool explained; /* --explain was asked for */
    struct ab_difference *differences;
    size_t difference_count;
    const char **unexplained; /* what could not be looked at, and why */
    size_t unexplained_count;
    bool interrupted;
    /* One for both: the warnings of both results, those of A first, each once. */
    const char **warnings;
    size_t warning_count;
};

size_t ab_pairs_valid(const struct ab_result *ab);
/* Whether the comparison stands: enough valid pairs for a look, and no interruption before the look
 * that decides. */
bool ab_has_verdict(const struct ab_result *ab);

/* JSON, format pgwrite/1, with "study": "ab": comparison, pairs, explanation, and both results
 * whole under "a" and "b". "-" is stdout. As result_write_json. */
MUST_CHECK bool ab_write_json(const struct ab_result *ab, const char *file, struct error *error);

#endif
