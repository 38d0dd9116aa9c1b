#include "cli/size_options.h"

#include <stdio.h>
#include <string.h>

#include "base/strbuf.h"
#include "cli/options_settings.h"
#include "workload/threshold.h"

#define LEVELS_DEFAULT "1,2,4,8,16,32,64"
#define PEAK_MAX 1000
#define BATCH_ROWS_MAX 10000000

/* What size decides itself. The other settings say how the writer works, not how much it is asked
 * for, and stay. */
static const enum setting_id decided[] = {
    USERS, THINK, RATE,     ARRIVAL, POOL,   POOL_IDLE, ON_ERROR,
    MODE,  ROWS,  DURATION, WARMUP,  ROUNDS, CEILING,
};
enum { DECIDED = sizeof decided / sizeof *decided };

/* Not of a gauge; nor of connecting, which a fixed pool does before the load. */
static bool is_of_transactions(const struct threshold *threshold) {
    return threshold->gauge == THRESHOLD_ALL && threshold->latency != LATENCY_CONNECT;
}

const char *size_slo_refusal(const struct threshold *threshold) {
    bool latency = false;
    if (threshold->stage != THRESHOLD_ALL)
        return "it is of one stage, and size leaves the stages out";
    switch (threshold->metric) {
    case METRIC_QUANTILE:
    case METRIC_AVG:
    case METRIC_MAX:
        if (!is_of_transactions(threshold))
            return "it is of no time that a transaction takes";
        latency = true;
        break;
    case METRIC_ERRORS:
    case METRIC_DROPPED:
    case METRIC_TIMEOUTS:
    case METRIC_DEADLOCKS:
    case METRIC_LOCK_SHARE:
        break;
    default:
        return "its metric says nothing of how a load is served";
    }
    /* What can't be less than 0 is 0 at most. */
    if (threshold->compare == EQUAL && threshold->value == 0 && !latency)
        return NULL;
    if (threshold->compare != BELOW && threshold->compare != AT_MOST)
        return "it says no limit that more load comes up to";
    if (threshold->value == 0 && (latency || threshold->compare == BELOW))
        return "no load could hold it";
    return NULL;
}

static bool hint_slo(struct error *error) {
    return error_hint(error, "an SLO is a quantile, avg or max of response, lag, pool_wait, "
                             "statement or commit, or errors, dropped, timeouts, lock_waits.share "
                             "or deadlocks, with < or <= and a limit, of the latter also == 0");
}

static bool same_subject(const struct threshold *a, const struct threshold *b) {
    return a->metric == b->metric && a->quantile == b->quantile && a->latency == b->latency &&
           a->step == b->step;
}

static bool parse_slos(const struct workload *workload, char *const *words, struct arena *arena,
                       struct threshold *out, size_t *count, struct error *error) {
    static const struct place at = {.file = "--slo"};
    /* With its stages, so that one which is named is known, and with the rate that size offers. */
    struct workload with_rate = *workload;
    with_rate.stage_source = LOAD_RATE;
    for (*count = 0; words[*count]; (*count)++) {
        struct threshold *slo = &out[*count];
        if (!threshold_parse(words[*count], &at, THRESHOLD_ALL, false, &with_rate, arena, slo,
                             error))
            return false;
        const char *why = size_slo_refusal(slo);
        if (why) {
            error_usage(error, "--slo: \"%s\" can't be an SLO: %s", slo->text, why);
            return hint_slo(error);
        }
        for (size_t i = 0; i < *count; i++)
            if (same_subject(&out[i], slo)) {
                error_usage(error, "--slo: \"%s\" and \"%s\" are two limits of the same",
                            out[i].text, slo->text);
                return error_hint(error, "leave one of them out");
            }
    }
    return true;
}

/* Words of what is left out. */
struct left_out {
    const char *words[DECIDED + 8];
    size_t count;
};

static void leave_out(struct left_out *left_out, const char *word) {
    left_out->words[left_out->count++] = word;
}

static const char *join_words(const struct left_out *left_out, struct arena *arena) {
    struct strbuf text = STRBUF_INIT;
    for (size_t i = 0; i < left_out->count; i++)
        strbuf_printf(&text, "%s%s",
                      i == 0                     ? ""
                      : i + 1 == left_out->count ? " and "
                                                 : ", ",
                      left_out->words[i]);
    const char *words = left_out->count ? arena_strdup(arena, text.text) : NULL;
    strbuf_release(&text);
    return words;
}

/* Those of the workload that can be SLOs; the others are named. */
static void keep_slos(const struct workload *workload, struct arena *arena, struct threshold *out,
                      size_t *count, struct left_out *left_out) {
    struct strbuf others = STRBUF_INIT;
    *count = 0;
    for (size_t i = 0; i < workload->threshold_count; i++) {
        const struct threshold *threshold = &workload->thresholds[i];
        if (size_slo_refusal(threshold)) {
            strbuf_printf(&others, "%s\"%s\"", others.length ? ", " : "", threshold->text);
            continue;
        }
        out[*count] = *threshold;
        /* One that a rate does not hold is what size looks for: it ends nothing. */
        out[(*count)++].abort = false;
    }
    if (others.length)
        leave_out(left_out,
                  arena_printf(arena, "the thresholds that are no SLO (%s)", others.text));
    strbuf_release(&others);
}

static bool take_slos(struct workload *workload, char *const *words, struct arena *arena,
                      struct left_out *left_out, struct error *error) {
    size_t most = workload->threshold_count, count = 0;
    bool has_own = most > 0;
    for (size_t i = 0; words && words[i]; i++)
        most = i + 1 > most ? i + 1 : most;
    struct threshold *slos = ARENA_ARRAY(arena, struct threshold, most + 1);
    if (words && !parse_slos(workload, words, arena, slos, &count, error))
        return false;
    if (words && has_own)
        leave_out(left_out, "thresholds");
    else if (!words)
        keep_slos(workload, arena, slos, &count, left_out);
    workload->thresholds = slos;
    workload->threshold_count = count;
    if (count > 0)
        return true;
    error_usage(error, has_own ? "no SLO: --slo is not given, and no threshold of the workload can "
                                 "be one"
                               : "no SLO: neither --slo nor a threshold of the workload says what "
                                 "has to hold");
    return error_hint(error, "for example --slo 'p99(response) < 50ms' --slo 'errors < 0.1%%'");
}

static bool is_decided(const char *option) {
    for (size_t i = 0; i < DECIDED; i++)
        if (strcmp(option_settings[decided[i]], option) == 0)
            return true;
    return false;
}

static bool goes_on(const struct workload_load *load) {
    return strcmp(load->option, option_settings[ON_ERROR]) == 0 &&
           strcmp(load->text, "continue") == 0;
}

static void take_load(struct workload *workload, struct arena *arena, struct left_out *left_out) {
    const struct workload_load own[] = {
        {.option = option_settings[POOL], .text = LEVELS_DEFAULT},
        {.option = option_settings[RATE], .text = "1/s"},
        {.option = option_settings[ON_ERROR], .text = "continue"},
    };
    enum { OWN = sizeof own / sizeof *own };
    struct workload_load *load =
        ARENA_ARRAY(arena, struct workload_load, workload->load_count + OWN);
    size_t count = 0;
    for (size_t i = 0; i < workload->load_count; i++)
        if (!is_decided(workload->load[i].option))
            load[count++] = workload->load[i];
        else if (!goes_on(&workload->load[i]))
            leave_out(left_out, workload->load[i].option);
    for (size_t i = 0; i < OWN; i++)
        load[count++] = own[i];
    workload->load = load;
    workload->load_count = count;
}

bool size_take_workload(struct workload *workload, char *const *slos, struct arena *arena,
                        const char **left_out, struct error *error) {
    struct left_out words = {.count = 0};
    if (workload->stage_count)
        leave_out(&words, "stages");
    take_load(workload, arena, &words);
    if (workload->tenant_count)
        leave_out(&words, "tenants");
    if (!take_slos(workload, slos, arena, &words, error))
        return false;
    workload->stages = NULL;
    workload->stage_count = 0;
    workload->stage_source = LOAD_POOL;
    workload->tenants = NULL;
    workload->tenant_count = 0;
    *left_out = join_words(&words, arena);
    return true;
}

static bool has_threads(const struct workload *workload) {
    return options.threads || setting_in_workload(workload, THREADS);
}

bool size_take_matrix(struct matrix_options *matrix, struct error *error) {
    for (size_t i = 0; i < matrix->pool_count; i++) {
        struct range level = matrix->pools[i];
        if (level.min < level.max) {
            error_usage(error, "--pool: %llu..%llu is a range, and size looks for one number",
                        (unsigned long long)level.min, (unsigned long long)level.max);
            return error_hint(error, "name the levels to try: --pool " LEVELS_DEFAULT);
        }
        size_t at = i;
        for (; at > 0 && matrix->pools[at - 1].min > level.min; at--)
            matrix->pools[at] = matrix->pools[at - 1];
        matrix->pools[at] = level;
    }
    /* These stood for the open loop; each round has a load of its own. */
    matrix->rate_per_s = 0;
    matrix->pool_at = NULL;
    if (!has_threads(matrix->workload) && matrix->binding == WIRE_BINDING_RAW)
        matrix->threads = 0;
    return true;
}

bool size_parse_peak(const char *text, double *peak, struct error *error) {
    char number[32];
    size_t length = strlen(text);
    if (length > 1 && text[length - 1] == 'x')
        length--;
    if (length >= sizeof number)
        length = 0;
    snprintf(number, sizeof number, "%.*s", (int)length, text);
    struct error wrong = {0};
    if (length > 0 && units_number(number, peak, &wrong) && *peak >= 1 && *peak <= PEAK_MAX)
        return true;
    error_usage(error, "\"%s\" is not between 1 and %d times the average", text, PEAK_MAX);
    return error_hint(error, "for example 10x");
}

struct batches {
    uint64_t *rows;
    size_t count;
};

static bool take_batch(const char *word, void *context, struct error *error) {
    struct batches *batches = context;
    uint64_t rows;
    if (batches->count == MATRIX_LIST_MAX)
        return error_usage(error, "a list of more than %d", MATRIX_LIST_MAX);
    if (!units_count(word, &rows, error))
        return false;
    if (rows < 1 || rows > BATCH_ROWS_MAX)
        return error_usage(error, "\"%s\" is not between 1 and %d rows", word, BATCH_ROWS_MAX);
    size_t at = 0;
    while (at < batches->count && batches->rows[at] < rows)
        at++;
    if (at < batches->count && batches->rows[at] == rows)
        return error_usage(error, "\"%s\" is listed twice", word);
    memmove(&batches->rows[at + 1], &batches->rows[at],
            (batches->count - at) * sizeof *batches->rows);
    batches->rows[at] = rows;
    batches->count++;
    return true;
}

bool size_parse_batches(const char *text, uint64_t rows[MATRIX_LIST_MAX], size_t *count,
                        struct error *error) {
    struct batches batches = {rows, 0};
    *count = 0;
    if (strcmp(text, "off") == 0)
        return true;
    if (!units_list(text, take_batch, &batches, error))
        return false;
    *count = batches.count;
    return true;
}

/* The lowest rate that was taken as not holding has failed, and was not only too short to tell. */
static bool lowest_failed(const struct size_result *result) {
    for (size_t i = 0; i < result->probe_count; i++)
        if (result->probes[i].verdict == SIZE_FAILS && is_known(result->high_per_s) &&
            result->probes[i].point.rate_per_s <= result->high_per_s)
            return true;
    return false;
}

enum exit_code size_exit_code(const struct size_result *result) {
    bool found = is_known(result->capacity_per_s);
    /* A rate that failed, and none that held: too much, however little it was. */
    bool nothing_holds = !found && lowest_failed(result);
    switch (result->fits) {
    case SIZE_FITS:
        return result->confirmed || result->need_confirmed ? EXIT_OK : EXIT_INCONCLUSIVE;
    case SIZE_SHORT:
        return EXIT_THRESHOLD;
    case SIZE_UNDECIDED:
        return EXIT_INCONCLUSIVE;
    case SIZE_NO_NEED:
        break;
    }
    return found ? EXIT_OK : nothing_holds ? EXIT_THRESHOLD : EXIT_INCONCLUSIVE;
}
