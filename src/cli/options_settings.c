#include "cli/options_settings.h"

#include <string.h>

#include "base/clock.h"
#include "base/units.h"
#include "row/args.h"

#define BACKLOG_MAX 100000000
#define ROUNDS_MAX 1000
#define BATCH_MAX 10000000
#define INTERVAL_MIN_NS (200 * NS_PER_MS)
#define INTERVAL_MAX_NS (3600 * NS_PER_S)
#define CEILING_MIN_NS (20 * NS_PER_MS)

const char *const option_settings[] = {
    [PATH] = "path",
    [POOL] = "pool",
    [POOL_IDLE] = "pool-idle",
    [POOL_LIFETIME] = "pool-lifetime",
    [CHECKOUT_TIMEOUT] = "checkout-timeout",
    [CONNECT_EACH] = "connect-each",
    [USERS] = "users",
    [THINK] = "think",
    [RATE] = "rate",
    [ARRIVAL] = "arrival",
    [BACKLOG] = "backlog",
    [ON_ERROR] = "on-error",
    [BATCH] = "batch",
    [MODE] = "mode",
    [DURATION] = "duration",
    [WARMUP] = "warmup",
    [INTERVAL] = "interval",
    [CEILING] = "ceiling",
    [ROWS] = "rows",
    [ROUNDS] = "rounds",
    [SEED] = "seed",
    [PROTOCOL] = "protocol",
    [BINDING] = "binding",
    [THREADS] = "threads",
    [SETTING_COUNT] = NULL,
};

static bool parse_count(const char *text, uint64_t min, uint64_t max, uint64_t *out,
                        struct error *error) {
    if (!units_count(text, out, error))
        return false;
    if (*out >= min && *out <= max)
        return true;
    return error_usage(error, "\"%s\" is not between %llu and %llu", text, (unsigned long long)min,
                       (unsigned long long)max);
}

static bool parse_count32(const char *text, uint32_t min, uint32_t max, uint32_t *out,
                          struct error *error) {
    uint64_t count;
    if (!parse_count(text, min, max, &count, error))
        return false;
    *out = (uint32_t)count;
    return true;
}

/* One of two words: whether it is the second. */
static bool parse_either(const char *text, const char *what, const char *first, const char *second,
                         bool *is_second, struct error *error) {
    *is_second = strcmp(text, second) == 0;
    if (*is_second || strcmp(text, first) == 0)
        return true;
    error_usage(error, "\"%s\" is no %s", text, what);
    return error_hint(error, "%s or %s", first, second);
}

static bool list_is_full(size_t count, struct error *error) {
    return count == MATRIX_LIST_MAX &&
           !error_usage(error, "a list of more than %d", MATRIX_LIST_MAX);
}

static bool listed_twice(const char *word, struct error *error) {
    return error_usage(error, "\"%s\" is listed twice", word);
}

static bool is_in_list(const struct range *list, size_t count, const struct range *range) {
    for (size_t i = 0; i < count; i++)
        if (list[i].min == range->min && list[i].max == range->max)
            return true;
    return false;
}

static bool take_path(const char *word, void *context, struct error *error) {
    struct matrix_options *out = context;
    if (list_is_full(out->path_count, error))
        return false;
    const struct write_path *path = write_path_find(word);
    if (!path) {
        const char *names[64];
        for (size_t i = 0; i < write_path_count; i++)
            names[i] = write_paths[i]->name;
        error_usage(error, "\"%s\" is no write path", word);
        const char *near = units_nearest(word, names, write_path_count);
        return near ? error_hint(error, "did you mean %s?", near)
                    : error_hint(error, "`pgwrite list paths` lists them");
    }
    for (size_t i = 0; i < out->path_count; i++)
        if (out->paths[i] == path)
            return listed_twice(word, error);
    out->paths[out->path_count++] = path;
    return true;
}

/* A number of connections is a count, of which more can be said than of a range. */
static bool take_pool(const char *word, void *context, struct error *error) {
    struct matrix_options *out = context;
    struct range *range = &out->pools[out->pool_count];
    if (list_is_full(out->pool_count, error))
        return false;
    if (!strstr(word, "..")) {
        if (!parse_count(word, 1, SETTING_POOL_MAX, &range->min, error))
            return false;
        range->max = range->min;
    } else if (!units_range(word, range, error)) {
        return false;
    } else if (range->min < 1 || range->max > SETTING_POOL_MAX) {
        return error_usage(error, "\"%s\" is not between 1 and %d", word, SETTING_POOL_MAX);
    }
    if (is_in_list(out->pools, out->pool_count, range))
        return listed_twice(word, error);
    out->pool_count++;
    return true;
}

static bool take_batch(const char *word, void *context, struct error *error) {
    struct matrix_options *out = context;
    struct range *range = &out->batches[out->batch_count];
    if (list_is_full(out->batch_count, error) || !units_range(word, range, error))
        return false;
    if (range->min < 1 || range->max > BATCH_MAX)
        return error_usage(error, "\"%s\" is not between 1 and %d rows", word, BATCH_MAX);
    if (is_in_list(out->batches, out->batch_count, range))
        return listed_twice(word, error);
    out->batch_count++;
    return true;
}

static bool set_path(const char *text, struct matrix_options *out, struct error *error) {
    return units_list(text, take_path, out, error);
}
static bool set_pool(const char *text, struct matrix_options *out, struct error *error) {
    return units_list(text, take_pool, out, error);
}
static bool set_pool_idle(const char *text, struct matrix_options *out, struct error *error) {
    return units_duration(text, &out->pool_idle_ns, error);
}
static bool set_pool_lifetime(const char *text, struct matrix_options *out, struct error *error) {
    return units_duration(text, &out->pool_lifetime_ns, error);
}
static bool set_checkout_timeout(const char *text, struct matrix_options *out,
                                 struct error *error) {
    return units_duration(text, &out->checkout_timeout_ns, error);
}
static bool set_connect_each(const char *text, struct matrix_options *out, struct error *error) {
    return parse_either(text, "yes or no", "no", "yes", &out->connect_each, error);
}
static bool set_users(const char *text, struct matrix_options *out, struct error *error) {
    return parse_count32(text, 1, LOAD_USERS_MAX, &out->users, error);
}
static bool set_think(const char *text, struct matrix_options *out, struct error *error) {
    struct range think_ns;
    if (!units_duration_range(text, &think_ns, error))
        return false;
    out->think_min_ns = think_ns.min;
    out->think_max_ns = think_ns.max;
    return true;
}
static bool set_rate(const char *text, struct matrix_options *out, struct error *error) {
    return units_rate(text, &out->rate_per_s, error);
}
static bool set_arrival(const char *text, struct matrix_options *out, struct error *error) {
    return parse_either(text, "kind of arrival", "poisson", "uniform", &out->uniform, error);
}
static bool set_backlog(const char *text, struct matrix_options *out, struct error *error) {
    return parse_count32(text, 1, BACKLOG_MAX, &out->backlog, error);
}
static bool set_on_error(const char *text, struct matrix_options *out, struct error *error) {
    return parse_either(text, "way to go on", "stop", "continue", &out->goes_on, error);
}
static bool set_batch(const char *text, struct matrix_options *out, struct error *error) {
    return units_list(text, take_batch, out, error);
}
static bool set_duration(const char *text, struct matrix_options *out, struct error *error) {
    if (!units_duration(text, &out->duration_ns, error))
        return false;
    return out->duration_ns >= NS_PER_MS ||
           error_usage(error, "\"%s\" is too short: 1ms at least", text);
}
static bool set_warmup(const char *text, struct matrix_options *out, struct error *error) {
    return units_duration(text, &out->warmup_ns, error);
}
static bool set_mode(const char *text, struct matrix_options *out, struct error *error) {
    return run_mode_parse(text, &out->mode, error);
}
static bool set_interval(const char *text, struct matrix_options *out, struct error *error) {
    if (!units_duration(text, &out->interval_ns, error))
        return false;
    if (out->interval_ns >= INTERVAL_MIN_NS && out->interval_ns <= INTERVAL_MAX_NS)
        return true;
    return error_usage(error, "\"%s\" is not between 200ms and 1h", text);
}
/* "off" is more than 0: it says that no ceiling is wanted. */
static bool set_ceiling(const char *text, struct matrix_options *out, struct error *error) {
    if (strcmp(text, "off") == 0)
        return true;
    if (!units_duration(text, &out->ceiling_ns, error))
        return false;
    return out->ceiling_ns >= CEILING_MIN_NS ||
           error_usage(error, "\"%s\" is too short: 20ms at least, or off", text);
}
static bool set_rows(const char *text, struct matrix_options *out, struct error *error) {
    return parse_count(text, 1, 1000000000000ull, &out->rows, error);
}
static bool set_rounds(const char *text, struct matrix_options *out, struct error *error) {
    return parse_count32(text, 1, ROUNDS_MAX, &out->rounds, error);
}
static bool set_seed(const char *text, struct matrix_options *out, struct error *error) {
    return parse_count(text, 0, INT64_MAX, &out->seed, error);
}
static bool set_protocol(const char *text, struct matrix_options *out, struct error *error) {
    return write_protocol_parse(text, &out->protocol, error);
}
static bool set_binding(const char *text, struct matrix_options *out, struct error *error) {
    bool pqtypes;
    if (!parse_either(text, "binding", "raw", "libpqtypes", &pqtypes, error))
        return false;
    out->binding = pqtypes ? WIRE_BINDING_LIBPQTYPES : WIRE_BINDING_RAW;
    return wire_binding_check(out->binding, error);
}
static bool set_threads(const char *text, struct matrix_options *out, struct error *error) {
    return parse_count32(text, 1, 256, &out->threads, error);
}

/* fallback NULL: settings_join has one, or the setting may be absent. An option without an argument
 * has a flag, and says "yes". */
static const struct setting {
    bool (*set)(const char *text, struct matrix_options *out, struct error *error);
    char **option;
    const char *fallback;
    const int *flag;
} settings[SETTING_COUNT] = {
    [PATH] = {set_path, &options.path, NULL, NULL},
    [POOL] = {set_pool, &options.pool, NULL, NULL},
    [POOL_IDLE] = {set_pool_idle, &options.pool_idle, NULL, NULL},
    [POOL_LIFETIME] = {set_pool_lifetime, &options.pool_lifetime, NULL, NULL},
    [CHECKOUT_TIMEOUT] = {set_checkout_timeout, &options.checkout_timeout, NULL, NULL},
    [CONNECT_EACH] = {set_connect_each, NULL, NULL, &options.connect_each},
    [USERS] = {set_users, &options.users, NULL, NULL},
    [THINK] = {set_think, &options.think, NULL, NULL},
    [RATE] = {set_rate, &options.rate, NULL, NULL},
    [ARRIVAL] = {set_arrival, &options.arrival, "poisson", NULL},
    [BACKLOG] = {set_backlog, &options.backlog, "10k", NULL},
    [ON_ERROR] = {set_on_error, &options.on_error, NULL, NULL},
    [BATCH] = {set_batch, &options.batch, NULL, NULL},
    [MODE] = {set_mode, &options.mode, "fixed", NULL},
    [DURATION] = {set_duration, &options.duration, "3s", NULL},
    [WARMUP] = {set_warmup, &options.warmup, "1s", NULL},
    [INTERVAL] = {set_interval, &options.interval, "1s", NULL},
    [CEILING] = {set_ceiling, &options.ceiling, NULL, NULL},
    [ROWS] = {set_rows, &options.rows, NULL, NULL},
    [ROUNDS] = {set_rounds, &options.rounds, "1", NULL},
    [SEED] = {set_seed, &options.seed, "1", NULL},
    [PROTOCOL] = {set_protocol, &options.protocol, "prepared", NULL},
    [BINDING] = {set_binding, &options.binding, "raw", NULL},
    [THREADS] = {set_threads, &options.threads, NULL, NULL},
};

const struct workload_load *setting_in_workload(const struct workload *workload,
                                                enum setting_id i) {
    for (size_t k = 0; k < workload->load_count; k++)
        if (strcmp(workload->load[k].option, option_settings[i]) == 0)
            return &workload->load[k];
    return NULL;
}

static bool apply(enum setting_id i, const struct workload *workload, struct matrix_options *out,
                  enum origin *origin, struct error *error) {
    const struct setting *setting = &settings[i];
    const struct workload_load *load = setting_in_workload(workload, i);
    const char *option = setting->option ? *setting->option : *setting->flag ? "yes" : NULL;
    *origin = option ? BY_OPTION : load ? BY_WORKLOAD : BY_DEFAULT;
    if (option)
        return setting->set(option, out, error) || error_prefix(error, "--%s", option_settings[i]);
    if (load) {
        if (setting->set(load->text, out, error))
            return true;
        error_prefix(error, "%s", option_settings[i]);
        return place_add(&load->at, error);
    }
    return !setting->fallback || setting->set(setting->fallback, out, error);
}

bool settings_apply(const struct workload *workload, struct matrix_options *out,
                    enum origin *origin, struct error *error) {
    for (enum setting_id i = 0; i < SETTING_COUNT; i++)
        if (!apply(i, workload, out, &origin[i], error))
            return false;
    return true;
}
