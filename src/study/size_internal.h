/*
 * The parts of sizing. Rules are pure and in files of their own (size_plan, size_judge, size_limit,
 * size_search, size_choose, size_predict); each phase that measures is a file. For src/study alone.
 */
#ifndef PGWRITE_STUDY_SIZE_INTERNAL_H
#define PGWRITE_STUDY_SIZE_INTERNAL_H

#include "study/size.h"

/* ---- the plan: how long what takes ---- */

enum size_phase_id {
    SIZE_PHASE_POOL,
    SIZE_PHASE_CAPACITY,
    SIZE_PHASE_SOAK,
    SIZE_PHASE_NEED,
    SIZE_PHASE_BATCHES,
    SIZE_PHASES
};

#define SIZE_REPEATS_MAX 5
#define SIZE_SOAKS_MAX 4
#define SIZE_LEVELS_MAX MATRIX_LIST_MAX
/* What a round takes beside its warm-up and windows: schema, connections, checkpoint, verification.
 */
#define SIZE_ROUND_MORE_S 0.8

struct size_plan {
    double level_s, level_warmup_s; /* of one round of the sweep */
    size_t repeats;                 /* of each level */
    size_t refines;                 /* rounds at most to refine a knee that no law describes */
    double probe_s, probe_warmup_s; /* of one rate: more where the SLO's tail needs more and there
                                       is time */
    size_t probes;                  /* planned */
    double soak_s;                  /* of one; 0: no time for any */
    double need_s;                  /* of the round at the planned rate; 0: none */
    double batch_s;                 /* of one batch size; 0: none */
    double seconds[SIZE_PHASES];    /* planned, all included */
};

struct size_wish {
    double budget_s;
    size_t levels, batches;
    double window_s, warmup_s; /* given ones; UNKNOWN: by the budget */
    double soak_least_s;       /* that two checkpoints take; UNKNOWN: not known */
    bool need;                 /* there is one: its own rate is to be confirmed, too */
};

/* Seconds without which nothing can be found: fewer is a usage error. */
double size_plan_least(const struct size_wish *wish);
/* Coarser with little time, finer with more; never over the budget, unless it is below the least.
 */
void size_plan_make(const struct size_wish *wish, struct size_plan *out);

/* ---- one round ---- */

struct size_ask {
    const struct write_path *path; /* NULL: the study's own */
    struct range batch;            /* max 0: the study's own */
    uint32_t pool;
    double rate_per_s; /* 0: closed loop, the pool alone */
    double warmup_s, window_s;
    size_t windows;    /* into which window_s is cut, each judged on its own; 1 at least */
    const char *label; /* for the live line */
    double rounds_left;
};

struct size {
    const struct size_options *options;
    struct arena *arena;
    struct size_result *result;
    struct matrix_options matrix_options; /* the user's; pools: the levels that are tried */
    struct session session;               /* opened with matrix_options.session */
    double reserved;     /* connections of a user's server that are taken or kept for others */
    struct result first; /* of the first round: host, server, workload, disk; without cells */
    bool described;      /* it is filled */
    struct size_plan plan;
    uint64_t begin_ns, end_ns; /* of the budget */
    enum size_phase_id phase;
    size_t rounds;    /* done, of all phases */
    const char *wide; /* said at the end, unless a soak brings its edges together: how far apart the
                         search left them; NULL: within SIZE_BRACKET */
    double more_s;    /* that rounds took beside their warm-up and windows, the last ones most */
};

/* What the next round is likely to take beside these: a workload that fills its tables before takes
 * longer than the plan could know. */
static inline double size_more(const struct size *size) {
    return size->more_s > SIZE_ROUND_MORE_S ? size->more_s : SIZE_ROUND_MORE_S;
}

/* Measures one round on a fresh table; *out lives in the arena. A rate is an open loop of Poisson
 * arrivals whose windows are stages of the same length behind one of warm-up. probe: NULL, or where
 * the judgement goes (slos, windows, verdict, why; point too). Warnings of the round that are not
 * of one cell alone go to the result's. False: it could not be measured. */
MUST_CHECK bool size_measure(struct size *size, const struct size_ask *ask, struct size_point *out,
                             struct size_probe *probe, struct error *error);

/* Whether so many seconds fit before a time. */
bool size_fits_until(double seconds, uint64_t until_ns);
/* When a phase has to be over, so that those after it have their planned time. */
uint64_t size_until(const struct size *size, enum size_phase_id phase);

void size_warn(struct size *size, const char *format, ...) PRINTF_LIKE(2, 3);

/* checkpoint_timeout of a throwaway server's soak, unless --present names one. */
#define SIZE_SOAK_CHECKPOINT_S 30.0
/* Whether --present names a setting. */
bool size_names_setting(const struct size *size, const char *name);

/* Checkpoints that a load has to hold across before it is confirmed. */
#define SIZE_SOAK_CHECKPOINTS 2
/* Into how many windows a probe is cut: as size_windows, each a second at least.
 */
size_t size_windows_of(const struct size_result *result, double rate_per_s, double window_s);
/* A server that does not vacuum bears more than it will in a month. */
bool size_autovacuum_off(const struct server_facts *facts);

/* ---- size_point.c: what a measured cell says ---- */

/* first_stage: the first one that is measured: 1 behind a warm-up stage, 0 without stages. */
void size_point_of(const struct result *result, const struct result_cell *cell, size_t first_stage,
                   struct arena *arena, struct size_point *out);

/* ---- size_judge.c: whether a rate holds the SLOs ---- */

/* A probe holds if at least SIZE_DONE_MIN of what was asked for was done, the lag does not grow,
 * every SLO holds over all windows and in each, and a quantile's tail is certain enough (tail.h).
 */
#define SIZE_DONE_MIN 0.99
/* Of the result, stages first_stage … are the windows. Fills all but point and soak. */
void size_judge(const struct result *result, const struct result_cell *cell, size_t first_stage,
                struct arena *arena, struct size_probe *out);
/* The most windows of that many responses in which each SLO can be judged alone; 1 at least, 10 at
 * most. */
size_t size_windows(const struct threshold *slos, size_t count, double responses);
/* Responses that the SLOs' tails need in all; 0: none is of a quantile. */
double size_responses_needed(const struct threshold *slos, size_t count);

/* ---- size_limit.c: what holds a load back ---- */

/* of: the cell behind the point, whose observation names events, relations and statements; closed
 * or open loop alike. In the arena. */
void size_limit_of(const struct result *result, const struct result_cell *cell,
                   const struct size_point *point, struct arena *arena, struct size_cause *out);

/* ---- size_choose.c: which pool ---- */

#define SIZE_ENOUGH 0.95

/* What the rounds of one level of the sweep came to. */
struct size_level {
    uint32_t pool;
    double commits_per_s; /* median */
};
/* Ascending by pool; out has room for result->level_count. Rounds whose throughput is not known are
 * left out. Returns how many. */
size_t size_levels(const struct size_result *result, struct size_level *out);
/* The number of the level with the greatest throughput. count > 0. */
size_t size_best_level(const struct size_level *levels, size_t count);

/* From all points of the sweep: rows_per_commit, fit, no_fit, pool, its interval, pool_edge,
 * closed_per_s, pool_cause, little_worst. Reads pool_given. Without a usable fit: the smallest
 * level whose median is at least 95 % of the greatest median, with pool_low the level below + 1.
 * pool_edge: that is the largest level, or the law promises more than 1 / 0.95 times its greatest
 * throughput so far with at most twice as many connections; the largest level is the pool then.
 * closed_per_s of a pool that was not measured is the law's. */
void size_choose(struct size_result *result, uint64_t seed, struct arena *arena);
/* Where the fit is not used: the next level to measure between the largest level below 95 % and the
 * smallest above; 0: they are neighbours, or the fit is used. */
uint32_t size_refine(const struct size_result *result);

/* ---- size_search.c: which rate next ---- */

#define SIZE_BRACKET 0.05
/* Rates at most in both directions before bisection begins, and in all. */
#define SIZE_PROBES_MAX 24
struct size_search {
    double low, high; /* 0, INFINITY: none yet */
    double start;     /* the closed loop's throughput */
    /* The rates so far, and what was seen last of each. */
    struct size_tried {
        double rate_per_s;
        bool holds;
    } tried[SIZE_PROBES_MAX];
    size_t count;
    size_t tries;
};
void size_search_init(struct size_search *search, double closed_per_s);
/* The next rate: 0.8 × the start; from there up or down in steps as long as one side is open, then
 * the geometric mean of both. 0: the bracket is within SIZE_BRACKET, or no rate was found that
 * holds (low 0), down to a hundredth of the start, or none that does not. */
double size_search_next(const struct size_search *search);
/* Of a rate that was looked at again what was seen last counts: high is the lowest that did not
 * hold then, low the highest below it that did. SIZE_PROBES_MAX times at most. */
void size_search_take(struct size_search *search, double rate_per_s, bool holds);
bool size_search_bracketed(const struct size_search *search);

/* ---- size_predict.c: another disk ---- */

/* Needs points of the closed loop at one connection, closed_per_s of the pool, capacity and the
 * flush time (UNKNOWN: not probed), and what was asked for: asked, fsync_s, disk_bytes_per_s of
 * result->prediction. Fills the rest of it, and says why it can't. needed_per_s: known by then. */
void size_predict(struct size_result *result, double cpus, double flush_here_s, uint64_t seed,
                  struct arena *arena);

/* ---- phases; false: something failed, or an interruption ---- */
MUST_CHECK bool size_sweep(struct size *size, struct error *error);    /* size_pool.c */
MUST_CHECK bool size_capacity(struct size *size, struct error *error); /* size_capacity.c */
MUST_CHECK bool size_soak(struct size *size, struct error *error);     /* size_capacity.c */
MUST_CHECK bool size_at_need(struct size *size, struct error *error);  /* size_need.c */
MUST_CHECK bool size_batches(struct size *size, struct error *error);  /* size_need.c */

/* size_need.c: what is planned with, in transactions a second: the need at its peak or, without
 * one, SIZE_USE of the capacity; UNKNOWN. Rows of it: the need is of rows but with a mix. */
double size_planned(const struct size_result *result);

/* size_answer.c: a rate of transactions as the study tells it, "8,000 rows/s"; of a mix, and where
 * the rows of a commit are not known, "800 transactions/s". */
const char *size_rate_text(const struct size_result *result, double per_s, struct arena *arena);

/* size_answer.c: fits, short_of, headroom, requirements, from what was measured. Pure. */
void size_answer(struct size_result *result, struct arena *arena);

#endif
