#include "cli/metrics.h"

#include "base/log.h"
#include "cli/options.h"
#include "report/metrics_server.h"

static struct board *board;
static struct metrics_server *server;

struct board *metrics_board(void) {
    if (options.metrics_listen && !board)
        board = board_new();
    return board;
}

bool metrics_open(struct error *error) {
    if (!options.metrics_listen)
        return true;
    if (!metrics_server_open(options.metrics_listen, metrics_board(), &server, error))
        return error_prefix(error, "--metrics-listen");
    if (!options.quiet || metrics_server_chose(server))
        log_message("metrics at %s", metrics_server_url(server));
    return true;
}

void metrics_close(void) {
    metrics_server_close(server);
    board_free(board);
    server = NULL;
    board = NULL;
}
