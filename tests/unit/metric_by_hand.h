/* A cell of two rounds with three stages and two steps, in which every metric is known. */
#ifndef PGWRITE_TESTS_METRIC_BY_HAND_H
#define PGWRITE_TESTS_METRIC_BY_HAND_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "load/tally.h"
#include "result/metric.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define ALL THRESHOLD_ALL

enum { ROUNDS = 2, STAGES = 3, STEPS = 2, INTERVALS = 43, SPIKE_AT = 17, AFTER_AT = 27 };

static struct workload_statement reading[] = {{.kind = STATEMENT_SELECT},
                                              {.kind = STATEMENT_SQL, .sql = " Select 1"}};
static struct workload_statement writing[] = {{.kind = STATEMENT_SELECT},
                                              {.kind = STATEMENT_INSERT}};
static struct workload_stage stages[] = {{.name = "before"}, {.name = "spike"}, {.name = "after"}};
static struct workload_step steps[] = {
    {.name = "read", .statements = reading, .statement_count = 2},
    {.name = "write", .statements = writing, .statement_count = 2}};
static struct workload_query gauges[] = {{.name = "depth"}};

struct made {
    struct arena arena;
    struct workload workload;
    struct result result;
    struct result_cell cell;
};

static inline void record(struct histogram **histogram, uint64_t ns, int times) {
    if (!*histogram)
        *histogram = histogram_new();
    for (int i = 0; i < times; i++)
        histogram_record(*histogram, ns);
}

/* In each stage 100 reads of 1 ms and 200 writes, of 10 ms or in the spike 50 ms. */
static inline struct load_tally make_tally(size_t stage, size_t step) {
    struct load_tally tally = {.committed = step ? 200 : 100, .rows = step ? 2000 : 100};
    uint64_t ms = step == 0 ? 1 : stage == 1 ? 50 : 10;
    record(&tally.latency[LATENCY_RESPONSE], ms * NS_PER_MS, (int)tally.committed);
    record(&tally.latency[LATENCY_LAG], 2 * NS_PER_MS, (int)tally.committed);
    if (step == 0)
        return tally;
    record(&tally.latency[LATENCY_STATEMENT], 5 * NS_PER_MS, (int)tally.committed);
    tally.failed = stage == 1 ? 10 : 0;
    tally.retried = stage == 1 ? 3 : 0;
    return tally;
}

/* The time line: 1 s each, of which the last one is cut short; the window begins 2 s after go. The
 * spike is felt 3 s longer than it is. */
static inline void make_series(struct result_round *round) {
    round->intervals = MEM_ARRAY(struct load_interval, INTERVALS);
    round->samples = MEM_ARRAY(struct gauge_sample, INTERVALS);
    round->waits = MEM_NEW(struct observation);
    round->waits->valid = true;
    round->waits->interval_ms = 20;
    round->waits->series = MEM_ARRAY(struct sampled_interval, INTERVALS);
    round->interval_count = round->sample_count = round->waits->series_count = INTERVALS;
    for (size_t i = 0; i < INTERVALS; i++) {
        bool spike = i >= SPIKE_AT && i < AFTER_AT, slow = i >= SPIKE_AT && i < AFTER_AT + 3;
        round->intervals[i] = (struct load_interval){.t_s = (double)i,
                                                     .length_s = i + 1 < INTERVALS ? 1 : 0.3,
                                                     .rows = 100,
                                                     .commits = 20,
                                                     .errors = 2,
                                                     .failed = 1,
                                                     .asked = 25,
                                                     .p50_ns = 10 * NS_PER_MS,
                                                     .p95_ns = (slow ? 50 : 11) * NS_PER_MS,
                                                     .p99_ns = 20 * NS_PER_MS};
        round->samples[i] = (struct gauge_sample){
            .memory_bytes = 1e6, .table_bytes = 1000, .live_rows = 10, .gauges = MEM_NEW(double)};
        round->samples[i].gauges[0] = (double)i;
        round->waits->series[i] = (struct sampled_interval){.session_s = 4, .locked_s = spike};
    }
}

static inline void make_round(struct result_round *round, double deadlocks, uint32_t open_max) {
    *round = (struct result_round){.complete = true,
                                   .seconds = 40,
                                   .window_at_s = 2,
                                   .rows = 6000,
                                   .commits = 900,
                                   .deadlocks = deadlocks};
    struct load_result *load = &round->load;
    load->stage_count = STAGES;
    load->step_count = STEPS;
    load->open_max = open_max;
    load->tallies = MEM_ARRAY(struct load_tally, STAGES * STEPS);
    load->asked = MEM_ARRAY(struct load_asked, STAGES);
    load->stage_seconds = MEM_ARRAY(double, STAGES);
    for (size_t i = 0; i < STAGES; i++) {
        load->stage_seconds[i] = i == 1 ? 10 : 15;
        load->asked[i].asked = 300;
        for (size_t k = 0; k < STEPS; k++)
            load->tallies[i * STEPS + k] = make_tally(i, k);
    }
    load->asked[1] =
        (struct load_asked){.asked = 400, .rejected = 40, .dropped = 20, .timed_out = 30};
    make_series(round);
}

static inline void make(struct made *made) {
    *made = (struct made){.workload = {.stage_source = LOAD_RATE,
                                       .stages = stages,
                                       .stage_count = STAGES,
                                       .steps = steps,
                                       .step_count = STEPS,
                                       .gauges = gauges,
                                       .gauge_count = 1},
                          .result = {.source = LOAD_RATE,
                                     .stage_count = STAGES,
                                     .step_count = STEPS,
                                     .interval_ns = NS_PER_S,
                                     .server.max_connections = 100},
                          .cell = {.lock_share = 0.03,
                                   .commit_flush_share = 0.4,
                                   .wait_samples = 100,
                                   .wal_bytes_per_row = 150,
                                   .heap_bytes_per_row = 80,
                                   .index_bytes_per_row = 40,
                                   .round_count = ROUNDS}};
    struct result_cell *cell = &made->cell;
    cell->rounds = MEM_ARRAY(struct result_round, ROUNDS);
    make_round(&cell->rounds[0], 1, 80);
    make_round(&cell->rounds[1], 2, 60);
    cell->tallies = MEM_ARRAY(struct load_tally, STAGES * STEPS);
    cell->asked = MEM_ARRAY(struct load_asked, STAGES);
    cell->stage_seconds = MEM_ARRAY(double, STAGES);
    for (size_t r = 0; r < ROUNDS; r++)
        for (size_t i = 0; i < STAGES; i++) {
            const struct load_result *load = &cell->rounds[r].load;
            cell->stage_seconds[i] += load->stage_seconds[i];
            load_asked_merge(&cell->asked[i], &load->asked[i]);
            for (size_t k = 0; k < STEPS; k++)
                load_tally_merge(&cell->tallies[i * STEPS + k], &load->tallies[i * STEPS + k]);
        }
}

static inline void release_tallies(struct load_tally *tallies) {
    for (size_t i = 0; tallies && i < STAGES * STEPS; i++)
        load_tally_release(&tallies[i]);
    free(tallies);
}

static inline void release(struct made *made) {
    struct result_cell *cell = &made->cell;
    for (size_t r = 0; r < ROUNDS; r++) {
        struct result_round *round = &cell->rounds[r];
        for (size_t i = 0; i < INTERVALS; i++)
            free(round->samples[i].gauges);
        release_tallies(round->load.tallies);
        free(round->load.asked);
        free(round->load.stage_seconds);
        free(round->intervals);
        free(round->samples);
        free(round->waits->series);
        free(round->waits);
    }
    release_tallies(cell->tallies);
    free(cell->asked);
    free(cell->stage_seconds);
    free(cell->rounds);
    free(cell->thresholds);
    arena_release(&made->arena);
}

static inline struct threshold *parse(struct made *made, const char *text) {
    static const struct place here = {"w.yaml", 1, 1, ""};
    struct threshold *threshold = ARENA_NEW(&made->arena, struct threshold);
    struct error error = {0};
    if (!threshold_parse(text, &here, ALL, false, &made->workload, &made->arena, threshold, &error))
        fail_msg("%s", error.what);
    return threshold;
}

static inline struct result_threshold judge(struct made *made, const char *text) {
    print_message("# %s\n", text);
    made->workload.thresholds = parse(made, text);
    made->workload.threshold_count = 1;
    made->result.load = &made->workload;
    result_judge(&made->result, &made->cell);
    assert_ptr_equal(made->cell.thresholds[0].threshold, made->workload.thresholds);
    return made->cell.thresholds[0];
}

static inline void expect(struct made *made, const char *text, double value,
                          enum threshold_verdict verdict) {
    struct result_threshold got = judge(made, text);
    if (isnan(value))
        assert_true(isnan(got.value));
    else if (!(fabs(got.value - value) <= 1e-3 * fabs(value) + 1e-12))
        fail_msg("%s: %g, not %g", text, got.value, value);
    assert_int_equal(got.verdict, verdict);
}

static inline void expect_unknown(struct made *made, const char *text) {
    expect(made, text, NAN, THRESHOLD_UNKNOWN);
}

#endif
