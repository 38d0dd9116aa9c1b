#include "stats/change_points.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/rng.h"

/* The same split, summed up in another order, is as far as before. */
#define DISTANCE_ROUNDING 1e-9

struct segment {
    const double *values;
    size_t first, end;
    double *order;    /* its values, in the order that is looked at */
    double *apart;    /* of each in order, the sum of its distances to all the others */
    double apart_all; /* of all pairs */
};

/* The energy distance of two parts, scaled by their sizes as the source's Q: from the sums of the
 * distances of the pairs within each and across. */
static double energy(double left, double right, double all, size_t left_count, size_t right_count) {
    double m = (double)left_count, n = (double)right_count;
    double across = all - left - right;
    return m * n / (m + n) *
           (2 * across / (m * n) - left / (m * (m - 1) / 2) - right / (n * (n - 1) / 2));
}

/* The largest distance, and how many values the left part has then. What a value adds to the sum of
 * the left part it takes, but for its distances to there, from that of the right. */
static double largest_distance(const struct segment *segment, size_t *left_count) {
    size_t count = segment->end - segment->first;
    double left = 0, right = segment->apart_all, largest = -INFINITY;
    for (size_t i = 0; i + CHANGE_SEGMENT_MIN < count; i++) {
        double to_left = 0;
        for (size_t j = 0; j < i; j++)
            to_left += fabs(segment->order[i] - segment->order[j]);
        left += to_left;
        right -= segment->apart[i] - to_left;
        if (i + 1 < CHANGE_SEGMENT_MIN)
            continue;
        double distance = energy(left, right, segment->apart_all, i + 1, count - i - 1);
        if (distance > largest) {
            largest = distance;
            *left_count = i + 1;
        }
    }
    return largest;
}

static void measure(struct segment *segment) {
    size_t count = segment->end - segment->first;
    memcpy(segment->order, segment->values + segment->first, count * sizeof *segment->order);
    segment->apart_all = 0;
    for (size_t i = 0; i < count; i++) {
        segment->apart[i] = 0;
        for (size_t j = 0; j < count; j++)
            segment->apart[i] += fabs(segment->order[i] - segment->order[j]);
        segment->apart_all += segment->apart[i] / 2;
    }
}

static void swap(double *values, size_t i, size_t j) {
    double kept = values[i];
    values[i] = values[j];
    values[j] = kept;
}

static void shuffle(struct segment *segment, struct rng *rng) {
    for (size_t i = segment->end - segment->first; i > 1; i--) {
        size_t j = rng_below(rng, i);
        swap(segment->order, i - 1, j);
        swap(segment->apart, i - 1, j);
    }
}

/* Whether few enough orders of the values reach that distance; theirs is one of the orders. */
static bool is_seldom(struct segment *segment, double distance, uint64_t seed) {
    const size_t most = (size_t)(CHANGE_SIGNIFICANCE * (CHANGE_PERMUTATIONS + 1) + 0.5);
    struct rng rng = rng_at(rng_key(seed, "change points"), segment->first);
    size_t reached = 1, ignored;
    for (size_t i = 0; i < CHANGE_PERMUTATIONS && reached <= most; i++) {
        shuffle(segment, &rng);
        reached += largest_distance(segment, &ignored) >= distance * (1 - DISTANCE_ROUNDING);
    }
    return reached <= most;
}

/* Where the second part of the segment begins; its end if it is not to be cut. */
static size_t cut(struct segment *segment, uint64_t seed) {
    size_t left_count = 0;
    if (segment->end - segment->first < 2 * CHANGE_SEGMENT_MIN)
        return segment->end;
    measure(segment);
    double distance = largest_distance(segment, &left_count);
    return distance > 0 && is_seldom(segment, distance, seed) ? segment->first + left_count
                                                              : segment->end;
}

size_t change_points(const double *values, size_t count, uint64_t seed, size_t *at, size_t max) {
    struct segment segment = {.values = values,
                              .order = MEM_ARRAY(double, count + 1),
                              .apart = MEM_ARRAY(double, count + 1)};
    /* The ends of the segments that are yet to be looked at, the leftmost last: so cuts are found
     * from the left to the right but for those inside, which wait here as ends. */
    size_t *ends = MEM_ARRAY(size_t, count / CHANGE_SEGMENT_MIN + 1), waiting = 0, found = 0;
    ends[waiting++] = count;
    while (waiting > 0 && found < max) {
        segment.end = ends[waiting - 1];
        size_t second = cut(&segment, seed);
        if (second < segment.end) {
            ends[waiting++] = second;
            continue;
        }
        segment.first = segment.end;
        if (--waiting > 0)
            at[found++] = segment.first;
    }
    free(segment.order);
    free(segment.apart);
    free(ends);
    return found;
}
