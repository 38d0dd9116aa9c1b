/* The `gauges:` and `checks:` sections of a workload file: queries of the user's own. */
#ifndef PGWRITE_WORKLOAD_QUERY_H
#define PGWRITE_WORKLOAD_QUERY_H

#include "workload/workload.h"
#include "workload/yaml.h"

enum { GAUGES_MAX = 16, CHECKS_MAX = 64 };

/* `gauges: {NAME: SQL}`: fills gauges and gauge_count. `checks: [{name: …, sql: …}]`: fills checks
 * and check_count. Everything is allocated in the arena. Errors are EXIT_USAGE, with their place.
 */
MUST_CHECK bool gauges_parse(const struct yaml_item *item, struct arena *arena,
                             struct workload *workload, struct error *error);
MUST_CHECK bool checks_parse(const struct yaml_item *item, struct arena *arena,
                             struct workload *workload, struct error *error);

#endif
