/*
 * src/study/explain.h on the command line, for explain.bats.
 *
 *   explain_probe [OPTION…] A.sql B.sql
 *
 * Two schemas with a table t each, in which the same work is done in turn, on a throwaway server
 * or, with -h, on one of the user's:
 *
 *   -h SOCKET_DIR, -U ROLE
 *   -b BIN          of the throwaway server's binaries
 *   -i              indexes alone, not explained
 *   -r ROUNDS       1
 *   -n ROWS         that the work writes; 1
 *   -w SQL          the work
 *   -s              with the control connection's waits sampled, for a second and more
 *   -0 SQL          before all, -1 SQL: after the work of each round and before it is looked at
 *   -c SQL          a number that is asked after each round
 *
 * Prints, tab-separated: `round SIDE WAL_BYTES`, `check SIDE VALUE`, `wal SIDE MANAGER BYTES
 * RECORDS`, `splits SIDE COUNT`, `index TABLE NAME A B`, `difference KIND NAME A B WEIGHT`,
 * `unexplained TEXT`, `missing TEXT`.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "study/explain.h"

enum { ROUNDS_MAX = 8, SAMPLED_INTERVALS = 12 };
#define INTERVAL_NS (100 * NS_PER_MS)

static struct {
    struct session_options session;
    bool indexes_alone, sampled;
    size_t rounds;
    uint64_t rows;
    const char *work, *before, *after, *check;
} options = {.rounds = 1, .rows = 1, .work = "", .session.connections = 4};

/* One of the two. */
struct side {
    const char *name;
    struct workload workload;
    struct result result;
    struct result_cell cell;
    struct result_round rounds[ROUNDS_MAX];
    struct explain_round explained[ROUNDS_MAX];
};

static struct session session;
static struct arena arena;

static _Noreturn void fail(struct error *error) {
    struct error left = {0};
    error_print(error);
    if (session.control && !session_close(&session, false, &left))
        error_print(&left);
    exit((int)error->exit_code);
}

static void check(bool ok, struct error *error) {
    if (!ok)
        fail(error);
}

static void in_schema(const char *sql) {
    struct error error = {0};
    char *with_path = arena_printf(&arena, "SET search_path TO %s; %s", session.schema, sql);
    check(control_exec(session.control, with_path, &error) &&
              control_reset_session(session.control, &error),
          &error);
}

/* The work, and as much of something else as the sampler needs. */
static void work(struct result_round *round) {
    struct error error = {0};
    struct sampler *sampler = NULL;
    struct sampled_interval interval;
    if (options.sampled) {
        check(sampler_open(&(struct sampler_options){.target = &session.target,
                                                     .application_name = "pgwrite",
                                                     .interval_ns = INTERVAL_NS},
                           &sampler, &error),
              &error);
        sampler_start(sampler, clock_ns());
        sampler_begin(sampler);
    }
    uint64_t begin_ns = clock_ns();
    in_schema(options.work);
    while (sampler && !sampler_interval(sampler, SAMPLED_INTERVALS, &interval))
        in_schema("SELECT pg_catalog.count(*) FROM pg_catalog.generate_series(1, 100000)");
    round->seconds = (double)(clock_ns() - begin_ns) / (double)NS_PER_S;
    if (sampler)
        round->waits = sampler_close(sampler, &error);
    check(!error.set, &error);
}

static void ask_check(const struct side *side) {
    struct error error = {0};
    struct control_rows *rows = NULL;
    char *sql = arena_printf(&arena, "SELECT (%s)::float8", options.check);
    check(control_exec(session.control,
                       arena_printf(&arena, "SET search_path TO %s", session.schema), &error) &&
              control_query_one(session.control, sql, CONTROL_NO_ARGS, &rows, &error),
          &error);
    printf("check\t%s\t%.0f\n", side->name, control_float8(rows, 0, 0));
    control_rows_free(rows);
    check(control_reset_session(session.control, &error), &error);
}

static void run_round(struct side *side, size_t number, struct explain *explain) {
    struct error error = {0};
    struct result_round *round = &side->rounds[number];
    const char *found;
    double end;
    check(session_load_schema(&session, &side->workload, "t", &arena, &found, &error), &error);
    check(server_wal_position(session.control, &round->wal_at, &error), &error);
    work(round);
    check(server_wal_position(session.control, &end, &error), &error);
    round->wal_bytes = end - round->wal_at;
    round->rows = round->rows_there = options.rows;
    round->checked = true;
    printf("round\t%s\t%.0f\n", side->name, round->wal_bytes);
    if (options.after)
        check(control_exec(session.control, options.after, &error), &error);
    check(explain_collect(explain, round, &arena, &side->explained[number], &error), &error);
    const struct explain_round *explained = &side->explained[number];
    for (size_t i = 0; i < explained->wal_count; i++)
        printf("wal\t%s\t%s\t%.0f\t%.0f\n", side->name, explained->wal[i].manager,
               explained->wal[i].bytes, explained->wal[i].records);
    printf("splits\t%s\t%.0f\n", side->name, explained->page_splits);
    if (options.check)
        ask_check(side);
}

static void read_schema(const char *name, const char *file, struct side *side) {
    struct error error = {0};
    *side = (struct side){.name = name};
    check(workload_from_schema(file, &arena, &side->workload, &error), &error);
    side->cell = (struct result_cell){
        .rounds = side->rounds, .round_count = options.rounds, .hot_share = UNKNOWN};
    side->result = (struct result){.cells = &side->cell, .cell_count = 1};
}

static void print(const struct ab_result *ab, const struct explain *explain) {
    static const char *const kinds[] = {[AB_WAIT] = "wait",
                                        [AB_WAL] = "wal",
                                        [AB_INDEX] = "index",
                                        [AB_PAGE_SPLIT] = "page_split",
                                        [AB_HOT] = "hot"};
    for (size_t i = 0; i < ab->index_count; i++)
        printf("index\t%s\t%s\t%.6f\t%.6f\n", ab->indexes[i].table, ab->indexes[i].name,
               ab->indexes[i].a_bytes_per_row, ab->indexes[i].b_bytes_per_row);
    for (size_t i = 0; i < ab->difference_count; i++) {
        const struct ab_difference *difference = &ab->differences[i];
        printf("difference\t%s\t%s\t%.6f\t%.6f\t%.6f\n", kinds[difference->kind], difference->name,
               difference->a, difference->b, difference->weight);
    }
    for (size_t i = 0; i < ab->unexplained_count; i++)
        printf("unexplained\t%s\n", ab->unexplained[i]);
    if (explain_missing(explain))
        printf("missing\t%s\n", explain_missing(explain));
}

static void compare(const char *const *files) {
    struct error error = {0};
    struct explain *explain;
    static struct side a, b;
    read_schema("a", files[0], &a);
    read_schema("b", files[1], &b);
    check(session_open(&options.session, &arena, &session, &error), &error);
    if (options.before)
        check(control_exec(session.control, options.before, &error), &error);
    check(explain_open(&session, !options.indexes_alone, &arena, &explain, &error), &error);
    for (size_t i = 0; i < options.rounds; i++) {
        run_round(&a, i, explain);
        run_round(&b, i, explain);
    }
    struct ab_pair pairs[ROUNDS_MAX];
    for (size_t i = 0; i < options.rounds; i++)
        pairs[i] = (struct ab_pair){.valid = true};
    struct ab_result ab = {.a = &a.result,
                           .b = &b.result,
                           .pairs = pairs,
                           .pair_count = options.rounds,
                           .explained = !options.indexes_alone};
    explain_compare(a.explained, b.explained, options.rounds, &arena, &ab);
    print(&ab, explain);
    explain_close(explain);
    for (size_t i = 0; i < options.rounds; i++) {
        observation_free(a.rounds[i].waits);
        observation_free(b.rounds[i].waits);
    }
    check(session_close(&session, false, &error), &error);
}

static bool take(int letter) {
    struct {
        int letter;
        const char **to;
    } const texts[] = {
        {'h', &options.session.target.host},
        {'U', &options.session.target.user},
        {'b', &options.session.pg_bin},
        {'w', &options.work},
        {'0', &options.before},
        {'1', &options.after},
        {'c', &options.check},
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (texts[i].letter == letter) {
            *texts[i].to = optarg;
            return true;
        }
    if (letter == 'r')
        options.rounds = (size_t)atoi(optarg);
    else if (letter == 'n')
        options.rows = (uint64_t)atoll(optarg);
    options.indexes_alone |= letter == 'i';
    options.sampled |= letter == 's';
    return strchr("rnis", letter) != NULL;
}

int main(int argc, char **argv) {
    interrupt_install();
    for (int letter; (letter = getopt(argc, argv, "h:U:b:ir:n:w:s0:1:c:")) != -1;)
        if (!take(letter))
            return EXIT_USAGE;
    if (argc - optind != 2 || options.rounds > ROUNDS_MAX) {
        fputs("usage: see the head of explain_probe.c\n", stderr);
        return EXIT_USAGE;
    }
    if (options.session.target.host)
        options.session.target.dbname = "postgres";
    compare((const char *const *)argv + optind);
    arena_release(&arena);
    return EXIT_OK;
}
