/*
 * What a workload says of a foreign key: `{gen: ref, table: users, rows: 10k, dist: zipf}`. It is
 * only recorded: the plan makes the parent's rows, reads their keys back, and puts
 * generator_make_ref in its place. Drawing from it before that panics.
 */
#ifndef PGWRITE_ROW_REF_H
#define PGWRITE_ROW_REF_H

#include "row/generator.h"

extern const struct generator generator_ref;

/* The spec of a compiled generator_ref. */
struct ref_spec {
    const char *table;  /* as written, maybe schema.table */
    const char *column; /* NULL: what the foreign key says, or the primary key */
    uint64_t rows;      /* rows the parent shall have; 0: not given, the plan chooses */
    enum ref_pick pick;
    struct place place; /* of the column's entry */
};

#endif
