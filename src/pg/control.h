/*
 * Control queries: everything that pgwrite asks a server beside the writes it measures. Rare,
 * blocking with a deadline, parameters and results typed and binary.
 *
 * Two implementations: control_pqtypes.c on libpqtypes, control_plain.c on plain libpq for systems
 * that have none. libpqtypes keeps process-wide state, so every call into it is made under one
 * lock, never while waiting for the server. A connection belongs to one thread at a time.
 *
 * Columns of a query are cast in its SQL to bool, int8, float8, text or bytea; an accessor that
 * does not match its column panics, since only our own SQL can be at fault.
 */
#ifndef PGWRITE_PG_CONTROL_H
#define PGWRITE_PG_CONTROL_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "pg/target.h"

struct control;
struct control_rows;

enum control_arg_kind { CONTROL_TEXT, CONTROL_INT8 };

struct control_arg {
    enum control_arg_kind kind;
    const char *text; /* not NULL */
    int64_t integer;
};
#define ARG_TEXT(value) ((struct control_arg){CONTROL_TEXT, (value), 0})
#define ARG_INT8(value) ((struct control_arg){CONTROL_INT8, NULL, (value)})
#define CONTROL_ARGS(...)                      \
    (const struct control_arg[]){__VA_ARGS__}, \
        sizeof((const struct control_arg[]){__VA_ARGS__}) / sizeof(struct control_arg)
#define CONTROL_NO_ARGS NULL, 0

/* Connects (deadline 30 s) with client_encoding UTF8, DateStyle ISO, no timeouts, and an empty
 * search_path, so that every name that the catalog prints is qualified. Behind a pooler in
 * transaction mode nothing is set in a session, which another client may get next: each query is a
 * transaction of its own there, unless one is open, and has these settings for that long. */
MUST_CHECK bool control_open(const struct target *target, const char *application_name,
                             struct control **out, struct error *error);
/* The same, though interrupted(), which its queries do not heed either. */
MUST_CHECK bool control_open_for_cleanup(const struct target *target, const char *application_name,
                                         struct control **out, struct error *error);
/* The same as control_open, with another deadline for connecting. */
MUST_CHECK bool control_open_within(const struct target *target, const char *application_name,
                                    unsigned seconds, struct control **out, struct error *error);
void control_close(struct control *control); /* NULL is fine */

/* Back to the settings that control_open made, after SQL of the user's. Outside a transaction.
 * Nothing to do if pooled. */
MUST_CHECK bool control_reset_session(struct control *control, struct error *error);

/* Seconds that one query may take before it is cancelled; 60 at first. */
void control_set_timeout(struct control *control, int seconds);

/* Queries end early when interrupted(), unless told to go on: for cleaning up. */
void control_set_heed_interrupt(struct control *control, bool heed);

/* Whether there is a pooler in between that gives each transaction any of its sessions (pgbouncer's
 * transaction mode). One that keeps a client's session as long as the client is none. */
bool control_pooled(const struct control *control);
/* Whether a pooler keeps track of the protocol's named statements, so that they can be used all the
 * same (pgbouncer 1.21 and newer, with max_prepared_statements). */
MUST_CHECK bool control_tracks_statements(struct control *control, bool *tracks,
                                          struct error *error);

/* A transaction around several queries, REPEATABLE READ. In a pooled one control_open's settings
 * are still to be made, by control_set_local, which otherwise does nothing. */
MUST_CHECK bool control_begin(struct control *control, struct error *error);
MUST_CHECK bool control_set_local(struct control *control, struct error *error);
MUST_CHECK bool control_commit(struct control *control, struct error *error);
/* Fine without a transaction. Does not heed interrupted(), and has a deadline of 10 s. */
MUST_CHECK bool control_rollback(struct control *control, struct error *error);

/* Statements without parameters and results; several, separated by semicolons, run as psql -c does.
 * None that can't be in a transaction, and none that begins or ends one. */
MUST_CHECK bool control_exec(struct control *control, const char *sql, struct error *error);

/* A script of the user's, from a file: an error gets the place in it (file:line:column and the
 * line). It is executed from a DO block, so that the server refuses BEGIN, COMMIT and ROLLBACK in
 * it before they do anything: the caller's transaction stays the caller's. */
MUST_CHECK bool control_exec_script(struct control *control, const char *sql, const char *file,
                                    struct error *error);

/* One query with parameters $1…; rows are released with control_rows_free. */
MUST_CHECK bool control_query(struct control *control, const char *sql,
                              const struct control_arg *args, size_t arg_count,
                              struct control_rows **rows, struct error *error);

/* The same for a function that is called for what it does. */
MUST_CHECK bool control_call(struct control *control, const char *sql,
                             const struct control_arg *args, size_t arg_count, struct error *error);

/* The same, and exactly one row is an error's absence. */
MUST_CHECK bool control_query_one(struct control *control, const char *sql,
                                  const struct control_arg *args, size_t arg_count,
                                  struct control_rows **rows, struct error *error);

/* COPY table FROM STDIN (FORMAT binary) of bytes that are a whole stream, header and trailer
 * included. */
MUST_CHECK bool control_copy_in(struct control *control, const char *copy_sql, const void *bytes,
                                size_t length, struct error *error);

size_t control_rows_count(const struct control_rows *rows);
void control_rows_free(struct control_rows *rows); /* NULL is fine */

/* Of a value that is not NULL. Texts and bytes are valid until control_rows_free. */
bool control_bool(const struct control_rows *rows, size_t row, int column);
int64_t control_int8(const struct control_rows *rows, size_t row, int column);
double control_float8(const struct control_rows *rows, size_t row, int column);
const char *control_text(const struct control_rows *rows, size_t row, int column);
/* The column's own binary form, whatever its type. */
const void *control_binary(const struct control_rows *rows, size_t row, int column,
                           uint32_t *length);

int control_server_version(const struct control *control); /* 150018 */
/* "host=… port=… dbname=… user=…" of the connection that was made. Valid until control_close. */
const char *control_shown(const struct control *control);
/* Whether the connection can't be used any more: lost, or left with a query that did not end when
 * it was cancelled. */
bool control_lost(const struct control *control);
/* Looks, between queries and without waiting, whether the server has ended the connection: then it
 * is control_lost(), which otherwise the next query would find out. */
void control_look(struct control *control);
/* The pid of its backend; through any pooler a number that means nothing. */
int64_t control_backend_pid(const struct control *control);

/* What control_drain has thrown away. */
struct control_drained {
    uint64_t rows;       /* of queries, and of COPY … TO STDOUT */
    bool in_transaction; /* a transaction block is open now, or has failed */
};

/* Runs a string of SQL as psql -c does, and throws away what it gives as it comes. It has no
 * deadline, does not heed interrupted(), and ends when stop_fd becomes readable: what is in flight
 * is cancelled then (SQLSTATE 57014, unless it was done), and a server that does not heed that is
 * given up after 10 s (control_lost). COPY … FROM STDIN is an error. */
MUST_CHECK bool control_drain(struct control *control, const char *sql, int stop_fd,
                              struct control_drained *drained, struct error *error);

/* "libpqtypes" or "libpq": which implementation this is. */
extern const char *const control_implementation;

#endif
