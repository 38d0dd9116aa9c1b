/* The `tables:` section of a workload file: tables of the steps, and rows to be there before. */
#ifndef PGWRITE_WORKLOAD_TABLE_H
#define PGWRITE_WORKLOAD_TABLE_H

#include "workload/workload.h"
#include "workload/yaml.h"

/* Fills tables and table_count from the section's value, in its order. Everything is allocated in
 * the arena. Errors are EXIT_USAGE, with their place. */
MUST_CHECK bool tables_parse(const struct yaml_item *item, struct arena *arena,
                             struct workload *workload, struct error *error);

#endif
