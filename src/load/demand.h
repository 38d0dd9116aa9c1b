/*
 * What one worker is asked to do, and when: wishes for transactions, from virtual users or from a
 * schedule of arrivals, in one queue before the worker's part of the pool.
 *
 *     users (closed loop)   think ──> wish ──> connection ──> end ──> think …
 *     rate  (open loop)     schedule ──> wish ──> connection ──> end
 *     pool alone            a free connection is the wish itself: there is no queue
 *
 * A wish begins when it was planned, not when this was noticed: the end of a user's thinking, the
 * scheduled time of an arrival. No completion moves an arrival.
 *
 * Rejected are wishes of a tenant over its limit; dropped are arrivals that would have to wait and
 * find the backlog full (those that an idle connection takes never wait, however late the worker
 * notices them);
 * timed out are wishes that have waited for a connection for longer than the pool's limit. A user
 * whom that happens to thinks again.
 */
#ifndef PGWRITE_LOAD_DEMAND_H
#define PGWRITE_LOAD_DEMAND_H

#include "base/rng.h"
#include "load/due.h"
#include "load/schedule.h"
#include "workload/workload.h"

extern const char *const load_source_names[]; /* "pool", "users", "rate" */

struct load_tenant {
    const char *name;
    double weight;      /* > 0 */
    double limit_per_s; /* 0: none */
    double burst;       /* wishes that may come at once; 0: a second's, 1 at least */
};

/* A named transaction of the mix, as far as choosing it goes. */
struct load_choice {
    double weight;      /* > 0; by weight, or */
    double probability; /* in (0, 1]: a user does each step in turn with its probability */
};

/* Think time of one stage. */
struct load_think {
    uint64_t min_ns, max_ns;
};

/* Immutable, shared by the workers. */
struct load_demand {
    enum load_source source;
    const struct schedule_span *spans; /* users or arrivals a second, or connections in use */
    const struct load_think *think;    /* one a span; users alone */
    size_t span_count;
    bool uniform;                 /* arrivals; else Poisson */
    uint32_t backlog;             /* arrivals that may wait, over all threads; one a thread at
                                     least */
    uint32_t users;               /* the most there are at a time */
    uint64_t checkout_timeout_ns; /* 0: none */
    const struct load_choice *choices;
    size_t choice_count;
    bool walks; /* by probability */
    const struct load_tenant *tenants;
    size_t tenant_count; /* 0: everybody is one */
};

#define NO_USER UINT32_MAX

struct wish {
    uint64_t planned_ns;
    uint32_t user; /* NO_USER: none */
    uint16_t step, tenant;
    bool waited; /* there was no idle connection when it came */
};

struct demand_counts {
    uint64_t asked, rejected, dropped, timed_out;
    uint64_t think_ns, thinks; /* ended ones */
};

struct demand {
    const struct load_demand *load;
    uint64_t go_ns;
    uint32_t part, parts;
    struct rng rng;
    double weight_sum;
    /* The queue: a ring. */
    struct wish *queue;
    size_t room, head, waiting;
    size_t backlog; /* arrivals of the queue that no idle connection takes, at most */
    /* Users. */
    struct user *users;
    uint32_t user_count, active; /* active: of users, or of connections with a pool alone */
    struct due thinking;
    uint64_t active_check_ns;
    /* Arrivals. */
    struct schedule schedule;
    uint64_t arrival_ns;                         /* the next one */
    struct bucket *buckets;                      /* one a tenant */
    struct demand_counts counts, *tenant_counts; /* since the beginning */
};

/* What a thread gets of something that is split evenly. */
static inline uint32_t load_share(uint32_t total, uint32_t parts, uint32_t part) {
    return total / parts + (part < total % parts);
}

/* The part of one worker of parts, which has so many connections at most; its own random numbers.
 * Nothing is allocated after this. */
void demand_init(struct demand *demand, const struct load_demand *load, uint64_t seed,
                 uint32_t part, uint32_t parts, uint32_t connections);
void demand_release(struct demand *demand);

/* The load begins. */
void demand_start(struct demand *demand, uint64_t go_ns);

/* Queues what has come due until now. idle: connections that take a wish at once; so many of the
 * wishes, less those already waiting, have not waited, and count for nothing in the backlog. */
void demand_collect(struct demand *demand, uint64_t now, size_t idle);

/* The first in the queue, if there is one. With a pool alone one that is planned now, as long as
 * fewer connections are busy than the stage has. */
bool demand_take(struct demand *demand, uint64_t now, uint32_t busy, struct wish *wish);

/* One that was taken and could not be begun is the first again. */
void demand_return(struct demand *demand, const struct wish *wish);

/* Its transaction has ended, however: the user goes on. idle: as in demand_collect, with its own
 * connection if that takes wishes again. */
void demand_done(struct demand *demand, const struct wish *wish, uint64_t now, size_t idle);

/* The same where there was no row to work on. A user who does not think waits a moment all the
 * same. */
void demand_skipped(struct demand *demand, const struct wish *wish, uint64_t now, size_t idle);

/* When demand_collect has something to do; UINT64_MAX: not before something else happens. */
uint64_t demand_next_ns(const struct demand *demand);

#endif
