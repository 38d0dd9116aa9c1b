#include "report/ab.h"

#include <string.h>

#include "report/ab_internal.h"

/* ---- for a terminal ---- */

enum { COLUMNS_LEAST = 80, LINE_INDENT = 12, TEXT_DIFFERENCES = 20, TEXT_NAME_COLUMNS = 26 };

struct page {
    FILE *out;
    int columns;
};

static void print_line(const char *name, const char *text, void *context) {
    struct page *page = context;
    struct strbuf line = STRBUF_INIT;
    strbuf_printf(&line, "%-*s%s", LINE_INDENT, name, text);
    print_wrapped_to(line.text, LINE_INDENT, page->columns, page->out);
    strbuf_release(&line);
}

static void print_comparison(const struct ab_result *ab, const struct page *page) {
    struct table table = {0};
    struct strbuf footnote = STRBUF_INIT;
    comparison_table(&ab->comparison, "A", "B", &table);
    fputc('\n', page->out);
    table_print(&table, page->out);
    table_release(&table);
    comparison_footnote(&ab->comparison, &footnote);
    fputc('\n', page->out);
    print_wrapped_to(footnote.text, 0, page->columns, page->out);
    strbuf_release(&footnote);
}

static void print_explanation(const struct ab_result *ab, struct page *page) {
    struct table table = {0};
    if (!ab->explained)
        return;
    fputs("\nwhat differs on the server's side, largest first\n", page->out);
    size_t name_columns = (size_t)page->columns - COLUMNS_LEAST + TEXT_NAME_COLUMNS;
    size_t rest = ab_differences(ab, TEXT_DIFFERENCES, name_columns, &table);
    if (table.row_count)
        table_print(&table, page->out);
    else
        fputs("nothing\n", page->out);
    table_release(&table);
    if (rest)
        fprintf(page->out, "and %zu smaller one%s, see --json\n", rest, rest == 1 ? "" : "s");
    for (size_t i = 0; i < ab->unexplained_count; i++)
        print_line("not known", ab->unexplained[i], page);
}

void ab_text(const struct ab_result *ab, int width, FILE *out) {
    struct page page = {out, width < COLUMNS_LEAST    ? COLUMNS_LEAST
                             : width > REPORT_COLUMNS ? REPORT_COLUMNS
                                                      : width};
    struct strbuf text = STRBUF_INIT;
    ab_sentences(ab, &text);
    print_wrapped_to(text.text, 0, page.columns, out);
    strbuf_release(&text);
    if (ab->compared)
        print_comparison(ab, &page);
    fputc('\n', out);
    ab_variants(ab, print_line, &page);
    ab_lines(ab, SIZE_MAX, print_line, &page);
    print_explanation(ab, &page);
    if (ab->warning_count || ab_tiers_differ(ab))
        fputc('\n', out);
    ab_warnings(ab, SIZE_MAX, print_line, &page);
}

/* ---- for a pull request ---- */

/* They and the fixed lines stay within AB_MARKDOWN_LINES. */
enum { REASONS_MAX = 2, WARNINGS_MAX = 5, MARKDOWN_DIFFERENCES = 7, MARKDOWN_NAME_COLUMNS = 80 };

static void print_escaped(const char *text, FILE *out) {
    struct strbuf escaped = STRBUF_INIT;
    markdown_add(&escaped, text);
    fputs(escaped.text, out);
    strbuf_release(&escaped);
}

static void print_item(const char *name, const char *text, void *context) {
    FILE *out = context;
    fprintf(out, "- %s: ", name);
    print_escaped(text, out);
    fputc('\n', out);
}

static void print_markdown_comparison(const struct ab_result *ab, FILE *out) {
    struct table table = {0};
    struct strbuf footnote = STRBUF_INIT;
    comparison_table(&ab->comparison, "A", "B", &table);
    table_print_markdown(&table, out);
    table_release(&table);
    comparison_footnote(&ab->comparison, &footnote);
    fprintf(out, "\n<sub>%s</sub>\n\n", footnote.text);
    strbuf_release(&footnote);
}

static void print_markdown_explanation(const struct ab_result *ab, FILE *out) {
    struct table table = {0};
    if (!ab->explained)
        return;
    fputs("\n<details><summary>What differs on the server's side, largest first</summary>\n\n",
          out);
    size_t rest = ab_differences(ab, MARKDOWN_DIFFERENCES, MARKDOWN_NAME_COLUMNS, &table);
    if (table.row_count)
        table_print_markdown(&table, out);
    else
        fputs("Nothing.\n", out);
    table_release(&table);
    fputc('\n', out);
    if (rest)
        fprintf(out, "- and %zu smaller one%s, see the JSON\n", rest, rest == 1 ? "" : "s");
    for (size_t i = 0; i < ab->unexplained_count; i++) {
        fputs(i ? "; " : "- not known: ", out);
        print_escaped(ab->unexplained[i], out);
    }
    fputs(ab->unexplained_count ? "\n\n</details>\n" : "\n</details>\n", out);
}

void ab_markdown(const struct ab_result *ab, FILE *out) {
    struct strbuf text = STRBUF_INIT;
    ab_sentences(ab, &text);
    fputs("**", out);
    print_escaped(text.text, out);
    fputs("**\n\n", out);
    strbuf_release(&text);
    if (ab->compared)
        print_markdown_comparison(ab, out);
    ab_variants(ab, print_item, out);
    ab_warnings(ab, WARNINGS_MAX, print_item, out);
    fputs("\n<details><summary>How it was measured</summary>\n\n", out);
    ab_lines(ab, REASONS_MAX, print_item, out);
    fputs("\n</details>\n", out);
    print_markdown_explanation(ab, out);
}
