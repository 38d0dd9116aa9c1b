/*
 * A model of commits that share flushes, to tell what another disk would do: connections in a
 * closed loop or behind a queue of Poisson arrivals, CPUs that they share, and a WAL that one
 * flushes at a time for all that wait.
 *
 * A transaction has a connection for: time of CPU, in turns of the CPUs (first come, first
 * served); time that passes without CPU (round trips, scheduling); its commit: if no flush is under
 * way it begins one, else it waits for the present one to end, and whoever waits when the next one
 * begins is flushed by that (XLogFlush of PostgreSQL's xlog.c, without commit_delay); then the rest
 * of its CPU time: the answer, and what the client does with it. The end of a flush wakes those it
 * was for and those who wait: one of the latter begins the next flush, as soon as it has got a CPU,
 * behind the former. With many connections on few CPUs that is time in which nothing is flushed.
 * Simulated event by event. The
 * same seed gives the same random numbers whatever flush_s is, so that two runs differ by the disk
 * alone.
 */
#ifndef PGWRITE_STATS_GROUP_COMMIT_H
#define PGWRITE_STATS_GROUP_COMMIT_H

#include <stdint.h>

#include "stats/histogram.h"

struct group_commit {
    uint32_t connections;
    double rate_per_s;     /* of arrivals; 0: closed loop, each connection begins anew at once */
    double cpus;           /* whole CPUs; at least 1 */
    double cpu_s;          /* mean of a transaction, exponential */
    double after_share;    /* of cpu_s that comes behind the commit, 0..1 */
    double pass_s;         /* mean that passes without CPU, exponential */
    double flush_s;        /* of one flush */
    uint64_t transactions; /* to simulate; the first tenth is warm-up and does not count */
    uint64_t seed;
};

struct group_commit_run {
    double per_s; /* commits */
    double commits_per_flush;
    double flush_share; /* of the time that a flush was under way */
    double lag_growth;  /* of an open loop: seconds of waiting more at the end (its last third,
                           median) than at the beginning (first third after the warm-up) */
    struct histogram *response; /* histogram_free */
};

/* connections ≥ 1, transactions ≥ 10, and one of cpu_s, pass_s, flush_s above 0. Memory is by the
 * connections alone, whatever waits. */
void group_commit_run(const struct group_commit *options, struct group_commit_run *out);

#endif
