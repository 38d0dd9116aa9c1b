/* What the files of src/pg share and nobody else sees. */
#ifndef PGWRITE_PG_INTERNAL_H
#define PGWRITE_PG_INTERNAL_H

#include <libpq-fe.h>

#include "base/error.h"
#include "base/memory.h"
#include "pg/control.h"
#include "pg/target.h"

struct control {
    PGconn *conn;
    char *shown;
    uint64_t timeout_ns;
    bool heed_interrupt;
    bool pooled;
};

/* Rows are libpq's result under another name: the sampler gets them in a measured window, where
 * nothing of ours is allocated. */
static inline PGresult *rows_result(const struct control_rows *rows) {
    return (PGresult *)(uintptr_t)rows;
}

/* Connection parameters with ours added: application_name and client_encoding. Arrays have
 * TARGET_MAX_WORDS + 8 places; deadlines are the caller's, since connecting does not block. */
void pg_connect_words(const struct target *target, const char *application_name,
                      const char **keywords, const char **values);

/* Keeps the server's notices, which are no errors, off the user's terminal: libpq would print them.
 */
void pg_hush(PGconn *conn);

/* Asks the server to cancel what the connection is doing, and waits until it has taken that, but no
 * longer than until_ns. A cancel that does not arrive is no error: the statement's end is then
 * awaited in vain. */
void pg_cancel(PGconn *conn, uint64_t until_ns);

/* Fills error from a result that failed, or from the connection if the result is NULL or says
 * nothing: the server's message with its detail, its hint (or one of ours by SQLSTATE), the
 * SQLSTATE. */
bool pg_error(struct error *error, PGconn *conn, const PGresult *result);

/* Of a connection that could not be made. */
bool pg_connect_error(struct error *error, PGconn *conn);

#define CONNECT_TIMEOUT_S 30u

/* A connection as it comes: nothing is set in its session, and nothing is known of a pooler. */
MUST_CHECK bool control_connect(const struct target *target, const char *application_name,
                                bool heed_interrupt, unsigned seconds, struct control **out,
                                struct error *error);

/* What makes values look the same as text, which content hashes are made of, and lets no statement
 * of ours time out, whatever the role's own settings are. SET: "SET " or "SET LOCAL ". */
#define CONTROL_SETTINGS(SET)                                                               \
    SET "search_path = ''; " SET "datestyle = 'ISO'; " SET "intervalstyle = postgres; " SET \
        "timezone = 'UTC'; " SET "bytea_output = hex; " SET "extra_float_digits = 1; " SET  \
        "statement_timeout = 0; " SET "lock_timeout = 0; " SET                              \
        "idle_in_transaction_session_timeout = 0"

/* Finds out whether the connection is pooled (control_pooled). */
MUST_CHECK bool control_find_pooler(struct control *control, const struct target *target,
                                    const char *application_name, struct error *error);

/* Around one query of a pooled control that is in no transaction: it gets one, with the settings
 * above. Otherwise they do nothing. control_leave commits or, if the query has failed, rolls back;
 * it returns whether all went well. */
MUST_CHECK bool control_enter(struct control *control, bool *entered, struct error *error);
MUST_CHECK bool control_leave(struct control *control, bool entered, bool ok, struct error *error);

/* control_exec without these. */
MUST_CHECK bool control_exec_bare(struct control *control, const char *sql, struct error *error);

/* Waits until the query just sent has ended. *result is the last result or the first that failed;
 * the caller clears it in either case (it can be NULL on failure). At the deadline or an
 * interruption the query is cancelled and its end awaited, for 10 s at most together: after these
 * the connection is control_lost(). */
MUST_CHECK bool control_wait(struct control *control, PGresult **result, struct error *error);

/* Per implementation. Binding: once, after connecting. Sending: one query, whose end control_wait
 * awaits. */
MUST_CHECK bool control_bind(struct control *control, struct error *error);
MUST_CHECK bool control_send(struct control *control, const char *sql,
                             const struct control_arg *args, size_t arg_count, struct error *error);

#endif
