/* Lines about what became of the wishes: those not done, errors, faults, and the checks at the end.
 */
#include <string.h>

#include "report/internal.h"
#include "result/total.h"

enum { LABEL_COLUMNS = 12, CHECK_ROWS_MAX = 1000 }; /* more are not counted */

/* The label, and the cell's name where there are several. */
static void begin_line(const char *label, const struct result *result,
                       const struct result_cell *cell, struct strbuf *line) {
    strbuf_clear(line);
    strbuf_printf(line, "%-*s", LABEL_COLUMNS, label);
    if (result->cell_count > 1) {
        report_cell_name(result, cell, line);
        strbuf_add(line, ": ");
    }
}

static void print_line(const struct strbuf *line, FILE *out) {
    char cut[512];
    fprintf(out, "%s\n",
            show_cut(cut, sizeof cut, line->text, (size_t)screen_columns(REPORT_COLUMNS)));
}

/* Known where nothing was under way at the beginning: there is no warm-up before stages. */
static uint64_t under_way(const struct result *result, const struct result_demand *demand) {
    uint64_t ended = demand->committed + demand->failed + demand->asked.rejected +
                     demand->asked.dropped + demand->asked.timed_out + demand->skipped +
                     demand->unsent;
    bool staged = result->load && result->load->stage_count;
    return staged && demand->asked.asked > ended ? demand->asked.asked - ended : 0;
}

static void print_asked(const struct result *result, const struct result_cell *cell,
                        struct strbuf *line, FILE *out) {
    struct result_demand demand;
    result_demand(result, cell, SIZE_MAX, &demand);
    if (!demand.known || result->source == LOAD_POOL)
        return;
    char count[48];
    const struct {
        uint64_t count;
        const char *what;
    } parts[] = {{demand.failed, "failed"},
                 {demand.asked.rejected, "rejected"},
                 {demand.asked.dropped, "dropped (queue full)"},
                 {demand.asked.timed_out, "timed out at the pool"},
                 {demand.skipped, "skipped (no row yet)"},
                 {demand.unsent, "unsent at the end"},
                 {under_way(result, &demand), "under way at the end"}};
    begin_line("asked", result, cell, line);
    strbuf_add(line,
               units_show_things(count, sizeof count, (double)demand.asked.asked, "transaction"));
    strbuf_printf(line, ", %s done",
                  units_show_count(count, sizeof count, (double)demand.committed));
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (parts[i].count)
            strbuf_printf(line, ", %s %s",
                          units_show_count(count, sizeof count, (double)parts[i].count),
                          parts[i].what);
    print_wrapped(line->text, LABEL_COLUMNS, out);
}

static void print_errors(const struct result *result, const struct result_cell *cell,
                         struct strbuf *line, FILE *out) {
    struct load_failure failures[LOAD_FAILURES_MAX];
    size_t count = result_failures(cell, failures);
    char times[32];
    for (size_t i = 0; i < count; i++) {
        begin_line("error", result, cell, line);
        strbuf_printf(line, "%s × %s",
                      units_show_count(times, sizeof times,
                                       (double)(failures[i].count + failures[i].retried)),
                      *failures[i].sqlstate ? failures[i].sqlstate : "connection");
        if (failures[i].retried)
            strbuf_printf(line, ", %s of them tried again",
                          failures[i].count == 0
                              ? "all"
                              : units_show_count(times, sizeof times, (double)failures[i].retried));
        /* The state stands before it. */
        const char *state = strstr(failures[i].message, " (SQLSTATE ");
        size_t length = state ? (size_t)(state - failures[i].message) : strlen(failures[i].message);
        if (length)
            strbuf_printf(line, ": %.*s", (int)length, failures[i].message);
        print_line(line, out);
    }
}

static void print_faults(const struct result *result, const struct result_cell *cell,
                         struct strbuf *line, FILE *out) {
    struct result_demand demand;
    char timeouts[48], cut[48], delayed[48];
    result_demand(result, cell, SIZE_MAX, &demand);
    if (!demand.known || !result->load || !result->load->fault_count)
        return;
    begin_line("faults", result, cell, line);
    strbuf_printf(line, "made on purpose: %s, %s, %s",
                  units_show_things(timeouts, sizeof timeouts, (double)demand.timeouts_played,
                                    "statement timeout"),
                  units_show_things(cut, sizeof cut, (double)demand.cut, "cut connection"),
                  units_show_things(delayed, sizeof delayed, (double)demand.delayed, "delay"));
    print_line(line, out);
}

static void print_checks(const struct result *result, const struct result_cell *cell,
                         struct strbuf *line, FILE *out) {
    char rows[32];
    for (size_t i = 0; i < result_check_count(cell); i++) {
        struct result_check check;
        result_check(cell, i, &check);
        begin_line("check", result, cell, line);
        if (is_known(check.rows))
            strbuf_printf(line, "%s%s%s %s", screen_colour(check.ok ? MOOD_GOOD : MOOD_BAD),
                          check.ok ? "✓" : "✗", screen_colour(MOOD_NONE), check.name);
        else
            strbuf_printf(line, DASH " %s", check.name);
        if (!is_known(check.rows))
            strbuf_add(line, ": could not be asked");
        else if (!check.ok)
            strbuf_printf(line, ": %s came back%s",
                          units_show_things(rows, sizeof rows, check.rows, "row"),
                          check.rows >= CHECK_ROWS_MAX ? ", or more" : "");
        print_line(line, out);
    }
}

/* Tables of which verification says nothing. */
static void print_uncounted(const struct result *result, const struct result_cell *cell,
                            struct strbuf *line, FILE *out) {
    struct strbuf names = STRBUF_INIT;
    for (size_t i = 0; i < result_table_count(cell); i++) {
        struct result_table table;
        result_table(cell, i, &table);
        if (!table.counted)
            strbuf_printf(&names, "%s%s", names.length ? ", " : "", table.name);
    }
    if (names.length) {
        begin_line("not counted", result, cell, line);
        strbuf_printf(line, "%s: SQL of the workload, or ON CONFLICT DO UPDATE, writes there",
                      names.text);
        print_line(line, out);
    }
    strbuf_release(&names);
}

static void print_outcome(const struct result *result, bool errors, FILE *out) {
    struct strbuf line = STRBUF_INIT;
    for (size_t i = 0; i < result->cell_count; i++) {
        const struct result_cell *cell = &result->cells[i];
        print_asked(result, cell, &line, out);
        if (errors)
            print_errors(result, cell, &line, out);
        print_faults(result, cell, &line, out);
        print_checks(result, cell, &line, out);
        print_uncounted(result, cell, &line, out);
    }
    strbuf_release(&line);
}

void report_outcome(const struct result *result, FILE *out) {
    print_outcome(result, true, out);
}

void report_outcome_but_errors(const struct result *result, FILE *out) {
    print_outcome(result, false, out);
}
