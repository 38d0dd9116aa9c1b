/*
 * How fast pgwrite itself could be: the same path, pool and threads into a twin of the table that
 * discards what it is sent, so that protocol, generating and encoding are all that is left.
 */
#ifndef PGWRITE_STUDY_CEILING_H
#define PGWRITE_STUDY_CEILING_H

#include "result/result.h"
#include "study/matrix.h"
#include "study/prepare.h"
#include "study/session.h"
#include "write/write.h"

struct ceiling_options {
    struct session *session;              /* whose schema has the table */
    const struct prepared *prepared;      /* parents seeded */
    const struct write_path *path;        /* with the plan's columns */
    const struct result_cell *cell;       /* pool, threads and batch */
    const struct matrix_options *options; /* seed, protocol and binding */
    uint64_t ns;                          /* measured; a quarter of it goes before, as warm-up */
};

/* Makes a twin of the table in the run's schema, writes into it for ns over the same path, pool and
 * threads, and gives rows a second that pgwrite handed over; UNKNOWN if not one commit was done in
 * that time, or if the server refused a value: of more rows than the run itself writes, one can be
 * beyond what its column holds. The twin is dropped. The pool's sessions have the session's
 * application name and may end a moment after the return. */
MUST_CHECK bool ceiling_measure(const struct ceiling_options *options, double *rows_per_s,
                                struct error *error);

#endif
