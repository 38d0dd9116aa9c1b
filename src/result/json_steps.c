/* A cell by stage and by step as JSON. */
#include "load/demand.h"
#include "load/tally.h"
#include "result/json_internal.h"

static void add_tally(json_t *object, const struct load_tally *tally, double seconds) {
    const struct histogram *latency[LATENCY_COUNT];
    for (size_t i = 0; i < LATENCY_COUNT; i++)
        latency[i] = tally->latency[i];
    json_object_set_new(object, "commits", value_count(tally->committed));
    json_object_set_new(object, "rows", value_count(tally->rows));
    json_object_set_new(object, "commits_per_s", value_ratio((double)tally->committed, seconds));
    json_object_set_new(object, "rows_per_s", value_ratio((double)tally->rows, seconds));
    json_object_set_new(object, "errors", value_count(tally->failed));
    json_object_set_new(object, "retried", value_count(tally->retried));
    json_object_set_new(object, "skipped", value_count(tally->skipped));
    json_object_set_new(object, "missed", value_count(tally->missed));
    json_object_set_new(object, "latency", latencies_json(latency));
}

static json_t *steps_of(const struct result *result, const struct result_cell *cell, size_t stage) {
    json_t *steps = json_array();
    double seconds = result_stage_seconds(result, cell, stage);
    for (size_t i = 0; cell->tallies && result->load && i < result->load->step_count; i++) {
        const struct workload_step *step = &result->load->steps[i];
        struct load_tally tally;
        json_t *object = json_object();
        json_object_set_new(object, "name", value_text(step->name));
        json_object_set_new(object, "weight",
                            value_number(step->weight > 0 ? step->weight : UNKNOWN));
        json_object_set_new(object, "probability",
                            value_number(step->probability > 0 ? step->probability : UNKNOWN));
        result_tally(result, cell, stage, i, &tally);
        add_tally(object, &tally, seconds);
        load_tally_release(&tally);
        json_array_append_new(steps, object);
    }
    return steps;
}

json_t *steps_json(const struct result *result, const struct result_cell *cell) {
    return steps_of(result, cell, SIZE_MAX);
}

void add_asked(json_t *object, const struct result *result, const struct result_demand *demand) {
    const struct load_asked *asked = &demand->asked;
    bool known = demand->known;
    json_object_set_new(object, "asked", known ? value_count(asked->asked) : json_null());
    json_object_set_new(object, "rejected", known ? value_count(asked->rejected) : json_null());
    json_object_set_new(object, "dropped", known ? value_count(asked->dropped) : json_null());
    json_object_set_new(object, "checkout_timeouts",
                        known ? value_count(asked->timed_out) : json_null());
    json_object_set_new(object, "achieved", value_number(result_achieved(result, demand)));
}

static json_t *stage_json(const struct result *result, const struct result_cell *cell,
                          size_t number) {
    const struct workload_stage *stage = &result->load->stages[number];
    struct result_demand demand;
    struct load_tally tally;
    json_t *object = json_object(), *think = json_null();
    result_demand(result, cell, number, &demand);
    result_tally(result, cell, number, SIZE_MAX, &tally);
    if (result->source == LOAD_USERS) {
        think = json_array();
        json_array_append_new(
            think,
            value_number((double)(stage->has_think ? stage->think_min_ns : result->think_min_ns) /
                         1e9));
        json_array_append_new(
            think,
            value_number((double)(stage->has_think ? stage->think_max_ns : result->think_max_ns) /
                         1e9));
    }
    json_object_set_new(object, "name", value_text(stage->name));
    json_object_set_new(object, "for_s", value_number((double)stage->for_ns / 1e9));
    json_object_set_new(object, "seconds",
                        value_number(demand.seconds > 0 ? demand.seconds : UNKNOWN));
    json_object_set_new(object, "source", value_text(load_source_names[result->source]));
    json_object_set_new(object, "target", value_number(stage->target));
    json_object_set_new(object, "ramp", value_text(stage->ramp ? "linear" : "step"));
    json_object_set_new(object, "think_s", think);
    add_asked(object, result, &demand);
    add_tally(object, &tally, demand.seconds);
    json_object_set_new(object, "steps", steps_of(result, cell, number));
    load_tally_release(&tally);
    return object;
}

json_t *stages_json(const struct result *result, const struct result_cell *cell) {
    json_t *stages = json_array();
    for (size_t i = 0; cell->tallies && result->load && i < result->load->stage_count; i++)
        json_array_append_new(stages, stage_json(result, cell, i));
    return stages;
}
