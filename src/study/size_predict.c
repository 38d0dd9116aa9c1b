/*
 * What another disk would do: the model of commits that share flushes (stats/group_commit.h), set
 * so that it does what was measured here, and then run with the other flush time.
 *
 * Throughput and the middle of the response times come out well (scripts/study-fsync). The tail is
 * too short: each flush takes the same time in the model, and nobody else is at the CPUs. What it
 * says of an SLO's quantile is therefore used as a ratio to what it says of this server.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stats/group_commit.h"
#include "study/size_internal.h"

#define TRANSACTIONS 10000
#define TRANSACTIONS_TAIL 20000 /* of an open loop, whose tail counts */
#define HALVINGS 10
/* What a transaction takes beside its flush may be so much shorter with the pool than alone, as an
 * idle machine is slow to wake, or longer. */
#define STRETCH_MIN 0.5
#define STRETCH_MAX 64.0
/* Of a transaction's CPU time, what comes behind its commit. Of single rows, where answer, next
 * arguments and waking are most of it, it is rather more; of large batches less. */
#define AFTER_SHARE 0.5
/* Of a transaction alone that is not its flush, at least. */
#define REST_MIN 0.05
/* Of the throughput that would be without any flush: below that it is flushes that limit. */
#define FLUSHES_LIMIT 0.9

/* The server as the model has it. */
struct model {
    struct group_commit commit;   /* flush_s: of the present disk */
    const struct threshold *tail; /* NULL: none */
};

static int compare_doubles(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

typedef double (*figure_fn)(const struct size_point *point);

static double mean_of(const struct size_point *point) {
    return point->mean_s;
}

static double cpu_of(const struct size_point *point) {
    if (!is_known(point->server_cpu_us_per_row) || !is_known(point->client_cpu_us_per_row) ||
        !(point->commits_per_s > 0) || !is_known(point->rows_per_s))
        return UNKNOWN;
    return (point->server_cpu_us_per_row + point->client_cpu_us_per_row) / 1e6 * point->rows_per_s /
           point->commits_per_s;
}

/* The median of a level's repeats, of those of which it is known. */
static double of_level(const struct size_result *result, uint32_t pool, figure_fn figure,
                       struct arena *arena) {
    double *values = ARENA_ARRAY(arena, double, result->level_count + 1);
    size_t count = 0;
    for (size_t i = 0; i < result->level_count; i++) {
        double value = result->levels[i].pool == pool ? figure(&result->levels[i]) : UNKNOWN;
        if (is_known(value))
            values[count++] = value;
    }
    if (count == 0)
        return UNKNOWN;
    qsort(values, count, sizeof *values, compare_doubles);
    return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

static double closed_per_s(const struct model *model, double flush_s) {
    struct group_commit options = model->commit;
    struct group_commit_run run;
    options.flush_s = flush_s;
    group_commit_run(&options, &run);
    histogram_free(run.response);
    return run.per_s;
}

/* Whether a rate keeps what the SLO asks for and the queue does not grow: as in a probe, a
 * hundredth may be left undone. */
static bool holds(const struct model *model, double rate_per_s, double flush_s) {
    struct group_commit options = model->commit;
    struct group_commit_run run;
    options.rate_per_s = rate_per_s;
    options.flush_s = flush_s;
    options.transactions = TRANSACTIONS_TAIL;
    group_commit_run(&options, &run);
    /* From the middle of the first third to that of the last. */
    double span_s = TRANSACTIONS_TAIL * 0.6 / rate_per_s;
    bool yes = run.lag_growth <= (1 - SIZE_DONE_MIN) * span_s;
    if (yes && model->tail) {
        double tail_ns = (double)histogram_quantile(run.response, model->tail->quantile);
        yes = threshold_holds(model->tail, tail_ns);
    }
    histogram_free(run.response);
    return yes;
}

/* The highest rate that holds; 0: none. */
static double open_per_s(const struct model *model, double flush_s) {
    double low = 0, high = closed_per_s(model, flush_s) * 1.05;
    for (int i = 0; i < HALVINGS; i++) {
        double middle = (low + high) / 2;
        if (holds(model, middle, flush_s))
            low = middle;
        else
            high = middle;
    }
    return low;
}

static bool flushes_are_off(const struct server_facts *server) {
    for (size_t i = 0; i < server->setting_count; i++)
        if (strcmp(server->settings[i].name, "fsync") == 0)
            return strcmp(server->settings[i].value, "off") == 0;
    return false;
}

/* The first SLO of a quantile of response over everything; NULL: none. */
static const struct threshold *tail_slo(const struct size_result *result) {
    for (size_t i = 0; i < result->slo_count; i++) {
        const struct threshold *slo = &result->slos[i];
        if (slo->metric == METRIC_QUANTILE && slo->latency == LATENCY_RESPONSE &&
            slo->stage == THRESHOLD_ALL && slo->step == THRESHOLD_ALL &&
            (slo->compare == BELOW || slo->compare == AT_MOST))
            return slo;
    }
    return NULL;
}

/* NULL, or why there is no model. */
static const char *model_init(struct model *model, const struct size_result *result, double cpus,
                              double flush_s, uint64_t seed, struct arena *arena) {
    double alone_s = of_level(result, 1, mean_of, arena);
    double cpu_s = of_level(result, 1, cpu_of, arena);
    if (result->server && result->server->durability == ASYNC_COMMIT)
        return "synchronous_commit is off here: no commit waits for a flush";
    if (result->server && flushes_are_off(result->server))
        return "fsync is off here: nothing is flushed";
    if (!is_known(flush_s))
        return "the flush time of this server is not known";
    if (!(alone_s > 0))
        return "no round with one connection was measured";
    if (result->pool == 0 || !(result->closed_per_s > 0))
        return "the pool to use is not known";
    /* One connection has each flush for itself. A probe that was longer than what the CPU leaves of
     * a transaction, or nearly all of it, is off: other writers were at the disk. CPU unknown (a
     * server elsewhere): as if none were short. That foretells less for a slower disk, as CPU would
     * be idle meanwhile. */
    cpu_s = is_known(cpu_s) ? fmin(cpu_s, alone_s) : 0;
    flush_s = fmin(flush_s, alone_s - fmax(cpu_s, alone_s * REST_MIN));
    double rest_s = alone_s - flush_s;
    *model = (struct model){
        .commit = {.connections = result->pool,
                   .cpus = fmax(1, cpus),
                   .cpu_s = cpu_s,
                   .after_share = AFTER_SHARE,
                   .pass_s = rest_s - cpu_s,
                   .flush_s = flush_s,
                   .transactions = TRANSACTIONS,
                   .seed = seed},
        .tail = tail_slo(result),
    };
    return NULL;
}

static struct model stretched(const struct model *model, double stretch) {
    struct model other = *model;
    other.commit.cpu_s *= stretch;
    other.commit.pass_s *= stretch;
    return other;
}

/* What a transaction takes beside its flush is stretched until the closed loop does what it did
 * here. If it would have to be less than can be, it is the flush that takes less than was probed.
 * False: nothing makes the model so fast, or so slow. */
static bool model_calibrate(struct model *model, double per_s) {
    struct model least = stretched(model, STRETCH_MIN), most = stretched(model, STRETCH_MAX);
    double low = 0, high = model->commit.flush_s;
    if (closed_per_s(&most, high) > per_s)
        return false;
    if (closed_per_s(&least, high) < per_s) {
        *model = least;
        if (!(closed_per_s(model, 0) > per_s))
            return false;
        for (int i = 0; i < HALVINGS; i++) {
            double middle = (low + high) / 2;
            if (closed_per_s(model, middle) < per_s)
                high = middle;
            else
                low = middle;
        }
        model->commit.flush_s = high;
        return true;
    }
    low = STRETCH_MIN;
    high = STRETCH_MAX;
    for (int i = 0; i < HALVINGS; i++) {
        double middle = sqrt(low * high);
        struct model other = stretched(model, middle);
        if (closed_per_s(&other, model->commit.flush_s) < per_s)
            high = middle;
        else
            low = middle;
    }
    *model = stretched(model, low);
    return true;
}

/* ---- bandwidth ---- */

static double greater(double a, double b) {
    return a > b ? a : b;
}

/* WAL and data files, a transaction; UNKNOWN. Each page that is new is written once at least; a
 * round without a checkpoint has not done so. */
static double bytes_per_commit(const struct size_point *point) {
    if (!(point->commits_per_s > 0) || !is_known(point->wal_bytes_per_s))
        return UNKNOWN;
    double data = 0;
    if (is_known(point->checkpoint_bytes_per_s))
        data = point->checkpoint_bytes_per_s / point->commits_per_s;
    if (is_known(point->heap_bytes_per_row) && is_known(point->index_bytes_per_row))
        data = greater(data, (point->heap_bytes_per_row + point->index_bytes_per_row) *
                                 point->rows_per_s / point->commits_per_s);
    return point->wal_bytes_per_s / point->commits_per_s + data;
}

/* Of the soak, whose checkpoints write what they write; without one, of the pool's rounds: the
 * most of any. */
static double bytes_of(const struct size_result *result) {
    double most = UNKNOWN;
    for (size_t i = 0; i < result->probe_count; i++)
        if (result->probes[i].soak)
            most = greater(most, bytes_per_commit(&result->probes[i].point));
    for (size_t i = 0; i < result->level_count && !is_known(most); i++)
        if (result->levels[i].pool == result->pool)
            most = greater(most, bytes_per_commit(&result->levels[i]));
    for (size_t i = 0; i < result->level_count && !is_known(most); i++)
        most = greater(most, bytes_per_commit(&result->levels[i]));
    return most;
}

/* ---- the answer ---- */

/* Another flush time; false: unknown_why says why not. */
static bool predict_flush(struct size_result *result, double cpus, uint64_t seed,
                          struct arena *arena) {
    struct size_prediction *out = &result->prediction;
    struct model model;
    out->unknown_why = model_init(&model, result, cpus, out->fsync_here_s, seed, arena);
    if (out->unknown_why)
        return false;
    if (!model_calibrate(&model, result->closed_per_s)) {
        out->unknown_why = "the model of commits that share flushes does not do what this server "
                           "did";
        return false;
    }
    double here_s = model.commit.flush_s;
    /* A disk that is no slower than this one was probed to be is not slower than it was at work. */
    double there_s = out->fsync_s <= out->fsync_here_s ? fmin(out->fsync_s, here_s) : out->fsync_s;
    double closed = closed_per_s(&model, there_s);
    double open_here = open_per_s(&model, here_s);
    out->flush_bound_per_s =
        out->fsync_s > 0 ? fmax(1, result->pool / 2.0) / out->fsync_s : UNKNOWN;
    out->closed_per_s = result->closed_per_s * closed / closed_per_s(&model, here_s);
    out->limit = closed < FLUSHES_LIMIT * closed_per_s(&model, 0) ? "flushes" : "as here";
    if (!is_known(result->capacity_per_s)) {
        out->unknown_why = "no capacity was found here";
        return false;
    }
    if (!(open_here > 0)) {
        out->unknown_why = "in the model the SLO does not hold with this server's flush time, at "
                           "whatever rate";
        return false;
    }
    out->capacity_per_s = result->capacity_per_s * open_per_s(&model, there_s) / open_here;
    return true;
}

static bool predict_bandwidth(struct size_result *result) {
    struct size_prediction *out = &result->prediction;
    double bytes = bytes_of(result);
    if (!(bytes > 0)) {
        out->unknown_why = "what a transaction writes is not known";
        return false;
    }
    out->disk_bound_per_s = out->disk_bytes_per_s / bytes;
    if (out->disk_bound_per_s < out->capacity_per_s) {
        out->capacity_per_s = out->disk_bound_per_s;
        out->limit = "bandwidth";
    }
    if (out->disk_bound_per_s < out->closed_per_s)
        out->closed_per_s = out->disk_bound_per_s;
    return true;
}

void size_predict(struct size_result *result, double cpus, double flush_here_s, uint64_t seed,
                  struct arena *arena) {
    struct size_prediction *out = &result->prediction;
    out->known = false;
    out->unknown_why = NULL;
    out->fsync_here_s = flush_here_s;
    out->closed_per_s = result->closed_per_s;
    out->capacity_per_s = out->capacity_rows_per_s = UNKNOWN;
    out->flush_bound_per_s = out->disk_bound_per_s = UNKNOWN;
    out->limit = NULL;
    out->fits = PREDICTED_UNKNOWN;
    if (!out->asked)
        return;
    if (is_known(out->fsync_s)) {
        out->closed_per_s = UNKNOWN;
        if (!predict_flush(result, cpus, seed, arena))
            return;
    } else if (is_known(result->capacity_per_s)) {
        out->capacity_per_s = result->capacity_per_s;
        out->limit = "as here";
    } else {
        out->unknown_why = "no capacity was found here";
        return;
    }
    if (is_known(out->disk_bytes_per_s) && !predict_bandwidth(result))
        return;
    out->known = true;
    if (is_known(result->rows_per_commit))
        out->capacity_rows_per_s = out->capacity_per_s * result->rows_per_commit;
    /* Scaled from a rate above which none was found to fail, it is the least that there may be. */
    bool at_least = !is_known(result->high_per_s) && out->capacity_per_s != out->disk_bound_per_s;
    if (is_known(result->needed_per_s) && out->capacity_per_s >= result->needed_per_s)
        out->fits = PREDICTED_FITS;
    else if (is_known(result->needed_per_s) && !at_least)
        out->fits = PREDICTED_SHORT;
}
