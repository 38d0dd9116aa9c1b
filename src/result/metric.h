/*
 * What thresholds ask for, taken from a cell's rounds. Unknown is NAN: nothing is made up where
 * nothing was measured.
 *
 * rows and rows_per_s without a step are of written rows: what steps read that only read is left
 * out. errors of one step are of the transactions that ended: what never got a connection belongs
 * to no step.
 *
 * drift(X): the change of X over the window, or a stage, by a Theil-Sen line through its whole
 * intervals (see rank_theil_sen): at its end relative to its beginning: 0.1 is 10 % more. Where the
 * line begins at 0 or below, as that of a queue does that was empty, relative to the median. The
 * sign is such that worse is above 0: of rows_per_s and commits_per_s it is turned. Memory is that
 * of the server's processes, bloat the bytes of the tables and indexes for each live row. Needs 10
 * intervals at least.
 *
 * recovery{stage:S}: from the end of stage S until the p95 of response is back within 1.2 times
 * that of the stage before S, and stays so in the interval after; by whole intervals, 0 if the
 * first one after S is so. An interval without a commit is not. If it never is: as long as was
 * looked on, if that is too long already, else unknown.
 *
 * Latencies, counts and shares are of all rounds together; per-second figures are of their whole
 * time; drift and recovery are the worst of the rounds. If one is unknown in some round, so it is
 * of all, unless the others are too bad already. Only measured rounds count.
 *
 * Gauges, memory and bloat are looked at once an interval: where more than a fifth of the looks are
 * missing, and more than one, what holds by the others is unknown.
 */
#ifndef PGWRITE_RESULT_METRIC_H
#define PGWRITE_RESULT_METRIC_H

#include "result/result.h"
#include "workload/threshold.h"

/* The value of a threshold's metric in a cell, in the threshold's unit. */
double metric_value(const struct result *result, const struct result_cell *cell,
                    const struct threshold *threshold);

/* Fills cell->thresholds (one allocation, made if it is NULL; free() it); a result that is `quick`
 * or was interrupted is judged all the same: who prints it says what that is worth. */
void result_judge(const struct result *result, struct result_cell *cell);

/* While a round runs: of the metrics with `live`, of the window so far. NAN: not known yet, or too
 * little for it: a quantile takes so many responses that it is not just the greatest of them.
 * achieved leaves out what was asked for in the last interval, which may be under way still. */
struct metric_live {
    const struct load_interval *intervals;
    size_t first, count; /* whole ones: first … count - 1 are those of the window so far */
    /* Of response: since the window's beginning, and of the stage that is on; NULL: not known. */
    const struct histogram *response, *stage_response;
    enum load_source source; /* achieved is known of a rate alone */
    size_t stage;            /* that is on; a threshold of another is not known here */
    double stage_at_s;       /* when it began, since go */
    double stage_end_s;      /* when it ends: no interval counts that reaches beyond */
};
double metric_live_value(const struct metric_live *live, const struct threshold *threshold);

#endif
