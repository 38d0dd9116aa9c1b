#include "load/load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "load/worker.h"

/* Between two looks at interruption, intervals and progress. */
#define TICK_NS (100 * NS_PER_MS)
/* Every other one of them is told to the hooks. */
#define PROGRESS_NS (200 * NS_PER_MS)

/* An edge of a window that the hooks have decided lies so far ahead that every worker knows of it
 * in time. */
#define EDGE_LEAD_NS (20 * NS_PER_MS)

/* How long after its end an interval's percentiles wait for workers whose next commit is late. */
#define INTERVAL_GRACE_NS (150 * NS_PER_MS)

/* The run as the main thread sees it. */
struct run {
    const struct load_options *options;
    struct load_result *result;
    struct gate gate;
    struct worker *workers;
    uint64_t go_ns, begin_ns, end_ns;
    uint64_t cpu_begin_ns, cpu_end_ns;
    uint64_t progress_ns; /* when the hooks are asked again */
    bool in_window, window_over, stopped, interrupted;
    size_t interval_capacity;
    struct histogram *
        *interval_histograms; /* of the intervals not yet closed, by number % WORKER_SLOTS */
    size_t closed_intervals;
};

uint32_t load_default_threads(uint32_t pool) {
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    return cpus < 1 ? 1 : (uint32_t)cpus < pool ? (uint32_t)cpus : pool;
}

/* Waits for the gate to change, at most until a time. The gate is locked. */
static void gate_wait(struct gate *gate, uint64_t until_ns) {
    struct timespec at = {.tv_sec = (time_t)(until_ns / NS_PER_S),
                          .tv_nsec = (long)(until_ns % NS_PER_S)};
    int failed = pthread_cond_timedwait(&gate->changed, &gate->mutex, &at);
    if (failed && failed != ETIMEDOUT)
        panic("pthread_cond_timedwait: %s", strerror(failed));
}

static void gate_init(struct gate *gate) {
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&gate->mutex, NULL);
    pthread_cond_init(&gate->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

static void window_edges(struct run *run, uint64_t now) {
    const struct load_hooks *hooks = &run->options->hooks;
    if (!run->in_window && !run->window_over && !run->stopped && now >= run->begin_ns) {
        run->in_window = true;
        run->cpu_begin_ns = clock_process_cpu_ns();
        if (hooks->window_begin)
            hooks->window_begin(hooks->context, now);
    }
    if (run->in_window && now >= run->end_ns) {
        run->in_window = false;
        run->window_over = true;
        run->cpu_end_ns = clock_process_cpu_ns();
        if (hooks->window_end)
            hooks->window_end(hooks->context, now);
    }
}

/* An error or an interruption: the window ends now, whatever is still in flight. What hangs must
 * not make the time before it look short. */
static void stop_all(struct run *run) {
    if (run->stopped)
        return;
    uint64_t now = clock_ns();
    if (!run->window_over)
        run->end_ns = now;
    for (uint32_t i = 0; i < run->options->threads; i++) {
        worker_set_window(&run->workers[i], run->begin_ns, run->end_ns);
        worker_stop(&run->workers[i]);
    }
    run->stopped = true;
    window_edges(run, now);
}

static double interval_s(const struct run *run) {
    return (double)run->options->interval_ns / (double)NS_PER_S;
}

static struct load_interval *interval_at(struct run *run, uint64_t number) {
    struct load_result *result = run->result;
    while (number >= run->interval_capacity) {
        run->interval_capacity *= 2;
        result->intervals =
            mem_grow(result->intervals, run->interval_capacity, sizeof *result->intervals);
    }
    for (; result->interval_count <= number; result->interval_count++)
        result->intervals[result->interval_count] = (struct load_interval){
            .t_s = (double)result->interval_count * interval_s(run), .length_s = interval_s(run)};
    return &result->intervals[number];
}

/* Percentiles of the intervals before number, whose workers have all gone on. */
static void close_intervals(struct run *run, uint64_t number) {
    for (; run->closed_intervals < number && run->closed_intervals < run->result->interval_count;
         run->closed_intervals++) {
        struct histogram *h = run->interval_histograms[run->closed_intervals % WORKER_SLOTS];
        struct load_interval *interval = &run->result->intervals[run->closed_intervals];
        interval->p50_ns = histogram_quantile(h, 0.50);
        interval->p99_ns = histogram_quantile(h, 0.99);
        histogram_clear(h);
    }
}

static void take_slot(struct run *run, struct interval_slot *slot) {
    if (slot->commits == 0 && slot->errors == 0)
        return;
    /* A late slot's percentiles go to the oldest interval that is still open. */
    uint64_t number = slot->number < run->closed_intervals ? run->closed_intervals : slot->number;
    if (number >= run->closed_intervals + WORKER_SLOTS)
        close_intervals(run, number - WORKER_SLOTS + 1);
    struct load_interval *interval = interval_at(run, slot->number);
    interval->rows += slot->rows;
    interval->commits += slot->commits;
    interval->errors += slot->errors;
    interval_at(run, number);
    histogram_merge(run->interval_histograms[number % WORKER_SLOTS], slot->response);
    slot->rows = slot->commits = slot->errors = 0;
    histogram_clear(slot->response);
}

static void take_intervals(struct run *run) {
    for (uint32_t i = 0; i < run->options->threads; i++)
        for (int k = 0; k < WORKER_SLOTS; k++) {
            struct interval_slot *slot = &run->workers[i].slots[k];
            if (atomic_load_explicit(&slot->state, memory_order_acquire) != SLOT_FULL)
                continue;
            take_slot(run, slot);
            atomic_store_explicit(&slot->state, SLOT_FREE, memory_order_release);
        }
}

/* The hooks decide the window's edges; the workers are told. */
static void ask_window(struct run *run, uint64_t now) {
    const struct load_hooks *hooks = &run->options->hooks;
    if (run->begin_ns == UINT64_MAX &&
        hooks->may_begin(hooks->context, now, run->result->intervals, run->closed_intervals))
        run->begin_ns = now + EDGE_LEAD_NS;
    else if (run->in_window && run->end_ns == UINT64_MAX && hooks->may_end(hooks->context, now))
        run->end_ns = now + EDGE_LEAD_NS;
    else
        return;
    for (uint32_t i = 0; i < run->options->threads; i++)
        worker_set_window(&run->workers[i], run->begin_ns, run->end_ns);
}

static void fail(struct run *run, const struct error *error) {
    pthread_mutex_lock(&run->gate.mutex);
    if (!run->gate.failed)
        run->gate.error = *error;
    run->gate.failed = true;
    pthread_mutex_unlock(&run->gate.mutex);
}

static void progress(struct run *run, uint64_t now) {
    const struct load_hooks *hooks = &run->options->hooks;
    uint64_t over = now < run->go_ns + INTERVAL_GRACE_NS
                        ? 0
                        : (now - run->go_ns - INTERVAL_GRACE_NS) / run->options->interval_ns;
    /* One in which nothing was done is an interval too. */
    if (over > 0 && !run->stopped)
        (void)interval_at(run, over - 1);
    close_intervals(run, over);
    if (now < run->progress_ns || run->stopped)
        return;
    run->progress_ns = now + PROGRESS_NS;
    if (run->options->open_window)
        ask_window(run, now);
    uint64_t rows = 0;
    for (uint32_t i = 0; i < run->options->threads; i++)
        rows += atomic_load_explicit(&run->workers[i].rows_live, memory_order_relaxed);
    const struct load_interval *last =
        run->closed_intervals ? &run->result->intervals[run->closed_intervals - 1] : NULL;
    struct error error = {0};
    if (hooks->progress && !hooks->progress(hooks->context, now, rows, last, &error))
        fail(run, &error);
}

/* Until every worker has connected, one has failed, or the user has had enough. */
static bool await_ready(struct run *run) {
    struct gate *gate = &run->gate;
    pthread_mutex_lock(&gate->mutex);
    while (gate->ready < run->options->threads && !gate->failed && !interrupted())
        gate_wait(gate, clock_ns() + TICK_NS);
    bool ready = gate->ready == run->options->threads && !gate->failed && !interrupted();
    pthread_mutex_unlock(&gate->mutex);
    return ready;
}

static uint64_t next_event(const struct run *run, uint64_t now) {
    uint64_t next = now + TICK_NS;
    if (now < run->begin_ns && run->begin_ns < next)
        next = run->begin_ns;
    if (now < run->end_ns && run->end_ns < next)
        next = run->end_ns;
    return next;
}

/* From go to the last worker's end. */
static void await_finished(struct run *run) {
    struct gate *gate = &run->gate;
    window_edges(run, clock_ns()); /* without a warm-up the window begins at once */
    for (bool finished = false; !finished;) {
        uint64_t now = clock_ns();
        pthread_mutex_lock(&gate->mutex);
        if (gate->finished < run->options->threads && !(gate->failed && !run->stopped))
            gate_wait(gate, next_event(run, now));
        finished = gate->finished == run->options->threads;
        bool failed = gate->failed;
        pthread_mutex_unlock(&gate->mutex);
        now = clock_ns();
        window_edges(run, now);
        run->interrupted |= interrupted() && !run->window_over;
        if (failed || interrupted())
            stop_all(run);
        take_intervals(run);
        progress(run, now);
    }
    if (run->in_window)
        run->cpu_end_ns = clock_process_cpu_ns();
}

static void collect(struct run *run) {
    struct load_result *result = run->result;
    uint64_t last_done_ns = 0;
    for (uint32_t i = 0; i < run->options->threads; i++) {
        struct worker *worker = &run->workers[i];
        worker_join(worker);
        result->rows += worker->rows;
        result->commits += worker->commits;
        result->started += worker->started_count;
        result->committed += worker->committed;
        result->failed += worker->failed;
        result->abandoned += worker->abandoned;
        result->retried += worker->retried;
        result->rows_acknowledged += worker->rows_acknowledged;
        result->rows_ambiguous += worker->rows_ambiguous;
        result->miscounted |= worker->miscounted;
        histogram_merge(result->response, worker->response);
        histogram_merge(result->statement, worker->commit ? worker->statement : worker->response);
        if (worker->commit)
            histogram_merge(result->commit, worker->commit);
        if (worker->last_done_ns > last_done_ns)
            last_done_ns = worker->last_done_ns;
        for (int k = 0; k < WORKER_SLOTS; k++)
            take_slot(run, &worker->slots[k]);
    }
    if (result->started != result->committed + result->failed + result->abandoned)
        panic(
            "transactions do not add up: %llu started, %llu committed, %llu failed, %llu abandoned",
            (unsigned long long)result->started, (unsigned long long)result->committed,
            (unsigned long long)result->failed, (unsigned long long)result->abandoned);
    close_intervals(run, result->interval_count);
    /* A window that rows decide ends with the last commit. */
    uint64_t end_ns = run->end_ns != UINT64_MAX ? run->end_ns : last_done_ns;
    if (!run->window_over && !run->in_window)
        end_ns = 0; /* it has never begun */
    if (run->in_window && run->options->hooks.window_end)
        run->options->hooks.window_end(run->options->hooks.context, clock_ns());
    if (end_ns > run->begin_ns && run->go_ns) {
        result->seconds = (double)(end_ns - run->begin_ns) / (double)NS_PER_S;
        result->window_at_s = (double)(run->begin_ns - run->go_ns) / (double)NS_PER_S;
    }
    result->cpu_ns = run->cpu_end_ns - run->cpu_begin_ns;
    if (result->interval_count && last_done_ns > run->go_ns) {
        struct load_interval *last = &result->intervals[result->interval_count - 1];
        double rest_s = (double)(last_done_ns - run->go_ns) / (double)NS_PER_S - last->t_s;
        last->length_s = rest_s > 0 && rest_s < interval_s(run) ? rest_s : interval_s(run);
    }
}

static void run_init(struct run *run, const struct load_options *options,
                     struct load_result *result) {
    *run = (struct run){.options = options, .result = result};
    *result = (struct load_result){
        .response = histogram_new(), .statement = histogram_new(), .window_at_s = -1};
    result->commit = options->write->path->own_commit ? histogram_new() : NULL;
    gate_init(&run->gate);
    run->interval_capacity = 4096;
    result->intervals = MEM_ARRAY(struct load_interval, run->interval_capacity);
    run->interval_histograms = MEM_ARRAY(struct histogram *, WORKER_SLOTS);
    for (int i = 0; i < WORKER_SLOTS; i++)
        run->interval_histograms[i] = histogram_new();
    run->workers = aligned_alloc(_Alignof(struct worker), options->threads * sizeof *run->workers);
    if (!run->workers)
        panic("out of memory");
    for (uint32_t i = 0; i < options->threads; i++)
        worker_init(&run->workers[i], options, &run->gate, i);
}

static void run_release(struct run *run) {
    for (uint32_t i = 0; i < run->options->threads; i++)
        worker_release(&run->workers[i]);
    free(run->workers);
    for (int i = 0; i < WORKER_SLOTS; i++)
        histogram_free(run->interval_histograms[i]);
    free(run->interval_histograms);
    pthread_cond_destroy(&run->gate.changed);
    pthread_mutex_destroy(&run->gate.mutex);
}

static void go(struct run *run) {
    const struct load_options *options = run->options;
    if (options->hooks.connected)
        options->hooks.connected(options->hooks.context);
    /* Exact rows are measured from the first to the last: the hook must have looked before the
     * first. */
    if (options->rows) {
        run->end_ns = UINT64_MAX;
        window_edges(run, clock_ns());
    }
    run->go_ns = clock_ns();
    bool open = options->open_window;
    run->begin_ns = open            ? UINT64_MAX
                    : options->rows ? run->go_ns
                                    : run->go_ns + options->warmup_ns;
    run->end_ns = open || options->rows ? UINT64_MAX : run->begin_ns + options->duration_ns;
    if (options->hooks.started)
        options->hooks.started(options->hooks.context, run->go_ns);
    for (uint32_t i = 0; i < options->threads; i++) {
        worker_set_window(&run->workers[i], run->begin_ns, run->end_ns);
        worker_go(&run->workers[i], run->go_ns);
    }
}

bool load_run(const struct load_options *options, struct load_result *result, struct error *error) {
    struct run run;
    run_init(&run, options, result);
    for (uint32_t i = 0; i < options->threads; i++)
        worker_start(&run.workers[i]);
    bool ready = await_ready(&run);
    if (ready) {
        go(&run);
        await_finished(&run);
    } else {
        run.interrupted = interrupted();
        stop_all(&run);
    }
    collect(&run);
    bool ok = true;
    if (run.gate.failed) {
        *error = run.gate.error;
        ok = false;
    } else if (run.interrupted) {
        ok = error_set(error, "interrupted");
        error->exit_code = EXIT_INTERRUPTED;
    }
    run_release(&run);
    return ok;
}

void load_result_release(struct load_result *result) {
    histogram_free(result->response);
    histogram_free(result->statement);
    histogram_free(result->commit);
    free(result->intervals);
    *result = (struct load_result){0};
}
