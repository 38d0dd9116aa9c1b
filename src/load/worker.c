#include "load/worker.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

/* Handshakes in flight on one worker: enough to be fast, few enough for the server's listen queue.
 */
#define CONNECTING_MAX 32u
#define CONNECT_DEADLINE_MS 60000u
/* How long commits in flight may take to end when the time is over, before they are abandoned. */
#define END_DEADLINE_MS 10000u
/* The same after an error or an interruption. */
#define STOP_DEADLINE_MS 5000u

static uint32_t share(uint32_t total, uint32_t parts, uint32_t part) {
    return total / parts + (part < total % parts);
}

/* Blocks of rows dealt to the threads: small enough that exact row counts come out even, large
 * enough that a batch seldom crosses one. */
static unsigned block_shift(uint64_t rows, uint32_t threads) {
    unsigned shift = 10;
    while (rows && shift > 0 && (1ull << shift) * threads * 16 > rows)
        shift--;
    return shift;
}

void worker_init(struct worker *worker, const struct load_options *options, struct gate *gate,
                 uint32_t number) {
    *worker = (struct worker){.options = options, .gate = gate};
    worker->count = share(options->pool, options->threads, number);
    worker->connections = MEM_ARRAY(struct connection, worker->count);
    for (uint32_t i = 0; i < worker->count; i++)
        worker->connections[i].worker = worker;
    worker->map = (struct row_map){.thread = number,
                                   .threads = options->threads,
                                   .shift = block_shift(options->rows, options->threads)};
    worker->rows_end = options->rows ? row_map_count(&worker->map, options->rows) : UINT64_MAX;
    worker->batch_key = rng_key(options->seed, "batch sizes") ^ rng_mix(number);
    write_buffer_init(&worker->buffer, options->write);
    worker->response = histogram_new();
    if (options->write->path->own_commit) {
        worker->statement = histogram_new();
        worker->commit = histogram_new();
    }
    for (int i = 0; i < WORKER_SLOTS; i++)
        worker->slots[i].response = histogram_new();
}

void worker_release(struct worker *worker) {
    free(worker->connections);
    write_buffer_release(&worker->buffer);
    histogram_free(worker->response);
    histogram_free(worker->statement);
    histogram_free(worker->commit);
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

/* The last connection ends the loop. The wake handle stays until the thread is joined, since the
 * main thread may use it at any time. */
void worker_connection_closed(struct worker *worker) {
    worker->closed++;
    if (worker->closed == worker->count)
        uv_close((uv_handle_t *)&worker->timer, NULL);
}

/* Takes the next interval's slot; if the main thread has not given it back, this one goes on. */
static void next_slot(struct worker *worker, uint64_t now) {
    uint64_t go_ns = atomic_load_explicit(&worker->go_ns, memory_order_relaxed);
    uint64_t interval_ns = worker->options->interval_ns;
    uint64_t number = (now - go_ns) / interval_ns;
    struct interval_slot *next = &worker->slots[(worker->slot + 1) % WORKER_SLOTS];
    worker->slot_end_ns = go_ns + (number + 1) * interval_ns;
    if (atomic_load_explicit(&next->state, memory_order_acquire) != SLOT_FREE)
        return;
    atomic_store_explicit(&worker->slots[worker->slot].state, SLOT_FULL, memory_order_release);
    worker->slot = (worker->slot + 1) % WORKER_SLOTS;
    next->number = number;
}

static struct interval_slot *slot_at(struct worker *worker, uint64_t now) {
    if (now >= worker->slot_end_ns)
        next_slot(worker, now);
    return &worker->slots[worker->slot];
}

void worker_count_error(struct worker *worker, uint64_t now) {
    slot_at(worker, now)->errors++;
}

void worker_record(struct worker *worker, const struct connection *connection, uint64_t now) {
    const struct writer *writer = &connection->writer;
    uint64_t response_ns = now - connection->began_ns;
    worker->committed++;
    worker->rows_acknowledged += writer->count;
    worker->last_done_ns = now;
    struct interval_slot *slot = slot_at(worker, now);
    slot->rows += writer->count;
    slot->commits++;
    histogram_record(slot->response, response_ns);
    if (now >= atomic_load_explicit(&worker->begin_ns, memory_order_relaxed) &&
        now < atomic_load_explicit(&worker->end_ns, memory_order_relaxed)) {
        worker->rows += writer->count;
        worker->commits++;
        histogram_record(worker->response, response_ns);
        if (worker->commit) {
            histogram_record(worker->statement, writer->rows_done_ns - connection->began_ns);
            histogram_record(worker->commit, now - writer->rows_done_ns);
        }
    }
    atomic_store_explicit(&worker->rows_live, worker->rows_acknowledged, memory_order_relaxed);
}

static void open_more(struct worker *worker) {
    while (!worker->stopping && worker->next < worker->count &&
           worker->connecting < CONNECTING_MAX) {
        worker->connecting++;
        connection_open(&worker->connections[worker->next++]);
    }
}

static void abandon_all(struct worker *worker) {
    for (uint32_t i = 0; i < worker->count; i++)
        connection_abandon(&worker->connections[i]);
}

static void on_deadline(uv_timer_t *timer) {
    struct worker *worker = timer->data;
    if (!worker->started) {
        struct error error = {0};
        error_set(&error, "%u or more of the pool's %u connections were not ready within %u s",
                  worker->count - worker->ready, worker->options->pool, CONNECT_DEADLINE_MS / 1000);
        error_hint(&error, "ask for a smaller --pool");
        worker_fail(worker, &error);
    }
    abandon_all(worker);
}

/* Rows have no end in time, and a window's end may not be known yet: what keeps the loop alive then
 * are the connections. */
static void set_end_deadline(struct worker *worker, uint64_t now) {
    uint64_t end_ns = atomic_load(&worker->end_ns);
    if (worker->ending || end_ns == UINT64_MAX)
        return;
    worker->ending = true;
    uint64_t left_ns = end_ns > now ? end_ns - now : 0;
    uv_timer_start(&worker->timer, on_deadline, left_ns / NS_PER_MS + END_DEADLINE_MS, 0);
}

static void start_writing(struct worker *worker, uint64_t go_ns) {
    worker->started = true;
    worker->slot_end_ns = go_ns + worker->options->interval_ns;
    set_end_deadline(worker, go_ns);
    for (uint32_t i = 0; i < worker->count; i++)
        if (worker->connections[i].state == CONN_READY)
            connection_write(&worker->connections[i]);
}

static void on_wake(uv_async_t *async) {
    struct worker *worker = async->data;
    uint64_t go_ns = atomic_load(&worker->go_ns);
    if (atomic_load(&worker->stop)) {
        worker->stopping = true;
        if (!worker->started) {
            abandon_all(worker);
            return;
        }
        if (worker->closed < worker->count)
            uv_timer_start(&worker->timer, on_deadline, STOP_DEADLINE_MS, 0);
    } else if (go_ns && !worker->started) {
        uv_update_time(&worker->loop);
        start_writing(worker, go_ns);
    } else if (worker->started && worker->closed < worker->count) {
        uv_update_time(&worker->loop);
        set_end_deadline(worker, clock_ns());
    }
}

/* After each round of the loop: connect more, tell when all are ready. */
static void on_check(uv_check_t *check) {
    struct worker *worker = check->data;
    if (!worker->stopping)
        open_more(worker);
    if (worker->ready == worker->count) {
        uv_timer_stop(&worker->timer);
        gate_count(worker, &worker->gate->ready);
    }
    if (worker->ready == worker->count || worker->stopping)
        uv_check_stop(check);
}

static void *worker_main(void *context) {
    struct worker *worker = context;
    uv_check_start(&worker->check, on_check);
    uv_timer_start(&worker->timer, on_deadline, CONNECT_DEADLINE_MS, 0);
    open_more(worker);
    uv_run(&worker->loop, UV_RUN_DEFAULT);
    gate_count(worker, &worker->gate->finished);
    return NULL;
}

void worker_start(struct worker *worker) {
    if (uv_loop_init(&worker->loop) || uv_async_init(&worker->loop, &worker->wake, on_wake) ||
        uv_timer_init(&worker->loop, &worker->timer) ||
        uv_check_init(&worker->loop, &worker->check))
        panic("can't make an event loop");
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
