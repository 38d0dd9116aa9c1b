/* What `pgwrite ab` found: the verdict, the metrics, the pairs, and what stands behind them. */
#include "html/study.h"
#include "report/ab_internal.h"

/* Names of waits and indexes are as long as they are: a page is wide. */
enum { NAME_COLUMNS = 120 };

static void print_fact(const char *name, const char *text, void *context) {
    html_fact(context, name, text);
}

static void print_warning(const char *name, const char *text, void *context) {
    struct study_sheet *sheet = context;
    sheet->sheet.line(&sheet->sheet, name, text);
}

static void print_verdict(struct page *page, const struct ab_result *ab) {
    struct strbuf text = STRBUF_INIT;
    struct study_sheet sheet = study_sheet(page->out, "");
    enum comparison_verdict verdict =
        ab_has_verdict(ab) ? comparison_verdict(&ab->comparison) : VERDICT_INCONCLUSIVE;
    html_section(page, "ab", "B against A");
    ab_sentences(ab, &text);
    study_answer(page->out, verdict, &text);
    ab_warnings(ab, SIZE_MAX, print_warning, &sheet);
    study_sheet_end(&sheet);
    html_facts(page->out);
    ab_variants(ab, print_fact, page->out);
    html_facts_end(page->out);
    if (ab->compared)
        study_comparison(page, &ab->comparison, "A", "B");
    study_pairs(page, ab, "A", "B");
    html_section_end(page);
    strbuf_release(&text);
}

static void print_explanation(struct page *page, const struct ab_result *ab) {
    struct table table = {0};
    if (!ab->explained)
        return;
    html_section(page, "ab-server", "What differs on the server's side");
    ab_differences(ab, SIZE_MAX, NAME_COLUMNS, &table);
    /* The terminal has no room for these heads. */
    table.columns[0].head = "what differs";
    table.columns[1].head = "wait or index";
    if (table.row_count)
        html_table(page->out, &table, "largest first");
    else
        html_paragraphs(page->out, "Nothing.", NULL);
    table_release(&table);
    if (ab->unexplained_count) {
        html_facts(page->out);
        for (size_t i = 0; i < ab->unexplained_count; i++)
            html_fact(page->out, "not known", ab->unexplained[i]);
        html_facts_end(page->out);
    }
    html_section_end(page);
}

void page_ab(struct page *page, const struct ab_result *ab) {
    print_verdict(page, ab);
    print_explanation(page, ab);
    html_section(page, "ab-how", "How A and B were compared");
    html_facts(page->out);
    ab_lines(ab, SIZE_MAX, print_fact, page->out);
    html_facts_end(page->out);
    html_section_end(page);
}
