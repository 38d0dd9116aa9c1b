/* The first look at every setting: a Plackett-Burman design with its mirror image, in a random
 * order. */
#include <math.h>

#include "base/clock.h"
#include "study/tune_internal.h"

/* In the result's words: the effect as a change of the metric. */
static void keep_effect(const struct tune *tune, struct tune_factor *factor,
                        const struct screening_effect *effect) {
    enum comparison_metric metric = tune->options->metric;
    struct tune_setting *setting = factor->setting;
    factor->merit = effect->effect;
    setting->screened = true;
    setting->value = factor->space->values[0];
    setting->effect = tune_change(metric, effect->effect);
    setting->effect_error = fabs(tune_change(metric, effect->effect + effect->error) -
                                 tune_change(metric, effect->effect - effect->error)) /
                            2;
}

static void choose(struct tune *tune, const struct screening_effect *effects) {
    size_t candidates[TUNE_CANDIDATES_MAX];
    size_t count = tune_candidates(effects, tune->factor_count, candidates);
    for (size_t i = 0; i < tune->factor_count; i++)
        keep_effect(tune, &tune->factors[i], &effects[i]);
    for (size_t i = 0; i < count; i++) {
        tune->factors[candidates[i]].candidate = true;
        tune_arm_set(&tune->best, candidates[i], 0);
    }
}

/* A screening that is not whole tells nothing, and the budget is kept all the same. */
static bool budget_left(const struct tune *tune, size_t done, struct error *error) {
    if (clock_ns() < tune->end_ns)
        return true;
    error_set(error,
              "the budget was over after %zu of %d blocks of the screening, which took "
              "longer than planned",
              done, SCREENING_RUNS);
    error_hint(error, "a longer --budget, or a shorter --duration");
    error->exit_code = EXIT_INCONCLUSIVE;
    return false;
}

static bool screen_once(struct tune *tune, size_t repeat, double *responses, struct error *error) {
    size_t order[SCREENING_RUNS];
    tune_shuffle(order, SCREENING_RUNS, tune->options->seed, "order of the screening", repeat);
    for (size_t i = 0; i < SCREENING_RUNS; i++) {
        struct tune_arm arm;
        if (!budget_left(tune, i, error))
            return false;
        tune_arm_init(&arm);
        for (size_t k = 0; k < tune->factor_count; k++)
            if (screening_high(order[i], k))
                tune_arm_set(&arm, k, 0);
        if (!tune_block(tune, &arm, "screening", repeat * SCREENING_RUNS + i,
                        tune->plan.repeats * SCREENING_RUNS,
                        &responses[repeat * SCREENING_RUNS + order[i]], error))
            return false;
    }
    return true;
}

bool tune_screen(struct tune *tune, struct error *error) {
    double responses[TUNE_REPEATS_MAX * SCREENING_RUNS];
    uint64_t until_ns = tune_until(tune, TUNE_SCREENING);
    size_t repeats = 0;
    bool ok = true;
    while (ok && repeats < tune->plan.repeats &&
           (repeats == 0 || tune_fits(tune, SCREENING_RUNS, until_ns))) {
        ok = screen_once(tune, repeats, responses, error);
        repeats += ok;
    }
    /* After an interruption the whole repeats tell what they tell. */
    if (repeats > 0) {
        struct screening_effect effects[SCREENING_FACTORS];
        screening_effects(responses, repeats, tune->factor_count, effects);
        choose(tune, effects);
    }
    return ok;
}
