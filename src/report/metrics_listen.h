/* A listening socket for a text that names an address. */
#ifndef PGWRITE_REPORT_METRICS_LISTEN_H
#define PGWRITE_REPORT_METRICS_LISTEN_H

#include <stddef.h>

#include "base/error.h"

struct listen_address {
    char host[256], port[8];
};

/* HOST:PORT or [IPV6]:PORT. EXIT_USAGE errors. */
MUST_CHECK bool listen_parse(const char *text, struct listen_address *out, struct error *error);

/* Listens; shown gets HOST:PORT as it is, with the port that was chosen for port 0. */
MUST_CHECK bool listen_open(const struct listen_address *address, int *fd, char *shown, size_t size,
                            struct error *error);

#endif
