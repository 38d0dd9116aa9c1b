/* What had to hold, with what was measured. */
#include <string.h>

#include "html/page.h"

static const char *const words[] = {[THRESHOLD_HELD] = "✓ holds",
                                    [THRESHOLD_FAILED] = "✗ failed",
                                    [THRESHOLD_UNKNOWN] = "not known"};

static void add_row(struct table *table, const struct result *result,
                    const struct result_cell *cell, const struct result_threshold *judged) {
    struct strbuf name = STRBUF_INIT;
    char field[FIELD_BYTES];
    if (result->cell_count > 1)
        report_cell_name(result, cell, &name);
    table_row(table);
    table_set(table, 0, judged->threshold->text);
    table_set(table, 1, name.length ? name.text : DASH);
    table_set(table, 2, report_threshold_value(judged, field, sizeof field));
    table_set(table, 3,
              threshold_show(judged->threshold, judged->threshold->value, field, sizeof field));
    table_set(table, 4, result->quick ? "not judged" : words[judged->verdict]);
    strbuf_release(&name);
}

void page_thresholds(struct page *page, const struct result *result) {
    struct table table = {0};
    table_column(&table, "threshold", true, false, 0);
    table_column(&table, "cell", true, true, 0);
    table_column(&table, "value", false, false, 0);
    table_column(&table, "limit", false, false, 0);
    table_column(&table, "verdict", true, false, 0);
    for (size_t i = 0; result->load && i < result->cell_count; i++)
        for (size_t k = 0; result->cells[i].thresholds && k < result->load->threshold_count; k++)
            add_row(&table, result, &result->cells[i], &result->cells[i].thresholds[k]);
    if (table.row_count) {
        html_section(page, "thresholds", "Thresholds");
        if (result->quick)
            html_paragraphs(page->out,
                            "Not judged: a quick run shows the shape of a load, not "
                            "what a server can do.",
                            NULL);
        html_table(page->out, &table, NULL);
        html_section_end(page);
    }
    table_release(&table);
}
