/* pgwrite compare: holds stored results against each other. */
#include <stdlib.h>
#include <string.h>

#include "base/output.h"
#include "base/units.h"
#include "cli/cli.h"
#include "cli/options_verdict.h"
#include "report/compare.h"
#include "study/compare.h"

static char *metric, *margin, *json, *markdown;
static int across_tiers, quiet;

static struct poptOption table[] = {
    {"metric", 0, POPT_ARG_STRING, &metric, 0,
     "that decides: rows_per_s, p99, wal_bytes_per_row and others (default rows_per_s)", "NAME"},
    {"margin", 0, POPT_ARG_STRING, &margin, 0, "a smaller change does not count (default 5%)",
     "SHARE"},
    {"across-tiers", 0, POPT_ARG_NONE, &across_tiers, 0, "compare results of different durability",
     NULL},
    {"json", 0, POPT_ARG_STRING, &json, 0,
     "write what was found to FILE; - is standard output, without the text", "FILE"},
    {"markdown", 0, POPT_ARG_STRING, &markdown, 0,
     "the same as Markdown, for a pull request; - is standard output, without the text", "FILE"},
    {"quiet", 'q', POPT_ARG_NONE, &quiet, 0, "no text: the exit code says it", NULL},
    POPT_AUTOHELP POPT_TABLEEND,
};

static bool read_options(struct compare_options *out, struct error *error) {
    *out = (struct compare_options){.across_tiers = across_tiers};
    if (!options_verdict(metric, margin, &out->metric, &out->margin, error))
        return false;
    if (output_is_stdout(json) && output_is_stdout(markdown))
        return error_usage(error, "--json - and --markdown - are both standard output");
    return (!json || output_check("--json", json, error)) &&
           (!markdown || output_check("--markdown", markdown, error));
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

/* Not to stdout itself: then it says why it could not be written. */
static bool write_report(const struct compare_result *compare, const char *option, const char *file,
                         void (*print)(const struct compare_result *compare, FILE *out),
                         struct error *error) {
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        panic("out of memory");
    print(compare, out);
    if (fclose(out) != 0)
        panic("out of memory");
    bool ok = output_write(option, file, text, error);
    free(text);
    return ok;
}

static bool report(const struct compare_result *compare, struct error *error) {
    bool text = !quiet && !output_is_stdout(json) && !output_is_stdout(markdown);
    return (!text || write_report(compare, "", "-", compare_text, error)) &&
           (!json || compare_write_json(compare, json, error)) &&
           (!markdown || write_report(compare, "--markdown", markdown, compare_markdown, error));
}

static int run(int argc, const char **argv) {
    struct error error = {0};
    poptContext context;
    const char **arguments;
    if (!cli_parse(&command_compare, argc, argv, table, &context, &arguments, &error))
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
        ok = report(&compare, &error);
    }
    int code = ok ? (int)compare_exit(&compare) : cli_fail(&error);
    arena_release(&arena);
    poptFreeContext(context);
    return code;
}

const struct command command_compare = {"compare", "OLD... NEW",
                                        "say whether a stored result is slower than others", run};
