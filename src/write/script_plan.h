/* A script: made once by script_build.c from a step, carried out by script.c. For these alone. */
#ifndef PGWRITE_WRITE_SCRIPT_PLAN_H
#define PGWRITE_WRITE_SCRIPT_PLAN_H

#include "workload/spot.h"
#include "write/internal.h"
#include "write/script.h"

/* At which row number a parameter's generator is drawn. */
enum param_source {
    PARAM_INSERT, /* of one of the script's inserts: row i of a statement takes i modulo its rows */
    PARAM_KEY,    /* of one of the keys that the transaction draws */
    PARAM_OWN,    /* the transaction's own number */
};

struct script_param {
    enum param_source source;
    size_t at; /* number of the insert, or of the key */
    const struct pg_type *type;
    struct column_generator generator;
    size_t max_bytes;
};

struct script_statement {
    enum statement_kind kind;
    struct place at;             /* in the workload */
    size_t number;               /* of its SQL in the plan; not of a pause */
    struct script_param *params; /* of one row */
    size_t param_count;
    uint32_t rows; /* of an insert; else 1: so many times the parameters */
    const uint32_t *type_oids;
    size_t insert; /* its number */
    size_t key;    /* of update, delete and select */
    bool skips;    /* ON CONFLICT DO NOTHING */
    uint64_t pause_min_ns, pause_max_ns;
};

struct script_key {
    size_t table; /* of the mix */
    enum key_pick pick;
    bool deleted; /* by the transaction: nobody else is to draw it */
};

struct script {
    struct script_statement *statements;
    size_t count;
    struct script_key keys[SCRIPT_KEYS_MAX];
    size_t key_count;
    size_t table_count; /* of the mix */
    bool transaction;
    size_t begin, commit, rollback; /* numbers of their SQL, where there are such */
    size_t timeout, sleep;
    uint64_t pick_key, pause_key; /* of random numbers */
};

/* While a script is being built. */
struct script_builder {
    const struct workload_step *step;
    const struct mix *mix;
    uint64_t seed;
    struct arena *arena;
    struct write_plan *plan;
    struct script *script;
    struct write_insert *inserts;
    const struct workload_statement *insert_statements[SCRIPT_STATEMENTS_MAX];
};

/* The number of a key: pick < 0: whichever the transaction has of the table, or a uniform one. */
MUST_CHECK bool script_key_number(struct script_builder *b, size_t table, int pick, size_t *number,
                                  struct error *error);

/* Column `column` of the row that insert number `insert` writes. */
MUST_CHECK bool script_inserted(struct script_builder *b, size_t insert, const char *column,
                                struct script_param *out, struct error *error);
/* The last insert into the table so far. */
MUST_CHECK bool script_insert_number(struct script_builder *b, const char *table, size_t *number,
                                     struct error *error);
/* A column whose value can be told from a row's number: else EXIT_USAGE. */
MUST_CHECK bool script_column(const struct plan *plan, const char *name,
                              const struct plan_column **out, struct error *error);

/* Reads SQL with placeholders: the text with $1 … in their place, and the parameters. */
MUST_CHECK bool script_parse(struct script_builder *b, const char *text, struct strbuf *sql,
                             struct script_statement *out, struct error *error);

#endif
