/*
 * A plan: a workload joined with the catalog. Which columns are written, with which generator, as
 * which type; which parents have to be seeded. Immutable once plan_seed_parents() has returned;
 * everything lives in the arena that it was built with.
 */
#ifndef PGWRITE_WORKLOAD_PLAN_H
#define PGWRITE_WORKLOAD_PLAN_H

#include "pg/catalog.h"
#include "pg/control.h"
#include "row/generator.h"
#include "workload/workload.h"

struct plan_column {
    const struct catalog_column *catalog;
    const char *name;   /* as in the catalog */
    const char *quoted; /* as an SQL identifier */
    const struct pg_type *type;
    struct column_generator generator;
    const char *from; /* where the generator comes from: "workload", "catalog", "foreign key" */
    size_t max_bytes; /* of one value, in either form */
    bool hashed;      /* part of the content hash: its value is f(seed, column, row) */
    bool given;       /* by the transaction that inserts the row: the generator is never drawn */
    const char *note; /* for people: "distinct", "→ sites(id)"; "" if none */
};

/* A table that references need rows in, and one of its columns. */
struct plan_parent {
    const struct catalog_table *table;
    const char *key_column; /* the column that children refer to */
    const char *key_type;   /* what its keys are cast to: a child's int may refer to a bigint */
    struct ref_keys keys;   /* read back from the server once seeded */
    uint64_t rows;          /* to seed if the table is empty; 0: nobody said how many */
    struct plan *plan;      /* how to fill it, or NULL: it has rows, or is not ours to fill */
};

struct plan {
    const struct catalog_table *table;
    struct plan_column *columns; /* those that are written, in table order */
    size_t column_count;
    const struct catalog_column **left_out; /* identity, DEFAULT, GENERATED */
    size_t left_out_count;
    bool overriding;              /* an identity column GENERATED ALWAYS is written */
    size_t row_max_bytes;         /* of one row's values, in either form, without framing */
    size_t scratch_bytes;         /* that drawing one value needs at most */
    struct plan_parent **parents; /* theirs too, in the order in which they have to be seeded */
    size_t parent_count;
};

/* Joins the workload with a table. workload may be NULL: everything from the catalog. The table
 * must stay valid as long as the plan. Errors are EXIT_USAGE: unknown column, a type without
 * generator, a generator that does not fit, a key that can't be made distinct; or what the server
 * said. */
MUST_CHECK bool plan_build(const struct workload *workload, const struct catalog_table *table,
                           uint64_t seed, struct control *control, struct arena *arena,
                           struct plan **out, struct error *error);

/* The same, where some columns get their values from elsewhere in the transaction that inserts a
 * row
 * (`set:`): they are written, but need neither generator nor parent. */
MUST_CHECK bool plan_build_given(const struct workload *workload, const struct catalog_table *table,
                                 const char *const *given, size_t given_count, uint64_t seed,
                                 struct control *control, struct arena *arena, struct plan **out,
                                 struct error *error);

/* A column that is written, by its name; NULL: there is none. */
const struct plan_column *plan_column_find(const struct plan *plan, const char *name);

/* That the table has such a column; else EXIT_USAGE with the nearest name. */
MUST_CHECK bool plan_check_column(const struct catalog_table *table, const char *name,
                                  struct arena *arena, struct error *error);

/* Copies rows 0 … count - 1 into the table, whose parents are seeded. */
MUST_CHECK bool plan_copy_rows(const struct plan *plan, uint64_t count, struct control *control,
                               struct error *error);

/* Seeds the parents that are empty and reads their keys. Called for every fresh schema. */
MUST_CHECK bool plan_seed_parents(struct plan *plan, struct control *control, struct arena *arena,
                                  struct error *error);

/* Draws one value of a column; NULL values too. scratch is reset first. first: the first row of the
 * commit that the row belongs to. */
void plan_draw_at(const struct plan_column *column, uint64_t row, uint64_t first,
                  struct scratch *scratch, struct value *value);

/* The same where there is no commit of several rows, as in seeding. */
void plan_draw(const struct plan_column *column, uint64_t row, struct scratch *scratch,
               struct value *value);

#endif
