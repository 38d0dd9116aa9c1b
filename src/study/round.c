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

/* What the hooks of a running load need. */
struct running {
    const struct round_context *context;
    const struct result_cell *cell;
    struct sampler *sampler;
    double wal_begin, wal_end;
    struct server_counters before;
    bool counters_known;
    uint64_t start_ns;
    uint64_t last_rows, last_ns;
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
        result_warn(context->result,
                    "no CHECKPOINT before a cell: the role is neither superuser nor in "
                    "pg_checkpoint, so earlier writes may weigh on later cells");
        return true;
    }
    *error = failed;
    return false;
}

static void on_connected(void *data) {
    struct running *running = data;
    running->counters_known = server_counters_read(running->context->session->control,
                                                   &running->before, &running->hook_error);
    running->start_ns = clock_ns();
}

static void on_window_begin(void *data, uint64_t now_ns) {
    struct running *running = data;
    running->last_ns = now_ns;
    if (!server_wal_position(running->context->session->control, &running->wal_begin,
                             &running->hook_error))
        running->wal_begin = UNKNOWN;
    if (running->sampler)
        sampler_begin(running->sampler);
}

static void on_window_end(void *data, uint64_t now_ns) {
    struct running *running = data;
    (void)now_ns;
    if (running->sampler)
        sampler_end(running->sampler);
    if (!is_known(running->wal_begin))
        return;
    /* A window that Ctrl-C has ended is worth its figure too. */
    struct control *control = running->context->session->control;
    control_set_heed_interrupt(control, false);
    control_set_timeout(control, 5);
    if (!server_wal_position(control, &running->wal_end, &running->hook_error))
        running->wal_end = UNKNOWN;
    control_set_timeout(control, SESSION_TIMEOUT_S);
    control_set_heed_interrupt(control, true);
}

static void on_progress(void *data, uint64_t now_ns, uint64_t rows,
                        const struct load_interval *last) {
    struct running *running = data;
    if (!log_is_terminal())
        return;
    const struct matrix_options *options = running->context->options;
    char rate[32], p99[32] = "–", lock[32] = "–", left[32] = "–";
    double seconds = (double)(now_ns - running->start_ns) / 1e9;
    units_show_count(rate, sizeof rate,
                     last          ? (double)last->rows
                     : seconds > 0 ? (double)rows / seconds
                                   : 0);
    if (last && last->commits)
        snprintf(p99, sizeof p99, "%.2f ms", (double)last->p99_ns / 1e6);
    double share = running->sampler ? sampler_lock_share(running->sampler) : UNKNOWN;
    if (is_known(share))
        snprintf(lock, sizeof lock, "%.0f %%", share * 100);
    if (!options->rows) {
        double cell_s = (double)(options->warmup_ns + options->duration_ns) / 1e9;
        double rest_s = cell_s - seconds + running->context->rounds_left * (cell_s + 0.5);
        snprintf(left, sizeof left, "%d:%02d", (int)(rest_s > 0 ? rest_s : 0) / 60,
                 (int)(rest_s > 0 ? rest_s : 0) % 60);
    }
    log_progress("%s  %s, pool %u  %s rows/s  p99 %s  lock waits %s  %s left",
                 running->context->label, running->cell->path, running->cell->pool, rate, p99, lock,
                 left);
}

/* Backends whose statements were abandoned would go on, and hold their locks. They are this run's
 * own: the application_name has its id. */
static bool end_backends(struct session *session, struct error *error) {
    return control_call(
        session->control,
        "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity "
        "WHERE application_name = $1",
        CONTROL_ARGS(ARG_TEXT(session->application)), error);
}

/* Waits until the pool's backends are gone: their counters are flushed when they end. */
static bool await_backends(struct session *session, struct error *error) {
    for (int tries = 0; tries < 1000; tries++) {
        struct control_rows *rows;
        if (!control_query_one(session->control,
                               "SELECT count(*)::int8 FROM pg_catalog.pg_stat_activity "
                               "WHERE application_name = $1",
                               CONTROL_ARGS(ARG_TEXT(session->application)), &rows, error))
            return false;
        int64_t left = control_int8(rows, 0, 0);
        control_rows_free(rows);
        if (left == 0)
            return true;
        usleep(5000);
    }
    return error_set(error, "backends of the pool are still there 5 s after it was closed");
}

static bool count_rows(struct session *session, const struct catalog_table *table,
                       struct result_round *round, struct error *error) {
    char *sql = mem_printf("SELECT (SELECT count(*) FROM %s)::int8, "
                           "coalesce((SELECT sum(pg_catalog.pg_table_size(relid)) FROM "
                           "pg_catalog.pg_partition_tree($1::oid)), "
                           "pg_catalog.pg_table_size($1::oid))::float8, "
                           "coalesce((SELECT sum(pg_catalog.pg_indexes_size(relid)) FROM "
                           "pg_catalog.pg_partition_tree($1::oid)), "
                           "pg_catalog.pg_indexes_size($1::oid))::float8",
                           table->quoted);
    struct control_rows *rows;
    bool ok =
        control_query_one(session->control, sql, CONTROL_ARGS(ARG_INT8(table->oid)), &rows, error);
    free(sql);
    if (!ok)
        return false;
    round->found = (uint64_t)control_int8(rows, 0, 0);
    round->found_known = true;
    round->heap_bytes = control_float8(rows, 0, 1);
    round->index_bytes = control_float8(rows, 0, 2);
    control_rows_free(rows);
    return true;
}

/* A sum over hashes of the rows' text, which the order of the rows does not change. Only with exact
 * row counts: there it is the same for every path, pool and thread count. */
static bool hash_rows(struct session *session, const struct plan *plan, struct result_round *round,
                      struct error *error) {
    struct strbuf sql = STRBUF_INIT;
    strbuf_add(&sql, "SELECT coalesce(sum(pg_catalog.hashtextextended(ROW(");
    bool any = false;
    for (size_t i = 0; i < plan->column_count; i++)
        if (plan->columns[i].hashed) {
            strbuf_printf(&sql, "%s%s", any ? ", " : "", plan->columns[i].quoted);
            any = true;
        }
    strbuf_printf(&sql, ")::text, 0)::numeric), 0)::text FROM %s", plan->table->quoted);
    struct control_rows *rows;
    bool ok = control_query_one(session->control, sql.text, CONTROL_NO_ARGS, &rows, error);
    strbuf_release(&sql);
    if (!ok)
        return false;
    snprintf(round->content_hash, sizeof round->content_hash, "%s", control_text(rows, 0, 0));
    control_rows_free(rows);
    return true;
}

/* Counters of backends that have ended arrive within a second on 14 and older, at once on 15 and
 * newer. */
static bool count_commits(struct running *running, struct result_round *round,
                          struct error *error) {
    struct server_counters now;
    for (int tries = 0; tries < 400; tries++) {
        if (!server_counters_read(running->context->session->control, &now, error))
            return false;
        round->server_commits = (double)(now.commits - running->before.commits);
        round->deadlocks = (double)(now.deadlocks - running->before.deadlocks);
        if (round->server_commits >= (double)round->committed)
            break;
        usleep(5000);
    }
    return true;
}

static bool verify(struct running *running, const struct plan *plan, struct result_round *round,
                   struct error *error) {
    struct session *session = running->context->session;
    if ((round->abandoned > 0 && !end_backends(session, error)) ||
        !await_backends(session, error) || !count_rows(session, plan->table, round, error) ||
        (running->counters_known && !count_commits(running, round, error)) ||
        (running->context->options->rows && !hash_rows(session, plan, round, error)))
        return error_prefix(error, "verifying");
    bool rows_ok = round->found >= round->acknowledged &&
                   round->found <= round->acknowledged + round->ambiguous;
    bool commits_ok =
        !is_known(round->server_commits) || round->server_commits >= (double)round->committed;
    round->verified = rows_ok && commits_ok && !round->miscounted;
    if (!rows_ok) {
        bool lost = round->found < round->acknowledged;
        error_set(error,
                  "verification failed: %" PRIu64 " rows acknowledged, %" PRIu64 " found: %" PRIu64
                  " %s",
                  round->acknowledged, round->found,
                  lost ? round->acknowledged - round->found : round->found - round->acknowledged,
                  lost ? "lost" : "too many");
        return error_hint(error, "does a trigger, a rule or another session write to the table?");
    }
    if (!commits_ok)
        return error_set(error,
                         "verification failed: %" PRIu64
                         " commits acknowledged, but the server counted %.0f",
                         round->committed, round->server_commits);
    return true;
}

static void keep_load(const struct running *running, struct load_result *load,
                      struct result_round *round) {
    round->complete = load->complete;
    round->seconds = load->seconds;
    round->rows = load->rows;
    round->commits = load->commits;
    round->committed = load->committed;
    round->failed = load->failed;
    round->abandoned = load->abandoned;
    round->acknowledged = load->rows_acknowledged;
    round->ambiguous = load->rows_ambiguous;
    round->miscounted = load->miscounted;
    round->cpu_s = load->seconds > 0 ? (double)load->cpu_ns / 1e9 : UNKNOWN;
    round->response = load->response;
    round->statement = load->statement;
    round->commit = load->commit;
    load->response = load->statement = load->commit = NULL;
    if (is_known(running->wal_begin) && is_known(running->wal_end))
        round->wal_bytes = running->wal_end - running->wal_begin;
    round->interval_count = load->interval_count;
    round->intervals = MEM_ARRAY(struct result_interval, load->interval_count);
    for (size_t i = 0; i < load->interval_count; i++) {
        const struct load_interval *from = &load->intervals[i];
        round->intervals[i] = (struct result_interval){from->t_s,     from->length_s, from->rows,
                                                       from->commits, from->p50_ns,   from->p99_ns};
    }
}

static bool run_load(struct running *running, const struct write_plan *write,
                     struct result_round *round, struct error *error) {
    const struct matrix_options *options = running->context->options;
    struct session *session = running->context->session;
    struct load_options load_options = {
        .target = &session->target,
        .application_name = session->application,
        .write = write,
        .pool = running->cell->pool,
        .threads = running->cell->threads,
        .warmup_ns = options->warmup_ns,
        .duration_ns = options->duration_ns,
        .rows = options->rows,
        .seed = options->seed,
        .hooks = {running, on_connected, on_window_begin, on_window_end, on_progress},
    };
    struct load_result load;
    bool ok = load_run(&load_options, &load, error);
    log_progress_end();
    snprintf(round->sqlstate, sizeof round->sqlstate, "%s", ok ? "" : error->sqlstate);
    keep_load(running, &load, round);
    load_result_release(&load);
    return ok;
}

static void close_sampler(struct running *running, struct result_round *round) {
    struct error error = {0};
    round->waits = MEM_NEW(struct observation);
    sampler_close(running->sampler, round->waits, &error);
    if (error.set && !interrupted())
        result_warn(running->context->result, "sampling of waits ended early: %s", error.what);
}

/* What was acknowledged before a failure or an interruption is checked too, if the server can still
 * be asked; after an interruption not for long. */
static bool check_after(struct running *running, const struct plan *plan,
                        struct result_round *round, struct error *error) {
    struct control *control = running->context->session->control;
    if (control_lost(control))
        return true;
    if (interrupted()) {
        control_set_heed_interrupt(control, false);
        control_set_timeout(control, 10);
    }
    return verify(running, plan, round, error);
}

bool round_run(const struct round_context *context, const struct result_cell *cell,
               const struct write_path *path, struct result_round *round, struct error *error) {
    const struct matrix_options *options = context->options;
    struct running running = {
        .context = context, .cell = cell, .wal_begin = UNKNOWN, .wal_end = UNKNOWN};
    struct arena arena = {0};
    struct plan *plan;
    struct write_plan write;
    *round = (struct result_round){.wal_bytes = UNKNOWN,
                                   .cpu_s = UNKNOWN,
                                   .server_commits = UNKNOWN,
                                   .deadlocks = UNKNOWN,
                                   .heap_bytes = UNKNOWN,
                                   .index_bytes = UNKNOWN};
    bool ok = round_prepare(context->session, options, &arena, &plan, error) &&
              write_plan_build(path, plan, cell->batch, options->protocol, options->binding, &arena,
                               &write, error) &&
              checkpoint(context, error) &&
              sampler_open(&context->session->target, context->session->application,
                           &running.sampler, error);
    if (ok) {
        ok = run_load(&running, &write, round, error);
        close_sampler(&running, round);
        if (ok && round->abandoned > 0)
            result_warn(context->result,
                        "%s, pool %u: %" PRIu64
                        " commits did not end within 10 s after the window and were "
                        "abandoned",
                        cell->path, cell->pool, round->abandoned);
        if (running.hook_error.set && ok)
            result_warn(context->result, "some server figures are unknown: %s",
                        running.hook_error.what);
        struct error unverified = {0};
        bool checked = check_after(&running, plan, round, ok ? error : &unverified);
        if (!checked && !ok && !interrupted())
            result_warn(context->result, "%s, pool %u: %s", cell->path, cell->pool,
                        unverified.what);
        ok = ok && checked;
    }
    arena_release(&arena);
    return ok;
}
