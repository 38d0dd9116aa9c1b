/*
 * One connection of the measured pool: libpq in non-blocking mode, as a write path sees it.
 *
 * Nothing here blocks. The caller watches wire_fd() for readability always, and for writability
 * while wire_flush() says WIRE_UNSENT; when readable it calls wire_consume(), then takes results
 * with wire_next() until that says WIRE_BUSY. (Watching only for writability while sending can
 * deadlock a pipeline: the server waits for us to read.)
 *
 * A wire belongs to one thread.
 */
#ifndef PGWRITE_PG_WIRE_H
#define PGWRITE_PG_WIRE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "pg/target.h"

struct wire;

/* How the parameterised paths hand their parameters to libpq. */
enum wire_binding {
    WIRE_BINDING_RAW,        /* PQsendQueryPrepared and PQsendQueryParams */
    WIRE_BINDING_LIBPQTYPES, /* a PGparam, through a handler of ours; one thread at a time */
};

/* Whether this build has the binding; the error says why not. */
MUST_CHECK bool wire_binding_check(enum wire_binding binding, struct error *error);

enum wire_poll { WIRE_POLL_READ, WIRE_POLL_WRITE, WIRE_POLL_DONE, WIRE_POLL_FAILED };

/* Starts to connect; NULL only without memory. Then wire_connect_poll() when the descriptor is
 * ready for what it asked last (the first time: for writing). The descriptor can change between
 * calls. */
struct wire *wire_connect(const struct target *target, const char *application_name);
enum wire_poll wire_connect_poll(struct wire *wire);
/* To be called once when connected. */
MUST_CHECK bool wire_ready(struct wire *wire, enum wire_binding binding, struct error *error);
void wire_close(struct wire *wire); /* NULL is fine */

int wire_fd(const struct wire *wire);

/* Parameters of one statement, all in binary form, in libpq's arrays. A NULL value is SQL's NULL.
 */
struct wire_params {
    int count;
    const char *const *values;
    const int *lengths;
    const int *formats; /* all 1 */
    const uint32_t *type_oids;
};

/* Each queues a message; false if the connection is lost. */
MUST_CHECK bool wire_send_query(struct wire *wire, const char *sql);
MUST_CHECK bool wire_send_prepare(struct wire *wire, const char *name, const char *sql, int count,
                                  const uint32_t *type_oids);
MUST_CHECK bool wire_send_prepared(struct wire *wire, const char *name,
                                   const struct wire_params *params);
MUST_CHECK bool wire_send_params(struct wire *wire, const char *sql,
                                 const struct wire_params *params);
MUST_CHECK bool wire_send_copy_data(struct wire *wire, const char *data, size_t length);
MUST_CHECK bool wire_send_copy_end(struct wire *wire);
MUST_CHECK bool wire_pipeline_enter(struct wire *wire);
MUST_CHECK bool wire_pipeline_sync(struct wire *wire);
/* Once all results are taken, the synchronisation point's too. */
MUST_CHECK bool wire_pipeline_leave(struct wire *wire);

enum wire_flush { WIRE_SENT, WIRE_UNSENT, WIRE_FLUSH_LOST };
enum wire_flush wire_flush(struct wire *wire);
MUST_CHECK bool wire_consume(struct wire *wire); /* false: the connection is lost */

enum wire_event {
    WIRE_BUSY,    /* nothing yet: wait until readable */
    WIRE_END,     /* no more results of this statement; in a pipeline the next follows */
    WIRE_OK,      /* a statement ended well */
    WIRE_COPY_IN, /* the server waits for COPY data */
    WIRE_SYNC,    /* the pipeline's synchronisation point */
    WIRE_SKIPPED, /* a statement that the pipeline left out after an error */
    WIRE_FAILED,  /* a statement failed, or the connection was lost: see wire_error() */
};

struct wire_reply {
    uint64_t rows;  /* that the command tag names; 0 if none */
    bool selected;  /* the tag is SELECT: the rows are those that came back */
    bool committed; /* the tag is COMMIT (ROLLBACK answers the COMMIT of a failed transaction) */
};

enum wire_event wire_next(struct wire *wire, struct wire_reply *reply);

/* Before what failed is tried again: the next failure is the first. Not of a lost connection. */
void wire_forget_failure(struct wire *wire);

/* The first failure since wire_ready() or wire_forget_failure(), or why the connection was not
 * made. Returns false. */
bool wire_error(struct wire *wire, struct error *error);
bool wire_lost(const struct wire *wire);

#endif
