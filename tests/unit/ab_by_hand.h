/* A study made by hand: 14 pairs, B slower, with an index more. */
#ifndef PGWRITE_TESTS_AB_BY_HAND_H
#define PGWRITE_TESTS_AB_BY_HAND_H

#include "comparison_by_hand.h"
#include "result/ab.h"
#include "result_by_hand.h"

enum { PAIRS_BY_HAND = 16 };

struct study {
    struct arena arenas[2];
    struct result a, b;
    struct ab_result ab;
};

static inline struct result make_side(struct arena *arena) {
    struct result result = make_result(arena, 1, 1);
    result.cells[0] = make_cell("insert", 1, (uint64_t[]){1000});
    result_cell_summarise(&result.cells[0]);
    return result;
}

static inline void make_pairs(struct ab_result *ab, size_t count) {
    static struct ab_pair pairs[PAIRS_BY_HAND];
    for (size_t i = 0; i < count; i++) {
        pairs[i] = (struct ab_pair){.b_first = i % 4 == 1 || i % 4 == 2, .valid = true};
        for (int metric = 0; metric < COMPARE_METRICS; metric++)
            pairs[i].a.value[metric] = pairs[i].b.value[metric] = UNKNOWN;
        pairs[i].a.value[COMPARE_ROWS_PER_S] = 1000;
        pairs[i].b.value[COMPARE_ROWS_PER_S] = 882;
    }
    ab->pairs = pairs;
    ab->pair_count = count;
}

static inline void invalidate(struct ab_result *ab, size_t pair, const char *why) {
    ab->pairs[pair].valid = false;
    ab->pairs[pair].why = why;
}

static inline void make_study(struct study *study) {
    memset(study, 0, sizeof *study);
    study->a = make_side(&study->arenas[0]);
    study->b = make_side(&study->arenas[1]);
    struct ab_result *ab = &study->ab;
    *ab = (struct ab_result){.a = &study->a,
                             .b = &study->b,
                             .a_variant = "",
                             .b_variant = "schema=v2.sql set.work_mem=8MB",
                             .cell = "insert, pool 4, batch 100",
                             .pairs_planned = 20,
                             .looks = 1,
                             .early = true,
                             .compared = true,
                             .comparison = make_comparison(),
                             .steal_share = 0.03,
                             .pressure_cpu = 0.12,
                             .pressure_io = 0.03};
    make_pairs(ab, 14);
    found(&ab->comparison, COMPARE_ROWS_PER_S, -0.136, -0.118, -0.099, VERDICT_WORSE);
    found(&ab->comparison, COMPARE_WAL_BYTES, 0.4, 0.41, 0.42, VERDICT_WORSE);
    found(&ab->comparison, COMPARE_INDEX_BYTES, 0.8, 0.9, 1.0, VERDICT_WORSE);
}

static inline void release_study(struct study *study) {
    release(&study->a, NULL);
    release(&study->b, NULL);
}

#endif
