/* One connection's state machine; drawn in worker.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "load/worker.h"

/* What every session needs, but for those of a pooler: literals without backslash escapes, and the
 * plan that PostgreSQL arrives at after five executions of a prepared INSERT from the first one on,
 * so that no measured window contains the change. */
static const char *const session_sql =
    "SET standard_conforming_strings = on; SET plan_cache_mode = force_generic_plan";

/* Attempts after the first: a transaction that loses that often would not get through by itself. */
#define RETRIES_MAX 10u

static void poll_freed(uv_handle_t *handle) {
    free(handle);
}

static void unwatch(struct connection *connection) {
    if (connection->poll) {
        uv_poll_stop(connection->poll);
        uv_close((uv_handle_t *)connection->poll, poll_freed);
    }
    connection->poll = NULL;
    connection->events = 0;
}

static void connection_event(uv_poll_t *poll, int status, int events);

static void watch(struct connection *connection, int events) {
    if (!connection->poll) {
        connection->poll = MEM_NEW(uv_poll_t);
        int failed =
            uv_poll_init(&connection->worker->loop, connection->poll, wire_fd(connection->wire));
        if (failed)
            panic("can't watch a connection: %s", uv_strerror(failed));
        connection->poll->data = connection;
    }
    if (connection->events == events)
        return;
    connection->events = events;
    uv_poll_start(connection->poll, events, connection_event);
}

static void connection_close(struct connection *connection) {
    if (connection->state == CONN_CLOSED)
        return;
    unwatch(connection);
    wire_close(connection->wire);
    connection->wire = NULL;
    connection->state = CONN_CLOSED;
    worker_connection_closed(connection->worker);
}

static void connection_fail(struct connection *connection, const char *doing) {
    struct error error = {0};
    wire_error(connection->wire, &error);
    if (*doing)
        error_prefix(&error, "%s", doing);
    worker_fail(connection->worker, &error);
    connection_close(connection);
}

void connection_open(struct connection *connection) {
    struct worker *worker = connection->worker;
    connection->state = CONN_CONNECTING;
    connection->wire = wire_connect(worker->options->target, worker->options->application_name);
    if (!connection->wire)
        panic("out of memory");
    if (wire_fd(connection->wire) < 0) {
        connection_fail(connection, "");
        return;
    }
    watch(connection, UV_WRITABLE);
}

/* Sends what comes next in PREPARING, or is READY. */
static void prepare_next(struct connection *connection) {
    struct worker *worker = connection->worker;
    const struct write_plan *plan = worker->options->write;
    bool ok = true;
    const char *first_sql = worker->options->session_sql;
    connection->set_up |= worker->options->pooled;
    if (!connection->set_up && first_sql && !connection->first_sent) {
        connection->first_sent = true;
        ok = wire_send_query(connection->wire, first_sql);
    } else if (!connection->set_up) {
        connection->set_up = true;
        ok = wire_send_query(connection->wire, session_sql);
    } else if (connection->prepared < plan->statement_count) {
        const struct write_statement *s = &plan->statements[connection->prepared++];
        ok = wire_send_prepare(connection->wire, s->name, s->sql, s->param_count, s->type_oids);
    } else {
        connection->writer = (struct writer){
            .wire = connection->wire, .plan = plan, .buffer = &worker->buffer, .map = &worker->map};
        if (plan->path->enter && !plan->path->enter(&connection->writer)) {
            connection_fail(connection, "entering pipeline mode");
            return;
        }
        connection->state = CONN_READY;
        watch(connection, UV_READABLE);
        worker->ready++;
        return;
    }
    enum wire_flush flushed = ok ? wire_flush(connection->wire) : WIRE_FLUSH_LOST;
    if (flushed == WIRE_FLUSH_LOST)
        connection_fail(connection, "preparing");
    else
        watch(connection, flushed == WIRE_UNSENT ? UV_READABLE | UV_WRITABLE : UV_READABLE);
}

static void on_connecting(struct connection *connection) {
    struct worker *worker = connection->worker;
    struct error error = {0};
    /* libpq may go on with another socket, even one of the same number (the next host, the next try
     * without TLS), so that the old one must not stay registered. */
    unwatch(connection);
    switch (wire_connect_poll(connection->wire)) {
    case WIRE_POLL_READ:
        watch(connection, UV_READABLE);
        break;
    case WIRE_POLL_WRITE:
        watch(connection, UV_WRITABLE);
        break;
    case WIRE_POLL_FAILED:
        connection_fail(connection, "");
        break;
    case WIRE_POLL_DONE:
        worker->connecting--;
        connection->state = CONN_PREPARING;
        if (!wire_ready(connection->wire, worker->options->write->binding, &error)) {
            worker_fail(worker, &error);
            connection_close(connection);
            break;
        }
        prepare_next(connection);
    }
}

static void on_preparing(struct connection *connection) {
    for (;;) {
        struct wire_reply reply;
        switch (wire_next(connection->wire, &reply)) {
        case WIRE_BUSY: {
            bool unsent = wire_flush(connection->wire) == WIRE_UNSENT;
            watch(connection, unsent ? UV_READABLE | UV_WRITABLE : UV_READABLE);
            return;
        }
        case WIRE_END:
            if (connection->step_failed)
                connection_fail(connection, "preparing");
            else
                prepare_next(connection);
            return;
        case WIRE_OK:
            break;
        default:
            connection->step_failed = true;
            if (wire_lost(connection->wire)) {
                connection_fail(connection, "preparing");
                return;
            }
        }
    }
}

/* What the server gave up so that another session can go on: the same transaction may succeed now.
 */
static bool may_retry(const struct connection *connection, const struct error *error) {
    return connection->retries < RETRIES_MAX && !wire_lost(connection->wire) &&
           (strcmp(error->sqlstate, "40P01") == 0 || strcmp(error->sqlstate, "40001") == 0);
}

/* Whether the commit is tried again; else it has failed, and the connection is closed. Its latency
 * goes on meanwhile. */
static bool commit_failed(struct connection *connection, enum write_step step) {
    struct worker *worker = connection->worker;
    struct writer *writer = &connection->writer;
    struct error error = {0};
    worker_count_error(worker, clock_ns());
    if (step == WRITE_MISCOUNT) {
        error_set(&error, "%u rows were sent in one commit, and the server acknowledged %llu",
                  writer->count, (unsigned long long)writer->accepted);
        error_hint(&error, "a trigger or rule on the table drops or redirects rows");
        /* It is committed, with other rows than ours. */
        worker->rows_ambiguous += writer->count;
        worker->miscounted = true;
    } else {
        wire_error(writer->wire, &error);
        if (may_retry(connection, &error)) {
            connection->retries++;
            worker->retried++;
            wire_forget_failure(writer->wire);
            return true;
        }
        if (connection->retries)
            error_prefix(&error, "after %u retries", connection->retries);
        /* Lost with everything sent: whether the commit has landed is not known. */
        if (wire_lost(writer->wire))
            worker->rows_ambiguous += writer->count;
    }
    worker->failed++;
    worker_fail(worker, &error);
    connection_close(connection);
    return false;
}

/* Flushes, and goes on as long as the path can without waiting. */
static void drive(struct connection *connection, enum write_step step) {
    struct writer *writer = &connection->writer;
    const struct write_path *path = writer->plan->path;
    for (;;) {
        if (step == WRITE_DONE) {
            worker_record(connection->worker, connection, clock_ns());
            connection_write(connection);
            return;
        }
        if (step != WRITE_WAIT) {
            if (!commit_failed(connection, step))
                return;
            step = path->begin(writer);
            continue;
        }
        enum wire_flush flushed = wire_flush(writer->wire);
        if (flushed == WIRE_UNSENT) {
            watch(connection, UV_READABLE | UV_WRITABLE);
            return;
        }
        if (flushed == WIRE_SENT && !writer->unsent) {
            watch(connection, UV_READABLE);
            return;
        }
        step = path->resume(writer); /* takes more, or finds out what was lost */
        if (flushed == WIRE_FLUSH_LOST && step == WRITE_WAIT)
            step = WRITE_FAILED;
    }
}

void connection_write(struct connection *connection) {
    struct worker *worker = connection->worker;
    struct writer *writer = &connection->writer;
    uint64_t left = worker->rows_end - worker->next_local;
    connection->began_ns = clock_ns();
    connection->retries = 0;
    if (worker->stopping || left == 0 ||
        connection->began_ns >= atomic_load_explicit(&worker->end_ns, memory_order_relaxed)) {
        connection_close(connection);
        return;
    }
    const struct write_plan *plan = writer->plan;
    uint32_t count = plan->sizes[0];
    if (plan->size_count > 1) {
        struct rng rng = rng_at(worker->batch_key, worker->batch_number++);
        count = plan->sizes[rng_below(&rng, plan->size_count)];
    }
    writer->first = worker->next_local;
    writer->count = count < left ? count : (uint32_t)left;
    worker->next_local += writer->count;
    worker->started_count++;
    connection->state = CONN_WRITING;
    drive(connection, plan->path->begin(writer));
}

void connection_abandon(struct connection *connection) {
    if (connection->state == CONN_WRITING) {
        connection->worker->abandoned++;
        connection->worker->rows_ambiguous += connection->writer.count;
    }
    connection_close(connection);
}

static void connection_event(uv_poll_t *poll, int status, int events) {
    struct connection *connection = poll->data;
    if (status < 0)
        connection->events = 0; /* libuv has stopped watching: the next watch() must begin again */
    if (connection->state == CONN_CONNECTING) {
        on_connecting(connection);
        return;
    }
    bool readable = (events & UV_READABLE) || status < 0;
    bool lost = readable && !wire_consume(connection->wire);
    switch (connection->state) {
    case CONN_PREPARING:
        on_preparing(connection);
        break;
    case CONN_WRITING: {
        enum write_step step = connection->writer.plan->path->resume(&connection->writer);
        drive(connection, lost && step == WRITE_WAIT ? WRITE_FAILED : step);
        break;
    }
    case CONN_READY:
        /* Nothing was asked: the server says good-bye. Its reason, if it gave one, is in the
         * result. */
        if (lost || wire_lost(connection->wire)) {
            struct wire_reply reply;
            (void)wire_next(connection->wire, &reply);
            connection_fail(connection, "before the run began");
        }
        break;
    default:
        break;
    }
}
