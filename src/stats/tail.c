#include "stats/tail.h"

#include <float.h>
#include <math.h>

/* 1 − q has lost digits of q, and two whole numbers' shares differ by more than that as long as
 * fewer than 10^9 miss. */
#define SHARE_ROUNDING 1e-9
/* Where the search for a bound ends. Of 10^8 responses the logarithms' rounding leaves it exact to
 * some 10^-8 of itself, of fewer to less. */
#define BOUND_EXACT 1e-12

static double log_factorial(double n) {
    int sign; /* lgamma would write it to a variable of all threads */
    return lgamma_r(n + 1, &sign);
}

/* How often chance gives at most misses, fewer than count, of count if each misses with a share in
 * (0, 1). The terms of the binomial distribution from misses downwards, each from the one before
 * it: above misses / count of a share they fall all the way, and the sum ends where a term no
 * longer counts. */
static double at_most(uint64_t misses, uint64_t count, double share) {
    double n = (double)count, k = (double)misses;
    double term = exp(log_factorial(n) - log_factorial(k) - log_factorial(n - k) + k * log(share) +
                      (n - k) * log1p(-share));
    double sum = term;
    for (; k > 0 && (term > sum * DBL_EPSILON || k > n * share); k--) {
        term *= k * (1 - share) / ((n - k + 1) * share);
        sum += term;
    }
    return sum;
}

double tail_bound(uint64_t misses, uint64_t count, double confidence) {
    if (misses >= count)
        return 1;
    double chance = 1 - confidence;
    if (misses == 0)
        return -expm1(log(chance) / (double)count);
    double low = (double)misses / (double)count, high = 1;
    while (high - low > BOUND_EXACT * high) {
        double middle = low + (high - low) / 2;
        if (at_most(misses, count, middle) > chance)
            low = middle;
        else
            high = middle;
    }
    return high;
}

uint64_t tail_needed(double q) {
    return (uint64_t)ceil(log(1 - TAIL_CONFIDENCE) / log(q));
}

enum tail tail_judge(uint64_t misses, uint64_t count, double q) {
    if ((double)misses > (1 - q) * (double)count * (1 + SHARE_ROUNDING))
        return TAIL_MISSES;
    if (misses == 0)
        return count >= tail_needed(q) ? TAIL_HOLDS : TAIL_UNSURE;
    return at_most(misses, count, 1 - q) <= 1 - TAIL_CONFIDENCE ? TAIL_HOLDS : TAIL_UNSURE;
}
