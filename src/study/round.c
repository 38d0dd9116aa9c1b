#include "study/round.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/strbuf.h"
#include "load/load.h"
#include "study/ceiling.h"
#include "study/checks.h"
#include "study/running.h"
#include "study/verify.h"
#include "study/window.h"

/* Every round begins with all earlier writes on disk and a WAL that has to write full pages again.
 */
static bool checkpoint(const struct round_context *context, struct error *error) {
    struct error failed = {0};
    bool ok = control_exec(context->session->control, "CHECKPOINT", &failed);
    if (ok)
        return true;
    if (strcmp(failed.sqlstate, "42501") == 0) {
        context->session->may_checkpoint = false;
        result_warn(context->result,
                    "no CHECKPOINT before a cell: the role is neither superuser nor in "
                    "pg_checkpoint, so earlier writes may weigh on later cells");
        return true;
    }
    *error = failed;
    return false;
}

static void keep_load(struct load_result *load, struct result_round *round) {
    struct load_tally all;
    load_result_sum(load, SIZE_MAX, SIZE_MAX, &all);
    round->seconds = load->seconds;
    round->window_at_s = load->window_at_s;
    round->rows = load->rows;
    round->commits = load->commits;
    round->committed = load->committed;
    round->failed = load->failed;
    round->abandoned = load->abandoned;
    round->retried = load->retried;
    round->acknowledged = load->rows_acknowledged;
    round->ambiguous = load->rows_ambiguous;
    round->miscounted = load->miscounted;
    round->cpu_s = load->seconds > 0 ? (double)load->cpu_ns / 1e9 : UNKNOWN;
    round->response = all.latency[LATENCY_RESPONSE];
    round->statement = all.latency[LATENCY_STATEMENT];
    round->commit = all.latency[LATENCY_COMMIT];
    all.latency[LATENCY_RESPONSE] = all.latency[LATENCY_STATEMENT] = all.latency[LATENCY_COMMIT] =
        NULL;
    load_tally_release(&all);
    round->intervals = load->intervals;
    round->interval_count = load->interval_count;
    load->intervals = NULL;
    load->interval_count = 0;
    round->load = *load;
}

static void take_faults(const struct workload *workload, struct load_fault *faults) {
    for (size_t i = 0; i < workload->fault_count; i++)
        faults[i] = (struct load_fault){workload->faults[i].kind, workload->faults[i].share,
                                        workload->faults[i].for_ns};
}

/* What the pool's sessions say first: settings, and a search_path, since SQL of the steps names the
 * tables as the schema file does. NULL: nothing. */
static char *session_sql(const struct running *running) {
    const struct session *session = running->context->session;
    const struct matrix_options *options = running->context->options;
    struct strbuf sql = STRBUF_INIT;
    if (session->pool_sql)
        strbuf_printf(&sql, "%s;", session->pool_sql);
    if (options->session_sql)
        strbuf_printf(&sql, "%s;", options->session_sql);
    if (options->workload->step_count)
        strbuf_printf(&sql, "SET search_path TO %s", session->schema);
    char *text = *sql.text ? mem_strdup(sql.text) : NULL;
    strbuf_release(&sql);
    return text;
}

static bool run_load(struct running *running, struct error *error) {
    const struct matrix_options *options = running->context->options;
    const struct workload *workload = options->workload;
    struct session *session = running->context->session;
    const struct result_cell *cell = running->cell;
    struct load_fault *faults = MEM_ARRAY(struct load_fault, workload->fault_count + 1);
    char *first_sql = session_sql(running);
    take_faults(workload, faults);
    struct load_options load_options = {
        .target = &session->target,
        .application_name = session->application,
        .session_sql = first_sql,
        .pooled = session->pooled,
        .steps = running->prepared->steps,
        .step_count = running->prepared->step_count,
        .mix = &running->prepared->mix,
        .demand = &running->demand,
        .pool = {cell->pool_min, cell->pool, options->pool_idle_ns, options->pool_lifetime_ns,
                 options->connect_each},
        .faults = faults,
        .fault_count = workload->fault_count,
        .goes_on = options->goes_on,
        .threads = cell->threads,
        .stages = workload->stage_count > 0,
        .warmup_ns = options->warmup_ns,
        .duration_ns = options->duration_ns,
        .open_window = options->mode != MODE_FIXED,
        .interval_ns = options->interval_ns,
        .rows = options->rows,
        .seed = options->seed,
        .hooks = running_hooks(running),
    };
    struct load_result load;
    running->round->settled = options->mode == MODE_FIXED;
    bool ok = load_run(&load_options, &load, error);
    log_progress_end();
    if (running->start_ns)
        board_end(options->board, load.intervals, load.interval_count);
    free(faults);
    free(first_sql);
    running->round->complete = ok;
    snprintf(running->round->sqlstate, sizeof running->round->sqlstate, "%s",
             ok ? "" : error->sqlstate);
    keep_load(&load, running->round);
    return ok;
}

/* Whether somebody asks for what is looked at once an interval. */
static bool wants_gauges(const struct workload *workload) {
    bool wanted = workload->gauge_count > 0 || workload->stage_count > 0;
    for (size_t i = 0; i < workload->threshold_count; i++)
        wanted |= workload->thresholds[i].metric == METRIC_DRIFT;
    return wanted;
}

static bool open_gauges(struct running *running, struct error *error) {
    const struct round_context *context = running->context;
    const struct mix *mix = &running->prepared->mix;
    const struct workload *workload = context->options->workload;
    if (!wants_gauges(workload))
        return true;
    int64_t tables[MIX_TABLES_MAX];
    for (size_t i = 0; i < mix->table_count; i++)
        tables[i] = mix->tables[i].plan->table->oid;
    return gauges_open(&(struct gauges_options){.target = &context->session->target,
                                                .schema = context->session->schema,
                                                .queries = workload->gauges,
                                                .query_count = workload->gauge_count,
                                                .tables = tables,
                                                .table_count = mix->table_count,
                                                .postmaster = context->session->postmaster,
                                                .interval_ns = context->options->interval_ns},
                       &running->gauges, error);
}

static bool open_observers(struct running *running, struct error *error) {
    const struct round_context *context = running->context;
    struct session *session = context->session;
    const struct workload *workload = context->options->workload;
    running->round->companion_count = workload->companion_count;
    running->round->companions = MEM_ARRAY(struct companion_result, workload->companion_count + 1);
    char *log_file = session->server ? mem_printf("%s/log", throwaway_dir(session->server)) : NULL;
    /* The name by which the sampler knows our sessions stays with those of a pooler when they work
     * for others. */
    bool ok = (session->pooled ||
               sampler_open(&(struct sampler_options){.target = &session->target,
                                                      .application_name = session->application,
                                                      .interval_ns = context->options->interval_ns},
                            &running->sampler, error)) &&
              companions_open(
                  &(struct companions_options){.target = &session->target,
                                               .workload = workload,
                                               .schema = session->schema,
                                               .table = running->prepared->plan->table->quoted},
                  &running->companions, error) &&
              open_gauges(running, error) &&
              ((!session->server && !context->options->log_locks) ||
               lock_log_open(session->control, log_file, &running->lock_log, error));
    free(log_file);
    return ok;
}

static void close_sampler(struct running *running) {
    struct error error = {0};
    if (!running->sampler)
        return;
    running->round->waits = sampler_close(running->sampler, &error);
    struct result *result = running->context->result;
    if (error.set && !interrupted())
        result_warn(result, "sampling of waits ended early: %s", error.what);
    if (running->round->waits->others_hidden)
        result_warn(result, "other roles' sessions are hidden from this role (pg_read_all_stats is "
                            "missing): who blocks from outside the run is not known");
}

static void close_gauges(struct running *running) {
    if (running->gauges)
        gauges_close(running->gauges, &running->round->samples, &running->round->sample_count);
    running->gauges = NULL;
}

static void read_lock_log(struct running *running) {
    struct session *session = running->context->session;
    struct result_round *round = running->round;
    if (!running->lock_log || !running->begin_ns || round->seconds <= 0)
        return;
    round->logged = MEM_NEW(struct lock_log);
    if (!lock_log_read(running->lock_log, running->pids, running->pid_count, round->logged,
                       &running->hook_error)) {
        free(round->logged);
        round->logged = NULL;
        return;
    }
    round->logged->threshold_ms = running->context->options->log_locks
                                      ? SESSION_LOG_LOCKS_MS
                                      : session->facts.deadlock_timeout_ms;
}

/* What the server's statistics say now that the pool's backends have ended. */
static void read_statistics(struct running *running) {
    struct server_statistics after;
    struct server_counters now;
    if (!running->statistics_known || !running->counters_known || !running->round->checked ||
        !server_counters_read(control_of(running), &now, &running->hook_error) ||
        !statistics_read(control_of(running), running->prepared->plan->table->oid, &after,
                         &running->hook_error))
        return;
    if (now.reset_us == running->before.reset_us)
        statistics_difference(&running->statistics, &after, &running->round->statistics);
    else
        result_warn(running->context->result,
                    "%s, pool %u: the server's statistics were reset during the round, by somebody "
                    "or by a crash: what they count is unknown",
                    running->cell->path, running->cell->pool);
}

static void warn_about(const struct running *running) {
    const struct result_round *round = running->round;
    const struct result_cell *cell = running->cell;
    struct result *result = running->context->result;
    enum run_mode mode = running->context->options->mode;
    if (round->abandoned > 0)
        result_warn(result,
                    "%s, pool %u: %" PRIu64
                    " commits did not end within 10 s after the window and were abandoned",
                    cell->path, cell->pool, round->abandoned);
    if (round->load.missed > 0)
        result_warn(
            result,
            "%s, pool %u: %" PRIu64
            " updates or deletes by key found their row gone: something else than the steps' "
            "own deletes takes rows away (a trigger, a cascade, SQL of a step, another "
            "session, a crash of the server)",
            cell->path, cell->pool, round->load.missed);
    if (!round->settled && mode == MODE_STEADY)
        result_warn(result,
                    "%s, pool %u: did not settle within %d intervals of warm-up: what was measured "
                    "is not a steady state",
                    cell->path, cell->pool, WINDOW_SETTLE_MAX);
    if (!round->settled && mode == MODE_CYCLE)
        result_warn(result, "%s, pool %u: two whole checkpoints did not come in time", cell->path,
                    cell->pool);
    if (round->steadiness == NOT_STEADY)
        result_warn(result, "%s, pool %u: the window was not steady: %s", cell->path, cell->pool,
                    round->unsteady);
    if (running->hook_error.set)
        result_warn(result, "some server figures are unknown: %s", running->hook_error.what);
}

/* How long a server that was lost may take to come back before its tables are given up, and one try
 * to connect to it. */
#define RECOVER_MOST_NS (30 * NS_PER_S)
#define RECOVER_TRY_S 5u
#define RECOVER_PAUSE_US 100000u

/* A server that recovers from a crash is waited for; a load that has failed waits for nothing. */
static bool await_control(struct running *running, bool waits, struct error *error) {
    struct session *session = running->context->session;
    uint64_t until_ns = clock_ns() + (waits ? RECOVER_MOST_NS : 0);
    struct error failed = {0};
    while (!running_recover(running, RECOVER_TRY_S, &failed)) {
        if (session->server && !throwaway_alive(session->server, error))
            return false;
        if (interrupted() || clock_ns() >= until_ns) {
            *error = failed;
            return error_prefix(error, "verifying: the control connection is lost%s",
                                waits ? " and could not be made again in 30 s" : "");
        }
        failed = (struct error){0};
        usleep(RECOVER_PAUSE_US);
    }
    return true;
}

static void warn_about_control(const struct running *running) {
    const struct session *session = running->context->session;
    const struct result_cell *cell = running->cell;
    if (running->recovered > 0)
        result_warn(running->context->result,
                    "%s, pool %u: the control connection was lost and made again: what the server "
                    "tells of this round may be known in part",
                    cell->path, cell->pool);
    if (!session->locked && !session->pooled)
        result_warn(running->context->result,
                    "the run's advisory lock was lost with its connection and is still taken: "
                    "`pgwrite clean` takes this run for dead");
}

/* What was acknowledged before a failure or an interruption is checked too, if the server can still
 * be asked; after an interruption not for long. loaded: the load has not failed. */
static bool check_after(struct running *running, bool loaded, struct error *error) {
    if (!await_control(running, loaded, error))
        return false;
    warn_about_control(running);
    struct control *control = control_of(running);
    bool hurry = interrupted();
    control_set_heed_interrupt(control, !hurry);
    control_set_timeout(control, hurry ? 10 : SESSION_TIMEOUT_S);
    const struct verify_options options = {
        .session = running->context->session,
        .prepared = running->prepared,
        .workload = running->context->options->workload,
        .before = running->counters_known ? &running->before : NULL,
        .hash = running->context->options->rows && running->round->complete};
    bool ok = verify_round(&options, running->round, error) &&
              checks_run(running->context->session, running->context->options->workload,
                         running->round, error);
    read_statistics(running);
    read_lock_log(running);
    control_set_heed_interrupt(control, true);
    control_set_timeout(control, SESSION_TIMEOUT_S);
    return ok;
}

static bool measure(struct running *running, struct error *error) {
    struct result_round *round = running->round;
    const struct round_context *context = running->context;
    bool ok = run_load(running, error);
    running_close_companions(running);
    close_sampler(running);
    close_gauges(running);
    running->sampler = NULL;
    window_judge_round(round, context->options->mode);
    /* Stages are there to differ. */
    if (context->options->workload->stage_count) {
        round->steadiness = STEADY_UNKNOWN;
        *round->unsteady = '\0';
    }
    struct error unverified = {0};
    bool checked = check_after(running, ok, ok ? error : &unverified);
    if (ok)
        warn_about(running);
    else if (!checked && !interrupted() && !control_lost(control_of(running)))
        result_warn(context->result, "%s, pool %u: %s", running->cell->path, running->cell->pool,
                    unverified.what);
    return ok && checked;
}

static void round_init(struct result_round *round) {
    *round = (struct result_round){.window_at_s = UNKNOWN,
                                   .wal_at = UNKNOWN,
                                   .wal_bytes = UNKNOWN,
                                   .cpu_s = UNKNOWN,
                                   .checkpoints = UNKNOWN,
                                   .server_commits = UNKNOWN,
                                   .deadlocks = UNKNOWN,
                                   .heap_bytes = UNKNOWN,
                                   .index_bytes = UNKNOWN};
    statistics_unknown(&round->statistics);
    host_unknown(&round->host);
}

static bool measure_ceiling(const struct running *running, const struct write_path *path,
                            struct error *error) {
    const struct round_context *context = running->context;
    /* A mix has no twin that would discard what it does. */
    if (!context->ceiling_rows_per_s || context->options->workload->step_count)
        return true;
    const struct ceiling_options options = {.session = context->session,
                                            .prepared = running->prepared,
                                            .path = path,
                                            .cell = running->cell,
                                            .options = context->options,
                                            .ns = context->options->ceiling_ns};
    return ceiling_measure(&options, context->ceiling_rows_per_s, error);
}

bool round_run(const struct round_context *context, const struct result_cell *cell,
               const struct write_path *path, struct result_round *round, struct error *error) {
    const struct matrix_options *options = context->options;
    struct running running = {.context = context,
                              .cell = cell,
                              .round = round,
                              .wal_begin = UNKNOWN,
                              .memory_bytes = UNKNOWN};
    struct arena arena = {0};
    struct prepared prepared;
    round_init(round);
    bool ok = prepare_schema(context->session, options, &arena, &prepared, error) &&
              prepare_steps(options, path, cell->batch, &arena, &prepared, error);
    running.prepared = &prepared;
    prepare_demand(options, cell->pool, &arena, &running.demand);
    ok = ok && measure_ceiling(&running, path, error) && checkpoint(context, error) &&
         open_observers(&running, error) && measure(&running, error);
    running_close_companions(&running);
    close_sampler(&running);
    close_gauges(&running);
    lock_log_close(running.lock_log);
    free(running.pids);
    arena_release(&arena);
    return ok;
}
