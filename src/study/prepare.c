#include "study/prepare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "row/args.h"
#include "write/script.h"

/* The table that stands for the run: the one asked for, the workload's, or the first of a step. */
static const char *main_table(const struct matrix_options *options) {
    const struct workload *workload = options->workload;
    if (options->table || workload->table)
        return options->table ? options->table : workload->table;
    for (size_t i = 0; i < workload->step_count; i++)
        for (size_t k = 0; k < workload->steps[i].statement_count; k++)
            if (workload->steps[i].statements[k].table)
                return workload->steps[i].statements[k].table;
    return workload->table_count ? workload->tables[0].name : NULL;
}

bool prepare_schema(struct session *session, const struct matrix_options *options,
                    struct arena *arena, struct prepared *out, struct error *error) {
    const char *found;
    *out = (struct prepared){0};
    if (!session_load_schema(session, options->workload, main_table(options), arena, &found,
                             error) ||
        !mix_build(options->workload, session->schema, found, options->seed, session->control,
                   arena, &out->mix, error))
        return false;
    out->plan = out->mix.tables[mix_find(&out->mix, found)].plan;
    return true;
}

/* A plain insert goes by a write path, everything else is a script. So is an insert that asks for
 * no path where a fault `timeout` may befall it, which no path can play. */
static bool is_plain(const struct workload_step *step, bool timeouts) {
    bool asks = step->path || step->batch;
    return !step->transaction && step->statement_count == 1 &&
           step->statements[0].kind == STATEMENT_INSERT && step->statements[0].set_count == 0 &&
           (asks || !timeouts);
}

bool prepare_meets_timeouts(const struct workload_step *step) {
    return !is_plain(step, true);
}

static bool plain_step(const struct matrix_options *options, const struct workload_step *step,
                       const char *prefix, const struct mix *mix, struct arena *arena,
                       struct write_plan *out, struct error *error) {
    const struct workload_statement *insert = &step->statements[0];
    struct range batch = {1, 1};
    if (step->batch && !units_range(step->batch, &batch, error)) {
        error_prefix(error, "batch");
        return place_add(&step->batch_at, error);
    }
    const char *name = step->path ? step->path : batch.max > 1 ? "multirow" : "insert";
    const struct write_path *path = write_path_find(name);
    if (!path) {
        error_usage(error, "\"%s\" is no write path", name);
        error_hint(error, "`pgwrite list paths` lists them");
        return place_add(&step->path_at, error);
    }
    size_t table = mix_find(mix, insert->table);
    const struct write_options write = {.path = path,
                                        .plan = mix->tables[table].plan,
                                        .batch = batch,
                                        .protocol = options->protocol,
                                        .binding = options->binding,
                                        .on_conflict = insert->on_conflict,
                                        .conflict_columns = insert->conflict_columns,
                                        .conflict_column_count = insert->conflict_column_count,
                                        .table_index = table,
                                        .prefix = prefix};
    return write_plan_build(&write, arena, out, error) || place_add(&step->at, error);
}

static bool has_timeouts(const struct workload *workload) {
    for (size_t i = 0; i < workload->fault_count; i++)
        if (workload->faults[i].kind == FAULT_TIMEOUT)
            return true;
    return false;
}

static bool workload_steps(const struct matrix_options *options, struct arena *arena,
                           struct prepared *prepared, struct error *error) {
    const struct workload *workload = options->workload;
    bool timeouts = has_timeouts(workload);
    prepared->step_count = workload->step_count;
    prepared->steps = ARENA_ARRAY(arena, const struct write_plan *, workload->step_count);
    for (size_t i = 0; i < workload->step_count; i++) {
        const struct workload_step *step = &workload->steps[i];
        struct write_plan *plan = ARENA_NEW(arena, struct write_plan);
        const char *prefix = arena_printf(arena, "s%zu_", i);
        prepared->steps[i] = plan;
        bool ok = is_plain(step, timeouts)
                      ? plain_step(options, step, prefix, &prepared->mix, arena, plan, error) ||
                            error_prefix(error, "step \"%s\"", step->name)
                      : script_build(step, prefix, &prepared->mix, options->protocol, timeouts,
                                     options->seed, arena, plan, error);
        if (!ok)
            return false;
    }
    return true;
}

bool prepare_steps(const struct matrix_options *options, const struct write_path *path,
                   struct range batch, struct arena *arena, struct prepared *prepared,
                   struct error *error) {
    if (options->workload->step_count)
        return workload_steps(options, arena, prepared, error);
    struct write_plan *plan = ARENA_NEW(arena, struct write_plan);
    const struct write_options write = {.path = path,
                                        .plan = prepared->plan,
                                        .batch = batch,
                                        .protocol = options->protocol,
                                        .binding = options->binding,
                                        .table_index =
                                            mix_find(&prepared->mix, prepared->plan->table->name)};
    prepared->steps = ARENA_ARRAY(arena, const struct write_plan *, 1);
    prepared->steps[0] = plan;
    prepared->step_count = 1;
    return write_plan_build(&write, arena, plan, error);
}

static bool check_queries(struct session *session, const char *kind,
                          const struct workload_query *queries, size_t count, struct error *error) {
    for (size_t i = 0; i < count; i++) {
        char *sql = mem_printf("PREPARE pgwrite_check AS SELECT * FROM (%s) q", queries[i].sql);
        bool ok = control_exec(session->control, sql, error) &&
                  control_exec(session->control, "DEALLOCATE pgwrite_check", error);
        free(sql);
        if (ok)
            continue;
        error_prefix(error, "%s \"%s\"", kind, queries[i].name);
        if (!*error->sqlstate)
            return false;
        error->exit_code = EXIT_USAGE;
        return place_add(&queries[i].at, error);
    }
    return true;
}

bool prepare_check_sql(struct session *session, const struct matrix_options *options,
                       const struct prepared *prepared, struct error *error) {
    const struct workload *workload = options->workload;
    if (session->pooled ||
        (!workload->step_count && !workload->gauge_count && !workload->check_count))
        return true;
    char *path = mem_printf("SET search_path TO %s", session->schema);
    bool ok = control_exec(session->control, path, error) &&
              check_queries(session, "gauge", workload->gauges, workload->gauge_count, error) &&
              check_queries(session, "check", workload->checks, workload->check_count, error);
    free(path);
    for (size_t i = 0; ok && i < prepared->step_count; i++) {
        ok = script_check(prepared->steps[i], session->control, error);
        if (!ok)
            error_prefix(error, "step \"%s\"", workload->steps[i].name);
    }
    struct error left = {0};
    bool reset = control_lost(session->control) ||
                 control_reset_session(session->control, ok ? error : &left);
    return ok && reset;
}

bool prepare_has_queue(const struct matrix_options *options) {
    const struct workload *workload = options->workload;
    return workload->stage_count ? workload->stage_source != LOAD_POOL
                                 : options->users > 0 || options->rate_per_s > 0;
}

uint32_t prepare_pool_max(const struct matrix_options *options, struct range pool) {
    const struct workload *workload = options->workload;
    double most = (double)pool.max;
    if (workload->stage_count && workload->stage_source == LOAD_POOL) {
        most = 1;
        for (size_t i = 0; i < workload->stage_count; i++)
            most = fmax(most, ceil(workload->stages[i].target));
    }
    return (uint32_t)most;
}

static void one_span(double value, struct load_think think, struct arena *arena,
                     struct load_demand *out) {
    struct schedule_span *span = ARENA_NEW(arena, struct schedule_span);
    struct load_think *range = ARENA_NEW(arena, struct load_think);
    *span = (struct schedule_span){UINT64_MAX, value, value};
    *range = think;
    out->spans = span;
    out->think = range;
    out->span_count = 1;
}

static void stage_spans(const struct matrix_options *options, struct arena *arena,
                        struct load_demand *out) {
    const struct workload *workload = options->workload;
    size_t count = workload->stage_count;
    struct schedule_span *spans = ARENA_ARRAY(arena, struct schedule_span, count);
    struct load_think *think = ARENA_ARRAY(arena, struct load_think, count);
    double before = 0, most = 0;
    for (size_t i = 0; i < count; i++) {
        const struct workload_stage *stage = &workload->stages[i];
        spans[i] = (struct schedule_span){stage->for_ns, stage->ramp ? before : stage->target,
                                          stage->target};
        think[i] = stage->has_think
                       ? (struct load_think){stage->think_min_ns, stage->think_max_ns}
                       : (struct load_think){options->think_min_ns, options->think_max_ns};
        before = stage->target;
        most = fmax(most, stage->target);
    }
    out->source = workload->stage_source;
    out->spans = spans;
    out->think = think;
    out->span_count = count;
    out->users = out->source == LOAD_USERS ? (uint32_t)ceil(most) : 0;
}

static void choices(const struct workload *workload, struct arena *arena, struct load_demand *out) {
    size_t count = workload->step_count ? workload->step_count : 1;
    struct load_choice *choice = ARENA_ARRAY(arena, struct load_choice, count);
    choice[0] = (struct load_choice){.weight = 1};
    for (size_t i = 0; i < workload->step_count; i++)
        choice[i] = (struct load_choice){workload->steps[i].weight, workload->steps[i].probability};
    out->choices = choice;
    out->choice_count = count;
    out->walks = workload->step_count && workload->steps[0].probability > 0;
}

static void tenants(const struct workload *workload, struct arena *arena, struct load_demand *out) {
    struct load_tenant *tenant = ARENA_ARRAY(arena, struct load_tenant, workload->tenant_count + 1);
    for (size_t i = 0; i < workload->tenant_count; i++)
        tenant[i] =
            (struct load_tenant){workload->tenants[i].name, workload->tenants[i].weight,
                                 workload->tenants[i].limit_per_s, workload->tenants[i].burst};
    out->tenants = tenant;
    out->tenant_count = workload->tenant_count;
}

void prepare_demand(const struct matrix_options *options, uint32_t pool, struct arena *arena,
                    struct load_demand *out) {
    struct load_think think = {options->think_min_ns, options->think_max_ns};
    *out = (struct load_demand){.uniform = options->uniform,
                                .backlog = options->backlog,
                                .checkout_timeout_ns = options->checkout_timeout_ns};
    if (options->workload->stage_count) {
        stage_spans(options, arena, out);
    } else if (options->users > 0) {
        out->source = LOAD_USERS;
        out->users = options->users;
        one_span(options->users, think, arena, out);
    } else if (options->rate_per_s > 0) {
        out->source = LOAD_RATE;
        one_span(options->rate_per_s, think, arena, out);
    } else {
        one_span(pool, think, arena, out);
    }
    choices(options->workload, arena, out);
    tenants(options->workload, arena, out);
}

void prepare_pool_alone(uint32_t pool, struct arena *arena, struct load_demand *out) {
    struct load_choice *choice = ARENA_NEW(arena, struct load_choice);
    choice->weight = 1;
    *out = (struct load_demand){.choices = choice, .choice_count = 1};
    one_span(pool, (struct load_think){0, 0}, arena, out);
}
