/* Takes away a throwaway server, alive or dead: processes, shared memory, folder, in this order. */
#ifndef PGWRITE_SERVER_CLEANUP_H
#define PGWRITE_SERVER_CLEANUP_H

#include "base/error.h"
#include "server/child.h"
#include "server/user.h"

struct cleanup {
    const char *dir;                /* the server's folder; its data folder is <dir>/data */
    const char *bin_dir;            /* of its postgres; "": unknown */
    const struct server_user *user; /* that it runs as, the folder's owner */
    struct child *postmaster; /* where it is our own child; NULL: known from its pid file alone */
};

/* False if something is left, which the error names. A folder whose server could not be stopped
 * stays. */
MUST_CHECK bool cleanup_server(const struct cleanup *cleanup, struct error *error);

/* Ends the server's processes alone: fast, then immediate, then by SIGKILL. Heeds no interruption,
 * and has limits of its own, 25 s in all. */
MUST_CHECK bool cleanup_stop(const struct cleanup *cleanup, struct error *error);

/* Ends them as a crash would, all at once by SIGKILL. The postmaster is our own child. Where the
 * system does not tell the processes of a server (processes.h), some may still be ending. */
MUST_CHECK bool cleanup_kill(const struct cleanup *cleanup, struct error *error);

#endif
