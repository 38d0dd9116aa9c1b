/* A search for the settings that help the user's own writes: `pgwrite tune`. */
#ifndef PGWRITE_STUDY_TUNE_H
#define PGWRITE_STUDY_TUNE_H

#include "result/tune.h"
#include "study/ab.h"
#include "study/space.h"

struct tune_options {
    const struct matrix_options *matrix; /* one cell; a round of its length is a block */
    struct space_options space;
    const struct server_setting *present; /* --present: what a throwaway server starts with */
    size_t present_count;
    long cpus; /* that a throwaway server may use; 0: all of this machine */
    uint64_t budget_ns;
    enum comparison_metric metric;
    double margin;
    uint64_t seed; /* of the order of blocks */
};

/* Prints the plan by log_message first. result is filled as far as it went, also on false and after
 * an interruption: the best so far, then unconfirmed. On every way out the server's settings are
 * put back. Texts live in the arena; tune_release frees the rest. */
MUST_CHECK bool tune_run(const struct tune_options *options, struct arena *arena,
                         struct tune_result *result, struct error *error);
void tune_release(struct tune_result *result);

#endif
