#include "report/score.h"

#include "result/total.h"

void report_score(const struct result *result, const struct result_cell *cell, size_t stage,
                  struct report_score *out) {
    struct result_demand demand;
    *out = (struct report_score){.judged = !result->quick, .done = UNKNOWN};
    for (size_t i = 0; result->load && cell->thresholds && i < result->load->threshold_count; i++) {
        const struct result_threshold *judged = &cell->thresholds[i];
        if (stage != SIZE_MAX && judged->threshold->stage != stage)
            continue;
        out->count++;
        out->failed += out->judged && judged->verdict == THRESHOLD_FAILED;
        out->unknown += out->judged && judged->verdict == THRESHOLD_UNKNOWN;
    }
    result_demand(result, cell, stage, &demand);
    if (demand.known && result->source != LOAD_POOL && demand.asked.asked > demand.asked.rejected)
        out->done = (double)demand.committed / (double)(demand.asked.asked - demand.asked.rejected);
}

void report_phases(const struct result *result, const struct result_cell *cell,
                   struct report_phases *out) {
    *out = (struct report_phases){0, 0};
    for (size_t i = 0; result->load && i < result->load->stage_count; i++) {
        struct report_score score;
        report_score(result, cell, i, &score);
        out->count += score.count > 0;
        out->held += score.count > 0 && score.judged && score.failed + score.unknown == 0;
    }
}
