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
#define RECOVERY_LIMIT_S 1800 /* by a large max_wal_size, on a slow disk */
#define FAST_LIMIT_S 300      /* for the checkpoint of a fast shutdown */
#define ATTACHED_LIMIT_S 20   /* until killed processes have let go of the memory */
#define ATTACHED_PAUSE_MS 50
#define UNKNOWN_TIME (-1.0)
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
    int max_connections;
    const struct server_setting *settings; /* that it runs with, a copy */
    size_t setting_count;
};

static void throwaway_free(struct throwaway *server) {
    if (server->marker_fd >= 0)
        close(server->marker_fd);
    free(server->bin_dir);
    free(server->dir);
    free(server->data);
    free(server->socket_dir);
    free(server->log);
    settings_free(server->settings, server->setting_count);
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

static bool await_ready(struct throwaway *server, unsigned limit_s, struct error *error) {
    uint64_t deadline_ns = clock_ns() + limit_s * NS_PER_S;
    struct pidfile file;
    while (!pidfile_read(server->data, server->user.uid, &file) ||
           file.pid != server->postmaster.pid || strcmp(file.status, "ready") != 0) {
        if (interrupted())
            return set_interrupted(error);
        if (!throwaway_alive(server, error))
            return false;
        if (clock_ns() > deadline_ns) {
            char tail[LOGTAIL_SIZE];
            return error_set(error, "the throwaway server was not ready after %u s%s", limit_s,
                             logtail_read(server->log, tail, sizeof(tail)));
        }
        child_pause(POLL_MS);
    }
    return true;
}

static bool write_settings(const struct throwaway *server, struct error *error) {
    struct throwaway_options options = {.max_connections = server->max_connections,
                                        .settings = server->settings,
                                        .setting_count = server->setting_count};
    return settings_write(&options, server->data, server->socket_dir, &server->user, error);
}

static bool start(struct throwaway *server, const struct throwaway_options *options,
                  struct error *error) {
    char *place = NULL;
    bool ok = settings_check(options, error) && server_user_find(&server->user, error) &&
              binaries_find(options->bin_dir, &server->bin_dir, error) &&
              server_user_reaches(&server->user, server->bin_dir, error) &&
              folder_choose_place(options->data_dir, &server->user, &place, error) &&
              check_socket_path(place, error) && make_folder(server, place, error) &&
              run_initdb(server, error) && settings_include(server->data, error) &&
              write_settings(server, error) && run_postmaster(server, error) &&
              await_ready(server, READY_LIMIT_S, error);
    free(place);
    return ok;
}

bool throwaway_start(const struct throwaway_options *options, struct throwaway **out,
                     struct error *error) {
    struct throwaway *server = MEM_NEW(struct throwaway);
    server->marker_fd = -1;
    server->max_connections = options->max_connections;
    server->settings = settings_copy(options->settings, options->setting_count);
    server->setting_count = options->setting_count;
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

static struct cleanup cleanup_of(struct throwaway *server) {
    return (struct cleanup){.dir = server->dir,
                            .bin_dir = server->bin_dir,
                            .user = &server->user,
                            .postmaster = &server->postmaster};
}

/* A shutdown in order writes a checkpoint first: more than cleaning up has the patience for. */
static bool stop(struct throwaway *server, struct error *error) {
    uint64_t deadline_ns = clock_ns() + FAST_LIMIT_S * NS_PER_S;
    child_signal(&server->postmaster, SIGINT);
    while (!child_ended(&server->postmaster) && !interrupted() && clock_ns() < deadline_ns)
        child_pause(POLL_MS);
    if (interrupted())
        return set_interrupted(error);
    struct cleanup cleanup = cleanup_of(server);
    return cleanup_stop(&cleanup, error);
}

/* A postmaster refuses to start while a process of its predecessor is attached to the memory. */
static bool is_attached_to(const struct throwaway *server) {
    char tail[LOGTAIL_SIZE];
    return strstr(logtail_read(server->log, tail, sizeof(tail)),
                  "pre-existing shared memory block");
}

/* *started_ns: of the attempt that succeeded. */
static bool start_again(struct throwaway *server, uint64_t *started_ns, struct error *error) {
    uint64_t deadline_ns = clock_ns() + ATTACHED_LIMIT_S * NS_PER_S;
    for (;;) {
        struct error failed = {0};
        *started_ns = clock_ns();
        if (run_postmaster(server, &failed) && await_ready(server, RECOVERY_LIMIT_S, &failed))
            return true;
        if (interrupted() || !child_ended(&server->postmaster) || !is_attached_to(server) ||
            clock_ns() > deadline_ns) {
            *error = failed;
            return false;
        }
        child_pause(ATTACHED_PAUSE_MS);
    }
}

static void exchange_settings(struct throwaway *server, const struct server_setting **settings,
                              size_t *count) {
    const struct server_setting *other = server->settings;
    size_t other_count = server->setting_count;
    server->settings = *settings;
    server->setting_count = *count;
    *settings = other;
    *count = other_count;
}

/* The settings are in place again; the server may run, or hang in its start. */
static void go_back(struct throwaway *server, struct error *error) {
    struct cleanup cleanup = cleanup_of(server);
    struct error failed = {0};
    uint64_t started_ns;
    if (!write_settings(server, &failed) || !cleanup_stop(&cleanup, &failed) ||
        !start_again(server, &started_ns, &failed)) {
        /* The end of the log is in the error already. */
        failed.what[strcspn(failed.what, "\n")] = '\0';
        error_hint(error, "it does not run with its settings from before either: %s", failed.what);
    }
}

bool throwaway_restart(struct throwaway *server, const struct server_setting *settings,
                       size_t count, struct error *error) {
    struct throwaway_options options = {.settings = settings, .setting_count = count};
    if (!throwaway_alive(server, error) || !settings_check(&options, error))
        return false;
    const struct server_setting *before = settings_copy(settings, count);
    size_t before_count = count;
    uint64_t started_ns;
    exchange_settings(server, &before, &before_count);
    bool written = write_settings(server, error);
    bool ok = written && stop(server, error) && start_again(server, &started_ns, error);
    if (!ok)
        exchange_settings(server, &before, &before_count);
    if (written && !ok && !interrupted()) {
        error_prefix(error, "restarting with other settings");
        go_back(server, error);
    }
    settings_free(before, before_count);
    return ok;
}

bool throwaway_crash(struct throwaway *server, double *recovery_s, struct error *error) {
    struct cleanup cleanup = cleanup_of(server);
    uint64_t started_ns;
    *recovery_s = UNKNOWN_TIME;
    if (!throwaway_alive(server, error) || !cleanup_kill(&cleanup, error))
        return false;
    if (!start_again(server, &started_ns, error))
        return error_prefix(error, "recovery after a crash");
    *recovery_s = (double)(clock_ns() - started_ns) / NS_PER_S;
    return true;
}

bool throwaway_remove(struct throwaway *server, struct error *error) {
    if (!server)
        return true;
    bool ok = true;
    if (server->dir) {
        struct cleanup cleanup = cleanup_of(server);
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
