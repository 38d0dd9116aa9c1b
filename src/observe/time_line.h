/*
 * The run's time line: what was sampled, split into intervals of one length from the start on.
 * Interval n is [go + n × interval, go + (n + 1) × interval). Not thread-safe.
 */
#ifndef PGWRITE_OBSERVE_TIME_LINE_H
#define PGWRITE_OBSERVE_TIME_LINE_H

#include "observe/sampler.h"

struct time_line {
    uint64_t go_ns, interval_ns;
    uint64_t observed_ns; /* up to here; 0: nothing yet */
    struct sampled_interval *intervals;
    size_t count, room;
    bool begun_known, done_known; /* checkpoints */
};

void time_line_init(struct time_line *line, uint64_t go_ns, uint64_t interval_ns);
void time_line_release(struct time_line *line);

/* One look at until_ns, which stands for the time since since_ns. Looks come in their order in
 * time; what lies before the start is left out. wal_bytes: written meanwhile; negative: not known.
 */
void time_line_add(struct time_line *line, uint64_t since_ns, uint64_t until_ns, double sessions,
                   double locked, double wal_bytes);

/* Checkpoints that began and ended, noticed at that time, which is not before what was added last;
 * negative: not known. From the first call on their number is known, 0 included. */
void time_line_add_checkpoints(struct time_line *line, uint64_t at_ns, int begun, int done);

/* How many intervals are over and were observed to their end. */
size_t time_line_complete(const struct time_line *line);

/* See sampler_live. */
void time_line_live(const struct time_line *line, struct sampler_live *out);

/* Gives the intervals away, to be freed; the time line is empty then. */
struct sampled_interval *time_line_detach(struct time_line *line, size_t *count);

#endif
