/* What `pgwrite compare` found, as a comment of a pull request. */
#include "report/compare.h"
#include "report/comparison.h"
#include "report/internal.h"

/* "- head text"; empties it. */
static void print_item(const char *head, struct strbuf *text, FILE *out) {
    struct strbuf escaped = STRBUF_INIT;
    markdown_add(&escaped, text->text);
    fprintf(out, "- %s%s\n", head, escaped.text);
    strbuf_release(&escaped);
    strbuf_clear(text);
}

static void print_history(const struct compare_result *compare, const struct compare_cell *cell,
                          FILE *out) {
    struct strbuf text = STRBUF_INIT;
    fputc('\n', out);
    compare_say_history(compare, cell, &text);
    print_item("", &text, out);
    for (size_t i = 0; i < cell->change_count; i++) {
        compare_say_change(compare, cell, &cell->changes[i], &text);
        print_item("changed ", &text, out);
    }
    compare_say_base(cell, &text);
    print_item("OLD is ", &text, out);
    strbuf_release(&text);
}

static void print_cell(const struct compare_result *compare, const struct compare_cell *cell,
                       FILE *out) {
    comparison_markdown(&cell->comparison, "OLD", "NEW", out);
    if (compare->result_count > 2)
        print_history(compare, cell, out);
}

/* The cells in a table, and what there is of each behind its name. */
static void print_cells(const struct compare_result *compare, FILE *out) {
    struct strbuf text = STRBUF_INIT;
    struct table table = {0};
    compare_say_verdict(compare, &text);
    fprintf(out, "**%s** %s\n\n", text.text, compare_cells_caveat);
    compare_table(compare, &table);
    table_print_markdown(&table, out);
    table_release(&table);
    for (size_t i = 0; i < compare->cell_count; i++) {
        strbuf_clear(&text);
        markdown_add(&text, compare->cells[i].name);
        fprintf(out, "\n<details><summary>%s</summary>\n\n", text.text);
        print_cell(compare, &compare->cells[i], out);
        fputs("\n</details>\n", out);
    }
    strbuf_release(&text);
}

void compare_markdown(const struct compare_result *compare, FILE *out) {
    struct strbuf text = STRBUF_INIT;
    if (compare->cell_count == 1)
        print_cell(compare, &compare->cells[0], out);
    else
        print_cells(compare, out);
    fputc('\n', out);
    if (compare->cell_count == 1) {
        strbuf_add(&text, compare->cells[0].name);
        print_item("measured: ", &text, out);
    }
    size_t old_count = compare->result_count - 1;
    compare_say_result(&compare->results[old_count - 1], &text);
    print_item(old_count > 1 ? "the latest OLD: " : "OLD: ", &text, out);
    compare_say_result(&compare->results[old_count], &text);
    print_item("NEW: ", &text, out);
    for (size_t i = 0; i < compare->single_count; i++) {
        strbuf_add(&text, compare->singles[i].name);
        print_item(compare->singles[i].in_new ? "only in NEW: " : "only in OLD: ", &text, out);
    }
    for (size_t i = 0; i < compare->warning_count; i++) {
        strbuf_add(&text, compare->warnings[i]);
        print_item("**warning:** ", &text, out);
    }
    strbuf_release(&text);
    fprintf(out, "\n<sub>%s</sub>\n", compare_caveat);
}
