/* What sampling takes, and how often it may be done for that. For the sampler's thread alone. */
#ifndef PGWRITE_OBSERVE_SAMPLING_COST_H
#define PGWRITE_OBSERVE_SAMPLING_COST_H

#include <stdbool.h>
#include <stdint.h>

/* CPU time of this thread and of its backend, which is not known where that can't be read, and the
 * time of the round trips, which is more. */
struct cost {
    double cpu_ns, trip_ns;
};

struct sampling_cost {
    int64_t backend_pid; /* 0: not on this machine, or behind a pooler */
    struct cost last, window;
    double mean_ns; /* of the recent looks */
};

/* Before the first look. */
void sampling_cost_begin(struct sampling_cost *cost, double trip_ns);
/* After a look. trip_ns: of all round trips so far. */
void sampling_cost_add(struct sampling_cost *cost, double trip_ns, bool in_window);
/* How long to wait until the next look, on the mean, so that it takes at most 2 % of a core. */
uint64_t sampling_cost_interval_ns(const struct sampling_cost *cost);
/* Of the looks in the window; exact: CPU time. */
double sampling_cost_window_ns(const struct sampling_cost *cost, bool *exact);

#endif
