/*
 * A slow disk: a shared object for LD_PRELOAD that lets fdatasync and fsync take SLOW_FSYNC_US
 * longer. The flush is done as ever, and then the caller is kept waiting, as by a medium that
 * answers late.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

typedef int (*flush_fn)(int fd);

/* Once in each process: the environment does not change, and the server flushes thousands of times
 * a second. */
static flush_fn real_fdatasync, real_fsync;
static long delay_us;

__attribute__((constructor)) static void look_up(void) {
    const char *text = getenv("SLOW_FSYNC_US");
    delay_us = text ? strtol(text, NULL, 10) : 0;
    *(void **)&real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    *(void **)&real_fsync = dlsym(RTLD_NEXT, "fsync");
}

static int late(flush_fn flush, int fd) {
    int result = flush(fd), error = errno;
    struct timespec left = {delay_us / 1000000, delay_us % 1000000 * 1000};
    /* Even a sleep of no time at all takes a while. */
    while (delay_us > 0 && nanosleep(&left, &left) == -1 && errno == EINTR)
        continue;
    errno = error;
    return result;
}

int fdatasync(int fildes) {
    return late(real_fdatasync, fildes);
}

int fsync(int fd) {
    return late(real_fsync, fd);
}
