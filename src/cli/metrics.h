/* --metrics-listen: what goes on, to be looked at from outside. */
#ifndef PGWRITE_CLI_METRICS_H
#define PGWRITE_CLI_METRICS_H

#include "result/board.h"

/* The board of this process; NULL: --metrics-listen is not given. */
struct board *metrics_board(void);

/* Listens, if it is asked for, and says where; with --quiet only if it chose the port itself. To be
 * called before anything is measured. */
MUST_CHECK bool metrics_open(struct error *error);

/* On every way out of a command, while the workload is still there. */
void metrics_close(void);

#endif
