/* Sums over a cell's rounds of what the load engine counted. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load/tally.h"
#include "result/total.h"
#include "workload/reads.h"

double result_stage_seconds(const struct result *result, const struct result_cell *cell,
                            size_t stage) {
    double seconds = 0;
    for (size_t i = 0; cell->stage_seconds && i < result->stage_count; i++)
        if (stage == SIZE_MAX || stage == i)
            seconds += cell->stage_seconds[i];
    return seconds;
}

bool result_step_reads(const struct result *result, size_t step) {
    if (!result->load || step >= result->load->step_count)
        return false;
    return workload_step_reads(&result->load->steps[step]);
}

void result_tally(const struct result *result, const struct result_cell *cell, size_t stage,
                  size_t step, struct load_tally *out) {
    *out = (struct load_tally){0};
    if (!cell->tallies)
        return;
    load_tally_sum(cell->tallies, result->stage_count, result->step_count, stage, step, out);
    for (size_t i = 0; step == SIZE_MAX && i < result->stage_count * result->step_count; i++)
        if ((stage == SIZE_MAX || stage == i / result->step_count) &&
            result_step_reads(result, i % result->step_count))
            out->rows -= cell->tallies[i].rows;
}

static void add_whole_rounds(const struct result_cell *cell, struct result_demand *out) {
    for (size_t i = 0; i < cell->round_count; i++) {
        const struct load_result *load = &cell->rounds[i].load;
        out->unsent += load->unsent;
        out->connected += load->connected;
        out->cut += load->cut;
        out->timeouts_played += load->timeouts_played;
        out->delayed += load->delayed;
    }
}

void result_demand(const struct result *result, const struct result_cell *cell, size_t stage,
                   struct result_demand *out) {
    const struct load_tally *tallies = cell->tallies;
    *out = (struct result_demand){.known = tallies != NULL,
                                  .seconds = result_stage_seconds(result, cell, stage)};
    if (!tallies)
        return;
    load_asked_sum(cell->asked, result->stage_count, stage, &out->asked);
    for (size_t i = 0; i < result->stage_count * result->step_count; i++) {
        if (stage != SIZE_MAX && stage != i / result->step_count)
            continue;
        out->committed += tallies[i].committed;
        out->failed += tallies[i].failed;
        out->retried += tallies[i].retried;
        out->skipped += tallies[i].skipped;
        out->missed += tallies[i].missed;
    }
    if (stage == SIZE_MAX)
        add_whole_rounds(cell, out);
}

double result_achieved(const struct result *result, const struct result_demand *demand) {
    uint64_t admitted = demand->asked.asked - demand->asked.rejected;
    return result->source == LOAD_RATE && demand->known && admitted > 0
               ? (double)demand->committed / (double)admitted
               : UNKNOWN;
}

/* Cycles of thinking and responding that the window must have room for. */
#define LITTLE_CYCLES_MIN 10

double result_little(const struct result *result, const struct load_tally *tally,
                     const struct load_asked *asked, double seconds) {
    const struct histogram *response = tally->latency[LATENCY_RESPONSE];
    if (result->source != LOAD_USERS || !response || seconds <= 0 || response->count == 0)
        return UNKNOWN;
    /* In a window of few thinkings those that end in it are the short ones. */
    if ((double)(asked->think_ns + response->sum_ns) / 1e9 / (double)response->count >
        seconds / LITTLE_CYCLES_MIN)
        return UNKNOWN;
    return ((double)response->sum_ns + (double)asked->think_ns) / 1e9 / seconds;
}

bool result_tenant(const struct result_cell *cell, size_t number, struct load_asked *out) {
    bool known = false;
    *out = (struct load_asked){0};
    for (size_t i = 0; i < cell->round_count; i++) {
        const struct load_result *load = &cell->rounds[i].load;
        if (number >= load->tenant_count || !result_is_measured(&cell->rounds[i]))
            continue;
        known = true;
        load_asked_merge(out, &load->tenants[number]);
    }
    return known;
}

static int most_first(const void *a, const void *b) {
    const struct load_failure *left = a, *right = b;
    uint64_t lefts = left->count + left->retried, rights = right->count + right->retried;
    return lefts < rights ? 1 : lefts > rights ? -1 : strcmp(left->sqlstate, right->sqlstate);
}

size_t result_failures(const struct result_cell *cell, struct load_failure out[LOAD_FAILURES_MAX]) {
    size_t count = 0;
    for (size_t i = 0; i < cell->round_count; i++) {
        const struct load_result *load = &cell->rounds[i].load;
        for (size_t k = 0; k < load->failure_count; k++) {
            size_t at = 0;
            while (at < count && strcmp(out[at].sqlstate, load->failures[k].sqlstate) != 0)
                at++;
            /* As the engine does it with kinds beyond the last one. */
            at -= at == LOAD_FAILURES_MAX;
            if (at == count) {
                out[count++] = load->failures[k];
            } else {
                out[at].count += load->failures[k].count;
                out[at].retried += load->failures[k].retried;
            }
        }
    }
    qsort(out, count, sizeof *out, most_first);
    return count;
}

size_t result_table_count(const struct result_cell *cell) {
    size_t count = 0;
    for (size_t i = 0; i < cell->round_count; i++)
        if (cell->rounds[i].table_count > count)
            count = cell->rounds[i].table_count;
    return count;
}

void result_table(const struct result_cell *cell, size_t number, struct result_table *out) {
    *out = (struct result_table){.counted = true};
    for (size_t i = 0; i < cell->round_count; i++) {
        if (number >= cell->rounds[i].table_count)
            continue;
        const struct result_table *table = &cell->rounds[i].tables[number];
        snprintf(out->name, sizeof out->name, "%s", table->name);
        out->rows_before += table->rows_before;
        out->inserted += table->inserted;
        out->deleted += table->deleted;
        out->counted &= table->counted;
        out->found =
            is_known(out->found) && is_known(table->found) ? out->found + table->found : UNKNOWN;
    }
}

size_t result_check_count(const struct result_cell *cell) {
    size_t count = 0;
    for (size_t i = 0; i < cell->round_count; i++)
        if (cell->rounds[i].check_count > count)
            count = cell->rounds[i].check_count;
    return count;
}

void result_check(const struct result_cell *cell, size_t number, struct result_check *out) {
    bool known = true;
    *out = (struct result_check){.ok = true};
    for (size_t i = 0; i < cell->round_count; i++) {
        if (number >= cell->rounds[i].check_count)
            continue;
        const struct result_check *check = &cell->rounds[i].checks[number];
        out->name = check->name;
        out->ok &= check->ok;
        known &= is_known(check->rows);
        if (check->rows > out->rows)
            out->rows = check->rows;
    }
    if (!known && out->rows == 0)
        out->rows = UNKNOWN;
}

static bool in_window(const struct result_round *round, const struct load_interval *interval) {
    return is_known(round->window_at_s) && interval->t_s >= round->window_at_s &&
           interval->t_s < round->window_at_s + round->seconds;
}

bool result_gauge(const struct result_cell *cell, size_t number, struct result_gauge *out) {
    double sum = 0, count = 0;
    *out = (struct result_gauge){UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN};
    for (size_t i = 0; i < cell->round_count; i++) {
        const struct result_round *round = &cell->rounds[i];
        for (size_t k = 0; k < round->sample_count && k < round->interval_count; k++) {
            const double *gauges = round->samples[k].gauges;
            if (!gauges || !is_known(gauges[number]) || !in_window(round, &round->intervals[k]))
                continue;
            out->min = count == 0 || gauges[number] < out->min ? gauges[number] : out->min;
            out->max = gauges[number] > out->max ? gauges[number] : out->max;
            out->last = gauges[number];
            sum += gauges[number];
            count++;
        }
    }
    if (count > 0)
        out->mean = sum / count;
    return count > 0;
}
