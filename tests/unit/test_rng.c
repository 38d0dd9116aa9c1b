#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "base/rng.h"

#define DRAWS 200000

/*
 * Pinned: the rows of a published result are made again from its seed, so these never change.
 * Worked out from the formulas of the header by another program.
 */
static const struct {
    uint64_t seed;
    const char *name;
    uint64_t row;
    uint64_t key;
    uint64_t draws[3];
    uint64_t below_500; /* of the first draw */
    double unit;        /* of the first draw */
} known[] = {
    {1ull,
     "site_id",
     0ull,
     0x2d77dbd80f9e0901ull,
     {0x5ff944c558d6508cull, 0x65dd6b4f8a37e3f8ull, 0xa9874c769e5d4307ull},
     187,
     0x1.7fe5131563594p-2},
    {1ull,
     "site_id",
     1ull,
     0x2d77dbd80f9e0901ull,
     {0xbacf9022d8eaf4deull, 0xcb6ed85fdcc37984ull, 0x513954b802208765ull},
     364,
     0x1.759f2045b1d5ep-1},
    {1ull,
     "payload",
     0ull,
     0xe36942dac4e27eafull,
     {0xbd39c4f714528263ull, 0xde29ff24497ebfb0ull, 0xac6bfddac47d1f36ull},
     369,
     0x1.7a7389ee28a50p-1},
    {2ull,
     "site_id",
     0ull,
     0xe35498b0ecdd1f9bull,
     {0xe8c583ca02136a91ull, 0x22f0f2e04a2e1c38ull, 0x65d6518636c93f2full},
     454,
     0x1.d18b07940426dp-1},
    {UINT64_MAX,
     "",
     UINT64_MAX,
     0xe4d971771b652c20ull,
     {0xe220a8397b1dcdafull, 0x6e789e6aa1b965f4ull, 0x06c45d188009454full},
     441,
     0x1.c4415072f63b9p-1},
    {42ull,
     "größe",
     1000000000000ull,
     0x7aca8205bbf7b1a0ull,
     {0xb24ce0ebf93e9fe8ull, 0xd7c25fd46e01daa6ull, 0x2606ef2b42184042ull},
     348,
     0x1.6499c1d7f27d3p-1},
};

static void draws_never_change(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        uint64_t key = rng_key(known[i].seed, known[i].name);
        assert_int_equal(key, known[i].key);
        struct rng rng = rng_at(key, known[i].row);
        for (int d = 0; d < 3; d++)
            assert_int_equal(rng_next(&rng), known[i].draws[d]);
        rng = rng_at(key, known[i].row);
        assert_int_equal(rng_below(&rng, 500), known[i].below_500);
        rng = rng_at(key, known[i].row);
        assert_true(rng_unit(&rng) == known[i].unit);
    }
}

/* The published first outputs of SplitMix64 for the seed 1234567. */
static void stream_is_splitmix64(void **state) {
    (void)state;
    struct rng rng = {1234567};
    assert_int_equal(rng_next(&rng), 6457827717110365317ull);
    assert_int_equal(rng_next(&rng), 3203168211198807973ull);
    assert_int_equal(rng_next(&rng), 9817491932198370423ull);
}

/* The bound that a chi-square of that many degrees of freedom exceeds once in 1,000 (Wilson,
 * Hilferty). */
static double chi_square_limit(double freedom) {
    double c = 2 / (9 * freedom);
    return freedom * pow(1 - c + 3.0902 * sqrt(c), 3);
}

static void assert_uniform(const uint32_t *counts, size_t cells, uint64_t draws) {
    double expected = (double)draws / (double)cells, chi_square = 0;
    for (size_t i = 0; i < cells; i++) {
        double off = (double)counts[i] - expected;
        chi_square += off * off / expected;
    }
    double limit = chi_square_limit((double)cells - 1);
    if (!(chi_square < limit))
        fail_msg("chi-square %.1f of %zu cells, limit %.1f", chi_square, cells, limit);
}

static void below_is_uniform_along_a_stream(void **state) {
    (void)state;
    static const uint64_t bounds[] = {2, 3, 7, 10, 100, 1000};
    for (size_t b = 0; b < sizeof(bounds) / sizeof(bounds[0]); b++) {
        uint32_t counts[1000] = {0};
        struct rng rng = rng_at(rng_key(1, "chi"), b);
        for (int i = 0; i < DRAWS; i++) {
            uint64_t drawn = rng_below(&rng, bounds[b]);
            assert_true(drawn < bounds[b]);
            counts[drawn]++;
        }
        assert_uniform(counts, bounds[b], DRAWS);
    }
}

/* A column takes the first draw of each row: that sequence must be as good as a stream. */
static void below_is_uniform_from_row_to_row(void **state) {
    (void)state;
    static const uint64_t bounds[] = {2, 3, 7, 10, 100, 1000};
    for (size_t b = 0; b < sizeof(bounds) / sizeof(bounds[0]); b++) {
        uint32_t counts[1000] = {0};
        uint64_t key = rng_key(b, "rows");
        for (uint64_t row = 0; row < DRAWS; row++) {
            struct rng rng = rng_at(key, row);
            counts[rng_below(&rng, bounds[b])]++;
        }
        assert_uniform(counts, bounds[b], DRAWS);
    }
}

static void neighbours_are_independent(void **state) {
    (void)state;
    uint32_t rows[256] = {0}, columns[256] = {0}, draws[256] = {0};
    uint64_t key = rng_key(1, "a"), other = rng_key(1, "b");
    for (uint64_t row = 0; row < DRAWS; row++) {
        struct rng here = rng_at(key, row), next = rng_at(key, row + 1),
                   beside = rng_at(other, row);
        uint64_t drawn = rng_below(&here, 16);
        rows[drawn * 16 + rng_below(&next, 16)]++;
        columns[drawn * 16 + rng_below(&beside, 16)]++;
        draws[drawn * 16 + rng_below(&here, 16)]++;
    }
    assert_uniform(rows, 256, DRAWS);
    assert_uniform(columns, 256, DRAWS);
    assert_uniform(draws, 256, DRAWS);
}

static void row_does_not_depend_on_the_order_of_rows(void **state) {
    (void)state;
    enum { ROWS = 1000 };
    uint64_t forward[ROWS], key = rng_key(3, "order");
    for (uint64_t row = 0; row < ROWS; row++) {
        struct rng rng = rng_at(key, row);
        forward[row] = rng_next(&rng) ^ rng_next(&rng);
    }
    for (uint64_t i = 0; i < ROWS; i++) {
        uint64_t row = (i * 617 + 11) % ROWS; /* 617 and 1,000 share no factor: every row once */
        struct rng rng = rng_at(key, row);
        assert_int_equal(rng_next(&rng) ^ rng_next(&rng), forward[row]);
    }
}

static void keys_of_like_names_differ(void **state) {
    (void)state;
    static const char *const names[] = {"", "a", "b", "aa", "ab", "ba", "a1", "a2", "A"};
    enum { NAMES = sizeof(names) / sizeof(names[0]) };
    uint64_t keys[4 * NAMES];
    for (uint64_t seed = 0; seed < 4; seed++)
        for (size_t n = 0; n < NAMES; n++)
            keys[seed * NAMES + n] = rng_key(seed, names[n]);
    for (size_t i = 0; i < 4 * NAMES; i++)
        for (size_t j = 0; j < i; j++)
            assert_int_not_equal(keys[i], keys[j]);
}

static void bounds_and_units_stay_in_range(void **state) {
    (void)state;
    struct rng any = {0}, rng = rng_at(rng_key(1, "unit"), 0);
    double sum = 0;
    for (int i = 0; i < DRAWS; i++) {
        assert_int_equal(rng_below(&any, 1), 0);
        double unit = rng_unit(&rng);
        assert_true(unit >= 0 && unit < 1);
        sum += unit;
    }
    /* Five standard errors of the mean of DRAWS uniform numbers. */
    assert_true(fabs(sum / DRAWS - 0.5) < 5 * sqrt(1.0 / 12 / DRAWS));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_never_change),
        cmocka_unit_test(stream_is_splitmix64),
        cmocka_unit_test(below_is_uniform_along_a_stream),
        cmocka_unit_test(below_is_uniform_from_row_to_row),
        cmocka_unit_test(neighbours_are_independent),
        cmocka_unit_test(row_does_not_depend_on_the_order_of_rows),
        cmocka_unit_test(keys_of_like_names_differ),
        cmocka_unit_test(bounds_and_units_stay_in_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
