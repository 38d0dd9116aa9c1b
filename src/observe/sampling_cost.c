#include "observe/sampling_cost.h"

#include <time.h>

#include "base/clock.h"
#include "observe/host.h"
#include "observe/sampler.h"

/* The interval follows the cost, and so is late: it aims below the 2 %. */
#define COST_SHARE_AIM 0.018
#define INTERVAL_MAX_NS NS_PER_S

static struct cost read_cost(struct sampling_cost *cost, double trip_ns) {
    struct timespec cpu;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu);
    struct cost now = {(double)cpu.tv_sec * (double)NS_PER_S + (double)cpu.tv_nsec, trip_ns};
    if (!cost->backend_pid)
        return now;
    double backend_ns = host_process_cpu_ns((pid_t)cost->backend_pid);
    if (backend_ns >= 0)
        now.cpu_ns += backend_ns;
    else
        cost->backend_pid = 0;
    return now;
}

void sampling_cost_begin(struct sampling_cost *cost, double trip_ns) {
    cost->last = read_cost(cost, trip_ns);
}

void sampling_cost_add(struct sampling_cost *cost, double trip_ns, bool in_window) {
    struct cost now = read_cost(cost, trip_ns), *last = &cost->last;
    struct cost look = {now.cpu_ns - last->cpu_ns, now.trip_ns - last->trip_ns};
    *last = now;
    double look_ns = cost->backend_pid ? look.cpu_ns : look.trip_ns;
    /* Up fast and down slowly: locks to look at come all at once. */
    double surplus_ns = look_ns - cost->mean_ns;
    cost->mean_ns += surplus_ns / (surplus_ns > 0 ? 4 : 16);
    if (in_window) {
        cost->window.cpu_ns += look.cpu_ns;
        cost->window.trip_ns += look.trip_ns;
    }
}

uint64_t sampling_cost_interval_ns(const struct sampling_cost *cost) {
    double needed_ns = cost->mean_ns / COST_SHARE_AIM;
    if (needed_ns > (double)INTERVAL_MAX_NS)
        return INTERVAL_MAX_NS;
    return needed_ns > (double)SAMPLER_INTERVAL_NS ? (uint64_t)needed_ns : SAMPLER_INTERVAL_NS;
}

double sampling_cost_window_ns(const struct sampling_cost *cost, bool *exact) {
    *exact = cost->backend_pid != 0;
    return *exact ? cost->window.cpu_ns : cost->window.trip_ns;
}
