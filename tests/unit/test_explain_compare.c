#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "study/explain.h"

#define ROUNDS 3
/* Rounding errors are less, and differences of the figures here more. */
#define NEAR 1e-9

/* Two sides of three rounds, with a cell each. */
struct world {
    struct arena arena;
    struct explain_round a[ROUNDS], b[ROUNDS];
    struct result_round rounds_a[ROUNDS], rounds_b[ROUNDS];
    struct result_cell cell_a, cell_b;
    struct result result_a, result_b;
    struct observation seen_a[ROUNDS], seen_b[ROUNDS];
    struct ab_pair pairs[ROUNDS];
    struct ab_result ab;
};

static int set_up(void **state) {
    struct world *w = MEM_NEW(struct world);
    for (size_t i = 0; i < ROUNDS; i++) {
        w->a[i] = w->b[i] =
            (struct explain_round){.rows = 100, .wal_rows = 1000, .page_splits = UNKNOWN};
        w->rounds_a[i].seconds = w->rounds_b[i].seconds = 10;
        w->pairs[i].valid = true;
    }
    w->cell_a = (struct result_cell){.rounds = w->rounds_a, .round_count = ROUNDS};
    w->cell_b = (struct result_cell){.rounds = w->rounds_b, .round_count = ROUNDS};
    w->result_a = (struct result){.cells = &w->cell_a, .cell_count = 1};
    w->result_b = (struct result){.cells = &w->cell_b, .cell_count = 1};
    w->ab = (struct ab_result){.a = &w->result_a,
                               .b = &w->result_b,
                               .pairs = w->pairs,
                               .pair_count = ROUNDS,
                               .explained = true};
    *state = w;
    return 0;
}

static int tear_down(void **state) {
    struct world *w = *state;
    arena_release(&w->arena);
    free(w);
    return 0;
}

static void compare(struct world *w) {
    explain_compare(w->a, w->b, ROUNDS, &w->arena, &w->ab);
}

static const struct ab_difference *difference(const struct world *w, enum ab_difference_kind kind,
                                              const char *name) {
    for (size_t i = 0; i < w->ab.difference_count; i++)
        if (w->ab.differences[i].kind == kind && strcmp(w->ab.differences[i].name, name) == 0)
            return &w->ab.differences[i];
    return NULL;
}

static void is_near(double value, double expected) {
    assert_true(value > expected - NEAR && value < expected + NEAR);
}

static void put_wal(struct explain_round *round, struct explain_wal *wal, size_t count,
                    double splits) {
    round->wal = wal;
    round->wal_count = count;
    round->page_splits = splits;
}

/* Shares of one round; the sampler's own kinds of no wait. */
static void put_waits(struct result_round *round, struct observation *seen, uint64_t samples,
                      double cpu, const char *type, const char *event) {
    *seen = (struct observation){.valid = true, .samples = samples, .event_count = 2};
    strcpy(seen->events[0].type, "CPU");
    strcpy(seen->events[0].event, "running");
    seen->events[0].share = cpu;
    strcpy(seen->events[1].type, type);
    strcpy(seen->events[1].event, event);
    seen->events[1].share = 1 - cpu;
    round->waits = seen;
}

static void nothing_known_is_nothing_told(void **state) {
    struct world *w = *state;
    compare(w);
    assert_int_equal(w->ab.index_count, 0);
    assert_int_equal(w->ab.difference_count, 0);
    assert_int_equal(w->ab.unexplained_count, 0);
}

static void an_index_is_the_median_of_the_rounds_that_know_it(void **state) {
    struct world *w = *state;
    struct explain_index a[] = {{"t", "pkey", 1000}};
    struct explain_index few[] = {{"t", "pkey", 1000}, {"t", "extra", 500}};
    struct explain_index more[] = {{"t", "pkey", 3000}, {"t", "extra", 700}};
    struct explain_index other[] = {{"u", "pkey", 5000}};
    for (size_t i = 0; i < ROUNDS; i++) {
        w->a[i].indexes = a;
        w->a[i].index_count = 1;
        w->b[i].indexes = i == 0 ? few : more;
        w->b[i].index_count = 2;
    }
    w->b[2].indexes = other;
    w->b[2].index_count = 1;
    w->b[2].rows = UNKNOWN;
    w->ab.explained = false;
    compare(w);
    assert_int_equal(w->ab.difference_count, 0);
    assert_int_equal(w->ab.index_count, 2);
    assert_string_equal(w->ab.indexes[0].name, "pkey");
    is_near(w->ab.indexes[0].a_bytes_per_row, 10);
    is_near(w->ab.indexes[0].b_bytes_per_row, 20);
    assert_string_equal(w->ab.indexes[1].name, "extra");
    assert_true(w->ab.indexes[1].a_bytes_per_row == UNKNOWN);
    is_near(w->ab.indexes[1].b_bytes_per_row, 6);
    w->ab.explained = true;
    compare(w);
    is_near(difference(w, AB_INDEX, "extra")->weight, 6.0 / 26);
    assert_true(difference(w, AB_INDEX, "extra")->a == UNKNOWN);
    is_near(difference(w, AB_INDEX, "pkey")->weight, 10.0 / 26);
}

static void a_manager_without_records_has_0_bytes_of_wal(void **state) {
    struct world *w = *state;
    struct explain_wal a[] = {{"Heap", 60000, 1000}};
    struct explain_wal b[] = {{"Heap", 60000, 1000}, {"Gin", 40000, 500}};
    for (size_t i = 0; i < ROUNDS; i++) {
        put_wal(&w->a[i], a, 1, 3);
        put_wal(&w->b[i], b, 2, 12);
    }
    /* Not read: neither 0 nor a part of the median. */
    put_wal(&w->b[1], NULL, 0, UNKNOWN);
    compare(w);
    const struct ab_difference *gin = difference(w, AB_WAL, "Gin");
    assert_true(gin->a == 0);
    is_near(gin->b, 40);
    is_near(gin->weight, 0.4);
    assert_null(difference(w, AB_WAL, "Heap"));
    const struct ab_difference *splits = difference(w, AB_PAGE_SPLIT, "");
    is_near(splits->a, 3);
    is_near(splits->b, 12);
    is_near(splits->weight, 0.75);
    /* Kinds in the order of their largest. */
    assert_int_equal(w->ab.difference_count, 2);
    assert_ptr_equal(splits, &w->ab.differences[0]);
}

static void wal_of_one_side_alone_is_no_difference(void **state) {
    struct world *w = *state;
    struct explain_wal a[] = {{"Heap", 60000, 1000}};
    for (size_t i = 0; i < ROUNDS; i++)
        put_wal(&w->a[i], a, 1, 3);
    compare(w);
    assert_int_equal(w->ab.difference_count, 0);
}

static void waits_are_of_all_rounds_by_their_seconds(void **state) {
    struct world *w = *state;
    for (size_t i = 0; i < ROUNDS; i++) {
        put_waits(&w->rounds_a[i], &w->seen_a[i], 10, 0.5, "IO", "WALSync");
        put_waits(&w->rounds_b[i], &w->seen_b[i], 10, i == 0 ? 0.9 : 0.3, "IO", "WalSync");
    }
    w->rounds_b[0].seconds = 20;
    compare(w);
    /* 20 s of 0.9 and 20 s of 0.3; two spellings are one wait. */
    is_near(difference(w, AB_WAIT, "CPU")->b, 0.6);
    is_near(difference(w, AB_WAIT, "IO:WALSync")->a, 0.5);
    is_near(difference(w, AB_WAIT, "IO:WALSync")->b, 0.4);
    is_near(difference(w, AB_WAIT, "IO:WALSync")->weight, 0.1);
    assert_int_equal(w->ab.difference_count, 2);
    assert_int_equal(w->ab.unexplained_count, 0);
}

static void too_few_samples_are_told_and_not_compared(void **state) {
    struct world *w = *state;
    const char *before[] = {"of the caller's"};
    w->ab.unexplained = before;
    w->ab.unexplained_count = 1;
    for (size_t i = 0; i < ROUNDS; i++) {
        put_waits(&w->rounds_a[i], &w->seen_a[i], 10, 0.5, "IO", "WALSync");
        put_waits(&w->rounds_b[i], &w->seen_b[i], 6, 0.9, "LWLock", "WALWrite");
    }
    compare(w);
    assert_int_equal(w->ab.difference_count, 0);
    assert_int_equal(w->ab.unexplained_count, 2);
    assert_string_equal(w->ab.unexplained[0], "of the caller's");
    assert_non_null(strstr(w->ab.unexplained[1], "samples of B"));
}

static void put_hot(struct result_round *round, double updated, double hot) {
    round->statistics.rows_updated = updated;
    round->statistics.rows_hot_updated = hot;
}

static void hot_shares_are_weighed_in_points(void **state) {
    struct world *w = *state;
    put_hot(&w->rounds_a[0], 100, 80);
    put_hot(&w->rounds_a[1], 300, 280);
    put_hot(&w->rounds_a[2], 300, UNKNOWN);
    compare(w);
    assert_int_equal(w->ab.difference_count, 0);
    put_hot(&w->rounds_b[0], 100, 89);
    compare(w);
    assert_int_equal(w->ab.difference_count, 0);
    put_hot(&w->rounds_b[0], 100, 30);
    compare(w);
    is_near(difference(w, AB_HOT, "")->weight, 0.6);
    is_near(difference(w, AB_HOT, "")->a, 0.9);
}

static void rounds_of_pairs_that_do_not_count_explain_nothing(void **state) {
    struct world *w = *state;
    for (size_t i = 0; i < ROUNDS; i++) {
        put_waits(&w->rounds_a[i], &w->seen_a[i], 100, 0.5, "IO", "WALSync");
        put_waits(&w->rounds_b[i], &w->seen_b[i], 100, i == 1 ? 0.9 : 0.4, "IO", "WALSync");
        put_hot(&w->rounds_a[i], 100, 50);
        put_hot(&w->rounds_b[i], 100, i == 1 ? 0 : 90);
    }
    w->pairs[1].valid = false;
    w->ab.pair_count = 2; /* the third was not run to its end */
    compare(w);
    is_near(difference(w, AB_WAIT, "CPU")->b, 0.4);
    is_near(difference(w, AB_HOT, "")->b, 0.9);
}

static void small_ones_are_left_out_and_so_are_more_than_eight(void **state) {
    struct world *w = *state;
    struct explain_index a[12], b[12];
    static const char *const names[] = {"i0", "i1", "i2", "i3", "i4",  "i5",
                                        "i6", "i7", "i8", "i9", "i10", "i11"};
    for (size_t i = 0; i < 12; i++) {
        a[i] = (struct explain_index){"t", names[i], 0};
        b[i] = (struct explain_index){"t", names[i], 1000.0 + (double)i};
    }
    a[11].bytes = b[11].bytes - 100; /* below 2 % of 12,000 */
    for (size_t i = 0; i < ROUNDS; i++) {
        w->a[i].indexes = a;
        w->b[i].indexes = b;
        w->a[i].index_count = w->b[i].index_count = 12;
    }
    compare(w);
    assert_int_equal(w->ab.index_count, 12);
    assert_int_equal(w->ab.difference_count, 8);
    assert_string_equal(w->ab.differences[0].name, "i10");
    assert_string_equal(w->ab.differences[7].name, "i3");
    for (size_t i = 0; i < ROUNDS; i++) {
        w->a[i].indexes = w->b[i].indexes = &b[11];
        w->a[i].index_count = w->b[i].index_count = 1;
    }
    compare(w);
    assert_int_equal(w->ab.difference_count, 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(nothing_known_is_nothing_told),
        TEST(an_index_is_the_median_of_the_rounds_that_know_it),
        TEST(a_manager_without_records_has_0_bytes_of_wal),
        TEST(wal_of_one_side_alone_is_no_difference),
        TEST(waits_are_of_all_rounds_by_their_seconds),
        TEST(too_few_samples_are_told_and_not_compared),
        TEST(hot_shares_are_weighed_in_points),
        TEST(rounds_of_pairs_that_do_not_count_explain_nothing),
        TEST(small_ones_are_left_out_and_so_are_more_than_eight),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
