/* What the load engine counted in a round, read back. */
#include <string.h>

#include "result/parse_internal.h"

static struct histogram *copy_of(const struct histogram *from) {
    struct histogram *copy = from ? histogram_new() : NULL;
    if (copy)
        histogram_merge(copy, from);
    return copy;
}

/* What is exact has to lie in the buckets that are in use: they are found by it. */
static void read_exact(struct parse *parse, const json_t *object, const char *key,
                       struct histogram *out) {
    const json_t *exact = parse_object(parse, object, key);
    if (!exact || out->count == 0)
        return;
    uint64_t sum_ns = parse_count(parse, exact, "sum_ns");
    uint64_t min_ns = parse_count(parse, exact, "min_ns");
    uint64_t max_ns = parse_count(parse, exact, "max_ns");
    if (min_ns > max_ns || histogram_index(min_ns) != histogram_index(out->min_ns) ||
        histogram_index(max_ns) != histogram_index(out->max_ns)) {
        parse_fault(parse, key, "does not go with its histogram");
        return;
    }
    out->sum_ns = sum_ns;
    out->min_ns = min_ns;
    out->max_ns = max_ns;
}

void parse_histograms(struct parse *parse, const json_t *object,
                      struct histogram *latency[LATENCY_COUNT]) {
    const json_t *encoded = parse_object(parse, object, "histograms");
    const json_t *exact = parse_object(parse, object, "histograms_exact");
    for (size_t i = 0; i < LATENCY_COUNT && encoded; i++) {
        const json_t *value = json_object_get(encoded, latency_names[i]);
        if (!value || json_is_null(value))
            continue;
        parse_enter(parse, "histograms", SIZE_MAX);
        if (++parse->histogram_count > PARSE_HISTOGRAMS_MAX)
            parse_fault(parse, NULL, "are more than %d in this file", PARSE_HISTOGRAMS_MAX);
        else if (latency[i] = histogram_new(),
                 !json_is_string(value) || !histogram_decode(json_string_value(value), latency[i]))
            parse_fault(parse, latency_names[i], "is no histogram of pgwrite");
        parse_leave(parse);
        parse_enter(parse, "histograms_exact", SIZE_MAX);
        if (latency[i])
            read_exact(parse, exact, latency_names[i], latency[i]);
        parse_leave(parse);
    }
}

static void read_wishes(struct parse *parse, const json_t *object, struct load_asked *out) {
    out->asked = parse_count(parse, object, "asked");
    out->rejected = parse_count(parse, object, "rejected");
    out->dropped = parse_count(parse, object, "dropped");
    out->timed_out = parse_count(parse, object, "checkout_timeouts");
    out->think_ns = parse_count(parse, object, "think_ns");
    out->thinks = parse_count(parse, object, "thinks");
}

static void read_tally(struct parse *parse, const json_t *object,
                       struct histogram *const whole[LATENCY_COUNT], struct load_tally *out) {
    out->committed = parse_count(parse, object, "committed");
    out->failed = parse_count(parse, object, "failed");
    out->failed_ns = parse_count(parse, object, "failed_ns");
    out->retried = parse_count(parse, object, "retried");
    out->skipped = parse_count(parse, object, "skipped");
    out->missed = parse_count(parse, object, "missed");
    out->rows = parse_count(parse, object, "rows");
    if (parse_has(object, "histograms")) {
        parse_histograms(parse, object, out->latency);
        return;
    }
    for (size_t i = 0; i < LATENCY_COUNT && !parse->failed; i++) {
        parse->histogram_count += whole[i] != NULL;
        if (parse->histogram_count > PARSE_HISTOGRAMS_MAX)
            parse_fault(parse, "histograms", "are more than %d in this file", PARSE_HISTOGRAMS_MAX);
        else
            out->latency[i] = copy_of(whole[i]);
    }
}

static void read_stages(struct parse *parse, const json_t *array, const struct result *result,
                        struct histogram *const whole[LATENCY_COUNT], struct load_result *load) {
    load->stage_count = result->stage_count;
    load->step_count = result->step_count;
    load->tallies = MEM_ARRAY(struct load_tally, load->stage_count * load->step_count);
    load->asked = MEM_ARRAY(struct load_asked, load->stage_count);
    load->stage_seconds = MEM_ARRAY(double, load->stage_count);
    for (size_t i = 0; i < load->stage_count; i++) {
        const json_t *stage = parse_element(parse, array, "stages", i);
        double seconds = parse_number(parse, stage, "seconds");
        load->stage_seconds[i] = is_known(seconds) ? seconds : 0;
        read_wishes(parse, stage, &load->asked[i]);
        const json_t *steps = parse_array(parse, stage, "steps");
        if (json_array_size(steps) != load->step_count)
            parse_fault(parse, "steps", "are %zu, not %zu as the workload's",
                        json_array_size(steps), load->step_count);
        for (size_t k = 0; k < load->step_count && !parse->failed; k++) {
            const json_t *step = parse_element(parse, steps, "steps", k);
            read_tally(parse, step, whole, &load->tallies[i * load->step_count + k]);
            parse_leave(parse);
        }
        parse_leave(parse);
    }
}

static void read_failures(struct parse *parse, const json_t *object, struct load_result *load) {
    const json_t *array = parse_array_max(parse, object, "failures", LOAD_FAILURES_MAX);
    load->failure_count = json_array_size(array);
    load->failures = MEM_ARRAY(struct load_failure, load->failure_count + 1);
    for (size_t i = 0; i < load->failure_count; i++) {
        const json_t *entry = parse_element(parse, array, "failures", i);
        struct load_failure *out = &load->failures[i];
        parse_copy(parse, entry, "sqlstate", out->sqlstate, sizeof out->sqlstate);
        out->count = parse_count(parse, entry, "count");
        out->retried = parse_count(parse, entry, "retried");
        parse_copy(parse, entry, "message", out->message, sizeof out->message);
        parse_leave(parse);
    }
}

static void read_tenants(struct parse *parse, const json_t *object, const struct result *result,
                         struct load_result *load) {
    const json_t *array = parse_array(parse, object, "tenants");
    size_t wanted = result->load ? result->load->tenant_count : 0;
    if (json_array_size(array) != wanted) {
        parse_fault(parse, "tenants", "are %zu, not %zu as the workload's", json_array_size(array),
                    wanted);
        return;
    }
    load->tenant_count = wanted;
    load->tenants = MEM_ARRAY(struct load_asked, wanted + 1);
    for (size_t i = 0; i < wanted; i++) {
        read_wishes(parse, parse_element(parse, array, "tenants", i), &load->tenants[i]);
        parse_leave(parse);
    }
}

static void read_accounting(struct parse *parse, const json_t *round, struct load_result *load) {
    const json_t *object = parse_object(parse, round, "accounting");
    const struct {
        const char *name;
        uint64_t *count;
    } counts[] = {{"asked", &load->asked_all},
                  {"started", &load->started},
                  {"rejected", &load->rejected},
                  {"dropped", &load->dropped},
                  {"checkout_timeouts", &load->timed_out},
                  {"skipped", &load->skipped},
                  {"unsent", &load->unsent},
                  {"committed", &load->committed},
                  {"failed", &load->failed},
                  {"abandoned", &load->abandoned},
                  {"missed", &load->missed},
                  {"connected", &load->connected}};
    parse_enter(parse, "accounting", SIZE_MAX);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        *counts[i].count = parse_count(parse, object, counts[i].name);
    load->open_max = (uint32_t)parse_count_max(parse, object, "open_max", UINT32_MAX);
    parse_leave(parse);
}

void parse_counts(struct parse *parse, const json_t *round, const struct result *result,
                  struct histogram *const latency[LATENCY_COUNT], struct load_result *load) {
    const json_t *object = parse_object(parse, round, "load");
    read_accounting(parse, round, load);
    if (!object)
        return;
    parse_enter(parse, "load", SIZE_MAX);
    const json_t *stages = parse_array(parse, object, "stages");
    if (json_array_size(stages) == result->stage_count)
        read_stages(parse, stages, result, latency, load);
    else
        parse_fault(parse, "stages", "are %zu, not %zu as the workload's", json_array_size(stages),
                    result->stage_count);
    read_tenants(parse, object, result, load);
    read_failures(parse, object, load);
    load->retried = parse_count(parse, object, "retried");
    load->cut = parse_count(parse, object, "cut");
    load->timeouts_played = parse_count(parse, object, "timeouts");
    load->delayed = parse_count(parse, object, "delayed");
    parse_leave(parse);
}
