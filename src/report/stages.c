/* Tables of stages, steps and tenants. Where there are several cells, the first column names them.
 */
#include "load/tally.h"
#include "report/internal.h"
#include "result/total.h"

enum { NAME_COLUMNS = 20 };

static void set_cell(struct table *table, const struct result *result,
                     const struct result_cell *cell) {
    struct strbuf name = STRBUF_INIT;
    char field[FIELD_BYTES];
    if (result->cell_count > 1)
        report_cell_name(result, cell, &name);
    table_set(table, 0,
              name.length ? show_cut(field, sizeof field, name.text, NAME_COLUMNS) : DASH);
    strbuf_release(&name);
}

static void set_count(struct table *table, size_t column, double count) {
    char field[FIELD_BYTES];
    table_set(table, column, show_count(field, sizeof field, count));
}

static void set_rate(struct table *table, size_t column, uint64_t count, double seconds) {
    set_count(table, column, seconds > 0 ? (double)count / seconds : UNKNOWN);
}

static void set_quantiles(struct table *table, size_t column, const struct histogram *response) {
    static const double quantiles[] = {0.50, 0.95, 0.99};
    char field[FIELD_BYTES];
    for (size_t i = 0; i < sizeof quantiles / sizeof *quantiles; i++)
        table_set(table, column + i, show_quantile(field, sizeof field, response, quantiles[i]));
}

/* "200 users", "to 500/s": where a ramp ends. */
static void show_load(const struct result *result, const struct workload_stage *stage, char *out,
                      size_t size) {
    static const char *const things[] = {[LOAD_POOL] = "connection", [LOAD_USERS] = "user"};
    char target[48];
    if (result->source == LOAD_RATE)
        snprintf(target, sizeof target, "%s/s", units_show_count(out, size, stage->target));
    else
        units_show_things(target, sizeof target, stage->target, things[result->source]);
    snprintf(out, size, "%s%s", stage->ramp ? "to " : "", target);
}

enum stage_column {
    S_CELL,
    S_NAME,
    S_FOR,
    S_LOAD,
    S_ASKED,
    S_COMMITS,
    S_ROWS,
    S_P50,
    S_ERRORS = 10
};

static void stage_row(struct table *table, const struct result *result,
                      const struct result_cell *cell, size_t number) {
    const struct workload_stage *stage = &result->load->stages[number];
    struct result_demand demand;
    struct load_tally tally;
    char field[FIELD_BYTES];
    result_demand(result, cell, number, &demand);
    result_tally(result, cell, number, SIZE_MAX, &tally);
    table_row(table);
    set_cell(table, result, cell);
    table_set(table, S_NAME, show_cut(field, sizeof field, stage->name, NAME_COLUMNS));
    table_set(table, S_FOR, units_show_duration(field, sizeof field, stage->for_ns));
    show_load(result, stage, field, sizeof field);
    table_set(table, S_LOAD, field);
    set_rate(table, S_ASKED, demand.asked.asked, result->source == LOAD_POOL ? 0 : demand.seconds);
    set_rate(table, S_COMMITS, tally.committed, demand.seconds);
    set_rate(table, S_ROWS, tally.rows, demand.seconds);
    set_quantiles(table, S_P50, tally.latency[LATENCY_RESPONSE]);
    set_count(table, S_ERRORS,
              demand.known ? (double)(tally.failed + demand.asked.timed_out + demand.asked.dropped)
                           : UNKNOWN);
    load_tally_release(&tally);
}

void report_stages_table(const struct result *result, struct table *table) {
    static const char *const heads[] = {"cell",    "stage",     "for",    "load",
                                        "asked/s", "commits/s", "rows/s", "p50 ms",
                                        "p95 ms",  "p99 ms",    "errors"};
    for (size_t c = 0; c < sizeof heads / sizeof *heads; c++)
        table_column(table, heads[c], c <= S_NAME, c == S_CELL || c == S_ASKED, 0);
    /* What the workload says itself goes first, then what rows/s says again. */
    table_rank(table, S_FOR, 4);
    table_rank(table, S_P50 + 1, 3);
    table_rank(table, S_COMMITS, 2);
    table_rank(table, S_LOAD, 1);
    for (size_t i = 0; result->load && i < result->cell_count; i++)
        for (size_t k = 0; k < result->load->stage_count; k++)
            stage_row(table, result, &result->cells[i], k);
}

enum step_column {
    T_CELL,
    T_NAME,
    T_SHARE,
    T_COMMITS,
    T_ROWS,
    T_P50,
    T_ERRORS = 8,
    T_RETRIED,
    T_SKIPPED
};

/* Of all transactions by weight, or how likely a user does it. */
static double step_share(const struct workload *workload, size_t number) {
    double sum = 0;
    for (size_t i = 0; i < workload->step_count; i++)
        sum += workload->steps[i].weight;
    return sum > 0 ? workload->steps[number].weight / sum : workload->steps[number].probability;
}

static void step_row(struct table *table, const struct result *result,
                     const struct result_cell *cell, size_t number) {
    double seconds = result_stage_seconds(result, cell, SIZE_MAX);
    bool known = cell->tallies != NULL;
    struct load_tally tally;
    char field[FIELD_BYTES];
    result_tally(result, cell, SIZE_MAX, number, &tally);
    table_row(table);
    set_cell(table, result, cell);
    table_set(table, T_NAME,
              show_cut(field, sizeof field, result->load->steps[number].name, NAME_COLUMNS));
    table_set(table, T_SHARE, show_share(field, sizeof field, step_share(result->load, number)));
    set_rate(table, T_COMMITS, tally.committed, seconds);
    set_rate(table, T_ROWS, tally.rows, seconds);
    set_quantiles(table, T_P50, tally.latency[LATENCY_RESPONSE]);
    set_count(table, T_ERRORS, known ? (double)tally.failed : UNKNOWN);
    set_count(table, T_RETRIED, known ? (double)tally.retried : UNKNOWN);
    set_count(table, T_SKIPPED, known ? (double)tally.skipped : UNKNOWN);
    load_tally_release(&tally);
}

void report_steps_table(const struct result *result, struct table *table) {
    static const char *const heads[] = {"cell",   "step",    "share",  "commits/s",
                                        "rows/s", "p50 ms",  "p95 ms", "p99 ms",
                                        "errors", "retried", "skipped"};
    for (size_t c = 0; c < sizeof heads / sizeof *heads; c++)
        table_column(table, heads[c], c <= T_NAME, c == T_CELL, 0);
    table_rank(table, T_SHARE, 5);
    table_rank(table, T_P50 + 1, 4);
    table_rank(table, T_SKIPPED, 3);
    table_rank(table, T_RETRIED, 2);
    table_rank(table, T_COMMITS, 1);
    for (size_t i = 0; result->load && i < result->cell_count; i++)
        for (size_t k = 0; k < result->load->step_count; k++)
            step_row(table, result, &result->cells[i], k);
}

void report_tenants_table(const struct result *result, struct table *table) {
    static const char *const heads[] = {"cell",     "tenant", "limit/s", "asked",
                                        "rejected", "of all", "dropped", "timed out"};
    for (size_t c = 0; c < sizeof heads / sizeof *heads; c++)
        table_column(table, heads[c], c <= 1, c == 0, 0);
    table_rank(table, 3, 1); /* asked, of which the share stays */
    for (size_t i = 0; result->load && i < result->cell_count; i++)
        for (size_t k = 0; k < result->load->tenant_count; k++) {
            const struct workload_tenant *tenant = &result->load->tenants[k];
            struct load_asked asked;
            char field[FIELD_BYTES];
            bool known = result_tenant(&result->cells[i], k, &asked);
            table_row(table);
            set_cell(table, result, &result->cells[i]);
            table_set(table, 1, show_cut(field, sizeof field, tenant->name, NAME_COLUMNS));
            set_count(table, 2, tenant->limit_per_s > 0 ? tenant->limit_per_s : UNKNOWN);
            set_count(table, 3, known ? (double)asked.asked : UNKNOWN);
            set_count(table, 4, known ? (double)asked.rejected : UNKNOWN);
            table_set(
                table, 5,
                show_share(field, sizeof field,
                           asked.asked ? (double)asked.rejected / (double)asked.asked : UNKNOWN));
            set_count(table, 6, known ? (double)asked.dropped : UNKNOWN);
            set_count(table, 7, known ? (double)asked.timed_out : UNKNOWN);
        }
}

static void print(const struct result *result,
                  void (*fill)(const struct result *result, struct table *table), FILE *out) {
    struct table table = {0};
    fill(result, &table);
    if (table.row_count) {
        fputc('\n', out);
        table_print(&table, out);
    }
    table_release(&table);
}

void report_stages(const struct result *result, FILE *out) {
    print(result, report_stages_table, out);
}

void report_steps(const struct result *result, FILE *out) {
    print(result, report_steps_table, out);
}

void report_tenants(const struct result *result, FILE *out) {
    print(result, report_tenants_table, out);
}
