#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "observe/host.h"

#define MB ((size_t)1 << 20)

/* This program, and the variable that makes it wait_as_backend(). */
static char self[PATH_MAX];
static const char ready_fd_name[] = "TEST_HOST_READY_FD";

/* --- processes that do what they are told, one byte at a time, and answer with a double --- */

struct actor {
    pid_t pid;
    int orders[2], answers[2];
};

static void must(bool ok) {
    if (!ok)
        abort();
}

/* act is called with each order, until there are no more; what it returns is the answer. */
static void actor_start(struct actor *actor, double (*act)(char order)) {
    must(pipe2(actor->orders, O_CLOEXEC) == 0 && pipe2(actor->answers, O_CLOEXEC) == 0);
    actor->pid = fork();
    must(actor->pid >= 0);
    if (actor->pid == 0) {
        char order;
        must(prctl(PR_SET_PDEATHSIG, SIGKILL) == 0);
        close(actor->orders[1]);
        while (read(actor->orders[0], &order, 1) == 1) {
            double answer = act(order);
            must(write(actor->answers[1], &answer, sizeof(answer)) == sizeof(answer));
        }
        _exit(0);
    }
    close(actor->orders[0]);
}

static double actor_tell(struct actor *actor, char order) {
    double answer;
    must(write(actor->orders[1], &order, 1) == 1);
    must(read(actor->answers[0], &answer, sizeof(answer)) == sizeof(answer));
    return answer;
}

static void actor_end(struct actor *actor) {
    close(actor->orders[1]);
    must(waitpid(actor->pid, NULL, 0) == actor->pid);
    close(actor->answers[0]);
    close(actor->answers[1]);
}

static double cpu_s(clockid_t clock) {
    struct timespec t;
    must(clock_gettime(clock, &t) == 0);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double own_cpu_s(void) {
    return cpu_s(CLOCK_PROCESS_CPUTIME_ID);
}

static double burn(double seconds) {
    double until = own_cpu_s() + seconds;
    while (own_cpu_s() < until)
        ;
    return own_cpu_s();
}

/* What a postmaster's process would do: give work to a child, reap one. */
static struct actor live;
static char *shared;
static char folder[PATH_MAX];

/* Each block twice, so that as much again is written, but not to the disk. */
static double write_file(size_t bytes) {
    static char block[MB];
    char path[PATH_MAX + 32];
    snprintf(path, sizeof(path), "%s/%ld", folder, (long)getpid());
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    must(fd >= 0);
    memset(block, 'x', sizeof(block));
    for (size_t i = 0; i < bytes; i += sizeof(block))
        for (int j = 0; j < 2; j++)
            must(pwrite(fd, block, sizeof(block), (off_t)i) == (ssize_t)sizeof(block));
    must(fsync(fd) == 0 && close(fd) == 0 && unlink(path) == 0);
    return (double)bytes;
}

static double child_act(char order) {
    switch (order) {
    case 'b':
        return burn(0.3);
    case 'w':
        return write_file(2 * MB);
    case 'm': {
        char *own = mmap(NULL, 16 * MB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        must(own != MAP_FAILED);
        memset(own, 1, 16 * MB);
        memset(shared, 2, 32 * MB);
        return 0;
    }
    default: /* a name that looks like the fields which follow it */
        must(prctl(PR_SET_NAME, "a) Z 1 (b") == 0);
        return 0;
    }
}

static double with_child(char order, bool reap) {
    struct actor child;
    actor_start(&child, child_act);
    double answer = actor_tell(&child, order);
    close(child.orders[1]);
    siginfo_t info;
    must(waitid(P_PID, (id_t)child.pid, &info, WEXITED | (reap ? 0 : WNOWAIT)) == 0);
    close(child.answers[0]);
    close(child.answers[1]);
    return answer;
}

static double postmaster_act(char order) {
    switch (order) {
    case 's': /* shared memory and a child that stays */
        shared = mmap(NULL, 32 * MB, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        must(shared != MAP_FAILED);
        actor_start(&live, child_act);
        return 0;
    case 'M':
        memset(shared, 1, 32 * MB);
        return actor_tell(&live, 'm');
    case 'B': /* CPU time: its own, of the child that stays, of one that it reaps, of a zombie */
        return burn(0.3) + actor_tell(&live, 'b') + with_child('b', true) + with_child('b', false);
    case 'W': /* only root may read a zombie's io */
        return write_file(2 * MB) + actor_tell(&live, 'w') + with_child('w', true) +
               (geteuid() == 0 ? with_child('w', false) : 0);
    case 'R': /* children that come and go */
        for (int i = 0; i < 20; i++)
            with_child('n', true);
        return 0;
    case 'N':
        must(prctl(PR_SET_NAME, "post) Z 1 (") == 0);
        return actor_tell(&live, 'n');
    default:
        return own_cpu_s();
    }
}

static struct actor postmaster;

static int postmaster_start(void **state) {
    (void)state;
    actor_start(&postmaster, postmaster_act);
    actor_tell(&postmaster, 's');
    return 0;
}

static int postmaster_end(void **state) {
    (void)state;
    actor_end(&postmaster);
    return 0;
}

static bool readable(const char *path) {
    return access(path, R_OK) == 0;
}

/* --- the server's processes --- */

static void cpu_time_of_live_reaped_and_dead_processes(void **state) {
    (void)state;
    struct host_sample before, after;
    struct host_usage usage;
    host_sample(postmaster.pid, &before);
    double truth_s = actor_tell(&postmaster, 'B');
    host_sample(postmaster.pid, &after);
    host_difference(&before, &after, 2, &usage);
    /* Each figure of a process is cut to ticks of 10 ms, and a process has an end; but any that is
     * forgotten or counted twice has 300. */
    double error_s = usage.server_cpu_s - truth_s;
    if (error_s < -0.2 || error_s > 0.2)
        fail_msg("%g s, but it was %g", usage.server_cpu_s, truth_s);
    /* What the zombie has not got makes nothing unknown. */
    assert_true(usage.server_memory_bytes > 0 || !readable("/proc/self/smaps_rollup"));
    assert_true(fabs(usage.server_cpu_share - usage.server_cpu_s / 2) < 1e-9);
}

static void names_with_blanks_and_parentheses(void **state) {
    (void)state;
    actor_tell(&postmaster, 'N');
    cpu_time_of_live_reaped_and_dead_processes(state);
}

static void bytes_written_by_live_reaped_and_dead_processes(void **state) {
    (void)state;
    struct host_sample before, after;
    struct host_usage usage;
    if (!readable("/proc/self/io"))
        skip();
    host_sample(postmaster.pid, &before);
    double truth = actor_tell(&postmaster, 'W');
    host_sample(postmaster.pid, &after);
    host_difference(&before, &after, 1, &usage);
    /* The file system's own pages come on top. */
    if (usage.server_disk_written_bytes < truth ||
        usage.server_disk_written_bytes > truth + (double)MB)
        fail_msg("%g bytes, but it was %g", usage.server_disk_written_bytes, truth);
}

static void shared_memory_counts_once(void **state) {
    (void)state;
    struct host_sample before, after;
    if (!readable("/proc/self/smaps_rollup"))
        skip();
    host_sample(postmaster.pid, &before);
    actor_tell(&postmaster, 'M');
    host_sample(postmaster.pid, &after);
    double grown = after.server_memory_bytes - before.server_memory_bytes;
    /* 32 MB are touched by two processes, 16 by one. */
    assert_true(before.server_memory_bytes > 0);
    if (grown < 47 * (double)MB || grown > 64 * (double)MB)
        fail_msg("grown by %g bytes", grown);
}

static void processes_that_end_while_they_are_read(void **state) {
    (void)state;
    bool has_io = readable("/proc/self/io"), has_memory = readable("/proc/self/smaps_rollup");
    char order = 'R';
    for (int i = 0; i < 10; i++) {
        struct host_sample sample;
        must(write(postmaster.orders[1], &order, 1) == 1);
        for (int j = 0; j < 3; j++) {
            host_sample(postmaster.pid, &sample);
            assert_true(sample.server_cpu_s >= 0);
            assert_true(!has_io || sample.server_disk_written_bytes >= 0);
            assert_true(!has_memory || sample.server_memory_bytes > 0);
        }
        double answer;
        must(read(postmaster.answers[0], &answer, sizeof(answer)) == sizeof(answer));
    }
}

static void no_server_no_figures(void **state) {
    (void)state;
    struct host_sample sample;
    /* Gone, and reaped. */
    pid_t gone = fork();
    if (gone == 0)
        _exit(0);
    must(waitpid(gone, NULL, 0) == gone);
    const pid_t pids[] = {0, gone};
    for (int i = 0; i < 2; i++) {
        host_sample(pids[i], &sample);
        assert_true(sample.server_cpu_s == -1);
        assert_true(sample.server_memory_bytes == -1);
        assert_true(sample.server_disk_written_bytes == -1);
    }
    assert_true(host_process_cpu_ns(gone) < 0);
    assert_true(host_process_cpu_ns(0) < 0);
}

static void cpu_time_of_a_process(void **state) {
    (void)state;
    if (!readable("/proc/self/schedstat"))
        skip();
    pid_t child = fork();
    if (child == 0) {
        burn(0.02);
        raise(SIGSTOP); /* stands still, so that its clock and its file must agree */
        _exit(0);
    }
    clockid_t clock;
    must(waitpid(child, NULL, WUNTRACED) == child);
    must(clock_getcpuclockid(child, &clock) == 0);
    double truth_ns = cpu_s(clock) * 1e9, ns = host_process_cpu_ns(child);
    must(kill(child, SIGCONT) == 0 && waitpid(child, NULL, 0) == child);
    assert_true(truth_ns >= 2e7);
    if (fabs(ns - truth_ns) > 1000)
        fail_msg("%.0f ns, but it was %.0f", ns, truth_ns);
}

/* --- the machine --- */

static void the_machine_and_what_it_lacks(void **state) {
    (void)state;
    struct host_sample sample, later;
    host_sample(0, &sample);
    burn(0.05);
    host_sample(0, &later);
    assert_true(later.cpu_s > sample.cpu_s && sample.cpu_s > 0);
    assert_true(sample.steal_s >= 0);
    /* Opened, not only there: the kernel may have it turned off. */
    const struct {
        const char *path;
        double from, to;
    } pressures[] = {
        {"/proc/pressure/cpu", sample.pressure_cpu_s, later.pressure_cpu_s},
        {"/proc/pressure/io", sample.pressure_io_s, later.pressure_io_s},
        {"/proc/pressure/memory", sample.pressure_memory_s, later.pressure_memory_s},
    };
    for (int i = 0; i < 3; i++) {
        FILE *file = fopen(pressures[i].path, "r");
        char kind[16];
        unsigned long long us;
        bool known = file && fscanf(file, "%15s %*s %*s %*s total=%llu", kind, &us) == 2;
        if (file)
            fclose(file);
        if (known)
            assert_true(pressures[i].from >= 0 && pressures[i].from <= pressures[i].to &&
                        pressures[i].to <= (double)us / 1e6);
        else
            assert_true(pressures[i].from == -1);
    }
}

static void differences_are_shares(void **state) {
    (void)state;
    struct host_sample before = {.cpu_s = 100,
                                 .steal_s = 1,
                                 .pressure_cpu_s = 5,
                                 .pressure_io_s = 6,
                                 .pressure_memory_s = 7,
                                 .server_cpu_s = 10,
                                 .server_memory_bytes = 3e6,
                                 .server_disk_written_bytes = 1000};
    struct host_sample after = {.cpu_s = 108,
                                .steal_s = 3,
                                .pressure_cpu_s = 6,
                                .pressure_io_s = 8,
                                .pressure_memory_s = 11.1, /* read a little later than the clock */
                                .server_cpu_s = 16,
                                .server_memory_bytes = 2e6,
                                .server_disk_written_bytes = 5000};
    struct host_usage usage;
    host_difference(&before, &after, 4, &usage);
    assert_true(usage.seconds == 4);
    assert_true(usage.steal_share == 0.25);
    assert_true(usage.pressure_cpu == 0.25 && usage.pressure_io == 0.5);
    assert_true(usage.pressure_memory == 1);
    assert_true(usage.server_cpu_s == 6 && usage.server_cpu_share == 1.5);
    assert_true(usage.server_memory_bytes == 2e6);
    assert_true(usage.server_disk_written_bytes == 4000);
    host_difference(&after, &before, 4, &usage); /* every counter goes back */
    assert_true(usage.steal_share == -1 && usage.pressure_io == -1);
    assert_true(usage.server_cpu_s == -1 && usage.server_cpu_share == -1);
    assert_true(usage.server_disk_written_bytes == -1);
}

static void differences_of_the_unknown_are_unknown(void **state) {
    (void)state;
    struct host_sample known = {.cpu_s = 1};
    struct host_sample unknown = {-1, -1, -1, -1, -1, -1, -1, -1};
    struct host_usage usage, expected;
    host_unknown(&expected);
    assert_true(expected.steal_share == -1 && expected.server_disk_written_bytes == -1);
    expected.seconds = 2;
    host_difference(&unknown, &unknown, 2, &usage);
    assert_memory_equal(&usage, &expected, sizeof(usage));
    host_difference(&known, &unknown, 2, &usage);
    assert_memory_equal(&usage, &expected, sizeof(usage));
    /* Nothing passed: no share of it. */
    host_difference(&known, &known, 0, &usage);
    assert_true(usage.steal_share == -1 && usage.pressure_cpu == -1);
    assert_true(usage.server_cpu_share == -1 && usage.server_cpu_s == 0);
}

/* --- the postmaster of a backend --- */

/* What this program does when it has been started with a backend's title. */
static void wait_as_backend(int ready_fd) {
    must(write(ready_fd, "", 1) == 1);
    pause();
}

static double parent_act(char order) {
    static const char *const titles[] = {
        "postgres: writer shop [local] idle",
        "postgres: 15/main: writer shop 192.0.2.7(4711) COPY",
        "postgres: writer shop [local] idle", /* of a parent that is no postmaster */
        "writer shop [local] idle",
    };
    int ready[2];
    char fd[16], byte;
    must(prctl(PR_SET_NAME, order == '2' ? "bash" : "postgres") == 0 && pipe(ready) == 0);
    pid_t child = fork();
    must(child >= 0);
    if (child == 0) {
        must(prctl(PR_SET_PDEATHSIG, SIGKILL) == 0);
        snprintf(fd, sizeof(fd), "%d", ready[1]);
        setenv(ready_fd_name, fd, 1);
        execl(self, titles[order - '0'], (char *)NULL);
        abort();
    }
    must(read(ready[0], &byte, 1) == 1);
    return child;
}

static void the_postmaster_of_a_backend(void **state) {
    (void)state;
    struct actor parent;
    actor_start(&parent, parent_act);
    for (char order = '0'; order <= '3'; order++) {
        int64_t backend = (int64_t)actor_tell(&parent, order);
        pid_t expected = order <= '1' ? parent.pid : 0;
        assert_int_equal(host_find_postmaster(backend, "writer", "shop"), expected);
        assert_int_equal(host_find_postmaster(backend, "writer", "sho"), 0);
        assert_int_equal(host_find_postmaster(backend, "riter", "shop"), 0);
        assert_int_equal(host_find_postmaster(backend, "shop", "writer"), 0);
        assert_int_equal(host_find_postmaster(backend, "", ""), 0);
        kill((pid_t)backend, SIGKILL);
    }
    actor_end(&parent);
    assert_int_equal(host_find_postmaster(0, "writer", "shop"), 0);
    assert_int_equal(host_find_postmaster(INT64_MAX, "writer", "shop"), 0);
}

/* Where files are on a disk: the kernel counts nothing that is written to memory. */
static void find_folder(void) {
    strcpy(folder, self);
    *strrchr(folder, '/') = '\0';
}

int main(int argc, char **argv) {
    const char *ready_fd = getenv(ready_fd_name);
    if (ready_fd) {
        wait_as_backend(atoi(ready_fd));
        return 0;
    }
    must(argc >= 1 && realpath(argv[0], self));
    find_folder();
#define WITH_SERVER(test) cmocka_unit_test_setup_teardown(test, postmaster_start, postmaster_end)
    const struct CMUnitTest tests[] = {
        WITH_SERVER(cpu_time_of_live_reaped_and_dead_processes),
        WITH_SERVER(names_with_blanks_and_parentheses),
        WITH_SERVER(bytes_written_by_live_reaped_and_dead_processes),
        WITH_SERVER(shared_memory_counts_once),
        WITH_SERVER(processes_that_end_while_they_are_read),
        cmocka_unit_test(no_server_no_figures),
        cmocka_unit_test(cpu_time_of_a_process),
        cmocka_unit_test(the_machine_and_what_it_lacks),
        cmocka_unit_test(differences_are_shares),
        cmocka_unit_test(differences_of_the_unknown_are_unknown),
        cmocka_unit_test(the_postmaster_of_a_backend),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
