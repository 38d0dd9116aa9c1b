/* pgwrite completion: a completion script for a shell, from the tables of the commands. */
#include <string.h>

#include "base/units.h"
#include "cli/cli.h"
#include "cli/template.h"
#include "cli/words.h"

static struct poptOption table[] = {CLI_HELP_OPTIONS, POPT_TABLEEND};

enum { OPTIONS_MAX = 512 };

/* Options with an argument that were written already, of whichever command. */
struct written {
    const char *names[OPTIONS_MAX];
    size_t count;
};

static bool is_new(struct written *written, const char *name) {
    for (size_t i = 0; i < written->count; i++)
        if (strcmp(written->names[i], name) == 0)
            return false;
    if (written->count == OPTIONS_MAX)
        panic("too many options");
    written->names[written->count++] = name;
    return true;
}

static bool takes_value(const struct poptOption *option) {
    return (option->argInfo & POPT_ARG_MASK) != POPT_ARG_NONE;
}

/* ---- bash ---- */

static struct written written;

/* Words are ours, without anything that a shell would read in double quotes. */
static void bash_value(const struct poptOption *option, const char *heading, void *context) {
    struct strbuf words = STRBUF_INIT;
    (void)heading, (void)context;
    char letter[] = {'-', option->shortName, '\0'};
    const char *name = option->longName ? option->longName : option->shortName == 'A' ? "A" : "B";
    if (!takes_value(option) || !words_shown(option) || !is_new(&written, name))
        return;
    enum words_kind kind = words_of_option(option, &words);
    printf("    %s%s%s%s)", option->shortName ? letter : "",
           option->shortName && option->longName ? " | " : "", option->longName ? "--" : "",
           option->longName ? option->longName : "");
    switch (kind) {
    case WORDS_FREE:
        puts(" return ;;");
        break;
    case WORDS_CHOICE:
        printf(" _pgwrite_words \"%s\" \"$current\"; return ;;\n", words.text);
        break;
    case WORDS_LIST:
        printf(" _pgwrite_list \"%s\" \"$current\"; return ;;\n", words.text);
        break;
    case WORDS_KEYS:
        printf(" _pgwrite_keys \"%s\" \"$current\"; return ;;\n", words.text);
        break;
    case WORDS_FILE:
        puts(" _pgwrite_files \"*\" \"$current\"; return ;;");
        break;
    case WORDS_DIR:
        printf(" _pgwrite_files \"\" \"$current\" \"%s\"; return ;;\n", words.text);
        break;
    }
    strbuf_release(&words);
}

static void bash_option(const struct poptOption *option, const char *heading, void *context) {
    struct strbuf *out = context;
    (void)heading;
    if (words_shown(option) && option->shortName && !option->longName)
        strbuf_printf(out, " -%c", option->shortName);
    if (words_shown(option) && option->longName)
        strbuf_printf(out, " --%s", option->longName);
}

static void bash_commands(void) {
    for (size_t i = 0; i < cli_command_count; i++)
        puts(cli_commands[i]->name);
}

static void bash_values(void) {
    written.count = 0;
    for (size_t i = 0; i < cli_command_count; i++)
        cli_each_option(cli_commands[i], bash_value, NULL);
}

static void bash_options(void) {
    for (size_t i = 0; i < cli_command_count; i++) {
        struct strbuf options = STRBUF_INIT, words = STRBUF_INIT;
        const char *suffix;
        cli_each_option(cli_commands[i], bash_option, &options);
        words_of_command(cli_commands[i], &words, &suffix);
        printf("    %s)\n        options=\"%s\"\n", cli_commands[i]->name, options.text + 1);
        if (words.length)
            printf("        words=\"%s\"\n", words.text);
        if (suffix)
            printf("        pattern=\"*.%s\"\n", suffix);
        puts("        ;;");
        strbuf_release(&options);
        strbuf_release(&words);
    }
}

static void write_bash(void) {
    static const struct template_place places[] = {
        {"commands", bash_commands}, {"values", bash_values}, {"options", bash_options}};
    template_print("src/cli/completion.bash", places, sizeof places / sizeof *places);
}

/* ---- zsh ---- */

/* Inside of '…', and of the [] of an option's description. */
static void zsh_text(const char *text) {
    for (; *text; text++)
        if (*text == '\'')
            fputs("'\\''", stdout);
        else if (strchr("[]:\\", *text))
            printf("\\%c", *text);
        else
            putchar(*text);
}

/* ":LIST:…": what the value is called, and what it may be. */
static void zsh_value(const struct poptOption *option) {
    struct strbuf words = STRBUF_INIT;
    enum words_kind kind = words_of_option(option, &words);
    const char *called = option->argDescrip ? option->argDescrip : "VALUE";
    printf(":%s:", called);
    switch (kind) {
    case WORDS_FREE:
        putchar(' ');
        break;
    case WORDS_CHOICE:
        printf("(%s)", words.text);
        break;
    case WORDS_LIST:
        printf("_pgwrite_list %s %s", called, words.text);
        break;
    case WORDS_KEYS:
        printf("_pgwrite_keys %s", words.text);
        break;
    case WORDS_FILE:
        fputs("_files", stdout);
        break;
    case WORDS_DIR:
        printf("%s %s", words.length ? "_pgwrite_folders" : "_files -/", words.text);
        break;
    }
    strbuf_release(&words);
}

static void zsh_spec(const struct poptOption *option, const char *name, bool is_long) {
    bool again = (option->argInfo & POPT_ARG_MASK) == POPT_ARG_ARGV;
    char letter[] = {'-', option->shortName, '\0'};
    fputs(" \\\n        '", stdout);
    if (again)
        putchar('*');
    else if (option->longName && option->shortName)
        printf("(%s --%s)", letter, option->longName);
    printf("%s%s%s[", is_long ? "--" : "-", name, !takes_value(option) ? "" : is_long ? "=" : "+");
    zsh_text(option->descrip ? option->descrip : "");
    putchar(']');
    if (takes_value(option))
        zsh_value(option);
    putchar('\'');
}

static void zsh_option(const struct poptOption *option, const char *heading, void *context) {
    char letter[] = {option->shortName, '\0'};
    (void)heading, (void)context;
    if (!words_shown(option))
        return;
    if (option->shortName)
        zsh_spec(option, letter, false);
    if (option->longName)
        zsh_spec(option, option->longName, true);
}

static void zsh_arguments(const struct command *command) {
    struct strbuf words = STRBUF_INIT;
    const char *suffix;
    words_of_command(command, &words, &suffix);
    const char *many = strstr(command->arguments, "...") ? "*" : "1";
    if (suffix && words.length)
        printf(" \\\n        '%s:%s:_pgwrite_files *.%s %s'", many, command->arguments, suffix,
               words.text);
    else if (suffix)
        printf(" \\\n        '%s:result:_files -g \"*.%s\"'", many, suffix);
    else if (words.length)
        printf(" \\\n        '%s:%s:(%s)'", many, command->arguments, words.text);
    strbuf_release(&words);
}

static void zsh_commands(void) {
    for (size_t i = 0; i < cli_command_count; i++) {
        printf("            '%s:", cli_commands[i]->name);
        zsh_text(cli_commands[i]->summary);
        puts("'");
    }
}

static void zsh_options(void) {
    for (size_t i = 0; i < cli_command_count; i++) {
        printf("    %s)\n        _arguments -s -S", cli_commands[i]->name);
        cli_each_option(cli_commands[i], zsh_option, NULL);
        zsh_arguments(cli_commands[i]);
        puts("\n        ;;");
    }
}

static void write_zsh(void) {
    static const struct template_place places[] = {{"commands", zsh_commands},
                                                   {"options", zsh_options}};
    template_print("src/cli/completion.zsh", places, sizeof places / sizeof *places);
}

static const struct {
    const char *name;
    void (*write)(void);
} shells[] = {{"bash", write_bash}, {"zsh", write_zsh}};

static int run(int argc, const char **argv) {
    struct error error = {0};
    poptContext context;
    const char **arguments;
    if (!cli_parse(&command_completion, argc, argv, &context, &arguments, &error))
        return cli_fail(&error);
    const char *word = arguments[0];
    bool known = false;
    for (size_t i = 0; word && !arguments[1] && i < sizeof shells / sizeof *shells; i++)
        if (strcmp(word, shells[i].name) == 0) {
            shells[i].write();
            known = true;
        }
    if (!known) {
        if (!word)
            error_usage(&error, "for which shell?");
        else if (arguments[1])
            error_usage(&error, "\"%s\": one shell at a time", arguments[1]);
        else
            error_usage(&error, "there is no completion for \"%s\"", word);
        error_hint(&error, "bash or zsh");
    }
    poptFreeContext(context);
    return known ? EXIT_OK : cli_fail(&error);
}

const struct command command_completion = {
    "completion", "bash|zsh", "print a completion script for a shell", run, table, NULL};
