/* What a run's load was to be, as JSON. */
#include "load/demand.h"
#include "result/json_internal.h"
#include "workload/fault.h"

const char *const statement_kind_names[STATEMENT_KINDS] = {
    [STATEMENT_INSERT] = "insert", [STATEMENT_UPDATE] = "update", [STATEMENT_DELETE] = "delete",
    [STATEMENT_SELECT] = "select", [STATEMENT_SQL] = "sql",       [STATEMENT_PAUSE] = "pause"};

static json_t *seconds_json(uint64_t ns) {
    return value_number((double)ns / 1e9);
}

static json_t *think_json(uint64_t min_ns, uint64_t max_ns) {
    json_t *think = json_array();
    json_array_append_new(think, seconds_json(min_ns));
    json_array_append_new(think, seconds_json(max_ns));
    return think;
}

static json_t *stages_plan(const struct workload *load) {
    json_t *array = json_array();
    for (size_t i = 0; i < load->stage_count; i++) {
        const struct workload_stage *stage = &load->stages[i];
        json_t *object = json_object();
        json_object_set_new(object, "name", value_text(stage->name));
        json_object_set_new(object, "for_s", seconds_json(stage->for_ns));
        json_object_set_new(object, "target", value_number(stage->target));
        json_object_set_new(object, "ramp", value_text(stage->ramp ? "linear" : "step"));
        json_object_set_new(object, "think_s",
                            stage->has_think ? think_json(stage->think_min_ns, stage->think_max_ns)
                                             : json_null());
        json_array_append_new(array, object);
    }
    return array;
}

static json_t *statements_plan(const struct workload_step *step) {
    json_t *array = json_array();
    for (size_t i = 0; i < step->statement_count; i++) {
        const struct workload_statement *statement = &step->statements[i];
        bool sql = statement->kind == STATEMENT_SQL;
        json_t *object = json_object();
        json_object_set_new(object, "do", value_text(statement_kind_names[statement->kind]));
        json_object_set_new(object, "table", value_text(statement->table));
        json_object_set_new(object, "sql", sql ? value_line(statement->sql) : json_null());
        json_array_append_new(array, object);
    }
    return array;
}

static json_t *steps_plan(const struct workload *load) {
    json_t *array = json_array();
    for (size_t i = 0; i < load->step_count; i++) {
        const struct workload_step *step = &load->steps[i];
        json_t *object = json_object();
        json_object_set_new(object, "name", value_text(step->name));
        json_object_set_new(object, "weight",
                            value_number(step->weight > 0 ? step->weight : UNKNOWN));
        json_object_set_new(object, "probability",
                            value_number(step->probability > 0 ? step->probability : UNKNOWN));
        json_object_set_new(object, "path", value_text(step->path));
        json_object_set_new(object, "batch", value_text(step->batch));
        json_object_set_new(object, "statements", statements_plan(step));
        json_array_append_new(array, object);
    }
    return array;
}

static json_t *tenants_plan(const struct workload *load) {
    json_t *array = json_array();
    for (size_t i = 0; i < load->tenant_count; i++) {
        const struct workload_tenant *tenant = &load->tenants[i];
        json_t *object = json_object();
        json_object_set_new(object, "name", value_text(tenant->name));
        json_object_set_new(object, "weight", value_number(tenant->weight));
        json_object_set_new(object, "limit_per_s",
                            value_number(tenant->limit_per_s > 0 ? tenant->limit_per_s : UNKNOWN));
        json_array_append_new(array, object);
    }
    return array;
}

static json_t *faults_plan(const struct workload *load) {
    json_t *array = json_array();
    for (size_t i = 0; i < load->fault_count; i++) {
        const struct workload_fault *fault = &load->faults[i];
        json_t *object = json_object();
        json_object_set_new(object, "do", value_text(fault_kind_name(fault->kind)));
        json_object_set_new(object, "share", value_number(fault->share));
        json_object_set_new(object, "for_s", seconds_json(fault->for_ns));
        json_array_append_new(array, object);
    }
    return array;
}

static json_t *thresholds_plan(const struct workload *load) {
    json_t *array = json_array();
    for (size_t i = 0; i < load->threshold_count; i++) {
        const struct threshold *threshold = &load->thresholds[i];
        bool staged = threshold->stage < load->stage_count;
        json_t *object = json_object();
        json_object_set_new(object, "expr", value_text(threshold->text));
        json_object_set_new(object, "stage",
                            staged ? value_text(load->stages[threshold->stage].name) : json_null());
        json_object_set_new(object, "limit", measure_json(threshold->value, threshold->unit));
        json_object_set_new(object, "unit", value_text(measure_unit_names[threshold->unit]));
        json_object_set_new(object, "abort", json_boolean(threshold->abort));
        json_array_append_new(array, object);
    }
    return array;
}

json_t *load_json(const struct result *result) {
    const struct workload *load = result->load;
    if (!load)
        return json_null();
    json_t *object = json_object(), *gauges = json_array();
    bool users = result->source == LOAD_USERS, open = result->source == LOAD_RATE;
    json_object_set_new(object, "description", value_filled(load->description));
    json_object_set_new(object, "source", value_text(load_source_names[result->source]));
    json_object_set_new(object, "arrival",
                        !open ? json_null() : value_text(result->uniform ? "uniform" : "poisson"));
    json_object_set_new(object, "think_s",
                        users ? think_json(result->think_min_ns, result->think_max_ns)
                              : json_null());
    json_object_set_new(object, "stages", stages_plan(load));
    json_object_set_new(object, "steps", steps_plan(load));
    json_object_set_new(object, "tenants", tenants_plan(load));
    json_object_set_new(object, "faults", faults_plan(load));
    for (size_t i = 0; i < load->gauge_count; i++)
        json_array_append_new(gauges, value_text(load->gauges[i].name));
    json_object_set_new(object, "gauges", gauges);
    json_object_set_new(object, "thresholds", thresholds_plan(load));
    return object;
}
