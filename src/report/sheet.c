#include "report/sheet.h"

#include "report/internal.h"

/* As wide as the labels of a run's report are. */
enum { LABEL_COLUMNS = 12, ITEM_INDENT = 2 };

static FILE *out_of(struct sheet *sheet) {
    return ((struct sheet_text *)sheet)->out;
}

static void print(struct sheet *sheet, const char *before, int before_columns, const char *text,
                  int indent) {
    struct strbuf line = STRBUF_INIT;
    strbuf_printf(&line, "%-*s", before_columns, before);
    plain_add(&line, text);
    print_wrapped(line.text, indent, out_of(sheet));
    strbuf_release(&line);
}

static void print_head(struct sheet *sheet, const char *text) {
    fputc('\n', out_of(sheet));
    print(sheet, "", 0, text, 0);
}

static void print_line(struct sheet *sheet, const char *label, const char *text) {
    int columns = *label ? LABEL_COLUMNS : 0;
    print(sheet, label, columns, text, columns);
}

static void print_item(struct sheet *sheet, const char *text) {
    print(sheet, "", ITEM_INDENT, text, 2 * ITEM_INDENT);
}

static void print_table(struct sheet *sheet, const struct table *table, const char *const *notes) {
    table_print_head(table, out_of(sheet));
    for (size_t i = 0; i < table->row_count; i++) {
        table_print_row(table, i, out_of(sheet));
        if (notes && notes[i])
            print_line(sheet, "       why:", notes[i]);
    }
}

static void print_gap(struct sheet *sheet) {
    fputc('\n', out_of(sheet));
}

struct sheet_text sheet_text(FILE *out) {
    return (struct sheet_text){{true, print_head, print_line, print_item, print_table, print_gap},
                               out};
}

void sheet_head(struct sheet *sheet, struct strbuf *text) {
    sheet->head(sheet, text->text);
    strbuf_clear(text);
}

void sheet_line(struct sheet *sheet, struct strbuf *text, const char *label) {
    sheet->line(sheet, label, text->text);
    strbuf_clear(text);
}

void sheet_item(struct sheet *sheet, struct strbuf *text) {
    sheet->item(sheet, text->text);
    strbuf_clear(text);
}
