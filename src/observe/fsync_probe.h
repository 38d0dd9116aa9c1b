/*
 * Can the disk be believed? Writes 8 kB into a file of its own and calls fdatasync, over and over,
 * as a commit does.
 */
#ifndef PGWRITE_OBSERVE_FSYNC_PROBE_H
#define PGWRITE_OBSERVE_FSYNC_PROBE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

#define FSYNC_PROBE_NS 1000000000ull
/* So many flushes say enough: on a fast disk the probe is over sooner. */
#define FSYNC_PROBE_FLUSHES 2000u
/* A medium that keeps its word takes longer than that, unless its cache outlives a power cut. */
#define FSYNC_PROBE_DOUBTFUL_US 100.0

struct fsync_probe {
    double flushes_per_s;          /* negative: not probed */
    double p50_us, p99_us, max_us; /* of writing and flushing; negative: not probed */
    uint64_t flushes;
    bool doubtful; /* p50_us is below FSYNC_PROBE_DOUBTFUL_US */
};

/* The file (1 MB, filled first, so that flushes are of data alone) is made in dir and has no name
 * from then on: it is gone afterwards, whatever happens. Except on btrfs, where its name stays
 * until the end. Ends early, with what it has, when interrupted(). False: no such folder
 * (EXIT_USAGE), no right to write there, no room, or an error of the medium. */
MUST_CHECK bool fsync_probe_run(const char *dir, struct fsync_probe *out, struct error *error);

#endif
