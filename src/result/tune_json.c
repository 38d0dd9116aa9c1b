/* What `pgwrite tune` found, as JSON. */
#include "result/json_comparison.h"
#include "result/json_file.h"
#include "result/json_internal.h"
#include "result/tune.h"

const char *const tune_outcome_names[TUNE_OUTCOMES] = {
    [TUNE_RECOMMENDED] = "recommended", [TUNE_NO_MATTER] = "no-matter",
    [TUNE_NOT_PROVED] = "not-proved",   [TUNE_WORSE] = "worse",
    [TUNE_NOT_TRIED] = "not-tried",
};

static json_t *setting_json(const struct tune_setting *setting) {
    json_t *object = json_object();
    json_object_set_new(object, "name", value_text(setting->name));
    json_object_set_new(object, "outcome", value_text(tune_outcome_names[setting->outcome]));
    json_object_set_new(object, "why", value_text(setting->why));
    json_object_set_new(object, "present", value_text(setting->present));
    json_object_set_new(object, "value", value_text(setting->value));
    json_object_set_new(object, "context", value_text(setting->context));
    json_object_set_new(object, "durability", value_text(setting->durability));
    json_object_set_new(object, "matters", value_filled(setting->matters));
    json_object_set_new(object, "cost", value_filled(setting->cost));
    json_object_set_new(object, "screened_change",
                        setting->screened ? value_signed(setting->effect) : json_null());
    json_object_set_new(object, "screened_error",
                        setting->screened ? value_number(setting->effect_error) : json_null());
    json_object_set_new(object, "comparison",
                        setting->compared ? comparison_json(&setting->comparison) : json_null());
    return object;
}

/* Of a comparison that was not reached, or stopped before its first look: null. */
static json_t *study_json(const struct ab_result *ab) {
    if (!ab || !ab->compared)
        return json_null();
    json_t *object = json_object();
    json_object_set_new(object, "a", value_text(ab->a_variant));
    json_object_set_new(object, "b", value_text(ab->b_variant));
    json_object_set_new(object, "comparison", comparison_json(&ab->comparison));
    return object;
}

static json_t *tune_json(const struct tune_result *tune) {
    json_t *root = json_object(), *settings = json_array();
    json_t *warnings = json_array(), *machine = json_object();
    json_object_set_new(root, "format", value_text("pgwrite/1"));
    json_object_set_new(root, "study", value_text("tune"));
    json_object_set_new(root, "tool", value_tool(tune->block->version));
    json_object_set_new(root, "started_at", value_text(tune->block->started_at));
    json_object_set_new(root, "command", value_words(tune->block->command));
    json_object_set_new(root, "seed", value_count(tune->block->seed));
    json_object_set_new(root, "run", run_json(tune->block));
    json_object_set_new(root, "host", host_json(tune->block));
    json_object_set_new(root, "server", server_json(tune->server, tune->throwaway, tune->target));
    json_object_set_new(root, "workload", workload_json(tune->block));
    json_object_set_new(root, "cell", value_text(tune->cell));
    json_object_set_new(machine, "cpus", json_integer(tune->cpus));
    json_object_set_new(machine, "memory_bytes", value_whole(tune->memory_bytes));
    json_object_set_new(root, "machine", machine);
    json_object_set_new(root, "metric", value_text(comparison_definitions[tune->metric].name));
    json_object_set_new(root, "margin", value_number(tune->margin));
    json_object_set_new(root, "budget_s", value_number(tune->budget_s));
    json_object_set_new(root, "seconds", value_number(tune->seconds));
    json_object_set_new(root, "phases", phases_json(tune->phases, tune->phase_count, "blocks"));
    for (size_t i = 0; i < tune->setting_count; i++)
        json_array_append_new(settings, setting_json(&tune->settings[i]));
    json_object_set_new(root, "settings", settings);
    json_object_set_new(root, "measured", json_boolean(tune->measured));
    json_object_set_new(root, "confirmed", json_boolean(tune->confirmed));
    json_object_set_new(root, "winner", study_json(tune->winner));
    json_object_set_new(root, "pgtune", study_json(tune->pgtune));
    json_object_set_new(root, "pgtune_settings", value_text(tune->pgtune_settings));
    json_object_set_new(root, "recovery_present_s", value_number(tune->recovery_present_s));
    json_object_set_new(root, "recovery_tuned_s", value_number(tune->recovery_tuned_s));
    json_object_set_new(root, "memory_present_bytes", value_whole(tune->memory_present_bytes));
    json_object_set_new(root, "memory_tuned_bytes", value_whole(tune->memory_tuned_bytes));
    json_object_set_new(root, "interrupted", json_boolean(tune->interrupted));
    for (size_t i = 0; i < tune->warning_count; i++)
        json_array_append_new(warnings, value_text(tune->warnings[i]));
    json_object_set_new(root, "warnings", warnings);
    return root;
}

bool tune_write_json(const struct tune_result *tune, const char *file, struct error *error) {
    return json_file_write(tune_json(tune), file, error);
}
