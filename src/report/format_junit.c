/* Results as JUnit XML: a suite a result. What is not known is skipped, with its reason. */
#include <string.h>

#include "report/ab_internal.h"
#include "report/comparison.h"
#include "report/format.h"
#include "report/internal.h"
#include "report/junit.h"
#include "report/size_internal.h"
#include "report/text.h"
#include "report/tune.h"
#include "result/total.h"

/* ---- a run ---- */

struct cell_suite {
    struct junit_suite *suite;
    const struct result *run;
    const struct result_cell *cell;
    const char *group;
};

static void add_case(const struct cell_suite *at, const char *name, enum junit_outcome outcome,
                     const char *type, const char *message) {
    junit_case(at->suite, at->group, name, 0, outcome, type, message);
}

static void add_measured(const struct cell_suite *at) {
    const struct result_cell *cell = at->cell;
    double seconds = 0;
    char message[160];
    for (size_t i = 0; i < cell->round_count; i++)
        seconds += cell->rounds[i].seconds > 0 ? cell->rounds[i].seconds : 0;
    snprintf(message, sizeof message,
             at->run->interrupted ? "interrupted: %zu of %u rounds were begun"
                                  : "not measured to its end: %zu of %u rounds were begun",
             cell->round_count, at->run->rounds);
    junit_case(at->suite, at->group, "measured to its end", seconds,
               cell->complete         ? JUNIT_PASSED
               : at->run->interrupted ? JUNIT_SKIPPED
                                      : JUNIT_ERROR,
               "measured", message);
}

/* "2 acknowledged rows are lost, 1 is too many" */
static void say_wrong(const struct result_cell *cell, struct strbuf *out) {
    double lost = UNKNOWN, extra = UNKNOWN;
    char number[32];
    for (size_t i = 0; i < cell->round_count; i++) {
        result_add(&lost, result_lost(&cell->rounds[i]));
        result_add(&extra, result_extra(&cell->rounds[i]));
    }
    if (lost > 0)
        strbuf_printf(out, "acknowledged rows lost: %s",
                      units_show_count(number, sizeof number, lost));
    if (extra > 0)
        strbuf_printf(out, "%srows too many: %s", out->length ? "; " : "",
                      units_show_count(number, sizeof number, extra));
    if (!out->length)
        strbuf_add(out, "the server's own counts do not agree with what was acknowledged");
}

static void add_verified(const struct cell_suite *at) {
    bool wrong = false;
    struct strbuf message = STRBUF_INIT;
    for (size_t i = 0; i < at->cell->round_count; i++)
        wrong |= at->cell->rounds[i].checked && !at->cell->rounds[i].verified;
    if (wrong)
        say_wrong(at->cell, &message);
    else
        strbuf_add(&message, "not known: the tables were not looked at to the end");
    add_case(at, "every acknowledged row is there",
             wrong                ? JUNIT_FAILED
             : at->cell->verified ? JUNIT_PASSED
                                  : JUNIT_SKIPPED,
             "verification", message.text);
    strbuf_release(&message);
}

static void add_checks(const struct cell_suite *at) {
    char rows[48], message[96];
    for (size_t i = 0; i < result_check_count(at->cell); i++) {
        struct result_check check;
        struct strbuf name = STRBUF_INIT;
        result_check(at->cell, i, &check);
        strbuf_printf(&name, "check: %s", check.name);
        if (is_known(check.rows))
            snprintf(message, sizeof message, "%s came back; the limit is 0",
                     units_show_things(rows, sizeof rows, check.rows, "row"));
        else
            snprintf(message, sizeof message, "not known: it could not be asked");
        add_case(at, name.text,
                 !is_known(check.rows) ? JUNIT_SKIPPED
                 : check.ok            ? JUNIT_PASSED
                                       : JUNIT_FAILED,
                 "check", message);
        strbuf_release(&name);
    }
}

static void add_thresholds(const struct cell_suite *at) {
    static const enum junit_outcome outcomes[] = {[THRESHOLD_HELD] = JUNIT_PASSED,
                                                  [THRESHOLD_FAILED] = JUNIT_FAILED,
                                                  [THRESHOLD_UNKNOWN] = JUNIT_SKIPPED};
    const struct workload *load = at->run->load;
    char value[FIELD_BYTES], limit[FIELD_BYTES], message[FIELD_BYTES * 3];
    for (size_t i = 0; load && at->cell->thresholds && i < load->threshold_count; i++) {
        const struct result_threshold *judged = &at->cell->thresholds[i];
        report_threshold_value(judged, value, sizeof value);
        threshold_show(judged->threshold, judged->threshold->value, limit, sizeof limit);
        snprintf(message, sizeof message, "%s%s%s; the limit is %s",
                 at->run->quick ? "not judged in a quick run: " : "",
                 judged->verdict == THRESHOLD_UNKNOWN ? "not known, too little was measured for it"
                                                      : "it is ",
                 judged->verdict == THRESHOLD_UNKNOWN ? "" : value, limit);
        add_case(at, judged->threshold->text,
                 at->run->quick ? JUNIT_SKIPPED : outcomes[judged->verdict], "threshold", message);
    }
}

/* label: "A", "B", or "" of a run alone. */
static void add_run(struct junit_suite *suite, const struct result *run, const char *label) {
    struct strbuf group = STRBUF_INIT;
    for (size_t i = 0; i < run->cell_count; i++) {
        strbuf_clear(&group);
        strbuf_printf(&group, "%s%s%s, ", label, *label ? ": " : "", run->workload);
        report_cell_name(run, &run->cells[i], &group);
        const struct cell_suite at = {suite, run, &run->cells[i], group.text};
        add_measured(&at);
        add_verified(&at);
        add_checks(&at);
        add_thresholds(&at);
    }
    strbuf_release(&group);
}

/* ---- studies ---- */

static enum junit_outcome outcome_of(enum comparison_verdict verdict) {
    return verdict == VERDICT_WORSE          ? JUNIT_FAILED
           : verdict == VERDICT_INCONCLUSIVE ? JUNIT_SKIPPED
                                             : JUNIT_PASSED;
}

static void add_ab(struct junit_suite *suite, const struct ab_result *ab) {
    struct strbuf text = STRBUF_INIT, name = STRBUF_INIT;
    ab_sentences(ab, &text);
    strbuf_add(&suite->out, text.text);
    strbuf_printf(&name, "B is not worse than A by %s",
                  comparison_definitions[ab->comparison.metric].label);
    junit_case(suite, ab->cell ? ab->cell : "cell", name.text, 0,
               ab_has_verdict(ab) ? outcome_of(comparison_verdict(&ab->comparison)) : JUNIT_SKIPPED,
               "verdict", text.text);
    strbuf_release(&text);
    strbuf_release(&name);
    add_run(suite, ab->a, "A");
    add_run(suite, ab->b, "B");
}

static void add_compare(struct junit_suite *suite, const struct compare_result *compare) {
    struct strbuf text = STRBUF_INIT, name = STRBUF_INIT;
    strbuf_printf(&name, "NEW is not worse than OLD by %s",
                  comparison_definitions[compare->metric].label);
    for (size_t i = 0; i < compare->cell_count; i++) {
        const struct compare_cell *cell = &compare->cells[i];
        strbuf_clear(&text);
        comparison_sentence(&cell->comparison, "OLD", "NEW", &text);
        strbuf_printf(&suite->out, "%s: %s\n", cell->name, text.text);
        junit_case(suite, cell->name, name.text, 0,
                   outcome_of(comparison_verdict(&cell->comparison)), "verdict", text.text);
    }
    strbuf_release(&text);
    strbuf_release(&name);
}

/* As the exit code has it: that nothing helps is an answer, that something might is none. */
static void add_tune(struct junit_suite *suite, const struct tune_result *tune) {
    bool recommends = tune_recommends(tune);
    const char *message = tune->interrupted      ? "interrupted: nothing is confirmed"
                          : tune_undecided(tune) ? "what looked better is not confirmed"
                          : recommends           ? "what is recommended is not confirmed"
                                                 : "nothing was measured";
    bool known = !tune->interrupted && !tune_undecided(tune) &&
                 (recommends ? tune->confirmed : tune->measured);
    junit_case(suite, tune->cell, "what is recommended is confirmed", tune->seconds,
               known ? JUNIT_PASSED : JUNIT_SKIPPED, "confirmation", message);
    for (size_t i = 0; i < tune->setting_count; i++) {
        const struct tune_setting *setting = &tune->settings[i];
        if (setting->outcome == TUNE_RECOMMENDED || setting->outcome == TUNE_NOT_PROVED)
            junit_case(suite, tune->cell, setting->name, 0,
                       setting->outcome == TUNE_RECOMMENDED ? JUNIT_PASSED : JUNIT_SKIPPED,
                       "setting", setting->why ? setting->why : "it looked better, not proved");
    }
}

static void add_size(struct junit_suite *suite, const struct size_result *size) {
    static const enum junit_outcome fits[] = {[SIZE_NO_NEED] = JUNIT_SKIPPED,
                                              [SIZE_FITS] = JUNIT_PASSED,
                                              [SIZE_SHORT] = JUNIT_FAILED,
                                              [SIZE_UNDECIDED] = JUNIT_SKIPPED};
    bool need = size->fits != SIZE_NO_NEED, capacity = is_known(size->capacity_per_s);
    const char *unconfirmed = size->unconfirmed ? size->unconfirmed : "no soak was reached";
    junit_case(suite, size->cell, "the need fits", size->seconds, fits[size->fits], "need",
               size->short_of ? size->short_of
               : need         ? "it is not decided"
                              : "no need was given");
    if (need)
        junit_case(suite, size->cell, "the need is confirmed across two checkpoints", 0,
                   size->need_confirmed ? JUNIT_PASSED : JUNIT_SKIPPED, "confirmation",
                   "the rate of the need was not held so long");
    junit_case(suite, size->cell, "the capacity is confirmed by a soak", 0,
               capacity && size->confirmed ? JUNIT_PASSED : JUNIT_SKIPPED, "confirmation",
               capacity ? unconfirmed : "no rate was found to hold");
}

/* ---- documents ---- */

static void add_warnings(struct junit_suite *suite, const char **warnings, size_t count) {
    for (size_t i = 0; i < count; i++)
        strbuf_printf(&suite->err, "warning: %s\n", warnings[i]);
}

static void add_properties(struct junit_suite *suite, const struct document *document,
                           const struct result *run, const struct server_facts *server) {
    char seed[32];
    junit_property(suite, "pgwrite", document->version);
    junit_property(suite, "file", document->file);
    if (run) {
        snprintf(seed, sizeof seed, "%llu", (unsigned long long)run->seed);
        junit_property(suite, "seed", seed);
    }
    if (server) {
        junit_property(suite, "server", server->version);
        junit_property(suite, "durability", durability_name(server->durability));
    }
}

/* What the suite of each kind needs: its cases, and where its time, its workload and its warnings
 * are. */
static void write_suite(const struct document *document, size_t number, FILE *out) {
    struct junit_suite suite = JUNIT_SUITE_INIT;
    struct strbuf name = STRBUF_INIT;
    const char *started_at = NULL, *workload = "";
    switch (document->kind) {
    case DOCUMENT_RUN:
        add_run(&suite, document->run, "");
        report_sentences(document->run, &suite.out);
        add_warnings(&suite, document->run->warnings, document->run->warning_count);
        add_properties(&suite, document, document->run, &document->run->server);
        started_at = document->run->started_at;
        workload = document->run->workload;
        break;
    case DOCUMENT_AB:
        add_ab(&suite, document->ab);
        add_warnings(&suite, document->ab->warnings, document->ab->warning_count);
        add_properties(&suite, document, document->ab->a, &document->ab->a->server);
        started_at = document->ab->a->started_at;
        workload = document->ab->a->workload;
        break;
    case DOCUMENT_COMPARE:
        add_compare(&suite, document->compare);
        add_warnings(&suite, document->compare->warnings, document->compare->warning_count);
        add_properties(&suite, document, NULL, NULL);
        started_at = document->compare->results[document->compare->result_count - 1].started_at;
        workload = document->compare->results[document->compare->result_count - 1].workload;
        break;
    case DOCUMENT_TUNE:
        add_tune(&suite, document->tune);
        add_warnings(&suite, document->tune->warnings, document->tune->warning_count);
        add_properties(&suite, document, document->tune->block, document->tune->server);
        started_at = document->tune->block ? document->tune->block->started_at : NULL;
        workload = document->tune->workload;
        break;
    case DOCUMENT_SIZE:
        add_size(&suite, document->size);
        add_warnings(&suite, document->size->warnings, document->size->warning_count);
        add_properties(&suite, document, document->size->block, document->size->server);
        started_at = document->size->block ? document->size->block->started_at : NULL;
        workload = document->size->workload;
        break;
    }
    strbuf_printf(&name, "pgwrite %s: %s", document_kind_names[document->kind], workload);
    junit_write(&suite, name.text, number, started_at, out);
    strbuf_release(&name);
}

void format_junit(const struct document *documents, size_t count, int width, FILE *out) {
    (void)width;
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n", out);
    for (size_t i = 0; i < count; i++)
        write_suite(&documents[i], i, out);
    fputs("</testsuites>\n", out);
}
