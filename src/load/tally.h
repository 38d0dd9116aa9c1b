/* Adding up what was counted: over steps, stages, threads and rounds. Not for hot paths: histograms
 * are merged. load_tally_release is in load.h. */
#ifndef PGWRITE_LOAD_TALLY_H
#define PGWRITE_LOAD_TALLY_H

#include "load/load.h"

/* Adds counts and histograms; *into gets a histogram of its own where it has none yet and from has
 * one. from keeps its own. */
void load_tally_merge(struct load_tally *into, const struct load_tally *from);

/* The tallies [stage * steps + step] of some stages and steps together: SIZE_MAX means all. *out is
 * zeroed first; its histograms are the caller's (load_tally_release). */
void load_tally_sum(const struct load_tally *tallies, size_t stages, size_t steps, size_t stage,
                    size_t step, struct load_tally *out);

/* The same of what was wished for in some stages. */
void load_asked_merge(struct load_asked *into, const struct load_asked *from);
void load_asked_sum(const struct load_asked *asked, size_t stages, size_t stage,
                    struct load_asked *out);

#endif
