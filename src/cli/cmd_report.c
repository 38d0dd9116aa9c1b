/* pgwrite report: shows stored results, in every format. */
#include <string.h>

#include "base/units.h"
#include "cli/cli.h"
#include "cli/reports.h"

static int text;

static struct poptOption table[] = {
    {"text", 0, POPT_ARG_NONE, &text, 0,
     "print what the command printed when it measured (the default, if no file is asked for)",
     NULL},
    REPORTS_COLOR,
    {NULL, 0, POPT_ARG_INCLUDE_TABLE, options_reports, 0,
     "Files (several results share one, side by side):", NULL},
    CLI_HELP_OPTIONS,
    POPT_TABLEEND,
};

static bool read_all(const char **files, struct arena *arena, struct document **documents,
                     size_t *count, struct error *error) {
    size_t named = 0;
    while (files[named])
        named++;
    if (named == 0) {
        error_usage(error, "which result?");
        return error_hint(error, "`pgwrite report RESULT.json --html report.html`");
    }
    *documents = ARENA_ARRAY(arena, struct document, named);
    for (*count = 0; *count < named; ++*count)
        if (!document_read(files[*count], arena, &(*documents)[*count], error))
            return false;
    return true;
}

static int run(int argc, const char **argv) {
    struct error error = {0};
    poptContext context;
    const char **arguments;
    if (!cli_parse(&command_report, argc, argv, &context, &arguments, &error))
        return cli_fail(&error);
    struct arena arena = {0};
    struct document *documents = NULL;
    size_t count = 0;
    bool ok = reports_check(&error) && read_all(arguments, &arena, &documents, &count, &error) &&
              reports_fit(documents, count, &error) &&
              reports_write(documents, count, text || !reports_wanted(), &error);
    int code = ok ? EXIT_OK : cli_fail(&error);
    for (size_t i = 0; i < count; i++)
        document_release(&documents[i]);
    arena_release(&arena);
    poptFreeContext(context);
    return code;
}

static void prepare(void) {
    reports_prepare(FORMAT_OF_ALL);
}

const struct command command_report = {
    "report",
    "RESULT.json...",
    "show stored results again: as text, a page, or for other tools",
    run,
    table,
    prepare};
