/* pgwrite tune: which settings help the user's own writes. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/output.h"
#include "cli/cli.h"
#include "cli/metrics.h"
#include "cli/options_present.h"
#include "cli/options_verdict.h"
#include "cli/reports.h"
#include "cli/variant.h"
#include "report/tune.h"
#include "study/tune.h"

#define CPUS_MAX 1024

static char **sets, **skips, **presents;
static char *only, *allow, *budget, *memory, *cpus, *metric, *margin, *conf;
static int restore;

static struct poptOption what[] = {
    {"only", 0, POPT_ARG_STRING, &only, 0,
     "reload: leave out settings that need a restart, as on a server of yours", "NAME"},
    {"set", 0, POPT_ARG_ARGV, &sets, 0,
     "try these values of a setting too, NAME=v1,v2; as often as needed", "NAME=LIST"},
    {"skip", 0, POPT_ARG_ARGV, &skips, 0, "leave these settings as they are", "LIST"},
    {"allow", 0, POPT_ARG_STRING, &allow, 0,
     "async-commit: also settings by which a crash may lose acknowledged commits", "NAME"},
    {"budget", 0, POPT_ARG_STRING, &budget, 0, "time for all of it (default: 30m)", "TIME"},
    {"metric", 0, POPT_ARG_STRING, &metric, 0, "what is to become better (default: rows_per_s)",
     "NAME"},
    {"margin", 0, POPT_ARG_STRING, &margin, 0, "the smallest difference that matters (default: 5%)",
     "SHARE"},
    POPT_TABLEEND,
};

static struct poptOption machine[] = {
    {"memory", 0, POPT_ARG_STRING, &memory, 0,
     "of the server's machine, of which some values are shares (default: this machine's)", "SIZE"},
    {"cpus", 0, POPT_ARG_STRING, &cpus, 0,
     "CPUs that a throwaway server may use (Linux; default: all)", "N"},
    OPTION_PRESENT(presents),
    POPT_TABLEEND,
};

static struct poptOption output[] = {
    {"out", 0, POPT_ARG_STRING, &conf, 0,
     "write what is recommended to FILE, as lines for postgresql.conf", "FILE"},
    {"quiet", 'q', POPT_ARG_NONE, &options.quiet, 0, "no progress line", NULL},
    {"restore", 0, POPT_ARG_NONE, &restore, 0,
     "only put back the settings that a killed tune left on your server", NULL},
    REPORTS_COLOR,
    POPT_TABLEEND,
};

static struct poptOption table[] = {
    {NULL, 0, POPT_ARG_INCLUDE_TABLE, what, 0, "What is tried:", NULL},
    {NULL, 0, POPT_ARG_INCLUDE_TABLE, machine, 0, "For which machine:", NULL},
    {NULL, 0, POPT_ARG_INCLUDE_TABLE, options_load, 0, "What to measure in each block:", NULL},
    {NULL, 0, POPT_ARG_INCLUDE_TABLE, options_observe, 0, "What to look at beside it:", NULL},
    {NULL, 0, POPT_ARG_INCLUDE_TABLE, options_workload, 0, "What to write:", NULL},
    {NULL, 0, POPT_ARG_INCLUDE_TABLE, options_target, 0,
     "Which server (default: a throwaway one, unless PGHOST and the like name one):", NULL},
    {NULL, 0, POPT_ARG_INCLUDE_TABLE, options_server, 0, "Throwaway server:", NULL},
    {NULL, 0, POPT_ARG_INCLUDE_TABLE, options_reports, 0, "Where the result is written:", NULL},
    {NULL, 0, POPT_ARG_INCLUDE_TABLE, output, 0, "Output:", NULL},
    CLI_HELP_OPTIONS,
    POPT_TABLEEND,
};

static bool take_sets(struct arena *arena, struct space_options *space, struct error *error) {
    size_t count = options_count(sets);
    struct space_extra *extra = ARENA_ARRAY(arena, struct space_extra, count + 1);
    for (size_t i = 0; i < count; i++)
        if (!options_pair("--set", sets[i], arena, &extra[i].name, &extra[i].values, error))
            return false;
    space->extra = extra;
    space->extra_count = count;
    return true;
}

struct skipped {
    struct arena *arena;
    const char **names;
    size_t count, most;
};

static bool take_skip(const char *word, void *context, struct error *error) {
    struct skipped *skipped = context;
    if (skipped->count == skipped->most)
        return error_usage(error, "more than %zu settings", skipped->most);
    skipped->names[skipped->count++] = arena_strdup(skipped->arena, word);
    return true;
}

static bool take_skips(struct arena *arena, struct space_options *space, struct error *error) {
    struct skipped skipped = {arena, ARENA_ARRAY(arena, const char *, 256), 0, 256};
    for (size_t i = 0; i < options_count(skips); i++)
        if (!units_list(skips[i], take_skip, &skipped, error))
            return error_prefix(error, "--skip");
    space->skip = skipped.names;
    space->skip_count = skipped.count;
    return true;
}

/* The one word that an option may have. */
static bool is_word(const char *option, const char *text, const char *word, bool *given,
                    struct error *error) {
    *given = text && strcmp(text, word) == 0;
    if (!text || *given)
        return true;
    error_usage(error, "%s: \"%s\" is not known", option, text);
    return error_hint(error, "%s %s", option, word);
}

static bool take_machine(struct tune_options *tune, struct error *error) {
    uint64_t bytes, count = 0;
    long pages = sysconf(_SC_PHYS_PAGES), page_bytes = sysconf(_SC_PAGESIZE);
    tune->space.memory_bytes = pages > 0 ? (double)pages * (double)page_bytes : UNKNOWN;
    if (memory) {
        if (!units_size(memory, &bytes, error))
            return error_prefix(error, "--memory");
        if (bytes < 64 << 20)
            return error_usage(error, "--memory: \"%s\" is less than 64MB", memory);
        tune->space.memory_bytes = (double)bytes;
    }
    if (cpus && !units_count(cpus, &count, error))
        return error_prefix(error, "--cpus");
    if (cpus && (count == 0 || count > CPUS_MAX))
        return error_usage(error, "--cpus: \"%s\" is not between 1 and %d", cpus, CPUS_MAX);
    tune->cpus = (long)count;
    return true;
}

static bool take_verdict(struct tune_options *tune, struct error *error) {
    if (!units_duration(budget ? budget : "30m", &tune->budget_ns, error))
        return error_prefix(error, "--budget");
    return options_verdict(metric, margin, &tune->metric, &tune->margin, error);
}

static bool take_options(struct arena *arena, struct tune_options *tune, struct error *error) {
    return is_word("--only", only, "reload", &tune->space.only_reload, error) &&
           is_word("--allow", allow, "async-commit", &tune->space.allow_async_commit, error) &&
           take_sets(arena, &tune->space, error) && take_skips(arena, &tune->space, error) &&
           options_presents(presents, arena, &tune->present, &tune->present_count, error) &&
           take_machine(tune, error) && take_verdict(tune, error);
}

static bool check_usage(struct error *error) {
    return options_refuse_rounds("tune", "--budget", error) &&
           (!conf || !output_is_stdout(conf) ||
            error_usage(error, "--out: the text goes to standard output; name a file")) &&
           (!conf || output_check("--out", conf, error)) && reports_check(error);
}

static bool write_conf(const struct tune_result *result, struct error *error) {
    struct strbuf text = STRBUF_INIT;
    char date[16];
    struct tm utc;
    time_t now = time(NULL);
    if (!tune_recommends(result)) {
        log_message("nothing is recommended: %s is not written", conf);
        return true;
    }
    strftime(date, sizeof date, "%Y-%m-%d", gmtime_r(&now, &utc));
    tune_conf(result, date, &text);
    bool ok = output_write("--out", conf, text.text, error);
    strbuf_release(&text);
    return ok;
}

static bool report(const struct tune_result *result, bool ok, struct error *error) {
    if (!ok && !result->measured)
        return true;
    const struct document document = {
        .kind = DOCUMENT_TUNE, .version = PGWRITE_VERSION, .tune = result};
    return reports_write(&document, 1, true, error) && (!conf || write_conf(result, error));
}

static int measure(int argc, const char **argv, const struct tune_options *tune,
                   struct arena *arena) {
    struct error error = {0}, unreported = {0};
    struct tune_result result;
    bool ok = tune_run(tune, arena, &result, &error);
    result.block->command = cli_command(argc, argv, arena);
    bool reported = report(&result, ok, &unreported);
    int code = tune_undecided(&result) ? EXIT_INCONCLUSIVE : EXIT_OK;
    tune_release(&result);
    if (!reported)
        code = cli_fail(&unreported);
    if (!ok)
        code = cli_fail(&error);
    return code;
}

static bool restore_settings(struct arena *arena, struct error *error) {
    const struct target_options wanted = {options.dbname, options.host, options.port, options.user};
    struct target target;
    struct control *control;
    size_t restored;
    if (!target_given(&wanted)) {
        error_usage(error, "--restore: no server is named");
        return error_hint(error, "-d, -h, -p or -U names the one that was tuned");
    }
    if (!target_resolve(&wanted, arena, &target, error) ||
        !control_open(&target, "pgwrite tune", &control, error))
        return false;
    bool ok = guard_restore_left(control, &restored, error);
    if (ok && restored == 0)
        printf("nothing to restore on %s\n", control_shown(control));
    else if (ok)
        printf("%zu setting%s restored on %s\n", restored, restored == 1 ? "" : "s",
               control_shown(control));
    control_close(control);
    return ok;
}

static int tune_workload(int argc, const char **argv, const char **arguments, struct arena *arena) {
    struct error error = {0};
    struct workload workload;
    struct matrix_options matrix;
    struct tune_options tune = {.matrix = &matrix};
    if (!check_usage(&error) || !take_options(arena, &tune, &error) ||
        !options_workload_load(arguments, arena, &workload, &error) ||
        !options_matrix(&workload, &matrix, &error) ||
        !options_for_throwaway(presents ? "--present"
                               : cpus   ? "--cpus"
                                        : NULL,
                               &matrix.session, &error) ||
        !metrics_open(&error))
        return cli_fail(&error);
    const char *left_out = options_one_cell(&matrix, arena);
    if (left_out && !options.quiet)
        log_message("%s; options name others", left_out);
    tune.seed = matrix.seed;
    return measure(argc, argv, &tune, arena);
}

static int run(int argc, const char **argv) {
    struct error error = {0};
    poptContext context;
    const char **arguments;
    if (!cli_parse(&command_tune, argc, argv, &context, &arguments, &error))
        return cli_fail(&error);
    struct arena arena = {0};
    int code;
    if (restore)
        code = restore_settings(&arena, &error) ? EXIT_OK : cli_fail(&error);
    else
        code = tune_workload(argc, argv, arguments, &arena);
    metrics_close();
    arena_release(&arena);
    poptFreeContext(context);
    return code;
}

static void prepare(void) {
    reports_prepare(FORMAT_OF(DOCUMENT_TUNE));
}

const struct command command_tune = {
    "tune", "[WORKLOAD]", "which settings of the server help these writes, measured",
    run,    table,        prepare};
