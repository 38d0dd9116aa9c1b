/* What only reads, as far as can be seen from its SQL: the rows that such a step reads are not
 * among those written. */
#ifndef PGWRITE_WORKLOAD_READS_H
#define PGWRITE_WORKLOAD_READS_H

#include "workload/workload.h"

/* Whether SQL begins with one of some words in capitals, given as " A B C ". */
bool sql_begins_with(const char *sql, const char *words);

/* A pause reads too: it writes nothing. */
bool workload_statement_reads(const struct workload_statement *statement);

/* All of its statements. */
bool workload_step_reads(const struct workload_step *step);

#endif
