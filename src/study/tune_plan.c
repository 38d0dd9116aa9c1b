/* What a search plans and what it keeps: rules without a server. */
#include <math.h>
#include <string.h>

#include "stats/rank.h"
#include "study/tune_internal.h"

/* Pairs of a comparison that has more time than the least. */
enum { PAIRS_MORE = 12, PAIRS_MOST = 20 };

size_t tune_blocks_least(void) {
    return SCREENING_RUNS + (size_t)LOOKS_FIRST * 2;
}

/* Takes so many blocks more from what is left, or nothing. */
static bool take(size_t *left, size_t *blocks, size_t wanted) {
    if (wanted <= *blocks)
        return true;
    if (wanted - *blocks > *left)
        return false;
    *left -= wanted - *blocks;
    *blocks = wanted;
    return true;
}

static void take_each(struct tune_plan *plan, size_t *left, size_t settings, size_t pairs) {
    if (settings >= 2 && take(left, &plan->blocks[TUNE_ONE_BY_ONE], settings * pairs * 2)) {
        plan->each = settings;
        plan->each_pairs = pairs;
    }
}

static void take_pairs(struct tune_plan *plan, size_t *left, enum tune_phase_id phase, size_t pairs,
                       size_t *out) {
    if (take(left, &plan->blocks[phase], pairs * 2))
        *out = pairs;
}

static void take_repeats(struct tune_plan *plan, size_t *left, size_t repeats) {
    if (take(left, &plan->blocks[TUNE_SCREENING], repeats * SCREENING_RUNS))
        plan->repeats = repeats;
}

void tune_plan_make(double budget_s, double block_s, size_t settings, bool throwaway,
                    struct tune_plan *out) {
    size_t all = (size_t)(budget_s / block_s), least = tune_blocks_least();
    size_t left = all > least ? all - least : 0;
    size_t most = settings < TUNE_CANDIDATES_MAX ? settings : TUNE_CANDIDATES_MAX;
    *out = (struct tune_plan){.block_s = block_s, .repeats = 1, .confirm_pairs = LOOKS_FIRST};
    out->blocks[TUNE_SCREENING] = SCREENING_RUNS;
    out->blocks[TUNE_CONFIRMING] = (size_t)LOOKS_FIRST * 2;
    if (throwaway)
        take(&left, &out->blocks[TUNE_RECOVERY], 2);
    take(&left, &out->blocks[TUNE_HALVING], tune_halving_blocks(most));
    take_each(out, &left, most < 2 ? most : 2, LOOKS_FIRST);
    take_pairs(out, &left, TUNE_PGTUNE, LOOKS_FIRST, &out->pgtune_pairs);
    take_each(out, &left, most, LOOKS_FIRST);
    take(&left, &out->blocks[TUNE_HALVING], tune_halving_blocks(2 + most * TUNE_VALUES_MAX));
    take_pairs(out, &left, TUNE_CONFIRMING, PAIRS_MORE, &out->confirm_pairs);
    take_pairs(out, &left, TUNE_CONFIRMING, PAIRS_MOST, &out->confirm_pairs);
    take_each(out, &left, most, PAIRS_MORE);
    take_pairs(out, &left, TUNE_PGTUNE, PAIRS_MORE, &out->pgtune_pairs);
    take_repeats(out, &left, TUNE_REPEATS_MAX);
}

size_t tune_candidates(const struct screening_effect *effects, size_t count, size_t *candidates) {
    size_t found = 0;
    bool taken[SCREENING_FACTORS] = {false};
    while (found < TUNE_CANDIDATES_MAX) {
        size_t best = SIZE_MAX;
        for (size_t i = 0; i < count; i++) {
            if (!taken[i] && effects[i].effect > effects[i].error && effects[i].effect > 0 &&
                (best == SIZE_MAX || effects[i].effect > effects[best].effect))
                best = i;
        }
        if (best == SIZE_MAX)
            break;
        taken[best] = true;
        candidates[found++] = best;
    }
    return found;
}

void tune_arm_init(struct tune_arm *arm) {
    *arm = (struct tune_arm){.settings = 0};
    for (size_t i = 0; i < SCREENING_FACTORS; i++)
        arm->value[i] = TUNE_PRESENT;
}

void tune_arm_set(struct tune_arm *arm, size_t factor, int value) {
    arm->settings += (arm->value[factor] == TUNE_PRESENT) && value != TUNE_PRESENT;
    arm->settings -= (arm->value[factor] != TUNE_PRESENT) && value == TUNE_PRESENT;
    arm->value[factor] = value;
}

struct maker {
    struct tune_arm *arms;
    size_t count, most, combined_max;
};

/* The first of the candidates together, at the value of that number. */
static void add_arm(struct maker *maker, const size_t *candidates, size_t count, int value) {
    if (maker->count == maker->most || count > maker->combined_max)
        return;
    struct tune_arm *arm = &maker->arms[maker->count++];
    tune_arm_init(arm);
    for (size_t i = 0; i < count; i++)
        tune_arm_set(arm, candidates[i], value);
}

size_t tune_arms_make(const size_t *candidates, size_t count, const size_t *value_counts,
                      size_t combined_max, size_t arms_max, struct tune_arm *arms) {
    struct maker maker = {arms, 0, arms_max, combined_max > 1 ? combined_max : 1};
    size_t together = count < maker.combined_max ? count : maker.combined_max;
    if (together >= 2)
        add_arm(&maker, candidates, together, 0);
    for (size_t i = 0; i < count; i++)
        add_arm(&maker, &candidates[i], 1, 0);
    if (together >= 3)
        add_arm(&maker, candidates, 2, 0);
    for (int value = 1; value < TUNE_VALUES_MAX; value++)
        for (size_t i = 0; i < count; i++)
            if ((size_t)value < value_counts[candidates[i]])
                add_arm(&maker, &candidates[i], 1, value);
    return maker.count;
}

/* 1 for two arms, 2 for up to four, else all of them. */
static size_t rungs_of(size_t arms) {
    return arms < 2 ? 0 : arms == 2 ? 1 : arms <= 4 ? 2 : TUNE_RUNGS;
}

size_t tune_rung_blocks(size_t arms, size_t rung) {
    size_t rungs = rungs_of(arms);
    return rung < rungs ? (size_t)1 << (TUNE_RUNGS - rungs + rung) : 0;
}

size_t tune_halving_blocks(size_t arms) {
    size_t sum = 0, left = arms;
    for (size_t rung = 0; tune_rung_blocks(arms, rung) > 0; rung++) {
        sum += (left + 1) * tune_rung_blocks(arms, rung);
        left = (left + 1) / 2;
    }
    return sum;
}

size_t tune_arms_most(size_t blocks) {
    size_t arms = 1;
    while (arms < TUNE_ARMS_MAX && tune_halving_blocks(arms + 1) <= blocks)
        arms++;
    return arms;
}

double tune_arm_merit(const struct tune_arm *arm) {
    return arm->count ? rank_median(arm->merit, arm->count) : -INFINITY;
}

size_t tune_best(const struct tune_arm *arms, size_t count) {
    size_t best = SIZE_MAX;
    for (size_t i = 0; i < count; i++)
        if (!arms[i].out &&
            (best == SIZE_MAX || tune_arm_merit(&arms[i]) > tune_arm_merit(&arms[best])))
            best = i;
    return best;
}

size_t tune_halve(struct tune_arm *arms, size_t count) {
    size_t there = 0;
    bool keep[TUNE_ARMS_MAX] = {false};
    for (size_t i = 0; i < count; i++)
        there += !arms[i].out;
    size_t left = (there + 1) / 2;
    bool all_stay = left >= 2 && arms[0].settings > 1 && !arms[0].out;
    if (all_stay) {
        keep[0] = true;
        arms[0].out = true;
    }
    for (size_t n = all_stay; n < left; n++) {
        size_t best = tune_best(arms, count);
        keep[best] = true;
        arms[best].out = true; /* so that the next one is found */
    }
    for (size_t i = 0; i < count; i++)
        arms[i].out = !keep[i];
    return left;
}

size_t tune_winner(const struct tune_arm *arms, size_t count, double slack) {
    size_t best = tune_best(arms, count);
    bool all = !arms[0].out && arms[0].settings > arms[best].settings &&
               tune_arm_merit(&arms[0]) > tune_arm_merit(&arms[best]) - slack;
    return all ? 0 : best;
}

double tune_merit(enum comparison_metric metric, double value) {
    const struct comparison_definition *definition = &comparison_definitions[metric];
    double scaled = definition->points ? value : log(value);
    return definition->more_is_better ? scaled : -scaled;
}

double tune_change(enum comparison_metric metric, double difference) {
    const struct comparison_definition *definition = &comparison_definitions[metric];
    double scaled = definition->more_is_better ? difference : -difference;
    return definition->points ? scaled : expm1(scaled);
}
