/* What differs on the server's side, kind by kind, the largest first. */
#include <stdlib.h>

#include "report/ab_internal.h"

static const struct kind {
    const char *name;
    bool share; /* told in points */
} kinds[] = {
    [AB_WAIT] = {"waits", true},         [AB_WAL] = {"WAL B/row", false},
    [AB_INDEX] = {"index B/row", false}, [AB_PAGE_SPLIT] = {"splits/1,000 rows", false},
    [AB_HOT] = {"HOT updates", true},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

struct ranked {
    const struct ab_difference *difference;
    double kind_weight; /* the largest of its kind */
};

static int compare_weights(double a, double b) {
    return (a < b) - (a > b);
}

static int compare_ranked(const void *left, const void *right) {
    const struct ranked *a = left, *b = right;
    int order = compare_weights(a->kind_weight, b->kind_weight);
    if (!order)
        order = (int)a->difference->kind - (int)b->difference->kind;
    if (!order)
        order = compare_weights(a->difference->weight, b->difference->weight);
    return order ? order : (a->difference > b->difference) - (a->difference < b->difference);
}

static void set_value(struct table *table, size_t column, double value, bool share) {
    char field[FIELD_BYTES];
    if (is_known(value) && share)
        snprintf(field, sizeof field, "%.1f %%", value * 100);
    else
        show_ratio(field, sizeof field, value);
    table_set(table, column, field);
}

static void set_change(struct table *table, const struct ab_difference *difference) {
    char number[64], field[FIELD_BYTES];
    double a = difference->a, b = difference->b;
    bool share = kinds[difference->kind].share, index = difference->kind == AB_INDEX;
    if (!is_known(a) || !is_known(b))
        snprintf(field, sizeof field, "%s",
                 index && is_known(b)   ? "new"
                 : index && is_known(a) ? "gone"
                                        : DASH);
    else if (share)
        snprintf(field, sizeof field, "%s points", show_signed(number, sizeof number, b - a));
    else if (a > 0)
        snprintf(field, sizeof field, "%s %%", show_signed(number, sizeof number, b / a - 1));
    else
        snprintf(field, sizeof field, DASH);
    table_set(table, 4, field);
}

static void add_row(const struct ab_difference *difference, bool first, size_t name_columns,
                    struct table *table) {
    char field[512];
    struct strbuf name = STRBUF_INIT;
    bool share = kinds[difference->kind].share;
    plain_add(&name, difference->name);
    table_row(table);
    table_set(table, 0, first ? kinds[difference->kind].name : "");
    table_set(table, 1, show_cut(field, sizeof field, name.text, name_columns));
    set_value(table, 2, difference->a, share);
    set_value(table, 3, difference->b, share);
    set_change(table, difference);
    strbuf_release(&name);
}

size_t ab_differences(const struct ab_result *ab, size_t max, size_t name_columns,
                      struct table *table) {
    size_t count = ab->difference_count;
    double most[KINDS] = {0};
    struct ranked *ranked = mem_grow(NULL, count + 1, sizeof *ranked);
    for (size_t i = 0; i < count; i++) {
        const struct ab_difference *difference = &ab->differences[i];
        if (difference->weight > most[difference->kind])
            most[difference->kind] = difference->weight;
    }
    for (size_t i = 0; i < count; i++)
        ranked[i] = (struct ranked){&ab->differences[i], most[ab->differences[i].kind]};
    qsort(ranked, count, sizeof *ranked, compare_ranked);
    table_column(table, "", true, false, 0);
    table_column(table, "", true, false, 0);
    table_column(table, "A", false, false, 0);
    table_column(table, "B", false, false, 0);
    table_column(table, "change", false, false, 0);
    for (size_t i = 0; i < count && i < max; i++) {
        bool first = i == 0 || ranked[i].difference->kind != ranked[i - 1].difference->kind;
        add_row(ranked[i].difference, first, name_columns, table);
    }
    free(ranked);
    return count > max ? count - max : 0;
}
