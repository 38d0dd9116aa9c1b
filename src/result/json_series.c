/* The time line of a round as JSON: the load's, the sampler's, and what is looked at beside them.
 */
#include "result/json_internal.h"

static json_t *quantile_json(uint64_t ns) {
    return value_number(ns ? (double)ns / 1000 : UNKNOWN);
}

static void add_sample(json_t *entry, const struct result *result, const struct result_round *round,
                       size_t number) {
    const struct gauge_sample *sample =
        number < round->sample_count ? &round->samples[number] : NULL;
    json_t *gauges = json_object();
    json_object_set_new(entry, "memory_bytes",
                        value_whole(sample ? sample->memory_bytes : UNKNOWN));
    json_object_set_new(entry, "table_bytes", value_whole(sample ? sample->table_bytes : UNKNOWN));
    json_object_set_new(entry, "live_rows", value_whole(sample ? sample->live_rows : UNKNOWN));
    for (size_t i = 0; result->load && i < result->load->gauge_count; i++)
        json_object_set_new(gauges, result->load->gauges[i].name,
                            value_number(sample && sample->gauges ? sample->gauges[i] : UNKNOWN));
    json_object_set_new(entry, "gauges", gauges);
}

json_t *series_json(const struct result *result, const struct result_round *round) {
    static const struct sampled_interval unseen = {0, 0, UNKNOWN, -1, -1};
    json_t *array = json_array();
    for (size_t i = 0; i < round->interval_count; i++) {
        const struct load_interval *interval = &round->intervals[i];
        const struct sampled_interval *seen =
            round->waits && i < round->waits->series_count ? &round->waits->series[i] : &unseen;
        json_t *entry = json_object();
        json_object_set_new(entry, "t_s", value_number(interval->t_s));
        json_object_set_new(entry, "length_s", value_number(interval->length_s));
        json_object_set_new(entry, "rows", value_count(interval->rows));
        json_object_set_new(entry, "commits", value_count(interval->commits));
        json_object_set_new(entry, "asked", value_count(interval->asked));
        json_object_set_new(entry, "p50", quantile_json(interval->p50_ns));
        json_object_set_new(entry, "p95", quantile_json(interval->p95_ns));
        json_object_set_new(entry, "p99", quantile_json(interval->p99_ns));
        json_object_set_new(entry, "errors", value_count(interval->errors));
        json_object_set_new(entry, "failed", value_count(interval->failed));
        json_object_set_new(entry, "busy", value_number(interval->busy));
        json_object_set_new(entry, "open", value_number(interval->open));
        json_object_set_new(entry, "waiting", value_whole(interval->waiting));
        json_object_set_new(entry, "lock_wait_share", value_ratio(seen->locked_s, seen->session_s));
        json_object_set_new(entry, "wal_bytes", value_whole(seen->wal_bytes));
        json_object_set_new(entry, "checkpoint_begun", value_whole(seen->checkpoints_begun));
        json_object_set_new(entry, "checkpoint", value_whole(seen->checkpoints_done));
        add_sample(entry, result, round, i);
        json_array_append_new(array, entry);
    }
    return array;
}
