#include "server/user.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server/child.h"

#define TEXTS_SIZE 16384 /* for the texts of one user's entry */

static bool fill(struct server_user *user, const struct passwd *entry) {
    snprintf(user->name, sizeof(user->name), "%s", entry->pw_name);
    user->uid = entry->pw_uid;
    user->gid = entry->pw_gid;
    user->drop = geteuid() == 0;
    return true;
}

bool server_user_find(struct server_user *user, struct error *error) {
    if (geteuid() != 0)
        return server_user_of(geteuid(), user, error);
    static const char *const names[] = {"postgres", "nobody"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct passwd entry, *found;
        char texts[TEXTS_SIZE];
        int number = getpwnam_r(names[i], &entry, texts, sizeof(texts), &found);
        if (number == 0 && found && found->pw_uid != 0)
            return fill(user, found);
    }
    error_set(error, "there is neither a user postgres nor a user nobody to run the server as");
    return error_hint(error, "postgres refuses to run as root: create one, or run pgwrite as "
                             "another user");
}

bool server_user_of(uid_t uid, struct server_user *user, struct error *error) {
    struct passwd entry, *found;
    char texts[TEXTS_SIZE];
    if (getpwuid_r(uid, &entry, texts, sizeof(texts), &found) == 0 && found)
        return fill(user, found);
    /* A container may well run under a number that no passwd file knows. Root must not guess a
     * group to act with, but a process may always act as itself. */
    if (uid != geteuid())
        return error_set(error, "no user has the id %lu", (unsigned long)uid);
    snprintf(user->name, sizeof(user->name), "%lu", (unsigned long)uid);
    user->uid = uid;
    user->gid = getegid();
    user->drop = false;
    return true;
}

int server_user_become(const struct server_user *user) {
    if (!user->drop)
        return 0;
    if (setgroups(0, NULL) != 0 || setgid(user->gid) != 0 || setuid(user->uid) != 0)
        return errno;
    return 0;
}

struct obstacle {
    int number;    /* errno; 0: none */
    size_t length; /* of the part of the path that is closed; 0: could not become the user */
};

/* Async-signal-safe. */
static struct obstacle find_obstacle(const char *path) {
    char part[PATH_MAX];
    size_t length = strlen(path);
    if (length >= sizeof(part))
        return (struct obstacle){ENAMETOOLONG, length};
    memcpy(part, path, length + 1);
    for (size_t i = 1; i <= length; i++) {
        if (part[i] != '/' && part[i] != '\0')
            continue;
        char kept = part[i];
        part[i] = '\0';
        if (access(part, X_OK) != 0)
            return (struct obstacle){errno, i};
        part[i] = kept;
    }
    return (struct obstacle){0, 0};
}

static bool ask_as_user(const struct server_user *user, const char *path, struct obstacle *found,
                        struct error *error) {
    int ends[2];
    if (!child_pipe(ends))
        return error_set(error, "can't make a pipe: %s", strerror(errno));
    pid_t pid = fork();
    if (pid == 0) {
        struct obstacle seen = {server_user_become(user), 0};
        if (seen.number == 0)
            seen = find_obstacle(path);
        _exit(write(ends[1], &seen, sizeof(seen)) == (ssize_t)sizeof(seen) ? 0 : 1);
    }
    int fork_errno = errno;
    close(ends[1]);
    ssize_t length = -1;
    if (pid > 0) {
        do
            length = read(ends[0], found, sizeof(*found));
        while (length < 0 && errno == EINTR);
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
            continue;
    }
    close(ends[0]);
    if (pid < 0)
        return error_set(error, "can't start a process: %s", strerror(fork_errno));
    if (length != (ssize_t)sizeof(*found))
        return error_set(error, "a process that looked at %s as user %s ended early", path,
                         user->name);
    return true;
}

bool server_user_reaches(const struct server_user *user, const char *path, struct error *error) {
    struct obstacle found;
    if (!user->drop)
        found = find_obstacle(path);
    else if (!ask_as_user(user, path, &found, error))
        return false;
    if (found.number == 0)
        return true;
    if (found.length == 0)
        return error_set(error, "can't act as user %s: %s", user->name, strerror(found.number));
    return error_set(error, "user %s, who is to run the server, can't enter %.*s: %s", user->name,
                     (int)found.length, path, strerror(found.number));
}
