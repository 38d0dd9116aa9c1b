/*
 * src/study/space.h on the command line, for space.bats.
 *
 *   space_probe CONNINFO [OPTION…] [pgtune | spelling]
 *
 *   --only-reload  --async-commit  --memory SIZE  --set NAME=VALUES  --skip NAME
 *
 * Prints each setting: name|context|durability|present|values, comma-separated|why it is not tried.
 * pgtune: PGTune's settings, name=value. spelling: the settings of the server whose present value,
 * read and printed again, is not as SHOW prints it; and how many were looked at.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "study/space_internal.h"

enum { OPTIONS_MAX = 8 };

static _Noreturn void fail(const struct error *error) {
    error_print(error);
    exit((int)error->exit_code);
}

static void print_space(struct control *control, const struct space_options *options,
                        struct arena *arena) {
    static const char *const contexts[] = {"session", "reload", "restart"};
    static const char *const durabilities[] = {"safe", "async-commit"};
    struct space space;
    struct error error = {0};
    if (!space_read(control, options, arena, &space, &error))
        fail(&error);
    for (size_t i = 0; i < space.count; i++) {
        const struct space_setting *setting = &space.settings[i];
        printf("%s|%s|%s|%s|", setting->name, contexts[setting->context],
               durabilities[setting->durability], setting->present ? setting->present : "-");
        for (size_t k = 0; k < setting->value_count; k++)
            printf("%s%s", k ? "," : "", setting->values[k]);
        printf("|%s\n", setting->not_tried ? setting->not_tried : "");
    }
}

static void print_pgtune(struct control *control, const struct space_options *options,
                         struct arena *arena) {
    struct server_setting *settings;
    size_t count;
    struct error error = {0};
    if (!space_pgtune(control, options, arena, &settings, &count, &error))
        fail(&error);
    for (size_t i = 0; i < count; i++)
        printf("%s=%s\n", settings[i].name, settings[i].value);
}

static void print_spelling(struct control *control, struct arena *arena) {
    struct space_server server;
    struct error error = {0};
    size_t looked_at = 0;
    if (!space_server_read(control, arena, &server, &error))
        fail(&error);
    for (size_t i = 0; i < server.count; i++) {
        const struct space_known *known = &server.known[i];
        const char *shown = "";
        struct error refused = {0};
        if (known->domain.type == SPACE_STRING)
            continue;
        looked_at++;
        if (!space_value(&known->domain, known->present, 0, arena, &shown, NULL, &refused) ||
            strcmp(shown, known->present) != 0)
            printf("%s: %s, not %s %s\n", known->domain.name, known->present, shown, refused.what);
    }
    printf("%zu\n", looked_at);
}

int main(int argc, char **argv) {
    static const struct option table[] = {
        {"only-reload", no_argument, NULL, 'r'},  {"async-commit", no_argument, NULL, 'a'},
        {"memory", required_argument, NULL, 'm'}, {"set", required_argument, NULL, 's'},
        {"skip", required_argument, NULL, 'k'},   {0}};
    struct space_extra extra[OPTIONS_MAX];
    const char *skip[OPTIONS_MAX];
    struct space_options options = {.memory_bytes = -1, .extra = extra, .skip = skip};
    struct error error = {0};
    uint64_t memory;
    int option;
    while ((option = getopt_long(argc, argv, "", table, NULL)) != -1) {
        char *equals = optarg ? strchr(optarg, '=') : NULL;
        if (option == 'r')
            options.only_reload = true;
        else if (option == 'a')
            options.allow_async_commit = true;
        else if (option == 'm' && units_size(optarg, &memory, &error))
            options.memory_bytes = (double)memory;
        else if (option == 's' && equals && options.extra_count < OPTIONS_MAX) {
            *equals = '\0';
            extra[options.extra_count++] = (struct space_extra){optarg, equals + 1};
        } else if (option == 'k' && options.skip_count < OPTIONS_MAX)
            skip[options.skip_count++] = optarg;
        else
            return EXIT_USAGE;
    }
    if (optind >= argc)
        return EXIT_USAGE;
    struct control *control;
    struct arena arena = {0};
    struct target target = {.keywords = {"dbname"}, .values = {argv[optind]}};
    if (!control_open(&target, "space_probe", &control, &error))
        fail(&error);
    const char *verb = argv[optind + 1] ? argv[optind + 1] : "";
    if (strcmp(verb, "pgtune") == 0)
        print_pgtune(control, &options, &arena);
    else if (strcmp(verb, "spelling") == 0)
        print_spelling(control, &arena);
    else
        print_space(control, &options, &arena);
    control_close(control);
    arena_release(&arena);
    return EXIT_OK;
}
