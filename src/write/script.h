/*
 * A transaction of several statements, one round trip each, as an application has it: BEGIN, the
 * statements, COMMIT; or a single statement in autocommit. It is a write path like the others (so
 * the engine drives it the same way), made from a step of the workload and not named by --path.
 *
 * Values of parameters:
 *     insert               the row's own columns: f(seed, column, row number)
 *     set: {a: t.b}        column b of the row that the same transaction inserts into t
 *     ${new t.b}           the same, in SQL
 *     ${key t.b zipf}      column b of a row of t that is known to be there; every ${key t.…} and
 *                          update, delete or select of t in one transaction means the same row,
 *                          unless it has a pick of its own: then that of all with the same pick
 *     ${int 1..9} …        a generator's, as in templates of `json`
 *     update t, set: [b]   column b's generator, at a number of the update's own, so that the value
 *                          changes
 * A parameter's type is that of the column that it came from; of an inline generator int8, float8,
 * bool, text, uuid, timestamptz or date.
 */
#ifndef PGWRITE_WRITE_SCRIPT_H
#define PGWRITE_WRITE_SCRIPT_H

#include "workload/mix.h"
#include "write/write.h"

/* Statements of one transaction, BEGIN and COMMIT not counted. */
#define SCRIPT_STATEMENTS_MAX 32
/* Rows whose keys one transaction draws. */
#define SCRIPT_KEYS_MAX 16

/* Makes the write plan of a step that is no plain insert by a write path. name: distinguishes its
 * prepared statements from those of other steps on the same connection. faults: whether a fault
 * `timeout` may befall it, for which it has statements of its own. Errors are EXIT_USAGE with their
 * place. */
MUST_CHECK bool script_build(const struct workload_step *step, const char *name,
                             const struct mix *mix, enum write_protocol protocol, bool faults,
                             uint64_t seed, struct arena *arena, struct write_plan *out,
                             struct error *error);

/* Whether the server takes the statements, before anything is measured: what the workload has wrong
 * is an EXIT_USAGE error with its place. The search_path is the one that the pool's sessions will
 * have. What can't be prepared by SQL (SET, LOCK, CALL …) is left to the run. */
MUST_CHECK bool script_check(const struct write_plan *plan, struct control *control,
                             struct error *error);

extern const struct write_path write_path_script; /* not in the list of paths */

#endif
