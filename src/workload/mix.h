/*
 * The tables that a workload writes to, joined with the catalog: the main one, and those of
 * `tables:` and of the steps. Made for every fresh schema, in the order of `tables:`, so that a
 * parent of a foreign key stands above its children.
 */
#ifndef PGWRITE_WORKLOAD_MIX_H
#define PGWRITE_WORKLOAD_MIX_H

#include "workload/plan.h"

#define MIX_TABLES_MAX 16

struct mix_table {
    const char *name;
    struct plan *plan; /* its columns, with the generators of the workload */
    uint64_t rows;     /* there before the load begins: row numbers 0 … rows - 1 */
    bool keyed;        /* update, delete, select or ${key …} draw its keys */
    size_t key_column; /* of the plan: the primary key's, if keyed */
};

struct mix {
    struct mix_table *tables; /* those of `tables:`, then the main one, then others of the steps */
    size_t table_count;
};

/* Plans all tables and writes their first rows (COPY), each after its parents. main: the name of
 * the main table, or NULL where there are only steps and none is named. Errors are EXIT_USAGE with
 * their place: no such table or column, keys of a table whose primary key is no single column
 * written by a generator (hint: `id: {gen: serial}`), or what the server said. */
MUST_CHECK bool mix_build(const struct workload *workload, const char *schema, const char *main,
                          uint64_t seed, struct control *control, struct arena *arena,
                          struct mix *mix, struct error *error);

/* The index of a table by its name; SIZE_MAX: there is none. */
size_t mix_find(const struct mix *mix, const char *name);

#endif
