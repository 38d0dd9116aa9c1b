/* The inside of a wire, for the bindings. */
#ifndef PGWRITE_PG_WIRE_INTERNAL_H
#define PGWRITE_PG_WIRE_INTERNAL_H

#include "pg/internal.h"
#include "pg/wire.h"

struct wire {
    PGconn *conn;
    bool connected;
    PGresult *failure;      /* the first: a dying server sends a second one that says less */
    struct error *farewell; /* why the server ended the session between two statements */
    void *binding;          /* the PGparam of the libpqtypes binding, else NULL */
};

/* What a binding is, per build: with libpqtypes or without. Sending is wire_send_prepared's: false
 * if the connection is lost. Closing a wire that has no binding is fine. */
MUST_CHECK bool binding_open(struct wire *wire, struct error *error);
MUST_CHECK bool binding_send_prepared(struct wire *wire, const char *name,
                                      const struct wire_params *params);
void binding_close(struct wire *wire);

#endif
