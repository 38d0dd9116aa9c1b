/* What killed or kept runs left: folders with a marker whose lock is free. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "server/cleanup.h"
#include "server/folder.h"
#include "server/marker.h"
#include "server/pidfile.h"
#include "server/processes.h"
#include "server/throwaway.h"
#include "server/user.h"

/* A folder that this user may clean up: his own; for root any but root's, which no server can have.
 */
static int open_folder(const char *dir, uid_t *owner) {
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    struct stat info;
    if (fd < 0)
        return -1;
    if (fstat(fd, &info) == 0 && (geteuid() == 0) != (info.st_uid == geteuid())) {
        *owner = info.st_uid;
        return fd;
    }
    close(fd);
    return -1;
}

/* 0: not running. One that can't be told counts as running: the folder must not go from under it.
 */
static pid_t find_postmaster(const char *dir, uid_t owner) {
    struct server_user user = {0};
    struct pidfile file;
    struct error unknown = {0};
    char *data = mem_printf("%s/data", dir);
    bool runs = pidfile_read(data, owner, &file) && server_user_of(owner, &user, &unknown) &&
                process_works_in(file.pid, data, &user) != PROCESS_NO;
    free(data);
    return runs ? file.pid : 0;
}

struct search {
    struct leftover *list;
    size_t count;
};

static void consider(struct search *search, const char *dir) {
    uid_t owner;
    int fd = open_folder(dir, &owner);
    if (fd < 0)
        return;
    struct marker marker;
    int lock;
    if (marker_lock(fd, false, &lock, &marker) == MARKER_FREE) {
        search->list = mem_grow(search->list, search->count + 1, sizeof(*search->list));
        search->list[search->count++] = (struct leftover){
            .dir = mem_strdup(dir), .postmaster = find_postmaster(dir, owner), .kept = marker.kept};
        close(lock);
    }
    close(fd);
}

static bool search_place(struct search *search, const char *place, struct error *error) {
    DIR *entries = opendir(place);
    if (!entries)
        return error_set(error, "can't look into %s: %s", place, strerror(errno));
    const struct dirent *entry;
    /* cppcheck-suppress readdirCalled ; see folder.c */
    while (errno = 0, (entry = readdir(entries))) {
        if (strncmp(entry->d_name, FOLDER_PREFIX, strlen(FOLDER_PREFIX)) != 0)
            continue;
        char *dir = mem_printf("%s/%s", place, entry->d_name);
        consider(search, dir);
        free(dir);
    }
    bool ok = errno == 0 || error_set(error, "can't read %s: %s", place, strerror(errno));
    closedir(entries);
    return ok;
}

/* Whether one of the first count places is the same folder as this. */
static bool seen_before(char *const *places, size_t count, const char *place) {
    for (size_t i = 0; i < count; i++)
        if (places[i] && strcmp(places[i], place) == 0)
            return true;
    return false;
}

bool leftovers_find(const char *data_dir, struct leftover **list, size_t *count,
                    struct error *error) {
    struct search search = {0};
    const char *places[FOLDER_PLACES_MAX];
    char *real[FOLDER_PLACES_MAX] = {0};
    size_t place_count = folder_places(data_dir, places);
    bool ok = true;
    for (size_t i = 0; ok && i < place_count; i++) {
        bool named = data_dir && i == 0;
        real[i] = realpath(places[i], NULL);
        if (!real[i])
            ok = !named || error_usage(error, "can't look into %s: %s", places[i], strerror(errno));
        else if (!seen_before(real, i, real[i]) && (named || access(real[i], R_OK | X_OK) == 0))
            ok = search_place(&search, real[i], error);
    }
    for (size_t i = 0; i < place_count; i++)
        free(real[i]);
    if (!ok)
        leftovers_free(search.list, search.count);
    *list = ok ? search.list : NULL;
    *count = ok ? search.count : 0;
    return ok;
}

bool leftover_remove(const struct leftover *leftover, struct error *error) {
    uid_t owner;
    int fd = open_folder(leftover->dir, &owner);
    if (fd < 0)
        return error_set(error, "%s is gone, or another user's", leftover->dir);
    struct marker marker;
    int lock;
    enum marker_state state = marker_lock(fd, true, &lock, &marker);
    close(fd);
    if (state == MARKER_NONE)
        return error_set(error, "%s has no marker of pgwrite's", leftover->dir);
    if (state == MARKER_HELD)
        return error_set(error, "%s is in use by a pgwrite that runs", leftover->dir);
    struct server_user user = {0};
    struct cleanup cleanup = {.dir = leftover->dir, .bin_dir = marker.bin_dir, .user = &user};
    bool ok = server_user_of(owner, &user, error) && cleanup_server(&cleanup, error);
    close(lock);
    return ok;
}

void leftovers_free(struct leftover *list, size_t count) {
    for (size_t i = 0; i < count; i++)
        free(list[i].dir);
    free(list);
}
