/* Results made by hand: nothing is known of them but what a test needs. */
#ifndef PGWRITE_TESTS_RESULT_BY_HAND_H
#define PGWRITE_TESTS_RESULT_BY_HAND_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "report/text.h"
#include "result/result.h"

/* 71 % commit flush, 17 % CPU, 12 % client, and no lock. */
static inline struct observation *make_waits(void) {
    struct observation *waits = calloc(1, sizeof *waits);
    waits->samples = 100;
    waits->valid = true;
    waits->interval_ms = 21;
    waits->cost_share = 0.004;
    waits->cost_exact = true;
    waits->sessions = 4;
    waits->event_count = 1;
    snprintf(waits->events[0].type, sizeof waits->events[0].type, "LWLock");
    snprintf(waits->events[0].event, sizeof waits->events[0].event, "WALWrite");
    waits->events[0].share = 0.71;
    waits->parts[PART_COMMIT_FLUSH] = 0.71;
    waits->parts[PART_CPU] = 0.17;
    waits->parts[PART_CLIENT] = 0.12;
    return waits;
}

/* The INSERTs wait 35 % of their time, behind an UPDATE that waits for a companion. */
static inline void add_lock_waits(struct result_round *round) {
    struct observation *waits = round->waits;
    struct lock_waits *lock = &waits->locks[0];
    waits->parts[PART_COMMIT_FLUSH] = 0.36;
    waits->parts[PART_LOCK] = waits->lock_share = 0.35;
    waits->lock_time_s = 4.2;
    waits->lock_seen = 40;
    waits->lock_max_ms = 212;
    waits->lock_count = 2;
    *lock = (struct lock_waits){
        .locktype = "transactionid",
        .mode = "ShareLock",
        .relation = "public.counters",
        .statement = "INSERT INTO counters VALUES ($1)",
        .blocker = {"UPDATE counters SET n = n + 1", "pgwrite 1a2b3c4d", "active"},
        .root = {"SELECT 1 FROM counters FOR UPDATE", "pgwrite companion orders",
                 "idle in transaction"},
        .depth = 2,
        .time_s = 4.19,
        .max_ms = 212,
        .seen = 40};
    /* 0.01 s of 12 s: less than 0.1 %. */
    waits->locks[1] = (struct lock_waits){.locktype = "extend",
                                          .mode = "ExclusiveLock",
                                          .relation = "public.extended",
                                          .depth = 1,
                                          .time_s = 0.01,
                                          .max_ms = 1,
                                          .seen = 2};
}

/* A round of 3 s with as many commits of 1 ms as are asked for, 100 rows each. */
static inline struct result_round make_round(uint64_t commits) {
    struct result_round round = {.complete = true,
                                 .seconds = 3,
                                 .rows = commits * 100,
                                 .commits = commits,
                                 .committed = commits,
                                 .acknowledged = commits * 100,
                                 .found = commits * 100,
                                 .rows_there = commits * 100,
                                 .found_known = true,
                                 .checked = true,
                                 .verified = true,
                                 .settled = true,
                                 .window_at_s = 1,
                                 .checkpoints = UNKNOWN,
                                 .wal_bytes = (double)commits * 30000,
                                 .cpu_s = 0.3,
                                 .server_commits = (double)commits + 5,
                                 .deadlocks = UNKNOWN,
                                 .heap_bytes = UNKNOWN,
                                 .index_bytes = UNKNOWN,
                                 .response = histogram_new(),
                                 .statement = histogram_new()};
    statistics_unknown(&round.statistics);
    host_unknown(&round.host);
    for (uint64_t i = 0; i < commits; i++)
        histogram_record(round.response, NS_PER_MS);
    round.waits = make_waits();
    return round;
}

static inline struct result_cell make_cell(const char *path, size_t rounds,
                                           const uint64_t *commits) {
    struct result_cell cell = {.path = path,
                               .protocol = "prepared",
                               .pool = 4,
                               .pool_min = 4,
                               .users = UNKNOWN,
                               .rate = UNKNOWN,
                               .threads = 2,
                               .batch = {100, 100},
                               .rounds = calloc(rounds + 1, sizeof *cell.rounds),
                               .round_count = rounds};
    for (size_t i = 0; i < rounds; i++)
        cell.rounds[i] = make_round(commits[i]);
    return cell;
}

static inline struct result make_result(struct arena *arena, size_t cells, uint32_t rounds) {
    return (struct result){.arena = arena,
                           .workload = "events",
                           .throwaway = true,
                           .server = {.version = "15.1", .durability_why = ""},
                           .duration_ns = 3 * NS_PER_S,
                           .warmup_ns = NS_PER_S,
                           .interval_ns = NS_PER_S,
                           .mode = "fixed",
                           .started_at = "2025-01-02T03:04:05Z",
                           .binding = "raw",
                           .target = "",
                           .memory_bytes = UNKNOWN,
                           .client_rss_bytes = UNKNOWN,
                           .row_bytes = UNKNOWN,
                           .fsync.flushes_per_s = UNKNOWN,
                           .stage_count = 1,
                           .step_count = 1,
                           .rounds = rounds,
                           .cpus = 2,
                           .cells = calloc(cells, sizeof(struct result_cell)),
                           .cell_count = cells};
}

/* Two cells of two rounds with everything that can be known: insert waits for locks. */
static inline void fill_round(struct result_round *round, struct lock_log *logged) {
    round->statistics = (struct server_statistics){.temp_files = 2,
                                                   .temp_bytes = 3 << 20,
                                                   .wal_records = 250000,
                                                   .wal_fpi = 40,
                                                   .wal_buffers_full = 0,
                                                   .wal_flushes = 500,
                                                   .checkpoints_timed = 0,
                                                   .checkpoints_requested = 1,
                                                   .buffers_checkpointer = 900,
                                                   .buffers_bgwriter = 3,
                                                   .buffers_backend = 70,
                                                   .rows_inserted = 100000,
                                                   .rows_updated = 400,
                                                   .rows_hot_updated = 300,
                                                   .autovacuums = 1,
                                                   .autoanalyzes = 2};
    round->host = (struct host_usage){3, 0.03, 0.12, 0.04, 0.001, 1.5, 4.5, 200e6, 40e6};
    round->checkpoints = 1;
    round->deadlocks = 1;
    round->retried = 2;
    round->heap_bytes = 9.1e6;
    round->index_bytes = 2.2e6;
    round->logged = logged;
    round->steadiness = NOT_STEADY;
    snprintf(round->unsteady, sizeof round->unsteady, "rows/s fell from 40k to 20k");
    round->companion_count = 2;
    round->companions = calloc(2, sizeof *round->companions);
    round->companions[0] =
        (struct companion_result){.name = "orders",
                                  .what = "lock row",
                                  .runs = 9,
                                  .errors = 1,
                                  .total_s = 1.827,
                                  .max_ms = 210,
                                  .waited_s = 0.3,
                                  .first_error = "canceling statement due to lock timeout"};
    round->companions[1] = (struct companion_result){.name = "ddl", .what = "ddl"};
    round->interval_count = 3;
    round->intervals = calloc(3, sizeof *round->intervals);
    round->waits->series_count = 2;
    round->waits->series = calloc(2, sizeof *round->waits->series);
    for (size_t i = 0; i < 3; i++)
        round->intervals[i] = (struct load_interval){.t_s = (double)i,
                                                     .length_s = i < 2 ? 1 : 0.25,
                                                     .rows = 1000,
                                                     .commits = 10,
                                                     .errors = i,
                                                     .p50_ns = i < 2 ? NS_PER_MS : 0,
                                                     .p99_ns = i < 2 ? 2 * NS_PER_MS : 0};
    round->waits->series[0] = (struct sampled_interval){4, 1, 1e6, 1, 0};
    round->waits->series[1] = (struct sampled_interval){0, 0, UNKNOWN, -1, -1};
}

static inline struct lock_log *make_lock_log(void) {
    struct lock_log *logged = calloc(1, sizeof *logged);
    logged->threshold_ms = 10;
    logged->waits = 12;
    logged->total_s = 2.31;
    logged->max_ms = 310;
    logged->unfinished = 1;
    logged->kind_count = 1;
    logged->kinds[0] = (struct logged_kind){.mode = "ShareLock",
                                            .locktype = "transactionid",
                                            .relation = "",
                                            .statement = "INSERT",
                                            .waits = 12,
                                            .total_s = 2.31,
                                            .max_ms = 310};
    return logged;
}

static inline struct result make_full_result(struct arena *arena) {
    struct result result = make_result(arena, 2, 2);
    result.cells[0] = make_cell("insert", 2, (uint64_t[]){900, 1000});
    result.cells[1] = make_cell("copy-binary", 2, (uint64_t[]){5000, 5200});
    for (size_t c = 0; c < 2; c++)
        for (size_t r = 0; r < 2; r++)
            fill_round(&result.cells[c].rounds[r], c == 0 ? make_lock_log() : NULL);
    add_lock_waits(&result.cells[0].rounds[0]);
    add_lock_waits(&result.cells[0].rounds[1]);
    result.cells[0].ceiling_rows_per_s = 90000;
    result.cells[1].ceiling_rows_per_s = 200000;
    result.client_rss_bytes = 12e6;
    result.fsync_dir = "/var/tmp";
    result.fsync = (struct fsync_probe){8120, 98, 410, 2100, 2000, false};
    return result;
}

/* ---- a load with a queue ---- */

static inline void add_latency(struct load_tally *tally, enum latency latency, uint64_t count,
                               uint64_t ns) {
    if (!tally->latency[latency])
        tally->latency[latency] = histogram_new();
    for (uint64_t i = 0; i < count; i++)
        histogram_record(tally->latency[latency], ns);
}

/* Transactions of one row that all take the same time; 12 ms of each are its COMMIT. lag_ns: 0 in a
 * closed loop. */
static inline void fill_tally(struct load_tally *tally, uint64_t commits, uint64_t lag_ns,
                              uint64_t pool_wait_ns, uint64_t service_ns) {
    tally->committed = tally->rows = commits;
    if (lag_ns)
        add_latency(tally, LATENCY_LAG, commits, lag_ns);
    add_latency(tally, LATENCY_POOL_WAIT, commits, pool_wait_ns);
    add_latency(tally, LATENCY_STATEMENT, commits, service_ns - 12 * NS_PER_MS);
    add_latency(tally, LATENCY_COMMIT, commits, 12 * NS_PER_MS);
    add_latency(tally, LATENCY_RESPONSE, commits, (lag_ns ? lag_ns : pool_wait_ns) + service_ns);
}

static inline void start_load(struct result_round *round, size_t stages, size_t steps,
                              size_t tenants) {
    struct load_result *load = &round->load;
    load->stage_count = stages;
    load->step_count = steps;
    load->tenant_count = tenants;
    load->tallies = calloc(stages * steps, sizeof *load->tallies);
    load->asked = calloc(stages, sizeof *load->asked);
    load->tenants = calloc(tenants + 1, sizeof *load->tenants);
    load->stage_seconds = calloc(stages, sizeof *load->stage_seconds);
    load->failures = calloc(2, sizeof *load->failures);
}

/* 1,000 users who think for 2 s, over a pool of 10 whose transactions take 52 ms: 1,923 in 10 s,
 * after a wait of 3,148 ms. */
static inline struct result make_users_result(struct arena *arena) {
    struct result result = make_result(arena, 1, 1);
    result.source = LOAD_USERS;
    result.think_min_ns = NS_PER_S;
    result.think_max_ns = 3 * NS_PER_S;
    result.cells[0] = make_cell("insert", 1, (uint64_t[]){1000});
    result.cells[0].users = 1000;
    result.cells[0].pool = result.cells[0].pool_min = 10;
    result.cells[0].threads = 1;
    struct result_round *round = &result.cells[0].rounds[0];
    start_load(round, 1, 1, 0);
    fill_tally(&round->load.tallies[0], 1923, 0, 3148 * NS_PER_MS, 52 * NS_PER_MS);
    round->load.stage_seconds[0] = 10;
    round->load.asked[0] =
        (struct load_asked){.asked = 2000, .think_ns = 1923 * 2 * NS_PER_S, .thinks = 1923};
    return result;
}

/* An open loop in two stages of 10 s, calm (100/s) and peak (to 500/s), with two steps, two
 * tenants, a gauge, a check, a fault and three thresholds: one held, one failed, one unknown. */
static struct workload_statement statements_by_hand[] = {{.kind = STATEMENT_INSERT},
                                                         {.kind = STATEMENT_SELECT}};
static struct workload_step steps_by_hand[] = {
    {.name = "create", .weight = 30, .statements = statements_by_hand, .statement_count = 1},
    {.name = "read", .weight = 90, .statements = statements_by_hand + 1, .statement_count = 1}};
static struct workload_stage stages_by_hand[] = {
    {.name = "calm", .for_ns = 10 * NS_PER_S, .target = 100},
    {.name = "peak", .for_ns = 10 * NS_PER_S, .target = 500, .ramp = true}};
static struct workload_tenant tenants_by_hand[] = {{.name = "small", .weight = 1, .limit_per_s = 5},
                                                   {.name = "large", .weight = 4}};
static struct workload_fault faults_by_hand[] = {{.kind = FAULT_CUT, .share = 0.05}};
static struct workload_query gauges_by_hand[] = {{.name = "queue_depth", .sql = "SELECT 1"}};
static struct threshold thresholds_by_hand[] = {
    {.text = "p99(response) < 5s", .quantile = 0.99, .value = 5e9, .unit = METRIC_NS},
    {.text = "errors < 1%", .value = 0.01, .unit = METRIC_SHARE},
    {.text = "drift(p99) < 10%", .value = 0.1, .unit = METRIC_SHARE}};
static const struct workload workload_by_hand = {.steps = steps_by_hand,
                                                 .step_count = 2,
                                                 .stage_source = LOAD_RATE,
                                                 .stages = stages_by_hand,
                                                 .stage_count = 2,
                                                 .tenants = tenants_by_hand,
                                                 .tenant_count = 2,
                                                 .faults = faults_by_hand,
                                                 .fault_count = 1,
                                                 .gauges = gauges_by_hand,
                                                 .gauge_count = 1,
                                                 .thresholds = thresholds_by_hand,
                                                 .threshold_count = 3};

static inline void fill_counts(struct load_result *load) {
    load->stage_seconds[0] = load->stage_seconds[1] = 10;
    load->asked[0] = (struct load_asked){.asked = 1000};
    load->asked[1] =
        (struct load_asked){.asked = 5000, .rejected = 500, .dropped = 40, .timed_out = 60};
    load->tallies[1].failed = 20;
    load->tallies[2].retried = 3;
    load->tallies[3].skipped = 7;
    load->tallies[2].missed = 2;
    load->missed = 3;
    load->tenants[0] = (struct load_asked){.asked = 1200, .rejected = 500};
    load->tenants[1] = (struct load_asked){.asked = 4800, .dropped = 40, .timed_out = 60};
    load->unsent = 4;
    load->cut = 5;
    load->failure_count = 2;
    load->failures[0] = (struct load_failure){
        .sqlstate = "40P01", .count = 1, .retried = 2, .message = "deadlock detected"};
    load->failures[1] =
        (struct load_failure){.count = 20, .message = "server closed the connection"};
    load->intervals = calloc(3, sizeof *load->intervals);
}

static inline struct result make_stages_result(struct arena *arena) {
    struct result result = make_result(arena, 1, 1);
    struct result_cell *cell = &result.cells[0];
    result.source = LOAD_RATE;
    result.load = &workload_by_hand;
    result.stage_count = result.step_count = 2;
    *cell = make_cell("mix", 1, (uint64_t[]){1000});
    cell->pool = cell->pool_min = 10;
    cell->threads = 1;
    cell->batch = (struct range){0, 0};
    struct result_round *round = &cell->rounds[0];
    struct load_result *load = &round->load;
    start_load(round, 2, 2, 2);
    fill_tally(&load->tallies[0], 250, 10000, 0, 20 * NS_PER_MS);
    fill_tally(&load->tallies[1], 730, 10000, 0, 20 * NS_PER_MS);
    fill_tally(&load->tallies[2], 900, 900 * NS_PER_MS, 900 * NS_PER_MS, 30 * NS_PER_MS);
    fill_tally(&load->tallies[3], 2700, 900 * NS_PER_MS, 900 * NS_PER_MS, 30 * NS_PER_MS);
    fill_counts(load);
    round->table_count = 1;
    round->tables = calloc(1, sizeof *round->tables);
    round->tables[0] = (struct result_table){"users", 10, 900, 100, 810, true};
    round->intervals = load->intervals;
    round->interval_count = load->interval_count = 3;
    round->samples = calloc(2, sizeof *round->samples);
    round->sample_count = 2;
    for (size_t i = 0; i < 3; i++)
        load->intervals[i] = (struct load_interval){.t_s = (double)i + 1,
                                                    .length_s = 1,
                                                    .asked = 300,
                                                    .p95_ns = 2 * NS_PER_MS,
                                                    .busy = 7.5,
                                                    .open = 10,
                                                    .waiting = i < 2 ? 12 : UNKNOWN};
    for (size_t i = 0; i < 2; i++) {
        round->samples[i] = (struct gauge_sample){UNKNOWN, 5e6, 900, calloc(1, sizeof(double))};
        round->samples[i].gauges[0] = i ? 30 : 10;
    }
    round->check_count = 1;
    round->checks = calloc(1, sizeof *round->checks);
    round->checks[0] = (struct result_check){"every application has its audit row", true, 0};
    cell->thresholds = calloc(3, sizeof *cell->thresholds);
    cell->thresholds[0] =
        (struct result_threshold){&thresholds_by_hand[0], 1.2e9, 459, THRESHOLD_HELD};
    cell->thresholds[1] =
        (struct result_threshold){&thresholds_by_hand[1], 0.02, 0, THRESHOLD_FAILED};
    cell->thresholds[2] =
        (struct result_threshold){&thresholds_by_hand[2], NAN, 0, THRESHOLD_UNKNOWN};
    return result;
}

static inline char *print(struct result *result) {
    /* gcc 12 takes what a stream has left in a local variable for a pointer to it. */
    static char *text;
    static size_t size;
    for (size_t i = 0; i < result->cell_count; i++)
        result_cell_summarise(&result->cells[i]);
    FILE *out = open_memstream(&text, &size);
    report_text(result, 0, out);
    fclose(out);
    return text;
}

static inline void release(struct result *result, char *text) {
    for (size_t i = 0; i < result->cell_count; i++)
        result_cell_release(&result->cells[i]);
    free(result->cells);
    arena_release(result->arena);
    free(text);
}

/* The line of the table that begins with a word. */
static inline const char *line_of(const char *text, const char *word, char *line, size_t size) {
    const char *at = strstr(text, word);
    assert_non_null(at);
    snprintf(line, size, "%.*s", (int)strcspn(at, "\n"), at);
    return line;
}

#endif
