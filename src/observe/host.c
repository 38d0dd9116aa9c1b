#include "observe/host.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/fsuid.h>
#include <sys/stat.h>
#endif

#include "base/clock.h"

#define UNKNOWN_FIGURE (-1.0)
/* Larger than any file that is read here, save for /proc/stat, whose first line is enough. */
#define PROC_TEXT_MAX 4096
/* Processes end while they are read; how often it is tried to read all of them in peace. */
#define ROUNDS_MAX 10
#define PATH_SPACE 64

/* The beginning of a file as text. False: errno says why. */
static bool read_text(const char *path, char text[PROC_TEXT_MAX]) {
    size_t length = 0;
    ssize_t got = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    while (length < PROC_TEXT_MAX - 1 &&
           (got = read(fd, text + length, PROC_TEXT_MAX - 1 - length)) > 0)
        length += (size_t)got;
    int why = errno;
    close(fd);
    errno = why;
    text[length] = '\0';
    return got >= 0;
}

/* Some files are for the process's own user, and for a root with CAP_SYS_PTRACE, which it lacks in
 * most containers. The file-system ids are a thread's own and decide just this. */
static bool look_as_owner(pid_t pid) {
#ifdef __linux__
    char folder[PATH_SPACE];
    struct stat info;
    int why = errno;
    snprintf(folder, sizeof(folder), "/proc/%ld", (long)pid);
    if (geteuid() != 0 || stat(folder, &info) != 0 || info.st_uid == 0) {
        errno = why;
        return false;
    }
    setfsgid(info.st_gid);
    setfsuid(info.st_uid);
    return true;
#else
    (void)pid;
    return false;
#endif
}

static void look_as_self(void) {
#ifdef __linux__
    setfsuid(geteuid());
    setfsgid(getegid());
#endif
}

/* False: errno says why. */
static bool read_private_text(pid_t pid, const char *path, char text[PROC_TEXT_MAX]) {
    bool ok = read_text(path, text);
    if (!ok && look_as_owner(pid)) {
        ok = read_text(path, text);
        look_as_self();
    }
    return ok;
}

/* The number that follows the key at the beginning of a line. */
static double text_figure(const char *text, const char *key) {
    size_t length = strlen(key);
    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        char *end;
        if (strncmp(line, key, length) != 0)
            continue;
        double figure = strtod(line + length, &end);
        return end == line + length ? UNKNOWN_FIGURE : figure;
    }
    return UNKNOWN_FIGURE;
}

static double ticks_s(void) {
    return 1.0 / (double)sysconf(_SC_CLK_TCK);
}

/* --- the machine --- */

static void sample_cpu(struct host_sample *out) {
    enum { STEAL = 7, FIELDS };
    char text[PROC_TEXT_MAX];
    if (!read_text("/proc/stat", text) || strncmp(text, "cpu ", 4) != 0)
        return;
    double total = 0, ticks[FIELDS];
    char *at = text + 4;
    for (int i = 0; i < FIELDS; i++) {
        char *end;
        ticks[i] = strtod(at, &end);
        if (end == at)
            return;
        total += ticks[i];
        at = end;
    }
    /* The two that follow, guest time, are in user and nice already. */
    out->cpu_s = total * ticks_s();
    out->steal_s = ticks[STEAL] * ticks_s();
}

static double pressure_s(const char *path) {
    char text[PROC_TEXT_MAX];
    if (!read_text(path, text) || strncmp(text, "some ", 5) != 0)
        return UNKNOWN_FIGURE;
    const char *total = strstr(text, "total=");
    return total ? strtod(total + strlen("total="), NULL) / 1e6 : UNKNOWN_FIGURE;
}

/* --- processes --- */

struct process {
    pid_t parent;
    double cpu_s;        /* its own, and of the children that it has reaped */
    double reaped_count; /* grows with every child that it reaps: their page faults */
};

/* False: it has gone. */
static bool process_read(pid_t pid, struct process *out) {
    char path[PATH_SPACE], text[PROC_TEXT_MAX];
    snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
    if (!read_text(path, text))
        return false;
    /* The name may hold anything, parentheses too: it ends at the last one. */
    const char *rest = strrchr(text, ')');
    long parent;
    double minor, major, user, system, reaped_user, reaped_system;
    if (!rest ||
        sscanf(rest + 1, " %*c %ld %*d %*d %*d %*d %*u %*u %lf %*u %lf %lf %lf %lf %lf", /* 3…17 */
               &parent, &minor, &major, &user, &system, &reaped_user, &reaped_system) != 7)
        return false;
    out->parent = (pid_t)parent;
    out->cpu_s = (user + system + reaped_user + reaped_system) * ticks_s();
    out->reaped_count = minor + major;
    return true;
}

/* What the unknown is added to is unknown. */
static void add(double *sum, double figure) {
    *sum = *sum < 0 || figure < 0 ? UNKNOWN_FIGURE : *sum + figure;
}

/* A process that has ended meanwhile has nothing. */
static double written_bytes(pid_t pid) {
    char path[PATH_SPACE], text[PROC_TEXT_MAX];
    struct process now;
    snprintf(path, sizeof(path), "/proc/%ld/io", (long)pid);
    if (read_private_text(pid, path, text))
        return text_figure(text, "write_bytes:");
    return process_read(pid, &now) ? UNKNOWN_FIGURE : 0;
}

/* A process that is about to end has none any more: ESRCH. */
static double memory_bytes(pid_t pid) {
    char path[PATH_SPACE], text[PROC_TEXT_MAX];
    struct process now;
    snprintf(path, sizeof(path), "/proc/%ld/smaps_rollup", (long)pid);
    if (read_private_text(pid, path, text)) {
        double kilobytes = text_figure(text, "Pss:");
        return kilobytes < 0 ? UNKNOWN_FIGURE : kilobytes * 1024;
    }
    return errno != ESRCH && process_read(pid, &now) ? UNKNOWN_FIGURE : 0;
}

/* The next child of the postmaster; 0: no more. */
static pid_t next_child(DIR *proc, pid_t postmaster, struct process *child) {
    const struct dirent *entry;
    while ((entry = readdir(proc))) {
        pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10); /* 0: not a process */
        if (pid > 0 && process_read(pid, child) && child->parent == postmaster)
            return pid;
    }
    return 0;
}

/* CPU time and bytes written. The postmaster is read after its children: what one of them used that
 * ends in between shows up there. False: one has, or is about to, when its io is root's alone, so
 * that another look may see more. */
static bool sum_work(DIR *proc, pid_t postmaster, struct host_sample *out) {
    struct process before, process, after;
    bool in_peace = true;
    out->server_cpu_s = out->server_disk_written_bytes = UNKNOWN_FIGURE;
    if (!process_read(postmaster, &before))
        return true;
    double cpu_s = 0, written = 0;
    rewinddir(proc);
    for (pid_t pid; (pid = next_child(proc, postmaster, &process)) != 0;) {
        double bytes = written_bytes(pid);
        in_peace &= bytes >= 0;
        add(&written, bytes);
        add(&cpu_s, process.cpu_s);
    }
    if (!process_read(postmaster, &process))
        return true;
    add(&cpu_s, process.cpu_s);
    add(&written, written_bytes(postmaster));
    if (!process_read(postmaster, &after))
        return true;
    out->server_cpu_s = cpu_s;
    out->server_disk_written_bytes = written;
    return in_peace && after.reaped_count == before.reaped_count;
}

static double sum_memory(DIR *proc, pid_t postmaster) {
    struct process process;
    double sum = 0;
    if (!process_read(postmaster, &process))
        return UNKNOWN_FIGURE;
    add(&sum, memory_bytes(postmaster));
    rewinddir(proc);
    for (pid_t pid; sum >= 0 && (pid = next_child(proc, postmaster, &process)) != 0;)
        add(&sum, memory_bytes(pid));
    return sum;
}

/* A zombie has no such line, and no memory. */
static double own_memory_bytes(pid_t pid) {
    char path[PATH_SPACE], text[PROC_TEXT_MAX];
    snprintf(path, sizeof(path), "/proc/%ld/status", (long)pid);
    double kilobytes = read_text(path, text) ? text_figure(text, "RssAnon:") : 0;
    return kilobytes > 0 ? kilobytes * 1024 : 0;
}

double host_own_memory_bytes(pid_t postmaster) {
    struct process process;
    DIR *proc = postmaster > 0 && process_read(postmaster, &process) ? opendir("/proc") : NULL;
    if (!proc)
        return UNKNOWN_FIGURE;
    double sum = own_memory_bytes(postmaster);
    for (pid_t pid; (pid = next_child(proc, postmaster, &process)) != 0;)
        sum += own_memory_bytes(pid);
    closedir(proc);
    return sum > 0 ? sum : UNKNOWN_FIGURE;
}

static void sample_server(pid_t postmaster, bool memory, struct host_sample *out) {
    DIR *proc = opendir("/proc");
    if (!proc)
        return;
    for (int round = 0; round < ROUNDS_MAX && !sum_work(proc, postmaster, out); round++)
        nanosleep(&(struct timespec){.tv_nsec = NS_PER_MS}, NULL); /* for the postmaster to reap */
    if (memory)
        out->server_memory_bytes = sum_memory(proc, postmaster);
    closedir(proc);
}

static void sample(pid_t postmaster, bool memory, struct host_sample *out) {
    *out = (struct host_sample){
        .cpu_s = UNKNOWN_FIGURE,
        .steal_s = UNKNOWN_FIGURE,
        .pressure_cpu_s = pressure_s("/proc/pressure/cpu"),
        .pressure_io_s = pressure_s("/proc/pressure/io"),
        .pressure_memory_s = pressure_s("/proc/pressure/memory"),
        .server_cpu_s = UNKNOWN_FIGURE,
        .server_memory_bytes = UNKNOWN_FIGURE,
        .server_disk_written_bytes = UNKNOWN_FIGURE,
    };
    sample_cpu(out);
    if (postmaster > 0)
        sample_server(postmaster, memory, out);
}

void host_sample(pid_t postmaster, struct host_sample *out) {
    sample(postmaster, true, out);
}

void host_sample_quick(pid_t postmaster, struct host_sample *out) {
    sample(postmaster, false, out);
}

static double grown(double before, double after) {
    return before < 0 || after < before ? UNKNOWN_FIGURE : after - before;
}

/* whole <= 0: of nothing */
static double share(double part, double whole) {
    return part < 0 || whole <= 0 ? UNKNOWN_FIGURE : part / whole;
}

/* The counter and the clock are not read at the same moment. */
static double at_most_1(double value) {
    return value > 1 ? 1 : value;
}

void host_difference(const struct host_sample *before, const struct host_sample *after,
                     double seconds, struct host_usage *out) {
    double cpu_s = grown(before->server_cpu_s, after->server_cpu_s);
    *out = (struct host_usage){
        .seconds = seconds,
        .steal_share =
            share(grown(before->steal_s, after->steal_s), grown(before->cpu_s, after->cpu_s)),
        .pressure_cpu =
            at_most_1(share(grown(before->pressure_cpu_s, after->pressure_cpu_s), seconds)),
        .pressure_io =
            at_most_1(share(grown(before->pressure_io_s, after->pressure_io_s), seconds)),
        .pressure_memory =
            at_most_1(share(grown(before->pressure_memory_s, after->pressure_memory_s), seconds)),
        .server_cpu_share = share(cpu_s, seconds),
        .server_cpu_s = cpu_s,
        .server_memory_bytes = after->server_memory_bytes,
        .server_disk_written_bytes =
            grown(before->server_disk_written_bytes, after->server_disk_written_bytes),
    };
}

void host_unknown(struct host_usage *out) {
    *out = (struct host_usage){
        .seconds = UNKNOWN_FIGURE,
        .steal_share = UNKNOWN_FIGURE,
        .pressure_cpu = UNKNOWN_FIGURE,
        .pressure_io = UNKNOWN_FIGURE,
        .pressure_memory = UNKNOWN_FIGURE,
        .server_cpu_share = UNKNOWN_FIGURE,
        .server_cpu_s = UNKNOWN_FIGURE,
        .server_memory_bytes = UNKNOWN_FIGURE,
        .server_disk_written_bytes = UNKNOWN_FIGURE,
    };
}

double host_process_cpu_ns(pid_t pid) {
    char path[PATH_SPACE], text[PROC_TEXT_MAX], *end;
    snprintf(path, sizeof(path), "/proc/%ld/schedstat", (long)pid);
    if (pid <= 0 || !read_text(path, text))
        return UNKNOWN_FIGURE;
    double ns = strtod(text, &end);
    return end == text ? UNKNOWN_FIGURE : ns;
}

/* --- the postmaster --- */

/* Of a backend it is "postgres: user database host(port) command"; with cluster_name
 * "postgres: name: user …". */
static bool title_names(const char *title, const char *user, const char *database) {
    static const char program[] = "postgres: ";
    char names[256];
    if (strncmp(title, program, strlen(program)) != 0 ||
        snprintf(names, sizeof(names), ": %s %s ", user, database) >= (int)sizeof(names))
        return false;
    return strstr(title + strlen("postgres"), names) != NULL;
}

pid_t host_find_postmaster(int64_t backend_pid, const char *user, const char *database) {
    char path[PATH_SPACE], text[PROC_TEXT_MAX];
    struct process backend;
    if (backend_pid <= 0 || backend_pid > INT_MAX || !*user || !*database ||
        !process_read((pid_t)backend_pid, &backend))
        return 0;
    snprintf(path, sizeof(path), "/proc/%ld/cmdline", (long)backend_pid);
    if (!read_text(path, text) || !title_names(text, user, database))
        return 0;
    snprintf(path, sizeof(path), "/proc/%ld/comm", (long)backend.parent);
    if (!read_text(path, text) ||
        (strcmp(text, "postgres\n") != 0 && strcmp(text, "postmaster\n") != 0))
        return 0;
    return backend.parent;
}
