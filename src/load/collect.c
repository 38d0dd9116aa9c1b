/* The result of a run, put together from its workers once they have ended. */
#include "load/collect.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "load/tally.h"

void result_init(struct load_result *result, const struct load_options *options) {
    const struct load_demand *demand = options->demand;
    *result = (struct load_result){.window_at_s = -1,
                                   .stage_count = options->stages ? demand->span_count : 1,
                                   .step_count = options->step_count,
                                   .tenant_count = demand->tenant_count,
                                   .table_count = options->mix->table_count};
    result->tallies = MEM_ARRAY(struct load_tally, result->stage_count * result->step_count);
    for (size_t i = 0; i < result->stage_count * result->step_count; i++)
        load_tally_init(&result->tallies[i], options, i % result->step_count);
    result->asked = MEM_ARRAY(struct load_asked, result->stage_count);
    result->tenants = MEM_ARRAY(struct load_asked, result->tenant_count + 1);
    result->stage_seconds = MEM_ARRAY(double, result->stage_count);
    result->failures = MEM_ARRAY(struct load_failure, LOAD_FAILURES_MAX);
    result->tables = MEM_ARRAY(struct load_table, result->table_count);
}

static void add_asked(struct load_asked *to, const struct load_asked *from) {
    to->asked += from->asked;
    to->rejected += from->rejected;
    to->dropped += from->dropped;
    to->timed_out += from->timed_out;
    to->think_ns += from->think_ns;
    to->thinks += from->thinks;
}

static void add_failures(struct load_result *result, const struct worker *worker) {
    for (size_t i = 0; i < worker->failure_count; i++) {
        const struct load_failure *failure = &worker->failures[i];
        size_t k = 0;
        while (k < result->failure_count &&
               strcmp(result->failures[k].sqlstate, failure->sqlstate) != 0)
            k++;
        k -= k == LOAD_FAILURES_MAX;
        if (k == result->failure_count) {
            result->failures[result->failure_count++] = *failure;
        } else {
            result->failures[k].count += failure->count;
            result->failures[k].retried += failure->retried;
        }
    }
}

static void collect_tables(struct load_result *result, const struct worker *worker) {
    for (size_t i = 0; i < result->table_count; i++) {
        const struct table_rows *rows = &worker->tables[i];
        result->tables[i].inserted += rows->inserted;
        result->tables[i].deleted += rows->deleted;
        result->tables[i].inserted_ambiguous += rows->inserted_ambiguous;
        result->tables[i].deleted_ambiguous += rows->deleted_ambiguous;
        result->rows_acknowledged += rows->inserted;
        result->rows_ambiguous += rows->inserted_ambiguous;
    }
}

static void collect_counts(struct load_result *result, const struct worker *worker) {
    const struct demand_counts *counts = &worker->demand.counts;
    result->started += worker->started_count;
    result->committed += worker->committed;
    result->failed += worker->failed;
    result->abandoned += worker->abandoned;
    result->retried += worker->retried;
    result->skipped += worker->skipped;
    result->missed += worker->missed;
    result->asked_all += counts->asked;
    result->rejected += counts->rejected;
    result->dropped += counts->dropped;
    result->timed_out += counts->timed_out;
    result->unsent += worker->demand.waiting + worker->unsent;
    result->connected += worker->connected;
    result->cut += worker->cut;
    result->timeouts_played += worker->timeouts_played;
    result->delayed += worker->delayed;
    result->miscounted |= worker->miscounted;
}

void result_add_worker(struct load_result *result, const struct worker *worker) {
    collect_counts(result, worker);
    collect_tables(result, worker);
    add_failures(result, worker);
    for (size_t i = 0; i < result->stage_count * result->step_count; i++)
        load_tally_merge(&result->tallies[i], &worker->tallies[i]);
    for (size_t i = 0; i < result->stage_count; i++)
        add_asked(&result->asked[i], &worker->asked[i]);
    for (size_t i = 0; i < result->tenant_count; i++)
        add_asked(&result->tenants[i], &worker->tenants[i]);
}

void result_check_sums(const struct load_result *r) {
    if (r->started != r->committed + r->failed + r->abandoned)
        panic("transactions do not add up: %" PRIu64 " started, %" PRIu64 " committed, %" PRIu64
              " failed, %" PRIu64 " abandoned",
              r->started, r->committed, r->failed, r->abandoned);
    if (r->asked_all !=
        r->started + r->rejected + r->dropped + r->timed_out + r->skipped + r->unsent)
        panic("wishes do not add up: %" PRIu64 " asked, %" PRIu64 " started, %" PRIu64
              " rejected, %" PRIu64 " dropped, %" PRIu64 " timed out, %" PRIu64 " skipped, %" PRIu64
              " unsent",
              r->asked_all, r->started, r->rejected, r->dropped, r->timed_out, r->skipped,
              r->unsent);
}

void load_result_release(struct load_result *result) {
    for (size_t i = 0; i < result->stage_count * result->step_count; i++)
        load_tally_release(&result->tallies[i]);
    free(result->tallies);
    free(result->asked);
    free(result->tenants);
    free(result->stage_seconds);
    free(result->failures);
    free(result->tables);
    free(result->intervals);
    *result = (struct load_result){0};
}
