#include "server/affinity.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#ifdef __linux__
#include <sched.h>

struct affinity {
    cpu_set_t cpus;
};

bool affinity_narrow(long count, struct affinity **saved, struct error *error) {
    cpu_set_t all, some;
    *saved = NULL;
    if (sched_getaffinity(0, sizeof all, &all) != 0)
        return error_set(error, "can't read which CPUs may be used: %s", strerror(errno));
    if (CPU_COUNT(&all) < count) {
        error_usage(error, "%ld CPUs are wanted for the server, and there are %d", count,
                    CPU_COUNT(&all));
        return error_hint(error, "--cpus %d is the most", CPU_COUNT(&all));
    }
    CPU_ZERO(&some);
    for (size_t i = 0, taken = 0; taken < (size_t)count; i++)
        if (CPU_ISSET(i, &all)) {
            CPU_SET(i, &some);
            taken++;
        }
    if (sched_setaffinity(0, sizeof some, &some) != 0)
        return error_set(error, "can't narrow the server to %ld CPUs: %s", count, strerror(errno));
    *saved = MEM_NEW(struct affinity);
    (*saved)->cpus = all;
    return true;
}

bool affinity_restore(struct affinity *saved, struct error *error) {
    bool ok = !saved || sched_setaffinity(0, sizeof saved->cpus, &saved->cpus) == 0 ||
              error_set(error, "can't go back to all CPUs: %s", strerror(errno));
    free(saved);
    return ok;
}

#else

bool affinity_narrow(long count, struct affinity **saved, struct error *error) {
    *saved = NULL;
    return error_usage(error, "a server can't be narrowed to %ld CPUs on this system", count);
}

bool affinity_restore(struct affinity *saved, struct error *error) {
    (void)saved;
    (void)error;
    return true;
}

#endif
