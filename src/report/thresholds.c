/* What had to hold, and whether it did. */
#include "report/internal.h"
#include "report/text.h"

enum { EXPRESSION_COLUMNS = 60 };

static bool is_few(const struct result_threshold *judged) {
    return judged->samples > 0 &&
           judged->samples < report_samples_needed(judged->threshold->quantile);
}

char *report_threshold_value(const struct result_threshold *judged, char *out, size_t size) {
    char value[FIELD_BYTES];
    snprintf(out, size, "%s%s", is_few(judged) ? "~" : "",
             threshold_show(judged->threshold, judged->value, value, sizeof value));
    return out;
}

static void add_row(struct table *table, const struct result *result,
                    const struct result_cell *cell, const struct result_threshold *judged) {
    static const char *const marks[] = {
        [THRESHOLD_HELD] = "✓", [THRESHOLD_FAILED] = "✗", [THRESHOLD_UNKNOWN] = DASH};
    static const enum mood moods[] = {[THRESHOLD_HELD] = MOOD_GOOD,
                                      [THRESHOLD_FAILED] = MOOD_BAD,
                                      [THRESHOLD_UNKNOWN] = MOOD_DOUBT};
    struct strbuf name = STRBUF_INIT;
    char field[FIELD_BYTES * 2];
    table_row(table);
    table_set(table, 0, result->quick ? DASH : marks[judged->verdict]);
    table_mood(table, 0, result->quick ? MOOD_NONE : moods[judged->verdict]);
    table_set(table, 1, show_cut(field, sizeof field, judged->threshold->text, EXPRESSION_COLUMNS));
    table_set(table, 2, report_threshold_value(judged, field, sizeof field));
    if (result->cell_count > 1)
        report_cell_name(result, cell, &name);
    table_set(table, 3, name.length ? name.text : DASH);
    strbuf_release(&name);
}

void report_thresholds(const struct result *result, FILE *out) {
    struct table table = {0};
    size_t failed = 0, unknown = 0, few = 0;
    table_column(&table, "", true, false, 0);
    table_column(&table, "", true, false, 0);
    table_column(&table, "", false, false, 0);
    table_column(&table, "", true, true, 0);
    for (size_t i = 0; result->load && i < result->cell_count; i++) {
        const struct result_cell *cell = &result->cells[i];
        for (size_t k = 0; cell->thresholds && k < result->load->threshold_count; k++) {
            add_row(&table, result, cell, &cell->thresholds[k]);
            failed += cell->thresholds[k].verdict == THRESHOLD_FAILED;
            unknown += cell->thresholds[k].verdict == THRESHOLD_UNKNOWN;
            few += is_few(&cell->thresholds[k]);
        }
    }
    if (table.row_count) {
        fputs("\nthresholds", out);
        if (result->quick)
            fputs(", not judged: a quick run", out);
        else if (failed)
            fprintf(out, ", %s%zu of %zu failed%s", screen_colour(MOOD_BAD), failed,
                    table.row_count, screen_colour(MOOD_NONE));
        if (unknown && !result->quick)
            fprintf(out, ", %zu not known", unknown);
        fputc('\n', out);
        for (size_t row = 0; row < table.row_count; row++)
            table_print_row(&table, row, out);
        if (few)
            fputs("~ too few values for this percentile\n", out);
    }
    table_release(&table);
}
