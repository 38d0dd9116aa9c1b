/* The rules of `pgwrite size`'s command line: what can be an SLO, what size takes of a workload,
 * and with which exit code it ends. */
#ifndef PGWRITE_CLI_SIZE_OPTIONS_H
#define PGWRITE_CLI_SIZE_OPTIONS_H

#include "result/size.h"
#include "study/matrix.h"

/* An SLO is of what more load makes worse, says how bad it may be at most, and is of all the time.
 * NULL: it is one; else why not: "it is of one stage". */
const char *size_slo_refusal(const struct threshold *threshold);

/* Makes of a workload as it was loaded the one that is sized: size decides on the load itself.
 * Stages, tenants and what `load:` says of the load and of how long it lasts are taken out; the
 * levels of the sweep are put there (unless --pool gives others), a rate, as capacity is that of
 * an open loop, and that errors don't end it. Its thresholds become the SLOs: slos (--slo,
 * NULL-terminated; NULL: not given), or those of its own that can be one. *left_out names what was
 * taken out, for a message; NULL: nothing. All in the arena. EXIT_USAGE errors: a text that is no
 * threshold, or can't be an SLO; two of the same; none at all. */
MUST_CHECK bool size_take_workload(struct workload *workload, char *const *slos,
                                   struct arena *arena, const char **left_out, struct error *error);

/* After options_matrix of such a workload: the levels of the sweep ascending, and no load. A pool
 * that is a range is an EXIT_USAGE error. */
MUST_CHECK bool size_take_matrix(struct matrix_options *matrix, struct error *error);

/* "10x" or "10": 1 to 1000. Errors name no option. */
MUST_CHECK bool size_parse_peak(const char *text, double *peak, struct error *error);

/* Batch sizes to compare: a list of counts, or "off". Errors name no option. */
MUST_CHECK bool size_parse_batches(const char *text, uint64_t batches[MATRIX_LIST_MAX],
                                   size_t *count, struct error *error);

/* Of a study that did not fail: EXIT_OK, EXIT_THRESHOLD or EXIT_INCONCLUSIVE. */
enum exit_code size_exit_code(const struct size_result *result);

#endif
