/* What metrics take from the rounds' series: drift, recovery, gauges, a stage's lock waits. For
 * src/result/metric.c. NAN is unknown. */
#ifndef PGWRITE_RESULT_METRIC_SERIES_H
#define PGWRITE_RESULT_METRIC_SERIES_H

#include "result/metric.h"

double metric_gauge(const struct result_cell *cell, const struct threshold *threshold);
double metric_drift(const struct result_cell *cell, const struct threshold *threshold);
double metric_recovery(const struct result_cell *cell, const struct threshold *threshold); /* ns */
double metric_stage_locks(const struct result *result, const struct result_cell *cell,
                          size_t stage);

#endif
