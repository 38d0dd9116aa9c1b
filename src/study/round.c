#include "study/round.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "load/load.h"
#include "study/ceiling.h"
#include "study/verify.h"
#include "study/window.h"

/* What the hooks of a running load need. */
struct running {
    const struct round_context *context;
    const struct result_cell *cell;
    const struct plan *plan;
    struct result_round *round;
    struct sampler *sampler;
    struct companions *companions;
    struct lock_log_reader *lock_log; /* NULL: not read */
    int64_t *pids;                    /* of the pool's backends, for the lock log */
    size_t pid_count;
    double wal_begin;
    struct server_counters before;
    bool counters_known;
    struct server_statistics statistics;
    bool statistics_known;
    struct host_sample host;
    uint64_t begin_ns; /* of the window */
    uint64_t start_ns;
    bool checkpoint_at_begin; /* one was under way */
    double memory_bytes;      /* of the server */
    bool memory_at_work;      /* read while the pool was writing */
    struct error hook_error;
};

bool round_prepare(struct session *session, const struct matrix_options *options,
                   struct arena *arena, struct plan **plan, struct error *error) {
    const char *table = options->table ? options->table : options->workload->table;
    const char *found;
    struct catalog_table *catalog = ARENA_NEW(arena, struct catalog_table);
    return session_load_schema(session, options->workload, table, arena, &found, error) &&
           catalog_describe(session->control, session->schema, found, arena, catalog, error) &&
           plan_build(options->workload, catalog, options->seed, session->control, arena, plan,
                      error) &&
           plan_seed_parents(*plan, session->control, arena, error);
}

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

/* For what the hooks and the end of a round ask, whose absence is no failure of the run. */
static struct control *control_of(const struct running *running) {
    return running->context->session->control;
}

/* Behind a pooler there is no sampler. */
static void read_live(const struct running *running, struct sampler_live *live) {
    *live = (struct sampler_live){.lock_share = UNKNOWN, .wal_bytes_per_s = UNKNOWN};
    if (running->sampler)
        sampler_live(running->sampler, live);
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
        !pooled && statistics_read(control_of(running), running->plan->table->oid,
                                   &running->statistics, &running->hook_error);
    if (running->lock_log)
        read_pids(running);
}

static void on_started(void *data, uint64_t go_ns) {
    struct running *running = data;
    running->start_ns = go_ns;
    if (running->sampler)
        sampler_start(running->sampler, go_ns);
    /* With exact rows the window has begun before the first one was sent. */
    if (running->sampler && running->begin_ns)
        sampler_begin(running->sampler);
    companions_start(running->companions);
}

static void on_window_begin(void *data, uint64_t now_ns) {
    struct running *running = data;
    running->begin_ns = now_ns;
    if (running->sampler && running->start_ns)
        sampler_begin(running->sampler);
    if (!server_wal_position(control_of(running), &running->wal_begin, &running->hook_error))
        running->wal_begin = UNKNOWN;
    if (running->lock_log && !lock_log_mark_begin(running->lock_log, &running->hook_error)) {
        lock_log_close(running->lock_log);
        running->lock_log = NULL;
    }
    host_sample_quick(running->context->session->postmaster, &running->host);
    struct sampler_live live;
    read_live(running, &live);
    running->checkpoint_at_begin = live.checkpoints_begun > live.checkpoints_done;
}

static void close_companions(struct running *running) {
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
        running->round->wal_bytes = wal_end - running->wal_begin;
    if (running->lock_log && !lock_log_mark_end(running->lock_log, &running->hook_error)) {
        lock_log_close(running->lock_log);
        running->lock_log = NULL;
    }
    control_set_timeout(control, SESSION_TIMEOUT_S);
    control_set_heed_interrupt(control, true);
    /* The locks that they hold must not keep the last commits from ending. */
    close_companions(running);
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

static void show_left(const struct running *running, double seconds, char *out, size_t size) {
    const struct matrix_options *options = running->context->options;
    snprintf(out, size, "–");
    if (options->rows || options->mode != MODE_FIXED)
        return;
    double cell_s = (double)(options->warmup_ns + options->duration_ns) / 1e9;
    double rest_s = cell_s - seconds + running->context->rounds_left * (cell_s + 0.5);
    int rest = (int)(rest_s > 0 ? rest_s : 0);
    snprintf(out, size, "%d:%02d", rest / 60, rest % 60);
}

static void show_live(const struct running *running, uint64_t now_ns, uint64_t rows,
                      const struct load_interval *last) {
    char rate[32], p50[32] = "–", p99[32] = "–", lock[32] = "–", left[32], wal[32] = "–";
    double seconds = (double)(now_ns - running->start_ns) / 1e9;
    units_show_count(rate, sizeof rate,
                     last          ? (double)last->rows / last->length_s
                     : seconds > 0 ? (double)rows / seconds
                                   : 0);
    if (last && last->p99_ns) {
        snprintf(p50, sizeof p50, "%.2f", (double)last->p50_ns / 1e6);
        snprintf(p99, sizeof p99, "%.2f", (double)last->p99_ns / 1e6);
    }
    struct sampler_live live;
    read_live(running, &live);
    if (is_known(live.lock_share))
        snprintf(lock, sizeof lock, "%.0f %%", live.lock_share * 100);
    if (is_known(live.wal_bytes_per_s))
        units_show_size(wal, sizeof wal, (uint64_t)live.wal_bytes_per_s);
    show_left(running, seconds, left, sizeof left);
    char errors[48] = "", settling[32] = "";
    if (last && last->errors)
        snprintf(errors, sizeof errors, "  %" PRIu64 " errors", last->errors);
    if (running->context->options->mode != MODE_FIXED && !running->begin_ns)
        snprintf(settling, sizeof settling, "  warming up");
    /* What comes last is cut off in a narrow terminal. */
    log_progress("%s %s, pool %u  %s left%s%s%s  %s rows/s  p50/p99 %s/%s ms  lock %s  WAL %s/s",
                 running->context->label, running->cell->path, running->cell->pool, left, settling,
                 errors, live.checkpoints_begun > live.checkpoints_done ? "  checkpoint" : "", rate,
                 p50, p99, lock, wal);
}

static bool on_progress(void *data, uint64_t now_ns, uint64_t rows,
                        const struct load_interval *last, struct error *error) {
    struct running *running = data;
    /* Once more while the pool works, if there is time for it before the window. */
    if (!running->begin_ns && !running->memory_at_work &&
        running->context->options->warmup_ns >= NS_PER_S) {
        running->memory_at_work = true;
        read_memory(running);
    }
    if (log_is_terminal())
        show_live(running, now_ns, rows, last);
    return !companions_failed(running->companions, error);
}

static void keep_load(struct load_result *load, struct result_round *round) {
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
    round->response = load->response;
    round->statement = load->statement;
    round->commit = load->commit;
    round->intervals = load->intervals;
    round->interval_count = load->interval_count;
    load->response = load->statement = load->commit = NULL;
    load->intervals = NULL;
}

static bool run_load(struct running *running, const struct write_plan *write, struct error *error) {
    const struct matrix_options *options = running->context->options;
    struct session *session = running->context->session;
    struct load_options load_options = {
        .target = &session->target,
        .application_name = session->application,
        .session_sql = session->pool_sql,
        .pooled = session->pooled,
        .write = write,
        .pool = running->cell->pool,
        .threads = running->cell->threads,
        .warmup_ns = options->warmup_ns,
        .duration_ns = options->duration_ns,
        .open_window = options->mode != MODE_FIXED,
        .interval_ns = options->interval_ns,
        .rows = options->rows,
        .seed = options->seed,
        .hooks = {.context = running,
                  .connected = on_connected,
                  .started = on_started,
                  .window_begin = on_window_begin,
                  .window_end = on_window_end,
                  .may_begin = may_begin,
                  .may_end = may_end,
                  .progress = on_progress},
    };
    struct load_result load;
    running->round->settled = options->mode == MODE_FIXED;
    bool ok = load_run(&load_options, &load, error);
    log_progress_end();
    running->round->complete = ok;
    snprintf(running->round->sqlstate, sizeof running->round->sqlstate, "%s",
             ok ? "" : error->sqlstate);
    keep_load(&load, running->round);
    load_result_release(&load);
    return ok;
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
              companions_open(&(struct companions_options){.target = &session->target,
                                                           .workload = workload,
                                                           .schema = session->schema,
                                                           .table = running->plan->table->quoted},
                              &running->companions, error) &&
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
    if (running->statistics_known && running->round->checked &&
        statistics_read(control_of(running), running->plan->table->oid, &after,
                        &running->hook_error))
        statistics_difference(&running->statistics, &after, &running->round->statistics);
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

/* What was acknowledged before a failure or an interruption is checked too, if the server can still
 * be asked; after an interruption not for long. */
static bool check_after(struct running *running, struct error *error) {
    struct control *control = control_of(running);
    if (control_lost(control))
        return error_set(error, "verifying: the control connection is lost");
    bool hurry = interrupted();
    control_set_heed_interrupt(control, !hurry);
    control_set_timeout(control, hurry ? 10 : SESSION_TIMEOUT_S);
    const struct verify_options options = {
        .session = running->context->session,
        .plan = running->plan,
        .before = running->counters_known ? &running->before : NULL,
        .hash = running->context->options->rows && running->round->complete};
    bool ok = verify_round(&options, running->round, error);
    read_statistics(running);
    read_lock_log(running);
    control_set_heed_interrupt(control, true);
    control_set_timeout(control, SESSION_TIMEOUT_S);
    return ok;
}

static bool measure(struct running *running, const struct write_plan *write, struct error *error) {
    struct result_round *round = running->round;
    const struct round_context *context = running->context;
    bool ok = run_load(running, write, error);
    close_companions(running);
    close_sampler(running);
    running->sampler = NULL;
    window_judge_round(round, context->options->mode);
    struct error unverified = {0};
    bool checked = check_after(running, ok ? error : &unverified);
    if (ok)
        warn_about(running);
    else if (!checked && !interrupted() && !control_lost(control_of(running)))
        result_warn(context->result, "%s, pool %u: %s", running->cell->path, running->cell->pool,
                    unverified.what);
    return ok && checked;
}

static void round_init(struct result_round *round) {
    *round = (struct result_round){.window_at_s = UNKNOWN,
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
    if (!context->ceiling_rows_per_s)
        return true;
    const struct ceiling_options options = {.session = context->session,
                                            .plan = running->plan,
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
    struct plan *plan;
    struct write_plan write;
    round_init(round);
    bool ok = round_prepare(context->session, options, &arena, &plan, error);
    running.plan = ok ? plan : NULL;
    ok = ok &&
         write_plan_build(path, plan, cell->batch, options->protocol, options->binding, &arena,
                          &write, error) &&
         measure_ceiling(&running, path, error) && checkpoint(context, error) &&
         open_observers(&running, error) && measure(&running, &write, error);
    close_companions(&running);
    close_sampler(&running);
    lock_log_close(running.lock_log);
    free(running.pids);
    arena_release(&arena);
    return ok;
}
