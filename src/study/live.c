#include "study/live.h"

#include <inttypes.h>

#include "base/log.h"

double live_cell_seconds(const struct matrix_options *options) {
    const struct workload *workload = options->workload;
    double seconds = 0;
    for (size_t i = 0; i < workload->stage_count; i++)
        seconds += (double)workload->stages[i].for_ns / 1e9;
    if (workload->stage_count)
        return seconds;
    if (options->rows || options->mode != MODE_FIXED)
        return UNKNOWN;
    return (double)(options->warmup_ns + options->duration_ns) / 1e9;
}

double live_left_s(const struct round_context *context, double seconds) {
    double cell_s = live_cell_seconds(context->options);
    if (!is_known(cell_s))
        return UNKNOWN;
    double left_s = cell_s - seconds + context->rounds_left * (cell_s + 0.5);
    return left_s > 0 ? left_s : 0;
}

static void show_left(const struct live *live, char *out, size_t size) {
    double left_s = live_left_s(live->context, live->seconds);
    snprintf(out, size, "–");
    if (is_known(left_s))
        snprintf(out, size, "%d:%02d", (int)left_s / 60, (int)left_s % 60);
}

/* "  peak  closed: 200 users, 198/s done" or "  open: asked 500/s, 480/s done  20 waiting":
 * the loop, and transactions, whatever rows each of them has. */
static void show_load(const struct live *live, const struct load_progress *progress,
                      const struct load_interval *last, char *out, size_t size) {
    const struct workload *workload = live->context->options->workload;
    const struct load_demand *demand = live->demand;
    char stage[64] = "", asked[64] = "", done[48] = "", waiting[40] = "";
    char number[32];
    if (workload->stage_count)
        snprintf(stage, sizeof stage, "  %.40s", workload->stages[progress->stage].name);
    uint64_t ns = (uint64_t)(live->seconds * 1e9);
    double value = schedule_value(demand->spans, demand->span_count, ns);
    snprintf(asked, sizeof asked, demand->source == LOAD_RATE ? "  open" : "  closed");
    if (demand->source == LOAD_USERS)
        snprintf(asked, sizeof asked, "  closed: %s",
                 units_show_things(number, sizeof number, (double)(uint64_t)value, "user"));
    else if (demand->source == LOAD_RATE && last)
        snprintf(asked, sizeof asked, "  open: asked %s/s",
                 units_show_count(number, sizeof number, (double)last->asked / last->length_s));
    if (demand->source != LOAD_POOL && last)
        snprintf(done, sizeof done, ", %s/s done",
                 units_show_count(number, sizeof number, (double)last->commits / last->length_s));
    if (progress->waiting)
        snprintf(waiting, sizeof waiting, "  %" PRIu64 " waiting", progress->waiting);
    snprintf(out, size, "%s%s%s%s", stage, asked, done, waiting);
}

void live_show(const struct live *live, const struct load_progress *progress) {
    const struct load_interval *last =
        progress->count ? &progress->intervals[progress->count - 1] : NULL;
    char rate[32], p50[32] = "–", p99[32] = "–", lock[32] = "–", left[32], wal[32] = "–";
    char load[240], errors[48] = "", failed[40];
    double rows_per_s = last                ? (double)last->rows / last->length_s
                        : live->seconds > 0 ? (double)progress->rows / live->seconds
                                            : 0;
    units_show_count(rate, sizeof rate, rows_per_s);
    if (last && last->p99_ns) {
        snprintf(p50, sizeof p50, "%.2f", (double)last->p50_ns / 1e6);
        snprintf(p99, sizeof p99, "%.2f", (double)last->p99_ns / 1e6);
    }
    const struct sampler_live *sampled = live->sampled;
    if (is_known(sampled->lock_share))
        snprintf(lock, sizeof lock, "%.0f %%", sampled->lock_share * 100);
    if (is_known(sampled->wal_bytes_per_s))
        units_show_size(wal, sizeof wal, (uint64_t)sampled->wal_bytes_per_s);
    show_left(live, left, sizeof left);
    show_load(live, progress, last, load, sizeof load);
    if (last && last->errors)
        snprintf(errors, sizeof errors, "  %s",
                 units_show_things(failed, sizeof failed, (double)last->errors, "error"));
    log_progress(
        "%s%s %s, pool %u  %s left%s%s%s%s  %s rows/s  p50/p99 %s/%s ms  lock %s  WAL %s/s",
        live->context->label, live->context->so_far, live->cell->path, live->cell->pool, left, load,
        live->warming_up ? "  warming up" : "", errors,
        sampled->checkpoints_begun > sampled->checkpoints_done ? "  checkpoint" : "", rate, p50,
        p99, lock, wal);
}
