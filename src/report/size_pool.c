/* How much the pool alone does, by its connections. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/size_internal.h"
#include "stats/rank.h"

enum { BAR_COLUMNS = 30 };

static int compare_pools(const void *a, const void *b) {
    const struct size_level *left = a, *right = b;
    return (left->pool > right->pool) - (left->pool < right->pool);
}

/* Of the member that is offset bytes into a point. */
static double median_of(const struct size_result *size, uint32_t pool, size_t offset) {
    double *values = MEM_ARRAY(double, size->level_count);
    size_t count = 0;
    for (size_t i = 0; i < size->level_count; i++) {
        const struct size_point *point = &size->levels[i];
        const double *value = (const double *)(const void *)((const char *)point + offset);
        if (point->pool == pool && is_known(*value))
            values[count++] = *value;
    }
    double median = count ? rank_median(values, count) : UNKNOWN;
    free(values);
    return median;
}

size_t size_find_levels(const struct size_result *size, struct size_level *levels) {
    size_t count = 0;
    for (size_t i = 0; i < size->level_count; i++) {
        size_t k = 0;
        while (k < count && levels[k].pool != size->levels[i].pool)
            k++;
        if (k == count)
            levels[count++] = (struct size_level){.pool = size->levels[i].pool};
        levels[k].count++;
    }
    for (size_t k = 0; k < count; k++) {
        struct size_level *level = &levels[k];
        level->per_s = median_of(size, level->pool, offsetof(struct size_point, commits_per_s));
        level->p50_s = median_of(size, level->pool, offsetof(struct size_point, p50_s));
        level->p99_s = median_of(size, level->pool, offsetof(struct size_point, p99_s));
        level->busy = median_of(size, level->pool, offsetof(struct size_point, busy_share));
    }
    qsort(levels, count, sizeof *levels, compare_pools);
    return count;
}

static void add_level(struct table *table, const struct size_result *size,
                      const struct size_level *level, double most, bool bars) {
    char field[FIELD_BYTES], bar[BAR_COLUMNS + 1];
    table_row(table);
    snprintf(field, sizeof field, "%u", level->pool);
    table_set(table, 0, field);
    table_set(table, 1, size_show_number(field, sizeof field, size, level->per_s));
    snprintf(field, sizeof field, "%zu", level->count);
    table_set(table, 2, field);
    table_set(table, 3, show_seconds(field, sizeof field, level->p50_s));
    table_set(table, 4, show_seconds(field, sizeof field, level->p99_s));
    int length =
        most > 0 && is_known(level->per_s) ? (int)(level->per_s / most * BAR_COLUMNS + 0.5) : 0;
    memset(bar, '#', (size_t)length);
    bar[length] = '\0';
    table_set(table, 5, bars ? bar : DASH);
    table_set(table, 6, level->pool == size->pool ? "<- to use" : "");
}

static void print_curve(const struct size_result *size, struct sheet *out) {
    struct table table = {0};
    struct size_level *levels = MEM_ARRAY(struct size_level, size->level_count);
    size_t count = size_find_levels(size, levels);
    double most = 0;
    for (size_t i = 0; i < count; i++)
        most = levels[i].per_s > most ? levels[i].per_s : most;
    table_column(&table, "pool", false, false, 6);
    table_column(&table, strcmp(size_unit(size), "rows") == 0 ? "rows/s" : "transactions/s", false,
                 false, 0);
    table_column(&table, "rounds", false, false, 0);
    table_column(&table, "p50", false, true, 0);
    table_column(&table, "p99", false, true, 0);
    table_column(&table, "", true, !out->terminal, BAR_COLUMNS);
    table_rank(&table, 5, 1); /* the bar: rows/s says the same */
    table_column(&table, "", true, false, 0);
    for (size_t i = 0; i < count; i++)
        add_level(&table, size, &levels[i], most, out->terminal);
    out->table(out, &table, NULL);
    table_release(&table);
    free(levels);
}

/* How many pools were measured: a short budget may leave a single one of those wished for. */
static size_t pools_known(const struct size_result *size) {
    struct size_level *levels = MEM_ARRAY(struct size_level, size->level_count);
    size_t count = size_find_levels(size, levels);
    free(levels);
    return count;
}

static void add_pool(struct strbuf *line, const struct size_result *size) {
    if (!size->pool) {
        strbuf_add(line, "not found");
        return;
    }
    strbuf_printf(line, "%u connection%s", size->pool, size->pool == 1 ? "" : "s");
    if (size->pool_given) {
        strbuf_add(line, ", as asked for: no other was tried");
        return;
    }
    if (pools_known(size) < 2) {
        strbuf_add(line, ", the only pool that was measured: larger ones may do more");
        return;
    }
    strbuf_add(line, ", the fewest that do 95 % of what more of them can");
    if (size->pool_low && size->pool_high && size->pool_low < size->pool_high)
        strbuf_printf(line, "; it may be %u to %u", size->pool_low, size->pool_high);
    if (size->pool_edge)
        strbuf_add(line, ". The largest that was tried did the most: larger ones may do more, see "
                         "--pool");
}

/* "0.021 (0.015 to 0.030)" in three digits. */
static void add_parameter(struct strbuf *line, const char *name, double estimate, double low,
                          double high) {
    strbuf_printf(line, "%s %.3g (%.3g to %.3g)", name, estimate, low, high);
}

static void add_peak(struct strbuf *line, const struct usl_fit *fit) {
    double peak = usl_peak(&fit->law);
    if (!isfinite(peak)) {
        strbuf_add(line, "no peak: it levels off");
        return;
    }
    strbuf_printf(line, "peak at a pool of %.0f", peak);
    if (isfinite(fit->peak_low) && isfinite(fit->peak_high))
        strbuf_printf(line, " (%.0f to %.0f)", fit->peak_low, fit->peak_high);
    else if (isfinite(fit->peak_low))
        strbuf_printf(line, " (%.0f or more)", fit->peak_low);
}

bool size_has_law(const struct size_result *size) {
    return !size->no_fit && !size->pool_given && size->fit.outcome == USL_FITS &&
           size->fit.law.gamma > 0;
}

static void print_law(const struct size_result *size, struct sheet *out) {
    struct strbuf line = STRBUF_INIT;
    const struct usl_fit *fit = &size->fit;
    if (size->no_fit) {
        strbuf_printf(&line, "the Universal Scalability Law is not used: %s", size->no_fit);
        sheet_line(out, &line, "law");
    } else if (size_has_law(size)) {
        strbuf_add(&line, "Universal Scalability Law: ");
        add_parameter(&line, "contention", fit->law.alpha, fit->low.alpha, fit->high.alpha);
        add_parameter(&line, ", coherency", fit->law.beta, fit->low.beta, fit->high.beta);
        strbuf_add(&line, ", ");
        add_peak(&line, fit);
        strbuf_printf(&line, "; in brackets 95 %% intervals; %.1f %% off on average",
                      fit->off_mean * 100);
        sheet_line(out, &line, "law");
    }
    strbuf_release(&line);
}

void size_tell_pool(const struct size_result *size, struct sheet *out) {
    struct strbuf line = STRBUF_INIT;
    char rate[FIELD_BYTES];
    if (!size->level_count)
        return;
    strbuf_printf(&line,
                  "Pool alone: as many %s as so many connections can; p50 and p99 of response",
                  size_unit(size));
    sheet_head(out, &line);
    print_curve(size, out);
    add_pool(&line, size);
    sheet_line(out, &line, "pool");
    if (is_known(size->closed_per_s)) {
        strbuf_printf(&line, "%s at a pool of %u",
                      size_show_rate(rate, sizeof rate, size, size->closed_per_s), size->pool);
        sheet_line(out, &line, "at most");
    }
    if (size->pool_cause.limit != SIZE_LIMIT_UNKNOWN || size->pool_cause.evidence) {
        size_add_cause(&line, &size->pool_cause);
        sheet_line(out, &line, "limited by");
    }
    if (!size->pool_given)
        print_law(size, out);
    if (is_known(size->little_worst)) {
        double off = fabs(size->little_worst - 1) * 100;
        strbuf_printf(&line, "Little's law holds within %.1f %%", off);
        if (off > 2) {
            strbuf_clear(&line);
            strbuf_printf(&line,
                          "Little's law is off by %.1f %%: more than 2 %% is a fault of pgwrite, "
                          "and a warning says so, unless responses that the ends of a round cut "
                          "make it so",
                          off);
        }
        sheet_line(out, &line, "check");
    }
    strbuf_release(&line);
}
