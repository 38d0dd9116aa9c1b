/* What `pgwrite size` found, as JSON. */
#include <math.h>

#include "result/json_comparison.h"
#include "result/json_file.h"
#include "result/json_internal.h"
#include "result/size.h"

/* What is not known or without end has no number. */
static json_t *number(double value) {
    return isfinite(value) ? value_number(value) : json_null();
}

static json_t *microseconds(double seconds) {
    return is_known(seconds) ? number(seconds * 1e6) : json_null();
}

static json_t *product(double a, double b) {
    return is_known(a) && is_known(b) ? number(a * b) : json_null();
}

static json_t *count_or_null(uint64_t count) {
    return count ? value_count(count) : json_null();
}

static json_t *cause_json(const struct size_cause *cause) {
    json_t *object = json_object();
    json_object_set_new(object, "limit", value_text(size_limit_names[cause->limit]));
    json_object_set_new(object, "evidence", value_text(cause->evidence));
    return object;
}

static json_t *response_json(const struct size_point *point) {
    json_t *object = json_object();
    json_object_set_new(object, "count", value_count(point->responses));
    json_object_set_new(object, "mean", microseconds(point->mean_s));
    json_object_set_new(object, "p50", microseconds(point->p50_s));
    json_object_set_new(object, "p99", microseconds(point->p99_s));
    json_object_set_new(object, "max", microseconds(point->max_s));
    return object;
}

/* As a cell has them, in objects of the same names. */
static void add_server(json_t *object, const struct size_point *point) {
    json_t *wal = json_object(), *table = json_object(), *machine = json_object();
    json_object_set_new(wal, "bytes_per_row", number(point->wal_bytes_per_row));
    json_object_set_new(wal, "bytes_per_s", number(point->wal_bytes_per_s));
    json_object_set_new(wal, "flushes_per_s", number(point->flushes_per_s));
    json_object_set_new(object, "wal", wal);
    json_object_set_new(table, "heap_bytes_per_row", number(point->heap_bytes_per_row));
    json_object_set_new(table, "index_bytes_per_row", number(point->index_bytes_per_row));
    json_object_set_new(object, "table", table);
    json_object_set_new(object, "server_cpu_us_per_row", number(point->server_cpu_us_per_row));
    json_object_set_new(object, "client_cpu_us_per_row", number(point->client_cpu_us_per_row));
    json_object_set_new(machine, "cpu_share", number(point->cpu_share));
    json_object_set_new(machine, "steal_share", number(point->steal_share));
    json_object_set_new(machine, "pressure_cpu", number(point->pressure_cpu));
    json_object_set_new(machine, "pressure_io", number(point->pressure_io));
    json_object_set_new(object, "machine", machine);
    json_object_set_new(object, "checkpoints", value_whole(point->checkpoints));
    json_object_set_new(object, "checkpoint_bytes_per_s", number(point->checkpoint_bytes_per_s));
    json_object_set_new(object, "autovacuums", value_whole(point->autovacuums));
    json_object_set_new(object, "memory_bytes", value_whole(point->memory_bytes));
}

static json_t *point_json(const struct size_point *point) {
    char batch[48];
    const struct result_cell cell = {.batch = point->batch};
    json_t *object = json_object();
    json_object_set_new(object, "path", value_text(point->path));
    json_object_set_new(object, "pool", value_count(point->pool));
    json_object_set_new(
        object, "batch",
        value_text(point->batch.max > 0 ? result_batch(&cell, batch, sizeof batch) : NULL));
    json_object_set_new(object, "rate_per_s", number(point->rate_per_s));
    json_object_set_new(object, "seconds", number(point->seconds));
    json_object_set_new(object, "commits_per_s", number(point->commits_per_s));
    json_object_set_new(object, "rows_per_s", number(point->rows_per_s));
    bool open = is_known(point->rate_per_s);
    json_object_set_new(object, "asked", open ? value_whole(point->asked) : json_null());
    json_object_set_new(object, "done", open ? value_whole(point->done) : json_null());
    json_object_set_new(object, "errors", number(point->errors));
    json_object_set_new(object, "response", response_json(point));
    json_object_set_new(object, "littles_law", number(point->little));
    json_object_set_new(object, "busy_share", number(point->busy_share));
    json_object_set_new(object, "time", time_json(point->parts));
    json_object_set_new(object, "wait_samples", value_count(point->wait_samples));
    json_object_set_new(object, "cause", cause_json(&point->cause));
    add_server(object, point);
    return object;
}

/* Both ends, or null: half an interval is none. */
static json_t *interval_json(bool known, double low, double high) {
    if (!known || !isfinite(low) || !isfinite(high))
        return json_null();
    json_t *interval = json_array();
    json_array_append_new(interval, json_real(low));
    json_array_append_new(interval, json_real(high));
    return interval;
}

static json_t *parameter_json(const struct usl_fit *fit, double estimate, double low, double high) {
    json_t *object = json_object();
    json_object_set_new(object, "estimate", value_signed(estimate));
    json_object_set_new(object, "interval_95", interval_json(fit->outcome == USL_FITS, low, high));
    return object;
}

/* Where the interval has no upper end, how far down it reaches is known nevertheless. */
static json_t *peak_json(const struct usl_fit *fit) {
    json_t *object = parameter_json(fit, usl_peak(&fit->law), fit->peak_low, fit->peak_high);
    bool half = fit->outcome == USL_FITS && !isfinite(fit->peak_high);
    json_object_set_new(object, "at_least", half ? number(fit->peak_low) : json_null());
    return object;
}

static json_t *fit_json(const struct size_result *size) {
    const struct usl_fit *fit = &size->fit;
    bool has_law = fit->outcome == USL_FITS || fit->outcome == USL_OFF || fit->outcome == USL_VAGUE;
    json_t *object = json_object();
    json_object_set_new(object, "used", json_boolean(!size->no_fit));
    json_object_set_new(object, "no_fit", value_text(size->no_fit));
    json_object_set_new(object, "outcome", value_text(size_law_names[fit->outcome]));
    if (!has_law || !(fit->law.gamma > 0)) {
        static const char *const keys[] = {"gamma", "alpha", "beta", "peak", "off_mean"};
        for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
            json_object_set_new(object, keys[i], json_null());
        return object;
    }
    json_object_set_new(object, "gamma",
                        parameter_json(fit, fit->law.gamma, fit->low.gamma, fit->high.gamma));
    json_object_set_new(object, "alpha",
                        parameter_json(fit, fit->law.alpha, fit->low.alpha, fit->high.alpha));
    json_object_set_new(object, "beta",
                        parameter_json(fit, fit->law.beta, fit->low.beta, fit->high.beta));
    json_object_set_new(object, "peak", peak_json(fit));
    json_object_set_new(object, "off_mean", number(fit->off_mean));
    return object;
}

static json_t *pool_json(const struct size_result *size) {
    json_t *object = json_object();
    json_object_set_new(object, "connections", count_or_null(size->pool));
    json_object_set_new(object, "low", count_or_null(size->pool_low));
    json_object_set_new(object, "high", count_or_null(size->pool_high));
    json_object_set_new(object, "given", json_boolean(size->pool_given));
    json_object_set_new(object, "edge", json_boolean(size->pool_edge));
    json_object_set_new(object, "closed_per_s", number(size->closed_per_s));
    json_object_set_new(object, "cause", cause_json(&size->pool_cause));
    json_object_set_new(object, "littles_law_worst", number(size->little_worst));
    return object;
}

/* The limits, which every probe's values are held to. */
static json_t *limit_json(const struct threshold *threshold) {
    json_t *object = json_object();
    json_object_set_new(object, "expr", value_text(threshold->text));
    json_object_set_new(object, "limit", measure_json(threshold->value, threshold->unit));
    json_object_set_new(object, "unit", value_text(measure_unit_names[threshold->unit]));
    return object;
}

static json_t *slo_json(const struct size_slo *slo) {
    const struct threshold *threshold = slo->threshold;
    bool quantile = threshold->metric == METRIC_QUANTILE;
    json_t *object = json_object();
    json_object_set_new(object, "expr", value_text(threshold->text));
    json_object_set_new(object, "value", measure_json(slo->value, threshold->unit));
    json_object_set_new(object, "worst", measure_json(slo->worst, threshold->unit));
    json_object_set_new(object, "samples", quantile ? value_count(slo->samples) : json_null());
    json_object_set_new(object, "misses", quantile ? value_count(slo->misses) : json_null());
    json_object_set_new(object, "verdict", value_text(size_verdict_names[slo->verdict]));
    return object;
}

static json_t *probe_json(const struct size_result *size, const struct size_probe *probe) {
    json_t *object = json_object(), *slos = json_array();
    json_object_set_new(object, "point", point_json(&probe->point));
    for (size_t i = 0; probe->slos && i < size->slo_count; i++)
        json_array_append_new(slos, slo_json(&probe->slos[i]));
    json_object_set_new(object, "slos", slos);
    json_object_set_new(object, "windows", value_count(probe->windows));
    json_object_set_new(object, "achieved", number(probe->achieved));
    json_object_set_new(object, "lag_growth_s", number(probe->lag_growth_s));
    json_object_set_new(object, "verdict", value_text(size_verdict_names[probe->verdict]));
    json_object_set_new(object, "why", value_text(probe->why));
    json_object_set_new(object, "soak", json_boolean(probe->soak));
    return object;
}

static json_t *capacity_json(const struct size_result *size) {
    json_t *object = json_object();
    json_object_set_new(object, "per_s", number(size->capacity_per_s));
    json_object_set_new(object, "rows_per_s", product(size->capacity_per_s, size->rows_per_commit));
    json_object_set_new(object, "planned_per_s", product(size->capacity_per_s, SIZE_USE));
    json_object_set_new(object, "low_per_s", number(size->low_per_s));
    json_object_set_new(object, "high_per_s", number(size->high_per_s));
    json_object_set_new(object, "bracketed", json_boolean(size->bracketed));
    json_object_set_new(object, "confirmed", json_boolean(size->confirmed));
    json_object_set_new(object, "unconfirmed", value_text(size->unconfirmed));
    json_object_set_new(object, "cause", cause_json(&size->capacity_cause));
    return object;
}

static json_t *answer_json(const struct size_result *size) {
    json_t *object = json_object();
    bool asked = is_known(size->need_per_s);
    json_object_set_new(object, "fits", value_text(size_fit_names[size->fits]));
    json_object_set_new(object, "need_per_s", number(size->need_per_s));
    json_object_set_new(object, "peak", asked ? number(size->peak) : json_null());
    json_object_set_new(object, "needed_per_s", number(size->needed_per_s));
    json_object_set_new(object, "headroom", number(size->headroom));
    json_object_set_new(object, "need_confirmed", json_boolean(size->need_confirmed));
    json_object_set_new(object, "short_of", value_text(size->short_of));
    return object;
}

static json_t *batch_json(const struct size_batch *batch) {
    json_t *object = json_object();
    json_object_set_new(object, "rows", value_count(batch->rows));
    json_object_set_new(object, "commits_needed_per_s", number(batch->commits_needed_per_s));
    json_object_set_new(object, "use", number(batch->use));
    json_object_set_new(object, "point", point_json(&batch->point));
    return object;
}

static json_t *requirements_json(const struct size_requirements *need) {
    if (!need->known)
        return json_null();
    json_t *object = json_object();
    json_object_set_new(object, "rate_per_s", number(need->rate_per_s));
    json_object_set_new(object, "rows_per_s", number(need->rows_per_s));
    json_object_set_new(object, "measured", json_boolean(need->measured));
    json_object_set_new(object, "from_rate_per_s", number(need->from_rate_per_s));
    json_object_set_new(object, "wal_bytes_per_s", number(need->wal_bytes_per_s));
    json_object_set_new(object, "flushes_per_s", number(need->flushes_per_s));
    json_object_set_new(object, "checkpoint_bytes_per_s", number(need->checkpoint_bytes_per_s));
    json_object_set_new(object, "average_rows_per_s", number(need->average_rows_per_s));
    json_object_set_new(object, "heap_bytes_per_day", number(need->heap_bytes_per_day));
    json_object_set_new(object, "index_bytes_per_day", number(need->index_bytes_per_day));
    json_object_set_new(object, "wal_bytes_per_day", number(need->wal_bytes_per_day));
    json_object_set_new(object, "connections", count_or_null(need->connections));
    json_object_set_new(object, "server_cpu_s_per_million", number(need->server_cpu_s_per_million));
    json_object_set_new(object, "client_cpu_s_per_million", number(need->client_cpu_s_per_million));
    json_object_set_new(object, "cpus_busy", number(need->cpus_busy));
    json_object_set_new(object, "memory_bytes", value_whole(need->memory_bytes));
    return object;
}

static json_t *prediction_json(const struct size_prediction *prediction) {
    static const char *const fits[] = {[PREDICTED_FITS] = "fits", [PREDICTED_SHORT] = "short"};
    if (!prediction->asked)
        return json_null();
    json_t *object = json_object();
    bool known = prediction->known;
    json_object_set_new(object, "fsync_us", microseconds(prediction->fsync_s));
    json_object_set_new(object, "disk_bytes_per_s", number(prediction->disk_bytes_per_s));
    json_object_set_new(object, "unknown_why",
                        known ? json_null() : value_text(prediction->unknown_why));
    json_object_set_new(object, "fsync_here_us", microseconds(prediction->fsync_here_s));
    const struct {
        const char *key;
        double value;
    } rates[] = {{"closed_per_s", prediction->closed_per_s},
                 {"capacity_per_s", prediction->capacity_per_s},
                 {"capacity_rows_per_s", prediction->capacity_rows_per_s},
                 {"flush_bound_per_s", prediction->flush_bound_per_s},
                 {"disk_bound_per_s", prediction->disk_bound_per_s}};
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++)
        json_object_set_new(object, rates[i].key, known ? number(rates[i].value) : json_null());
    json_object_set_new(object, "limit", known ? value_text(prediction->limit) : json_null());
    json_object_set_new(object, "fits", known ? value_text(fits[prediction->fits]) : json_null());
    return object;
}

static json_t *found_json(const struct size_result *size) {
    json_t *object = json_object(), *slos = json_array(), *levels = json_array();
    json_t *probes = json_array(), *batches = json_array();
    json_object_set_new(object, "unit", value_text(size->mix ? "transactions" : "rows"));
    json_object_set_new(object, "rows_per_commit", number(size->rows_per_commit));
    for (size_t i = 0; i < size->slo_count; i++)
        json_array_append_new(slos, limit_json(&size->slos[i]));
    json_object_set_new(object, "slos", slos);
    for (size_t i = 0; i < size->level_count; i++)
        json_array_append_new(levels, point_json(&size->levels[i]));
    json_object_set_new(object, "levels", levels);
    /* Without a sweep there is none, whatever its empty outcome reads like. */
    json_object_set_new(object, "fit",
                        size->no_fit || size->fit.law.gamma > 0 ? fit_json(size) : json_null());
    json_object_set_new(object, "pool", pool_json(size));
    for (size_t i = 0; i < size->probe_count; i++)
        json_array_append_new(probes, probe_json(size, &size->probes[i]));
    json_object_set_new(object, "probes", probes);
    json_object_set_new(object, "capacity", capacity_json(size));
    json_object_set_new(object, "answer", answer_json(size));
    for (size_t i = 0; i < size->batch_count; i++)
        json_array_append_new(batches, batch_json(&size->batches[i]));
    json_object_set_new(object, "batches", batches);
    json_object_set_new(object, "at_need",
                        size->at_need ? probe_json(size, size->at_need) : json_null());
    json_object_set_new(object, "requirements", requirements_json(&size->requirements));
    json_object_set_new(object, "prediction", prediction_json(&size->prediction));
    return object;
}

static json_t *size_json(const struct size_result *size) {
    json_t *root = json_object();
    json_t *warnings = json_array();
    json_object_set_new(root, "format", value_text("pgwrite/1"));
    json_object_set_new(root, "study", value_text("size"));
    json_object_set_new(root, "tool", value_tool(size->block->version));
    json_object_set_new(root, "started_at", value_text(size->block->started_at));
    json_object_set_new(root, "command", value_words(size->block->command));
    json_object_set_new(root, "seed", value_count(size->block->seed));
    json_object_set_new(root, "run", run_json(size->block));
    json_object_set_new(root, "host", host_json(size->block));
    json_object_set_new(root, "server", server_json(size->server, size->throwaway, size->target));
    json_object_set_new(root, "fsync_probe", fsync_json(size->block));
    json_object_set_new(root, "workload", workload_json(size->block));
    json_object_set_new(root, "cell", value_text(size->cell));
    json_object_set_new(root, "budget_s", value_number(size->budget_s));
    json_object_set_new(root, "seconds", value_number(size->seconds));
    json_object_set_new(root, "phases", phases_json(size->phases, size->phase_count, "rounds"));
    json_object_set_new(root, "size", found_json(size));
    json_object_set_new(root, "interrupted", json_boolean(size->interrupted));
    for (size_t i = 0; i < size->warning_count; i++)
        json_array_append_new(warnings, value_text(size->warnings[i]));
    json_object_set_new(root, "warnings", warnings);
    return root;
}

bool size_write_json(const struct size_result *size, const char *file, struct error *error) {
    return json_file_write(size_json(size), file, error);
}
