/* Programs of the throwaway server's binaries, run beside it. */
#ifndef PGWRITE_SERVER_PROGRAM_H
#define PGWRITE_SERVER_PROGRAM_H

#include <stdio.h>

#include "server/throwaway.h"

/* Whether the server's binaries have it. */
bool program_exists(const struct throwaway *server, const char *name);

/* Runs it as the server's user with these words (NULL-terminated, without the program's own name),
 * for so many seconds at most, and gives what it printed to stdout and stderr; the caller closes
 * *output, and nothing is left in the server's folder. An end with another status than 0, a time
 * that is up and interrupted() are errors. */
MUST_CHECK bool program_run(const struct throwaway *server, const char *name,
                            const char *const *words, unsigned seconds, FILE **output,
                            struct error *error);

#endif
