/* pgwrite check: validates a workload, prints the plan and sample rows, touches nothing of the
 * user's. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/options.h"
#include "load/companions.h"
#include "report/text.h"
#include "study/round.h"

enum { SAMPLE_ROWS = 5, SAMPLE_BYTES = 60 };

static struct poptOption table[] = {
    {NULL, 0, POPT_ARG_INCLUDE_TABLE, options_load, 0,
     "As for `pgwrite run`, to be checked with it:", NULL},
    {NULL, 0, POPT_ARG_INCLUDE_TABLE, options_workload, 0, "What to write:", NULL},
    {"data-dir", 0, POPT_ARG_STRING, &options.data_dir, 0,
     "folder in which the throwaway server's is made, that the schema is tried on", "DIR"},
    {"pg-bin", 0, POPT_ARG_STRING, &options.pg_bin, 0, "folder of the initdb and postgres to use",
     "DIR"},
    POPT_AUTOHELP POPT_TABLEEND,
};

static void print_columns(const struct plan *plan) {
    printf("%-20s %-24s %-12s %s\n", "column", "type", "generator", "from");
    for (size_t i = 0; i < plan->column_count; i++) {
        const struct plan_column *column = &plan->columns[i];
        printf("%-20s %-24s %-12s %s", column->name, catalog_type_shown(plan->table, column->type),
               column->generator.generator->name, column->from);
        if (column->generator.null_share > 0)
            printf(", %.0f %% NULL", column->generator.null_share * 100);
        printf("%s%s\n", *column->note ? ", " : "", column->note);
    }
    static const char *const filled[] = {"NULL", "its DEFAULT", "identity", "GENERATED"};
    for (size_t i = 0; i < plan->left_out_count; i++)
        printf("%-20s %-24s %-12s %s\n", plan->left_out[i]->name,
               catalog_type_shown(plan->table, plan->left_out[i]->type), "–",
               filled[plan->left_out[i]->filled]);
}

/* One line, cut between characters. */
static void print_value(const char *text, size_t length) {
    size_t shown = length <= SAMPLE_BYTES ? length : SAMPLE_BYTES;
    while (shown < length && shown > 0 && ((unsigned char)text[shown] & 0xc0) == 0x80)
        shown--;
    for (size_t i = 0; i < shown; i++)
        putchar((unsigned char)text[i] < ' ' ? ' ' : text[i]);
    fputs(shown < length ? "…" : "", stdout);
}

static void print_samples(const struct plan *plan) {
    struct scratch scratch;
    scratch_init(&scratch, plan->scratch_bytes);
    char *text = mem_alloc(plan->row_max_bytes + 1, 1);
    for (uint64_t row = 0; row < SAMPLE_ROWS; row++) {
        printf("\nrow %d\n", (int)row);
        for (size_t i = 0; i < plan->column_count; i++) {
            struct value value;
            plan_draw(&plan->columns[i], row, &scratch, &value);
            printf("  %-18s ", plan->columns[i].name);
            if (value.kind == VALUE_NULL) {
                fputs("NULL", stdout);
            } else {
                char *end = pg_write_text(plan->columns[i].type, &value, text);
                print_value(text, (size_t)(end - text));
            }
            putchar('\n');
        }
    }
    free(text);
    scratch_release(&scratch);
}

static void print_matrix(const struct matrix_options *matrix) {
    fputs("\npaths       ", stdout);
    for (size_t i = 0; i < matrix->path_count; i++)
        printf("%s%s", i ? ", " : "", matrix->paths[i]->name);
    fputs("\npool        ", stdout);
    for (size_t i = 0; i < matrix->pool_count; i++)
        printf("%s%u", i ? ", " : "", matrix->pools[i]);
    fputs("\nbatch       ", stdout);
    for (size_t i = 0; i < matrix->batch_count; i++) {
        char batch[48];
        struct result_cell cell = {.batch = matrix->batches[i]};
        printf("%s%s", i ? ", " : "", result_batch(&cell, batch, sizeof batch));
    }
    const struct result plan = {.mode = run_mode_name(matrix->mode),
                                .rows = matrix->rows,
                                .warmup_ns = matrix->warmup_ns,
                                .duration_ns = matrix->duration_ns,
                                .rounds = matrix->rounds};
    struct strbuf text = STRBUF_INIT;
    report_plan(&plan, &text);
    printf("\nrun         %s\n", text.text);
    strbuf_release(&text);
}

/* What it does, in SQL or near to it. */
static void print_deed(const struct workload_companion *companion, const char *written) {
    const char *name = companion->table ? companion->table : written;
    switch (companion->kind) {
    case COMPANION_LOCK_ROW:
        printf("FOR %s of %s WHERE ", companion->mode, name);
        print_value(companion->row, strlen(companion->row));
        return;
    case COMPANION_LOCK_TABLE:
        printf("LOCK TABLE %s IN %s MODE", name, companion->mode);
        return;
    case COMPANION_LOCK_ADVISORY:
        printf("advisory lock %" PRId64, companion->advisory);
        return;
    case COMPANION_VACUUM:
        printf("VACUUM %s", name);
        return;
    case COMPANION_CHECKPOINT:
        fputs("CHECKPOINT", stdout);
        return;
    case COMPANION_EXPORT:
        fputs("COPY TO STDOUT of ", stdout);
        break;
    case COMPANION_IDLE:
        fputs(companion->sql ? "idle in transaction after " : "idle in transaction", stdout);
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
        printf(", %s %s", word, units_show_duration(span, sizeof span, ns));
}

static void print_companions(const struct workload *workload, const char *written) {
    for (size_t i = 0; i < workload->companion_count; i++) {
        const struct workload_companion *companion = &workload->companions[i];
        printf("companion   %s: ", companion->name);
        print_deed(companion, written);
        print_span("held", companion->hold_ns);
        print_span("after", companion->after_ns);
        if (companion->times != 1)
            print_span("every", companion->every_ns);
        if (companion->times == 1)
            fputs(", once", stdout);
        else if (companion->times > 1)
            printf(", %" PRIu64 " times", companion->times);
        if (companion->sessions > 1)
            printf(", %u sessions", companion->sessions);
        putchar('\n');
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

/* Every path must be able to do it, as `run` would find out. */
static bool check_paths(const struct matrix_options *matrix, const struct plan *plan,
                        struct arena *arena, struct error *error) {
    for (size_t i = 0; i < matrix->path_count; i++)
        for (size_t k = 0; k < matrix->batch_count; k++) {
            struct write_plan write;
            if (!write_plan_build(matrix->paths[i], plan, matrix->batches[k], matrix->protocol,
                                  matrix->binding, arena, &write, error))
                return false;
        }
    return true;
}

static bool check(const struct workload *workload, struct matrix_options *matrix,
                  struct arena *arena, struct error *error) {
    struct session session;
    struct plan *plan;
    matrix->session.throwaway = true;
    matrix->session.keep = false;
    if (!session_open(&matrix->session, arena, &session, error))
        return false;
    bool ok = round_prepare(&session, matrix, arena, &plan, error) &&
              check_paths(matrix, plan, arena, error) &&
              check_companions(&session, workload, plan, error);
    if (ok) {
        printf("workload    %s%s%s\n", workload->name, *workload->description ? ": " : "",
               workload->description);
        printf("table       %s (%s)\n\n", plan->table->name, workload->schema_file);
        print_columns(plan);
        print_matrix(matrix);
        print_companions(workload, plan->table->name);
        print_samples(plan);
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
    if (!cli_parse(&command_check, argc, argv, table, &context, &arguments, &error))
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
    "check", "WORKLOAD", "validate a workload, print its plan and sample rows, touch nothing", run};
