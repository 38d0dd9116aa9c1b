/*
 * A workload file (YAML): what to write and how, checked for form. Types are not known yet: the
 * plan (plan.h) joins it with the catalog.
 *
 *     name: events
 *     description: Page events of a web shop
 *     schema: ../schemas/events.sql     relative to this file
 *     table: events
 *     columns:
 *       site_id: {gen: int, min: 1, max: 500, dist: zipf}
 *       kind:    {gen: choice, of: {page_view: 70, click: 25, purchase: 5}}
 *       created_at: default             leave the column out of the statement
 *     load:                             each key is also a command-line option; the option wins
 *       path: [insert, copy-binary]
 *       pool: 8
 *       batch: 5..15
 *     companions:                       what other sessions do meanwhile
 *       - {do: lock, row: id = 1, hold: 200ms, every: 1s}
 *       - {do: ddl, sql: CREATE INDEX ON events (kind), after: 2s}
 *     tables:                           further tables of the steps, and rows to be there before
 *       users: {rows: 10k, columns: {id: {gen: serial}}}
 *     steps:                            a mix of transactions
 *       - {name: create, weight: 30, insert: users, path: multirow, batch: 10}
 *       - {name: read, weight: 50, select: users}
 *       - name: apply
 *         weight: 20
 *         transaction:
 *           - insert: applications
 *           - {insert: audit_log, set: {request_id: applications.request_id}}
 *           - pause: 0ms..10ms
 *           - sql: UPDATE users SET seen_at = now() WHERE id = ${key users.id zipf}
 *     stages:                           the load over time, in place of a duration
 *       - {name: peak, for: 2m, users: 200, ramp: linear, thresholds: ['p95(response) < 1s']}
 *     tenants:
 *       - {name: small, weight: 1, limit: 1000/min}
 *     faults:
 *       - {do: cut, share: 5%}
 *     gauges: {queue_depth: SELECT count(*) FROM outbox WHERE sent_at IS NULL}
 *     checks:                           that have to hold when all is done: no row comes back
 *       - {name: every application has its audit row, sql: SELECT …}
 *     thresholds:
 *       - p99(response) < 200ms
 *       - {check: 'errors < 5%', abort: true}
 *
 * Unknown keys, wrong units and wrong shapes are EXIT_USAGE errors with file:line:column, the line
 * with a caret, and the nearest right word.
 */
#ifndef PGWRITE_WORKLOAD_WORKLOAD_H
#define PGWRITE_WORKLOAD_WORKLOAD_H

#include "base/error.h"
#include "base/memory.h"
#include "row/generator.h"

struct workload_column {
    const char *name;
    bool use_default; /* `default`: left to the server */
    /* NULL if use_default or taken from the catalog (only `null:` given). */
    const struct generator *generator;
    struct generator_args args; /* without `gen` */
    struct place at;
};

/* A setting of the load section: the text, as the option of that name would be given. A YAML list
 * becomes its words joined by commas. */
struct workload_load {
    const char *option;
    const char *text;
    struct place at;
};

enum companion_kind {
    COMPANION_LOCK_ROW,
    COMPANION_LOCK_TABLE,
    COMPANION_LOCK_ADVISORY,
    COMPANION_EXPORT,     /* COPY (query) TO STDOUT */
    COMPANION_READ,       /* a query */
    COMPANION_VACUUM,     /* VACUUM of a table */
    COMPANION_DDL,        /* any statement, outside a transaction block */
    COMPANION_IDLE,       /* idle in transaction, after a statement if `sql:` gives one */
    COMPANION_CHECKPOINT, /* CHECKPOINT */
};

struct workload_companion {
    const char *name; /* default: what it does; unique */
    enum companion_kind kind;
    const char *table; /* lock, vacuum; NULL: the one that is written to */
    const char *row;   /* lock: a condition for WHERE */
    const char *mode;  /* lock table: "ACCESS EXCLUSIVE"; lock row: "UPDATE", "SHARE", … */
    int64_t advisory;  /* lock: the key */
    const char *sql;   /* export, read, ddl, idle-in-transaction (or NULL) */
    uint64_t hold_ns;  /* lock, idle-in-transaction */
    uint64_t every_ns; /* from start to start, at least; 0: one after the other */
    uint64_t after_ns; /* the first one, since the load began */
    uint64_t times;    /* 0: without end */
    uint32_t sessions;
    struct place at;
};

/* What a key that a statement needs is drawn from: the rows of the table that are known to be
 * there. */
enum key_pick {
    KEY_UNIFORM,
    KEY_ZIPF,   /* the first rows most often, skew 1 */
    KEY_LATEST, /* the newest most often: zipf over their age */
};

enum statement_kind {
    STATEMENT_INSERT,
    STATEMENT_UPDATE, /* of a row by its key: the columns of `set:` get new values */
    STATEMENT_DELETE, /* of a row by its key */
    STATEMENT_SELECT, /* of a row by its key, all columns */
    STATEMENT_SQL,    /* as written, with placeholders */
    STATEMENT_PAUSE,  /* the client does something else, with the transaction open */
};

enum on_conflict { CONFLICT_ERROR, CONFLICT_NOTHING, CONFLICT_UPDATE };

/* `set: {request_id: applications.request_id}`: of an insert, the value that the same transaction's
 * insert into the other table has there. Of an update `set: [status, total]`: table is NULL, the
 * column gets a new value from its own generator. */
struct workload_set {
    const char *column, *table, *from_column;
    struct place at;
};

struct workload_statement {
    enum statement_kind kind;
    const char *table; /* of all but sql and pause */
    const char *sql;   /* sql: with ${…} placeholders, without a semicolon at its end */
    uint32_t rows;     /* insert in a transaction: so many rows; else 1 */
    struct workload_set *sets;
    size_t set_count;
    enum key_pick keys;
    enum on_conflict on_conflict;
    const char **conflict_columns; /* NULL: the primary key */
    size_t conflict_column_count;
    uint64_t pause_min_ns, pause_max_ns;
    struct place at;
};

/* A named transaction. */
struct workload_step {
    const char *name;           /* default: what it does; unique */
    double weight, probability; /* one of them is > 0, the same one in all steps */
    struct workload_statement *statements;
    size_t statement_count;
    bool transaction;  /* BEGIN … COMMIT around them; else there is one, in autocommit */
    const char *path;  /* an insert outside `transaction:`, by that write path; NULL: `insert` for
                          a batch of 1, `multirow` for others */
    const char *batch; /* of such an insert: a range as text; NULL: 1 */
    struct place at, path_at, batch_at;
};

/* A table beside, or of, the main one. */
struct workload_table {
    const char *name;
    uint64_t rows; /* to be there before the load begins */
    struct workload_column *columns;
    size_t column_count;
    struct place at;
};

enum load_source { LOAD_POOL, LOAD_USERS, LOAD_RATE };
enum { LOAD_USERS_MAX = 1000000 };

struct workload_stage {
    const char *name; /* default: stage 1, stage 2, …; unique */
    uint64_t for_ns;
    double target; /* users, arrivals a second, or connections: all stages have the same source */
    bool ramp;     /* in a straight line from the target of the stage before (of the first: from 0);
                      else at once */
    bool has_think;
    uint64_t think_min_ns, think_max_ns;
    struct place at;
};

struct workload_tenant {
    const char *name;
    double weight;
    double limit_per_s; /* 0: none */
    double burst;       /* requests that may come at once; 0: a second's worth */
    struct place at;
};

enum fault_kind {
    FAULT_TIMEOUT, /* a statement that takes longer than its statement_timeout */
    FAULT_CUT,     /* the client closes its socket in the midst of a transaction */
    FAULT_DELAY,   /* the client has its connection and does nothing for a while */
};

struct workload_fault {
    enum fault_kind kind;
    double share;    /* of the transactions */
    uint64_t for_ns; /* timeout: statement_timeout; delay: how long */
    struct place at;
};

struct workload_query {
    const char *name, *sql;
    struct place at;
};

struct threshold;

struct workload {
    const char *file;          /* as given, or "events (built in)" */
    const char *name;          /* default: the file's name without .yaml */
    const char *description;   /* "" if none */
    const char *schema_sql;    /* the text of the schema file */
    const char *schema_file;   /* its path, for messages */
    const char *more_sql;      /* of a variant, run after it; NULL: none */
    const char *more_sql_from; /* for messages: "-B sql" */
    const char *table;         /* NULL: the only table that the schema makes */
    struct workload_column *columns;
    size_t column_count;
    struct workload_load *load;
    size_t load_count;
    struct workload_companion *companions;
    size_t companion_count;
    struct workload_table *tables;
    size_t table_count;
    struct workload_step *steps;
    size_t step_count; /* 0: the load section's paths write to the table */
    enum load_source stage_source;
    struct workload_stage *stages;
    size_t stage_count; /* 0: one load all the time */
    struct workload_tenant *tenants;
    size_t tenant_count;
    struct workload_fault *faults;
    size_t fault_count;
    struct workload_query *gauges; /* one number each, looked at in every interval */
    size_t gauge_count;
    struct workload_query *checks; /* no row comes back */
    size_t check_count;
    struct threshold *thresholds; /* see threshold.h; those of stages too */
    size_t threshold_count;
};

/* Loads a file, or the built-in workload of that name (a word without '/' and ".yaml"). Everything
 * is allocated in the arena. load_options: the names allowed in `load:`, NULL-terminated. */
MUST_CHECK bool workload_load(const char *name_or_file, const char *const *load_options,
                              struct arena *arena, struct workload *workload, struct error *error);

/* A workload that is a schema file alone: every generator comes from the catalog. */
MUST_CHECK bool workload_from_schema(const char *schema_file, struct arena *arena,
                                     struct workload *workload, struct error *error);

/* Reads a whole text file into the arena; errors name the file. */
MUST_CHECK bool workload_read_file(const char *path, struct arena *arena, const char **text,
                                   struct error *error);

#endif
