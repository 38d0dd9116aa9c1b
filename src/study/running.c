/* The hooks of a round's load. */
#include "study/running.h"

#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "result/board.h"
#include "result/metric.h"
#include "study/live.h"
#include "study/window.h"

/* Behind a pooler there is no sampler. */
static void read_live(const struct running *running, struct sampler_live *live) {
    *live = (struct sampler_live){.lock_share = UNKNOWN, .wal_bytes_per_s = UNKNOWN};
    if (running->sampler)
        sampler_live(running->sampler, live);
}

/* How long the caller's thread, which has the live line and the window's edges to see to, may be
 * held up by a server that does not answer; and how often. */
#define RECOVER_S 1u
#define RECOVER_PAUSE_NS (500 * NS_PER_MS)

bool running_recover(struct running *running, unsigned seconds, struct error *error) {
    struct session *session = running->context->session;
    pid_t postmaster = session->postmaster;
    control_look(session->control);
    bool lost = control_lost(session->control);
    if (lost) {
        lock_log_close(running->lock_log);
        running->lock_log = NULL;
    }
    if (!session_recover(session, seconds, error))
        return false;
    running->recovered += lost;
    if (session->postmaster != postmaster) {
        running->host.server_cpu_s = running->host.server_disk_written_bytes = UNKNOWN;
        running->memory_bytes = UNKNOWN;
    }
    return true;
}

/* While the pool works: `pgwrite clean` takes a run without its advisory lock for dead. */
static void keep_control(struct running *running, uint64_t now_ns) {
    const struct session *session = running->context->session;
    struct error error = {0};
    control_look(session->control);
    bool whole = !control_lost(session->control) && (session->locked || session->pooled);
    if (whole || interrupted() || now_ns < running->recover_ns)
        return;
    /* That it can't be had now is no error yet: who needs it at the end waits for it. */
    if (!running_recover(running, RECOVER_S, &error) || !session->locked)
        running->recover_ns = clock_ns() + RECOVER_PAUSE_NS;
}

static void read_pids(struct running *running) {
    struct control_rows *rows;
    if (!control_query(control_of(running),
                       "SELECT pid::int8 FROM pg_catalog.pg_stat_activity "
                       "WHERE application_name = $1",
                       CONTROL_ARGS(ARG_TEXT(running->context->session->application)), &rows,
                       &running->hook_error))
        return;
    running->pid_count = control_rows_count(rows);
    running->pids = MEM_ARRAY(int64_t, running->pid_count + 1);
    for (size_t i = 0; i < running->pid_count; i++)
        running->pids[i] = control_int8(rows, i, 0);
    control_rows_free(rows);
}

static void read_memory(struct running *running) {
    struct host_sample host;
    host_sample(running->context->session->postmaster, &host);
    running->memory_bytes = host.server_memory_bytes;
}

static void on_connected(void *data) {
    struct running *running = data;
    read_memory(running);
    /* A pooler's sessions have not reported yet what others did in them, nor will ours have. */
    bool pooled = running->context->session->pooled;
    if (!pooled)
        statistics_await(control_of(running));
    running->counters_known = !pooled && server_counters_read(control_of(running), &running->before,
                                                              &running->hook_error);
    running->statistics_known =
        !pooled && statistics_read(control_of(running), running->prepared->plan->table->oid,
                                   &running->statistics, &running->hook_error);
    if (running->lock_log)
        read_pids(running);
}

static void begin_board(const struct running *running) {
    const struct round_context *context = running->context;
    const struct server_facts *facts = &context->session->facts;
    const struct workload *workload = context->options->workload;
    board_begin(context->options->board,
                &(struct board_round){.workload = workload->name,
                                      .path = running->cell->path,
                                      .server_version = facts->version,
                                      .durability = durability_name(facts->durability),
                                      .pool = running->cell->pool,
                                      .batch = running->cell->batch,
                                      .label = context->label,
                                      .gauges = workload->gauges,
                                      .gauge_count = running->gauges ? workload->gauge_count : 0,
                                      .max_connections = facts->max_connections > 0
                                                             ? facts->max_connections
                                                             : UNKNOWN,
                                      .postmaster = context->session->postmaster});
}

static void on_started(void *data, uint64_t go_ns) {
    struct running *running = data;
    running->start_ns = go_ns;
    if (running->sampler)
        sampler_start(running->sampler, go_ns);
    /* With exact rows the window has begun before the first one was sent. */
    if (running->sampler && running->begin_ns)
        sampler_begin(running->sampler);
    if (running->gauges)
        gauges_start(running->gauges, go_ns);
    companions_start(running->companions);
    begin_board(running);
}

static void on_window_begin(void *data, uint64_t now_ns) {
    struct running *running = data;
    running->begin_ns = now_ns;
    if (running->sampler && running->start_ns)
        sampler_begin(running->sampler);
    if (!server_wal_position(control_of(running), &running->wal_begin, &running->hook_error))
        running->wal_begin = UNKNOWN;
    running->round->wal_at = running->wal_begin;
    if (running->lock_log && !lock_log_mark_begin(running->lock_log, &running->hook_error)) {
        lock_log_close(running->lock_log);
        running->lock_log = NULL;
    }
    host_sample_quick(running->context->session->postmaster, &running->host);
    struct sampler_live live;
    read_live(running, &live);
    running->checkpoint_at_begin = live.checkpoints_begun > live.checkpoints_done;
}

void running_close_companions(struct running *running) {
    if (running->companions)
        companions_close(running->companions, running->round->companions);
    running->companions = NULL;
}

static void on_window_end(void *data, uint64_t now_ns) {
    struct running *running = data;
    struct host_sample after;
    double wal_end;
    if (running->sampler)
        sampler_end(running->sampler);
    host_sample_quick(running->context->session->postmaster, &after);
    host_difference(&running->host, &after, (double)(now_ns - running->begin_ns) / 1e9,
                    &running->round->host);
    running->round->host.server_memory_bytes = running->memory_bytes;
    /* A window that Ctrl-C has ended is worth its figures too. */
    struct control *control = control_of(running);
    control_set_heed_interrupt(control, false);
    control_set_timeout(control, 5);
    if (is_known(running->wal_begin) &&
        server_wal_position(control, &wal_end, &running->hook_error))
        /* One that went back is another server's, after a failover, or has lost what a crash took.
         */
        running->round->wal_bytes =
            wal_end >= running->wal_begin ? wal_end - running->wal_begin : UNKNOWN;
    if (running->lock_log && !lock_log_mark_end(running->lock_log, &running->hook_error)) {
        lock_log_close(running->lock_log);
        running->lock_log = NULL;
    }
    control_set_timeout(control, SESSION_TIMEOUT_S);
    control_set_heed_interrupt(control, true);
    /* The locks that they hold must not keep the last commits from ending. */
    running_close_companions(running);
}

/* The intervals that the sampler has seen to their end as well. */
static bool may_begin_steady(struct running *running, const struct load_interval *intervals,
                             size_t count) {
    struct window_interval last[WINDOW_SETTLE_INTERVALS];
    if (count < WINDOW_SETTLE_INTERVALS)
        return false;
    size_t first = count - WINDOW_SETTLE_INTERVALS;
    for (size_t i = first; i < count; i++) {
        struct sampled_interval sampled;
        if (!sampler_interval(running->sampler, i, &sampled))
            sampled.wal_bytes = UNKNOWN;
        bool known = is_known(sampled.wal_bytes) && intervals[i].commits > 0;
        last[i - first] = (struct window_interval){
            .rows_per_s = (double)intervals[i].rows / intervals[i].length_s,
            .wal_per_commit = known ? sampled.wal_bytes / (double)intervals[i].commits : UNKNOWN};
    }
    running->round->settled = window_settled(last);
    return running->round->settled || count >= WINDOW_SETTLE_MAX;
}

static bool may_begin(void *data, uint64_t now_ns, const struct load_interval *intervals,
                      size_t count) {
    struct running *running = data;
    const struct matrix_options *options = running->context->options;
    if (now_ns < running->start_ns + options->warmup_ns)
        return false;
    return options->mode == MODE_CYCLE || may_begin_steady(running, intervals, count);
}

/* In mode cycle the first whole checkpoint counts from the end of the one before the load. Where
 * the role may not ask for that one, or another is under way as the window begins, it counts from
 * the end of the first in the window. */
static bool may_end(void *data, uint64_t now_ns) {
    struct running *running = data;
    const struct round_context *context = running->context;
    uint64_t lasted_ns = now_ns - running->begin_ns;
    if (context->options->mode == MODE_STEADY)
        return lasted_ns >= context->options->duration_ns;
    struct sampler_live live;
    read_live(running, &live);
    int64_t wanted = 2 + (!context->session->may_checkpoint || running->checkpoint_at_begin);
    running->round->settled = live.window_done >= wanted;
    uint64_t limit_ns = (uint64_t)(context->session->facts.checkpoint_timeout_s *
                                   (double)(wanted + 2) * (double)NS_PER_S);
    return (running->round->settled && lasted_ns >= context->options->duration_ns) ||
           lasted_ns >= limit_ns;
}

/* What was to end the run as soon as it does not hold any more. */
static bool thresholds_hold(const struct running *running, const struct load_progress *progress,
                            struct error *error) {
    const struct workload *workload = running->context->options->workload;
    const struct metric_live live = {.source = running->demand.source,
                                     .intervals = progress->intervals,
                                     .first = progress->first,
                                     .count = progress->count,
                                     .response = progress->response,
                                     .stage_response = progress->stage_response,
                                     .stage = progress->stage,
                                     .stage_at_s = progress->stage_at_s,
                                     .stage_end_s = progress->stage_end_s};
    for (size_t i = 0; i < workload->threshold_count; i++) {
        const struct threshold *threshold = &workload->thresholds[i];
        if (!threshold->abort || running->context->options->quick)
            continue;
        double value = metric_live_value(&live, threshold);
        char shown[64];
        if (isnan(value) || threshold_holds(threshold, value))
            continue;
        error_set(error, "the run was ended early: %s, and it is %s", threshold->text,
                  threshold_show(threshold, value, shown, sizeof shown));
        error->exit_code = EXIT_THRESHOLD;
        return false;
    }
    return true;
}

static double seconds_of(const struct running *running, const struct load_progress *progress) {
    return (double)(progress->now_ns - running->start_ns) / 1e9;
}

static void show_live(const struct running *running, const struct load_progress *progress) {
    struct sampler_live sampled;
    read_live(running, &sampled);
    const struct live live = {.context = running->context,
                              .cell = running->cell,
                              .demand = &running->demand,
                              .sampled = &sampled,
                              .seconds = seconds_of(running, progress),
                              .warming_up = running->context->options->mode != MODE_FIXED &&
                                            !running->begin_ns};
    live_show(&live, progress);
}

static void update_board(const struct running *running, const struct load_progress *progress) {
    const struct round_context *context = running->context;
    const struct workload *workload = context->options->workload;
    struct sampler_live sampled;
    double gauges[GAUGES_MAX];
    bool gauged = running->gauges && gauges_live(running->gauges, gauges);
    read_live(running, &sampled);
    board_update(context->options->board,
                 &(struct board_now){
                     .load = progress,
                     .stage = workload->stage_count ? workload->stages[progress->stage].name : "",
                     .warming_up = !running->begin_ns,
                     .left_s = live_left_s(context, seconds_of(running, progress)),
                     .sampled = &sampled,
                     .gauges = gauged ? gauges : NULL});
}

static bool on_progress(void *data, const struct load_progress *progress, struct error *error) {
    struct running *running = data;
    keep_control(running, progress->now_ns);
    /* Once more while the pool works, if there is time for it before the window. */
    if (!running->begin_ns && !running->memory_at_work &&
        running->context->options->warmup_ns >= NS_PER_S) {
        running->memory_at_work = true;
        read_memory(running);
    }
    if (log_is_terminal())
        show_live(running, progress);
    if (running->context->options->board)
        update_board(running, progress);
    return thresholds_hold(running, progress, error) &&
           !companions_failed(running->companions, error);
}

struct load_hooks running_hooks(struct running *running) {
    return (struct load_hooks){.context = running,
                               .connected = on_connected,
                               .started = on_started,
                               .window_begin = on_window_begin,
                               .window_end = on_window_end,
                               .may_begin = may_begin,
                               .may_end = may_end,
                               .progress = on_progress};
}
