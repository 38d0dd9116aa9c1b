#include "study/dry_run.h"

#include <string.h>
#include <sys/statvfs.h>

#include "base/embed.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "row/args.h"
#include "study/pooler.h"
#include "study/prepare.h"
#include "workload/companion.h"

/* Connections beside the pool and the companions: control and sampler, and one to spare. */
enum { OWN_CONNECTIONS = 3 };

/* What a round inserts, on average. */
struct yield {
    double rows_per_commit;
    double bytes_per_row; /* UNKNOWN: no row is known of */
    double before_bytes;  /* of the rows that are there before it; what is known of them */
};

static bool is_plain_insert(const struct workload_step *step) {
    return !step->transaction && step->statements[0].kind == STATEMENT_INSERT;
}

/* As a run's check of its cells. */
static bool prepare_cells(struct session *session, const struct matrix_options *options,
                          struct arena *arena, struct prepared *prepared, struct error *error) {
    if (!prepare_schema(session, options, arena, prepared, error))
        return false;
    for (size_t p = 0; p < options->path_count; p++)
        for (size_t b = 0; b < options->batch_count; b++) {
            if (!prepare_steps(options, options->paths[p], options->batches[b], arena, prepared,
                               error))
                return false;
            for (size_t i = 0; i < prepared->step_count; i++)
                if (!session->tracks && !pooler_check_plan(prepared->steps[i], error))
                    return false;
        }
    return prepare_check_sql(session, options, prepared, error);
}

/* ---- what a row takes ---- */

static bool read_size(struct session *session, const struct mix_table *table, double *bytes,
                      struct error *error) {
    struct control_rows *rows;
    if (!control_query_one(session->control, embedded_text("src/study/dry_run_size.sql"),
                           CONTROL_ARGS(ARG_INT8(table->plan->table->oid)), &rows, error))
        return false;
    *bytes = control_float8(rows, 0, 0);
    control_rows_free(rows);
    return true;
}

/* The workload with at most (every: exactly) so many rows in each table of the mix. */
static void view_rows(const struct workload *workload, const struct mix *mix, uint64_t rows,
                      bool every, struct arena *arena, struct workload *view) {
    *view = *workload;
    size_t most = workload->table_count + (mix ? mix->table_count : 0);
    view->tables = ARENA_ARRAY(arena, struct workload_table, most + 1);
    for (size_t i = 0; i < workload->table_count; i++) {
        view->tables[i] = workload->tables[i];
        if (every || view->tables[i].rows > rows)
            view->tables[i].rows = rows;
    }
    for (size_t i = 0; mix && i < mix->table_count; i++) {
        bool there = false;
        for (size_t k = 0; k < view->table_count; k++)
            there |= strcmp(view->tables[k].name, mix->tables[i].name) == 0;
        if (!there)
            view->tables[view->table_count++] =
                (struct workload_table){.name = mix->tables[i].name, .rows = rows};
    }
}

/* By the difference of two fresh schemas, with few rows and with many, so that what an empty table
 * takes is not counted. bytes: one a table of the mix, UNKNOWN where they could not be written. */
static bool measure_rows(struct session *session, const struct matrix_options *options,
                         const struct mix *few, struct arena *arena, double *bytes,
                         struct error *error) {
    for (size_t i = 0; i < few->table_count; i++)
        if (!read_size(session, &few->tables[i], &bytes[i], error))
            return false;
    struct workload view;
    view_rows(options->workload, few, DRY_RUN_ROWS, true, arena, &view);
    struct matrix_options many_options = *options;
    many_options.workload = &view;
    struct prepared many;
    struct error failed = {0};
    bool filled = prepare_schema(session, &many_options, arena, &many, &failed);
    if (!filled && (interrupted() || control_lost(session->control))) {
        *error = failed;
        return false;
    }
    if (!filled)
        log_message("what a row takes is not known: %s", failed.what);
    for (size_t i = 0; i < few->table_count; i++) {
        double more = UNKNOWN, rows = (double)(DRY_RUN_ROWS - few->tables[i].rows);
        size_t same = filled ? mix_find(&many.mix, few->tables[i].name) : SIZE_MAX;
        if (same != SIZE_MAX && !read_size(session, &many.mix.tables[same], &more, error))
            return false;
        bytes[i] = is_known(more) ? (more - bytes[i]) / rows : UNKNOWN;
    }
    return true;
}

/* ---- what it yields ---- */

static double mean(const struct range *range) {
    return ((double)range->min + (double)range->max) / 2;
}

static double share_of(const struct workload_step *step) {
    return step->weight > 0 ? step->weight : step->probability;
}

/* SQL may insert too: how much is not known, and nothing is counted. */
static bool yield_of_steps(const struct workload *workload, const struct mix *mix,
                           const double *bytes, struct yield *out, struct error *error) {
    double shares = 0, all_rows = 0, all_bytes = 0;
    bool known = true;
    for (size_t i = 0; i < workload->step_count; i++) {
        const struct workload_step *step = &workload->steps[i];
        struct range batch = {1, 1};
        if (is_plain_insert(step) && step->batch && !units_range(step->batch, &batch, error))
            return false;
        shares += share_of(step);
        for (size_t k = 0; k < step->statement_count; k++) {
            const struct workload_statement *statement = &step->statements[k];
            if (statement->kind != STATEMENT_INSERT)
                continue;
            double rows =
                share_of(step) * (is_plain_insert(step) ? mean(&batch) : (double)statement->rows);
            double each = bytes[mix_find(mix, statement->table)];
            known &= is_known(each);
            all_rows += rows;
            all_bytes += rows * each;
        }
    }
    out->rows_per_commit = all_rows / shares;
    out->bytes_per_row = known && all_rows > 0 ? all_bytes / all_rows : UNKNOWN;
    return true;
}

/* Transactions that a user of the workload makes between two times of thinking. */
static double commits_per_think(const struct workload *workload) {
    double sum = 0;
    if (workload->step_count == 0 || workload->steps[0].weight > 0)
        return 1;
    for (size_t i = 0; i < workload->step_count; i++)
        sum += workload->steps[i].probability;
    return sum;
}

static double commits_of(const struct workload *workload, enum load_source source,
                         const struct dry_run_stage *stage, double think_s) {
    double all = (stage->from + stage->to) / 2 * stage->seconds;
    if (source == LOAD_RATE)
        return all;
    return source == LOAD_USERS && think_s > 0 ? all / think_s * commits_per_think(workload)
                                               : UNKNOWN;
}

static double seconds_of(uint64_t ns) {
    return (double)ns / 1e9;
}

static void plan_stages(const struct matrix_options *options, struct arena *arena,
                        struct dry_run *out) {
    const struct workload *workload = options->workload;
    enum load_source source = matrix_source(options);
    out->stage_count = workload->stage_count > 0 ? workload->stage_count : 1;
    out->stages = ARENA_ARRAY(arena, struct dry_run_stage, out->stage_count);
    double think_s = seconds_of(options->think_min_ns + options->think_max_ns) / 2, before = 0;
    for (size_t i = 0; i < workload->stage_count; i++) {
        const struct workload_stage *stage = &workload->stages[i];
        struct dry_run_stage *planned = &out->stages[i];
        *planned = (struct dry_run_stage){.name = stage->name,
                                          .from = stage->ramp ? before : stage->target,
                                          .to = stage->target,
                                          .seconds = seconds_of(stage->for_ns)};
        double own_s = seconds_of(stage->think_min_ns + stage->think_max_ns) / 2;
        planned->commits =
            commits_of(workload, source, planned, stage->has_think ? own_s : think_s);
        before = stage->target;
    }
    if (workload->stage_count > 0)
        return;
    double load = source == LOAD_USERS  ? options->users
                  : source == LOAD_RATE ? options->rate_per_s
                                        : (double)options->pools[0].max;
    out->stages[0] = (struct dry_run_stage){
        .name = options->rows ? "rows" : "window",
        .from = load,
        .to = load,
        .seconds = options->rows ? UNKNOWN : seconds_of(options->duration_ns)};
    if (!options->rows)
        out->stages[0].commits = commits_of(workload, source, &out->stages[0], think_s);
    else
        out->stages[0].commits = UNKNOWN;
}

/* Of one round: the window and, where there is one, the warm-up before it. */
static double add_stages(const struct matrix_options *options, const struct dry_run *dry,
                         bool of_commits) {
    double sum = 0;
    for (size_t i = 0; i < dry->stage_count; i++) {
        double value = of_commits ? dry->stages[i].commits : dry->stages[i].seconds;
        if (!is_known(value))
            return UNKNOWN;
        sum += value;
    }
    double window_s = dry->stages[0].seconds, warmup_s = seconds_of(options->warmup_ns);
    if (options->workload->stage_count > 0)
        return sum;
    return of_commits ? sum * (window_s + warmup_s) / window_s : sum + warmup_s;
}

/* Adds what one cell writes in all its rounds. */
static void add_cell(const struct matrix_options *options, const struct yield *yield,
                     struct dry_run *out) {
    double commits = add_stages(options, out, true), rows = UNKNOWN;
    if (options->rows) {
        rows = (double)options->rows;
        commits = yield->rows_per_commit > 0 ? rows / yield->rows_per_commit : UNKNOWN;
    } else if (is_known(commits)) {
        rows = commits * yield->rows_per_commit;
    }
    double seconds = add_stages(options, out, false);
    out->cells++;
    out->commits = is_known(commits) ? out->commits + commits * options->rounds : UNKNOWN;
    out->rows = is_known(rows) ? out->rows + rows * options->rounds : UNKNOWN;
    out->seconds = is_known(seconds)
                       ? out->seconds + seconds * options->rounds + seconds_of(options->ceiling_ns)
                       : UNKNOWN;
    if (!is_known(rows) || !is_known(yield->bytes_per_row))
        return;
    double bytes = rows * yield->bytes_per_row + yield->before_bytes;
    out->round_bytes = bytes > out->round_bytes ? bytes : out->round_bytes;
}

static bool estimate(const struct matrix_options *options, const struct prepared *prepared,
                     const double *bytes, struct dry_run *out, struct error *error) {
    bool steps = options->workload->step_count > 0;
    struct yield yield = {.bytes_per_row =
                              bytes[mix_find(&prepared->mix, prepared->plan->table->name)]};
    if (steps && !yield_of_steps(options->workload, &prepared->mix, bytes, &yield, error))
        return false;
    for (size_t pool = 0; pool < options->pool_count; pool++)
        for (size_t p = 0; p < options->path_count; p++)
            for (size_t b = 0; b < options->batch_count; b++) {
                bool one_row = options->paths[p]->one_row;
                if (one_row && b > 0)
                    continue;
                if (!steps)
                    yield.rows_per_commit = one_row ? 1 : mean(&options->batches[b]);
                add_cell(options, &yield, out);
            }
    out->bytes_per_row = yield.bytes_per_row;
    bool known = is_known(out->rows) && is_known(yield.bytes_per_row);
    out->bytes = known ? out->rows * yield.bytes_per_row : UNKNOWN;
    if (!known)
        out->round_bytes = UNKNOWN;
    return true;
}

/* ---- what the server has for it ---- */

static bool read_connections(struct session *session, struct dry_run *out, struct error *error) {
    struct control_rows *rows;
    /* A pooler hands its own out. */
    if (session->pooled)
        return true;
    if (!control_query_one(session->control, embedded_text("src/study/dry_run_server.sql"),
                           CONTROL_NO_ARGS, &rows, error))
        return false;
    out->max_connections = control_float8(rows, 0, 0);
    out->reserved_connections = control_float8(rows, 0, 1);
    out->used_connections = control_float8(rows, 0, 2);
    control_rows_free(rows);
    return true;
}

static void read_disk(const struct session *session, struct dry_run *out) {
    char dir[512];
    struct statvfs disk;
    if (session->server)
        snprintf(dir, sizeof dir, "%s/data", throwaway_dir(session->server));
    else if (session->postmaster > 0) /* works in its data directory */
        snprintf(dir, sizeof dir, "/proc/%d/cwd", (int)session->postmaster);
    else
        return;
    if (statvfs(dir, &disk) == 0)
        out->disk_free_bytes = (double)disk.f_bavail * (double)disk.f_frsize;
}

static bool check_server(const struct matrix_options *options, const struct dry_run *dry,
                         struct error *error) {
    double left = dry->max_connections - dry->reserved_connections - dry->used_connections;
    if (is_known(dry->max_connections) && dry->connections > left) {
        double beside = OWN_CONNECTIONS + companions_sessions(options->workload);
        error_usage(error,
                    "the run opens %.0f connections, and the server has %.0f left: "
                    "max_connections is %.0f, %.0f of them are reserved, %.0f in use",
                    dry->connections, left > 0 ? left : 0, dry->max_connections,
                    dry->reserved_connections, dry->used_connections);
        if (left > beside)
            error_hint(error, "ask for a --pool of %.0f at most, or raise max_connections",
                       left - beside);
        else
            error_hint(error, "raise max_connections");
        return options->pool_at ? place_add(options->pool_at, error) : false;
    }
    if (is_known(dry->round_bytes) && is_known(dry->disk_free_bytes) &&
        dry->round_bytes > dry->disk_free_bytes) {
        char needed[32], there[32];
        error_usage(error, "a round writes about %s, and the server's disk has %s left",
                    units_show_size(needed, sizeof needed, (uint64_t)dry->round_bytes),
                    units_show_size(there, sizeof there, (uint64_t)dry->disk_free_bytes));
        return error_hint(error, "ask for a shorter time or fewer rows, or give --data-dir");
    }
    return true;
}

/* What is known without a server. */
static void begin(const struct matrix_options *options, struct arena *arena, struct dry_run *out) {
    uint32_t widest = 0;
    for (size_t i = 0; i < options->pool_count; i++) {
        uint32_t pool = prepare_pool_max(options, options->pools[i]);
        widest = pool > widest ? pool : widest;
    }
    *out = (struct dry_run){.connections = (double)widest + OWN_CONNECTIONS +
                                           companions_sessions(options->workload),
                            .max_connections = UNKNOWN,
                            .reserved_connections = UNKNOWN,
                            .used_connections = UNKNOWN,
                            .disk_free_bytes = UNKNOWN};
    plan_stages(options, arena, out);
}

static bool look(struct session *session, const struct matrix_options *options, struct arena *arena,
                 struct dry_run *out, struct error *error) {
    /* Of what is to be there before one row is enough to plan with. */
    struct workload view;
    view_rows(options->workload, NULL, 1, false, arena, &view);
    struct matrix_options few_options = *options;
    few_options.workload = &view;
    struct prepared few;
    if (!prepare_cells(session, &few_options, arena, &few, error))
        return false;
    double *bytes = ARENA_ARRAY(arena, double, few.mix.table_count);
    if (!measure_rows(session, options, &few.mix, arena, bytes, error) ||
        !estimate(options, &few, bytes, out, error) || !read_connections(session, out, error))
        return false;
    read_disk(session, out);
    return check_server(options, out, error);
}

bool dry_run(const struct matrix_options *options, struct arena *arena, struct dry_run *out,
             struct error *error) {
    struct session session;
    begin(options, arena, out);
    if (!session_open(&options->session, arena, &session, error))
        return false;
    bool ok = look(&session, options, arena, out, error);
    struct error left = {0};
    if (session_close(&session, false, &left))
        return ok;
    if (ok)
        *error = left;
    else
        error_print(&left);
    return false;
}
