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
    /* path, pool, batch, duration, warmup, rows, rounds, seed, protocol, binding, threads */
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

struct workload {
    const char *file;        /* as given, or "events (built in)" */
    const char *name;        /* default: the file's name without .yaml */
    const char *description; /* "" if none */
    const char *schema_sql;  /* the text of the schema file */
    const char *schema_file; /* its path, for messages */
    const char *table;       /* NULL: the only table that the schema makes */
    struct workload_column *columns;
    size_t column_count;
    struct workload_load *load;
    size_t load_count;
    struct workload_companion *companions;
    size_t companion_count;
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
