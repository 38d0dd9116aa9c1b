#include "report/board_metrics.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "observe/host.h"

/* Of this process, from /proc/self/statm: the second number are pages. Source: proc(5). */
static double resident_bytes(void) {
    double pages = UNKNOWN;
    FILE *statm = fopen("/proc/self/statm", "r");
    if (!statm)
        return UNKNOWN;
    if (fscanf(statm, "%*s %lf", &pages) != 1)
        pages = UNKNOWN;
    fclose(statm);
    return is_known(pages) ? pages * (double)sysconf(_SC_PAGESIZE) : UNKNOWN;
}

void board_machine_read(pid_t postmaster, struct board_machine *out) {
    struct host_sample host;
    host_sample_quick(postmaster, &host);
    *out = (struct board_machine){.client_cpu_s = (double)clock_process_cpu_ns() / 1e9,
                                  .client_memory_bytes = resident_bytes(),
                                  .server_cpu_s = host.server_cpu_s,
                                  .server_memory_bytes = host_own_memory_bytes(postmaster)};
}

static void sample(struct exposition *out, const struct metric_family *family, double value) {
    exposition_family(out, family);
    exposition_sample(out, "", value);
}

static void put_infos(const struct board_state *state, struct exposition *out) {
    static const struct metric_family build = {"pgwrite_build", METRIC_INFO, NULL,
                                               "The pgwrite that measures."};
    static const struct metric_family cell = {
        "pgwrite_cell", METRIC_INFO, NULL,
        "What is being written, how, and to what; of the last round after its end."};
    struct strbuf labels = STRBUF_INIT;
    char pool[16];
    exposition_label(&labels, "version", PGWRITE_VERSION);
    exposition_family(out, &build);
    exposition_sample(out, labels.text, 1);
    strbuf_clear(&labels);
    snprintf(pool, sizeof pool, "%u", state->pool);
    exposition_label(&labels, "workload", state->workload);
    exposition_label(&labels, "path", state->path);
    exposition_label(&labels, "pool", pool);
    exposition_label(&labels, "batch", state->batch);
    exposition_label(&labels, "round", state->label);
    exposition_label(&labels, "stage", state->stage);
    exposition_label(&labels, "server_version", state->server_version);
    exposition_label(&labels, "durability", state->durability);
    exposition_family(out, &cell);
    if (state->begun)
        exposition_sample(out, labels.text, 1);
    strbuf_release(&labels);
}

static void put_counters(const struct board_state *state, struct exposition *out) {
    static const struct metric_family
        rows = {"pgwrite_rows", METRIC_COUNTER, NULL,
                "Rows that the server has acknowledged, warm-ups included."},
        commits = {"pgwrite_commits", METRIC_COUNTER, NULL,
                   "Transactions that the server has committed."},
        failed = {"pgwrite_failed_transactions", METRIC_COUNTER, NULL,
                  "Transactions that failed, waited too long for a connection, or were dropped."},
        errors = {"pgwrite_errors", METRIC_COUNTER, NULL,
                  "Attempts that failed, tried again or not; what was dropped or timed out."},
        asked = {"pgwrite_asked_transactions", METRIC_COUNTER, NULL,
                 "Transactions that the load has asked for."},
        checkpoints = {"pgwrite_checkpoints", METRIC_COUNTER, NULL,
                       "Checkpoints that the server has ended while the load ran."},
        rounds = {"pgwrite_rounds", METRIC_COUNTER, NULL, "Rounds of measuring that have ended."};
    sample(out, &rows, (double)state->rows);
    sample(out, &commits, (double)state->commits);
    sample(out, &failed, (double)state->failed);
    sample(out, &errors, (double)state->errors);
    sample(out, &asked, (double)state->asked);
    sample(out, &checkpoints, (double)state->checkpoints);
    sample(out, &rounds, (double)state->rounds);
}

static void put_machine(const struct board_machine *machine, struct exposition *out) {
    static const struct metric_family
        client_cpu = {"pgwrite_client_cpu_seconds", METRIC_COUNTER, "seconds",
                      "CPU time of pgwrite itself."},
        client_memory = {"pgwrite_client_memory_bytes", METRIC_GAUGE, "bytes",
                         "Memory of pgwrite itself that is resident."},
        server_cpu = {"pgwrite_server_cpu_seconds", METRIC_COUNTER, "seconds",
                      "CPU time of the server's processes, where it runs on the same machine."},
        server_memory = {"pgwrite_server_memory_bytes", METRIC_GAUGE, "bytes",
                         "Memory of the server's processes without what they share."};
    sample(out, &client_cpu, machine->client_cpu_s);
    sample(out, &client_memory, machine->client_memory_bytes);
    sample(out, &server_cpu, machine->server_cpu_s);
    sample(out, &server_memory, machine->server_memory_bytes);
}

static void put_interval(const struct load_interval *last, struct exposition *out) {
    static const struct metric_family
        rows = {"pgwrite_interval_rows_per_second", METRIC_GAUGE, NULL,
                "Rows acknowledged, of the last whole interval."},
        commits = {"pgwrite_interval_commits_per_second", METRIC_GAUGE, NULL,
                   "Transactions committed, of the last whole interval."},
        response = {"pgwrite_interval_response_seconds", METRIC_SUMMARY, "seconds",
                    "From when a transaction was due to its end, of the last whole interval."};
    const struct {
        const char *label;
        uint64_t ns;
    } quantiles[] = {{"quantile=\"0.5\"", last->p50_ns},
                     {"quantile=\"0.95\"", last->p95_ns},
                     {"quantile=\"0.99\"", last->p99_ns}};
    if (last->length_s <= 0)
        return;
    sample(out, &rows, (double)last->rows / last->length_s);
    sample(out, &commits, (double)last->commits / last->length_s);
    exposition_family(out, &response);
    for (size_t i = 0; i < sizeof quantiles / sizeof *quantiles; i++)
        if (quantiles[i].ns)
            exposition_sample(out, quantiles[i].label, (double)quantiles[i].ns / 1e9);
}

static void put_gauges(const struct board_state *state, struct exposition *out) {
    static const struct metric_family gauge = {"pgwrite_workload_value", METRIC_GAUGE, NULL,
                                               "What a query of the workload's gauges said last."};
    exposition_family(out, &gauge);
    for (size_t i = 0; i < state->gauge_count; i++) {
        struct strbuf labels = STRBUF_INIT;
        exposition_label(&labels, "gauge", state->gauges[i].name);
        exposition_sample(out, labels.text, state->gauge_values[i]);
        strbuf_release(&labels);
    }
}

static void put_moment(const struct board_state *state, struct exposition *out) {
    static const struct metric_family
        warming = {"pgwrite_warming_up", METRIC_GAUGE, NULL,
                   "1 before the measured window begins, else 0."},
        left = {"pgwrite_left_seconds", METRIC_GAUGE, "seconds",
                "Until the last round that is planned will end."},
        open = {"pgwrite_connections_open", METRIC_GAUGE, NULL, "Connections of the pool."},
        busy = {"pgwrite_connections_busy", METRIC_GAUGE, NULL,
                "Connections of the pool that carry out a transaction."},
        queue = {"pgwrite_queue_length", METRIC_GAUGE, NULL,
                 "Transactions that wait for a connection."},
        locks = {"pgwrite_lock_wait_ratio", METRIC_GAUGE, "ratio",
                 "Share of the sessions' time in heavyweight lock waits, of the last interval."},
        wal = {"pgwrite_wal_bytes_per_second", METRIC_GAUGE, NULL,
               "WAL that the server writes, of the last interval."};
    sample(out, &warming, state->warming_up);
    sample(out, &left, state->left_s);
    sample(out, &open, (double)state->open);
    sample(out, &busy, (double)state->busy);
    sample(out, &queue, (double)state->waiting);
    if (state->interval_known)
        put_interval(&state->last, out);
    sample(out, &locks, state->lock_share);
    sample(out, &wal, state->wal_bytes_per_s);
    put_gauges(state, out);
}

void board_metrics(const struct board_state *state, const struct board_machine *machine,
                   struct exposition *out) {
    static const struct metric_family
        loading = {"pgwrite_loading", METRIC_GAUGE, NULL,
                   "1 while a load runs, 0 before, after and between the rounds."},
        connections_max = {"pgwrite_server_connections_limit", METRIC_GAUGE, NULL,
                           "max_connections of the server."};
    put_infos(state, out);
    put_counters(state, out);
    put_machine(machine, out);
    sample(out, &loading, state->loading);
    sample(out, &connections_max, state->max_connections);
    if (state->loading)
        put_moment(state, out);
    exposition_end(out);
}
