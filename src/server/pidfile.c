#include "server/pidfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME "postmaster.pid"

static int open_owned(int at, const char *path, int flags, uid_t owner) {
    int fd = openat(at, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | flags);
    struct stat info;
    if (fd >= 0 && (fstat(fd, &info) != 0 || info.st_uid != owner)) {
        close(fd);
        errno = EPERM;
        return -1;
    }
    return fd;
}

static void parse_line(int number, const char *line, struct pidfile *file) {
    if (number == 1) {
        long pid = strtol(line, NULL, 10);
        file->pid = pid > 0 ? (pid_t)pid : 0;
    } else if (number == 7) {
        char *key_end, *id_end;
        file->memory_key = strtoul(line, &key_end, 10);
        file->memory_id = (int)strtol(key_end, &id_end, 10);
        file->has_memory = key_end != line && id_end != key_end;
    } else if (number == 8) {
        snprintf(file->status, sizeof(file->status), "%.*s", (int)strcspn(line, " "), line);
    }
}

bool pidfile_read(const char *data, uid_t owner, struct pidfile *file) {
    *file = (struct pidfile){0};
    int dir = open_owned(AT_FDCWD, data, O_DIRECTORY, owner);
    if (dir < 0)
        return false;
    int fd = open_owned(dir, NAME, 0, owner);
    close(dir);
    if (fd < 0)
        return false;
    char text[8192];
    ssize_t length = read(fd, text, sizeof(text) - 1);
    close(fd);
    if (length < 0)
        return false;
    text[length] = '\0';
    char *line = text;
    /* A line counts once its end is written. */
    for (int number = 1; strchr(line, '\n'); number++) {
        char *end = strchr(line, '\n');
        *end = '\0';
        parse_line(number, line, file);
        line = end + 1;
    }
    return true;
}

bool pidfile_remove(const char *data, uid_t owner, struct error *error) {
    int dir = open_owned(AT_FDCWD, data, O_DIRECTORY, owner);
    int failed = dir < 0 || unlinkat(dir, NAME, 0) != 0 ? errno : 0;
    if (dir >= 0)
        close(dir);
    if (failed == 0 || failed == ENOENT)
        return true;
    return error_set(error, "can't remove %s/%s: %s", data, NAME, strerror(failed));
}
