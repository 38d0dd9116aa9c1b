/* Which CPUs a server may use: those of the thread that starts it, which passes them on. */
#ifndef PGWRITE_SERVER_AFFINITY_H
#define PGWRITE_SERVER_AFFINITY_H

#include "base/error.h"

struct affinity;

/* Narrows the calling thread to the first count > 0 of its CPUs until affinity_restore. An
 * EXIT_USAGE error if it has fewer, or where there is no such thing (Linux alone has). */
MUST_CHECK bool affinity_narrow(long count, struct affinity **saved, struct error *error);

/* Back to what it was; frees it. NULL is fine. */
MUST_CHECK bool affinity_restore(struct affinity *saved, struct error *error);

#endif
