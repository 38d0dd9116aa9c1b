/*
 * src/observe/sampler.h on the command line, for waits.bats.
 *
 *     sampler_probe SOCKET_DIR PORT USER APPLICATION INTERVAL_MS
 *
 * Reads commands from stdin, one a line, and answers each with a line:
 *
 *     start, begin, end     as the functions of those names
 *     intervals N           waits until N whole intervals of the time line have passed
 *     live                  lock_share=… wal_bytes_per_s=… begun=… done=…
 *
 * At the end of stdin it closes the sampler and prints what it has seen, one name=value a line.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "observe/sampler.h"

static void print_holder(size_t i, const char *name, const struct lock_holder *holder) {
    printf("lock.%zu.%s.statement=%s\nlock.%zu.%s.application=%s\nlock.%zu.%s.state=%s\n", i, name,
           holder->statement, i, name, holder->application, i, name, holder->state);
}

static void print_locks(const struct observation *seen) {
    printf(
        "lock_share=%.9f\nlock_time_s=%.9f\nlock_seen=%" PRIu64 "\nlock_max_ms=%.3f\nlocks=%zu\n",
        seen->lock_share, seen->lock_time_s, seen->lock_seen, seen->lock_max_ms, seen->lock_count);
    for (size_t i = 0; i < seen->lock_count; i++) {
        const struct lock_waits *lock = &seen->locks[i];
        printf("lock.%zu.locktype=%s\nlock.%zu.mode=%s\nlock.%zu.relation=%s\n"
               "lock.%zu.statement=%s\nlock.%zu.depth=%u\nlock.%zu.seen=%" PRIu64
               "\nlock.%zu.time_s=%.9f\nlock.%zu.max_ms=%.3f\n",
               i, lock->locktype, i, lock->mode, i, lock->relation, i, lock->statement, i,
               (unsigned)lock->depth, i, lock->seen, i, lock->time_s, i, lock->max_ms);
        print_holder(i, "blocker", &lock->blocker);
        print_holder(i, "root", &lock->root);
    }
}

static void print_series(const struct observation *seen) {
    double session_s = 0, locked_s = 0, wal_bytes = 0;
    int begun = 0, done = 0;
    for (size_t i = 0; i < seen->series_count; i++) {
        const struct sampled_interval *interval = &seen->series[i];
        session_s += interval->session_s;
        locked_s += interval->locked_s;
        wal_bytes += interval->wal_bytes;
        begun += interval->checkpoints_begun;
        done += interval->checkpoints_done;
    }
    printf("series=%zu\nseries.session_s=%.6f\nseries.locked_s=%.6f\nseries.wal_bytes=%.0f\n"
           "series.begun=%d\nseries.done=%d\n",
           seen->series_count, session_s, locked_s, wal_bytes, begun, done);
}

static void print(const struct observation *seen) {
    printf("valid=%d\nsamples=%" PRIu64 "\ninterval_ms=%.3f\nsessions=%.6f\nothers_hidden=%d\n"
           "cost_share=%.6f\ncost_exact=%d\n",
           seen->valid, seen->samples, seen->interval_ms, seen->sessions, seen->others_hidden,
           seen->cost_share, seen->cost_exact);
    double parts = 0, events = 0;
    for (size_t i = 0; i < TIME_PARTS; i++) {
        printf("part.%s=%.9f\n", time_part_names[i], seen->parts[i]);
        parts += seen->parts[i];
    }
    for (size_t i = 0; i < seen->event_count; i++) {
        printf("event.%s:%s=%.9f\n", seen->events[i].type, seen->events[i].event,
               seen->events[i].share);
        events += seen->events[i].share;
    }
    printf("parts=%.6f\nevents=%.6f\n", parts, events);
    print_locks(seen);
    print_series(seen);
}

/* Those that are over already, and the one that goes on, do not count. */
static void wait_intervals(struct sampler *sampler, size_t more) {
    struct sampled_interval interval;
    size_t over = 0;
    while (sampler_interval(sampler, over, &interval))
        over++;
    while (!sampler_interval(sampler, over + more, &interval))
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}

static void print_live(struct sampler *sampler) {
    struct sampler_live live;
    sampler_live(sampler, &live);
    printf("lock_share=%.6f wal_bytes_per_s=%.0f begun=%" PRId64 " done=%" PRId64 "\n",
           live.lock_share, live.wal_bytes_per_s, live.checkpoints_begun, live.checkpoints_done);
}

static bool obey(struct sampler *sampler, const char *command) {
    if (strcmp(command, "start") == 0)
        sampler_start(sampler, clock_ns());
    else if (strcmp(command, "begin") == 0)
        sampler_begin(sampler);
    else if (strcmp(command, "end") == 0)
        sampler_end(sampler);
    else if (strncmp(command, "intervals ", 10) == 0)
        wait_intervals(sampler, (size_t)atoi(command + 10));
    else if (strcmp(command, "live") == 0)
        return print_live(sampler), true;
    else
        return false;
    puts("ok");
    return true;
}

int main(int argc, char **argv) {
    if (argc != 6)
        return fputs("usage: see the head of sampler_probe.c\n", stderr), EXIT_USAGE;
    struct arena arena = {0};
    struct target target;
    target_local(argv[1], atoi(argv[2]), argv[3], &arena, &target);
    struct sampler_options options = {.target = &target,
                                      .application_name = argv[4],
                                      .interval_ns = (uint64_t)atoi(argv[5]) * NS_PER_MS};
    struct sampler *sampler;
    struct error error = {0};
    if (!sampler_open(&options, &sampler, &error))
        return error_print(&error), (int)error.exit_code;
    setvbuf(stdout, NULL, _IOLBF, 0);
    puts("ready");
    char line[256];
    bool ok = true;
    while (ok && fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = '\0';
        ok = obey(sampler, line);
    }
    uint64_t closing_ns = clock_ns();
    struct observation *seen = sampler_close(sampler, &error);
    printf("close_ms=%.3f\n", (double)(clock_ns() - closing_ns) / (double)NS_PER_MS);
    print(seen);
    observation_free(seen);
    arena_release(&arena);
    if (error.set)
        return error_print(&error), (int)error.exit_code;
    return ok ? EXIT_OK : EXIT_USAGE;
}
