#include "pg/control.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "pg/internal.h"
#include "row/args.h"

enum wait_result { WAIT_READY, WAIT_TIMEOUT, WAIT_INTERRUPTED };

static enum wait_result wait_socket(const struct control *control, short events,
                                    uint64_t until_ns) {
    for (;;) {
        if (control->heed_interrupt && interrupted())
            return WAIT_INTERRUPTED;
        uint64_t now = clock_ns();
        if (now >= until_ns)
            return WAIT_TIMEOUT;
        struct pollfd fds[2] = {{.fd = PQsocket(control->conn), .events = events},
                                {.fd = interrupt_fd(), .events = POLLIN}};
        nfds_t count = control->heed_interrupt && interrupt_fd() >= 0 ? 2 : 1;
        int n = poll(fds, count, (int)((until_ns - now) / NS_PER_MS) + 1);
        if (n < 0 && errno != EINTR)
            panic("poll: %s", strerror(errno));
        if (n > 0 && fds[0].revents)
            return WAIT_READY;
    }
}

static char *show_connection(PGconn *conn) {
    return mem_printf("host=%s port=%s dbname=%s user=%s", PQhost(conn), PQport(conn), PQdb(conn),
                      PQuser(conn));
}

static bool connect_within(struct control *control, unsigned seconds, struct error *error) {
    uint64_t until_ns = clock_ns() + seconds * NS_PER_S;
    for (PostgresPollingStatusType status = PGRES_POLLING_WRITING;;
         status = PQconnectPoll(control->conn)) {
        if (status == PGRES_POLLING_OK)
            return true;
        if (status == PGRES_POLLING_FAILED || PQstatus(control->conn) == CONNECTION_BAD)
            return pg_connect_error(error, control->conn);
        short events = status == PGRES_POLLING_READING ? POLLIN : POLLOUT;
        switch (wait_socket(control, events, until_ns)) {
        case WAIT_READY:
            break;
        case WAIT_INTERRUPTED:
            error_set(error, "interrupted while connecting");
            error->exit_code = EXIT_INTERRUPTED;
            return false;
        case WAIT_TIMEOUT:
            error_set(error, "can't connect: no answer in %u s", seconds);
            return error_hint(error, "see -h and -p, and whether a firewall drops the packets");
        }
    }
}

bool control_connect(const struct target *target, const char *application_name, bool heed_interrupt,
                     unsigned seconds, struct control **out, struct error *error) {
    const char *keywords[TARGET_MAX_WORDS + 8], *values[TARGET_MAX_WORDS + 8];
    pg_connect_words(target, application_name, keywords, values);
    struct control *control = MEM_NEW(struct control);
    control->heed_interrupt = heed_interrupt;
    control_set_timeout(control, 60);
    control->conn = PQconnectStartParams(keywords, values, 1);
    if (!control->conn)
        panic("out of memory");
    if (!connect_within(control, seconds, error)) {
        control_close(control);
        return false;
    }
    pg_hush(control->conn);
    if (PQsetnonblocking(control->conn, 1) != 0)
        panic("PQsetnonblocking failed");
    *out = control;
    return true;
}

static bool open_connection(const struct target *target, const char *application_name,
                            bool heed_interrupt, unsigned seconds, struct control **out,
                            struct error *error) {
    struct control *control;
    if (!control_connect(target, application_name, heed_interrupt, seconds, &control, error))
        return false;
    control->shown = show_connection(control->conn);
    if (!control_find_pooler(control, target, application_name, error) ||
        !control_reset_session(control, error) || !control_bind(control, error)) {
        control_close(control);
        return false;
    }
    *out = control;
    return true;
}

bool control_open(const struct target *target, const char *application_name, struct control **out,
                  struct error *error) {
    return open_connection(target, application_name, true, CONNECT_TIMEOUT_S, out, error);
}

bool control_open_within(const struct target *target, const char *application_name,
                         unsigned seconds, struct control **out, struct error *error) {
    return open_connection(target, application_name, true, seconds, out, error);
}

bool control_open_for_cleanup(const struct target *target, const char *application_name,
                              struct control **out, struct error *error) {
    return open_connection(target, application_name, false, CONNECT_TIMEOUT_S, out, error);
}

bool control_reset_session(struct control *control, struct error *error) {
    return control->pooled ||
           control_exec_bare(control, "RESET ALL; " CONTROL_SETTINGS("SET "), error);
}

void control_close(struct control *control) {
    if (!control)
        return;
    PQfinish(control->conn);
    free(control->shown);
    free(control);
}

void control_set_timeout(struct control *control, int seconds) {
    control->timeout_ns = (uint64_t)seconds * NS_PER_S;
}

void control_set_heed_interrupt(struct control *control, bool heed) {
    control->heed_interrupt = heed;
}

/* Seconds that a server is given to take a cancel and undo what it cancelled, before the connection
 * is given up. */
enum { CANCEL_TIMEOUT_S = 10 };

/* Flushes what is to be sent while reading what comes; ready when PQgetResult() would not block. A
 * lost connection is ready too: PQgetResult() then tells of it. */
static enum wait_result wait_input(struct control *control, uint64_t until_ns) {
    for (;;) {
        int unsent = PQflush(control->conn);
        if (unsent < 0 || (unsent == 0 && !PQisBusy(control->conn)))
            return WAIT_READY;
        short events = unsent ? POLLIN | POLLOUT : POLLIN;
        enum wait_result waited = wait_socket(control, events, until_ns);
        if (waited != WAIT_READY)
            return waited;
        if (!PQconsumeInput(control->conn))
            return WAIT_READY;
    }
}

/* Why the query was given up. */
static void set_stopped(const struct control *control, enum wait_result why, struct error *error) {
    if (why == WAIT_INTERRUPTED) {
        error_set(error, "interrupted");
        error->exit_code = EXIT_INTERRUPTED;
    } else {
        error_set(error, "the server did not answer in %d s",
                  (int)(control->timeout_ns / NS_PER_S));
    }
}

/* Cancels the query and takes what comes until its end, so that the connection can be used for
 * cleaning up. The error and the server's being ready again may come far apart. */
static void stop_query(struct control *control) {
    /* Who waits no more than 2 s for an answer has no 10 s for its end. */
    uint64_t most_ns = CANCEL_TIMEOUT_S * NS_PER_S;
    uint64_t until_ns =
        clock_ns() + (control->timeout_ns < most_ns ? control->timeout_ns : most_ns);
    pg_cancel(control->conn, until_ns);
    bool heed = control->heed_interrupt;
    control->heed_interrupt = false;
    bool more = true;
    while (more && wait_input(control, until_ns) == WAIT_READY) {
        PGresult *result = PQgetResult(control->conn);
        ExecStatusType status = PQresultStatus(result);
        more = result && status != PGRES_COPY_IN && status != PGRES_COPY_OUT;
        PQclear(result);
    }
    control->heed_interrupt = heed;
}

static bool is_failure(const PGresult *result) {
    return PQresultStatus(result) == PGRES_FATAL_ERROR ||
           PQresultStatus(result) == PGRES_BAD_RESPONSE;
}

bool control_wait(struct control *control, PGresult **result, struct error *error) {
    uint64_t until_ns = clock_ns() + control->timeout_ns;
    *result = NULL;
    for (;;) {
        enum wait_result waited = wait_input(control, until_ns);
        if (waited != WAIT_READY) {
            set_stopped(control, waited, error);
            stop_query(control);
            return false;
        }
        PGresult *next = PQgetResult(control->conn);
        if (!next)
            break;
        ExecStatusType status = PQresultStatus(next);
        if (*result && is_failure(*result)) {
            PQclear(next); /* the first failure tells the reason */
        } else {
            PQclear(*result);
            *result = next;
        }
        if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT)
            break;
    }
    if (!*result || is_failure(*result))
        return pg_error(error, control->conn, *result);
    return true;
}

bool control_exec_bare(struct control *control, const char *sql, struct error *error) {
    if (!PQsendQuery(control->conn, sql))
        return pg_error(error, control->conn, NULL);
    PGresult *result;
    bool ok = control_wait(control, &result, error);
    PQclear(result);
    return ok;
}

bool control_exec(struct control *control, const char *sql, struct error *error) {
    bool entered;
    return control_enter(control, &entered, error) &&
           control_leave(control, entered, control_exec_bare(control, sql, error), error);
}

/* Adds the place of the server's position (1-based, in characters); returns what stands there. */
static const char *locate(struct error *error, const char *sql, const char *file, int position) {
    struct place place = {.file = file, .line = 1, .column = 1, .text = sql};
    const char *at = sql;
    for (int n = 1; *at && n < position; n++) {
        place.column++;
        if (*at == '\n') {
            place.line++;
            place.column = 1;
            place.text = at + 1;
        }
        at++;
        while (((unsigned char)*at & 0xc0) == 0x80)
            at++;
    }
    (void)place_add(&place, error);
    return at;
}

/* A dollar quote that the text does not contain. */
static void choose_quote(const char *sql, const char *stem, char *quote, size_t size) {
    for (int n = 0;; n++) {
        snprintf(quote, size, "$%s%d$", stem, n);
        if (!strstr(sql, quote))
            return;
    }
}

bool control_exec_script(struct control *control, const char *sql, const char *file,
                         struct error *error) {
    char outer[32], inner[32];
    choose_quote(sql, "pgwrite_block", outer, sizeof outer);
    choose_quote(sql, "pgwrite_script", inner, sizeof inner);
    char *block = mem_printf("DO %s BEGIN EXECUTE %s%s%s; END %s", outer, inner, sql, inner, outer);
    bool sent = PQsendQuery(control->conn, block);
    free(block);
    if (!sent)
        return pg_error(error, control->conn, NULL);
    PGresult *result;
    bool ok = control_wait(control, &result, error);
    if (!ok) {
        const char *position =
            result ? PQresultErrorField(result, PG_DIAG_INTERNAL_POSITION) : NULL;
        const char *query = result ? PQresultErrorField(result, PG_DIAG_INTERNAL_QUERY) : NULL;
        /* A statement within a function of the script has a query and positions of its own. */
        bool backslash = false;
        if (position && query && strcmp(query, sql) == 0)
            backslash = *locate(error, sql, file, atoi(position)) == '\\';
        else
            error_at(error, file, 0, 0);
        if (backslash && strcmp(error->sqlstate, "42601") == 0)
            error_hint(error, "psql's backslash commands are not SQL: remove those lines");
        else if (strcmp(error->sqlstate, "0A000") == 0 && strstr(error->what, "COPY"))
            error_hint(error, "put rows in with INSERT: there is no client to copy from");
        else if (strcmp(error->sqlstate, "0A000") == 0)
            error_hint(error,
                       "the file is loaded within one transaction: take BEGIN, COMMIT and the like "
                       "out of it");
    }
    PQclear(result);
    return ok;
}

static bool query_bare(struct control *control, const char *sql, const struct control_arg *args,
                       size_t arg_count, struct control_rows **rows, struct error *error) {
    if (!control_send(control, sql, args, arg_count, error))
        return false;
    PGresult *result;
    if (!control_wait(control, &result, error)) {
        PQclear(result);
        return false;
    }
    *rows = (struct control_rows *)result;
    return true;
}

bool control_query(struct control *control, const char *sql, const struct control_arg *args,
                   size_t arg_count, struct control_rows **rows, struct error *error) {
    bool entered;
    *rows = NULL;
    if (!control_enter(control, &entered, error))
        return false;
    bool ok = query_bare(control, sql, args, arg_count, rows, error);
    if (control_leave(control, entered, ok, error))
        return true;
    control_rows_free(*rows);
    *rows = NULL;
    return false;
}

bool control_call(struct control *control, const char *sql, const struct control_arg *args,
                  size_t arg_count, struct error *error) {
    struct control_rows *rows;
    bool ok = control_query(control, sql, args, arg_count, &rows, error);
    control_rows_free(rows);
    return ok;
}

bool control_query_one(struct control *control, const char *sql, const struct control_arg *args,
                       size_t arg_count, struct control_rows **rows, struct error *error) {
    if (!control_query(control, sql, args, arg_count, rows, error))
        return false;
    size_t count = control_rows_count(*rows);
    if (count == 1)
        return true;
    control_rows_free(*rows);
    *rows = NULL;
    return error_set(error, "the server gave %zu rows where one was expected: %.200s", count, sql);
}

static bool copy_in_bare(struct control *control, const char *copy_sql, const void *bytes,
                         size_t length, struct error *error) {
    if (!PQsendQuery(control->conn, copy_sql))
        return pg_error(error, control->conn, NULL);
    PGresult *result;
    bool ok = control_wait(control, &result, error);
    if (ok && PQresultStatus(result) != PGRES_COPY_IN)
        panic("not a COPY FROM STDIN: %s", copy_sql);
    PQclear(result);
    if (!ok)
        return false;
    if (PQputCopyData(control->conn, bytes, (int)length) != 1 ||
        PQputCopyEnd(control->conn, NULL) != 1)
        return pg_error(error, control->conn, NULL);
    ok = control_wait(control, &result, error);
    PQclear(result);
    return ok;
}

bool control_copy_in(struct control *control, const char *copy_sql, const void *bytes,
                     size_t length, struct error *error) {
    bool entered;
    return control_enter(control, &entered, error) &&
           control_leave(control, entered, copy_in_bare(control, copy_sql, bytes, length, error),
                         error);
}

size_t control_rows_count(const struct control_rows *rows) {
    return (size_t)PQntuples(rows_result(rows));
}

void control_rows_free(struct control_rows *rows) {
    PQclear(rows_result(rows));
}

const void *control_binary(const struct control_rows *rows, size_t row, int column,
                           uint32_t *length) {
    *length = (uint32_t)PQgetlength(rows_result(rows), (int)row, column);
    return PQgetvalue(rows_result(rows), (int)row, column);
}

int control_server_version(const struct control *control) {
    return PQserverVersion(control->conn);
}

const char *control_shown(const struct control *control) {
    return control->shown;
}

bool control_lost(const struct control *control) {
    return PQstatus(control->conn) == CONNECTION_BAD ||
           PQtransactionStatus(control->conn) == PQTRANS_ACTIVE;
}

void control_look(struct control *control) {
    struct pollfd fd = {.fd = PQsocket(control->conn), .events = POLLIN};
    /* The reason why it ends comes first, and then the end. */
    while (PQstatus(control->conn) == CONNECTION_OK && poll(&fd, 1, 0) > 0 &&
           PQconsumeInput(control->conn))
        ;
}

int64_t control_backend_pid(const struct control *control) {
    return PQbackendPID(control->conn);
}
