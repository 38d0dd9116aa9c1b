/* What the search found is held against what it was: setting by setting, as a whole, and against
 * PGTune's rules. Each is a study of its own, as `pgwrite ab` makes it. */
#include "base/clock.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "study/tune_internal.h"

struct versus {
    const struct server_setting *a, *b;
    size_t a_count, b_count;
    size_t pairs;
    uint64_t until_ns;
    const char *label;
};

static bool compare(struct tune *tune, const struct versus *versus, struct ab_result *out,
                    struct error *error) {
    const struct tune_options *options = tune->options;
    struct arena *arena = tune->arena;
    const struct ab_options ab = {
        .a = {tune_describe(arena, versus->a, versus->a_count), &tune->matrix_options, versus->a,
              versus->a_count},
        .b = {tune_describe(arena, versus->b, versus->b_count), &tune->matrix_options, versus->b,
              versus->b_count},
        .pairs = versus->pairs,
        .metric = options->metric,
        .margin = options->margin,
        .across_tiers = options->space.allow_async_commit,
        /* Rarer ones are the very thing that some settings are for. */
        .checkpoints_count = true,
        .until_ns = versus->until_ns,
        .session = &tune->session,
        .apply = &tune->apply,
        .label = versus->label,
    };
    uint64_t begin_ns = clock_ns();
    bool ok = ab_run(&ab, arena, out, error);
    size_t blocks = out->pair_count * 2;
    tune->done += blocks;
    if (blocks > 0)
        tune->block_s = (double)(clock_ns() - begin_ns) / 1e9 / (double)blocks;
    return ok;
}

static bool compare_arms(struct tune *tune, const struct tune_arm *a, const struct tune_arm *b,
                         struct versus *versus, struct ab_result *out, struct error *error) {
    versus->a = tune_settings(tune, a);
    versus->a_count = a->settings;
    versus->b = tune_settings(tune, b);
    versus->b_count = b->settings;
    return compare(tune, versus, out, error);
}

static const struct {
    enum tune_outcome outcome;
    const char *why;
} unproved[] = {
    [VERDICT_INCONCLUSIVE] = {TUNE_NOT_PROVED, "its own comparison was inconclusive"},
    [VERDICT_EQUIVALENT] = {TUNE_NO_MATTER, "its own comparison found no difference"},
    [VERDICT_WORSE] = {TUNE_WORSE, "its own comparison found it worse"},
};

static void drop(struct tune *tune, size_t number, enum tune_outcome outcome, const char *why) {
    struct tune_factor *factor = &tune->factors[number];
    factor->decided = true;
    factor->setting->outcome = outcome;
    factor->setting->why = why;
    tune_arm_set(&tune->best, number, TUNE_PRESENT);
}

static const char *value_of(const struct tune *tune, size_t number) {
    const struct tune_factor *factor = &tune->factors[number];
    return factor->space->values[tune->best.value[number]];
}

/* Of a comparison that came to no look. */
static const char *why_uncompared(struct tune *tune, const struct ab_result *ab) {
    size_t valid = 0;
    const char *why = NULL;
    for (size_t i = 0; i < ab->pair_count; i++) {
        valid += ab->pairs[i].valid;
        if (!ab->pairs[i].valid)
            why = ab->pairs[i].why;
    }
    if (!why)
        return "time ran out while it was compared";
    return arena_printf(tune->arena, "only %zu of %zu pairs counted when it was compared: %s",
                        valid, ab->pair_count, why);
}

/* The best with this setting against the best without it. */
static bool prove(struct tune *tune, size_t number, struct error *error) {
    struct tune_setting *setting = tune->factors[number].setting;
    struct versus versus = {.pairs = tune->plan.each_pairs,
                            .until_ns = tune_until(tune, TUNE_ONE_BY_ONE),
                            .label = arena_printf(tune->arena, "%s: ", setting->name)};
    struct tune_arm without = tune->best;
    struct ab_result ab;
    setting->value = value_of(tune, number);
    if (versus.pairs == 0 || !tune_fits(tune, (size_t)LOOKS_FIRST * 2, versus.until_ns)) {
        drop(tune, number, TUNE_NOT_PROVED, "no time was left for a comparison of its own");
        return true;
    }
    tune_arm_set(&without, number, TUNE_PRESENT);
    bool ok = compare_arms(tune, &without, &tune->best, &versus, &ab, error);
    setting->compared = ab.compared;
    setting->comparison = ab.comparison;
    if (ok && !ab.compared)
        drop(tune, number, TUNE_NOT_PROVED, why_uncompared(tune, &ab));
    else if (ok) {
        enum comparison_verdict verdict = comparison_verdict(&ab.comparison);
        if (verdict != VERDICT_BETTER)
            drop(tune, number, unproved[verdict].outcome, unproved[verdict].why);
    }
    ab_release(&ab);
    return ok;
}

bool tune_one_by_one(struct tune *tune, struct error *error) {
    bool done[SCREENING_FACTORS] = {false};
    /* Of one setting the whole is its own comparison. What promises most comes first, in case time
     * runs out; but the last one that is left goes on to that whole. */
    while (tune->best.settings > 1) {
        size_t next = SIZE_MAX;
        for (size_t i = 0; i < tune->factor_count; i++)
            if (!done[i] && tune->best.value[i] != TUNE_PRESENT &&
                (next == SIZE_MAX || tune->factors[i].merit > tune->factors[next].merit))
                next = i;
        if (next == SIZE_MAX)
            break;
        done[next] = true;
        if (!prove(tune, next, error))
            return false;
    }
    return true;
}

/* All together did not hold: then no setting of it is recommended. */
static void drop_all(struct tune *tune, enum tune_outcome outcome, const char *why) {
    for (size_t i = 0; i < tune->factor_count; i++)
        if (tune->best.value[i] != TUNE_PRESENT)
            drop(tune, i, outcome, why);
}

static void recommend(struct tune *tune) {
    for (size_t i = 0; i < tune->factor_count; i++) {
        struct tune_factor *factor = &tune->factors[i];
        if (tune->best.value[i] == TUNE_PRESENT)
            continue;
        factor->decided = true;
        factor->setting->outcome = TUNE_RECOMMENDED;
        factor->setting->why = NULL;
    }
}

static void judge_whole(struct tune *tune) {
    static const struct {
        enum tune_outcome outcome;
        const char *why;
    } whole[] = {
        [VERDICT_INCONCLUSIVE] = {TUNE_NOT_PROVED, "the confirming comparison was inconclusive"},
        [VERDICT_EQUIVALENT] = {TUNE_NO_MATTER, "the confirming comparison found no difference"},
        [VERDICT_WORSE] = {TUNE_WORSE, "the confirming comparison found it worse"},
    };
    struct tune_result *result = tune->result;
    const struct ab_result *winner = result->winner;
    if (!winner->compared) {
        drop_all(tune, TUNE_NOT_PROVED, why_uncompared(tune, winner));
        return;
    }
    enum comparison_verdict verdict = comparison_verdict(&winner->comparison);
    for (size_t i = 0; i < tune->factor_count && tune->best.settings == 1; i++)
        if (tune->best.value[i] != TUNE_PRESENT) {
            tune->factors[i].setting->compared = true;
            tune->factors[i].setting->comparison = winner->comparison;
        }
    result->confirmed = true;
    if (verdict == VERDICT_BETTER)
        recommend(tune);
    else
        drop_all(tune, whole[verdict].outcome, whole[verdict].why);
}

bool tune_confirm(struct tune *tune, struct error *error) {
    struct tune_arm present;
    struct versus versus = {
        .pairs = tune->plan.confirm_pairs, .until_ns = tune->end_ns, .label = "confirming: "};
    if (tune->best.settings == 0)
        return true;
    for (size_t i = 0; i < tune->factor_count; i++)
        if (tune->best.value[i] != TUNE_PRESENT)
            tune->factors[i].setting->value = value_of(tune, i);
    if (!tune_fits(tune, (size_t)LOOKS_FIRST * 2, tune->end_ns)) {
        drop_all(tune, TUNE_NOT_PROVED, "no time was left to confirm it");
        return true;
    }
    tune_arm_init(&present);
    tune->result->winner = ARENA_NEW(tune->arena, struct ab_result);
    if (!compare_arms(tune, &present, &tune->best, &versus, tune->result->winner, error))
        return false;
    judge_whole(tune);
    return true;
}

bool tune_against_pgtune(struct tune *tune, struct error *error) {
    struct tune_result *result = tune->result;
    /* Where the plan had no time for it, what was left over may do. */
    size_t pairs = tune->plan.pgtune_pairs ? tune->plan.pgtune_pairs : LOOKS_FIRST;
    struct server_setting *best = tune_settings(tune, &tune->best);
    if (tune->pgtune_count == 0 ||
        !tune_fits(tune, (size_t)LOOKS_FIRST * 2, tune_until(tune, TUNE_PGTUNE)))
        return true;
    struct versus versus = {
        .pairs = pairs, .until_ns = tune_until(tune, TUNE_PGTUNE), .label = "PGTune's: "};
    /* Where nothing is recommended, the present settings are what it is held against. */
    if (tune->best.settings > 0) {
        versus.a = tune->pgtune;
        versus.a_count = tune->pgtune_count;
        versus.b = best;
        versus.b_count = tune->best.settings;
    } else {
        versus.b = tune->pgtune;
        versus.b_count = tune->pgtune_count;
    }
    struct error failed = {0};
    result->pgtune = ARENA_NEW(tune->arena, struct ab_result);
    if (compare(tune, &versus, result->pgtune, &failed))
        return true;
    /* Rules that this server can't run with are no reason to lose what was found. */
    if (!interrupted() && session_recover(&tune->session, 10, error)) {
        result->warnings[result->warning_count++] =
            arena_printf(tune->arena, "PGTune's rules could not be measured: %s", failed.what);
        return true;
    }
    *error = failed;
    return false;
}
