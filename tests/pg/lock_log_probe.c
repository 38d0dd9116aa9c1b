/*
 * src/observe/lock_log.h on the command line, for lock_log.bats.
 *
 *   lock_log_probe SOCKET_DIR LOG|- PID…    as ROLE or postgres, in database postgres
 *
 * Marks the beginning and says "ready"; at the end of standard input marks the end, reads, and
 * prints "waits unfinished deadlocks", then a line for each kind, its parts parted by |. PID 0:
 * none. An error is printed, and its exit code given.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "observe/lock_log.h"

enum { PIDS_MAX = 64 };

static void print(const struct lock_log *log) {
    printf("%" PRIu64 " %" PRIu64 " %" PRIu64 "\n", log->waits, log->unfinished, log->deadlocks);
    for (size_t i = 0; i < log->kind_count; i++) {
        const struct logged_kind *kind = &log->kinds[i];
        printf("%s|%s|%s|%s|%" PRIu64 "|%.0f|%.0f\n", kind->locktype, kind->mode, kind->relation,
               kind->statement, kind->waits, kind->total_s * 1000, kind->max_ms);
    }
}

static bool watch(struct lock_log_reader *reader, const int64_t *pids, size_t count,
                  struct lock_log *log, struct error *error) {
    char ignored[64];
    if (!lock_log_mark_begin(reader, error))
        return false;
    puts("ready");
    fflush(stdout);
    while (read(STDIN_FILENO, ignored, sizeof ignored) > 0)
        ;
    return lock_log_mark_end(reader, error) && lock_log_read(reader, pids, count, log, error);
}

int main(int argc, char **argv) {
    struct error error = {0};
    struct arena arena = {0};
    struct target target;
    struct control *control = NULL;
    struct lock_log_reader *reader = NULL;
    struct lock_log log = {0};
    int64_t pids[PIDS_MAX];
    size_t count = 0;
    if (argc < 4)
        return EXIT_USAGE;
    for (int i = 3; i < argc && count < PIDS_MAX; i++)
        pids[count++] = strtoll(argv[i], NULL, 10);
    const char *role = getenv("ROLE");
    struct target_options options = {
        .host = argv[1], .user = role ? role : "postgres", .dbname = "postgres"};
    const char *file = strcmp(argv[2], "-") == 0 ? NULL : argv[2];
    bool ok = target_resolve(&options, &arena, &target, &error) &&
              control_open(&target, "lock_log_probe", &control, &error) &&
              lock_log_open(control, file, &reader, &error) &&
              watch(reader, pids, count, &log, &error);
    if (ok)
        print(&log);
    else
        error_print(&error);
    lock_log_close(reader);
    control_close(control);
    arena_release(&arena);
    return ok ? EXIT_OK : (int)error.exit_code;
}
