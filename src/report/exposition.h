/*
 * Metrics as text that Prometheus reads: OpenMetrics 1.0 (the OpenMetrics specification, "Text
 * format") and its forerunner, version 0.0.4 (Prometheus's "Exposition formats"). The caller names
 * families and samples once; what differs is done here: in OpenMetrics a counter's family has no
 * _total and an info's no _info, there is a UNIT line, and # EOF ends it.
 *
 * Values are in base units: seconds, bytes, ratios of 1. Unknown (negative or NAN) is no sample at
 * all, and a family without one is not named.
 */
#ifndef PGWRITE_REPORT_EXPOSITION_H
#define PGWRITE_REPORT_EXPOSITION_H

#include <stdint.h>
#include <stdio.h>

#include "base/strbuf.h"
#include "stats/histogram.h"

enum metric_type { METRIC_GAUGE, METRIC_COUNTER, METRIC_INFO, METRIC_SUMMARY };

struct metric_family {
    const char *name; /* without _total and _info: "pgwrite_rows" */
    enum metric_type type;
    const char *unit; /* that the name ends in, or NULL */
    const char *help;
};

struct exposition {
    FILE *out;
    bool openmetrics; /* else 0.0.4 */
    const struct metric_family *family;
    bool named;     /* its lines are written */
    double epoch_s; /* of the samples that follow; 0: now, which is left out */
};

void exposition_init(struct exposition *exposition, FILE *out, bool openmetrics);
/* What follows are its samples. It outlives them. */
void exposition_family(struct exposition *exposition, const struct metric_family *family);
/* labels: made by exposition_label, or "". */
void exposition_sample(struct exposition *exposition, const char *labels, double value);
/* The family is a summary in seconds: quantiles, sum and count. NULL, or none in it: no sample. */
void exposition_summary(struct exposition *exposition, const char *labels,
                        const struct histogram *histogram);
void exposition_end(struct exposition *exposition);

/* Adds name="value", escaped; a control character becomes a blank. An empty value is left out,
 * which to Prometheus is the same. */
void exposition_label(struct strbuf *labels, const char *name, const char *value);

#endif
