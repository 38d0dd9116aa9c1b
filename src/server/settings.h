/* postgresql.conf of a throwaway server. */
#ifndef PGWRITE_SERVER_SETTINGS_H
#define PGWRITE_SERVER_SETTINGS_H

#include "base/error.h"
#include "server/throwaway.h"
#include "server/user.h"

#define SERVER_PORT \
    5432 /* only a part of the socket's name: each server has a socket folder of its own */
#define CONNECTIONS_EXTRA \
    10 /* for superuser_reserved_connections, samplers and the user's own psql */

/* Whether every setting of the options can be taken: a legal name, and not one of those by which
 * pgwrite reaches its server. */
MUST_CHECK bool settings_check(const struct throwaway_options *options, struct error *error);

/* Appends to data/postgresql.conf that what settings_write writes counts, too: as the last of it,
 * so that it wins, and ALTER SYSTEM and reloads work as on any server. */
MUST_CHECK bool settings_include(const char *data, struct error *error);

/* Writes pgwrite's part, a file of its own in data, anew as a whole: a failure leaves the one
 * before. The file belongs to the server's user. */
MUST_CHECK bool settings_write(const struct throwaway_options *options, const char *data,
                               const char *socket_dir, const struct server_user *user,
                               struct error *error);

/* A copy of the list with its texts; settings_free releases it. NULL for none. */
struct server_setting *settings_copy(const struct server_setting *settings, size_t count);
void settings_free(const struct server_setting *settings, size_t count);

#endif
