#include "report/compare.h"

#include "report/comparison.h"
#include "report/internal.h"

enum { COMPARE_COLUMNS = 80, HEAD_COLUMNS = 9 };

/* "warning  …", wrapped behind its head; what would steer a terminal made harmless. Empties it. */
static void print_line(const char *head, struct strbuf *text, FILE *out) {
    struct strbuf line = STRBUF_INIT;
    strbuf_printf(&line, "%-*s", HEAD_COLUMNS, head);
    plain_add(&line, text->text);
    print_wrapped_to(line.text, HEAD_COLUMNS, COMPARE_COLUMNS, out);
    strbuf_release(&line);
    strbuf_clear(text);
}

static void print_results(const struct compare_result *compare, FILE *out) {
    struct strbuf text = STRBUF_INIT;
    size_t old_count = compare->result_count - 1;
    compare_say_result(&compare->results[0], &text);
    print_line("OLD", &text, out);
    if (old_count > 2) {
        strbuf_printf(&text, "… %zu more", old_count - 2);
        print_line("", &text, out);
    }
    if (old_count > 1) {
        compare_say_result(&compare->results[old_count - 1], &text);
        print_line("", &text, out);
    }
    compare_say_result(&compare->results[old_count], &text);
    print_line("NEW", &text, out);
    strbuf_release(&text);
}

static void print_history(const struct compare_result *compare, const struct compare_cell *cell,
                          FILE *out) {
    struct strbuf text = STRBUF_INIT;
    compare_say_history(compare, cell, &text);
    print_line("history", &text, out);
    for (size_t i = 0; i < cell->change_count; i++) {
        compare_say_change(compare, cell, &cell->changes[i], &text);
        print_line("", &text, out);
    }
    compare_say_base(cell, &text);
    print_line("OLD is", &text, out);
    strbuf_release(&text);
}

static void print_cell(const struct compare_result *compare, const struct compare_cell *cell,
                       FILE *out) {
    struct strbuf text = STRBUF_INIT;
    struct table table = {0};
    plain_add(&text, cell->name);
    fprintf(out, "\n%s\n", text.text);
    strbuf_clear(&text);
    comparison_sentence(&cell->comparison, "OLD", "NEW", &text);
    print_wrapped_to(text.text, 0, COMPARE_COLUMNS, out);
    if (compare->result_count > 2)
        print_history(compare, cell, out);
    fputc('\n', out);
    comparison_table(&cell->comparison, "OLD", "NEW", &table);
    table_print(&table, out);
    table_release(&table);
    strbuf_release(&text);
}

static void print_notes(const struct compare_result *compare, FILE *out) {
    struct strbuf text = STRBUF_INIT;
    for (size_t i = 0; i < compare->single_count; i++) {
        strbuf_printf(&text, "%s: only in %s", compare->singles[i].name,
                      compare->singles[i].in_new ? "NEW" : "OLD");
        print_line("alone", &text, out);
    }
    for (size_t i = 0; i < compare->warning_count; i++) {
        strbuf_add(&text, compare->warnings[i]);
        print_line("warning", &text, out);
    }
    strbuf_add(&text, compare_caveat);
    print_line("note", &text, out);
    strbuf_release(&text);
}

void compare_text(const struct compare_result *compare, FILE *out) {
    struct strbuf text = STRBUF_INIT;
    print_results(compare, out);
    if (compare->cell_count > 1) {
        struct table table = {0};
        fputc('\n', out);
        compare_table(compare, &table);
        table_print(&table, out);
        table_release(&table);
        compare_say_verdict(compare, &text);
        strbuf_printf(&text, " %s", compare_cells_caveat);
        print_wrapped_to(text.text, 0, COMPARE_COLUMNS, out);
        strbuf_clear(&text);
    }
    for (size_t i = 0; i < compare->cell_count; i++)
        print_cell(compare, &compare->cells[i], out);
    comparison_footnote(&compare->cells[0].comparison, &text);
    fputc('\n', out);
    print_wrapped_to(text.text, 0, COMPARE_COLUMNS, out);
    fputc('\n', out);
    print_notes(compare, out);
    strbuf_release(&text);
}
