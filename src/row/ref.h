/*
 * What a workload says of a foreign key: `{gen: ref, table: users, rows: 10k, dist: zipf}`. It is
 * only recorded: the plan makes the parent's rows, reads their keys back, and puts
 * generator_make_ref in its place. Drawing from it before that panics.
 */
#ifndef PGWRITE_ROW_REF_H
#define PGWRITE_ROW_REF_H

#include "row/generator.h"

extern const struct generator generator_ref;

/* The most rows that a parent may be asked to have, and the most keys that are read back: they are
 * kept in memory. */
enum { REF_ROWS_MAX = 1000000 };

/* The spec of a compiled generator_ref. */
struct ref_spec {
    const char *table;  /* in the schema of the table that refers */
    const char *column; /* NULL: the primary key */
    uint64_t rows;      /* rows the parent shall have; 0: not given, the plan chooses */
    enum ref_pick pick;
};

#endif
