/* What is in the table after a round, held against what the server has acknowledged. */
#ifndef PGWRITE_STUDY_VERIFY_H
#define PGWRITE_STUDY_VERIFY_H

#include "result/result.h"
#include "study/prepare.h"
#include "study/session.h"

struct verify_options {
    struct session *session;
    const struct prepared *prepared;
    const struct workload *workload;
    const struct server_counters *before; /* NULL: not known, as through a pooler */
    bool hash; /* compute the content hash: the round wrote an exact number of rows */
};

/* Waits for the pool's backends to end, ending those whose commits were abandoned (a pooler keeps
 * its sessions: there it is awaited that none of them works for the pool); counts rows, sizes,
 * commits; compares. Fills round's part on verification. False if the table could not be
 * looked at (round->checked is false) or something is lost or too many (round->verified is false).
 */
MUST_CHECK bool verify_round(const struct verify_options *options, struct result_round *round,
                             struct error *error);

#endif
