#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "base/rng.h"
#include "stats/screening.h"

static int sign(size_t run, size_t factor) {
    return screening_high(run, factor) ? 1 : -1;
}

static void near(double found, double wanted) {
    if (!(fabs(found - wanted) < 1e-9))
        fail_msg("%.12g is not %.12g", found, wanted);
}

/* Plackett and Burman's row for N = 12. */
static void begins_with_the_published_row(void **state) {
    (void)state;
    const char row[] = "++-+++---+-";
    for (size_t factor = 0; factor < SCREENING_FACTORS; factor++) {
        assert_int_equal(screening_high(0, factor), row[factor] == '+');
        assert_false(screening_high(11, factor));
        for (size_t run = 0; run < 12; run++)
            assert_int_equal(screening_high(run + 12, factor), !screening_high(run, factor));
    }
}

static void columns_are_orthogonal(void **state) {
    (void)state;
    for (size_t f = 0; f < SCREENING_FACTORS; f++) {
        int high = 0;
        for (size_t run = 0; run < SCREENING_RUNS; run++)
            high += screening_high(run, f);
        assert_int_equal(high, SCREENING_RUNS / 2);
        for (size_t g = 0; g < SCREENING_FACTORS; g++) {
            int product = 0;
            for (size_t run = 0; run < SCREENING_RUNS; run++)
                product += sign(run, f) * sign(run, g);
            assert_int_equal(product, f == g ? SCREENING_RUNS : 0);
        }
    }
}

/* Main effects alone come out as they are, though each repeat lies on a level of its own. */
static void finds_planted_effects(void **state) {
    (void)state;
    const double planted[SCREENING_FACTORS] = {5, -3, 0, 0.5, 100, 0, 7, -8, 9, 1, 2};
    double responses[3 * SCREENING_RUNS];
    for (size_t factors = 1; factors <= SCREENING_FACTORS; factors++)
        for (size_t repeats = 1; repeats <= 3; repeats++) {
            struct screening_effect effects[SCREENING_FACTORS];
            for (size_t i = 0; i < repeats * SCREENING_RUNS; i++) {
                responses[i] = i < SCREENING_RUNS ? 1000 : 1050;
                for (size_t f = 0; f < factors; f++)
                    responses[i] += planted[f] / 2 * sign(i % SCREENING_RUNS, f);
            }
            screening_effects(responses, repeats, factors, effects);
            for (size_t f = 0; f < factors; f++) {
                near(effects[f].effect, planted[f]);
            }
        }
}

/* Two factors that do something together, and nothing alone, give no other factor an effect; in
 * half of the design they would. */
static void interactions_of_two_drop_out(void **state) {
    (void)state;
    for (size_t f = 0; f < SCREENING_FACTORS; f++)
        for (size_t g = 0; g < f; g++) {
            double responses[SCREENING_RUNS], blurred = 0;
            struct screening_effect effects[SCREENING_FACTORS];
            for (size_t run = 0; run < SCREENING_RUNS; run++)
                responses[run] = 100 * sign(run, f) * sign(run, g);
            screening_effects(responses, 1, SCREENING_FACTORS, effects);
            for (size_t k = 0; k < SCREENING_FACTORS; k++) {
                double half = 0;
                near(effects[k].effect, 0);
                for (size_t run = 0; run < SCREENING_RUNS / 2; run++)
                    half += sign(run, k) * responses[run] / 6;
                blurred = fmax(blurred, fabs(half));
            }
            assert_true(blurred > 50);
        }
}

/* Effects of 1 to 9, and two of 100 that are left out: the median of the 11 is 6, twenty-two and a
 * half is the most, and the median of 1 to 9 is 5. */
static void error_is_lenths(void **state) {
    (void)state;
    const double planted[SCREENING_FACTORS] = {1, -2, 3, 4, -5, 6, 7, 8, 9, 100, -100};
    double responses[SCREENING_RUNS] = {0};
    struct screening_effect effects[SCREENING_FACTORS];
    for (size_t run = 0; run < SCREENING_RUNS; run++)
        for (size_t f = 0; f < SCREENING_FACTORS; f++)
            responses[run] += planted[f] / 2 * sign(run, f);
    for (size_t factors = 1; factors <= SCREENING_FACTORS; factors++) {
        screening_effects(responses, 1, factors, effects);
        near(effects[0].error, 7.5);
    }
}

/* Of noise of variance 1 (a uniform one times √12) an effect's standard error is √(4 / 24 repeats);
 * Lenth's mean over many studies is near it. */
static void error_is_that_of_noise(void **state) {
    (void)state;
    for (size_t repeats = 1; repeats <= 2; repeats++) {
        const int studies = 4000;
        double errors = 0, squares = 0;
        for (uint64_t study = 0; study < (uint64_t)studies; study++) {
            struct rng rng = rng_at(rng_key(2, "noise"), study);
            double responses[2 * SCREENING_RUNS];
            struct screening_effect effects[SCREENING_FACTORS];
            for (size_t i = 0; i < repeats * SCREENING_RUNS; i++)
                responses[i] = rng_unit(&rng) * sqrt(12);
            screening_effects(responses, repeats, 5, effects);
            errors += effects[0].error / studies;
            squares += effects[0].effect * effects[0].effect / studies;
        }
        double wanted = 4.0 / (24 * (double)repeats);
        assert_true(fabs(squares / wanted - 1) < 0.1);
        assert_true(fabs(errors / sqrt(wanted) - 1) < 0.1);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(begins_with_the_published_row),
        cmocka_unit_test(columns_are_orthogonal),
        cmocka_unit_test(finds_planted_effects),
        cmocka_unit_test(interactions_of_two_drop_out),
        cmocka_unit_test(error_is_lenths),
        cmocka_unit_test(error_is_that_of_noise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
