/* How drawn values spread: against theory, by chi-square and by mean. Seeds are fixed, so the
 * results are too; the bounds are those of a probability of about one in a thousand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* after the above */
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#include "row/dist.h"
#include "row/generator.h"

#define DRAWS 200000
#define BINS_MAX 64

static double chi_square(const uint64_t *seen, const double *shares, size_t bins) {
    double sum = 0, n = 0;
    for (size_t i = 0; i < bins; i++)
        n += (double)seen[i];
    for (size_t i = 0; i < bins; i++)
        sum += pow((double)seen[i] - n * shares[i], 2) / (n * shares[i]);
    return sum;
}

/* The 99.9 % point of chi-square, by Wilson and Hilferty's approximation. */
static double chi_square_limit(size_t degrees) {
    double a = 2.0 / (9.0 * (double)degrees);
    return (double)degrees * pow(1 - a + 3.0902 * sqrt(a), 3);
}

static void assert_fits(const uint64_t *seen, const double *shares, size_t bins) {
    double statistic = chi_square(seen, shares, bins), limit = chi_square_limit(bins - 1);
    if (statistic > limit)
        fail_msg("chi-square %.1f is above %.1f (%zu bins)", statistic, limit, bins);
}

/* Ranks 1..31 each, the others together. */
static void check_zipf(double skew, uint64_t ranks, uint64_t seed) {
    struct dist dist;
    dist_init(&dist, DIST_ZIPF, skew, ranks - 1);
    uint64_t seen[32] = {0}, key = rng_key(seed, "zipf");
    for (uint64_t row = 0; row < DRAWS; row++) {
        struct rng rng = rng_at(key, row);
        uint64_t index = dist_index(&dist, &rng);
        assert_true(index < ranks);
        seen[index < 31 ? index : 31]++;
    }
    double total = 0, shares[32] = {0};
    for (uint64_t rank = 1; rank <= ranks; rank++)
        total += pow((double)rank, -skew);
    for (uint64_t rank = 1; rank <= ranks; rank++)
        shares[rank <= 31 ? rank - 1 : 31] += pow((double)rank, -skew) / total;
    assert_fits(seen, shares, ranks < 32 ? (size_t)ranks : 32);
}

static void zipf_has_its_frequencies(void **state) {
    (void)state;
    static const double skews[] = {0.3, 0.99, 1, 1.0000001, 1.2, 2, 4};
    for (size_t i = 0; i < sizeof(skews) / sizeof(skews[0]); i++) {
        check_zipf(skews[i], 2, 1);
        check_zipf(skews[i], 10, 2);
        if (skews[i] <= 2) { /* else the tail's bins are too empty for chi-square */
            check_zipf(skews[i], 500, 3);
            check_zipf(skews[i], 100000, 4);
        }
    }
}

static void every_dist_takes_any_range(void **state) {
    (void)state;
    static const uint64_t spans[] = {0, 1, 1ull << 40, 1ull << 53, UINT64_MAX - 1, UINT64_MAX};
    for (size_t i = 0; i < sizeof(spans) / sizeof(spans[0]); i++)
        for (int kind = 0; kind < DIST_COUNT; kind++) {
            struct dist dist;
            dist_init(&dist, (enum dist_kind)kind, 10, spans[i]);
            for (uint64_t row = 0; row < 2000; row++) {
                struct rng rng = rng_at(7, row);
                assert_true(dist_index(&dist, &rng) <= spans[i]);
            }
        }
}

static void uniform_is_even(void **state) {
    (void)state;
    struct dist dist;
    dist_init(&dist, DIST_UNIFORM, 1, 49);
    uint64_t seen[50] = {0};
    double shares[50];
    for (uint64_t row = 0; row < DRAWS; row++) {
        struct rng rng = rng_at(3, row);
        seen[dist_index(&dist, &rng)]++;
    }
    for (size_t i = 0; i < 50; i++)
        shares[i] = 1.0 / 50;
    assert_fits(seen, shares, 50);
}

/* Bins of a fraction in [0, 1) against a distribution function that is 0 at 0 and 1 at 1. */
static void check_fraction(enum dist_kind kind, double (*cumulative)(double), double mean) {
    struct dist dist;
    dist_init_real(&dist, kind, 1);
    uint64_t seen[20] = {0};
    double shares[20], sum = 0;
    for (uint64_t row = 0; row < DRAWS; row++) {
        struct rng rng = rng_at(11, row);
        double fraction = dist_fraction(&dist, &rng);
        assert_true(fraction >= 0 && fraction < 1);
        sum += fraction;
        seen[(size_t)(fraction * 20)]++;
    }
    for (size_t i = 0; i < 20; i++)
        shares[i] = cumulative((double)(i + 1) / 20) - cumulative((double)i / 20);
    assert_fits(seen, shares, 20);
    assert_true(fabs(sum / DRAWS - mean) < 0.002);
}

static double normal_cumulative(double x) {
    double low = erfc(3 / sqrt(2)) / 2;
    return (erfc(-(x - 0.5) * 6 / sqrt(2)) / 2 - low) / (1 - 2 * low);
}

static void normal_has_its_shape(void **state) {
    (void)state;
    check_fraction(DIST_NORMAL, normal_cumulative, 0.5);
}

static double exponential_cumulative(double x) {
    const double c = 4.801007549722517;
    return (1 - exp(-c * x)) / (1 - exp(-c));
}

static void exponential_has_its_shape(void **state) {
    (void)state;
    check_fraction(DIST_EXPONENTIAL, exponential_cumulative, 0.2);
}

/* e^(z - 3) of a normal z within 3 of 0 */
static double lognormal_cumulative(double x) {
    double low = erfc(3 / sqrt(2)) / 2;
    return x <= exp(-6) ? 0 : (erfc(-(log(x) + 3) / sqrt(2)) / 2 - low) / (1 - 2 * low);
}

static void lognormal_has_its_shape(void **state) {
    (void)state;
    check_fraction(DIST_LOGNORMAL, lognormal_cumulative, 0.080433);
}

static void zipf_of_a_real_range_falls(void **state) {
    (void)state;
    struct dist dist;
    dist_init_real(&dist, DIST_ZIPF, 1);
    uint64_t first = 0;
    for (uint64_t row = 0; row < DRAWS; row++) {
        struct rng rng = rng_at(5, row);
        double fraction = dist_fraction(&dist, &rng);
        assert_true(fraction >= 0 && fraction < 1);
        first += fraction < 0.001;
    }
    double harmonic = 0;
    for (int rank = 1; rank <= 1000; rank++)
        harmonic += 1.0 / rank;
    assert_true(fabs((double)first / DRAWS - 1 / harmonic) < 0.004);
}

/* {gen: choice, of: {…}}: draws by value against the weights. */
static void check_weights(const char *const *weights, size_t count, uint64_t seed) {
    struct generator_arg items[BINS_MAX], of = {.key = "of", .items = items, .item_count = count};
    static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "h"};
    double shares[BINS_MAX], sum = 0, real;
    struct error error = {0};
    for (size_t i = 0; i < count; i++) {
        items[i] = (struct generator_arg){.key = names[i], .scalar = weights[i]};
        real = strtod(weights[i], NULL);
        shares[i] = real;
        sum += real;
    }
    for (size_t i = 0; i < count; i++)
        shares[i] /= sum;
    struct arena arena = {0};
    struct generator_args args = {.args = &of, .count = 1};
    struct column_generator column;
    assert_true(generator_compile(generator_find("choice"), &args, &arena, &column, &error));
    column.key = rng_key(seed, "t.kind");
    uint64_t seen[BINS_MAX] = {0};
    for (uint64_t row = 0; row < DRAWS; row++) {
        struct value value;
        column_draw(&column, row, NULL, &value);
        assert_int_equal(value.kind, VALUE_TEXT);
        seen[value.as.bytes.data[0] - 'a']++;
    }
    if (count > 1)
        assert_fits(seen, shares, count);
    arena_release(&arena);
}

static void choice_keeps_to_the_weights(void **state) {
    (void)state;
    check_weights((const char *const[]){"70", "25", "5"}, 3, 1);
    check_weights((const char *const[]){"0.001", "1e3", "0.5", "20"}, 4, 2);
    check_weights((const char *const[]){"1", "1", "1", "1", "1", "1", "1"}, 7, 3);
    check_weights((const char *const[]){"1", "2", "3", "4", "5", "6", "7", "8"}, 8, 4);
    check_weights((const char *const[]){"0.1"}, 1, 5);
}

static void null_and_true_have_their_shares(void **state) {
    (void)state;
    struct arena arena = {0};
    struct error error = {0};
    struct column_generator column;
    const char *const args[] = {"share", "30%", "null", "10%", NULL};
    assert_true(generator_make("bool", args, &arena, &column, &error));
    column.key = rng_key(1, "t.flag");
    double nulls = 0, trues = 0;
    for (uint64_t row = 0; row < DRAWS; row++) {
        struct value value;
        column_draw(&column, row, NULL, &value);
        nulls += value.kind == VALUE_NULL;
        trues += value.kind == VALUE_BOOL && value.as.boolean;
    }
    double rest = DRAWS - nulls;
    assert_true(fabs(nulls - 0.1 * DRAWS) < 3.3 * sqrt(DRAWS * 0.1 * 0.9));
    assert_true(fabs(trues - 0.3 * rest) < 3.3 * sqrt(rest * 0.3 * 0.7));
    arena_release(&arena);
}

static void lengths_and_letters_are_even(void **state) {
    (void)state;
    struct arena arena = {0};
    struct error error = {0};
    struct column_generator column;
    const char *const args[] = {"min", "0", "max", "9", "chars", "abcdefghij", NULL};
    assert_true(generator_make("text", args, &arena, &column, &error));
    column.key = rng_key(2, "t.text");
    struct scratch scratch;
    scratch_init(&scratch, generator_max_bytes(&column));
    uint64_t lengths[10] = {0}, letters[10] = {0};
    double shares[10];
    for (size_t i = 0; i < 10; i++)
        shares[i] = 0.1;
    for (uint64_t row = 0; row < DRAWS; row++) {
        struct value value;
        scratch_reset(&scratch);
        column_draw(&column, row, &scratch, &value);
        lengths[value.as.bytes.length]++;
        for (size_t i = 0; i < value.as.bytes.length; i++)
            letters[value.as.bytes.data[i] - 'a']++;
    }
    assert_fits(lengths, shares, 10);
    assert_fits(letters, shares, 10);
    scratch_release(&scratch);
    arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zipf_has_its_frequencies),
        cmocka_unit_test(every_dist_takes_any_range),
        cmocka_unit_test(uniform_is_even),
        cmocka_unit_test(normal_has_its_shape),
        cmocka_unit_test(exponential_has_its_shape),
        cmocka_unit_test(lognormal_has_its_shape),
        cmocka_unit_test(zipf_of_a_real_range_falls),
        cmocka_unit_test(choice_keeps_to_the_weights),
        cmocka_unit_test(null_and_true_have_their_shares),
        cmocka_unit_test(lengths_and_letters_are_even),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
