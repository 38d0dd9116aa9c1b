/*
 * The command line. A command is one file with one option table, from which parsing and --help
 * come; the tables that commands share are in options.h.
 */
#ifndef PGWRITE_CLI_CLI_H
#define PGWRITE_CLI_CLI_H

#include <popt.h>

#include "base/error.h"
#include "base/memory.h"

struct command {
    const char *name;
    const char *arguments; /* for the usage line */
    const char *summary;
    int (*run)(int argc,
               const char **argv); /* argv[0] is the command's name; returns the exit code */
    const struct poptOption *table;
    void (*prepare)(void); /* fills in what the table does not have from the beginning; or NULL */
};

extern const struct command command_run, command_ab, command_compare, command_tune, command_size,
    command_report, command_check, command_list, command_clean, command_man, command_completion;

/* All of them, in the order of --help. */
extern const struct command *const cli_commands[];
extern const size_t cli_command_count;

/* Calls with each option of a command, as --help has them; heading: of the group that it is in, or
 * NULL. The command's table is prepared for it. */
typedef void cli_take_option(const struct poptOption *option, const char *heading, void *context);
void cli_each_option(const struct command *command, cli_take_option *take, void *context);

/* The last entry of every command's table: --help and --usage. popt's own exits with 0 whether or
 * not the text could be printed. */
extern struct poptOption cli_help_options[];
#define CLI_HELP_OPTIONS \
    { NULL, 0, POPT_ARG_INCLUDE_TABLE, cli_help_options, 0, "Help options:", NULL }

/* Runs the program; returns its exit code. */
int cli_main(int argc, const char **argv);

/* Parses all options of the command's table into its variables and gives the arguments left
 * (NULL-terminated, owned by the context, which the caller frees with poptFreeContext). --help
 * prints and exits. On false the error is set, and *context is NULL. */
MUST_CHECK bool cli_parse(const struct command *command, int argc, const char **argv,
                          poptContext *context, const char ***arguments, struct error *error);

/* The words of the command line as a result keeps them: "pgwrite" first, secrets redacted, NULL
 * last. They live in the arena or are those of argv. */
const char **cli_command(int argc, const char **argv, struct arena *arena);

/* Prints the error and returns its exit code. */
int cli_fail(const struct error *error);

/* `pgwrite VERSION (libpq …, libpqtypes …)` in one line. */
void cli_print_version(void);

/* Columns of the terminal that stdout is, 0 if it is none. */
int cli_terminal_width(void);

#endif
