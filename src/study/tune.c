#include "study/tune.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/strbuf.h"
#include "study/live.h"
#include "study/tune_internal.h"

/* What a block takes beside its warm-up and window: schema, connections, checkpoint, verification;
 * and to change settings: a restart, or a reload. For the plan alone: once blocks were measured,
 * what they took counts. */
#define BLOCK_MORE_S 0.5
#define RESTART_S 0.7
#define RELOAD_S 0.1
/* Intervals after which a warm-up of mode steady is taken to have settled, and checkpoints by time
 * that mode cycle waits for. */
enum { SETTLED_INTERVALS = 15, CYCLE_CHECKPOINTS = 3, RECOVER_S = 10 };

static const struct {
    const char *name;
    bool (*run)(struct tune *tune, struct error *error);
} phases[TUNE_PHASES] = {
    [TUNE_SCREENING] = {"screening", tune_screen},
    [TUNE_HALVING] = {"halving", tune_halving},
    [TUNE_ONE_BY_ONE] = {"settings one by one", tune_one_by_one},
    [TUNE_CONFIRMING] = {"confirming", tune_confirm},
    [TUNE_PGTUNE] = {"PGTune's", tune_against_pgtune},
    [TUNE_RECOVERY] = {"recovery", tune_recovery},
};

uint64_t tune_until(const struct tune *tune, enum tune_phase_id phase) {
    double later_s = 0;
    for (size_t i = phase + 1; i < TUNE_PHASES; i++)
        later_s += tune->result->phases[i].planned_s;
    uint64_t later_ns = (uint64_t)(later_s * 1e9);
    return later_ns < tune->end_ns ? tune->end_ns - later_ns : 0;
}

bool tune_fits(const struct tune *tune, size_t blocks, uint64_t until_ns) {
    return clock_ns() + (uint64_t)((double)blocks * tune->block_s * 1e9) <= until_ns;
}

void tune_shuffle(size_t *order, size_t count, uint64_t seed, const char *what, uint64_t number) {
    struct rng rng = rng_at(rng_key(seed, what), number);
    for (size_t i = 0; i < count; i++)
        order[i] = i;
    for (size_t i = count; i > 1; i--) {
        size_t k = rng_below(&rng, i), swapped = order[i - 1];
        order[i - 1] = order[k];
        order[k] = swapped;
    }
}

struct server_setting *tune_settings(const struct tune *tune, const struct tune_arm *arm) {
    struct server_setting *settings =
        ARENA_ARRAY(tune->arena, struct server_setting, arm->settings + 1);
    size_t count = 0;
    for (size_t i = 0; i < tune->factor_count; i++) {
        const struct space_setting *space = tune->factors[i].space;
        if (arm->value[i] != TUNE_PRESENT)
            settings[count++] = (struct server_setting){space->name, space->values[arm->value[i]]};
    }
    return settings;
}

const char *tune_describe(struct arena *arena, const struct server_setting *settings,
                          size_t count) {
    struct strbuf text = STRBUF_INIT;
    for (size_t i = 0; i < count; i++)
        strbuf_printf(&text, "%s%s=%s", i ? " " : "", settings[i].name, settings[i].value);
    const char *kept = arena_strdup(arena, text.text);
    strbuf_release(&text);
    return kept;
}

static bool block_merit(const struct tune *tune, const struct result_round *round, double *merit,
                        struct error *error) {
    enum comparison_metric metric = tune->options->metric;
    const struct comparison_definition *definition = &comparison_definitions[metric];
    struct comparison_sample sample;
    comparison_sample_of(round, &sample);
    double value = sample.value[metric];
    if (!is_known(value)) {
        error_set(error, "the %s of a block is not known", definition->noun);
        return error_hint(error, "--metric names another one");
    }
    if (value <= 0 && !definition->points) {
        error_set(error, "the %s of a block is 0, so that no ratio can be told", definition->noun);
        return error_hint(error, "a longer --duration, or another --metric");
    }
    *merit = tune_merit(metric, value);
    return true;
}

bool tune_block(struct tune *tune, const struct tune_arm *arm, const char *phase, size_t number,
                size_t total, double *merit, struct error *error) {
    struct server_setting *settings = tune_settings(tune, arm);
    char label[64];
    uint64_t begin_ns = clock_ns();
    snprintf(label, sizeof label, "%s: block %zu/%zu", phase, number + 1, total);
    if (!apply_settings(&tune->apply, settings, arm->settings, tune->arena, error))
        return error_prefix(error, "%s",
                            arm->settings ? tune_describe(tune->arena, settings, arm->settings)
                                          : "the present settings");
    bool ok = matrix_round(&tune->matrix, 0, label, (double)(total - number - 1), error) &&
              block_merit(tune, &tune->blocks.cells[0].rounds[0], merit, error);
    if (!ok)
        return error_prefix(error, "with %s",
                            arm->settings ? tune_describe(tune->arena, settings, arm->settings)
                                          : "the present settings");
    matrix_forget_rounds(&tune->matrix);
    tune->done++;
    tune->block_s = (double)(clock_ns() - begin_ns) / 1e9;
    tune->result->measured = true;
    return true;
}

/* ---- what is tried ---- */

static const char *const context_names[] = {
    [SPACE_SESSION] = "session", [SPACE_RELOAD] = "reload", [SPACE_RESTART] = "restart"};
static const char *const durability_names[] = {
    [SPACE_SAFE] = "safe", [SPACE_ASYNC_COMMIT] = "async-commit"};

/* NULL: it is tried. */
static const char *why_not(const struct tune *tune, const struct space_setting *setting) {
    if (setting->not_tried)
        return setting->not_tried;
    if (!tune->session.server && setting->context == SPACE_RESTART)
        return "needs a restart, which pgwrite does not do to a server of yours";
    if (setting->value_count == 0)
        return "there is no other value to try";
    return tune->factor_count == SCREENING_FACTORS ? "more than 11 settings" : NULL;
}

static void choose_settings(struct tune *tune) {
    struct tune_result *result = tune->result;
    result->settings = ARENA_ARRAY(tune->arena, struct tune_setting, tune->space.count + 1);
    result->setting_count = tune->space.count;
    for (size_t i = 0; i < tune->space.count; i++) {
        const struct space_setting *space = &tune->space.settings[i];
        struct tune_setting *setting = &result->settings[i];
        *setting = (struct tune_setting){.name = space->name,
                                         .present = space->present,
                                         .context = context_names[space->context],
                                         .durability = durability_names[space->durability],
                                         .matters = space->why,
                                         .cost = space->cost,
                                         .outcome = TUNE_NOT_TRIED,
                                         .why = why_not(tune, space),
                                         .effect = UNKNOWN,
                                         .effect_error = UNKNOWN};
        if (!setting->why)
            tune->factors[tune->factor_count++] =
                (struct tune_factor){.space = space, .setting = setting};
    }
}

/* PGTune's rules are for a whole server: on one of the user's those remain that need no restart. */
static bool read_space(struct tune *tune, struct error *error) {
    struct session *session = &tune->session;
    struct space_options options = tune->options->space;
    if (!space_read(session->control, &options, tune->arena, &tune->space, error))
        return false;
    choose_settings(tune);
    options.only_reload |= !session->server;
    if (!space_pgtune(session->control, &options, tune->arena, &tune->pgtune, &tune->pgtune_count,
                      error))
        return false;
    tune->result->pgtune_settings = tune_describe(tune->arena, tune->pgtune, tune->pgtune_count);
    return true;
}

static bool open_apply(struct tune *tune, struct error *error) {
    const char **names =
        ARENA_ARRAY(tune->arena, const char *, tune->factor_count + tune->pgtune_count + 1);
    size_t count = 0;
    for (size_t i = 0; i < tune->factor_count; i++)
        names[count++] = tune->factors[i].space->name;
    for (size_t i = 0; i < tune->pgtune_count; i++) {
        bool there = false;
        for (size_t k = 0; k < count; k++)
            there |= strcmp(names[k], tune->pgtune[i].name) == 0;
        if (!there)
            names[count++] = tune->pgtune[i].name;
    }
    return apply_open(&tune->session, names, count, &tune->apply, error);
}

/* ---- the plan ---- */

static bool is_throwaway(const struct matrix_options *matrix) {
    return matrix->session.throwaway || !target_given(&matrix->session.target);
}

/* Where a rule ends a block, what it is likely to take. */
static double block_seconds(const struct tune_options *options) {
    const struct matrix_options *matrix = options->matrix;
    double more_s = BLOCK_MORE_S + (is_throwaway(matrix) ? RESTART_S : RELOAD_S);
    double seconds = live_cell_seconds(matrix);
    if (is_known(seconds))
        return seconds + more_s;
    double window_s = (double)matrix->duration_ns / 1e9,
           interval_s = (double)matrix->interval_ns / 1e9;
    double warmup_s = (double)matrix->warmup_ns / 1e9;
    if (matrix->mode == MODE_STEADY)
        return fmax(warmup_s, SETTLED_INTERVALS * interval_s) + window_s + more_s;
    return fmax(window_s, CYCLE_CHECKPOINTS * 300.0) + warmup_s + more_s;
}

static bool check_budget(const struct tune_options *options, struct error *error) {
    char budget[32], least[32], block[32];
    if (options->matrix->rows) {
        error_usage(error, "--rows does not go with tune: its plan is made in time");
        return error_hint(error, "--duration says how long a block is");
    }
    double block_s = block_seconds(options);
    double least_s = ceil((double)tune_blocks_least() * block_s);
    if ((double)options->budget_ns / 1e9 >= least_s)
        return true;
    error_usage(error,
                "--budget %s is too little: %zu blocks of about %s are the least, %d to screen and "
                "%d pairs to confirm, which takes %s",
                units_show_duration(budget, sizeof budget, options->budget_ns), tune_blocks_least(),
                units_show_duration(block, sizeof block, (uint64_t)(block_s * 1e9)), SCREENING_RUNS,
                LOOKS_FIRST, units_show_duration(least, sizeof least, (uint64_t)(least_s * 1e9)));
    return error_hint(error, "a longer --budget, or a shorter --duration or --warmup");
}

static void make_plan(struct tune *tune) {
    struct tune_result *result = tune->result;
    tune->block_s = block_seconds(tune->options);
    double left_s = (double)(tune->end_ns - clock_ns()) / 1e9;
    double least_s = (double)tune_blocks_least() * tune->block_s;
    tune_plan_make(fmax(left_s, least_s), tune->block_s, tune->factor_count,
                   tune->session.server != NULL, &tune->plan);
    if (tune->pgtune_count == 0)
        tune->plan.blocks[TUNE_PGTUNE] = tune->plan.pgtune_pairs = 0;
    for (size_t i = 0; i < TUNE_PHASES; i++) {
        result->phases[i].rounds = tune->plan.blocks[i];
        result->phases[i].planned_s = (double)tune->plan.blocks[i] * tune->block_s;
    }
}

static void show_plan(const struct tune *tune) {
    const struct tune_result *result = tune->result;
    char seconds[32], budget[32];
    size_t blocks = 0;
    for (size_t i = 0; i < TUNE_PHASES; i++)
        blocks += tune->plan.blocks[i];
    log_message("plan: %zu of %zu settings, %zu blocks of about %s: %s at most of a budget of %s",
                tune->factor_count, result->setting_count, blocks,
                units_show_duration(seconds, sizeof seconds, (uint64_t)(tune->block_s * 1e9)),
                units_show_duration((char[32]){0}, 32,
                                    (uint64_t)((double)blocks * tune->block_s) * NS_PER_S),
                units_show_duration(budget, sizeof budget, tune->options->budget_ns));
    for (size_t i = 0; i < TUNE_PHASES; i++) {
        const struct study_phase *phase = &result->phases[i];
        if (phase->rounds == 0)
            log_message("  %-19s  no time for it", phase->name);
        else
            log_message("  %-19s  %3zu blocks  %s", phase->name, phase->rounds,
                        units_show_duration(seconds, sizeof seconds,
                                            (uint64_t)phase->planned_s * NS_PER_S));
    }
}

/* ---- the search ---- */

static bool run_phases(struct tune *tune, struct error *error) {
    for (size_t i = 0; i < TUNE_PHASES; i++) {
        struct study_phase *phase = &tune->result->phases[i];
        uint64_t begin_ns = clock_ns();
        size_t before = tune->done;
        bool ok = phases[i].run(tune, error);
        phase->rounds = tune->done - before;
        if (phase->rounds > 0)
            phase->seconds = (double)(clock_ns() - begin_ns) / 1e9;
        if (!ok)
            return false;
    }
    return true;
}

/* What no phase has decided: what the search thought of it last. */
static void conclude(struct tune *tune, bool ok) {
    for (size_t i = 0; i < tune->factor_count; i++) {
        struct tune_factor *factor = &tune->factors[i];
        struct tune_setting *setting = factor->setting;
        bool better = tune->best.value[i] != TUNE_PRESENT;
        const char *stopped = interrupted() ? "interrupted before it was compared"
                              : ok          ? "no time was left to confirm it"
                                            : "the search failed before it was compared";
        if (factor->decided)
            continue;
        if (!setting->screened) {
            setting->why = interrupted() ? "interrupted in the screening" : "the screening failed";
        } else if (better) {
            setting->outcome = TUNE_NOT_PROVED;
            setting->value = factor->space->values[tune->best.value[i]];
            setting->why = stopped;
        } else {
            setting->outcome = TUNE_NO_MATTER;
        }
    }
}

static void describe(struct tune *tune) {
    struct tune_result *result = tune->result;
    const struct result *blocks = &tune->blocks;
    const struct result_cell *cell = &blocks->cells[0];
    char batch[48];
    result_batch(cell, batch, sizeof batch);
    result->workload = blocks->workload;
    result->cell =
        cell->batch.max == 0
            ? arena_printf(tune->arena, "%s, pool %u", cell->path, cell->pool)
            : arena_printf(tune->arena, "%s, pool %u, batch %s", cell->path, cell->pool, batch);
}

static void describe_server(struct tune *tune) {
    struct tune_result *result = tune->result;
    struct server_facts *facts = ARENA_NEW(tune->arena, struct server_facts);
    *facts = tune->session.facts;
    result->server = facts;
    result->target = tune->session.shown;
    result->throwaway = tune->session.server != NULL;
}

static void init(struct tune *tune, const struct tune_options *options, struct arena *arena,
                 struct tune_result *result) {
    *tune = (struct tune){.options = options,
                          .arena = arena,
                          .result = result,
                          .matrix_options = *options->matrix,
                          .begin_ns = clock_ns()};
    tune->end_ns = tune->begin_ns + options->budget_ns;
    tune->matrix_options.session.cpus = options->cpus;
    tune->matrix_options.rounds = 1;
    tune->matrix_options.ceiling_ns = 0;
    tune->matrix_options.session.settings = options->present;
    tune->matrix_options.session.setting_count = options->present_count;
    tune_arm_init(&tune->best);
    *result = (struct tune_result){
        .block = ARENA_NEW(arena, struct result),
        .metric = options->metric,
        .margin = options->margin,
        .budget_s = (double)options->budget_ns / 1e9,
        .phases = ARENA_ARRAY(arena, struct study_phase, TUNE_PHASES),
        .phase_count = TUNE_PHASES,
        .recovery_present_s = UNKNOWN,
        .recovery_tuned_s = UNKNOWN,
        .memory_present_bytes = UNKNOWN,
        .memory_tuned_bytes = UNKNOWN,
    };
    for (size_t i = 0; i < TUNE_PHASES; i++)
        result->phases[i] = (struct study_phase){.name = phases[i].name, .seconds = UNKNOWN};
}

/* The warnings of the matrix come to those that the search itself has had; but what is said of one
 * block, which begins with the name of its cell, is not said of the search. */
static void join_warnings(struct tune *tune) {
    struct tune_result *result = tune->result;
    const struct result_cell *cell = &tune->blocks.cells[0];
    const char **own = result->warnings;
    size_t count = result->warning_count;
    char of_cell[96];
    snprintf(of_cell, sizeof of_cell, "%s, pool %u:", cell->path, cell->pool);
    result->warnings =
        ARENA_ARRAY(tune->arena, const char *, count + tune->blocks.warning_count + 1);
    for (size_t i = 0; i < count; i++)
        result->warnings[i] = own[i];
    for (size_t i = 0; i < tune->blocks.warning_count; i++)
        if (strncmp(tune->blocks.warnings[i], of_cell, strlen(of_cell)) != 0)
            result->warnings[count++] = tune->blocks.warnings[i];
    result->warning_count = count;
}

static bool search(struct tune *tune, struct error *error) {
    struct session *session = &tune->session;
    size_t restored;
    if (!session->server && !guard_restore_left(session->control, &restored, error))
        return false;
    if (!read_space(tune, error))
        return false;
    if (tune->factor_count == 0)
        return true;
    make_plan(tune);
    show_plan(tune);
    /* The disk was looked at once; comparisons need not look again. */
    bool ok = matrix_attach(&tune->matrix, session, error) && open_apply(tune, error);
    tune->matrix_options.fsync_off = true;
    return ok && run_phases(tune, error);
}

/* A server of the user's is as it was on every way out; what could not be put back weighs more than
 * what went wrong before. */
static bool put_away(struct tune *tune, bool ok, struct error *error) {
    struct error left = {0};
    bool back = apply_close(&tune->apply, &left);
    struct error unclosed = {0};
    if (!session_close(&tune->session, false, &unclosed)) {
        if (back)
            left = unclosed;
        else
            error_print(&unclosed);
        back = false;
    }
    if (back)
        return ok;
    if (ok)
        *error = left;
    else
        error_print(&left);
    return false;
}

bool tune_run(const struct tune_options *options, struct arena *arena, struct tune_result *result,
              struct error *error) {
    struct tune tune;
    init(&tune, options, arena, result);
    matrix_init(&tune.matrix, &tune.matrix_options, arena, &tune.blocks);
    describe(&tune);
    result->cpus =
        tune.matrix_options.session.cpus ? tune.matrix_options.session.cpus : tune.blocks.cpus;
    result->memory_bytes = options->space.memory_bytes;
    result->warnings = ARENA_ARRAY(arena, const char *, 1);
    bool ok = check_budget(options, error) &&
              session_open(&tune.matrix_options.session, arena, &tune.session, error);
    if (ok) {
        describe_server(&tune);
        ok = search(&tune, error);
        log_progress_end();
        ok = matrix_finish(&tune.matrix, ok, error);
        conclude(&tune, ok);
        ok = put_away(&tune, ok, error);
    }
    result->interrupted = !ok && interrupted();
    if (result->interrupted)
        error->exit_code = EXIT_INTERRUPTED;
    join_warnings(&tune);
    result->seconds = (double)(clock_ns() - tune.begin_ns) / 1e9;
    matrix_release(&tune.blocks);
    *result->block = tune.blocks;
    result->block->cells = NULL;
    result->block->cell_count = 0;
    return ok;
}

void tune_release(struct tune_result *result) {
    if (result->winner)
        ab_release(result->winner);
    if (result->pgtune)
        ab_release(result->pgtune);
}
