#include "load/schedule.h"

#include <math.h>

#include "base/clock.h"

static double length_s(const struct schedule_span *span) {
    return span->length_ns == UINT64_MAX ? INFINITY : (double)span->length_ns / (double)NS_PER_S;
}

/* Arrivals expected in a span's first seconds. */
static double expected_until(const struct schedule_span *span, double seconds) {
    if (span->from == span->to)
        return span->from > 0 ? span->from * seconds : 0;
    return span->from * seconds +
           (span->to - span->from) * seconds * seconds / (2 * length_s(span));
}

/* Its inverse, for 0 < expected <= that of the whole span: the root of the quadratic in the form
 * that loses no digits when the slope is small. */
static double seconds_until(const struct schedule_span *span, double expected) {
    if (span->from == span->to)
        return expected / span->from;
    double slope = (span->to - span->from) / length_s(span);
    double root = span->from * span->from + 2 * slope * expected;
    return 2 * expected / (span->from + sqrt(root > 0 ? root : 0));
}

void schedule_init(struct schedule *schedule, const struct schedule_span *spans, size_t count,
                   bool uniform, uint64_t key, uint32_t part, uint32_t parts) {
    *schedule = (struct schedule){.spans = spans,
                                  .count = count,
                                  .uniform = uniform,
                                  .step = parts,
                                  .rng = rng_at(key, part)};
    /* In the middle of its unit, so that a rate of r over t seconds has r × t arrivals. */
    if (uniform)
        schedule->expected = part + 0.5 - parts;
}

uint64_t schedule_next(struct schedule *schedule) {
    double distance = schedule->uniform ? 1 : -log1p(-rng_unit(&schedule->rng));
    double expected = schedule->expected + distance * schedule->step;
    for (; schedule->span < schedule->count; schedule->span++) {
        const struct schedule_span *span = &schedule->spans[schedule->span];
        double whole = expected_until(span, length_s(span));
        if (expected <= whole && whole > 0) {
            schedule->expected = expected;
            return (uint64_t)(schedule->begin_ns +
                              seconds_until(span, expected) * (double)NS_PER_S);
        }
        expected -= whole;
        schedule->begin_ns += (double)span->length_ns;
    }
    return UINT64_MAX;
}

double schedule_value(const struct schedule_span *spans, size_t count, uint64_t ns) {
    for (size_t i = 0; i < count; i++) {
        if (ns < spans[i].length_ns) {
            double share = (double)ns / (double)spans[i].length_ns;
            return spans[i].from + (spans[i].to - spans[i].from) * share;
        }
        ns -= spans[i].length_ns;
    }
    return count ? spans[count - 1].to : 0;
}

static double expected_from_start(const struct schedule_span *spans, size_t count, uint64_t ns) {
    double expected = 0;
    for (size_t i = 0; i < count && ns > 0; i++) {
        uint64_t inside_ns = ns < spans[i].length_ns ? ns : spans[i].length_ns;
        expected += expected_until(&spans[i], (double)inside_ns / (double)NS_PER_S);
        ns -= inside_ns;
    }
    return expected;
}

double schedule_expected(const struct schedule_span *spans, size_t count, uint64_t from_ns,
                         uint64_t to_ns) {
    return expected_from_start(spans, count, to_ns) - expected_from_start(spans, count, from_ns);
}
