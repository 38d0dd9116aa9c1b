/* Another disk: servers that are made up of the model itself, so that the answer is known, and what
 * can't be foretold. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "stats/group_commit.h"
#include "study/size_internal.h"

#define POOL 16

/* A server that was measured: a sweep with repeats, two of them far off. */
struct world {
    struct arena arena;
    struct size_result result;
    struct server_facts server;
    struct threshold slo;
    struct size_point levels[6];
    struct size_probe soak;
};

static double simulated_per_s(uint32_t connections, double flush_s) {
    struct group_commit_run run;
    group_commit_run(&(struct group_commit){.connections = connections,
                                            .cpus = 2,
                                            .cpu_s = 1e-4,
                                            .after_share = 0.5,
                                            .pass_s = 5e-5,
                                            .flush_s = flush_s,
                                            .transactions = 20000,
                                            .seed = 77},
                     &run);
    histogram_free(run.response);
    return run.per_s;
}

static struct size_point point_of(uint32_t pool, double per_s) {
    return (struct size_point){
        .pool = pool,
        .commits_per_s = per_s,
        .rows_per_s = per_s * 2,
        .mean_s = pool / per_s,
        .server_cpu_us_per_row = 40,
        .client_cpu_us_per_row = 10,
        .wal_bytes_per_s = per_s * 1000,
        .checkpoint_bytes_per_s = UNKNOWN,
        .heap_bytes_per_row = 100,
        .index_bytes_per_row = 50,
    };
}

static void world_init(struct world *world, double flush_s) {
    double one = simulated_per_s(1, flush_s), pool = simulated_per_s(POOL, flush_s);
    memset(world, 0, sizeof *world);
    world->levels[0] = point_of(POOL, pool);
    world->levels[1] = point_of(1, one * 3);
    world->levels[2] = point_of(1, one / 5);
    world->levels[3] = point_of(POOL, pool);
    world->levels[4] = point_of(1, one);
    world->levels[5] = point_of(8, simulated_per_s(8, flush_s));
    world->slo = (struct threshold){.metric = METRIC_QUANTILE,
                                    .quantile = 0.99,
                                    .latency = LATENCY_RESPONSE,
                                    .gauge = THRESHOLD_ALL,
                                    .stage = THRESHOLD_ALL,
                                    .step = THRESHOLD_ALL,
                                    .compare = BELOW,
                                    .value = 50e6};
    world->soak.soak = true;
    world->soak.point = point_of(POOL, 1000);
    world->soak.point.checkpoint_bytes_per_s = 4e6;
    world->result = (struct size_result){
        .server = &world->server,
        .levels = world->levels,
        .level_count = 6,
        .pool = POOL,
        .closed_per_s = pool,
        .capacity_per_s = pool * 0.9,
        .rows_per_commit = 2,
        .needed_per_s = UNKNOWN,
        .probes = &world->soak,
        .probe_count = 1,
        .slos = &world->slo,
        .slo_count = 1,
        .prediction = {.asked = true, .fsync_s = UNKNOWN, .disk_bytes_per_s = UNKNOWN},
    };
}

static const struct size_prediction *predict(struct world *world, double flush_here_s) {
    size_predict(&world->result, 2, flush_here_s, 5, &world->arena);
    arena_release(&world->arena);
    return &world->result.prediction;
}

static void is_near(double value, double wanted, double share) {
    if (!(fabs(value - wanted) <= share * fabs(wanted)))
        fail_msg("%g, not %g", value, wanted);
}

/* The same model behind it: what it says of another disk is what that disk does. */
static void a_slower_disk(void **state) {
    (void)state;
    static const double flushes[] = {3e-4, 1e-3, 8e-3};
    for (size_t i = 0; i < sizeof flushes / sizeof *flushes; i++) {
        struct world world;
        world_init(&world, 1e-4);
        world.result.prediction.fsync_s = flushes[i];
        const struct size_prediction *out = predict(&world, 1e-4);
        assert_true(out->known);
        assert_null(out->unknown_why);
        is_near(out->closed_per_s, simulated_per_s(POOL, flushes[i]), 0.03);
        is_near(out->flush_bound_per_s, POOL / 2 / flushes[i], 1e-9);
        is_near(out->capacity_rows_per_s, out->capacity_per_s * 2, 1e-9);
        is_near(out->fsync_here_s, 1e-4, 0);
        assert_int_equal(out->fits, PREDICTED_UNKNOWN);
    }
}

static void a_faster_disk(void **state) {
    (void)state;
    struct world world;
    world_init(&world, 3e-3);
    world.result.prediction.fsync_s = 5e-4;
    const struct size_prediction *out = predict(&world, 3e-3);
    assert_true(out->known);
    is_near(out->closed_per_s, simulated_per_s(POOL, 5e-4), 0.1);
    assert_true(out->capacity_per_s > 2 * world.result.capacity_per_s);
}

static void the_same_disk_does_the_same(void **state) {
    (void)state;
    struct world world;
    world_init(&world, 1e-4);
    world.result.prediction.fsync_s = 1e-4;
    world.result.needed_per_s = world.result.capacity_per_s * 0.98;
    const struct size_prediction *out = predict(&world, 1e-4);
    is_near(out->closed_per_s, world.result.closed_per_s, 1e-9);
    is_near(out->capacity_per_s, world.result.capacity_per_s, 1e-9);
    assert_string_equal(out->limit, "as here");
    assert_int_equal(out->fits, PREDICTED_FITS);
    world.result.prediction.fsync_s = 8e-3;
    predict(&world, 1e-4);
    assert_string_equal(out->limit, "flushes");
    assert_int_equal(out->fits, PREDICTED_SHORT);
}

/* The probe says more than the server's flushes take. */
static void a_probe_that_is_too_long(void **state) {
    (void)state;
    struct world world;
    world_init(&world, 1e-3);
    world.result.prediction.fsync_s = 1e-2;
    const struct size_prediction *out = predict(&world, 1.5e-3);
    assert_true(out->known);
    is_near(out->closed_per_s, simulated_per_s(POOL, 1e-2), 0.05);
}

/* Nor does one connection tell: its rounds were slow as well. The pool's commits need a flush that
 * is shorter. */
static void a_flush_that_is_too_long_for_the_pool(void **state) {
    (void)state;
    struct world world;
    world_init(&world, 1e-3);
    for (size_t i = 0; i < 6; i++)
        if (world.levels[i].pool == 1)
            world.levels[i].mean_s = 1.65e-3;
    world.result.prediction.fsync_s = 1e-2;
    const struct size_prediction *out = predict(&world, 1.5e-3);
    assert_true(out->known);
    is_near(out->closed_per_s, simulated_per_s(POOL, 1e-2), 0.05);
}

/* The probe took 1.5 ms and the server's own flushes 1 ms: one of 1.3 ms is a faster disk by the
 * one and a slower one by the other, and no worse than this one. */
static void a_faster_disk_than_the_probed_one_is_not_slower(void **state) {
    (void)state;
    struct world world;
    world_init(&world, 1e-3);
    world.result.prediction.fsync_s = 1.3e-3;
    const struct size_prediction *out = predict(&world, 1.5e-3);
    assert_true(out->known);
    assert_true(out->closed_per_s >= world.result.closed_per_s * 0.999);
    assert_true(out->capacity_per_s >= world.result.capacity_per_s * 0.999);
}

/* What no rate has failed above is the least that the server may take. */
static void of_a_capacity_without_an_end_nothing_is_too_much(void **state) {
    (void)state;
    struct world world;
    world_init(&world, 1e-4);
    world.result.prediction.fsync_s = 8e-3;
    world.result.needed_per_s = world.result.capacity_per_s;
    world.result.high_per_s = UNKNOWN;
    const struct size_prediction *out = predict(&world, 1e-4);
    assert_true(out->known && out->capacity_per_s < world.result.needed_per_s);
    assert_int_equal(out->fits, PREDICTED_UNKNOWN);
    world.result.prediction.disk_bytes_per_s = 1000;
    predict(&world, 1e-4);
    assert_int_equal(out->fits, PREDICTED_SHORT);
}

/* No rate makes a flush of 8 ms answer in 5 ms; one of 1 ms does. */
static void the_slo_counts(void **state) {
    (void)state;
    struct world world;
    world_init(&world, 1e-4);
    world.slo.value = 5e6;
    world.result.prediction.fsync_s = 8e-3;
    world.result.needed_per_s = 1;
    const struct size_prediction *out = predict(&world, 1e-4);
    assert_true(out->known);
    assert_true(out->capacity_per_s == 0);
    assert_true(out->closed_per_s > 500);
    assert_int_equal(out->fits, PREDICTED_SHORT);
    world.result.prediction.fsync_s = 1e-3;
    predict(&world, 1e-4);
    double strict = out->capacity_per_s;
    assert_true(strict > 1000);
    world.result.slo_count = 0;
    predict(&world, 1e-4);
    assert_true(out->capacity_per_s > strict);
    /* Of a statement, or the other way round: it is not about response. */
    world.result.slo_count = 1;
    world.slo.latency = LATENCY_STATEMENT;
    double all = out->capacity_per_s;
    predict(&world, 1e-4);
    is_near(out->capacity_per_s, all, 0);
    /* Not even this server holds it. */
    world.slo.latency = LATENCY_RESPONSE;
    world.slo.value = 1e4;
    predict(&world, 1e-4);
    assert_false(out->known);
    assert_non_null(out->unknown_why);
}

static void cpu_that_is_not_known(void **state) {
    (void)state;
    struct world world;
    world_init(&world, 1e-4);
    for (size_t i = 0; i < 6; i++)
        world.levels[i].server_cpu_us_per_row = UNKNOWN;
    world.result.prediction.fsync_s = 8e-3;
    const struct size_prediction *out = predict(&world, 1e-4);
    assert_true(out->known);
    is_near(out->closed_per_s, simulated_per_s(POOL, 8e-3), 0.15);
}

static void bandwidth_alone(void **state) {
    (void)state;
    struct world world;
    world_init(&world, 1e-4);
    world.result.prediction.disk_bytes_per_s = 5e6;
    const struct size_prediction *out = predict(&world, UNKNOWN);
    assert_true(out->known);
    /* 1,000 bytes of WAL and 4,000 of the checkpoints. */
    is_near(out->disk_bound_per_s, 1000, 1e-9);
    is_near(out->capacity_per_s, 1000, 1e-9);
    is_near(out->closed_per_s, 1000, 1e-9);
    assert_string_equal(out->limit, "bandwidth");
    assert_true(out->flush_bound_per_s < 0);
    world.result.prediction.disk_bytes_per_s = 1e12;
    predict(&world, UNKNOWN);
    is_near(out->capacity_per_s, world.result.capacity_per_s, 0);
    assert_string_equal(out->limit, "as here");
    /* Without a soak: the pages that are new, 2 rows of 150 bytes. */
    world.result.prediction.disk_bytes_per_s = 1.3e6;
    world.result.probe_count = 0;
    predict(&world, UNKNOWN);
    is_near(out->disk_bound_per_s, 1000, 1e-9);
}

static void the_smaller_bound_holds(void **state) {
    (void)state;
    struct world world;
    world_init(&world, 1e-4);
    world.result.prediction.fsync_s = 8e-3;
    world.result.prediction.disk_bytes_per_s = 1e9;
    const struct size_prediction *out = predict(&world, 1e-4);
    assert_string_equal(out->limit, "flushes");
    double flushes = out->capacity_per_s;
    world.result.prediction.disk_bytes_per_s = flushes / 2 * 5000;
    predict(&world, 1e-4);
    assert_string_equal(out->limit, "bandwidth");
    is_near(out->capacity_per_s, flushes / 2, 1e-9);
}

static void is_unknown(struct world *world, double flush_here_s, const char *why) {
    const struct size_prediction *out = predict(world, flush_here_s);
    assert_false(out->known);
    assert_non_null(out->unknown_why);
    if (!strstr(out->unknown_why, why))
        fail_msg("\"%s\" and not \"%s\"", out->unknown_why, why);
    assert_true(out->capacity_per_s < 0 && out->capacity_rows_per_s < 0);
    assert_int_equal(out->fits, PREDICTED_UNKNOWN);
}

static void what_can_not_be_foretold(void **state) {
    (void)state;
    struct world world;
    world_init(&world, 1e-4);
    world.result.needed_per_s = 1;
    world.result.prediction.fsync_s = 1e-3;
    is_unknown(&world, UNKNOWN, "flush time");
    world.server.durability = ASYNC_COMMIT;
    is_unknown(&world, 1e-4, "synchronous_commit");
    struct fact_setting off = {.name = "fsync", .value = "off"};
    world.server = (struct server_facts){.settings = &off, .setting_count = 1};
    is_unknown(&world, 1e-4, "fsync is off");
    world.server.setting_count = 0;
    world.result.capacity_per_s = UNKNOWN;
    is_unknown(&world, 1e-4, "no capacity");
    assert_true(world.result.prediction.closed_per_s > 0);
    world.result.prediction.fsync_s = UNKNOWN;
    world.result.prediction.disk_bytes_per_s = 1e9;
    is_unknown(&world, 1e-4, "no capacity");
    world.result.prediction.fsync_s = 1e-3;
    for (size_t i = 0; i < 6; i++)
        world.levels[i].pool = POOL;
    is_unknown(&world, 1e-4, "one connection");
    world.result.pool = 0;
    world.levels[0].pool = 1;
    is_unknown(&world, 1e-4, "pool");
}

/* Far more than the CPUs can do: no model of this server. */
static void a_server_that_is_not_like_the_model(void **state) {
    (void)state;
    struct world world;
    world_init(&world, 1e-4);
    world.result.prediction.fsync_s = 1e-3;
    world.result.closed_per_s *= 10;
    is_unknown(&world, 1e-4, "model");
}

static void not_asked(void **state) {
    (void)state;
    struct world world;
    world_init(&world, 1e-4);
    world.result.prediction.asked = false;
    const struct size_prediction *out = predict(&world, 1e-4);
    assert_false(out->known);
    assert_null(out->unknown_why);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slower_disk),
        cmocka_unit_test(a_faster_disk),
        cmocka_unit_test(the_same_disk_does_the_same),
        cmocka_unit_test(a_probe_that_is_too_long),
        cmocka_unit_test(a_flush_that_is_too_long_for_the_pool),
        cmocka_unit_test(a_faster_disk_than_the_probed_one_is_not_slower),
        cmocka_unit_test(of_a_capacity_without_an_end_nothing_is_too_much),
        cmocka_unit_test(the_slo_counts),
        cmocka_unit_test(cpu_that_is_not_known),
        cmocka_unit_test(bandwidth_alone),
        cmocka_unit_test(the_smaller_bound_holds),
        cmocka_unit_test(what_can_not_be_foretold),
        cmocka_unit_test(a_server_that_is_not_like_the_model),
        cmocka_unit_test(not_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
