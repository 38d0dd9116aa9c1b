/* The series of a round made short enough for a screen. Sums stay sums, what is the worst of an
 * interval stays the worst. */
#include <math.h>

#include "html/run_charts.h"

static double larger(double a, double b) {
    return isnan(a) || b > a ? b : a;
}

static double ms_of(uint64_t ns) {
    return ns ? (double)ns / 1e6 : UNKNOWN;
}

/* Sums of what a point's intervals know, each over the time of those that know it. */
struct sums {
    double rows, errors, length_s;
    double wal_bytes, wal_s;
    double session_s, locked_s;
    double busy, open, looked_s;
};

static double over(double sum, double by) {
    return by > 0 ? sum / by : UNKNOWN;
}

static void add_sampled(struct sums *sums, const struct result_round *round, size_t number) {
    if (!round->waits || number >= round->waits->series_count)
        return;
    const struct sampled_interval *seen = &round->waits->series[number];
    if (is_known(seen->wal_bytes)) {
        sums->wal_bytes += seen->wal_bytes;
        sums->wal_s += round->intervals[number].length_s;
    }
    sums->session_s += seen->session_s;
    sums->locked_s += seen->locked_s;
}

static void add_gauges(struct time_point *point, const struct result_round *round, size_t number,
                       size_t gauge_count) {
    if (number >= round->sample_count)
        return;
    const struct gauge_sample *sample = &round->samples[number];
    point->memory_bytes = larger(point->memory_bytes, sample->memory_bytes);
    point->table_bytes = larger(point->table_bytes, sample->table_bytes);
    for (size_t i = 0; sample->gauges && i < gauge_count; i++)
        point->gauges[i] = larger(point->gauges[i], sample->gauges[i]);
}

static void add_interval(struct time_point *point, struct sums *sums,
                         const struct load_interval *interval) {
    sums->rows += (double)interval->rows;
    sums->errors += (double)interval->errors;
    sums->length_s += interval->length_s;
    point->p50_ms = larger(point->p50_ms, ms_of(interval->p50_ns));
    point->p99_ms = larger(point->p99_ms, ms_of(interval->p99_ns));
    point->waiting = larger(point->waiting, interval->waiting);
    if (!is_known(interval->busy) || !is_known(interval->open))
        return;
    sums->busy += interval->busy * interval->length_s;
    sums->open += interval->open * interval->length_s;
    sums->looked_s += interval->length_s;
}

static void build_point(struct time_point *point, const struct result_round *round, size_t first,
                        size_t end, size_t gauge_count) {
    struct sums sums = {0};
    point->p50_ms = point->p99_ms = point->waiting = UNKNOWN;
    point->memory_bytes = point->table_bytes = UNKNOWN;
    for (size_t i = 0; i < gauge_count; i++)
        point->gauges[i] = NAN;
    for (size_t i = first; i < end; i++) {
        add_interval(point, &sums, &round->intervals[i]);
        add_sampled(&sums, round, i);
        add_gauges(point, round, i, gauge_count);
    }
    point->length_s = sums.length_s;
    point->at_s = round->intervals[first].t_s + sums.length_s / 2;
    point->rows_per_s = over(sums.rows, sums.length_s);
    point->errors_per_s = over(sums.errors, sums.length_s);
    point->wal_bytes_per_s = over(sums.wal_bytes, sums.wal_s);
    point->lock_share = over(sums.locked_s, sums.session_s);
    point->busy = over(sums.busy, sums.looked_s);
    point->open = over(sums.open, sums.looked_s);
}

/* What is left at the end of a run is too short for a rate of its own. */
static bool has_stub(const struct result_round *round) {
    size_t count = round->interval_count;
    return count > 1 && round->intervals[count - 1].length_s < round->intervals[0].length_s / 2;
}

void time_line_build(const struct result_round *round, size_t gauge_count, size_t points_max,
                     struct arena *arena, struct time_line *out) {
    size_t count = round->interval_count - has_stub(round);
    out->merged = count > points_max ? (count + points_max - 1) / points_max : 1;
    out->count = (count + out->merged - 1) / out->merged;
    out->points = ARENA_ARRAY(arena, struct time_point, out->count + 1);
    for (size_t i = 0; i < out->count; i++) {
        size_t first = i * out->merged, end = first + out->merged;
        out->points[i].gauges = ARENA_ARRAY(arena, double, gauge_count + 1);
        if (end >= count)
            end = round->interval_count;
        build_point(&out->points[i], round, first, end, gauge_count);
    }
}

/* ---- marks ---- */

static double end_of(const struct load_interval *interval) {
    return interval->t_s + interval->length_s;
}

/* One that began in an interval is marked from its beginning, as nobody knows the moment. */
void mark_checkpoints(struct chart *chart, const struct result_round *round) {
    size_t count = round->waits ? round->waits->series_count : 0;
    int open = 0;
    double from = NAN;
    char label[64];
    count = count < round->interval_count ? count : round->interval_count;
    for (size_t i = 0; i < count; i++) {
        const struct sampled_interval *seen = &round->waits->series[i];
        int begun = seen->checkpoints_begun > 0 ? seen->checkpoints_begun : 0;
        int done = seen->checkpoints_done > 0 ? seen->checkpoints_done : 0;
        if (open == 0 && (begun || done))
            from = round->intervals[i].t_s;
        open = open + begun - done > 0 ? open + begun - done : 0;
        if (!done)
            continue;
        chart_mark(chart, MARK_CHECKPOINT, "x", from, end_of(&round->intervals[i]),
                   done == 1 ? "checkpoint"
                             : units_show_things(label, sizeof label, done, "checkpoint"));
        from = open ? round->intervals[i].t_s : NAN;
    }
    if (open)
        chart_mark(chart, MARK_CHECKPOINT, "x", from, end_of(&round->intervals[count - 1]),
                   "checkpoint, not done by the end");
}

void mark_errors(struct chart *chart, const struct result_round *round) {
    uint64_t errors = 0;
    double from = 0;
    char label[64];
    for (size_t i = 0; i < round->interval_count; i++) {
        const struct load_interval *interval = &round->intervals[i];
        from = errors ? from : interval->t_s;
        errors += interval->errors;
        bool last = i + 1 == round->interval_count || !round->intervals[i + 1].errors;
        if (!errors || !last)
            continue;
        units_show_things(label, sizeof label, (double)errors, "error");
        chart_mark(chart, MARK_ERROR, "x", from, end_of(interval), label);
        errors = 0;
    }
}

void mark_stages(struct chart *chart, const struct result *result,
                 const struct result_round *round) {
    double at = round->window_at_s, end = round->window_at_s + round->seconds;
    const struct workload *load = result->load;
    if (!is_known(at))
        return;
    if (at > 0)
        chart_mark(chart, MARK_STAGE, "x", 0, at, "warm-up");
    if (!load || !load->stage_count) {
        chart_mark(chart, MARK_STAGE, "x", at, end, "measured");
        return;
    }
    for (size_t i = 0; i < load->stage_count && at < end; i++) {
        double stage_end = at + (double)load->stages[i].for_ns / 1e9;
        stage_end = stage_end < end ? stage_end : end;
        chart_mark(chart, MARK_STAGE, "x", at, stage_end, load->stages[i].name);
        at = stage_end;
    }
}
