#include "load/load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "load/collect.h"
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
    /* Of the closed ones inside the window, and of those of the stage that is on. */
    struct histogram *response, *stage_response;
    size_t first_interval, stage;
    uint64_t stage_at_ns, stage_end_ns; /* since go */
    /* Looks at the pool in the interval that is on. */
    struct pool_looks {
        uint64_t number;
        double busy, open, waiting_max;
        uint32_t count;
    } looks;
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
        result->intervals[result->interval_count] =
            (struct load_interval){.t_s = (double)result->interval_count * interval_s(run),
                                   .length_s = interval_s(run),
                                   .busy = -1,
                                   .open = -1,
                                   .waiting = -1};
    return &result->intervals[number];
}

/* The stage in which an interval lies as a whole, its beginning and its end since go; false: it
 * lies in two. */
static bool stage_of(const struct load_options *options, size_t number, size_t *stage,
                     uint64_t *at_ns, uint64_t *end_ns) {
    const struct load_demand *demand = options->demand;
    uint64_t interval_ns = options->interval_ns, begin_ns = number * interval_ns;
    *stage = 0;
    *at_ns = 0;
    *end_ns = UINT64_MAX;
    if (!options->stages)
        return true;
    while (*stage + 1 < demand->span_count && begin_ns - *at_ns >= demand->spans[*stage].length_ns)
        *at_ns += demand->spans[(*stage)++].length_ns;
    if (*stage + 1 < demand->span_count)
        *end_ns = *at_ns + demand->spans[*stage].length_ns;
    return begin_ns + interval_ns <= *end_ns;
}

/* What the hooks see of the window while it lasts: by whole intervals. */
static void add_to_window(struct run *run, size_t number, const struct histogram *response) {
    double t_s = run->result->intervals[number].t_s;
    uint64_t begin_ns = run->go_ns + (uint64_t)(t_s * (double)NS_PER_S);
    if (run->begin_ns == UINT64_MAX || begin_ns < run->begin_ns) {
        run->first_interval = number + 1;
        return;
    }
    histogram_merge(run->response, response);
    size_t stage;
    uint64_t at_ns, end_ns;
    if (!stage_of(run->options, number, &stage, &at_ns, &end_ns))
        return;
    if (stage != run->stage)
        histogram_clear(run->stage_response);
    run->stage = stage;
    run->stage_at_ns = at_ns;
    run->stage_end_ns = end_ns;
    histogram_merge(run->stage_response, response);
}

/* Whether the interval that was closed last is its stage's last whole one. */
static bool stage_has_ended(const struct run *run) {
    uint64_t begin_ns = (run->closed_intervals - 1) * run->options->interval_ns;
    return run->stage_end_ns != UINT64_MAX && begin_ns >= run->stage_at_ns &&
           begin_ns + run->options->interval_ns <= run->stage_end_ns &&
           begin_ns + 2 * run->options->interval_ns > run->stage_end_ns;
}

/* Percentiles of the intervals before number, whose workers have all gone on. */
static void close_intervals(struct run *run, uint64_t number) {
    for (; run->closed_intervals < number && run->closed_intervals < run->result->interval_count;
         run->closed_intervals++) {
        struct histogram *h = run->interval_histograms[run->closed_intervals % WORKER_SLOTS];
        struct load_interval *interval = &run->result->intervals[run->closed_intervals];
        interval->p50_ns = histogram_quantile(h, 0.50);
        interval->p95_ns = histogram_quantile(h, 0.95);
        interval->p99_ns = histogram_quantile(h, 0.99);
        add_to_window(run, run->closed_intervals, h);
        histogram_clear(h);
    }
}

static void take_slot(struct run *run, struct interval_slot *slot) {
    if (slot->commits == 0 && slot->errors == 0 && slot->asked == 0)
        return;
    /* A late slot's percentiles go to the oldest interval that is still open. */
    uint64_t number = slot->number < run->closed_intervals ? run->closed_intervals : slot->number;
    if (number >= run->closed_intervals + WORKER_SLOTS)
        close_intervals(run, number - WORKER_SLOTS + 1);
    struct load_interval *interval = interval_at(run, slot->number);
    interval->rows += slot->rows;
    interval->commits += slot->commits;
    interval->errors += slot->errors;
    interval->failed += slot->failed;
    interval->asked += slot->asked;
    interval_at(run, number);
    histogram_merge(run->interval_histograms[number % WORKER_SLOTS], slot->response);
    slot->rows = slot->commits = slot->errors = slot->failed = slot->asked = 0;
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

static uint64_t sum_live(const struct run *run, struct load_progress *progress) {
    for (uint32_t i = 0; i < run->options->threads; i++) {
        struct worker *worker = &run->workers[i];
        progress->rows += atomic_load_explicit(&worker->rows_live, memory_order_relaxed);
        progress->busy += atomic_load_explicit(&worker->busy_live, memory_order_relaxed);
        progress->open += atomic_load_explicit(&worker->open_live, memory_order_relaxed);
        progress->waiting += atomic_load_explicit(&worker->waiting_live, memory_order_relaxed);
    }
    return progress->rows;
}

static void end_looks(struct run *run) {
    struct pool_looks *looks = &run->looks;
    if (looks->count > 0) {
        struct load_interval *interval = interval_at(run, looks->number);
        interval->busy = looks->busy / looks->count;
        interval->open = looks->open / looks->count;
        interval->waiting = looks->waiting_max;
    }
    *looks = (struct pool_looks){0};
}

/* How many connections work, and how many wishes wait for one. */
static void look_at_pool(struct run *run, const struct load_progress *progress) {
    uint64_t number = (progress->now_ns - run->go_ns) / run->options->interval_ns;
    if (number != run->looks.number)
        end_looks(run);
    struct pool_looks *looks = &run->looks;
    looks->number = number;
    looks->count++;
    looks->busy += (double)progress->busy;
    looks->open += (double)progress->open;
    if ((double)progress->waiting > looks->waiting_max)
        looks->waiting_max = (double)progress->waiting;
}

/* Tells the hooks how far it is. */
static void tell(struct run *run, struct load_progress *progress) {
    const struct load_hooks *hooks = &run->options->hooks;
    progress->intervals = run->result->intervals;
    progress->count = run->closed_intervals;
    progress->first = run->first_interval;
    progress->response = run->response;
    progress->stage_response = run->stage_response;
    progress->stage = run->stage;
    progress->stage_at_s = (double)run->stage_at_ns / (double)NS_PER_S;
    progress->stage_end_s = (double)run->stage_end_ns / (double)NS_PER_S;
    struct error error = {0};
    if (hooks->progress && !hooks->progress(hooks->context, progress, &error))
        fail(run, &error);
}

static void progress(struct run *run, uint64_t now) {
    struct load_progress progress = {.now_ns = now};
    bool works = !run->stopped && !run->window_over;
    sum_live(run, &progress);
    uint64_t over = now < run->go_ns + INTERVAL_GRACE_NS
                        ? 0
                        : (now - run->go_ns - INTERVAL_GRACE_NS) / run->options->interval_ns;
    /* One in which nothing was done is an interval too. */
    if (over > 0 && !run->stopped)
        (void)interval_at(run, over - 1);
    while (run->closed_intervals < over && run->closed_intervals < run->result->interval_count) {
        close_intervals(run, run->closed_intervals + 1);
        /* What is to end with a stage must not wait until the next one has intervals. */
        if (works && stage_has_ended(run))
            tell(run, &progress);
    }
    if (!works)
        return;
    look_at_pool(run, &progress);
    if (now < run->progress_ns)
        return;
    run->progress_ns = now + PROGRESS_NS;
    if (run->options->open_window)
        ask_window(run, now);
    tell(run, &progress);
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

/* How long each stage lasted inside the window, which may have ended early. */
static void collect_seconds(struct run *run, uint64_t end_ns) {
    struct load_result *result = run->result;
    const struct load_options *options = run->options;
    result->seconds = (double)(end_ns - run->begin_ns) / (double)NS_PER_S;
    result->window_at_s = (double)(run->begin_ns - run->go_ns) / (double)NS_PER_S;
    double rest_s = result->seconds;
    for (size_t i = 0; i < result->stage_count; i++) {
        double length_s = options->stages
                              ? (double)options->demand->spans[i].length_ns / (double)NS_PER_S
                              : rest_s;
        result->stage_seconds[i] = length_s < rest_s ? length_s : rest_s;
        rest_s -= result->stage_seconds[i];
    }
}

static void collect(struct run *run) {
    struct load_result *result = run->result;
    uint64_t last_done_ns = 0;
    for (uint32_t i = 0; i < run->options->threads; i++) {
        struct worker *worker = &run->workers[i];
        worker_join(worker);
        result_add_worker(result, worker);
        for (int k = 0; k < WORKER_SLOTS; k++)
            take_slot(run, &worker->slots[k]);
        if (worker->last_done_ns > last_done_ns)
            last_done_ns = worker->last_done_ns;
    }
    result_check_sums(result);
    result->open_max = atomic_load(&run->gate.open_max);
    for (size_t i = 0; i < result->stage_count * result->step_count; i++) {
        result->commits += result->tallies[i].committed;
        if (!run->options->steps[i % result->step_count]->reads)
            result->rows += result->tallies[i].rows;
    }
    end_looks(run);
    close_intervals(run, result->interval_count);
    /* A window that rows decide ends with the last commit. */
    uint64_t end_ns = run->end_ns != UINT64_MAX ? run->end_ns : last_done_ns;
    if (!run->window_over && !run->in_window)
        end_ns = 0; /* it has never begun */
    if (run->in_window && run->options->hooks.window_end)
        run->options->hooks.window_end(run->options->hooks.context, clock_ns());
    if (end_ns > run->begin_ns && run->go_ns)
        collect_seconds(run, end_ns);
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
    result_init(result, options);
    gate_init(&run->gate);
    run->interval_capacity = 4096;
    result->intervals = MEM_ARRAY(struct load_interval, run->interval_capacity);
    run->interval_histograms = MEM_ARRAY(struct histogram *, WORKER_SLOTS);
    for (int i = 0; i < WORKER_SLOTS; i++)
        run->interval_histograms[i] = histogram_new();
    run->stage_end_ns = UINT64_MAX;
    run->response = histogram_new();
    run->stage_response = histogram_new();
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
    histogram_free(run->response);
    histogram_free(run->stage_response);
    pthread_cond_destroy(&run->gate.changed);
    pthread_mutex_destroy(&run->gate.mutex);
}

/* Of all stages together; UINT64_MAX: the last one has no end. */
static uint64_t stages_ns(const struct load_demand *demand) {
    uint64_t ns = 0;
    for (size_t i = 0; i < demand->span_count; i++)
        ns += demand->spans[i].length_ns;
    return ns;
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
    uint64_t warmup_ns = options->rows || options->stages ? 0 : options->warmup_ns;
    uint64_t duration_ns = options->stages ? stages_ns(options->demand) : options->duration_ns;
    run->begin_ns = open ? UINT64_MAX : run->go_ns + warmup_ns;
    run->end_ns = open || options->rows ? UINT64_MAX : run->begin_ns + duration_ns;
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
