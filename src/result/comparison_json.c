#include "result/json_comparison.h"

/* Both ends, or null: half an interval is none. */
static json_t *interval_json(const struct comparison_finding *finding, const struct shift *shift) {
    json_t *low = value_signed(shift->low), *high = value_signed(shift->high);
    if (finding->known && !json_is_null(low) && !json_is_null(high)) {
        json_t *interval = json_array();
        json_array_append_new(interval, low);
        json_array_append_new(interval, high);
        return interval;
    }
    json_decref(low);
    json_decref(high);
    return json_null();
}

static json_t *finding_json(const struct comparison_finding *finding, bool points) {
    json_t *object = json_object();
    json_object_set_new(object, "a", value_number(finding->a));
    json_object_set_new(object, "b", value_number(finding->b));
    json_object_set_new(object, "count", value_count(finding->count));
    json_object_set_new(object, "scale", value_text(points ? "difference" : "ratio"));
    json_object_set_new(object, "change",
                        finding->known ? value_signed(finding->change.estimate) : json_null());
    json_object_set_new(object, "interval_95", interval_json(finding, &finding->change));
    json_object_set_new(object, "interval_90", interval_json(finding, &finding->narrow));
    json_object_set_new(object, "p", finding->known ? value_number(finding->p) : json_null());
    json_object_set_new(object, "verdict", value_text(comparison_verdict_names[finding->verdict]));
    return object;
}

json_t *comparison_json(const struct comparison *comparison) {
    json_t *object = json_object(), *findings = json_object();
    json_object_set_new(object, "paired", json_boolean(comparison->paired));
    json_object_set_new(object, "metric",
                        value_text(comparison_definitions[comparison->metric].name));
    json_object_set_new(object, "margin", value_number(comparison->margin));
    json_object_set_new(object, "verdict",
                        value_text(comparison_verdict_names[comparison_verdict(comparison)]));
    json_object_set_new(object, "a_count", value_count(comparison->a_count));
    json_object_set_new(object, "b_count", value_count(comparison->b_count));
    json_object_set_new(object, "pairs_needed",
                        comparison->pairs_needed ? value_count(comparison->pairs_needed)
                                                 : json_null());
    for (int metric = 0; metric < COMPARE_METRICS; metric++)
        json_object_set_new(
            findings, comparison_definitions[metric].name,
            finding_json(&comparison->findings[metric], comparison_definitions[metric].points));
    json_object_set_new(object, "findings", findings);
    return object;
}

json_t *comparison_sample_json(const struct comparison_sample *sample) {
    json_t *object = json_object();
    for (int metric = 0; metric < COMPARE_METRICS; metric++)
        json_object_set_new(object, comparison_definitions[metric].name,
                            value_number(sample->value[metric]));
    return object;
}

json_t *phases_json(const struct study_phase *phases, size_t count, const char *rounds) {
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++) {
        bool reached = is_known(phases[i].seconds);
        json_t *object = json_object();
        json_object_set_new(object, "name", value_text(phases[i].name));
        json_object_set_new(object, rounds, value_count(reached ? phases[i].rounds : 0));
        json_object_set_new(object, "planned_s", value_number(phases[i].planned_s));
        json_object_set_new(object, "seconds", value_number(phases[i].seconds));
        json_array_append_new(array, object);
    }
    return array;
}
