#include "report/csv_cell.h"

#include "load/demand.h"

void csv_source_columns(struct csv *csv, const struct csv_source *source) {
    const struct document *document = source->document;
    bool ab = document->kind == DOCUMENT_AB;
    csv_text(csv, "file", document->file);
    csv_text(csv, "side", source->side);
    csv_text(csv, "variant",
             !ab                    ? NULL
             : *source->side == 'A' ? document->ab->a_variant
                                    : document->ab->b_variant);
    csv_text(csv, "workload", source->run->workload);
}

void csv_cell_columns(struct csv *csv, const struct result *run, size_t number) {
    const struct result_cell *cell = &run->cells[number];
    bool open = run->source == LOAD_RATE;
    char batch[48];
    csv_count(csv, "cell", true, number);
    csv_text(csv, "path", cell->path);
    csv_text(csv, "protocol", cell->protocol);
    csv_count(csv, "pool", true, cell->pool);
    csv_count(csv, "pool_min", true, cell->pool_min);
    csv_count(csv, "threads", true, cell->threads);
    csv_text(csv, "batch", cell->batch.max > 0 ? result_batch(cell, batch, sizeof batch) : NULL);
    csv_text(csv, "source", load_source_names[run->source]);
    csv_number(csv, "users", run->source == LOAD_USERS ? cell->users : UNKNOWN);
    csv_number(csv, "rate_per_s", open ? cell->rate : UNKNOWN);
    csv_text(csv, "arrival", !open ? NULL : run->uniform ? "uniform" : "poisson");
}

void csv_run_columns(struct csv *csv, const struct csv_source *source) {
    const struct result *run = source->run;
    csv_text(csv, "started_at", run->started_at);
    csv_count(csv, "seed", true, run->seed);
    csv_text(csv, "run_mode", run->mode);
    csv_number(csv, "run_warmup_s", (double)run->warmup_ns / 1e9);
    csv_number(csv, "run_duration_s", run->rows ? UNKNOWN : (double)run->duration_ns / 1e9);
    csv_count(csv, "run_rows", run->rows > 0, run->rows);
    csv_count(csv, "run_rounds", true, run->rounds);
    csv_text(csv, "run_binding", run->binding);
    csv_flag(csv, "quick", true, run->quick);
    csv_flag(csv, "interrupted", true, run->interrupted);
    csv_text(csv, "verdict", result_verdict_names[result_verdict(run)]);
    csv_text(csv, "tool_version", source->document->version);
    csv_text(csv, "server_version", run->server.version);
    csv_text(csv, "server_durability", durability_name(run->server.durability));
    csv_count(csv, "host_cpus", run->cpus > 0, run->cpus > 0 ? (uint64_t)run->cpus : 0);
    csv_whole(csv, "host_memory_bytes", run->memory_bytes);
}
