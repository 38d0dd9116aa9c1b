/* A round while its load runs: what is looked at meanwhile. For src/study alone. */
#ifndef PGWRITE_STUDY_RUNNING_H
#define PGWRITE_STUDY_RUNNING_H

#include "observe/gauges.h"
#include "study/prepare.h"
#include "study/round.h"

/* What the hooks of a running load need. */
struct running {
    const struct round_context *context;
    const struct result_cell *cell;
    const struct prepared *prepared;
    struct load_demand demand;
    struct result_round *round;
    struct sampler *sampler;
    struct companions *companions;
    struct gauges *gauges;            /* NULL: nobody asks for them */
    struct lock_log_reader *lock_log; /* NULL: not read */
    int64_t *pids;                    /* of the pool's backends, for the lock log */
    size_t pid_count;
    double wal_begin;
    struct server_counters before;
    bool counters_known;
    struct server_statistics statistics;
    bool statistics_known;
    struct host_sample host;
    uint64_t begin_ns; /* of the window */
    uint64_t start_ns;
    bool checkpoint_at_begin; /* one was under way */
    double memory_bytes;      /* of the server */
    bool memory_at_work;      /* read while the pool was writing */
    struct error hook_error;
    uint32_t recovered;  /* times that the control connection was made anew */
    uint64_t recover_ns; /* not before then again */
};

/* For what the hooks and the end of a round ask, whose absence is no failure of the run. */
static inline struct control *control_of(const struct running *running) {
    return running->context->session->control;
}

/* The control connection is there, or is made anew in so many seconds (session_recover). What went
 * by the old one is unknown then: lock waits in the log and, if the server is another one now, its
 * use of the machine. */
MUST_CHECK bool running_recover(struct running *running, unsigned seconds, struct error *error);

/* The hooks of the round's load, which read what belongs to its window and show how far it is. */
struct load_hooks running_hooks(struct running *running);

void running_close_companions(struct running *running);

#endif
