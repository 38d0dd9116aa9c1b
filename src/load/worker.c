#include "load/worker.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "load/tally.h"

/* Handshakes in flight on one worker: enough to be fast, few enough for the server's listen queue.
 */
#define CONNECTING_MAX 32u
#define CONNECT_DEADLINE_MS 60000u
/* How long transactions in flight may take to end when the time is over, before they are abandoned.
 */
#define END_DEADLINE_MS 10000u
/* The same after an error or an interruption. */
#define STOP_DEADLINE_MS 5000u
/* Between two looks at who has been idle for too long. */
#define UPKEEP_NS (100 * NS_PER_MS)
/* Wishes in a row that find no row to work on, before the connection waits for one. */
#define SKIPS_MAX 16u
#define SKIP_PAUSE_NS NS_PER_MS
/* Before a connection that could not be made is tried again: doubled each time, with jitter. */
#define RECONNECT_NS (10 * NS_PER_MS)
#define RECONNECT_DOUBLINGS 7u

/* Blocks of rows dealt to the threads: small enough that exact row counts come out even, large
 * enough that a batch seldom crosses one. */
static unsigned block_shift(uint64_t rows, uint32_t threads) {
    unsigned shift = 10;
    while (rows && shift > 0 && (1ull << shift) * threads * 16 > rows)
        shift--;
    return shift;
}

static void init_tables(struct worker *worker, uint32_t number) {
    const struct load_options *options = worker->options;
    const struct mix *mix = options->mix;
    worker->tables = MEM_ARRAY(struct table_rows, mix->table_count);
    for (size_t i = 0; i < mix->table_count; i++) {
        struct table_rows *rows = &worker->tables[i];
        rows->map = (struct row_map){.thread = number,
                                     .threads = options->threads,
                                     .shift = block_shift(options->rows, options->threads),
                                     .base = mix->tables[i].rows};
        rows->end = options->rows ? row_map_count(&rows->map, options->rows) : UINT64_MAX;
        rows->keyed = mix->tables[i].keyed;
        if (rows->keyed)
            keys_init(&rows->keys, mix->tables[i].rows, number, options->threads);
    }
}

static void init_tallies(struct worker *worker) {
    const struct load_options *options = worker->options;
    worker->stage_count = options->stages ? options->demand->span_count : 1;
    worker->tallies = MEM_ARRAY(struct load_tally, worker->stage_count * options->step_count);
    worker->asked = MEM_ARRAY(struct load_asked, worker->stage_count);
    worker->tenants = MEM_ARRAY(struct load_asked, options->demand->tenant_count + 1);
    worker->tenants_before = MEM_ARRAY(struct demand_counts, options->demand->tenant_count + 1);
    for (size_t i = 0; i < worker->stage_count * options->step_count; i++)
        load_tally_init(&worker->tallies[i], options, i % options->step_count);
}

void worker_init(struct worker *worker, const struct load_options *options, struct gate *gate,
                 uint32_t number) {
    *worker = (struct worker){.options = options, .gate = gate, .upkeep_ns = UINT64_MAX};
    worker->count = load_share(options->pool.max, options->threads, number);
    worker->minimum = load_share(options->pool.min, options->threads, number);
    worker->connections = MEM_ARRAY(struct connection, worker->count);
    worker->idle = MEM_ARRAY(uint32_t, worker->count);
    due_init(&worker->pauses, (size_t)worker->count + 1);
    bool scripts = false;
    for (size_t i = 0; i < options->step_count; i++)
        scripts |= options->steps[i]->script != NULL;
    for (uint32_t i = 0; i < worker->count; i++) {
        worker->connections[i].worker = worker;
        worker->connections[i].writer.script = scripts ? script_state_new() : NULL;
    }
    init_tables(worker, number);
    init_tallies(worker);
    demand_init(&worker->demand, options->demand, options->seed, number, options->threads,
                worker->count);
    worker->rng = rng_at(rng_key(options->seed, "batch sizes"), number);
    write_buffer_init(&worker->buffer, options->steps, options->step_count);
    for (int i = 0; i < WORKER_SLOTS; i++)
        worker->slots[i].response = histogram_new();
}

void worker_release(struct worker *worker) {
    const struct load_options *options = worker->options;
    for (uint32_t i = 0; i < worker->count; i++)
        free(worker->connections[i].writer.script);
    free(worker->connections);
    free(worker->idle);
    due_release(&worker->pauses);
    for (size_t i = 0; i < options->mix->table_count; i++)
        if (worker->tables[i].keyed)
            keys_release(&worker->tables[i].keys);
    free(worker->tables);
    for (size_t i = 0; i < worker->stage_count * options->step_count; i++)
        load_tally_release(&worker->tallies[i]);
    free(worker->tallies);
    free(worker->asked);
    free(worker->tenants);
    free(worker->tenants_before);
    demand_release(&worker->demand);
    write_buffer_release(&worker->buffer);
    for (int i = 0; i < WORKER_SLOTS; i++)
        histogram_free(worker->slots[i].response);
}

void worker_fail(struct worker *worker, const struct error *error) {
    struct gate *gate = worker->gate;
    worker->stopping = true;
    pthread_mutex_lock(&gate->mutex);
    if (!gate->failed)
        gate->error = *error;
    gate->failed = true;
    pthread_cond_signal(&gate->changed);
    pthread_mutex_unlock(&gate->mutex);
}

static void gate_count(struct worker *worker, uint32_t *counter) {
    pthread_mutex_lock(&worker->gate->mutex);
    ++*counter;
    pthread_cond_signal(&worker->gate->changed);
    pthread_mutex_unlock(&worker->gate->mutex);
}

/* No new transaction any more. */
static bool is_over(const struct worker *worker, uint64_t now) {
    const struct table_rows *rows = worker->tables;
    return worker->stopping ||
           (worker->started &&
            now >= atomic_load_explicit(&worker->end_ns, memory_order_relaxed)) ||
           (worker->options->rows && rows->next >= rows->end);
}

/* The last connection ends the loop. The wake handle stays until the thread is joined, since the
 * main thread may use it at any time. */
static void finish_if_done(struct worker *worker) {
    if (worker->open > 0 || worker->finished || !is_over(worker, clock_ns()))
        return;
    if (!worker->started && !worker->stopping)
        return;
    worker->finished = true;
    uv_close((uv_handle_t *)&worker->timer, NULL);
    alarm_close(&worker->alarm);
}

/* Connections that take a wish at once: idle ones, or those that may be made for one. */
static size_t takers(const struct worker *worker) {
    if (!worker->options->pool.connect_each)
        return worker->idle_count;
    uint32_t places = worker->count - worker->open;
    uint32_t handshakes =
        worker->connecting < CONNECTING_MAX ? CONNECTING_MAX - worker->connecting : 0;
    return places < handshakes ? places : handshakes;
}

/* idle: takers; the wishes that they are about to take do not wait. */
static void show_live(struct worker *worker, size_t idle) {
    size_t waiting = worker->demand.waiting > idle ? worker->demand.waiting - idle : 0;
    atomic_store_explicit(&worker->busy_live, worker->busy, memory_order_relaxed);
    atomic_store_explicit(&worker->open_live, worker->open - worker->connecting,
                          memory_order_relaxed);
    atomic_store_explicit(&worker->waiting_live, (uint32_t)waiting, memory_order_relaxed);
}

static void forget_idle(struct worker *worker, const struct connection *connection) {
    uint32_t number = (uint32_t)(connection - worker->connections), kept = 0;
    for (uint32_t i = 0; i < worker->idle_count; i++)
        if (worker->idle[i] != number)
            worker->idle[kept++] = worker->idle[i];
    worker->idle_count = kept;
}

void worker_connection_left(struct connection *connection, enum connection_state before) {
    struct worker *worker = connection->worker;
    if (before == CONN_ABSENT)
        return;
    worker->open--;
    gate_connection_ended(worker->gate);
    worker->connecting -= before == CONN_CONNECTING;
    worker->preparing -= before == CONN_PREPARING;
    worker->ready -= before == CONN_READY;
    worker->busy -= before == CONN_WORKING;
    if (before == CONN_IDLE)
        forget_idle(worker, connection);
    show_live(worker, takers(worker));
    finish_if_done(worker);
}

void worker_connection_works(struct connection *connection, uint64_t now) {
    struct worker *worker = connection->worker;
    if (connection->state != CONN_WORKING)
        worker->busy++;
    connection->state = CONN_WORKING;
    if (!connection->bound)
        connection->checkout_ns = now;
    show_live(worker, takers(worker));
}

/* Older than connections are to get. */
static bool has_had_its_time(const struct connection *connection, uint64_t now) {
    const struct load_pool *pool = &connection->worker->options->pool;
    return pool->lifetime_ns > 0 && now - connection->ready_ns >= pool->lifetime_ns;
}

void worker_wish_done(struct connection *connection, uint64_t now) {
    struct worker *worker = connection->worker;
    /* A connection that is closed now leaves the next step of a walk waiting for another. */
    bool stays = !worker->options->pool.connect_each && !has_had_its_time(connection, now) &&
                 !connection->cut_now && !wire_lost(connection->wire);
    demand_done(&worker->demand, &connection->wish, now, (size_t)worker->idle_count + stays);
    connection->bound = false;
}

/* When there is something to do that no connection tells. */
void worker_rearm(struct worker *worker) {
    if (worker->finished)
        return;
    uint64_t next_ns = due_next(&worker->pauses);
    /* When it is over nothing is collected any more: what is due would ring without end. */
    if (worker->started && !is_over(worker, clock_ns())) {
        uint64_t demand_ns = demand_next_ns(&worker->demand);
        uint64_t end_ns = atomic_load_explicit(&worker->end_ns, memory_order_relaxed);
        next_ns = demand_ns < next_ns ? demand_ns : next_ns;
        next_ns = end_ns < next_ns ? end_ns : next_ns;
        next_ns = worker->upkeep_ns < next_ns ? worker->upkeep_ns : next_ns;
        /* What was done in an interval is handed over at its end, also if nothing goes on then: it
         * would be too late for its percentiles. */
        next_ns = worker->slot_end_ns < next_ns ? worker->slot_end_ns : next_ns;
    }
    /* One that rings too early finds nothing to do: that costs less than to set it anew each time.
     */
    if (next_ns < worker->alarm.at_ns)
        alarm_set(&worker->alarm, next_ns);
}

static bool open_one(struct worker *worker, const struct wish *wish) {
    for (uint32_t i = 0; i < worker->count; i++) {
        struct connection *connection = &worker->connections[i];
        if (connection->state != CONN_ABSENT || connection->waits != WAITS_NOT)
            continue;
        connection->bound = wish != NULL;
        if (wish) {
            connection->wish = *wish;
            connection->checkout_ns = clock_ns();
        }
        worker->open++;
        gate_connection_made(worker->gate);
        worker->connecting++;
        connection_open(connection);
        return true;
    }
    return false;
}

/* Connections that the pool lacks: up to its minimum, and one for each wish that waits for one. */
static void grow(struct worker *worker) {
    while (!worker->stopping && worker->connecting < CONNECTING_MAX &&
           worker->open < worker->count &&
           (worker->open < worker->minimum ||
            worker->demand.waiting > worker->connecting + worker->preparing))
        if (!open_one(worker, NULL))
            return;
}

/* One connection a transaction: each wish has its own made. */
static void open_bound(struct worker *worker) {
    struct wish wish;
    while (!worker->stopping && worker->open < worker->count &&
           worker->connecting < CONNECTING_MAX &&
           demand_take(&worker->demand, clock_ns(), worker->open, &wish)) {
        if (!open_one(worker, &wish)) {
            demand_return(&worker->demand, &wish);
            return;
        }
    }
}

void worker_connection_failed(struct connection *connection, const struct error *error) {
    struct worker *worker = connection->worker;
    uint64_t now = clock_ns();
    if (!worker->started || !worker->options->goes_on) {
        if (worker->started)
            worker_count_error(worker, error, false, now);
        if (connection->bound)
            worker->unsent++;
        worker_fail(worker, error);
        connection_close(connection);
        return;
    }
    bool made = connection->state == CONN_IDLE || connection->state == CONN_READY;
    worker_count_error(worker, error, false, now);
    if (connection->bound) {
        worker->started_count++;
        worker_record_failure(worker, connection, now);
        worker_wish_done(connection, now);
    }
    connection_park(connection);
    if (!made && !worker->finished) {
        uint32_t doublings = connection->failed_connects++;
        doublings = doublings < RECONNECT_DOUBLINGS ? doublings : RECONNECT_DOUBLINGS;
        uint64_t most_ns = RECONNECT_NS << doublings;
        connection->waits = WAITS_TO_CONNECT;
        due_add(&worker->pauses, now + most_ns / 2 + rng_below(&worker->rng, most_ns / 2),
                (uint32_t)(connection - worker->connections));
    }
    worker_dispatch(worker);
}

static void push_idle(struct connection *connection, uint64_t now) {
    struct worker *worker = connection->worker;
    worker->busy -= connection->state == CONN_WORKING;
    connection->state = CONN_IDLE;
    connection->idle_ns = now;
    worker->idle[worker->idle_count++] = (uint32_t)(connection - worker->connections);
    show_live(worker, takers(worker));
}

/* The next wish for a connection that has nothing to do; false: it is not idle any more. */
static bool take_work(struct connection *connection, uint64_t now) {
    struct worker *worker = connection->worker;
    struct wish wish;
    uint32_t others = worker->busy - (connection->state == CONN_WORKING);
    for (uint32_t skips = 0; demand_take(&worker->demand, now, others, &wish); skips++) {
        if (connection_begin(connection, &wish, now))
            return false;
        connection->wish = wish;
        worker_count_skipped(worker, connection, now);
        demand_skipped(&worker->demand, &wish, now, (size_t)worker->idle_count + 1);
        if (skips == SKIPS_MAX) {
            if (connection->state == CONN_WORKING)
                worker->busy--;
            connection->state = CONN_RESTING;
            connection_await_work(connection, now + SKIP_PAUSE_NS);
            return false;
        }
    }
    return true;
}

/* Queues what has come due. What was planned before an edge of a stage is counted in what ends
 * there, however late it is noticed. */
static void collect_wishes(struct worker *worker, uint64_t now, size_t idle) {
    for (uint64_t edge_ns; (edge_ns = worker_next_edge(worker)) <= now;) {
        demand_collect(&worker->demand, edge_ns - 1, idle);
        worker_count_demand(worker, edge_ns);
    }
    demand_collect(&worker->demand, now, idle);
    worker_count_demand(worker, now);
    show_live(worker, idle); /* a server that stands still gives no other occasion */
}

void worker_serve(struct connection *connection) {
    struct worker *worker = connection->worker;
    uint64_t now = clock_ns();
    if (is_over(worker, now)) {
        if (worker->started) /* or nobody counts what was asked for last */
            worker_count_demand(worker, now);
        connection_close(connection);
        worker_dispatch(worker);
        return;
    }
    if (worker->options->pool.connect_each || has_had_its_time(connection, now)) {
        connection_park(connection);
        worker_dispatch(worker);
        return;
    }
    if (now >= demand_next_ns(&worker->demand))
        collect_wishes(worker, now, (size_t)worker->idle_count + 1);
    /* A pool alone wants the next transaction as soon as one is done. */
    worker_count_demand(worker, now);
    if (take_work(connection, now))
        push_idle(connection, now);
    /* Another may be idle while wishes wait: they came after it had looked. */
    if (worker->idle_count > 0 && worker->demand.waiting > 0)
        worker_dispatch(worker);
    else
        worker_rearm(worker);
}

static void close_idle(struct worker *worker, uint64_t now) {
    const struct load_pool *pool = &worker->options->pool;
    if (now < worker->upkeep_ns)
        return;
    worker->upkeep_ns = now + UPKEEP_NS;
    while (worker->idle_count > 0 && worker->open > worker->minimum) {
        struct connection *connection = &worker->connections[worker->idle[0]];
        if (now - connection->idle_ns < pool->idle_ns)
            break;
        connection_park(connection);
    }
}

static void close_all_idle(struct worker *worker) {
    while (worker->idle_count > 0)
        connection_close(&worker->connections[worker->idle[worker->idle_count - 1]]);
    finish_if_done(worker);
}

void worker_dispatch(struct worker *worker) {
    if (!worker->started || worker->dispatching)
        return;
    worker->dispatching = true;
    uint64_t now = clock_ns();
    if (is_over(worker, now)) {
        close_all_idle(worker);
    } else {
        collect_wishes(worker, now, takers(worker));
        while (worker->idle_count > 0) {
            struct connection *connection =
                &worker->connections[worker->idle[--worker->idle_count]];
            /* Each at its own time: beginning the ones before may have taken a while. */
            if (take_work(connection, clock_ns())) {
                worker->idle_count++;
                break;
            }
        }
        close_idle(worker, now);
        if (worker->options->pool.connect_each)
            open_bound(worker);
        else
            grow(worker);
    }
    worker->dispatching = false;
    worker_rearm(worker);
}

static void on_alarm(void *context) {
    struct worker *worker = context;
    uint64_t now = clock_ns();
    for (struct due_entry entry; due_take(&worker->pauses, now, &entry);) {
        struct connection *connection = &worker->connections[entry.id];
        if (connection->waits == WAITS_TO_CONNECT)
            connection->waits = WAITS_NOT; /* dispatching finds it */
        else
            connection_resume(connection);
    }
    if (worker->started)
        worker_dispatch(worker);
    worker_rearm(worker);
}

void worker_connection_ready(struct connection *connection) {
    struct worker *worker = connection->worker;
    worker->connected++;
    if (!worker->started) {
        worker->ready++;
        return;
    }
    if (!connection->bound) {
        worker_serve(connection);
        return;
    }
    uint64_t now = clock_ns();
    struct wish wish = connection->wish;
    if (is_over(worker, now)) {
        worker->unsent++;
        connection_close(connection);
    } else if (!connection_begin(connection, &wish, now)) {
        worker_count_skipped(worker, connection, now);
        worker_wish_done(connection, now);
        worker_serve(connection);
    }
}

static void abandon_all(struct worker *worker) {
    for (uint32_t i = 0; i < worker->count; i++)
        connection_abandon(&worker->connections[i]);
    finish_if_done(worker);
}

static void on_deadline(uv_timer_t *timer) {
    struct worker *worker = timer->data;
    if (!worker->started) {
        struct error error = {0};
        error_set(&error, "%u or more of the pool's %u connections were not ready within %u s",
                  worker->minimum - worker->ready, worker->options->pool.min,
                  CONNECT_DEADLINE_MS / 1000);
        error_hint(&error, "ask for a smaller --pool");
        worker_fail(worker, &error);
    }
    worker->stopping = true;
    abandon_all(worker);
}

/* Rows have no end in time, and a window's end may not be known yet: what keeps the loop alive then
 * are the connections. */
static void set_end_deadline(struct worker *worker, uint64_t now) {
    uint64_t end_ns = atomic_load(&worker->end_ns);
    worker_rearm(worker);
    if (worker->ending || end_ns == UINT64_MAX)
        return;
    worker->ending = true;
    uint64_t left_ns = end_ns > now ? end_ns - now : 0;
    uv_timer_start(&worker->timer, on_deadline, left_ns / NS_PER_MS + END_DEADLINE_MS, 0);
}

static void start_writing(struct worker *worker, uint64_t go_ns) {
    worker->started = true;
    worker->slot_end_ns = go_ns + worker->options->interval_ns;
    if (worker->options->pool.idle_ns > 0)
        worker->upkeep_ns = go_ns + UPKEEP_NS;
    demand_start(&worker->demand, go_ns);
    for (uint32_t i = worker->count; i > 0; i--)
        if (worker->connections[i - 1].state == CONN_READY) {
            worker->ready--;
            push_idle(&worker->connections[i - 1], go_ns);
        }
    while (worker->options->pool.connect_each && worker->idle_count > 0)
        connection_park(&worker->connections[worker->idle[worker->idle_count - 1]]);
    worker_dispatch(worker);
    set_end_deadline(worker, go_ns);
}

static void on_wake(uv_async_t *async) {
    struct worker *worker = async->data;
    uint64_t go_ns = atomic_load(&worker->go_ns);
    if (worker->finished)
        return;
    uv_update_time(&worker->loop);
    if (atomic_load(&worker->stop)) {
        worker->stopping = true;
        if (!worker->started) {
            abandon_all(worker);
            return;
        }
        uv_timer_start(&worker->timer, on_deadline, STOP_DEADLINE_MS, 0);
        worker_dispatch(worker);
    } else if (go_ns && !worker->started) {
        start_writing(worker, go_ns);
    } else if (worker->started) {
        set_end_deadline(worker, clock_ns());
    }
}

/* After each round of the loop until go: connect more, tell when all are ready. */
static void on_check(uv_check_t *check) {
    struct worker *worker = check->data;
    if (!worker->stopping)
        grow(worker);
    if (worker->ready == worker->minimum) {
        uv_timer_stop(&worker->timer);
        gate_count(worker, &worker->gate->ready);
    }
    if (worker->ready == worker->minimum || worker->stopping)
        uv_check_stop(check);
}

static void *worker_main(void *context) {
    struct worker *worker = context;
    uv_check_start(&worker->check, on_check);
    uv_timer_start(&worker->timer, on_deadline, CONNECT_DEADLINE_MS, 0);
    on_check(&worker->check); /* a part of an elastic pool may have no minimum: nothing to await */
    uv_run(&worker->loop, UV_RUN_DEFAULT);
    worker_end_window(worker);
    gate_count(worker, &worker->gate->finished);
    return NULL;
}

void worker_start(struct worker *worker) {
    if (uv_loop_init(&worker->loop) || uv_async_init(&worker->loop, &worker->wake, on_wake) ||
        uv_timer_init(&worker->loop, &worker->timer) ||
        uv_check_init(&worker->loop, &worker->check))
        panic("can't make an event loop");
    alarm_init(&worker->alarm, &worker->loop, on_alarm, worker);
    uv_unref((uv_handle_t *)&worker->wake);
    uv_unref((uv_handle_t *)&worker->check);
    worker->wake.data = worker->timer.data = worker->check.data = worker;
    if (pthread_create(&worker->thread, NULL, worker_main, worker))
        panic("can't make a thread");
}

void worker_set_window(struct worker *worker, uint64_t begin_ns, uint64_t end_ns) {
    atomic_store(&worker->begin_ns, begin_ns);
    atomic_store(&worker->end_ns, end_ns);
    uv_async_send(&worker->wake);
}

void worker_go(struct worker *worker, uint64_t go_ns) {
    atomic_store(&worker->go_ns, go_ns);
    uv_async_send(&worker->wake);
}

void worker_stop(struct worker *worker) {
    atomic_store(&worker->stop, 1);
    uv_async_send(&worker->wake);
}

void worker_join(struct worker *worker) {
    pthread_join(worker->thread, NULL);
    uv_close((uv_handle_t *)&worker->wake, NULL);
    uv_close((uv_handle_t *)&worker->check, NULL);
    uv_run(&worker->loop, UV_RUN_DEFAULT);
    if (uv_loop_close(&worker->loop))
        panic("a worker's loop still has handles");
}
