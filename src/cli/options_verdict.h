/* --metric and --margin: what a comparison is about, of all commands that compare. */
#ifndef PGWRITE_CLI_OPTIONS_VERDICT_H
#define PGWRITE_CLI_OPTIONS_VERDICT_H

#include "result/comparison.h"

#define MARGIN_DEFAULT 0.05
#define MARGIN_MAX 0.5

/* The texts of the options; NULL where one is not given: rows_per_s, and 5 %. Errors name the
 * option. */
MUST_CHECK bool options_verdict(const char *metric_text, const char *margin_text,
                                enum comparison_metric *metric, double *margin,
                                struct error *error);

#endif
