/* A worker thread and what it shares with the thread that runs the load. For src/load alone. */
#ifndef PGWRITE_LOAD_WORKER_H
#define PGWRITE_LOAD_WORKER_H

#include <pthread.h>
#include <stdatomic.h>
#include <uv.h>

#include "load/alarm.h"
#include "load/load.h"

/*
 * A connection's life:
 *
 *     ABSENT ──> CONNECTING ──> PREPARING ──> READY ──go──> IDLE <──> WORKING
 *       ^            │              │           │             │           │
 *       │            └──────────────┴── error ──┴─────────────┴───────────┤
 *       └── the pool may need it again ───────────────────────────────────┴──> CLOSED
 *
 * ABSENT      not there: an elastic pool has not needed it yet, or it was closed or lost and may be
 *             made again
 * CONNECTING  libpq's handshake, driven by PQconnectPoll
 * PREPARING   session settings, then each statement of the steps, one round trip each
 * READY       waits for go
 * IDLE        waits for a wish
 * RESTING     waits a moment, since no wish had found a row to work on
 * WORKING     one transaction in flight, or pausing in it
 * CLOSED      for good: the run ends
 */
enum connection_state {
    CONN_ABSENT,
    CONN_CONNECTING,
    CONN_PREPARING,
    CONN_READY,
    CONN_IDLE,
    CONN_RESTING,
    CONN_WORKING,
    CONN_CLOSED
};

/* What a connection's entry in the list of pauses is for. */
enum waiting_for {
    WAITS_NOT,
    WAITS_TO_CONNECT, /* again */
    WAITS_FOR_WORK,
    WAITS_TO_BEGIN,  /* its transaction */
    WAITS_TO_RESUME, /* its transaction */
};

struct connection {
    struct worker *worker;
    struct wire *wire;
    uv_poll_t *poll; /* of its own memory: libuv may close it later than the connection */
    int events;      /* watched */
    enum connection_state state;
    size_t step_prepared, prepared;   /* statements prepared so far: of which step, how many */
    const struct write_path *entered; /* whose mode it is in; NULL: none yet */
    bool first_sent, set_up, step_failed;
    uint64_t opened_ns, ready_ns, idle_ns; /* since when */
    uint32_t failed_connects;              /* in a row */
    struct writer writer;
    /* The transaction in flight. */
    struct wish wish;
    bool bound; /* it was made for that wish: connect_each */
    uint64_t checkout_ns, began_ns;
    uint32_t retries;
    enum waiting_for waits;
    uint32_t cut_in; /* FAULT_CUT: round trips until then, 0: none */
    bool cut_now;
};

/* One interval of one worker: filled by the worker, then handed to the main thread, then given
 * back. */
enum slot_state { SLOT_FREE, SLOT_FULL };
struct interval_slot {
    _Atomic int state;
    uint64_t number; /* 0: the first one since go */
    uint64_t rows, commits, errors, failed, asked;
    struct histogram *response;
};
#define WORKER_SLOTS 4

/* The meeting point before and after the writing; but for the count of connections never touched
 * while a window is measured. */
struct gate {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    uint32_t ready, finished; /* workers */
    bool failed;              /* one of them has an error: the others are to stop */
    struct error error;       /* the first */
    /* Connections of all workers, and the most at a time: touched only when one is made or has
     * ended, which takes a thousand times as long. */
    _Alignas(64) _Atomic uint32_t open, open_max;
};

static inline void gate_connection_made(struct gate *gate) {
    uint32_t open = atomic_fetch_add(&gate->open, 1) + 1, most = atomic_load(&gate->open_max);
    while (open > most && !atomic_compare_exchange_weak(&gate->open_max, &most, open))
        ;
}

static inline void gate_connection_ended(struct gate *gate) {
    atomic_fetch_sub(&gate->open, 1);
}

struct worker {
    const struct load_options *options;
    struct gate *gate;
    pthread_t thread;
    uv_loop_t loop;
    uv_async_t wake;        /* go, or stop */
    uv_timer_t timer;       /* deadlines of connecting and of the end */
    uv_check_t check;       /* while connecting: after each round of the loop */
    struct alarm alarm;     /* what is due: wishes, pauses, the pool's upkeep, the window's end */
    _Atomic uint64_t go_ns; /* 0 until the run begins */
    _Atomic int stop;       /* no new transaction */
    /* The measured window; UINT64_MAX: not known yet, or the rows decide. */
    _Atomic uint64_t begin_ns, end_ns;
    bool started, stopping, finished;
    bool ending; /* the deadline of the window's end is set */
    bool dispatching;

    struct connection *connections;
    uint32_t count, minimum; /* connections there can be, and shall be at least */
    uint32_t connecting, preparing, ready, open, busy; /* open: those connecting too */
    uint32_t
        *idle; /* a stack of IDLE connections' numbers: the least recently used at the bottom */
    uint32_t idle_count;
    struct due pauses; /* of connections: pausing, or to be connected again */
    uint64_t upkeep_ns;

    struct demand demand;
    struct table_rows *tables;
    struct write_buffer buffer;
    struct rng rng; /* of batch sizes and faults */
    uint64_t transactions;

    bool in_window, window_over;
    size_t stage, stage_count;
    struct load_tally *tallies;                          /* [stage * steps + step] */
    struct load_asked *asked, *tenants;                  /* [stage], [tenant] */
    struct demand_counts counts_before, *tenants_before; /* at the last edge of a stage */
    uint64_t asked_told, lost_told;                      /* to the slots */
    struct load_failure failures[LOAD_FAILURES_MAX];
    size_t failure_count;
    uint64_t started_count, committed, failed, abandoned, retried, skipped, missed;
    uint64_t connected, cut, timeouts_played, delayed;
    uint64_t rows_written, unsent;
    uint64_t last_done_ns;
    bool miscounted;
    struct interval_slot slots[WORKER_SLOTS];
    uint32_t slot;
    uint64_t slot_end_ns;
    /* Read by the main thread, for the live line and the series; alone on its cache line. */
    _Alignas(64) _Atomic uint64_t rows_live;
    _Atomic uint32_t busy_live, open_live, waiting_live;
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
void worker_connection_ready(struct connection *connection);
void worker_connection_works(struct connection *connection, uint64_t now);
void worker_connection_left(struct connection *connection, enum connection_state before);
/* It could not be made, or was lost while it had nothing to do. */
void worker_connection_failed(struct connection *connection, const struct error *error);
/* Its transaction has ended, however. */
void worker_wish_done(struct connection *connection, uint64_t now);
/* A connection has nothing to do: the next wish, or the end. */
void worker_serve(struct connection *connection);
/* There may be something to do for those that are idle, or not there yet. */
void worker_dispatch(struct worker *worker);
void worker_rearm(struct worker *worker);

/* With the histograms that apply to a step of such a load; load_tally_release frees them. */
void load_tally_init(struct load_tally *tally, const struct load_options *options, size_t step);

/* What was done, where it belongs: see records.c. */
void worker_record(struct worker *worker, const struct connection *connection, uint64_t now);
void worker_record_failure(struct worker *worker, const struct connection *connection,
                           uint64_t now);
/* Of an attempt; retried: it is made again. error: what the server said. */
void worker_count_error(struct worker *worker, const struct error *error, bool retried,
                        uint64_t now);
void worker_count_retry(struct worker *worker, const struct connection *connection, uint64_t now);
void worker_count_skipped(struct worker *worker, const struct connection *connection, uint64_t now);
void worker_count_demand(struct worker *worker, uint64_t now);
/* The next beginning of the window or of a stage; UINT64_MAX: there is none any more. */
uint64_t worker_next_edge(const struct worker *worker);
void worker_end_window(struct worker *worker); /* whatever its edges are */

void connection_open(struct connection *connection);
/* Carries a wish out. False: there is no row left, or none to work on; then nothing has begun. */
bool connection_begin(struct connection *connection, const struct wish *wish, uint64_t now);
/* What it waited for is over. */
void connection_resume(struct connection *connection);
void connection_await_work(struct connection *connection, uint64_t until_ns);
void connection_park(struct connection *connection); /* ABSENT: it may be made again */
void connection_close(struct connection *connection);
void connection_abandon(struct connection *connection);

#endif
