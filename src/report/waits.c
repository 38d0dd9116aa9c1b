/* Lock waits: who waited for whom, up to the root, how long that took, and how sure that is. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "report/internal.h"

enum { STATEMENT_COLUMNS = 96, HOLDER_COLUMNS = 52, DEADLOCK_TIMEOUT_MS = 1000 };
#define SHARE_SHOWN 0.001

/* "pgwrite 1a2b3c4d": the pool of some run. */
static bool is_pool(const char *application) {
    static const char start[] = "pgwrite ";
    const char *id = application + sizeof start - 1;
    return strncmp(application, start, sizeof start - 1) == 0 && strlen(id) == 8 &&
           strspn(id, "0123456789abcdef") == 8;
}

void report_holder(const struct lock_holder *holder, size_t columns, struct strbuf *out) {
    static const char own[] = "pgwrite ";
    char cut[sizeof holder->statement + 8];
    const char *application = is_pool(holder->application) ? "" : holder->application;
    show_cut(cut, sizeof cut, holder->statement, columns);
    /* "companion orders": one of the run's own, which its workload names. */
    bool companion = strncmp(application, "pgwrite companion ", 18) == 0;
    if (companion)
        application += sizeof own - 1;
    if (*application && (companion || !*cut))
        strbuf_add(out, application);
    if (*cut && companion)
        strbuf_printf(out, " (“%s”)", cut);
    else if (*cut)
        strbuf_printf(out, "“%s”", cut);
    if (*cut && *application && !companion)
        strbuf_printf(out, " (%s)", application);
    if (!*cut && !*application)
        strbuf_add(out, "a session that was not seen");
    if (strncmp(holder->state, "idle", 4) == 0)
        strbuf_printf(out, ", %s", holder->state);
}

bool report_holder_is_alike(const struct lock_waits *wait) {
    return *wait->statement && strcmp(wait->statement, wait->blocker.statement) == 0;
}

/* The run's own schema says nothing: pgwrite_1a2b3c4d.events is events. */
static const char *short_relation(const char *relation) {
    static const char start[] = "pgwrite_";
    const char *dot = strchr(relation, '.');
    bool own = strncmp(relation, start, sizeof start - 1) == 0 && dot &&
               dot == relation + sizeof start - 1 + 8;
    return own ? dot + 1 : relation;
}

static int by_time(const void *a, const void *b) {
    double x = ((const struct lock_shown *)a)->wait->time_s,
           y = ((const struct lock_shown *)b)->wait->time_s;
    return (x < y) - (x > y);
}

struct lock_shown *report_lock_kinds(const struct result *result, size_t *count) {
    struct lock_shown *all =
        MEM_ARRAY(struct lock_shown, result->cell_count * SAMPLER_LOCKS_MAX + 1);
    *count = 0;
    for (size_t i = 0; i < result->cell_count; i++) {
        const struct result_round *last = result_last_round(&result->cells[i]);
        const struct observation *seen = last ? last->waits : NULL;
        if (!seen || !seen->valid || seen->lock_time_s <= 0)
            continue;
        for (size_t k = 0; k < seen->lock_count; k++) {
            const struct lock_waits *wait = &seen->locks[k];
            double share = wait->time_s / seen->lock_time_s * seen->lock_share;
            if (share >= SHARE_SHOWN)
                all[(*count)++] = (struct lock_shown){&result->cells[i], seen, wait, share};
        }
    }
    qsort(all, *count, sizeof *all, by_time);
    return all;
}

void report_blocker(const struct lock_waits *wait, size_t columns, struct strbuf *out) {
    if (report_holder_is_alike(wait) && is_pool(wait->blocker.application))
        strbuf_add(out, "another session of the pool with the same statement");
    else
        report_holder(&wait->blocker, columns, out);
}

static void print_who(const struct lock_waits *wait, FILE *out) {
    struct strbuf who = STRBUF_INIT;
    char cut[sizeof wait->statement + 8];
    /* Many kinds in one have no single statement. */
    if (strcmp(wait->locktype, "other") == 0)
        return;
    /* Of a wait that was over when it was looked at there is no more than its type. */
    if (!*wait->mode) {
        fputs("    short   over before it could be looked at\n", out);
        return;
    }
    if (*wait->statement)
        fprintf(out, "    waits   %s\n",
                show_cut(cut, sizeof cut, wait->statement, STATEMENT_COLUMNS));
    report_blocker(wait, HOLDER_COLUMNS, &who);
    fprintf(out, "    behind  %s\n", who.text);
    if (wait->depth > 1) {
        strbuf_clear(&who);
        report_holder(&wait->root, HOLDER_COLUMNS, &who);
        fprintf(out, "    root    %s, depth %" PRIu32 "\n", who.text, wait->depth);
    }
    strbuf_release(&who);
}

void report_lock_row(const struct result *result, const struct lock_shown *shown,
                     struct table *table) {
    char field[sizeof shown->wait->relation + FIELD_BYTES];
    struct strbuf name = STRBUF_INIT;
    report_cell_name(result, shown->cell, &name);
    table_row(table);
    table_set(table, 0, name.text);
    table_set(table, 1, show_count(field, sizeof field, shown->wait->time_s));
    table_set(table, 2,
              show_sampled_share(field, sizeof field, shown->share, shown->seen->samples));
    table_set(table, 3, show_count(field, sizeof field, (double)shown->wait->seen));
    table_set(table, 4, show_count(field, sizeof field, shown->wait->max_ms));
    snprintf(field, sizeof field, "%s%s%s", shown->wait->locktype, *shown->wait->mode ? " " : "",
             shown->wait->mode);
    table_set(table, 5, field);
    table_set(table, 6, *shown->wait->relation ? short_relation(shown->wait->relation) : DASH);
    strbuf_release(&name);
}

void report_lock_columns(struct table *table) {
    table_column(table, "lock waits", true, false, 0);
    table_column(table, "time s", false, false, 0);
    table_column(table, "share", false, false, 0);
    table_column(table, "seen", false, false, 0);
    table_column(table, "longest ms", false, false, 0);
    table_column(table, "lock", true, false, 0);
    table_column(table, "relation", true, true, 0);
    table_rank(table, 3, 2); /* seen, a lower bound anyway */
    table_rank(table, 4, 1); /* longest */
}

static void print_table(const struct result *result, const struct lock_shown *all, size_t count,
                        FILE *out) {
    struct table table = {0};
    size_t rows = count < LOCK_KINDS_SHOWN ? count : LOCK_KINDS_SHOWN;
    report_lock_columns(&table);
    for (size_t i = 0; i < rows; i++)
        report_lock_row(result, &all[i], &table);
    table_print_head(&table, out);
    for (size_t i = 0; i < rows; i++) {
        table_print_row(&table, i, out);
        print_who(all[i].wait, out);
    }
    size_t more = count - rows;
    if (more)
        fprintf(out, "and %zu more kind%s of 0.1 %% and more, with less time%s: --json has %s\n",
                more, more == 1 ? "" : "s", more == 1 ? "" : " each", more == 1 ? "it" : "them");
    table_release(&table);
}

/* How good the samples are, over all rounds. */
struct sampling {
    double interval_ms; /* mean */
    double cost_share;  /* the most */
    bool exact, several;
    size_t cells, cells_sampled; /* measured, and those with enough samples */
};

static void look_at_sampling(const struct result *result, struct sampling *sampling) {
    double samples = 0, elapsed_ms = 0;
    size_t rounds = 0;
    *sampling = (struct sampling){.cost_share = UNKNOWN, .exact = true};
    for (size_t i = 0; i < result->cell_count; i++) {
        const struct result_cell *cell = &result->cells[i];
        const struct result_round *last = result_last_round(cell);
        sampling->cells += last != NULL;
        sampling->cells_sampled +=
            last && last->waits && last->waits->valid && last->waits->samples >= WAIT_SAMPLES_MIN;
        for (size_t r = 0; r < cell->round_count; r++) {
            const struct observation *seen = cell->rounds[r].waits;
            if (!seen || !seen->valid)
                continue;
            rounds++;
            samples += (double)seen->samples;
            elapsed_ms += (double)seen->samples * seen->interval_ms;
            sampling->exact &= seen->cost_exact;
            if (seen->cost_share > sampling->cost_share)
                sampling->cost_share = seen->cost_share;
        }
    }
    sampling->several = rounds > 1;
    sampling->interval_ms = samples > 0 ? elapsed_ms / samples : UNKNOWN;
}

static void print_cost(const struct sampling *sampling, const char *before, FILE *out) {
    if (is_known(sampling->cost_share))
        fprintf(out, "%s%s%.1f %% of a core", before,
                sampling->several || !sampling->exact ? "at most " : "",
                sampling->cost_share * 100);
    fputc('\n', out);
}

static void print_sampling(const struct sampling *sampling, uint32_t rounds, FILE *out) {
    fprintf(out,
            "%ssampled every %.0f ms: total times are unbiased; single waits shorter than that can "
            "be missed,\nso that `seen` is a lower bound",
            rounds > 1 ? "last rounds, " : "", sampling->interval_ms);
    print_cost(sampling, "; sampling took ", out);
}

static void print_none(const struct sampling *sampling, FILE *out) {
    if (sampling->cells_sampled == 0)
        return;
    fputs("lock waits  none above 0.1 % of the time", out);
    if (sampling->cells_sampled < sampling->cells)
        fprintf(out, " in the %zu of %zu cells with enough samples", sampling->cells_sampled,
                sampling->cells);
    fprintf(out, ", sampled every %.0f ms", sampling->interval_ms);
    print_cost(sampling, " for ", out);
}

static void print_deadlocks(const struct result *result, FILE *out) {
    double deadlocks = 0;
    uint64_t retried = 0;
    for (size_t i = 0; i < result->cell_count; i++)
        for (size_t r = 0; r < result->cells[i].round_count; r++) {
            const struct result_round *round = &result->cells[i].rounds[r];
            deadlocks += is_known(round->deadlocks) ? round->deadlocks : 0;
            retried += round->retried;
        }
    if (deadlocks > 0)
        fprintf(out, "deadlocks   %.0f", deadlocks);
    if (deadlocks > 0 && retried)
        fputs(", ", out);
    else if (retried)
        fputs("conflicts   ", out);
    if (retried)
        fprintf(out, "retried %" PRIu64 " time%s; the latency includes it", retried,
                retried == 1 ? "" : "s");
    if (deadlocks > 0 || retried)
        fputc('\n', out);
}

/* Of all rounds whose log was read; false: none was. */
static bool sum_logs(const struct result *result, struct lock_log *sum) {
    bool any = false;
    *sum = (struct lock_log){0};
    for (size_t i = 0; i < result->cell_count; i++)
        for (size_t r = 0; r < result->cells[i].round_count; r++) {
            const struct lock_log *logged = result->cells[i].rounds[r].logged;
            if (!logged)
                continue;
            any = true;
            sum->threshold_ms = logged->threshold_ms;
            sum->waits += logged->waits;
            sum->total_s += logged->total_s;
            sum->unfinished += logged->unfinished;
            sum->max_ms = logged->max_ms > sum->max_ms ? logged->max_ms : sum->max_ms;
        }
    return any;
}

static void print_log(const struct result *result, FILE *out) {
    struct lock_log sum;
    char total[32], longest[32];
    bool any = sum_logs(result, &sum);
    /* At PostgreSQL's own deadlock_timeout, which nobody lowered to see more, no news is none. */
    if (!any || (!sum.waits && !sum.unfinished && sum.threshold_ms >= DEADLOCK_TIMEOUT_MS))
        return;
    fputs("server log  ", out);
    if (sum.waits)
        fprintf(out, "%" PRIu64 " wait%s of %g ms and more took %s, longest %s (exact)", sum.waits,
                sum.waits == 1 ? "" : "s", sum.threshold_ms,
                show_seconds(total, sizeof total, sum.total_s),
                show_seconds(longest, sizeof longest, sum.max_ms / 1000));
    if (sum.unfinished && sum.waits)
        fprintf(out, "; %" PRIu64 " more", sum.unfinished);
    else if (sum.unfinished)
        fprintf(out, "%" PRIu64 " wait%s of %g ms and more", sum.unfinished,
                sum.unfinished == 1 ? "" : "s", sum.threshold_ms);
    else if (!sum.waits)
        fprintf(out, "no wait lasted %g ms (exact)", sum.threshold_ms);
    const char *whose = sum.unfinished == 1 ? "its" : "their";
    if (sum.unfinished)
        fprintf(out, " did not get %s lock in the window: %s time is left out", whose, whose);
    fputc('\n', out);
}

void report_lock_sampling(const struct result *result, size_t kinds, FILE *out) {
    struct sampling sampling;
    look_at_sampling(result, &sampling);
    if (kinds)
        print_sampling(&sampling, result->rounds, out);
    else
        print_none(&sampling, out);
}

void report_lock_log(const struct result *result, FILE *out) {
    print_deadlocks(result, out);
    print_log(result, out);
}

void report_lock_waits(const struct result *result, FILE *out) {
    size_t count, size;
    char *text;
    struct lock_shown *all = report_lock_kinds(result, &count);
    FILE *block = open_memstream(&text, &size);
    if (!block)
        panic("no memory for a block of text");
    if (count)
        print_table(result, all, count, block);
    report_lock_sampling(result, count, block);
    report_lock_log(result, block);
    fclose(block);
    if (size)
        fprintf(out, "\n%s", text);
    free(text);
    free(all);
}
