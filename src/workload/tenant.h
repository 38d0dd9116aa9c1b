/* The `tenants:` section of a workload file: whose transactions they are. */
#ifndef PGWRITE_WORKLOAD_TENANT_H
#define PGWRITE_WORKLOAD_TENANT_H

#include "workload/workload.h"
#include "workload/yaml.h"

enum { TENANTS_MAX = 64 };

/* Fills tenants and tenant_count from the section's value; a weight that is not given is 1.
 * Everything is allocated in the arena. Errors are EXIT_USAGE, with their place. */
MUST_CHECK bool tenants_parse(const struct yaml_item *item, struct arena *arena,
                              struct workload *workload, struct error *error);

#endif
