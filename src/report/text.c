#include "report/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"

enum { BAR_CELLS = 12, COLUMNS_MAX = 16, CELL_BYTES = 64, WIDTH_WITH_BARS = 118 };

struct table_column {
    const char *head;
    bool left; /* aligned */
    void (*write)(const struct result *result, const struct result_cell *cell, char *out);
};

static const char *const dash = "–";

uint64_t report_samples_needed(double quantile) {
    return (uint64_t)ceil(log(0.01) / log(quantile));
}

static void write_path(const struct result *result, const struct result_cell *cell, char *out) {
    (void)result;
    snprintf(out, CELL_BYTES, "%s", cell->path);
}

static void write_pool(const struct result *result, const struct result_cell *cell, char *out) {
    (void)result;
    snprintf(out, CELL_BYTES, "%u", cell->pool);
}

static void write_batch(const struct result *result, const struct result_cell *cell, char *out) {
    (void)result;
    result_batch(cell, out, CELL_BYTES);
}

static void write_count(double value, char *out) {
    if (is_known(value))
        units_show_count(out, CELL_BYTES, value);
    else
        snprintf(out, CELL_BYTES, "%s", dash);
}

static void write_rows(const struct result *result, const struct result_cell *cell, char *out) {
    (void)result;
    write_count(cell->rows_per_s.median, out);
}

static void write_spread(const struct result *result, const struct result_cell *cell, char *out) {
    (void)result;
    char min[32], max[32];
    if (!is_known(cell->rows_per_s.min)) {
        snprintf(out, CELL_BYTES, "%s", dash);
        return;
    }
    snprintf(out, CELL_BYTES, "%s–%s", units_show_count(min, sizeof min, cell->rows_per_s.min),
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
        length += snprintf(out + length, CELL_BYTES - (size_t)length, "█");
    snprintf(out + length, CELL_BYTES - (size_t)length, "%s", eighths[units % 8]);
}

static void write_commits(const struct result *result, const struct result_cell *cell, char *out) {
    (void)result;
    write_count(cell->commits_per_s.median, out);
}

/* Three significant digits; `~` where the samples are too few for the quantile. */
static void write_quantile(const struct result_cell *cell, double quantile, char *out) {
    if (!cell->response || cell->response->count == 0) {
        snprintf(out, CELL_BYTES, "%s", dash);
        return;
    }
    double ms = (double)histogram_quantile(cell->response, quantile) / 1e6;
    bool certain = cell->response->count >= report_samples_needed(quantile);
    snprintf(out, CELL_BYTES, "%s%.*f", certain ? "" : "~",
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

static void write_share(const struct result_cell *cell, double share, char *out) {
    if (!is_known(share) || cell->wait_samples < WAIT_SAMPLES_MIN)
        snprintf(out, CELL_BYTES, "%s", dash);
    else if (share > 0 && share < 0.005)
        snprintf(out, CELL_BYTES, "<1 %%");
    else
        snprintf(out, CELL_BYTES, "%.0f %%", share * 100);
}

static void write_flush(const struct result *result, const struct result_cell *cell, char *out) {
    (void)result;
    write_share(cell, cell->commit_flush_share, out);
}

static void write_lock(const struct result *result, const struct result_cell *cell, char *out) {
    (void)result;
    write_share(cell, cell->lock_share, out);
}

static void write_wal(const struct result *result, const struct result_cell *cell, char *out) {
    (void)result;
    write_count(cell->wal_bytes_per_row, out);
}

static void write_cpu(const struct result *result, const struct result_cell *cell, char *out) {
    (void)result;
    if (is_known(cell->cpu_us_per_row))
        snprintf(out, CELL_BYTES, "%.2f", cell->cpu_us_per_row);
    else
        snprintf(out, CELL_BYTES, "%s", dash);
}

static void write_verified(const struct result *result, const struct result_cell *cell, char *out) {
    (void)result;
    bool any = false, found = false;
    for (size_t i = 0; i < cell->round_count; i++) {
        any |= cell->rounds[i].seconds > 0;
        found |= cell->rounds[i].found_known;
    }
    const char *mark = !any                       ? dash
                       : !cell->verified && found ? "✗"
                       : !cell->verified          ? "?"
                       : cell->complete           ? "✓"
                                                  : "✓ partial";
    snprintf(out, CELL_BYTES, "%s%s", mark,
             any && !cell->complete && !cell->verified ? " partial" : "");
}

/* Columns of a terminal that a text takes: its code points. */
static int text_width(const char *text) {
    int width = 0;
    for (; *text; text++)
        width += ((unsigned char)*text & 0xc0) != 0x80;
    return width;
}

/* Separators stand in front of a column, so that no line ends in blanks. */
static void print_padded(FILE *out, const char *text, int width, bool left, bool first, bool last) {
    int blanks = width - text_width(text);
    bool nothing = last && *text == '\0';
    if (!first && !nothing)
        fputs("  ", out);
    if (!left)
        fprintf(out, "%*s", blanks > 0 ? blanks : 0, "");
    fputs(text, out);
    if (left && !last)
        fprintf(out, "%*s", blanks > 0 ? blanks : 0, "");
    if (last)
        fputc('\n', out);
}

static size_t choose_columns(const struct result *result, int width, struct table_column *columns) {
    size_t n = 0;
    columns[n++] = (struct table_column){"path", true, write_path};
    columns[n++] = (struct table_column){"pool", false, write_pool};
    columns[n++] = (struct table_column){"batch", false, write_batch};
    columns[n++] = (struct table_column){"rows/s", false, write_rows};
    if (result->rounds > 1)
        columns[n++] = (struct table_column){"min–max", false, write_spread};
    if (width == 0 || width >= WIDTH_WITH_BARS)
        columns[n++] = (struct table_column){"", true, write_bar};
    columns[n++] = (struct table_column){"commits/s", false, write_commits};
    columns[n++] = (struct table_column){"p50 ms", false, write_p50};
    columns[n++] = (struct table_column){"p95 ms", false, write_p95};
    columns[n++] = (struct table_column){"p99 ms", false, write_p99};
    columns[n++] = (struct table_column){"flush", false, write_flush};
    columns[n++] = (struct table_column){"lock", false, write_lock};
    columns[n++] = (struct table_column){"WAL B/row", false, write_wal};
    columns[n++] = (struct table_column){"CPU µs/row", false, write_cpu};
    columns[n++] = (struct table_column){"", true, write_verified};
    return n;
}

static void print_table(const struct result *result, int width, FILE *out) {
    struct table_column columns[COLUMNS_MAX];
    size_t count = choose_columns(result, width, columns);
    int widths[COLUMNS_MAX];
    char text[CELL_BYTES * 2];
    for (size_t c = 0; c < count; c++) {
        widths[c] = columns[c].write == write_bar ? BAR_CELLS : text_width(columns[c].head);
        for (size_t i = 0; i < result->cell_count; i++) {
            columns[c].write(result, &result->cells[i], text);
            widths[c] = text_width(text) > widths[c] ? text_width(text) : widths[c];
        }
    }
    for (size_t c = 0; c < count; c++)
        print_padded(out, columns[c].head, widths[c], columns[c].left, c == 0, c + 1 == count);
    for (size_t i = 0; i < result->cell_count; i++)
        for (size_t c = 0; c < count; c++) {
            columns[c].write(result, &result->cells[i], text);
            print_padded(out, text, widths[c], columns[c].left, c == 0, c + 1 == count);
        }
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

static void print_method(const struct result *result, FILE *out) {
    char rows[32], warmup[32], duration[32];
    fprintf(out, "run         workload %s, closed loop, ", result->workload);
    if (result->rows)
        fprintf(out, "%s rows a cell", units_show_count(rows, sizeof rows, (double)result->rows));
    else
        fprintf(out, "%s warm-up, %s measured",
                units_show_duration(warmup, sizeof warmup, result->warmup_ns),
                units_show_duration(duration, sizeof duration, result->duration_ns));
    fprintf(out, ", %u round%s, seed %" PRIu64 ", %ld CPUs\n", result->rounds,
            result->rounds == 1 ? "" : "s", result->seed, result->cpus);
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
    print_table(result, width, out);
    if (has_uncertain(result))
        fprintf(out,
                "~ too few commits for this percentile: p99 takes %" PRIu64 ", p95 %" PRIu64 "\n",
                report_samples_needed(0.99), report_samples_needed(0.95));
    print_server(result, out);
    print_method(result, out);
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
