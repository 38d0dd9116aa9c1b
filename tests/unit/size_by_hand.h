/* What sizing can find, made by hand: a need that fits, one that does not, and a study that was
 * interrupted within a small budget. Include it after cmocka.h. */
#ifndef PGWRITE_TESTS_SIZE_BY_HAND_H
#define PGWRITE_TESTS_SIZE_BY_HAND_H

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "result/size.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const char *command[] = {"pgwrite",
                                "size",
                                "workloads/analytics.yaml",
                                "--slo",
                                "p99(response) < 50ms",
                                "--need",
                                "500000/day",
                                "--peak",
                                "10x",
                                NULL};
static struct server_facts server;
static struct result block;
static struct threshold slos[2];
static struct size_point levels[14];
static struct size_probe probes[5], at_need;
static struct size_slo probe_slos[COUNT(probes)][COUNT(slos)];
static struct size_batch batches[3];
static struct study_phase phases[5];
static const char *warnings[1];
static struct size_result size;

/* A closed loop of single rows. */
static inline struct size_point make_point(uint32_t pool, double per_s) {
    struct size_point point = {
        .path = "insert",
        .pool = pool,
        .batch = {1, 1},
        .rate_per_s = UNKNOWN,
        .seconds = 5,
        .commits_per_s = per_s,
        .rows_per_s = per_s,
        .asked = UNKNOWN,
        .done = UNKNOWN,
        .errors = 0,
        .mean_s = pool / per_s,
        .p50_s = pool / per_s * 0.9,
        .p99_s = pool / per_s * 2.5,
        .max_s = pool / per_s * 6,
        .responses = (uint64_t)(per_s * 5),
        .little = 1.001,
        .busy_share = 0.999,
        .wait_samples = 250,
        .cause = {SIZE_LIMIT_COMMIT_FLUSH, "commit flush took 71 % of the busy sessions' time"},
        .wal_bytes_per_row = 412,
        .wal_bytes_per_s = 412 * per_s,
        .flushes_per_s = per_s * 0.4,
        .heap_bytes_per_row = 164,
        .index_bytes_per_row = 71,
        .server_cpu_us_per_row = 310,
        .client_cpu_us_per_row = 95,
        .cpu_share = 0.48,
        .steal_share = 0.01,
        .pressure_cpu = 0.12,
        .pressure_io = 0.2,
        .checkpoints = 0,
        .checkpoint_bytes_per_s = UNKNOWN,
        .autovacuums = 0,
        .memory_bytes = UNKNOWN,
    };
    point.parts[PART_COMMIT_FLUSH] = 0.71;
    point.parts[PART_CPU] = 0.29;
    return point;
}

static inline void make_probe(size_t i, double rate_per_s, double p99_ms, double worst_ms,
                              enum size_verdict verdict, const char *why) {
    struct size_probe *probe = &probes[i];
    *probe = (struct size_probe){.point = make_point(8, rate_per_s * 0.998),
                                 .slos = probe_slos[i],
                                 .windows = 6,
                                 .achieved = 0.998,
                                 .lag_growth_s = 0,
                                 .verdict = verdict,
                                 .why = why};
    probe->point.rate_per_s = rate_per_s;
    probe->point.seconds = 12;
    probe->point.asked = rate_per_s * 12;
    probe->point.done = rate_per_s * 12 * 0.998;
    probe->point.little = UNKNOWN;
    probe_slos[i][0] = (struct size_slo){.threshold = &slos[0],
                                         .value = p99_ms * 1e6,
                                         .worst = worst_ms * 1e6,
                                         .samples = (uint64_t)(rate_per_s * 12),
                                         .misses = p99_ms < 50 ? 3 : 900,
                                         .verdict = p99_ms < 50 ? SIZE_HOLDS : SIZE_FAILS};
    probe_slos[i][1] =
        (struct size_slo){.threshold = &slos[1], .value = 0, .worst = 0, .verdict = SIZE_HOLDS};
}

static inline void make_levels(void) {
    static const struct {
        uint32_t pool;
        double per_s;
    } found[] = {{4, 1120}, {1, 480}, {16, 1492}, {2, 790},   {64, 1430}, {8, 1405},  {32, 1500},
                 {8, 1395}, {2, 800}, {1, 470},   {32, 1496}, {64, 1440}, {16, 1480}, {4, 1135}};
    for (size_t i = 0; i < COUNT(found); i++)
        levels[i] = make_point(found[i].pool, found[i].per_s);
    size.levels = levels;
    size.level_count = COUNT(levels);
    size.fit = (struct usl_fit){.outcome = USL_FITS,
                                .law = {475, 0.2, 0.0004},
                                .off_mean = 0.013,
                                .low = {462, 0.17, 0.0002},
                                .high = {490, 0.23, 0.0007},
                                .peak_low = 33,
                                .peak_high = 63,
                                .enough_low = 7,
                                .enough_high = 10};
    size.pool = 8;
    size.pool_low = 7;
    size.pool_high = 10;
    size.closed_per_s = 1400;
    size.pool_cause = levels[5].cause;
    size.little_worst = 0.994;
}

static inline void make_probes(void) {
    make_probe(0, 1400, 212, 340, SIZE_FAILS,
               "p99(response) was 212 ms, more than 50 ms, and the lag grew");
    make_probe(1, 980, 18.2, 21.7, SIZE_HOLDS, NULL);
    make_probe(2, 1170, 31.4, 38.8, SIZE_HOLDS, NULL);
    make_probe(3, 1228, 47.1, 81.3, SIZE_FAILS,
               "p99(response) was 81.3 ms, more than 50 ms, in window 3 of 6");
    make_probe(4, 1170, 33.9, 44.6, SIZE_HOLDS, NULL);
    probes[4].soak = true;
    probes[4].point.seconds = 95;
    probes[4].point.checkpoints = 3;
    probes[4].point.checkpoint_bytes_per_s = 2.4e6;
    probes[4].point.autovacuums = 2;
    probes[4].point.memory_bytes = 78e6;
    size.probes = probes;
    size.probe_count = COUNT(probes);
    size.low_per_s = size.capacity_per_s = 1170;
    size.high_per_s = 1228;
    size.bracketed = size.confirmed = true;
    size.capacity_cause = (struct size_cause){
        SIZE_LIMIT_COMMIT_FLUSH,
        "commit flush took 71 % of the busy sessions' time (LWLock:WALWrite 55 %, IO:WALSync "
        "16 %); CPU of this machine 48 % busy"};
}

static inline void make_requirements(double need_per_s, double peak) {
    size.requirements = (struct size_requirements){.known = true,
                                                   .rate_per_s = need_per_s * peak,
                                                   .rows_per_s = need_per_s * peak,
                                                   .measured = true,
                                                   .from_rate_per_s = UNKNOWN,
                                                   .wal_bytes_per_s = 412 * need_per_s * peak,
                                                   .flushes_per_s = 0.97 * need_per_s * peak,
                                                   .checkpoint_bytes_per_s = 1.2e5,
                                                   .average_rows_per_s = need_per_s,
                                                   .heap_bytes_per_day = 164 * need_per_s * 86400,
                                                   .index_bytes_per_day = 71 * need_per_s * 86400,
                                                   .wal_bytes_per_day = 412 * need_per_s * 86400,
                                                   .connections = 8,
                                                   .server_cpu_s_per_million = 310,
                                                   .client_cpu_s_per_million = 95,
                                                   .cpus_busy = 405e-6 * need_per_s * peak,
                                                   .memory_bytes = 78e6};
}

/* The round at the planned rate. */
static inline void make_at_need(double rate_per_s) {
    at_need = probes[1];
    at_need.windows = 1;
    at_need.point.rate_per_s = rate_per_s;
    at_need.point.commits_per_s = at_need.point.rows_per_s = rate_per_s;
    size.at_need = &at_need;
}

static inline void make_batches(double needed_rows_per_s) {
    static const struct {
        uint64_t rows;
        double rows_per_s, wal;
    } found[] = {{1, 1400, 412}, {10, 11800, 231}, {1000, 98000, 187.4}};
    for (size_t i = 0; i < COUNT(found); i++) {
        double commits = found[i].rows_per_s / (double)found[i].rows;
        batches[i] =
            (struct size_batch){.rows = found[i].rows,
                                .point = make_point(8, commits),
                                .commits_needed_per_s = needed_rows_per_s / (double)found[i].rows,
                                .use = needed_rows_per_s / found[i].rows_per_s};
        batches[i].point.batch = (struct range){found[i].rows, found[i].rows};
        batches[i].point.rows_per_s = found[i].rows_per_s;
        batches[i].point.wal_bytes_per_row = found[i].wal;
    }
    size.batches = batches;
    size.batch_count = COUNT(batches);
}

/* 500,000 a day at a peak of ten times that. */
static inline int make_fitting(void **state) {
    (void)state;
    server = (struct server_facts){.version = "15.18 (Debian 15.18-0+deb12u1)",
                                   .version_num = 150018,
                                   .durability = DURABLE,
                                   .durability_why = ""};
    block = (struct result){.started_at = "2026-03-01T03:00:00Z",
                            .command = command,
                            .seed = 7,
                            .binding = "raw",
                            .mode = "fixed",
                            .warmup_ns = 1000000000,
                            .duration_ns = 5000000000,
                            .rounds = 1,
                            .cpus = 2,
                            .memory_bytes = UNKNOWN,
                            .workload = "analytics",
                            .row_bytes = UNKNOWN,
                            .fsync = {.flushes_per_s = UNKNOWN}};
    slos[0] = (struct threshold){.text = "p99(response) < 50ms",
                                 .metric = METRIC_QUANTILE,
                                 .quantile = 0.99,
                                 .value = 50e6,
                                 .unit = METRIC_NS};
    slos[1] = (struct threshold){
        .text = "errors < 0.1%", .metric = METRIC_ERRORS, .value = 0.001, .unit = METRIC_SHARE};
    phases[0] = (struct study_phase){"pool", 14, 90, 88.4};
    phases[1] = (struct study_phase){"capacity", 4, 60, 61.2};
    phases[2] = (struct study_phase){"soak", 1, 100, 97};
    phases[3] = (struct study_phase){"planned load", 1, 20, 19.8};
    phases[4] = (struct study_phase){"batch sizes", 3, 20, 18};
    double need_per_s = 500000 / 86400.0;
    size = (struct size_result){.block = &block,
                                .workload = "analytics",
                                .cell = "insert",
                                .target = "host=/tmp",
                                .throwaway = true,
                                .server = &server,
                                .budget_s = 300,
                                .seconds = 284.4,
                                .phases = phases,
                                .phase_count = COUNT(phases),
                                .slos = slos,
                                .slo_count = COUNT(slos),
                                .need_per_s = need_per_s,
                                .peak = 10,
                                .rows_per_commit = 1,
                                .fits = SIZE_FITS,
                                .needed_per_s = need_per_s * 10,
                                .headroom = 1170 / need_per_s / 10,
                                .measured = true};
    make_levels();
    make_probes();
    make_batches(need_per_s * 10);
    make_at_need(need_per_s * 10);
    make_requirements(need_per_s, 10);
    return 0;
}

/* 200,000,000 a day, which is short, with a prediction for a slower disk. */
static inline int make_short(void **state) {
    make_fitting(state);
    double need_per_s = 200e6 / 86400;
    size.need_per_s = size.needed_per_s = need_per_s;
    size.peak = 1;
    size.headroom = 1170 / need_per_s;
    size.fits = SIZE_SHORT;
    size.short_of =
        "2,315 rows/s are needed at the peak, and 1,170 rows/s is the most that held; what "
        "runs out first: commit flush took 71 % of the busy sessions' time";
    size.no_fit = "the levels' medians are up to 14 % off the curve, furthest at a pool of 4";
    size.fit = (struct usl_fit){
        .outcome = USL_OFF, .law = {475, 0.2, 0}, .off_mean = 0.06, .worst_n = 4, .worst = 0.14};
    size.pool_edge = true;
    make_batches(need_per_s);
    make_requirements(need_per_s, 1);
    size.at_need = NULL;
    size.requirements.measured = false;
    size.requirements.from_rate_per_s = 1170;
    size.requirements.memory_bytes = UNKNOWN;
    size.prediction = (struct size_prediction){.asked = true,
                                               .fsync_s = 0.004,
                                               .disk_bytes_per_s = 125e6,
                                               .known = true,
                                               .fsync_here_s = 0.00125,
                                               .closed_per_s = 820,
                                               .capacity_per_s = 610,
                                               .capacity_rows_per_s = 610,
                                               .flush_bound_per_s = 640,
                                               .disk_bound_per_s = 290000,
                                               .limit = "flushes",
                                               .fits = PREDICTED_SHORT};
    warnings[0] = "the disk flushes in 81 µs: only one whose cache outlives a power cut may";
    size.warnings = warnings;
    size.warning_count = 1;
    return 0;
}

/* A budget of a minute, cut off among the probes. */
static inline int make_interrupted(void **state) {
    make_fitting(state);
    size.budget_s = 60;
    size.seconds = 31.5;
    size.interrupted = true;
    size.level_count = 5;
    size.fit = (struct usl_fit){.outcome = USL_TOO_FEW};
    size.no_fit = "5 levels were measured: it takes 6";
    size.pool_low = size.pool_high = 0;
    size.probe_count = 2;
    size.low_per_s = 980;
    size.high_per_s = 1400;
    size.capacity_per_s = UNKNOWN;
    size.bracketed = size.confirmed = false;
    size.unconfirmed = "there was no time for a soak across two checkpoints";
    size.capacity_cause = (struct size_cause){SIZE_LIMIT_UNKNOWN, NULL};
    size.fits = SIZE_UNDECIDED;
    size.short_of = "no rate was found to hold the SLO in the time there was";
    size.headroom = UNKNOWN;
    size.little_worst = UNKNOWN;
    size.batch_count = 0;
    size.at_need = NULL;
    size.requirements = (struct size_requirements){0};
    for (size_t i = 2; i < COUNT(phases); i++)
        phases[i].seconds = UNKNOWN;
    return 0;
}

#endif
