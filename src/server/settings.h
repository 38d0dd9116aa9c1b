/* postgresql.conf of a throwaway server. */
#ifndef PGWRITE_SERVER_SETTINGS_H
#define PGWRITE_SERVER_SETTINGS_H

#include "base/error.h"
#include "server/throwaway.h"

#define SERVER_PORT \
    5432 /* only a part of the socket's name: each server has a socket folder of its own */
#define CONNECTIONS_EXTRA \
    10 /* for superuser_reserved_connections, samplers and the user's own psql */

/* Whether every setting of the options can be taken: a legal name, and not one of those by which
 * pgwrite reaches its server. */
MUST_CHECK bool settings_check(const struct throwaway_options *options, struct error *error);

/* Appends to data/postgresql.conf, where the last line for a setting wins and ALTER SYSTEM and
 * reloads work as on any server. */
MUST_CHECK bool settings_write(const struct throwaway_options *options, const char *data,
                               const char *socket_dir, struct error *error);

#endif
