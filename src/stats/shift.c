#include "stats/shift.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* Chances are sums of some hundred roundings: what is this near to a bound, relative to it, is on
 * it. */
#define CHANCE_ROUNDING 1e-9

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double normal_below(double z) {
    return erfc(-z / sqrt(2)) / 2;
}

/* How a whole number is distributed under chance: the weights of low, low + 1, …, one after the
 * other, which add up to total. */
struct chances {
    double *weights;
    size_t count;
    double total;
};

static void chances_release(struct chances *chances) {
    free(chances->weights);
}

/* The sum of those of the ranks whose sign is +, over all signs. Weights are kept as probabilities,
 * since 2^count is beyond a double for large counts. */
static void chances_of_signs(const uint32_t *ranks, size_t count, struct chances *out) {
    size_t most = 0;
    for (size_t i = 0; i < count; i++)
        most += ranks[i];
    *out = (struct chances){MEM_ARRAY(double, most + 1), most + 1, 1};
    double *weights = out->weights;
    weights[0] = 1;
    size_t reached = 0;
    for (size_t i = 0; i < count; i++) {
        size_t rank = ranks[i];
        reached += rank;
        for (size_t sum = reached + 1; sum-- > rank;)
            weights[sum] = (weights[sum] + weights[sum - rank]) / 2;
        for (size_t sum = 0; sum < rank && sum <= reached; sum++)
            weights[sum] /= 2;
    }
}

/* The sum of as many ranks as are dealt to one side, over all ways to deal. Ranks ascend. */
static void chances_of_deals(const uint32_t *ranks, size_t count, size_t dealt,
                             struct chances *out) {
    size_t most = 0;
    for (size_t i = count - dealt; i < count; i++)
        most += ranks[i];
    /* rows[k × width + sum]: ways to get that sum with k of the ranks so far. */
    size_t width = most + 1;
    double *rows = MEM_ARRAY(double, (dealt + 1) * width);
    rows[0] = 1;
    for (size_t i = 0; i < count; i++)
        for (size_t k = i + 1 < dealt ? i + 1 : dealt; k > 0; k--) {
            double *with = rows + k * width;
            const double *without = with - width;
            for (size_t sum = ranks[i]; sum < width; sum++)
                with[sum] += without[sum - ranks[i]];
        }
    *out = (struct chances){MEM_ARRAY(double, width), width, 0};
    memcpy(out->weights, rows + dealt * width, width * sizeof *rows);
    free(rows);
    for (size_t sum = 0; sum < width; sum++)
        out->total += out->weights[sum];
}

/* How often the number is at least as far from middle as it was seen; both doubled, so that a
 * middle between two numbers is whole. */
static double chances_beyond(const struct chances *chances, uint64_t middle2, uint64_t seen2) {
    uint64_t far = seen2 > middle2 ? seen2 - middle2 : middle2 - seen2;
    double sum = 0;
    for (size_t i = 0; i < chances->count; i++) {
        uint64_t at2 = 2 * (uint64_t)i;
        if ((at2 > middle2 ? at2 - middle2 : middle2 - at2) >= far)
            sum += chances->weights[i];
    }
    return fmin(sum / chances->total, 1);
}

/* How many of the lowest numbers, from first on, chance reaches in at most that share of cases
 * together. */
static size_t chances_tail(const struct chances *chances, size_t first, double share) {
    double limit = share * chances->total * (1 + CHANCE_ROUNDING), sum = 0;
    size_t tail = 0;
    while (first + tail < chances->count && sum + chances->weights[first + tail] <= limit)
        sum += chances->weights[first + tail++];
    return tail;
}

/* The same of the normal distribution, for numbers from 0 on; each stands for half a unit to both
 * sides. */
static size_t normal_tail(double mean, double deviation, double share) {
    size_t tail = 0, above = (size_t)mean + 1;
    while (tail + 1 < above) {
        size_t middle = tail + (above - tail) / 2;
        if (normal_below(((double)middle - 0.5 - mean) / deviation) <= share)
            tail = middle;
        else
            above = middle;
    }
    return tail;
}

static double normal_beyond(double mean, double variance, double seen) {
    double far = fmax(fabs(seen - mean) - 0.5, 0);
    return variance > 0 ? erfc(far / sqrt(2 * variance)) : 1;
}

/* The estimate and the interval among the values that the test counts: it rejects a shift below the
 * tail-th from either end. */
static void shift_among(double *values, size_t count, size_t tail, struct shift *out) {
    qsort(values, count, sizeof *values, compare);
    out->estimate =
        count % 2 ? values[count / 2] : values[count / 2 - 1] / 2 + values[count / 2] / 2;
    out->low = tail ? values[tail - 1] : -INFINITY;
    out->high = tail ? values[count - tail] : INFINITY;
}

static uint32_t *ranks_to(size_t count) {
    uint32_t *ranks = MEM_ARRAY(uint32_t, count);
    for (size_t i = 0; i < count; i++)
        ranks[i] = (uint32_t)i + 1;
    return ranks;
}

static size_t paired_tail(size_t count, double share) {
    double n = (double)count;
    if (count > SHIFT_EXACT_MAX)
        return normal_tail(n * (n + 1) / 4, sqrt(n * (n + 1) * (2 * n + 1) / 24), share);
    uint32_t *ranks = ranks_to(count);
    struct chances chances;
    chances_of_signs(ranks, count, &chances);
    size_t tail = chances_tail(&chances, 0, share);
    chances_release(&chances);
    free(ranks);
    return tail;
}

void shift_paired(const double *differences, size_t count, double confidence, struct shift *out) {
    size_t sums = count * (count + 1) / 2, at = 0;
    double *walsh = MEM_ARRAY(double, sums);
    for (size_t i = 0; i < count; i++)
        for (size_t j = i; j < count; j++)
            walsh[at++] = differences[i] / 2 + differences[j] / 2;
    shift_among(walsh, sums, paired_tail(count, (1 - confidence) / 2), out);
    free(walsh);
}

static size_t unpaired_tail(size_t a_count, size_t b_count, double share) {
    double m = (double)a_count, n = (double)b_count;
    if (a_count > SHIFT_EXACT_MAX || b_count > SHIFT_EXACT_MAX)
        return normal_tail(m * n / 2, sqrt(m * n * (m + n + 1) / 12), share);
    size_t dealt = a_count < b_count ? a_count : b_count;
    uint32_t *ranks = ranks_to(a_count + b_count);
    struct chances chances;
    chances_of_deals(ranks, a_count + b_count, dealt, &chances);
    size_t tail = chances_tail(&chances, dealt * (dealt + 1) / 2, share);
    chances_release(&chances);
    free(ranks);
    return tail;
}

void shift_unpaired(const double *a, size_t a_count, const double *b, size_t b_count,
                    double confidence, struct shift *out) {
    size_t at = 0;
    double *apart = MEM_ARRAY(double, a_count *b_count);
    for (size_t i = 0; i < a_count; i++)
        for (size_t j = 0; j < b_count; j++)
            apart[at++] = b[j] - a[i];
    shift_among(apart, at, unpaired_tail(a_count, b_count, (1 - confidence) / 2), out);
    free(apart);
}

/* A value of one of two kinds: of a sample, or of a sign. */
struct ranked {
    double value;
    bool counted; /* the sum is that of the ranks of these */
};

static int compare_ranked(const void *a, const void *b) {
    return compare(&((const struct ranked *)a)->value, &((const struct ranked *)b)->value);
}

/* Sorts, and gives each its rank doubled, equal ones the mean of theirs: twice a mean of whole
 * numbers in a row is whole. Returns the doubled sum of the ranks that are counted. */
static uint64_t rank_doubled(struct ranked *values, size_t count, uint32_t *ranks) {
    uint64_t sum = 0;
    qsort(values, count, sizeof *values, compare_ranked);
    for (size_t first = 0, end; first < count; first = end) {
        for (end = first + 1; end < count && values[end].value == values[first].value;)
            end++;
        for (size_t i = first; i < end; i++) {
            ranks[i] = (uint32_t)(first + 1 + end);
            sum += values[i].counted ? ranks[i] : 0;
        }
    }
    return sum;
}

static double signs_p(const uint32_t *ranks, size_t count, uint64_t seen) {
    uint64_t all = 0;
    double squares = 0;
    for (size_t i = 0; i < count; i++) {
        all += ranks[i];
        squares += (double)ranks[i] * ranks[i];
    }
    /* Half of the doubled ranks' sum is the middle of the ranks' own. */
    if (count > SHIFT_EXACT_MAX)
        return normal_beyond((double)all / 4, squares / 16, (double)seen / 2);
    struct chances chances;
    chances_of_signs(ranks, count, &chances);
    double p = chances_beyond(&chances, all, 2 * seen);
    chances_release(&chances);
    return p;
}

double shift_paired_p(const double *differences, size_t count) {
    struct ranked *values = MEM_ARRAY(struct ranked, count + 1);
    uint32_t *ranks = MEM_ARRAY(uint32_t, count + 1);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (differences[i] != 0)
            values[kept++] = (struct ranked){fabs(differences[i]), differences[i] > 0};
    uint64_t seen = rank_doubled(values, kept, ranks);
    double p = kept ? signs_p(ranks, kept, seen) : 1;
    free(values);
    free(ranks);
    return p;
}

/* seen: the doubled ranks' sum of those that were dealt. */
static double deals_p(const uint32_t *ranks, size_t count, size_t dealt, uint64_t seen) {
    double n = (double)count, k = (double)dealt, squares = 0;
    for (size_t i = 0; i < count; i++)
        squares += ((double)ranks[i] - (n + 1)) * ((double)ranks[i] - (n + 1));
    if (dealt > SHIFT_EXACT_MAX || count - dealt > SHIFT_EXACT_MAX)
        return normal_beyond(k * (n + 1) / 2, k * (n - k) / (n * (n - 1)) * squares / 4,
                             (double)seen / 2);
    struct chances chances;
    chances_of_deals(ranks, count, dealt, &chances);
    /* Mean ranks keep the sum of all, and so the middle: dealt × (count + 1) / 2. */
    double p = chances_beyond(&chances, 2 * (uint64_t)dealt * (count + 1), 2 * seen);
    chances_release(&chances);
    return p;
}

double shift_unpaired_p(const double *a, size_t a_count, const double *b, size_t b_count) {
    size_t count = a_count + b_count;
    struct ranked *values = MEM_ARRAY(struct ranked, count);
    uint32_t *ranks = MEM_ARRAY(uint32_t, count);
    /* The sum of the smaller sample: the other's is what remains, and just as far off. */
    for (size_t i = 0; i < a_count; i++)
        values[i] = (struct ranked){a[i], a_count <= b_count};
    for (size_t j = 0; j < b_count; j++)
        values[a_count + j] = (struct ranked){b[j], b_count < a_count};
    uint64_t seen = rank_doubled(values, count, ranks);
    double p = deals_p(ranks, count, a_count < b_count ? a_count : b_count, seen);
    free(values);
    free(ranks);
    return p;
}
