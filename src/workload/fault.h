/* The `faults:` section of a workload file: what goes wrong on purpose. */
#ifndef PGWRITE_WORKLOAD_FAULT_H
#define PGWRITE_WORKLOAD_FAULT_H

#include "workload/workload.h"
#include "workload/yaml.h"

enum { FAULTS_MAX = 16 };

/* Fills faults and fault_count from the section's value. One transaction meets at most one fault,
 * so their shares are 1 at most together. Everything is allocated in the arena. Errors are
 * EXIT_USAGE, with their place. */
MUST_CHECK bool faults_parse(const struct yaml_item *item, struct arena *arena,
                             struct workload *workload, struct error *error);

/* "timeout", "cut", "delay" */
const char *fault_kind_name(enum fault_kind kind);

#endif
