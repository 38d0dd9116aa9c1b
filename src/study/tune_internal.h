/*
 * The parts of the search for settings. What is planned and what is kept are pure rules, in
 * tune_plan.c; each phase that measures is a file of its own. For src/study alone.
 */
#ifndef PGWRITE_STUDY_TUNE_INTERNAL_H
#define PGWRITE_STUDY_TUNE_INTERNAL_H

#include "stats/screening.h"
#include "study/tune.h"

enum tune_phase_id {
    TUNE_SCREENING,
    TUNE_HALVING,
    TUNE_ONE_BY_ONE,
    TUNE_CONFIRMING,
    TUNE_PGTUNE,
    TUNE_RECOVERY,
    TUNE_PHASES
};

#define TUNE_REPEATS_MAX 2
#define TUNE_CANDIDATES_MAX 4
#define TUNE_VALUES_MAX 3 /* of a setting that are tried on their own */
#define TUNE_RUNGS 3
#define TUNE_ARM_BLOCKS 7 /* 1 + 2 + 4: that an arm which is kept to the end has had */
/* All candidates, the first two, and each alone with each of its values. */
#define TUNE_ARMS_MAX (2 + TUNE_CANDIDATES_MAX * TUNE_VALUES_MAX)

/* ---- the plan: what the budget allows, in blocks of one round each ---- */

struct tune_plan {
    double block_s; /* of one, restart and preparing included: an estimate */
    size_t blocks[TUNE_PHASES];
    size_t repeats;    /* of the screening */
    size_t each;       /* settings that can have a comparison of their own */
    size_t each_pairs; /* of these; 0: none */
    size_t confirm_pairs, pgtune_pairs;
};

/* Blocks without which there is no search: the screening once and the least pairs to confirm. */
size_t tune_blocks_least(void);

/* The least first, then what tells most for its time as long as it fits. settings: to be tried,
 * more than 0. throwaway: its recovery can be measured. The budget allows the least. */
void tune_plan_make(double budget_s, double block_s, size_t settings, bool throwaway,
                    struct tune_plan *out);

/* ---- candidates ---- */

/* Those factors that are better at their high level by more than their standard error, best first;
 * at most TUNE_CANDIDATES_MAX. Effects above 0 are better. Returns how many.
 */
size_t tune_candidates(const struct screening_effect *effects, size_t count, size_t *candidates);

/* ---- arms ---- */

/* What each setting is at: a value of its list, by number, or as it is now. */
#define TUNE_PRESENT (-1)
struct tune_arm {
    int value[SCREENING_FACTORS];
    size_t settings; /* not at their present value */
    bool out;
    double merit[TUNE_ARM_BLOCKS]; /* of its blocks: more is better */
    size_t count;
};
void tune_arm_init(struct tune_arm *arm);
void tune_arm_set(struct tune_arm *arm, size_t factor, int value);

/* At most so many arms, what promises most first: the candidates together (the first combined_max
 * of them) at the values that were screened, each alone, the first two together, then each alone
 * with its other values. No arm changes more than combined_max settings. value_counts: by factor.
 * Returns how many. */
size_t tune_arms_make(const size_t *candidates, size_t count, const size_t *value_counts,
                      size_t combined_max, size_t arms_max, struct tune_arm *arms);

/* Blocks of an arm in a rung; 0: there is no such rung for so many arms. The last rung always has
 * 4, so that what is left is not chosen by chance. */
size_t tune_rung_blocks(size_t arms, size_t rung);
/* Blocks of all rungs, with those of the present settings beside them. */
size_t tune_halving_blocks(size_t arms);
/* Most arms for which so many blocks are enough; 1 at least: that takes none. */
size_t tune_arms_most(size_t blocks);

double tune_arm_merit(const struct tune_arm *arm); /* its median; -INFINITY without blocks */
/* Puts out the worse half by their medians; but the first, if it is all candidates together, stays
 * as long as two are left: what does not help it drops out later, one by one, and a single block
 * that fell low is no reason to lose the others with it. Returns how many are left. */
size_t tune_halve(struct tune_arm *arms, size_t count);
/* The best of those that are not out. count > 0. */
size_t tune_best(const struct tune_arm *arms, size_t count);
/* The same; but all candidates together, for the same reason, if they are not worse by more than
 * the slack. */
size_t tune_winner(const struct tune_arm *arms, size_t count, double slack);

/* ---- merit: a metric's value on a scale on which differences are compared and more is better */

double tune_merit(enum comparison_metric metric, double value);
/* A difference of merits as a change of the metric: 0.12 is 12 % more, or 12 points. */
double tune_change(enum comparison_metric metric, double difference);

/* ---- the search ---- */

struct tune_factor {
    const struct space_setting *space;
    struct tune_setting *setting; /* of the result */
    bool candidate;
    bool decided; /* the setting's outcome is known */
    double merit; /* that the screening found it to add */
};

struct tune {
    const struct tune_options *options;
    struct arena *arena;
    struct tune_result *result;
    struct matrix_options matrix_options; /* of one block */
    struct matrix matrix;
    struct result blocks; /* of the matrix: rounds are forgotten once their value is known */
    struct session session;
    struct apply apply;
    struct space space;
    struct tune_factor factors[SCREENING_FACTORS];
    size_t factor_count;
    struct server_setting *pgtune;
    size_t pgtune_count;
    struct tune_plan plan;
    uint64_t begin_ns, end_ns; /* of the budget */
    double block_s;            /* that a block takes, as far as is known */
    size_t done;               /* blocks */
    struct tune_arm best;      /* so far */
};

/* When a phase has to be over, so that those after it have their planned time. */
uint64_t tune_until(const struct tune *tune, enum tune_phase_id phase);
/* Whether so many blocks fit into the time until then. */
bool tune_fits(const struct tune *tune, size_t blocks, uint64_t until_ns);

/* The settings of an arm, of which there are arm->settings; in the arena. */
struct server_setting *tune_settings(const struct tune *tune, const struct tune_arm *arm);
/* "commit_delay=0 wal_compression=lz4". */
const char *tune_describe(struct arena *arena, const struct server_setting *settings, size_t count);

/* One block with an arm's settings. number of total: for the live line. */
MUST_CHECK bool tune_block(struct tune *tune, const struct tune_arm *arm, const char *phase,
                           size_t number, size_t total, double *merit, struct error *error);

void tune_shuffle(size_t *order, size_t count, uint64_t seed, const char *what, uint64_t number);

/* Each phase; false if something failed or was interrupted. */
MUST_CHECK bool tune_screen(struct tune *tune, struct error *error);
MUST_CHECK bool tune_halving(struct tune *tune, struct error *error);
MUST_CHECK bool tune_one_by_one(struct tune *tune, struct error *error);
MUST_CHECK bool tune_confirm(struct tune *tune, struct error *error);
MUST_CHECK bool tune_against_pgtune(struct tune *tune, struct error *error);
MUST_CHECK bool tune_recovery(struct tune *tune, struct error *error);

#endif
