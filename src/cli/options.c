#include "cli/options.h"

#include <string.h>

#include "base/log.h"
#include "cli/metrics.h"
#include "cli/options_settings.h"
#include "workload/companion.h"

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
    {"pool", 0, POPT_ARG_STRING, &options.pool, 0,
     "connections, 1 to 1000, or a range 2..20 (default: 2 x CPUs)", "LIST"},
    {"users", 0, POPT_ARG_STRING, &options.users, 0,
     "closed loop: so many users share the pool, each with one transaction at a time", "N"},
    {"think", 0, POPT_ARG_STRING, &options.think, 0,
     "what a user waits between two transactions: a time or 1s..3s (default: 0)", "TIME"},
    {"rate", 0, POPT_ARG_STRING, &options.rate, 0,
     "open loop: so many transactions arrive, 500/s or 500000/day", "RATE"},
    {"arrival", 0, POPT_ARG_STRING, &options.arrival, 0,
     "how they arrive: poisson or uniform (default: poisson)", "NAME"},
    {"backlog", 0, POPT_ARG_STRING, &options.backlog, 0,
     "arrivals that may wait for a connection; more are dropped and counted (default: 10k)", "N"},
    {"checkout-timeout", 0, POPT_ARG_STRING, &options.checkout_timeout, 0,
     "how long a transaction waits for a connection before it fails; 0: for ever (default: 0)",
     "TIME"},
    {"pool-idle", 0, POPT_ARG_STRING, &options.pool_idle, 0,
     "a connection of a range that is idle for so long is closed; 0: never (default: 0)", "TIME"},
    {"pool-lifetime", 0, POPT_ARG_STRING, &options.pool_lifetime, 0,
     "a connection that is older is made anew; 0: never (default: 0)", "TIME"},
    {"connect-each", 0, POPT_ARG_NONE, &options.connect_each, 0,
     "a connection of its own for each transaction", NULL},
    {"on-error", 0, POPT_ARG_STRING, &options.on_error, 0,
     "stop or continue after a transaction failed (default: stop; continue with `faults:`)",
     "NAME"},
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
     "worker threads (default: CPUs, at most the pool; 1 with users or a rate)", "N"},
    POPT_TABLEEND,
};

struct poptOption options_observe[] = {
    {"log-locks", 0, POPT_ARG_NONE, &options.log_locks, 0,
     "exact lock waits of 10 ms and more from the server's log (needs the right to)", NULL},
    {"fsync-probe", 0, POPT_ARG_STRING, &options.fsync_probe, 0,
     "folder to probe with fdatasync, or off (default: the throwaway server's data)", "DIR"},
    {"metrics-listen", 0, POPT_ARG_STRING, &options.metrics_listen, 0,
     "show the run to Prometheus while it goes on, on 127.0.0.1:9188 for example", "HOST:PORT"},
    POPT_TABLEEND,
};

/* Whether connections come and go while the load runs: a backend that ends may then still be there
 * when its successor begins. */
static bool pool_changes(const struct matrix_options *matrix, const struct range *pool) {
    return pool->min < pool->max || matrix->connect_each || matrix->pool_lifetime_ns ||
           matrix->goes_on;
}

/* What the widest pool takes of the server. */
static uint32_t pool_connections(const struct matrix_options *matrix) {
    uint64_t widest = 0;
    for (size_t i = 0; i < matrix->pool_count; i++) {
        const struct range *pool = &matrix->pools[i];
        uint64_t most = pool_changes(matrix, pool) ? 2 * pool->max : pool->max;
        widest = most > widest ? most : widest;
    }
    return (uint32_t)widest;
}

bool options_matrix(const struct workload *workload, struct matrix_options *out,
                    struct error *error) {
    *out = (struct matrix_options){.workload = workload, .table = options.table};
    enum origin origin[SETTING_COUNT];
    if (!settings_apply(workload, out, origin, error) ||
        !settings_join(workload, out, origin, error))
        return false;
    out->log_locks = options.log_locks;
    out->board = metrics_board();
    out->fsync_off = options.fsync_probe && strcmp(options.fsync_probe, "off") == 0;
    out->fsync_dir = out->fsync_off ? NULL : options.fsync_probe;
    out->session = (struct session_options){
        .target = {options.dbname, options.host, options.port, options.user},
        .throwaway = options.throwaway,
        .data_dir = options.data_dir,
        .pg_bin = options.pg_bin,
        .connections = pool_connections(out) + companions_sessions(workload),
        .log_locks = options.log_locks,
        .keep = options.keep,
    };
    log_set_quiet(options.quiet);
    return true;
}

/* A connection where a file is expected would be quoted with its password. */
static bool refuse_connection(const char *word, struct arena *arena, struct error *error) {
    const char *shown = word ? target_redact(word, arena) : word;
    if (shown == word)
        return true;
    error_usage(error, "\"%s\" is a connection, not a file", shown);
    return error_hint(error, "-d names a server");
}

bool options_workload_load(const char **arguments, struct arena *arena, struct workload *workload,
                           struct error *error) {
    for (const char **word = arguments; *word; word++)
        if (!refuse_connection(*word, arena, error))
            return false;
    if (!refuse_connection(options.schema, arena, error))
        return error_prefix(error, "--schema");
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
