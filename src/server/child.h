/*
 * Programs that pgwrite starts for its server: in a session of their own, as the server's user,
 * with default signal handling, no descriptor of ours and an environment that can't change what
 * they do.
 */
#ifndef PGWRITE_SERVER_CHILD_H
#define PGWRITE_SERVER_CHILD_H

#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"
#include "server/user.h"

struct child_command {
    const char *const *argv; /* NULL-terminated; argv[0] is the program's absolute path */
    const char *output;      /* stdout and stderr are appended to this file, opened as the user */
    const struct server_user *user;
    bool tied; /* gets SIGTERM when pgwrite dies (Linux only) */
};

/* One of our own children. Its id can't be reused before it has been seen to end. */
struct child {
    pid_t pid; /* 0: never started */
    bool ended;
    int status; /* of waitpid, once ended; -1: unknown */
};

/* Returns once the program runs; a program that can't be run is an error here. */
MUST_CHECK bool child_start(const struct child_command *command, struct child *child,
                            struct error *error);

/* Whether it has ended; reaps it. Never waits. True for one that was never started. */
bool child_ended(struct child *child);

/* Waits at most so long for its end; returns child_ended(). */
bool child_wait(struct child *child, unsigned limit_ms);

/* Sends a signal unless it has ended. */
void child_signal(struct child *child, int number);

/* "exit code 1" or "signal 9 (Killed)", for a child that has ended; writes into out, returns it. */
char *child_show_end(const struct child *child, char *out, size_t size);

/* A pipe whose ends are closed on exec. False: errno says why. */
MUST_CHECK bool child_pipe(int ends[2]);

/* Sleeps. A signal may cut it short. */
void child_pause(unsigned ms);

#endif
