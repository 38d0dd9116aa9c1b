#include "study/ab.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "study/ab_rules.h"
#include "study/arm.h"
#include "study/explain.h"
#include "study/live.h"

/* What a round takes beside its warm-up and window: schema, connections, checkpoint, verification;
 * with settings a restart too. For the plan alone. */
#define ROUND_MORE_S 0.5
#define RESTART_S 0.7

/* A study may run half as many pairs again in place of those that do not count. */
static size_t most_pairs(const struct ab_options *options) {
    return options->pairs + (options->pairs + 1) / 2;
}

struct study {
    const struct ab_options *options;
    struct arena *arena;
    struct ab_result *out;
    struct arm arms[2];
    size_t valid;                    /* pairs */
    struct comparison_sample *a, *b; /* of the valid pairs */
    struct explain_round *explained[2];
    struct looks looks;
    double pair_s; /* that the last pair took */
    char so_far[96];
};

double ab_seconds(const struct ab_options *options) {
    double a_s = live_cell_seconds(options->a.matrix), b_s = live_cell_seconds(options->b.matrix);
    bool restarts = options->a.setting_count + options->b.setting_count > 0;
    if (!is_known(a_s) || !is_known(b_s))
        return UNKNOWN;
    return (double)options->pairs * (a_s + b_s + 2 * (ROUND_MORE_S + (restarts ? RESTART_S : 0)));
}

/* The estimate, for the live line, from what there is: no look, since nothing follows from it. */
static void show_so_far(struct study *study) {
    const struct comparison_definition *metric = &comparison_definitions[study->options->metric];
    double differences[AB_PAIRS_MAX];
    size_t count = 0;
    struct shift shift;
    for (size_t i = 0; i < study->valid; i++) {
        double a = study->a[i].value[study->options->metric];
        double b = study->b[i].value[study->options->metric];
        if (metric->points ? is_known(a) && is_known(b) : a > 0 && b > 0)
            differences[count++] = metric->points ? b - a : log(b / a);
    }
    if (count == 0)
        return;
    shift_paired(differences, count, 0.95, &shift);
    double *const parts[] = {&shift.estimate, &shift.low, &shift.high};
    for (size_t i = 0; i < 3; i++)
        *parts[i] = (metric->points ? *parts[i] : expm1(*parts[i])) * 100;
    int length = snprintf(study->so_far, sizeof study->so_far, ": so far %+.1f %%", shift.estimate);
    if (count >= COMPARISON_ROUNDS_MIN && length > 0)
        snprintf(study->so_far + length, sizeof study->so_far - (size_t)length, " (%+.1f to %+.1f)",
                 shift.low, shift.high);
}

static bool run_side(struct study *study, size_t side, double rounds_left, struct error *error) {
    struct arm *arm = &study->arms[side];
    struct ab_result *out = study->out;
    const char *label = arena_printf(study->arena, "%spair %zu/%zu %s", study->options->label,
                                     study->valid + 1, study->options->pairs, arm->name);
    arm->matrix.so_far = study->so_far;
    if (!arm_round(arm, label, rounds_left, error))
        return false;
    const struct result_round *round = arm_last(arm);
    struct ab_pair *pair = &out->pairs[out->pair_count];
    comparison_sample_of(round, side ? &pair->b : &pair->a);
    return explain_collect(arm->explain, round, study->arena, &study->explained[side][study->valid],
                           error);
}

static bool sets_checkpoints(const struct ab_side *side) {
    for (size_t i = 0; i < side->setting_count; i++)
        if (strcasecmp(side->settings[i].name, "max_wal_size") == 0 ||
            strncasecmp(side->settings[i].name, "checkpoint_", 11) == 0)
            return true;
    return false;
}

/* How often they come may be what A and B differ by. */
static bool checkpoints_count(const struct ab_options *options) {
    return options->checkpoints_count || sets_checkpoints(&options->a) ||
           sets_checkpoints(&options->b);
}

/* Another tier is another promise: what it costs is no regression. */
static bool check_tiers(const struct study *study, struct error *error) {
    enum durability a = study->out->a->server.durability, b = study->out->b->server.durability;
    if (a == b || study->options->across_tiers)
        return true;
    error_usage(error, "A is %s and B is %s: the faster one may be the one that keeps less",
                durability_name(a), durability_name(b));
    return error_hint(error, "--across-tiers compares them all the same, and says so");
}

static bool run_pair(struct study *study, struct error *error) {
    struct ab_result *out = study->out;
    struct ab_pair *pair = &out->pairs[out->pair_count];
    uint64_t begin_ns = clock_ns();
    double left = 2.0 * (double)(study->options->pairs - study->valid);
    pair->b_first = out->pair_count % 2 == 1;
    size_t first = pair->b_first ? 1 : 0;
    if (!run_side(study, first, left - 1, error) || !run_side(study, 1 - first, left - 2, error))
        return false;
    const struct ab_side_round a = {arm_last(&study->arms[0]), arm_reconnected(&study->arms[0])};
    const struct ab_side_round b = {arm_last(&study->arms[1]), arm_reconnected(&study->arms[1])};
    pair->why = ab_why_invalid(&a, &b, checkpoints_count(study->options), study->arena);
    pair->valid = pair->why == NULL;
    out->pair_count++;
    if (pair->valid) {
        study->a[study->valid] = pair->a;
        study->b[study->valid++] = pair->b;
        show_so_far(study);
    }
    study->pair_s = (double)(clock_ns() - begin_ns) / 1e9;
    return true;
}

static bool time_left(const struct study *study) {
    return study->options->until_ns == 0 ||
           clock_ns() + (uint64_t)(study->pair_s * 1e9) < study->options->until_ns;
}

/* True: it is decided, or was the last look. */
static bool look(struct study *study, double share) {
    const struct ab_options *options = study->options;
    struct ab_result *out = study->out;
    out->looks++;
    out->compared = true;
    comparison_paired(study->a, study->b, study->valid, options->metric, options->margin, share,
                      &out->comparison);
    return comparison_verdict(&out->comparison) != VERDICT_INCONCLUSIVE;
}

static bool run_pairs(struct study *study, struct error *error) {
    const struct ab_options *options = study->options;
    size_t next = 0; /* look */
    for (size_t tries = 0; study->valid < options->pairs; tries++) {
        if (tries == most_pairs(options) || !time_left(study))
            break;
        size_t before = study->valid;
        if (!run_pair(study, error))
            return false;
        if (study->valid == before || study->valid != study->looks.at[next])
            continue;
        if (look(study, study->looks.share[next++]) && study->valid < options->pairs) {
            study->out->early = true;
            return true;
        }
    }
    /* Time or the pairs to spare have run out, which no figure has decided: what error is left goes
     * into one look. */
    if (study->valid < options->pairs && study->valid >= LOOKS_FIRST &&
        (next == 0 || study->valid != study->looks.at[next - 1]))
        look(study, ab_rest_of_error(&study->looks, next));
    return true;
}

static void plan_looks(struct study *study) {
    const struct ab_options *options = study->options;
    looks_plan(options->pairs, &study->looks);
    study->a = ARENA_ARRAY(study->arena, struct comparison_sample, options->pairs);
    study->b = ARENA_ARRAY(study->arena, struct comparison_sample, options->pairs);
    study->out->pairs = ARENA_ARRAY(study->arena, struct ab_pair, most_pairs(options) + 1);
    for (size_t i = 0; i < 2; i++)
        study->explained[i] = ARENA_ARRAY(study->arena, struct explain_round, options->pairs + 1);
}

static void add_unexplained(struct study *study, const struct arm *arm) {
    struct ab_result *out = study->out;
    const char *missing = arm->explain ? explain_missing(arm->explain) : NULL;
    for (size_t i = 0; missing && i < out->unexplained_count; i++)
        if (strcmp(out->unexplained[i], missing) == 0)
            missing = NULL;
    if (missing)
        out->unexplained[out->unexplained_count++] = missing;
}

static void summarise(struct study *study) {
    struct ab_result *out = study->out;
    ab_describe_machine(out);
    ab_join_warnings(out, study->options->metric, study->arena);
    for (size_t i = 0; i < 2; i++)
        add_unexplained(study, &study->arms[i]);
    if (study->valid > 0)
        explain_compare(study->explained[0], study->explained[1], study->valid, study->arena, out);
}

/* Both arms before anything is measured, so that what is wrong with B costs no time. */
static bool open_arms(struct study *study, struct error *error) {
    const struct ab_options *options = study->options;
    const struct ab_side *sides[] = {&options->a, &options->b};
    bool shared = options->session || arm_same_server(&options->a, &options->b);
    for (size_t i = 0; i < 2; i++) {
        const struct arm_options arm = {
            .other = shared ? sides[1 - i] : NULL,
            .with = i && shared ? &study->arms[0] : NULL,
            .session = options->session,
            .apply = options->apply,
            .explain = options->explain,
        };
        if (!arm_open(&arm, &study->arms[i], error))
            return false;
    }
    return true;
}

bool ab_run(const struct ab_options *options, struct arena *arena, struct ab_result *out,
            struct error *error) {
    struct study study = {.options = options, .arena = arena, .out = out};
    *out = (struct ab_result){.a_variant = options->a.variant,
                              .b_variant = options->b.variant,
                              .pairs_planned = options->pairs,
                              .across_tiers = options->across_tiers,
                              .explained = options->explain,
                              .unexplained = ARENA_ARRAY(arena, const char *, 2),
                              .steal_share = UNKNOWN,
                              .pressure_cpu = UNKNOWN,
                              .pressure_io = UNKNOWN};
    for (size_t i = 0; i < 2; i++)
        arm_init(&study.arms[i], i ? "B" : "A", i ? &options->b : &options->a,
                 (uint32_t)most_pairs(options), arena);
    out->a = study.arms[0].result;
    out->b = study.arms[1].result;
    plan_looks(&study);
    bool ok = open_arms(&study, error) && check_tiers(&study, error) && run_pairs(&study, error);
    log_progress_end();
    for (size_t i = 0; i < 2; i++)
        ok = arm_finish(&study.arms[i], ok, error);
    out->cell = arm_describe(&study.arms[0]);
    out->b_cell = arm_describe(&study.arms[1]);
    out->interrupted = !ok && interrupted();
    summarise(&study);
    for (size_t i = 2; i > 0; i--)
        ok = arm_close(&study.arms[i - 1], ok, error);
    return ok;
}

void ab_release(struct ab_result *ab) {
    matrix_release(ab->a);
    matrix_release(ab->b);
}
