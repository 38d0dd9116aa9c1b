#include "server/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __linux__
#include <linux/magic.h>
#include <sys/statfs.h>
#endif

#include "base/memory.h"

/* Deeper than PostgreSQL's own folders; a bound for the stack and the descriptors. */
#define DEPTH_MAX 32

size_t folder_places(const char *data_dir, const char *places[FOLDER_PLACES_MAX]) {
    size_t count = 0;
    const char *temp = getenv("TMPDIR");
    if (data_dir)
        places[count++] = data_dir;
    if (temp && *temp)
        places[count++] = temp;
    places[count++] = "/var/tmp";
    places[count++] = "/tmp";
    return count;
}

bool folder_on_tmpfs(const char *path) {
#ifdef __linux__
    struct statfs info;
    if (statfs(path, &info) != 0)
        return false;
    return info.f_type == TMPFS_MAGIC || info.f_type == RAMFS_MAGIC;
#else
    (void)path;
    return false;
#endif
}

static bool use_data_dir(const char *data_dir, const struct server_user *user, char **place,
                         struct error *error) {
    char real[PATH_MAX];
    if (!realpath(data_dir, real) || access(real, W_OK | X_OK) != 0)
        return error_usage(error, "no server can be made in --data-dir %s: %s", data_dir,
                           strerror(errno));
    if (!server_user_reaches(user, real, error))
        return error_hint(error, "open the folder with chmod o+x, or name another --data-dir");
    *place = mem_strdup(real);
    return true;
}

bool folder_choose_place(const char *data_dir, const struct server_user *user, char **place,
                         struct error *error) {
    *place = NULL;
    if (data_dir)
        return use_data_dir(data_dir, user, place, error);
    const char *places[FOLDER_PLACES_MAX];
    size_t count = folder_places(NULL, places);
    struct error obstacle = {0}; /* of a place that is passed over: told if there is no other */
    for (size_t i = 0; i < count; i++) {
        char real[PATH_MAX];
        if (!realpath(places[i], real) || access(real, W_OK | X_OK) != 0 ||
            !server_user_reaches(user, real, &obstacle))
            continue;
        bool in_memory = folder_on_tmpfs(real);
        if (!in_memory || !*place) {
            free(*place);
            *place = mem_strdup(real);
        }
        if (!in_memory)
            break;
    }
    if (*place)
        return true;
    error_set(error, "none of $TMPDIR, /var/tmp and /tmp can take the server's folder%s%s",
              obstacle.set ? ": " : "", obstacle.set ? obstacle.what : "");
    return error_hint(error, "name a folder that can be written with --data-dir");
}

bool folder_make(char *path, const struct server_user *user, struct error *error) {
    size_t length = strlen(path);
    bool filled = length >= 6 && strcmp(path + length - 6, "XXXXXX") == 0;
    if (filled ? !mkdtemp(path) : mkdir(path, 0700) != 0)
        return error_set(error, "can't make the folder %s: %s", path, strerror(errno));
    if (!user->drop || lchown(path, user->uid, user->gid) == 0)
        return true;
    error_set(error, "can't give %s to user %s: %s", path, user->name, strerror(errno));
    rmdir(path);
    return false;
}

static bool cannot(const char *name, struct error *error) {
    return error_set(error, "can't remove %s: %s", name, strerror(errno));
}

static bool empty(int fd, const char *except, int depth, struct error *error);

static bool remove_entry(int dir, const char *name, int depth, struct error *error) {
    int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && (errno == ENOTDIR || errno == ELOOP))
        return unlinkat(dir, name, 0) == 0 || errno == ENOENT || cannot(name, error);
    if (fd < 0)
        return errno == ENOENT || cannot(name, error);
    if (!empty(fd, NULL, depth + 1, error))
        return false;
    return unlinkat(dir, name, AT_REMOVEDIR) == 0 || errno == ENOENT || cannot(name, error);
}

/* One walk through the entries; *removed tells whether there were any. */
static bool sweep(DIR *entries, int dir, const char *except, int depth, bool *removed,
                  struct error *error) {
    const struct dirent *entry;
    *removed = false;
    rewinddir(entries);
    /* glibc's readdir is safe with a DIR of one's own, and readdir_r is deprecated. */
    /* cppcheck-suppress readdirCalled */
    while (errno = 0, (entry = readdir(entries))) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
            (except && strcmp(entry->d_name, except) == 0))
            continue;
        if (!remove_entry(dir, entry->d_name, depth, error))
            return false;
        *removed = true;
    }
    return errno == 0 || error_set(error, "can't read a folder: %s", strerror(errno));
}

/* Closes fd. Everything goes by descriptors and names without a slash: a folder that is swapped for
 * a symlink meanwhile leads nowhere. */
static bool empty(int fd, const char *except, int depth, struct error *error) {
    if (depth > DEPTH_MAX) {
        close(fd);
        return error_set(error, "folders are nested more than %d deep", DEPTH_MAX);
    }
    DIR *entries = fdopendir(fd);
    if (!entries) {
        error_set(error, "can't read a folder: %s", strerror(errno));
        close(fd);
        return false;
    }
    bool removed;
    bool ok;
    /* Some file systems skip entries when others are removed while reading: walk until none is
     * seen. */
    do
        ok = sweep(entries, fd, except, depth, &removed, error);
    while (ok && removed);
    closedir(entries);
    return ok;
}

bool folder_remove(const char *dir, uid_t owner, const char *last, struct error *error) {
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    struct stat info;
    if (fd < 0)
        return errno == ENOENT || error_set(error, "can't open %s: %s", dir, strerror(errno));
    if (fstat(fd, &info) != 0 || info.st_uid != owner) {
        close(fd);
        return error_set(error, "%s has changed hands", dir);
    }
    int dir_fd = fcntl(fd, F_DUPFD_CLOEXEC, 0); /* empty() closes its own */
    bool ok = dir_fd >= 0 || error_set(error, "%s", strerror(errno));
    ok = empty(fd, last, 0, error) && ok;
    if (ok && unlinkat(dir_fd, last, 0) != 0 && errno != ENOENT)
        ok = cannot(last, error);
    if (ok && rmdir(dir) != 0)
        ok = cannot(dir, error);
    if (dir_fd >= 0)
        close(dir_fd);
    return ok || error_prefix(error, "folder %s is left", dir);
}
