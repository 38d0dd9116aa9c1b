#include "server/cleanup.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>

#include "base/clock.h"
#include "base/memory.h"
#include "server/folder.h"
#include "server/logtail.h"
#include "server/marker.h"
#include "server/pidfile.h"
#include "server/processes.h"

#define POLL_MS 5
#define REST_GRACE_MS 2000  /* backends notice by themselves that their postmaster is gone */
#define REST_LIMIT_MS 10000 /* then, and after SIGKILL, only the kernel can be holding one */
#define REVIVE_LIMIT_MS 20000

/* PostgreSQL's fast, then its immediate shutdown, then no more asking. */
static const struct {
    int number;
    unsigned limit_ms;
} stages[] = {{SIGINT, 10000}, {SIGQUIT, 5000}, {SIGKILL, 5000}};

struct job {
    const struct cleanup *cleanup;
    char *data;
    pid_t postmaster; /* 0: none */
};

static bool postmaster_gone(const struct job *job) {
    const struct cleanup *cleanup = job->cleanup;
    if (cleanup->postmaster)
        return child_ended(cleanup->postmaster);
    return process_works_in(job->postmaster, job->data, cleanup->user) == PROCESS_NO;
}

static bool stop_postmaster(const struct job *job, struct error *error) {
    const struct cleanup *cleanup = job->cleanup;
    if (!cleanup->postmaster &&
        process_works_in(job->postmaster, job->data, cleanup->user) == PROCESS_UNKNOWN) {
        error_set(error, "can't tell whether process %ld is the server of %s",
                  (long)job->postmaster, cleanup->dir);
        return error_hint(error, "if it is, stop it with: pg_ctl stop -m immediate -D %s",
                          job->data);
    }
    for (size_t i = 0; i < sizeof(stages) / sizeof(stages[0]); i++) {
        if (postmaster_gone(job))
            return true;
        /* Between the look and the signal the id could in theory change hands; only a process of
         * the same user could be hit, in microseconds. */
        if (kill(job->postmaster, stages[i].number) != 0 && errno != ESRCH)
            return error_set(error, "can't stop the server (process %ld): %s",
                             (long)job->postmaster, strerror(errno));
        uint64_t deadline_ns = clock_ns() + stages[i].limit_ms * NS_PER_MS;
        while (!postmaster_gone(job) && clock_ns() < deadline_ns)
            child_pause(POLL_MS);
    }
    return postmaster_gone(job) || error_set(error,
                                             "the server (process %ld) does not end, not "
                                             "even by SIGKILL",
                                             (long)job->postmaster);
}

/* Ends what a postmaster left that did not end its children itself; they get the grace to end by
 * themselves. */
static bool stop_rest_within(const struct job *job, unsigned grace_ms, struct error *error) {
    const struct server_user *user = job->cleanup->user;
    uint64_t start_ns = clock_ns();
    for (;;) {
        pid_t pids[64];
        size_t count = processes_find(job->data, user, pids, sizeof(pids) / sizeof(pids[0]));
        if (count == 0)
            return true;
        uint64_t waited_ms = (clock_ns() - start_ns) / NS_PER_MS;
        if (waited_ms > REST_LIMIT_MS)
            return error_set(error, "process %ld of the server does not end, not even by SIGKILL",
                             (long)pids[0]);
        for (size_t i = 0; waited_ms >= grace_ms && i < count; i++)
            if (process_works_in(pids[i], job->data, user) == PROCESS_YES)
                kill(pids[i], SIGKILL); /* a failure shows in the next round */
        child_pause(POLL_MS);
    }
}

static bool stop_rest(const struct job *job, struct error *error) {
    return stop_rest_within(job, REST_GRACE_MS, error);
}

static bool segment_exists(const struct pidfile *file) {
    struct shmid_ds info;
    return shmctl(file->memory_id, IPC_STAT, &info) == 0 || errno == EACCES;
}

/* The segment of the pid file, if it is beyond doubt that server's and nobody is attached to it. */
static void remove_segment(const struct pidfile *file, const struct server_user *user) {
    struct shmid_ds info;
    if (shmctl(file->memory_id, IPC_STAT, &info) != 0 || info.shm_perm.uid != user->uid ||
        info.shm_nattch != 0)
        return;
#ifdef __linux__
    if ((unsigned)info.shm_perm.__key != (unsigned)file->memory_key)
        return;
#endif
    shmctl(file->memory_id, IPC_RMID, NULL);
}

/* Starts a server on the data until it has taken the old one's memory over, then ends it at once.
 * Its own settings might be what the old one died of, so it gets none of them. */
static bool revive(const struct job *job, const struct pidfile *old, struct error *error) {
    const struct cleanup *cleanup = job->cleanup;
    uid_t owner = cleanup->user->uid;
    /* Nothing runs there any more. The id in it may meanwhile be a zombie's or a stranger's, and
     * then postgres would refuse; it finds the old memory by the data folder's inode, not by this
     * file. */
    if (!pidfile_remove(job->data, owner, error))
        return false;
    char *postgres = mem_printf("%s/postgres", cleanup->bin_dir);
    char *sockets = mem_printf("unix_socket_directories=%s/socket", cleanup->dir);
    char *log = mem_printf("%s/log", cleanup->dir);
    const char *argv[] = {postgres,
                          "-D",
                          job->data,
                          "-c",
                          "config_file=/dev/null",
                          "-c",
                          "listen_addresses=",
                          "-c",
                          sockets,
                          "-c",
                          "shared_buffers=16MB",
                          "-c",
                          "shared_preload_libraries=",
                          NULL};
    struct child_command command = {.argv = argv, .output = log, .user = cleanup->user};
    struct child child;
    bool ok = child_start(&command, &child, error);
    if (ok) {
        struct pidfile file = {0};
        uint64_t deadline_ns = clock_ns() + REVIVE_LIMIT_MS * NS_PER_MS;
        while (!child_ended(&child) && !file.status[0] && clock_ns() < deadline_ns) {
            child_pause(POLL_MS);
            pidfile_read(job->data, owner, &file);
        }
        child_signal(&child, SIGQUIT);
        if (!child_wait(&child, REVIVE_LIMIT_MS)) {
            child_signal(&child, SIGKILL);
            child_wait(&child, REVIVE_LIMIT_MS);
        }
        char tail[LOGTAIL_SIZE / 2];
        ok = (stop_rest(job, error) && !segment_exists(old)) ||
             error_set(error, "its memory could not be taken over%s",
                       logtail_read(log, tail, sizeof(tail)));
    }
    free(postgres);
    free(sockets);
    free(log);
    return ok;
}

/*
 * A server that ended in order has removed its pid file and memory. One that was killed leaves a
 * System V segment, named in the pid file, and files PostgreSQL.* in /dev/shm whose names stand
 * only in that segment, in a layout private to each version; /proc/PID/maps would tell them only as
 * long as somebody lives, which is not so when the postmaster was killed by others. PostgreSQL
 * itself cleans both at its next start in the same folder, and does so before recovery. So it is
 * started once more.
 */
static bool release_memory(const struct job *job, struct error *error) {
    const struct cleanup *cleanup = job->cleanup;
    struct pidfile file;
    if (!pidfile_read(job->data, cleanup->user->uid, &file) || !file.has_memory)
        return true;
    bool ok = cleanup->bin_dir[0] ? revive(job, &file, error)
                                  : error_set(error, "its postgres program is unknown");
    if (ok)
        return true;
    remove_segment(&file, cleanup->user);
    error_prefix(error,
                 "files PostgreSQL.* of user %s may be left in /dev/shm%s: the server was "
                 "killed and could not be started again to remove them",
                 cleanup->user->name,
                 segment_exists(&file) ? ", and a shared memory segment (ipcs -m)" : "");
    return false;
}

static struct job make_job(const struct cleanup *cleanup) {
    struct job job = {.cleanup = cleanup, .data = mem_printf("%s/data", cleanup->dir)};
    struct pidfile file;
    if (cleanup->postmaster)
        job.postmaster = cleanup->postmaster->pid;
    else if (pidfile_read(job.data, cleanup->user->uid, &file))
        job.postmaster = file.pid;
    return job;
}

bool cleanup_stop(const struct cleanup *cleanup, struct error *error) {
    struct job job = make_job(cleanup);
    bool ok = stop_postmaster(&job, error) && stop_rest(&job, error);
    free(job.data);
    return ok;
}

bool cleanup_kill(const struct cleanup *cleanup, struct error *error) {
    struct job job = make_job(cleanup);
    /* The postmaster first: it would start new ones. */
    child_signal(cleanup->postmaster, SIGKILL);
    bool ok = stop_rest_within(&job, 0, error);
    ok = ok && (child_wait(cleanup->postmaster, REST_LIMIT_MS) ||
                error_set(error, "the server (process %ld) does not end, not even by SIGKILL",
                          (long)job.postmaster));
    free(job.data);
    return ok;
}

bool cleanup_server(const struct cleanup *cleanup, struct error *error) {
    struct job job = make_job(cleanup);
    bool ok = stop_postmaster(&job, error) && stop_rest(&job, error);
    if (ok) {
        ok = release_memory(&job, error);
        ok = folder_remove(cleanup->dir, cleanup->user->uid, MARKER_NAME, error) && ok;
    } else {
        error_prefix(error, "folder %s is left", cleanup->dir);
    }
    free(job.data);
    return ok;
}
