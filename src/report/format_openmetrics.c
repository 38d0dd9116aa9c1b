/*
 * Results as OpenMetrics text. Every sample has the time at which its result began, so that results
 * of many runs can be loaded into Prometheus (promtool tsdb create-blocks-from openmetrics) and
 * drawn over the months. The names differ from those of a run that goes on (board_metrics.c): these
 * are figures of measured windows, without warm-ups.
 *
 * Latencies are summaries: the quantiles are those of the whole window, which no histogram of a few
 * buckets could give; --hlog has all buckets.
 */
#include <inttypes.h>
#include <string.h>

#include "report/exposition.h"
#include "report/format.h"
#include "report/names.h"
#include "result/total.h"

/* One cell of one run, and what its samples have in common. */
struct view {
    const struct result *result;
    const struct result_cell *cell;
    const char *labels;
    struct exposition *out;
};

/* The labels of the view and one or two more. */
static void put(const struct view *view, const char *name, const char *value, const char *name_2,
                const char *value_2, double number) {
    struct strbuf labels = STRBUF_INIT;
    strbuf_add(&labels, view->labels);
    exposition_label(&labels, name, value);
    if (name_2)
        exposition_label(&labels, name_2, value_2);
    exposition_sample(view->out, labels.text, number);
    strbuf_release(&labels);
}

static void put_latencies(const struct view *view, size_t stage, size_t step) {
    struct load_tally sum;
    const struct workload *load = view->result->load;
    result_tally(view->result, view->cell, stage, step, &sum);
    const struct histogram *latency[LATENCY_COUNT];
    bool whole = stage == SIZE_MAX && step == SIZE_MAX;
    result_cell_latencies(whole ? view->cell : NULL, &sum, latency);
    for (size_t i = 0; i < LATENCY_COUNT; i++) {
        struct strbuf labels = STRBUF_INIT;
        strbuf_add(&labels, view->labels);
        if (stage != SIZE_MAX)
            exposition_label(&labels, "stage", load->stages[stage].name);
        if (step != SIZE_MAX)
            exposition_label(&labels, "step", load->steps[step].name);
        exposition_label(&labels, "latency", latency_names[i]);
        exposition_summary(view->out, labels.text, latency[i]);
        strbuf_release(&labels);
    }
    load_tally_release(&sum);
}

static void put_cell_latencies(const struct view *view) {
    put_latencies(view, SIZE_MAX, SIZE_MAX);
}

static void put_stage_latencies(const struct view *view) {
    for (size_t i = 0; view->result->load && i < view->result->load->stage_count; i++)
        put_latencies(view, i, SIZE_MAX);
}

static void put_step_latencies(const struct view *view) {
    for (size_t i = 0; view->result->load && i < view->result->load->step_count; i++)
        put_latencies(view, SIZE_MAX, i);
}

static void put_spread(const struct view *view, const struct result_spread *spread) {
    put(view, "over_rounds", "median", NULL, NULL, spread->median);
    put(view, "over_rounds", "min", NULL, NULL, spread->min);
    put(view, "over_rounds", "max", NULL, NULL, spread->max);
}

static void put_rows_per_s(const struct view *view) {
    put_spread(view, &view->cell->rows_per_s);
}

static void put_commits_per_s(const struct view *view) {
    put_spread(view, &view->cell->commits_per_s);
}

static void put_count(const struct view *view, double (*count)(const struct result_round *)) {
    double sum = UNKNOWN;
    for (size_t i = 0; i < view->cell->round_count; i++)
        if (result_is_measured(&view->cell->rounds[i]))
            result_add(&sum, count(&view->cell->rounds[i]));
    exposition_sample(view->out, view->labels, sum);
}

static double rows_of(const struct result_round *round) {
    return (double)round->rows;
}

static double commits_of(const struct result_round *round) {
    return (double)round->commits;
}

static double seconds_of(const struct result_round *round) {
    return round->seconds;
}

static void put_rows(const struct view *view) {
    put_count(view, rows_of);
}

static void put_commits(const struct view *view) {
    put_count(view, commits_of);
}

static void put_seconds(const struct view *view) {
    put_count(view, seconds_of);
}

static void put_lost(const struct view *view) {
    put_count(view, result_lost);
}

static void put_errors(const struct view *view) {
    struct load_failure failures[LOAD_FAILURES_MAX];
    size_t count = result_failures(view->cell, failures);
    for (size_t i = 0; i < count; i++)
        put(view, "sqlstate", *failures[i].sqlstate ? failures[i].sqlstate : "connection", NULL,
            NULL, (double)failures[i].count);
}

static void put_time(const struct view *view) {
    for (size_t i = 0; i < TIME_PARTS; i++)
        put(view, "part", time_part_names[i], NULL, NULL, view->cell->parts[i]);
}

static void put_lock_share(const struct view *view) {
    exposition_sample(view->out, view->labels, view->cell->lock_share);
}

static void put_wal(const struct view *view) {
    struct result_total total;
    result_total(view->cell, &total);
    exposition_sample(view->out, view->labels, total.wal_bytes);
}

static void put_checkpoints(const struct view *view) {
    struct result_total total;
    result_total(view->cell, &total);
    exposition_sample(view->out, view->labels, total.checkpoints);
}

static void put_table_bytes(const struct view *view) {
    put(view, "part", "heap", NULL, NULL, view->cell->heap_bytes_per_row);
    put(view, "part", "index", NULL, NULL, view->cell->index_bytes_per_row);
    put(view, "part", "wal", NULL, NULL, view->cell->wal_bytes_per_row);
}

static void put_cpu(const struct view *view) {
    const struct result_cell *cell = view->cell;
    double client_us = cell->cpu_us_per_row, server_us = cell->server_cpu_us_per_row;
    put(view, "process", "client", NULL, NULL, is_known(client_us) ? client_us / 1e6 : UNKNOWN);
    put(view, "process", "server", NULL, NULL, is_known(server_us) ? server_us / 1e6 : UNKNOWN);
}

static void put_complete(const struct view *view) {
    exposition_sample(view->out, view->labels, view->cell->complete);
}

static void put_ceiling(const struct view *view) {
    exposition_sample(view->out, view->labels, view->cell->ceiling_share);
}

/* A workload may say the same twice; a series may not be there twice. */
static bool is_repeated(const struct workload *load, size_t number) {
    const struct threshold *threshold = &load->thresholds[number];
    for (size_t i = 0; i < number; i++)
        if (load->thresholds[i].stage == threshold->stage &&
            strcmp(load->thresholds[i].text, threshold->text) == 0)
            return true;
    return false;
}

static void put_thresholds(const struct view *view) {
    const struct workload *load = view->result->load;
    for (size_t i = 0; view->cell->thresholds && load && i < load->threshold_count; i++) {
        const struct result_threshold *judged = &view->cell->thresholds[i];
        const struct threshold *threshold = judged->threshold;
        if (judged->verdict != THRESHOLD_UNKNOWN && !is_repeated(load, i))
            put(view, "threshold", threshold->text, "stage",
                threshold->stage < load->stage_count ? load->stages[threshold->stage].name : "",
                judged->verdict == THRESHOLD_HELD);
    }
}

static void put_gauges(const struct view *view) {
    for (size_t i = 0; view->result->load && i < view->result->load->gauge_count; i++) {
        struct result_gauge gauge;
        if (result_gauge(view->cell, i, &gauge))
            put(view, "gauge", view->result->load->gauges[i].name, NULL, NULL, gauge.mean);
    }
}

static void put_info(const struct view *view) {
    const struct result *result = view->result;
    struct strbuf labels = STRBUF_INIT;
    strbuf_add(&labels, view->labels);
    exposition_label(&labels, "workload", result->workload);
    exposition_label(&labels, "server_version", result->server.version);
    exposition_label(&labels, "durability", durability_name(result->server.durability));
    exposition_sample(view->out, labels.text, 1);
    strbuf_release(&labels);
}

static const struct {
    struct metric_family family;
    void (*put)(const struct view *view);
} families[] = {
    {{"pgwrite_result", METRIC_INFO, NULL, "What was measured, on what."}, put_info},
    {{"pgwrite_result_complete", METRIC_GAUGE, NULL,
      "1: every round was measured to its end, 0: what follows is of a part."},
     put_complete},
    {{"pgwrite_result_rows_per_second", METRIC_GAUGE, NULL,
      "Rows acknowledged a second; of several rounds their median, least and most."},
     put_rows_per_s},
    {{"pgwrite_result_commits_per_second", METRIC_GAUGE, NULL, "Transactions committed a second."},
     put_commits_per_s},
    {{"pgwrite_result_rows", METRIC_COUNTER, NULL, "Rows acknowledged in the measured windows."},
     put_rows},
    {{"pgwrite_result_commits", METRIC_COUNTER, NULL,
      "Transactions committed in the measured windows."},
     put_commits},
    {{"pgwrite_result_measured_seconds", METRIC_COUNTER, "seconds",
      "How long the measured windows were."},
     put_seconds},
    {{"pgwrite_result_errors", METRIC_COUNTER, NULL, "Errors of the whole rounds, by SQLSTATE."},
     put_errors},
    {{"pgwrite_result_lost_rows", METRIC_GAUGE, NULL,
      "Acknowledged rows that were not in their table afterwards."},
     put_lost},
    {{"pgwrite_result_latency_seconds", METRIC_SUMMARY, "seconds",
      "Latencies of the measured windows."},
     put_cell_latencies},
    {{"pgwrite_result_stage_latency_seconds", METRIC_SUMMARY, "seconds",
      "Latencies by stage of the workload."},
     put_stage_latencies},
    {{"pgwrite_result_step_latency_seconds", METRIC_SUMMARY, "seconds",
      "Latencies by step of the workload."},
     put_step_latencies},
    {{"pgwrite_result_session_time_ratio", METRIC_GAUGE, "ratio",
      "Where the sessions' time goes: shares that add up to 1."},
     put_time},
    {{"pgwrite_result_lock_wait_ratio", METRIC_GAUGE, "ratio",
      "Share of the sessions' time in heavyweight lock waits."},
     put_lock_share},
    {{"pgwrite_result_wal_bytes", METRIC_COUNTER, "bytes", "WAL of the measured windows."},
     put_wal},
    {{"pgwrite_result_checkpoints", METRIC_COUNTER, NULL,
      "Checkpoints that ended in the measured windows."},
     put_checkpoints},
    {{"pgwrite_result_row_bytes", METRIC_GAUGE, "bytes",
      "Bytes a row of the heap, of the indexes, of the WAL."},
     put_table_bytes},
    {{"pgwrite_result_row_cpu_seconds", METRIC_GAUGE, "seconds", "CPU time a row."}, put_cpu},
    {{"pgwrite_result_ceiling_ratio", METRIC_GAUGE, "ratio",
      "Rows a second over those into a table that discards them."},
     put_ceiling},
    {{"pgwrite_result_threshold_held", METRIC_GAUGE, NULL, "1: the threshold held, 0: it failed."},
     put_thresholds},
    {{"pgwrite_result_workload_value", METRIC_GAUGE, NULL,
      "Mean of what a query of the workload's gauges said."},
     put_gauges},
};

static void label_cell(struct strbuf *labels, const char *name, const char *variant,
                       const struct result *result, size_t number) {
    const struct result_cell *cell = &result->cells[number];
    char text[48];
    exposition_label(labels, "result", name);
    exposition_label(labels, "variant", variant);
    snprintf(text, sizeof text, "%zu", number + 1);
    exposition_label(labels, "cell", text);
    exposition_label(labels, "path", cell->path);
    exposition_label(labels, "pool", names_of_pool(cell, text, sizeof text));
    if (cell->batch.max > 0)
        exposition_label(labels, "batch", result_batch(cell, text, sizeof text));
}

static void put_document(const struct document *document, const char *name, size_t family,
                         struct exposition *out) {
    const struct result *runs[DOCUMENT_RUNS_MAX];
    const char *variants[DOCUMENT_RUNS_MAX];
    size_t run_count = document_runs(document, runs, variants);
    for (size_t k = 0; k < run_count; k++)
        for (size_t i = 0; i < runs[k]->cell_count; i++) {
            struct strbuf labels = STRBUF_INIT;
            label_cell(&labels, name, variants[k], runs[k], i);
            out->epoch_s = names_epoch_s(runs[k]);
            families[family].put(&(struct view){
                .result = runs[k], .cell = &runs[k]->cells[i], .labels = labels.text, .out = out});
            strbuf_release(&labels);
        }
}

void format_openmetrics(const struct document *documents, size_t count, int width, FILE *out) {
    struct exposition exposition;
    (void)width;
    exposition_init(&exposition, out, true);
    for (size_t family = 0; family < sizeof families / sizeof *families; family++) {
        exposition_family(&exposition, &families[family].family);
        for (size_t i = 0; i < count; i++) {
            char name[NAME_SPACE] = "";
            if (count > 1)
                (void)names_of_document(documents, count, i, name);
            put_document(&documents[i], name, family, &exposition);
        }
    }
    exposition_end(&exposition);
}
