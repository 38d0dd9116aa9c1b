#include "study/matrix.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/log.h"
#include "load/load.h"
#include "result/metric.h"
#include "result/total.h"
#include "row/args.h"
#include "study/pooler.h"
#include "study/prepare.h"
#include "study/round.h"

/* Looks at a throwaway server, 5 ms apart, whose connection is lost. */
enum { DEATH_TRIES = 200 };

/* Above these shares pgwrite itself is what was measured. */
#define CEILING_SHARE_MAX 0.80
#define CPU_SHARE_MAX 0.80

/* Memory of the server that prepared statements may take before it is worth a warning. */
#define BACKENDS_BYTES_TOLD (256u << 20)

/* path × pool × batch; a path of one row a commit has one batch. */
static void make_cells(struct matrix *matrix) {
    const struct matrix_options *o = matrix->options;
    size_t most = o->path_count * o->pool_count * o->batch_count;
    struct result *result = matrix->result;
    result->cells = MEM_ARRAY(struct result_cell, most);
    matrix->paths = ARENA_ARRAY(matrix->arena, const struct write_path *, most);
    for (size_t p = 0; p < o->path_count; p++)
        for (size_t q = 0; q < o->pool_count; q++)
            for (size_t b = 0; b < o->batch_count; b++) {
                const struct write_path *path = o->paths[p];
                if (path->one_row && b > 0)
                    continue;
                struct write_plan plan = {.path = path, .protocol = o->protocol};
                uint32_t pool = prepare_pool_max(o, o->pools[q]);
                uint32_t threads = o->threads             ? o->threads
                                   : prepare_has_queue(o) ? 1
                                                          : load_default_threads(pool);
                matrix->paths[result->cell_count] = path;
                result->cells[result->cell_count++] = (struct result_cell){
                    .path = o->workload->step_count ? "mix" : path->name,
                    .protocol = write_protocol_name(&plan),
                    .pool = pool,
                    .pool_min = o->pools[q].min < pool ? (uint32_t)o->pools[q].min : pool,
                    .users = o->users ? o->users : UNKNOWN,
                    .rate = o->rate_per_s > 0 ? o->rate_per_s : UNKNOWN,
                    .threads = threads < pool ? threads : pool,
                    .batch = o->workload->step_count ? (struct range){0, 0}
                             : path->one_row         ? (struct range){1, 1}
                                                     : o->batches[b],
                    .ceiling_rows_per_s = UNKNOWN,
                    .ceiling_share = UNKNOWN,
                    .rounds = MEM_ARRAY(struct result_round, o->rounds),
                };
            }
}

static void describe_host(struct result *result) {
    struct utsname kernel;
    long pages = sysconf(_SC_PHYS_PAGES), page_bytes = sysconf(_SC_PAGESIZE);
    result->cpus = sysconf(_SC_NPROCESSORS_ONLN);
    result->memory_bytes = pages > 0 ? (double)pages * (double)page_bytes : UNKNOWN;
    result->kernel = uname(&kernel) == 0
                         ? arena_printf(result->arena, "%s %s", kernel.sysname, kernel.release)
                         : NULL;
    time_t now = time(NULL);
    struct tm utc;
    char text[32];
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
    result->started_at = arena_strdup(result->arena, text);
}

static void describe_columns(struct matrix *matrix, const struct plan *plan) {
    struct result *result = matrix->result;
    result->table = arena_strdup(matrix->arena, plan->table->name);
    result->column_count = plan->table->column_count;
    result->columns = ARENA_ARRAY(matrix->arena, struct result_column, result->column_count);
    for (size_t i = 0; i < plan->table->column_count; i++) {
        const struct catalog_column *catalog = &plan->table->columns[i];
        struct result_column *column = &result->columns[i];
        *column = (struct result_column){
            .name = arena_strdup(matrix->arena, catalog->name),
            .type = arena_strdup(matrix->arena, catalog_type_shown(plan->table, catalog->type)),
            .generator = ""};
        for (size_t k = 0; k < plan->column_count; k++)
            if (plan->columns[k].catalog == catalog)
                column->generator = plan->columns[k].generator.generator->name;
    }
}

/* Before anything is measured every cell's plan is made once, so that an error of the plan costs no
 * time. */
static bool check_cells(struct matrix *matrix, struct error *error) {
    const struct matrix_options *o = matrix->options;
    struct arena arena = {0};
    struct prepared prepared;
    bool ok = prepare_schema(matrix->session, o, &arena, &prepared, error);
    for (size_t i = 0; ok && i < matrix->result->cell_count; i++) {
        const struct result_cell *cell = &matrix->result->cells[i];
        uint64_t backend_bytes = 0;
        ok = prepare_steps(o, matrix->paths[i], cell->batch, &arena, &prepared, error) &&
             (i > 0 || prepare_check_sql(matrix->session, o, &prepared, error));
        for (size_t k = 0; ok && k < prepared.step_count; k++) {
            backend_bytes += prepared.steps[k]->backend_bytes;
            ok = matrix->session->tracks || pooler_check_plan(prepared.steps[k], error);
        }
        char size[32];
        uint64_t backends_bytes = backend_bytes * cell->pool;
        if (ok && backends_bytes > BACKENDS_BYTES_TOLD)
            result_warn(matrix->result,
                        "%s, pool %u: its prepared statements take about %s of the server's memory",
                        cell->path, cell->pool, units_show_size(size, sizeof size, backends_bytes));
    }
    if (ok)
        describe_columns(matrix, prepared.plan);
    arena_release(&arena);
    return ok;
}

/* What does not go with a pooler is refused, and what is not known behind it is told. */
static bool check_pooler(struct matrix *matrix, struct error *error) {
    const struct matrix_options *options = matrix->options;
    if (!matrix->session->pooled)
        return true;
    if (options->mode != MODE_FIXED) {
        char mode[32];
        snprintf(mode, sizeof mode, "--mode %s", run_mode_name(options->mode));
        return pooler_refuse(mode, "it needs the sampler, which can't tell whose its sessions are",
                             error);
    }
    if (!pooler_check_workload(options->workload, error))
        return false;
    result_warn(matrix->result, POOLER_TOLD
                ": waits, commits and statistics of the server's side are not known, since any of "
                "its sessions works for any client");
    return true;
}

static void shuffle(size_t *order, size_t count, uint64_t seed, uint32_t round) {
    struct rng rng = rng_at(rng_key(seed, "order of cells"), round);
    for (size_t i = 0; i < count; i++)
        order[i] = i;
    for (size_t i = count; i > 1; i--) {
        size_t k = rng_below(&rng, i), swapped = order[i - 1];
        order[i - 1] = order[k];
        order[k] = swapped;
    }
}

static bool name_cell(const struct result_cell *cell, struct error *error) {
    char batch[48];
    if (cell->batch.max == 0)
        return error_prefix(error, "%s, pool %u", cell->path, cell->pool);
    return error_prefix(error, "path %s, pool %u, batch %s", cell->path, cell->pool,
                        result_batch(cell, batch, sizeof batch));
}

bool matrix_round(struct matrix *matrix, size_t number, const char *label, double rounds_left,
                  struct error *error) {
    struct result_cell *cell = &matrix->result->cells[number];
    bool first = cell->round_count == 0 && matrix->options->ceiling_ns > 0;
    struct round_context context = {
        .options = matrix->options,
        .session = matrix->session,
        .result = matrix->result,
        .label = label,
        .so_far = matrix->so_far,
        .rounds_left = rounds_left,
        .ceiling_rows_per_s = first ? &cell->ceiling_rows_per_s : NULL,
    };
    struct result_round *out = &cell->rounds[cell->round_count++];
    return round_run(&context, cell, matrix->paths[number], out, error) || name_cell(cell, error);
}

static bool run_rounds(struct matrix *matrix, struct error *error) {
    struct result *result = matrix->result;
    size_t *order = ARENA_ARRAY(matrix->arena, size_t, result->cell_count);
    size_t total = result->cell_count * matrix->options->rounds, done = 0;
    for (uint32_t round = 0; round < matrix->options->rounds; round++) {
        shuffle(order, result->cell_count, matrix->options->seed, round);
        for (size_t i = 0; i < result->cell_count; i++, done++) {
            const char *label = arena_printf(matrix->arena, "%zu/%zu", done + 1, total);
            if (!matrix_round(matrix, order[i], label, (double)(total - done - 1), error))
                return false;
        }
    }
    return true;
}

void matrix_forget_rounds(struct matrix *matrix) {
    for (size_t i = 0; i < matrix->result->cell_count; i++)
        result_cell_forget(&matrix->result->cells[i]);
}

/* A throwaway server that died tells more than the connection that was lost with it. Its backends'
 * sockets can close a moment before the postmaster is gone. */
static void explain_death(struct matrix *matrix, struct error *error) {
    bool lost = *error->sqlstate == '\0' || strncmp(error->sqlstate, "57P", 3) == 0;
    if (!matrix->session->server || interrupted() || !lost)
        return;
    for (int tries = 0; tries < DEATH_TRIES; tries++) {
        struct error death = {0};
        if (!throwaway_alive(matrix->session->server, &death)) {
            error_prefix(&death, "%s", error->what);
            *error = death;
            return;
        }
        if (!control_lost(matrix->session->control))
            return;
        usleep(5000);
    }
}

/* A figure that pgwrite itself limits is not the server's. */
static void warn_of_client(struct result *result, const struct result_cell *cell) {
    if (is_known(cell->ceiling_share) && cell->ceiling_share > CEILING_SHARE_MAX)
        result_warn(result,
                    "%s, pool %u: at %.0f %% of its ceiling, the rate at which pgwrite writes into "
                    "a table that discards the rows: pgwrite itself is what limits it",
                    cell->path, cell->pool, cell->ceiling_share * 100);
    if (is_known(cell->cpu_share) && cell->cpu_share > CPU_SHARE_MAX * cell->threads)
        result_warn(result,
                    "%s, pool %u: pgwrite itself was %.0f %% busy on %u thread%s, so that the "
                    "server may be able to do more",
                    cell->path, cell->pool, cell->cpu_share / cell->threads * 100, cell->threads,
                    cell->threads == 1 ? "" : "s");
}

/* Below this part of what was asked for, the figures are those of another load. */
#define ACHIEVED_MIN 0.99

static void warn_of_rate(struct result *result, const struct result_cell *cell) {
    struct result_demand demand;
    char asked[32], done[32];
    result_demand(result, cell, SIZE_MAX, &demand);
    double achieved = result_achieved(result, &demand);
    /* Where few were asked for, those in flight at the end weigh. */
    double missing =
        (double)(demand.asked.asked - demand.asked.rejected) - (double)demand.committed;
    if (!is_known(achieved) || achieved >= ACHIEVED_MIN || missing <= 2.0 * cell->pool)
        return;
    result_warn(
        result, "%s, pool %u: %s transactions a second were asked for, and %s were done",
        cell->path, cell->pool,
        units_show_count(asked, sizeof asked,
                         (double)(demand.asked.asked - demand.asked.rejected) / demand.seconds),
        units_show_count(done, sizeof done, (double)demand.committed / demand.seconds));
}

static void summarise(struct matrix *matrix) {
    struct result *result = matrix->result;
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    result->client_rss_bytes = (double)usage.ru_maxrss * 1024;
    double heap = 0, rows = 0;
    for (size_t i = 0; i < result->cell_count; i++) {
        struct result_cell *cell = &result->cells[i];
        result_cell_summarise(cell);
        result_judge(result, cell);
        if (is_known(cell->heap_bytes_per_row)) {
            heap += cell->heap_bytes_per_row;
            rows++;
        }
        warn_of_client(result, cell);
        warn_of_rate(result, cell);
    }
    result->row_bytes = rows > 0 ? heap / rows : UNKNOWN;
}

/* What --keep leaves, to be told once it is so; NULL: nothing. */
static const char *describe_kept(const struct matrix *matrix) {
    const struct session *session = matrix->session;
    if (!matrix->options->session.keep || !session->control)
        return NULL;
    if (!session->server)
        return arena_printf(matrix->arena, "schema %s is kept; `pgwrite clean --kept` removes it",
                            session->schema);
    return arena_printf(matrix->arena,
                        "the server is kept, with schema %s: psql -h %s -p %d -U %s postgres; "
                        "`pgwrite clean --kept` removes it",
                        session->schema, throwaway_socket_dir(session->server),
                        throwaway_port(session->server), throwaway_user(session->server));
}

/* Whether the disk can be believed: where the server's data are ours to look at, or where the user
 * says. */
static bool probe_disk(struct matrix *matrix, struct error *error) {
    const struct matrix_options *options = matrix->options;
    struct result *result = matrix->result;
    const struct throwaway *server = matrix->session->server;
    if (options->fsync_off || (!options->fsync_dir && !server))
        return true;
    const char *dir = options->fsync_dir
                          ? options->fsync_dir
                          : arena_printf(matrix->arena, "%s/data", throwaway_dir(server));
    if (!fsync_probe_run(dir, &result->fsync, error))
        return error_prefix(error, "the fdatasync probe");
    /* What is said of the disk outlives the server's own folder. */
    const char *place = options->fsync_dir ? dir : throwaway_dir(server);
    size_t length = options->fsync_dir ? strlen(place) : (size_t)(strrchr(place, '/') - place);
    result->fsync_dir = arena_strndup(matrix->arena, place, length);
    result_warn_disk(result);
    return true;
}

void matrix_init(struct matrix *matrix, const struct matrix_options *options, struct arena *arena,
                 struct result *result) {
    *matrix = (struct matrix){.options = options, .arena = arena, .result = result, .so_far = ""};
    *result = (struct result){
        .arena = arena,
        .seed = options->seed,
        .binding = options->binding == WIRE_BINDING_RAW ? "raw" : "libpqtypes",
        .workload = options->workload->name,
        .load = options->workload,
        .source = matrix_source(options),
        .uniform = options->uniform,
        .stage_count = options->workload->stage_count ? options->workload->stage_count : 1,
        .step_count = options->workload->step_count ? options->workload->step_count : 1,
        .think_min_ns = options->think_min_ns,
        .think_max_ns = options->think_max_ns,
        .quick = options->quick,
        .mode = run_mode_name(options->mode),
        .warmup_ns = options->warmup_ns,
        .duration_ns = options->duration_ns,
        .interval_ns = options->interval_ns,
        .fsync = {.flushes_per_s = UNKNOWN},
        .rows = options->rows,
        .rounds = options->rounds,
        .row_bytes = UNKNOWN,
        .client_rss_bytes = UNKNOWN};
    describe_host(result);
    make_cells(matrix);
}

static bool add_fact(struct matrix *matrix, const char *name, struct error *error) {
    struct server_facts *facts = &matrix->result->server;
    struct control_rows *rows;
    if (!control_query_one(matrix->session->control, "SELECT pg_catalog.current_setting($1)::text",
                           CONTROL_ARGS(ARG_TEXT(name)), &rows, error))
        return false;
    size_t at = 0;
    while (at < facts->setting_count && strcasecmp(facts->settings[at].name, name) != 0)
        at++;
    facts->settings[at] =
        (struct fact_setting){name, arena_strdup(matrix->arena, control_text(rows, 0, 0)), true};
    facts->setting_count += at == facts->setting_count;
    control_rows_free(rows);
    return true;
}

/* What the server is to the pool's sessions, which set more than the control connection. */
static bool read_own_facts(struct matrix *matrix, struct error *error) {
    const struct matrix_options *options = matrix->options;
    struct session *session = matrix->session;
    struct server_facts *facts = &matrix->result->server;
    bool on_tmpfs = session->server && throwaway_on_tmpfs(session->server);
    if (!control_exec(session->control, options->session_sql, error) ||
        !server_facts_read(session->control, on_tmpfs, matrix->arena, facts, error))
        return false;
    struct fact_setting *settings = ARENA_ARRAY(
        matrix->arena, struct fact_setting, facts->setting_count + options->session_setting_count);
    memcpy(settings, facts->settings, facts->setting_count * sizeof *settings);
    facts->settings = settings;
    for (size_t i = 0; i < options->session_setting_count; i++)
        if (!add_fact(matrix, options->session_settings[i].name, error))
            return false;
    return control_reset_session(session->control, error);
}

bool matrix_attach(struct matrix *matrix, struct session *session, struct error *error) {
    matrix->session = session;
    matrix->result->target = session->shown;
    matrix->result->throwaway = session->server != NULL;
    matrix->result->server = session->facts;
    return check_pooler(matrix, error) &&
           (!matrix->options->session_sql || read_own_facts(matrix, error)) &&
           check_cells(matrix, error) && probe_disk(matrix, error);
}

bool matrix_finish(struct matrix *matrix, bool ok, struct error *error) {
    const struct place *pool_at = matrix->options->pool_at;
    if (!ok && matrix->session)
        explain_death(matrix, error);
    if (!ok && pool_at && strcmp(error->sqlstate, "53300") == 0)
        ok = place_add(pool_at, error);
    matrix->result->interrupted = !ok && interrupted();
    summarise(matrix);
    return ok;
}

bool matrix_run(const struct matrix_options *options, struct arena *arena, struct result *result,
                struct error *error) {
    struct matrix matrix;
    struct session session;
    matrix_init(&matrix, options, arena, result);
    if (!session_open(&options->session, arena, &session, error))
        return false;
    bool ok = matrix_attach(&matrix, &session, error) && run_rounds(&matrix, error);
    ok = matrix_finish(&matrix, ok, error);
    const char *kept = describe_kept(&matrix);
    struct error left = {0};
    bool closed = session_close(&session, options->session.keep, &left);
    if (closed && kept)
        log_message("%s", kept);
    if (!closed && ok)
        *error = left;
    else if (!closed)
        error_print(&left);
    return ok && closed;
}

void matrix_release(struct result *result) {
    for (size_t i = 0; i < result->cell_count; i++)
        result_cell_release(&result->cells[i]);
    free(result->cells);
}
