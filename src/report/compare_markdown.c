/* What `pgwrite compare` found, as a comment of a pull request. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "report/compare.h"
#include "report/comparison.h"
#include "report/internal.h"
#include "report/markdown_page.h"

/* What there may be any number of; with the fixed lines they stay within MARKDOWN_LINES. The cells
 * that are shown in full share what is left. */
enum { CELLS_MAX = 20, SINGLES_MAX = 4, WARNINGS_MAX = 5, CHANGES_MAX = 5 };

static void print_rest(size_t count, const char *what, FILE *out) {
    if (count)
        fprintf(out, "- and %zu more %s%s, see the JSON\n", count, what, count == 1 ? "" : "s");
}

static FILE *open_text(char **text, size_t *size) {
    FILE *out = open_memstream(text, size);
    if (!out)
        panic("out of memory");
    return out;
}

static size_t close_text(FILE *out, const char *const *text) {
    size_t lines = 0;
    if (fclose(out) != 0)
        panic("out of memory");
    for (const char *at = *text; (at = strchr(at, '\n')); at++)
        lines++;
    return lines;
}

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
    /* The latest say where NEW comes from. */
    size_t earlier = cell->change_count > CHANGES_MAX ? cell->change_count - CHANGES_MAX : 0;
    fputc('\n', out);
    compare_say_history(compare, cell, &text);
    print_item("", &text, out);
    print_rest(earlier, "earlier change", out);
    for (size_t i = earlier; i < cell->change_count; i++) {
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

/* Of the heap: the worst come first. */
static struct compare_cell *worst_first(const struct compare_result *compare) {
    static const enum comparison_verdict order[] = {VERDICT_WORSE, VERDICT_INCONCLUSIVE,
                                                    VERDICT_EQUIVALENT, VERDICT_BETTER};
    struct compare_cell *cells = MEM_ARRAY(struct compare_cell, compare->cell_count);
    size_t count = 0;
    for (size_t v = 0; v < sizeof order / sizeof *order; v++)
        for (size_t i = 0; i < compare->cell_count; i++)
            if (comparison_verdict(&compare->cells[i].comparison) == order[v])
                cells[count++] = compare->cells[i];
    return cells;
}

/* What there is of a cell behind its name. True: it fitted into the lines that are left. */
static bool print_folded(const struct compare_result *compare, const struct compare_cell *cell,
                         size_t *room, FILE *out) {
    struct strbuf name = STRBUF_INIT;
    char *text;
    size_t size;
    FILE *folded = open_text(&text, &size);
    markdown_add(&name, cell->name);
    fprintf(folded, "\n<details><summary>%s</summary>\n\n", name.text);
    print_cell(compare, cell, folded);
    fputs("\n</details>\n", folded);
    size_t lines = close_text(folded, (const char *const *)&text);
    bool fits = lines <= *room;
    if (fits) {
        *room -= lines;
        fputs(text, out);
    }
    free(text);
    strbuf_release(&name);
    return fits;
}

/* The cells in a table, as they came where all have room, and as many of them in full as there is
 * room for. */
static void print_cells(const struct compare_result *compare, size_t room, FILE *out) {
    /* The verdict, the table's head and rule, how many cells it leaves out, how many are not in
     * full; an empty line between. */
    enum { FIXED_LINES = 8 };
    struct strbuf text = STRBUF_INIT;
    struct table table = {0};
    struct compare_cell *cells = worst_first(compare);
    struct compare_result shown = *compare;
    size_t folded = 0;
    if (compare->cell_count > CELLS_MAX) {
        shown.cells = cells;
        shown.cell_count = CELLS_MAX;
    }
    compare_say_verdict(compare, &text);
    fprintf(out, "**%s** %s\n\n", text.text, compare_cells_caveat);
    compare_table(&shown, &table);
    table_print_markdown(&table, out);
    table_release(&table);
    if (compare->cell_count > shown.cell_count)
        fprintf(out, "\nand %zu more cells, none with a worse verdict, see the JSON\n",
                compare->cell_count - shown.cell_count);
    room -= FIXED_LINES + shown.cell_count;
    while (folded < shown.cell_count && print_folded(compare, &cells[folded], &room, out))
        folded++;
    if (folded < shown.cell_count)
        fprintf(out, "\nand %zu more in full, see the JSON\n", compare->cell_count - folded);
    free(cells);
    strbuf_release(&text);
}

/* What was compared, and what is to be said of it: below the figures. */
static void print_notes(const struct compare_result *compare, FILE *out) {
    struct strbuf text = STRBUF_INIT;
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
    for (size_t i = 0; i < compare->single_count && i < SINGLES_MAX; i++) {
        strbuf_add(&text, compare->singles[i].name);
        print_item(compare->singles[i].in_new ? "only in NEW: " : "only in OLD: ", &text, out);
    }
    if (compare->single_count > SINGLES_MAX)
        print_rest(compare->single_count - SINGLES_MAX, "lone cell", out);
    for (size_t i = 0; i < compare->warning_count && i < WARNINGS_MAX; i++) {
        strbuf_add(&text, compare->warnings[i]);
        print_item("**warning:** ", &text, out);
    }
    if (compare->warning_count > WARNINGS_MAX)
        print_rest(compare->warning_count - WARNINGS_MAX, "warning", out);
    strbuf_release(&text);
    fprintf(out, "\n<sub>%s</sub>\n", compare_caveat);
}

void compare_markdown(const struct compare_result *compare, FILE *out) {
    char *notes;
    size_t size;
    FILE *below = open_text(&notes, &size);
    print_notes(compare, below);
    size_t lines = close_text(below, (const char *const *)&notes);
    if (compare->cell_count == 1)
        print_cell(compare, &compare->cells[0], out);
    else
        print_cells(compare, MARKDOWN_LINES - lines, out);
    fputs(notes, out);
    free(notes);
}
