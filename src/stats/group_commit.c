#include "stats/group_commit.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/rng.h"

/* Something that happens to a connection, or to what comes after them in number: to the flush, to
 * the next arrival while a connection is free. */
struct event {
    double at_s;
    uint32_t who;
};

struct connection {
    double begun_s; /* it arrived; of a closed loop it was begun */
    double before_s, pass_s, after_s;
    enum { BEFORE, PASS, AFTER } stage; /* what the event ends */
};

struct simulation {
    const struct group_commit *options;
    struct connection *connections;
    struct event *heap; /* the earliest first */
    uint32_t heap_count;
    uint32_t *queue; /* a ring: connections and the next flush, for a CPU */
    uint32_t queue_first, queue_count;
    uint32_t *idle, idle_count;
    uint32_t *group, group_count;     /* that the present flush takes */
    uint32_t *waiting, waiting_count; /* for the next */
    double free_cpus;
    bool flushing; /* or one who waits is to begin it */
    double now_s;
    uint64_t key_arrival, key_work;
    uint64_t arrivals, begun, done;
    double arrival_s; /* of the next one; those before it that wait need no memory, as they begin in
                         the order of their arrival */
    bool warm;
    double warm_s; /* when the warm-up was over */
    uint64_t warm_up, done_warm, flushes, flushed;
    double flush_s;
    struct histogram *early, *late; /* waits at the beginning and at the end */
    struct histogram *response;
};

static bool earlier(const struct event *a, const struct event *b) {
    return a->at_s < b->at_s || (a->at_s == b->at_s && a->who < b->who);
}

static void heap_put(struct simulation *sim, double at_s, uint32_t who) {
    struct event event = {at_s, who};
    uint32_t at = sim->heap_count++;
    while (at > 0 && earlier(&event, &sim->heap[(at - 1) / 2])) {
        sim->heap[at] = sim->heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    sim->heap[at] = event;
}

static struct event heap_take(struct simulation *sim) {
    struct event first = sim->heap[0], last = sim->heap[--sim->heap_count];
    uint32_t at = 0;
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= sim->heap_count)
            break;
        if (child + 1 < sim->heap_count && earlier(&sim->heap[child + 1], &sim->heap[child]))
            child++;
        if (!earlier(&sim->heap[child], &last))
            break;
        sim->heap[at] = sim->heap[child];
        at = child;
    }
    sim->heap[at] = last;
    return first;
}

static double exponential(struct rng *rng, double mean) {
    return -log1p(-rng_unit(rng)) * mean;
}

static uint64_t ns_of(double seconds) {
    double ns = seconds * 1e9;
    return ns < (double)HISTOGRAM_MAX_NS ? (uint64_t)ns : HISTOGRAM_MAX_NS;
}

static bool is_open(const struct simulation *sim) {
    return sim->options->rate_per_s > 0;
}

static void next_arrival(struct simulation *sim) {
    struct rng rng = rng_at(sim->key_arrival, sim->arrivals++);
    sim->arrival_s += exponential(&rng, 1 / sim->options->rate_per_s);
}

static uint32_t flush_id(const struct simulation *sim) {
    return sim->options->connections;
}

static uint32_t arrival_id(const struct simulation *sim) {
    return sim->options->connections + 1;
}

/* Takes all who wait now. */
static void flush(struct simulation *sim) {
    uint32_t *group = sim->group;
    sim->group = sim->waiting;
    sim->group_count = sim->waiting_count;
    sim->waiting = group;
    sim->waiting_count = 0;
    sim->flushing = true;
    heap_put(sim, sim->now_s + sim->options->flush_s, flush_id(sim));
}

/* Those at the head of the queue, as far as there are CPUs. */
static void dispatch(struct simulation *sim) {
    while (sim->queue_count > 0 && sim->free_cpus >= 1) {
        uint32_t who = sim->queue[sim->queue_first];
        sim->queue_first = (sim->queue_first + 1) % (sim->options->connections + 1);
        sim->queue_count--;
        if (who == flush_id(sim)) {
            flush(sim);
            continue;
        }
        const struct connection *connection = &sim->connections[who];
        double takes_s = connection->stage == BEFORE ? connection->before_s : connection->after_s;
        sim->free_cpus--;
        heap_put(sim, sim->now_s + takes_s, who);
    }
}

static void want_cpu(struct simulation *sim, uint32_t who) {
    sim->queue[(sim->queue_first + sim->queue_count++) % (sim->options->connections + 1)] = who;
    dispatch(sim);
}

/* How long one had to wait for a connection, of the first third after the warm-up and the last. */
static void note_wait(struct simulation *sim, double wait_s) {
    uint64_t all = sim->options->transactions, third = (all - sim->warm_up) / 3;
    if (sim->begun >= sim->warm_up && sim->begun < sim->warm_up + third)
        histogram_record(sim->early, ns_of(wait_s));
    else if (sim->begun >= all - third && sim->begun < all)
        histogram_record(sim->late, ns_of(wait_s));
}

static void begin(struct simulation *sim, uint32_t who, double begun_s) {
    struct connection *connection = &sim->connections[who];
    struct rng rng = rng_at(sim->key_work, sim->begun);
    if (is_open(sim))
        note_wait(sim, sim->now_s - begun_s);
    sim->begun++;
    connection->begun_s = begun_s;
    double cpu_s = exponential(&rng, sim->options->cpu_s);
    connection->before_s = cpu_s * (1 - sim->options->after_share);
    connection->after_s = cpu_s * sim->options->after_share;
    connection->pass_s = exponential(&rng, sim->options->pass_s);
    connection->stage = BEFORE;
    want_cpu(sim, who);
}

/* A connection is free: it takes who waits longest, if somebody does. */
static void serve(struct simulation *sim, uint32_t who) {
    if (!is_open(sim)) {
        begin(sim, who, sim->now_s);
    } else if (sim->arrival_s <= sim->now_s) {
        begin(sim, who, sim->arrival_s);
        next_arrival(sim);
    } else {
        if (sim->idle_count == 0)
            heap_put(sim, sim->arrival_s, arrival_id(sim));
        sim->idle[sim->idle_count++] = who;
    }
}

static void arrive(struct simulation *sim) {
    begin(sim, sim->idle[--sim->idle_count], sim->arrival_s);
    next_arrival(sim);
    if (sim->idle_count > 0)
        heap_put(sim, sim->arrival_s, arrival_id(sim));
}

/* Its client knows of the commit. */
static void finish(struct simulation *sim, uint32_t who) {
    sim->done++;
    if (sim->warm)
        histogram_record(sim->response, ns_of(sim->now_s - sim->connections[who].begun_s));
    serve(sim, who);
}

static void flushed(struct simulation *sim) {
    bool goes_on = sim->waiting_count > 0, has_after = sim->options->after_share > 0;
    const uint32_t *group = sim->group; /* the next flush may begin meanwhile, and take its own */
    uint32_t count = sim->group_count;
    sim->flushing = goes_on;
    sim->flushes += sim->warm;
    sim->flushed += sim->warm ? count : 0;
    sim->flush_s += sim->warm ? fmin(sim->options->flush_s, sim->now_s - sim->warm_s) : 0;
    /* Who begins the next flush is woken with those whose commit is done, and runs behind them, but
     * before anything that they do next. */
    if (goes_on && !has_after)
        want_cpu(sim, flush_id(sim));
    for (uint32_t i = 0; i < count; i++) {
        sim->connections[group[i]].stage = AFTER;
        if (has_after)
            want_cpu(sim, group[i]);
        else
            finish(sim, group[i]);
    }
    if (goes_on && has_after)
        want_cpu(sim, flush_id(sim));
}

static void commit(struct simulation *sim, uint32_t who) {
    sim->waiting[sim->waiting_count++] = who;
    if (!sim->flushing)
        flush(sim);
}

static void leave_cpu(struct simulation *sim, uint32_t who) {
    struct connection *connection = &sim->connections[who];
    sim->free_cpus++;
    if (connection->stage == BEFORE) {
        connection->stage = PASS;
        heap_put(sim, sim->now_s + connection->pass_s, who);
    } else {
        finish(sim, who);
    }
    dispatch(sim);
}

static void step(struct simulation *sim) {
    struct event event = heap_take(sim);
    sim->now_s = event.at_s;
    if (event.who == flush_id(sim))
        flushed(sim);
    else if (event.who == arrival_id(sim))
        arrive(sim);
    else if (sim->connections[event.who].stage == PASS)
        commit(sim, event.who);
    else
        leave_cpu(sim, event.who);
    /* After whole groups, which end at one moment. */
    if (!sim->warm && sim->done >= sim->warm_up) {
        sim->warm = true;
        sim->warm_s = sim->now_s;
        sim->done_warm = sim->done;
    }
}

static void sim_init(struct simulation *sim, const struct group_commit *options) {
    uint32_t connections = options->connections;
    *sim = (struct simulation){
        .options = options,
        .connections = MEM_ARRAY(struct connection, connections),
        .heap = MEM_ARRAY(struct event, (size_t)connections + 2),
        .queue = MEM_ARRAY(uint32_t, (size_t)connections + 1),
        .idle = MEM_ARRAY(uint32_t, connections),
        .group = MEM_ARRAY(uint32_t, connections),
        .waiting = MEM_ARRAY(uint32_t, connections),
        .free_cpus = fmax(1, floor(options->cpus)),
        .key_arrival = rng_key(options->seed, "arrivals"),
        .key_work = rng_key(options->seed, "work"),
        .warm_up = options->transactions / 10,
        .early = histogram_new(),
        .late = histogram_new(),
        .response = histogram_new(),
    };
    if (is_open(sim))
        next_arrival(sim);
}

static void sim_release(struct simulation *sim) {
    free(sim->connections);
    free(sim->heap);
    free(sim->queue);
    free(sim->idle);
    free(sim->group);
    free(sim->waiting);
    histogram_free(sim->early);
    histogram_free(sim->late);
}

void group_commit_run(const struct group_commit *options, struct group_commit_run *out) {
    struct simulation sim;
    sim_init(&sim, options);
    for (uint32_t who = 0; who < options->connections; who++)
        serve(&sim, who);
    while (sim.done < options->transactions)
        step(&sim);
    double window_s = sim.now_s - sim.warm_s;
    double late = (double)histogram_quantile(sim.late, 0.5);
    double early = (double)histogram_quantile(sim.early, 0.5);
    *out = (struct group_commit_run){
        .per_s = (double)(sim.done - sim.done_warm) / window_s,
        .commits_per_flush = (double)sim.flushed / (double)sim.flushes,
        .flush_share = sim.flush_s / window_s,
        .lag_growth = (late - early) / 1e9,
        .response = sim.response,
    };
    sim_release(&sim);
}
