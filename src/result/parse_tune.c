/* What `pgwrite tune` found, read back. */
#include "result/parse_study.h"

static void parse_setting(struct parse *parse, const json_t *object, struct tune_setting *out) {
    out->name = parse_needed(parse, object, "name");
    out->outcome =
        (enum tune_outcome)parse_known(parse, object, "outcome", tune_outcome_names, TUNE_OUTCOMES);
    bool recommended = out->outcome == TUNE_RECOMMENDED;
    const char *(*read)(struct parse *, const json_t *, const char *) =
        recommended ? parse_needed : parse_text;
    out->present = read(parse, object, "present");
    out->value = read(parse, object, "value");
    out->context = read(parse, object, "context");
    out->durability = parse_text(parse, object, "durability");
    out->why = parse_text(parse, object, "why");
    out->matters = parse_filled(parse, object, "matters");
    out->cost = parse_filled(parse, object, "cost");
    out->screened = parse_has(object, "screened_change");
    out->effect = out->screened ? parse_signed(parse, object, "screened_change") : 0;
    out->effect_error = parse_number(parse, object, "screened_error");
    const json_t *comparison = parse_object(parse, object, "comparison");
    out->compared = comparison != NULL;
    parse_enter(parse, "comparison", SIZE_MAX);
    if (out->compared)
        parse_comparison(parse, comparison, &out->comparison);
    parse_leave(parse);
}

static void parse_settings(struct parse *parse, const json_t *root, struct tune_result *out) {
    const json_t *array = parse_array(parse, root, "settings");
    out->setting_count = json_array_size(array);
    out->settings = ARENA_ARRAY(parse->arena, struct tune_setting, out->setting_count + 1);
    for (size_t i = 0; i < out->setting_count; i++) {
        parse_setting(parse, parse_element(parse, array, "settings", i), &out->settings[i]);
        parse_leave(parse);
    }
}

/* The comparison alone: its blocks are not kept. NULL: there was none. */
static struct ab_result *parse_versus(struct parse *parse, const json_t *root, const char *key) {
    const json_t *object = parse_object(parse, root, key);
    if (!object)
        return NULL;
    struct ab_result *ab = ARENA_NEW(parse->arena, struct ab_result);
    parse_enter(parse, key, SIZE_MAX);
    ab->a_variant = parse_needed(parse, object, "a");
    ab->b_variant = parse_needed(parse, object, "b");
    ab->steal_share = ab->pressure_cpu = ab->pressure_io = UNKNOWN;
    const json_t *comparison = parse_needed_object(parse, object, "comparison");
    parse_enter(parse, "comparison", SIZE_MAX);
    ab->compared = comparison != NULL;
    if (ab->compared)
        parse_comparison(parse, comparison, &ab->comparison);
    parse_leave(parse);
    parse_leave(parse);
    return ab;
}

/* An older pgwrite did not say it, but how many blocks each phase had. */
static bool parse_measured(struct parse *parse, const json_t *root,
                           const struct tune_result *tune) {
    bool any = parse_bool(parse, root, "measured");
    for (size_t i = 0; i < tune->phase_count && !parse_has(root, "measured"); i++)
        any |= tune->phases[i].rounds > 0;
    return any;
}

struct tune_result *parse_tune(struct parse *parse, const json_t *root) {
    struct tune_result *out = ARENA_NEW(parse->arena, struct tune_result);
    const json_t *machine = parse_object(parse, root, "machine");
    out->block = parse_run(parse, root);
    out->workload = out->block->workload;
    out->cell = parse_needed(parse, root, "cell");
    out->target = out->block->target;
    out->throwaway = out->block->throwaway;
    out->server = &out->block->server;
    parse_enter(parse, "machine", SIZE_MAX);
    out->cpus = (long)parse_count32(parse, machine, "cpus");
    out->memory_bytes = parse_number(parse, machine, "memory_bytes");
    parse_leave(parse);
    out->metric = parse_metric(parse, root);
    out->margin = parse_number(parse, root, "margin");
    out->budget_s = parse_number(parse, root, "budget_s");
    out->seconds = parse_number(parse, root, "seconds");
    out->phases = parse_phases(parse, root, "blocks", &out->phase_count);
    parse_settings(parse, root, out);
    out->measured = parse_measured(parse, root, out);
    out->confirmed = parse_bool(parse, root, "confirmed");
    out->winner = parse_versus(parse, root, "winner");
    out->pgtune = parse_versus(parse, root, "pgtune");
    out->pgtune_settings = parse_text(parse, root, "pgtune_settings");
    out->recovery_present_s = parse_number(parse, root, "recovery_present_s");
    out->recovery_tuned_s = parse_number(parse, root, "recovery_tuned_s");
    out->memory_present_bytes = parse_number(parse, root, "memory_present_bytes");
    out->memory_tuned_bytes = parse_number(parse, root, "memory_tuned_bytes");
    out->interrupted = parse_bool(parse, root, "interrupted");
    out->warnings = parse_texts(parse, root, "warnings", &out->warning_count);
    return out;
}
