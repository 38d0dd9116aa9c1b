/*
 * Exact durations of lock waits from the server's log (log_lock_waits): each wait that lasted
 * longer than deadlock_timeout leaves "process N still waiting for MODE on OBJECT after X ms" and,
 * once it has the lock, "process N acquired MODE on OBJECT after X ms", with DETAIL, CONTEXT and
 * STATEMENT lines behind them. Source: ProcSleep() in PostgreSQL's src/backend/storage/lmgr/proc.c.
 */
#ifndef PGWRITE_OBSERVE_LOCK_LOG_H
#define PGWRITE_OBSERVE_LOCK_LOG_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "pg/control.h"

#define LOCK_LOG_KINDS_MAX 16

struct logged_kind {
    char mode[32];       /* "ShareLock" */
    char locktype[32];   /* as pg_locks calls it: relation, extend, tuple, transactionid, … */
    char relation[128];  /* from CONTEXT or, without one, the OID in the message; "" if none */
    char statement[160]; /* that waited, in one line, its literals as '…'; "" if not logged */
    uint64_t waits;
    double total_s, max_ms;
};

struct lock_log {
    double threshold_ms; /* deadlock_timeout of the pool: shorter waits are not logged. The caller
                            sets it */
    uint64_t waits;      /* that got their lock in the window */
    double total_s, max_ms;
    uint64_t unfinished; /* were seen waiting and did not get it: deadlock, cancel, still waiting */
    uint64_t deadlocks;  /* that ended a wait: "detected deadlock while waiting for …" */
    struct logged_kind kinds[LOCK_LOG_KINDS_MAX]; /* most time first; what goes beyond counts with
                                                     the last, whose locktype is "other" */
    size_t kind_count;
};

/* Where the log is: a file of this machine, or one that the server reads for us. */
struct lock_log_reader;

/* file: of a throwaway server; NULL, or if the server collects its log nevertheless: what
 * pg_current_logfile('stderr') names, read with pg_read_binary_file(). Errors say what is missing
 * (logging_collector, stderr in log_destination, the right to read). control must stay open until
 * lock_log_close. The messages must be English: the pool's sessions set lc_messages = C. */
MUST_CHECK bool lock_log_open(struct control *control, const char *file,
                              struct lock_log_reader **out, struct error *error);
/* Remembers how long the log is now: the window's beginning or end. A server that collects its log
 * writes it some milliseconds late. */
MUST_CHECK bool lock_log_mark_begin(struct lock_log_reader *reader, struct error *error);
MUST_CHECK bool lock_log_mark_end(struct lock_log_reader *reader, struct error *error);
/* Reads what was written between the marks, by the processes of the pool. Overwrites out, but for
 * threshold_ms. A wait counts if it was over between the marks, with its whole length. */
MUST_CHECK bool lock_log_read(struct lock_log_reader *reader, const int64_t *pids, size_t pid_count,
                              struct lock_log *out, struct error *error);
void lock_log_close(struct lock_log_reader *reader); /* NULL is fine */

/* The parser alone: adds the waits in text (whole lines) to out. pids NULL: of every process. */
void lock_log_parse(const char *text, size_t length, const int64_t *pids, size_t pid_count,
                    struct lock_log *out);

#endif
