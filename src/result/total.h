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

/* Whether a round's window says something: a whole one without a commit does, one that was cut
 * short before its first does not. */
bool result_is_measured(const struct result_round *round);

/* ---- total_load.c: of what the load engine counted ---- */

/* Of the windows but where it says so; known: a round was measured with it. */
struct result_demand {
    bool known;
    double seconds;
    struct load_asked asked;
    uint64_t committed, failed, retried, skipped, missed;
    uint64_t unsent, connected;             /* of the whole rounds */
    uint64_t cut, timeouts_played, delayed; /* likewise */
};
/* stage: SIZE_MAX: all. Of one stage what is of whole rounds is 0. */
void result_demand(const struct result *result, const struct result_cell *cell, size_t stage,
                   struct result_demand *out);

/* Whether a step writes nothing: its rows are those that it has read. */
bool result_step_reads(const struct result *result, size_t step);

/* The tallies of some stages and steps of a cell; SIZE_MAX: all, whose rows are those that were
 * written. Zero where nothing was measured. load_tally_release(out). */
void result_tally(const struct result *result, const struct result_cell *cell, size_t stage,
                  size_t step, struct load_tally *out);

/* Seconds that a stage (SIZE_MAX: all) was measured in all rounds; 0: not at all. */
double result_stage_seconds(const struct result *result, const struct result_cell *cell,
                            size_t stage);

/* Commits of the wishes that an open loop had and that no tenant's limit rejected; UNKNOWN in a
 * closed one. */
double result_achieved(const struct result *result, const struct result_demand *demand);

/* What virtual users spend together in responses and thinking, over the time: as many as they are,
 * by Little's law (users = throughput × (response + think)). UNKNOWN without users, and in a window
 * of fewer than ten cycles of thinking and responding, since those seen whole in it are the short
 * ones. */
double result_little(const struct result *result, const struct load_tally *tally,
                     const struct load_asked *asked, double seconds);

/* Windows of all rounds; false: not known. */
bool result_tenant(const struct result_cell *cell, size_t number, struct load_asked *out);

/* Errors by SQLSTATE of all rounds, most first; returns how many. */
size_t result_failures(const struct result_cell *cell, struct load_failure out[LOAD_FAILURES_MAX]);

/* How many tables a round has at most, and one of them over all rounds: sums; found is UNKNOWN if a
 * round does not know it, counted whether it follows from the others in all of them. */
size_t result_table_count(const struct result_cell *cell);
void result_table(const struct result_cell *cell, size_t number, struct result_table *out);

/* A check over all rounds: rows are the most that came back; UNKNOWN: none did where it was known,
 * but a round is not. NULL name: there is no such check. */
void result_check(const struct result_cell *cell, size_t number, struct result_check *out);
size_t result_check_count(const struct result_cell *cell);

/* A gauge, by what was seen inside the windows; false: nothing was. last: of the last round. */
struct result_gauge {
    double mean, min, max, last;
};
bool result_gauge(const struct result_cell *cell, size_t number, struct result_gauge *out);

/* Share of the updates that needed no new index entry; UNKNOWN without updates. */
double result_hot_share(const struct server_statistics *statistics);

#endif
