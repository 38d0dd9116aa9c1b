#include "observe/fsync_probe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/vfs.h>
#endif

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/memory.h"
#include "base/rng.h"

enum { PAGE_BYTES = 8192, PAGES = 128 };

struct probe {
    int fd;
    unsigned char page[PAGE_BYTES];
    uint64_t flush_ns[FSYNC_PROBE_FLUSHES];
    uint64_t flushes, total_ns;
};

/* As a commit does, on a medium of the same kind; macOS's fsync leaves data in the disk's cache. */
static int flush(int fd) {
#ifdef __APPLE__
    return fcntl(fd, F_FULLFSYNC);
#else
    return fdatasync(fd);
#endif
}

/* A flush of a file without a name costs nothing on btrfs, which knows that nobody will find it
 * after a crash: there the name stays until the end. */
static bool needs_name(int fd) {
#ifdef __linux__
    const unsigned btrfs = 0x9123683e;
    struct statfs info;
    return fstatfs(fd, &info) == 0 && (unsigned)info.f_type == btrfs;
#else
    (void)fd;
    return false;
#endif
}

/* errno says why. */
static bool failed(const char *dir, const char *what, struct error *error) {
    int why = errno;
    if (why == ENOENT || why == ENOTDIR) {
        error_usage(error, "fsync probe in %s: %s", dir, strerror(why));
        return error_hint(error, "make that folder, or name one that is there");
    }
    error_set(error, "fsync probe in %s: %s: %s", dir, what, strerror(why));
    if (why == EACCES || why == EPERM || why == EROFS)
        return error_hint(error, "name a folder that this user may write to");
    if (why == ENOSPC || why == EDQUOT)
        return error_hint(error, "make room for 1 MB there, or name another folder");
    return false;
}

static bool write_page(struct probe *probe, uint64_t number) {
    /* No two pages alike: a medium may spare itself the writing of what it has. */
    memcpy(probe->page, &number, sizeof(number));
    ssize_t written =
        pwrite(probe->fd, probe->page, PAGE_BYTES, (off_t)(number % PAGES * PAGE_BYTES));
    if (written == PAGE_BYTES)
        return true;
    if (written >= 0)
        errno = ENOSPC; /* what a write of a part would have met with next */
    return false;
}

/* All of the file is on the medium before anything is timed, so that a flush writes data and no
 * metadata, as in a WAL segment that is used again. */
static bool fill(struct probe *probe) {
    struct rng rng = rng_at(rng_key(1, "fsync probe"), 0);
    for (size_t i = 0; i < PAGE_BYTES; i += sizeof(uint64_t)) {
        uint64_t bits = rng_next(&rng);
        memcpy(probe->page + i, &bits, sizeof(bits));
    }
    for (uint64_t i = 0; i < PAGES; i++)
        if (!write_page(probe, i))
            return false;
    return fsync(probe->fd) == 0 && flush(probe->fd) == 0;
}

static bool measure(struct probe *probe) {
    uint64_t begin_ns = clock_ns();
    while (probe->flushes < FSYNC_PROBE_FLUSHES && probe->total_ns < FSYNC_PROBE_NS &&
           !interrupted()) {
        uint64_t before_ns = clock_ns();
        if (!write_page(probe, PAGES + probe->flushes) || flush(probe->fd) != 0)
            return false;
        uint64_t after_ns = clock_ns();
        probe->flush_ns[probe->flushes++] = after_ns - before_ns;
        probe->total_ns = after_ns - begin_ns;
    }
    return true;
}

static int by_size(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* The smallest time that so many per cent of all do not exceed. */
static double percentile_us(const struct probe *probe, uint64_t percent) {
    uint64_t rank = (probe->flushes * percent + 99) / 100;
    return (double)probe->flush_ns[rank - 1] / (double)NS_PER_US;
}

static void evaluate(struct probe *probe, struct fsync_probe *out) {
    if (probe->flushes == 0)
        return;
    qsort(probe->flush_ns, probe->flushes, sizeof(probe->flush_ns[0]), by_size);
    out->flushes = probe->flushes;
    out->flushes_per_s = (double)probe->flushes * (double)NS_PER_S / (double)probe->total_ns;
    out->p50_us = percentile_us(probe, 50);
    out->p99_us = percentile_us(probe, 99);
    out->max_us = percentile_us(probe, 100);
    out->doubtful = out->p50_us < FSYNC_PROBE_DOUBTFUL_US;
}

bool fsync_probe_run(const char *dir, struct fsync_probe *out, struct error *error) {
    *out = (struct fsync_probe){.flushes_per_s = -1, .p50_us = -1, .p99_us = -1, .max_us = -1};
    char *path = mem_printf("%s/pgwrite-fsync-probe.XXXXXX", dir);
    struct probe *probe = MEM_NEW(struct probe);
    probe->fd = mkostemp(path, O_CLOEXEC);
    bool ok = probe->fd >= 0 || failed(dir, "can't make a file", error);
    if (ok) {
        bool named = needs_name(probe->fd);
        if (!named && unlink(path) != 0)
            ok = failed(dir, "can't remove its file", error);
        if (ok && !fill(probe))
            ok = failed(dir, "can't write", error);
        if (ok && !measure(probe))
            ok = failed(dir, "can't flush", error);
        if (ok)
            evaluate(probe, out);
        if (named && unlink(path) != 0 && ok)
            ok = failed(dir, "can't remove its file", error);
        close(probe->fd);
    }
    free(probe);
    free(path);
    return ok;
}
