/*
 * Stops a server for a while, for load.bats: its postmaster and all its children.
 *
 *   freeze_probe POSTMASTER_PID MS    prints how long it stood still, in seconds
 *
 * The time is taken here, around the signals: what a shell takes to start a program is longer than
 * what the test may be wrong by.
 */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"

enum { PROCESSES_MAX = 1024 };

struct family {
    pid_t pids[PROCESSES_MAX];
    size_t count;
};

static _Noreturn void fail(const char *why) {
    perror(why);
    exit(1);
}

static pid_t parent_of(const char *pid) {
    char path[300];
    int parent = 0;
    snprintf(path, sizeof path, "/proc/%s/stat", pid);
    FILE *file = fopen(path, "r");
    if (!file)
        return 0; /* it has ended meanwhile */
    if (fscanf(file, "%*d (%*[^)]) %*c %d", &parent) != 1)
        parent = 0;
    fclose(file);
    return (pid_t)parent;
}

/* The postmaster is stopped, so that there are no new ones. */
static void find_children(pid_t postmaster, struct family *out) {
    DIR *proc = opendir("/proc");
    if (!proc)
        fail("/proc");
    for (struct dirent *entry; (entry = readdir(proc));) {
        pid_t pid = (pid_t)atol(entry->d_name);
        if (pid <= 0 || parent_of(entry->d_name) != postmaster)
            continue;
        if (out->count == PROCESSES_MAX)
            fail("too many processes");
        out->pids[out->count++] = pid;
    }
    closedir(proc);
}

static void tell(const struct family *family, int signal) {
    for (size_t i = 0; i < family->count; i++)
        if (kill(family->pids[i], signal) != 0 && errno != ESRCH)
            fail("kill");
}

static void sleep_until(uint64_t ns) {
    struct timespec at = {.tv_sec = (time_t)(ns / NS_PER_S), .tv_nsec = (long)(ns % NS_PER_S)};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == EINTR)
        continue;
}

int main(int argc, char **argv) {
    static struct family family;
    if (argc != 3 || atol(argv[1]) <= 1 || atol(argv[2]) <= 0) {
        fprintf(stderr, "usage: freeze_probe POSTMASTER_PID MS\n");
        return 2;
    }
    pid_t postmaster = (pid_t)atol(argv[1]);
    if (kill(postmaster, SIGSTOP) != 0)
        fail("kill");
    find_children(postmaster, &family);
    tell(&family, SIGSTOP);
    uint64_t begin_ns = clock_ns();
    sleep_until(begin_ns + (uint64_t)atol(argv[2]) * NS_PER_MS);
    uint64_t end_ns = clock_ns();
    tell(&family, SIGCONT);
    if (kill(postmaster, SIGCONT) != 0)
        fail("kill");
    printf("%.6f\n", (double)(end_ns - begin_ns) / NS_PER_S);
    return 0;
}
