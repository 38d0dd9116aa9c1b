/* What makes a comparison of stored results doubtful: everything but the thing in question should
 * be the same on both sides. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "study/compare.h"

/* Memory that differs by less is the same machine: a kernel keeps some of it for itself. */
#define MEMORY_SHARE_SAME 0.01
/* A disk is not more even than that. */
#define FLUSHES_RATIO_SAME 2.0

/* One difference to NEW, and the old results that have it. */
struct note {
    char *text;
    const struct stored_result *latest;
    size_t count;
};
struct notes {
    const struct stored_result *old, *new; /* old: whose turn it is */
    bool several;                          /* old ones */
    struct note *list;
    size_t count;
};

static void note(struct notes *notes, const char *format, ...) PRINTF_LIKE(2, 3);

static void note(struct notes *notes, const char *format, ...) {
    char *text;
    va_list args;
    va_start(args, format);
    if (vasprintf(&text, format, args) < 0)
        panic("out of memory");
    va_end(args);
    size_t i = 0;
    while (i < notes->count && strcmp(notes->list[i].text, text) != 0)
        i++;
    if (i == notes->count) {
        notes->list = mem_grow(notes->list, ++notes->count, sizeof *notes->list);
        notes->list[i] = (struct note){.text = text};
    } else {
        free(text);
    }
    struct note *at = &notes->list[i];
    at->latest = notes->old;
    at->count++;
}

static void note_text(struct notes *notes, const char *what, const char *old, const char *new) {
    if (strcmp(old, new) != 0)
        note(notes, "%s %s, now %s", what, *old ? old : "not known", *new ? new : "not known");
}

static void note_number(struct notes *notes, const char *what, double old, double new,
                        const char *unit) {
    char was[32] = "not set", is[32] = "not set";
    if (old == new)
        return;
    if (is_known(old))
        units_show_count(was, sizeof was, old);
    if (is_known(new))
        units_show_count(is, sizeof is, new);
    note(notes, "%s %s%s, now %s%s", what, was, is_known(old) ? unit : "", is,
         is_known(new) ? unit : "");
}

static void note_machine(struct notes *notes) {
    const struct stored_result *old = notes->old, *new = notes->new;
    char was[32], is[32];
    note_number(notes, "other machine:", old->cpus, new->cpus, " CPUs");
    double before = old->memory_bytes, now = new->memory_bytes;
    double apart = before > now ? before - now : now - before;
    if (is_known(before) && is_known(now) && apart > MEMORY_SHARE_SAME * before)
        note(notes, "other machine: memory %s, now %s",
             units_show_size(was, sizeof was, (uint64_t)before),
             units_show_size(is, sizeof is, (uint64_t)now));
    note_text(notes, "other kernel:", old->kernel, new->kernel);
    if (!is_known(old->flushes_per_s) || !is_known(new->flushes_per_s))
        return;
    bool faster = new->flushes_per_s > FLUSHES_RATIO_SAME * old->flushes_per_s;
    if (!faster && old->flushes_per_s <= FLUSHES_RATIO_SAME * new->flushes_per_s)
        return;
    units_show_count(was, sizeof was, old->flushes_per_s);
    units_show_count(is, sizeof is, new->flushes_per_s);
    /* No two nights flush alike: what each one did would be a line each. */
    if (notes->several)
        note(notes, "other disk: now %s flushes/s, %s %g times what they were", is,
             faster ? "over" : "below", faster ? FLUSHES_RATIO_SAME : 1 / FLUSHES_RATIO_SAME);
    else
        note(notes, "other disk: %s flushes/s, now %s", was, is);
}

/* Both lists are in order of their names. One that is not there has PostgreSQL's own default. */
static void note_settings(struct notes *notes) {
    const struct stored_result *old = notes->old, *new = notes->new;
    for (size_t i = 0, k = 0; i < old->setting_count || k < new->setting_count;) {
        const struct stored_setting *was = i < old->setting_count ? &old->settings[i] : NULL;
        const struct stored_setting *is = k < new->setting_count ? &new->settings[k] : NULL;
        int order = was && is ? strcmp(was->name, is->name) : 0;
        bool gone = was && (!is || order < 0), added = is && (!was || order > 0);
        i += !added;
        k += !gone;
        if (gone)
            note(notes, "setting %s: %s, now the default", was->name, was->value);
        else if (added)
            note(notes, "setting %s: the default, now %s", is->name, is->value);
        else if (was && is && strcmp(was->value, is->value) != 0)
            note(notes, "setting %s: %s, now %s", is->name, was->value, is->value);
    }
}

static const struct stored_column *find_column(const struct stored_result *result,
                                               const char *name) {
    for (size_t i = 0; i < result->column_count; i++)
        if (strcmp(result->columns[i].name, name) == 0)
            return &result->columns[i];
    return NULL;
}

static void note_columns(struct notes *notes) {
    const struct stored_result *old = notes->old, *new = notes->new;
    for (size_t i = 0; i < old->column_count; i++) {
        const struct stored_column *was = &old->columns[i];
        const struct stored_column *is = find_column(new, was->name);
        if (!is)
            note(notes, "column %s is gone", was->name);
        else if (strcmp(was->type, is->type) != 0)
            note(notes, "column %s is %s, was %s", is->name, is->type, was->type);
        else if (strcmp(was->generator, is->generator) != 0)
            note(notes, "column %s is filled by %s, was by %s", is->name,
                 *is->generator ? is->generator : "the server",
                 *was->generator ? was->generator : "the server");
    }
    for (size_t i = 0; i < new->column_count; i++)
        if (!find_column(old, new->columns[i].name))
            note(notes, "column %s is new", new->columns[i].name);
}

static void note_run(struct notes *notes) {
    const struct stored_result *old = notes->old, *new = notes->new;
    note_text(notes, "other pgwrite:", old->version, new->version);
    note_text(notes, "other PostgreSQL:", old->server_version, new->server_version);
    if (strcmp(old->durability, new->durability) != 0)
        note(notes, "durability %s, now %s: not the same promise", old->durability,
             new->durability);
    note_settings(notes);
    note_text(notes, "other workload:", old->workload, new->workload);
    note_text(notes, "other table:", old->table, new->table);
    note_columns(notes);
    if (old->seed != new->seed)
        note(notes, "other seed: %llu, now %llu: other values were written",
             (unsigned long long)old->seed, (unsigned long long)new->seed);
    note_text(notes, "other mode:", old->mode, new->mode);
    note_number(notes, "warm-up", old->warmup_s, new->warmup_s, " s");
    note_number(notes, "measured for", old->duration_s, new->duration_s, " s");
    note_number(notes, "rows of a round:", old->rows, new->rows, "");
    int order = strcmp(old->started_at, new->started_at);
    if (order > 0)
        note(notes, "%s is older than what it is compared with", new->file);
    if (order == 0)
        note(notes, "%s began in the same second: it may be the same run", new->file);
}

static void note_cells(struct notes *notes, const struct compare_result *compare) {
    for (size_t i = 0; i < compare->cell_count; i++) {
        const struct compare_cell *cell = &compare->cells[i];
        const struct stored_cell *new = cell->cell, *old = compare_find_cell(notes->old, new);
        if (!old)
            continue;
        if (old->threads != new->threads)
            note(notes, "%s: %u threads, now %u", cell->name, old->threads, new->threads);
        if (strcmp(old->arrival, new->arrival) != 0)
            note(notes, "%s: other arrivals: %s, now %s", cell->name, old->arrival, new->arrival);
        if (old->think_s[0] != new->think_s[0] || old->think_s[1] != new->think_s[1])
            note(notes, "%s: other think times: %g to %g s, now %g to %g s", cell->name,
                 old->think_s[0], old->think_s[1], new->think_s[0], new->think_s[1]);
    }
}

static void warn(struct compare_result *compare, const char *text) {
    compare->warnings[compare->warning_count++] = text;
}

/* Of each result by itself. */
static void warn_results(struct compare_result *compare, struct arena *arena) {
    for (size_t i = 0; i < compare->result_count; i++) {
        const struct stored_result *result = &compare->results[i];
        size_t unverified = 0;
        char rounds[32];
        for (size_t k = 0; k < result->cell_count; k++)
            unverified += result->cells[k].unverified;
        if (result->quick)
            warn(compare, arena_printf(arena,
                                       "%s was scaled down by --quick: it shows the shape of a "
                                       "load, not what a server can do",
                                       result->file));
        if (result->interrupted)
            warn(compare, arena_printf(arena, "%s was interrupted", result->file));
        if (unverified)
            warn(compare,
                 arena_printf(
                     arena, "%s: rows are missing or too many in %s", result->file,
                     units_show_things(rounds, sizeof rounds, (double)unverified, "round")));
    }
}

static void warn_few(struct compare_result *compare, struct arena *arena) {
    for (size_t i = 0; i < compare->cell_count; i++) {
        const struct compare_cell *cell = &compare->cells[i];
        size_t old = cell->comparison.a_count, new = cell->comparison.b_count;
        if (old < COMPARISON_ROUNDS_MIN || new < COMPARISON_ROUNDS_MIN)
            warn(compare,
                 arena_printf(arena,
                              "%s: %zu whole rounds, now %zu: a verdict takes %d a side "
                              "(--rounds %d)",
                              cell->name, old, new, COMPARISON_ROUNDS_MIN, COMPARISON_ROUNDS_MIN));
    }
}

/* What arrives is what is written, as long as the server can. */
static void warn_rate(struct compare_result *compare, struct arena *arena) {
    const struct comparison_definition *metric = &comparison_definitions[compare->metric];
    if (compare->metric != COMPARE_ROWS_PER_S && compare->metric != COMPARE_COMMITS_PER_S)
        return;
    for (size_t i = 0; i < compare->cell_count; i++)
        if (is_known(compare->cells[i].cell->rate)) {
            warn(compare,
                 arena_printf(arena,
                              "%s of a rate is what arrived, not what the server can do: decide by "
                              "a response time (--metric p95)",
                              metric->label));
            return;
        }
}

/* Whom a difference is to, where there are several. */
static const char *note_shown(const struct note *of, size_t old_count, struct arena *arena) {
    if (old_count == 1)
        return arena_strdup(arena, of->text);
    if (of->count >= old_count)
        return arena_printf(arena, "%s (all old results)", of->text);
    if (of->count == 1)
        return arena_printf(arena, "%s (%s)", of->text, of->latest->file);
    return arena_printf(arena, "%s (%zu of the old results, %s the latest)", of->text, of->count,
                        of->latest->file);
}

void compare_warn(struct compare_result *compare, struct arena *arena) {
    size_t old_count = compare->result_count - 1;
    struct notes notes = {.new = &compare->results[old_count], .several = old_count > 1};
    for (size_t i = 0; i < old_count; i++) {
        notes.old = &compare->results[i];
        note_machine(&notes);
        note_run(&notes);
        note_cells(&notes, compare);
    }
    compare->warnings = ARENA_ARRAY(
        arena, const char *, notes.count + 3 * compare->result_count + compare->cell_count + 1);
    for (size_t i = 0; i < notes.count; i++) {
        warn(compare, note_shown(&notes.list[i], old_count, arena));
        free(notes.list[i].text);
    }
    free(notes.list);
    warn_results(compare, arena);
    warn_few(compare, arena);
    warn_rate(compare, arena);
}
