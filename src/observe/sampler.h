/*
 * Samples what the sessions of a run wait for, on a thread and a connection of its own.
 *
 * Each tick counts the run's sessions by wait event; a tick that sees a heavyweight lock wait also
 * asks who waits for whom. An observation stands for the time since the one before it, so that
 * total times are unbiased however short the waits are; counts of waits are not (short ones are
 * missed). The interval is jittered, and grows so that sampling takes at most 2 % of a core.
 */
#ifndef PGWRITE_OBSERVE_SAMPLER_H
#define PGWRITE_OBSERVE_SAMPLER_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "pg/target.h"

#define SAMPLER_INTERVAL_NS 20000000ull
#define SAMPLER_EVENTS_MAX 64
#define SAMPLER_LOCKS_MAX 32

struct wait_share {
    char type[32], event[64]; /* as pg_stat_activity has them; type "CPU": active and not waiting */
    double share;             /* of sessions × seconds */
};

/* Lock waits of one kind. */
struct lock_waits {
    char locktype[32], mode[32];
    char relation[128];   /* "" if none */
    char statement[160];  /* that waits */
    char blocked_by[160]; /* the statement that blocks, "" if not known */
    double time_s;
    uint64_t seen; /* waits that were seen beginning */
};

struct observation {
    uint64_t samples;
    double interval_ms; /* mean time between samples; 0 without samples */
    double cost_share;  /* of a core: server and client time of the sampling */
    double sessions;    /* mean number seen */
    struct wait_share events[SAMPLER_EVENTS_MAX]; /* largest first */
    size_t event_count;
    double lock_share; /* of sessions × seconds: waiting for a heavyweight lock */
    double lock_time_s;
    uint64_t lock_seen;
    double lock_max_ms;                         /* longest wait seen */
    struct lock_waits locks[SAMPLER_LOCKS_MAX]; /* most time first */
    size_t lock_count;
    bool valid; /* at least one sample was taken */
};

struct sampler;

/* Connects; application_name is that of the sessions to look at. */
MUST_CHECK bool sampler_open(const struct target *target, const char *application_name,
                             struct sampler **out, struct error *error);

/* Starts sampling from now until sampler_end. */
void sampler_begin(struct sampler *sampler);
void sampler_end(struct sampler *sampler);

/* Lock-wait share so far, for the live line; negative: no sample yet. */
double sampler_lock_share(struct sampler *sampler);

/* Ends the thread and the connection, never waiting longer than one query's deadline (2 s), and
 * gives what was seen. If sampling failed, out->valid is false or samples are few, and error (if
 * not NULL) says why; that is a warning, not a failure of the run. */
void sampler_close(struct sampler *sampler, struct observation *out, struct error *error);

/* "commit flush": the share that waits for WAL to reach the disk: LWLock:WALWrite, IO:WALSync,
 * IO:WALWrite, IPC:SyncRep, whatever the version's spelling (17 writes WalSync). */
double observation_commit_flush(const struct observation *observation);

#endif
