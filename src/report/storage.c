/* What a row costs the server: WAL, disk, CPU; and how close the tool itself is to its ceiling. */
#include "report/internal.h"
#include "result/total.h"

enum { NOTES_WIDTH = 110 };

enum storage_column {
    NAME,
    WAL_BYTES,
    RECORDS,
    FPI,
    FLUSHES,
    HEAP,
    INDEX,
    HOT,
    CHECKPOINTS,
    SERVER_CPU,
    CEILING,
    STORAGE_COLUMNS
};

static const struct {
    const char *head, *note;
    int rank;
} columns[STORAGE_COLUMNS] = {
    [NAME] = {"a row", NULL, 0},
    [WAL_BYTES] = {"WAL B", NULL, 0},
    [RECORDS] = {"records", NULL, 6},
    [FPI] = {"FPI", "FPI: full-page images", 5},
    [FLUSHES] = {"flushes", "flushes: of WAL, a commit", 4},
    [HEAP] = {"heap B", NULL, 0},
    [INDEX] = {"index B", NULL, 0},
    [HOT] = {"HOT", "HOT: of the updates", 1},
    [CHECKPOINTS] = {"ckpt", "ckpt: done in the window", 2},
    [SERVER_CPU] = {"server µs", "server µs: CPU", 0},
    [CEILING] = {"ceiling", "ceiling: part of what the tool can do", 3},
};

static void fill_row(struct table *table, const struct result *result,
                     const struct result_cell *cell) {
    char field[FIELD_BYTES];
    struct result_total total;
    struct strbuf name = STRBUF_INIT;
    result_total(cell, &total);
    report_cell_name(result, cell, &name);
    table_row(table);
    table_set(table, NAME, name.text);
    table_set(table, WAL_BYTES, show_ratio(field, sizeof field, cell->wal_bytes_per_row));
    table_set(table, RECORDS, show_ratio(field, sizeof field, cell->wal_records_per_row));
    table_set(table, FPI, show_ratio(field, sizeof field, cell->wal_fpi_per_row));
    table_set(table, FLUSHES, show_ratio(field, sizeof field, cell->wal_flushes_per_commit));
    table_set(table, HEAP, show_ratio(field, sizeof field, cell->heap_bytes_per_row));
    table_set(table, INDEX, show_ratio(field, sizeof field, cell->index_bytes_per_row));
    table_set(table, HOT, show_share(field, sizeof field, cell->hot_share));
    table_set(table, CHECKPOINTS, show_count(field, sizeof field, total.checkpoints));
    table_set(table, SERVER_CPU, show_ratio(field, sizeof field, cell->server_cpu_us_per_row));
    table_set(table, CEILING, show_share(field, sizeof field, cell->ceiling_share));
    strbuf_release(&name);
}

static void print_notes(const struct table *table, FILE *out) {
    int width = 0;
    for (size_t c = 0; c < STORAGE_COLUMNS; c++) {
        if (!columns[c].note || !table_has(table, c))
            continue;
        int note = text_width(columns[c].note);
        bool fits = width + note + 2 <= screen_columns(NOTES_WIDTH);
        fprintf(out, "%s%s", width == 0 ? "" : fits ? "; " : ";\n", columns[c].note);
        width = fits ? width + note + 2 : note;
    }
    if (width)
        fputc('\n', out);
}

bool report_storage_table(const struct result *result, struct table *table) {
    bool any = false;
    for (size_t c = 0; c < STORAGE_COLUMNS; c++)
        table_column(table, columns[c].head, c == NAME, c != NAME, 0);
    for (size_t c = 0; c < STORAGE_COLUMNS; c++)
        table_rank(table, c, columns[c].rank);
    for (size_t i = 0; i < result->cell_count; i++)
        fill_row(table, result, &result->cells[i]);
    /* What the main table has already is no reason for another one. */
    for (size_t c = RECORDS; c < STORAGE_COLUMNS; c++)
        any |= table_has(table, c);
    return any;
}

void report_storage(const struct result *result, FILE *out) {
    struct table table = {0};
    if (report_storage_table(result, &table)) {
        fputc('\n', out);
        table_print(&table, out);
        print_notes(&table, out);
    }
    table_release(&table);
}
