/* The end of a server's log: what an error message quotes before the log goes away with its folder.
 */
#ifndef PGWRITE_SERVER_LOGTAIL_H
#define PGWRITE_SERVER_LOGTAIL_H

#include <stddef.h>

#define LOGTAIL_SIZE 800 /* leaves room for the rest of the message in struct error */

/* "; the end of its log:", a line end and the last whole lines that fit; "" if there are none.
 * Writes into out (size bytes, at least 64), returns it. */
char *logtail_read(const char *path, char *out, size_t size);

#endif
