/* From a workload to what the load engine carries out: the tables with their plans in a fresh
 * schema, the steps' write plans, and who wishes for them when. */
#ifndef PGWRITE_STUDY_PREPARE_H
#define PGWRITE_STUDY_PREPARE_H

#include "load/load.h"
#include "study/matrix.h"

struct prepared {
    struct mix mix;
    const struct plan *plan; /* of the main table: the workload's, or the first that a step names */
    const struct write_plan **steps;
    size_t step_count;
};

/* A fresh schema with its tables planned, parents and first rows written; in the arena. */
MUST_CHECK bool prepare_schema(struct session *session, const struct matrix_options *options,
                               struct arena *arena, struct prepared *out, struct error *error);

/* The write plans of a cell: the workload's steps or, where it has none, the cell's path and batch
 * into the main table. */
MUST_CHECK bool prepare_steps(const struct matrix_options *options, const struct write_path *path,
                              struct range batch, struct arena *arena, struct prepared *prepared,
                              struct error *error);

/* Whether a fault `timeout` can befall a step: no write path can play it, and a plain insert goes
 * by one where it has a path or a batch. */
bool prepare_meets_timeouts(const struct workload_step *step);

/* Whether the server takes the SQL of the steps, gauges and checks; not behind a pooler. */
MUST_CHECK bool prepare_check_sql(struct session *session, const struct matrix_options *options,
                                  const struct prepared *prepared, struct error *error);

/* The load of a cell with so many connections. */
void prepare_demand(const struct matrix_options *options, uint32_t pool, struct arena *arena,
                    struct load_demand *out);

/* A pool alone that writes as fast as it can. */
void prepare_pool_alone(uint32_t pool, struct arena *arena, struct load_demand *out);

/* The most connections that a cell has: its pool, or that of the largest stage. */
uint32_t prepare_pool_max(const struct matrix_options *options, struct range pool);

/* Whether there are users or a rate: a queue in front of the pool. */
bool prepare_has_queue(const struct matrix_options *options);

#endif
