/* Which client libraries are in use. */
#ifndef PGWRITE_PG_VERSION_H
#define PGWRITE_PG_VERSION_H

#include <stddef.h>

/* "libpq 15.18, libpqtypes" or "libpq 15.18, no libpqtypes"; into out, which is returned. */
const char *pg_client_version(char *out, size_t size);

#endif
