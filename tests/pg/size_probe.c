/*
 * One round of sizing after another (size_measure), for size_probe.bats.
 *
 *   size_probe SOCKET SCHEMA POOL SECONDS RATE…
 *
 * POOL connections insert row by row into the table that the file SCHEMA makes; RATE 0: a closed
 * loop, batchN: the same with N rows a commit, else in two windows behind a warm-up. Where there is
 * a batchN, the workload has a check that always fails. Each round prints its figures, name=value.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "study/size_internal.h"

static const char *const slo_texts[] = {"p50(response) < 2s", "errors < 1%"};
enum { SLOS = sizeof slo_texts / sizeof *slo_texts };

#define BATCH "batch"

static void add_check(char **arguments, struct workload *workload) {
    static struct workload_query never = {.name = "never", .sql = "SELECT 1"};
    for (; *arguments; arguments++)
        if (strncmp(*arguments, BATCH, strlen(BATCH)) == 0) {
            workload->checks = &never;
            workload->check_count = 1;
        }
}

static void parse_slos(const struct workload *workload, struct arena *arena, struct threshold *slos,
                       struct error *error) {
    static const struct place here = {"size_probe", 1, 1, ""};
    for (size_t i = 0; i < SLOS; i++)
        if (!threshold_parse(slo_texts[i], &here, THRESHOLD_ALL, false, workload, arena, &slos[i],
                             error))
            return;
}

static void print_round(const struct size *size, const struct size_point *point,
                        const struct size_probe *probe) {
    printf("rate=%g per_s=%.1f rows_per_s=%.1f seconds=%.2f little=%.3f busy=%.2f limit=%d "
           "memory=%d disk=%d/%d rounds=%zu\n",
           point->rate_per_s, point->commits_per_s, point->rows_per_s, point->seconds,
           point->little, point->busy_share, (int)point->cause.limit, point->memory_bytes > 0,
           size->first.fsync_dir != NULL, size->first.fsync.flushes_per_s > 0, size->rounds);
    printf("evidence=%s\n", point->cause.evidence);
    if (!is_known(point->rate_per_s))
        return;
    printf("asked=%.0f done=%.0f achieved=%.3f growth=%.3f windows=%zu verdict=%d why=%s\n",
           point->asked, point->done, probe->achieved, probe->lag_growth_s, probe->windows,
           (int)probe->verdict, probe->why ? probe->why : "-");
    for (size_t i = 0; i < SLOS; i++)
        printf("slo=%s verdict=%d\n", probe->slos[i].threshold->text, (int)probe->slos[i].verdict);
}

static bool run(struct size *size, char **arguments, struct error *error) {
    double seconds = strtod(arguments[1], NULL);
    for (char **rate = arguments + 2; *rate; rate++) {
        struct size_ask ask = {.pool = (uint32_t)strtoul(arguments[0], NULL, 10),
                               .rate_per_s = strtod(*rate, NULL),
                               .warmup_s = seconds / 5,
                               .window_s = seconds,
                               .windows = 2,
                               .label = "probe"};
        if (strncmp(*rate, BATCH, strlen(BATCH)) == 0) {
            uint64_t rows = strtoull(*rate + strlen(BATCH), NULL, 10);
            ask.batch = (struct range){rows, rows};
            ask.path = write_path_find("multirow");
        }
        struct size_point point;
        struct size_probe probe;
        uint64_t begin_ns = clock_ns();
        if (!size_measure(size, &ask, &point, &probe, error))
            return false;
        print_round(size, &point, &probe);
        fprintf(stderr, "%s/s took %.1f s\n", *rate, (double)(clock_ns() - begin_ns) / 1e9);
    }
    return true;
}

int main(int argc, char **argv) {
    struct arena arena = {0};
    struct error error = {0};
    struct workload workload;
    struct threshold slos[SLOS];
    if (argc < 6)
        return EXIT_USAGE;
    struct matrix_options matrix = {
        .workload = &workload,
        .session = {.target = {.dbname = "postgres", .host = argv[1], .user = "postgres"},
                    .connections = (uint32_t)strtoul(argv[3], NULL, 10)},
        .paths = {write_path_find("insert")},
        .path_count = 1,
        .batches = {{1, 1}},
        .batch_count = 1,
        .interval_ns = NS_PER_S,
        .fsync_dir = argv[1],
        .goes_on = true,
        .backlog = 10000,
        .seed = 1};
    struct size_options options = {.matrix = &matrix};
    struct size_result result = {.slos = slos, .slo_count = SLOS};
    struct size size = {.options = &options, .arena = &arena, .result = &result};
    interrupt_install();
    bool ok = workload_from_schema(argv[2], &arena, &workload, &error);
    if (ok) {
        add_check(argv + 3, &workload);
        parse_slos(&workload, &arena, slos, &error);
    }
    ok = ok && !error.set && session_open(&matrix.session, &arena, &size.session, &error);
    if (ok) {
        ok = run(&size, argv + 3, &error);
        struct error left = {0};
        if (!session_close(&size.session, false, &left))
            error_print(&left);
    }
    for (size_t i = 0; i < result.warning_count; i++)
        printf("warning=%s\n", result.warnings[i]);
    printf("measured=%d cells=%zu workload=%s\n", result.measured, size.first.cell_count,
           ok ? size.first.workload : "-");
    if (error.set)
        error_print(&error);
    arena_release(&arena);
    return ok ? EXIT_OK : error.exit_code;
}
