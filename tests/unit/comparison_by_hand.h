/* Comparisons made by hand: nothing is known of them but what a test needs. */
#ifndef PGWRITE_TESTS_COMPARISON_BY_HAND_H
#define PGWRITE_TESTS_COMPARISON_BY_HAND_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "result/comparison.h"

static inline struct comparison make_comparison(void) {
    struct comparison comparison = {
        .paired = true, .metric = COMPARE_ROWS_PER_S, .margin = 0.05, .a_count = 14, .b_count = 14};
    for (int metric = 0; metric < COMPARE_METRICS; metric++)
        comparison.findings[metric] =
            (struct comparison_finding){.a = UNKNOWN, .b = UNKNOWN, .p = 1};
    return comparison;
}

/* Of 14 pairs; narrow lies within the wide interval. */
static inline void found(struct comparison *comparison, enum comparison_metric metric, double low,
                         double estimate, double high, enum comparison_verdict verdict) {
    comparison->findings[metric] =
        (struct comparison_finding){.a = 1000,
                                    .b = 1000 * (1 + estimate),
                                    .count = 14,
                                    .known = true,
                                    .change = {estimate, low, high},
                                    .narrow = {estimate, low * 0.9, high * 0.9},
                                    .p = 0.01,
                                    .verdict = verdict};
}

static inline int columns_of_longest_line(const char *text) {
    int most = 0, columns = 0;
    for (; *text; text++) {
        columns = *text == '\n' ? 0 : columns + (((unsigned char)*text & 0xc0) != 0x80);
        most = columns > most ? columns : most;
    }
    return most;
}

static inline size_t count_of(const char *text, const char *what) {
    size_t count = 0;
    for (const char *at = strstr(text, what); at; at = strstr(at + 1, what))
        count++;
    return count;
}

#endif
