/*
 * src/observe/statistics.h and host.h on the command line, for statistics.bats.
 *
 *   statistics_probe CONNINFO USER DATABASE TABLE [COMMAND...]
 *
 * Reads both, runs the command, reads both again, and prints the differences, name=value: each
 * member, the WAL positions begin_lsn and end_lsn around the command, the backend's postmaster.
 * Before each reading of the statistics it waits as statistics_await does.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "observe/host.h"
#include "observe/statistics.h"

static _Noreturn void fail(const struct error *error) {
    error_print(error);
    exit((int)error->exit_code);
}

static int64_t table_oid(struct control *control, const char *table) {
    struct control_rows *rows;
    struct error error = {0};
    if (!control_query_one(control, "SELECT $1::pg_catalog.regclass::oid::int8",
                           CONTROL_ARGS(ARG_TEXT(table)), &rows, &error))
        fail(&error);
    int64_t oid = control_int8(rows, 0, 0);
    control_rows_free(rows);
    return oid;
}

static void print_lsn(struct control *control, const char *name) {
    struct control_rows *rows;
    struct error error = {0};
    if (!control_query_one(control, "SELECT pg_catalog.pg_current_wal_insert_lsn()::text",
                           CONTROL_NO_ARGS, &rows, &error))
        fail(&error);
    printf("%s=%s\n", name, control_text(rows, 0, 0));
    control_rows_free(rows);
}

static void read_statistics(struct control *control, int64_t table, struct server_statistics *out) {
    struct error error = {0};
    statistics_await(control);
    if (!statistics_read(control, table, out, &error))
        fail(&error);
}

static void run(char **words) {
    int status;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        execvp(words[0], words);
        _exit(127);
    }
    if (child < 0 || waitpid(child, &status, 0) < 0 || status != 0) {
        fprintf(stderr, "statistics_probe: %s failed\n", words[0]);
        exit(EXIT_FAILED);
    }
}

static void print_statistics(const struct server_statistics *is) {
    printf("temp_files=%.0f\ntemp_bytes=%.0f\n", is->temp_files, is->temp_bytes);
    printf("wal_records=%.0f\nwal_fpi=%.0f\nwal_buffers_full=%.0f\nwal_flushes=%.0f\n",
           is->wal_records, is->wal_fpi, is->wal_buffers_full, is->wal_flushes);
    printf("checkpoints_timed=%.0f\ncheckpoints_requested=%.0f\n", is->checkpoints_timed,
           is->checkpoints_requested);
    printf("buffers_checkpointer=%.0f\nbuffers_bgwriter=%.0f\nbuffers_backend=%.0f\n",
           is->buffers_checkpointer, is->buffers_bgwriter, is->buffers_backend);
    printf("rows_inserted=%.0f\nrows_updated=%.0f\nrows_hot_updated=%.0f\n", is->rows_inserted,
           is->rows_updated, is->rows_hot_updated);
    printf("autovacuums=%.0f\nautoanalyzes=%.0f\n", is->autovacuums, is->autoanalyzes);
}

static void print_usage(const struct host_usage *is) {
    printf("seconds=%.6f\nsteal_share=%.6f\n", is->seconds, is->steal_share);
    printf("pressure_cpu=%.6f\npressure_io=%.6f\npressure_memory=%.6f\n", is->pressure_cpu,
           is->pressure_io, is->pressure_memory);
    printf("server_cpu_share=%.6f\nserver_cpu_s=%.6f\n", is->server_cpu_share, is->server_cpu_s);
    printf("server_memory_bytes=%.0f\nserver_disk_written_bytes=%.0f\n", is->server_memory_bytes,
           is->server_disk_written_bytes);
}

int main(int argc, char **argv) {
    if (argc < 5) {
        fputs("usage: see the head of statistics_probe.c\n", stderr);
        return EXIT_USAGE;
    }
    struct control *control;
    struct error error = {0};
    struct target target = {.keywords = {"dbname"}, .values = {argv[1]}};
    if (!control_open(&target, "statistics_probe", &control, &error))
        fail(&error);
    int64_t table = table_oid(control, argv[4]);
    pid_t postmaster = host_find_postmaster(control_backend_pid(control), argv[2], argv[3]);
    printf("postmaster=%ld\n", (long)postmaster);

    struct server_statistics before, after, statistics;
    struct host_sample host_before, host_after;
    struct host_usage usage;
    read_statistics(control, table, &before);
    print_lsn(control, "begin_lsn");
    host_sample(postmaster, &host_before);
    uint64_t begin_ns = clock_ns();
    if (argv[5])
        run(argv + 5);
    host_sample(postmaster, &host_after);
    uint64_t end_ns = clock_ns();
    read_statistics(control, table, &after);
    print_lsn(control, "end_lsn");
    control_close(control);

    statistics_difference(&before, &after, &statistics);
    print_statistics(&statistics);
    host_difference(&host_before, &host_after, (double)(end_ns - begin_ns) / (double)NS_PER_S,
                    &usage);
    print_usage(&usage);
    return EXIT_OK;
}
