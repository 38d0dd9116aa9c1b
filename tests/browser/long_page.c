/* Prints the page of a run of 8 cells of half an hour each, at an interval a second, which nobody
 * wants to wait for: with checkpoints, errors, lock waits, a queue and a gauge. */
/* cmocka.h wants these before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../unit/result_by_hand.h"
#include "html/html.h"

enum { CELLS = 8, SECONDS = 1800 };

static struct load_interval make_interval(size_t cell, size_t second) {
    uint64_t commits = 2000 + 150 * cell + second * 7919 % 400;
    bool slow = second % 300 < 20;
    return (struct load_interval){.t_s = (double)second,
                                  .length_s = 1,
                                  .rows = 100 * commits / (slow ? 2 : 1),
                                  .commits = commits / (slow ? 2 : 1),
                                  .asked = commits,
                                  .errors = second % 450 == 7 ? 3 : 0,
                                  .p50_ns = (900 + second * 31 % 200) * 1000,
                                  .p95_ns = (1900 + second * 31 % 400) * 1000,
                                  .p99_ns = (2900 + second * 37 % 900) * (slow ? 9000 : 1000),
                                  .busy = 3.5,
                                  .open = 4,
                                  .waiting = slow ? 12 : 0};
}

static void fill_series(struct result_round *round, size_t cell) {
    struct observation *waits = round->waits;
    round->seconds = SECONDS - 1;
    round->window_at_s = 1;
    round->interval_count = waits->series_count = round->sample_count = SECONDS;
    round->intervals = calloc(SECONDS, sizeof *round->intervals);
    waits->series = calloc(SECONDS, sizeof *waits->series);
    round->samples = calloc(SECONDS, sizeof *round->samples);
    for (size_t i = 0; i < SECONDS; i++) {
        round->intervals[i] = make_interval(cell, i);
        waits->series[i] = (struct sampled_interval){.session_s = 4,
                                                     .locked_s = i % 100 < 3 ? 0.4 : 0.01,
                                                     .wal_bytes = 31234567 + (double)(i * 97),
                                                     .checkpoints_begun = i % 300 == 0,
                                                     .checkpoints_done = i % 300 == 20};
        round->samples[i] =
            (struct gauge_sample){12.3e6, 5e8 + 1e6 * (double)i, 9000 * (double)i, NULL};
    }
}

int main(void) {
    static const char *const paths[CELLS] = {"insert",  "multirow", "unnest", "pipeline",
                                             "prepare", "copy",     "merge",  "upsert"};
    struct arena arena = {0};
    struct result result = make_result(&arena, CELLS, 1);
    result.source = LOAD_RATE;
    for (size_t i = 0; i < CELLS; i++) {
        result.cells[i] = make_cell(paths[i], 1, (uint64_t[]){20000 + i});
        fill_series(&result.cells[i].rounds[0], i);
        result_cell_summarise(&result.cells[i]);
    }
    struct document document = {.kind = DOCUMENT_RUN, .version = "0.0.0", .run = &result};
    html_format.write(&document, 1, 0, stdout);
    release(&result, NULL);
    return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
