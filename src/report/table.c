/* Tables: columns as wide as their widest field, and no line that ends in blanks. */
#include <stdlib.h>
#include <string.h>

#include "report/internal.h"

void table_column(struct table *table, const char *head, bool left, bool optional, int width_min) {
    if (table->column_count == TABLE_COLUMNS_MAX || table->row_count)
        panic("a table with too many columns");
    table->columns[table->column_count++] =
        (struct table_column){head, left, optional, width_min, 0};
}

void table_rank(struct table *table, size_t column, int rank) {
    table->columns[column].rank = rank;
}

void table_row(struct table *table) {
    table->row_count++;
    table->fields =
        mem_grow(table->fields, table->row_count * table->column_count, sizeof *table->fields);
    table->moods =
        mem_grow(table->moods, table->row_count * table->column_count, sizeof *table->moods);
    for (size_t c = 0; c < table->column_count; c++) {
        table->fields[(table->row_count - 1) * table->column_count + c] = NULL;
        table->moods[(table->row_count - 1) * table->column_count + c] = MOOD_NONE;
    }
}

void table_mood(struct table *table, size_t column, enum mood mood) {
    table->moods[(table->row_count - 1) * table->column_count + column] = mood;
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

static bool is_filled(const struct table *table, size_t column) {
    if (!table->columns[column].optional)
        return true;
    for (size_t row = 0; row < table->row_count; row++)
        if (strcmp(field_of(table, row, column), DASH) != 0)
            return true;
    return false;
}

int text_width(const char *text) {
    return screen_width(text, strlen(text));
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

/* What the screen leaves of a table. */
struct layout {
    bool shown[TABLE_COLUMNS_MAX];
    int widths[TABLE_COLUMNS_MAX];
};

enum { CUT_LEAST = 8 }; /* columns that are left of a field */

static int layout_width(const struct table *table, const struct layout *layout) {
    int width = 0;
    for (size_t c = 0; c < table->column_count; c++)
        if (layout->shown[c])
            width += (width ? 2 : 0) + layout->widths[c];
    return width;
}

static bool drop_column(const struct table *table, struct layout *layout) {
    size_t least = table->column_count;
    int rank = 0;
    for (size_t c = 0; c < table->column_count; c++)
        if (layout->shown[c] && table->columns[c].rank > rank) {
            least = c;
            rank = table->columns[c].rank;
        }
    if (least == table->column_count)
        return false;
    layout->shown[least] = false;
    return true;
}

static bool cut_column(const struct table *table, struct layout *layout, int excess) {
    size_t widest = table->column_count;
    int width = CUT_LEAST;
    for (size_t c = 0; c < table->column_count; c++)
        if (layout->shown[c] && table->columns[c].left && layout->widths[c] > width) {
            widest = c;
            width = layout->widths[c];
        }
    if (widest == table->column_count)
        return false;
    layout->widths[widest] = width - excess > CUT_LEAST ? width - excess : CUT_LEAST;
    return true;
}

static void lay_out(const struct table *table, struct layout *layout) {
    int most = screen_columns(SCREEN_NO_LIMIT);
    for (size_t c = 0; c < table->column_count; c++) {
        layout->shown[c] = is_filled(table, c);
        layout->widths[c] = column_width(table, c);
    }
    while (layout_width(table, layout) > most)
        if (!drop_column(table, layout) &&
            !cut_column(table, layout, layout_width(table, layout) - most))
            break;
}

bool table_has(const struct table *table, size_t column) {
    struct layout layout;
    if (!is_filled(table, column) || screen_columns(SCREEN_NO_LIMIT) == SCREEN_NO_LIMIT)
        return is_filled(table, column);
    lay_out(table, &layout);
    return layout.shown[column];
}

enum { HEAD = -1 }; /* in place of a row's number */

static void print_field(const struct table *table, long row, size_t column, const char *text,
                        FILE *out) {
    enum mood mood =
        row == HEAD ? MOOD_NONE : table->moods[(size_t)row * table->column_count + column];
    if (mood == MOOD_NONE)
        fputs(text, out);
    else
        fprintf(out, "%s%s%s", screen_colour(mood), text, screen_colour(MOOD_NONE));
}

/* Blanks are owed, and paid when something follows. */
static void print_line(const struct table *table, long row, FILE *out) {
    struct layout layout;
    int owed = 0;
    lay_out(table, &layout);
    for (size_t c = 0; c < table->column_count; c++) {
        if (!layout.shown[c])
            continue;
        char cut[512];
        const char *text = row == HEAD ? table->columns[c].head : field_of(table, (size_t)row, c);
        if (text_width(text) > layout.widths[c])
            text = show_cut(cut, sizeof cut, text, (size_t)layout.widths[c]);
        int blanks = layout.widths[c] - text_width(text);
        bool left = table->columns[c].left;
        owed += left ? 0 : blanks;
        if (*text) {
            fprintf(out, "%*s", owed, "");
            print_field(table, row, c, text, out);
            owed = 0;
        }
        owed += (left ? blanks : 0) + 2;
    }
    fputc('\n', out);
}

void table_print_head(const struct table *table, FILE *out) {
    print_line(table, HEAD, out);
}

void table_print_row(const struct table *table, size_t row, FILE *out) {
    print_line(table, (long)row, out);
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
    free(table->moods);
    *table = (struct table){0};
}
