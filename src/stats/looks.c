#include "stats/looks.h"

#include <math.h>

void looks_plan(size_t pairs, struct looks *out) {
    if (pairs < 12)
        *out = (struct looks){.at = {pairs}, .share = {1}, .count = 1};
    else if (pairs <= 20)
        *out = (struct looks){.at = {LOOKS_FIRST, pairs}, .share = {0.2, 0.8}, .count = 2};
    else
        *out = (struct looks){.at = {LOOKS_FIRST, (LOOKS_FIRST + pairs) / 2, pairs},
                              .share = {0.2, 0.2, 0.6},
                              .count = 3};
}

static enum conclusion conclude(double margin, const struct shift *at_95,
                                const struct shift *at_90) {
    if (at_95->high < 0 && at_95->estimate <= -margin)
        return CONCLUDES_LESS;
    if (at_95->low > 0 && at_95->estimate >= margin)
        return CONCLUDES_MORE;
    if (at_90->low >= -margin && at_90->high <= margin)
        return CONCLUDES_SAME;
    return CONCLUDES_NOTHING;
}

enum conclusion looks_conclude_paired(const double *differences, size_t count, double margin,
                                      double share, struct shift *at_95, struct shift *at_90) {
    shift_paired(differences, count, 1 - 0.05 * share, at_95);
    shift_paired(differences, count, 1 - 0.10 * share, at_90);
    return conclude(margin, at_95, at_90);
}

enum conclusion looks_conclude_unpaired(const double *a, size_t a_count, const double *b,
                                        size_t b_count, double margin, struct shift *at_95,
                                        struct shift *at_90) {
    shift_unpaired(a, a_count, b, b_count, 0.95, at_95);
    shift_unpaired(a, a_count, b, b_count, 0.90, at_90);
    return conclude(margin, at_95, at_90);
}

/* By how many times an interval is too wide: to exclude 0 from the margin on, to lie within the
 * margin below it. */
static double times_too_wide(double margin, const struct shift *at_95, const struct shift *at_90) {
    double estimate = at_95->estimate;
    if (estimate >= margin)
        return (estimate - at_95->low) / estimate;
    if (estimate <= -margin)
        return (at_95->high - estimate) / -estimate;
    return fmax((at_90->high - estimate) / (margin - estimate),
                (estimate - at_90->low) / (margin + estimate));
}

size_t looks_pairs_needed(size_t count, double margin, const struct shift *at_95,
                          const struct shift *at_90) {
    double times = times_too_wide(margin, at_95, at_90);
    double needed = (double)count * times * times;
    /* Not so of an infinite interval, nor of a NAN. */
    if (!(needed <= LOOKS_NEEDED_MAX))
        return 0;
    return ((size_t)ceil(needed) + 3) / 4 * 4;
}
