/*
 * Which processes belong to a data folder. Every process of a PostgreSQL server works in the data
 * folder of its server (its current folder), and a server's processes have no group or session in
 * common: each child starts a session of its own. So the current folder, together with the owner,
 * is what tells a server's processes from a stranger's that was given the same id.
 */
#ifndef PGWRITE_SERVER_PROCESSES_H
#define PGWRITE_SERVER_PROCESSES_H

#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"
#include "server/user.h"

enum process_answer {
    PROCESS_NO,      /* gone, a zombie, or somebody else's */
    PROCESS_YES,     /* the owner's, and works in the folder */
    PROCESS_UNKNOWN, /* lives, but the system doesn't say where it works */
};

/* Linux asks /proc. Elsewhere a process that lives is always PROCESS_UNKNOWN. */
enum process_answer process_works_in(pid_t pid, const char *data, const struct server_user *owner);

/* The owner's processes that work in the folder, as many as fit; returns how many it stored. Linux;
 * 0 elsewhere. */
size_t processes_find(const char *data, const struct server_user *owner, pid_t *pids, size_t max);

#endif
