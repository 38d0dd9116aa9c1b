/* The time line of a round read back. */
#include <limits.h>
#include <math.h>
#include <stdlib.h>

#include "result/parse_internal.h"

/* µs in the file; 0: not known. */
static uint64_t read_ns(struct parse *parse, const json_t *entry, const char *key) {
    double us = parse_number(parse, entry, key);
    if (us > 1e15) {
        parse_fault(parse, key, "is longer than anything takes");
        return 0;
    }
    return is_known(us) ? (uint64_t)llround(us * 1000) : 0;
}

static void read_interval(struct parse *parse, const json_t *entry, struct load_interval *out) {
    double at_s = parse_number(parse, entry, "t_s"),
           length_s = parse_number(parse, entry, "length_s");
    out->t_s = is_known(at_s) ? at_s : 0;
    out->length_s = is_known(length_s) ? length_s : 0;
    out->rows = parse_count(parse, entry, "rows");
    out->commits = parse_count(parse, entry, "commits");
    out->asked = parse_count(parse, entry, "asked");
    out->p50_ns = read_ns(parse, entry, "p50");
    out->p95_ns = read_ns(parse, entry, "p95");
    out->p99_ns = read_ns(parse, entry, "p99");
    out->errors = parse_count(parse, entry, "errors");
    out->failed = parse_count(parse, entry, "failed");
    out->busy = parse_number(parse, entry, "busy");
    out->open = parse_number(parse, entry, "open");
    out->waiting = parse_number(parse, entry, "waiting");
}

static int checkpoints(struct parse *parse, const json_t *entry, const char *key) {
    return parse_has(entry, key) ? (int)parse_count_max(parse, entry, key, INT_MAX) : -1;
}

/* Of the share only the ratio is in the file: it is one of a session-second. */
static bool read_sampled(struct parse *parse, const json_t *entry, struct sampled_interval *out) {
    double share = parse_number(parse, entry, "lock_wait_share");
    *out = (struct sampled_interval){
        .session_s = is_known(share) ? 1 : 0,
        .locked_s = is_known(share) ? share : 0,
        .wal_bytes = parse_number(parse, entry, "wal_bytes"),
        .checkpoints_begun = checkpoints(parse, entry, "checkpoint_begun"),
        .checkpoints_done = checkpoints(parse, entry, "checkpoint"),
    };
    return is_known(share) || is_known(out->wal_bytes) || out->checkpoints_begun >= 0 ||
           out->checkpoints_done >= 0;
}

/* What a query says may be larger than anything that is measured. */
static double read_gauge(struct parse *parse, const json_t *gauges, const char *name) {
    const json_t *value = json_object_get(gauges, name);
    double number = json_number_value(value);
    if (!value || json_is_null(value))
        return NAN;
    if (json_is_number(value) && number >= 0)
        return number;
    parse_fault(parse, name, "is no number that a gauge can have");
    return NAN;
}

static bool read_sample(struct parse *parse, const json_t *entry, const struct result *result,
                        struct gauge_sample *out) {
    size_t count = result->load ? result->load->gauge_count : 0;
    const json_t *gauges = count ? parse_object(parse, entry, "gauges") : NULL;
    *out = (struct gauge_sample){.memory_bytes = parse_number(parse, entry, "memory_bytes"),
                                 .table_bytes = parse_number(parse, entry, "table_bytes"),
                                 .live_rows = parse_number(parse, entry, "live_rows")};
    bool known =
        is_known(out->memory_bytes) || is_known(out->table_bytes) || is_known(out->live_rows);
    if (!count)
        return known;
    out->gauges = MEM_ARRAY(double, count);
    parse_enter(parse, "gauges", SIZE_MAX);
    for (size_t i = 0; i < count; i++) {
        out->gauges[i] = read_gauge(parse, gauges, result->load->gauges[i].name);
        known |= is_known(out->gauges[i]);
    }
    parse_leave(parse);
    return known;
}

void parse_series(struct parse *parse, const json_t *object, const struct result *result,
                  struct result_round *round) {
    const json_t *array = parse_array(parse, object, "series");
    size_t count = json_array_size(array), sampled = 0;
    if (!count)
        return;
    struct sampled_interval *seen = MEM_ARRAY(struct sampled_interval, count);
    round->load.intervals = round->intervals = MEM_ARRAY(struct load_interval, count);
    round->load.interval_count = round->interval_count = count;
    round->samples = MEM_ARRAY(struct gauge_sample, count);
    /* All of them are released; those behind the last known one were never taken. */
    round->sample_count = count;
    size_t samples = 0;
    for (size_t i = 0; i < count && !parse->failed; i++) {
        const json_t *entry = parse_element(parse, array, "series", i);
        read_interval(parse, entry, &round->intervals[i]);
        if (read_sampled(parse, entry, &seen[i]))
            sampled = i + 1;
        if (read_sample(parse, entry, result, &round->samples[i]))
            samples = i + 1;
        parse_leave(parse);
    }
    for (size_t i = samples; i < count; i++)
        free(round->samples[i].gauges);
    round->sample_count = samples;
    if (sampled && !round->waits)
        round->waits = MEM_NEW(struct observation);
    if (sampled) {
        round->waits->series = seen;
        round->waits->series_count = sampled;
    } else {
        free(seen);
    }
}
