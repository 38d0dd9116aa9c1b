#include "workload/threshold.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/strbuf.h"
#include "base/units.h"
#include "workload/shape.h"
#include "workload/source.h"
#include "workload/threshold_value.h"

const char *const latency_names[LATENCY_COUNT] = {
    "response", "lag", "pool_wait", "statement", "commit", "connect",
};

const char *const drift_names[DRIFT_COUNT] = {
    "rows_per_s", "commits_per_s", "p50", "p99", "memory", "bloat", NULL,
};

#define NOT_NARROWED .by_stage = false, .by_step = false
#define BY_STAGE .by_stage = true
#define BY_BOTH .by_stage = true, .by_step = true
#define LIVE .live = true

const struct metric metrics[METRIC_COUNT] = {
    [METRIC_QUANTILE] = {"p99", "a quantile of a latency, from p0.1 to p99.999", METRIC_NS,
                         ARGUMENT_LATENCY, BY_BOTH, LIVE},
    [METRIC_AVG] = {"avg", "the mean of a latency or of a gauge", METRIC_NS,
                    ARGUMENT_LATENCY_OR_GAUGE, BY_BOTH, LIVE},
    [METRIC_MIN] = {"min", "the least of a latency or of a gauge", METRIC_NS,
                    ARGUMENT_LATENCY_OR_GAUGE, BY_BOTH, LIVE},
    [METRIC_MAX] = {"max", "the most of a latency or of a gauge", METRIC_NS,
                    ARGUMENT_LATENCY_OR_GAUGE, BY_BOTH, LIVE},
    [METRIC_ROWS] = {"rows", "rows written, or of a step that only reads, read", METRIC_NUMBER,
                     ARGUMENT_NONE, BY_BOTH},
    [METRIC_ROWS_PER_S] = {"rows_per_s", "the same a second", METRIC_PER_S, ARGUMENT_NONE, BY_BOTH,
                           LIVE},
    [METRIC_COMMITS] = {"commits", "transactions committed", METRIC_NUMBER, ARGUMENT_NONE, BY_BOTH},
    [METRIC_COMMITS_PER_S] = {"commits_per_s", "transactions committed a second", METRIC_PER_S,
                              ARGUMENT_NONE, BY_BOTH, LIVE},
    [METRIC_ERRORS] = {"errors",
                       "failed transactions, checkout timeouts and dropped arrivals, of what was "
                       "asked for and not rejected",
                       METRIC_SHARE, ARGUMENT_NONE, BY_BOTH, LIVE},
    [METRIC_RETRIES] = {"retries", "attempts that ended in a deadlock or a conflict", METRIC_NUMBER,
                        ARGUMENT_NONE, BY_BOTH},
    [METRIC_DEADLOCKS] = {"deadlocks", "deadlocks that the server counted", METRIC_NUMBER,
                          ARGUMENT_NONE, NOT_NARROWED},
    [METRIC_REJECTED] = {"rejected", "what tenants' limits rejected, of what was asked for",
                         METRIC_SHARE, ARGUMENT_NONE, BY_STAGE},
    [METRIC_DROPPED] = {"dropped", "arrivals that found the backlog full, of what was asked for",
                        METRIC_SHARE, ARGUMENT_NONE, BY_STAGE},
    [METRIC_TIMEOUTS] = {"timeouts", "waits for a connection that timed out, of what was asked for",
                         METRIC_SHARE, ARGUMENT_NONE, BY_STAGE},
    [METRIC_ACHIEVED] = {"achieved", "commits of the arrivals of a rate that were not rejected",
                         METRIC_SHARE, ARGUMENT_NONE, BY_STAGE, LIVE},
    [METRIC_DRIFT] = {"drift", "how much worse it became from the beginning to the end",
                      METRIC_SHARE, ARGUMENT_DRIFT, BY_STAGE},
    [METRIC_RECOVERY] = {"recovery",
                         "from the end of a stage until p95(response) is back within 1.2 times "
                         "that of the stage before it",
                         METRIC_NS, ARGUMENT_NONE, BY_STAGE},
    [METRIC_LOCK_SHARE] = {"lock_waits.share", "the sessions' time spent waiting for locks",
                           METRIC_SHARE, ARGUMENT_NONE, BY_STAGE},
    [METRIC_FLUSH_SHARE] = {"commit_flush.share", "the sessions' time spent flushing commits",
                            METRIC_SHARE, ARGUMENT_NONE, NOT_NARROWED},
    [METRIC_CONNECTIONS] = {"connections", "the most the pool had open, of max_connections",
                            METRIC_SHARE, ARGUMENT_NONE, NOT_NARROWED},
    [METRIC_WAL_PER_ROW] = {"wal.bytes_per_row", "bytes of WAL a row", METRIC_BYTES, ARGUMENT_NONE,
                            NOT_NARROWED},
    [METRIC_HEAP_PER_ROW] = {"table.heap_bytes_per_row", "bytes of the table's heap a row",
                             METRIC_BYTES, ARGUMENT_NONE, NOT_NARROWED},
    [METRIC_INDEX_PER_ROW] = {"table.index_bytes_per_row", "bytes of the table's indexes a row",
                              METRIC_BYTES, ARGUMENT_NONE, NOT_NARROWED},
};

static const char example[] = "- p99(response) < 200ms";

/* Names of metrics, and of a workload's stages, steps and gauges, for hints. */
struct names {
    const char **items;
    size_t count;
};

struct parser {
    const char *rest;        /* of text */
    const char *at_operator; /* in text */
    size_t in_stage;
    const struct workload *workload;
    struct arena *arena;
    struct threshold *out;
    struct error *error;
};

PRINTF_LIKE(2, 3) static bool fail(const struct parser *parser, const char *format, ...) {
    char what[512];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    return place_error(&parser->out->at, parser->error, "threshold \"%s\": %s", parser->out->text,
                       what);
}

static bool hint_names(const struct parser *parser, const char *word, const char *subject,
                       const struct names *names) {
    return shape_hint_names(word, subject, names->items, names->count, parser->error);
}

static struct names names_init(const struct parser *parser, size_t count) {
    return (struct names){ARENA_ARRAY(parser->arena, const char *, count + 1), 0};
}

static void names_add(struct names *names, const char *name) {
    names->items[names->count++] = name;
}

static struct names gauge_names(const struct parser *parser, const char *const *first,
                                size_t first_count) {
    struct names names = names_init(parser, first_count + parser->workload->gauge_count);
    for (size_t i = 0; i < first_count; i++)
        names_add(&names, first[i]);
    for (size_t i = 0; i < parser->workload->gauge_count; i++)
        names_add(&names, parser->workload->gauges[i].name);
    return names;
}

static struct names stage_names(const struct parser *parser) {
    struct names names = names_init(parser, parser->workload->stage_count);
    for (size_t i = 0; i < parser->workload->stage_count; i++)
        names_add(&names, parser->workload->stages[i].name);
    return names;
}

static struct names step_names(const struct parser *parser) {
    struct names names = names_init(parser, parser->workload->step_count);
    for (size_t i = 0; i < parser->workload->step_count; i++)
        names_add(&names, parser->workload->steps[i].name);
    return names;
}

static size_t names_find(const struct names *names, const char *word) {
    for (size_t i = 0; i < names->count; i++)
        if (strcmp(names->items[i], word) == 0)
            return i;
    return THRESHOLD_ALL;
}

static void skip_blanks(struct parser *parser) {
    parser->rest += strspn(parser->rest, " ");
}

static bool take_char(struct parser *parser, char c) {
    skip_blanks(parser);
    if (*parser->rest != c)
        return false;
    parser->rest++;
    return true;
}

/* The text up to one of some characters or the end, without blanks at either end. */
static const char *take_until(struct parser *parser, const char *ends) {
    skip_blanks(parser);
    size_t length = strcspn(parser->rest, ends), used = length;
    while (used > 0 && parser->rest[used - 1] == ' ')
        used--;
    const char *word = arena_strndup(parser->arena, parser->rest, used);
    parser->rest += length;
    return word;
}

/* Line ends and tabs of a text over several lines are blanks too. */
static const char *normalise(const char *text, struct arena *arena) {
    char *out = arena_strdup(arena, text), *end = out;
    for (const char *from = text; *from; from++) {
        char c = isspace((unsigned char)*from) ? ' ' : *from;
        if (c != ' ' || (end > out && end[-1] != ' '))
            *end++ = c;
    }
    if (end > out && end[-1] == ' ')
        end--;
    *end = '\0';
    return out;
}

/* "p99.9": true for anything of that form; *quantile is 0 if it is none between p0 and p100. */
static bool is_quantile(const char *word, double *quantile) {
    if (word[0] != 'p' || !isdigit((unsigned char)word[1]))
        return false;
    double whole = 100, mantissa = 0;
    size_t integer = strspn(word + 1, "0123456789");
    const char *rest = word + 1 + integer;
    size_t digits = integer;
    if (*rest == '.') {
        digits += strspn(rest + 1, "0123456789");
        rest += 1 + digits - integer;
    }
    if (*rest)
        return false;
    *quantile = 0;
    /* One division, so that 99.9 is the double that is written 0.999. */
    for (const char *at = word + 1; at < rest; at++)
        if (*at != '.')
            mantissa = mantissa * 10 + (*at - '0');
    for (size_t i = integer; i < digits; i++)
        whole *= 10;
    *quantile = mantissa < whole ? mantissa / whole : 0;
    return true;
}

static bool take_metric(struct parser *parser) {
    struct threshold *out = parser->out;
    const char *word = take_until(parser, " ({<>=!");
    if (is_quantile(word, &out->quantile)) {
        out->metric = METRIC_QUANTILE;
        if (out->quantile > 0)
            return true;
        fail(parser, "%s is not a quantile between p0 and p100", word);
        return error_hint(parser->error, "for the ends there are min(…) and max(…)");
    }
    struct names names = names_init(parser, METRIC_COUNT);
    for (size_t i = 0; i < METRIC_COUNT; i++)
        names_add(&names, metrics[i].name);
    out->metric = METRIC_COUNT;
    for (size_t i = 0; i < METRIC_COUNT; i++)
        if (strcmp(metrics[i].name, word) == 0)
            out->metric = (enum metric_id)i;
    if (out->metric != METRIC_COUNT)
        return true;
    if (!*word) {
        fail(parser, "it begins with no metric");
        return error_hint(parser->error, "for example `%s`", example);
    }
    fail(parser, "no metric is called \"%s\"", word);
    for (size_t i = 0; i < LATENCY_COUNT; i++)
        if (strcmp(latency_names[i], word) == 0)
            return error_hint(parser->error, "say what of it: p99(%s), avg(%s), max(%s)", word,
                              word, word);
    return hint_names(parser, word, "the metrics are", &names);
}

static const char *argument_example(const struct metric *metric) {
    return metric->argument == ARGUMENT_DRIFT ? "p99" : "response";
}

/* Of a latency that only a queue or a schedule has. Without stages the options decide, and where
 * they do it can't be known here. */
static bool check_source(const struct parser *parser, const char *what, bool needs_rate) {
    enum load_source source = parser->workload->stage_source;
    if (parser->workload->stage_count == 0 || source == LOAD_RATE ||
        (source == LOAD_USERS && !needs_rate))
        return true;
    fail(parser, "%s needs %s, and the stages give %s", what,
         needs_rate ? "a rate" : "users or a rate", source == LOAD_USERS ? "users" : "a pool");
    return error_hint(parser->error, "for example `stages: [{name: peak, for: 1m, rate: 500/s}]`");
}

static bool take_latency(struct parser *parser, const struct metric *metric, const char *word) {
    struct threshold *out = parser->out;
    bool gauges = metric->argument == ARGUMENT_LATENCY_OR_GAUGE;
    for (size_t i = 0; i < LATENCY_COUNT; i++) {
        if (strcmp(latency_names[i], word) != 0)
            continue;
        out->latency = (enum latency)i;
        if (i != LATENCY_LAG && i != LATENCY_POOL_WAIT)
            return true;
        return check_source(parser, word, i == LATENCY_LAG);
    }
    struct names names = gauge_names(parser, latency_names, LATENCY_COUNT);
    if (!gauges)
        names.count = LATENCY_COUNT;
    size_t at = names_find(&names, word);
    if (at != THRESHOLD_ALL) {
        out->gauge = at - LATENCY_COUNT;
        out->unit = METRIC_NUMBER;
        return true;
    }
    fail(parser, "no latency%s is called \"%s\"", gauges ? " or gauge" : "", word);
    return hint_names(parser, word, names.count > LATENCY_COUNT ? "there are" : "the latencies are",
                      &names);
}

static bool take_drift(struct parser *parser, const char *word) {
    struct names names = gauge_names(parser, drift_names, DRIFT_GAUGE);
    size_t at = names_find(&names, word);
    if (at == THRESHOLD_ALL) {
        fail(parser, "there is no drift of \"%s\"", word);
        return hint_names(parser, word, "there is that of", &names);
    }
    parser->out->drift = at < DRIFT_GAUGE ? (enum drift_of)at : DRIFT_GAUGE;
    if (at >= DRIFT_GAUGE)
        parser->out->gauge = at - DRIFT_GAUGE;
    return true;
}

static bool take_argument(struct parser *parser) {
    const struct metric *metric = &metrics[parser->out->metric];
    const char *name = metric->name;
    bool given = take_char(parser, '(');
    if (metric->argument == ARGUMENT_NONE && given) {
        fail(parser, "%s has no argument", name);
        return error_hint(parser->error, "a stage or a step is named as in `%s{stage: peak}`",
                          name);
    }
    if (metric->argument == ARGUMENT_NONE)
        return true;
    const char *word = given ? take_until(parser, ")") : "";
    if (given && !take_char(parser, ')'))
        return fail(parser, "a \")\" is missing");
    if (!*word) {
        fail(parser, "it does not say what %s is of",
             parser->out->metric == METRIC_QUANTILE ? "the quantile" : name);
        return error_hint(parser->error, "for example `%s(%s)`", name, argument_example(metric));
    }
    return metric->argument == ARGUMENT_DRIFT ? take_drift(parser, word)
                                              : take_latency(parser, metric, word);
}

/* The metrics that a stage or a step narrows, or that are live. */
static struct names metric_names(const struct parser *parser, bool stage, bool step) {
    struct names names = names_init(parser, METRIC_COUNT);
    for (size_t i = 0; i < METRIC_COUNT; i++) {
        const struct metric *metric = &metrics[i];
        bool live = !stage && !step;
        if (!(stage ? metric->by_stage : step ? metric->by_step : metric->live))
            continue;
        names_add(&names, live && metric->argument != ARGUMENT_NONE
                              ? arena_printf(parser->arena, "%s(response)", metric->name)
                              : metric->name);
    }
    return names;
}

/* What there is in place of a stage or step of that name. */
static bool unknown_selection(const struct parser *parser, const char *kind, const char *word,
                              const struct names *names) {
    struct names stages = stage_names(parser), steps = step_names(parser);
    if (names->count) {
        fail(parser, "no %s is called \"%s\"", kind, word);
        return hint_names(parser, word,
                          arena_printf(parser->arena, "the %ss of this workload are", kind), names);
    }
    fail(parser, "the workload has no %ss", kind);
    if (steps.count)
        return hint_names(parser, "", "it has these steps", &steps);
    if (stages.count)
        return hint_names(parser, "", "it has these stages", &stages);
    return error_hint(parser->error, "it has no stages and no steps: leave {%s: %s} out", kind,
                      word);
}

static bool select_by(struct parser *parser, const char *kind, const char *word) {
    struct threshold *out = parser->out;
    const struct metric *metric = &metrics[out->metric];
    bool stage = strcmp(kind, "stage") == 0;
    size_t *selected = stage ? &out->stage : &out->step;
    if (*selected != THRESHOLD_ALL)
        return fail(parser, "it names two %ss", kind);
    if (!(stage ? metric->by_stage : metric->by_step) || (!stage && out->gauge != THRESHOLD_ALL)) {
        struct names narrowed = metric_names(parser, stage, !stage);
        fail(parser, "%s can't be narrowed to a %s",
             out->gauge == THRESHOLD_ALL ? metric->name : "a gauge", kind);
        return hint_names(parser, "", "these can", &narrowed);
    }
    struct names names = stage ? stage_names(parser) : step_names(parser);
    *selected = names_find(&names, word);
    return *selected != THRESHOLD_ALL || unknown_selection(parser, kind, word, &names);
}

static bool take_selectors(struct parser *parser) {
    static const char *const kinds[] = {"stage", "step"};
    const struct names known = {(const char **)kinds, 2};
    if (!take_char(parser, '{'))
        return true;
    do {
        const char *kind = take_until(parser, ":,}");
        if (names_find(&known, kind) == THRESHOLD_ALL) {
            fail(parser, "\"%s\" stands where a stage or a step is selected", kind);
            return error_hint(parser->error, "for example `{stage: peak, step: read}`");
        }
        if (!take_char(parser, ':'))
            return fail(parser, "a \":\" is missing after \"%s\"", kind);
        const char *word = take_until(parser, ",}");
        if (!*word)
            return fail(parser, "the name of the %s is missing", kind);
        if (!*parser->rest)
            break;
        if (!select_by(parser, kind, word))
            return false;
    } while (take_char(parser, ','));
    return take_char(parser, '}') || fail(parser, "a \"}\" is missing");
}

static bool take_operator(struct parser *parser) {
    static const struct {
        const char *text;
        enum threshold_operator compare;
    } operators[] = {
        {"<=", AT_MOST},   {">=", AT_LEAST}, {"==", EQUAL},
        {"!=", NOT_EQUAL}, {"<", BELOW},     {">", ABOVE},
    };
    skip_blanks(parser);
    parser->at_operator = parser->rest;
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
        size_t length = strlen(operators[i].text);
        if (strncmp(parser->rest, operators[i].text, length) != 0)
            continue;
        parser->out->compare = operators[i].compare;
        parser->rest += length;
        return true;
    }
    if (!*parser->rest)
        fail(parser, "it says nothing to compare with");
    else
        fail(parser, "\"%s\" does not begin with an operator", parser->rest);
    return error_hint(parser->error, "the operators are: <, <=, >, >=, == and !=");
}

static bool take_value(struct parser *parser) {
    struct threshold *out = parser->out;
    int left = (int)(parser->rest - out->text);
    const char *shown = threshold_value_example(out), *text = take_until(parser, "");
    struct error wrong = {0};
    if (!*text)
        fail(parser, "the value is missing");
    else if (threshold_value_parse(out, text, &out->value, &wrong))
        return true;
    else
        fail(parser, "%s", wrong.what);
    return error_hint(parser->error, "for example `%.*s %s`", left, out->text, shown);
}

/* What stands in a stage's own list says so wherever it is shown. */
static void name_stage(const struct parser *parser, const char *stage) {
    const char *text = parser->out->text, *brace = strchr(text, '{');
    const char *end = brace ? brace : parser->at_operator;
    while (!brace && end > text && end[-1] == ' ')
        end--;
    parser->out->text = brace ? arena_printf(parser->arena, "%.*s{stage: %s, %s", (int)(end - text),
                                             text, stage, brace + 1)
                              : arena_printf(parser->arena, "%.*s{stage: %s} %s", (int)(end - text),
                                             text, stage, parser->at_operator);
}

static bool check_stage_list(struct parser *parser) {
    struct threshold *out = parser->out;
    const struct metric *metric = &metrics[out->metric];
    if (parser->in_stage == THRESHOLD_ALL)
        return true;
    const char *name = parser->workload->stages[parser->in_stage].name;
    if (!metric->by_stage) {
        fail(parser, "%s can't be narrowed to a stage, and it stands in stage \"%s\"", metric->name,
             name);
        return error_hint(parser->error, "move it to the workload's own `thresholds:`");
    }
    if (out->stage != THRESHOLD_ALL && out->stage != parser->in_stage) {
        fail(parser, "it stands in stage \"%s\" and names another", name);
        return error_hint(parser->error, "leave the stage out, or move the threshold there");
    }
    if (out->stage == THRESHOLD_ALL)
        name_stage(parser, name);
    out->stage = parser->in_stage;
    return true;
}

static bool check_recovery(const struct parser *parser) {
    const struct threshold *out = parser->out;
    size_t count = parser->workload->stage_count;
    if (out->metric != METRIC_RECOVERY)
        return true;
    if (out->stage == THRESHOLD_ALL)
        fail(parser, "recovery is from a stage, and none is named");
    else if (out->stage == 0)
        fail(parser, "no stage stands before \"%s\", to which its recovery could be compared",
             parser->workload->stages[0].name);
    else if (out->stage + 1 == count)
        fail(parser, "no stage follows \"%s\", in which it could recover",
             parser->workload->stages[out->stage].name);
    else
        return true;
    return error_hint(parser->error,
                      "recovery{stage: NAME} needs a stage with another before and after it");
}

static bool check_abort(const struct parser *parser) {
    const struct threshold *out = parser->out;
    const struct metric *metric = &metrics[out->metric];
    bool latency = metric->argument != ARGUMENT_NONE;
    if (!out->abort)
        return true;
    if (out->step != THRESHOLD_ALL)
        fail(parser, "`abort` is not possible for one step: it is not known while the run goes on");
    else if (!metric->live || out->gauge != THRESHOLD_ALL ||
             (latency && out->latency != LATENCY_RESPONSE))
        fail(parser, "`abort` is not possible: its value is not known while the run goes on");
    else
        return true;
    struct names names = metric_names(parser, false, false);
    return hint_names(parser, "", "it is possible, over all steps, for", &names);
}

bool threshold_parse(const char *text, const struct place *at, size_t stage, bool abort,
                     const struct workload *workload, struct arena *arena, struct threshold *out,
                     struct error *error) {
    *out = (struct threshold){.text = normalise(text, arena),
                              .gauge = THRESHOLD_ALL,
                              .stage = THRESHOLD_ALL,
                              .step = THRESHOLD_ALL,
                              .abort = abort,
                              .at = *at};
    struct parser parser = {.rest = out->text,
                            .in_stage = stage,
                            .workload = workload,
                            .arena = arena,
                            .out = out,
                            .error = error};
    if (!take_metric(&parser))
        return false;
    out->unit = metrics[out->metric].unit;
    if (!take_argument(&parser) || !take_selectors(&parser) || !take_operator(&parser) ||
        !take_value(&parser) || !check_stage_list(&parser) || !check_recovery(&parser))
        return false;
    if (out->metric == METRIC_ACHIEVED && !check_source(&parser, "achieved", true))
        return false;
    return check_abort(&parser);
}

static bool is_of(const struct threshold *threshold, enum latency latency) {
    return metrics[threshold->metric].unit == METRIC_NS && threshold->metric != METRIC_RECOVERY &&
           threshold->gauge == THRESHOLD_ALL && threshold->latency == latency;
}

bool threshold_needs_rate(const struct threshold *threshold) {
    return threshold->metric == METRIC_ACHIEVED || is_of(threshold, LATENCY_LAG);
}

bool threshold_needs_queue(const struct threshold *threshold) {
    return is_of(threshold, LATENCY_POOL_WAIT);
}
