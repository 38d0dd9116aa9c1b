/*
 * Control queries through a pooler that gives each transaction any of its sessions.
 *
 * What is set or prepared in a session there stays in it for whoever gets it next, and the next
 * query may find itself in another one. So each query gets a transaction with SET LOCAL.
 */
#include <stdlib.h>

#include "base/log.h"
#include "pg/internal.h"

/* For what ends a transaction that has failed. */
enum { ROLLBACK_TIMEOUT_S = 10 };
/* How long a second client waits for a session: there may be none to spare. */
enum { SECOND_TIMEOUT_S = 3 };
/* How often two clients are asked in turn; the first time tells, unless others are at work. */
enum { ASK_TIMES = 8 };

bool control_pooled(const struct control *control) {
    return control->pooled;
}

static bool ask_pid(struct control *control, int64_t *pid, struct error *error) {
    if (!PQsendQuery(control->conn, "SELECT pg_catalog.pg_backend_pid()"))
        return pg_error(error, control->conn, NULL);
    PGresult *result;
    bool ok = control_wait(control, &result, error);
    if (ok)
        *pid = strtoll(PQgetvalue(result, 0, 0), NULL, 10);
    PQclear(result);
    return ok;
}

/* Twice, since a pooler may deal its sessions in turn: two clients could get one of two each. */
static bool stays(struct control *control, int64_t pid, bool *stayed, struct error *error) {
    for (int i = 0; i < 2; i++) {
        int64_t now;
        if (!ask_pid(control, &now, error))
            return false;
        *stayed &= now == pid;
    }
    return true;
}

/* Two clients that are connected at the same time have different sessions, and the same ones all
 * along, unless the pooler takes them away after each transaction. (Nothing waits for a second
 * session while the first is held: there may be but one.) */
static bool compare(struct control *control, int64_t pid, struct control *second, bool *kept,
                    struct error *error) {
    int64_t other;
    if (!ask_pid(second, &other, error))
        return false;
    *kept = other != pid;
    for (int i = 0; *kept && i < ASK_TIMES; i++)
        if (!stays(control, pid, kept, error) || !stays(second, other, kept, error))
            return false;
    return true;
}

bool control_find_pooler(struct control *control, const struct target *target,
                         const char *application_name, struct error *error) {
    int64_t pid;
    if (!ask_pid(control, &pid, error))
        return false;
    if (pid == PQbackendPID(control->conn))
        return true;
    struct control *second = NULL;
    struct error failed = {0};
    bool kept = false;
    if (control_connect(target, application_name, control->heed_interrupt, CONNECT_TIMEOUT_S,
                        &second, &failed)) {
        control_set_timeout(second, SECOND_TIMEOUT_S);
        if (!compare(control, pid, second, &kept, &failed))
            kept = false;
    }
    control_close(second);
    if (failed.set && failed.exit_code == EXIT_INTERRUPTED) {
        *error = failed;
        return false;
    }
    /* Where no second session answers it can't be told: what is right here is right with both. */
    control->pooled = !kept;
    return !control_lost(control) || pg_error(error, control->conn, NULL);
}

static bool prepare(struct control *control, const char *name, struct error *error) {
    if (!PQsendPrepare(control->conn, name, "SELECT 1", 0, NULL))
        return pg_error(error, control->conn, NULL);
    PGresult *result;
    bool ok = control_wait(control, &result, error);
    PQclear(result);
    return ok;
}

/* A pooler that keeps track gives them names of its own. */
static bool is_known(struct control *control, const char *name, bool *known, struct error *error) {
    struct control_rows *rows;
    if (!control_query(control, "SELECT FROM pg_catalog.pg_prepared_statements WHERE name = $1",
                       CONTROL_ARGS(ARG_TEXT(name)), &rows, error))
        return false;
    *known = control_rows_count(rows) > 0;
    control_rows_free(rows);
    return true;
}

bool control_tracks_statements(struct control *control, bool *tracks, struct error *error) {
    bool known = false;
    /* In one transaction, so that the statement can be taken out of the session that has it. */
    bool ok = control_begin(control, error) && prepare(control, "pgwrite_probe", error) &&
              is_known(control, "pgwrite_probe", &known, error) &&
              (!known || control_exec_bare(control, "DEALLOCATE pgwrite_probe", error));
    *tracks = ok && !known;
    struct error rollback = {0};
    return control_rollback(control, ok ? error : &rollback) && ok;
}

bool control_begin(struct control *control, struct error *error) {
    return control_exec_bare(control, "BEGIN ISOLATION LEVEL REPEATABLE READ", error);
}

bool control_set_local(struct control *control, struct error *error) {
    return !control->pooled || control_exec_bare(control, CONTROL_SETTINGS("SET LOCAL "), error);
}

bool control_commit(struct control *control, struct error *error) {
    return control_exec_bare(control, "COMMIT", error);
}

bool control_rollback(struct control *control, struct error *error) {
    if (PQtransactionStatus(control->conn) == PQTRANS_IDLE)
        return true;
    bool heed = control->heed_interrupt;
    uint64_t timeout_ns = control->timeout_ns;
    control->heed_interrupt = false;
    control_set_timeout(control, ROLLBACK_TIMEOUT_S);
    bool ok = control_exec_bare(control, "ROLLBACK", error);
    control->heed_interrupt = heed;
    control->timeout_ns = timeout_ns;
    return ok;
}

/* After an error, which tells more than what may go wrong here. */
static void undo(struct control *control) {
    struct error error = {0};
    if (!control_lost(control) && !control_rollback(control, &error))
        log_message("after an error: %s", error.what);
}

bool control_enter(struct control *control, bool *entered, struct error *error) {
    *entered = control->pooled && PQtransactionStatus(control->conn) == PQTRANS_IDLE;
    if (!*entered || control_exec_bare(control, "BEGIN; " CONTROL_SETTINGS("SET LOCAL "), error))
        return true;
    undo(control);
    return false;
}

bool control_leave(struct control *control, bool entered, bool ok, struct error *error) {
    if (!entered || control_lost(control))
        return ok;
    if (ok && control_commit(control, error))
        return true;
    undo(control);
    return false;
}
