/* pgwrite run: measures every combination of path, pool and batch. */
#include <string.h>

#include "base/log.h"
#include "cli/cli.h"
#include "cli/metrics.h"
#include "cli/options.h"
#include "cli/page.h"
#include "cli/reports.h"
#include "study/dry_run.h"
#include "study/quick.h"

static struct poptOption extent[] = {
    {"quick", 0, POPT_ARG_NONE, &options.quick, 0,
     "the whole shape of the workload in seconds; thresholds are shown, not judged", NULL},
    {"dry-run", 0, POPT_ARG_NONE, &options.dry_run, 0,
     "print the plan, with its connections, rows and bytes, and measure nothing", NULL},
    POPT_TABLEEND,
};

static struct poptOption output[] = {
    {"quiet", 'q', POPT_ARG_NONE, &options.quiet, 0, "no progress line", NULL},
    REPORTS_COLOR,
    POPT_TABLEEND,
};

static struct poptOption table[] = {
    {NULL, 0, POPT_ARG_INCLUDE_TABLE, options_load, 0, "What to measure:", NULL},
    {NULL, 0, POPT_ARG_INCLUDE_TABLE, extent, 0, "How much of it:", NULL},
    {NULL, 0, POPT_ARG_INCLUDE_TABLE, options_observe, 0, "What to look at beside it:", NULL},
    {NULL, 0, POPT_ARG_INCLUDE_TABLE, options_workload, 0, "What to write:", NULL},
    {NULL, 0, POPT_ARG_INCLUDE_TABLE, options_target, 0,
     "Which server (default: a throwaway one, unless PGHOST and the like name one):", NULL},
    {NULL, 0, POPT_ARG_INCLUDE_TABLE, options_server, 0,
     "Throwaway server, and what is left:", NULL},
    {NULL, 0, POPT_ARG_INCLUDE_TABLE, options_reports, 0, "Where the result is written:", NULL},
    {NULL, 0, POPT_ARG_INCLUDE_TABLE, output, 0, "What is printed:", NULL},
    CLI_HELP_OPTIONS,
    POPT_TABLEEND,
};

/* Reports what there is, also after a failure: a cell that was measured stays measured. */
static bool report(const struct result *result, struct error *error) {
    bool any = false;
    for (size_t i = 0; i < result->cell_count; i++)
        any |= result->cells[i].round_count > 0 && result->cells[i].rounds[0].seconds > 0;
    if (!any)
        return true;
    const struct document document = {
        .kind = DOCUMENT_RUN, .version = PGWRITE_VERSION, .run = result};
    return reports_write(&document, 1, true, error);
}

/* What the thresholds say of a run in which all else went well. */
static int judge(const struct result *result) {
    int code = EXIT_OK;
    for (size_t i = 0; i < result->cell_count && !result->quick; i++)
        for (size_t k = 0; k < result->load->threshold_count; k++) {
            enum threshold_verdict verdict = result->cells[i].thresholds[k].verdict;
            if (verdict == THRESHOLD_FAILED)
                return EXIT_THRESHOLD;
            if (verdict == THRESHOLD_UNKNOWN)
                code = EXIT_INCONCLUSIVE;
        }
    return code;
}

static int measure(int argc, const char **argv, const struct matrix_options *matrix,
                   struct arena *arena) {
    struct error error = {0}, unreported = {0};
    struct result result;
    bool ok = matrix_run(matrix, arena, &result, &error);
    result.command = cli_command(argc, argv, arena);
    log_progress_end();
    bool reported = report(&result, &unreported);
    int code = ok && reported ? judge(&result) : EXIT_OK;
    matrix_release(&result);
    if (!reported)
        code = cli_fail(&unreported);
    if (!ok)
        code = cli_fail(&error);
    return code;
}

static int plan(const struct matrix_options *matrix, struct arena *arena) {
    struct error error = {0};
    struct dry_run dry;
    if (!dry_run(matrix, arena, &dry, &error))
        return cli_fail(&error);
    FILE *page = page_open();
    dry_run_print(matrix, &dry, page);
    page_close(page);
    if (fflush(stdout) == 0 && !ferror(stdout))
        return EXIT_OK;
    error_set(&error, "can't write to standard output");
    return cli_fail(&error);
}

static bool check_extent(const struct matrix_options *matrix, struct error *error) {
    if (options.quick && matrix->mode != MODE_FIXED) {
        error_usage(error, "--quick does not go with mode %s: its window lasts as long as it takes",
                    run_mode_name(matrix->mode));
        return error_hint(error, "leave --quick out, or add --mode fixed");
    }
    if (options.dry_run && reports_wanted()) {
        error_usage(error, "--dry-run measures nothing, and there is no result to write");
        return error_hint(error, "leave --dry-run out, or the files");
    }
    if (options.dry_run && options.metrics_listen) {
        error_usage(error, "--dry-run measures nothing, and there is nothing to show at %s",
                    options.metrics_listen);
        return error_hint(error, "leave --dry-run out, or --metrics-listen");
    }
    return true;
}

static int run(int argc, const char **argv) {
    struct error error = {0};
    poptContext context;
    const char **arguments;
    if (!cli_parse(&command_run, argc, argv, &context, &arguments, &error))
        return cli_fail(&error);
    struct arena arena = {0};
    struct workload workload;
    struct matrix_options matrix;
    int code;
    if (options_workload_load(arguments, &arena, &workload, &error) &&
        options_matrix(&workload, &matrix, &error) && check_extent(&matrix, &error) &&
        reports_check(&error) && metrics_open(&error)) {
        if (options.quick)
            quick_scale(&workload, &matrix);
        code = options.dry_run ? plan(&matrix, &arena) : measure(argc, argv, &matrix, &arena);
    } else {
        code = cli_fail(&error);
    }
    metrics_close();
    arena_release(&arena);
    poptFreeContext(context);
    return code;
}

static void prepare(void) {
    reports_prepare(FORMAT_OF(DOCUMENT_RUN));
}

const struct command command_run = {
    "run", "[WORKLOAD]", "measure every combination of --path, --pool and --batch",
    run,   table,        prepare};
