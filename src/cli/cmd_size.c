/* pgwrite size: how much this server can take, and what a server for a need must have. */
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "cli/cli.h"
#include "cli/metrics.h"
#include "cli/options_present.h"
#include "cli/options_settings.h"
#include "cli/reports.h"
#include "cli/size_options.h"
#include "cli/variant.h"
#include "study/size.h"

#define BUDGET_DEFAULT "20m"
#define BATCHES_DEFAULT "1,10,100,1000"
#define FSYNC_MAX_NS (10 * NS_PER_S)

static char **slos, **presents;
static char *need, *peak, *budget, *batches, *fsync_time, *disk_mbps;

static struct poptOption what[] = {
    {"slo", 0, POPT_ARG_ARGV, &slos, 0,
     "what has to hold, such as 'p99(response) < 50ms' or 'errors < 0.1%'; as often as needed "
     "(default: the workload's thresholds)",
     "EXPR"},
    {"need", 0, POPT_ARG_STRING, &need, 0,
     "rows that production will write on average, 500000/day; of a mix: transactions", "RATE"},
    {"peak", 0, POPT_ARG_STRING, &peak, 0, "the most of it, in times the average (default: 1)",
     "N"},
    {"batches", 0, POPT_ARG_STRING, &batches, 0,
     "batch sizes to compare, or off (default: 1,10,100,1000; none with steps)", "LIST"},
    {"budget", 0, POPT_ARG_STRING, &budget, 0, "time for all of it (default: 20m)", "TIME"},
    POPT_TABLEEND,
};

static struct poptOption disk[] = {
    {"fsync", 0, POPT_ARG_STRING, &fsync_time, 0,
     "predict for a disk that takes so long to flush a commit", "TIME"},
    {"disk-mbps", 0, POPT_ARG_STRING, &disk_mbps, 0,
     "predict for a disk that writes so many MB (10^6 bytes) a second", "N"},
    OPTION_PRESENT(presents),
    POPT_TABLEEND,
};

static struct poptOption output[] = {
    {"quiet", 'q', POPT_ARG_NONE, &options.quiet, 0, "no progress line", NULL},
    REPORTS_COLOR,
    POPT_TABLEEND,
};

/* What says how much is asked of the server, which is what size finds out; and what
 * options_refuse_rounds refuses. */
static const char finds[] =
    "size looks for the rate that holds the SLO: --need says what you need, "
    "--pool the pools to try";
static const struct {
    const char *name;
    char **text;
    const char *hint;
} refused[] = {
    {"users", &options.users, finds},
    {"think", &options.think, finds},
    {"rate", &options.rate, finds},
    {"arrival", &options.arrival, "leave it out: capacity is of Poisson arrivals"},
    {"pool-idle", &options.pool_idle, "leave it out: the pool that is found is a fixed one"},
    {"mode", &options.mode, "leave it out: each round is as long as its phase needs"},
    {"rows", &options.rows, "--budget says how much is measured"},
    {"rounds", NULL, NULL},
    {"ceiling", NULL, NULL},
};

/* Options that mean something else here, or have another default. */
static const struct {
    const char *name, *text;
} reworded[] = {
    {"path", "the write path, the first of a list (default: insert)"},
    {"pool", "connections to try, 1 to 1000; one number: that pool alone (default: "
             "1,2,4,8,16,32,64)"},
    {"batch", "rows a commit, or a range 5..15, the first of a list (default: 100)"},
    {"duration", "measured time of a round with the pool alone (default: by the budget)"},
    {"warmup", "time before it (default: by the budget)"},
    {"on-error", "stop, or continue and count it, after a transaction failed (default: continue)"},
    {"seed", "of the values, and of the order of the pools (default: 1)"},
    {"threads", "worker threads (default: CPUs, at most the pool; 1 with a rate)"},
};

enum { LOAD_OPTIONS = SETTING_COUNT + 1 };
static struct poptOption load[LOAD_OPTIONS];

/* The table of the settings as it is here. */
static void fill_load(void) {
    for (size_t i = 0; options_load[i].longName; i++) {
        load[i] = options_load[i];
        for (size_t k = 0; k < sizeof refused / sizeof *refused; k++)
            if (strcmp(refused[k].name, load[i].longName) == 0)
                load[i].argInfo |= POPT_ARGFLAG_DOC_HIDDEN;
        for (size_t k = 0; k < sizeof reworded / sizeof *reworded; k++)
            if (strcmp(reworded[k].name, load[i].longName) == 0)
                load[i].descrip = reworded[k].text;
    }
}

static struct poptOption table[] = {
    {NULL, 0, POPT_ARG_INCLUDE_TABLE, what, 0, "What is asked:", NULL},
    {NULL, 0, POPT_ARG_INCLUDE_TABLE, disk, 0, "For which server:", NULL},
    {NULL, 0, POPT_ARG_INCLUDE_TABLE, load, 0, "What to measure:", NULL},
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

static bool refuse_load(struct error *error) {
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        if (!refused[i].text || !*refused[i].text)
            continue;
        error_usage(error, "--%s does not go with `pgwrite size`", refused[i].name);
        return error_hint(error, "%s", refused[i].hint);
    }
    return true;
}

static bool check_usage(struct error *error) {
    return options_refuse_rounds("size", "--budget", error) && refuse_load(error) &&
           reports_check(error);
}

static bool take_need(struct size_options *size, struct error *error) {
    size->need_per_s = UNKNOWN;
    size->peak = 1;
    if (need && !units_rate(need, &size->need_per_s, error))
        return error_prefix(error, "--need");
    if (peak && !need) {
        error_usage(error, "--peak is of the need, and --need is not given");
        return error_hint(error, "for example --need 500000/day --peak 10x");
    }
    return !peak || size_parse_peak(peak, &size->peak, error) || error_prefix(error, "--peak");
}

static bool take_disk(struct size_options *size, struct error *error) {
    uint64_t ns;
    double megabytes;
    size->fsync_s = size->disk_bytes_per_s = UNKNOWN;
    if (fsync_time) {
        if (!units_duration(fsync_time, &ns, error))
            return error_prefix(error, "--fsync");
        if (ns == 0 || ns > FSYNC_MAX_NS)
            return error_usage(error, "--fsync: \"%s\" is not above 0 and at most 10s", fsync_time);
        size->fsync_s = (double)ns / NS_PER_S;
    }
    if (disk_mbps) {
        if (!units_number(disk_mbps, &megabytes, error))
            return error_prefix(error, "--disk-mbps");
        if (megabytes <= 0)
            return error_usage(error, "--disk-mbps: \"%s\" is not above 0", disk_mbps);
        size->disk_bytes_per_s = megabytes * 1e6;
    }
    return true;
}

static bool take_options(struct arena *arena, struct size_options *size, struct error *error) {
    if (!units_duration(budget ? budget : BUDGET_DEFAULT, &size->budget_ns, error))
        return error_prefix(error, "--budget");
    return take_need(size, error) && take_disk(size, error) &&
           options_presents(presents, arena, &size->present, &size->present_count, error);
}

static bool take_batches(const struct workload *workload, struct size_options *size,
                         struct error *error) {
    bool mix = workload->step_count > 0;
    const char *text = batches ? batches : mix ? "off" : BATCHES_DEFAULT;
    if (!size_parse_batches(text, size->batches, &size->batch_count, error))
        return error_prefix(error, "--batches");
    if (!mix || size->batch_count == 0)
        return true;
    error_usage(error, "--batches does not go with the steps of the workload: they say how many "
                       "rows a transaction writes");
    return error_hint(error, "leave it out");
}

static bool report(const struct size_result *result, bool ok, struct error *error) {
    if (!ok && !result->measured)
        return true;
    const struct document document = {
        .kind = DOCUMENT_SIZE, .version = PGWRITE_VERSION, .size = result};
    return reports_write(&document, 1, true, error);
}

static int measure(int argc, const char **argv, const struct size_options *size,
                   struct arena *arena) {
    struct error error = {0}, unreported = {0};
    struct size_result result;
    bool ok = size_run(size, arena, &result, &error);
    result.block->command = cli_command(argc, argv, arena);
    bool reported = report(&result, ok, &unreported);
    int code = size_exit_code(&result);
    if (!reported)
        code = cli_fail(&unreported);
    if (!ok)
        code = cli_fail(&error);
    return code;
}

static int size_workload(int argc, const char **argv, const char **arguments, struct arena *arena) {
    struct error error = {0};
    struct workload workload;
    struct matrix_options matrix;
    struct size_options size = {.matrix = &matrix};
    const char *load_left_out;
    if (!check_usage(&error) || !take_options(arena, &size, &error) ||
        !options_workload_load(arguments, arena, &workload, &error) ||
        !take_batches(&workload, &size, &error) ||
        !size_take_workload(&workload, slos, arena, &load_left_out, &error) ||
        !options_matrix(&workload, &matrix, &error) || !size_take_matrix(&matrix, &error) ||
        !options_for_throwaway(presents ? "--present" : NULL, &matrix.session, &error) ||
        !metrics_open(&error))
        return cli_fail(&error);
    const char *left_out = options_one_path(&matrix, arena);
    if (left_out && !options.quiet)
        log_message("%s; options name others", left_out);
    if (load_left_out && !options.quiet)
        log_message("size replaces the load of the workload, and leaves out: %s", load_left_out);
    size.own_levels = options.pool;
    size.own_window = options.duration;
    size.own_warmup = options.warmup;
    size.seed = matrix.seed;
    return measure(argc, argv, &size, arena);
}

static int run(int argc, const char **argv) {
    struct error error = {0};
    poptContext context;
    const char **arguments;
    if (!cli_parse(&command_size, argc, argv, &context, &arguments, &error))
        return cli_fail(&error);
    struct arena arena = {0};
    int code = size_workload(argc, argv, arguments, &arena);
    metrics_close();
    arena_release(&arena);
    poptFreeContext(context);
    return code;
}

static void prepare(void) {
    fill_load();
    reports_prepare(FORMAT_OF(DOCUMENT_SIZE));
}

const struct command command_size = {
    "size", "[WORKLOAD]", "how much this server can take, and what a server for a need must have",
    run,    table,        prepare};
