/*
 * A throwaway PostgreSQL server: real initdb and postgres binaries of this machine, in a folder of
 * its own, on a unix socket alone, as durable as a production server, gone afterwards.
 *
 * The postmaster runs in a session of its own, so that Ctrl-C reaches pgwrite first. As root it
 * runs as `postgres` or, without one, `nobody`. The folder holds a marker file, locked while its
 * pgwrite lives, by which `pgwrite clean` knows what a killed run left.
 */
#ifndef PGWRITE_SERVER_THROWAWAY_H
#define PGWRITE_SERVER_THROWAWAY_H

#include <sys/types.h>

#include "base/error.h"

/* One setting of postgresql.conf. */
struct server_setting {
    const char *name, *value;
};

struct throwaway_options {
    const char
        *bin_dir; /* --pg-bin; NULL: PATH, then Debian's and Homebrew's places, newest first */
    const char *data_dir; /* --data-dir: the folder in which the server's folder is made; NULL:
                             $TMPDIR, /var/tmp, /tmp: the first that exists, is writable and not on
                             tmpfs; then the first that is writable */
    int max_connections;  /* what the plan needs; reserved ones are added here */
    const struct server_setting *settings; /* further ones, or NULL */
    size_t setting_count;
};

struct throwaway;

/* Finds the binaries, runs initdb, starts the server and waits until it answers. On failure nothing
 * is left behind, and the error holds the end of the server's log. Stops early when interrupted().
 */
MUST_CHECK bool throwaway_start(const struct throwaway_options *options, struct throwaway **out,
                                struct error *error);

const char *throwaway_socket_dir(const struct throwaway *server); /* for host= */
int throwaway_port(const struct throwaway *server);               /* part of the socket's name */
const char *throwaway_user(const struct throwaway *server); /* the superuser's name: "postgres" */
const char *throwaway_dir(
    const struct throwaway *server); /* its folder; data in <dir>/data, log in <dir>/log */
const char *throwaway_bin_dir(const struct throwaway *server);
pid_t throwaway_pid(const struct throwaway *server);
bool throwaway_on_tmpfs(const struct throwaway *server);

/* Stops the server (fast) and starts it again on the same data, with these settings in place of
 * those that it was started with (max_connections and pgwrite's own stay). If it does not start
 * with them it is started with the ones before, and the error says why, with the end of its log:
 * the server is as before. Stops early when interrupted(): the server may not run then. */
MUST_CHECK bool throwaway_restart(struct throwaway *server, const struct server_setting *settings,
                                  size_t count, struct error *error);

/* Kills all its processes at once (SIGKILL), as a crash would, and starts it again with the same
 * settings. *recovery_s: from the start of the postmaster until it takes connections; negative if
 * it failed, and then the server does not run. */
MUST_CHECK bool throwaway_crash(struct throwaway *server, double *recovery_s, struct error *error);

/* Whether the postmaster still runs; if not, the error says how it ended, with the end of its log.
 */
MUST_CHECK bool throwaway_alive(struct throwaway *server, struct error *error);

/* Stops the server (fast, then immediate, then SIGKILL by pid) and removes processes, shared memory
 * and folder; a server that died is cleaned up likewise. Frees the struct. False, with an error
 * that names what is left, if something could not be removed. NULL is fine. */
bool throwaway_remove(struct throwaway *server, struct error *error);

/* --keep: leaves the server running and its folder in place, marked as kept; frees the struct. */
bool throwaway_keep(struct throwaway *server, struct error *error);

/* What earlier runs left on this machine. */
struct leftover {
    char *dir;
    pid_t postmaster; /* 0: not running */
    bool kept;        /* left on purpose by --keep */
};
/* Looks in the places where throwaway_start makes folders (and data_dir unless NULL) for folders
 * whose pgwrite is dead. The caller releases the list with leftovers_free. */
MUST_CHECK bool leftovers_find(const char *data_dir, struct leftover **list, size_t *count,
                               struct error *error);
bool leftover_remove(const struct leftover *leftover,
                     struct error *error); /* processes, memory, folder */
void leftovers_free(struct leftover *list, size_t count);

#endif
