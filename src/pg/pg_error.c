#include <stdio.h>
#include <string.h>

#include "pg/internal.h"

/* What to do about an error, by the first characters of its SQLSTATE; the first that fits is taken.
 */
static const struct {
    const char *sqlstate, *hint;
} hints[] = {
    {"53300", "ask for a smaller --pool, or raise max_connections"},
    {"53100", "free disk space on the server; what this run wrote is removed"},
    {"57014",
     "statement_timeout or a cancel ended it: raise the timeout, or write smaller batches"},
    {"55P03", "lock_timeout ended it: see who holds the lock in pg_locks"},
    {"57P0", "the server ended the connection: its log says why"},
    {"42501",
     "the role lacks a right: GRANT CREATE ON DATABASE … TO it, or connect as another with -U"},
    {"25006", "a standby, or default_transaction_read_only is on: give a server that takes writes"},
    {"3D000", "give an existing database with -d"},
    {"28P01", "put the password into .pgpass or PGPASSWORD"},
    {"28", "see pg_hba.conf on the server, or connect as another user with -U"},
    {"23505",
     "more rows than the key has distinct values, or a generator that repeats itself: name the "
     "column in the workload (`gen: serial`; for a unique foreign key `gen: ref` with more "
     "`rows:`)"},
    {"23503", "a foreign key found no parent: give the column `gen: ref` in the workload"},
    {"23514", "a CHECK refused the generated value: give the column a generator in the workload"},
    {"22",
     "the server could not take a generated value: give the column a generator in the workload"},
    {"40P01", "two sessions waited for each other; the server's log names both statements"},
};

static const char *hint_for(const char *sqlstate) {
    for (size_t i = 0; i < sizeof hints / sizeof *hints; i++)
        if (strncmp(sqlstate, hints[i].sqlstate, strlen(hints[i].sqlstate)) == 0)
            return hints[i].hint;
    return NULL;
}

/* Of libpq's message: the lines after the first mostly guess at causes. */
static void first_line(const char *text, char *out, size_t size) {
    size_t length = strcspn(text, "\n");
    snprintf(out, size, "%.*s", (int)length, text);
}

bool pg_error(struct error *error, PGconn *conn, const PGresult *result) {
    const char *sqlstate = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    if (!sqlstate) {
        char line[512];
        const char *message = result && *PQresultErrorMessage(result) ? PQresultErrorMessage(result)
                                                                      : PQerrorMessage(conn);
        first_line(message, line, sizeof line);
        error_set(error, "the connection to the server was lost: %s",
                  *line ? line : "no reason given");
        return error_hint(error, "the server's log says why it went away");
    }
    const char *primary = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    const char *detail = PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL);
    const char *hint = PQresultErrorField(result, PG_DIAG_MESSAGE_HINT);
    error_set(error, "the server says: %s (SQLSTATE %s)%s%s", primary ? primary : "", sqlstate,
              detail ? ": " : "", detail ? detail : "");
    snprintf(error->sqlstate, sizeof error->sqlstate, "%s", sqlstate);
    if (hint_for(sqlstate))
        error_hint(error, "%s", hint_for(sqlstate));
    else if (hint)
        error_hint(error, "%s", hint);
    return false;
}

bool pg_connect_error(struct error *error, PGconn *conn) {
    char line[512];
    const char *message = PQerrorMessage(conn);
    first_line(message, line, sizeof line);
    error_set(error, "can't connect: %s", *line ? line : "no reason given");
    /* A failed connection has no SQLSTATE in libpq, only the text. */
    if (strstr(message, "password authentication failed") ||
        strstr(message, "no password supplied"))
        error_hint(error, "put the password into .pgpass or PGPASSWORD");
    else if (strstr(message, "too many clients") || strstr(message, "remaining connection slots")) {
        snprintf(error->sqlstate, sizeof error->sqlstate, "53300");
        error_hint(error, "ask for a smaller --pool, or raise max_connections");
    } else if (strstr(message, "Connection refused") ||
               strstr(message, "No such file or directory"))
        error_hint(error,
                   "is the server running there? see -h and -p; without them and PG* pgwrite "
                   "starts a throwaway server");
    else if (strstr(message, "unsupported startup parameter"))
        error_hint(error, "a pooler refuses it: unset PGOPTIONS and the like, or name it in the "
                          "pooler's ignore_startup_parameters");
    else if (strstr(message, "does not exist"))
        error_hint(error, "see -d and -U");
    return false;
}

void pg_connect_words(const struct target *target, const char *application_name,
                      const char **keywords, const char **values) {
    size_t n = 0;
    for (size_t i = 0; target->keywords[i]; i++, n++) {
        keywords[n] = target->keywords[i];
        values[n] = target->values[i];
    }
    keywords[n] = "application_name";
    values[n++] = application_name;
    keywords[n] = "client_encoding";
    values[n++] = "UTF8";
    keywords[n] = NULL;
    values[n] = NULL;
}

static void ignore_notice(void *context, const PGresult *notice) {
    (void)context;
    (void)notice;
}

void pg_hush(PGconn *conn) {
    PQsetNoticeReceiver(conn, ignore_notice, NULL);
}
