/* What `pgwrite ab` found as JSON, format pgwrite/1. Unknown is null, never 0. */
#include "result/ab.h"
#include "result/json_comparison.h"
#include "result/json_file.h"
#include "result/json_internal.h"

static json_t *texts_json(const char *const *texts, size_t count) {
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(array, value_text(texts[i]));
    return array;
}

static json_t *pairs_json(const struct ab_result *ab) {
    json_t *array = json_array();
    for (size_t i = 0; i < ab->pair_count; i++) {
        const struct ab_pair *pair = &ab->pairs[i];
        json_t *object = json_object();
        json_object_set_new(object, "order", value_text(pair->b_first ? "ba" : "ab"));
        json_object_set_new(object, "valid", json_boolean(pair->valid));
        json_object_set_new(object, "why", value_text(pair->why));
        json_object_set_new(object, "a", comparison_sample_json(&pair->a));
        json_object_set_new(object, "b", comparison_sample_json(&pair->b));
        json_array_append_new(array, object);
    }
    return array;
}

static json_t *indexes_json(const struct ab_result *ab) {
    json_t *array = json_array();
    for (size_t i = 0; i < ab->index_count; i++) {
        json_t *object = json_object();
        json_object_set_new(object, "table", value_text(ab->indexes[i].table));
        json_object_set_new(object, "name", value_text(ab->indexes[i].name));
        json_object_set_new(object, "a_bytes_per_row",
                            value_number(ab->indexes[i].a_bytes_per_row));
        json_object_set_new(object, "b_bytes_per_row",
                            value_number(ab->indexes[i].b_bytes_per_row));
        json_array_append_new(array, object);
    }
    return array;
}

static json_t *explanation_json(const struct ab_result *ab) {
    if (!ab->explained)
        return json_null();
    json_t *object = json_object(), *differences = json_array();
    for (size_t i = 0; i < ab->difference_count; i++) {
        const struct ab_difference *difference = &ab->differences[i];
        json_t *entry = json_object();
        json_object_set_new(entry, "kind", value_text(ab_difference_names[difference->kind]));
        json_object_set_new(entry, "name", value_filled(difference->name));
        json_object_set_new(entry, "a", value_number(difference->a));
        json_object_set_new(entry, "b", value_number(difference->b));
        json_object_set_new(entry, "weight", value_number(difference->weight));
        json_array_append_new(differences, entry);
    }
    json_object_set_new(object, "differences", differences);
    json_object_set_new(object, "unknown", texts_json(ab->unexplained, ab->unexplained_count));
    return object;
}

static json_t *noise_json(const struct ab_result *ab) {
    json_t *object = json_object();
    json_object_set_new(object, "steal_share", value_number(ab->steal_share));
    json_object_set_new(object, "pressure_cpu", value_number(ab->pressure_cpu));
    json_object_set_new(object, "pressure_io", value_number(ab->pressure_io));
    return object;
}

static json_t *ab_json(const struct ab_result *ab) {
    json_t *root = json_object(), *variants = json_object();
    bool stands = ab_has_verdict(ab);
    json_object_set_new(root, "format", value_text("pgwrite/1"));
    json_object_set_new(root, "study", value_text("ab"));
    json_object_set_new(root, "tool", value_tool(ab->a->version));
    json_object_set_new(
        root, "verdict",
        stands ? value_text(comparison_verdict_names[comparison_verdict(&ab->comparison)])
               : json_null());
    json_object_set_new(root, "metric",
                        value_text(comparison_definitions[ab->comparison.metric].name));
    json_object_set_new(root, "margin", value_number(ab->comparison.margin));
    json_object_set_new(variants, "a", value_text(ab->a_variant));
    json_object_set_new(variants, "b", value_text(ab->b_variant));
    json_object_set_new(root, "variants", variants);
    json_object_set_new(root, "cell", value_text(ab->cell));
    json_object_set_new(root, "b_cell", value_text(ab->b_cell));
    json_object_set_new(root, "across_tiers", json_boolean(ab->across_tiers));
    json_object_set_new(root, "pairs_planned", value_count(ab->pairs_planned));
    json_object_set_new(root, "pairs_run", value_count(ab->pair_count));
    json_object_set_new(root, "pairs_valid", value_count(ab_pairs_valid(ab)));
    json_object_set_new(root, "looks", value_count(ab->looks));
    json_object_set_new(root, "early", json_boolean(ab->early));
    json_object_set_new(root, "interrupted", json_boolean(ab->interrupted));
    json_object_set_new(root, "comparison",
                        ab->compared ? comparison_json(&ab->comparison) : json_null());
    json_object_set_new(root, "pairs", pairs_json(ab));
    json_object_set_new(root, "indexes", indexes_json(ab));
    json_object_set_new(root, "explanation", explanation_json(ab));
    json_object_set_new(root, "machine", noise_json(ab));
    json_object_set_new(root, "warnings", texts_json(ab->warnings, ab->warning_count));
    json_object_set_new(root, "a", result_json(ab->a));
    json_object_set_new(root, "b", result_json(ab->b));
    return root;
}

bool ab_write_json(const struct ab_result *ab, const char *file, struct error *error) {
    return json_file_write(ab_json(ab), file, error);
}
