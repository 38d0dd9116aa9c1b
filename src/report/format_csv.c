/* Results as CSV: a line a cell and, behind it, one for each of its stages and steps. Columns have
 * the names of docs/result.md, the dots of their path as underscores. */
#include "load/demand.h"
#include "load/tally.h"
#include "report/csv_cell.h"
#include "report/format.h"
#include "report/score.h"
#include "result/total.h"

/* What a line is of. */
struct line {
    const struct csv_source *source;
    size_t cell;        /* index */
    size_t stage, step; /* SIZE_MAX: the whole cell */
};

static const struct result_cell *cell_of(const struct line *line) {
    return &line->source->run->cells[line->cell];
}

static bool is_cell(const struct line *line) {
    return line->stage == SIZE_MAX && line->step == SIZE_MAX;
}

static double whole(const struct line *line, double value) {
    return is_cell(line) ? value : UNKNOWN;
}

static const struct workload_stage *stage_of(const struct line *line) {
    return line->stage == SIZE_MAX ? NULL : &line->source->run->load->stages[line->stage];
}

static const struct workload_step *step_of(const struct line *line) {
    return line->step == SIZE_MAX ? NULL : &line->source->run->load->steps[line->step];
}

static void write_part(struct csv *csv, const struct line *line) {
    const struct workload_stage *stage = stage_of(line);
    const struct workload_step *step = step_of(line);
    csv_source_columns(csv, line->source);
    csv_cell_columns(csv, line->source->run, line->cell);
    csv_text(csv, "part", stage ? "stage" : step ? "step" : "cell");
    csv_text(csv, "stage", stage ? stage->name : NULL);
    csv_text(csv, "step", step ? step->name : NULL);
    csv_number(csv, "stage_for_s", stage ? (double)stage->for_ns / 1e9 : UNKNOWN);
    csv_number(csv, "stage_target", stage ? stage->target : UNKNOWN);
    csv_text(csv, "stage_ramp", !stage ? NULL : stage->ramp ? "linear" : "step");
    csv_number(csv, "step_weight", step && step->weight > 0 ? step->weight : UNKNOWN);
    csv_number(csv, "step_probability",
               step && step->probability > 0 ? step->probability : UNKNOWN);
}

/* Of a step there is nothing that was asked: a wish becomes one of a step when it is sent. */
static void write_score(struct csv *csv, const struct line *line) {
    const struct result *run = line->source->run;
    struct result_demand demand;
    struct report_score score;
    bool step = line->step != SIZE_MAX;
    report_score(run, cell_of(line), line->stage, &score);
    result_demand(run, cell_of(line), line->stage, &demand);
    bool known = demand.known && !step, judged = score.judged && !step;
    csv_count(csv, "thresholds", !step, score.count);
    csv_count(csv, "thresholds_failed", judged, score.failed);
    csv_count(csv, "thresholds_unknown", judged, score.unknown);
    csv_count(csv, "asked", known, demand.asked.asked);
    csv_count(csv, "rejected", known, demand.asked.rejected);
    csv_count(csv, "dropped", known, demand.asked.dropped);
    csv_count(csv, "checkout_timeouts", known, demand.asked.timed_out);
    csv_count(csv, "unsent", known && is_cell(line), demand.unsent);
    csv_number(csv, "achieved", step ? UNKNOWN : result_achieved(run, &demand));
    csv_number(csv, "done_share", step ? UNKNOWN : score.done);
}

static void write_latency(struct csv *csv, enum latency latency, const struct histogram *h) {
    static const struct {
        const char *name;
        double q;
    } quantiles[] = {{"p50", 0.50}, {"p90", 0.90}, {"p95", 0.95}, {"p99", 0.99}, {"p999", 0.999}};
    char name[64];
    bool any = h && h->count > 0;
    snprintf(name, sizeof name, "latency_%s_count", latency_names[latency]);
    csv_count(csv, name, h != NULL, h ? h->count : 0);
    snprintf(name, sizeof name, "latency_%s_mean_us", latency_names[latency]);
    csv_number(csv, name, any ? histogram_mean(h) / 1000 : UNKNOWN);
    for (size_t i = 0; i < sizeof quantiles / sizeof *quantiles; i++) {
        snprintf(name, sizeof name, "latency_%s_%s_us", latency_names[latency], quantiles[i].name);
        csv_number(csv, name, any ? (double)histogram_quantile(h, quantiles[i].q) / 1000 : UNKNOWN);
    }
    snprintf(name, sizeof name, "latency_%s_max_us", latency_names[latency]);
    csv_number(csv, name, any ? (double)h->max_ns / 1000 : UNKNOWN);
}

static void write_load(struct csv *csv, const struct line *line) {
    const struct result_cell *cell = cell_of(line);
    struct load_tally tally;
    bool known = cell->tallies != NULL;
    double seconds = result_stage_seconds(line->source->run, cell, line->stage);
    bool timed = seconds > 0 && !is_cell(line);
    result_tally(line->source->run, cell, line->stage, line->step, &tally);
    csv_number(csv, "seconds", seconds > 0 ? seconds : UNKNOWN);
    csv_count(csv, "commits", known, tally.committed);
    csv_count(csv, "rows", known, tally.rows);
    csv_count(csv, "errors", known, tally.failed);
    csv_count(csv, "retried", known, is_cell(line) ? cell->retried : tally.retried);
    csv_count(csv, "skipped", known, tally.skipped);
    csv_count(csv, "missed", known, tally.missed);
    csv_number(csv, "commits_per_s", timed ? (double)tally.committed / seconds : UNKNOWN);
    csv_number(csv, "rows_per_s", timed ? (double)tally.rows / seconds : UNKNOWN);
    csv_number(csv, "commits_per_s_median", whole(line, cell->commits_per_s.median));
    csv_number(csv, "commits_per_s_min", whole(line, cell->commits_per_s.min));
    csv_number(csv, "commits_per_s_max", whole(line, cell->commits_per_s.max));
    csv_number(csv, "rows_per_s_median", whole(line, cell->rows_per_s.median));
    csv_number(csv, "rows_per_s_min", whole(line, cell->rows_per_s.min));
    csv_number(csv, "rows_per_s_max", whole(line, cell->rows_per_s.max));
    const struct histogram *latency[LATENCY_COUNT];
    result_cell_latencies(is_cell(line) ? cell : NULL, &tally, latency);
    for (size_t i = 0; i < LATENCY_COUNT; i++)
        write_latency(csv, (enum latency)i, latency[i]);
    load_tally_release(&tally);
}

/* lock_waits are of the last round that was measured, as in the file. */
static void write_waits(struct csv *csv, const struct line *line) {
    const struct result_cell *cell = cell_of(line);
    const struct result_round *last = is_cell(line) ? result_last_round(cell) : NULL;
    const struct observation *seen = last && last->waits && last->waits->valid ? last->waits : NULL;
    char name[64];
    csv_number(csv, "commit_flush_share", whole(line, cell->commit_flush_share));
    csv_number(csv, "lock_wait_share", whole(line, cell->lock_share));
    for (size_t i = 0; i < TIME_PARTS; i++) {
        snprintf(name, sizeof name, "time_%s", time_part_names[i]);
        csv_number(csv, name, is_known(cell->parts[0]) ? whole(line, cell->parts[i]) : UNKNOWN);
    }
    csv_number(csv, "lock_waits_time_s", seen ? seen->lock_time_s : UNKNOWN);
    csv_count(csv, "lock_waits_seen", seen != NULL, seen ? seen->lock_seen : 0);
    csv_number(csv, "lock_waits_max_ms", seen ? seen->lock_max_ms : UNKNOWN);
}

static void write_server(struct csv *csv, const struct line *line) {
    const struct result_cell *cell = cell_of(line);
    struct result_total total;
    struct host_usage host;
    result_total(cell, &total);
    result_host(cell, &host);
    csv_whole(csv, "wal_bytes", whole(line, total.wal_bytes));
    csv_number(csv, "wal_bytes_per_row", whole(line, cell->wal_bytes_per_row));
    csv_whole(csv, "wal_records", whole(line, total.statistics.wal_records));
    csv_whole(csv, "wal_fpi", whole(line, total.statistics.wal_fpi));
    csv_whole(csv, "wal_flushes", whole(line, total.statistics.wal_flushes));
    csv_number(csv, "wal_flushes_per_commit", whole(line, cell->wal_flushes_per_commit));
    csv_whole(csv, "checkpoints", whole(line, total.checkpoints));
    csv_whole(csv, "deadlocks", whole(line, total.deadlocks));
    csv_number(csv, "table_heap_bytes_per_row", whole(line, cell->heap_bytes_per_row));
    csv_number(csv, "table_index_bytes_per_row", whole(line, cell->index_bytes_per_row));
    csv_number(csv, "table_hot_share", whole(line, result_hot_share(&total.statistics)));
    csv_number(csv, "client_cpu_us_per_row", whole(line, cell->cpu_us_per_row));
    csv_number(csv, "client_cpu_share", whole(line, cell->cpu_share));
    csv_number(csv, "server_host_cpu_share", whole(line, host.server_cpu_share));
    csv_number(csv, "server_host_cpu_us_per_row", whole(line, cell->server_cpu_us_per_row));
    csv_whole(csv, "server_host_memory_bytes", whole(line, host.server_memory_bytes));
    csv_whole(csv, "server_host_disk_written_bytes", whole(line, host.server_disk_written_bytes));
    csv_number(csv, "machine_steal_share", whole(line, host.steal_share));
    csv_number(csv, "machine_pressure_cpu", whole(line, host.pressure_cpu));
    csv_number(csv, "machine_pressure_io", whole(line, host.pressure_io));
    csv_number(csv, "machine_pressure_memory", whole(line, host.pressure_memory));
    csv_number(csv, "ceiling_rows_per_s", whole(line, cell->ceiling_rows_per_s));
    csv_number(csv, "ceiling_share", whole(line, cell->ceiling_share));
}

/* Of all rounds; the file's `verified` is of the last one. */
static void write_verified(struct csv *csv, const struct line *line) {
    const struct result_cell *cell = cell_of(line);
    bool checked = false, wrong = false;
    double lost = UNKNOWN, extra = UNKNOWN;
    for (size_t i = 0; i < cell->round_count; i++) {
        checked |= cell->rounds[i].checked;
        wrong |= cell->rounds[i].checked && !cell->rounds[i].verified;
        result_add(&lost, result_lost(&cell->rounds[i]));
        result_add(&extra, result_extra(&cell->rounds[i]));
    }
    csv_flag(csv, "complete", is_cell(line), cell->complete);
    csv_count(csv, "rounds", is_cell(line), cell->round_count);
    csv_flag(csv, "verified_ok", is_cell(line) && checked && (wrong || cell->verified), !wrong);
    csv_whole(csv, "verified_lost", whole(line, lost));
    csv_whole(csv, "verified_extra", whole(line, extra));
}

static void write_line(struct csv *csv, const struct line *line) {
    write_part(csv, line);
    write_score(csv, line);
    write_load(csv, line);
    write_waits(csv, line);
    write_server(csv, line);
    write_verified(csv, line);
    csv_run_columns(csv, line->source);
    csv_end(csv);
}

static void write_run(struct csv *csv, const struct csv_source *source) {
    const struct workload *load = source->run->load;
    for (size_t i = 0; i < source->run->cell_count; i++) {
        write_line(csv, &(struct line){source, i, SIZE_MAX, SIZE_MAX});
        for (size_t k = 0; load && k < load->stage_count; k++)
            write_line(csv, &(struct line){source, i, k, SIZE_MAX});
        for (size_t k = 0; load && k < load->step_count; k++)
            write_line(csv, &(struct line){source, i, SIZE_MAX, k});
    }
}

void format_csv(const struct document *documents, size_t count, int width, FILE *out) {
    static struct result_cell no_cell;
    static const struct result nothing = {.cells = &no_cell, .cell_count = 1};
    static const struct document no_document = {.kind = DOCUMENT_RUN};
    struct csv csv = {.out = out, .head = true};
    (void)width;
    write_line(&csv, &(struct line){&(struct csv_source){&no_document, "", &nothing}, 0, SIZE_MAX,
                                    SIZE_MAX});
    csv.head = false;
    for (size_t i = 0; i < count; i++) {
        const struct result *runs[DOCUMENT_RUNS_MAX];
        const char *sides[DOCUMENT_RUNS_MAX];
        size_t run_count = document_runs(&documents[i], runs, sides);
        for (size_t k = 0; k < run_count; k++)
            write_run(&csv, &(struct csv_source){&documents[i], sides[k], runs[k]});
    }
}
