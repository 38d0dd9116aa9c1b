/*
 * postmaster.pid, the file by which a PostgreSQL server tells of itself. One fact a line
 * (PostgreSQL's src/include/utils/pidfile.h): 1 process id, negative for a single-user or bootstrap
 * process; 7 key and id of its System V memory; 8 status, padded with blanks.
 */
#ifndef PGWRITE_SERVER_PIDFILE_H
#define PGWRITE_SERVER_PIDFILE_H

#include <sys/types.h>

#include "base/error.h"

struct pidfile {
    pid_t pid; /* of a postmaster; 0: none */
    bool has_memory;
    unsigned long memory_key;
    int memory_id;
    char status[16]; /* "starting", "ready", …; "" when not written yet */
};

/* Both act only on a real folder `data` of this owner, never through a symlink: root may be looking
 * at what somebody else has put there. */

/* Lines that are not there yet stay zero. False: no such file, or not the owner's. */
bool pidfile_read(const char *data, uid_t owner, struct pidfile *file);

/* True if it is gone afterwards. */
MUST_CHECK bool pidfile_remove(const char *data, uid_t owner, struct error *error);

#endif
