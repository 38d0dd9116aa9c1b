#include "report/tune.h"

#include <math.h>
#include <string.h>

#include "report/tune_internal.h"

bool tune_recommends(const struct tune_result *tune) {
    for (size_t i = 0; i < tune->setting_count; i++)
        if (tune->settings[i].outcome == TUNE_RECOMMENDED)
            return true;
    return false;
}

bool tune_undecided(const struct tune_result *tune) {
    for (size_t i = 0; i < tune->setting_count; i++)
        if (tune->settings[i].outcome == TUNE_NOT_PROVED)
            return !tune_recommends(tune);
    return false;
}

static size_t tried(const struct tune_result *tune) {
    size_t count = 0;
    for (size_t i = 0; i < tune->setting_count; i++)
        count += tune->settings[i].screened;
    return count;
}

/* "+38.2 %", of a metric that is a share "+3.1 points". */
static void add_change(struct strbuf *out, const struct tune_result *tune, double change) {
    char text[FIELD_BYTES];
    show_signed(text, sizeof text, change);
    strbuf_printf(out, "%s %s", text, comparison_definitions[tune->metric].points ? "points" : "%");
}

/* "+38.2 % (+31.0 to +44.1)". */
static void add_finding(struct strbuf *out, const struct tune_result *tune,
                        const struct comparison *comparison) {
    const struct comparison_finding *finding = &comparison->findings[tune->metric];
    char low[FIELD_BYTES], high[FIELD_BYTES];
    if (!finding->known) {
        strbuf_add(out, DASH);
        return;
    }
    add_change(out, tune, finding->change.estimate);
    strbuf_printf(out, " (%s to %s)", show_signed(low, sizeof low, finding->change.low),
                  show_signed(high, sizeof high, finding->change.high));
}

static const char *faster(const struct tune_result *tune) {
    return tune->metric == COMPARE_ROWS_PER_S || tune->metric == COMPARE_COMMITS_PER_S ? "faster"
                                                                                       : "better";
}

/* "the throughput in rows is 12.1 % more than with … (95 % interval +9.8 to +14.2 %, 8 pairs)". */
static void add_sentence(struct strbuf *out, const struct tune_result *tune,
                         const struct comparison *comparison, const char *than) {
    const struct comparison_definition *definition = &comparison_definitions[tune->metric];
    const struct comparison_finding *finding = &comparison->findings[tune->metric];
    char amount[FIELD_BYTES], low[FIELD_BYTES], high[FIELD_BYTES];
    if (!finding->known) {
        strbuf_printf(out, "the %s could not be compared with %s", definition->noun, than);
        return;
    }
    show_amount(amount, sizeof amount, finding->change.estimate);
    strbuf_printf(out, "the %s is %s %s %s than with %s (95 %% interval %s to %s %s, %zu pairs)",
                  definition->noun, amount, amount_unit(amount, definition->points),
                  finding->change.estimate < 0 ? "less" : "more", than,
                  show_signed(low, sizeof low, finding->change.low),
                  show_signed(high, sizeof high, finding->change.high),
                  definition->points ? "points" : "%", finding->count);
}

static void print_recommended(const struct tune_result *tune, struct sheet *out) {
    struct table table = {0};
    struct strbuf field = STRBUF_INIT;
    table_column(&table, "setting", true, false, 0);
    table_column(&table, "value", true, false, 0);
    table_column(&table, "before", true, false, 0);
    table_column(&table, comparison_definitions[tune->metric].label, true, false, 0);
    table_column(&table, "needs a", true, false, 0);
    table_rank(&table, 2, 2); /* before; the file of --out has both */
    table_rank(&table, 4, 1); /* what a change needs */
    for (size_t i = 0; i < tune->setting_count; i++) {
        const struct tune_setting *setting = &tune->settings[i];
        if (setting->outcome != TUNE_RECOMMENDED)
            continue;
        table_row(&table);
        table_set(&table, 0, setting->name);
        table_set(&table, 1, setting->value);
        table_set(&table, 2, setting->present);
        strbuf_clear(&field);
        add_finding(&field, tune, &setting->comparison);
        table_set(&table, 3, field.text);
        table_set(&table, 4, strcmp(setting->context, "restart") == 0 ? "restart" : "reload");
    }
    strbuf_clear(&field);
    strbuf_add(&field, "Put into postgresql.conf:");
    sheet_line(out, &field, "");
    out->gap(out);
    out->table(out, &table, NULL);
    out->gap(out);
    table_release(&table);
    strbuf_release(&field);
}

static bool is_async(const struct tune_setting *setting) {
    return setting->durability && strcmp(setting->durability, "safe") != 0;
}

/* Of a setting turned off nothing is used up; what it costs is what more of it would. */
static bool has_cost(const struct tune_setting *setting) {
    return setting->cost && *setting->cost && strcmp(setting->value, "0") != 0;
}

static void print_costs(const struct tune_result *tune, struct sheet *out) {
    struct strbuf line = STRBUF_INIT;
    for (size_t i = 0; i < tune->setting_count; i++) {
        const struct tune_setting *setting = &tune->settings[i];
        if (setting->outcome != TUNE_RECOMMENDED)
            continue;
        if (is_async(setting)) {
            strbuf_printf(&line,
                          "%s is of class %s: a crash may lose commits that were "
                          "acknowledged.",
                          setting->name, setting->durability);
            sheet_line(out, &line, "");
        }
        if (has_cost(setting)) {
            strbuf_printf(&line, "%s costs: %s", setting->name, setting->cost);
            sheet_line(out, &line, "");
        }
    }
    strbuf_release(&line);
}

static void print_nothing(const struct tune_result *tune, struct sheet *out) {
    struct strbuf line = STRBUF_INIT;
    size_t count = tried(tune);
    if (tune->interrupted) {
        strbuf_add(&line, "Interrupted: nothing is confirmed, and nothing is recommended.");
    } else if (count == 0) {
        strbuf_add(&line, "Nothing to recommend: no setting was tried.");
    } else if (tune_undecided(tune)) {
        strbuf_add(&line, "Nothing is recommended: what looked better is not confirmed.");
    } else {
        strbuf_printf(&line,
                      "Nothing to recommend: of %zu setting%s tried none made these writes %s by "
                      "%.3g %s or more.",
                      count, count == 1 ? "" : "s", faster(tune), tune->margin * 100,
                      comparison_definitions[tune->metric].points ? "points" : "%");
    }
    sheet_line(out, &line, "");
    strbuf_release(&line);
}

/* Against what the rules of others would have brought. */
static void print_pgtune(const struct tune_result *tune, struct sheet *out) {
    struct strbuf line = STRBUF_INIT;
    if (!tune->pgtune || !tune->pgtune->compared)
        strbuf_add(&line, "PGTune's rules were not measured.");
    else if (tune_recommends(tune)) {
        strbuf_add(&line, "Against PGTune's rules: ");
        add_sentence(&line, tune, &tune->pgtune->comparison, "those");
        strbuf_add(&line, ".");
    } else {
        strbuf_add(&line, "With PGTune's rules ");
        add_sentence(&line, tune, &tune->pgtune->comparison, "the present settings");
        strbuf_add(&line, ".");
    }
    if (tune->pgtune_settings && *tune->pgtune_settings)
        strbuf_printf(&line, " Its rules give: %s.", tune->pgtune_settings);
    sheet_line(out, &line, "");
    strbuf_release(&line);
}

void tune_tell_confirmation(const struct tune_result *tune, struct sheet *out) {
    struct strbuf line = STRBUF_INIT;
    char present[32], tuned[32];
    if (tune->winner && tune->winner->compared) {
        strbuf_printf(&line, "%s: with all of it ",
                      tune_recommends(tune) ? "Confirmed" : "The confirming comparison");
        add_sentence(&line, tune, &tune->winner->comparison, "the present settings");
        strbuf_add(&line, ".");
        sheet_line(out, &line, "");
    }
    if (tune->measured && !tune->interrupted)
        print_pgtune(tune, out);
    if (is_known(tune->recovery_present_s) && is_known(tune->recovery_tuned_s)) {
        strbuf_printf(
            &line,
            "After a crash under the same load, once each, the server was back in %s with the "
            "present settings, and in %s with those recommended.",
            show_seconds(present, sizeof present, tune->recovery_present_s),
            show_seconds(tuned, sizeof tuned, tune->recovery_tuned_s));
        sheet_line(out, &line, "");
    }
    if (is_known(tune->memory_present_bytes) && is_known(tune->memory_tuned_bytes)) {
        strbuf_printf(
            &line, "Shared memory: %s before, %s with them.",
            units_show_size(present, sizeof present, (uint64_t)tune->memory_present_bytes),
            units_show_size(tuned, sizeof tuned, (uint64_t)tune->memory_tuned_bytes));
        sheet_line(out, &line, "");
    }
    strbuf_release(&line);
}

static void print_outcome(const struct tune_result *tune, enum tune_outcome outcome,
                          const char *head, struct sheet *out) {
    struct strbuf line = STRBUF_INIT;
    bool first = true;
    for (size_t i = 0; i < tune->setting_count; i++) {
        const struct tune_setting *setting = &tune->settings[i];
        if (setting->outcome != outcome)
            continue;
        if (first)
            out->head(out, head);
        first = false;
        strbuf_add(&line, setting->name);
        if (setting->value)
            strbuf_printf(&line, " = %s", setting->value);
        if (setting->compared) {
            strbuf_add(&line, ": ");
            add_finding(&line, tune, &setting->comparison);
        } else if (setting->screened) {
            strbuf_add(&line, ": ");
            add_change(&line, tune, setting->effect);
            if (is_known(setting->effect_error))
                strbuf_printf(&line, " ± %.1f", setting->effect_error * 100);
            strbuf_add(&line, " in the screening");
        }
        if (setting->why)
            strbuf_printf(&line, "%s%s", setting->compared || setting->screened ? "; " : ": ",
                          setting->why);
        sheet_item(out, &line);
    }
    strbuf_release(&line);
}

void tune_tell_study(const struct tune_result *tune, struct sheet *out) {
    struct strbuf line = STRBUF_INIT;
    char memory[32], budget[32], spent[32];
    strbuf_printf(&line, "%s%s%s", tune->server ? "PostgreSQL " : "",
                  tune->server ? tune->server->version : DASH,
                  tune->throwaway ? ", throwaway, on a unix socket" : "");
    sheet_line(out, &line, "server");
    if (tune->throwaway) {
        strbuf_printf(&line, "%ld CPU%s for the server, values for %s of memory", tune->cpus,
                      tune->cpus == 1 ? "" : "s",
                      is_known(tune->memory_bytes)
                          ? units_show_size(memory, sizeof memory, (uint64_t)tune->memory_bytes)
                          : DASH);
        sheet_line(out, &line, "machine");
    }
    strbuf_printf(&line, "%s, %s", tune->workload, tune->cell);
    sheet_line(out, &line, "workload");
    strbuf_printf(&line, "%s of a budget of %s", show_seconds(spent, sizeof spent, tune->seconds),
                  show_seconds(budget, sizeof budget, tune->budget_s));
    for (size_t i = 0; i < tune->phase_count; i++) {
        const struct study_phase *phase = &tune->phases[i];
        if (is_known(phase->seconds))
            strbuf_printf(&line, "%s%s %s", i ? ", " : ": ", phase->name,
                          show_seconds(spent, sizeof spent, phase->seconds));
    }
    sheet_line(out, &line, "time");
    for (size_t i = 0; i < tune->warning_count; i++)
        out->line(out, "warning", tune->warnings[i]);
    if (tune->interrupted)
        out->line(out, "warning", "interrupted: this is what was found until then");
    strbuf_release(&line);
}

void tune_tell_answer(const struct tune_result *tune, struct sheet *out) {
    if (tune_recommends(tune)) {
        print_recommended(tune, out);
        print_costs(tune, out);
    } else {
        print_nothing(tune, out);
    }
}

void tune_tell_settings(const struct tune_result *tune, struct sheet *out) {
    print_outcome(
        tune, TUNE_NOT_PROVED,
        tune->interrupted ? "Best so far, unconfirmed:" : "Looked better, not proved:", out);
    print_outcome(tune, TUNE_NO_MATTER, "Did not help:", out);
    print_outcome(tune, TUNE_WORSE, "Made it worse:", out);
    print_outcome(tune, TUNE_NOT_TRIED, "Not tried:", out);
}

void tune_text(const struct tune_result *tune, FILE *file) {
    struct sheet_text text = sheet_text(file);
    struct sheet *out = &text.sheet;
    tune_tell_answer(tune, out);
    tune_tell_confirmation(tune, out);
    tune_tell_settings(tune, out);
    out->gap(out);
    tune_tell_study(tune, out);
}

/* As postgresql.conf quotes it: always, since that is right for every kind of value. */
static void add_quoted(struct strbuf *out, const char *value) {
    strbuf_add_char(out, '\'');
    for (; *value; value++) {
        if (*value == '\'' || *value == '\\')
            strbuf_add_char(out, *value);
        strbuf_add_char(out, *value);
    }
    strbuf_add_char(out, '\'');
}

void tune_conf(const struct tune_result *tune, const char *date, struct strbuf *out) {
    size_t begin = out->length;
    strbuf_printf(out, "# Found by pgwrite tune on %s: workload %s, %s, PostgreSQL %s.\n", date,
                  tune->workload, tune->cell, tune->server->version);
    /* A comment ends where its line does, whatever the workload is called. */
    for (char *c = out->text + begin; *c && c[1]; c++)
        if ((unsigned char)*c < ' ')
            *c = ' ';
    strbuf_add(out, "# With all of it ");
    add_sentence(out, tune, &tune->winner->comparison, "the settings before");
    strbuf_add(out, ".\n");
    for (size_t i = 0; i < tune->setting_count; i++) {
        const struct tune_setting *setting = &tune->settings[i];
        if (setting->outcome != TUNE_RECOMMENDED)
            continue;
        strbuf_add(out, "\n# ");
        add_finding(out, tune, &setting->comparison);
        strbuf_printf(out, " %s; was %s%s.\n", comparison_definitions[tune->metric].label,
                      setting->present,
                      strcmp(setting->context, "restart") == 0 ? "; needs a restart" : "");
        if (is_async(setting))
            strbuf_printf(out, "# Class %s: a crash may lose commits that were acknowledged.\n",
                          setting->durability);
        if (has_cost(setting))
            strbuf_printf(out, "# It costs: %s\n", setting->cost);
        strbuf_printf(out, "%s = ", setting->name);
        add_quoted(out, setting->value);
        strbuf_add_char(out, '\n');
    }
}
