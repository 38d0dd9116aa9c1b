/*
 * Samples what the sessions of a run wait for, on a thread and a connection of its own.
 *
 * Each tick counts the run's sessions by state and wait event, and reads the WAL position; a tick
 * that sees a heavyweight lock wait also asks who waits for whom, up to the root. A look
 * stands for half of the time to each of its neighbours, so that total times are unbiased however
 * short the waits are; counts of waits are not (short ones are missed). The interval is jittered,
 * and grows so that sampling takes at most 2 % of a core.
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

/* Where a session's time goes: every moment of it belongs to one part. */
enum time_part {
    PART_CLIENT,         /* no transaction: waits for the next one; or waits for data of a COPY */
    PART_IN_TRANSACTION, /* idle in transaction, or the client does not take the answer: network */
    PART_CPU,            /* active, and waits for nothing */
    PART_COMMIT_FLUSH,   /* wait_is_commit_flush() */
    PART_LOCK,           /* heavyweight locks but for extend */
    PART_EXTEND,         /* Lock:extend, IO:DataFileExtend */
    PART_LWLOCK,         /* but for WALWrite */
    PART_IO,             /* but for the WAL's and extending */
    PART_OTHER,          /* IPC, Timeout, Activity, Extension, BufferPin */
    TIME_PARTS
};
/* "client", "in_transaction", "cpu", "commit_flush", "lock", "extend", "lwlock", "io", "other" */
extern const char *const time_part_names[TIME_PARTS];

struct wait_share {
    char type[32], event[64]; /* as pg_stat_activity has them; type "CPU": active and not waiting */
    double share;             /* of sessions × seconds */
};

/* A session that stands in the way. */
struct lock_holder {
    char statement[160];  /* its present or last one, in one line; "" if not known */
    char application[64]; /* its application_name; "" if not known or none */
    char state[32];       /* for most of the time: "active", "idle in transaction", …; "" if not
                             known */
};

/* Lock waits of one kind: alike in all the texts but the states, constants in the statements left
 * out of account; the text shown is the first one's. Of waits that were over before they could be
 * looked at only the lock type is known. Kinds beyond SAMPLER_LOCKS_MAX are one of lock type
 * "other". */
struct lock_waits {
    char locktype[32], mode[32];
    char relation[128];         /* "" if none; of a wait for another transaction's end the table
                                   whose tuple the waiter has locked for it */
    char statement[160];        /* that waits */
    struct lock_holder blocker; /* whom it waits for */
    struct lock_holder root;    /* up the chain, the one that waits for no lock itself */
    uint32_t depth;             /* longest chain seen: 1 if the blocker is the root; 0: not known */
    double time_s, max_ms;      /* max_ms: longest wait seen; negative: none was timed */
    uint64_t seen;              /* waits that were seen beginning */
};

/* One interval of the run's time line, from the start on. */
struct sampled_interval {
    double session_s, locked_s;              /* observed; 0 session_s: no sample fell into it */
    double wal_bytes;                        /* negative: not known */
    int checkpoints_begun, checkpoints_done; /* negative: not known */
};

struct observation {
    /* The measured window. */
    uint64_t samples;
    double interval_ms; /* mean time between samples; 0 without samples */
    double cost_share;  /* of a core: CPU of our thread and of its backend where that can be read,
                           else the round trips, which are more */
    bool cost_exact;    /* the former */
    double sessions;    /* mean number seen */
    double parts[TIME_PARTS];                     /* shares of sessions × seconds; sum 1 */
    struct wait_share events[SAMPLER_EVENTS_MAX]; /* largest first */
    size_t event_count;
    double lock_share; /* of sessions × seconds: waiting for a heavyweight lock, extend included */
    double lock_time_s;
    uint64_t lock_seen;
    double lock_max_ms; /* longest wait seen; 0: no wait; negative: none was timed */
    struct lock_waits locks[SAMPLER_LOCKS_MAX]; /* most time first */
    size_t lock_count;
    int64_t checkpoints_begun, checkpoints_done; /* negative: not known */
    bool valid;                                  /* at least one sample was taken in the window */
    /* The whole run. */
    struct sampled_interval *series;
    size_t series_count;
    bool others_hidden; /* the role may not read other roles' sessions: blockers can be unknown */
};

struct sampler;

struct sampler_options {
    const struct target *target;
    const char *application_name; /* of the sessions to look at */
    uint64_t interval_ns;         /* of the series */
};

/* Connects. The options' texts must outlive the sampler. */
MUST_CHECK bool sampler_open(const struct sampler_options *options, struct sampler **out,
                             struct error *error);

/* Samples from go_ns (clock_ns) on, into the series alone. Once. */
void sampler_start(struct sampler *sampler, uint64_t go_ns);
/* The edges of the measured window; one that was not ended ends with sampler_close. */
void sampler_begin(struct sampler *sampler);
void sampler_end(struct sampler *sampler);

/* For the live line: of the last whole interval; negative: not known yet. */
struct sampler_live {
    double lock_share, wal_bytes_per_s;
    int64_t checkpoints_begun, checkpoints_done; /* since the start */
    int64_t window_begun, window_done;           /* of them in the window so far */
};
void sampler_live(struct sampler *sampler, struct sampler_live *out);

/* The interval of that number, if it is over and was observed to its end. */
bool sampler_interval(struct sampler *sampler, size_t number, struct sampled_interval *out);

/* Ends the thread and the connection, never waiting longer than one query's deadline (2 s, and 2 s
 * more for a server that does not heed its cancelling), and gives what was seen; release it with
 * observation_free. If sampling failed, error (if not NULL) says why; that is a warning, not a
 * failure of the run. */
struct observation *sampler_close(struct sampler *sampler, struct error *error);
void observation_free(struct observation *observation); /* NULL is fine */

/* Whether a wait is for WAL to reach the disk: LWLock:WALWrite, IO:WALSync, IO:WALWrite,
 * IPC:SyncRep, whatever the version's spelling (17 writes WalSync). */
bool wait_is_commit_flush(const char *type, const char *event);
/* Which part of the time a session is in. state as in pg_stat_activity; type and event "" if it
 * does not wait. */
enum time_part wait_part(const char *state, const char *type, const char *event);

#endif
