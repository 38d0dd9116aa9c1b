/* Rounds and rates of sizing, read back. */
#include <ctype.h>

#include "result/json_internal.h"
#include "result/parse_size.h"

double parse_us(struct parse *parse, const json_t *object, const char *key) {
    double us = parse_number(parse, object, key);
    return is_known(us) ? us / 1e6 : UNKNOWN;
}

void parse_cause(struct parse *parse, const json_t *object, const char *key,
                 struct size_cause *out) {
    const json_t *cause = parse_needed_object(parse, object, key);
    parse_enter(parse, key, SIZE_MAX);
    out->limit = (enum size_limit)parse_known(parse, cause, "limit", size_limit_names, SIZE_LIMITS);
    out->evidence = parse_text(parse, cause, "evidence");
    parse_leave(parse);
}

/* ---- SLOs ---- */

void parse_limits(struct parse *parse, const json_t *found, struct size_result *out) {
    const json_t *array = parse_array(parse, found, "slos");
    size_t count = json_array_size(array);
    struct threshold *slos = ARENA_ARRAY(parse->arena, struct threshold, count + 1);
    for (size_t i = 0; i < count; i++) {
        struct threshold *slo = &slos[i];
        const json_t *object = parse_element(parse, array, "slos", i);
        parse_threshold(parse, object, out->block->load, slo);
        /* So much of one that names a step which the file does not have. */
        if (slo->text[0] == 'p' && isdigit((unsigned char)slo->text[1]))
            slo->metric = METRIC_QUANTILE;
        parse_leave(parse);
    }
    out->slos = slos;
    out->slo_count = count;
}

static void parse_slos(struct parse *parse, const json_t *object, const struct size_result *size,
                       struct size_probe *out) {
    const json_t *array = parse_array(parse, object, "slos");
    size_t count = json_array_size(array);
    if (count == 0)
        return;
    if (count != size->slo_count) {
        parse_fault(parse, "slos", "has %zu entries, and size.slos has %zu", count,
                    size->slo_count);
        return;
    }
    out->slos = ARENA_ARRAY(parse->arena, struct size_slo, count);
    for (size_t i = 0; i < count; i++) {
        const struct threshold *threshold = &size->slos[i];
        const json_t *slo = parse_element(parse, array, "slos", i);
        out->slos[i] = (struct size_slo){
            .threshold = threshold,
            .value = parse_measure(parse, slo, "value", threshold->unit),
            .worst = parse_measure(parse, slo, "worst", threshold->unit),
            .samples = parse_count(parse, slo, "samples"),
            .misses = parse_count(parse, slo, "misses"),
            .verdict = (enum size_verdict)parse_known(parse, slo, "verdict", size_verdict_names,
                                                      SIZE_UNSURE + 1),
        };
        parse_leave(parse);
    }
}

/* ---- points ---- */

/* "100" or "5..15". */
static struct range parse_batch(struct parse *parse, const json_t *object) {
    struct range range = {0};
    struct error ignored = {0};
    const char *text = parse_text(parse, object, "batch");
    if (text && !units_range(text, &range, &ignored))
        parse_fault(parse, "batch", "is no number of rows");
    return range;
}

static void parse_response(struct parse *parse, const json_t *object, struct size_point *out) {
    const json_t *response = parse_needed_object(parse, object, "response");
    parse_enter(parse, "response", SIZE_MAX);
    out->responses = parse_count(parse, response, "count");
    out->mean_s = parse_us(parse, response, "mean");
    out->p50_s = parse_us(parse, response, "p50");
    out->p99_s = parse_us(parse, response, "p99");
    out->max_s = parse_us(parse, response, "max");
    parse_leave(parse);
}

static void parse_parts(struct parse *parse, const json_t *object, double parts[TIME_PARTS]) {
    const json_t *time = parse_object(parse, object, "time");
    parse_enter(parse, "time", SIZE_MAX);
    for (size_t i = 0; i < TIME_PARTS; i++)
        parts[i] = parse_number(parse, time, time_part_names[i]);
    parse_leave(parse);
}

/* An object of numbers. */
static void parse_group(struct parse *parse, const json_t *object, const char *key,
                        const struct parse_field *fields, size_t count) {
    const json_t *group = parse_object(parse, object, key);
    parse_enter(parse, key, SIZE_MAX);
    parse_numbers(parse, group, fields, count);
    parse_leave(parse);
}

static void parse_figures(struct parse *parse, const json_t *object, struct size_point *out) {
    const struct parse_field figures[] = {
        {"rate_per_s", &out->rate_per_s},
        {"seconds", &out->seconds},
        {"commits_per_s", &out->commits_per_s},
        {"rows_per_s", &out->rows_per_s},
        {"asked", &out->asked},
        {"done", &out->done},
        {"errors", &out->errors},
        {"littles_law", &out->little},
        {"busy_share", &out->busy_share},
        {"server_cpu_us_per_row", &out->server_cpu_us_per_row},
        {"client_cpu_us_per_row", &out->client_cpu_us_per_row},
        {"checkpoints", &out->checkpoints},
        {"checkpoint_bytes_per_s", &out->checkpoint_bytes_per_s},
        {"autovacuums", &out->autovacuums},
        {"memory_bytes", &out->memory_bytes},
    };
    const struct parse_field wal[] = {{"bytes_per_row", &out->wal_bytes_per_row},
                                      {"bytes_per_s", &out->wal_bytes_per_s},
                                      {"flushes_per_s", &out->flushes_per_s}};
    const struct parse_field table[] = {{"heap_bytes_per_row", &out->heap_bytes_per_row},
                                        {"index_bytes_per_row", &out->index_bytes_per_row}};
    const struct parse_field machine[] = {{"cpu_share", &out->cpu_share},
                                          {"steal_share", &out->steal_share},
                                          {"pressure_cpu", &out->pressure_cpu},
                                          {"pressure_io", &out->pressure_io}};
    parse_numbers(parse, object, PARSE_FIELDS(figures));
    parse_group(parse, object, "wal", PARSE_FIELDS(wal));
    parse_group(parse, object, "table", PARSE_FIELDS(table));
    parse_group(parse, object, "machine", PARSE_FIELDS(machine));
}

void parse_point(struct parse *parse, const json_t *object, struct size_point *out) {
    out->path = parse_needed(parse, object, "path");
    out->pool = parse_count32(parse, object, "pool");
    out->batch = parse_batch(parse, object);
    out->wait_samples = parse_count(parse, object, "wait_samples");
    parse_figures(parse, object, out);
    parse_response(parse, object, out);
    parse_parts(parse, object, out->parts);
    parse_cause(parse, object, "cause", &out->cause);
}

void parse_probe(struct parse *parse, const json_t *object, const struct size_result *size,
                 struct size_probe *out) {
    const json_t *point = parse_needed_object(parse, object, "point");
    parse_enter(parse, "point", SIZE_MAX);
    parse_point(parse, point, &out->point);
    parse_leave(parse);
    parse_slos(parse, object, size, out);
    out->windows = parse_count(parse, object, "windows");
    out->achieved = parse_number(parse, object, "achieved");
    out->lag_growth_s = parse_number(parse, object, "lag_growth_s");
    out->verdict = (enum size_verdict)parse_known(parse, object, "verdict", size_verdict_names,
                                                  SIZE_UNSURE + 1);
    out->why = parse_text(parse, object, "why");
    out->soak = parse_bool(parse, object, "soak");
}
