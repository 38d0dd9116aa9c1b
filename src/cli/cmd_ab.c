/* pgwrite ab: two variants, interleaved, with a verdict. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "cli/cli.h"
#include "cli/metrics.h"
#include "cli/options_verdict.h"
#include "cli/reports.h"
#include "cli/variant.h"

static char **words_a, **words_b;
static char *pairs, *metric, *margin;
static int across_tiers, explain;

static struct poptOption variants[] = {
    {NULL, 'A', POPT_ARG_ARGV, &words_a, 0, "of A; without one it is as the workload is",
     "KEY=VALUE"},
    {NULL, 'B', POPT_ARG_ARGV, &words_b, 0,
     "of B: schema, sql (run after the schema), set.NAME, path, pool, batch, users, rate, dsn, "
     "pg_bin or workload; as often as needed",
     "KEY=VALUE"},
    POPT_TABLEEND,
};

static struct poptOption verdict[] = {
    {"pairs", 0, POPT_ARG_STRING, &pairs, 0,
     "pairs of rounds at most, 8 to 1000 (default: 12); fewer where they decide", "N"},
    {"metric", 0, POPT_ARG_STRING, &metric, 0, "the verdict's (default: rows_per_s)", "NAME"},
    {"margin", 0, POPT_ARG_STRING, &margin, 0, "the smallest difference that matters (default: 5%)",
     "SHARE"},
    {"explain", 0, POPT_ARG_NONE, &explain, 0,
     "what differs on the server's side: waits, WAL, indexes, page splits, HOT updates", NULL},
    {"across-tiers", 0, POPT_ARG_NONE, &across_tiers, 0,
     "compare variants of different durability all the same", NULL},
    POPT_TABLEEND,
};

static struct poptOption output[] = {
    {"quiet", 'q', POPT_ARG_NONE, &options.quiet, 0, "no plan and no progress line", NULL},
    REPORTS_COLOR,
    POPT_TABLEEND,
};

static struct poptOption table[] = {
    {NULL, 0, POPT_ARG_INCLUDE_TABLE, variants, 0, "What is compared:", NULL},
    {NULL, 0, POPT_ARG_INCLUDE_TABLE, verdict, 0, "The verdict:", NULL},
    {NULL, 0, POPT_ARG_INCLUDE_TABLE, options_load, 0, "What to measure, of both:", NULL},
    {NULL, 0, POPT_ARG_INCLUDE_TABLE, options_observe, 0, "What to look at beside it:", NULL},
    {NULL, 0, POPT_ARG_INCLUDE_TABLE, options_workload, 0, "What to write:", NULL},
    {NULL, 0, POPT_ARG_INCLUDE_TABLE, options_target, 0,
     "Which server (default: a throwaway one, unless PGHOST and the like name one):", NULL},
    {NULL, 0, POPT_ARG_INCLUDE_TABLE, options_server, 0, "Throwaway server:", NULL},
    {NULL, 0, POPT_ARG_INCLUDE_TABLE, options_reports, 0, "Where the result is written:", NULL},
    {NULL, 0, POPT_ARG_INCLUDE_TABLE, output, 0, "What is printed:", NULL},
    CLI_HELP_OPTIONS,
    POPT_TABLEEND,
};

static bool take_verdict(struct ab_options *ab, struct error *error) {
    uint64_t count = 12;
    ab->across_tiers = across_tiers;
    ab->explain = explain;
    ab->label = "";
    if (pairs && !units_count(pairs, &count, error))
        return error_prefix(error, "--pairs");
    if (count < LOOKS_FIRST || count > AB_PAIRS_MAX) {
        error_usage(error, "--pairs: \"%s\" is not between %d and %d", pairs, LOOKS_FIRST,
                    AB_PAIRS_MAX);
        return count < LOOKS_FIRST &&
               error_hint(error, "fewer than %d pairs can't decide anything", LOOKS_FIRST);
    }
    ab->pairs = (size_t)count;
    return options_verdict(metric, margin, &ab->metric, &ab->margin, error);
}

static bool check_usage(struct error *error) {
    if (!words_a && !words_b) {
        error_usage(error, "nothing to compare: neither -A nor -B says what differs");
        return error_hint(error, "for example -B 'sql=CREATE INDEX ON events (kind)' or "
                                 "-B set.wal_compression=on");
    }
    return options_refuse_rounds("ab", "--pairs", error) && reports_check(error);
}

static void show_side(const char *name, const struct ab_side *side) {
    log_message("%s: %s", name, *side->variant ? side->variant : "as the workload is");
}

/* left_out: of A and of B, by options_one_cell. */
static void show_left_out(const char *const left_out[2]) {
    const char *a = left_out[0], *b = left_out[1];
    bool same = a && b && strcmp(a, b) == 0;
    if (same)
        log_message("both: %s; options name others", a);
    for (size_t i = 0; i < 2 && !same; i++)
        if (left_out[i])
            log_message("%s: %s; options name others", i ? "B" : "A", left_out[i]);
}

static void show_plan(const struct ab_options *ab, const char *const left_out[2]) {
    struct looks looks;
    char time[32], first[48] = "";
    double seconds = ab_seconds(ab);
    if (options.quiet)
        return;
    looks_plan(ab->pairs, &looks);
    show_side("A", &ab->a);
    show_side("B", &ab->b);
    show_left_out(left_out);
    if (looks.count > 1)
        snprintf(first, sizeof first, ", fewer if %zu decide", looks.at[0]);
    if (is_known(seconds))
        log_message("%zu pairs of rounds, about %s%s", ab->pairs,
                    units_show_duration(time, sizeof time, (uint64_t)seconds * NS_PER_S), first);
    else
        log_message("%zu pairs of rounds%s", ab->pairs, first);
}

/* What there is, also after a failure: pairs that were measured stay measured. */
static bool report(const struct ab_result *result, struct error *error) {
    if (result->pair_count == 0)
        return true;
    const struct document document = {
        .kind = DOCUMENT_AB, .version = PGWRITE_VERSION, .ab = result};
    return reports_write(&document, 1, true, error);
}

static int measure(int argc, const char **argv, const struct ab_options *ab, struct arena *arena) {
    struct error error = {0}, unreported = {0};
    struct ab_result result;
    bool ok = ab_run(ab, arena, &result, &error);
    log_progress_end();
    result.a->command = result.b->command = cli_command(argc, argv, arena);
    bool reported = report(&result, &unreported);
    int code = result.compared ? comparison_exit(&result.comparison) : EXIT_INCONCLUSIVE;
    ab_release(&result);
    if (!reported)
        code = cli_fail(&unreported);
    if (!ok)
        code = cli_fail(&error);
    return code;
}

static int run(int argc, const char **argv) {
    struct error error = {0};
    poptContext context;
    const char **arguments;
    if (!cli_parse(&command_ab, argc, argv, &context, &arguments, &error))
        return cli_fail(&error);
    struct arena arena = {0};
    struct workload workload_a, workload_b;
    struct matrix_options matrix_a, matrix_b;
    struct ab_options ab = {0};
    int code;
    if (check_usage(&error) && take_verdict(&ab, &error) &&
        variant_side(words_a, "-A", arguments, &arena, &workload_a, &matrix_a, &ab.a, &error) &&
        variant_side(words_b, "-B", arguments, &arena, &workload_b, &matrix_b, &ab.b, &error) &&
        metrics_open(&error)) {
        const char *const left_out[] = {options_one_cell(&matrix_a, &arena),
                                        options_one_cell(&matrix_b, &arena)};
        show_plan(&ab, left_out);
        code = measure(argc, argv, &ab, &arena);
    } else {
        code = cli_fail(&error);
    }
    metrics_close();
    arena_release(&arena);
    poptFreeContext(context);
    return code;
}

static void prepare(void) {
    reports_prepare(FORMAT_OF(DOCUMENT_AB));
}

const struct command command_ab = {
    "ab", "[WORKLOAD]", "is B slower than A? two variants, interleaved, with a verdict",
    run,  table,        prepare};
