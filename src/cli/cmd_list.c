/* pgwrite list: what there is to choose from. */
#include <string.h>

#include "base/embed.h"
#include "base/units.h"
#include "cli/cli.h"
#include "cli/options.h"

static struct poptOption table[] = {POPT_AUTOHELP POPT_TABLEEND};

static bool list_paths(struct error *error) {
    (void)error;
    for (size_t i = 0; i < write_path_count; i++)
        printf("%-12s %s\n", write_paths[i]->name, write_paths[i]->summary);
    return true;
}

static bool list_generators(struct error *error) {
    (void)error;
    for (size_t i = 0; i < generator_count; i++) {
        printf("%-10s %s\n", generators[i]->name, generators[i]->summary);
        for (const struct generator_param *p = generators[i]->params; p && p->name; p++)
            printf("           %-9s %s\n", p->name, p->meaning);
    }
    printf("%-10s %s\n", "(all)", "and of every generator");
    printf("           %-9s %s\n", "null", "share of NULLs: 10%");
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
            printf("%-12s %s\n", word, workload.description);
    }
    arena_release(&arena);
    return ok;
}

static const struct {
    const char *name;
    bool (*list)(struct error *error);
} lists[] = {{"paths", list_paths}, {"generators", list_generators}, {"workloads", list_workloads}};

enum { LIST_COUNT = sizeof lists / sizeof *lists };

static bool list_named(const char *word, struct error *error) {
    const char *names[LIST_COUNT];
    for (size_t i = 0; i < LIST_COUNT; i++) {
        names[i] = lists[i].name;
        if (strcmp(word, names[i]) == 0)
            return lists[i].list(error);
    }
    error_usage(error, "there is no list \"%s\"", word);
    const char *near = units_nearest(word, names, LIST_COUNT);
    return near ? error_hint(error, "did you mean %s?", near)
                : error_hint(error, "paths, generators or workloads");
}

static int run(int argc, const char **argv) {
    struct error error = {0};
    poptContext context;
    const char **arguments;
    if (!cli_parse(&command_list, argc, argv, table, &context, &arguments, &error))
        return cli_fail(&error);
    bool ok;
    if (!arguments[0]) {
        ok = error_usage(&error, "which list?");
        error_hint(&error, "paths, generators or workloads");
    } else if (arguments[1]) {
        ok = error_usage(&error, "\"%s\": one list at a time", arguments[1]);
    } else {
        ok = list_named(arguments[0], &error);
    }
    poptFreeContext(context);
    return ok ? EXIT_OK : cli_fail(&error);
}

const struct command command_list = {"list", "WHAT", "list paths, generators or workloads", run};
