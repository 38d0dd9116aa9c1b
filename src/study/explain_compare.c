/* What differs between two sides, over all of their rounds. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "stats/rank.h"
#include "study/explain.h"

enum { SHOWN_MAX = 8, KINDS = AB_HOT + 1 };
/* Of a kind's total: less is left out. */
#define SHARE_MIN 0.02
#define THOUSAND 1000.0

/* The rounds of one side. */
struct side {
    const struct explain_round *rounds;
    size_t count;
};

/* The differences of one kind. */
struct kind {
    struct ab_difference *list;
    size_t count, room;
    double total_a, total_b;
};

static void kind_add(struct kind *kind, enum ab_difference_kind number, const char *name, double a,
                     double b) {
    if (kind->count == kind->room) {
        kind->room = kind->room * 2 + 16;
        kind->list = mem_grow(kind->list, kind->room, sizeof *kind->list);
    }
    kind->list[kind->count++] =
        (struct ab_difference){.kind = number, .name = name, .a = a, .b = b, .weight = UNKNOWN};
    kind->total_a += is_known(a) ? a : 0;
    kind->total_b += is_known(b) ? b : 0;
}

/* Of those that are known. */
static double median_of(const double *values, size_t count) {
    return count > 0 ? rank_median(values, count) : UNKNOWN;
}

/* ---- indexes ---- */

static const struct explain_index *find_index(const struct explain_round *round,
                                              const struct explain_index *index) {
    for (size_t i = 0; i < round->index_count; i++)
        if (strcmp(round->indexes[i].name, index->name) == 0 &&
            strcmp(round->indexes[i].table, index->table) == 0)
            return &round->indexes[i];
    return NULL;
}

static double index_bytes_per_row(const struct side *side, const struct explain_index *index) {
    double *values = MEM_ARRAY(double, side->count + 1);
    size_t count = 0;
    for (size_t i = 0; i < side->count; i++) {
        const struct explain_index *found = find_index(&side->rounds[i], index);
        if (found && side->rounds[i].rows > 0)
            values[count++] = found->bytes / side->rounds[i].rows;
    }
    double median = median_of(values, count);
    free(values);
    return median;
}

/* Each index that a round of either side has, once: those of A in their order, then B's own. */
static void compare_indexes(const struct side *a, const struct side *b, struct arena *arena,
                            struct ab_result *ab) {
    const struct side *const sides[] = {a, b};
    size_t most = 0;
    for (size_t i = 0; i < a->count; i++)
        most += a->rounds[i].index_count + b->rounds[i].index_count;
    struct explain_round all = {.indexes = MEM_ARRAY(struct explain_index, most + 1)};
    for (size_t s = 0; s < 2; s++)
        for (size_t i = 0; i < sides[s]->count; i++)
            for (size_t k = 0; k < sides[s]->rounds[i].index_count; k++)
                if (!find_index(&all, &sides[s]->rounds[i].indexes[k]))
                    all.indexes[all.index_count++] = sides[s]->rounds[i].indexes[k];
    ab->indexes = ARENA_ARRAY(arena, struct ab_index, all.index_count + 1);
    ab->index_count = 0;
    for (size_t i = 0; i < all.index_count; i++) {
        struct ab_index index = {.table = all.indexes[i].table,
                                 .name = all.indexes[i].name,
                                 .a_bytes_per_row = index_bytes_per_row(a, &all.indexes[i]),
                                 .b_bytes_per_row = index_bytes_per_row(b, &all.indexes[i])};
        if (is_known(index.a_bytes_per_row) || is_known(index.b_bytes_per_row))
            ab->indexes[ab->index_count++] = index;
    }
    free(all.indexes);
}

static void add_indexes(const struct ab_result *ab, struct kind *kind) {
    for (size_t i = 0; i < ab->index_count; i++)
        kind_add(kind, AB_INDEX, ab->indexes[i].name, ab->indexes[i].a_bytes_per_row,
                 ab->indexes[i].b_bytes_per_row);
}

/* ---- WAL ---- */

static bool wal_is_known(const struct explain_round *round) {
    return is_known(round->page_splits) && round->wal_rows > 0;
}

/* A round whose WAL is known and that has no record of the manager has 0 bytes of it. */
static double wal_bytes_per_row(const struct side *side, const char *manager) {
    double *values = MEM_ARRAY(double, side->count + 1);
    size_t count = 0;
    for (size_t i = 0; i < side->count; i++) {
        const struct explain_round *round = &side->rounds[i];
        double bytes = 0;
        if (!wal_is_known(round))
            continue;
        for (size_t k = 0; k < round->wal_count; k++)
            if (strcmp(round->wal[k].manager, manager) == 0)
                bytes += round->wal[k].bytes;
        values[count++] = bytes / round->wal_rows;
    }
    double median = median_of(values, count);
    free(values);
    return median;
}

static double splits_per_thousand_rows(const struct side *side) {
    double *values = MEM_ARRAY(double, side->count + 1);
    size_t count = 0;
    for (size_t i = 0; i < side->count; i++)
        if (wal_is_known(&side->rounds[i]))
            values[count++] = side->rounds[i].page_splits / side->rounds[i].wal_rows * THOUSAND;
    double median = median_of(values, count);
    free(values);
    return median;
}

static bool has_name(const struct kind *kind, const char *name) {
    for (size_t i = 0; i < kind->count; i++)
        if (strcmp(kind->list[i].name, name) == 0)
            return true;
    return false;
}

/* Only where both sides' is known: one alone says nothing of a difference. */
static void add_wal(const struct side *a, const struct side *b, struct kind *wal,
                    struct kind *splits) {
    const struct side *const sides[] = {a, b};
    double a_splits = splits_per_thousand_rows(a), b_splits = splits_per_thousand_rows(b);
    if (!is_known(a_splits) || !is_known(b_splits))
        return;
    kind_add(splits, AB_PAGE_SPLIT, "", a_splits, b_splits);
    for (size_t s = 0; s < 2; s++)
        for (size_t i = 0; i < sides[s]->count; i++)
            for (size_t k = 0; k < sides[s]->rounds[i].wal_count; k++) {
                const char *manager = sides[s]->rounds[i].wal[k].manager;
                if (!has_name(wal, manager))
                    kind_add(wal, AB_WAL, manager, wal_bytes_per_row(a, manager),
                             wal_bytes_per_row(b, manager));
            }
}

/* ---- waits ---- */

/* Of one side: as a cell's shares, each round by its seconds. */
struct profile {
    struct wait_share *events;
    size_t count, room;
    double seconds;
    uint64_t samples;
};

/* Versions differ in spelling: WALSync and WalSync. */
static bool is_same_wait(const struct wait_share *a, const struct wait_share *b) {
    return strcasecmp(a->type, b->type) == 0 && strcasecmp(a->event, b->event) == 0;
}

static const struct wait_share *profile_find(const struct profile *profile,
                                             const struct wait_share *event) {
    for (size_t i = 0; i < profile->count; i++)
        if (is_same_wait(&profile->events[i], event))
            return &profile->events[i];
    return NULL;
}

static void profile_add(struct profile *profile, const struct wait_share *event, double seconds) {
    for (size_t i = 0; i < profile->count; i++)
        if (is_same_wait(&profile->events[i], event)) {
            profile->events[i].share += event->share * seconds;
            return;
        }
    if (profile->count == profile->room) {
        profile->room = profile->room * 2 + SAMPLER_EVENTS_MAX;
        profile->events = mem_grow(profile->events, profile->room, sizeof *profile->events);
    }
    profile->events[profile->count] = *event;
    profile->events[profile->count++].share *= seconds;
}

/* Of the rounds of pairs that count: a checkpoint in B alone is no property of B. */
static bool counts(const struct ab_result *ab, size_t round) {
    return round < ab->pair_count && ab->pairs[round].valid;
}

static const struct result_cell *first_cell(const struct result *result) {
    return result && result->cell_count > 0 ? &result->cells[0] : NULL;
}

static void profile_read(const struct ab_result *ab, const struct result *result,
                         struct profile *out) {
    const struct result_cell *cell = first_cell(result);
    *out = (struct profile){0};
    for (size_t i = 0; cell && i < cell->round_count; i++) {
        const struct result_round *round = &cell->rounds[i];
        const struct observation *seen = round->waits;
        if (!counts(ab, i) || !seen || !seen->valid || round->seconds <= 0)
            continue;
        out->seconds += round->seconds;
        out->samples += seen->samples;
        for (size_t k = 0; k < seen->event_count; k++)
            profile_add(out, &seen->events[k], round->seconds);
    }
    for (size_t i = 0; i < out->count; i++)
        out->events[i].share /= out->seconds;
}

static const char *name_of_wait(const struct wait_share *event, struct arena *arena) {
    bool whole = !*event->event || strcmp(event->type, "CPU") == 0;
    return arena_printf(arena, "%s%s%s", event->type, whole ? "" : ":", whole ? "" : event->event);
}

/* Kept apart from what the caller has put there: the array may be of its own. */
static void tell_unexplained(struct ab_result *ab, struct arena *arena, const char *text) {
    const char **list = ARENA_ARRAY(arena, const char *, ab->unexplained_count + 1);
    for (size_t i = 0; i < ab->unexplained_count; i++)
        list[i] = ab->unexplained[i];
    list[ab->unexplained_count++] = text;
    ab->unexplained = list;
}

/* What one side never waits for is 0 there: it was looked at. */
static void add_waits(struct ab_result *ab, struct arena *arena, struct kind *kind) {
    struct profile a, b;
    profile_read(ab, ab->a, &a);
    profile_read(ab, ab->b, &b);
    uint64_t fewest = a.samples < b.samples ? a.samples : b.samples;
    if (fewest >= WAIT_SAMPLES_MIN) {
        for (size_t i = 0; i < a.count; i++) {
            const struct wait_share *other = profile_find(&b, &a.events[i]);
            kind_add(kind, AB_WAIT, name_of_wait(&a.events[i], arena), a.events[i].share,
                     other ? other->share : 0);
        }
        for (size_t i = 0; i < b.count; i++)
            if (!profile_find(&a, &b.events[i]))
                kind_add(kind, AB_WAIT, name_of_wait(&b.events[i], arena), 0, b.events[i].share);
    } else if (a.samples > 0 || b.samples > 0) {
        tell_unexplained(ab, arena,
                         arena_printf(arena,
                                      "waits: fewer than %d samples of %s: lengthen --duration",
                                      WAIT_SAMPLES_MIN,
                                      a.samples >= WAIT_SAMPLES_MIN   ? "B"
                                      : b.samples >= WAIT_SAMPLES_MIN ? "A"
                                                                      : "A and B"));
    }
    free(a.events);
    free(b.events);
}

/* ---- which of them are told ---- */

static double hot_share(const struct ab_result *ab, const struct result *result) {
    const struct result_cell *cell = first_cell(result);
    double updated = 0, hot = 0;
    for (size_t i = 0; cell && i < cell->round_count; i++) {
        const struct server_statistics *statistics = &cell->rounds[i].statistics;
        if (!counts(ab, i) || !is_known(statistics->rows_hot_updated) ||
            !is_known(statistics->rows_updated))
            continue;
        updated += statistics->rows_updated;
        hot += statistics->rows_hot_updated;
    }
    return updated > 0 ? hot / updated : UNKNOWN;
}

static void add_hot(const struct ab_result *ab, struct kind *kind) {
    double a = hot_share(ab, ab->a), b = hot_share(ab, ab->b);
    if (!is_known(a) || !is_known(b))
        return;
    kind_add(kind, AB_HOT, "", a, b);
    /* The total of a share is all there could be, as that of the waits is all of the time. */
    kind->total_a = kind->total_b = 1;
}

static int by_weight(const void *a, const void *b) {
    double x = ((const struct ab_difference *)a)->weight;
    double y = ((const struct ab_difference *)b)->weight;
    return (x < y) - (x > y);
}

/* Weighs a kind's differences and leaves those that are told, largest first. */
static void kind_finish(struct kind *kind) {
    double total = fmax(kind->total_a, kind->total_b);
    size_t kept = 0;
    for (size_t i = 0; i < kind->count; i++) {
        struct ab_difference difference = kind->list[i];
        double a = is_known(difference.a) ? difference.a : 0;
        double b = is_known(difference.b) ? difference.b : 0;
        difference.weight = total > 0 ? fabs(a - b) / total : 0;
        if (difference.weight >= SHARE_MIN)
            kind->list[kept++] = difference;
    }
    if (kept > 0)
        qsort(kind->list, kept, sizeof *kind->list, by_weight);
    kind->count = kept < SHOWN_MAX ? kept : SHOWN_MAX;
}

/* The kind of the largest first difference that is left; NULL: none is. */
static struct kind *next_kind(struct kind *kinds) {
    struct kind *next = NULL;
    for (size_t i = 0; i < KINDS; i++)
        if (kinds[i].count > 0 && (!next || kinds[i].list[0].weight > next->list[0].weight))
            next = &kinds[i];
    return next;
}

void explain_compare(const struct explain_round *a, const struct explain_round *b, size_t count,
                     struct arena *arena, struct ab_result *ab) {
    struct side side_a = {a, count}, side_b = {b, count};
    struct kind kinds[KINDS] = {0};
    compare_indexes(&side_a, &side_b, arena, ab);
    ab->difference_count = 0;
    if (!ab->explained)
        return;
    add_waits(ab, arena, &kinds[AB_WAIT]);
    add_wal(&side_a, &side_b, &kinds[AB_WAL], &kinds[AB_PAGE_SPLIT]);
    add_indexes(ab, &kinds[AB_INDEX]);
    add_hot(ab, &kinds[AB_HOT]);
    for (size_t i = 0; i < KINDS; i++)
        kind_finish(&kinds[i]);
    ab->differences = ARENA_ARRAY(arena, struct ab_difference, KINDS * SHOWN_MAX);
    for (struct kind *kind; (kind = next_kind(kinds)); kind->count = 0)
        for (size_t i = 0; i < kind->count; i++)
            ab->differences[ab->difference_count++] = kind->list[i];
    for (size_t i = 0; i < KINDS; i++)
        free(kinds[i].list);
}
