#include "report/markdown_run.h"

#include <stdlib.h>

#include "report/score.h"
#include "report/text.h"
#include "result/total.h"

/* Lines of a part beside its rows: the sentence before it, the table's head and rule, and how many
 * rows there are more, each with an empty line. */
enum { PART_LINES = 7, DETAILS = 8, DETAILS_LINES = 9, WARNINGS = 3, WARNINGS_LINES = 5 };
enum { PART_CELLS, PART_STAGES, PART_THRESHOLDS, PARTS };

/* ---- the sentence ---- */

static void add_reason(struct strbuf *out, size_t count, const char *one, const char *many) {
    if (count)
        strbuf_printf(out, "%s%zu %s", out->length ? ", " : "", count, count == 1 ? one : many);
}

/* "2 thresholds failed, 1 cell not measured to its end" */
static void say_reasons(const struct result *result, struct strbuf *out) {
    size_t failed = 0, unknown = 0, incomplete = 0, wrong = 0, checks = 0, unasked = 0;
    for (size_t i = 0; i < result->cell_count; i++) {
        const struct result_cell *cell = &result->cells[i];
        struct report_score score;
        report_score(result, cell, SIZE_MAX, &score);
        failed += score.failed;
        unknown += score.unknown;
        incomplete += !cell->complete;
        wrong += cell->complete && !cell->verified;
        for (size_t k = 0; k < result_check_count(cell); k++) {
            struct result_check check;
            result_check(cell, k, &check);
            checks += is_known(check.rows) && !check.ok;
            unasked += !is_known(check.rows);
        }
    }
    add_reason(out, incomplete, "cell was not measured to its end",
               "cells were not measured to their end");
    add_reason(out, wrong, "cell is not verified", "cells are not verified");
    add_reason(out, checks, "check failed", "checks failed");
    add_reason(out, failed, "threshold failed", "thresholds failed");
    add_reason(out, unknown, "threshold is not known", "thresholds are not known");
    add_reason(out, unasked, "check could not be asked", "checks could not be asked");
}

/* "events, insert: 1,409 rows/s, p99 9.02 ms." */
static void say_figures(const struct result *result, const struct result_cell *cell,
                        struct strbuf *out) {
    char rows[FIELD_BYTES], p99[FIELD_BYTES];
    strbuf_printf(out, "%s, ", result->workload);
    report_cell_name(result, cell, out);
    strbuf_printf(out, ": %s rows/s", show_count(rows, sizeof rows, cell->rows_per_s.median));
    if (cell->response && cell->response->count)
        strbuf_printf(out, ", p99 %s ms", show_quantile(p99, sizeof p99, cell->response, 0.99));
    strbuf_add(out, ".");
}

void markdown_run_sentence(const struct result *result, struct strbuf *out) {
    struct strbuf sentences = STRBUF_INIT;
    size_t begin = out->length;
    say_reasons(result, out);
    if (out->length > begin)
        strbuf_add(out, ". ");
    if (result->cell_count == 1)
        say_figures(result, &result->cells[0], out);
    report_sentences(result, &sentences);
    if (sentences.length)
        strbuf_printf(out, "%s%s", result->cell_count == 1 ? " " : "", sentences.text);
    strbuf_release(&sentences);
}

/* ---- stages ---- */

/* "✓ 2", "✗ 1 of 2", "– 1 of 2" */
static void show_score(const struct report_score *score, char *out, size_t size) {
    if (!score->count || !score->judged)
        snprintf(out, size, DASH);
    else if (score->failed)
        snprintf(out, size, "✗ %zu of %zu", score->failed, score->count);
    else if (score->unknown)
        snprintf(out, size, DASH " %zu of %zu", score->unknown, score->count);
    else
        snprintf(out, size, "✓ %zu", score->count);
}

/* That of the text, with two columns more. */
static void stages_table(const struct result *result, struct table *table) {
    struct table text = {0};
    char field[FIELD_BYTES];
    report_stages_table(result, &text);
    for (size_t c = 0; c < text.column_count; c++)
        table_column(table, text.columns[c].head, text.columns[c].left, text.columns[c].optional,
                     0);
    table_column(table, "done", false, true, 0);
    table_column(table, "thresholds", true, true, 0);
    for (size_t row = 0; row < text.row_count; row++) {
        struct report_score score;
        table_row(table);
        for (size_t c = 0; c < text.column_count; c++) {
            const char *from = text.fields[row * text.column_count + c];
            table_set(table, c, from ? from : "");
        }
        report_score(result, &result->cells[row / result->load->stage_count],
                     row % result->load->stage_count, &score);
        table_set(table, text.column_count, show_share(field, sizeof field, score.done));
        show_score(&score, field, sizeof field);
        table_set(table, text.column_count + 1, field);
    }
    table_release(&text);
}

/* "5 of 6 held their thresholds; 97 % of what was asked was done." */
static void say_phases(const struct result *result, struct strbuf *out) {
    struct report_phases sum = {0, 0};
    double done = UNKNOWN;
    char share[FIELD_BYTES];
    for (size_t i = 0; i < result->cell_count; i++) {
        struct report_phases phases;
        struct report_score score;
        report_phases(result, &result->cells[i], &phases);
        report_score(result, &result->cells[i], SIZE_MAX, &score);
        sum.count += phases.count;
        sum.held += phases.held;
        if (is_known(score.done) && (!is_known(done) || score.done < done))
            done = score.done;
    }
    if (sum.count && !result->quick)
        strbuf_printf(out, "%zu of %zu held their thresholds", sum.held, sum.count);
    if (is_known(done))
        strbuf_printf(out, "%s%s of what was asked%s was done", out->length ? "; " : "",
                      show_share(share, sizeof share, done),
                      result->cell_count > 1 ? " in the worst cell" : "");
    if (out->length)
        strbuf_add(out, ".");
}

/* ---- thresholds ---- */

static void threshold_row(const struct result *result, const struct result_cell *cell,
                          const struct result_threshold *judged, struct table *table) {
    static const char *const marks[] = {
        [THRESHOLD_HELD] = "✓", [THRESHOLD_FAILED] = "✗", [THRESHOLD_UNKNOWN] = DASH};
    struct strbuf name = STRBUF_INIT;
    char value[FIELD_BYTES];
    table_row(table);
    table_set(table, 0, result->quick ? DASH : marks[judged->verdict]);
    table_set(table, 1, judged->threshold->text);
    table_set(table, 2, report_threshold_value(judged, value, sizeof value));
    if (result->cell_count > 1)
        report_cell_name(result, cell, &name);
    table_set(table, 3, name.length ? name.text : DASH);
    strbuf_release(&name);
}

/* Those that failed come first, then those that are not known. */
static void thresholds_table(const struct result *result, struct table *table) {
    static const enum threshold_verdict order[] = {THRESHOLD_FAILED, THRESHOLD_UNKNOWN,
                                                   THRESHOLD_HELD};
    table_column(table, "", true, false, 0);
    table_column(table, "threshold", true, false, 0);
    table_column(table, "measured", false, false, 0);
    table_column(table, "cell", true, true, 0);
    for (size_t o = 0; o < sizeof order / sizeof *order; o++)
        for (size_t i = 0; result->load && i < result->cell_count; i++) {
            const struct result_cell *cell = &result->cells[i];
            for (size_t k = 0; cell->thresholds && k < result->load->threshold_count; k++)
                if (cell->thresholds[k].verdict == order[o])
                    threshold_row(result, cell, &cell->thresholds[k], table);
        }
}

static void say_thresholds(const struct result *result, size_t count, struct strbuf *out) {
    size_t failed = 0, unknown = 0;
    for (size_t i = 0; i < result->cell_count; i++) {
        struct report_score score;
        report_score(result, &result->cells[i], SIZE_MAX, &score);
        failed += score.failed;
        unknown += score.unknown;
    }
    if (result->quick)
        strbuf_add(out, "not judged: a quick run.");
    else if (failed || unknown)
        strbuf_printf(out, "%zu of %zu failed, %zu not known.", failed, count, unknown);
    else
        strbuf_printf(out, "all %zu held.", count);
}

/* ---- how it was measured ---- */

/* What the text says about it, but for warnings. */
static void print_method(const struct result *result, FILE *out) {
    report_server(result, out);
    report_method(result, out);
    report_verified(result, out);
    report_outcome(result, out);
    report_machine(result, out);
    report_disk(result, out);
    report_companions(result, out);
}

static void add_details(struct markdown_page *page, const struct result *result) {
    struct strbuf loop = STRBUF_INIT, command = STRBUF_INIT;
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        panic("out of memory");
    print_method(result, out);
    if (fclose(out) != 0)
        panic("out of memory");
    markdown_fold(page, "How it was measured");
    report_loop(result, &loop);
    markdown_item(page, "load", loop.text);
    for (const char **word = result->command; word && *word; word++)
        strbuf_printf(&command, "%s%s", command.length ? " " : "", *word);
    if (command.length)
        markdown_item(page, "command", command.text);
    /* The first line is empty. */
    markdown_labelled(page, text + (*text == '\n'), DETAILS);
    markdown_unfold(page);
    free(text);
    strbuf_release(&loop);
    strbuf_release(&command);
}

void markdown_run_method(struct markdown_page *page, const char *name,
                         const struct result *result) {
    struct strbuf text = STRBUF_INIT;
    strbuf_printf(&text, "%s, %s, workload %s, ", result->started_at ? result->started_at : DASH,
                  result->server.version, result->workload);
    report_plan(result, &text);
    strbuf_printf(&text, ", %s, %ld CPUs", durability_name(result->server.durability),
                  result->cpus);
    markdown_item(page, name, text.text);
    strbuf_release(&text);
}

/* ---- the comment ---- */

/* Rows for each part, in turn, until all are shown or there is no room. */
static void allot(size_t room, const struct table tables[PARTS], size_t rows[PARTS]) {
    bool given = true;
    while (given) {
        given = false;
        for (size_t i = 0; i < PARTS; i++)
            if (room && rows[i] < tables[i].row_count) {
                rows[i]++;
                room--;
                given = true;
            }
    }
}

static size_t room_for_rows(const struct result *result, const struct table tables[PARTS]) {
    size_t taken = DETAILS_LINES + DETAILS + (result->warning_count ? WARNINGS_LINES : 0);
    for (size_t i = 0; i < PARTS; i++)
        taken += tables[i].row_count ? PART_LINES : 0;
    return taken < MARKDOWN_LINES ? MARKDOWN_LINES - taken : 0;
}

static void add_warnings(struct markdown_page *page, const struct result *result) {
    char rest[64];
    for (size_t i = 0; i < result->warning_count && i < WARNINGS; i++)
        markdown_item(page, "warning", result->warnings[i]);
    if (result->warning_count > WARNINGS) {
        snprintf(rest, sizeof rest, "and %zu more warnings", result->warning_count - WARNINGS);
        markdown_item(page, "", rest);
    }
}

void run_markdown(const struct result *result, FILE *out) {
    struct table tables[PARTS] = {0};
    size_t rows[PARTS] = {0};
    struct markdown_page page;
    struct strbuf text = STRBUF_INIT;
    char what[32];
    markdown_begin(&page, out);
    report_cells(&result, NULL, 1, REPORT_COLUMNS, &tables[PART_CELLS]);
    if (result->load && result->load->stage_count)
        stages_table(result, &tables[PART_STAGES]);
    thresholds_table(result, &tables[PART_THRESHOLDS]);
    allot(room_for_rows(result, tables), tables, rows);
    snprintf(what, sizeof what, "%s%s:", result->interrupted ? "interrupted, " : "",
             result_verdict_names[result_verdict(result)]);
    markdown_run_sentence(result, &text);
    markdown_lead(&page, what, text.text);
    markdown_table(&page, &tables[PART_CELLS], rows[PART_CELLS], "cells");
    if (tables[PART_STAGES].row_count) {
        strbuf_clear(&text);
        say_phases(result, &text);
        markdown_paragraph(&page, "Stages:", text.text);
        markdown_table(&page, &tables[PART_STAGES], rows[PART_STAGES], "stages");
    }
    if (tables[PART_THRESHOLDS].row_count) {
        strbuf_clear(&text);
        say_thresholds(result, tables[PART_THRESHOLDS].row_count, &text);
        markdown_paragraph(&page, "Thresholds:", text.text);
        markdown_table(&page, &tables[PART_THRESHOLDS], rows[PART_THRESHOLDS], "thresholds");
    }
    table_release(&tables[PART_THRESHOLDS]);
    add_warnings(&page, result);
    add_details(&page, result);
    markdown_end(&page);
    strbuf_release(&text);
}
