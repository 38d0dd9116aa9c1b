/*
 * Queues before a number of servers: how long what comes has to wait.
 *
 * M/M/c: arrivals at random (Poisson), service times exponential, c servers, one queue, nobody
 * leaves. offered is the load in erlangs: arrivals a second × seconds of service. What waits at all
 * is Erlang C, from Erlang B by its recursion, which neither overflows nor cancels:
 *
 *     B(0) = 1    B(k) = a B(k-1) / (k + a B(k-1))    C(c) = c B(c) / (c - a (1 - B(c)))
 *     mean wait = C(c) / (c - a) × the time of service
 *
 * Source: A. K. Erlang, "Solution of some Problems in the Theory of Probabilities of Significance
 * in Automatic Telephone Exchanges", 1917; R. B. Cooper, "Introduction to Queueing Theory", 1981,
 * sections 3.3 and 3.4.
 */
#ifndef PGWRITE_STATS_QUEUE_H
#define PGWRITE_STATS_QUEUE_H

#include <stdint.h>

/* The probability of having to wait; 1 where the load is as much as the servers can do, or more. */
double queue_erlang_c(uint32_t servers, double offered);

/* Mean wait in times of service; INFINITY where the queue only grows. */
double queue_wait(uint32_t servers, double offered);

/* The smallest number of servers with which the mean wait is below wait_max times of service. 0:
 * more than QUEUE_SERVERS_MAX, or offered is not a number of at least 0. wait_max > 0. */
#define QUEUE_SERVERS_MAX 1000000
uint32_t queue_servers(double offered, double wait_max);

#endif
