/* Lock waits: who waited for whom, up to the root. */
#include <stdlib.h>
#include <string.h>

#include "html/page.h"

enum { HOLDER_COLUMNS = 1000 }; /* whole statements: the page can scroll */

/* Columns behind those of the text report. */
static void add_chain(const struct lock_waits *wait, size_t first, struct table *table) {
    struct strbuf who = STRBUF_INIT;
    char depth[32];
    bool many = strcmp(wait->locktype, "other") == 0; /* kinds: no single statement */
    bool known = !many && *wait->mode;
    table_set(table, first,
              known && *wait->statement ? wait->statement
              : many                    ? DASH
                                        : "over before it could be looked at");
    if (known)
        report_blocker(wait, HOLDER_COLUMNS, &who);
    table_set(table, first + 1, known ? who.text : DASH);
    strbuf_clear(&who);
    if (known && wait->depth > 1)
        report_holder(&wait->root, HOLDER_COLUMNS, &who);
    table_set(table, first + 2, who.length ? who.text : DASH);
    snprintf(depth, sizeof depth, "%u", wait->depth);
    table_set(table, first + 3, wait->depth > 1 ? depth : DASH);
    strbuf_release(&who);
}

/* In one paragraph: where the text report breaks its lines is of no matter here. */
static char *sampling_of(const struct result *result, size_t kinds) {
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        panic("out of memory");
    report_lock_sampling(result, kinds, out);
    if (fclose(out) != 0)
        panic("out of memory");
    for (char *end = strchr(text, '\n'); end; end = strchr(end, '\n'))
        *end = ' ';
    return text;
}

static void write_table(struct page *page, const struct result *result,
                        const struct lock_shown *all, size_t count) {
    struct table table = {0};
    report_lock_columns(&table);
    table.columns[0].head = "cell";
    size_t first = table.column_count;
    table_column(&table, "waits", true, true, 0);
    table_column(&table, "behind", true, true, 0);
    table_column(&table, "root", true, true, 0);
    table_column(&table, "depth", false, true, 0);
    for (size_t i = 0; i < count; i++) {
        report_lock_row(result, &all[i], &table);
        add_chain(all[i].wait, first, &table);
    }
    html_table(page->out, &table, NULL);
    table_release(&table);
}

void page_lock_waits(struct page *page, const struct result *result) {
    enum { WORD = 12 };
    size_t count;
    struct lock_shown *all = report_lock_kinds(result, &count);
    char *sampling = sampling_of(result, count);
    if (count || strlen(sampling) > WORD) {
        html_section(page, "lock-waits", "Lock waits");
        if (count)
            write_table(page, result, all, count);
        html_paragraphs(page->out, count ? sampling : sampling + WORD, "note");
        html_facts_of(page->out, report_lock_log, result);
        html_section_end(page);
    }
    free(sampling);
    free(all);
}
