/*
 * Why one variant is slower: what the server did for a round, beside what the round itself holds.
 * Looked at after each round, while its tables are still there.
 */
#ifndef PGWRITE_STUDY_EXPLAIN_H
#define PGWRITE_STUDY_EXPLAIN_H

#include "result/ab.h"
#include "study/session.h"

struct explain_index {
    const char *table, *name;
    double bytes;
};
struct explain_wal {
    const char *manager; /* "Heap", "Btree", … */
    double bytes, records;
};

/* Of one round. */
struct explain_round {
    double rows; /* in all tables of the schema after the round, as far as the round knows;
                    UNKNOWN: nothing a row is, or the indexes could not be looked at */
    struct explain_index *indexes;
    size_t index_count;
    struct explain_wal *wal;
    size_t wal_count;
    double wal_rows;    /* written meanwhile */
    double page_splits; /* of btree indexes in that WAL; UNKNOWN, as all of the WAL then is */
};

struct explain; /* what it found out about a server: is pg_walinspect there, or pg_waldump */

/* full: --explain; else indexes alone. On a throwaway server pg_walinspect is made in a schema of
 * pgwrite's own (pgwrite_explain), or pg_waldump of the server's programs is run; on a server of
 * the user's pg_walinspect is used where it is installed and allowed, and nothing is made. Whatever
 * can't be had is told by explain_missing, and is no error. */
MUST_CHECK bool explain_open(struct session *session, bool full, struct arena *arena,
                             struct explain **out, struct error *error);

/* After round_run, with the schema still there. */
MUST_CHECK bool explain_collect(struct explain *explain, const struct result_round *round,
                                struct arena *arena, struct explain_round *out,
                                struct error *error);

/* Why something is not known, or NULL: "records by resource manager: pg_walinspect is not installed
 * on this server"; several, each once, with "; " between them. In explain_open's arena. To be asked
 * after the last round: reading one's WAL can fail. */
const char *explain_missing(const struct explain *explain);

/* Before the session is closed. NULL is fine. */
void explain_close(struct explain *explain);

/* Medians over the rounds of each side (valid pairs alone: the caller chooses) into ab's indexes
 * and, if explained, differences. Waits and HOT come from the first cells of ab->a and ab->b, of
 * those of their rounds whose pair in ab->pairs is valid. A side's waits of fewer than
 * WAIT_SAMPLES_MIN samples are added to ab->unexplained. Texts stay those of the rounds, or are in
 * the arena.
 *
 * A difference's weight is |a - b| as a share of the larger side's total of that kind (of shares,
 * 1), what is not there being 0; below 2 % it is left out, and more than 8 of a kind are. */
void explain_compare(const struct explain_round *a, const struct explain_round *b, size_t count,
                     struct arena *arena, struct ab_result *ab);

#endif
