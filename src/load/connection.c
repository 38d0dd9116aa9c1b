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

static void watch_replies(struct connection *connection, enum wire_flush flushed) {
    watch(connection, flushed == WIRE_UNSENT ? UV_READABLE | UV_WRITABLE : UV_READABLE);
}

/* Ends the session; its place in the pool is to be filled again, or not. */
static void leave(struct connection *connection, enum connection_state state) {
    struct worker *worker = connection->worker;
    enum connection_state before = connection->state;
    if (before == CONN_CLOSED)
        return;
    unwatch(connection);
    wire_close(connection->wire);
    connection->wire = NULL;
    if (connection->waits != WAITS_NOT)
        due_remove(&worker->pauses, (uint32_t)(connection - worker->connections));
    connection->waits = WAITS_NOT;
    connection->state = state;
    worker_connection_left(connection, before);
}

void connection_park(struct connection *connection) {
    leave(connection, CONN_ABSENT);
}

void connection_close(struct connection *connection) {
    leave(connection, CONN_CLOSED);
}

/* It could not be made, or was lost while nothing was asked of it. */
static void connection_fail(struct connection *connection, const char *doing) {
    struct error error = {0};
    wire_error(connection->wire, &error);
    if (*doing)
        error_prefix(&error, "%s", doing);
    worker_connection_failed(connection, &error);
}

void connection_open(struct connection *connection) {
    struct worker *worker = connection->worker;
    connection->state = CONN_CONNECTING;
    connection->step_prepared = connection->prepared = 0;
    connection->first_sent = connection->set_up = connection->step_failed = false;
    connection->opened_ns = clock_ns();
    connection->entered = NULL;
    connection->wire = wire_connect(worker->options->target, worker->options->application_name);
    if (!connection->wire)
        panic("out of memory");
    if (wire_fd(connection->wire) < 0) {
        connection_fail(connection, "");
        return;
    }
    watch(connection, UV_WRITABLE);
}

/* The next statement to be prepared; NULL: all are. */
static const struct write_statement *next_statement(struct connection *connection) {
    const struct load_options *options = connection->worker->options;
    for (; connection->step_prepared < options->step_count; connection->step_prepared++) {
        const struct write_plan *plan = options->steps[connection->step_prepared];
        if (connection->prepared < plan->statement_count)
            return &plan->statements[connection->prepared++];
        connection->prepared = 0;
    }
    return NULL;
}

static void get_ready(struct connection *connection) {
    struct worker *worker = connection->worker;
    struct script_state *script = connection->writer.script;
    connection->writer = (struct writer){.wire = connection->wire,
                                         .plan = worker->options->steps[0],
                                         .buffer = &worker->buffer,
                                         .tables = worker->tables,
                                         .script = script};
    worker->preparing--;
    connection->state = CONN_READY;
    connection->ready_ns = clock_ns();
    connection->failed_connects = 0;
    watch(connection, UV_READABLE);
    worker_connection_ready(connection);
}

/* Sends what comes next in PREPARING, or is READY. */
static void prepare_next(struct connection *connection) {
    struct worker *worker = connection->worker;
    bool ok = true;
    const char *first_sql = worker->options->session_sql;
    const struct write_statement *s;
    connection->set_up |= worker->options->pooled;
    if (!connection->set_up && first_sql && !connection->first_sent) {
        connection->first_sent = true;
        ok = wire_send_query(connection->wire, first_sql);
    } else if (!connection->set_up) {
        connection->set_up = true;
        ok = wire_send_query(connection->wire, session_sql);
    } else if ((s = next_statement(connection))) {
        ok = wire_send_prepare(connection->wire, s->name, s->sql, s->param_count, s->type_oids);
    } else {
        get_ready(connection);
        return;
    }
    enum wire_flush flushed = ok ? wire_flush(connection->wire) : WIRE_FLUSH_LOST;
    if (flushed == WIRE_FLUSH_LOST)
        connection_fail(connection, "preparing");
    else
        watch_replies(connection, flushed);
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
        worker->preparing++;
        connection->state = CONN_PREPARING;
        if (!wire_ready(connection->wire, worker->options->steps[0]->binding, &error)) {
            worker_connection_failed(connection, &error);
            break;
        }
        prepare_next(connection);
    }
}

static void on_preparing(struct connection *connection) {
    for (;;) {
        struct wire_reply reply;
        switch (wire_next(connection->wire, &reply)) {
        case WIRE_BUSY:
            watch_replies(connection, wire_flush(connection->wire));
            return;
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

/* The transaction is over without a commit that is known of. */
static void give_up(struct connection *connection, enum writer_end end, const struct error *error) {
    struct worker *worker = connection->worker;
    uint64_t now = clock_ns();
    writer_finish(&connection->writer, end);
    worker_record_failure(worker, connection, now);
    worker_wish_done(connection, now);
    bool lost = wire_lost(connection->wire) || connection->cut_now;
    /* A full disk gets no better by going on. */
    if (!worker->options->goes_on || strcmp(error->sqlstate, "53100") == 0) {
        worker_fail(worker, error);
        connection_close(connection);
    } else if (lost) {
        connection_park(connection);
        worker_dispatch(worker);
    } else {
        worker_serve(connection);
    }
}

/* Whether the transaction is tried again; else it has failed. Its latency goes on meanwhile. */
static bool transaction_failed(struct connection *connection, enum write_step step) {
    struct worker *worker = connection->worker;
    struct writer *writer = &connection->writer;
    struct error error = {0};
    uint64_t now = clock_ns();
    if (step == WRITE_MISCOUNT) {
        error_set(&error, "%u rows were sent in one commit, and the server acknowledged %llu",
                  writer->count, (unsigned long long)writer->accepted);
        error_hint(&error, "a trigger or rule on the table drops or redirects rows");
        /* It is committed, with other rows than ours: no error of the server's that one could go on
         * after. */
        worker->miscounted = true;
        worker_count_error(worker, &error, false, now);
        worker_fail(worker, &error);
        give_up(connection, WRITER_AMBIGUOUS, &error);
        return false;
    }
    wire_error(writer->wire, &error);
    bool again = may_retry(connection, &error);
    worker_count_error(worker, &error, again, now);
    if (again) {
        connection->retries++;
        worker_count_retry(worker, connection, now);
        wire_forget_failure(writer->wire);
        return true;
    }
    if (connection->retries)
        error_prefix(&error, "after %u retries", connection->retries);
    if (!wire_lost(writer->wire))
        wire_forget_failure(writer->wire);
    /* Lost with everything sent: whether the commit has landed is not known. */
    bool ambiguous = wire_lost(writer->wire) && connection->waits != WAITS_TO_BEGIN;
    give_up(connection, ambiguous ? WRITER_AMBIGUOUS : WRITER_FAILED, &error);
    return false;
}

static void transaction_done(struct connection *connection) {
    uint64_t now = clock_ns();
    writer_finish(&connection->writer, WRITER_COMMITTED);
    worker_record(connection->worker, connection, now);
    worker_wish_done(connection, now);
    worker_serve(connection);
}

static void wait_until(struct connection *connection, uint64_t ns, enum waiting_for what) {
    struct worker *worker = connection->worker;
    connection->waits = what;
    due_add(&worker->pauses, ns, (uint32_t)(connection - worker->connections));
    worker_rearm(worker);
}

/* The client closes its socket, with everything sent and no answer read. */
static bool cut_here(struct connection *connection) {
    if (connection->cut_in == 0 || --connection->cut_in > 0)
        return false;
    connection->worker->cut++;
    connection->cut_now = true;
    struct error error = {0};
    error_set(&error, "the client cut its connection (a fault of the workload)");
    snprintf(error.sqlstate, sizeof error.sqlstate, "cut");
    worker_count_error(connection->worker, &error, false, clock_ns());
    give_up(connection, WRITER_AMBIGUOUS, &error);
    return true;
}

/* Flushes, and goes on as long as the path can without waiting. */
static void drive(struct connection *connection, enum write_step step) {
    struct writer *writer = &connection->writer;
    const struct write_path *path = writer->plan->path;
    for (;;) {
        if (step == WRITE_DONE) {
            transaction_done(connection);
            return;
        }
        if (step == WRITE_PAUSE) {
            watch(connection, UV_READABLE);
            wait_until(connection, writer->pause_until_ns, WAITS_TO_RESUME);
            return;
        }
        if (step != WRITE_WAIT) {
            if (!transaction_failed(connection, step))
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
            if (!cut_here(connection))
                watch(connection, UV_READABLE);
            return;
        }
        step = path->resume(writer); /* takes more, or finds out what was lost */
        if (flushed == WIRE_FLUSH_LOST && step == WRITE_WAIT)
            step = WRITE_FAILED;
    }
}

/* At most one fault befalls a transaction: which, is drawn once. */
static const struct load_fault *draw_fault(struct worker *worker) {
    double at = worker->options->fault_count ? rng_unit(&worker->rng) : 1;
    for (size_t i = 0; i < worker->options->fault_count; i++) {
        if (at < worker->options->faults[i].share)
            return &worker->options->faults[i];
        at -= worker->options->faults[i].share;
    }
    return NULL;
}

static void begin_now(struct connection *connection) {
    connection->began_ns = clock_ns();
    drive(connection, connection->writer.plan->path->begin(&connection->writer));
}

static void begin_with_fault(struct connection *connection, uint64_t now) {
    struct worker *worker = connection->worker;
    const struct load_fault *fault = draw_fault(worker);
    connection->writer.fault_timeout_ns = 0;
    connection->cut_in = 0;
    connection->cut_now = false;
    if (fault && fault->kind == FAULT_DELAY) {
        worker->delayed++;
        wait_until(connection, now + fault->for_ns, WAITS_TO_BEGIN);
        return;
    }
    /* A write path has no statement that it could delay: nothing befalls it, nothing is counted. */
    if (fault && fault->kind == FAULT_TIMEOUT && connection->writer.plan->script) {
        worker->timeouts_played++;
        connection->writer.fault_timeout_ns = fault->for_ns;
    }
    if (fault && fault->kind == FAULT_CUT) {
        uint32_t trips = connection->writer.plan->round_trips;
        connection->cut_in = 1 + (uint32_t)rng_below(&worker->rng, trips ? trips : 1);
    }
    begin_now(connection);
}

/* The path's own mode of the connection, if the last one had another. */
static bool enter_path(struct connection *connection, const struct write_path *path) {
    struct writer *writer = &connection->writer;
    const struct write_path *before = connection->entered;
    if (before == path)
        return true;
    connection->entered = path;
    return (!before || !before->leave || before->leave(writer)) &&
           (!path->enter || path->enter(writer));
}

bool connection_begin(struct connection *connection, const struct wish *wish, uint64_t now) {
    struct worker *worker = connection->worker;
    struct writer *writer = &connection->writer;
    const struct write_plan *plan = worker->options->steps[wish->step];
    uint32_t size = plan->sizes[0];
    if (plan->size_count > 1)
        size = plan->sizes[rng_below(&worker->rng, plan->size_count)];
    writer->plan = plan;
    writer->number = worker->transactions;
    if (!writer_deal(writer, size))
        return false;
    worker->transactions++;
    worker->started_count++;
    connection->wish = *wish;
    connection->retries = 0;
    worker_connection_works(connection, now);
    if (!enter_path(connection, plan->path)) {
        struct error error = {0};
        wire_error(connection->wire, &error);
        worker_count_error(worker, &error, false, now);
        give_up(connection, WRITER_FAILED, &error);
        return true;
    }
    begin_with_fault(connection, now);
    return true;
}

void connection_resume(struct connection *connection) {
    enum waiting_for waited = connection->waits;
    connection->waits = WAITS_NOT;
    if (waited == WAITS_TO_BEGIN)
        begin_now(connection);
    else if (waited == WAITS_TO_RESUME)
        drive(connection, connection->writer.plan->path->resume(&connection->writer));
    else if (waited == WAITS_FOR_WORK)
        worker_serve(connection);
}

void connection_await_work(struct connection *connection, uint64_t until_ns) {
    wait_until(connection, until_ns, WAITS_FOR_WORK);
}

void connection_abandon(struct connection *connection) {
    if (connection->state == CONN_WORKING) {
        connection->worker->abandoned++;
        writer_finish(&connection->writer,
                      connection->waits == WAITS_TO_BEGIN ? WRITER_FAILED : WRITER_AMBIGUOUS);
    } else if (connection->bound && connection->state != CONN_CLOSED &&
               connection->state != CONN_ABSENT) {
        connection->worker->unsent++;
    }
    connection_close(connection);
}

/* Nothing was asked: the server says good-bye. Its reason, if it gave one, is in the result. */
static void on_farewell(struct connection *connection, bool lost) {
    if (!lost && !wire_lost(connection->wire))
        return;
    struct wire_reply reply;
    (void)wire_next(connection->wire, &reply);
    connection_fail(connection,
                    connection->worker->started ? "while it was idle" : "before the run began");
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
    case CONN_WORKING: {
        if (connection->waits != WAITS_NOT && !lost && !wire_lost(connection->wire))
            break;
        if (connection->waits == WAITS_TO_BEGIN) { /* there is nothing of it to go on with */
            struct wire_reply reply;
            (void)wire_next(connection->wire, &reply);
            drive(connection, WRITE_FAILED);
            break;
        }
        enum write_step step = connection->writer.plan->path->resume(&connection->writer);
        bool dead = lost && (step == WRITE_WAIT || step == WRITE_PAUSE);
        drive(connection, dead ? WRITE_FAILED : step);
        break;
    }
    case CONN_READY:
    case CONN_IDLE:
    case CONN_RESTING:
        on_farewell(connection, lost);
        break;
    default:
        break;
    }
}
