/*
 * The columns of one table, tied together: a value can be made from those of other columns (expr),
 * or be drawn together with them (joint). What a column reads of another is drawn again from that
 * column's own stream, so that it is the same, and nothing has to be kept from draw to draw.
 */
#ifndef PGWRITE_ROW_SIBLINGS_H
#define PGWRITE_ROW_SIBLINGS_H

#include "row/generator.h"

struct sibling {
    const char *name;
    const struct column_generator *generator; /* NULL: left to the server */
    const struct generator_args *args; /* that the generator was compiled from; NULL: from none */
    bool not_null;                     /* the column is NOT NULL */
};

struct siblings {
    uint64_t seed;
    const struct sibling *columns;
    size_t count;
};

/* Resolves the generators of a whole table, when all are compiled and before the first draw; the
 * pointers to them must stay valid as long as values are drawn. Errors are EXIT_USAGE with the
 * argument's place: a column that does not exist or can't be used, columns made from each other in
 * a circle, lists of one joint table that do not fit each other, a NOT NULL column made from one
 * that may be NULL. */
MUST_CHECK bool siblings_resolve(const struct siblings *siblings, struct error *error);

/* The index of a column by its name; SIZE_MAX: there is none. */
size_t siblings_find(const struct siblings *siblings, const char *name);

#endif
