/* What the need takes: by batch size, of a server, and on another disk. */
#include <string.h>

#include "report/size_internal.h"

static const double days_a_year = 365;
/* Fewer CPUs than that would be shown as none. */
#define CPUS_LEAST 0.01

/* Where the need is too much: the first batch size that would bring it down to planned use. It was
 * measured without a rate, so that it is no promise for the SLOs. */
static void print_larger(const struct size_result *size, struct sheet *out) {
    struct strbuf line = STRBUF_INIT;
    char rows[FIELD_BYTES], use[FIELD_BYTES];
    for (size_t i = 0; i < size->batch_count; i++) {
        const struct size_batch *batch = &size->batches[i];
        if (!is_known(batch->use) || batch->use > SIZE_USE)
            continue;
        strbuf_printf(&line,
                      "With %s a commit the need is %s of what the pool can: --batch %llu tells "
                      "whether the SLOs hold then.",
                      units_show_things(rows, sizeof rows, (double)batch->rows, "row"),
                      show_share(use, sizeof use, batch->use), (unsigned long long)batch->rows);
        sheet_line(out, &line, "");
        break;
    }
    strbuf_release(&line);
}

void size_tell_batches(const struct size_result *size, struct sheet *out) {
    struct table table = {0};
    struct strbuf head = STRBUF_INIT;
    char field[FIELD_BYTES];
    if (!size->batch_count)
        return;
    strbuf_printf(&head,
                  "Batch sizes: the same rows in fewer commits, each as fast as a pool of %u can",
                  size->batches[0].point.pool);
    sheet_head(out, &head);
    strbuf_release(&head);
    table_column(&table, "rows a commit", false, false, 0);
    table_column(&table, "rows/s at most", false, false, 0);
    table_column(&table, "p99", false, true, 0);
    table_column(&table, "commits/s needed", false, true, 0);
    table_column(&table, "use", false, true, 0);
    table_column(&table, "WAL a row", false, true, 0);
    for (size_t i = 0; i < size->batch_count; i++) {
        const struct size_batch *batch = &size->batches[i];
        table_row(&table);
        table_set(&table, 0, units_show_count(field, sizeof field, (double)batch->rows));
        table_set(&table, 1, show_count(field, sizeof field, batch->point.rows_per_s));
        table_set(&table, 2, show_seconds(field, sizeof field, batch->point.p99_s));
        table_set(&table, 3, show_ratio(field, sizeof field, batch->commits_needed_per_s));
        table_set(&table, 4, show_share(field, sizeof field, batch->use));
        table_set(&table, 5, size_show_bytes(field, sizeof field, batch->point.wal_bytes_per_row));
    }
    out->table(out, &table, NULL);
    table_release(&table);
    if (size->fits == SIZE_SHORT)
        print_larger(size, out);
}

static double over(double bytes_per_day, double days) {
    return is_known(bytes_per_day) ? bytes_per_day * days : UNKNOWN;
}

/* "112 MB a day, 39.9 GB a year". */
static void add_days(struct strbuf *line, double bytes_per_day, const char *of) {
    char day[FIELD_BYTES], year[FIELD_BYTES];
    strbuf_printf(line, "%s%s a day, %s a year", size_show_bytes(day, sizeof day, bytes_per_day),
                  of, size_show_bytes(year, sizeof year, over(bytes_per_day, days_a_year)));
}

static void print_growth(const struct size_requirements *need, struct sheet *out) {
    struct strbuf line = STRBUF_INIT;
    char heap[FIELD_BYTES], index[FIELD_BYTES];
    double heap_bytes = need->heap_bytes_per_day, index_bytes = need->index_bytes_per_day;
    bool both = is_known(heap_bytes) && is_known(index_bytes);
    add_days(&line, both ? heap_bytes + index_bytes : UNKNOWN, "");
    strbuf_printf(&line, " (heap %s, indexes %s)",
                  size_show_bytes(heap, sizeof heap, over(heap_bytes, days_a_year)),
                  size_show_bytes(index, sizeof index, over(index_bytes, days_a_year)));
    if (is_known(need->average_rows_per_s))
        strbuf_printf(&line, ", at %s rows/s day and night",
                      show_ratio(heap, sizeof heap, need->average_rows_per_s));
    sheet_line(out, &line, "growth");
    add_days(&line, need->wal_bytes_per_day, " of WAL");
    strbuf_add(&line, ", likewise");
    sheet_line(out, &line, "archive");
    strbuf_release(&line);
}

/* "310 s": seconds of CPU are added up, and no time that passes. */
static void add_cpu(struct strbuf *line, double seconds, const char *of) {
    char number[FIELD_BYTES];
    strbuf_printf(line, "%s%s of the %s", show_ratio(number, sizeof number, seconds),
                  is_known(seconds) ? " s" : "", of);
}

static void print_machine(const struct size_result *size, struct sheet *out) {
    const struct size_requirements *need = &size->requirements;
    struct strbuf line = STRBUF_INIT;
    char text[FIELD_BYTES];
    if (need->connections) {
        strbuf_printf(&line, "%u", need->connections);
        sheet_line(out, &line, "connections");
    }
    add_cpu(&line, need->server_cpu_s_per_million, "server, ");
    add_cpu(&line, need->client_cpu_s_per_million, "client");
    strbuf_printf(&line, " for a million %s", size->mix ? "transactions" : "rows");
    if (is_known(need->cpus_busy))
        strbuf_printf(&line, "; at this rate both keep %s busy",
                      need->cpus_busy < CPUS_LEAST
                          ? "less than 0.01 CPUs"
                          : units_show_things(text, sizeof text, need->cpus_busy, "CPU"));
    sheet_line(out, &line, "CPU");
    strbuf_add(&line, size_show_bytes(text, sizeof text, need->memory_bytes));
    if (is_known(need->memory_bytes))
        strbuf_add(&line, " for all of the server's processes, beside shared memory");
    sheet_line(out, &line, "memory");
    strbuf_release(&line);
}

/* "What a server for 57.9 rows/s must have (the need at its peak; measured at that rate)". */
static void print_head(const struct size_result *size, struct sheet *out) {
    const struct size_requirements *need = &size->requirements;
    struct strbuf line = STRBUF_INIT;
    char rate[FIELD_BYTES];
    strbuf_printf(&line, "What a server for %s must have (",
                  size_show_rate(rate, sizeof rate, size, need->rate_per_s));
    if (is_known(size->need_per_s))
        strbuf_add(&line, size->peak > 1 ? "the need at its peak" : "the need");
    else
        strbuf_printf(&line, "%.0f %% of the capacity", SIZE_USE * 100);
    if (size->mix && is_known(need->rows_per_s))
        strbuf_printf(&line, ", %s rows/s", show_ratio(rate, sizeof rate, need->rows_per_s));
    if (need->measured)
        strbuf_printf(&line, "; measured at that rate%s%s)", size->at_need ? ", in " : "",
                      size->at_need ? units_show_things(rate, sizeof rate,
                                                        size->at_need->point.done, "transaction")
                                    : "");
    else
        strbuf_printf(&line, "; scaled from %s)",
                      size_show_rate(rate, sizeof rate, size, need->from_rate_per_s));
    sheet_head(out, &line);
    strbuf_release(&line);
}

void size_tell_requirements(const struct size_result *size, struct sheet *out) {
    const struct size_requirements *need = &size->requirements;
    struct strbuf line = STRBUF_INIT;
    char flow[FIELD_BYTES], flushes[FIELD_BYTES];
    if (!need->known)
        return;
    print_head(size, out);
    strbuf_printf(&line, "%s in %s%s flushes/s",
                  size_show_flow(flow, sizeof flow, need->wal_bytes_per_s),
                  need->measured || !is_known(need->flushes_per_s) ? "" : "at most ",
                  show_ratio(flushes, sizeof flushes, need->flushes_per_s));
    sheet_line(out, &line, "WAL");
    strbuf_add(&line, size_show_flow(flow, sizeof flow, need->checkpoint_bytes_per_s));
    if (is_known(need->checkpoint_bytes_per_s))
        strbuf_add(&line, " at most, scaled from the soak");
    sheet_line(out, &line, "checkpoints");
    print_growth(need, out);
    print_machine(size, out);
    strbuf_release(&line);
}

/* "on a disk with flushes of 4 ms (here 1.25 ms) and 125 MB/s". */
static void add_disk(struct strbuf *line, const struct size_prediction *prediction) {
    char here[FIELD_BYTES], there[FIELD_BYTES];
    bool flushes = is_known(prediction->fsync_s);
    strbuf_add(line, "on a disk with ");
    if (flushes)
        strbuf_printf(line, "flushes of %s (here %s)",
                      show_seconds(there, sizeof there, prediction->fsync_s),
                      show_seconds(here, sizeof here, prediction->fsync_here_s));
    if (is_known(prediction->disk_bytes_per_s))
        strbuf_printf(line, "%s%s", flushes ? " and " : "",
                      size_show_flow(there, sizeof there, prediction->disk_bytes_per_s));
}

static void print_bounds(const struct size_result *size, struct sheet *out) {
    const struct size_prediction *prediction = &size->prediction;
    struct strbuf line = STRBUF_INIT;
    char rate[FIELD_BYTES];
    if (prediction->limit)
        strbuf_printf(&line, "%s", prediction->limit);
    if (is_known(prediction->flush_bound_per_s))
        strbuf_printf(&line, "%sby flushes alone %s", line.length ? "; " : "",
                      size_show_rate(rate, sizeof rate, size, prediction->flush_bound_per_s));
    if (is_known(prediction->disk_bound_per_s))
        strbuf_printf(&line, "%sby bandwidth alone %s", line.length ? ", " : "",
                      size_show_rate(rate, sizeof rate, size, prediction->disk_bound_per_s));
    if (line.length)
        sheet_line(out, &line, "limit");
    strbuf_release(&line);
}

void size_tell_prediction(const struct size_result *size, struct sheet *out) {
    const struct size_prediction *prediction = &size->prediction;
    struct strbuf line = STRBUF_INIT;
    char rate[FIELD_BYTES];
    if (!prediction->asked)
        return;
    strbuf_add(&line, "Prediction, not measured: ");
    add_disk(&line, prediction);
    sheet_head(out, &line);
    if (!prediction->known) {
        strbuf_printf(&line, DASH "%s%s", prediction->unknown_why ? ": " : "",
                      prediction->unknown_why ? prediction->unknown_why : "");
        sheet_line(out, &line, "capacity");
        strbuf_release(&line);
        return;
    }
    strbuf_printf(&line, "%s", size_show_rate(rate, sizeof rate, size, prediction->capacity_per_s));
    if (is_known(size->capacity_per_s))
        strbuf_printf(&line, ", here %s",
                      size_show_rate(rate, sizeof rate, size, size->capacity_per_s));
    sheet_line(out, &line, "capacity");
    if (is_known(prediction->closed_per_s)) {
        strbuf_add(&line, size_show_rate(rate, sizeof rate, size, prediction->closed_per_s));
        sheet_line(out, &line, "pool alone");
    }
    print_bounds(size, out);
    if (prediction->fits != PREDICTED_UNKNOWN) {
        strbuf_add(&line, prediction->fits == PREDICTED_FITS ? "would fit" : "would not fit");
        sheet_line(out, &line, "the need");
    }
    strbuf_release(&line);
}
