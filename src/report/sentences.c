/* What the numbers say, in words. Nothing is said that the table does not hold. */
#include <string.h>

#include "report/internal.h"
#include "report/text.h"

enum { HOLDER_COLUMNS = 60 };

static bool usable(const struct result_cell *cell) {
    return cell->complete && cell->verified && cell->rows_per_s.median > 0;
}

static bool sampled(const struct result_cell *cell) {
    return is_known(cell->lock_share) && cell->wait_samples >= WAIT_SAMPLES_MIN;
}

/* With two significant digits: 3.1×, 14×. */
static void add_times(struct strbuf *out, double times) {
    strbuf_printf(out, times < 9.95 ? "%.1f×" : "%.0f×", times);
}

static const struct result_cell *find_path(const struct result *result, const char *path,
                                           const struct result_cell *like) {
    for (size_t i = 0; i < result->cell_count; i++) {
        const struct result_cell *cell = &result->cells[i];
        if (usable(cell) && strcmp(cell->path, path) == 0 && cell->pool == like->pool)
            return cell;
    }
    return NULL;
}

/* Whether two cells' rounds overlap, or are too few to tell. */
static bool too_close(const struct result_cell *high, const struct result_cell *low) {
    if (!is_known(high->rows_per_s.min) || !is_known(low->rows_per_s.max))
        return high->rows_per_s.median < 1.10 * low->rows_per_s.median;
    return high->rows_per_s.min <= low->rows_per_s.max;
}

/* A blank between sentences, and none behind the last one. */
static void begin(struct strbuf *out) {
    if (out->length)
        strbuf_add_char(out, ' ');
}

static void say_fastest(const struct result *result, struct strbuf *out) {
    const struct result_cell *best = NULL, *worst = NULL;
    for (size_t i = 0; i < result->cell_count; i++) {
        const struct result_cell *cell = &result->cells[i];
        if (!usable(cell))
            continue;
        if (!best || cell->rows_per_s.median > best->rows_per_s.median)
            best = cell;
        if (!worst || cell->rows_per_s.median < worst->rows_per_s.median)
            worst = cell;
    }
    if (!best || best == worst)
        return;
    report_cell_name(result, best, out);
    if (too_close(best, worst)) {
        strbuf_add(
            out, " was the fastest, but all cells are too close to each other to tell them apart.");
        return;
    }
    const struct result_cell *multirow = find_path(result, "multirow", best);
    strbuf_add(out, " wrote ");
    if (multirow && multirow != best && multirow != worst && !too_close(best, multirow)) {
        add_times(out, best->rows_per_s.median / multirow->rows_per_s.median);
        strbuf_add(out, " the rows of ");
        report_cell_name(result, multirow, out);
        strbuf_add(out, " and ");
        add_times(out, best->rows_per_s.median / worst->rows_per_s.median);
        strbuf_add(out, " those of ");
    } else {
        add_times(out, best->rows_per_s.median / worst->rows_per_s.median);
        strbuf_add(out, " the rows of ");
    }
    report_cell_name(result, worst, out);
    strbuf_add(out, ".");
}

static void say_flush(const struct result *result, struct strbuf *out) {
    const struct result_cell *most = NULL;
    for (size_t i = 0; i < result->cell_count; i++) {
        const struct result_cell *cell = &result->cells[i];
        if (usable(cell) && sampled(cell) &&
            (!most || cell->commit_flush_share > most->commit_flush_share))
            most = cell;
    }
    if (!most || most->commit_flush_share < 0.10)
        return;
    begin(out);
    report_cell_name(result, most, out);
    strbuf_printf(out, " spends %.0f %% of its time waiting for commit flush.",
                  most->commit_flush_share * 100);
}

/* The kind of lock wait that took most of a cell's last round. */
static void say_kind(const struct lock_waits *lock, struct strbuf *out) {
    strbuf_printf(out, ", most of it: %s", lock->locktype);
    const char *relation = strrchr(lock->relation, '.');
    if (*lock->relation)
        strbuf_printf(out, " of %s", relation ? relation + 1 : lock->relation);
    if (!report_holder_is_alike(lock) && (*lock->blocker.statement || *lock->blocker.application)) {
        strbuf_add(out, ", behind ");
        report_holder(&lock->blocker, HOLDER_COLUMNS, out);
    }
    if (lock->depth > 1 && (*lock->root.statement || *lock->root.application)) {
        strbuf_add(out, "; at the root: ");
        report_holder(&lock->root, HOLDER_COLUMNS, out);
    }
}

static void say_locks(const struct result *result, struct strbuf *out) {
    const struct result_cell *most = NULL;
    bool all_sampled = true;
    for (size_t i = 0; i < result->cell_count; i++) {
        const struct result_cell *cell = &result->cells[i];
        all_sampled &= usable(cell) && sampled(cell);
        if (usable(cell) && sampled(cell) && (!most || cell->lock_share > most->lock_share))
            most = cell;
    }
    if (!most)
        return;
    begin(out);
    if (most->lock_share < 0.01) {
        /* The table rounds: from 0.5 % on it shows 1 %. */
        strbuf_add(out, most->lock_share < 0.005 ? "Lock waits stayed below 1 %"
                                                 : "Lock waits took at most 1 %");
        if (result->cell_count > 1)
            strbuf_add(out, all_sampled ? " in every cell" : " where there are enough samples");
        strbuf_add(out, ".");
        return;
    }
    report_cell_name(result, most, out);
    strbuf_printf(out, " waited for locks %.0f %% of its time", most->lock_share * 100);
    const struct result_round *last = result_last_round(most);
    if (last && last->waits && last->waits->valid && last->waits->lock_count > 0)
        say_kind(&last->waits->locks[0], out);
    strbuf_add(out, ".");
}

void report_sentences(const struct result *result, struct strbuf *out) {
    /* Rows that came at a rate say nothing of who could write more. */
    if (result->source != LOAD_RATE)
        say_fastest(result, out);
    say_flush(result, out);
    say_locks(result, out);
    bool any = false;
    for (size_t i = 0; i < result->cell_count; i++)
        any |= usable(&result->cells[i]);
    /* The coefficient of variation of identical runs on a shared machine was found to be 10 %. */
    if (any && result->rounds == 1 && result->cell_count > 1)
        strbuf_add(out, "\nOne round a cell: take differences below 10 % as noise; --rounds 5 "
                        "shows the spread.");
}
