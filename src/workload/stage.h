/* The `stages:` section of a workload file: the load over time. */
#ifndef PGWRITE_WORKLOAD_STAGE_H
#define PGWRITE_WORKLOAD_STAGE_H

#include "workload/workload.h"
#include "workload/yaml.h"

enum { STAGES_MAX = 64 };

/* Fills stages, stage_count and stage_source from the section's value, and *threshold_items with
 * one value of `thresholds:` a stage, NULL where a stage has none: they are parsed when everything
 * that they can name is known. Everything is allocated in the arena. Errors are EXIT_USAGE, with
 * their place. */
MUST_CHECK bool stages_parse(const struct yaml_item *item, struct arena *arena,
                             struct workload *workload,
                             const struct yaml_item *const **threshold_items, struct error *error);

#endif
