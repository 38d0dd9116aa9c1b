/*
 * Which server, given as psql takes it: a database name, conninfo or URI, host, port, user, the PG*
 * environment, service file and .pgpass. No password is ever shown.
 */
#ifndef PGWRITE_PG_TARGET_H
#define PGWRITE_PG_TARGET_H

#include "base/error.h"
#include "base/memory.h"

struct target_options {
    const char *dbname; /* name, conninfo or URI; each may be NULL */
    const char *host, *port, *user;
};

#define TARGET_MAX_WORDS 8

/* Connection parameters as keyword and value lists, NULL-terminated; dbname is expanded by libpq.
 */
struct target {
    const char *keywords[TARGET_MAX_WORDS + 1];
    const char *values[TARGET_MAX_WORDS + 1];
    const char *shown; /* "host=… port=… dbname=… user=…", without any secret */
};

/* Whether options or environment name a server: -d -h -p -U, PGHOST, PGHOSTADDR, PGPORT,
 * PGDATABASE, PGSERVICE. If not, a throwaway server is what the user wants. */
bool target_given(const struct target_options *options);

/* Resolves options and environment; checks the conninfo's form. Strings live in the arena. */
MUST_CHECK bool target_resolve(const struct target_options *options, struct arena *arena,
                               struct target *target, struct error *error);

/* A server of our own, on a unix socket. */
void target_local(const char *socket_dir, int port, const char *user, struct arena *arena,
                  struct target *target);

/* The text of a command-line word without a password that a conninfo or URI in it holds; of a
 * variant's SQL or setting that seems to hold one, the key alone. Lives in the arena; the word
 * itself if there is none. */
const char *target_redact(const char *word, struct arena *arena);

#endif
