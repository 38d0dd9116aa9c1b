#include <errno.h>
#include <poll.h>
#include <string.h>

#include "base/clock.h"
#include "pg/internal.h"

/* How long a server has to end what it was told to cancel. */
#define GIVE_UP_NS (10 * NS_PER_S)
/* A cancel can come before its statement has: it is sent again, each time after four times as long.
 */
#define CANCEL_AGAIN_NS (250 * NS_PER_MS)

struct drain {
    struct control *control;
    int stop_fd;
    bool stopped;
    uint64_t cancel_at_ns, cancel_after_ns, give_up_ns; /* once stopped */
    struct control_drained *drained;
    PGresult *failure; /* the first one */
    bool copy_in;
};

enum waited { WAITED_MORE, WAITED_LOST, WAITED_TOO_LONG };

static void stop(struct drain *drain, uint64_t now) {
    drain->stopped = true;
    drain->cancel_at_ns = now;
    drain->cancel_after_ns = CANCEL_AGAIN_NS;
    drain->give_up_ns = now + GIVE_UP_NS;
}

/* Cancels if it is time to, and says for how long to wait: in ms, -1 without end. */
static int cancel_if_due(struct drain *drain) {
    if (!drain->stopped)
        return -1;
    uint64_t now = clock_ns();
    if (now >= drain->cancel_at_ns) {
        drain->cancel_at_ns = now + drain->cancel_after_ns;
        drain->cancel_after_ns *= 4;
        pg_cancel(drain->control->conn, drain->cancel_at_ns);
        now = clock_ns();
    }
    uint64_t until_ns =
        drain->cancel_at_ns < drain->give_up_ns ? drain->cancel_at_ns : drain->give_up_ns;
    return until_ns <= now ? 0 : (int)((until_ns - now) / NS_PER_MS) + 1;
}

/* Waits for more of the answer, and sends what is still to be sent. */
static enum waited wait_more(struct drain *drain) {
    PGconn *conn = drain->control->conn;
    for (;;) {
        int unsent = PQflush(conn);
        if (unsent < 0 || PQsocket(conn) < 0)
            return WAITED_LOST;
        int timeout_ms = cancel_if_due(drain);
        if (drain->stopped && clock_ns() >= drain->give_up_ns)
            return WAITED_TOO_LONG;
        struct pollfd fds[2] = {
            {.fd = PQsocket(conn), .events = unsent ? POLLIN | POLLOUT : POLLIN},
            {.fd = drain->stopped ? -1 : drain->stop_fd, .events = POLLIN}};
        int n = poll(fds, 2, timeout_ms);
        if (n < 0 && errno != EINTR)
            panic("poll: %s", strerror(errno));
        if (n > 0 && fds[1].revents)
            stop(drain, clock_ns());
        if (n > 0 && fds[0].revents)
            return PQconsumeInput(conn) ? WAITED_MORE : WAITED_LOST;
    }
}

/* One result; true if COPY data follow. */
static bool take_result(struct drain *drain, PGresult *result) {
    bool failed = false;
    switch (PQresultStatus(result)) {
    case PGRES_SINGLE_TUPLE:
    case PGRES_TUPLES_OK:
        drain->drained->rows += (uint64_t)PQntuples(result);
        break;
    case PGRES_COPY_IN:
        drain->copy_in = true;
        /* The server's answer is its own error of the refused COPY. */
        (void)PQputCopyEnd(drain->control->conn, "there is no client to copy from");
        break;
    case PGRES_FATAL_ERROR:
    case PGRES_BAD_RESPONSE:
        failed = true;
        break;
    default:
        break;
    }
    bool copy_out = PQresultStatus(result) == PGRES_COPY_OUT;
    if (failed && !drain->failure)
        drain->failure = result;
    else
        PQclear(result);
    return copy_out;
}

static enum waited drain_copy(struct drain *drain) {
    for (;;) {
        char *data;
        int length = PQgetCopyData(drain->control->conn, &data, 1);
        if (length < 0)
            return WAITED_MORE; /* the end, or an error that the next result tells */
        if (length > 0) {
            drain->drained->rows++;
            PQfreemem(data);
            continue;
        }
        enum waited waited = wait_more(drain);
        if (waited != WAITED_MORE)
            return waited;
    }
}

/* False: the server does not end the statement. */
static bool drain_results(struct drain *drain) {
    PGconn *conn = drain->control->conn;
    for (;;) {
        enum waited waited = WAITED_MORE;
        while (waited == WAITED_MORE && PQisBusy(conn))
            waited = wait_more(drain);
        if (waited == WAITED_TOO_LONG)
            return false;
        PGresult *result = PQgetResult(conn);
        if (!result)
            return true;
        if (take_result(drain, result) && drain_copy(drain) == WAITED_TOO_LONG)
            return false;
    }
}

bool control_drain(struct control *control, const char *sql, int stop_fd,
                   struct control_drained *drained, struct error *error) {
    struct drain drain = {.control = control, .stop_fd = stop_fd, .drained = drained};
    *drained = (struct control_drained){0};
    if (!PQsendQuery(control->conn, sql))
        return pg_error(error, control->conn, NULL);
    /* Row by row, so that a large answer takes no memory. */
    if (!PQsetSingleRowMode(control->conn))
        panic("PQsetSingleRowMode failed");
    bool ended = drain_results(&drain);
    drained->in_transaction = PQtransactionStatus(control->conn) != PQTRANS_IDLE;
    bool ok = ended && !drain.failure && !drain.copy_in && PQstatus(control->conn) == CONNECTION_OK;
    if (!ended)
        error_set(error, "the server did not end a cancelled statement in %d s",
                  (int)(GIVE_UP_NS / NS_PER_S));
    else if (drain.copy_in)
        error_set(error, "COPY FROM STDIN: there is no client to copy from");
    else if (!ok)
        pg_error(error, control->conn, drain.failure);
    PQclear(drain.failure);
    return ok;
}
