/* The right side of a threshold. For src/workload/threshold.c. */
#ifndef PGWRITE_WORKLOAD_THRESHOLD_VALUE_H
#define PGWRITE_WORKLOAD_THRESHOLD_VALUE_H

#include "workload/threshold.h"

/* A value in the threshold's unit. Errors are EXIT_USAGE and name no place. */
MUST_CHECK bool threshold_value_parse(const struct threshold *threshold, const char *text,
                                      double *value, struct error *error);

/* One that could stand there. */
const char *threshold_value_example(const struct threshold *threshold);

#endif
