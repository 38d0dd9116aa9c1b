#include "base/interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

static atomic_int first_signal;
static int pipe_fds[2] = {-1, -1};

static void on_signal(int number) {
    int saved_errno = errno;
    int none = 0;
    if (atomic_compare_exchange_strong(&first_signal, &none, number)) {
        ssize_t written = write(pipe_fds[1], "!", 1);
        (void)written; /* an empty pipe has room for a byte, and only the first signal writes one */
    }
    errno = saved_errno;
}

static void handle(int number, void (*handler)(int)) {
    struct sigaction action;
    memset(&action, 0, sizeof(action));
    action.sa_handler = handler;
    action.sa_flags = SA_RESTART; /* output under way goes on; poll() is woken all the same */
    sigemptyset(&action.sa_mask);
    if (sigaction(number, &action, NULL) != 0)
        panic("can't handle signal %d: %s", number, strerror(errno));
}

void interrupt_install(void) {
    if (pipe(pipe_fds) != 0)
        panic("can't make a pipe for signals: %s", strerror(errno));
    for (int i = 0; i < 2; i++) {
        if (fcntl(pipe_fds[i], F_SETFD, FD_CLOEXEC) != 0 ||
            fcntl(pipe_fds[i], F_SETFL, O_NONBLOCK) != 0)
            panic("can't set up the pipe for signals: %s", strerror(errno));
    }
    handle(SIGINT, on_signal);
    handle(SIGTERM, on_signal);
    handle(SIGPIPE, SIG_IGN);
}

bool interrupted(void) {
    return interrupt_signal() != 0;
}

int interrupt_signal(void) {
    return atomic_load_explicit(&first_signal, memory_order_relaxed);
}

int interrupt_fd(void) {
    return pipe_fds[0];
}
