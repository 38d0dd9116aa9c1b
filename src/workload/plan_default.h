/* The generator that a column gets from the catalog when the workload does not name one. */
#ifndef PGWRITE_WORKLOAD_PLAN_DEFAULT_H
#define PGWRITE_WORKLOAD_PLAN_DEFAULT_H

#include "pg/catalog.h"
#include "row/generator.h"

/* distinct: every row's value must differ. Null share is 10 % for a nullable column, 0 if distinct.
 * EXIT_USAGE if the type has no generator, or none that is distinct. */
MUST_CHECK bool plan_default(const struct catalog_column *column, bool distinct,
                             struct arena *arena, struct column_generator *out,
                             struct error *error);

/* Whether plan_default could make distinct values of this type. */
bool plan_can_be_distinct(const struct pg_type *type);

#endif
