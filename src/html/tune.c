/* What a search for settings found: what to put into postgresql.conf, and what it rests on. */
#include <math.h>

#include "html/chart.h"
#include "html/study.h"
#include "report/tune.h"
#include "report/tune_internal.h"

static void print_conf(struct page *page, const struct tune_result *tune) {
    struct strbuf conf = STRBUF_INIT;
    char date[16];
    if (!tune_recommends(tune) || !tune->winner || !tune->server || !tune->block)
        return;
    snprintf(date, sizeof date, "%.10s", tune->block->started_at);
    tune_conf(tune, date, &conf);
    fputs("<pre class=\"command\" tabindex=\"0\">", page->out);
    html_text(page->out, conf.text);
    fputs("</pre>\n", page->out);
    strbuf_release(&conf);
}

/* ---- the effects ---- */

static bool has_comparison(const struct tune_result *tune, const struct tune_setting *setting) {
    return setting->compared && setting->comparison.findings[tune->metric].known;
}

static bool is_drawn(const struct tune_result *tune, const struct tune_setting *setting) {
    return setting->screened || has_comparison(tune, setting);
}

static void add_effects(struct chart *chart, const struct tune_result *tune, bool compared) {
    const char *unit = comparison_definitions[tune->metric].points ? "points" : "%";
    double label = 0;
    bool begun = false;
    for (size_t i = 0; i < tune->setting_count; i++) {
        const struct tune_setting *setting = &tune->settings[i];
        if (!is_drawn(tune, setting))
            continue;
        if (compared ? has_comparison(tune, setting) : setting->screened) {
            const struct shift *change = &setting->comparison.findings[tune->metric].change;
            double error = is_known(setting->effect_error) ? setting->effect_error * 100 : NAN;
            double effect = (compared ? change->estimate : setting->effect) * 100;
            if (!begun)
                chart_series(chart, compared ? "by its own comparison" : "in the screening", unit,
                             "y", STYLE_BAR);
            begun = true;
            chart_interval(chart, label, effect, compared ? change->low * 100 : effect - error,
                           compared ? change->high * 100 : effect + error);
        }
        label++;
    }
}

static void draw_effects(struct page *page, const struct tune_result *tune) {
    const struct comparison_definition *definition = &comparison_definitions[tune->metric];
    struct strbuf text = STRBUF_INIT;
    struct chart chart =
        chart_begin(page, CHART_BARS, "Effect of each setting",
                    "By how much the value that was tried differs from the present one. Bars on "
                    "top of bars are intervals of 95 % of a setting's own comparison, and errors "
                    "of the screening, which only sorts out and proves nothing.");
    chart_axis(&chart, "x", "setting", "", SCALE_LABELS);
    chart_axis(&chart, "y", definition->label, definition->points ? "points" : "%", SCALE_LINEAR);
    for (size_t i = 0; i < tune->setting_count; i++) {
        const struct tune_setting *setting = &tune->settings[i];
        if (!is_drawn(tune, setting))
            continue;
        strbuf_clear(&text);
        strbuf_add(&text, setting->name);
        if (setting->value)
            strbuf_printf(&text, " = %s", setting->value);
        chart_label(&chart, text.text);
    }
    add_effects(&chart, tune, true);
    add_effects(&chart, tune, false);
    study_margin(&chart, tune->metric, tune->margin);
    chart_end(&chart);
    strbuf_release(&text);
}

static bool any_effect(const struct tune_result *tune) {
    for (size_t i = 0; i < tune->setting_count; i++)
        if (is_drawn(tune, &tune->settings[i]))
            return true;
    return false;
}

/* Whether a setting is told outside the table of what is recommended. */
static bool any_other(const struct tune_result *tune) {
    for (size_t i = 0; i < tune->setting_count; i++)
        if (tune->settings[i].outcome != TUNE_RECOMMENDED)
            return true;
    return false;
}

static void print_settings(struct page *page, const struct tune_result *tune) {
    static const char title[] = "Setting by setting";
    if (!any_effect(tune) && !any_other(tune))
        return;
    struct study_sheet sheet = study_sheet(page->out, title);
    html_section(page, "tune-settings", title);
    if (any_effect(tune))
        draw_effects(page, tune);
    tune_tell_settings(tune, &sheet.sheet);
    study_sheet_end(&sheet);
    html_section_end(page);
}

/* ---- the comparisons of the whole ---- */

static void print_whole(struct page *page, const struct ab_result *ab, const char *id,
                        const char *title, const char *a, const char *b) {
    if (!ab || !ab->compared)
        return;
    html_section(page, id, title);
    study_comparison(page, &ab->comparison, a, b);
    study_pairs(page, ab, a, b);
    html_section_end(page);
}

void page_tune(struct page *page, const struct tune_result *tune) {
    static const char title[] = "Recommended settings", how[] = "How the settings were tried";
    struct study_sheet sheet = study_sheet(page->out, title);
    sheet.class = tune_recommends(tune) ? NULL : "lead";
    html_section(page, "tune", title);
    tune_tell_answer(tune, &sheet.sheet);
    study_sheet_end(&sheet);
    sheet.class = NULL;
    print_conf(page, tune);
    tune_tell_confirmation(tune, &sheet.sheet);
    study_sheet_end(&sheet);
    html_section_end(page);
    print_settings(page, tune);
    print_whole(page, tune->winner, "tune-confirmed", "All of it against the present settings",
                "present", "tuned");
    if (tune_recommends(tune))
        print_whole(page, tune->pgtune, "tune-pgtune", "Against PGTune's rules", "PGTune", "tuned");
    else
        print_whole(page, tune->pgtune, "tune-pgtune", "PGTune's rules", "present", "PGTune");
    html_section(page, "tune-how", how);
    tune_tell_study(tune, &sheet.sheet);
    study_sheet_end(&sheet);
    if (tune->block)
        page_command(page, tune->block->command);
    html_section_end(page);
}
