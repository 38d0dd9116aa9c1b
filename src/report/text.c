#include "report/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "report/internal.h"

enum { BAR_CELLS = 12, WIDTH_WITH_BARS = 118, BATCH_COLUMNS = 16 };

/* Writes a field of FIELD_BYTES at most. */
typedef void write_field(const struct result *result, const struct result_cell *cell, char *out);

uint64_t report_samples_needed(double quantile) {
    return (uint64_t)ceil(log(0.01) / log(quantile));
}

static void write_path(const struct result *result, const struct result_cell *cell, char *out) {
    (void)result;
    snprintf(out, FIELD_BYTES, "%s", cell->path);
}

static void write_pool(const struct result *result, const struct result_cell *cell, char *out) {
    (void)result;
    snprintf(out, FIELD_BYTES, "%u", cell->pool);
}

/* Of a mix those of its steps. */
static void write_batch(const struct result *result, const struct result_cell *cell, char *out) {
    const struct workload *mix = cell->batch.max == 0 ? result->load : NULL;
    struct strbuf batches = STRBUF_INIT;
    for (size_t i = 0; mix && i < mix->step_count; i++) {
        const char *batch = mix->steps[i].batch;
        bool told = !batch;
        for (size_t k = 0; k < i && !told; k++)
            told = mix->steps[k].batch && strcmp(mix->steps[k].batch, batch) == 0;
        if (!told)
            strbuf_printf(&batches, "%s%s", batches.length ? ", " : "", batch);
    }
    if (batches.length)
        show_cut(out, FIELD_BYTES, batches.text, BATCH_COLUMNS);
    else
        result_batch(cell, out, FIELD_BYTES);
    strbuf_release(&batches);
}

static void write_rows(const struct result *result, const struct result_cell *cell, char *out) {
    (void)result;
    show_count(out, FIELD_BYTES, cell->rows_per_s.median);
}

static void write_spread(const struct result *result, const struct result_cell *cell, char *out) {
    (void)result;
    char min[32], max[32];
    if (!is_known(cell->rows_per_s.min)) {
        snprintf(out, FIELD_BYTES, DASH);
        return;
    }
    snprintf(out, FIELD_BYTES, "%s–%s", units_show_count(min, sizeof min, cell->rows_per_s.min),
             units_show_count(max, sizeof max, cell->rows_per_s.max));
}

static double best_rate(const struct result *result) {
    double best = 0;
    for (size_t i = 0; i < result->cell_count; i++)
        if (result->cells[i].rows_per_s.median > best)
            best = result->cells[i].rows_per_s.median;
    return best;
}

/* In eighths of a character cell. */
static void write_bar(const struct result *result, const struct result_cell *cell, char *out) {
    static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    double best = best_rate(result), rate = cell->rows_per_s.median;
    int units = best > 0 && rate > 0 ? (int)(rate / best * BAR_CELLS * 8 + 0.5) : 0;
    int length = 0;
    for (int i = 0; i < units / 8; i++)
        length += snprintf(out + length, FIELD_BYTES - (size_t)length, "█");
    snprintf(out + length, FIELD_BYTES - (size_t)length, "%s", eighths[units % 8]);
}

static void write_commits(const struct result *result, const struct result_cell *cell, char *out) {
    (void)result;
    show_count(out, FIELD_BYTES, cell->commits_per_s.median);
}

static void write_p50(const struct result *result, const struct result_cell *cell, char *out) {
    (void)result;
    show_quantile(out, FIELD_BYTES, cell->response, 0.50);
}

static void write_p95(const struct result *result, const struct result_cell *cell, char *out) {
    (void)result;
    show_quantile(out, FIELD_BYTES, cell->response, 0.95);
}

static void write_p99(const struct result *result, const struct result_cell *cell, char *out) {
    (void)result;
    show_quantile(out, FIELD_BYTES, cell->response, 0.99);
}

static void write_flush(const struct result *result, const struct result_cell *cell, char *out) {
    (void)result;
    show_sampled_share(out, FIELD_BYTES, cell->commit_flush_share, cell->wait_samples);
}

static void write_lock(const struct result *result, const struct result_cell *cell, char *out) {
    (void)result;
    show_sampled_share(out, FIELD_BYTES, cell->lock_share, cell->wait_samples);
}

static void write_wal(const struct result *result, const struct result_cell *cell, char *out) {
    (void)result;
    show_count(out, FIELD_BYTES, cell->wal_bytes_per_row);
}

static void write_cpu(const struct result *result, const struct result_cell *cell, char *out) {
    (void)result;
    if (is_known(cell->cpu_us_per_row))
        snprintf(out, FIELD_BYTES, "%.2f", cell->cpu_us_per_row);
    else
        snprintf(out, FIELD_BYTES, DASH);
}

static void write_verified(const struct result *result, const struct result_cell *cell, char *out) {
    (void)result;
    bool measured = false, wrong = false, looked = false;
    for (size_t i = 0; i < cell->round_count; i++) {
        const struct result_round *round = &cell->rounds[i];
        measured |= round->seconds > 0;
        wrong |= round->checked && !round->verified;
        looked |= round->found_known || is_known(round->server_commits);
    }
    const char *mark = wrong             ? "✗"
                       : !measured       ? DASH
                       : !cell->verified ? "?"
                       : !looked         ? DASH /* nothing was there to hold it against */
                                         : "✓";
    snprintf(out, FIELD_BYTES, "%s%s", mark, measured && !cell->complete ? " partial" : "");
}

static bool any_spread(const struct result *const *results, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (results[i]->rounds > 1)
            return true;
    return false;
}

/* A narrow screen does without the bars first, which only draw what rows/s says; then without what
 * a row costs, which stands in a table of its own below; then the spread, and what lies between p50
 * and p99. */
static size_t add_columns(bool spread, int width, struct table *table, write_field **writers) {
    const struct {
        const char *head;
        bool left, wanted;
        write_field *write;
        int width_min, rank;
    } all[] = {
        {"path", true, true, write_path, 0, 0},
        {"pool", false, true, write_pool, 0, 0},
        {"batch", false, true, write_batch, 0, 0},
        {"rows/s", false, true, write_rows, 0, 0},
        {"min–max", false, spread, write_spread, 0, 5},
        {"", true, width == 0 || width >= WIDTH_WITH_BARS, write_bar, BAR_CELLS, 8},
        {"commits/s", false, true, write_commits, 0, 1},
        {"p50 ms", false, true, write_p50, 0, 0},
        {"p95 ms", false, true, write_p95, 0, 4},
        {"p99 ms", false, true, write_p99, 0, 0},
        {"flush", false, true, write_flush, 0, 2},
        {"lock", false, true, write_lock, 0, 3},
        {"WAL B/row", false, true, write_wal, 0, 6},
        {"CPU µs/row", false, true, write_cpu, 0, 7},
        {"", true, true, write_verified, 0, 0},
    };
    size_t count = 0;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (!all[i].wanted)
            continue;
        table_column(table, all[i].head, all[i].left, false, all[i].width_min);
        table_rank(table, table->column_count - 1, all[i].rank);
        writers[count++] = all[i].write;
    }
    return count;
}

static enum mood verified_mood(const char *field) {
    return strncmp(field, "✗", strlen("✗")) == 0 ? MOOD_BAD
           : *field == '?'                       ? MOOD_DOUBT
                                                 : MOOD_NONE;
}

static bool is_same(const struct result_cell *a, const struct result_cell *b) {
    return strcmp(a->path, b->path) == 0 && a->pool == b->pool && a->batch.min == b->batch.min &&
           a->batch.max == b->batch.max;
}

/* Behind the last one like it, or at the end. */
static size_t place_of(const struct result *const *results, const struct cell_at *order,
                       size_t count, const struct result_cell *cell) {
    for (size_t i = count; i > 0; i--)
        if (is_same(&results[order[i - 1].result]->cells[order[i - 1].cell], cell))
            return i;
    return count;
}

struct cell_at *report_cells_order(const struct result *const *results, size_t count,
                                   size_t *cell_count) {
    size_t most = 0;
    for (size_t r = 0; r < count; r++)
        most += results[r]->cell_count;
    struct cell_at *order = MEM_ARRAY(struct cell_at, most + 1);
    *cell_count = 0;
    for (size_t r = 0; r < count; r++)
        for (size_t i = 0; i < results[r]->cell_count; i++) {
            /* One result keeps its own order, whatever its cells are. */
            size_t at =
                r == 0 ? *cell_count : place_of(results, order, *cell_count, &results[r]->cells[i]);
            memmove(&order[at + 1], &order[at], (*cell_count - at) * sizeof *order);
            order[at] = (struct cell_at){r, i};
            ++*cell_count;
        }
    return order;
}

void report_cells(const struct result *const *results, const char *const *names, size_t count,
                  int width, struct table *table) {
    write_field *writers[TABLE_COLUMNS_MAX];
    char field[FIELD_BYTES];
    size_t first = names ? 1 : 0;
    if (names)
        table_column(table, "result", true, false, 0);
    size_t columns = add_columns(any_spread(results, count), width, table, writers);
    size_t cell_count;
    struct cell_at *order = report_cells_order(results, count, &cell_count);
    for (size_t i = 0; i < cell_count; i++) {
        const struct result *result = results[order[i].result];
        table_row(table);
        if (names)
            table_set(table, 0, names[order[i].result]);
        for (size_t c = 0; c < columns; c++) {
            writers[c](result, &result->cells[order[i].cell], field);
            table_set(table, first + c, field);
            if (writers[c] == write_verified)
                table_mood(table, first + c, verified_mood(field));
        }
    }
    free(order);
}

static void print_cells(const struct result *result, int width, FILE *out) {
    struct table table = {0};
    report_cells(&result, NULL, 1, width, &table);
    table_print(&table, out);
    table_release(&table);
}

void report_server(const struct result *result, FILE *out) {
    fprintf(out, "server      PostgreSQL %s, %s\n", result->server.version,
            result->throwaway ? "throwaway, on a unix socket" : result->target);
    fprintf(out, "durability  %s%s%s\n", durability_name(result->server.durability),
            *result->server.durability_why ? ": " : "", result->server.durability_why);
    bool any = false;
    for (size_t i = 0; i < result->server.setting_count; i++) {
        const struct fact_setting *setting = &result->server.settings[i];
        if (!setting->about_writes)
            continue;
        fprintf(out, "%s%s = %s", any ? ", " : "settings    ", setting->name, setting->value);
        any = true;
    }
    fputs(any ? "\n" : "settings    PostgreSQL's defaults, as far as they matter to writes\n", out);
}

static uint64_t stages_ns(const struct workload *workload) {
    uint64_t ns = 0;
    for (size_t i = 0; i < workload->stage_count; i++)
        ns += workload->stages[i].for_ns;
    return ns;
}

void report_plan(const struct result *result, struct strbuf *out) {
    char rows[32], warmup[32], duration[32];
    const char *mode = result->mode ? result->mode : "fixed";
    if (strcmp(mode, "fixed") != 0)
        strbuf_printf(out, "mode %s, ", mode);
    if (result->load && result->load->stage_count)
        strbuf_printf(out, "%zu stage%s in %s", result->load->stage_count,
                      result->load->stage_count == 1 ? "" : "s",
                      units_show_duration(duration, sizeof duration, stages_ns(result->load)));
    else if (result->rows)
        strbuf_printf(out, "%s a cell",
                      units_show_things(rows, sizeof rows, (double)result->rows, "row"));
    else
        strbuf_printf(out, "%s%s warm-up, %s%s measured",
                      units_show_duration(warmup, sizeof warmup, result->warmup_ns),
                      strcmp(mode, "steady") == 0 ? " or more" : "",
                      units_show_duration(duration, sizeof duration, result->duration_ns),
                      strcmp(mode, "cycle") == 0 ? " or more" : "");
    strbuf_printf(out, ", %u round%s", result->rounds, result->rounds == 1 ? "" : "s");
}

void report_method(const struct result *result, FILE *out) {
    struct strbuf plan = STRBUF_INIT;
    report_plan(result, &plan);
    fprintf(out, "run         workload %s, %s, seed %" PRIu64 ", %ld CPUs\n", result->workload,
            plan.text, result->seed, result->cpus);
    strbuf_release(&plan);
}

/* Whether rows can come and go that nobody counts: SQL of the workload may write to any table. */
static bool writes_by_sql(const struct workload *workload) {
    for (size_t i = 0; workload && i < workload->step_count; i++)
        for (size_t k = 0; k < workload->steps[i].statement_count; k++) {
            const struct workload_statement *statement = &workload->steps[i].statements[k];
            if (statement->kind == STATEMENT_SQL &&
                strncasecmp(statement->sql, "select", strlen("select")) != 0)
                return true;
        }
    return false;
}

/* What verification has found of all rounds. */
struct verified {
    uint64_t rows, deleted, commits;
    double more_min, more_max; /* commits that the server counted beside ours */
    bool all, rows_known;
};

static void add_verified(const struct result_round *round, struct verified *sum) {
    sum->all = sum->all && round->verified;
    sum->rows_known |= round->found_known;
    sum->rows += round->acknowledged;
    sum->commits += round->committed;
    for (size_t i = 0; i < round->table_count; i++)
        if (round->tables[i].counted)
            sum->deleted += round->tables[i].deleted;
    if (!is_known(round->server_commits))
        return;
    double more = round->server_commits - (double)round->committed;
    sum->more_min = more < sum->more_min ? more : sum->more_min;
    sum->more_max = more > sum->more_max ? more : sum->more_max;
}

static void print_rows_verified(const struct verified *sum, bool by_sql, FILE *out) {
    char rows[32];
    units_show_count(rows, sizeof rows, (double)sum->rows);
    if (!sum->rows_known || (sum->rows == 0 && by_sql))
        fputs("no rows: how many there should be is not known; ", out);
    else if (sum->rows == 1)
        fputs("the acknowledged row is in its table; ", out);
    else if (sum->rows)
        fprintf(out, "all %s acknowledged rows are in their tables; ", rows);
    else
        fprintf(out, "no row was inserted%s, and none is missing; ",
                sum->deleted ? "" : " or deleted");
}

/* The server's own counter against what was acknowledged: it also counts our control queries and
 * every other session of the database. */
void report_verified(const struct result *result, FILE *out) {
    struct verified sum = {
        .all = result->cell_count > 0, .more_min = INFINITY, .more_max = -INFINITY};
    char commits[48], least[32], most[32];
    for (size_t i = 0; i < result->cell_count; i++)
        for (size_t r = 0; r < result->cells[i].round_count; r++)
            add_verified(&result->cells[i].rounds[r], &sum);
    if (!sum.all)
        return;
    fputs("verified    ", out);
    print_rows_verified(&sum, writes_by_sql(result->load), out);
    fprintf(out, "%s acknowledged",
            units_show_things(commits, sizeof commits, (double)sum.commits, "commit"));
    if (sum.more_max > sum.more_min)
        fprintf(out, ", the server counted %s to %s more a round (control queries)",
                units_show_count(least, sizeof least, sum.more_min),
                units_show_count(most, sizeof most, sum.more_max));
    else if (sum.more_max == sum.more_min)
        fprintf(out, ", the server counted %s more%s (control queries)",
                units_show_count(most, sizeof most, sum.more_max),
                result->rounds * result->cell_count > 1 ? " a round" : "");
    else
        fputs(", the server's own count is not known", out);
    fputc('\n', out);
}

void report_uncertain(const struct result *result, FILE *out) {
    bool any = false;
    for (size_t i = 0; i < result->cell_count; i++) {
        const struct histogram *h = result->cells[i].response;
        any |= h && h->count > 0 && h->count < report_samples_needed(0.99);
    }
    if (any)
        fprintf(out,
                "~ too few commits for this percentile: p99 takes %" PRIu64 ", p95 %" PRIu64 "\n",
                report_samples_needed(0.99), report_samples_needed(0.95));
}

void report_text(const struct result *result, int width, FILE *out) {
    struct strbuf loop = STRBUF_INIT;
    report_loop(result, &loop);
    print_wrapped(loop.text, 0, out);
    strbuf_release(&loop);
    fputc('\n', out);
    print_cells(result, width, out);
    report_uncertain(result, out);
    report_stages(result, out);
    report_steps(result, out);
    report_queue(result, out);
    report_tenants(result, out);
    report_time(result, out);
    report_lock_waits(result, out);
    report_storage(result, out);
    fputc('\n', out);
    report_server(result, out);
    report_method(result, out);
    report_machine(result, out);
    report_disk(result, out);
    report_companions(result, out);
    report_outcome(result, out);
    report_verified(result, out);
    for (size_t i = 0; i < result->warning_count; i++)
        fprintf(out, "warning     %s\n", result->warnings[i]);
    if (result->interrupted)
        fprintf(out, "warning     interrupted: this is what was measured until then\n");
    report_thresholds(result, out);
    struct strbuf sentences = STRBUF_INIT;
    report_sentences(result, &sentences);
    if (sentences.length)
        fprintf(out, "\n%s\n", sentences.text);
    strbuf_release(&sentences);
}
