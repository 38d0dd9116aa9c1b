/*
 * What the server's catalog knows about a table: columns with their types, keys, foreign keys.
 * Everything lives in the arena that it was read into.
 */
#ifndef PGWRITE_PG_CATALOG_H
#define PGWRITE_PG_CATALOG_H

#include "base/error.h"
#include "base/memory.h"
#include "pg/control.h"
#include "pg/type.h"

enum catalog_filled {              /* who gives a value to a column that a statement leaves out */
                      FILLED_NULL, /* nobody: it becomes NULL */
                      FILLED_DEFAULT,   /* its DEFAULT */
                      FILLED_IDENTITY,  /* GENERATED … AS IDENTITY */
                      FILLED_GENERATED, /* GENERATED ALWAYS AS (expression) STORED or VIRTUAL: can't
                                           be written at all */
};

struct catalog_column {
    const char *name;
    int number; /* pg_attribute.attnum */
    const struct pg_type *type;
    uint32_t array_oid; /* of the array type over it; 0: there is none */
    bool not_null;      /* of the column or of its domain */
    bool identity_always;
    enum catalog_filled filled;
    bool server_clock; /* its DEFAULT reads the clock or makes random numbers: no fixed content */
    /* Of a foreign key of this column alone, else NULL. */
    const char *fk_schema_name, *fk_table_name;
    const char *fk_column;
};

struct catalog_key { /* a unique index on plain columns, without a predicate; or a foreign key */
    const char *name;
    bool primary;
    int *numbers; /* attnums */
    size_t count;
};

struct catalog_table {
    const char *schema, *name;
    const char *quoted; /* "schema"."name" */
    int64_t oid;
    struct catalog_column *columns;
    size_t column_count;
    struct catalog_key *keys;
    size_t key_count;
    struct catalog_key *composite_fks; /* of several columns: pgwrite fills none */
    size_t composite_fk_count;
};

/* Describes one table (plain or partitioned). */
MUST_CHECK bool catalog_describe(struct control *control, const char *schema, const char *table,
                                 struct arena *arena, struct catalog_table *out,
                                 struct error *error);

/* A type's name as people read it: without the table's own schema, whose name is new in every run.
 */
const char *catalog_type_shown(const struct catalog_table *table, const struct pg_type *type);

/* The plain and partitioned tables (not partitions) of a schema, in the order in which they were
 * made. */
MUST_CHECK bool catalog_tables(struct control *control, const char *schema, struct arena *arena,
                               const char ***names, size_t *count, struct error *error);

#endif
