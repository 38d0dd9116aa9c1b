#include "load/demand.h"

#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"

/* How often the number of users follows a slope. */
#define RAMP_STEP_NS (10 * NS_PER_MS)
/* The least that a user thinks who has found no row to work on: without thinking it would ask again
 * at once, without end. */
#define REST_NS NS_PER_MS

enum user_state { USER_AWAY, USER_THINKING, USER_BUSY };

struct user {
    uint64_t since_ns; /* of the present thinking */
    uint16_t step;     /* that comes next, where users walk through the steps */
    uint16_t tenant;
    uint8_t state;
    bool rests; /* at least, when it thinks next */
};

/* A token bucket: tokens at a time, filled at the tenant's limit. */
struct bucket {
    double tokens, burst, per_ns;
    uint64_t at_ns;
};

const char *const load_source_names[] = {
    [LOAD_POOL] = "pool", [LOAD_USERS] = "users", [LOAD_RATE] = "rate"};

static uint16_t draw_tenant(struct demand *demand) {
    const struct load_demand *load = demand->load;
    if (load->tenant_count < 2)
        return 0;
    double sum = 0;
    for (size_t i = 0; i < load->tenant_count; i++)
        sum += load->tenants[i].weight;
    double at = rng_unit(&demand->rng) * sum;
    size_t i = 0;
    while (i + 1 < load->tenant_count && at >= load->tenants[i].weight)
        at -= load->tenants[i++].weight;
    return (uint16_t)i;
}

static uint16_t draw_step(struct demand *demand) {
    const struct load_demand *load = demand->load;
    if (load->choice_count < 2)
        return 0;
    double at = rng_unit(&demand->rng) * demand->weight_sum;
    size_t i = 0;
    for (; i + 1 < load->choice_count; i++) {
        double weight = load->walks ? load->choices[i].probability : load->choices[i].weight;
        if (at < weight)
            break;
        at -= weight;
    }
    return (uint16_t)i;
}

static void init_buckets(struct demand *demand) {
    const struct load_demand *load = demand->load;
    demand->buckets = MEM_ARRAY(struct bucket, load->tenant_count + 1);
    demand->tenant_counts = MEM_ARRAY(struct demand_counts, load->tenant_count + 1);
    for (size_t i = 0; i < load->tenant_count; i++) {
        const struct load_tenant *tenant = &load->tenants[i];
        double per_s = tenant->limit_per_s / demand->parts;
        double burst = tenant->burst > 0 ? tenant->burst / demand->parts : per_s;
        demand->buckets[i] =
            (struct bucket){.burst = burst > 1 ? burst : 1, .per_ns = per_s / (double)NS_PER_S};
        demand->buckets[i].tokens = demand->buckets[i].burst;
    }
}

void demand_init(struct demand *demand, const struct load_demand *load, uint64_t seed,
                 uint32_t part, uint32_t parts, uint32_t connections) {
    *demand = (struct demand){.load = load,
                              .part = part,
                              .parts = parts,
                              .rng = rng_at(rng_key(seed, "demand"), part),
                              .arrival_ns = UINT64_MAX,
                              .active_check_ns = UINT64_MAX};
    for (size_t i = 0; i < load->choice_count; i++)
        demand->weight_sum += load->walks ? load->choices[i].probability : load->choices[i].weight;
    init_buckets(demand);
    if (load->source == LOAD_USERS) {
        demand->user_count = load_share(load->users, parts, part);
        demand->users = MEM_ARRAY(struct user, demand->user_count + 1);
        for (uint32_t i = 0; i < demand->user_count; i++)
            demand->users[i].tenant = draw_tenant(demand);
        due_init(&demand->thinking, demand->user_count + 1);
        demand->room = demand->user_count;
    } else if (load->source == LOAD_RATE) {
        demand->backlog = load_share(load->backlog, parts, part);
        demand->backlog += demand->backlog == 0;
        demand->room = demand->backlog + connections;
        schedule_init(&demand->schedule, load->spans, load->span_count, load->uniform,
                      rng_key(seed, "arrivals"), part, parts);
    }
    demand->room += demand->room == 0;
    demand->queue = MEM_ARRAY(struct wish, demand->room);
}

void demand_release(struct demand *demand) {
    free(demand->queue);
    free(demand->users);
    free(demand->buckets);
    free(demand->tenant_counts);
    due_release(&demand->thinking);
}

static void next_arrival(struct demand *demand) {
    uint64_t since_ns = schedule_next(&demand->schedule);
    demand->arrival_ns = since_ns == UINT64_MAX ? UINT64_MAX : demand->go_ns + since_ns;
}

void demand_start(struct demand *demand, uint64_t go_ns) {
    demand->go_ns = go_ns;
    for (size_t i = 0; i < demand->load->tenant_count; i++)
        demand->buckets[i].at_ns = go_ns;
    if (demand->load->source == LOAD_RATE)
        next_arrival(demand);
    else
        demand->active_check_ns = go_ns;
}

/* Whether the tenant's limit lets one more through. */
static bool admit(struct demand *demand, uint16_t tenant, uint64_t now) {
    const struct load_demand *load = demand->load;
    if (load->tenant_count == 0 || load->tenants[tenant].limit_per_s <= 0)
        return true;
    struct bucket *bucket = &demand->buckets[tenant];
    if (now > bucket->at_ns) {
        bucket->tokens += (double)(now - bucket->at_ns) * bucket->per_ns;
        bucket->tokens = bucket->tokens < bucket->burst ? bucket->tokens : bucket->burst;
        bucket->at_ns = now;
    }
    if (bucket->tokens < 1)
        return false;
    bucket->tokens -= 1;
    return true;
}

static void push(struct demand *demand, struct wish wish) {
    size_t at = demand->head + demand->waiting++;
    demand->queue[at < demand->room ? at : at - demand->room] = wish;
}

static size_t span_at(const struct demand *demand, uint64_t now) {
    uint64_t since_ns = now - demand->go_ns;
    size_t i = 0;
    for (; i + 1 < demand->load->span_count && since_ns >= demand->load->spans[i].length_ns; i++)
        since_ns -= demand->load->spans[i].length_ns;
    return i;
}

/* Uniform in the stage's range; whole: from 0 to its end, for the first time, so that users don't
 * come all at once. */
static void think(struct demand *demand, uint32_t number, uint64_t now, bool first) {
    const struct load_think *range = &demand->load->think[span_at(demand, now)];
    uint64_t min_ns = first ? 0 : range->min_ns;
    uint64_t ns = min_ns + rng_below(&demand->rng, range->max_ns - min_ns + 1);
    struct user *user = &demand->users[number];
    if (user->rests && ns < REST_NS)
        ns = REST_NS;
    user->rests = false;
    user->state = USER_THINKING;
    user->since_ns = first ? 0 : now;
    user->step = 0;
    due_add(&demand->thinking, now + ns, number);
}

/* The next step of a walk, or a step by its weight; false: the walk is over. */
static bool choose_step(struct demand *demand, struct user *user, uint16_t *step) {
    const struct load_demand *load = demand->load;
    if (!load->walks) {
        *step = draw_step(demand);
        return true;
    }
    while (user->step < load->choice_count) {
        *step = user->step++;
        if (rng_unit(&demand->rng) < load->choices[*step].probability)
            return true;
    }
    return false;
}

/* A user wants its next transaction, or thinks again: its tenant may be over the limit. Of a walk
 * over the limit the rest is left out. */
static void user_wishes(struct demand *demand, uint32_t number, uint64_t planned_ns, bool waits) {
    struct user *user = &demand->users[number];
    uint16_t step;
    if (!choose_step(demand, user, &step)) {
        think(demand, number, planned_ns, false);
        return;
    }
    demand->counts.asked++;
    demand->tenant_counts[user->tenant].asked++;
    if (!admit(demand, user->tenant, planned_ns)) {
        demand->counts.rejected++;
        demand->tenant_counts[user->tenant].rejected++;
        think(demand, number, planned_ns, false);
        return;
    }
    user->state = USER_BUSY;
    push(demand, (struct wish){planned_ns, number, step, user->tenant, waits});
}

/* When the number changes next. */
static uint64_t next_change(const struct demand *demand, uint64_t since_ns) {
    const struct load_demand *load = demand->load;
    uint64_t end_ns = 0;
    for (size_t i = 0; i < load->span_count; i++) {
        const struct schedule_span *span = &load->spans[i];
        if (span->length_ns == UINT64_MAX)
            return UINT64_MAX;
        end_ns += span->length_ns;
        if (since_ns >= end_ns)
            continue;
        bool slopes = span->from != span->to && since_ns + RAMP_STEP_NS < end_ns;
        return demand->go_ns + (slopes ? since_ns + RAMP_STEP_NS : end_ns);
    }
    return UINT64_MAX;
}

/* Follows the number of users, or of connections. Users who are too many go when they next would
 * wish. */
static void set_active(struct demand *demand, uint64_t now) {
    const struct load_demand *load = demand->load;
    uint64_t since_ns = now - demand->go_ns;
    double all = schedule_value(load->spans, load->span_count, since_ns);
    double own = ceil((all - demand->part) / demand->parts);
    uint32_t most = load->source == LOAD_USERS ? demand->user_count : UINT32_MAX;
    demand->active = own <= 0 ? 0 : own >= most ? most : (uint32_t)own;
    demand->active_check_ns = next_change(demand, since_ns);
    for (uint32_t i = 0; load->source == LOAD_USERS && i < demand->active; i++)
        if (demand->users[i].state == USER_AWAY)
            think(demand, i, now, true);
}

static void collect_users(struct demand *demand, uint64_t now, size_t idle) {
    for (struct due_entry entry; due_take(&demand->thinking, now, &entry);) {
        struct user *user = &demand->users[entry.id];
        if (entry.id >= demand->active) {
            user->state = USER_AWAY;
            continue;
        }
        if (user->since_ns) {
            demand->counts.thinks++;
            demand->counts.think_ns += entry.ns - user->since_ns;
        }
        user_wishes(demand, entry.id, entry.ns, demand->waiting >= idle);
    }
}

static void collect_arrivals(struct demand *demand, uint64_t now, size_t idle) {
    for (; demand->arrival_ns <= now; next_arrival(demand)) {
        uint16_t tenant = draw_tenant(demand);
        struct demand_counts *of_tenant = &demand->tenant_counts[tenant];
        demand->counts.asked++;
        of_tenant->asked++;
        if (!admit(demand, tenant, demand->arrival_ns)) {
            demand->counts.rejected++;
            of_tenant->rejected++;
        } else if (demand->waiting >= demand->backlog + idle) {
            demand->counts.dropped++;
            of_tenant->dropped++;
        } else {
            push(demand, (struct wish){demand->arrival_ns, NO_USER, draw_step(demand), tenant,
                                       demand->waiting >= idle});
        }
    }
}

static bool pop(struct demand *demand, struct wish *wish) {
    if (demand->waiting == 0)
        return false;
    *wish = demand->queue[demand->head];
    demand->head = demand->head + 1 == demand->room ? 0 : demand->head + 1;
    demand->waiting--;
    return true;
}

/* When the wish that has waited longest gives up. */
static uint64_t expiry_ns(const struct demand *demand) {
    if (demand->waiting == 0 || demand->load->checkout_timeout_ns == 0)
        return UINT64_MAX;
    return demand->queue[demand->head].planned_ns + demand->load->checkout_timeout_ns;
}

void demand_collect(struct demand *demand, uint64_t now, size_t idle) {
    /* Who has given up frees its place for who comes now. */
    for (struct wish wish; expiry_ns(demand) <= now && pop(demand, &wish);) {
        demand->counts.timed_out++;
        demand->tenant_counts[wish.tenant].timed_out++;
        if (wish.user != NO_USER)
            think(demand, wish.user, now, false);
    }
    if (now >= demand->active_check_ns)
        set_active(demand, now);
    if (demand->load->source == LOAD_USERS)
        collect_users(demand, now, idle);
    else if (demand->load->source == LOAD_RATE)
        collect_arrivals(demand, now, idle);
}

bool demand_take(struct demand *demand, uint64_t now, uint32_t busy, struct wish *wish) {
    if (demand->load->source != LOAD_POOL)
        return pop(demand, wish);
    if (busy >= demand->active)
        return false;
    demand->counts.asked++;
    *wish = (struct wish){now, NO_USER, draw_step(demand), 0, false};
    return true;
}

void demand_return(struct demand *demand, const struct wish *wish) {
    if (demand->load->source == LOAD_POOL) {
        demand->counts.asked--;
        return;
    }
    demand->head = demand->head ? demand->head - 1 : demand->room - 1;
    demand->queue[demand->head] = *wish;
    demand->waiting++;
}

void demand_done(struct demand *demand, const struct wish *wish, uint64_t now, size_t idle) {
    if (wish->user == NO_USER)
        return;
    struct user *user = &demand->users[wish->user];
    if (demand->load->walks && user->step < demand->load->choice_count)
        user_wishes(demand, wish->user, now, demand->waiting >= idle);
    else
        think(demand, wish->user, now, false);
}

void demand_skipped(struct demand *demand, const struct wish *wish, uint64_t now, size_t idle) {
    if (wish->user != NO_USER)
        demand->users[wish->user].rests = true;
    demand_done(demand, wish, now, idle);
}

uint64_t demand_next_ns(const struct demand *demand) {
    uint64_t next_ns = demand->arrival_ns, thinking_ns = due_next(&demand->thinking);
    next_ns = thinking_ns < next_ns ? thinking_ns : next_ns;
    next_ns = demand->active_check_ns < next_ns ? demand->active_check_ns : next_ns;
    return expiry_ns(demand) < next_ns ? expiry_ns(demand) : next_ns;
}
