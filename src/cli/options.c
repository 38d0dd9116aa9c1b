#include "cli/options.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/units.h"
#include "row/args.h"
#include "workload/companion.h"

#define POOL_MAX 1000
#define ROUNDS_MAX 1000
#define BATCH_MAX 10000000
#define INTERVAL_MIN_NS (200 * NS_PER_MS)
#define INTERVAL_MAX_NS (3600 * NS_PER_S)
/* By default a sixth of the duration, so that the runs that are short anyhow stay so. */
#define CEILING_MIN_NS (20 * NS_PER_MS)
#define CEILING_MAX_NS (500 * NS_PER_MS)
#define CEILING_OF_ROWS_NS (100 * NS_PER_MS)

struct options options;

struct poptOption options_target[] = {
    {"dbname", 'd', POPT_ARG_STRING, &options.dbname, 0, "database, conninfo or URI of the server",
     "NAME"},
    {"host", 'h', POPT_ARG_STRING, &options.host, 0, "its host, or its socket's directory", "HOST"},
    {"port", 'p', POPT_ARG_STRING, &options.port, 0, "its port", "PORT"},
    {"username", 'U', POPT_ARG_STRING, &options.user, 0, "the role to connect as", "ROLE"},
    POPT_TABLEEND,
};

struct poptOption options_server[] = {
    {"throwaway", 0, POPT_ARG_NONE, &options.throwaway, 0,
     "start a throwaway server even if PG* names one", NULL},
    {"keep", 0, POPT_ARG_NONE, &options.keep, 0,
     "leave the last schema, and a throwaway server, in place", NULL},
    {"data-dir", 0, POPT_ARG_STRING, &options.data_dir, 0,
     "folder in which the throwaway server's is made", "DIR"},
    {"pg-bin", 0, POPT_ARG_STRING, &options.pg_bin, 0, "folder of the initdb and postgres to use",
     "DIR"},
    POPT_TABLEEND,
};

struct poptOption options_workload[] = {
    {"schema", 0, POPT_ARG_STRING, &options.schema, 0,
     "SQL file to load in place of the workload's schema", "FILE"},
    {"table", 0, POPT_ARG_STRING, &options.table, 0, "the table of the schema to write to", "NAME"},
    POPT_TABLEEND,
};

struct poptOption options_load[] = {
    {"path", 0, POPT_ARG_STRING, &options.path, 0,
     "write paths (default: all; see `pgwrite list paths`)", "LIST"},
    {"pool", 0, POPT_ARG_STRING, &options.pool, 0, "connections, 1 to 1000 (default: 2 x CPUs)",
     "LIST"},
    {"batch", 0, POPT_ARG_STRING, &options.batch, 0,
     "rows a commit, or a range 5..15 (default: 100)", "LIST"},
    {"mode", 0, POPT_ARG_STRING, &options.mode, 0,
     "what is measured: fixed, steady or cycle (default: fixed)", "NAME"},
    {"duration", 0, POPT_ARG_STRING, &options.duration, 0, "measured time a cell (default: 3s)",
     "TIME"},
    {"warmup", 0, POPT_ARG_STRING, &options.warmup, 0,
     "time before it (default: 1s; none with --rows)", "TIME"},
    {"interval", 0, POPT_ARG_STRING, &options.interval, 0, "of the time line (default: 1s)",
     "TIME"},
    {"ceiling", 0, POPT_ARG_STRING, &options.ceiling, 0,
     "how long to write into a table that discards, or off (default: a sixth of the duration, "
     "500ms at most)",
     "TIME"},
    {"rows", 0, POPT_ARG_STRING, &options.rows, 0,
     "write exactly N rows a cell in place of a duration", "N"},
    {"rounds", 0, POPT_ARG_STRING, &options.rounds, 0,
     "runs of each cell, interleaved (default: 1)", "N"},
    {"seed", 0, POPT_ARG_STRING, &options.seed, 0,
     "of the values and of the order of cells (default: 1)", "N"},
    {"protocol", 0, POPT_ARG_STRING, &options.protocol, 0,
     "how INSERTs are sent: prepared, extended or, path insert alone, simple (default: prepared)",
     "NAME"},
    {"binding", 0, POPT_ARG_STRING, &options.binding, 0,
     "how parameters reach libpq: raw or libpqtypes (default: raw)", "NAME"},
    {"threads", 0, POPT_ARG_STRING, &options.threads, 0,
     "worker threads (default: CPUs, at most the pool)", "N"},
    POPT_TABLEEND,
};

struct poptOption options_observe[] = {
    {"log-locks", 0, POPT_ARG_NONE, &options.log_locks, 0,
     "exact lock waits of 10 ms and more from the server's log (needs the right to)", NULL},
    {"fsync-probe", 0, POPT_ARG_STRING, &options.fsync_probe, 0,
     "folder to probe with fdatasync, or off (default: the throwaway server's data)", "DIR"},
    POPT_TABLEEND,
};

/* The settings: each is an option and a key of `load:`. */
enum setting_id {
    PATH,
    POOL,
    BATCH,
    MODE,
    DURATION,
    WARMUP,
    INTERVAL,
    CEILING,
    ROWS,
    ROUNDS,
    SEED,
    PROTOCOL,
    BINDING,
    THREADS,
    SETTING_COUNT
};

const char *const option_settings[] = {
    [PATH] = "path",         [POOL] = "pool",         [BATCH] = "batch",
    [MODE] = "mode",         [DURATION] = "duration", [WARMUP] = "warmup",
    [INTERVAL] = "interval", [CEILING] = "ceiling",   [ROWS] = "rows",
    [ROUNDS] = "rounds",     [SEED] = "seed",         [PROTOCOL] = "protocol",
    [BINDING] = "binding",   [THREADS] = "threads",   [SETTING_COUNT] = NULL};

static bool parse_count(const char *text, uint64_t min, uint64_t max, uint64_t *out,
                        struct error *error) {
    if (!units_count(text, out, error))
        return false;
    if (*out >= min && *out <= max)
        return true;
    return error_usage(error, "\"%s\" is not between %llu and %llu", text, (unsigned long long)min,
                       (unsigned long long)max);
}

static bool list_is_full(size_t count, struct error *error) {
    return count == MATRIX_LIST_MAX &&
           !error_usage(error, "a list of more than %d", MATRIX_LIST_MAX);
}

static bool listed_twice(const char *word, struct error *error) {
    return error_usage(error, "\"%s\" is listed twice", word);
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

static bool take_pool(const char *word, void *context, struct error *error) {
    struct matrix_options *out = context;
    uint64_t pool;
    if (list_is_full(out->pool_count, error) || !parse_count(word, 1, POOL_MAX, &pool, error))
        return false;
    for (size_t i = 0; i < out->pool_count; i++)
        if (out->pools[i] == pool)
            return listed_twice(word, error);
    out->pools[out->pool_count++] = (uint32_t)pool;
    return true;
}

static bool take_batch(const char *word, void *context, struct error *error) {
    struct matrix_options *out = context;
    struct range *range = &out->batches[out->batch_count];
    if (list_is_full(out->batch_count, error) || !units_range(word, range, error))
        return false;
    if (range->min < 1 || range->max > BATCH_MAX)
        return error_usage(error, "\"%s\" is not between 1 and %d rows", word, BATCH_MAX);
    for (size_t i = 0; i < out->batch_count; i++)
        if (out->batches[i].min == range->min && out->batches[i].max == range->max)
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
static bool set_batch(const char *text, struct matrix_options *out, struct error *error) {
    return units_list(text, take_batch, out, error);
}
static bool set_duration(const char *text, struct matrix_options *out, struct error *error) {
    if (!units_duration(text, &out->duration_ns, error))
        return false;
    return out->duration_ns >= 1000000 ||
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
    uint64_t rounds;
    if (!parse_count(text, 1, ROUNDS_MAX, &rounds, error))
        return false;
    out->rounds = (uint32_t)rounds;
    return true;
}
static bool set_seed(const char *text, struct matrix_options *out, struct error *error) {
    return parse_count(text, 0, INT64_MAX, &out->seed, error);
}
static bool set_protocol(const char *text, struct matrix_options *out, struct error *error) {
    return write_protocol_parse(text, &out->protocol, error);
}
static bool set_binding(const char *text, struct matrix_options *out, struct error *error) {
    if (strcmp(text, "raw") != 0 && strcmp(text, "libpqtypes") != 0) {
        error_usage(error, "\"%s\" is no binding", text);
        return error_hint(error, "raw or libpqtypes");
    }
    out->binding = strcmp(text, "raw") == 0 ? WIRE_BINDING_RAW : WIRE_BINDING_LIBPQTYPES;
    return wire_binding_check(out->binding, error);
}
static bool set_threads(const char *text, struct matrix_options *out, struct error *error) {
    uint64_t threads;
    if (!parse_count(text, 1, 256, &threads, error))
        return false;
    out->threads = (uint32_t)threads;
    return true;
}

/* fallback NULL: the caller has one, or the setting may be absent. */
static const struct setting {
    bool (*set)(const char *text, struct matrix_options *out, struct error *error);
    char **option;
    const char *fallback;
} settings[SETTING_COUNT] = {
    [PATH] = {set_path, &options.path, NULL},
    [POOL] = {set_pool, &options.pool, NULL},
    [BATCH] = {set_batch, &options.batch, "100"},
    [MODE] = {set_mode, &options.mode, "fixed"},
    [DURATION] = {set_duration, &options.duration, "3s"},
    [WARMUP] = {set_warmup, &options.warmup, "1s"},
    [INTERVAL] = {set_interval, &options.interval, "1s"},
    [CEILING] = {set_ceiling, &options.ceiling, NULL},
    [ROWS] = {set_rows, &options.rows, NULL},
    [ROUNDS] = {set_rounds, &options.rounds, "1"},
    [SEED] = {set_seed, &options.seed, "1"},
    [PROTOCOL] = {set_protocol, &options.protocol, "prepared"},
    [BINDING] = {set_binding, &options.binding, "raw"},
    [THREADS] = {set_threads, &options.threads, NULL},
};

static const struct workload_load *in_workload(const struct workload *workload, const char *name) {
    for (size_t i = 0; i < workload->load_count; i++)
        if (strcmp(workload->load[i].option, name) == 0)
            return &workload->load[i];
    return NULL;
}

/* Where a setting comes from; the higher one wins. */
enum origin { BY_DEFAULT, BY_WORKLOAD, BY_OPTION };

static bool apply(enum setting_id i, const struct workload *workload, struct matrix_options *out,
                  enum origin *origin, struct error *error) {
    const struct setting *setting = &settings[i];
    const struct workload_load *load = in_workload(workload, option_settings[i]);
    *origin = *setting->option ? BY_OPTION : load ? BY_WORKLOAD : BY_DEFAULT;
    if (*setting->option)
        return setting->set(*setting->option, out, error) ||
               error_prefix(error, "--%s", option_settings[i]);
    if (load) {
        if (setting->set(load->text, out, error))
            return true;
        error_prefix(error, "%s", option_settings[i]);
        return place_add(&load->at, error);
    }
    return !setting->fallback || setting->set(setting->fallback, out, error);
}

/* A setting that another one excludes; in the workload, at its line. Returns false. */
static bool refuse(enum setting_id i, enum setting_id other, const char *why, const char *hint,
                   const enum origin *origin, const struct workload *workload,
                   struct error *error) {
    error_usage(error, "%s%s does not go with %s%s: %s", origin[i] == BY_OPTION ? "--" : "",
                option_settings[i], origin[other] == BY_OPTION ? "--" : "", option_settings[other],
                why);
    error_hint(error, "%s", hint);
    return origin[i] == BY_WORKLOAD &&
           place_add(&in_workload(workload, option_settings[i])->at, error);
}

static bool check_together(const enum origin *origin, const struct workload *workload,
                           struct matrix_options *out, struct error *error) {
    if (origin[ROWS] && origin[DURATION] == origin[ROWS])
        return refuse(DURATION, ROWS, "rows or time end a cell", "leave one of them out", origin,
                      workload, error);
    if (origin[DURATION] > origin[ROWS])
        out->rows = 0;
    if (out->rows && origin[WARMUP] >= origin[ROWS])
        return refuse(WARMUP, ROWS, "every row of a cell is counted",
                      "leave it out, or give a duration in place of the rows", origin, workload,
                      error);
    if (out->rows && out->mode != MODE_FIXED && origin[MODE] >= origin[ROWS])
        return refuse(MODE, ROWS, "every row of a cell is counted",
                      "leave it out, or give a duration in place of the rows", origin, workload,
                      error);
    if (out->rows) {
        out->warmup_ns = 0;
        out->mode = MODE_FIXED;
    }
    if (out->binding != WIRE_BINDING_LIBPQTYPES)
        return true;
    if (out->threads > 1 && origin[THREADS] >= origin[BINDING])
        return refuse(THREADS, BINDING,
                      "libpqtypes works on one thread, as it keeps process-wide state",
                      "leave it out, or take the binding raw", origin, workload, error);
    out->threads = 1;
    return true;
}

static uint64_t default_ceiling_ns(const struct matrix_options *out) {
    uint64_t sixth_ns = out->duration_ns / 6;
    return out->rows                   ? CEILING_OF_ROWS_NS
           : sixth_ns < CEILING_MIN_NS ? CEILING_MIN_NS
           : sixth_ns > CEILING_MAX_NS ? CEILING_MAX_NS
                                       : sixth_ns;
}

static void fill_defaults(const enum origin *origin, struct matrix_options *out) {
    if (origin[CEILING] == BY_DEFAULT)
        out->ceiling_ns = default_ceiling_ns(out);
    if (out->path_count == 0)
        for (size_t i = 0; i < write_path_count; i++)
            out->paths[out->path_count++] = write_paths[i];
    if (out->pool_count == 0) {
        long cpus = sysconf(_SC_NPROCESSORS_ONLN);
        uint32_t pool = cpus < 1 ? 2 : (uint32_t)cpus * 2;
        out->pools[out->pool_count++] = pool < POOL_MAX ? pool : POOL_MAX;
    }
}

bool options_matrix(const struct workload *workload, struct matrix_options *out,
                    struct error *error) {
    *out = (struct matrix_options){.workload = workload, .table = options.table};
    enum origin origin[SETTING_COUNT];
    for (enum setting_id i = 0; i < SETTING_COUNT; i++)
        if (!apply(i, workload, out, &origin[i], error))
            return false;
    if (!check_together(origin, workload, out, error))
        return false;
    fill_defaults(origin, out);
    out->log_locks = options.log_locks;
    out->fsync_off = options.fsync_probe && strcmp(options.fsync_probe, "off") == 0;
    out->fsync_dir = out->fsync_off ? NULL : options.fsync_probe;
    uint32_t widest = 0;
    for (size_t i = 0; i < out->pool_count; i++)
        widest = out->pools[i] > widest ? out->pools[i] : widest;
    out->session = (struct session_options){
        .target = {options.dbname, options.host, options.port, options.user},
        .throwaway = options.throwaway,
        .data_dir = options.data_dir,
        .pg_bin = options.pg_bin,
        .connections = widest + companions_sessions(workload),
        .log_locks = options.log_locks,
        .keep = options.keep,
    };
    log_set_quiet(options.quiet);
    return true;
}

bool options_workload_load(const char **arguments, struct arena *arena, struct workload *workload,
                           struct error *error) {
    if (arguments[0] && arguments[1]) {
        error_usage(error, "\"%s\": one workload at a time", arguments[1]);
        return error_hint(error, "options have two dashes, values with blanks need quotes");
    }
    if (!arguments[0] && options.schema)
        return workload_from_schema(options.schema, arena, workload, error);
    if (!workload_load(arguments[0] ? arguments[0] : "events", option_settings, arena, workload,
                       error))
        return false;
    if (!options.schema)
        return true;
    struct workload other;
    if (!workload_from_schema(options.schema, arena, &other, error))
        return error_prefix(error, "--schema");
    workload->schema_sql = other.schema_sql;
    workload->schema_file = other.schema_file;
    return true;
}
