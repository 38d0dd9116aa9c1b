/* pgwrite list: what there is to choose from. */
#include <string.h>

#include "base/embed.h"
#include "base/strbuf.h"
#include "base/units.h"
#include "cli/cli.h"
#include "cli/list.h"
#include "cli/options.h"
#include "cli/reports.h"
#include "html/html.h"
#include "study/space.h"
#include "workload/threshold.h"

enum { LINE_COLUMNS = 100 }; /* where no terminal is narrower */

static struct poptOption table[] = {CLI_HELP_OPTIONS, POPT_TABLEEND};

/* The last column, in as many lines as it takes. */
static void print_last_column(const char *text, int column) {
    int used = column, width = cli_terminal_width();
    int columns = width > 0 && width < LINE_COLUMNS ? width : LINE_COLUMNS;
    for (size_t length; *text; text += length) {
        text += strspn(text, " ");
        length = strcspn(text, " ");
        bool breaks = used > column && used + 1 + (int)length > columns;
        if (breaks)
            printf("\n%*s", column, "");
        used = breaks ? column : used;
        used += printf("%s%.*s", used > column ? " " : "", (int)length, text);
    }
    putchar('\n');
}

static bool list_paths(struct error *error) {
    (void)error;
    for (size_t i = 0; i < write_path_count; i++)
        print_last_column(write_paths[i]->summary, printf("%-12s ", write_paths[i]->name));
    return true;
}

static bool list_generators(struct error *error) {
    (void)error;
    for (size_t i = 0; i < generator_count; i++) {
        print_last_column(generators[i]->summary, printf("%-10s ", generators[i]->name));
        for (const struct generator_param *p = generators[i]->params; p && p->name; p++)
            print_last_column(p->meaning, printf("           %-9s ", p->name));
    }
    printf("%-10s %s\n", "(all)", "and of every generator");
    printf("           %-9s %s\n", "null", "share of NULLs: 10%");
    printf("           %-9s %s\n", "per", "row, or commit: all rows of a commit share the value");
    return true;
}

static bool list_workloads(struct error *error) {
    struct arena arena = {0};
    bool ok = true;
    for (size_t i = 0; ok && i < embedded_file_count; i++) {
        const char *name = embedded_files[i].name;
        if (strncmp(name, "workloads/", 10) != 0)
            continue;
        const char *word = arena_strndup(&arena, name + 10, strcspn(name + 10, "."));
        struct workload workload;
        ok = workload_load(word, option_settings, &arena, &workload, error);
        if (ok)
            print_last_column(workload.description, printf("%-12s ", word));
    }
    arena_release(&arena);
    return ok;
}

/* What stands between a metric's brackets. */
static const char *argument_shown(enum metric_argument argument) {
    switch (argument) {
    case ARGUMENT_NONE:
        break;
    case ARGUMENT_LATENCY:
        return "(LATENCY)";
    case ARGUMENT_LATENCY_OR_GAUGE:
        return "(LATENCY or GAUGE)";
    case ARGUMENT_DRIFT:
        return "(FIGURE or GAUGE)";
    }
    return "";
}

static void list_words(const char *what, const char *const *words, size_t count) {
    struct strbuf text = STRBUF_INIT;
    for (size_t i = 0; i < count; i++)
        if (words[i])
            strbuf_printf(&text, "%s%s", text.length ? ", " : "", words[i]);
    print_last_column(text.text, printf("  %-10s ", what));
    strbuf_release(&text);
}

static bool list_metrics(struct error *error) {
    static const char *const units[] = {[METRIC_NS] = "duration",
                                        [METRIC_SHARE] = "share",
                                        [METRIC_NUMBER] = "count",
                                        [METRIC_PER_S] = "rate",
                                        [METRIC_BYTES] = "size"};
    (void)error;
    for (size_t i = 0; i < METRIC_COUNT; i++) {
        const struct metric *metric = &metrics[i];
        char name[64];
        snprintf(name, sizeof name, "%s%s", metric->name, argument_shown(metric->argument));
        int column = printf("%-26s %-8s %-11s ", name, units[metric->unit],
                            metric->by_stage && metric->by_step ? "stage, step"
                            : metric->by_stage                  ? "stage"
                            : metric->by_step                   ? "step"
                                                                : "-");
        print_last_column(metric->summary, column);
    }
    list_words("LATENCY:", latency_names, LATENCY_COUNT);
    list_words("FIGURE:", drift_names, DRIFT_COUNT);
    puts("  GAUGE:     one of the workload's `gauges:`");
    return true;
}

static void print_values(const struct space_setting *setting, int column) {
    struct strbuf text = STRBUF_INIT;
    for (size_t i = 0; i < setting->value_count; i++)
        strbuf_printf(&text, "%s%s", i ? ", " : "", setting->values[i]);
    print_last_column(text.text, column);
    strbuf_release(&text);
}

static bool list_settings(struct error *error) {
    static const char *const contexts[] = {
        [SPACE_SESSION] = "session", [SPACE_RELOAD] = "reload", [SPACE_RESTART] = "restart"};
    static const char *const durabilities[] = {
        [SPACE_SAFE] = "safe", [SPACE_ASYNC_COMMIT] = "async-commit"};
    struct arena arena = {0};
    struct space space;
    bool ok = space_list(&arena, &space, error);
    for (size_t i = 0; ok && i < space.count; i++) {
        const struct space_setting *setting = &space.settings[i];
        int column = printf("%-29s", setting->name);
        int values = column + printf("%-8s %-13s ", contexts[setting->context],
                                     durabilities[setting->durability]);
        print_values(setting, values);
        printf("%*s", column, "");
        print_last_column(setting->why, column);
        if (*setting->cost) {
            printf("%*s", column, "");
            print_last_column(arena_printf(&arena, "Cost: %s.", setting->cost), column);
        }
    }
    arena_release(&arena);
    return ok;
}

static void print_report(const char *name, const char *summary, unsigned kinds) {
    struct strbuf text = STRBUF_INIT;
    strbuf_add(&text, summary);
    const char *before = "; of ";
    for (size_t i = 0; i < DOCUMENT_KINDS && kinds != FORMAT_OF_ALL; i++)
        if (kinds & FORMAT_OF(i)) {
            strbuf_printf(&text, "%s%s", before, document_kind_names[i]);
            before = ", ";
        }
    print_last_column(text.text, printf("%-12s ", name));
    strbuf_release(&text);
}

static bool list_reports(struct error *error) {
    (void)error;
    print_report("json", reports_json_summary, FORMAT_OF_ALL);
    print_report(html_format.name, html_format.summary, html_format.kinds);
    for (size_t i = 0; i < report_format_count; i++)
        print_report(report_formats[i].name, report_formats[i].summary, report_formats[i].kinds);
    return true;
}

const char *const list_names[] = {"paths",   "generators", "workloads",
                                  "metrics", "settings",   "reports"};
static bool (*const lists[])(struct error *error) = {list_paths,   list_generators, list_workloads,
                                                     list_metrics, list_settings,   list_reports};
enum { LIST_COUNT = sizeof lists / sizeof *lists };
_Static_assert(sizeof list_names / sizeof *list_names == LIST_COUNT, "each list has its name");
const size_t list_count = LIST_COUNT;

static const char lists_told[] = "paths, generators, workloads, metrics, settings or reports";

static bool list_named(const char *word, struct error *error) {
    for (size_t i = 0; i < LIST_COUNT; i++)
        if (strcmp(word, list_names[i]) == 0)
            return lists[i](error);
    error_usage(error, "there is no list \"%s\"", word);
    const char *near = units_nearest(word, (const char **)list_names, LIST_COUNT);
    return near ? error_hint(error, "did you mean %s?", near) : error_hint(error, "%s", lists_told);
}

static int run(int argc, const char **argv) {
    struct error error = {0};
    poptContext context;
    const char **arguments;
    if (!cli_parse(&command_list, argc, argv, &context, &arguments, &error))
        return cli_fail(&error);
    bool ok;
    if (!arguments[0]) {
        ok = error_usage(&error, "which list?");
        error_hint(&error, "%s", lists_told);
    } else if (arguments[1]) {
        ok = error_usage(&error, "\"%s\": one list at a time", arguments[1]);
    } else {
        ok = list_named(arguments[0], &error);
    }
    poptFreeContext(context);
    return ok ? EXIT_OK : cli_fail(&error);
}

const struct command command_list = {
    "list", "WHAT", "list paths, generators, workloads, metrics, settings or reports",
    run,    table,  NULL};
