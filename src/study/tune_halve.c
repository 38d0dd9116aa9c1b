/* Combinations of the settings that looked well, halved until one is left. What a rung spends on
 * each is a number of full-length blocks, never shorter ones: short runs lie. */
#include <math.h>

#include "study/tune_internal.h"

struct halving {
    struct tune *tune;
    struct tune_arm present, arms[TUNE_ARMS_MAX];
    size_t count;
    size_t done, total; /* blocks */
    bool over;          /* no time for further blocks */
};

static bool measure_arm(struct halving *halving, struct tune_arm *arm, struct error *error) {
    if (!tune_block(halving->tune, arm, "halving", halving->done++, halving->total,
                    &arm->merit[arm->count], error))
        return false;
    arm->count++;
    return true;
}

/* The present settings and every arm that is left, in a random order, once each. */
static bool run_turn(struct halving *halving, struct error *error) {
    struct tune *tune = halving->tune;
    struct tune_arm *there[TUNE_ARMS_MAX + 1] = {&halving->present};
    size_t order[TUNE_ARMS_MAX + 1], count = 1;
    for (size_t i = 0; i < halving->count; i++)
        if (!halving->arms[i].out)
            there[count++] = &halving->arms[i];
    halving->over = !tune_fits(tune, count, tune_until(tune, TUNE_HALVING));
    if (halving->over)
        return true;
    tune_shuffle(order, count, tune->options->seed, "order of the halving", halving->done);
    for (size_t i = 0; i < count; i++)
        if (!measure_arm(halving, there[order[i]], error))
            return false;
    return true;
}

static bool run_rungs(struct halving *halving, struct error *error) {
    for (size_t rung = 0; tune_rung_blocks(halving->count, rung) > 0; rung++) {
        for (size_t turn = 0; turn < tune_rung_blocks(halving->count, rung); turn++)
            if (!run_turn(halving, error))
                return false;
            else if (halving->over)
                return true;
        tune_halve(halving->arms, halving->count);
    }
    return true;
}

/* What lost against others here is told so; what was never tried against them may yet be good. */
static void conclude(struct halving *halving, const struct tune_arm *winner) {
    struct tune *tune = halving->tune;
    bool measured = winner->count > 0;
    bool better = !measured || tune_arm_merit(winner) > tune_arm_merit(&halving->present);
    if (better)
        tune->best = *winner;
    else
        tune_arm_init(&tune->best);
    for (size_t i = 0; i < tune->factor_count; i++) {
        struct tune_factor *factor = &tune->factors[i];
        if (!factor->candidate || tune->best.value[i] != TUNE_PRESENT)
            continue;
        factor->decided = true;
        factor->setting->outcome = measured ? TUNE_NO_MATTER : TUNE_NOT_PROVED;
        factor->setting->why = !measured ? "no time was left to try it beside the others"
                               : better  ? "another combination did as well without it"
                                         : "looked better in the screening alone";
    }
}

bool tune_halving(struct tune *tune, struct error *error) {
    struct halving halving = {.tune = tune};
    size_t candidates[SCREENING_FACTORS], values[SCREENING_FACTORS], count = 0;
    for (size_t i = 0; i < tune->factor_count; i++) {
        values[i] = tune->factors[i].space->value_count;
        if (tune->factors[i].candidate)
            candidates[count++] = i;
    }
    /* Best first, as the screening saw them. */
    for (size_t i = 1; i < count; i++)
        for (size_t k = i;
             k > 0 && tune->factors[candidates[k]].merit > tune->factors[candidates[k - 1]].merit;
             k--) {
            size_t swapped = candidates[k];
            candidates[k] = candidates[k - 1];
            candidates[k - 1] = swapped;
        }
    tune_arm_init(&halving.present);
    halving.count = tune_arms_make(candidates, count, values, tune->plan.each,
                                   tune_arms_most(tune->plan.blocks[TUNE_HALVING]), halving.arms);
    if (halving.count == 0)
        return true;
    halving.total = tune_halving_blocks(halving.count);
    bool ok = run_rungs(&halving, error);
    double slack = comparison_definitions[tune->options->metric].points
                       ? tune->options->margin
                       : log1p(tune->options->margin);
    conclude(&halving, &halving.arms[tune_winner(halving.arms, halving.count, slack)]);
    return ok;
}
