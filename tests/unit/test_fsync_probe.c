#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "observe/fsync_probe.h"

/* --- the disk: the probe's fdatasync is this one --- */

static struct {
    unsigned calls;
    unsigned fail_at, interrupt_at; /* at this call; 0: never */
    uint64_t lasts_ns, slow_lasts_ns;
    unsigned slow_every;           /* of the calls one is slow; 0: none */
    nlink_t links;                 /* of the file, at the last call */
    off_t size_at_first, size;     /* of the file */
    unsigned char last_page[8192]; /* that was at the file's beginning */
    unsigned pages_changed;        /* flushes that found it changed */
} disk;

static void spin(uint64_t ns) {
    uint64_t until_ns = clock_ns() + ns;
    while (clock_ns() < until_ns)
        ;
}

static void look_at_file(int fd) {
    struct stat info;
    unsigned char page[sizeof(disk.last_page)];
    assert_int_equal(fstat(fd, &info), 0);
    assert_int_equal(pread(fd, page, sizeof(page), 0), sizeof(page));
    if (disk.calls == 1)
        disk.size_at_first = info.st_size;
    disk.size = info.st_size;
    disk.links = info.st_nlink;
    if (memcmp(page, disk.last_page, sizeof(page)) != 0)
        disk.pages_changed++;
    memcpy(disk.last_page, page, sizeof(page));
}

int fdatasync(int fd) {
    disk.calls++;
    look_at_file(fd);
    if (disk.calls == disk.interrupt_at)
        raise(SIGTERM);
    if (disk.calls == disk.fail_at) {
        errno = EIO;
        return -1;
    }
    spin(disk.slow_every && disk.calls % disk.slow_every == 0 ? disk.slow_lasts_ns : disk.lasts_ns);
    return 0;
}

/* --- a folder --- */

static char folder[64];

static int folder_make(void **state) {
    (void)state;
    memset(&disk, 0, sizeof(disk));
    strcpy(folder, "/tmp/pgw-test-fsync-XXXXXX");
    return mkdtemp(folder) && chmod(folder, 0755) == 0 ? 0 : -1;
}

/* Fails if the probe has left anything in it. */
static int folder_remove(void **state) {
    (void)state;
    return rmdir(folder);
}

static void assert_fails(const char *dir, enum exit_code exit_code, const char *what) {
    struct fsync_probe probe;
    struct error error = {0};
    assert_false(fsync_probe_run(dir, &probe, &error));
    if (!strstr(error.what, what) || !strstr(error.what, dir))
        fail_msg("\"%s\" does not say \"%s\"", error.what, what);
    assert_int_equal(error.exit_code, exit_code);
    assert_true(probe.flushes_per_s < 0);
}

/* --- tests --- */

static void counts_and_times_every_flush(void **state) {
    (void)state;
    struct fsync_probe probe;
    struct error error = {0};
    disk.lasts_ns = 2000;
    assert_true(fsync_probe_run(folder, &probe, &error));
    assert_true(probe.flushes > 0 && probe.flushes <= FSYNC_PROBE_FLUSHES);
    assert_int_equal(disk.calls, probe.flushes + 1); /* one before the clock runs */
    assert_true(probe.p50_us >= 2);
    assert_true(probe.p50_us <= probe.p99_us && probe.p99_us <= probe.max_us);
    double seconds = (double)probe.flushes / probe.flushes_per_s;
    assert_true(seconds >= (double)probe.flushes / 2 * probe.p50_us / 1e6);
    /* It ends for one of two reasons. */
    if (probe.flushes < FSYNC_PROBE_FLUSHES)
        assert_true(seconds >= 0.999 * FSYNC_PROBE_NS / 1e9);
    assert_true(probe.doubtful == (probe.p50_us < FSYNC_PROBE_DOUBTFUL_US));
}

static void flushes_data_of_a_file_that_does_not_grow(void **state) {
    (void)state;
    struct fsync_probe probe;
    struct error error = {0};
    assert_true(fsync_probe_run(folder, &probe, &error));
    assert_int_equal(disk.size_at_first, 1 << 20);
    assert_int_equal(disk.size, 1 << 20);
    /* Its first page is written anew in each turn round the file, and differs each time. */
    assert_int_equal(disk.pages_changed, 1 + (probe.flushes + 127) / 128);
}

static void a_slow_disk_is_not_doubted_and_its_tail_is_seen(void **state) {
    (void)state;
    struct fsync_probe probe;
    struct error error = {0};
    disk.lasts_ns = 150000;
    disk.slow_lasts_ns = 2000000;
    disk.slow_every = 50;
    assert_true(fsync_probe_run(folder, &probe, &error));
    assert_true(probe.flushes >= 100);
    assert_false(probe.doubtful);
    assert_true(probe.p50_us >= 150);
    assert_true(probe.p99_us >= 2000);
    assert_true(probe.flushes_per_s <= 1e6 / 150);
}

static void the_file_has_no_name(void **state) {
    (void)state;
    struct fsync_probe probe;
    struct error error = {0};
    disk.links = 77;
    assert_true(fsync_probe_run(folder, &probe, &error));
    assert_int_equal(disk.links, 0);
}

static void an_error_of_the_disk_is_an_error(void **state) {
    (void)state;
    disk.fail_at = 1;
    assert_fails(folder, EXIT_FAILED, "can't write: Input/output error");
    disk.calls = 0;
    disk.fail_at = 7;
    assert_fails(folder, EXIT_FAILED, "can't flush: Input/output error");
    assert_int_equal(disk.calls, 7);
}

static void a_folder_that_is_not_there(void **state) {
    (void)state;
    char path[96];
    snprintf(path, sizeof(path), "%s/missing", folder);
    assert_fails(path, EXIT_USAGE, "No such file or directory");
    snprintf(path, sizeof(path), "%s/file", folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fclose(file);
    assert_fails(path, EXIT_USAGE, "Not a directory");
    assert_int_equal(unlink(path), 0);
}

static void a_folder_that_is_closed(void **state) {
    (void)state;
    uid_t self = geteuid();
    assert_int_equal(chmod(folder, 0555), 0);
    if (self == 0)
        assert_int_equal(seteuid(65534), 0);
    struct fsync_probe probe;
    struct error error = {0};
    bool ok = fsync_probe_run(folder, &probe, &error);
    if (self == 0)
        assert_int_equal(seteuid(0), 0);
    assert_false(ok);
    assert_non_null(strstr(error.what, "can't make a file: Permission denied"));
    assert_non_null(strstr(error.hint, "may write to"));
}

static void a_file_that_may_not_be_so_long(void **state) {
    (void)state;
    struct rlimit before, less;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    less = (struct rlimit){100000, before.rlim_max};
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &less), 0);
    struct fsync_probe probe;
    struct error error = {0};
    bool ok = fsync_probe_run(folder, &probe, &error);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, SIG_DFL);
    assert_false(ok);
    assert_non_null(strstr(error.what, "can't write: "));
}

/* An interrupt can't be taken back, hence a process of its own. */
static void an_interrupt_ends_it_with_what_it_has(void **state) {
    (void)state;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct fsync_probe probe, none;
        struct error error = {0};
        interrupt_install();
        disk.interrupt_at = 4;
        bool ok = fsync_probe_run(folder, &probe, &error) && probe.flushes == 3 &&
                  probe.flushes_per_s > 0 && probe.max_us >= 0;
        ok = ok && fsync_probe_run(folder, &none, &error) && none.flushes == 0 &&
             none.flushes_per_s < 0 && !none.doubtful;
        _exit(ok ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

int main(void) {
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_make, folder_remove)
    const struct CMUnitTest tests[] = {
        IN_FOLDER(counts_and_times_every_flush),
        IN_FOLDER(flushes_data_of_a_file_that_does_not_grow),
        IN_FOLDER(a_slow_disk_is_not_doubted_and_its_tail_is_seen),
        IN_FOLDER(the_file_has_no_name),
        IN_FOLDER(an_error_of_the_disk_is_an_error),
        IN_FOLDER(a_folder_that_is_not_there),
        IN_FOLDER(a_folder_that_is_closed),
        IN_FOLDER(a_file_that_may_not_be_so_long),
        IN_FOLDER(an_interrupt_ends_it_with_what_it_has),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
