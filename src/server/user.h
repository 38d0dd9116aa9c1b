/*
 * The system user that the throwaway server runs as. postgres refuses to run as root, so root's
 * servers run as `postgres` or `nobody`; everybody else's run as themselves.
 */
#ifndef PGWRITE_SERVER_USER_H
#define PGWRITE_SERVER_USER_H

#include <sys/types.h>

#include "base/error.h"

struct server_user {
    char name[64];
    uid_t uid;
    gid_t gid;
    bool drop; /* this process is root: a child changes to the user before anything else */
};

/* The user for a new server. */
MUST_CHECK bool server_user_find(struct server_user *user, struct error *error);

/* The user with this id, for a server that is there already. */
MUST_CHECK bool server_user_of(uid_t uid, struct server_user *user, struct error *error);

/* Changes uid, gid and supplementary groups of this process for good; nothing without user->drop.
 * For a forked child: async-signal-safe. 0 or an errno. */
MUST_CHECK int server_user_become(const struct server_user *user);

/* Whether the user can search every folder on the way to the absolute path, and path itself; if
 * not, the error names the first folder that is closed. Asked by a forked child that became the
 * user: that counts ACLs and mount options in, which reading mode bits does not. */
MUST_CHECK bool server_user_reaches(const struct server_user *user, const char *path,
                                    struct error *error);

#endif
