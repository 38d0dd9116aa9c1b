/* Wishes: when they come, what becomes of them, and that none is lost. Time is the test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "load/demand.h"

#define S NS_PER_S
#define MS NS_PER_MS
#define GO (1000 * S)
#define CONNECTIONS 4

static const struct load_choice one_step = {.weight = 1};

/* A load that the test describes, and its demand. */
struct world {
    struct schedule_span span;
    struct load_think think;
    struct load_demand load;
    struct demand demand;
};

static void begin(struct world *world) {
    world->load.spans = &world->span;
    world->load.think = &world->think;
    world->load.span_count = 1;
    if (!world->load.choices) {
        world->load.choices = &one_step;
        world->load.choice_count = 1;
    }
    demand_init(&world->demand, &world->load, 1, 0, 1, CONNECTIONS);
    demand_start(&world->demand, GO);
}

static void users_of(struct world *world, uint32_t users, uint64_t think_ns) {
    world->span = (struct schedule_span){UINT64_MAX, users, users};
    world->think = (struct load_think){think_ns, think_ns};
    world->load.source = LOAD_USERS;
    world->load.users = users;
}

static void arrivals_of(struct world *world, double rate, uint32_t backlog) {
    world->span = (struct schedule_span){UINT64_MAX, rate, rate};
    world->load.source = LOAD_RATE;
    world->load.uniform = true;
    world->load.backlog = backlog;
}

/* A wish waits if more are before it than connections are idle. */
static void arrivals_wait_when_nobody_is_idle(void **state) {
    (void)state;
    struct world world = {0};
    arrivals_of(&world, 1000, 100);
    begin(&world);
    demand_collect(&world.demand, GO + 4 * MS, 2);
    assert_int_equal(world.demand.waiting, 4);
    struct wish wish;
    for (int i = 0; i < 4; i++) {
        assert_true(demand_take(&world.demand, GO + 4 * MS, 0, &wish));
        assert_int_equal(wish.planned_ns, GO + i * MS + MS / 2);
        assert_int_equal(wish.waited, i >= 2);
        assert_int_equal(wish.user, NO_USER);
    }
    assert_false(demand_take(&world.demand, GO + 4 * MS, 0, &wish));
    assert_int_equal(demand_next_ns(&world.demand), GO + 4 * MS + MS / 2);
    demand_release(&world.demand);
}

static void a_full_queue_drops(void **state) {
    (void)state;
    struct world world = {0};
    arrivals_of(&world, 1000, 10);
    begin(&world);
    demand_collect(&world.demand, GO + 25 * MS, 0);
    assert_int_equal(world.demand.waiting, 10);
    assert_int_equal(world.demand.counts.asked, 25);
    assert_int_equal(world.demand.counts.dropped, 15);
    demand_release(&world.demand);
}

/* A worker that wakes up late collects several at once: the backlog is for those who must wait. */
static void only_who_must_wait_is_dropped(void **state) {
    (void)state;
    struct world world = {0};
    arrivals_of(&world, 1000, 2);
    begin(&world);
    demand_collect(&world.demand, GO + 5 * MS, 4);
    assert_int_equal(world.demand.waiting, 5);
    assert_int_equal(world.demand.counts.dropped, 0);
    struct wish wish;
    for (int i = 0; i < 5; i++) {
        assert_true(demand_take(&world.demand, GO + 5 * MS, 0, &wish));
        assert_int_equal(wish.planned_ns, GO + i * MS + MS / 2);
        assert_int_equal(wish.waited, i >= 4);
    }
    /* Around the ring's end; two more than there is room for. */
    demand_collect(&world.demand, GO + 13 * MS, 4);
    assert_int_equal(world.demand.waiting, 6);
    assert_int_equal(world.demand.counts.dropped, 2);
    for (int i = 5; demand_take(&world.demand, GO + 13 * MS, 0, &wish); i++)
        assert_int_equal(wish.planned_ns, GO + i * MS + MS / 2);
    /* Who waits already comes before those who come now. */
    demand_collect(&world.demand, GO + 14 * MS, 0);
    demand_collect(&world.demand, GO + 18 * MS, 1);
    assert_int_equal(world.demand.waiting, 3);
    assert_int_equal(world.demand.counts.dropped, 4);
    assert_int_equal(world.demand.counts.asked, 18);
    demand_release(&world.demand);
}

static void who_waits_too_long_gives_up(void **state) {
    (void)state;
    struct world world = {.load = {.checkout_timeout_ns = 5 * MS}};
    arrivals_of(&world, 1000, 100);
    begin(&world);
    demand_collect(&world.demand, GO + 3 * MS, 0);
    assert_int_equal(demand_next_ns(&world.demand), GO + 3 * MS + MS / 2);
    demand_collect(&world.demand, GO + 6 * MS, 0);
    assert_int_equal(world.demand.counts.timed_out, 1); /* planned at 0.5 ms */
    assert_int_equal(world.demand.waiting, 5);
    struct wish wish;
    assert_true(demand_take(&world.demand, GO + 6 * MS, 0, &wish));
    assert_int_equal(wish.planned_ns, GO + MS + MS / 2);
    demand_release(&world.demand);
}

static void what_is_returned_comes_first_again(void **state) {
    (void)state;
    struct world world = {0};
    arrivals_of(&world, 1000, 4);
    begin(&world);
    demand_collect(&world.demand, GO + 3 * MS, 0);
    struct wish first, again;
    assert_true(demand_take(&world.demand, GO + 3 * MS, 0, &first));
    demand_return(&world.demand, &first);
    assert_true(demand_take(&world.demand, GO + 3 * MS, 0, &again));
    assert_int_equal(first.planned_ns, again.planned_ns);
    assert_int_equal(world.demand.waiting, 2);
    demand_release(&world.demand);
}

/* What becomes of a wish is counted for the tenant that had it. */
static void tenants_are_counted_apart(void **state) {
    (void)state;
    static const struct load_tenant tenants[] = {{"one", 1, 0, 0}, {"two", 1, 0, 0}};
    struct world world = {
        .load = {.tenants = tenants, .tenant_count = 2, .checkout_timeout_ns = 5 * MS}};
    arrivals_of(&world, 1000, 200);
    begin(&world);
    demand_collect(&world.demand, GO + 300 * MS, 0);
    demand_collect(&world.demand, GO + 305 * MS, 0);
    const struct demand_counts *all = &world.demand.counts, *one = world.demand.tenant_counts;
    assert_int_equal(all->dropped, 100);
    assert_true(all->timed_out >= 195);
    for (int i = 0; i < 2; i++) {
        assert_true(one[i].dropped > 20);
        assert_true(one[i].timed_out > 60);
    }
    assert_int_equal(one[0].dropped + one[1].dropped, all->dropped);
    assert_int_equal(one[0].timed_out + one[1].timed_out, all->timed_out);
    demand_release(&world.demand);
}

/* Users begin one after the other within a think time, and think between their wishes. */
static void users_think_and_wish(void **state) {
    (void)state;
    struct world world = {0};
    users_of(&world, 100, 100 * MS);
    begin(&world);
    demand_collect(&world.demand, GO, 0);
    assert_true(world.demand.waiting < 10);
    demand_collect(&world.demand, GO + 50 * MS, 0);
    assert_in_range(world.demand.waiting, 30, 70);
    demand_collect(&world.demand, GO + 100 * MS, 0);
    assert_int_equal(world.demand.waiting, 100);
    assert_int_equal(world.demand.counts.thinks, 0); /* the first does not count */
    struct wish wish;
    uint64_t now = GO + 150 * MS;
    for (int i = 0; i < 100; i++) {
        assert_true(demand_take(&world.demand, now, 0, &wish));
        assert_true(wish.planned_ns >= GO && wish.planned_ns <= GO + 100 * MS);
        demand_done(&world.demand, &wish, now, 1);
    }
    assert_int_equal(demand_next_ns(&world.demand), now + 100 * MS);
    /* Noticed 30 ms late: they have waited since then. */
    demand_collect(&world.demand, now + 130 * MS, 0);
    assert_int_equal(world.demand.waiting, 100);
    assert_int_equal(world.demand.counts.thinks, 100);
    assert_int_equal(world.demand.counts.think_ns, 100 * 100 * MS);
    while (demand_take(&world.demand, now + 130 * MS, 0, &wish))
        assert_int_equal(wish.planned_ns, now + 100 * MS);
    demand_release(&world.demand);
}

/* Each stage has its own range; what was begun before it ends as it was drawn. */
static void users_think_as_the_stage_has_it(void **state) {
    (void)state;
    const struct schedule_span spans[] = {{S, 1, 1}, {S, 1, 1}};
    const struct load_think think[] = {{10 * MS, 10 * MS}, {70 * MS, 70 * MS}};
    struct world world = {0};
    users_of(&world, 1, 0);
    world.load.spans = spans;
    world.load.think = think;
    world.load.span_count = 2;
    world.load.choices = &one_step;
    world.load.choice_count = 1;
    demand_init(&world.demand, &world.load, 1, 0, 1, CONNECTIONS);
    demand_start(&world.demand, GO);
    struct wish wish;
    demand_collect(&world.demand, GO, 0);
    demand_collect(&world.demand, GO + 10 * MS, 0);
    for (uint64_t now = GO + 10 * MS; now < GO + 2 * S;) {
        assert_true(demand_take(&world.demand, now, 0, &wish));
        demand_done(&world.demand, &wish, now, 1);
        uint64_t ended = now;
        now += ended < GO + S ? 10 * MS : 70 * MS;
        demand_collect(&world.demand, now - 1, 0);
        assert_int_equal(world.demand.waiting, 0);
        demand_collect(&world.demand, now, 0);
        assert_int_equal(world.demand.waiting, 1);
    }
    demand_release(&world.demand);
}

/* Who found no row to work on would ask again at once, without end, if it did not think. */
static void who_found_nothing_rests(void **state) {
    (void)state;
    struct world world = {0};
    users_of(&world, 1, 0);
    begin(&world);
    struct wish wish;
    demand_collect(&world.demand, GO, 0);
    assert_true(demand_take(&world.demand, GO, 0, &wish));
    demand_skipped(&world.demand, &wish, GO, 1);
    assert_int_equal(demand_next_ns(&world.demand), GO + MS);
    demand_collect(&world.demand, GO + MS, 0);
    assert_true(demand_take(&world.demand, GO + MS, 0, &wish));
    demand_done(&world.demand, &wish, GO + MS, 1); /* it found some: nothing to rest for */
    assert_int_equal(demand_next_ns(&world.demand), GO + MS);
    demand_release(&world.demand);
}

static void a_ramp_brings_users_and_takes_them_away(void **state) {
    (void)state;
    const struct schedule_span spans[] = {{10 * S, 0, 50}, {10 * S, 50, 0}};
    const struct load_think think[] = {{0, 0}, {0, 0}};
    struct world world = {0};
    users_of(&world, 50, 0);
    world.load.choices = &one_step;
    world.load.choice_count = 1;
    world.load.spans = spans;
    world.load.think = think;
    world.load.span_count = 2;
    demand_init(&world.demand, &world.load, 1, 0, 1, CONNECTIONS);
    demand_start(&world.demand, GO);
    uint64_t at_5_s = 0, at_15_s = 0;
    for (uint64_t now = GO; now <= GO + 20 * S; now += 10 * MS) {
        demand_collect(&world.demand, now, 0);
        uint64_t wishes = 0;
        struct wish wish, taken[64];
        for (; demand_take(&world.demand, now, 0, &wish); wishes++)
            taken[wishes] = wish;
        for (uint64_t i = 0; i < wishes; i++)
            demand_done(&world.demand, &taken[i], now, 1);
        if (now == GO + 5 * S)
            at_5_s = wishes;
        if (now == GO + 15 * S)
            at_15_s = wishes;
    }
    assert_in_range(at_5_s, 24, 26);
    assert_in_range(at_15_s, 24, 26);
    demand_release(&world.demand);
}

static void a_pool_alone_is_its_own_wish(void **state) {
    (void)state;
    struct world world = {.span = {UINT64_MAX, 3, 3}};
    begin(&world);
    demand_collect(&world.demand, GO, 0);
    struct wish wish;
    assert_true(demand_take(&world.demand, GO + 5, 2, &wish));
    assert_int_equal(wish.planned_ns, GO + 5);
    assert_false(demand_take(&world.demand, GO + 5, 3, &wish));
    assert_int_equal(world.demand.counts.asked, 1);
    demand_release(&world.demand);
}

static void tenants_have_their_share_and_their_limit(void **state) {
    (void)state;
    static const struct load_tenant tenants[] = {{"small", 1, 10, 0}, {"large", 3, 0, 0}};
    struct world world = {.load = {.tenants = tenants, .tenant_count = 2}};
    arrivals_of(&world, 400, 100000);
    begin(&world);
    demand_collect(&world.demand, GO + 10 * S, 0);
    const struct demand_counts *small = &world.demand.tenant_counts[0];
    const struct demand_counts *large = &world.demand.tenant_counts[1];
    assert_int_equal(small->asked + large->asked, 4000);
    assert_true(fabs((double)small->asked - 1000) < 4 * sqrt(750.0));
    /* Ten a second, and the ten that the bucket holds at first. */
    assert_in_range(small->asked - small->rejected, 100, 111);
    assert_int_equal(large->rejected, 0);
    assert_int_equal(world.demand.counts.rejected, small->rejected);
    assert_int_equal(world.demand.waiting, 4000 - small->rejected);
    demand_release(&world.demand);
}

static void users_have_their_tenant_by_weight(void **state) {
    (void)state;
    static const struct load_tenant tenants[] = {{"small", 1, 0, 0}, {"large", 3, 0, 0}};
    struct world world = {.load = {.tenants = tenants, .tenant_count = 2}};
    users_of(&world, 1000, 10 * MS);
    begin(&world);
    demand_collect(&world.demand, GO, 0);
    demand_collect(&world.demand, GO + 10 * MS, 0);
    const struct demand_counts *counts = world.demand.tenant_counts;
    assert_int_equal(counts[0].asked + counts[1].asked, 1000);
    assert_true(fabs((double)counts[0].asked - 250) < 4 * sqrt(187.5));
    demand_release(&world.demand);
}

/* At once as many as the burst, then as the limit has it. */
static void a_burst_comes_at_once(void **state) {
    (void)state;
    static const struct load_tenant tenants[] = {{"bursty", 1, 10, 50}};
    struct world world = {.load = {.tenants = tenants, .tenant_count = 1}};
    arrivals_of(&world, 1000, 100000);
    begin(&world);
    demand_collect(&world.demand, GO + 100 * MS, 0);
    assert_in_range(world.demand.waiting, 50, 51);
    demand_collect(&world.demand, GO + 10 * S, 0);
    assert_in_range(world.demand.waiting, 149, 150);
    demand_release(&world.demand);
}

static void a_rejected_user_thinks_again(void **state) {
    (void)state;
    static const struct load_tenant tenants[] = {{"small", 1, 1, 1}};
    struct world world = {.load = {.tenants = tenants, .tenant_count = 1}};
    users_of(&world, 10, 100 * MS);
    begin(&world);
    demand_collect(&world.demand, GO, 0);
    demand_collect(&world.demand, GO + 100 * MS, 0);
    assert_int_equal(world.demand.waiting, 1);
    assert_int_equal(world.demand.counts.rejected, 9);
    demand_collect(&world.demand, GO + 200 * MS, 0);
    assert_int_equal(world.demand.counts.rejected, 18);
    demand_release(&world.demand);
}

static void steps_are_chosen_by_weight(void **state) {
    (void)state;
    static const struct load_choice choices[] = {{.weight = 30}, {.weight = 50}, {.weight = 20}};
    struct world world = {.load = {.choices = choices, .choice_count = 3}};
    arrivals_of(&world, 1000, 100000);
    begin(&world);
    demand_collect(&world.demand, GO + 20 * S, 0);
    double counts[3] = {0};
    for (struct wish wish; demand_take(&world.demand, GO + 20 * S, 0, &wish);)
        counts[wish.step]++;
    for (int i = 0; i < 3; i++) {
        double share = choices[i].weight / 100;
        assert_true(fabs(counts[i] - 20000 * share) < 4 * sqrt(20000 * share * (1 - share)));
    }
    demand_release(&world.demand);
}

/* Each in its turn, with its probability, and no thinking between them. */
static void a_walk_goes_through_the_steps_in_order(void **state) {
    (void)state;
    static const struct load_choice choices[] = {
        {.probability = 1}, {.probability = 0.5}, {.probability = 0.25}};
    struct world world = {.load = {.choices = choices, .choice_count = 3, .walks = true}};
    users_of(&world, 1, S);
    begin(&world);
    double counts[3] = {0};
    uint64_t now = GO;
    int last = 2;
    struct wish wish;
    while (counts[0] < 10000) {
        uint64_t next_ns = demand_next_ns(&world.demand);
        bool thought = !demand_take(&world.demand, now, 0, &wish);
        if (thought) {
            now = next_ns;
            demand_collect(&world.demand, now, 0);
            if (!demand_take(&world.demand, now, 0, &wish))
                continue;
            assert_int_equal(wish.step, 0);
        } else {
            assert_true(wish.step > last);
            assert_int_equal(wish.planned_ns, now);
        }
        last = wish.step;
        counts[wish.step]++;
        demand_done(&world.demand, &wish, now, 1);
    }
    assert_true(fabs(counts[1] - 5000) < 250);
    assert_true(fabs(counts[2] - 2500) < 250);
    demand_release(&world.demand);
}

/* The load on a thread does not depend on how many there are: together they are the whole. */
static void threads_share_the_users(void **state) {
    (void)state;
    struct world world = {0};
    users_of(&world, 7, 0);
    world.load.spans = &world.span;
    world.load.think = &world.think;
    world.load.span_count = 1;
    world.load.choices = &one_step;
    world.load.choice_count = 1;
    size_t all = 0;
    for (uint32_t part = 0; part < 3; part++) {
        struct demand demand;
        demand_init(&demand, &world.load, 1, part, 3, CONNECTIONS);
        demand_start(&demand, GO);
        demand_collect(&demand, GO, 0);
        all += demand.waiting;
        demand_release(&demand);
    }
    assert_int_equal(all, 7);
}

static void things_come_due_in_their_order(void **state) {
    (void)state;
    struct due due;
    due_init(&due, 1000);
    uint64_t expected = 0, taken = 0;
    for (uint32_t i = 0; i < 1000; i++)
        due_add(&due, (uint64_t)i * 7919 % 1000, i);
    due_remove(&due, 0);
    assert_int_equal(due.count, 999);
    for (struct due_entry entry; due_take(&due, 499, &entry); taken++) {
        assert_true(entry.ns >= expected);
        assert_int_equal(entry.ns, (uint64_t)entry.id * 7919 % 1000);
        expected = entry.ns;
    }
    assert_int_equal(taken, 499);
    assert_int_equal(due_next(&due), 500);
    due_release(&due);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arrivals_wait_when_nobody_is_idle),
        cmocka_unit_test(a_full_queue_drops),
        cmocka_unit_test(only_who_must_wait_is_dropped),
        cmocka_unit_test(who_waits_too_long_gives_up),
        cmocka_unit_test(what_is_returned_comes_first_again),
        cmocka_unit_test(tenants_are_counted_apart),
        cmocka_unit_test(users_think_and_wish),
        cmocka_unit_test(users_think_as_the_stage_has_it),
        cmocka_unit_test(who_found_nothing_rests),
        cmocka_unit_test(a_ramp_brings_users_and_takes_them_away),
        cmocka_unit_test(a_pool_alone_is_its_own_wish),
        cmocka_unit_test(tenants_have_their_share_and_their_limit),
        cmocka_unit_test(users_have_their_tenant_by_weight),
        cmocka_unit_test(a_burst_comes_at_once),
        cmocka_unit_test(a_rejected_user_thinks_again),
        cmocka_unit_test(steps_are_chosen_by_weight),
        cmocka_unit_test(a_walk_goes_through_the_steps_in_order),
        cmocka_unit_test(threads_share_the_users),
        cmocka_unit_test(things_come_due_in_their_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
