#include "report/markdown_page.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* What closes the page: an empty line and "and 12 more", likewise "</details>". */
enum { CLOSING_LINES = 4, LABEL_COLUMNS = 12, WARNINGS_MAX = 5, ITEM_COLUMNS = 400 };
/* Of a table: an empty line before it, head, rule. */
enum { TABLE_LINES = 3 };

static size_t room(const struct markdown_page *page) {
    return page->lines < page->lines_max ? page->lines_max - page->lines : 0;
}

/* False: there is no room for so many lines and an empty one. */
static bool begin_block(struct markdown_page *page, enum markdown_block block, size_t lines) {
    bool apart = page->block != MARKDOWN_NOTHING &&
                 (page->block != block || block == MARKDOWN_PARAGRAPH || block == MARKDOWN_TABLE);
    if (room(page) < lines + apart)
        return false;
    if (apart)
        fputc('\n', page->out);
    page->lines += lines + apart;
    page->block = block;
    return true;
}

static void print_escaped(const struct markdown_page *page, const char *text) {
    struct strbuf escaped = STRBUF_INIT;
    char cut[ITEM_COLUMNS * 4];
    markdown_add(&escaped, show_cut(cut, sizeof cut, text, ITEM_COLUMNS));
    fputs(escaped.text, page->out);
    strbuf_release(&escaped);
}

void markdown_paragraph(struct markdown_page *page, const char *what, const char *text) {
    if (!begin_block(page, MARKDOWN_PARAGRAPH, 1)) {
        page->left_out++;
        return;
    }
    if (*what) {
        fputs("**", page->out);
        print_escaped(page, what);
        fputs(*text ? "** " : "**", page->out);
    }
    print_escaped(page, text);
    fputc('\n', page->out);
}

void markdown_lead(struct markdown_page *page, const char *what, const char *text) {
    markdown_paragraph(page, what, text);
    free(page->lead);
    page->lead = mem_strdup(*text ? text : what);
}

void markdown_item(struct markdown_page *page, const char *label, const char *text) {
    bool warning = strcmp(label, "warning") == 0;
    if ((warning && page->warnings == WARNINGS_MAX) || !begin_block(page, MARKDOWN_LIST, 1)) {
        page->left_out++;
        return;
    }
    page->warnings += warning;
    fputs("- ", page->out);
    print_escaped(page, label);
    fputs(*label ? ": " : "", page->out);
    print_escaped(page, text);
    fputc('\n', page->out);
}

/* Only the first rows are printed: whether a column is there depends on all of them. */
void markdown_table(struct markdown_page *page, struct table *table, size_t rows_max,
                    const char *things) {
    size_t rows = table->row_count, shown = rows < rows_max ? rows : rows_max;
    size_t fit = room(page) > TABLE_LINES ? room(page) - TABLE_LINES : 0;
    char rest[64];
    /* To say that there is one more takes more lines than to show it. */
    shown += shown + 1 == rows;
    shown = shown < fit ? shown : fit;
    if (shown && begin_block(page, MARKDOWN_TABLE, TABLE_LINES - 1 + shown)) {
        table->row_count = shown;
        table_print_markdown(table, page->out);
        table->row_count = rows;
    }
    if (rows > shown && things) {
        snprintf(rest, sizeof rest, "and %zu more %s", rows - shown, things);
        markdown_paragraph(page, "", rest);
    } else {
        page->left_out += rows - shown;
    }
    table_release(table);
}

static bool is_continued(const char *line) {
    return strncmp(line, "            ", LABEL_COLUMNS) == 0;
}

void markdown_labelled(struct markdown_page *page, const char *text, size_t items_max) {
    struct strbuf item = STRBUF_INIT;
    char label[LABEL_COLUMNS + 1];
    for (size_t items = 0; *text; items++) {
        strbuf_clear(&item);
        size_t length = strcspn(text, "\n");
        size_t head = length < LABEL_COLUMNS ? length : LABEL_COLUMNS;
        snprintf(label, sizeof label, "%.*s", (int)head, text);
        for (size_t i = strlen(label); i > 0 && label[i - 1] == ' '; i--)
            label[i - 1] = '\0';
        strbuf_add_bytes(&item, text + head, length - head);
        text += length + (text[length] == '\n');
        while (is_continued(text)) {
            length = strcspn(text, "\n");
            strbuf_add_char(&item, ' ');
            strbuf_add_bytes(&item, text + LABEL_COLUMNS, length - LABEL_COLUMNS);
            text += length + (text[length] == '\n');
        }
        if (item.length && items < items_max)
            markdown_item(page, label, item.text);
        else if (item.length)
            page->left_out++;
    }
    strbuf_release(&item);
}

void markdown_fold(struct markdown_page *page, const char *summary) {
    if (!begin_block(page, MARKDOWN_PARAGRAPH, 1))
        return;
    fputs("<details><summary>", page->out);
    print_escaped(page, summary);
    fputs("</summary>\n", page->out);
    page->folded = true;
}

static void say_rest(struct markdown_page *page) {
    char rest[64];
    if (!page->left_out)
        return;
    snprintf(rest, sizeof rest, "and %zu more, see the JSON", page->left_out);
    page->left_out = 0;
    markdown_paragraph(page, "", rest);
}

void markdown_unfold(struct markdown_page *page) {
    if (!page->folded)
        return;
    page->lines_max += CLOSING_LINES;
    say_rest(page);
    fputs("\n</details>\n", page->out);
    page->lines += 2;
    page->lines_max -= CLOSING_LINES;
    page->folded = false;
}

/* ---- what a study tells ---- */

static struct markdown_page *page_of(struct sheet *sheet) {
    return (struct markdown_page *)sheet;
}

static void tell_head(struct sheet *sheet, const char *text) {
    markdown_paragraph(page_of(sheet), text, "");
}

static void tell_line(struct sheet *sheet, const char *label, const char *text) {
    struct markdown_page *page = page_of(sheet);
    if (!page->lead || strcmp(page->lead, text) != 0)
        markdown_item(page, label, text);
}

static void tell_item(struct sheet *sheet, const char *text) {
    markdown_item(page_of(sheet), "", text);
}

/* The teller keeps its table; the reasons of its rows stand below it. */
static void tell_table(struct sheet *sheet, const struct table *table, const char *const *notes) {
    struct markdown_page *page = page_of(sheet);
    struct table copy = {0};
    for (size_t c = 0; c < table->column_count; c++)
        table_column(&copy, table->columns[c].head, table->columns[c].left,
                     table->columns[c].optional, 0);
    for (size_t row = 0; row < table->row_count; row++) {
        table_row(&copy);
        for (size_t c = 0; c < table->column_count; c++) {
            const char *field = table->fields[row * table->column_count + c];
            table_set(&copy, c, field ? field : "");
        }
    }
    markdown_table(page, &copy, table->row_count, NULL);
    for (size_t row = 0; notes && row < table->row_count; row++)
        if (notes[row])
            markdown_item(page, "why", notes[row]);
}

static void tell_gap(struct sheet *sheet) {
    (void)sheet;
}

void markdown_begin(struct markdown_page *page, FILE *out) {
    *page = (struct markdown_page){
        .sheet = {false, tell_head, tell_line, tell_item, tell_table, tell_gap},
        .out = out,
        .lines_max = MARKDOWN_LINES - CLOSING_LINES,
    };
}

void markdown_end(struct markdown_page *page) {
    markdown_unfold(page);
    page->lines_max += CLOSING_LINES;
    say_rest(page);
    free(page->lead);
    page->lead = NULL;
}
