#include "cli/words.h"

#include <string.h>

#include "base/embed.h"
#include "cli/list.h"
#include "result/comparison.h"
#include "study/space.h"
#include "study/window.h"
#include "write/write.h"

typedef void add_words(struct strbuf *out);

static void add(struct strbuf *out, const char *word, const char *end) {
    strbuf_printf(out, "%s%s%s", out->length ? " " : "", word, end);
}

static void add_paths(struct strbuf *out) {
    for (size_t i = 0; i < write_path_count; i++)
        add(out, write_paths[i]->name, "");
}

static void add_modes(struct strbuf *out) {
    for (enum run_mode mode = MODE_FIXED; mode <= MODE_CYCLE; mode++)
        add(out, run_mode_name(mode), "");
}

static void add_metrics(struct strbuf *out) {
    for (int i = 0; i < COMPARE_METRICS; i++)
        add(out, comparison_definitions[i].name, "");
}

static void add_settings(struct strbuf *out, const char *end) {
    struct arena arena = {0};
    struct space space;
    struct error error = {0};
    /* The list is built in: if it can't be read, the tests of `list settings` tell. */
    if (space_list(&arena, &space, &error))
        for (size_t i = 0; i < space.count; i++)
            add(out, space.settings[i].name, end);
    arena_release(&arena);
}

static void add_settings_to_set(struct strbuf *out) {
    add_settings(out, "=");
}

static void add_settings_to_skip(struct strbuf *out) {
    add_settings(out, "");
}

static void add_workloads(struct strbuf *out) {
    static const char folder[] = "workloads/";
    char name[64];
    for (size_t i = 0; i < embedded_file_count; i++) {
        const char *file = embedded_files[i].name;
        if (strncmp(file, folder, sizeof folder - 1) != 0)
            continue;
        file += sizeof folder - 1;
        snprintf(name, sizeof name, "%.*s", (int)strcspn(file, "."), file);
        add(out, name, "");
    }
}

static void add_lists(struct strbuf *out) {
    for (size_t i = 0; i < list_count; i++)
        add(out, list_names[i], "");
}

static const struct {
    const char *option; /* its long name, or its letter */
    enum words_kind kind;
    const char *words; /* or */
    add_words *add;
} choices[] = {
    {"path", WORDS_LIST, NULL, add_paths},
    {"mode", WORDS_CHOICE, NULL, add_modes},
    {"metric", WORDS_CHOICE, NULL, add_metrics},
    {"arrival", WORDS_CHOICE, "poisson uniform", NULL},
    {"on-error", WORDS_CHOICE, "stop continue", NULL},
    {"protocol", WORDS_CHOICE, "prepared extended simple", NULL},
    {"binding", WORDS_CHOICE, "raw libpqtypes", NULL},
    {"ceiling", WORDS_CHOICE, "off", NULL},
    {"batches", WORDS_CHOICE, "off", NULL},
    {"only", WORDS_CHOICE, "reload", NULL},
    {"allow", WORDS_CHOICE, "async-commit", NULL},
    {"color", WORDS_CHOICE, "auto always never", NULL},
    {"set", WORDS_KEYS, NULL, add_settings_to_set},
    {"present", WORDS_KEYS, NULL, add_settings_to_set},
    {"skip", WORDS_LIST, NULL, add_settings_to_skip},
    {"fsync-probe", WORDS_DIR, "off", NULL},
    {"A", WORDS_KEYS,
     "schema= sql= set. path= pool= batch= users= rate= dsn= pg_bin= workload=", NULL},
    {"B", WORDS_KEYS,
     "schema= sql= set. path= pool= batch= users= rate= dsn= pg_bin= workload=", NULL},
};

enum words_kind words_of_option(const struct poptOption *option, struct strbuf *words) {
    const char letter[2] = {option->shortName, '\0'};
    const char *name = option->longName ? option->longName : letter;
    const char *kind = option->argDescrip ? option->argDescrip : "";
    for (size_t i = 0; i < sizeof choices / sizeof *choices; i++) {
        if (strcmp(choices[i].option, name) != 0)
            continue;
        if (choices[i].add)
            choices[i].add(words);
        else
            strbuf_add(words, choices[i].words);
        return choices[i].kind;
    }
    return strcmp(kind, "FILE") == 0  ? WORDS_FILE
           : strcmp(kind, "DIR") == 0 ? WORDS_DIR
                                      : WORDS_FREE;
}

void words_of_command(const struct command *command, struct strbuf *words, const char **suffix) {
    static const struct {
        const char *arguments, *suffix;
        add_words *add;
    } kinds[] = {{"WORKLOAD", "yaml", add_workloads},
                 {"RESULT", "json", NULL},
                 {"OLD", "json", NULL},
                 {"WHAT", NULL, add_lists}};
    *suffix = NULL;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strstr(command->arguments, kinds[i].arguments)) {
            *suffix = kinds[i].suffix;
            if (kinds[i].add)
                kinds[i].add(words);
            return;
        }
    if (command == &command_completion)
        strbuf_add(words, "bash zsh");
}

bool words_shown(const struct poptOption *option) {
    return !(option->argInfo & POPT_ARGFLAG_DOC_HIDDEN);
}
