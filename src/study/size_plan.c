/* How the budget is spent. */
#include <math.h>

#include "study/size_internal.h"

/* initdb and start of a throwaway server, the disk's probe, the restart for the soak. */
#define START_S 4.0

/* The least that says anything: of one round of the sweep, of one rate; warm-ups are a fifth. */
#define LEVEL_LEAST_S 0.5
#define PROBE_LEAST_S 2.0
#define WARMUP_SHARE 0.2
enum { PROBES_LEAST = 6, PROBES_PLANNED = 7, REFINES = 4, SOAKS_PLANNED = 3 };

/* More than that says little more: what is left of the budget is not spent. */
#define LEVEL_MOST_S 10.0
#define LEVEL_WARMUP_MOST_S 2.0
#define PROBE_MOST_S 60.0
#define PROBE_WARMUP_MOST_S 5.0
#define NEED_MOST_S 60.0
#define BATCH_MOST_S 10.0
#define BATCH_LEAST_S 0.5

/* Soaks, each as long as two checkpoints take, one of them at the needed rate; what does not hold
 * for so long is followed by another at a lower rate. The rest keeps so many times its least. */
#define SOAK_SHARE 0.45
#define SHORT_SOAK_SHARE 0.2
#define SOAK_LEAVES 2.0
#define SOAK_MOST_S 300.0
#define SOAK_LEAST_S 10.0

/* Time is cut into rounds by division: what is left of it may be short of one by an error of that.
 */
#define ROUNDING 1e-6

/* Of what is left for them. */
#define POOL_SHARE 0.35
#define NEED_SHARE 0.08
#define BATCHES_SHARE 0.12

static double clamp(double value, double low, double high) {
    return fmin(fmax(value, low), high);
}

static double round_s(double window_s, double warmup_s) {
    return window_s + warmup_s + SIZE_ROUND_MORE_S;
}

static double warmup_of(double window_s, double most_s) {
    return clamp(WARMUP_SHARE * window_s, 0.2, most_s);
}

static double level_least(const struct size_wish *wish) {
    double window_s = is_known(wish->window_s) ? wish->window_s : LEVEL_LEAST_S;
    double warmup_s =
        is_known(wish->warmup_s) ? wish->warmup_s : warmup_of(window_s, LEVEL_WARMUP_MOST_S);
    return round_s(window_s, warmup_s);
}

static double probe_least(void) {
    return round_s(PROBE_LEAST_S, warmup_of(PROBE_LEAST_S, PROBE_WARMUP_MOST_S));
}

double size_plan_least(const struct size_wish *wish) {
    return START_S + (double)wish->levels * level_least(wish) + PROBES_LEAST * probe_least();
}

/* What is left for a round's window of so many seconds in all. */
static double window_in(double seconds, double most_s, double warmup_most_s) {
    double window_s = (seconds - SIZE_ROUND_MORE_S) / (1 + WARMUP_SHARE);
    if (WARMUP_SHARE * window_s > warmup_most_s)
        window_s = seconds - SIZE_ROUND_MORE_S - warmup_most_s;
    return fmin(window_s, most_s);
}

static void plan_sweep(const struct size_wish *wish, double seconds, struct size_plan *out) {
    bool sweeps = wish->levels > 1;
    out->refines = sweeps ? REFINES : 0;
    for (out->repeats = 3; out->repeats > 1; out->repeats--) {
        double rounds = (double)(wish->levels * out->repeats + out->refines);
        if (window_in(seconds / rounds, LEVEL_MOST_S, LEVEL_WARMUP_MOST_S) >= 2 * LEVEL_LEAST_S)
            break;
    }
    double rounds = (double)(wish->levels * out->repeats + out->refines);
    double window_s = window_in(seconds / rounds, LEVEL_MOST_S, LEVEL_WARMUP_MOST_S);
    out->level_s = is_known(wish->window_s) ? wish->window_s : fmax(window_s, LEVEL_LEAST_S);
    out->level_warmup_s =
        is_known(wish->warmup_s) ? wish->warmup_s : warmup_of(out->level_s, LEVEL_WARMUP_MOST_S);
    double one_s = round_s(out->level_s, out->level_warmup_s);
    double repeats =
        floor((seconds / one_s - (double)out->refines) / (double)wish->levels + ROUNDING);
    out->repeats = (size_t)clamp(repeats, 1, SIZE_REPEATS_MAX);
    /* What does not fit is left out; size_sweep looks at the time before each. */
    double fit = floor(seconds / one_s + ROUNDING) - (double)(wish->levels * out->repeats);
    out->refines = sweeps ? (size_t)clamp(fit, 0, REFINES) : 0;
    out->seconds[SIZE_PHASE_POOL] = (double)(wish->levels * out->repeats + out->refines) * one_s;
}

static void plan_capacity(double seconds, struct size_plan *out) {
    double window_s = window_in(seconds / PROBES_PLANNED, PROBE_MOST_S, PROBE_WARMUP_MOST_S);
    out->probe_s = fmax(window_s, PROBE_LEAST_S);
    out->probe_warmup_s = warmup_of(out->probe_s, PROBE_WARMUP_MOST_S);
    double one_s = round_s(out->probe_s, out->probe_warmup_s);
    out->probes = (size_t)clamp(floor(seconds / one_s + ROUNDING), PROBES_LEAST, PROBES_PLANNED);
    out->seconds[SIZE_PHASE_CAPACITY] = fmax(seconds, (double)out->probes * one_s);
}

/* Two checkpoints if there is time for them beside the rest; else what a share of the budget
 * allows, which confirms nothing but shows a rate that only a short probe bears. */
static void plan_soak(const struct size_wish *wish, double least_s, struct size_plan *out) {
    double more_s = PROBE_WARMUP_MOST_S + SIZE_ROUND_MORE_S;
    double free_s = wish->budget_s - SOAK_LEAVES * least_s, share_s = SOAK_SHARE * wish->budget_s;
    double soaks = 1, one_s = wish->soak_least_s + more_s;
    if (is_known(wish->soak_least_s) && one_s <= free_s) {
        out->soak_s = wish->soak_least_s;
        double times = floor(fmin(free_s, share_s) / one_s);
        if (wish->need && times >= 2) {
            out->need_s = out->soak_s;
            out->seconds[SIZE_PHASE_NEED] = one_s;
            times--;
        }
        soaks = clamp(times, 1, SOAKS_PLANNED);
    } else {
        out->soak_s = fmin(fmin(free_s, SHORT_SOAK_SHARE * wish->budget_s) - more_s, SOAK_MOST_S);
    }
    if (out->soak_s < SOAK_LEAST_S)
        out->soak_s = 0;
    else
        out->seconds[SIZE_PHASE_SOAK] = soaks * (out->soak_s + more_s);
}

/* Out of what the search can spare. */
static void plan_need(double seconds, struct size_plan *out) {
    double window_s = window_in(seconds, NEED_MOST_S, PROBE_WARMUP_MOST_S);
    if (out->need_s > 0 || window_s < PROBE_LEAST_S)
        return;
    out->need_s = window_s;
    out->seconds[SIZE_PHASE_NEED] = round_s(window_s, warmup_of(window_s, PROBE_WARMUP_MOST_S));
}

static void plan_batches(size_t count, double seconds, struct size_plan *out) {
    double window_s =
        count ? window_in(seconds / (double)count, BATCH_MOST_S, LEVEL_WARMUP_MOST_S) : 0;
    if (window_s < BATCH_LEAST_S)
        return;
    out->batch_s = window_s;
    out->seconds[SIZE_PHASE_BATCHES] =
        (double)count * round_s(window_s, warmup_of(window_s, LEVEL_WARMUP_MOST_S));
}

void size_plan_make(const struct size_wish *wish, struct size_plan *out) {
    double least_s = size_plan_least(wish), capacity_least_s = PROBES_LEAST * probe_least();
    *out = (struct size_plan){0};
    plan_soak(wish, least_s, out);
    double rest_s = fmax(wish->budget_s, least_s) - START_S - out->seconds[SIZE_PHASE_SOAK];
    double need_s = out->seconds[SIZE_PHASE_NEED];
    double pool_least_s = (double)wish->levels * level_least(wish);
    double spare_s = rest_s - need_s - pool_least_s - capacity_least_s;
    plan_need(fmin(NEED_SHARE * rest_s, spare_s / 3), out);
    plan_batches(wish->batches, fmin(BATCHES_SHARE * (rest_s - need_s), spare_s / 3), out);
    rest_s -= out->seconds[SIZE_PHASE_NEED] + out->seconds[SIZE_PHASE_BATCHES];
    double pool_s = fmax(POOL_SHARE * rest_s, pool_least_s);
    plan_sweep(wish, fmin(pool_s, rest_s - capacity_least_s), out);
    plan_capacity(rest_s - out->seconds[SIZE_PHASE_POOL], out);
}
