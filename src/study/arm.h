/* One side of a study of two: its workload on its server with its settings, round by round. */
#ifndef PGWRITE_STUDY_ARM_H
#define PGWRITE_STUDY_ARM_H

#include "study/ab.h"
#include "study/explain.h"

struct arm {
    const char *name; /* "A" */
    const struct ab_side *side;
    struct arena *arena;
    struct matrix_options options; /* the side's, with rounds and session_sql of the study */
    struct matrix matrix;
    struct result *result; /* in the arena; matrix_release */
    struct session *session;
    struct session own_session; /* where `session` is this */
    struct session_options session_options;
    struct apply *apply; /* NULL: settings don't change between rounds */
    struct apply own_apply;
    /* Those that no session can set for itself, to be applied before each round. */
    struct server_setting *settings;
    size_t setting_count;
    struct server_setting *session_settings; /* the others */
    struct explain *explain;
    bool owns_explain;
};

struct arm_options {
    const struct ab_side *other; /* that will share the server; NULL: this one has its own */
    struct arm *with;            /* the open arm whose session it shares; NULL: opens one */
    struct session *session;     /* of the caller; NULL: none */
    struct apply *apply;         /* likewise */
    bool explain;
};

/* Whether both sides reach the same server, so that one session does for both. */
bool arm_same_server(const struct ab_side *a, const struct ab_side *b);

/* Before everything; the rest can be called whatever came of arm_open. */
void arm_init(struct arm *arm, const char *name, const struct ab_side *side, uint32_t rounds,
              struct arena *arena);

/* Its session with its settings in force, and its plan made once: what is wrong with it costs no
 * time. Errors name the arm. */
MUST_CHECK bool arm_open(const struct arm_options *options, struct arm *arm, struct error *error);

MUST_CHECK bool arm_round(struct arm *arm, const char *label, double rounds_left,
                          struct error *error);
const struct result_round *arm_last(const struct arm *arm);

/* Whether a connection was lost in the last round and made again, other than by a fault of the
 * workload's. */
bool arm_reconnected(const struct arm *arm);

/* "insert, pool 4, batch 100", "insert, pool 2..8, batch 1, 500/s", in the arena. */
const char *arm_describe(const struct arm *arm);

/* Sums its result up. ok: nothing has failed before; both return it, and false if they fail
 * themselves. A second error is printed. */
bool arm_finish(struct arm *arm, bool ok, struct error *error);
bool arm_close(struct arm *arm, bool ok, struct error *error);

#endif
