/* What a run's load was to be, read back: as much of the workload as reports use. */
#include <math.h>
#include <string.h>

#include "load/demand.h"
#include "result/json_internal.h"
#include "result/parse_internal.h"
#include "workload/fault.h"
#include "workload/query.h"
#include "workload/stage.h"
#include "workload/step.h"
#include "workload/tenant.h"

enum { LOAD_SOURCES = LOAD_RATE + 1, UNITS = METRIC_BYTES + 1 };
static const char *const ramp_names[] = {"step", "linear"};
static const char *const arrival_names[] = {"poisson", "uniform"};

double parse_measure(struct parse *parse, const json_t *object, const char *key,
                     enum metric_unit unit) {
    const json_t *written = json_object_get(object, key);
    /* That of a gauge has no bounds. */
    if (unit == METRIC_NUMBER && json_is_number(written))
        return json_number_value(written);
    double value = parse_signed(parse, object, key);
    if (unit != METRIC_NS || !isfinite(value))
        return value;
    /* Of the doubles about it, the one that is written so. */
    double ns = value * 1000, up = nextafter(ns, INFINITY), down = nextafter(ns, -INFINITY);
    return up / 1000 == value && ns / 1000 != value     ? up
           : down / 1000 == value && ns / 1000 != value ? down
                                                        : ns;
}

bool parse_think(struct parse *parse, const json_t *object, uint64_t *min_ns, uint64_t *max_ns) {
    const json_t *think = parse_array(parse, object, "think_s");
    *min_ns = *max_ns = 0;
    if (!think)
        return false;
    double min = json_number_value(json_array_get(think, 0));
    double max = json_number_value(json_array_get(think, 1));
    if (json_array_size(think) != 2 || !(min >= 0 && min <= max && max < 1e9)) {
        parse_fault(parse, "think_s", "is no pair of times");
        return false;
    }
    *min_ns = (uint64_t)llround(min * 1e9);
    *max_ns = (uint64_t)llround(max * 1e9);
    return true;
}

static size_t name_or_first(struct parse *parse, const json_t *object, const char *key,
                            const char *const *names, size_t count) {
    size_t found = parse_choice(parse, object, key, names, count);
    return found < count ? found : 0;
}

static void read_stages(struct parse *parse, const json_t *object, struct workload *load) {
    const json_t *array = parse_array_max(parse, object, "stages", STAGES_MAX);
    load->stage_count = json_array_size(array);
    load->stages = ARENA_ARRAY(parse->arena, struct workload_stage, load->stage_count + 1);
    for (size_t i = 0; i < load->stage_count; i++) {
        const json_t *entry = parse_element(parse, array, "stages", i);
        struct workload_stage *stage = &load->stages[i];
        stage->name = parse_filled(parse, entry, "name");
        stage->for_ns = parse_seconds_ns(parse, entry, "for_s");
        stage->target = parse_number(parse, entry, "target");
        stage->ramp = name_or_first(parse, entry, "ramp", ramp_names, 2) == 1;
        stage->has_think = parse_think(parse, entry, &stage->think_min_ns, &stage->think_max_ns);
        parse_leave(parse);
    }
}

static void read_statements(struct parse *parse, const json_t *object, struct workload_step *step) {
    const json_t *array = parse_array_max(parse, object, "statements", STEP_STATEMENTS_MAX);
    step->statement_count = json_array_size(array);
    step->statements =
        ARENA_ARRAY(parse->arena, struct workload_statement, step->statement_count + 1);
    for (size_t i = 0; i < step->statement_count; i++) {
        const json_t *entry = parse_element(parse, array, "statements", i);
        struct workload_statement *statement = &step->statements[i];
        statement->kind = (enum statement_kind)name_or_first(parse, entry, "do",
                                                             statement_kind_names, STATEMENT_KINDS);
        statement->table = parse_text(parse, entry, "table");
        statement->sql =
            statement->kind == STATEMENT_SQL ? parse_filled(parse, entry, "sql") : NULL;
        parse_leave(parse);
    }
}

static double number_or_0(struct parse *parse, const json_t *object, const char *key) {
    double value = parse_number(parse, object, key);
    return is_known(value) ? value : 0;
}

static void read_steps(struct parse *parse, const json_t *object, struct workload *load) {
    const json_t *array = parse_array_max(parse, object, "steps", STEPS_MAX);
    load->step_count = json_array_size(array);
    load->steps = ARENA_ARRAY(parse->arena, struct workload_step, load->step_count + 1);
    for (size_t i = 0; i < load->step_count; i++) {
        const json_t *entry = parse_element(parse, array, "steps", i);
        load->steps[i].name = parse_filled(parse, entry, "name");
        load->steps[i].weight = number_or_0(parse, entry, "weight");
        load->steps[i].probability = number_or_0(parse, entry, "probability");
        load->steps[i].path = parse_text(parse, entry, "path");
        load->steps[i].batch = parse_text(parse, entry, "batch");
        read_statements(parse, entry, &load->steps[i]);
        parse_leave(parse);
    }
}

static void read_tenants(struct parse *parse, const json_t *object, struct workload *load) {
    const json_t *array = parse_array_max(parse, object, "tenants", TENANTS_MAX);
    load->tenant_count = json_array_size(array);
    load->tenants = ARENA_ARRAY(parse->arena, struct workload_tenant, load->tenant_count + 1);
    for (size_t i = 0; i < load->tenant_count; i++) {
        const json_t *entry = parse_element(parse, array, "tenants", i);
        load->tenants[i].name = parse_filled(parse, entry, "name");
        load->tenants[i].weight = number_or_0(parse, entry, "weight");
        load->tenants[i].limit_per_s = number_or_0(parse, entry, "limit_per_s");
        parse_leave(parse);
    }
}

static void read_faults(struct parse *parse, const json_t *object, struct workload *load) {
    const json_t *array = parse_array_max(parse, object, "faults", FAULTS_MAX);
    const char *names[FAULT_KINDS];
    for (size_t i = 0; i < FAULT_KINDS; i++)
        names[i] = fault_kind_name((enum fault_kind)i);
    load->fault_count = json_array_size(array);
    load->faults = ARENA_ARRAY(parse->arena, struct workload_fault, load->fault_count + 1);
    for (size_t i = 0; i < load->fault_count; i++) {
        const json_t *entry = parse_element(parse, array, "faults", i);
        load->faults[i].kind =
            (enum fault_kind)name_or_first(parse, entry, "do", names, FAULT_KINDS);
        load->faults[i].share = number_or_0(parse, entry, "share");
        load->faults[i].for_ns = parse_seconds_ns(parse, entry, "for_s");
        parse_leave(parse);
    }
}

static void read_gauges(struct parse *parse, const json_t *object, struct workload *load) {
    const char **names = parse_texts(parse, object, "gauges", &load->gauge_count);
    if (load->gauge_count > GAUGES_MAX) {
        parse_fault(parse, "gauges", "are more than %d", GAUGES_MAX);
        load->gauge_count = 0;
    }
    load->gauges = ARENA_ARRAY(parse->arena, struct workload_query, load->gauge_count + 1);
    for (size_t i = 0; i < load->gauge_count; i++)
        load->gauges[i] = (struct workload_query){.name = names[i], .sql = ""};
}

static size_t stage_of(const struct workload *workload, const char *name) {
    for (size_t i = 0; name && i < workload->stage_count; i++)
        if (strcmp(workload->stages[i].name, name) == 0)
            return i;
    return THRESHOLD_ALL;
}

void parse_threshold(struct parse *parse, const json_t *object, const struct workload *workload,
                     struct threshold *out) {
    static const struct workload unknown = {.name = ""};
    static const struct place nowhere = {.file = ""};
    const struct workload *load = workload ? workload : &unknown;
    const char *text = parse_filled(parse, object, "expr");
    bool abort = parse_bool(parse, object, "abort");
    size_t stage = stage_of(load, parse_text(parse, object, "stage"));
    struct error ignored = {0};
    /* One that names its stage itself does not stand in the stage's list. */
    bool ok =
        threshold_parse(text, &nowhere, THRESHOLD_ALL, abort, load, parse->arena, out, &ignored) &&
        out->stage == stage;
    ignored = (struct error){0};
    if (!ok && stage != THRESHOLD_ALL)
        ok = threshold_parse(text, &nowhere, stage, abort, load, parse->arena, out, &ignored);
    size_t unit = name_or_first(parse, object, "unit", measure_unit_names, UNITS);
    double limit = parse_measure(parse, object, "limit", (enum metric_unit)unit);
    if (!ok)
        *out = (struct threshold){.metric = METRIC_ROWS,
                                  .gauge = THRESHOLD_ALL,
                                  .stage = stage,
                                  .step = THRESHOLD_ALL,
                                  .abort = abort,
                                  .value = isfinite(limit) ? limit : 0,
                                  .unit = (enum metric_unit)unit};
    out->text = text;
}

static struct threshold *read_thresholds(struct parse *parse, const json_t *object, const char *key,
                                         const struct workload *load, bool by_cell, size_t *count) {
    const json_t *array = parse_array(parse, object, key);
    struct threshold *out = ARENA_ARRAY(parse->arena, struct threshold, json_array_size(array) + 1);
    *count = 0;
    for (size_t i = 0; i < json_array_size(array) && !parse->failed; i++) {
        const json_t *entry = parse_element(parse, array, key, i);
        if (*count == PARSE_THRESHOLDS_MAX)
            parse_fault(parse, NULL, "is one of too many");
        else if (!by_cell || json_integer_value(json_object_get(entry, "cell")) == 0)
            parse_threshold(parse, entry, load, &out[(*count)++]);
        parse_leave(parse);
    }
    return out;
}

struct threshold *parse_thresholds(struct parse *parse, const json_t *object, const char *key,
                                   size_t *count) {
    return read_thresholds(parse, object, key, NULL, false, count);
}

static void read_source(struct parse *parse, const json_t *object, struct result *result) {
    result->source =
        (enum load_source)name_or_first(parse, object, "source", load_source_names, LOAD_SOURCES);
    result->uniform = name_or_first(parse, object, "arrival", arrival_names, 2) == 1;
    (void)parse_think(parse, object, &result->think_min_ns, &result->think_max_ns);
}

void parse_plan(struct parse *parse, const json_t *root, struct result *result) {
    const json_t *workload = parse_object(parse, root, "workload");
    parse_enter(parse, "workload", SIZE_MAX);
    const json_t *object = parse_object(parse, workload, "load");
    result->stage_count = result->step_count = 1;
    if (object) {
        struct workload *load = ARENA_NEW(parse->arena, struct workload);
        parse_enter(parse, "load", SIZE_MAX);
        load->name = result->workload;
        load->file = "";
        load->description = parse_filled(parse, object, "description");
        read_source(parse, object, result);
        load->stage_source = result->source;
        read_stages(parse, object, load);
        read_steps(parse, object, load);
        read_tenants(parse, object, load);
        read_faults(parse, object, load);
        read_gauges(parse, object, load);
        load->thresholds =
            read_thresholds(parse, object, "thresholds", load, false, &load->threshold_count);
        result->stage_count = load->stage_count ? load->stage_count : 1;
        result->step_count = load->step_count ? load->step_count : 1;
        result->load = load;
        parse_leave(parse);
    }
    parse_leave(parse);
    if (object)
        return;
    /* Of an older pgwrite: what the first cell and its thresholds tell. */
    const json_t *cells = parse_array(parse, root, "cells");
    read_source(parse, json_array_get(cells, 0), result);
    if (json_array_size(parse_array(parse, root, "thresholds")) == 0)
        return;
    struct workload *load = ARENA_NEW(parse->arena, struct workload);
    load->name = result->workload;
    load->file = load->description = "";
    load->thresholds =
        read_thresholds(parse, root, "thresholds", load, true, &load->threshold_count);
    result->load = load;
}
