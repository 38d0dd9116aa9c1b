#include "report/metrics_server.h"

#include <microhttpd.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/clock.h"
#include "report/board_metrics.h"
#include "report/metrics_listen.h"

enum { CONNECTIONS_MAX = 16, TIMEOUT_S = 10 };
#define MACHINE_AGE_NS NS_PER_S
#define PATH "/metrics"

struct metrics_server {
    struct MHD_Daemon *daemon;
    struct board *board;
    char url[400];
    bool chose;
    /* The thread's own. */
    struct board_machine machine;
    uint64_t machine_ns; /* when that was looked at; 0: not yet */
};

static bool takes_one(const char *part, size_t length) {
    static const char type[] = "application/openmetrics-text";
    char text[256] = "";
    size_t kept = 0;
    for (size_t i = 0; i < length && kept + 1 < sizeof text; i++)
        if (part[i] != ' ' && part[i] != '\t')
            text[kept++] = part[i];
    text[kept] = '\0';
    if (strncasecmp(text, type, sizeof type - 1) != 0)
        return false;
    const char *parameters = text + sizeof type - 1;
    const char *version = strcasestr(parameters, ";version=");
    const char *weight = strcasestr(parameters, ";q=");
    return (*parameters == '\0' || *parameters == ';') &&
           (!version || strncmp(version + strlen(";version="), "1.0.0", 5) == 0) &&
           (!weight || strtod(weight + strlen(";q="), NULL) > 0);
}

bool metrics_accepts_openmetrics(const char *accept) {
    while (accept && *accept) {
        size_t length = strcspn(accept, ",");
        if (takes_one(accept, length))
            return true;
        accept += length + (accept[length] == ',');
    }
    return false;
}

static char *expose(struct metrics_server *server, bool openmetrics, size_t *size) {
    struct board_state state;
    struct exposition exposition;
    char *text;
    FILE *out = open_memstream(&text, size);
    if (!out)
        panic("out of memory");
    board_read(server->board, &state);
    uint64_t now_ns = clock_ns();
    if (!server->machine_ns || now_ns - server->machine_ns >= MACHINE_AGE_NS) {
        board_machine_read(state.postmaster, &server->machine);
        server->machine_ns = now_ns;
    }
    exposition_init(&exposition, out, openmetrics);
    board_metrics(&state, &server->machine, &exposition);
    if (fclose(out) != 0)
        panic("out of memory");
    return text;
}

static enum MHD_Result send_text(struct MHD_Connection *connection, unsigned status, char *text,
                                 size_t size, const char *type) {
    struct MHD_Response *response =
        MHD_create_response_from_buffer(size, text, MHD_RESPMEM_MUST_FREE);
    if (!response)
        panic("out of memory");
    enum MHD_Result result = MHD_YES;
    if (MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type) == MHD_NO ||
        (status == MHD_HTTP_METHOD_NOT_ALLOWED &&
         MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD") == MHD_NO))
        result = MHD_NO;
    if (result == MHD_YES)
        result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result send_line(struct MHD_Connection *connection, unsigned status,
                                 const char *line) {
    return send_text(connection, status, mem_strdup(line), strlen(line),
                     "text/plain; charset=utf-8");
}

static enum MHD_Result answer(void *context, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_size, void **request) {
    static int seen;
    struct metrics_server *server = context;
    (void)version, (void)upload;
    /* The first call comes before the body; what a request carries is dropped. */
    if (!*request || *upload_size) {
        *request = &seen;
        *upload_size = 0;
        return MHD_YES;
    }
    if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
        return send_line(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "GET and HEAD alone\n");
    if (strcmp(url, "/") == 0)
        return send_line(connection, MHD_HTTP_OK, "pgwrite: metrics are at " PATH "\n");
    if (strcmp(url, PATH) != 0)
        return send_line(connection, MHD_HTTP_NOT_FOUND, "not here: metrics are at " PATH "\n");
    size_t size;
    bool openmetrics = metrics_accepts_openmetrics(
        MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_ACCEPT));
    char *text = expose(server, openmetrics, &size);
    return send_text(connection, MHD_HTTP_OK, text, size,
                     openmetrics ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                                 : "text/plain; version=0.0.4; charset=utf-8");
}

/* Signals are for the main thread. */
static struct MHD_Daemon *start(struct metrics_server *server, int fd) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    struct MHD_Daemon *daemon = MHD_start_daemon(
        MHD_USE_AUTO_INTERNAL_THREAD, 0, NULL, NULL, answer, server, MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)TIMEOUT_S, MHD_OPTION_END);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return daemon;
}

bool metrics_server_open(const char *where, struct board *board, struct metrics_server **out,
                         struct error *error) {
    struct listen_address address;
    char shown[300];
    int fd;
    if (!listen_parse(where, &address, error) ||
        !listen_open(&address, &fd, shown, sizeof shown, error))
        return false;
    struct metrics_server *server = MEM_NEW(struct metrics_server);
    server->board = board;
    server->chose = strtol(address.port, NULL, 10) == 0;
    snprintf(server->url, sizeof server->url, "http://%s" PATH, shown);
    server->daemon = start(server, fd);
    if (!server->daemon) {
        close(fd);
        free(server);
        return error_set(error, "can't start the thread that listens on %s", shown);
    }
    *out = server;
    return true;
}

void metrics_server_close(struct metrics_server *server) {
    if (!server)
        return;
    MHD_stop_daemon(server->daemon);
    free(server);
}

const char *metrics_server_url(const struct metrics_server *server) {
    return server->url;
}

bool metrics_server_chose(const struct metrics_server *server) {
    return server->chose;
}
