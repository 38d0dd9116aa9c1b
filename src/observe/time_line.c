#include "observe/time_line.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"

/* More than an hour of seconds, so that it is hardly ever grown while a window is measured. */
enum { ROOM_MIN = 4096 };

void time_line_init(struct time_line *line, uint64_t go_ns, uint64_t interval_ns) {
    *line = (struct time_line){.go_ns = go_ns, .interval_ns = interval_ns, .room = ROOM_MIN};
    line->intervals = MEM_ARRAY(struct sampled_interval, line->room);
}

void time_line_release(struct time_line *line) {
    free(line->intervals);
    *line = (struct time_line){0};
}

static struct sampled_interval *interval_at(struct time_line *line, size_t number) {
    while (line->count <= number) {
        if (line->count == line->room) {
            line->room *= 2;
            line->intervals = mem_grow(line->intervals, line->room, sizeof *line->intervals);
        }
        line->intervals[line->count++] = (struct sampled_interval){
            .wal_bytes = -1, .checkpoints_begun = -1, .checkpoints_done = -1};
    }
    struct sampled_interval *interval = &line->intervals[number];
    if (line->begun_known && interval->checkpoints_begun < 0)
        interval->checkpoints_begun = 0;
    if (line->done_known && interval->checkpoints_done < 0)
        interval->checkpoints_done = 0;
    return interval;
}

void time_line_add(struct time_line *line, uint64_t since_ns, uint64_t until_ns, double sessions,
                   double locked, double wal_bytes) {
    if (until_ns <= line->go_ns || until_ns <= since_ns)
        return;
    double bytes_per_ns = wal_bytes / (double)(until_ns - since_ns);
    uint64_t from_ns = since_ns > line->go_ns ? since_ns : line->go_ns;
    while (from_ns < until_ns) {
        size_t number = (size_t)((from_ns - line->go_ns) / line->interval_ns);
        uint64_t edge_ns = line->go_ns + (number + 1) * line->interval_ns;
        uint64_t to_ns = until_ns < edge_ns ? until_ns : edge_ns;
        struct sampled_interval *interval = interval_at(line, number);
        double seconds = (double)(to_ns - from_ns) / (double)NS_PER_S;
        interval->session_s += sessions * seconds;
        interval->locked_s += locked * seconds;
        if (wal_bytes >= 0) {
            if (interval->wal_bytes < 0)
                interval->wal_bytes = 0;
            interval->wal_bytes += bytes_per_ns * (double)(to_ns - from_ns);
        }
        from_ns = to_ns;
    }
    line->observed_ns = until_ns;
}

void time_line_add_checkpoints(struct time_line *line, uint64_t at_ns, int begun, int done) {
    line->begun_known = line->begun_known || begun >= 0;
    line->done_known = line->done_known || done >= 0;
    if (at_ns < line->go_ns || (begun <= 0 && done <= 0))
        return;
    size_t number = (size_t)((at_ns - line->go_ns) / line->interval_ns);
    struct sampled_interval *interval = interval_at(line, number);
    interval->checkpoints_begun += begun > 0 ? begun : 0;
    interval->checkpoints_done += done > 0 ? done : 0;
}

size_t time_line_complete(const struct time_line *line) {
    if (line->observed_ns <= line->go_ns)
        return 0;
    return (size_t)((line->observed_ns - line->go_ns) / line->interval_ns);
}

static void add_known(int64_t *sum, int number) {
    if (number >= 0)
        *sum = (*sum > 0 ? *sum : 0) + number;
}

void time_line_live(const struct time_line *line, struct sampler_live *out) {
    *out = (struct sampler_live){.lock_share = -1,
                                 .wal_bytes_per_s = -1,
                                 .checkpoints_begun = -1,
                                 .checkpoints_done = -1,
                                 .window_begun = -1,
                                 .window_done = -1};
    for (size_t i = 0; i < line->count; i++) {
        add_known(&out->checkpoints_begun, line->intervals[i].checkpoints_begun);
        add_known(&out->checkpoints_done, line->intervals[i].checkpoints_done);
    }
    size_t complete = time_line_complete(line);
    if (!complete)
        return;
    const struct sampled_interval *last = &line->intervals[complete - 1];
    if (last->session_s > 0)
        out->lock_share = last->locked_s / last->session_s;
    if (last->wal_bytes >= 0)
        out->wal_bytes_per_s = last->wal_bytes / ((double)line->interval_ns / (double)NS_PER_S);
}

struct sampled_interval *time_line_detach(struct time_line *line, size_t *count) {
    struct sampled_interval *intervals = line->intervals;
    *count = line->count;
    *line = (struct time_line){0};
    return intervals;
}
