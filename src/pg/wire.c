#include "pg/wire.h"

#include <stdlib.h>
#include <string.h>

#include "pg/wire_internal.h"

_Static_assert(sizeof(Oid) == sizeof(uint32_t), "an Oid is 32 bits");

struct wire *wire_connect(const struct target *target, const char *application_name) {
    const char *keywords[TARGET_MAX_WORDS + 8], *values[TARGET_MAX_WORDS + 8];
    pg_connect_words(target, application_name, keywords, values);
    PGconn *conn = PQconnectStartParams(keywords, values, 1);
    if (!conn)
        return NULL;
    struct wire *wire = MEM_NEW(struct wire);
    wire->conn = conn;
    return wire;
}

enum wire_poll wire_connect_poll(struct wire *wire) {
    switch (PQconnectPoll(wire->conn)) {
    case PGRES_POLLING_OK:
        return WIRE_POLL_DONE;
    case PGRES_POLLING_READING:
        return WIRE_POLL_READ;
    case PGRES_POLLING_FAILED:
        return WIRE_POLL_FAILED;
    default:
        return WIRE_POLL_WRITE;
    }
}

/* libpq passes off as a notice what the server says while it owes no reply: also the reason why it
 * ends the session. Other notices are of no interest. */
static void keep_farewell(void *context, const PGresult *notice) {
    struct wire *wire = context;
    const char *severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
    if (wire->farewell || !severity || strcmp(severity, "FATAL") != 0)
        return;
    wire->farewell = MEM_NEW(struct error);
    (void)pg_error(wire->farewell, wire->conn, notice);
}

bool wire_ready(struct wire *wire, enum wire_binding binding, struct error *error) {
    wire->connected = true;
    PQsetNoticeReceiver(wire->conn, keep_farewell, wire);
    if (PQsetnonblocking(wire->conn, 1) != 0)
        return pg_error(error, wire->conn, NULL);
    return binding == WIRE_BINDING_RAW || binding_open(wire, error);
}

void wire_close(struct wire *wire) {
    if (!wire)
        return;
    binding_close(wire);
    PQclear(wire->failure);
    free(wire->farewell);
    PQfinish(wire->conn);
    free(wire);
}

int wire_fd(const struct wire *wire) {
    return PQsocket(wire->conn);
}

bool wire_send_query(struct wire *wire, const char *sql) {
    return PQsendQuery(wire->conn, sql) == 1;
}

bool wire_send_prepare(struct wire *wire, const char *name, const char *sql, int count,
                       const uint32_t *type_oids) {
    return PQsendPrepare(wire->conn, name, sql, count, type_oids) == 1;
}

bool wire_send_prepared(struct wire *wire, const char *name, const struct wire_params *params) {
    if (wire->binding)
        return binding_send_prepared(wire, name, params);
    return PQsendQueryPrepared(wire->conn, name, params->count, params->values, params->lengths,
                               params->formats, 1) == 1;
}

bool wire_send_params(struct wire *wire, const char *sql, const struct wire_params *params) {
    return PQsendQueryParams(wire->conn, sql, params->count, params->type_oids, params->values,
                             params->lengths, params->formats, 1) == 1;
}

bool wire_send_copy_data(struct wire *wire, const char *data, size_t length) {
    return PQputCopyData(wire->conn, data, (int)length) == 1;
}

bool wire_send_copy_end(struct wire *wire) {
    return PQputCopyEnd(wire->conn, NULL) == 1;
}

bool wire_pipeline_enter(struct wire *wire) {
    return PQenterPipelineMode(wire->conn) == 1;
}

bool wire_pipeline_sync(struct wire *wire) {
    return PQpipelineSync(wire->conn) == 1;
}

bool wire_pipeline_leave(struct wire *wire) {
    return PQexitPipelineMode(wire->conn) == 1;
}

enum wire_flush wire_flush(struct wire *wire) {
    int unsent = PQflush(wire->conn);
    return unsent == 0 ? WIRE_SENT : unsent > 0 ? WIRE_UNSENT : WIRE_FLUSH_LOST;
}

bool wire_consume(struct wire *wire) {
    return PQconsumeInput(wire->conn) == 1;
}

/* The last number of a command tag: "INSERT 0 100", "COPY 100". */
static uint64_t tag_rows(const char *tag) {
    const char *number = strrchr(tag, ' ');
    uint64_t rows = 0;
    for (number = number ? number + 1 : ""; *number >= '0' && *number <= '9'; number++)
        rows = rows * 10 + (uint64_t)(*number - '0');
    return rows;
}

enum wire_event wire_next(struct wire *wire, struct wire_reply *reply) {
    if (PQisBusy(wire->conn))
        return WIRE_BUSY;
    PGresult *result = PQgetResult(wire->conn);
    if (!result)
        return WIRE_END;
    enum wire_event event = WIRE_FAILED;
    switch (PQresultStatus(result)) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK: {
        const char *tag = PQcmdStatus(result);
        reply->rows = tag_rows(tag);
        reply->selected = strncmp(tag, "SELECT", 6) == 0;
        reply->committed = strcmp(tag, "COMMIT") == 0;
        event = WIRE_OK;
        break;
    }
    case PGRES_COPY_IN:
        event = WIRE_COPY_IN;
        break;
    case PGRES_PIPELINE_SYNC:
        event = WIRE_SYNC;
        break;
    case PGRES_PIPELINE_ABORTED:
        event = WIRE_SKIPPED;
        break;
    default:
        if (!wire->failure) {
            wire->failure = result;
            return WIRE_FAILED;
        }
    }
    PQclear(result);
    return event;
}

/* What the server said last may have come and not be read: libpq hands it out, as a result or as a
 * notice, when it is asked for results. It has no socket any more that it could wait for. */
static void read_farewell(struct wire *wire) {
    for (int i = 0; i < 4 && !wire->farewell; i++) {
        PGresult *result = PQgetResult(wire->conn);
        keep_farewell(wire, result);
        PQclear(result);
    }
}

void wire_forget_failure(struct wire *wire) {
    PQclear(wire->failure);
    wire->failure = NULL;
}

bool wire_error(struct wire *wire, struct error *error) {
    if (!wire->connected)
        return pg_connect_error(error, wire->conn);
    bool said = wire->failure && PQresultErrorField(wire->failure, PG_DIAG_SQLSTATE);
    if (!said && wire_lost(wire))
        read_farewell(wire);
    if (said || !wire->farewell)
        return pg_error(error, wire->conn, wire->failure);
    *error = *wire->farewell;
    return false;
}

bool wire_lost(const struct wire *wire) {
    return PQstatus(wire->conn) == CONNECTION_BAD;
}
