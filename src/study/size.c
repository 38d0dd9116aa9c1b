#include "study/size.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "study/live.h"
#include "study/prepare.h"
#include "study/size_internal.h"
#include "workload/companion.h"

/* Connections that are not the pool's: control, sampler, gauges, and one in reserve. */
enum { BESIDE_THE_POOL = 4 };

static const struct {
    const char *name;
    bool (*run)(struct size *size, struct error *error);
} phases[SIZE_PHASES] = {
    [SIZE_PHASE_POOL] = {"pool", size_sweep},
    [SIZE_PHASE_CAPACITY] = {"capacity", size_capacity},
    [SIZE_PHASE_SOAK] = {"soak", size_soak},
    [SIZE_PHASE_NEED] = {"planned load", size_at_need},
    [SIZE_PHASE_BATCHES] = {"batch sizes", size_batches},
};

uint64_t size_until(const struct size *size, enum size_phase_id phase) {
    double later_s = 0;
    for (size_t i = phase + 1; i < SIZE_PHASES; i++)
        later_s += size->plan.seconds[i];
    uint64_t later_ns = (uint64_t)(later_s * 1e9);
    return later_ns < size->end_ns ? size->end_ns - later_ns : 0;
}

/* ---- the plan ---- */

/* How long a soak is across which two checkpoints by time are begun and done: the round begins with
 * one, and the third one's writing may take up to the whole of checkpoint_timeout. */
static double soak_least(const struct size *size) {
    double timeout_s = size->session.facts.checkpoint_timeout_s;
    if (size->session.server && !size_names_setting(size, "checkpoint_timeout"))
        timeout_s = SIZE_SOAK_CHECKPOINT_S;
    return timeout_s > 0 ? 3 * timeout_s + 5 : UNKNOWN;
}

bool size_names_setting(const struct size *size, const char *name) {
    for (size_t i = 0; i < size->options->present_count; i++)
        if (strcasecmp(size->options->present[i].name, name) == 0)
            return true;
    return false;
}

static struct size_wish wish_of(const struct size_options *options) {
    const struct matrix_options *matrix = options->matrix;
    return (struct size_wish){
        .budget_s = (double)options->budget_ns / 1e9,
        .levels = matrix->pool_count,
        .batches = options->batch_count,
        .window_s = options->own_window ? (double)matrix->duration_ns / 1e9 : UNKNOWN,
        .warmup_s = options->own_warmup ? (double)matrix->warmup_ns / 1e9 : UNKNOWN,
        .soak_least_s = UNKNOWN,
        .need = is_known(options->need_per_s)};
}

static bool check_budget(const struct size_options *options, struct error *error) {
    const struct size_wish wish = wish_of(options);
    char budget[32], least[32];
    double least_s = ceil(size_plan_least(&wish));
    if (wish.budget_s >= least_s)
        return true;
    error_usage(error,
                "--budget %s is too little: %zu pool size%s and a search for the rate take %s",
                units_show_duration(budget, sizeof budget, options->budget_ns), wish.levels,
                wish.levels == 1 ? "" : "s",
                units_show_duration(least, sizeof least, (uint64_t)(least_s * 1e9)));
    return error_hint(error, "a longer --budget, or fewer sizes in --pool");
}

static void make_plan(struct size *size) {
    struct size_wish wish = wish_of(size->options);
    struct size_result *result = size->result;
    wish.levels = size->matrix_options.pool_count;
    wish.soak_least_s = soak_least(size);
    size_plan_make(&wish, &size->plan);
    for (size_t i = 0; i < SIZE_PHASES; i++)
        result->phases[i].planned_s = size->plan.seconds[i];
}

static void show_plan(const struct size *size) {
    const struct size_result *result = size->result;
    char seconds[32], budget[32];
    double sum_s = 0;
    for (size_t i = 0; i < SIZE_PHASES; i++)
        sum_s += size->plan.seconds[i];
    log_message("plan: about %s of a budget of %s",
                units_show_duration(seconds, sizeof seconds, (uint64_t)sum_s * NS_PER_S),
                units_show_duration(budget, sizeof budget, size->options->budget_ns));
    for (size_t i = 0; i < SIZE_PHASES; i++) {
        bool wanted = i != SIZE_PHASE_BATCHES || size->options->batch_count > 0;
        if (!wanted)
            continue;
        uint64_t phase_s = (uint64_t)(result->phases[i].planned_s + 0.5);
        log_message("  %-12s  %s", result->phases[i].name,
                    phase_s ? units_show_duration(seconds, sizeof seconds, phase_s * NS_PER_S)
                            : "no time for it");
    }
}

/* Levels for which a server of the user's has no connections are left out, unless they were asked
 * for: then the server's own error says so. */
static void fit_levels(struct size *size) {
    struct matrix_options *matrix = &size->matrix_options;
    double most = size->session.facts.max_connections;
    if (size->options->own_levels || size->session.server || most <= 0)
        return;
    double beside = BESIDE_THE_POOL + (double)companions_sessions(matrix->workload);
    size_t count = matrix->pool_count;
    while (matrix->pool_count > 1 &&
           (double)matrix->pools[matrix->pool_count - 1].max > most - size->reserved - beside)
        matrix->pool_count--;
    if (matrix->pool_count < count)
        size_warn(size, "pools above %u were left out: max_connections is %.0f",
                  (unsigned)matrix->pools[matrix->pool_count - 1].max, most);
}

static bool read_reserved(struct size *size, struct error *error) {
    struct control_rows *rows;
    if (!control_query_one(
            size->session.control,
            "SELECT (SELECT sum(setting::int8) FROM pg_catalog.pg_settings WHERE name IN "
            "('superuser_reserved_connections', 'reserved_connections'))::float8, "
            "(SELECT count(*) FROM pg_catalog.pg_stat_activity WHERE backend_type = "
            "'client backend' AND pid <> pg_catalog.pg_backend_pid())::float8",
            CONTROL_NO_ARGS, &rows, error))
        return false;
    size->reserved = control_float8(rows, 0, 0) + control_float8(rows, 0, 1);
    control_rows_free(rows);
    return true;
}

/* ---- the study ---- */

static void describe(struct size *size) {
    struct size_result *result = size->result;
    const struct matrix_options *matrix = &size->matrix_options;
    const struct range *batch = &matrix->batches[0];
    result->mix = matrix->workload->step_count > 0;
    result->workload = matrix->workload->name;
    if (result->mix)
        result->cell = "mix";
    else if (matrix->paths[0]->one_row)
        result->cell = matrix->paths[0]->name;
    else if (batch->min == batch->max)
        result->cell = arena_printf(size->arena, "%s, batch %llu", matrix->paths[0]->name,
                                    (unsigned long long)batch->max);
    else
        result->cell = arena_printf(size->arena, "%s, batch %llu..%llu", matrix->paths[0]->name,
                                    (unsigned long long)batch->min, (unsigned long long)batch->max);
}

static void describe_server(struct size *size) {
    struct size_result *result = size->result;
    struct server_facts *facts = ARENA_NEW(size->arena, struct server_facts);
    *facts = size->session.facts;
    result->server = facts;
    result->target = size->session.shown;
    result->throwaway = size->session.server != NULL;
}

static bool run_phases(struct size *size, struct error *error) {
    for (size_t i = 0; i < SIZE_PHASES; i++) {
        struct study_phase *phase = &size->result->phases[i];
        uint64_t begin_ns = clock_ns();
        size_t before = size->rounds;
        size->phase = (enum size_phase_id)i;
        bool ok = phases[i].run(size, error);
        phase->rounds = size->rounds - before;
        if (phase->rounds > 0)
            phase->seconds = (double)(clock_ns() - begin_ns) / 1e9;
        if (!ok)
            return false;
    }
    return true;
}

static void init(struct size *size, const struct size_options *options, struct arena *arena,
                 struct size_result *result) {
    const struct workload *workload = options->matrix->workload;
    *size = (struct size){.options = options,
                          .arena = arena,
                          .result = result,
                          .matrix_options = *options->matrix,
                          .begin_ns = clock_ns()};
    size->end_ns = size->begin_ns + options->budget_ns;
    size->matrix_options.session.settings = options->present;
    size->matrix_options.session.setting_count = options->present_count;
    *result = (struct size_result){
        .block = ARENA_NEW(arena, struct result),
        .budget_s = (double)options->budget_ns / 1e9,
        .phases = ARENA_ARRAY(arena, struct study_phase, SIZE_PHASES),
        .phase_count = SIZE_PHASES,
        .slos = workload->thresholds,
        .slo_count = workload->threshold_count,
        .need_per_s = options->need_per_s,
        .peak = options->peak,
        .rows_per_commit = UNKNOWN,
        .closed_per_s = UNKNOWN,
        .little_worst = UNKNOWN,
        .low_per_s = UNKNOWN,
        .high_per_s = UNKNOWN,
        .capacity_per_s = UNKNOWN,
        .needed_per_s = UNKNOWN,
        .headroom = UNKNOWN,
        .prediction = {.fsync_s = options->fsync_s, .disk_bytes_per_s = options->disk_bytes_per_s},
    };
    for (size_t i = 0; i < SIZE_PHASES; i++)
        result->phases[i] = (struct study_phase){.name = phases[i].name, .seconds = UNKNOWN};
}

/* What was measured answers, also where it was cut short. */
static void conclude(struct size *size) {
    struct size_result *result = size->result;
    const struct size_options *options = size->options;
    const struct fsync_probe *probe = &size->first.fsync;
    size->first.cells = NULL;
    size->first.cell_count = 0;
    *result->block = size->first;
    result->measured = size->rounds > 0;
    size_answer(result, size->arena);
    result->prediction.asked = is_known(options->fsync_s) || is_known(options->disk_bytes_per_s);
    if (result->prediction.asked)
        size_predict(result, (double)size->first.cpus,
                     is_known(probe->flushes_per_s) ? probe->p50_us / 1e6 : UNKNOWN, options->seed,
                     size->arena);
}

static bool study(struct size *size, struct error *error) {
    if (!size->session.server && !read_reserved(size, error))
        return false;
    fit_levels(size);
    make_plan(size);
    show_plan(size);
    return run_phases(size, error);
}

bool size_run(const struct size_options *options, struct arena *arena, struct size_result *result,
              struct error *error) {
    struct size size;
    init(&size, options, arena, result);
    describe(&size);
    bool ok = check_budget(options, error) &&
              session_open(&size.matrix_options.session, arena, &size.session, error);
    if (ok) {
        describe_server(&size);
        ok = study(&size, error);
        log_progress_end();
        struct error unclosed = {0};
        if (!session_close(&size.session, false, &unclosed)) {
            if (ok)
                *error = unclosed;
            else
                error_print(&unclosed);
            ok = false;
        }
        conclude(&size);
    }
    result->interrupted = !ok && interrupted();
    if (result->interrupted)
        error->exit_code = EXIT_INTERRUPTED;
    result->seconds = (double)(clock_ns() - size.begin_ns) / 1e9;
    return ok;
}
