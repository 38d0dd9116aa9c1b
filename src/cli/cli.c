#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/units.h"
#include "cli/page.h"
#include "pg/target.h"
#include "pg/version.h"

const struct command *const cli_commands[] = {&command_run,   &command_ab,        &command_compare,
                                              &command_tune,  &command_size,      &command_report,
                                              &command_check, &command_list,      &command_clean,
                                              &command_man,   &command_completion};
enum { COMMAND_COUNT = sizeof cli_commands / sizeof *cli_commands };
const size_t cli_command_count = COMMAND_COUNT;

enum help { HELP = 1, USAGE };

struct poptOption cli_help_options[] = {
    {"help", '?', POPT_ARG_NONE, NULL, HELP, "Show this help message", NULL},
    {"usage", 0, POPT_ARG_NONE, NULL, USAGE, "Display brief usage message", NULL},
    POPT_TABLEEND,
};

void cli_print_version(void) {
    char library[64];
    printf("pgwrite %s (%s)\n", PGWRITE_VERSION, pg_client_version(library, sizeof library));
}

static void print_help(FILE *out) {
    fputs("pgwrite measures how fast, and why not faster, a PostgreSQL server takes writes.\n\n"
          "Usage: pgwrite COMMAND [OPTION…] [ARGUMENT…]\n\nCommands:\n",
          out);
    for (int i = 0; i < COMMAND_COUNT; i++)
        fprintf(out, "  %-10s  %-14s  %s\n", cli_commands[i]->name, cli_commands[i]->arguments,
                cli_commands[i]->summary);
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

static void each_option(const struct poptOption *table, const char *heading, cli_take_option *take,
                        void *context) {
    for (const struct poptOption *o = table; o->longName || o->shortName || o->arg; o++)
        if ((o->argInfo & POPT_ARG_MASK) == POPT_ARG_INCLUDE_TABLE)
            each_option(o->arg, o->descrip, take, context);
        else
            take(o, heading, context);
}

void cli_each_option(const struct command *command, cli_take_option *take, void *context) {
    if (command->prepare)
        command->prepare();
    each_option(command->table, NULL, take, context);
}

struct option_names {
    const char *names[64];
    size_t count;
};

static void take_name(const struct poptOption *option, const char *heading, void *context) {
    struct option_names *names = context;
    (void)heading;
    if (option->longName && names->count < sizeof names->names / sizeof *names->names)
        names->names[names->count++] = option->longName;
}

/* The option that an unknown one may have meant. */
static void hint_option(const char *bad, const struct command *command, struct error *error) {
    struct option_names names = {.count = 0};
    cli_each_option(command, take_name, &names);
    char word[64];
    snprintf(word, sizeof word, "%.*s", (int)strcspn(bad + strspn(bad, "-"), "="),
             bad + strspn(bad, "-"));
    const char *near = units_nearest(word, names.names, names.count);
    if (near)
        error_hint(error, "did you mean --%s?", near);
    else
        error_hint(error, "`--help` lists the options");
}

/* Whether all that was printed has arrived. */
static bool check_stdout(struct error *error) {
    return (fflush(stdout) == 0 && !ferror(stdout)) ||
           error_set(error, "can't write to standard output: %s", strerror(errno));
}

/* Prints what the option asks for, and ends the program. */
static void print_help_and_exit(enum help help, poptContext context) {
    struct error error = {0};
    if (help == HELP)
        poptPrintHelp(context, stdout, 0);
    else
        poptPrintUsage(context, stdout, 0);
    poptFreeContext(context);
    exit(check_stdout(&error) ? EXIT_OK : cli_fail(&error));
}

bool cli_parse(const struct command *command, int argc, const char **argv, poptContext *context,
               const char ***arguments, struct error *error) {
    const struct poptOption *table = command->table;
    if (command->prepare)
        command->prepare();
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
    if (code > 0)
        print_help_and_exit((enum help)code, *context);
    if (code < -1) {
        const char *bad = poptBadOption(*context, POPT_BADOPTION_NOALIAS);
        error_usage(error, "%s: %s", bad, poptStrerror(code));
        if (code == POPT_ERROR_BADOPT)
            hint_option(bad, command, error);
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
        FILE *page = page_open();
        print_help(page);
        page_close(page);
        return EXIT_OK;
    }
    if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0) {
        cli_print_version();
        return EXIT_OK;
    }
    const char *names[COMMAND_COUNT];
    for (int i = 0; i < COMMAND_COUNT; i++) {
        names[i] = cli_commands[i]->name;
        if (strcmp(word, names[i]) == 0)
            return cli_commands[i]->run(argc - 1, argv + 1);
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
    struct error error = {0};
    return code != EXIT_OK || check_stdout(&error) ? code : cli_fail(&error);
}
