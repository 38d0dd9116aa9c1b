/* pgwrite check: validates a workload, prints the plan and sample rows, touches nothing of the
 * user's. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/options.h"
#include "cli/page.h"
#include "load/companions.h"
#include "report/text.h"
#include "study/dry_run.h"
#include "study/prepare.h"
#include "workload/threshold.h"

enum { SAMPLE_ROWS = 5, SAMPLE_BYTES = 60, GIVER_BYTES = 512 };

static FILE *page; /* that all of it is printed on */

static struct poptOption table[] = {
    {NULL, 0, POPT_ARG_INCLUDE_TABLE, options_load, 0,
     "As for `pgwrite run`, to be checked with it:", NULL},
    {NULL, 0, POPT_ARG_INCLUDE_TABLE, options_workload, 0, "What to write:", NULL},
    {"data-dir", 0, POPT_ARG_STRING, &options.data_dir, 0,
     "folder in which the throwaway server's is made, that the schema is tried on", "DIR"},
    {"pg-bin", 0, POPT_ARG_STRING, &options.pg_bin, 0, "folder of the initdb and postgres to use",
     "DIR"},
    CLI_HELP_OPTIONS,
    POPT_TABLEEND,
};

/* Where a column's value comes from that a transaction gives it: "applications.request_id, step
 * apply". A column may be given by several steps: the first one is named. */
static void show_giver(const struct workload *workload, const char *written, const char *column,
                       char *out, size_t size) {
    snprintf(out, size, "the transaction");
    for (size_t i = 0; i < workload->step_count; i++)
        for (size_t k = 0; k < workload->steps[i].statement_count; k++) {
            const struct workload_statement *statement = &workload->steps[i].statements[k];
            if (statement->kind != STATEMENT_INSERT || strcmp(statement->table, written) != 0)
                continue;
            for (size_t n = 0; n < statement->set_count; n++)
                if (strcmp(statement->sets[n].column, column) == 0) {
                    snprintf(out, size, "%s.%s, step %s", statement->sets[n].table,
                             statement->sets[n].from_column, workload->steps[i].name);
                    return;
                }
        }
}

static void print_columns(const struct workload *workload, const struct mix_table *of) {
    const struct plan *plan = of->plan;
    char giver[GIVER_BYTES];
    fprintf(page, "%-20s %-24s %-12s %s\n", "column", "type", "generator", "from");
    for (size_t i = 0; i < plan->column_count; i++) {
        const struct plan_column *column = &plan->columns[i];
        if (column->given) {
            show_giver(workload, of->name, column->name, giver, sizeof giver);
            fprintf(page, "%-20s %-24s %-12s %s\n", column->name,
                    catalog_type_shown(plan->table, column->type), "–", giver);
            continue;
        }
        fprintf(page, "%-20s %-24s %-12s %s", column->name,
                catalog_type_shown(plan->table, column->type), column->generator.generator->name,
                column->from);
        if (column->generator.null_share > 0)
            fprintf(page, ", %.0f %% NULL", column->generator.null_share * 100);
        fprintf(page, "%s%s\n", *column->note ? ", " : "", column->note);
    }
    static const char *const filled[] = {"NULL", "its DEFAULT", "identity", "GENERATED"};
    for (size_t i = 0; i < plan->left_out_count; i++)
        fprintf(page, "%-20s %-24s %-12s %s\n", plan->left_out[i]->name,
                catalog_type_shown(plan->table, plan->left_out[i]->type), "–",
                filled[plan->left_out[i]->filled]);
}

/* One line, cut between characters. */
static void print_value(const char *text, size_t length) {
    size_t shown = length <= SAMPLE_BYTES ? length : SAMPLE_BYTES;
    while (shown < length && shown > 0 && ((unsigned char)text[shown] & 0xc0) == 0x80)
        shown--;
    for (size_t i = 0; i < shown; i++)
        fputc((unsigned char)text[i] < ' ' ? ' ' : text[i], page);
    fputs(shown < length ? "…" : "", page);
}

static void print_samples(const struct workload *workload, const struct mix_table *of, bool named) {
    const struct plan *plan = of->plan;
    char giver[GIVER_BYTES];
    struct scratch scratch;
    scratch_init(&scratch, plan->scratch_bytes);
    char *text = mem_alloc(plan->row_max_bytes + 1, 1);
    for (uint64_t row = 0; row < SAMPLE_ROWS; row++) {
        fprintf(page, "\n%s%srow %d\n", named ? of->name : "", named ? ", " : "", (int)row);
        for (size_t i = 0; i < plan->column_count; i++) {
            struct value value;
            if (plan->columns[i].given) {
                show_giver(workload, of->name, plan->columns[i].name, giver, sizeof giver);
                fprintf(page, "  %-18s (from %s)\n", plan->columns[i].name, giver);
                continue;
            }
            plan_draw(&plan->columns[i], row, &scratch, &value);
            fprintf(page, "  %-18s ", plan->columns[i].name);
            if (value.kind == VALUE_NULL) {
                fputs("NULL", page);
            } else {
                char *end = pg_write_text(plan->columns[i].type, &value, text);
                print_value(text, (size_t)(end - text));
            }
            fputc('\n', page);
        }
    }
    free(text);
    scratch_release(&scratch);
}

static void print_list(const char *head, const struct range *list, size_t count) {
    fprintf(page, "\n%-11s ", head);
    for (size_t i = 0; i < count; i++) {
        char text[48];
        struct result_cell cell = {.batch = list[i]};
        fprintf(page, "%s%s", i ? ", " : "", result_batch(&cell, text, sizeof text));
    }
}

static void print_range_of_time(uint64_t min_ns, uint64_t max_ns) {
    char text[32];
    fputs(units_show_duration(text, sizeof text, min_ns), page);
    if (max_ns > min_ns)
        fprintf(page, " to %s", units_show_duration(text, sizeof text, max_ns));
}

/* Where transactions come from. */
static void print_load(const struct matrix_options *matrix) {
    struct result_cell cells[MATRIX_LIST_MAX] = {0};
    const struct result plan = {.load = matrix->workload,
                                .source = matrix_source(matrix),
                                .uniform = matrix->uniform,
                                .think_min_ns = matrix->think_min_ns,
                                .think_max_ns = matrix->think_max_ns,
                                .cells = cells,
                                .cell_count = matrix->pool_count};
    for (size_t i = 0; i < matrix->pool_count; i++)
        cells[i] = (struct result_cell){.pool = (uint32_t)matrix->pools[i].max,
                                        .pool_min = (uint32_t)matrix->pools[i].min,
                                        .users = matrix->users,
                                        .rate = matrix->rate_per_s};
    struct strbuf text = STRBUF_INIT;
    report_loop(&plan, &text);
    fprintf(page, "\nload        %s", text.text);
    strbuf_release(&text);
}

static void print_matrix(const struct matrix_options *matrix) {
    bool steps = matrix->workload->step_count > 0;
    for (size_t i = 0; i < matrix->path_count && !steps; i++)
        fprintf(page, "%s%s", i ? ", " : "\npaths       ", matrix->paths[i]->name);
    print_list("pool", matrix->pools, matrix->pool_count);
    if (!steps)
        print_list("batch", matrix->batches, matrix->batch_count);
    print_load(matrix);
    const struct result plan = {.load = matrix->workload,
                                .mode = run_mode_name(matrix->mode),
                                .rows = matrix->rows,
                                .warmup_ns = matrix->warmup_ns,
                                .duration_ns = matrix->duration_ns,
                                .rounds = matrix->rounds};
    struct strbuf text = STRBUF_INIT;
    report_plan(&plan, &text);
    fprintf(page, "\nrun         %s\n", text.text);
    strbuf_release(&text);
}

/* What it does, in SQL or near to it. */
static void print_deed(const struct workload_companion *companion, const char *written) {
    const char *name = companion->table ? companion->table : written;
    switch (companion->kind) {
    case COMPANION_LOCK_ROW:
        fprintf(page, "FOR %s of %s WHERE ", companion->mode, name);
        print_value(companion->row, strlen(companion->row));
        return;
    case COMPANION_LOCK_TABLE:
        fprintf(page, "LOCK TABLE %s IN %s MODE", name, companion->mode);
        return;
    case COMPANION_LOCK_ADVISORY:
        fprintf(page, "advisory lock %" PRId64, companion->advisory);
        return;
    case COMPANION_VACUUM:
        fprintf(page, "VACUUM %s", name);
        return;
    case COMPANION_CHECKPOINT:
        fputs("CHECKPOINT", page);
        return;
    case COMPANION_EXPORT:
        fputs("COPY TO STDOUT of ", page);
        break;
    case COMPANION_IDLE:
        fputs(companion->sql ? "idle in transaction after " : "idle in transaction", page);
        break;
    case COMPANION_READ:
    case COMPANION_DDL:
        break;
    }
    if (companion->sql)
        print_value(companion->sql, strlen(companion->sql));
}

static void print_span(const char *word, uint64_t ns) {
    char span[32];
    if (ns > 0)
        fprintf(page, ", %s %s", word, units_show_duration(span, sizeof span, ns));
}

static void print_companions(const struct workload *workload, const char *written) {
    for (size_t i = 0; i < workload->companion_count; i++) {
        const struct workload_companion *companion = &workload->companions[i];
        fprintf(page, "companion   %s: ", companion->name);
        print_deed(companion, written);
        print_span("held", companion->hold_ns);
        print_span("after", companion->after_ns);
        if (companion->times != 1)
            print_span("every", companion->every_ns);
        if (companion->times == 1)
            fputs(", once", page);
        else if (companion->times > 1)
            fprintf(page, ", %" PRIu64 " times", companion->times);
        if (companion->sessions > 1)
            fprintf(page, ", %u sessions", companion->sessions);
        fputc('\n', page);
    }
}

/* What their tables and queries are, as `run` would find out. */
static bool check_companions(const struct session *session, const struct workload *workload,
                             const struct plan *plan, struct error *error) {
    struct companions_options companions_options = {.target = &session->target,
                                                    .workload = workload,
                                                    .schema = session->schema,
                                                    .table = plan->table->quoted};
    struct companions *companions;
    if (!companions_open(&companions_options, &companions, error))
        return false;
    companions_close(companions, NULL);
    return true;
}

static void print_statement(const struct workload_statement *statement) {
    static const char *const verbs[] = {
        [STATEMENT_INSERT] = "insert", [STATEMENT_UPDATE] = "update", [STATEMENT_DELETE] = "delete",
        [STATEMENT_SELECT] = "select", [STATEMENT_SQL] = "",          [STATEMENT_PAUSE] = "pause"};
    fputs(verbs[statement->kind], page);
    if (statement->kind == STATEMENT_SQL)
        print_value(statement->sql, strlen(statement->sql));
    else if (statement->table)
        fprintf(page, " %s", statement->table);
    if (statement->kind == STATEMENT_PAUSE) {
        fputc(' ', page);
        print_range_of_time(statement->pause_min_ns, statement->pause_max_ns);
    }
    if (statement->kind == STATEMENT_INSERT && statement->rows > 1)
        fprintf(page, ", %u rows", statement->rows);
    if (statement->on_conflict != CONFLICT_ERROR)
        fprintf(page, ", on conflict %s",
                statement->on_conflict == CONFLICT_NOTHING ? "nothing" : "update");
}

static void print_steps(const struct workload *workload) {
    double sum = 0;
    for (size_t i = 0; i < workload->step_count; i++)
        sum += workload->steps[i].weight;
    for (size_t i = 0; i < workload->step_count; i++) {
        const struct workload_step *step = &workload->steps[i];
        fprintf(page, "step        %s, %s%.3g %%: %s", step->name,
                step->weight > 0 ? "" : "probability ",
                (step->weight > 0 ? step->weight / sum : step->probability) * 100,
                step->transaction ? "BEGIN; " : "");
        for (size_t k = 0; k < step->statement_count; k++) {
            fputs(k ? "; " : "", page);
            print_statement(&step->statements[k]);
        }
        if (step->path)
            fprintf(page, ", by %s", step->path);
        if (step->batch)
            fprintf(page, ", batch %s", step->batch);
        fprintf(page, "%s\n", step->transaction ? "; COMMIT" : "");
    }
}

static void print_stages(const struct workload *workload) {
    static const char *const things[] = {[LOAD_POOL] = "connection", [LOAD_USERS] = "user"};
    double before = 0;
    for (size_t i = 0; i < workload->stage_count; i++) {
        const struct workload_stage *stage = &workload->stages[i];
        char text[48];
        fprintf(page, "stage       %s: %s, ", stage->name,
                units_show_duration(text, sizeof text, stage->for_ns));
        if (stage->ramp)
            fprintf(page, "%s to ", units_show_count(text, sizeof text, before));
        if (workload->stage_source == LOAD_RATE)
            fprintf(page, "%s/s", units_show_count(text, sizeof text, stage->target));
        else
            fputs(
                units_show_things(text, sizeof text, stage->target, things[workload->stage_source]),
                page);
        before = stage->target;
        if (stage->has_think) {
            fputs(", thinking ", page);
            print_range_of_time(stage->think_min_ns, stage->think_max_ns);
        }
        fputc('\n', page);
    }
}

/* The steps that a timeout can't befall. */
static void print_spared(const struct workload *workload) {
    bool any = false;
    for (size_t i = 0; i < workload->step_count; i++)
        if (!prepare_meets_timeouts(&workload->steps[i])) {
            fprintf(page, "%s%s",
                    any ? ", " : "; spared, as done by a write path: ", workload->steps[i].name);
            any = true;
        }
}

static void print_faults(const struct workload *workload) {
    static const char *const faults[] = {
        [FAULT_TIMEOUT] = "timeout", [FAULT_CUT] = "cut", [FAULT_DELAY] = "delay"};
    for (size_t i = 0; i < workload->fault_count; i++) {
        const struct workload_fault *fault = &workload->faults[i];
        fprintf(page, "fault       %s: %.3g %% of the transactions", faults[fault->kind],
                fault->share * 100);
        print_span(fault->kind == FAULT_TIMEOUT ? "after" : "for", fault->for_ns);
        if (fault->kind == FAULT_TIMEOUT)
            print_spared(workload);
        fputc('\n', page);
    }
}

static void print_queries(const char *head, const struct workload_query *queries, size_t count) {
    for (size_t i = 0; i < count; i++) {
        fprintf(page, "%-11s %s: ", head, queries[i].name);
        print_value(queries[i].sql, strlen(queries[i].sql));
        fputc('\n', page);
    }
}

/* The sections of the workload beside its columns. */
static void print_sections(const struct workload *workload) {
    char text[32];
    for (size_t i = 0; i < workload->table_count; i++)
        if (workload->tables[i].rows > 0)
            fprintf(page, "before      %s in %s\n",
                    units_show_things(text, sizeof text, (double)workload->tables[i].rows, "row"),
                    workload->tables[i].name);
    print_steps(workload);
    print_stages(workload);
    for (size_t i = 0; i < workload->tenant_count; i++) {
        const struct workload_tenant *tenant = &workload->tenants[i];
        fprintf(page, "tenant      %s: weight %.3g", tenant->name, tenant->weight);
        if (tenant->limit_per_s > 0)
            fprintf(page, ", %s/s at most",
                    units_show_count(text, sizeof text, tenant->limit_per_s));
        fputc('\n', page);
    }
    print_faults(workload);
    print_queries("gauge", workload->gauges, workload->gauge_count);
    print_queries("check", workload->checks, workload->check_count);
    for (size_t i = 0; i < workload->threshold_count; i++) {
        const struct threshold *threshold = &workload->thresholds[i];
        fprintf(page, "threshold   %s%s\n", threshold->text,
                threshold->abort ? ", ends the run" : "");
    }
}

static void print_all(const struct workload *workload, const struct matrix_options *matrix,
                      const struct prepared *prepared) {
    const struct mix *mix = &prepared->mix;
    fprintf(page, "workload    %s%s%s\n", workload->name, *workload->description ? ": " : "",
            workload->description);
    for (size_t i = 0; i < mix->table_count; i++) {
        fprintf(page, "%stable       %s (%s)\n\n", i ? "\n" : "", mix->tables[i].name,
                workload->schema_file);
        print_columns(workload, &mix->tables[i]);
    }
    print_matrix(matrix);
    print_sections(workload);
    print_companions(workload, prepared->plan->table->name);
    for (size_t i = 0; i < mix->table_count; i++)
        print_samples(workload, &mix->tables[i], mix->table_count > 1);
}

/* A few rows of each table are enough to plan with. */
static struct workload lower_rows(const struct workload *workload, struct arena *arena) {
    struct workload lowered = *workload;
    lowered.tables = ARENA_ARRAY(arena, struct workload_table, workload->table_count + 1);
    for (size_t i = 0; i < workload->table_count; i++) {
        lowered.tables[i] = workload->tables[i];
        if (lowered.tables[i].rows > DRY_RUN_ROWS)
            lowered.tables[i].rows = DRY_RUN_ROWS;
    }
    return lowered;
}

/* Every path or step must be able to do it, as `run` would find out. */
static bool check_cells(const struct matrix_options *matrix, struct prepared *prepared,
                        struct arena *arena, struct error *error) {
    for (size_t i = 0; i < matrix->path_count; i++)
        for (size_t k = 0; k < matrix->batch_count; k++)
            if (!prepare_steps(matrix, matrix->paths[i], matrix->batches[k], arena, prepared,
                               error))
                return false;
    return true;
}

static bool check(const struct workload *workload, const struct matrix_options *asked,
                  struct arena *arena, struct error *error) {
    struct session session;
    struct prepared prepared;
    struct workload lowered = lower_rows(workload, arena);
    struct matrix_options matrix = *asked;
    matrix.workload = &lowered;
    matrix.session.throwaway = true;
    matrix.session.keep = false;
    if (!session_open(&matrix.session, arena, &session, error))
        return false;
    bool ok = prepare_schema(&session, &matrix, arena, &prepared, error) &&
              check_cells(&matrix, &prepared, arena, error) &&
              prepare_check_sql(&session, &matrix, &prepared, error) &&
              check_companions(&session, workload, prepared.plan, error);
    if (ok) {
        page = page_open();
        print_all(workload, &matrix, &prepared);
        page_close(page);
    }
    struct error left = {0};
    if (session_close(&session, false, &left))
        return ok;
    if (ok)
        *error = left;
    else
        error_print(&left);
    return false;
}

static int run(int argc, const char **argv) {
    struct error error = {0};
    poptContext context;
    const char **arguments;
    if (!cli_parse(&command_check, argc, argv, &context, &arguments, &error))
        return cli_fail(&error);
    struct arena arena = {0};
    struct workload workload;
    struct matrix_options matrix;
    if (!arguments[0] && !options.schema) {
        error_usage(&error, "which workload?");
        error_hint(&error,
                   "`pgwrite check FILE.yaml`, or a built-in one: `pgwrite list workloads`");
    }
    bool ok = !error.set && options_workload_load(arguments, &arena, &workload, &error) &&
              options_matrix(&workload, &matrix, &error) &&
              check(&workload, &matrix, &arena, &error);
    int code = ok ? EXIT_OK : cli_fail(&error);
    arena_release(&arena);
    poptFreeContext(context);
    return code;
}

const struct command command_check = {
    "check", "WORKLOAD", "validate a workload, print its plan and sample rows, touch nothing",
    run,     table,      NULL};
