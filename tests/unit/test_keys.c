/* Which rows' keys are drawn: those that are there, in the shape that was asked for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "write/keys.h"

static const enum key_pick picks[] = {KEY_UNIFORM, KEY_ZIPF, KEY_LATEST};

static uint64_t draw(const struct keys *keys, enum key_pick pick, struct rng *rng) {
    uint64_t index;
    assert_true(keys_draw(keys, pick, rng, &index));
    return index;
}

static void an_empty_table_has_no_key(void **state) {
    (void)state;
    struct keys keys;
    struct rng rng = {1};
    uint64_t index;
    keys_init(&keys, 0, 0, 1);
    for (size_t i = 0; i < 3; i++)
        assert_false(keys_draw(&keys, picks[i], &rng, &index));
    keys_add(&keys, 0, 1);
    assert_true(keys_draw(&keys, KEY_ZIPF, &rng, &index));
    assert_int_equal(index, 0);
    keys_remove(&keys, 0);
    for (size_t i = 0; i < 3; i++)
        assert_false(keys_draw(&keys, picks[i], &rng, &index));
    keys_restore(&keys, 0);
    assert_true(keys_draw(&keys, KEY_LATEST, &rng, &index));
    assert_int_equal(index, 0);
    keys_release(&keys);
}

/* The rows from before the load belong to one worker each. */
static void first_rows_are_shared_out(void **state) {
    (void)state;
    static const uint64_t totals[] = {0, 1, 7, 64, 100, 1000};
    for (size_t t = 0; t < sizeof totals / sizeof *totals; t++)
        for (uint32_t parts = 1; parts <= 5; parts++) {
            uint64_t sum = 0;
            for (uint32_t part = 0; part < parts; part++) {
                struct keys keys;
                keys_init(&keys, totals[t], part, parts);
                assert_int_equal(keys.count, keys.seeded);
                sum += keys.count;
                keys_release(&keys);
            }
            assert_int_equal(sum, totals[t]);
        }
}

/* Rows come and go at random, beside a plain list of what is there. */
static void only_what_is_there_is_drawn(void **state) {
    (void)state;
    enum { SEEDED = 300, ROWS = 3000 };
    bool there[SEEDED + ROWS] = {false};
    struct keys keys;
    struct rng rng = {42};
    uint64_t count = SEEDED;
    keys_init(&keys, SEEDED, 0, 1);
    memset(there, true, SEEDED);
    for (uint64_t i = 0; i < 60000; i++) {
        uint64_t row = rng_below(&rng, ROWS), length = 1 + rng_below(&rng, 5);
        if (i % 10 == 0 && row + length <= ROWS) {
            keys_add(&keys, row, length);
            for (uint64_t k = SEEDED + row; k < SEEDED + row + length; k++) {
                count += !there[k];
                there[k] = true;
            }
        }
        uint64_t index;
        if (!keys_draw(&keys, picks[i % 3], &rng, &index)) {
            assert_int_equal(count, 0);
            continue;
        }
        assert_true(index < SEEDED + ROWS);
        assert_true(there[index]);
        if (i % 3 == 0 || i % 7 == 0) {
            keys_remove(&keys, index);
            keys_remove(&keys, index); /* is gone but once */
            there[index] = i % 7 == 0;
            if (there[index])
                keys_restore(&keys, index);
            else
                count--;
        }
        assert_int_equal(keys.count, count);
        assert_int_equal(keys.low % 64, 0);
        for (uint64_t k = 0; i % 1000 == 0 && k < keys.low; k++)
            assert_false(there[k]);
    }
    keys_release(&keys);
}

/* Pearson's statistic against uniform: 99 degrees of freedom, mean 99, deviation 14. */
static void uniform_is_uniform(void **state) {
    (void)state;
    enum { ROWS = 100, DRAWS = 100000 };
    struct keys keys;
    struct rng rng = {7};
    uint64_t seen[2 * ROWS] = {0};
    double chi = 0, expected = (double)DRAWS / ROWS;
    keys_init(&keys, 2 * ROWS, 0, 1);
    for (uint64_t i = 0; i < 2 * ROWS; i += 2)
        keys_remove(&keys, i);
    for (int i = 0; i < DRAWS; i++)
        seen[draw(&keys, KEY_UNIFORM, &rng)]++;
    for (size_t i = 1; i < 2 * ROWS; i += 2)
        chi += ((double)seen[i] - expected) * ((double)seen[i] - expected) / expected;
    assert_true(chi < 99 + 6 * 14);
    keys_release(&keys);
}

/* Row r of 100 has the weight 1 / (r + 1); latest: counted from the end. */
static void zipf_and_latest_have_their_shape(void **state) {
    (void)state;
    enum { ROWS = 100, DRAWS = 200000 };
    struct keys keys;
    struct rng rng = {7};
    double harmonic = 0;
    keys_init(&keys, 40, 0, 1);
    keys_add(&keys, 0, ROWS - 40);
    for (int i = 1; i <= ROWS; i++)
        harmonic += 1.0 / i;
    for (size_t p = 1; p < 3; p++) {
        uint64_t seen[ROWS] = {0};
        double chi = 0;
        for (int i = 0; i < DRAWS; i++)
            seen[draw(&keys, picks[p], &rng)]++;
        for (size_t i = 0; i < ROWS; i++) {
            double expected = DRAWS / harmonic / (double)(i + 1);
            double off = (double)seen[picks[p] == KEY_ZIPF ? i : ROWS - 1 - i] - expected;
            chi += off * off / expected;
        }
        assert_true(chi < 99 + 6 * 14);
    }
    keys_release(&keys);
}

/* 10 million rows, of which one in ten thousand is left: each draw is a look at a few hundred words
 * of the map, not at all of it (which would be minutes). */
static void few_of_many_are_found_quickly(void **state) {
    (void)state;
    enum { ROWS = 10000000, KEPT = 10000, DRAWS = 100000 };
    struct keys keys;
    struct rng rng = {3};
    uint8_t *seen = calloc(ROWS / KEPT, 1);
    keys_init(&keys, ROWS, 0, 1);
    for (uint64_t i = 0; i < ROWS; i++)
        if (i % KEPT != KEPT / 2)
            keys_remove(&keys, i);
    assert_int_equal(keys.count, ROWS / KEPT);
    uint64_t start = clock_process_cpu_ns();
    for (int i = 0; i < DRAWS; i++) {
        uint64_t index = draw(&keys, picks[i % 3], &rng);
        assert_int_equal(index % KEPT, KEPT / 2);
        if (i % 3 == 0)
            seen[index / KEPT] = 1;
    }
    assert_true(clock_process_cpu_ns() - start < 60 * NS_PER_S);
    for (size_t i = 0; i < ROWS / KEPT; i++)
        assert_true(seen[i]);
    free(seen);
    keys_release(&keys);
}

/* A queue: the oldest rows go, new ones come. What is below is not looked at any more. */
static void low_follows_a_queue(void **state) {
    (void)state;
    struct keys keys;
    keys_init(&keys, 0, 0, 1);
    for (uint64_t i = 0; i < 100000; i++) {
        keys_add(&keys, i, 1);
        if (i >= 100)
            keys_remove(&keys, i - 100);
    }
    assert_int_equal(keys.count, 100);
    assert_true(keys.low > 100000 - 100 - 128 && keys.low <= 100000 - 100);
    keys_restore(&keys, 5);
    assert_int_equal(keys.low, 0);
    struct rng rng = {1};
    uint64_t seen = 0;
    for (int i = 0; i < 1000; i++)
        seen += draw(&keys, KEY_ZIPF, &rng) == 5;
    assert_true(seen > 0);
    keys_release(&keys);
}

/* What another transaction works on is not to be deleted; what nobody does, is found. */
static void a_row_in_use_is_left_alone(void **state) {
    (void)state;
    struct keys keys;
    struct rng rng = {1};
    uint64_t index;
    keys_init(&keys, 4, 0, 1);
    keys_use(&keys, 0);
    keys_use(&keys, 0);
    keys_use(&keys, 2);
    keys_use(&keys, 3);
    for (int i = 0; i < 300; i++) {
        assert_true(keys_draw_unused(&keys, picks[i % 3], &rng, &index));
        assert_int_equal(index, 1);
    }
    keys_remove(&keys, 1);
    assert_false(keys_draw_unused(&keys, KEY_UNIFORM, &rng, &index));
    keys_unuse(&keys, 0);
    assert_false(keys_draw_unused(&keys, KEY_ZIPF, &rng, &index));
    keys_unuse(&keys, 0);
    assert_true(keys_draw_unused(&keys, KEY_LATEST, &rng, &index));
    assert_int_equal(index, 0);
    keys_release(&keys);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_table_has_no_key),
        cmocka_unit_test(first_rows_are_shared_out),
        cmocka_unit_test(only_what_is_there_is_drawn),
        cmocka_unit_test(uniform_is_uniform),
        cmocka_unit_test(zipf_and_latest_have_their_shape),
        cmocka_unit_test(few_of_many_are_found_quickly),
        cmocka_unit_test(low_follows_a_queue),
        cmocka_unit_test(a_row_in_use_is_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
