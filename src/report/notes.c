/* Lines about the surroundings: the disk, the machine, maintenance, and the companions. */
#include <inttypes.h>
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
        fprintf(out,
                "            the fastest cell made %s commits/s: %s for each of these flushes\n",
                show_count(commits, sizeof commits, most),
                show_ratio(rate, sizeof rate, most / probe->flushes_per_s));
    if (probe->doubtful)
        fprintf(out,
                "warning     %s: a flush takes %s: only a disk whose cache outlives a power cut "
                "may be so fast; if it has none, it lies\n",
                result->fsync_dir, show_seconds(p50, sizeof p50, probe->p50_us / 1e6));
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

void report_machine(const struct result *result, FILE *out) {
    static const char *const names[4] = {"steal", "CPU pressure", "I/O pressure",
                                         "memory pressure"};
    double usage[4], autovacuums = 0, autoanalyzes = 0, files = 0, bytes = 0;
    char share[32], size[32];
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
    for (size_t i = 0; i < result->cell_count; i++) {
        struct result_total total;
        result_total(&result->cells[i], &total);
        const struct server_statistics *statistics = &total.statistics;
        autovacuums += is_known(statistics->autovacuums) ? statistics->autovacuums : 0;
        autoanalyzes += is_known(statistics->autoanalyzes) ? statistics->autoanalyzes : 0;
        files += is_known(statistics->temp_files) ? statistics->temp_files : 0;
        bytes += is_known(statistics->temp_bytes) ? statistics->temp_bytes : 0;
    }
    if (autovacuums > 0 || autoanalyzes > 0)
        fprintf(out, "autovacuum  of the tables written to: %.0f × vacuum, %.0f × analyze\n",
                autovacuums, autoanalyzes);
    if (files > 0)
        fprintf(out, "temp files  %.0f, %s\n", files,
                units_show_size(size, sizeof size, (uint64_t)bytes));
}

static void print_companion(const char *cell, const struct companion_result *companion, FILE *out) {
    char mean[32], longest[32], waited[32];
    fprintf(out, "companion   %s%s%s", cell, *cell ? ": " : "", companion->name);
    if (strcmp(companion->name, companion->what) != 0)
        fprintf(out, " (%s)", companion->what);
    if (companion->runs)
        fprintf(out, ": %" PRIu64 " time%s, mean %s, longest %s", companion->runs,
                companion->runs == 1 ? "" : "s",
                show_seconds(mean, sizeof mean, companion->total_s / (double)companion->runs),
                show_seconds(longest, sizeof longest, companion->max_ms / 1000));
    else
        fputs(": never came to its end", out);
    if (companion->rows)
        fprintf(out, ", %" PRIu64 " rows", companion->rows);
    if (companion->waited_s > 0)
        fprintf(out, ", waited %s for its own lock",
                show_seconds(waited, sizeof waited, companion->waited_s));
    if (companion->errors)
        fprintf(out, "; %" PRIu64 " error%s: %s", companion->errors,
                companion->errors == 1 ? "" : "s", companion->first_error);
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
