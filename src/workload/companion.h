/* The `companions:` section of a workload file: docs/workloads.md has its grammar. */
#ifndef PGWRITE_WORKLOAD_COMPANION_H
#define PGWRITE_WORKLOAD_COMPANION_H

#include "workload/workload.h"
#include "workload/yaml.h"

enum { COMPANION_SESSIONS_MAX = 100 };

/* Fills companions and companion_count from the section's value. Everything is allocated in the
 * arena. Errors are EXIT_USAGE, with their place. */
MUST_CHECK bool companions_parse(const struct yaml_item *item, struct arena *arena,
                                 struct workload *workload, struct error *error);

/* "lock row", "export", "ddl", … */
const char *companion_kind_name(enum companion_kind kind);

/* Connections that a workload's companions need. */
uint32_t companions_sessions(const struct workload *workload);

#endif
