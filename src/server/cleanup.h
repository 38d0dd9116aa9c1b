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

#endif
