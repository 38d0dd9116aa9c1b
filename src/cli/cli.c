#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/units.h"
#include "pg/target.h"
#include "pg/version.h"

static const struct command *const commands[] = {&command_run,  &command_ab,   &command_compare,
                                                 &command_tune, &command_size, &command_check,
                                                 &command_list, &command_clean};
enum { COMMAND_COUNT = sizeof commands / sizeof *commands };

void cli_print_version(void) {
    char library[64];
    printf("pgwrite %s (%s)\n", PGWRITE_VERSION, pg_client_version(library, sizeof library));
}

static void print_help(FILE *out) {
    fputs("pgwrite measures how fast, and why not faster, a PostgreSQL server takes writes.\n\n"
          "Usage: pgwrite COMMAND [OPTION…] [ARGUMENT…]\n\nCommands:\n",
          out);
    for (int i = 0; i < COMMAND_COUNT; i++)
        fprintf(out, "  %-7s %-10s  %s\n", commands[i]->name, commands[i]->arguments,
                commands[i]->summary);
    fputs("\nOptions:\n"
          "  -?, --help     this help; `pgwrite COMMAND --help` for a command's options\n"
          "  -V, --version  version, and the libraries in use\n\n"
          "`pgwrite run` without anything else measures all write paths on a throwaway server.\n",
          out);
}

const char **cli_command(int argc, const char **argv, struct arena *arena) {
    const char **words = ARENA_ARRAY(arena, const char *, (size_t)argc + 2);
    words[0] = "pgwrite";
    for (int i = 0; i < argc; i++)
        words[i + 1] = target_redact(argv[i], arena);
    words[argc + 1] = NULL;
    return words;
}

int cli_fail(const struct error *error) {
    error_print(error);
    return error->exit_code;
}

int cli_terminal_width(void) {
    struct winsize size;
    if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0)
        return 0;
    return size.ws_col;
}

/* The option that an unknown one may have meant. */
static void hint_option(const char *bad, const struct poptOption *table, struct error *error) {
    const char *names[64];
    size_t count = 0;
    for (const struct poptOption *o = table; o->longName || o->arg; o++) {
        const struct poptOption *included = o->arg;
        if (o->longName && count < 64)
            names[count++] = o->longName;
        for (; (o->argInfo & POPT_ARG_MASK) == POPT_ARG_INCLUDE_TABLE && included->longName;
             included++)
            if (count < 64)
                names[count++] = included->longName;
    }
    char word[64];
    snprintf(word, sizeof word, "%.*s", (int)strcspn(bad + strspn(bad, "-"), "="),
             bad + strspn(bad, "-"));
    const char *near = units_nearest(word, names, count);
    if (near)
        error_hint(error, "did you mean --%s?", near);
    else
        error_hint(error, "`--help` lists the options");
}

bool cli_parse(const struct command *command, int argc, const char **argv,
               const struct poptOption *table, poptContext *context, const char ***arguments,
               struct error *error) {
    /* popt prints argv[0] in its usage line. It counts bytes: its texts are ASCII. */
    char usage[256], name[32];
    snprintf(name, sizeof name, "pgwrite %s", command->name);
    snprintf(usage, sizeof usage, "[OPTION...]%s%s\n\n%s.", *command->arguments ? " " : "",
             command->arguments, command->summary);
    const char **words = mem_alloc((size_t)argc + 1, sizeof *words);
    memcpy(words, argv, (size_t)argc * sizeof *words);
    words[0] = name;
    *context = poptGetContext("pgwrite", argc, words, table, 0);
    poptSetOtherOptionHelp(*context, usage);
    int code = poptGetNextOpt(*context);
    if (code < -1) {
        const char *bad = poptBadOption(*context, POPT_BADOPTION_NOALIAS);
        error_usage(error, "%s: %s", bad, poptStrerror(code));
        if (code == POPT_ERROR_BADOPT)
            hint_option(bad, table, error);
        poptFreeContext(*context);
        *context = NULL;
    }
    free(words); /* not before poptBadOption, which reads them */
    if (code < -1)
        return false;
    static const char *none[] = {NULL};
    *arguments = poptGetArgs(*context);
    if (!*arguments)
        *arguments = none;
    return true;
}

/* Without one of the three standard streams the next pipe or socket would take its number, and
 * output would go there. Read-only, so that writing to it fails. */
static void fill_standard_streams(void) {
    int fd = open("/dev/null", O_RDONLY);
    while (fd >= 0 && fd <= STDERR_FILENO)
        fd = dup(fd);
    if (fd > STDERR_FILENO)
        close(fd);
}

static int run_command(int argc, const char **argv) {
    if (argc < 2) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    const char *word = argv[1];
    if (strcmp(word, "--help") == 0 || strcmp(word, "-?") == 0 || strcmp(word, "help") == 0) {
        print_help(stdout);
        return EXIT_OK;
    }
    if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0) {
        cli_print_version();
        return EXIT_OK;
    }
    const char *names[COMMAND_COUNT];
    for (int i = 0; i < COMMAND_COUNT; i++) {
        names[i] = commands[i]->name;
        if (strcmp(word, names[i]) == 0)
            return commands[i]->run(argc - 1, argv + 1);
    }
    struct error error = {0};
    error_usage(&error, "\"%s\" is no command", word);
    const char *near = units_nearest(word, names, COMMAND_COUNT);
    if (near)
        error_hint(&error, "did you mean `pgwrite %s`?", near);
    else
        error_hint(&error, "`pgwrite --help` lists the commands");
    return cli_fail(&error);
}

int cli_main(int argc, const char **argv) {
    fill_standard_streams();
    interrupt_install();
    int code = run_command(argc, argv);
    if (code != EXIT_OK || (fflush(stdout) == 0 && !ferror(stdout)))
        return code;
    struct error error = {0};
    error_set(&error, "can't write to standard output: %s", strerror(errno));
    return cli_fail(&error);
}
