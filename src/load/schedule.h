/*
 * The planned times of an open loop's arrivals, and how many users a closed one has. Both follow
 * from the stages alone: no completion moves them.
 *
 * A stage's rate goes in a straight line from one value to another. Arrivals come from a process of
 * rate 1 on the scale Λ(t), the number of arrivals expected until t (time rescaling: Daley and
 * Vere-Jones, "An Introduction to the Theory of Point Processes", 7.4): exponential distances of
 * mean 1 there are Poisson arrivals of the asked rate here, distances of exactly 1 are uniform
 * ones.
 *
 * Several threads share one load: uniform arrivals are dealt to them in turn, Poisson ones split.
 */
#ifndef PGWRITE_LOAD_SCHEDULE_H
#define PGWRITE_LOAD_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rng.h"

/* Value over a span of time: a rate (1/s) or a number (of users, of connections). */
struct schedule_span {
    uint64_t length_ns; /* UINT64_MAX: without end; the last one alone */
    double from, to;    /* equal in a span without end */
};

struct schedule {
    const struct schedule_span *spans; /* one after the other */
    size_t count;
    bool uniform;
    double step; /* uniform: distance on the scale Λ; Poisson: its mean */
    struct rng rng;
    size_t span;     /* in which the last arrival was */
    double begin_ns; /* of that span, since the run's beginning */
    double expected; /* Λ since that span's beginning, up to the last arrival */
};

/* The arrivals of one thread, part of parts. The spans must outlive the schedule. */
void schedule_init(struct schedule *schedule, const struct schedule_span *spans, size_t count,
                   bool uniform, uint64_t key, uint32_t part, uint32_t parts);

/* The next arrival, ns since the run's beginning; UINT64_MAX: there is none any more. */
uint64_t schedule_next(struct schedule *schedule);

/* The value at a time since the run's beginning; after the last span, its end's. */
double schedule_value(const struct schedule_span *spans, size_t count, uint64_t ns);

/* Arrivals expected, by all threads, between two times since the run's beginning. */
double schedule_expected(const struct schedule_span *spans, size_t count, uint64_t from_ns,
                         uint64_t to_ns);

#endif
