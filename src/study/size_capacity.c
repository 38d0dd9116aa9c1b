/* The capacity: the highest rate of an open loop that holds the SLOs, confirmed by a soak. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "study/size_internal.h"

/* A rate's window has that much more than the tails need: arrivals come by chance. */
#define RESPONSES_MORE 1.1
/* A probe whose tail was not certain is worth a second one of so many times its length, and of this
 * at least. */
#define LONGER 2.0
#define LONGER_LEAST 1.25

/* A probe that failed while others took that share of the CPUs, or while tasks waited for CPU or
 * disk much longer than in every probe that held, says little of its rate. Waiting for the CPU is
 * the load's own doing where it takes most of the machine. */
#define STEAL_MAX 0.05
#define PRESSURE_FACTOR 2.0
#define PRESSURE_MORE 0.05
#define OWN_CPU_SHARE 0.7
/* Of the pool: with less of it busy a load is far from what a pool can. */
#define BUSY_LITTLE 0.5

#define SOAK_FALL_MOST 0.5 /* to which a soak's rate is lowered at once */

struct hunt {
    struct size *size;
    struct size_search search;
    uint64_t until_ns;
};

static const char *show_rate(struct size *size, double rate_per_s) {
    return size_rate_text(size->result, rate_per_s, size->arena);
}

/* ---- one probe ---- */

/* The longest window up to the wished one for which there is time; 0: not even for the least. */
static double window_that_fits(const struct size *size, double wish_s, double least_s,
                               uint64_t until_ns) {
    double more_s = size->plan.probe_warmup_s + size_more(size);
    double window_s = wish_s;
    while (window_s > least_s) {
        if (size_fits_until(window_s + more_s, until_ns))
            return window_s;
        window_s *= 0.95;
    }
    return size_fits_until(least_s + more_s, until_ns) ? least_s : 0;
}

static void keep_probe(struct size *size, const struct size_probe *probe) {
    struct size_result *result = size->result;
    result->probes =
        arena_grow(size->arena, result->probes, result->probe_count, sizeof *result->probes);
    result->probes[result->probe_count++] = *probe;
}

static bool measure(struct size *size, double rate_per_s, double window_s, bool soak,
                    struct size_probe *out, struct error *error) {
    struct size_result *result = size->result;
    struct size_point point;
    double left = soak ? 0 : fmax(0, (double)size->plan.probes - (double)result->probe_count - 1);
    const struct size_ask ask = {.pool = result->pool,
                                 .rate_per_s = rate_per_s,
                                 .warmup_s = size->plan.probe_warmup_s,
                                 .window_s = window_s,
                                 .windows = size_windows_of(result, rate_per_s, window_s),
                                 .label =
                                     arena_printf(size->arena, "%s: %s", soak ? "soak" : "capacity",
                                                  show_rate(size, rate_per_s)),
                                 .rounds_left = left};
    *out = (struct size_probe){.verdict = SIZE_UNSURE};
    if (!size_measure(size, &ask, &point, out, error))
        return false;
    out->soak = soak;
    keep_probe(size, out);
    return true;
}

static bool stands_out(double value, double most) {
    return is_known(value) && is_known(most) && value > PRESSURE_FACTOR * most + PRESSURE_MORE;
}

static bool was_disturbed(const struct size_result *result, const struct size_point *point) {
    double cpu_most = UNKNOWN, io_most = UNKNOWN;
    for (size_t i = 0; i < result->probe_count; i++) {
        const struct size_probe *probe = &result->probes[i];
        if (probe->verdict == SIZE_HOLDS) {
            cpu_most = fmax(cpu_most, probe->point.pressure_cpu);
            io_most = fmax(io_most, probe->point.pressure_io);
        }
    }
    bool own_cpu = is_known(point->cpu_share) && point->cpu_share >= OWN_CPU_SHARE;
    return point->steal_share > STEAL_MAX || stands_out(point->pressure_io, io_most) ||
           (!own_cpu && stands_out(point->pressure_cpu, cpu_most));
}

/* A failure that the machine may have caused is looked at again, once; what is not certain is
 * measured once more for longer. After that the last one counts. */
static bool try_rate(struct hunt *hunt, double rate_per_s, double window_s, bool *holds,
                     struct error *error) {
    struct size *size = hunt->size;
    struct size_probe probe;
    if (!measure(size, rate_per_s, window_s, false, &probe, error))
        return false;
    if (probe.verdict == SIZE_FAILS && was_disturbed(size->result, &probe.point) &&
        window_that_fits(size, window_s, window_s, hunt->until_ns) > 0 &&
        !measure(size, rate_per_s, window_s, false, &probe, error))
        return false;
    if (probe.verdict == SIZE_UNSURE) {
        double longer_s =
            window_that_fits(size, LONGER * window_s, LONGER_LEAST * window_s, hunt->until_ns);
        if (longer_s > 0 && !measure(size, rate_per_s, longer_s, false, &probe, error))
            return false;
    }
    *holds = probe.verdict == SIZE_HOLDS;
    return true;
}

/* ---- what the probes say so far ---- */

static bool is_rate(const struct size_probe *probe, double rate_per_s) {
    return fabs(probe->point.rate_per_s - rate_per_s) <= 1e-9 * rate_per_s;
}

/* Of the rate at the bracket's upper end, which is where something runs out first; if it names
 * nothing but the pool, what limits the pool alone may say more. NULL probe: no rate failed. */
static const struct size_probe *lowest_failing(const struct size_result *result) {
    const struct size_probe *found = NULL;
    for (size_t i = 0; i < result->probe_count && is_known(result->high_per_s); i++) {
        const struct size_probe *probe = &result->probes[i];
        if (probe->verdict != SIZE_HOLDS && is_rate(probe, result->high_per_s) &&
            (!found || probe->point.cause.limit != SIZE_LIMIT_UNKNOWN))
            found = probe;
    }
    return found;
}

static bool names_resource(const struct size_cause *cause) {
    return cause->limit != SIZE_LIMIT_UNKNOWN && cause->limit != SIZE_LIMIT_POOL;
}

/* What errors alone kept from holding, while most of the pool was idle, has run out of nothing. */
static bool failed_idle(const struct size_result *result, const struct size_probe *probe) {
    double busy = probe->point.busy_share;
    bool errors_alone = is_known(busy) && busy < BUSY_LITTLE;
    bool any = false;
    for (size_t i = 0; i < result->slo_count && errors_alone; i++) {
        if (probe->slos[i].verdict != SIZE_FAILS)
            continue;
        any = true;
        errors_alone = result->slos[i].metric == METRIC_ERRORS;
    }
    return errors_alone && any;
}

static void keep_bracket(struct size_result *result, double low, double high) {
    result->low_per_s = result->capacity_per_s = low > 0 ? low : UNKNOWN;
    result->high_per_s = isinf(high) ? UNKNOWN : high;
    result->bracketed = low > 0 && high <= low * (1 + SIZE_BRACKET) * (1 + 1e-9);
    const struct size_probe *failing = lowest_failing(result);
    result->capacity_cause = (struct size_cause){SIZE_LIMIT_UNKNOWN, NULL};
    if (failing && failed_idle(result, failing))
        return;
    if (failing)
        result->capacity_cause =
            names_resource(&failing->point.cause) || !names_resource(&result->pool_cause)
                ? failing->point.cause
                : result->pool_cause;
}

/* The highest rate that held below another one; 0: none. */
static double held_below(const struct size_result *result, double rate_per_s) {
    double held = 0;
    for (size_t i = 0; i < result->probe_count; i++) {
        double rate = result->probes[i].point.rate_per_s;
        if (result->probes[i].verdict == SIZE_HOLDS && rate < rate_per_s)
            held = fmax(held, rate);
    }
    return held;
}

/* ---- the search ---- */

/* Chance alone can fail a rate or let it pass: what the answer rests on is measured twice if there
 * is time. First the bracket's upper end; without a soak to come its lower one too. 0: neither. */
static double rate_to_confirm(const struct hunt *hunt) {
    const struct size_result *result = hunt->size->result;
    const struct size_plan *plan = &hunt->size->plan;
    const struct size_search *search = &hunt->search;
    size_t held = 0, failed = 0;
    if (!(search->low > 0) || isinf(search->high) || search->tries >= SIZE_PROBES_MAX ||
        !(window_that_fits(hunt->size, plan->probe_s, plan->probe_s, hunt->until_ns) > 0))
        return 0;
    for (size_t i = 0; i < result->probe_count; i++) {
        const struct size_probe *probe = &result->probes[i];
        bool holds = probe->verdict == SIZE_HOLDS;
        held += holds && is_rate(probe, search->low);
        failed += !holds && is_rate(probe, search->high);
    }
    if (failed < 2)
        return search->high;
    return plan->soak_s > 0 || held >= 2 ? 0 : search->low;
}

static double window_of(const struct hunt *hunt, double rate_per_s) {
    const struct size *size = hunt->size;
    const struct size_result *result = size->result;
    double needed_s =
        RESPONSES_MORE * size_responses_needed(result->slos, result->slo_count) / rate_per_s;
    return window_that_fits(size, fmax(size->plan.probe_s, needed_s), size->plan.probe_s,
                            hunt->until_ns);
}

static void tell_unsure(struct size *size) {
    const struct size_probe *failing = lowest_failing(size->result);
    if (failing && failing->verdict == SIZE_UNSURE)
        size_warn(size, "%s was taken as not holding the SLOs, though that is not certain: %s",
                  show_rate(size, failing->point.rate_per_s),
                  failing->why ? failing->why : "too few responses");
}

static void tell_end(struct size *size, const struct hunt *hunt, bool time_up) {
    const struct size_search *search = &hunt->search;
    const char *up = time_up ? "time was up: " : "";
    if (search->tries == 0)
        size_warn(size, "there was no time to try any rate: the capacity is not known");
    else if (!(search->low > 0))
        size_warn(size, "%sno rate was found that holds the SLOs, down to %s", up,
                  show_rate(size, search->high));
    else if (isinf(search->high))
        size_warn(size,
                  "%severy rate of the search held the SLOs, up to %s: no upper end was found", up,
                  show_rate(size, search->low));
    else if (!size_search_bracketed(search))
        size->wide = arena_printf(
            size->arena, "%sthe search ended between %s, which held, and %s, which did not", up,
            show_rate(size, search->low), show_rate(size, search->high));
    tell_unsure(size);
}

bool size_capacity(struct size *size, struct error *error) {
    struct size_result *result = size->result;
    struct hunt hunt = {.size = size};
    bool time_up = false;
    result->unconfirmed = "no soak was reached";
    size_search_init(&hunt.search, result->closed_per_s);
    for (;;) {
        bool holds;
        double rate = size_search_next(&hunt.search);
        /* A capacity is worth more than what comes after it. */
        hunt.until_ns = hunt.search.low > 0 ? size_until(size, SIZE_PHASE_CAPACITY) : size->end_ns;
        if (rate <= 0)
            rate = rate_to_confirm(&hunt);
        if (rate <= 0)
            break;
        double window_s = window_of(&hunt, rate);
        time_up = window_s <= 0;
        if (time_up)
            break;
        if (!try_rate(&hunt, rate, window_s, &holds, error))
            return false;
        size_search_take(&hunt.search, rate, holds);
        keep_bracket(result, hunt.search.low, hunt.search.high);
    }
    tell_end(size, &hunt, time_up);
    return true;
}

/* ---- the soak ---- */

/* Checkpoints and autovacuum come often enough that some minutes see what hours do. */
static bool prepare_server(struct size *size, struct error *error) {
    char timeout[16];
    struct server_setting settings[2];
    size_t count = 0;
    snprintf(timeout, sizeof timeout, "%.0fs", SIZE_SOAK_CHECKPOINT_S);
    if (!size_names_setting(size, "checkpoint_timeout"))
        settings[count++] = (struct server_setting){"checkpoint_timeout", timeout};
    if (!size_names_setting(size, "autovacuum_naptime"))
        settings[count++] = (struct server_setting){"autovacuum_naptime", "10s"};
    if (!size->session.server || count == 0)
        return true;
    return session_restart(&size->session, settings, count, size->arena, error) ||
           error_prefix(error, "restarting the server for the soak");
}

/* Of a soak that held; NULL: it confirms the capacity. */
static const char *why_unconfirmed(struct size *size, const struct size_probe *soak) {
    char seconds[32], timeout[32], done[32];
    double checkpoints = soak->point.checkpoints;
    double timeout_s = size->session.facts.checkpoint_timeout_s;
    if (size_autovacuum_off(&size->session.facts))
        return "autovacuum is off";
    if (!is_known(checkpoints))
        return "the checkpoints in the soak could not be counted";
    if (checkpoints >= SIZE_SOAK_CHECKPOINTS)
        return NULL;
    units_show_duration(seconds, sizeof seconds, (uint64_t)soak->point.seconds * NS_PER_S);
    units_show_things(done, sizeof done, checkpoints, "checkpoint");
    if (timeout_s <= 0)
        return arena_printf(size->arena, "the soak of %s was too short: it saw %s, not %d", seconds,
                            done, SIZE_SOAK_CHECKPOINTS);
    return arena_printf(size->arena,
                        "the soak of %s was too short: it saw %s, not %d, with a "
                        "checkpoint_timeout of %s",
                        seconds, done, SIZE_SOAK_CHECKPOINTS,
                        units_show_duration(timeout, sizeof timeout, (uint64_t)(timeout_s * 1e9)));
}

/* Lower by what was not done, and by the bracket's width at least; between what held and what did
 * not, their geometric mean. held: the highest rate that was soaked and held; 0: none yet. 0: the
 * bracket is narrow enough. */
static double next_soak(const struct size_result *result, const struct size_probe *last,
                        double held, int failed) {
    double rate = last->point.rate_per_s;
    if (held > 0)
        return result->bracketed || !is_known(result->high_per_s) ? 0
                                                                  : sqrt(held * result->high_per_s);
    double done = is_known(last->achieved) && last->achieved < SIZE_DONE_MIN
                      ? fmax(last->achieved, SOAK_FALL_MOST)
                      : 1;
    return rate * done / (1 + SIZE_BRACKET * failed);
}

static void take_soak(struct size *size, const struct size_probe *probe, double *held) {
    struct size_result *result = size->result;
    double rate = probe->point.rate_per_s;
    if (probe->verdict == SIZE_HOLDS) {
        *held = rate;
        keep_bracket(result, rate, is_known(result->high_per_s) ? result->high_per_s : INFINITY);
        result->unconfirmed = why_unconfirmed(size, probe);
        result->confirmed = !result->unconfirmed;
        return;
    }
    keep_bracket(result, *held > 0 ? *held : held_below(result, rate), rate);
    if (*held > 0)
        return;
    result->unconfirmed =
        arena_printf(size->arena, "a soak at %s did not hold: %s", show_rate(size, rate),
                     probe->why ? probe->why : "the reason is not known");
}

/* One soak after another, each lower until one holds; then closer to what did not hold, as long as
 * there is time for a whole one. What a short probe bears can be far from what a long one does. */
static bool soak(struct size *size, struct error *error) {
    struct size_result *result = size->result;
    uint64_t until_ns = size_until(size, SIZE_PHASE_SOAK);
    double rate = result->capacity_per_s, least_s = fmin(size->plan.probe_s, size->plan.soak_s);
    double held = 0;
    for (int i = 0, failed = 0; i < SIZE_SOAKS_MAX && rate > 0; i++) {
        struct size_probe probe;
        double window_s = window_that_fits(size, size->plan.soak_s,
                                           held > 0 ? size->plan.soak_s : least_s, until_ns);
        if (window_s <= 0)
            return true;
        if (!measure(size, rate, window_s, true, &probe, error))
            return false;
        failed += probe.verdict != SIZE_HOLDS;
        take_soak(size, &probe, &held);
        rate = next_soak(result, &probe, held, failed);
    }
    return true;
}

static bool confirm(struct size *size, struct error *error) {
    struct size_result *result = size->result;
    if (!is_known(result->capacity_per_s)) {
        result->unconfirmed = "no rate held that a soak could confirm";
        return true;
    }
    if (size->plan.soak_s <= 0) {
        result->unconfirmed = "the budget has no time for a soak";
        return true;
    }
    result->unconfirmed = "no time was left for a soak";
    double least_s = fmin(size->plan.probe_s, size->plan.soak_s);
    if (!(window_that_fits(size, size->plan.soak_s, least_s, size_until(size, SIZE_PHASE_SOAK)) >
          0))
        return true;
    if (!prepare_server(size, error))
        return false;
    if (size_autovacuum_off(&size->session.facts))
        size_warn(size, "autovacuum is off: what it takes is missing in the capacity");
    return soak(size, error);
}

bool size_soak(struct size *size, struct error *error) {
    if (!confirm(size, error))
        return false;
    if (size->wide && !size->result->bracketed)
        size_warn(size, "%s", size->wide);
    return true;
}
