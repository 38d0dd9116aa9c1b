/*
 * Answers Prometheus over HTTP while a run goes on, on one thread of its own: GET /metrics in
 * OpenMetrics 1.0 for who accepts it, else in text version 0.0.4; GET / says where that is. Only
 * what is on the board is read, and only when somebody asks; the machine is looked at at most once
 * a second.
 */
#ifndef PGWRITE_REPORT_METRICS_SERVER_H
#define PGWRITE_REPORT_METRICS_SERVER_H

#include "result/board.h"

struct metrics_server;

/* Listens on HOST:PORT or [IPV6]:PORT and nowhere else; port 0: one that is free. What is no such
 * text is an EXIT_USAGE error, an address that can't be had an EXIT_FAILED one. The board outlives
 * the server. */
MUST_CHECK bool metrics_server_open(const char *where, struct board *board,
                                    struct metrics_server **out, struct error *error);
/* Ends the thread and frees the port. NULL is fine. */
void metrics_server_close(struct metrics_server *server);

/* "http://127.0.0.1:9188/metrics" */
const char *metrics_server_url(const struct metrics_server *server);
/* Port 0 was asked for. */
bool metrics_server_chose(const struct metrics_server *server);

/* Whether an Accept header (NULL: none) takes OpenMetrics 1.0. */
bool metrics_accepts_openmetrics(const char *accept);

#endif
