/* What a worker counts: in tallies of stage and step inside the window, in the slots of the time
 * line, and over the whole run. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "load/worker.h"

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

void load_tally_init(struct load_tally *tally, const struct load_options *options, size_t step) {
    const struct write_plan *plan = options->steps[step];
    const bool has[LATENCY_COUNT] = {
        [LATENCY_RESPONSE] = true,
        [LATENCY_LAG] = options->demand->source == LOAD_RATE,
        [LATENCY_POOL_WAIT] = options->demand->source != LOAD_POOL,
        [LATENCY_STATEMENT] = true,
        [LATENCY_COMMIT] = plan->path->own_commit,
        [LATENCY_CONNECT] = options->pool.connect_each,
    };
    *tally = (struct load_tally){0};
    for (int i = 0; i < LATENCY_COUNT; i++)
        tally->latency[i] = has[i] ? histogram_new() : NULL;
}

static void add_asked(struct load_asked *to, const struct demand_counts *now,
                      const struct demand_counts *before) {
    to->asked += now->asked - before->asked;
    to->rejected += now->rejected - before->rejected;
    to->dropped += now->dropped - before->dropped;
    to->timed_out += now->timed_out - before->timed_out;
    to->think_ns += now->think_ns - before->think_ns;
    to->thinks += now->thinks - before->thinks;
}

/* What was asked for since the last edge belongs to what ends here. */
static void leave_stage(struct worker *worker) {
    struct demand *demand = &worker->demand;
    if (worker->in_window) {
        add_asked(&worker->asked[worker->stage], &demand->counts, &worker->counts_before);
        for (size_t i = 0; i < worker->options->demand->tenant_count; i++)
            add_asked(&worker->tenants[i], &demand->tenant_counts[i], &worker->tenants_before[i]);
    }
    worker->counts_before = demand->counts;
    memcpy(worker->tenants_before, demand->tenant_counts,
           worker->options->demand->tenant_count * sizeof *worker->tenants_before);
}

static uint64_t stage_end(const struct worker *worker, uint64_t begin_ns, uint64_t end_ns) {
    if (!worker->options->stages)
        return end_ns;
    uint64_t at_ns = begin_ns;
    for (size_t i = 0; i <= worker->stage; i++)
        at_ns += worker->options->demand->spans[i].length_ns;
    return at_ns;
}

uint64_t worker_next_edge(const struct worker *worker) {
    uint64_t begin_ns = atomic_load_explicit(&worker->begin_ns, memory_order_relaxed);
    uint64_t end_ns = atomic_load_explicit(&worker->end_ns, memory_order_relaxed);
    uint64_t edge_ns = UINT64_MAX;
    if (!worker->in_window && !worker->window_over)
        edge_ns = begin_ns;
    else if (worker->in_window && worker->stage + 1 < worker->stage_count)
        edge_ns = stage_end(worker, begin_ns, end_ns);
    return edge_ns < end_ns ? edge_ns : UINT64_MAX;
}

/* Brings window and stage up to date. */
static bool in_window(struct worker *worker, uint64_t now) {
    uint64_t begin_ns = atomic_load_explicit(&worker->begin_ns, memory_order_relaxed);
    uint64_t end_ns = atomic_load_explicit(&worker->end_ns, memory_order_relaxed);
    if (!worker->in_window) {
        if (now < begin_ns || now >= end_ns || worker->window_over)
            return false;
        leave_stage(worker);
        worker->in_window = true;
    }
    while (now < end_ns && worker->stage + 1 < worker->stage_count &&
           now >= stage_end(worker, begin_ns, end_ns)) {
        leave_stage(worker);
        worker->stage++;
    }
    if (now < end_ns)
        return true;
    leave_stage(worker);
    worker->in_window = false;
    worker->window_over = true;
    return false;
}

void worker_end_window(struct worker *worker) {
    if (worker->in_window)
        leave_stage(worker);
    worker->in_window = false;
    worker->window_over = true;
}

/* NULL outside the window. */
static struct load_tally *tally_at(struct worker *worker, uint16_t step, uint64_t now) {
    if (!in_window(worker, now))
        return NULL;
    return &worker->tallies[worker->stage * worker->options->step_count + step];
}

void worker_count_demand(struct worker *worker, uint64_t now) {
    struct interval_slot *slot = slot_at(worker, now);
    const struct demand_counts *counts = &worker->demand.counts;
    uint64_t lost = counts->dropped + counts->timed_out;
    uint64_t admitted = counts->asked - counts->rejected;
    slot->asked += admitted - worker->asked_told;
    slot->errors += lost - worker->lost_told;
    slot->failed += lost - worker->lost_told;
    worker->asked_told = admitted;
    worker->lost_told = lost;
    (void)in_window(worker, now);
}

static void record_latencies(struct load_tally *tally, const struct connection *connection,
                             uint64_t now) {
    const struct wish *wish = &connection->wish;
    const struct writer *writer = &connection->writer;
    struct histogram *const *latency = tally->latency;
    histogram_record(latency[LATENCY_RESPONSE], now - wish->planned_ns);
    if (latency[LATENCY_LAG])
        histogram_record(latency[LATENCY_LAG], connection->began_ns - wish->planned_ns);
    if (latency[LATENCY_POOL_WAIT])
        histogram_record(latency[LATENCY_POOL_WAIT],
                         wish->waited ? connection->checkout_ns - wish->planned_ns : 0);
    if (latency[LATENCY_CONNECT])
        histogram_record(latency[LATENCY_CONNECT], connection->ready_ns - connection->opened_ns);
    uint64_t rows_done_ns = writer->rows_done_ns ? writer->rows_done_ns : now;
    histogram_record(latency[LATENCY_STATEMENT], rows_done_ns - connection->began_ns);
    if (latency[LATENCY_COMMIT] && writer->rows_done_ns)
        histogram_record(latency[LATENCY_COMMIT], now - rows_done_ns);
}

void worker_record(struct worker *worker, const struct connection *connection, uint64_t now) {
    const struct writer *writer = &connection->writer;
    const struct write_plan *plan = writer->plan;
    uint64_t rows = plan->discards ? writer->count : writer->accepted;
    uint64_t written = plan->reads ? 0 : rows;
    worker->committed++;
    worker->missed += writer->missed;
    worker->rows_written += written;
    worker->last_done_ns = now;
    struct interval_slot *slot = slot_at(worker, now);
    slot->rows += written;
    slot->commits++;
    histogram_record(slot->response, now - connection->wish.planned_ns);
    struct load_tally *tally = tally_at(worker, connection->wish.step, now);
    if (tally) {
        tally->committed++;
        tally->missed += writer->missed;
        tally->rows += rows;
        record_latencies(tally, connection, now);
    }
    atomic_store_explicit(&worker->rows_live, worker->rows_written, memory_order_relaxed);
}

void worker_record_failure(struct worker *worker, const struct connection *connection,
                           uint64_t now) {
    worker->failed++;
    slot_at(worker, now)->failed++;
    struct load_tally *tally = tally_at(worker, connection->wish.step, now);
    if (tally) {
        tally->failed++;
        tally->failed_ns += now - connection->checkout_ns;
    }
}

void worker_count_retry(struct worker *worker, const struct connection *connection, uint64_t now) {
    worker->retried++;
    struct load_tally *tally = tally_at(worker, connection->wish.step, now);
    if (tally)
        tally->retried++;
}

void worker_count_skipped(struct worker *worker, const struct connection *connection,
                          uint64_t now) {
    worker->skipped++;
    struct load_tally *tally = tally_at(worker, connection->wish.step, now);
    if (tally)
        tally->skipped++;
}

void worker_count_error(struct worker *worker, const struct error *error, bool retried,
                        uint64_t now) {
    slot_at(worker, now)->errors++;
    size_t i = 0;
    while (i < worker->failure_count && strcmp(worker->failures[i].sqlstate, error->sqlstate) != 0)
        i++;
    if (i == LOAD_FAILURES_MAX) {
        i--;
    } else if (i == worker->failure_count) {
        struct load_failure *failure = &worker->failures[worker->failure_count++];
        snprintf(failure->sqlstate, sizeof failure->sqlstate, "%s", error->sqlstate);
        snprintf(failure->message, sizeof failure->message, "%.255s", error->what);
    }
    *(retried ? &worker->failures[i].retried : &worker->failures[i].count) += 1;
}
