/* The comparison of the cells as an inline SVG, which needs no script: a bar for the median, a line
 * for the range of the rounds. Lengths are percentages and text has its own size, so that it is as
 * legible on a phone as on paper. */
#include <stdlib.h>

#include "html/page.h"

enum { ROW = 40, BASELINE = 14, LINE = 20, BAR_TOP = 20, BAR_HEIGHT = 12 };

/* On a phone so many characters leave room for a figure beside them, and so many fill a line. */
enum { BESIDE_MAX = 24, LINE_MAX_CHARACTERS = 44 };

/* What a bar is called. A result's name that is too long loses its end, for the cell tells bars
 * apart; both stand in full in the table below. */
static void bar_name(const struct page_run *run, const struct result_cell *cell,
                     struct strbuf *out) {
    struct strbuf name = STRBUF_INIT;
    char label[sizeof run->label];
    report_cell_name(run->result, cell, &name);
    size_t columns = name.length + 2;
    size_t room = columns + 8 < LINE_MAX_CHARACTERS ? LINE_MAX_CHARACTERS - columns : 8;
    if (*run->label)
        strbuf_printf(out, "%s: ", show_cut(label, sizeof label, run->label, room));
    strbuf_add(out, name.text);
    strbuf_release(&name);
}

/* Whether figures have a line of their own, which is that of all if one needs it. */
static bool has_long_name(const struct page *page) {
    bool any = false;
    for (size_t r = 0; r < page->run_count && !any; r++)
        for (size_t i = 0; i < page->runs[r].result->cell_count && !any; i++) {
            struct strbuf name = STRBUF_INIT;
            bar_name(&page->runs[r], &page->runs[r].result->cells[i], &name);
            any = name.length > BESIDE_MAX;
            strbuf_release(&name);
        }
    return any;
}

static double or_less(double value, double floor) {
    return is_known(value) && value > floor ? value : floor;
}

static double most_rows(const struct page *page, size_t *bars, bool *ranges) {
    double most = 0;
    *bars = 0;
    *ranges = false;
    for (size_t r = 0; r < page->run_count; r++)
        for (size_t i = 0; i < page->runs[r].result->cell_count; i++) {
            const struct result_spread *rows = &page->runs[r].result->cells[i].rows_per_s;
            *bars += is_known(rows->median);
            *ranges |= is_known(rows->min) && is_known(rows->max);
            most = or_less(rows->max, or_less(rows->median, most));
        }
    return most;
}

static void write_figures(const struct result_spread *rows, bool drawn, FILE *out) {
    char median[32], min[32], max[32];
    html_textf(out, "%s rows/s", units_show_count(median, sizeof median, rows->median));
    if (!is_known(rows->min) || !is_known(rows->max))
        return;
    /* There is no room for it on a phone, and the line shows it. */
    fputs(drawn ? "<tspan class=\"spread\">" : "", out);
    html_textf(out, " (%s–%s)", units_show_count(min, sizeof min, rows->min),
               units_show_count(max, sizeof max, rows->max));
    fputs(drawn ? "</tspan>" : "", out);
}

static void write_bar(const struct page_run *run, const struct result_cell *cell, double most,
                      size_t row, size_t line, FILE *out) {
    const struct result_spread *rows = &cell->rows_per_s;
    struct strbuf name = STRBUF_INIT;
    size_t first = row * (ROW + line), top = first + line;
    size_t middle = top + BAR_TOP + BAR_HEIGHT / 2;
    bar_name(run, cell, &name);
    fprintf(out, "<g><text x=\"0\" y=\"%zu\">", first + BASELINE);
    html_text(out, name.text);
    fprintf(out, "</text><text class=\"figure\" paint-order=\"stroke\" x=\"100%%\" y=\"%zu\">",
            top + BASELINE);
    write_figures(rows, true, out);
    fprintf(out,
            "</text><rect class=\"rail\" y=\"%zu\" width=\"100%%\" height=\"%d\"/>"
            "<rect class=\"bar\" y=\"%zu\" width=\"%.2f%%\" height=\"%d\"/>",
            top + BAR_TOP, BAR_HEIGHT, top + BAR_TOP, rows->median / most * 100, BAR_HEIGHT);
    if (is_known(rows->min) && is_known(rows->max)) {
        double low = rows->min / most * 100, high = rows->max / most * 100;
        fprintf(out,
                "<line class=\"range\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"%zu\" y2=\"%zu\"/>"
                "<line class=\"range\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"%zu\" y2=\"%zu\"/>"
                "<line class=\"range\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"%zu\" y2=\"%zu\"/>",
                low, high, middle, middle, low, low, middle - 4, middle + 4, high, high, middle - 4,
                middle + 4);
    }
    fputs("</g>\n", out);
    strbuf_release(&name);
}

/* For who does not see it: the same figures in a sentence. */
static void write_description(const struct page *page, const struct cell_at *order, size_t count,
                              FILE *out) {
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        const struct page_run *run = &page->runs[order[i].result];
        const struct result_cell *cell = &run->result->cells[order[i].cell];
        struct strbuf name = STRBUF_INIT;
        if (!is_known(cell->rows_per_s.median))
            continue;
        if (*run->label)
            strbuf_printf(&name, "%s: ", run->label);
        report_cell_name(run->result, cell, &name);
        html_textf(out, "%s%s ", any ? "; " : "", name.text);
        write_figures(&cell->rows_per_s, false, out);
        strbuf_release(&name);
        any = true;
    }
}

static struct cell_at *order_of(const struct page *page, size_t *count) {
    const struct result **results = MEM_ARRAY(const struct result *, page->run_count + 1);
    for (size_t i = 0; i < page->run_count; i++)
        results[i] = page->runs[i].result;
    struct cell_at *order = report_cells_order(results, page->run_count, count);
    free(results);
    return order;
}

void page_bars(struct page *page) {
    size_t bars, count, row = 0;
    bool ranges;
    double most = most_rows(page, &bars, &ranges);
    size_t line = has_long_name(page) ? LINE : 0;
    FILE *out = page->out;
    if (bars < 2 || most <= 0)
        return;
    struct cell_at *order = order_of(page, &count);
    fprintf(out,
            "<figure class=\"bars\"><svg width=\"100%%\" height=\"%zu\" role=\"img\" "
            "aria-labelledby=\"bars-t bars-d\">\n<title id=\"bars-t\">Rows a second of each "
            "cell</title>\n<desc id=\"bars-d\">",
            bars * (ROW + line));
    write_description(page, order, count, out);
    fputs("</desc>\n", out);
    for (size_t i = 0; i < count; i++) {
        const struct page_run *run = &page->runs[order[i].result];
        const struct result_cell *cell = &run->result->cells[order[i].cell];
        if (is_known(cell->rows_per_s.median))
            write_bar(run, cell, most, row++, line, out);
    }
    fprintf(out, "</svg>\n<figcaption>%s</figcaption></figure>\n",
            ranges ? "Median of the rounds; the thin line goes from the slowest to the fastest."
                   : "Rows a second, of one round.");
    free(order);
}
