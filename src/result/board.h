/*
 * What a run is doing just now, for whoever looks on from another thread. One writer, the thread
 * that waits for the load (five times a second); any number of readers, each with a copy of its
 * own. The mutex is held for a copy of a few hundred bytes; nothing is formatted before somebody
 * asks, and no worker thread comes near.
 */
#ifndef PGWRITE_RESULT_BOARD_H
#define PGWRITE_RESULT_BOARD_H

#include <sys/types.h>

#include "observe/sampler.h"
#include "result/result.h"
#include "workload/query.h"

/* A round that begins. Texts are copied but for the gauges, which outlive the board. */
struct board_round {
    const char *workload, *path, *server_version, *durability;
    uint32_t pool;
    struct range batch; /* 0 to 0: the steps say */
    const char *label;  /* "3/8", "B, pair 2" */
    const struct workload_query *gauges;
    size_t gauge_count;
    double max_connections; /* of the server; UNKNOWN */
    pid_t postmaster;       /* of a server on this machine, else 0 */
};

/* Where the round is now. */
struct board_now {
    const struct load_progress *load;
    const char *stage; /* "" without stages */
    bool warming_up;
    double left_s; /* until the run ends; UNKNOWN */
    const struct sampler_live *sampled;
    const double *gauges; /* one each of the round's, NAN: not known; NULL: none is known yet */
};

/* What a reader gets. */
struct board_state {
    bool begun;   /* a round has begun: what follows but the counters is of it, or of the last */
    bool loading; /* and its load is under way and was looked at: else what is of the present moment
                     is unknown */
    char workload[64], path[32], batch[48], label[64], stage[64];
    char server_version[64], durability[32];
    uint32_t pool;
    double max_connections;
    pid_t postmaster;
    /* Counters over all rounds so far, warm-ups included, by whole intervals and the last part of
     * each round. */
    uint64_t rows, commits, errors, failed, asked;
    uint64_t checkpoints; /* done */
    uint64_t rounds;      /* ended */
    /* Of the present moment. */
    bool warming_up;
    double left_s;             /* UNKNOWN */
    bool interval_known;       /* a whole interval is over */
    struct load_interval last; /* that one */
    uint64_t busy, open, waiting;
    double lock_share, wal_bytes_per_s; /* UNKNOWN */
    const struct workload_query *gauges;
    size_t gauge_count;
    double gauge_values[GAUGES_MAX]; /* NAN: not known */
};

struct board;

struct board *board_new(void);
void board_free(struct board *board); /* NULL is fine */

/* The writer's. NULL: nobody looks, and nothing happens. */
void board_begin(struct board *board, const struct board_round *round);
void board_update(struct board *board, const struct board_now *now);
/* The round's load has ended: all its intervals, the last part included. */
void board_end(struct board *board, const struct load_interval *intervals, size_t count);

/* Any thread's. */
void board_read(struct board *board, struct board_state *out);

#endif
