/* Lines about the surroundings: the disk, the machine, maintenance, and the companions. */
#include <string.h>

#include "report/internal.h"
#include "result/total.h"

static double most_commits(const struct result *result) {
    double most = UNKNOWN;
    for (size_t i = 0; i < result->cell_count; i++)
        if (result->cells[i].commits_per_s.median > most)
            most = result->cells[i].commits_per_s.median;
    return most;
}

void report_disk(const struct result *result, FILE *out) {
    const struct fsync_probe *probe = &result->fsync;
    char flushes[32], rate[32], p50[32], p99[32], max[32], commits[32];
    if (!result->fsync_dir || !(probe->flushes_per_s > 0))
        return;
    fprintf(out, "disk        %s flushes (fdatasync) in %s: %s/s, median %s, p99 %s, longest %s\n",
            show_count(flushes, sizeof flushes, (double)probe->flushes), result->fsync_dir,
            show_count(rate, sizeof rate, probe->flushes_per_s),
            show_seconds(p50, sizeof p50, probe->p50_us / 1e6),
            show_seconds(p99, sizeof p99, probe->p99_us / 1e6),
            show_seconds(max, sizeof max, probe->max_us / 1e6));
    double most = most_commits(result);
    if (most > 0)
        fprintf(out, "            the %s made %s commits/s: %s commits a flush\n",
                result->cell_count > 1 ? "fastest cell" : "run",
                show_count(commits, sizeof commits, most),
                show_ratio(rate, sizeof rate, most / probe->flushes_per_s));
}

/* Means of the cells, weighed by the time that each was measured. */
static void machine_usage(const struct result *result, double out[4]) {
    double seconds[4] = {0}, sums[4] = {0};
    for (size_t i = 0; i < result->cell_count; i++) {
        struct host_usage host;
        result_host(&result->cells[i], &host);
        const double shares[4] = {host.steal_share, host.pressure_cpu, host.pressure_io,
                                  host.pressure_memory};
        for (size_t k = 0; k < 4; k++)
            if (is_known(shares[k])) {
                sums[k] += shares[k] * host.seconds;
                seconds[k] += host.seconds;
            }
    }
    for (size_t k = 0; k < 4; k++)
        out[k] = seconds[k] > 0 ? sums[k] / seconds[k] : UNKNOWN;
}

/* Of all cells; UNKNOWN where no cell knows it. */
struct server_work {
    double memory_bytes;                              /* the most of any cell */
    double by_checkpointer, by_bgwriter, by_backends; /* buffers */
    double autovacuums, autoanalyzes, temp_files, temp_bytes;
};

static struct server_work sum_work(const struct result *result) {
    struct server_work sum = {UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN,
                              UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN};
    for (size_t i = 0; i < result->cell_count; i++) {
        struct host_usage host;
        struct result_total total;
        result_host(&result->cells[i], &host);
        result_total(&result->cells[i], &total);
        if (host.server_memory_bytes > sum.memory_bytes)
            sum.memory_bytes = host.server_memory_bytes;
        result_add(&sum.by_checkpointer, total.statistics.buffers_checkpointer);
        result_add(&sum.by_bgwriter, total.statistics.buffers_bgwriter);
        result_add(&sum.by_backends, total.statistics.buffers_backend);
        result_add(&sum.autovacuums, total.statistics.autovacuums);
        result_add(&sum.autoanalyzes, total.statistics.autoanalyzes);
        result_add(&sum.temp_files, total.statistics.temp_files);
        result_add(&sum.temp_bytes, total.statistics.temp_bytes);
    }
    return sum;
}

static void print_usage(const struct result *result, FILE *out) {
    static const char *const names[4] = {"steal", "CPU pressure", "I/O pressure",
                                         "memory pressure"};
    double usage[4];
    char share[32];
    bool any = false;
    machine_usage(result, usage);
    for (size_t k = 0; k < 4; k++)
        if (is_known(usage[k])) {
            fprintf(out, "%s%s %s", any ? ", " : "machine     ", names[k],
                    show_share(share, sizeof share, usage[k]));
            any = true;
        }
    if (any)
        fputc('\n', out);
}

static void print_memory(const struct result *result, double server_bytes, FILE *out) {
    char size[32];
    double client_bytes = result->client_rss_bytes;
    if (server_bytes > 0)
        fprintf(out, "memory      server %s%s",
                units_show_size(size, sizeof size, (uint64_t)server_bytes),
                result->cell_count > 1 ? " (most of any cell)" : "");
    if (client_bytes > 0)
        fprintf(out, "%spgwrite %s", server_bytes > 0 ? ", " : "memory      ",
                units_show_size(size, sizeof size, (uint64_t)client_bytes));
    if (server_bytes > 0 || client_bytes > 0)
        fputc('\n', out);
}

static void print_buffers(const struct server_work *work, FILE *out) {
    const struct {
        const char *name;
        double count;
    } writers[] = {{"checkpointer", work->by_checkpointer},
                   {"background writer", work->by_bgwriter},
                   {"backends", work->by_backends}};
    const size_t writer_count = sizeof writers / sizeof *writers;
    bool any = false, first = true;
    char count[32];
    for (size_t i = 0; i < writer_count; i++)
        any |= writers[i].count > 0;
    for (size_t i = 0; any && i < writer_count; i++)
        if (is_known(writers[i].count)) {
            fprintf(out, "%s%s %s", first ? "buffers     written by " : ", ", writers[i].name,
                    show_count(count, sizeof count, writers[i].count));
            first = false;
        }
    if (any)
        fputc('\n', out);
}

void report_machine(const struct result *result, FILE *out) {
    const struct server_work work = sum_work(result);
    char size[32], vacuums[32], analyzes[32];
    print_usage(result, out);
    print_memory(result, work.memory_bytes, out);
    print_buffers(&work, out);
    if (work.autovacuums > 0 || work.autoanalyzes > 0)
        fprintf(out, "autovacuum  of the tables written to: %s × vacuum, %s × analyze\n",
                show_count(vacuums, sizeof vacuums, work.autovacuums),
                show_count(analyzes, sizeof analyzes, work.autoanalyzes));
    if (work.temp_files > 0)
        fprintf(out, "temp files  %.0f, %s\n", work.temp_files,
                is_known(work.temp_bytes)
                    ? units_show_size(size, sizeof size, (uint64_t)work.temp_bytes)
                    : DASH);
}

static void print_companion(const char *cell, const struct companion_result *companion, FILE *out) {
    char mean[32], longest[32], waited[32], count[48];
    fprintf(out, "companion   %s%s%s", cell, *cell ? ": " : "", companion->name);
    if (strcmp(companion->name, companion->what) != 0)
        fprintf(out, " (%s)", companion->what);
    if (companion->runs)
        fprintf(out, ": %s, mean %s, longest %s",
                units_show_things(count, sizeof count, (double)companion->runs, "time"),
                show_seconds(mean, sizeof mean, companion->total_s / (double)companion->runs),
                show_seconds(longest, sizeof longest, companion->max_ms / 1000));
    else
        fputs(": not once to its end", out);
    if (result_companion_reads(companion) && (companion->runs || companion->rows))
        fprintf(out, ", %s",
                units_show_things(count, sizeof count, (double)companion->rows, "row"));
    if (companion->waited_s > 0)
        fprintf(out, ", waited %s for its own lock",
                show_seconds(waited, sizeof waited, companion->waited_s));
    if (companion->errors)
        fprintf(out, "; %s: %s",
                units_show_things(count, sizeof count, (double)companion->errors, "error"),
                companion->first_error);
    fputc('\n', out);
}

void report_companions(const struct result *result, FILE *out) {
    for (size_t i = 0; i < result->cell_count; i++) {
        const struct result_cell *cell = &result->cells[i];
        struct strbuf name = STRBUF_INIT;
        if (result->cell_count > 1)
            report_cell_name(result, cell, &name);
        for (size_t k = 0; k < result_companion_count(cell); k++) {
            struct companion_result companion;
            result_companion(cell, k, &companion);
            print_companion(name.text, &companion, out);
        }
        strbuf_release(&name);
    }
}
