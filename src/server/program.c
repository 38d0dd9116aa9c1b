#include "server/program.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/memory.h"
#include "server/child.h"
#include "server/logtail.h"
#include "server/user.h"

enum { POLL_MS = 5, STOP_LIMIT_MS = 5000 };

static char *path_of(const struct throwaway *server, const char *name) {
    return mem_printf("%s/%s", throwaway_bin_dir(server), name);
}

bool program_exists(const struct throwaway *server, const char *name) {
    char *path = path_of(server, name);
    bool exists = access(path, X_OK) == 0;
    free(path);
    return exists;
}

/* The server's folder is its user's. */
static bool find_user(const struct throwaway *server, struct server_user *user,
                      struct error *error) {
    struct stat info;
    if (stat(throwaway_dir(server), &info) != 0)
        return error_set(error, "can't look at %s: %s", throwaway_dir(server), strerror(errno));
    return server_user_of(info.st_uid, user, error);
}

static void stop(struct child *child) {
    child_signal(child, SIGTERM);
    if (!child_wait(child, STOP_LIMIT_MS)) {
        child_signal(child, SIGKILL);
        child_wait(child, STOP_LIMIT_MS);
    }
}

static bool await_end(struct child *child, const char *name, unsigned seconds, const char *printed,
                      struct error *error) {
    uint64_t deadline_ns = clock_ns() + seconds * NS_PER_S;
    while (!child_ended(child) && !interrupted() && clock_ns() < deadline_ns)
        child_pause(POLL_MS);
    bool late = !child_ended(child);
    if (late)
        stop(child);
    if (interrupted()) {
        error_set(error, "interrupted while %s was running", name);
        error->exit_code = EXIT_INTERRUPTED;
        return false;
    }
    if (late)
        return error_set(error, "%s was not done after %u s", name, seconds);
    if (child->status == 0)
        return true;
    char end[64], tail[LOGTAIL_SIZE];
    return error_set(error, "%s ended with %s%s", name, child_show_end(child, end, sizeof end),
                     logtail_read(printed, tail, sizeof tail));
}

/* What the server's user can put there must not lead elsewhere. */
static bool open_printed(const char *path, FILE **output, struct error *error) {
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    *output = fd < 0 ? NULL : fdopen(fd, "r");
    if (*output)
        return true;
    error_set(error, "can't read %s: %s", path, strerror(errno));
    if (fd >= 0)
        close(fd);
    return false;
}

static const char **make_argv(const char *path, const char *const *words) {
    size_t count = 0;
    while (words[count])
        count++;
    const char **argv = MEM_ARRAY(const char *, count + 2);
    argv[0] = path;
    for (size_t i = 0; i < count; i++)
        argv[i + 1] = words[i];
    return argv;
}

bool program_run(const struct throwaway *server, const char *name, const char *const *words,
                 unsigned seconds, FILE **output, struct error *error) {
    struct server_user user;
    struct child child;
    char *path = path_of(server, name);
    char *printed = mem_printf("%s/%s.out", throwaway_dir(server), name);
    const char **argv = make_argv(path, words);
    bool ok =
        find_user(server, &user, error) &&
        child_start(
            &(struct child_command){.argv = argv, .output = printed, .user = &user, .tied = true},
            &child, error) &&
        await_end(&child, name, seconds, printed, error) && open_printed(printed, output, error);
    unlink(printed); /* not there if the program never ran */
    free(argv);
    free(printed);
    free(path);
    return ok;
}
