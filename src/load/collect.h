/* The result of a run from its workers. For src/load alone. */
#ifndef PGWRITE_LOAD_COLLECT_H
#define PGWRITE_LOAD_COLLECT_H

#include "load/worker.h"

void result_init(struct load_result *result, const struct load_options *options);

/* Adds what a worker, which has ended, counted; not its slots. */
void result_add_worker(struct load_result *result, const struct worker *worker);

/* Panics if the accounting of load.h does not come out even. */
void result_check_sums(const struct load_result *result);

#endif
