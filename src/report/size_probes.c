/* The rates that were tried, and the highest that held. */
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/size_internal.h"

/* Of an SLO in the head of its column, and of the other columns, which leave the rest of a line to
 * those of the SLOs. */
enum { HEAD_COLUMNS = 24, OTHER_COLUMNS = 44, SLOS_MAX = 8 };

static void print_bracket(const struct size_result *size, struct sheet *out) {
    struct strbuf line = STRBUF_INIT;
    char rate[FIELD_BYTES];
    bool low = is_known(size->low_per_s) && size->low_per_s > 0;
    bool high = is_known(size->high_per_s) && isfinite(size->high_per_s);
    if (low)
        strbuf_printf(&line, "%s held", size_show_rate(rate, sizeof rate, size, size->low_per_s));
    if (high)
        strbuf_printf(&line, "%s%s did not", low ? ", " : "",
                      size_show_rate(rate, sizeof rate, size, size->high_per_s));
    if (low && high)
        strbuf_printf(&line, ": %.1f %% apart%s", (size->high_per_s / size->low_per_s - 1) * 100,
                      size->bracketed ? "" : ", which is not narrow enough to be called found");
    else if (low)
        strbuf_add(&line, "; none was found that does not: it may take more");
    if (line.length)
        sheet_line(out, &line, "bracket");
    strbuf_release(&line);
}

static const struct size_probe *held_soak(const struct size_result *size) {
    for (size_t i = size->probe_count; i > 0; i--)
        if (size->probes[i - 1].soak && size->probes[i - 1].verdict == SIZE_HOLDS)
            return &size->probes[i - 1];
    return NULL;
}

static void print_confirmed(const struct size_result *size, struct sheet *out) {
    struct strbuf line = STRBUF_INIT;
    const struct size_probe *soak = held_soak(size);
    char text[FIELD_BYTES];
    if (!size->confirmed) {
        strbuf_printf(&line, "no%s%s", size->unconfirmed ? ": " : "",
                      size->unconfirmed ? size->unconfirmed : "");
        sheet_line(out, &line, "confirmed");
        strbuf_release(&line);
        return;
    }
    strbuf_add(&line, "by a soak");
    if (soak) {
        strbuf_printf(&line, " of %s", show_seconds(text, sizeof text, soak->point.seconds));
        if (is_known(soak->point.checkpoints))
            strbuf_printf(
                &line, " across %s",
                units_show_things(text, sizeof text, soak->point.checkpoints, "checkpoint"));
        strbuf_printf(&line, " at %s",
                      size_show_rate(text, sizeof text, size, soak->point.rate_per_s));
        if (is_known(soak->point.autovacuums) && soak->point.autovacuums > 0)
            strbuf_printf(
                &line, ", with %s",
                units_show_things(text, sizeof text, soak->point.autovacuums, "autovacuum"));
    }
    sheet_line(out, &line, "confirmed");
    strbuf_release(&line);
}

void size_tell_capacity(const struct size_result *size, struct sheet *out) {
    struct strbuf line = STRBUF_INIT;
    char rate[FIELD_BYTES];
    if (!size->probe_count)
        return;
    strbuf_add(&line, "Capacity");
    sheet_head(out, &line);
    if (is_known(size->capacity_per_s)) {
        strbuf_add(&line, size_show_rate(rate, sizeof rate, size, size->capacity_per_s));
        if (strcmp(size_unit(size), "rows") == 0 && size->rows_per_commit != 1)
            strbuf_printf(&line, ", in %s transactions/s",
                          show_ratio(rate, sizeof rate, size->capacity_per_s));
        else if (size->mix && size->rows_per_commit > 0)
            strbuf_printf(
                &line, ", which write %s rows/s",
                show_ratio(rate, sizeof rate, size->capacity_per_s * size->rows_per_commit));
        strbuf_printf(&line, "; at %.0f %% use %s", SIZE_USE * 100,
                      size_show_rate(rate, sizeof rate, size, size->capacity_per_s * SIZE_USE));
    } else {
        strbuf_add(&line, "not found");
    }
    sheet_line(out, &line, "capacity");
    print_bracket(size, out);
    if (is_known(size->capacity_per_s))
        print_confirmed(size, out);
    if (size->capacity_cause.limit != SIZE_LIMIT_UNKNOWN || size->capacity_cause.evidence) {
        size_add_cause(&line, &size->capacity_cause);
        sheet_line(out, &line, "runs out");
    }
    strbuf_release(&line);
}

/* "31.2 ms", and the worst of the windows if it is shown as something else: "31.2 ms (33 ms)". */
static void show_slo(const struct size_slo *slo, size_t windows, char *out, size_t bytes) {
    char value[64], worst[64];
    threshold_show(slo->threshold, slo->value, value, sizeof value);
    threshold_show(slo->threshold, slo->worst, worst, sizeof worst);
    if (windows > 1 && strcmp(worst, DASH) != 0 && strcmp(worst, value) != 0)
        snprintf(out, bytes, "%s (%s)", value, worst);
    else
        snprintf(out, bytes, "%s", value);
}

/* SLOs from the first on whose columns fit into a line. */
static size_t shown_slos(const struct size_result *size, int columns) {
    char field[FIELD_BYTES * 2];
    int used = 0;
    size_t count = 0;
    for (; count < size->slo_count && count < SLOS_MAX; count++) {
        int width = text_width(show_cut(field, sizeof field, size->slos[count].text, HEAD_COLUMNS));
        for (size_t i = 0; i < size->probe_count; i++) {
            const struct size_probe *probe = &size->probes[i];
            if (!probe->slos)
                continue;
            show_slo(&probe->slos[count], probe->windows, field, sizeof field);
            width = text_width(field) > width ? text_width(field) : width;
        }
        used += width + 2;
        if (used > columns)
            break;
    }
    return count;
}

static void add_probe(struct table *table, const struct size_result *size,
                      const struct size_probe *probe, size_t slos) {
    char field[FIELD_BYTES * 2];
    table_row(table);
    table_set(table, 0, size_show_number(field, sizeof field, size, probe->point.rate_per_s));
    table_set(table, 1, show_seconds(field, sizeof field, probe->point.seconds));
    if (is_known(probe->achieved))
        /* Rounded down: 99 % is the limit. */
        snprintf(field, sizeof field, "%.1f %%", floor(probe->achieved * 1000) / 10);
    else
        snprintf(field, sizeof field, DASH);
    table_set(table, 2, field);
    for (size_t i = 0; i < slos; i++) {
        snprintf(field, sizeof field, DASH);
        if (probe->slos)
            show_slo(&probe->slos[i], probe->windows, field, sizeof field);
        table_set(table, 3 + i, field);
    }
    snprintf(field, sizeof field, "%s%s", size_verdict_names[probe->verdict],
             probe->soak ? ", soak" : "");
    table_set(table, 3 + slos, field);
    table_mood(table, 3 + slos, probe->verdict == SIZE_HOLDS ? MOOD_GOOD : MOOD_NONE);
}

static void print_probe_rows(const struct size_result *size, const struct table *table,
                             struct sheet *out) {
    const char **whys = MEM_ARRAY(const char *, size->probe_count);
    for (size_t i = 0; i < size->probe_count; i++)
        whys[i] = size->probes[i].why;
    out->table(out, table, whys);
    free(whys);
}

void size_tell_probes(const struct size_result *size, struct sheet *out) {
    struct table table = {0};
    struct strbuf line = STRBUF_INIT;
    char heads[SLOS_MAX][HEAD_COLUMNS * 4 + 4];
    size_t slos =
        shown_slos(size, out->terminal ? screen_columns(REPORT_COLUMNS) - OTHER_COLUMNS : INT_MAX);
    bool windows = false;
    if (!size->probe_count)
        return;
    strbuf_add(&line, "Rates that were tried, in this order");
    for (size_t i = 0; i < size->probe_count; i++)
        windows |= size->probes[i].windows > 1;
    strbuf_add(&line, windows ? "; in brackets the worst window" : "");
    sheet_head(out, &line);
    bool rows = strcmp(size_unit(size), "rows") == 0;
    table_column(&table, rows ? "rows/s" : "transactions/s", false, false, 9);
    table_column(&table, "for", false, false, 0);
    table_column(&table, "done", false, false, 0);
    for (size_t i = 0; i < slos; i++)
        table_column(&table, show_cut(heads[i], sizeof heads[i], size->slos[i].text, HEAD_COLUMNS),
                     false, false, 0);
    table_column(&table, "", true, false, 0);
    for (size_t i = 0; i < size->probe_count; i++)
        add_probe(&table, size, &size->probes[i], slos);
    print_probe_rows(size, &table, out);
    if (slos < size->slo_count) {
        strbuf_printf(&line, "%zu more SLO%s: see --json", size->slo_count - slos,
                      size->slo_count - slos == 1 ? "" : "s");
        sheet_line(out, &line, "");
    }
    strbuf_release(&line);
    table_release(&table);
}
