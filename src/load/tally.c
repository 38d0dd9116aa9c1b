#include "load/tally.h"

void load_tally_merge(struct load_tally *into, const struct load_tally *from) {
    into->committed += from->committed;
    into->failed += from->failed;
    into->failed_ns += from->failed_ns;
    into->retried += from->retried;
    into->skipped += from->skipped;
    into->missed += from->missed;
    into->rows += from->rows;
    for (size_t i = 0; i < LATENCY_COUNT; i++) {
        if (!from->latency[i])
            continue;
        if (!into->latency[i])
            into->latency[i] = histogram_new();
        histogram_merge(into->latency[i], from->latency[i]);
    }
}

void load_tally_sum(const struct load_tally *tallies, size_t stages, size_t steps, size_t stage,
                    size_t step, struct load_tally *out) {
    *out = (struct load_tally){0};
    for (size_t i = 0; i < stages; i++)
        for (size_t k = 0; k < steps; k++)
            if ((stage == SIZE_MAX || stage == i) && (step == SIZE_MAX || step == k))
                load_tally_merge(out, &tallies[i * steps + k]);
}

void load_result_sum(const struct load_result *result, size_t stage, size_t step,
                     struct load_tally *out) {
    load_tally_sum(result->tallies, result->stage_count, result->step_count, stage, step, out);
}

void load_tally_release(struct load_tally *tally) {
    for (size_t i = 0; i < LATENCY_COUNT; i++) {
        histogram_free(tally->latency[i]);
        tally->latency[i] = NULL;
    }
}

void load_asked_merge(struct load_asked *into, const struct load_asked *from) {
    into->asked += from->asked;
    into->rejected += from->rejected;
    into->dropped += from->dropped;
    into->timed_out += from->timed_out;
    into->think_ns += from->think_ns;
    into->thinks += from->thinks;
}

void load_asked_sum(const struct load_asked *asked, size_t stages, size_t stage,
                    struct load_asked *out) {
    *out = (struct load_asked){0};
    for (size_t i = 0; i < stages; i++)
        if (stage == SIZE_MAX || stage == i)
            load_asked_merge(out, &asked[i]);
}
