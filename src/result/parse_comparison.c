/* Comparisons read back, and what the readers of studies share. */
#include <math.h>

#include "result/parse_study.h"

const char *parse_needed(struct parse *parse, const json_t *object, const char *key) {
    if (!parse_has(object, key))
        parse_fault(parse, key, "is missing");
    return parse_filled(parse, object, key);
}

json_t *parse_needed_object(struct parse *parse, const json_t *object, const char *key) {
    if (!parse_has(object, key))
        parse_fault(parse, key, "is missing");
    return parse_object(parse, object, key);
}

uint32_t parse_count32(struct parse *parse, const json_t *object, const char *key) {
    return (uint32_t)parse_count_max(parse, object, key, UINT32_MAX);
}

size_t parse_known(struct parse *parse, const json_t *object, const char *key,
                   const char *const *names, size_t count) {
    if (!parse_has(object, key))
        parse_fault(parse, key, "is missing");
    size_t choice = parse_choice(parse, object, key, names, count);
    return choice < count ? choice : 0;
}

enum comparison_metric parse_metric(struct parse *parse, const json_t *object) {
    const char *names[COMPARE_METRICS];
    for (size_t i = 0; i < COMPARE_METRICS; i++)
        names[i] = comparison_definitions[i].name;
    return (enum comparison_metric)parse_known(parse, object, "metric", names, COMPARE_METRICS);
}

bool parse_interval(struct parse *parse, const json_t *object, const char *key, double *low,
                    double *high) {
    const json_t *ends = parse_array(parse, object, key);
    if (!ends)
        return false;
    const json_t *first = json_array_get(ends, 0), *last = json_array_get(ends, 1);
    if (json_array_size(ends) != 2 || !json_is_number(first) || !json_is_number(last)) {
        parse_fault(parse, key, "is no interval: that is two numbers");
        return false;
    }
    *low = json_number_value(first);
    *high = json_number_value(last);
    return true;
}

void parse_numbers(struct parse *parse, const json_t *object, const struct parse_field *fields,
                   size_t count) {
    for (size_t i = 0; i < count; i++)
        *fields[i].into = parse_number(parse, object, fields[i].key);
}

void parse_sample(struct parse *parse, const json_t *object, const char *key,
                  struct comparison_sample *out) {
    const json_t *sample = parse_needed_object(parse, object, key);
    parse_enter(parse, key, SIZE_MAX);
    for (size_t i = 0; i < COMPARE_METRICS; i++)
        out->value[i] = parse_number(parse, sample, comparison_definitions[i].name);
    parse_leave(parse);
}

static struct shift parse_shift(struct parse *parse, const json_t *object, const char *key,
                                double estimate) {
    struct shift shift = {estimate, -INFINITY, INFINITY};
    parse_interval(parse, object, key, &shift.low, &shift.high);
    return shift;
}

/* The estimate is the same at every confidence. */
static void parse_finding(struct parse *parse, const json_t *object,
                          struct comparison_finding *out) {
    double estimate = parse_signed(parse, object, "change");
    out->a = parse_number(parse, object, "a");
    out->b = parse_number(parse, object, "b");
    out->count = parse_count(parse, object, "count");
    out->p = parse_number(parse, object, "p");
    out->known = is_known(out->p);
    out->change = parse_shift(parse, object, "interval_95", estimate);
    out->narrow = parse_shift(parse, object, "interval_90", estimate);
    out->verdict = (enum comparison_verdict)parse_known(
        parse, object, "verdict", comparison_verdict_names, VERDICT_WORSE + 1);
    if (out->known && isnan(estimate))
        parse_fault(parse, "change", "is missing beside p");
}

void parse_uncompared(struct comparison *out, enum comparison_metric metric, double margin) {
    *out = (struct comparison){.metric = metric, .margin = margin};
    for (size_t i = 0; i < COMPARE_METRICS; i++)
        out->findings[i] = (struct comparison_finding){.a = UNKNOWN,
                                                       .b = UNKNOWN,
                                                       .change = {NAN, -INFINITY, INFINITY},
                                                       .narrow = {NAN, -INFINITY, INFINITY},
                                                       .p = UNKNOWN};
}

void parse_comparison(struct parse *parse, const json_t *object, struct comparison *out) {
    parse_uncompared(out, parse_metric(parse, object), parse_number(parse, object, "margin"));
    out->paired = parse_bool(parse, object, "paired");
    out->a_count = parse_count(parse, object, "a_count");
    out->b_count = parse_count(parse, object, "b_count");
    out->pairs_needed = parse_count(parse, object, "pairs_needed");
    const json_t *findings = parse_needed_object(parse, object, "findings");
    parse_enter(parse, "findings", SIZE_MAX);
    for (size_t i = 0; i < COMPARE_METRICS; i++) {
        const char *name = comparison_definitions[i].name;
        const json_t *finding = parse_object(parse, findings, name);
        parse_enter(parse, name, SIZE_MAX);
        if (finding) /* else of a pgwrite that did not know this metric */
            parse_finding(parse, finding, &out->findings[i]);
        parse_leave(parse);
    }
    parse_leave(parse);
}

struct study_phase *parse_phases(struct parse *parse, const json_t *root, const char *rounds,
                                 size_t *count) {
    const json_t *array = parse_array(parse, root, "phases");
    *count = json_array_size(array);
    struct study_phase *phases = ARENA_ARRAY(parse->arena, struct study_phase, *count + 1);
    for (size_t i = 0; i < *count; i++) {
        const json_t *object = parse_element(parse, array, "phases", i);
        phases[i] = (struct study_phase){
            .name = parse_needed(parse, object, "name"),
            .rounds = parse_count(parse, object, rounds),
            .planned_s = parse_number(parse, object, "planned_s"),
            .seconds = parse_number(parse, object, "seconds"),
        };
        parse_leave(parse);
    }
    return phases;
}
