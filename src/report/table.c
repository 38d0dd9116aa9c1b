/* Tables: columns as wide as their widest field, and no line that ends in blanks. */
#include <stdlib.h>
#include <string.h>

#include "report/internal.h"

void table_column(struct table *table, const char *head, bool left, bool optional, int width_min) {
    if (table->column_count == TABLE_COLUMNS_MAX || table->row_count)
        panic("a table with too many columns");
    table->columns[table->column_count++] = (struct table_column){head, left, optional, width_min};
}

void table_row(struct table *table) {
    table->row_count++;
    table->fields =
        mem_grow(table->fields, table->row_count * table->column_count, sizeof *table->fields);
    for (size_t c = 0; c < table->column_count; c++)
        table->fields[(table->row_count - 1) * table->column_count + c] = NULL;
}

void table_set(struct table *table, size_t column, const char *text) {
    char **field = &table->fields[(table->row_count - 1) * table->column_count + column];
    free(*field);
    *field = mem_strdup(text);
}

static const char *field_of(const struct table *table, size_t row, size_t column) {
    const char *text = table->fields[row * table->column_count + column];
    return text ? text : "";
}

bool table_has(const struct table *table, size_t column) {
    if (!table->columns[column].optional)
        return true;
    for (size_t row = 0; row < table->row_count; row++)
        if (strcmp(field_of(table, row, column), DASH) != 0)
            return true;
    return false;
}

int text_width(const char *text) {
    int width = 0;
    for (; *text; text++)
        width += ((unsigned char)*text & 0xc0) != 0x80;
    return width;
}

static int column_width(const struct table *table, size_t column) {
    int width = text_width(table->columns[column].head);
    if (table->columns[column].width_min > width)
        width = table->columns[column].width_min;
    for (size_t row = 0; row < table->row_count; row++) {
        int field = text_width(field_of(table, row, column));
        width = field > width ? field : width;
    }
    return width;
}

/* Blanks are owed, and paid when something follows. */
static void print_line(const struct table *table,
                       const char *(*text_of)(const struct table *table, size_t row, size_t column),
                       size_t row, FILE *out) {
    int owed = 0;
    for (size_t c = 0; c < table->column_count; c++) {
        if (!table_has(table, c))
            continue;
        const char *text = text_of(table, row, c);
        int blanks = column_width(table, c) - text_width(text);
        bool left = table->columns[c].left;
        owed += left ? 0 : blanks;
        if (*text) {
            fprintf(out, "%*s%s", owed, "", text);
            owed = 0;
        }
        owed += (left ? blanks : 0) + 2;
    }
    fputc('\n', out);
}

static const char *head_of(const struct table *table, size_t row, size_t column) {
    (void)row;
    return table->columns[column].head;
}

void table_print_head(const struct table *table, FILE *out) {
    print_line(table, head_of, 0, out);
}

void table_print_row(const struct table *table, size_t row, FILE *out) {
    print_line(table, field_of, row, out);
}

void table_print(const struct table *table, FILE *out) {
    table_print_head(table, out);
    for (size_t row = 0; row < table->row_count; row++)
        table_print_row(table, row, out);
}

static void print_markdown_line(const struct table *table, size_t row, bool head, FILE *out) {
    struct strbuf field = STRBUF_INIT;
    for (size_t c = 0; c < table->column_count; c++) {
        if (!table_has(table, c))
            continue;
        strbuf_clear(&field);
        markdown_add(&field, head ? table->columns[c].head : field_of(table, row, c));
        fprintf(out, "| %s%s", field.text, field.length ? " " : "");
    }
    fputs("|\n", out);
    strbuf_release(&field);
}

void table_print_markdown(const struct table *table, FILE *out) {
    print_markdown_line(table, 0, true, out);
    for (size_t c = 0; c < table->column_count; c++)
        if (table_has(table, c))
            fputs(table->columns[c].left ? "| --- " : "| ---: ", out);
    fputs("|\n", out);
    for (size_t row = 0; row < table->row_count; row++)
        print_markdown_line(table, row, false, out);
}

void table_release(struct table *table) {
    for (size_t i = 0; i < table->row_count * table->column_count; i++)
        free(table->fields[i]);
    free(table->fields);
    *table = (struct table){0};
}
