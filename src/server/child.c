#include "server/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "base/clock.h"
#include "base/memory.h"

#define POLL_MS 5

extern char **environ;

/* What a child tells its parent when it can't run the program. */
struct failure {
    int number;
    const char *step; /* a literal: the same address in both processes */
};

bool child_pipe(int ends[2]) {
#ifdef __linux__
    return pipe2(ends, O_CLOEXEC) == 0;
#else
    if (pipe(ends) != 0)
        return false;
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    return true;
#endif
}

static bool starts_with(const char *text, const char *start) {
    return strncmp(text, start, strlen(start)) == 0;
}

/* Our environment without what changes postgres (PGPORT, PGDATA, PG_OOM_…) and in one language, so
 * that the log in an error message does not depend on the user's. The array is the caller's. */
static char **make_environment(void) {
    size_t count = 0;
    while (environ[count])
        count++;
    char **made = MEM_ARRAY(char *, count + 2);
    size_t used = 0;
    for (size_t i = 0; i < count; i++)
        if (!starts_with(environ[i], "PG") && !starts_with(environ[i], "LC_") &&
            !starts_with(environ[i], "LANG"))
            made[used++] = environ[i];
    static char language[] = "LC_ALL=C";
    made[used] = language;
    return made;
}

/* A long-lived server must not hold a pipe or socket that pgwrite was given by its own parent. */
static void close_on_exec_all(void) {
#ifdef CLOSE_RANGE_CLOEXEC
    if (close_range(3, ~0u, CLOSE_RANGE_CLOEXEC) == 0)
        return;
#endif
    for (int fd = 3; fd < 1024; fd++)
        fcntl(fd, F_SETFD, FD_CLOEXEC); /* EBADF: not open, nothing to do */
}

static void reset_signals(void) {
    for (int number = 1; number < NSIG; number++)
        signal(number, SIG_DFL); /* fails for SIGKILL, SIGSTOP and libc's own: as it should */
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* In the child, all signals still blocked, async-signal-safe calls only. Returns on failure. */
static struct failure run(const struct child_command *command, char **environment, pid_t parent) {
    setsid(); /* fails only for a group leader, which a new process is not */
    int number = server_user_become(command->user);
    if (number)
        return (struct failure){number, "change to the server's user"};
#ifdef __linux__
    /* Changing the user has cleared this, so it comes after; the parent may be gone already. */
    if (command->tied && prctl(PR_SET_PDEATHSIG, SIGTERM) != 0)
        return (struct failure){errno, "tie it to pgwrite"};
    if (command->tied && getppid() != parent)
        return (struct failure){ESRCH, "tie it to pgwrite"};
#else
    (void)parent;
#endif
    /* Ours may be a folder that the user can't enter, and programs look where they are. */
    if (chdir("/") != 0)
        return (struct failure){errno, "change to /"};
    int input = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (input < 0 || dup2(input, STDIN_FILENO) < 0)
        return (struct failure){errno, "open /dev/null"};
    int output =
        open(command->output, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (output < 0 || dup2(output, STDOUT_FILENO) < 0 || dup2(output, STDERR_FILENO) < 0)
        return (struct failure){errno, "open its log"};
    close_on_exec_all();
    reset_signals();
    execve(command->argv[0], (char *const *)command->argv, environment);
    return (struct failure){errno, "execute it"};
}

static bool await_exec(const struct child_command *command, int report, struct child *child,
                       struct error *error) {
    struct failure failure;
    ssize_t length;
    do
        length = read(report, &failure, sizeof(failure));
    while (length < 0 && errno == EINTR);
    if (length == 0)
        return true; /* exec closed the pipe */
    int status;
    while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    *child = (struct child){0};
    if (length != (ssize_t)sizeof(failure))
        return error_set(error, "can't start %s", command->argv[0]);
    return error_set(error, "can't run %s as user %s (%s): %s", command->argv[0],
                     command->user->name, failure.step, strerror(failure.number));
}

bool child_start(const struct child_command *command, struct child *child, struct error *error) {
    *child = (struct child){0};
    int ends[2];
    if (!child_pipe(ends))
        return error_set(error, "can't make a pipe: %s", strerror(errno));
    char **environment = make_environment();
    pid_t parent = getpid();
    /* Blocked across the fork: our handlers must never run in the child, where they would write to
     * the pipe that tells pgwrite of an interrupt. */
    sigset_t all, before;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    pid_t pid = fork();
    if (pid == 0) {
        struct failure failure = run(command, environment, parent);
        ssize_t written = write(ends[1], &failure, sizeof(failure));
        _exit(written == (ssize_t)sizeof(failure) ? 126 : 127);
    }
    int number = errno;
    sigprocmask(SIG_SETMASK, &before, NULL);
    free(environment);
    close(ends[1]);
    child->pid = pid;
    bool ok = pid > 0 ? await_exec(command, ends[0], child, error)
                      : error_set(error, "can't start a process: %s", strerror(number));
    if (pid < 0)
        child->pid = 0;
    close(ends[0]);
    return ok;
}

bool child_ended(struct child *child) {
    if (child->pid == 0 || child->ended)
        return true;
    pid_t got = waitpid(child->pid, &child->status, WNOHANG);
    if (got < 0 && errno == ECHILD) {
        /* Reaped behind our back, as where pgwrite inherited an ignored SIGCHLD. */
        child->status = -1;
        child->ended = true;
    }
    if (got == child->pid)
        child->ended = true;
    return child->ended;
}

void child_pause(unsigned ms) {
    struct timespec t = {ms / 1000, (long)(ms % 1000) * (long)NS_PER_MS};
    nanosleep(&t, NULL);
}

bool child_wait(struct child *child, unsigned limit_ms) {
    uint64_t deadline_ns = clock_ns() + limit_ms * NS_PER_MS;
    while (!child_ended(child) && clock_ns() < deadline_ns)
        child_pause(POLL_MS);
    return child_ended(child);
}

void child_signal(struct child *child, int number) {
    if (!child_ended(child))
        kill(child->pid, number); /* can't fail: it is ours and not reaped */
}

char *child_show_end(const struct child *child, char *out, size_t size) {
    if (child->status == -1)
        snprintf(out, size, "unknown status");
    else if (WIFSIGNALED(child->status))
        snprintf(out, size, "signal %d (%s)", WTERMSIG(child->status),
                 strsignal(WTERMSIG(child->status)));
    else
        snprintf(out, size, "exit code %d", WEXITSTATUS(child->status));
    return out;
}
