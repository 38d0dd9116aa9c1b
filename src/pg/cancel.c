/* Cancelling a statement of a server that may hang. */
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "base/clock.h"
#include "pg/internal.h"

/* How often it is looked whether the cancel was taken. */
enum { POLL_NS = 1000000 };

/* PQcancel() knows no deadline: it waits for a server that accepts its connection and then hangs.
 * It may be called in a signal handler, and so in the child of a process with threads. */
void pg_cancel(PGconn *conn, uint64_t until_ns) {
    PGcancel *cancel = PQgetCancel(conn);
    if (!cancel)
        return; /* the connection is lost, which ends the statement too */
    /* The child would write to the interrupt pipe that it shares with us. */
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t pid = fork();
    if (pid == 0) {
#ifdef __linux__
        prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
        char message[256];
        _exit(PQcancel(cancel, message, sizeof message) ? 0 : 1);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    const struct timespec pause = {.tv_nsec = POLL_NS};
    while (pid > 0 && waitpid(pid, NULL, WNOHANG) == 0) {
        if (clock_ns() >= until_ns)
            kill(pid, SIGKILL);
        nanosleep(&pause, NULL);
    }
    PQfreeCancel(cancel);
}
