/* The `steps:` section of a workload file: a mix of named transactions. */
#ifndef PGWRITE_WORKLOAD_STEP_H
#define PGWRITE_WORKLOAD_STEP_H

#include "workload/workload.h"
#include "workload/yaml.h"

/* STEP_STATEMENTS_MAX: of one transaction, pauses too. */
enum { STEPS_MAX = 64, STEP_STATEMENTS_MAX = 32, STEP_ROWS_MAX = 1000 };

/* Fills steps and step_count from the section's value. Checked is the form; whether paths, tables,
 * columns and placeholders are right is known with the catalog. Everything is allocated in the
 * arena. Errors are EXIT_USAGE, with their place. */
MUST_CHECK bool steps_parse(const struct yaml_item *item, struct arena *arena,
                            struct workload *workload, struct error *error);

#endif
