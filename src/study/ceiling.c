#include "study/ceiling.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/strbuf.h"
#include "load/load.h"

/* Seconds that dropping the twin may take after an interruption. */
enum { CLEANUP_TIMEOUT_S = 10 };

/* A name that no table and no type of the user's has. */
static bool find_name(const struct ceiling_options *options, struct strbuf *twin,
                      struct error *error) {
    for (int number = 0;; number++) {
        char name[32] = "pgwrite_twin";
        if (number)
            snprintf(name, sizeof name, "pgwrite_twin_%d", number);
        strbuf_clear(twin);
        strbuf_add_ident(twin, options->session->schema);
        strbuf_add_char(twin, '.');
        strbuf_add_ident(twin, name);
        struct control_rows *rows;
        if (!control_query_one(
                options->session->control,
                "SELECT pg_catalog.to_regclass($1) IS NULL AND pg_catalog.to_regtype($1) IS NULL",
                CONTROL_ARGS(ARG_TEXT(twin->text)), &rows, error))
            return false;
        bool is_free = control_bool(rows, 0, 0);
        control_rows_free(rows);
        if (is_free)
            return true;
    }
}

/* Neither keys nor indexes, and no WAL: nothing is ever stored. */
static bool make_twin(const struct ceiling_options *options, const char *twin,
                      struct error *error) {
    char *sql = mem_printf("CREATE UNLOGGED TABLE %s (LIKE %s); "
                           "CREATE RULE discard AS ON INSERT TO %s DO INSTEAD NOTHING",
                           twin, options->prepared->plan->table->quoted, twin);
    bool ok = control_exec(options->session->control, sql, error);
    free(sql);
    return ok;
}

/* Also after an interruption, which ends the measuring and not the cleaning up. */
static bool drop_twin(const struct ceiling_options *options, const char *twin,
                      struct error *error) {
    struct control *control = options->session->control;
    char *sql = mem_printf("DROP TABLE %s", twin);
    control_set_heed_interrupt(control, false);
    control_set_timeout(control, CLEANUP_TIMEOUT_S);
    bool ok = control_exec(control, sql, error);
    control_set_timeout(control, SESSION_TIMEOUT_S);
    control_set_heed_interrupt(control, true);
    free(sql);
    return ok;
}

static bool write_rows(const struct ceiling_options *options, const struct write_plan *write,
                       struct arena *arena, double *rows_per_s, struct error *error) {
    struct load_demand demand;
    prepare_pool_alone(options->cell->pool, arena, &demand);
    const struct load_options load = {
        .target = &options->session->target,
        .application_name = options->session->application,
        .pooled = options->session->pooled,
        .steps = &write,
        .step_count = 1,
        .mix = &options->prepared->mix,
        .demand = &demand,
        .pool = {.min = options->cell->pool, .max = options->cell->pool},
        .threads = options->cell->threads,
        .warmup_ns = options->ns / 4,
        .duration_ns = options->ns,
        .interval_ns = options->ns > NS_PER_S ? options->ns : NS_PER_S,
        .seed = options->options->seed,
    };
    struct load_result result;
    struct error failed = {0};
    bool ok = load_run(&load, &result, &failed);
    if (ok && result.rows > 0 && result.seconds > 0)
        *rows_per_s = (double)result.rows / result.seconds;
    load_result_release(&result);
    /* 22: data exceptions; 23: a domain's CHECK. */
    if (ok || strncmp(failed.sqlstate, "22", 2) == 0 || strncmp(failed.sqlstate, "23", 2) == 0)
        return true;
    *error = failed;
    return false;
}

bool ceiling_measure(const struct ceiling_options *options, double *rows_per_s,
                     struct error *error) {
    struct arena arena = {0};
    struct strbuf twin = STRBUF_INIT;
    struct write_plan write;
    struct error left = {0};
    *rows_per_s = UNKNOWN;
    bool made = find_name(options, &twin, error) && make_twin(options, twin.text, error);
    const struct write_options writes = {.path = options->path,
                                         .plan = options->prepared->plan,
                                         .batch = options->cell->batch,
                                         .protocol = options->options->protocol,
                                         .binding = options->options->binding,
                                         .twin = twin.text};
    bool ok = made && write_plan_build(&writes, &arena, &write, error) &&
              write_rows(options, &write, &arena, rows_per_s, error);
    /* After a failure the first error tells more, and the schema takes the twin with it. */
    if (made && !control_lost(options->session->control) &&
        !drop_twin(options, twin.text, ok ? error : &left))
        ok = false;
    strbuf_release(&twin);
    arena_release(&arena);
    return ok || error_prefix(error, "measuring pgwrite's own ceiling");
}
