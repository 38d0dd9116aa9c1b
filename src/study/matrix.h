/* A study that measures every combination of path, pool and batch: `pgwrite run`. */
#ifndef PGWRITE_STUDY_MATRIX_H
#define PGWRITE_STUDY_MATRIX_H

#include "result/board.h"
#include "result/result.h"
#include "study/session.h"
#include "study/window.h"
#include "write/write.h"

#define MATRIX_LIST_MAX 32

struct matrix_options {
    const struct workload *workload;
    const char *table; /* NULL: the workload's */
    struct session_options session;
    /* That the pool's sessions set, and the SQL that does it (NULL: none); not through a pooler. */
    const struct server_setting *session_settings;
    size_t session_setting_count;
    const char *session_sql;
    const struct write_path *paths[MATRIX_LIST_MAX];
    size_t path_count;                   /* 0 with steps, as are the batches: the steps say both */
    struct range pools[MATRIX_LIST_MAX]; /* connections; a range is an elastic pool */
    size_t pool_count;
    const struct place *pool_at; /* in the workload; NULL: nowhere there */
    uint64_t pool_idle_ns, pool_lifetime_ns, checkout_timeout_ns; /* 0: never, none */
    bool connect_each;
    bool goes_on; /* --on-error continue */
    /* The load, where the workload has no stages: users or a rate; neither: the pool alone. */
    uint32_t users;                      /* 0: none */
    double rate_per_s;                   /* 0: none */
    uint64_t think_min_ns, think_max_ns; /* of users, also of stages that say none */
    bool uniform;                        /* arrivals; else Poisson */
    uint32_t backlog;                    /* arrivals that may wait for a connection */
    bool quick;                          /* the workload was scaled (quick.h) */
    struct range batches[MATRIX_LIST_MAX];
    size_t batch_count;
    enum run_mode mode;
    uint64_t warmup_ns, duration_ns; /* with stages 0, and their sum */
    uint64_t interval_ns;
    uint64_t ceiling_ns;   /* 0: no ceiling is measured */
    const char *fsync_dir; /* NULL: the data directory of a throwaway server */
    bool fsync_off;        /* no fdatasync probe */
    bool log_locks;
    uint64_t rows; /* 0: by time */
    uint32_t rounds;
    uint64_t seed;
    enum write_protocol protocol;
    enum wire_binding binding;
    uint32_t threads;    /* 0: CPUs, at most the pool; never with users or a rate */
    struct board *board; /* for who looks on; NULL: nobody does */
};

/* Where its transactions come from. */
static inline enum load_source matrix_source(const struct matrix_options *options) {
    return options->workload->stage_count > 0 ? options->workload->stage_source
           : options->users > 0               ? LOAD_USERS
           : options->rate_per_s > 0          ? LOAD_RATE
                                              : LOAD_POOL;
}

/* Runs it. result is filled as far as it went, also on false; its texts live in the arena, and
 * matrix_release frees the rest. */
MUST_CHECK bool matrix_run(const struct matrix_options *options, struct arena *arena,
                           struct result *result, struct error *error);
void matrix_release(struct result *result);

/*
 * Round by round, for studies that hold several of them against each other: matrix_init,
 * matrix_attach to a session that the caller has opened, matrix_round as often as options->rounds
 * allows for each cell, matrix_finish; matrix_release is due from matrix_init on.
 */
struct matrix {
    const struct matrix_options *options;
    struct arena *arena;
    struct result *result;
    struct session *session;         /* NULL: not attached */
    const struct write_path **paths; /* of the cells */
    const char *so_far;              /* a study's, behind the label of the live line; "" */
};
void matrix_init(struct matrix *matrix, const struct matrix_options *options, struct arena *arena,
                 struct result *result);

/* Plans every cell once, so that an error of the plan costs no time. */
MUST_CHECK bool matrix_attach(struct matrix *matrix, struct session *session, struct error *error);

/* One round of the cell of that number; label and rounds_left are for the live line. */
MUST_CHECK bool matrix_round(struct matrix *matrix, size_t number, const char *label,
                             double rounds_left, struct error *error);

/* Forgets all rounds that were measured, for studies that keep a few figures of each of very many.
 */
void matrix_forget_rounds(struct matrix *matrix);

/* Sums up what there is, after a failure, too, whose error it may explain. ok: nothing has failed
 * before; returns it. */
bool matrix_finish(struct matrix *matrix, bool ok, struct error *error);

#endif
