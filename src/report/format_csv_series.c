/* The time line as CSV: a line an interval of each round of each cell. */
#include <stdlib.h>
#include <string.h>

#include "report/csv_cell.h"
#include "report/format.h"

/* Of an interval: what the edges of the window, which are moments of real time, may be off its
 * own. */
#define EDGE 0.05

/* The gauges of all documents, each once: a column each. */
struct gauges {
    const char **names;
    size_t count;
};

static void add_gauges(struct gauges *gauges, const struct workload *load) {
    for (size_t i = 0; load && i < load->gauge_count; i++) {
        size_t k = 0;
        while (k < gauges->count && strcmp(gauges->names[k], load->gauges[i].name) != 0)
            k++;
        if (k < gauges->count)
            continue;
        gauges->names = mem_grow(gauges->names, gauges->count + 1, sizeof *gauges->names);
        gauges->names[gauges->count++] = load->gauges[i].name;
    }
}

static double gauge_of(const struct workload *load, const struct gauge_sample *sample,
                       const char *name) {
    for (size_t i = 0; load && sample && sample->gauges && i < load->gauge_count; i++)
        if (strcmp(load->gauges[i].name, name) == 0)
            return sample->gauges[i];
    return UNKNOWN;
}

/* The stage in which the middle of an interval lies; NULL: in none. */
static const char *stage_at(const struct result *run, const struct result_round *round,
                            const struct load_interval *interval) {
    double middle = interval->t_s + interval->length_s / 2 - round->window_at_s;
    double end = 0;
    if (!run->load || !is_known(round->window_at_s) || middle < 0)
        return NULL;
    for (size_t i = 0; i < run->load->stage_count; i++) {
        end += round->load.stage_seconds && i < round->load.stage_count
                   ? round->load.stage_seconds[i]
                   : (double)run->load->stages[i].for_ns / 1e9;
        if (middle < end)
            return run->load->stages[i].name;
    }
    return NULL;
}

static bool in_window(const struct result_round *round, const struct load_interval *interval) {
    double edge = EDGE * interval->length_s;
    return interval->t_s >= round->window_at_s - edge &&
           interval->t_s + interval->length_s <= round->window_at_s + round->seconds + edge;
}

static double microseconds(uint64_t ns) {
    return ns ? (double)ns / 1000 : UNKNOWN;
}

static void write_sample(struct csv *csv, const struct result *run,
                         const struct gauge_sample *sample, const struct gauges *gauges) {
    csv_whole(csv, "memory_bytes", sample ? sample->memory_bytes : UNKNOWN);
    csv_whole(csv, "table_bytes", sample ? sample->table_bytes : UNKNOWN);
    csv_whole(csv, "live_rows", sample ? sample->live_rows : UNKNOWN);
    for (size_t i = 0; i < gauges->count; i++) {
        char *name = mem_printf("gauges_%s", gauges->names[i]);
        csv_number(csv, name, gauge_of(run->load, sample, gauges->names[i]));
        free(name);
    }
}

static void write_interval(struct csv *csv, const struct result *run,
                           const struct result_round *round, size_t number,
                           const struct gauges *gauges) {
    static const struct sampled_interval unseen = {0, 0, UNKNOWN, -1, -1};
    const struct load_interval *interval = &round->intervals[number];
    const struct sampled_interval *seen = round->waits && number < round->waits->series_count
                                              ? &round->waits->series[number]
                                              : &unseen;
    csv_number(csv, "t_s", interval->t_s);
    csv_number(csv, "length_s", interval->length_s);
    csv_text(csv, "stage", stage_at(run, round, interval));
    csv_flag(csv, "in_window", true, in_window(round, interval));
    csv_count(csv, "rows", true, interval->rows);
    csv_count(csv, "commits", true, interval->commits);
    csv_count(csv, "asked", true, interval->asked);
    csv_count(csv, "errors", true, interval->errors);
    csv_number(csv, "p50_us", microseconds(interval->p50_ns));
    csv_number(csv, "p95_us", microseconds(interval->p95_ns));
    csv_number(csv, "p99_us", microseconds(interval->p99_ns));
    csv_number(csv, "busy", interval->busy);
    csv_number(csv, "open", interval->open);
    csv_whole(csv, "waiting", interval->waiting);
    csv_number(csv, "lock_wait_share",
               is_known(seen->locked_s) && seen->session_s > 0 ? seen->locked_s / seen->session_s
                                                               : UNKNOWN);
    csv_whole(csv, "wal_bytes", seen->wal_bytes);
    csv_whole(csv, "checkpoint_begun", seen->checkpoints_begun);
    csv_whole(csv, "checkpoint", seen->checkpoints_done);
    write_sample(csv, run, number < round->sample_count ? &round->samples[number] : NULL, gauges);
}

static void write_line(struct csv *csv, const struct csv_source *source, size_t cell, size_t round,
                       size_t interval, const struct gauges *gauges) {
    csv_source_columns(csv, source);
    csv_cell_columns(csv, source->run, cell);
    csv_count(csv, "round", true, round + 1);
    write_interval(csv, source->run, &source->run->cells[cell].rounds[round], interval, gauges);
    csv_end(csv);
}

static void write_head(struct csv *csv, const struct gauges *gauges) {
    static struct load_interval no_interval;
    static struct result_round no_round = {.intervals = &no_interval, .interval_count = 1};
    static struct result_cell no_cell = {.rounds = &no_round, .round_count = 1};
    static const struct result nothing = {.cells = &no_cell, .cell_count = 1};
    static const struct document no_document = {.kind = DOCUMENT_RUN};
    csv->head = true;
    write_line(csv, &(struct csv_source){&no_document, "", &nothing}, 0, 0, 0, gauges);
    csv->head = false;
}

static void write_run(struct csv *csv, const struct csv_source *source,
                      const struct gauges *gauges) {
    for (size_t c = 0; c < source->run->cell_count; c++)
        for (size_t r = 0; r < source->run->cells[c].round_count; r++)
            for (size_t i = 0; i < source->run->cells[c].rounds[r].interval_count; i++)
                write_line(csv, source, c, r, i, gauges);
}

void format_csv_series(const struct document *documents, size_t count, int width, FILE *out) {
    const struct result *runs[DOCUMENT_RUNS_MAX];
    const char *sides[DOCUMENT_RUNS_MAX];
    struct gauges gauges = {0};
    struct csv csv = {.out = out};
    (void)width;
    for (size_t i = 0; i < count; i++)
        for (size_t k = document_runs(&documents[i], runs, sides); k-- > 0;)
            add_gauges(&gauges, runs[k]->load);
    write_head(&csv, &gauges);
    for (size_t i = 0; i < count; i++) {
        size_t run_count = document_runs(&documents[i], runs, sides);
        for (size_t k = 0; k < run_count; k++)
            write_run(&csv, &(struct csv_source){&documents[i], sides[k], runs[k]}, &gauges);
    }
    free(gauges.names);
}
