/* Sums over a cell's rounds: what a table or a file shows of a cell and no round has alone. */
#ifndef PGWRITE_RESULT_TOTAL_H
#define PGWRITE_RESULT_TOTAL_H

#include "result/result.h"

/* Adds what is known to a sum that begins as UNKNOWN. */
void result_add(double *sum, double value);

/* Sums of the rounds in which each is known; UNKNOWN if it is in none. */
struct result_total {
    double wal_bytes;
    double deadlocks;
    double checkpoints; /* done in the windows */
    struct server_statistics statistics;
};
void result_total(const struct result_cell *cell, struct result_total *out);

/* The windows' figures of the machine and the server: times and bytes are sums, shares are means by
 * time, memory is the most. */
void result_host(const struct result_cell *cell, struct host_usage *out);

/* How many companions the cell's rounds have, and one of them over all rounds. Texts belong to the
 * rounds. */
size_t result_companion_count(const struct result_cell *cell);
void result_companion(const struct result_cell *cell, size_t number, struct companion_result *out);
/* Whether it is one that receives rows: read, export. */
bool result_companion_reads(const struct companion_result *companion);

/* Share of the updates that needed no new index entry; UNKNOWN without updates. */
double result_hot_share(const struct server_statistics *statistics);

#endif
