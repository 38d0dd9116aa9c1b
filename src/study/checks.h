/* The workload's checks: queries that must bring no row back once a round is over. */
#ifndef PGWRITE_STUDY_CHECKS_H
#define PGWRITE_STUDY_CHECKS_H

#include "result/result.h"
#include "study/session.h"

/* Rows of a check that are counted at most. */
#define CHECK_ROWS_MAX 1000

/* Asks each with the run's schema as search_path and fills round->checks. False with the first that
 * does not hold, or could not be asked (EXIT_USAGE with its place where the server refuses it). */
MUST_CHECK bool checks_run(struct session *session, const struct workload *workload,
                           struct result_round *round, struct error *error);

#endif
