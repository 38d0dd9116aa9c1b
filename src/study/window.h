/*
 * When the measured window of a run begins and ends, and whether what it holds was steady. Pure
 * rules over the run's intervals; docs/result.md states them for users.
 */
#ifndef PGWRITE_STUDY_WINDOW_H
#define PGWRITE_STUDY_WINDOW_H

#include "result/result.h"

enum run_mode {
    MODE_FIXED,  /* a warm-up of a fixed length, then a window of a fixed length */
    MODE_STEADY, /* the warm-up lasts until throughput and WAL bytes a commit have levelled off */
    MODE_CYCLE,  /* the window holds at least two whole checkpoints */
};
MUST_CHECK bool run_mode_parse(const char *text, enum run_mode *mode, struct error *error);
const char *run_mode_name(enum run_mode mode);

/* Settled: of the last six whole intervals the later three differ from the earlier three by 10 % at
 * most, in rows/s and, where they are known, in WAL bytes a commit. Where nothing is written
 * nothing has settled. */
#define WINDOW_SETTLE_INTERVALS 6
#define WINDOW_SETTLE_SHARE 0.10
/* A warm-up that has not settled after so many intervals is over all the same. */
#define WINDOW_SETTLE_MAX 60

/* One interval as the rules see it. */
struct window_interval {
    double rows_per_s;
    double wal_per_commit; /* UNKNOWN without commits or without the WAL's position */
};

/* intervals: the last WINDOW_SETTLE_INTERVALS whole ones. */
bool window_settled(const struct window_interval *intervals);

/* Steady: of the whole intervals inside the window, at least three, the later half's mean rows/s
 * differs from the earlier half's by 15 % at most, WAL bytes a commit likewise, no interval is
 * below half of the median, and no checkpoint ran in it. With fewer intervals it is not known. why:
 * in words, if not steady. */
#define WINDOW_STEADY_SHARE 0.15
enum steadiness window_judge(const struct window_interval *intervals, size_t count, char *why,
                             size_t why_size);

/* Judges a round that was measured: fills steadiness, unsteady and checkpoints from its intervals
 * and its waits' series. */
void window_judge_round(struct result_round *round, enum run_mode mode);

#endif
