/* What text and Markdown say alike of stored results that were compared. */
#include <math.h>
#include <string.h>

#include "report/compare.h"
#include "report/internal.h"
#include "stats/change_points.h"

const char compare_caveat[] =
    "The rounds of a session show how much rounds differ, not how much sessions do: another day, "
    "another load of the machine beside it. Before you act on a verdict, measure both in one "
    "session: pgwrite ab.";

const char compare_cells_caveat[] =
    "Each cell has its own interval of 95 %: of 20 cells in which nothing changed, one leaves 0 "
    "out by chance.";

/* The worst first. */
static const enum comparison_verdict worst_first[] = {VERDICT_WORSE, VERDICT_INCONCLUSIVE,
                                                      VERDICT_EQUIVALENT, VERDICT_BETTER};

void compare_say_verdict(const struct compare_result *compare, struct strbuf *out) {
    size_t counts[sizeof worst_first / sizeof *worst_first] = {0};
    const char *before = ": ";
    for (size_t i = 0; i < compare->cell_count; i++)
        counts[comparison_verdict(&compare->cells[i].comparison)]++;
    strbuf_printf(out, "%zu cells", compare->cell_count);
    for (size_t i = 0; i < sizeof worst_first / sizeof *worst_first; i++) {
        if (counts[worst_first[i]] == 0)
            continue;
        strbuf_printf(out, "%s%zu %s", before, counts[worst_first[i]],
                      comparison_verdict_names[worst_first[i]]);
        before = ", ";
    }
    strbuf_add(out, "; the worst decides.");
}

/* "−9.8 %" */
static void add_change(const struct compare_result *compare, double change, struct strbuf *out) {
    char amount[48];
    bool points = comparison_definitions[compare->metric].points;
    if (!isfinite(change)) {
        strbuf_add(out, DASH);
        return;
    }
    strbuf_printf(out, "%s %s", show_signed(amount, sizeof amount, change),
                  amount_unit("", points));
}

void compare_table(const struct compare_result *compare, struct table *table) {
    struct strbuf text = STRBUF_INIT;
    char field[FIELD_BYTES], low[48], high[48];
    table_column(table, comparison_definitions[compare->metric].label, true, false, 0);
    table_column(table, "rounds", false, false, 0);
    table_column(table, "change", false, false, 0);
    table_column(table, "95 % interval", false, false, 0);
    table_column(table, "verdict", true, false, 0);
    for (size_t i = 0; i < compare->cell_count; i++) {
        const struct comparison *comparison = &compare->cells[i].comparison;
        const struct comparison_finding *finding = &comparison->findings[compare->metric];
        table_row(table);
        table_set(table, 0, compare->cells[i].name);
        snprintf(field, sizeof field, "%zu, %zu", comparison->a_count, comparison->b_count);
        table_set(table, 1, field);
        strbuf_clear(&text);
        add_change(compare, finding->known ? finding->change.estimate : NAN, &text);
        table_set(table, 2, text.text);
        snprintf(field, sizeof field, DASH);
        if (finding->known && isfinite(finding->change.low) && isfinite(finding->change.high))
            snprintf(field, sizeof field, "%s to %s",
                     show_signed(low, sizeof low, finding->change.low),
                     show_signed(high, sizeof high, finding->change.high));
        table_set(table, 3, field);
        table_set(table, 4, comparison_verdict_names[comparison_verdict(comparison)]);
        table_mood(table, 4, comparison_mood(comparison_verdict(comparison)));
    }
    strbuf_release(&text);
}

void compare_say_time(const char *started_at, struct strbuf *out) {
    const char *clock = strchr(started_at, 'T');
    if (clock)
        strbuf_printf(out, "%.*s %.5s", (int)(clock - started_at), started_at, clock + 1);
    else
        strbuf_add(out, started_at);
}

void compare_say_result(const struct stored_result *result, struct strbuf *out) {
    strbuf_printf(out, "%s, ", result->file);
    compare_say_time(result->started_at, out);
    strbuf_printf(out, ", pgwrite %s, PostgreSQL %.*s, %s", result->version,
                  (int)strcspn(result->server_version, " "), result->server_version,
                  result->durability);
}

void compare_say_history(const struct compare_result *compare, const struct compare_cell *cell,
                         struct strbuf *out) {
    size_t needed = (size_t)2 * CHANGE_SEGMENT_MIN;
    strbuf_printf(out, "%s of %zu results", comparison_definitions[compare->metric].label,
                  cell->point_count);
    if (cell->point_count < needed) {
        strbuf_printf(out, ": a change of level takes %zu to be found", needed);
        return;
    }
    strbuf_add(out, " since ");
    compare_say_time(cell->points[0].result->started_at, out);
    if (cell->change_count == 0)
        strbuf_add(out, ": no change of level");
    else if (cell->change_count == 1)
        strbuf_add(out, ": one change of level");
    else
        strbuf_printf(out, ": %zu changes of level", cell->change_count);
}

void compare_say_change(const struct compare_result *compare, const struct compare_cell *cell,
                        const struct compare_change *change, struct strbuf *out) {
    const struct stored_result *result = cell->points[change->at].result;
    compare_say_time(result->started_at, out);
    strbuf_printf(out, ", %s: ", result->file);
    add_change(compare, change->change, out);
}

void compare_say_base(const struct compare_cell *cell, struct strbuf *out) {
    if (cell->base_count == 1)
        strbuf_add(out, cell->base[0]->file);
    else
        strbuf_printf(out, "%zu results from %s to %s", cell->base_count, cell->base[0]->file,
                      cell->base[cell->base_count - 1]->file);
}
