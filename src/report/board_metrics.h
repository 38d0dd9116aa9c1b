/* What a running run shows to Prometheus. */
#ifndef PGWRITE_REPORT_BOARD_METRICS_H
#define PGWRITE_REPORT_BOARD_METRICS_H

#include "report/exposition.h"
#include "result/board.h"

/* What the reader looks up by itself; UNKNOWN where it can't be. */
struct board_machine {
    double client_cpu_s, client_memory_bytes;
    double server_cpu_s, server_memory_bytes; /* memory: without what its processes share */
};

void board_machine_read(pid_t postmaster, struct board_machine *out);

/* To the end of the text. */
void board_metrics(const struct board_state *state, const struct board_machine *machine,
                   struct exposition *out);

#endif
