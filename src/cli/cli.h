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
};

extern const struct command command_run, command_ab, command_compare, command_tune, command_size,
    command_check, command_list, command_clean;

/* Runs the program; returns its exit code. */
int cli_main(int argc, const char **argv);

/* Parses all options of a table into its variables and gives the arguments left (NULL-terminated,
 * owned by the context, which the caller frees with poptFreeContext). --help prints and exits. On
 * false the error is set, and *context is NULL. */
MUST_CHECK bool cli_parse(const struct command *command, int argc, const char **argv,
                          const struct poptOption *table, poptContext *context,
                          const char ***arguments, struct error *error);

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
