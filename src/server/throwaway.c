#include "server/throwaway.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/memory.h"
#include "server/binaries.h"
#include "server/child.h"
#include "server/cleanup.h"
#include "server/folder.h"
#include "server/logtail.h"
#include "server/marker.h"
#include "server/pidfile.h"
#include "server/settings.h"
#include "server/user.h"

#define POLL_MS 5
#define READY_LIMIT_S 60
#define INITDB_LIMIT_S 120
#define INITDB_STOP_LIMIT_MS 10000
#define SUPERUSER "postgres"

struct throwaway {
    char *bin_dir;
    char *dir, *data, *socket_dir, *log;
    struct server_user user;
    struct child postmaster;
    int marker_fd; /* -1: none yet */
    bool on_tmpfs;
};

static void throwaway_free(struct throwaway *server) {
    if (server->marker_fd >= 0)
        close(server->marker_fd);
    free(server->bin_dir);
    free(server->dir);
    free(server->data);
    free(server->socket_dir);
    free(server->log);
    free(server);
}

static bool set_interrupted(struct error *error) {
    error_set(error, "interrupted while the throwaway server was starting");
    error->exit_code = EXIT_INTERRUPTED;
    return false;
}

/* The socket's full name has to fit into an address: 107 bytes on Linux, 103 on macOS. */
static bool check_socket_path(const char *place, struct error *error) {
    size_t max = sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1;
    char port[16];
    int digits = snprintf(port, sizeof(port), "%d", SERVER_PORT);
    size_t length =
        strlen(place) + strlen("/" FOLDER_PREFIX "XXXXXX/socket/.s.PGSQL.") + (size_t)digits;
    if (length > max) {
        error_set(error,
                  "the server's socket in %s would have a name of %zu bytes, %zu is the most",
                  place, length, max);
        return error_hint(error, "name a folder with a shorter path with --data-dir");
    }
    if (strpbrk(place, ",\n")) {
        error_set(error, "%s has a comma or a line end in its name, which a socket can't", place);
        return error_hint(error, "name another folder with --data-dir");
    }
    return true;
}

static bool make_folder(struct throwaway *server, const char *place, struct error *error) {
    server->on_tmpfs = folder_on_tmpfs(place);
    char *dir = mem_printf("%s/%sXXXXXX", strcmp(place, "/") == 0 ? "" : place, FOLDER_PREFIX);
    if (!folder_make(dir, &server->user, error)) {
        free(dir);
        return false;
    }
    server->dir = dir;
    server->data = mem_printf("%s/data", dir);
    server->socket_dir = mem_printf("%s/socket", dir);
    server->log = mem_printf("%s/log", dir);
    return marker_create(dir, server->bin_dir, &server->marker_fd, error) &&
           folder_make(server->data, &server->user, error) &&
           folder_make(server->socket_dir, &server->user, error);
}

/* The C locale with UTF-8 where there is one: sorting by bytes, the same everywhere. */
static const char *choose_locale(void) {
    locale_t found = newlocale(LC_ALL_MASK, "C.UTF-8", (locale_t)0);
    if (found == (locale_t)0)
        return "--locale=C";
    freelocale(found);
    return "--locale=C.UTF-8";
}

/* initdb ends in good order by SIGTERM, after the step it is at. Its bootstrap postgres would, if
 * killed, leave shared memory, and data on which a later start that is to free it may fail. So that
 * comes last. */
static bool await_initdb(struct child *initdb, const char *log, struct error *error) {
    uint64_t deadline_ns = clock_ns() + INITDB_LIMIT_S * NS_PER_S;
    while (!child_ended(initdb) && !interrupted() && clock_ns() < deadline_ns)
        child_pause(POLL_MS);
    bool late = !child_ended(initdb);
    if (late) {
        child_signal(initdb, SIGTERM);
        if (!child_wait(initdb, INITDB_STOP_LIMIT_MS)) {
            kill(-initdb->pid, SIGKILL); /* its session: initdb and the postgres it started */
            child_wait(initdb, INITDB_STOP_LIMIT_MS);
        }
    }
    if (interrupted())
        return set_interrupted(error);
    if (late)
        return error_set(error, "initdb was not done after %d s", INITDB_LIMIT_S);
    if (initdb->status == 0)
        return true;
    char end[64], tail[LOGTAIL_SIZE];
    return error_set(error, "initdb ended with %s%s", child_show_end(initdb, end, sizeof(end)),
                     logtail_read(log, tail, sizeof(tail)));
}

/* initdb's own fsync flushes some thousand files one by one; nobody needs this data after a crash.
 * What is needed is that the kernel does not write initdb's 40 MB back in the middle of a
 * measurement: one sync of the file system does that (here 17 ms, against 70 ms for initdb's). */
static void flush_folder(const char *dir) {
#ifdef __linux__
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    syncfs(fd);
    close(fd);
#else
    (void)dir;
    sync();
#endif
}

static bool run_initdb(struct throwaway *server, struct error *error) {
    char *program = mem_printf("%s/initdb", server->bin_dir);
    char *log = mem_printf("%s/initdb.log", server->dir);
    const char *argv[] = {program, "-D",   server->data,    "--auth=trust", "-U", SUPERUSER,
                          "-E",    "UTF8", choose_locale(), "--no-sync",    NULL};
    struct child_command command = {
        .argv = argv, .output = log, .user = &server->user, .tied = true};
    struct child initdb;
    bool ok = child_start(&command, &initdb, error) && await_initdb(&initdb, log, error);
    if (ok)
        flush_folder(server->dir);
    free(program);
    free(log);
    return ok;
}

static bool run_postmaster(struct throwaway *server, struct error *error) {
    char *program = mem_printf("%s/postgres", server->bin_dir);
    const char *argv[] = {program, "-D", server->data, NULL};
    struct child_command command = {.argv = argv, .output = server->log, .user = &server->user};
    bool ok = child_start(&command, &server->postmaster, error);
    free(program);
    return ok;
}

static bool await_ready(struct throwaway *server, struct error *error) {
    uint64_t deadline_ns = clock_ns() + READY_LIMIT_S * NS_PER_S;
    struct pidfile file;
    while (!pidfile_read(server->data, server->user.uid, &file) ||
           file.pid != server->postmaster.pid || strcmp(file.status, "ready") != 0) {
        if (interrupted())
            return set_interrupted(error);
        if (!throwaway_alive(server, error))
            return false;
        if (clock_ns() > deadline_ns) {
            char tail[LOGTAIL_SIZE];
            return error_set(error, "the throwaway server was not ready after %d s%s",
                             READY_LIMIT_S, logtail_read(server->log, tail, sizeof(tail)));
        }
        child_pause(POLL_MS);
    }
    return true;
}

static bool start(struct throwaway *server, const struct throwaway_options *options,
                  struct error *error) {
    char *place = NULL;
    bool ok = settings_check(options, error) && server_user_find(&server->user, error) &&
              binaries_find(options->bin_dir, &server->bin_dir, error) &&
              server_user_reaches(&server->user, server->bin_dir, error) &&
              folder_choose_place(options->data_dir, &server->user, &place, error) &&
              check_socket_path(place, error) && make_folder(server, place, error) &&
              run_initdb(server, error) &&
              settings_write(options, server->data, server->socket_dir, error) &&
              run_postmaster(server, error) && await_ready(server, error);
    free(place);
    return ok;
}

bool throwaway_start(const struct throwaway_options *options, struct throwaway **out,
                     struct error *error) {
    struct throwaway *server = MEM_NEW(struct throwaway);
    server->marker_fd = -1;
    *out = NULL;
    if (start(server, options, error)) {
        *out = server;
        return true;
    }
    struct error left = {0};
    if (!throwaway_remove(server, &left))
        error_hint(error, "moreover, %s", left.what);
    return false;
}

const char *throwaway_socket_dir(const struct throwaway *server) {
    return server->socket_dir;
}

int throwaway_port(const struct throwaway *server) {
    (void)server; /* a socket folder of its own makes one number do for all */
    return SERVER_PORT;
}

const char *throwaway_user(const struct throwaway *server) {
    (void)server;
    return SUPERUSER;
}

const char *throwaway_dir(const struct throwaway *server) {
    return server->dir;
}

const char *throwaway_bin_dir(const struct throwaway *server) {
    return server->bin_dir;
}

pid_t throwaway_pid(const struct throwaway *server) {
    return server->postmaster.pid;
}

bool throwaway_on_tmpfs(const struct throwaway *server) {
    return server->on_tmpfs;
}

bool throwaway_alive(struct throwaway *server, struct error *error) {
    if (!child_ended(&server->postmaster))
        return true;
    char end[64], tail[LOGTAIL_SIZE];
    return error_set(error, "the throwaway server ended with %s%s",
                     child_show_end(&server->postmaster, end, sizeof(end)),
                     logtail_read(server->log, tail, sizeof(tail)));
}

bool throwaway_remove(struct throwaway *server, struct error *error) {
    if (!server)
        return true;
    bool ok = true;
    if (server->dir) {
        struct cleanup cleanup = {.dir = server->dir,
                                  .bin_dir = server->bin_dir,
                                  .user = &server->user,
                                  .postmaster = &server->postmaster};
        ok = cleanup_server(&cleanup, error);
    }
    throwaway_free(server);
    return ok;
}

bool throwaway_keep(struct throwaway *server, struct error *error) {
    bool ok = marker_keep(server->marker_fd, error);
    throwaway_free(server);
    return ok;
}
