/* A study of two variants, interleaved in pairs of rounds, with a verdict: `pgwrite ab`. */
#ifndef PGWRITE_STUDY_AB_H
#define PGWRITE_STUDY_AB_H

#include "result/ab.h"
#include "study/apply.h"
#include "study/matrix.h"

#define AB_PAIRS_MAX 1000

struct ab_side {
    const char *variant; /* "schema=v2.sql set.wal_compression=lz4"; "" as the workload is */
    const struct matrix_options *matrix;   /* of one cell; its rounds and session_sql don't count */
    const struct server_setting *settings; /* set.NAME */
    size_t setting_count;
};

struct ab_options {
    struct ab_side a, b;
    size_t pairs; /* valid ones, at most; LOOKS_FIRST at least */
    enum comparison_metric metric;
    double margin;
    bool across_tiers;      /* of different durability are compared all the same */
    bool checkpoints_count; /* what sets A and B apart decides how often they come: a pair counts
                               though one ran in A or B alone */
    bool explain;
    uint64_t until_ns; /* by clock_ns(): no pair begins that would end later; 0: never */
    /* A session that is open already, with its settings' apply, for both sides; NULL: ab opens what
     * it needs, one session where both sides reach the same server. */
    struct session *session;
    struct apply *apply;
    const char *label; /* in front of the live line: "confirming: "; "" */
};

/* Runs it. out is filled as far as it went, also on false: pairs that were measured, and a
 * comparison if a look was made. Its texts live in the arena; ab_release frees the rest. */
MUST_CHECK bool ab_run(const struct ab_options *options, struct arena *arena, struct ab_result *out,
                       struct error *error);
void ab_release(struct ab_result *ab);

/* Seconds that all pairs take at most, warm-up and preparing included, by what is planned; UNKNOWN
 * where rows or a mode end a round. */
double ab_seconds(const struct ab_options *options);

#endif
