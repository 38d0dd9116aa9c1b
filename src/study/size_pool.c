/* The pool: closed loops of every level, in an order of chance that is another one in each repeat,
 * so that a machine that changes meanwhile does not look like a law. */
#include <math.h>
#include <stdlib.h>

#include "base/rng.h"
#include "study/size_internal.h"

/* Beyond the peak two levels in a row below that share of the best say enough. */
#define LOW_SHARE 0.6
#define LITTLE_OFF_MAX 0.02

struct sweep {
    struct size *size;
    uint32_t pools[2 * SIZE_LEVELS_MAX]; /* that are repeated */
    size_t count;
    size_t repeats, refined, done, total;
    uint64_t until_ns;
    bool cut;     /* not even the first repeat was finished */
    bool checked; /* the pool that the law names was measured itself */
};

static bool fits(const struct sweep *sweep, size_t rounds) {
    const struct size_plan *plan = &sweep->size->plan;
    double round_s = plan->level_warmup_s + plan->level_s + size_more(sweep->size);
    return size_fits_until((double)rounds * round_s, sweep->until_ns);
}

static void keep_level(struct size *size, const struct size_point *point) {
    struct size_result *result = size->result;
    result->levels =
        arena_grow(size->arena, result->levels, result->level_count, sizeof *result->levels);
    result->levels[result->level_count++] = *point;
}

static bool measure(struct sweep *sweep, uint32_t pool, struct error *error) {
    struct size *size = sweep->size;
    struct size_point point;
    if (sweep->done == sweep->total)
        sweep->total++;
    const struct size_ask ask = {
        .pool = pool,
        .warmup_s = size->plan.level_warmup_s,
        .window_s = size->plan.level_s,
        .windows = 1,
        .label = arena_printf(size->arena, "pool: %zu/%zu", sweep->done + 1, sweep->total),
        .rounds_left = (double)(sweep->total - sweep->done - 1)};
    if (!size_measure(size, &ask, &point, NULL, error))
        return false;
    keep_level(size, &point);
    sweep->done++;
    return true;
}

static void shuffle(struct sweep *sweep) {
    struct rng rng =
        rng_at(rng_key(sweep->size->options->seed, "order of the sweep"), sweep->repeats);
    for (size_t i = sweep->count; i > 1; i--) {
        size_t k = rng_below(&rng, i);
        uint32_t swapped = sweep->pools[i - 1];
        sweep->pools[i - 1] = sweep->pools[k];
        sweep->pools[k] = swapped;
    }
}

/* Levels far beyond the peak are not repeated any more. */
static void leave_out(struct sweep *sweep) {
    const struct size_result *result = sweep->size->result;
    struct size_level *levels = MEM_ARRAY(struct size_level, result->level_count + 1);
    size_t count = size_levels(result, levels), low = count ? size_best_level(levels, count) : 0;
    double enough = count ? LOW_SHARE * levels[low].commits_per_s : 0;
    while (low + 1 < count &&
           !(levels[low].commits_per_s < enough && levels[low + 1].commits_per_s < enough))
        low++;
    if (low + 2 < count) {
        size_t kept = 0;
        for (size_t i = 0; i < sweep->count; i++)
            if (sweep->pools[i] <= levels[low + 1].pool)
                sweep->pools[kept++] = sweep->pools[i];
        sweep->count = kept;
    }
    free(levels);
}

/* Every level once. The first time as many as there is time for, one at least. */
static bool repeat(struct sweep *sweep, struct error *error) {
    bool first = sweep->repeats == 0;
    size_t i = 0;
    shuffle(sweep);
    for (; i < sweep->count && (!first || i == 0 || fits(sweep, 1)); i++)
        if (!measure(sweep, sweep->pools[i], error))
            return false;
    sweep->cut = i < sweep->count;
    if (sweep->cut)
        size_warn(sweep->size,
                  "time was up after %zu of %zu pools of the sweep: the pool is chosen from those",
                  i, sweep->count);
    sweep->repeats++;
    leave_out(sweep);
    if (sweep->repeats < sweep->size->plan.repeats)
        sweep->total = sweep->done + (sweep->size->plan.repeats - sweep->repeats) * sweep->count;
    return true;
}

/* A level that the sweep did not have: as often as the others so far, as time allows. */
static bool measure_new(struct sweep *sweep, uint32_t pool, struct error *error) {
    for (size_t i = 0; i < sweep->repeats && (i == 0 || fits(sweep, 1)); i++)
        if (!measure(sweep, pool, error))
            return false;
    sweep->pools[sweep->count++] = pool;
    return true;
}

static bool was_measured(const struct size_result *result, uint32_t pool) {
    for (size_t i = 0; i < result->level_count; i++)
        if (result->levels[i].pool == pool)
            return true;
    return false;
}

/* The level that tells most next, that the sweep does not have: where its levels are too coarse to
 * find a knee, or the very pool that the law names; 0: none. */
static uint32_t missing(struct sweep *sweep) {
    const struct size_result *result = sweep->size->result;
    if (sweep->refined < sweep->size->plan.refines &&
        sweep->count < sizeof sweep->pools / sizeof *sweep->pools) {
        uint32_t next = size_refine(result);
        if (next > 0) {
            sweep->refined++;
            return next;
        }
        if (!sweep->checked && !was_measured(result, result->pool)) {
            sweep->checked = true;
            sweep->refined++;
            return result->pool;
        }
    }
    return 0;
}

/* The planned repeats, as far as time allows; then new levels where they tell something, and
 * further repeats of all. */
static bool run(struct sweep *sweep, struct error *error) {
    struct size *size = sweep->size;
    size_t planned = size->plan.repeats;
    do {
        if (!repeat(sweep, error))
            return false;
    } while (sweep->repeats < planned && !sweep->cut && fits(sweep, sweep->count));
    while (!sweep->cut && !size->result->pool_given) {
        size_choose(size->result, size->options->seed, size->arena);
        uint32_t next = fits(sweep, 1) ? missing(sweep) : 0;
        if (next > 0) {
            if (!measure_new(sweep, next, error))
                return false;
            continue;
        }
        if (sweep->repeats >= SIZE_REPEATS_MAX || !fits(sweep, sweep->count))
            break;
        if (!repeat(sweep, error))
            return false;
    }
    return true;
}

/* How far a level is off Little's law, beyond what a sound one may be: a response counts whole
 * where it ends, so that in each connection one of them at most is cut at either end of the window.
 */
static double little_fault(const struct size_point *point) {
    double cut = point->seconds > 0 ? fmax(point->max_s, 0) / point->seconds : 0;
    return is_known(point->little) ? fabs(point->little - 1) - LITTLE_OFF_MAX - cut : UNKNOWN;
}

/* Connections that are always busy spend all their time in responses. */
static void check_little(struct size *size) {
    const struct size_result *result = size->result;
    const struct size_point *worst = NULL;
    for (size_t i = 0; i < result->level_count; i++) {
        const struct size_point *level = &result->levels[i];
        if (little_fault(level) > (worst ? little_fault(worst) : 0))
            worst = level;
    }
    if (worst)
        size_warn(size,
                  "Little's law does not hold at pool %u: responses took %.1f %% of its "
                  "connections' time, not 98 to 102 %%; that is a fault of pgwrite, and its "
                  "throughput or response time there is wrong",
                  (unsigned)worst->pool, worst->little * 100);
}

bool size_sweep(struct size *size, struct error *error) {
    const struct matrix_options *matrix = &size->matrix_options;
    struct size_result *result = size->result;
    struct sweep sweep = {.size = size,
                          .count = matrix->pool_count,
                          .total = matrix->pool_count * size->plan.repeats,
                          .until_ns = size_until(size, SIZE_PHASE_POOL)};
    for (size_t i = 0; i < matrix->pool_count; i++)
        sweep.pools[i] = (uint32_t)matrix->pools[i].max;
    result->pool_given = size->options->matrix->pool_count == 1;
    bool ok = run(&sweep, error);
    /* An unfinished first repeat has its levels by chance: they choose nothing after a failure. */
    if (!ok && sweep.repeats == 0)
        return false;
    size_choose(result, size->options->seed, size->arena);
    check_little(size);
    if (ok && !(result->closed_per_s > 0)) {
        error_set(error, "nothing was committed at any pool in rounds of %.3g s",
                  size->plan.level_s);
        return error_hint(error, "a longer --budget, or a --duration for the rounds");
    }
    return ok;
}
