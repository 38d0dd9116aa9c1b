/*
 * `--dry-run`: what a run would be, without its load. Connects (or starts the throwaway server),
 * loads the schema, writes DRY_RUN_ROWS rows of each table to learn what a row takes, and removes
 * everything again.
 */
#ifndef PGWRITE_STUDY_DRY_RUN_H
#define PGWRITE_STUDY_DRY_RUN_H

#include <stdio.h>

#include "study/matrix.h"

#define DRY_RUN_ROWS 1000

struct dry_run_stage {
    const char *name; /* without stages "window" or, of a run of exact rows, "rows" */
    double from, to;  /* users, arrivals a second, connections */
    double seconds;   /* UNKNOWN: until exact rows are written */
    double commits;   /* expected at most; UNKNOWN: as fast as the server goes */
};

struct dry_run {
    struct dry_run_stage *stages; /* one without stages: the window */
    size_t stage_count;
    size_t cells;
    double seconds;       /* of the whole run's load: all cells, rounds, warm-ups, ceilings; UNKNOWN
                             with exact rows */
    double commits, rows; /* at most, of all cells, rounds and warm-ups; UNKNOWN where neither
                             users, a rate nor exact rows say it */
    double bytes_per_row; /* heap and indexes, measured; of the tables of the steps by weight */
    double bytes;         /* rows × bytes_per_row; UNKNOWN like them */
    double round_bytes;   /* the same of the largest round, since each begins with a fresh schema,
                             and of the rows that are there before it */
    double connections;   /* that the run opens at most: pool, companions, its own */
    /* Of the server; those reserved for others than this role. UNKNOWN behind a pooler. */
    double max_connections, reserved_connections, used_connections;
    double disk_free_bytes; /* of its data directory's file system: a server on this machine */
};

/* Fills *out. Errors as a run's: a plan that can't be; too few connections on the server
 * (EXIT_USAGE, with what to lower), too little free disk for the estimate (EXIT_USAGE). */
MUST_CHECK bool dry_run(const struct matrix_options *options, struct arena *arena,
                        struct dry_run *out, struct error *error);

/* The plan as text: stages with their loads, connections, expected rows, bytes and time. */
void dry_run_print(const struct matrix_options *options, const struct dry_run *dry, FILE *out);

#endif
