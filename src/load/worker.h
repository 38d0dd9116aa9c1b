/* A worker thread and what it shares with the thread that runs the load. For src/load alone. */
#ifndef PGWRITE_LOAD_WORKER_H
#define PGWRITE_LOAD_WORKER_H

#include <pthread.h>
#include <stdatomic.h>
#include <uv.h>

#include "load/load.h"

/*
 * A connection's life:
 *
 *     CONNECTING ──> PREPARING ──> READY ──go──> WRITING ──> (WRITING …) ──> CLOSED
 *          │             │                          │
 *          └─────────────┴──────────────────────────┴── error ──> CLOSED
 *
 * CONNECTING  libpq's handshake, driven by PQconnectPoll
 * PREPARING   session settings, then each statement of the write plan, one round trip each
 * READY       waits for go
 * WRITING     one commit in flight; when it is done the next begins, until rows or time are over
 * CLOSED      disconnected: finished, failed, or abandoned
 */
enum connection_state {
    CONN_WAITING,
    CONN_CONNECTING,
    CONN_PREPARING,
    CONN_READY,
    CONN_WRITING,
    CONN_CLOSED
};

struct connection {
    struct worker *worker;
    struct wire *wire;
    uv_poll_t *poll; /* of its own memory: libuv may close it later than the connection */
    int events;      /* watched */
    enum connection_state state;
    size_t prepared; /* statements prepared so far */
    bool first_sent, set_up, step_failed;
    struct writer writer;
    uint64_t began_ns;
    uint32_t retries; /* of the commit in flight */
};

/* One interval of one worker: filled by the worker, then handed to the main thread, then given
 * back. */
enum slot_state { SLOT_FREE, SLOT_FULL };
struct interval_slot {
    _Atomic int state;
    uint64_t number; /* 0: the first one since go */
    uint64_t rows, commits, errors;
    struct histogram *response;
};
#define WORKER_SLOTS 4

/* The meeting point before and after the writing; never touched while a window is measured. */
struct gate {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    uint32_t ready, finished; /* workers */
    bool failed;              /* one of them has an error: the others are to stop */
    struct error error;       /* the first */
};

struct worker {
    const struct load_options *options;
    struct gate *gate;
    pthread_t thread;
    uv_loop_t loop;
    uv_async_t wake;        /* go, or stop */
    uv_timer_t timer;       /* deadlines of connecting and of the end */
    uv_check_t check;       /* while connecting: after each round of the loop */
    _Atomic uint64_t go_ns; /* 0 until the run begins */
    _Atomic int stop;       /* no new commit */
    /* The measured window; UINT64_MAX: not known yet, or the rows decide. */
    _Atomic uint64_t begin_ns, end_ns;
    bool started, stopping, ending; /* ending: the deadline of the window's end is set */
    struct connection *connections;
    uint32_t count, connecting, next, ready, closed;

    struct row_map map;
    struct write_buffer buffer;
    uint64_t next_local, rows_end; /* local row numbers */
    uint64_t batch_number, batch_key;

    uint64_t started_count, committed, failed, abandoned, retried;
    uint64_t rows, commits; /* in the window */
    uint64_t rows_acknowledged, rows_ambiguous;
    uint64_t last_done_ns;
    bool miscounted;
    struct histogram *response;
    struct histogram *statement, *commit; /* NULL where COMMIT is not a round trip of its own */
    struct interval_slot slots[WORKER_SLOTS];
    uint32_t slot;
    uint64_t slot_end_ns;
    /* Read by the main thread for the live line; alone on its cache line. */
    _Alignas(64) _Atomic uint64_t rows_live;
};

void worker_init(struct worker *worker, const struct load_options *options, struct gate *gate,
                 uint32_t number);
void worker_start(struct worker *worker);
/* From the main thread, before worker_go and as often as the window's edges become known. */
void worker_set_window(struct worker *worker, uint64_t begin_ns, uint64_t end_ns);
void worker_go(struct worker *worker, uint64_t go_ns); /* from the main thread */
void worker_stop(struct worker *worker); /* from the main thread; more than once is fine */
void worker_join(struct worker *worker);
void worker_release(struct worker *worker); /* after worker_join */

/* Within the worker's thread. */
void worker_fail(struct worker *worker, const struct error *error);
void worker_record(struct worker *worker, const struct connection *connection, uint64_t now);
void worker_count_error(struct worker *worker, uint64_t now); /* of an attempt */
void worker_connection_closed(struct worker *worker);

void connection_open(struct connection *connection);
void connection_write(struct connection *connection); /* the next commit, or the end */
void connection_abandon(struct connection *connection);

#endif
