/*
 * <dir>/pgwrite.marker: this folder is pgwrite's. Its lock (flock) is held as long as the pgwrite
 * that made it lives, so that a folder with a free lock is a left-over one. The kernel drops the
 * lock whatever ends the process; a process id in the file could not tell, for ids are used again.
 *
 * Lines: `pgwrite 1` (the format), `pid N`, `started YYYY-MM-DDTHH:MM:SSZ`, `bin FOLDER` and, after
 * --keep, `kept`.
 */
#ifndef PGWRITE_SERVER_MARKER_H
#define PGWRITE_SERVER_MARKER_H

#include <limits.h>

#include "base/error.h"

#define MARKER_NAME "pgwrite.marker"

/* Writes and locks it; *fd (closed on exec) holds the lock until it is closed. */
MUST_CHECK bool marker_create(const char *dir, const char *bin_dir, int *fd, struct error *error);

/* Adds `kept`. */
MUST_CHECK bool marker_keep(int fd, struct error *error);

struct marker {
    bool kept;
    char bin_dir[PATH_MAX]; /* "": not in it */
};

enum marker_state {
    MARKER_NONE, /* not a folder of pgwrite's, or one that this user has no business with */
    MARKER_HELD, /* its pgwrite lives, or somebody is removing it */
    MARKER_FREE, /* left over: the lock was free and is held by *fd now */
};

/* Looks at the marker in an open folder. exclusive: to remove the folder; else just to look, which
 * does not hide it from others who look. */
enum marker_state marker_lock(int dir_fd, bool exclusive, int *fd, struct marker *marker);

#endif
