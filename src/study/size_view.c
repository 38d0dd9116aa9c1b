#include "study/size_view.h"

#include "load/tally.h"
#include "result/total.h"

/* Times of intervals and stages are sums of lengths: they differ by rounding. */
#define ROUNDING_S 1e-6

static void skip_stages(struct size_view *view, size_t first_stage) {
    struct result_cell *cell = &view->cell;
    for (size_t i = 0; i < first_stage; i++)
        view->round.window_at_s += cell->stage_seconds[i];
    view->result.stage_count -= first_stage;
    cell->tallies += first_stage * view->result.step_count;
    cell->asked += first_stage;
    cell->stage_seconds += first_stage;
}

bool size_view_init(struct size_view *view, const struct result *result,
                    const struct result_cell *cell, size_t first_stage) {
    const struct result_round *last = result_last_round(cell);
    if (!last || !cell->tallies)
        return false;
    *view = (struct size_view){.result = *result, .cell = *cell, .round = *last};
    view->cell.rounds = &view->round;
    view->cell.round_count = 1;
    if (first_stage == 0)
        return true;
    skip_stages(view, first_stage);
    struct load_tally done;
    result_tally(&view->result, &view->cell, SIZE_MAX, SIZE_MAX, &done);
    view->round.rows = done.rows;
    view->round.commits = done.committed;
    view->round.seconds = result_stage_seconds(&view->result, &view->cell, SIZE_MAX);
    load_tally_release(&done);
    return view->round.seconds > 0;
}

bool size_view_has(const struct size_view *view, const struct load_interval *interval) {
    const struct result_round *round = &view->round;
    return is_known(round->window_at_s) && interval->t_s >= round->window_at_s - ROUNDING_S &&
           interval->t_s + interval->length_s <= round->window_at_s + round->seconds + ROUNDING_S;
}
