#include "stats/screening.h"

#include <math.h>

#include "stats/rank.h"

enum { HALF = SCREENING_RUNS / 2 };

bool screening_high(size_t run, size_t factor) {
    /* The source's first row; the next ones are this one moved on by one place each, the last has
     * all factors low. */
    static const bool first[SCREENING_FACTORS] = {1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0};
    size_t row = run % HALF;
    bool high = row + 1 < HALF && first[(factor + SCREENING_FACTORS - row) % SCREENING_FACTORS];
    return run < HALF ? high : !high;
}

static double mean_contrast(const double *responses, size_t repeats, size_t column) {
    double sum = 0;
    for (size_t i = 0; i < repeats * SCREENING_RUNS; i++)
        sum += screening_high(i % SCREENING_RUNS, column) ? responses[i] : -responses[i];
    return sum / ((double)repeats * HALF);
}

/* Lenth's pseudo standard error. */
static double pseudo_error(const double *effects) {
    double sizes[SCREENING_FACTORS];
    size_t count = 0;
    for (size_t i = 0; i < SCREENING_FACTORS; i++)
        sizes[i] = fabs(effects[i]);
    double most = 2.5 * 1.5 * rank_median(sizes, SCREENING_FACTORS);
    for (size_t i = 0; i < SCREENING_FACTORS; i++)
        if (fabs(effects[i]) <= most)
            sizes[count++] = fabs(effects[i]);
    return 1.5 * rank_median(sizes, count);
}

void screening_effects(const double *responses, size_t repeats, size_t factors,
                       struct screening_effect *out) {
    double effects[SCREENING_FACTORS];
    for (size_t column = 0; column < SCREENING_FACTORS; column++)
        effects[column] = mean_contrast(responses, repeats, column);
    double error = pseudo_error(effects);
    for (size_t factor = 0; factor < factors; factor++)
        out[factor] = (struct screening_effect){effects[factor], error};
}
