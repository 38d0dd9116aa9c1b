/* Parents of foreign keys while a plan is built. For plan.c and plan_parent.c alone. */
#ifndef PGWRITE_WORKLOAD_PLAN_PARENT_H
#define PGWRITE_WORKLOAD_PLAN_PARENT_H

#include "workload/plan.h"

/* The tables whose parents are being planned, innermost first: to see a circle. */
struct plan_chain {
    const struct catalog_table *table;
    struct plan *root; /* the outermost table's: has the parents of all */
    const struct plan_chain *next;
};

/* plan_build of a parent, as a link of a chain. */
MUST_CHECK bool plan_build_chained(const struct workload *workload,
                                   const struct catalog_table *table, uint64_t seed,
                                   struct control *control, const struct plan_chain *chain,
                                   struct arena *arena, struct plan **out, struct error *error);

/* Adds a parent to the chain's root, after its own parents, or finds the one that is there. rows 0:
 * 1,000 if no other reference says; key NULL: the table's primary key; key_type: the type of the
 * column that refers. A table outside the schema of the one that refers is never written: its keys
 * are read. */
MUST_CHECK bool plan_parent_add(const char *schema, const char *table, const char *key,
                                const char *key_type, uint64_t rows, uint64_t seed,
                                struct control *control, const struct plan_chain *chain,
                                struct arena *arena, struct plan_parent **out, struct error *error);

/* Column 0 (in its own binary form) and column 1 (text) of a row. */
struct raw_value *plan_raw_value(const struct control_rows *rows, size_t row, struct arena *arena);

#endif
