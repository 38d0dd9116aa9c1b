#include "report/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/internal.h"

enum { BAR_CELLS = 12, WIDTH_WITH_BARS = 118 };

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

static void write_batch(const struct result *result, const struct result_cell *cell, char *out) {
    (void)result;
    result_batch(cell, out, FIELD_BYTES);
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

/* Three significant digits; `~` where the samples are too few for the quantile. */
static void write_quantile(const struct result_cell *cell, double quantile, char *out) {
    if (!cell->response || cell->response->count == 0) {
        snprintf(out, FIELD_BYTES, DASH);
        return;
    }
    double ms = (double)histogram_quantile(cell->response, quantile) / 1e6;
    bool certain = cell->response->count >= report_samples_needed(quantile);
    snprintf(out, FIELD_BYTES, "%s%.*f", certain ? "" : "~",
             ms < 1     ? 3
             : ms < 10  ? 2
             : ms < 100 ? 1
                        : 0,
             ms);
}

static void write_p50(const struct result *result, const struct result_cell *cell, char *out) {
    (void)result;
    write_quantile(cell, 0.50, out);
}

static void write_p95(const struct result *result, const struct result_cell *cell, char *out) {
    (void)result;
    write_quantile(cell, 0.95, out);
}

static void write_p99(const struct result *result, const struct result_cell *cell, char *out) {
    (void)result;
    write_quantile(cell, 0.99, out);
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
    bool measured = false, wrong = false;
    for (size_t i = 0; i < cell->round_count; i++) {
        measured |= cell->rounds[i].seconds > 0;
        wrong |= cell->rounds[i].checked && !cell->rounds[i].verified;
    }
    const char *mark = wrong ? "✗" : !measured ? DASH : !cell->verified ? "?" : "✓";
    snprintf(out, FIELD_BYTES, "%s%s", mark, measured && !cell->complete ? " partial" : "");
}

static size_t add_columns(const struct result *result, int width, struct table *table,
                          write_field **writers) {
    const struct {
        const char *head;
        bool left, wanted;
        write_field *write;
        int width_min;
    } all[] = {
        {"path", true, true, write_path, 0},
        {"pool", false, true, write_pool, 0},
        {"batch", false, true, write_batch, 0},
        {"rows/s", false, true, write_rows, 0},
        {"min–max", false, result->rounds > 1, write_spread, 0},
        {"", true, width == 0 || width >= WIDTH_WITH_BARS, write_bar, BAR_CELLS},
        {"commits/s", false, true, write_commits, 0},
        {"p50 ms", false, true, write_p50, 0},
        {"p95 ms", false, true, write_p95, 0},
        {"p99 ms", false, true, write_p99, 0},
        {"flush", false, true, write_flush, 0},
        {"lock", false, true, write_lock, 0},
        {"WAL B/row", false, true, write_wal, 0},
        {"CPU µs/row", false, true, write_cpu, 0},
        {"", true, true, write_verified, 0},
    };
    size_t count = 0;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (!all[i].wanted)
            continue;
        writers[count++] = all[i].write;
        table_column(table, all[i].head, all[i].left, false, all[i].width_min);
    }
    return count;
}

static void print_cells(const struct result *result, int width, FILE *out) {
    struct table table = {0};
    write_field *writers[TABLE_COLUMNS_MAX];
    char field[FIELD_BYTES];
    size_t count = add_columns(result, width, &table, writers);
    for (size_t i = 0; i < result->cell_count; i++) {
        table_row(&table);
        for (size_t c = 0; c < count; c++) {
            writers[c](result, &result->cells[i], field);
            table_set(&table, c, field);
        }
    }
    table_print(&table, out);
    table_release(&table);
}

static void print_server(const struct result *result, FILE *out) {
    fprintf(out, "\nserver      PostgreSQL %s, %s\n", result->server.version,
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

void report_plan(const struct result *result, struct strbuf *out) {
    char rows[32], warmup[32], duration[32];
    const char *mode = result->mode ? result->mode : "fixed";
    if (strcmp(mode, "fixed") != 0)
        strbuf_printf(out, "mode %s, ", mode);
    if (result->rows)
        strbuf_printf(out, "%s rows a cell",
                      units_show_count(rows, sizeof rows, (double)result->rows));
    else
        strbuf_printf(out, "%s%s warm-up, %s%s measured",
                      units_show_duration(warmup, sizeof warmup, result->warmup_ns),
                      strcmp(mode, "steady") == 0 ? " or more" : "",
                      units_show_duration(duration, sizeof duration, result->duration_ns),
                      strcmp(mode, "cycle") == 0 ? " or more" : "");
    strbuf_printf(out, ", %u round%s", result->rounds, result->rounds == 1 ? "" : "s");
}

static void print_method(const struct result *result, FILE *out) {
    struct strbuf plan = STRBUF_INIT;
    report_plan(result, &plan);
    fprintf(out, "run         workload %s, closed loop, %s, seed %" PRIu64 ", %ld CPUs\n",
            result->workload, plan.text, result->seed, result->cpus);
    strbuf_release(&plan);
}

/* The server's own counter against what was acknowledged: it also counts our control queries and
 * every other session of the database. */
static void print_commits(const struct result *result, FILE *out) {
    double least = INFINITY, most = -INFINITY;
    uint64_t rows = 0, commits = 0;
    bool all = result->cell_count > 0;
    for (size_t i = 0; i < result->cell_count; i++)
        for (size_t r = 0; r < result->cells[i].round_count; r++) {
            const struct result_round *round = &result->cells[i].rounds[r];
            all = all && round->verified;
            rows += round->acknowledged;
            commits += round->committed;
            if (!is_known(round->server_commits))
                continue;
            double more = round->server_commits - (double)round->committed;
            least = more < least ? more : least;
            most = more > most ? more : most;
        }
    if (!all)
        return;
    char rows_text[32], commits_text[32];
    fprintf(out,
            "verified    all %s acknowledged rows are in their tables; %s commits acknowledged",
            units_show_count(rows_text, sizeof rows_text, (double)rows),
            units_show_count(commits_text, sizeof commits_text, (double)commits));
    if (most > least)
        fprintf(out, ", the server counted %.0f to %.0f more a round (control queries)", least,
                most);
    else if (most == least)
        fprintf(out, ", the server counted %.0f more%s (control queries)", most,
                result->rounds * result->cell_count > 1 ? " a round" : "");
    fputc('\n', out);
}

static bool has_uncertain(const struct result *result) {
    for (size_t i = 0; i < result->cell_count; i++) {
        const struct histogram *h = result->cells[i].response;
        if (h && h->count > 0 && h->count < report_samples_needed(0.99))
            return true;
    }
    return false;
}

void report_text(const struct result *result, int width, FILE *out) {
    print_cells(result, width, out);
    if (has_uncertain(result))
        fprintf(out,
                "~ too few commits for this percentile: p99 takes %" PRIu64 ", p95 %" PRIu64 "\n",
                report_samples_needed(0.99), report_samples_needed(0.95));
    report_time(result, out);
    report_lock_waits(result, out);
    report_storage(result, out);
    print_server(result, out);
    print_method(result, out);
    report_machine(result, out);
    report_disk(result, out);
    report_companions(result, out);
    print_commits(result, out);
    for (size_t i = 0; i < result->warning_count; i++)
        fprintf(out, "warning     %s\n", result->warnings[i]);
    if (result->interrupted)
        fprintf(out, "warning     interrupted: this is what was measured until then\n");
    struct strbuf sentences = STRBUF_INIT;
    report_sentences(result, &sentences);
    if (sentences.length)
        fprintf(out, "\n%s\n", sentences.text);
    strbuf_release(&sentences);
}
