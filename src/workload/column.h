/* The `columns:` section of a workload file and of each of its tables. */
#ifndef PGWRITE_WORKLOAD_COLUMN_H
#define PGWRITE_WORKLOAD_COLUMN_H

#include "workload/workload.h"
#include "workload/yaml.h"

/* The columns of one table. path names the section in messages. The generators' arguments are
 * checked by compiling them. Everything is allocated in the arena. Errors are EXIT_USAGE, with
 * their place. */
MUST_CHECK bool columns_parse(const struct yaml_item *item, const char *path, struct arena *arena,
                              struct workload_column **out, size_t *count, struct error *error);

#endif
