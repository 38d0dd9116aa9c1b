/* What `pgwrite ab` found, read back. */

#include "result/parse_study.h"

static void parse_pairs(struct parse *parse, const json_t *root, struct ab_result *ab) {
    static const char *const orders[] = {"ab", "ba"};
    const json_t *array = parse_array(parse, root, "pairs");
    ab->pair_count = json_array_size(array);
    ab->pairs = ARENA_ARRAY(parse->arena, struct ab_pair, ab->pair_count + 1);
    for (size_t i = 0; i < ab->pair_count; i++) {
        struct ab_pair *pair = &ab->pairs[i];
        const json_t *object = parse_element(parse, array, "pairs", i);
        pair->b_first = parse_known(parse, object, "order", orders, 2) == 1;
        pair->valid = parse_bool(parse, object, "valid");
        pair->why = parse_text(parse, object, "why");
        parse_sample(parse, object, "a", &pair->a);
        parse_sample(parse, object, "b", &pair->b);
        parse_leave(parse);
    }
}

static void parse_indexes(struct parse *parse, const json_t *root, struct ab_result *ab) {
    const json_t *array = parse_array(parse, root, "indexes");
    ab->index_count = json_array_size(array);
    ab->indexes = ARENA_ARRAY(parse->arena, struct ab_index, ab->index_count + 1);
    for (size_t i = 0; i < ab->index_count; i++) {
        const json_t *object = parse_element(parse, array, "indexes", i);
        ab->indexes[i] = (struct ab_index){
            .table = parse_needed(parse, object, "table"),
            .name = parse_needed(parse, object, "name"),
            .a_bytes_per_row = parse_number(parse, object, "a_bytes_per_row"),
            .b_bytes_per_row = parse_number(parse, object, "b_bytes_per_row"),
        };
        parse_leave(parse);
    }
}

static void parse_explanation(struct parse *parse, const json_t *root, struct ab_result *ab) {
    const json_t *object = parse_object(parse, root, "explanation");
    if (!object)
        return;
    ab->explained = true;
    parse_enter(parse, "explanation", SIZE_MAX);
    const json_t *array = parse_array(parse, object, "differences");
    ab->difference_count = json_array_size(array);
    ab->differences = ARENA_ARRAY(parse->arena, struct ab_difference, ab->difference_count + 1);
    for (size_t i = 0; i < ab->difference_count; i++) {
        const json_t *entry = parse_element(parse, array, "differences", i);
        ab->differences[i] = (struct ab_difference){
            .kind = (enum ab_difference_kind)parse_known(parse, entry, "kind", ab_difference_names,
                                                         AB_DIFFERENCE_KINDS),
            .name = parse_filled(parse, entry, "name"),
            .a = parse_number(parse, entry, "a"),
            .b = parse_number(parse, entry, "b"),
            .weight = parse_number(parse, entry, "weight"),
        };
        parse_leave(parse);
    }
    ab->unexplained = parse_texts(parse, object, "unknown", &ab->unexplained_count);
    parse_leave(parse);
}

static struct result *parse_side(struct parse *parse, const json_t *root, const char *key) {
    const json_t *object = parse_needed_object(parse, root, key);
    parse_enter(parse, key, SIZE_MAX);
    struct result *result = parse_run(parse, object);
    parse_leave(parse);
    return result;
}

static void parse_variants(struct parse *parse, const json_t *root, struct ab_result *ab) {
    const json_t *variants = parse_needed_object(parse, root, "variants");
    parse_enter(parse, "variants", SIZE_MAX);
    ab->a_variant = parse_needed(parse, variants, "a");
    ab->b_variant = parse_needed(parse, variants, "b");
    parse_leave(parse);
}

static void parse_compared(struct parse *parse, const json_t *root, struct ab_result *ab) {
    const json_t *comparison = parse_object(parse, root, "comparison");
    ab->compared = comparison != NULL;
    parse_uncompared(&ab->comparison, parse_metric(parse, root),
                     parse_number(parse, root, "margin"));
    parse_enter(parse, "comparison", SIZE_MAX);
    if (ab->compared)
        parse_comparison(parse, comparison, &ab->comparison);
    parse_leave(parse);
}

struct ab_result *parse_ab(struct parse *parse, const json_t *root) {
    struct ab_result *ab = ARENA_NEW(parse->arena, struct ab_result);
    const json_t *machine = parse_object(parse, root, "machine");
    parse_variants(parse, root, ab);
    ab->cell = parse_needed(parse, root, "cell");
    ab->b_cell = parse_text(parse, root, "b_cell");
    ab->across_tiers = parse_bool(parse, root, "across_tiers");
    ab->pairs_planned = parse_count(parse, root, "pairs_planned");
    ab->looks = parse_count(parse, root, "looks");
    ab->early = parse_bool(parse, root, "early");
    ab->interrupted = parse_bool(parse, root, "interrupted");
    parse_compared(parse, root, ab);
    parse_pairs(parse, root, ab);
    parse_indexes(parse, root, ab);
    parse_explanation(parse, root, ab);
    parse_enter(parse, "machine", SIZE_MAX);
    ab->steal_share = parse_number(parse, machine, "steal_share");
    ab->pressure_cpu = parse_number(parse, machine, "pressure_cpu");
    ab->pressure_io = parse_number(parse, machine, "pressure_io");
    parse_leave(parse);
    ab->warnings = parse_texts(parse, root, "warnings", &ab->warning_count);
    ab->a = parse_side(parse, root, "a");
    ab->b = parse_side(parse, root, "b");
    return ab;
}
