#include "report/comparison.h"

#include <math.h>
#include <string.h>

#include "report/internal.h"

enum { COMPARISON_COLUMNS = 80, LABEL_COLUMNS = 20, NAME_COLUMNS = 10 };

enum comparison_unit { UNIT_COUNT, UNIT_US, UNIT_BYTES, UNIT_SHARE };

/* How a metric is spoken of: B, is, "11.8 %", less or more, of; or B, same, A, same_of. */
static const struct wording {
    enum comparison_unit unit;
    const char *is, *more, *less, *of;
    const char *same, *same_of;
} wordings[COMPARE_METRICS] = {
    [COMPARE_ROWS_PER_S] = {UNIT_COUNT, " is ", "faster", "slower", "", " is as fast as ", ""},
    [COMPARE_COMMITS_PER_S] = {UNIT_COUNT, " makes ", "more", "fewer", " commits/s",
                               " makes as many commits/s as ", ""},
    [COMPARE_P50] = {UNIT_US, "'s p50 response time is ", "longer", "shorter", "",
                     "'s p50 response time is as long as ", "'s"},
    [COMPARE_P95] = {UNIT_US, "'s p95 response time is ", "longer", "shorter", "",
                     "'s p95 response time is as long as ", "'s"},
    [COMPARE_P99] = {UNIT_US, "'s p99 response time is ", "longer", "shorter", "",
                     "'s p99 response time is as long as ", "'s"},
    [COMPARE_WAL_BYTES] = {UNIT_BYTES, " writes ", "more", "less", " WAL a row",
                           " writes as much WAL a row as ", ""},
    [COMPARE_HEAP_BYTES] = {UNIT_BYTES, " takes ", "more", "less", " table space a row",
                            " takes as much table space a row as ", ""},
    [COMPARE_INDEX_BYTES] = {UNIT_BYTES, " takes ", "more", "less", " index space a row",
                             " takes as much index space a row as ", ""},
    [COMPARE_LOCK_SHARE] = {UNIT_SHARE, "'s share of time in lock waits is ", "higher", "lower", "",
                            "'s share of time in lock waits is as high as ", "'s"},
    [COMPARE_FLUSH_SHARE] = {UNIT_SHARE, "'s share of time in commit flushes is ", "higher",
                             "lower", "", "'s share of time in commit flushes is as high as ",
                             "'s"},
    [COMPARE_CLIENT_CPU] = {UNIT_US, "'s client takes ", "more", "less", " CPU time a row",
                            "'s client takes as much CPU time a row as ", "'s"},
};

/* What the sentences about one metric need. */
struct speech {
    const struct comparison *comparison;
    const struct comparison_finding *finding;
    const struct wording *words;
    bool points;
    struct strbuf *out;
};

static struct speech speech_of(const struct comparison *comparison, enum comparison_metric metric,
                               struct strbuf *out) {
    return (struct speech){comparison, &comparison->findings[metric], &wordings[metric],
                           comparison_definitions[metric].points, out};
}

bool comparison_subject_is_b(enum comparison_metric metric) {
    return wordings[metric].is[0] == ' ';
}

static bool is_bounded(const struct shift *shift, bool points) {
    return isfinite(shift->low) && isfinite(shift->high) && (points || shift->low > -1);
}

/* "11.8 %" */
static void add_amount(const struct speech *speech, double change) {
    char amount[48];
    show_amount(amount, sizeof amount, change);
    strbuf_printf(speech->out, "%s %s", amount, amount_unit(amount, speech->points));
}

/* "11.8 % slower" */
static void add_directed(const struct speech *speech, double change) {
    add_amount(speech, change);
    strbuf_printf(speech->out, " %s", change < 0 ? speech->words->less : speech->words->more);
}

/* "9.9 to 13.6 %", nearer to 0 first; both on the same side of it */
static void add_amounts(const struct speech *speech, const struct shift *shift,
                        const char *between) {
    char amount[48];
    bool less = shift->high < 0;
    show_amount(amount, sizeof amount, less ? shift->high : shift->low);
    strbuf_printf(speech->out, "%s%s", amount, between);
    add_amount(speech, less ? shift->low : shift->high);
}

static void add_count(const struct speech *speech) {
    const struct comparison *comparison = speech->comparison;
    size_t count = speech->finding->count;
    bool all = count == comparison->a_count && count == comparison->b_count;
    if (comparison->paired)
        strbuf_printf(speech->out, "%zu pair%s", count, count == 1 ? "" : "s");
    else
        strbuf_printf(speech->out, "%zu %sround%s a side", count, all ? "" : "or more ",
                      count == 1 ? "" : "s");
}

static void say_differs(const struct speech *speech, const char *b) {
    const struct shift *change = &speech->finding->change;
    enum mood mood = comparison_mood(speech->finding->verdict);
    strbuf_printf(speech->out, "%s%s%s", screen_colour(mood), b, speech->words->is);
    add_directed(speech, change->estimate);
    strbuf_printf(speech->out, "%s%s (95 %% interval ", speech->words->of,
                  screen_colour(MOOD_NONE));
    if (is_bounded(change, speech->points))
        add_amounts(speech, change, " to ");
    else
        strbuf_add(speech->out, "not known");
    strbuf_add(speech->out, ", ");
    add_count(speech);
    strbuf_add(speech->out, ").");
}

static void say_same(const struct speech *speech, const char *a, const char *b) {
    const struct shift *narrow = &speech->finding->narrow;
    strbuf_printf(speech->out, "%s%s%s%s: ", b, speech->words->same, a, speech->words->same_of);
    if (narrow->estimate == 0 && narrow->low == 0 && narrow->high == 0) {
        strbuf_add(speech->out, "no difference was seen (");
    } else {
        strbuf_add(speech->out, "the difference is within ");
        add_amount(speech, speech->comparison->margin);
        strbuf_add(speech->out, " (");
        add_directed(speech, narrow->estimate);
        strbuf_add(speech->out, ", 90 % interval ");
        add_directed(speech, narrow->low);
        strbuf_add(speech->out, " to ");
        add_directed(speech, narrow->high);
        strbuf_add(speech->out, ", ");
    }
    add_count(speech);
    strbuf_add(speech->out, ").");
}

static void say_unknown(const struct speech *speech) {
    const struct comparison *comparison = speech->comparison;
    const char *noun = comparison_definitions[comparison->metric].noun;
    size_t count = speech->finding->count;
    size_t needed = comparison->paired ? LOOKS_FIRST : COMPARISON_ROUNDS_MIN;
    strbuf_add(speech->out, "Inconclusive: ");
    if (count < needed)
        strbuf_printf(speech->out, "the %s is known of %zu %s, and %zu are needed.", noun, count,
                      comparison->paired ? "pairs" : "rounds of a side", needed);
    else
        strbuf_printf(speech->out,
                      "the %s was 0 in some rounds, so that no ratio of the sides can be taken.",
                      noun);
}

/* More than anybody runs. */
enum { NEEDED_TOLD_MAX = 999 };

static void say_needed(const struct speech *speech) {
    const struct comparison *comparison = speech->comparison;
    if (comparison->pairs_needed > NEEDED_TOLD_MAX)
        strbuf_printf(speech->out, "; more than %d %s would be needed.", NEEDED_TOLD_MAX,
                      comparison->paired ? "pairs" : "rounds a side");
    else if (comparison->pairs_needed)
        strbuf_printf(speech->out, "; about %zu %s would decide.", comparison->pairs_needed,
                      comparison->paired ? "pairs" : "rounds a side");
    else
        strbuf_add(speech->out, "; how many would decide can't be told.");
}

static void say_inconclusive(const struct speech *speech, const char *b) {
    const struct shift *change = &speech->finding->change;
    bool one_side = change->low > 0 || change->high < 0;
    strbuf_add(speech->out, "Inconclusive: ");
    if (!is_bounded(change, speech->points)) {
        add_count(speech);
        strbuf_add(speech->out, " allow no interval of 95 %");
        say_needed(speech);
        return;
    }
    strbuf_printf(speech->out, "%s%sbetween ", b, speech->words->is);
    if (one_side) {
        add_amounts(speech, change, " and ");
        strbuf_printf(speech->out, " %s",
                      change->high < 0 ? speech->words->less : speech->words->more);
    } else {
        add_directed(speech, change->low);
        strbuf_add(speech->out, " and ");
        add_directed(speech, change->high);
    }
    strbuf_printf(speech->out, "%s (95 %% interval, ", speech->words->of);
    add_count(speech);
    strbuf_add_char(speech->out, ')');
    if (one_side) {
        strbuf_add(speech->out, ", which may be less than ");
        add_amount(speech, speech->comparison->margin);
    }
    say_needed(speech);
}

void comparison_sentence(const struct comparison *comparison, const char *a, const char *b,
                         struct strbuf *out) {
    struct speech speech = speech_of(comparison, comparison->metric, out);
    enum comparison_verdict verdict = comparison_verdict(comparison);
    if (!speech.finding->known)
        say_unknown(&speech);
    else if (verdict == VERDICT_EQUIVALENT)
        say_same(&speech, a, b);
    else if (verdict == VERDICT_INCONCLUSIVE)
        say_inconclusive(&speech, b);
    else
        say_differs(&speech, b);
}

void comparison_clause(const struct comparison *comparison, enum comparison_metric metric,
                       const char *b, struct strbuf *out) {
    struct speech speech = speech_of(comparison, metric, out);
    strbuf_printf(out, "%s%s", b, speech.words->is);
    add_directed(&speech, speech.finding->change.estimate);
    strbuf_add(out, speech.words->of);
}

static const char *show_value(char *out, size_t size, double value, enum comparison_unit unit) {
    char count[48];
    if (!is_known(value)) {
        snprintf(out, size, DASH);
        return out;
    }
    switch (unit) {
    case UNIT_COUNT:
        return show_ratio(out, size, value);
    case UNIT_US:
        return show_seconds(out, size, value / 1e6);
    case UNIT_BYTES:
        snprintf(out, size, "%s B", show_ratio(count, sizeof count, value));
        return out;
    case UNIT_SHARE:
        break;
    }
    snprintf(out, size, "%.1f %%", value * 100);
    return out;
}

const char *comparison_unit_of(enum comparison_metric metric, double *factor) {
    enum comparison_unit unit = wordings[metric].unit;
    *factor = unit == UNIT_SHARE ? 100 : 1;
    if (unit == UNIT_US)
        *factor = metric == COMPARE_CLIENT_CPU ? 1 : 1e-3;
    switch (unit) {
    case UNIT_COUNT:
        return comparison_definitions[metric].label;
    case UNIT_US:
        return metric == COMPARE_CLIENT_CPU ? "µs" : "ms";
    case UNIT_BYTES:
        return "B";
    case UNIT_SHARE:
        break;
    }
    return "%";
}

static const char *mark_of(const struct comparison_finding *finding) {
    switch (finding->verdict) {
    case VERDICT_BETTER:
        return "better";
    case VERDICT_WORSE:
        return "worse";
    case VERDICT_EQUIVALENT:
        return "same";
    case VERDICT_INCONCLUSIVE:
        break;
    }
    return DASH;
}

enum mood comparison_mood(enum comparison_verdict verdict) {
    return verdict == VERDICT_BETTER ? MOOD_GOOD : verdict == VERDICT_WORSE ? MOOD_BAD : MOOD_NONE;
}

static void set_change(struct table *table, const struct comparison_finding *finding, bool points) {
    char change[FIELD_BYTES], interval[FIELD_BYTES], low[48], high[48];
    snprintf(change, sizeof change, DASH);
    snprintf(interval, sizeof interval, DASH);
    if (finding->known) {
        show_signed(low, sizeof low, finding->change.estimate);
        snprintf(change, sizeof change, "%s %s", low, amount_unit("", points));
        if (is_bounded(&finding->change, points))
            snprintf(interval, sizeof interval, "%s to %s",
                     show_signed(low, sizeof low, finding->change.low),
                     show_signed(high, sizeof high, finding->change.high));
    }
    table_set(table, 3, change);
    table_set(table, 4, interval);
}

void comparison_table(const struct comparison *comparison, const char *a, const char *b,
                      struct table *table) {
    char field[FIELD_BYTES];
    table_column(table, "", true, false, 0);
    table_column(table, a, false, false, 0);
    table_column(table, b, false, false, 0);
    table_column(table, "change", false, false, 0);
    table_column(table, "95 % interval", false, false, 0);
    table_column(table, "", true, false, 0);
    for (int metric = 0; metric < COMPARE_METRICS; metric++) {
        const struct comparison_finding *finding = &comparison->findings[metric];
        const struct comparison_definition *definition = &comparison_definitions[metric];
        enum comparison_unit unit = wordings[metric].unit;
        table_row(table);
        table_set(table, 0, show_cut(field, sizeof field, definition->label, LABEL_COLUMNS));
        table_set(table, 1, show_value(field, sizeof field, finding->a, unit));
        table_set(table, 2, show_value(field, sizeof field, finding->b, unit));
        set_change(table, finding, definition->points);
        table_set(table, 5, mark_of(finding));
        table_mood(table, 5, comparison_mood(finding->verdict));
    }
}

void comparison_footnote(const struct comparison *comparison, struct strbuf *out) {
    size_t others = 0;
    for (int metric = 0; metric < COMPARE_METRICS; metric++)
        others += metric != (int)comparison->metric && comparison->findings[metric].known;
    strbuf_add(out, "Each interval is for its own metric alone");
    if (others) {
        char margin[48];
        show_amount(margin, sizeof margin, comparison->margin);
        strbuf_printf(
            out,
            ": if nothing at all had changed, those of %zu × 5 %% = %.2g of the %zu other "
            "metrics would on average still leave 0 out, by chance; a mark takes a "
            "change of %s %% or points as well",
            others, (double)others * 0.05, others, margin);
    }
    strbuf_add(out, ".");
}

void comparison_text(const struct comparison *comparison, const char *a, const char *b, FILE *out) {
    struct strbuf text = STRBUF_INIT;
    struct table table = {0};
    char a_head[64], b_head[64];
    comparison_sentence(comparison, a, b, &text);
    print_wrapped_to(text.text, 0, COMPARISON_COLUMNS, out);
    fputc('\n', out);
    comparison_table(comparison, show_cut(a_head, sizeof a_head, a, NAME_COLUMNS),
                     show_cut(b_head, sizeof b_head, b, NAME_COLUMNS), &table);
    table_print(&table, out);
    table_release(&table);
    strbuf_clear(&text);
    comparison_footnote(comparison, &text);
    fputc('\n', out);
    print_wrapped_to(text.text, 0, COMPARISON_COLUMNS, out);
    strbuf_release(&text);
}

void comparison_markdown(const struct comparison *comparison, const char *a, const char *b,
                         FILE *out) {
    struct strbuf text = STRBUF_INIT, escaped = STRBUF_INIT;
    struct table table = {0};
    comparison_sentence(comparison, a, b, &text);
    markdown_add(&escaped, text.text);
    fprintf(out, "**%s**\n\n", escaped.text);
    comparison_table(comparison, a, b, &table);
    table_print_markdown(&table, out);
    table_release(&table);
    strbuf_clear(&text);
    comparison_footnote(comparison, &text);
    fprintf(out, "\n<sub>%s</sub>\n", text.text);
    strbuf_release(&escaped);
    strbuf_release(&text);
}
