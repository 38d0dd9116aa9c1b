#include "server/marker.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"

static bool write_lines(int fd, const char *bin_dir) {
    char started[32];
    time_t now = time(NULL);
    struct tm utc;
    gmtime_r(&now, &utc);
    strftime(started, sizeof(started), "%Y-%m-%dT%H:%M:%SZ", &utc);
    return dprintf(fd, "pgwrite 1\npid %ld\nstarted %s\nbin %s\n", (long)getpid(), started,
                   bin_dir) > 0;
}

bool marker_create(const char *dir, const char *bin_dir, int *fd, struct error *error) {
    /* It gets its name once it is locked: with the name first, somebody who looks for left-over
     * folders could find the lock free. */
    char *draft = mem_printf("%s/%s.new", dir, MARKER_NAME);
    char *path = mem_printf("%s/%s", dir, MARKER_NAME);
    *fd = open(draft, O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
    bool ok = *fd >= 0 && flock(*fd, LOCK_EX | LOCK_NB) == 0 && write_lines(*fd, bin_dir) &&
              rename(draft, path) == 0;
    if (!ok) {
        error_set(error, "can't write %s: %s", path, strerror(errno));
        if (*fd >= 0)
            close(*fd);
        *fd = -1;
        unlink(draft);
    }
    free(draft);
    free(path);
    return ok;
}

bool marker_keep(int fd, struct error *error) {
    if (dprintf(fd, "kept\n") > 0)
        return true;
    return error_set(error, "can't mark the server's folder as kept: %s", strerror(errno));
}

static bool read_lines(int fd, struct marker *marker) {
    char text[PATH_MAX + 256];
    ssize_t length = pread(fd, text, sizeof(text) - 1, 0);
    if (length < 0)
        return false;
    text[length] = '\0';
    *marker = (struct marker){0};
    if (strncmp(text, "pgwrite ", 8) != 0)
        return false;
    char *rest = NULL;
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        if (strcmp(line, "kept") == 0)
            marker->kept = true;
        else if (strncmp(line, "bin /", 5) == 0)
            snprintf(marker->bin_dir, sizeof(marker->bin_dir), "%s", line + 4);
    }
    return true;
}

enum marker_state marker_lock(int dir_fd, bool exclusive, int *fd, struct marker *marker) {
    struct stat dir_info, info;
    *fd = openat(dir_fd, MARKER_NAME, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (*fd < 0)
        return MARKER_NONE;
    enum marker_state state = MARKER_NONE;
    if (fstat(dir_fd, &dir_info) == 0 && fstat(*fd, &info) == 0 && S_ISREG(info.st_mode) &&
        (info.st_uid == 0 || info.st_uid == dir_info.st_uid) && read_lines(*fd, marker))
        state =
            flock(*fd, (exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB) == 0 ? MARKER_FREE : MARKER_HELD;
    /* The last lines may have been written just before the lock came free. */
    if (state == MARKER_FREE && read_lines(*fd, marker))
        return MARKER_FREE;
    close(*fd);
    *fd = -1;
    return state == MARKER_FREE ? MARKER_NONE : state;
}
