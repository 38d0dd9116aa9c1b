/*
 * The server's cumulative statistics, before and after: WAL, checkpoints, buffers, temporary files,
 * tuples. Which columns there are is looked up in the catalog (pg_attribute), not guessed from the
 * version; what a server lacks, or does not show this role, is UNKNOWN (negative).
 *
 * Backends flush their counters when they end (and once a second at most before): so the second
 * reading is made after the pool has disconnected and pg_stat_activity shows none of it any more,
 * and the figures are those of a whole round, warm-up and end included, never of the measured
 * window alone. Up to 14 a collector process takes them in and may be a second late: there the
 * caller waits for it (statistics_await).
 */
#ifndef PGWRITE_OBSERVE_STATISTICS_H
#define PGWRITE_OBSERVE_STATISTICS_H

#include "base/error.h"
#include "pg/control.h"

struct server_statistics {
    /* of the database */
    double temp_files, temp_bytes;
    /* of the server; wal_flushes: fsyncs or fdatasyncs of WAL, which a wal_sync_method that opens
     * the file for synchronous writing does without */
    double wal_records, wal_fpi, wal_buffers_full, wal_flushes;
    double checkpoints_timed, checkpoints_requested;
    /* Buffers (8 kB) written by the checkpointer, the background writer, the backends themselves.
     * The last: up to 16 also the pages by which a backend made a file longer, from 17 on without.
     */
    double buffers_checkpointer, buffers_bgwriter, buffers_backend;
    /* of the table and its partitions */
    double rows_inserted, rows_updated, rows_hot_updated, autovacuums, autoanalyzes;
};

/* table_oid: the table written to. On 15 and newer what this session holds back is flushed first.
 * Outside a transaction. Whatever the server refuses to tell is UNKNOWN; the errors are a
 * connection that is lost, a server that does not answer, and an interrupt. */
MUST_CHECK bool statistics_read(struct control *control, int64_t table_oid,
                                struct server_statistics *out, struct error *error);

/* Up to 14 the collector's figures are half a second old, and what a backend has reported as it
 * ended takes as long: waits for that. Newer servers' are always the present ones. */
void statistics_await(const struct control *control);

/* Every member UNKNOWN. */
void statistics_unknown(struct server_statistics *out);

/* after − before, member by member; unknown where either is, or where a counter went back (somebody
 * has reset the statistics). */
void statistics_difference(const struct server_statistics *before,
                           const struct server_statistics *after, struct server_statistics *out);

#endif
