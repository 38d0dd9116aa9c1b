/* What `pgwrite list` knows. */
#ifndef PGWRITE_CLI_LIST_H
#define PGWRITE_CLI_LIST_H

#include <stddef.h>

extern const char *const list_names[]; /* "paths", … */
extern const size_t list_count;

#endif
