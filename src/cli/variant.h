/* Variants of a study: `-A schema=v1.sql -B set.wal_compression=lz4`. */
#ifndef PGWRITE_CLI_VARIANT_H
#define PGWRITE_CLI_VARIANT_H

#include "cli/options.h"
#include "study/ab.h"

/* words: KEY=VALUE each, NULL-terminated, or NULL for none; name: "-A", for messages. Fills the
 * workload and *matrix as the command's options and, above them, the variant say, and *side, which
 * points to *matrix; everything else lives in the arena. arguments: the command's. */
MUST_CHECK bool variant_side(char *const *words, const char *name, const char **arguments,
                             struct arena *arena, struct workload *workload,
                             struct matrix_options *matrix, struct ab_side *side,
                             struct error *error);

/* A study of one cell takes the first path, pool and batch, and measures no ceiling. Returns what
 * it has left out, in words ("path insert (of 8), batch 100 (of 3)"), in the arena; NULL: nothing.
 */
const char *options_one_cell(struct matrix_options *matrix, struct arena *arena);

/* The same, with all its pools. */
const char *options_one_path(struct matrix_options *matrix, struct arena *arena);

/* Refuses options of `run` that mean nothing where a study decides itself how often what is
 * measured; instead: "--pairs". */
MUST_CHECK bool options_refuse_rounds(const char *command, const char *instead,
                                      struct error *error);

#endif
