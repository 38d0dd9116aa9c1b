/* Which pool: by the law that the sweep follows or, where it follows none, by its levels. */
#include <math.h>
#include <stdlib.h>

#include "stats/rank.h"
#include "study/size_internal.h"

/* ---- levels ---- */

static double median_of(const struct size_result *result, uint32_t pool, double *room) {
    size_t count = 0;
    for (size_t i = 0; i < result->level_count; i++)
        if (result->levels[i].pool == pool && is_known(result->levels[i].commits_per_s))
            room[count++] = result->levels[i].commits_per_s;
    return rank_median(room, count);
}

static int by_pool(const void *a, const void *b) {
    uint32_t x = ((const struct size_level *)a)->pool, y = ((const struct size_level *)b)->pool;
    return (x > y) - (x < y);
}

size_t size_levels(const struct size_result *result, struct size_level *out) {
    size_t count = 0;
    double *room = MEM_ARRAY(double, result->level_count + 1);
    for (size_t i = 0; i < result->level_count; i++) {
        const struct size_point *point = &result->levels[i];
        bool there = !is_known(point->commits_per_s);
        for (size_t k = 0; k < count && !there; k++)
            there = out[k].pool == point->pool;
        if (!there)
            out[count++] = (struct size_level){point->pool, median_of(result, point->pool, room)};
    }
    free(room);
    qsort(out, count, sizeof *out, by_pool);
    return count;
}

size_t size_best_level(const struct size_level *levels, size_t count) {
    size_t best = 0;
    for (size_t i = 1; i < count; i++)
        if (levels[i].commits_per_s > levels[best].commits_per_s)
            best = i;
    return best;
}

/* The first level that does nearly as much as the best one. */
static size_t enough_level(const struct size_level *levels, size_t count) {
    double enough = SIZE_ENOUGH * levels[size_best_level(levels, count)].commits_per_s;
    size_t first = 0;
    while (levels[first].commits_per_s < enough)
        first++;
    return first;
}

/* ---- the law ---- */

static const char *why_off(const struct usl_fit *fit, struct arena *arena) {
    if (fit->knee > 0)
        return arena_printf(arena,
                            "the throughput rises in a straight line up to a pool of about %.0f "
                            "and stops there, as no such law does",
                            fit->knee);
    /* As shares of the curve: the fit has them of what was measured. */
    if (fabs(fit->worst) > USL_OFF_MAX)
        return arena_printf(arena,
                            "the measurements don't follow the law: at pool %.0f the throughput "
                            "is %.0f %% %s its curve",
                            fit->worst_n, fabs(fit->worst / (1 - fit->worst)) * 100,
                            fit->worst < 0 ? "below" : "above");
    return arena_printf(arena,
                        "the measurements don't follow the law: they are %.0f %% off its curve "
                        "on average",
                        fit->off_mean * 100);
}

/* NULL: the fit is used. */
static const char *why_no_fit(const struct size_result *result, size_t count, struct arena *arena) {
    switch (result->fit.outcome) {
    case USL_FITS:
        return NULL;
    case USL_TOO_FEW:
        if (count == 1)
            return "a curve needs more than one pool";
        return arena_printf(arena, "a curve needs %d pools or more, and %zu were measured",
                            USL_LEVELS_MIN, count);
    case USL_UNKNOWN:
        return "in a round of the sweep nothing was committed";
    case USL_OFF:
        return why_off(&result->fit, arena);
    case USL_VAGUE:
        break;
    }
    return "the measurements vary so much that many curves describe them";
}

static void fit_law(struct size_result *result, size_t count, uint64_t seed, struct arena *arena) {
    struct usl_point *points = MEM_ARRAY(struct usl_point, result->level_count + 1);
    size_t known = 0;
    for (size_t i = 0; i < result->level_count; i++)
        if (is_known(result->levels[i].commits_per_s))
            points[known++] =
                (struct usl_point){result->levels[i].pool, result->levels[i].commits_per_s};
    usl_fit(points, known, seed, &result->fit);
    free(points);
    result->no_fit = why_no_fit(result, count, arena);
}

/* ---- the pool ---- */

static void choose_by_law(struct size_result *result, uint32_t most) {
    const struct usl_fit *fit = &result->fit;
    result->pool_edge = usl_enough(&fit->law, SIZE_ENOUGH, 2 * most) > most;
    result->pool = result->pool_edge ? most : usl_enough(&fit->law, SIZE_ENOUGH, most);
    /* The interval is of resampled fits, and need not hold the pool of the fit itself. */
    result->pool_low = fit->enough_low < result->pool ? fit->enough_low : result->pool;
    result->pool_high = fit->enough_high > result->pool ? fit->enough_high : result->pool;
}

static void choose_by_level(struct size_result *result, const struct size_level *levels,
                            size_t count) {
    size_t chosen = enough_level(levels, count);
    result->pool = levels[chosen].pool;
    result->pool_edge = !result->pool_given && chosen + 1 == count;
    result->pool_low = result->pool_high = 0;
    if (count > 1) {
        result->pool_low = chosen > 0 ? levels[chosen - 1].pool + 1 : 1;
        result->pool_high = result->pool;
    }
}

static double closed_per_s(const struct size_result *result, const struct size_level *levels,
                           size_t count) {
    for (size_t i = 0; i < count; i++)
        if (levels[i].pool == result->pool)
            return levels[i].commits_per_s;
    return usl_at(&result->fit.law, result->pool);
}

/* ---- what limits beyond it ---- */

/* What most rounds of a level say, of those that say anything. */
static const struct size_cause *cause_at(const struct size_result *result, uint32_t pool) {
    size_t votes[SIZE_LIMITS] = {0};
    const struct size_cause *most = NULL;
    for (size_t i = 0; i < result->level_count; i++) {
        const struct size_cause *cause = &result->levels[i].cause;
        if (result->levels[i].pool != pool || cause->limit == SIZE_LIMIT_UNKNOWN)
            continue;
        votes[cause->limit]++;
        if (!most || votes[cause->limit] > votes[most->limit])
            most = cause;
    }
    return most;
}

/* Of the nearest larger level that names a resource; at the edge, or where none does, of the pool
 * itself or the nearest smaller level: where larger ones were measured and say nothing, the
 * evidence says so, for they may wait for something else. Too few connections are the cause only if
 * nothing else is. */
static struct size_cause cause_beyond(const struct size_result *result,
                                      const struct size_level *levels, size_t count,
                                      struct arena *arena) {
    struct size_cause fallback = {SIZE_LIMIT_UNKNOWN, NULL};
    size_t first = 0;
    while (first < count && levels[first].pool <= result->pool)
        first++;
    for (size_t i = 0; i <= count - first; i++) {
        size_t at = first + i < count ? first + i : first - 1;
        if (at >= count)
            break;
        const struct size_cause *cause = cause_at(result, levels[at].pool);
        bool silent = first < count && at < first && fallback.limit == SIZE_LIMIT_UNKNOWN;
        if (cause && cause->limit != SIZE_LIMIT_POOL && silent && cause->evidence)
            return (struct size_cause){
                cause->limit,
                arena_printf(arena, "at a pool of %u, of larger ones it is not known: %s",
                             levels[at].pool, cause->evidence)};
        if (cause && cause->limit != SIZE_LIMIT_POOL)
            return *cause;
        if (cause && fallback.limit == SIZE_LIMIT_UNKNOWN)
            fallback = *cause;
    }
    return fallback;
}

static double little_worst(const struct size_result *result) {
    double worst = UNKNOWN;
    for (size_t i = 0; i < result->level_count; i++) {
        double little = result->levels[i].little;
        if (is_known(little) && (!is_known(worst) || fabs(little - 1) > fabs(worst - 1)))
            worst = little;
    }
    return worst;
}

/* What a transaction writes on average; of a mix that reads as well it is less than a row, maybe.
 */
static double rows_per_commit(const struct size_result *result) {
    double rows = 0, commits = 0;
    for (size_t i = 0; i < result->level_count; i++) {
        const struct size_point *level = &result->levels[i];
        if (!is_known(level->commits_per_s) || !is_known(level->rows_per_s))
            continue;
        rows += level->rows_per_s * level->seconds;
        commits += level->commits_per_s * level->seconds;
    }
    return commits > 0 ? rows / commits : UNKNOWN;
}

void size_choose(struct size_result *result, uint64_t seed, struct arena *arena) {
    struct size_level *levels = MEM_ARRAY(struct size_level, result->level_count + 1);
    size_t count = size_levels(result, levels);
    result->little_worst = little_worst(result);
    result->rows_per_commit = rows_per_commit(result);
    result->pool = 0;
    result->closed_per_s = UNKNOWN;
    if (count > 0) {
        fit_law(result, count, seed, arena);
        if (result->no_fit)
            choose_by_level(result, levels, count);
        else
            choose_by_law(result, levels[count - 1].pool);
        result->closed_per_s = closed_per_s(result, levels, count);
        result->pool_cause = cause_beyond(result, levels, count, arena);
    }
    free(levels);
}

/* ---- where to look closer ---- */

uint32_t size_refine(const struct size_result *result) {
    struct size_level *levels = MEM_ARRAY(struct size_level, result->level_count + 1);
    size_t count = size_levels(result, levels);
    uint32_t next = 0;
    size_t chosen = count > 0 && result->no_fit ? enough_level(levels, count) : 0;
    if (chosen > 0 && levels[chosen].pool - levels[chosen - 1].pool > 1) {
        const struct size_level *below = &levels[chosen - 1], *above = &levels[chosen];
        double greatest = levels[size_best_level(levels, count)].commits_per_s;
        /* If throughput goes on to rise as up to the level below, it is enough there: exact for a
         * knee. A curve that flattens rises less, so that steps are a quarter of the way at least.
         */
        double enough =
            ceil(below->pool * SIZE_ENOUGH * greatest / fmax(below->commits_per_s, 1e-9) - 1e-6);
        double quarter = ceil(below->pool + (above->pool - below->pool) / 4.0);
        next = (uint32_t)fmin(fmax(enough, quarter), above->pool - 1.0);
    }
    free(levels);
    return next;
}
