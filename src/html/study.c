#include "html/study.h"

#include <math.h>
#include <string.h>

#include "html/chart.h"

void study_answer(FILE *out, enum comparison_verdict verdict, struct strbuf *text) {
    static const char *const classes[] = {[VERDICT_INCONCLUSIVE] = "inconclusive",
                                          [VERDICT_EQUIVALENT] = "pass",
                                          [VERDICT_BETTER] = "pass",
                                          [VERDICT_WORSE] = "fail"};
    fprintf(out, "<p class=\"verdict %s\">", classes[verdict]);
    if (verdict != VERDICT_INCONCLUSIVE)
        fprintf(out, "<strong>%s</strong> ", comparison_verdict_names[verdict]);
    html_text(out, text->text);
    fputs("</p>\n", out);
    strbuf_clear(text);
}

/* ---- one comparison ---- */

void study_margin(struct chart *chart, enum comparison_metric metric, double margin) {
    char label[FIELD_BYTES], amount[48];
    show_amount(amount, sizeof amount, margin);
    snprintf(label, sizeof label, "margin: ±%s %s", amount,
             amount_unit(amount, comparison_definitions[metric].points));
    chart_mark(chart, MARK_LIMIT, "y", -margin * 100, NAN, ""); /* one label is enough */
    chart_mark(chart, MARK_LIMIT, "y", margin * 100, NAN, label);
}

static void add_intervals(struct chart *chart, const struct comparison *comparison, bool points,
                          const char *name) {
    size_t label = 0;
    bool begun = false;
    for (int metric = 0; metric < COMPARE_METRICS; metric++) {
        const struct comparison_finding *finding = &comparison->findings[metric];
        if (!finding->known)
            continue;
        if (comparison_definitions[metric].points == points) {
            if (!begun)
                chart_series(chart, name, points ? "points" : "%", "y", STYLE_BAR);
            begun = true;
            chart_interval(chart, (double)label, finding->change.estimate * 100,
                           finding->change.low * 100, finding->change.high * 100);
        }
        label++;
    }
}

static void draw_intervals(struct page *page, const struct comparison *comparison, const char *a,
                           const char *b) {
    char explanation[512], axis[FIELD_BYTES];
    snprintf(explanation, sizeof explanation,
             "By how much %s differs from %s, metric by metric, with intervals of 95 %%. An "
             "interval that leaves 0 out is a difference; one that lies within the margin is too "
             "small a difference to matter.",
             b, a);
    snprintf(axis, sizeof axis, "%s against %s", b, a);
    struct chart chart = chart_begin(page, CHART_BARS, "Intervals and margin", explanation);
    chart_axis(&chart, "x", "metric", "", SCALE_LABELS);
    chart_axis(&chart, "y", axis, "%", SCALE_LINEAR);
    for (int metric = 0; metric < COMPARE_METRICS; metric++)
        if (comparison->findings[metric].known)
            chart_label(&chart, comparison_definitions[metric].label);
    add_intervals(&chart, comparison, false, "change");
    add_intervals(&chart, comparison, true, "change of a share");
    study_margin(&chart, comparison->metric, comparison->margin);
    chart_end(&chart);
}

void study_comparison(struct page *page, const struct comparison *comparison, const char *a,
                      const char *b) {
    struct table table = {0};
    struct strbuf footnote = STRBUF_INIT;
    comparison_table(comparison, a, b, &table);
    html_table(page->out, &table, "all metrics");
    table_release(&table);
    comparison_footnote(comparison, &footnote);
    html_paragraphs(page->out, footnote.text, "note");
    strbuf_release(&footnote);
    draw_intervals(page, comparison, a, b);
}

/* ---- pairs ---- */

/* As a comparison has it: a ratio minus 1 or, of shares, a difference. NAN: not known. */
static double change_of(const struct ab_pair *pair, enum comparison_metric metric) {
    double a = pair->a.value[metric], b = pair->b.value[metric];
    if (!is_known(a) || !is_known(b))
        return NAN;
    if (comparison_definitions[metric].points)
        return b - a;
    return a > 0 ? b / a - 1 : b > 0 ? NAN : 0;
}

static void add_pairs(struct chart *chart, const struct ab_result *ab, bool valid) {
    enum comparison_metric metric = ab->comparison.metric;
    bool begun = false;
    for (size_t i = 0; i < ab->pair_count; i++) {
        if (ab->pairs[i].valid != valid)
            continue;
        if (!begun)
            chart_series(chart, valid ? "pair" : "left out",
                         comparison_definitions[metric].points ? "points" : "%", "y", STYLE_POINTS);
        begun = true;
        chart_signed(chart, (double)i, change_of(&ab->pairs[i], metric) * 100);
    }
}

/* Behind the pairs what they come to. */
static void add_estimate(struct chart *chart, const struct ab_result *ab) {
    const struct comparison_finding *finding = &ab->comparison.findings[ab->comparison.metric];
    if (!ab->compared || !finding->known)
        return;
    chart_label(chart, "all");
    chart_series(chart, "estimate and 95 % interval",
                 comparison_definitions[ab->comparison.metric].points ? "points" : "%", "y",
                 STYLE_POINTS);
    chart_interval(chart, (double)ab->pair_count, finding->change.estimate * 100,
                   finding->change.low * 100, finding->change.high * 100);
}

void study_pairs(struct page *page, const struct ab_result *ab, const char *a, const char *b) {
    const struct comparison_definition *definition = &comparison_definitions[ab->comparison.metric];
    char explanation[512], axis[FIELD_BYTES], label[32];
    if (!ab->pair_count)
        return;
    snprintf(explanation, sizeof explanation,
             "Each point is a pair of rounds that ran one after the other: by how much the %s of "
             "%s differs from that of %s. Pairs that something from outside disturbed are left "
             "out of the comparison.",
             definition->noun, b, a);
    snprintf(axis, sizeof axis, "%s, %s against %s", definition->label, b, a);
    struct chart chart = chart_begin(page, CHART_LINES, "Pair by pair", explanation);
    chart_axis(&chart, "x", "pair", "", SCALE_LABELS);
    chart_axis(&chart, "y", axis, definition->points ? "points" : "%", SCALE_LINEAR);
    for (size_t i = 0; i < ab->pair_count; i++) {
        snprintf(label, sizeof label, "%zu", i + 1);
        chart_label(&chart, label);
    }
    add_pairs(&chart, ab, true);
    add_pairs(&chart, ab, false);
    add_estimate(&chart, ab);
    if (ab->compared)
        study_margin(&chart, ab->comparison.metric, ab->comparison.margin);
    chart_end(&chart);
}

/* ---- what is told part by part ---- */

static struct study_sheet *self_of(struct sheet *sheet) {
    return (struct study_sheet *)sheet;
}

static void begin(struct study_sheet *self, int what) {
    if ((int)self->open == what)
        return;
    if (self->open == STUDY_FACTS)
        html_facts_end(self->out);
    else if (self->open != STUDY_NOTHING)
        fputs("</ul>\n", self->out);
    if (what == STUDY_FACTS)
        html_facts(self->out);
    else if (what != STUDY_NOTHING)
        fputs(what == STUDY_WARNINGS ? "<ul class=\"warnings\">\n" : "<ul>\n", self->out);
    self->open = what;
}

/* What follows is below it: a heading has no colon behind it. */
static void tell_head(struct sheet *sheet, const char *text) {
    struct study_sheet *self = self_of(sheet);
    size_t length = strlen(text);
    begin(self, STUDY_NOTHING);
    if (strcmp(text, self->title) == 0)
        return;
    if (length && text[length - 1] == ':')
        length--;
    struct strbuf head = STRBUF_INIT;
    strbuf_add_bytes(&head, text, length);
    fputs("<h3>", self->out);
    html_text(self->out, head.text);
    fputs("</h3>\n", self->out);
    strbuf_release(&head);
}

static void add_item(struct study_sheet *self, int list, const char *text) {
    begin(self, list);
    fputs("<li>", self->out);
    html_text(self->out, text);
    fputs("</li>\n", self->out);
}

static void tell_line(struct sheet *sheet, const char *label, const char *text) {
    struct study_sheet *self = self_of(sheet);
    if (strcmp(label, "warning") == 0) {
        add_item(self, STUDY_WARNINGS, text);
        return;
    }
    begin(self, *label ? STUDY_FACTS : STUDY_NOTHING);
    if (*label)
        html_fact(self->out, label, text);
    else
        html_paragraphs(self->out, text, self->class);
}

static void tell_item(struct sheet *sheet, const char *text) {
    add_item(self_of(sheet), STUDY_ITEMS, text);
}

static bool any_of(const char *const *notes, size_t count) {
    for (size_t i = 0; notes && i < count; i++)
        if (notes[i])
            return true;
    return false;
}

static void copy_with_notes(const struct table *table, const char *const *notes,
                            struct table *out) {
    for (size_t c = 0; c < table->column_count; c++)
        table_column(out, table->columns[c].head, table->columns[c].left,
                     table->columns[c].optional, 0);
    table_column(out, "why", true, false, 0);
    for (size_t row = 0; row < table->row_count; row++) {
        table_row(out);
        for (size_t c = 0; c < table->column_count; c++) {
            const char *field = table->fields[row * table->column_count + c];
            table_set(out, c, field ? field : "");
        }
        table_set(out, table->column_count, notes[row] ? notes[row] : "");
    }
}

static void tell_table(struct sheet *sheet, const struct table *table, const char *const *notes) {
    struct study_sheet *self = self_of(sheet);
    struct table copy = {0};
    begin(self, STUDY_NOTHING);
    if (any_of(notes, table->row_count)) {
        copy_with_notes(table, notes, &copy);
        table = &copy;
    }
    html_table(self->out, table, NULL);
    table_release(&copy);
}

static void tell_gap(struct sheet *sheet) {
    (void)sheet;
}

struct study_sheet study_sheet(FILE *out, const char *title) {
    return (struct study_sheet){.sheet = {.head = tell_head,
                                          .line = tell_line,
                                          .item = tell_item,
                                          .table = tell_table,
                                          .gap = tell_gap},
                                .out = out,
                                .title = title};
}

void study_sheet_end(struct study_sheet *sheet) {
    begin(sheet, STUDY_NOTHING);
}
