/* Results made by hand: nothing is known of them but what a test needs. */
#ifndef PGWRITE_TESTS_RESULT_BY_HAND_H
#define PGWRITE_TESTS_RESULT_BY_HAND_H

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
