/*
 * Thresholds: what has to hold, in k6's spirit.
 *
 *     METRIC [ (ARGUMENT) ] [ {stage: NAME, step: NAME} ] OPERATOR VALUE
 *
 *     p99(response) < 200ms            p95(response){stage:peak} < 75ms    rows_per_s > 1000
 *     errors < 1%                      deadlocks == 0                      achieved >= 95%
 *     drift(p99) < 10%                 lock_waits.share < 2%               connections < 80%
 *     recovery{stage:spike} < 1min     max(queue_depth) < 1000
 *
 * Which metrics there are, what each means, its unit and what it may be narrowed to is one table,
 * metrics[], which `pgwrite list metrics` and the errors print. The value has the unit of the
 * metric: a duration, a share (`5%` or 0.05), a count, a rate (a bare number, a second), a size.
 */
#ifndef PGWRITE_WORKLOAD_THRESHOLD_H
#define PGWRITE_WORKLOAD_THRESHOLD_H

#include "workload/workload.h"

enum metric_id {
    METRIC_QUANTILE, /* p50, p90, p99, p99.9, …: of a latency */
    METRIC_AVG,      /* of a latency or a gauge */
    METRIC_MIN,
    METRIC_MAX,
    METRIC_ROWS,
    METRIC_ROWS_PER_S,
    METRIC_COMMITS,
    METRIC_COMMITS_PER_S,
    METRIC_ERRORS,        /* share: failed transactions, checkout timeouts and dropped arrivals of
                             what was asked and not rejected */
    METRIC_RETRIES,       /* count */
    METRIC_DEADLOCKS,     /* count, the server's */
    METRIC_REJECTED,      /* share of what was asked */
    METRIC_DROPPED,       /* share of what was asked */
    METRIC_TIMEOUTS,      /* share of what was asked: checkouts */
    METRIC_ACHIEVED,      /* share: commits of what an open loop asked for */
    METRIC_DRIFT,         /* share: change over the run, see metric.h */
    METRIC_RECOVERY,      /* duration, of a stage */
    METRIC_LOCK_SHARE,    /* lock_waits.share */
    METRIC_FLUSH_SHARE,   /* commit_flush.share */
    METRIC_CONNECTIONS,   /* share of max_connections that the pool had open at most */
    METRIC_WAL_PER_ROW,   /* wal.bytes_per_row */
    METRIC_HEAP_PER_ROW,  /* table.heap_bytes_per_row */
    METRIC_INDEX_PER_ROW, /* table.index_bytes_per_row */
    METRIC_COUNT
};

enum metric_unit { METRIC_NS, METRIC_SHARE, METRIC_NUMBER, METRIC_PER_S, METRIC_BYTES };

enum metric_argument {
    ARGUMENT_NONE,
    ARGUMENT_LATENCY,          /* of enum latency */
    ARGUMENT_LATENCY_OR_GAUGE, /* a gauge's name makes the unit METRIC_NUMBER */
    ARGUMENT_DRIFT,            /* of enum drift_of, or a gauge */
};

/* Where the time of a transaction goes; see method of measuring in docs/result.md. */
enum latency {
    LATENCY_RESPONSE,
    LATENCY_LAG,
    LATENCY_POOL_WAIT,
    LATENCY_STATEMENT,
    LATENCY_COMMIT,
    LATENCY_CONNECT,
    LATENCY_COUNT
};
extern const char *const latency_names[LATENCY_COUNT];

enum drift_of {
    DRIFT_ROWS_PER_S,
    DRIFT_COMMITS_PER_S,
    DRIFT_P50,
    DRIFT_P99,
    DRIFT_MEMORY,
    DRIFT_BLOAT,
    DRIFT_GAUGE,
    DRIFT_COUNT
};
extern const char *const drift_names[DRIFT_COUNT]; /* "rows_per_s", …; of a gauge NULL */

struct metric {
    const char *name; /* "p99" for all quantiles */
    const char *summary;
    enum metric_unit unit;
    enum metric_argument argument;
    bool by_stage, by_step; /* what it may be narrowed to */
    bool live;              /* known while the run goes on, so that `abort: true` is possible */
};
extern const struct metric metrics[METRIC_COUNT];

enum threshold_operator { BELOW, AT_MOST, ABOVE, AT_LEAST, EQUAL, NOT_EQUAL };

#define THRESHOLD_ALL SIZE_MAX

struct threshold {
    const char *text; /* as written, blanks normalised */
    enum metric_id metric;
    double quantile;      /* 0..1 */
    enum latency latency; /* where no gauge is meant */
    enum drift_of drift;
    size_t gauge;       /* index; THRESHOLD_ALL: none */
    size_t stage, step; /* indexes in the workload; THRESHOLD_ALL: over all */
    enum threshold_operator compare;
    double value; /* in the metric's unit: ns, share, number, 1/s, bytes */
    enum metric_unit unit;
    bool abort; /* ends the run as soon as it does not hold any more */
    struct place at;
};

/* Parses one. Stages, steps and gauges of the workload must be there already. stage: the one in
 * whose list it stands, or THRESHOLD_ALL. Errors are EXIT_USAGE with the place: an unknown metric
 * (with the nearest, or the list), stage, step or gauge, a wrong unit, a selector that the metric
 * does not have, drift or recovery without what it needs. */
MUST_CHECK bool threshold_parse(const char *text, const struct place *at, size_t stage, bool abort,
                                const struct workload *workload, struct arena *arena,
                                struct threshold *out, struct error *error);

/* `workload->thresholds` from the top-level key `thresholds:` (NULL: there is none) and those of
 * the stages: stage_items[i] is the value of `thresholds:` of stage i, or NULL. Each element is a
 * text, or a map {check: TEXT, abort: true}. */
struct yaml_item;
MUST_CHECK bool thresholds_parse(const struct yaml_item *top,
                                 const struct yaml_item *const *stage_items, struct arena *arena,
                                 struct workload *workload, struct error *error);

/* Whether it is of what only an open loop has, or one with a queue in front of the pool. */
bool threshold_needs_rate(const struct threshold *threshold);
bool threshold_needs_queue(const struct threshold *threshold);

/* Whether a value holds it. */
bool threshold_holds(const struct threshold *threshold, double value);

/* "183 ms", "0.4 %", "1,234": a value in the threshold's unit; unknown (negative where the metric
 * can't be, else NAN) is "–". */
const char *threshold_show(const struct threshold *threshold, double value, char *out, size_t size);

#endif
