/* What the load engine counted in a round, as JSON: enough to add up rounds, stages and steps anew.
 */
#include <stdlib.h>
#include <string.h>

#include "result/json_internal.h"

json_t *histograms_json(const struct histogram *const latency[LATENCY_COUNT]) {
    json_t *object = json_object();
    for (size_t i = 0; i < LATENCY_COUNT; i++) {
        if (!latency[i])
            continue;
        char *encoded = histogram_encode(latency[i]);
        json_object_set_new(object, latency_names[i], value_text(encoded));
        free(encoded);
    }
    return object;
}

json_t *histograms_exact_json(const struct histogram *const latency[LATENCY_COUNT]) {
    json_t *object = json_object();
    for (size_t i = 0; i < LATENCY_COUNT; i++) {
        if (!latency[i] || latency[i]->count == 0)
            continue;
        json_t *exact = json_object();
        json_object_set_new(exact, "sum_ns", value_count(latency[i]->sum_ns));
        json_object_set_new(exact, "min_ns", value_count(latency[i]->min_ns));
        json_object_set_new(exact, "max_ns", value_count(latency[i]->max_ns));
        json_object_set_new(object, latency_names[i], exact);
    }
    return object;
}

static bool is_same(const struct histogram *const *a, struct histogram *const *b) {
    for (size_t i = 0; i < LATENCY_COUNT; i++)
        if (!a[i] != !b[i] || (a[i] && memcmp(a[i], b[i], sizeof *a[i]) != 0))
            return false;
    return true;
}

static json_t *tally_json(const struct load_tally *tally,
                          const struct histogram *const whole[LATENCY_COUNT]) {
    json_t *object = json_object();
    const struct histogram *latency[LATENCY_COUNT];
    json_object_set_new(object, "committed", value_count(tally->committed));
    json_object_set_new(object, "failed", value_count(tally->failed));
    json_object_set_new(object, "failed_ns", value_count(tally->failed_ns));
    json_object_set_new(object, "retried", value_count(tally->retried));
    json_object_set_new(object, "skipped", value_count(tally->skipped));
    json_object_set_new(object, "missed", value_count(tally->missed));
    json_object_set_new(object, "rows", value_count(tally->rows));
    for (size_t i = 0; i < LATENCY_COUNT; i++)
        latency[i] = tally->latency[i];
    /* Of a load without stages and steps they are the round's own. */
    bool same = is_same(whole, tally->latency);
    json_object_set_new(object, "histograms", same ? json_null() : histograms_json(latency));
    json_object_set_new(object, "histograms_exact",
                        same ? json_null() : histograms_exact_json(latency));
    return object;
}

static void add_wishes(json_t *object, const struct load_asked *asked) {
    json_object_set_new(object, "asked", value_count(asked->asked));
    json_object_set_new(object, "rejected", value_count(asked->rejected));
    json_object_set_new(object, "dropped", value_count(asked->dropped));
    json_object_set_new(object, "checkout_timeouts", value_count(asked->timed_out));
    json_object_set_new(object, "think_ns", value_count(asked->think_ns));
    json_object_set_new(object, "thinks", value_count(asked->thinks));
}

static json_t *failures_json(const struct load_result *load) {
    json_t *array = json_array();
    for (size_t i = 0; i < load->failure_count; i++) {
        json_t *object = json_object();
        json_object_set_new(object, "sqlstate", value_filled(load->failures[i].sqlstate));
        json_object_set_new(object, "count", value_count(load->failures[i].count));
        json_object_set_new(object, "retried", value_count(load->failures[i].retried));
        json_object_set_new(object, "message", value_filled(load->failures[i].message));
        json_array_append_new(array, object);
    }
    return array;
}

json_t *counts_json(const struct load_result *load,
                    const struct histogram *const latency[LATENCY_COUNT]) {
    if (!load->tallies)
        return json_null();
    json_t *object = json_object(), *stages = json_array(), *tenants = json_array();
    for (size_t i = 0; i < load->stage_count; i++) {
        json_t *stage = json_object(), *steps = json_array();
        json_object_set_new(stage, "seconds", value_number(load->stage_seconds[i]));
        add_wishes(stage, &load->asked[i]);
        for (size_t k = 0; k < load->step_count; k++)
            json_array_append_new(steps,
                                  tally_json(&load->tallies[i * load->step_count + k], latency));
        json_object_set_new(stage, "steps", steps);
        json_array_append_new(stages, stage);
    }
    for (size_t i = 0; i < load->tenant_count; i++) {
        json_t *tenant = json_object();
        add_wishes(tenant, &load->tenants[i]);
        json_array_append_new(tenants, tenant);
    }
    json_object_set_new(object, "stages", stages);
    json_object_set_new(object, "tenants", tenants);
    json_object_set_new(object, "failures", failures_json(load));
    json_object_set_new(object, "retried", value_count(load->retried));
    json_object_set_new(object, "cut", value_count(load->cut));
    json_object_set_new(object, "timeouts", value_count(load->timeouts_played));
    json_object_set_new(object, "delayed", value_count(load->delayed));
    return object;
}
