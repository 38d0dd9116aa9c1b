#include "study/quick.h"

#include "base/clock.h"

#define LEAST_NS (10 * NS_PER_MS)
#define INTERVAL_LEAST_NS (200 * NS_PER_MS)

/* Never longer than it was. */
static uint64_t scale(uint64_t ns, double factor, uint64_t least_ns) {
    uint64_t scaled_ns = (uint64_t)((double)ns * factor + 0.5);
    if (scaled_ns < least_ns)
        scaled_ns = least_ns;
    return scaled_ns < ns ? scaled_ns : ns;
}

/*
 * The factor by which the stages together take QUICK_NS, those that would be too short for it
 * taking their least: these leave less to the others, so that further ones can become too short,
 * until no more does. Of more stages than fit every one takes its least.
 */
static double factor_of_stages(const struct workload *workload) {
    double factor = 1;
    for (size_t round = 0; round <= workload->stage_count; round++) {
        double least_ns = 0, scaled_ns = 0;
        for (size_t i = 0; i < workload->stage_count; i++) {
            uint64_t for_ns = workload->stages[i].for_ns;
            if ((double)for_ns * factor > (double)QUICK_STAGE_NS)
                scaled_ns += (double)for_ns;
            else
                least_ns += (double)scale(for_ns, factor, QUICK_STAGE_NS);
        }
        if (least_ns + scaled_ns * factor <= (double)QUICK_NS)
            return factor;
        double left_ns = (double)QUICK_NS - least_ns;
        factor = left_ns > 0 && scaled_ns > 0 ? left_ns / scaled_ns : 0;
    }
    return factor;
}

/* Returns by how much all of them together have become shorter. */
static double scale_stages(struct workload *workload) {
    double factor = factor_of_stages(workload), before_ns = 0, after_ns = 0;
    for (size_t i = 0; i < workload->stage_count; i++) {
        struct workload_stage *stage = &workload->stages[i];
        before_ns += (double)stage->for_ns;
        stage->for_ns = scale(stage->for_ns, factor, QUICK_STAGE_NS);
        after_ns += (double)stage->for_ns;
    }
    return after_ns / before_ns;
}

void quick_scale(struct workload *workload, struct matrix_options *options) {
    double factor = workload->stage_count > 0 ? scale_stages(workload)
                    : options->duration_ns <= QUICK_NS
                        ? 1
                        : (double)QUICK_NS / (double)options->duration_ns;
    options->quick = true;
    options->duration_ns = scale(options->duration_ns, factor, LEAST_NS);
    options->warmup_ns = scale(options->warmup_ns, factor, LEAST_NS);
    options->interval_ns = scale(options->interval_ns, factor, INTERVAL_LEAST_NS);
    if (options->rows > QUICK_ROWS)
        options->rows = QUICK_ROWS;
    for (size_t i = 0; i < workload->companion_count; i++) {
        struct workload_companion *companion = &workload->companions[i];
        companion->after_ns = scale(companion->after_ns, factor, LEAST_NS);
        companion->every_ns = scale(companion->every_ns, factor, LEAST_NS);
        companion->hold_ns = scale(companion->hold_ns, factor, LEAST_NS);
    }
    for (size_t i = 0; i < workload->fault_count; i++)
        workload->faults[i].for_ns = scale(workload->faults[i].for_ns, factor, LEAST_NS);
    for (size_t i = 0; i < workload->table_count; i++)
        if (workload->tables[i].rows > QUICK_ROWS)
            workload->tables[i].rows = QUICK_ROWS;
}
