/*
 * The process of a run, in a text by which `pgwrite clean` can tell whether it lives: where no
 * session of the server's is a run's own to hold a lock in.
 *
 * "pid 4711 on HOST (BOOT.SPACE)": the machine's boot and the space that process ids are counted in
 * say whether the id means anything here, the host where else to look.
 */
#ifndef PGWRITE_STUDY_OWNER_H
#define PGWRITE_STUDY_OWNER_H

#include <stdbool.h>
#include <stddef.h>

/* Between "pgwrite run ID" and the owner, in the comment of a schema. */
#define OWNER_PREFIX ", pooled, "
#define OWNER_MAX 256

/* This process. Letters, digits and " .-_()" alone. */
void owner_describe(char *out, size_t size);

enum owner_state {
    OWNER_GONE,
    OWNER_LIVES,   /* or another process has got its id */
    OWNER_UNKNOWN, /* it is, or was, on another machine or before the last boot; or it is no owner
                    */
};
enum owner_state owner_look(const char *text);

#endif
