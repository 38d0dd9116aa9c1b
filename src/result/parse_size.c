/* What `pgwrite size` found, read back. */
#include "result/parse_size.h"

#include <math.h>

/* ---- the law ---- */

/* All three are UNKNOWN without a law, low and high where they are not known. */
static void parse_parameter(struct parse *parse, const json_t *fit, const char *key,
                            double *estimate, double *low, double *high) {
    const json_t *object = parse_object(parse, fit, key);
    *low = *high = UNKNOWN;
    parse_enter(parse, key, SIZE_MAX);
    *estimate = parse_number(parse, object, "estimate");
    parse_interval(parse, object, "interval_95", low, high);
    parse_leave(parse);
}

/* Its estimate follows from the law. An interval that has no upper end may have a lower one. */
static void parse_peak(struct parse *parse, const json_t *fit, struct usl_fit *out) {
    const json_t *object = parse_object(parse, fit, "peak");
    bool fits = out->outcome == USL_FITS && object;
    out->peak_low = out->peak_high = fits ? INFINITY : UNKNOWN;
    parse_enter(parse, "peak", SIZE_MAX);
    bool both = parse_interval(parse, object, "interval_95", &out->peak_low, &out->peak_high);
    if (!both && parse_has(object, "at_least"))
        out->peak_low = parse_number(parse, object, "at_least");
    parse_leave(parse);
}

static void parse_fit(struct parse *parse, const json_t *found, struct size_result *out) {
    const json_t *object = parse_object(parse, found, "fit");
    struct usl_fit *fit = &out->fit;
    if (!object)
        return;
    parse_enter(parse, "fit", SIZE_MAX);
    out->no_fit = parse_text(parse, object, "no_fit");
    fit->outcome =
        (enum usl_outcome)parse_known(parse, object, "outcome", size_law_names, USL_VAGUE + 1);
    parse_parameter(parse, object, "gamma", &fit->law.gamma, &fit->low.gamma, &fit->high.gamma);
    parse_parameter(parse, object, "alpha", &fit->law.alpha, &fit->low.alpha, &fit->high.alpha);
    parse_parameter(parse, object, "beta", &fit->law.beta, &fit->low.beta, &fit->high.beta);
    parse_peak(parse, object, fit);
    fit->off_mean = parse_number(parse, object, "off_mean");
    parse_leave(parse);
}

/* ---- pool, rates, capacity, answer ---- */

static void parse_pool(struct parse *parse, const json_t *found, struct size_result *out) {
    const json_t *object = parse_needed_object(parse, found, "pool");
    parse_enter(parse, "pool", SIZE_MAX);
    out->pool = parse_count32(parse, object, "connections");
    out->pool_low = parse_count32(parse, object, "low");
    out->pool_high = parse_count32(parse, object, "high");
    out->pool_given = parse_bool(parse, object, "given");
    out->pool_edge = parse_bool(parse, object, "edge");
    out->closed_per_s = parse_number(parse, object, "closed_per_s");
    parse_cause(parse, object, "cause", &out->pool_cause);
    out->little_worst = parse_number(parse, object, "littles_law_worst");
    parse_leave(parse);
}

static void parse_levels(struct parse *parse, const json_t *found, struct size_result *out) {
    const json_t *array = parse_array(parse, found, "levels");
    out->level_count = json_array_size(array);
    out->levels = ARENA_ARRAY(parse->arena, struct size_point, out->level_count + 1);
    for (size_t i = 0; i < out->level_count; i++) {
        parse_point(parse, parse_element(parse, array, "levels", i), &out->levels[i]);
        parse_leave(parse);
    }
}

static void parse_probes(struct parse *parse, const json_t *found, struct size_result *out) {
    const json_t *array = parse_array(parse, found, "probes");
    out->probe_count = json_array_size(array);
    out->probes = ARENA_ARRAY(parse->arena, struct size_probe, out->probe_count + 1);
    for (size_t i = 0; i < out->probe_count; i++) {
        parse_probe(parse, parse_element(parse, array, "probes", i), out, &out->probes[i]);
        parse_leave(parse);
    }
}

static void parse_capacity(struct parse *parse, const json_t *found, struct size_result *out) {
    const json_t *object = parse_needed_object(parse, found, "capacity");
    parse_enter(parse, "capacity", SIZE_MAX);
    out->capacity_per_s = parse_number(parse, object, "per_s");
    out->low_per_s = parse_number(parse, object, "low_per_s");
    out->high_per_s = parse_number(parse, object, "high_per_s");
    out->bracketed = parse_bool(parse, object, "bracketed");
    out->confirmed = parse_bool(parse, object, "confirmed");
    out->unconfirmed = parse_text(parse, object, "unconfirmed");
    parse_cause(parse, object, "cause", &out->capacity_cause);
    parse_leave(parse);
}

static void parse_answer(struct parse *parse, const json_t *found, struct size_result *out) {
    const json_t *object = parse_needed_object(parse, found, "answer");
    parse_enter(parse, "answer", SIZE_MAX);
    out->fits =
        (enum size_fit)parse_known(parse, object, "fits", size_fit_names, SIZE_UNDECIDED + 1);
    out->need_per_s = parse_number(parse, object, "need_per_s");
    out->peak = is_known(out->need_per_s) ? parse_number(parse, object, "peak") : 1;
    out->needed_per_s = parse_number(parse, object, "needed_per_s");
    out->headroom = parse_number(parse, object, "headroom");
    out->need_confirmed = parse_bool(parse, object, "need_confirmed");
    out->short_of = parse_text(parse, object, "short_of");
    parse_leave(parse);
}

static void parse_batches(struct parse *parse, const json_t *found, struct size_result *out) {
    const json_t *array = parse_array(parse, found, "batches");
    out->batch_count = json_array_size(array);
    out->batches = ARENA_ARRAY(parse->arena, struct size_batch, out->batch_count + 1);
    for (size_t i = 0; i < out->batch_count; i++) {
        struct size_batch *batch = &out->batches[i];
        const json_t *object = parse_element(parse, array, "batches", i);
        batch->rows = parse_count(parse, object, "rows");
        batch->commits_needed_per_s = parse_number(parse, object, "commits_needed_per_s");
        batch->use = parse_number(parse, object, "use");
        const json_t *point = parse_needed_object(parse, object, "point");
        parse_enter(parse, "point", SIZE_MAX);
        parse_point(parse, point, &batch->point);
        parse_leave(parse);
        parse_leave(parse);
    }
}

/* ---- what a server must have ---- */

static void parse_at_need(struct parse *parse, const json_t *found, struct size_result *out) {
    const json_t *object = parse_object(parse, found, "at_need");
    if (!object)
        return;
    out->at_need = ARENA_NEW(parse->arena, struct size_probe);
    parse_enter(parse, "at_need", SIZE_MAX);
    parse_probe(parse, object, out, out->at_need);
    parse_leave(parse);
}

static void parse_requirements(struct parse *parse, const json_t *found,
                               struct size_requirements *out) {
    const json_t *object = parse_object(parse, found, "requirements");
    const struct parse_field fields[] = {
        {"rate_per_s", &out->rate_per_s},
        {"rows_per_s", &out->rows_per_s},
        {"from_rate_per_s", &out->from_rate_per_s},
        {"wal_bytes_per_s", &out->wal_bytes_per_s},
        {"flushes_per_s", &out->flushes_per_s},
        {"checkpoint_bytes_per_s", &out->checkpoint_bytes_per_s},
        {"average_rows_per_s", &out->average_rows_per_s},
        {"heap_bytes_per_day", &out->heap_bytes_per_day},
        {"index_bytes_per_day", &out->index_bytes_per_day},
        {"wal_bytes_per_day", &out->wal_bytes_per_day},
        {"server_cpu_s_per_million", &out->server_cpu_s_per_million},
        {"client_cpu_s_per_million", &out->client_cpu_s_per_million},
        {"cpus_busy", &out->cpus_busy},
        {"memory_bytes", &out->memory_bytes},
    };
    out->known = object != NULL;
    parse_enter(parse, "requirements", SIZE_MAX);
    parse_numbers(parse, object, PARSE_FIELDS(fields));
    out->measured = parse_bool(parse, object, "measured");
    out->connections = parse_count32(parse, object, "connections");
    parse_leave(parse);
}

static void parse_prediction(struct parse *parse, const json_t *found,
                             struct size_prediction *out) {
    static const char *const fits[] = {"", "fits", "short"};
    const json_t *object = parse_object(parse, found, "prediction");
    const struct parse_field fields[] = {
        {"disk_bytes_per_s", &out->disk_bytes_per_s},
        {"closed_per_s", &out->closed_per_s},
        {"capacity_per_s", &out->capacity_per_s},
        {"capacity_rows_per_s", &out->capacity_rows_per_s},
        {"flush_bound_per_s", &out->flush_bound_per_s},
        {"disk_bound_per_s", &out->disk_bound_per_s},
    };
    out->asked = object != NULL;
    parse_enter(parse, "prediction", SIZE_MAX);
    parse_numbers(parse, object, PARSE_FIELDS(fields));
    out->fsync_s = parse_us(parse, object, "fsync_us");
    out->fsync_here_s = parse_us(parse, object, "fsync_here_us");
    out->unknown_why = parse_text(parse, object, "unknown_why");
    out->limit = parse_text(parse, object, "limit");
    out->known = out->limit != NULL;
    size_t fit = parse_has(object, "fits") ? parse_known(parse, object, "fits", fits, 3) : 0;
    out->fits = fit == 1 ? PREDICTED_FITS : fit == 2 ? PREDICTED_SHORT : PREDICTED_UNKNOWN;
    parse_leave(parse);
}

static void parse_found(struct parse *parse, const json_t *root, struct size_result *out) {
    static const char *const units[] = {"rows", "transactions"};
    const json_t *found = parse_needed_object(parse, root, "size");
    parse_enter(parse, "size", SIZE_MAX);
    out->mix = parse_known(parse, found, "unit", units, 2) == 1;
    out->rows_per_commit = parse_number(parse, found, "rows_per_commit");
    parse_limits(parse, found, out);
    parse_levels(parse, found, out);
    parse_fit(parse, found, out);
    parse_pool(parse, found, out);
    parse_probes(parse, found, out);
    parse_capacity(parse, found, out);
    parse_answer(parse, found, out);
    parse_batches(parse, found, out);
    parse_at_need(parse, found, out);
    parse_requirements(parse, found, &out->requirements);
    parse_prediction(parse, found, &out->prediction);
    parse_leave(parse);
}

struct size_result *parse_size(struct parse *parse, const json_t *root) {
    struct size_result *out = ARENA_NEW(parse->arena, struct size_result);
    out->block = parse_run(parse, root);
    out->workload = out->block->workload;
    out->cell = parse_needed(parse, root, "cell");
    out->target = out->block->target;
    out->throwaway = out->block->throwaway;
    out->server = &out->block->server;
    out->budget_s = parse_number(parse, root, "budget_s");
    out->seconds = parse_number(parse, root, "seconds");
    out->phases = parse_phases(parse, root, "rounds", &out->phase_count);
    for (size_t i = 0; i < out->phase_count; i++)
        out->measured |= out->phases[i].rounds > 0;
    parse_found(parse, root, out);
    out->interrupted = parse_bool(parse, root, "interrupted");
    out->warnings = parse_texts(parse, root, "warnings", &out->warning_count);
    return out;
}
