/* pgwrite compare: holds stored results against each other. */
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "cli/cli.h"
#include "cli/options_verdict.h"
#include "cli/reports.h"
#include "study/compare.h"

static char *metric, *margin;
static int across_tiers, quiet;

static struct poptOption table[] = {
    {"metric", 0, POPT_ARG_STRING, &metric, 0,
     "that decides: rows_per_s, p99, wal_bytes_per_row and others (default rows_per_s)", "NAME"},
    {"margin", 0, POPT_ARG_STRING, &margin, 0, "a smaller change does not count (default 5%)",
     "SHARE"},
    {"across-tiers", 0, POPT_ARG_NONE, &across_tiers, 0, "compare results of different durability",
     NULL},
    {"quiet", 'q', POPT_ARG_NONE, &quiet, 0, "no text: the exit code says it", NULL},
    REPORTS_COLOR,
    {NULL, 0, POPT_ARG_INCLUDE_TABLE, options_reports, 0, "Where the result is written:", NULL},
    CLI_HELP_OPTIONS,
    POPT_TABLEEND,
};

static bool read_options(struct compare_options *out, struct error *error) {
    *out = (struct compare_options){.across_tiers = across_tiers};
    if (!options_verdict(metric, margin, &out->metric, &out->margin, error))
        return false;
    return reports_check(error);
}

static bool read_files(const char **files, struct arena *arena, struct stored_result **results,
                       size_t *count, struct error *error) {
    for (*count = 0; files[*count];)
        ++*count;
    if (*count < 2) {
        error_usage(error, *count ? "which result is \"%s\" compared with?" : "which results?",
                    *count ? files[0] : "");
        return error_hint(error, "`pgwrite compare OLD.json NEW.json`");
    }
    *results = ARENA_ARRAY(arena, struct stored_result, *count);
    for (size_t i = 0; i < *count; i++)
        if (!stored_result_read(files[i], arena, &(*results)[i], error))
            return false;
    return true;
}

static int run(int argc, const char **argv) {
    struct error error = {0};
    poptContext context;
    const char **arguments;
    if (!cli_parse(&command_compare, argc, argv, &context, &arguments, &error))
        return cli_fail(&error);
    struct arena arena = {0};
    struct compare_options options;
    struct stored_result *results = NULL;
    struct compare_result compare;
    size_t count = 0;
    bool ok = read_options(&options, &error) &&
              read_files(arguments, &arena, &results, &count, &error) &&
              compare_results(results, count, &options, &arena, &compare, &error);
    if (ok) {
        compare.command = cli_command(argc, argv, &arena);
        const struct document document = {
            .kind = DOCUMENT_COMPARE, .version = PGWRITE_VERSION, .compare = &compare};
        ok = reports_write(&document, 1, !quiet, &error);
    }
    int code = ok ? (int)compare_exit(&compare) : cli_fail(&error);
    arena_release(&arena);
    poptFreeContext(context);
    return code;
}

static void prepare(void) {
    reports_prepare(FORMAT_OF(DOCUMENT_COMPARE));
}

const struct command command_compare = {
    "compare", "OLD... NEW", "say whether a stored result is slower than others",
    run,       table,        prepare};
