/* Where PostgreSQL's server programs are. A folder counts only if it holds both initdb and
 * postgres. */
#ifndef PGWRITE_SERVER_BINARIES_H
#define PGWRITE_SERVER_BINARIES_H

#include "base/error.h"

/* The folder of initdb and postgres, absolute and without symlinks. given: --pg-bin, or NULL to
 * look through PATH, then Debian's and Homebrew's places, highest version first. free() releases
 * *dir. */
MUST_CHECK bool binaries_find(const char *given, char **dir, struct error *error);

#endif
