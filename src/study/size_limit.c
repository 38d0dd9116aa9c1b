/*
 * What holds a load back, by where its sessions' time goes. Rules, in this order:
 *
 *   pgwrite's own threads are 85 % busy: it is pgwrite;
 *   the sessions of a closed loop wait for their client more than half of the time: the round
 *   trips, or the CPU that both share where it is 80 % busy;
 *   else the part that has most of the busy sessions' time. CPU is a limit only where it is used
 *   up, or can't be seen: where it is not, the pool is, if its connections are all busy.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/strbuf.h"
#include "result/total.h"
#include "study/size_internal.h"

#define CLIENT_BUSY 0.85
#define MACHINE_BUSY 0.80
#define POOL_BUSY 0.85
#define CLIENT_WAITED 0.50

enum { EVENTS_SHOWN = 3, STATEMENT_BYTES = 72 };
#define EVENT_SHOWN 0.01

struct looked {
    const struct result *result;
    const struct result_cell *cell;
    const struct size_point *point;
    const struct observation *seen; /* NULL: the sessions were not looked at */
    double busy;                    /* share of the sessions' time that is not their client's */
    double machine;                 /* share of its CPUs that is used or stolen; UNKNOWN */
    enum time_part most;            /* that has most of the busy time */
};

static const struct {
    enum size_limit limit;
    const char *noun;
} parts[TIME_PARTS] = {
    [PART_IN_TRANSACTION] = {SIZE_LIMIT_NETWORK, "transactions open while the client was waited "
                                                 "for"},
    [PART_CPU] = {SIZE_LIMIT_CPU, "running on a CPU"},
    [PART_COMMIT_FLUSH] = {SIZE_LIMIT_COMMIT_FLUSH, "commit flush"},
    [PART_LOCK] = {SIZE_LIMIT_LOCK, "waits for locks"},
    [PART_EXTEND] = {SIZE_LIMIT_EXTEND, "making the table longer"},
    [PART_LWLOCK] = {SIZE_LIMIT_LWLOCK, "waits for the server's inner locks"},
    [PART_IO] = {SIZE_LIMIT_IO, "reading and writing data files"},
    [PART_OTHER] = {SIZE_LIMIT_STATEMENT, "waits inside the statement"},
};

static void look(const struct result *result, const struct result_cell *cell,
                 const struct size_point *point, struct looked *out) {
    const struct result_round *round = result_last_round(cell);
    *out =
        (struct looked){.result = result,
                        .cell = cell,
                        .point = point,
                        .seen = round && round->waits && round->waits->valid ? round->waits : NULL,
                        .machine = UNKNOWN,
                        .most = PART_CPU};
    if (is_known(point->cpu_share))
        out->machine = point->cpu_share + (is_known(point->steal_share) ? point->steal_share : 0);
    for (size_t i = 0; i < TIME_PARTS; i++) {
        double share = is_known(point->parts[i]) ? point->parts[i] : 0;
        if (i == PART_CLIENT)
            continue;
        out->busy += share;
        if (share > point->parts[out->most])
            out->most = (enum time_part)i;
    }
}

/* ---- evidence ---- */

static void add_machine(const struct looked *looked, struct strbuf *out) {
    if (is_known(looked->machine))
        strbuf_printf(out, "; CPU of this machine %.0f %% busy", looked->machine * 100);
    else
        strbuf_add(out, "; the server's CPU can't be seen from here");
}

/* " (LWLock:WALWrite 55 %, IO:WALSync 16 %)": the events of a part. */
static void add_events(const struct looked *looked, enum time_part part, struct strbuf *out) {
    size_t shown = 0;
    for (size_t i = 0; i < looked->seen->event_count && shown < EVENTS_SHOWN; i++) {
        const struct wait_share *event = &looked->seen->events[i];
        double share = event->share / looked->busy;
        if (strcmp(event->type, "CPU") == 0 || share < EVENT_SHOWN ||
            wait_part("active", event->type, event->event) != part)
            continue;
        strbuf_printf(out, "%s%s:%s %.0f %%", shown ? ", " : " (", event->type, event->event,
                      share * 100);
        shown++;
    }
    if (shown)
        strbuf_add(out, ")");
}

static void add_part(const struct looked *looked, struct strbuf *out) {
    strbuf_printf(out, "%s took %.0f %% of the busy sessions' time", parts[looked->most].noun,
                  looked->point->parts[looked->most] / looked->busy * 100);
    if (looked->most != PART_CPU && looked->most != PART_IN_TRANSACTION)
        add_events(looked, looked->most, out);
}

/* The run's own schema says nothing: pgwrite_1a2b3c4d.events is events. */
static const char *relation_of(const struct lock_waits *wait) {
    const char *dot = strchr(wait->relation, '.');
    return dot && strncmp(wait->relation, "pgwrite_", strlen("pgwrite_")) == 0 ? dot + 1
                                                                               : wait->relation;
}

/* Cut before a character, not inside one. */
static void add_statement(const char *before, const char *statement, struct strbuf *out) {
    size_t length = strlen(statement);
    if (length == 0)
        return;
    bool cut = length > STATEMENT_BYTES;
    for (length = cut ? STATEMENT_BYTES : length;
         length > 0 && ((unsigned char)statement[length] & 0xC0) == 0x80;)
        length--;
    strbuf_printf(out, "%s“%.*s%s”", before, (int)length, statement, cut ? "…" : "");
}

/* Of the kind with most time; extending is a part of its own. */
static void add_lock(const struct looked *looked, struct strbuf *out) {
    for (size_t i = 0; i < looked->seen->lock_count; i++) {
        const struct lock_waits *wait = &looked->seen->locks[i];
        if (strcmp(wait->locktype, "extend") == 0)
            continue;
        strbuf_printf(out, "; most of it: %s%s%s", wait->locktype, *wait->mode ? " " : "",
                      wait->mode);
        if (*wait->relation)
            strbuf_printf(out, " on %s", relation_of(wait));
        add_statement(", ", wait->statement, out);
        add_statement(" behind ", wait->blocker.statement, out);
        if (*wait->blocker.state && *wait->blocker.statement)
            strbuf_printf(out, ", %s", wait->blocker.state);
        return;
    }
}

static void add_flushes(const struct looked *looked, struct strbuf *out) {
    char number[32];
    if (!is_known(looked->point->flushes_per_s))
        return;
    strbuf_printf(out, "; %s flushes of WAL a second",
                  units_show_count(number, sizeof number, looked->point->flushes_per_s));
    if (is_known(looked->result->fsync.flushes_per_s))
        strbuf_printf(out, ", where the disk alone did %s",
                      units_show_count(number, sizeof number, looked->result->fsync.flushes_per_s));
}

static void conclude(enum size_limit limit, struct strbuf *evidence, struct arena *arena,
                     struct size_cause *out) {
    *out = (struct size_cause){limit, arena_strdup(arena, evidence->text)};
    strbuf_release(evidence);
}

/* ---- rules ---- */

static bool is_client(const struct looked *looked, struct strbuf *evidence) {
    const struct result_cell *cell = looked->cell;
    if (!is_known(cell->cpu_share) || cell->threads == 0 ||
        cell->cpu_share < CLIENT_BUSY * cell->threads)
        return false;
    strbuf_printf(evidence, "pgwrite itself was %.0f %% busy on %u thread%s",
                  cell->cpu_share / cell->threads * 100, cell->threads,
                  cell->threads == 1 ? "" : "s");
    return true;
}

/* False: what was seen is enough. */
static bool is_unknown(const struct looked *looked, struct strbuf *evidence) {
    char number[40];
    if (!looked->seen)
        strbuf_add(evidence, "what the sessions waited for is not known");
    else if (looked->point->wait_samples < WAIT_SAMPLES_MIN)
        strbuf_printf(
            evidence, "%s of what the sessions wait for, of %d that it takes",
            units_show_things(number, sizeof number, (double)looked->point->wait_samples, "look"),
            WAIT_SAMPLES_MIN);
    else if (looked->busy <= 0)
        strbuf_add(evidence, "no session was seen at work");
    return evidence->length > 0;
}

/* Between transactions a session of a closed loop waits for nothing but its client. */
static bool waits_for_client(const struct looked *looked) {
    return !is_known(looked->point->rate_per_s) &&
           looked->point->parts[PART_CLIENT] > CLIENT_WAITED;
}

static enum size_limit limit_of_client_waits(const struct looked *looked, struct strbuf *evidence) {
    strbuf_printf(evidence, "the sessions waited for their client for %.0f %% of the time",
                  looked->point->parts[PART_CLIENT] * 100);
    add_machine(looked, evidence);
    return looked->machine >= MACHINE_BUSY ? SIZE_LIMIT_CPU : SIZE_LIMIT_NETWORK;
}

static enum size_limit limit_of_cpu(const struct looked *looked, struct strbuf *evidence) {
    double pool = looked->point->busy_share;
    if (!is_known(looked->machine) || looked->machine >= MACHINE_BUSY)
        return SIZE_LIMIT_CPU;
    if (!is_known(pool))
        return SIZE_LIMIT_UNKNOWN;
    strbuf_printf(evidence, "; %.0f %% of the pool's connections busy", pool * 100);
    return pool >= POOL_BUSY ? SIZE_LIMIT_POOL : SIZE_LIMIT_UNKNOWN;
}

static enum size_limit limit_of_part(const struct looked *looked, struct strbuf *evidence) {
    add_part(looked, evidence);
    if (looked->most == PART_LOCK)
        add_lock(looked, evidence);
    if (looked->most == PART_COMMIT_FLUSH)
        add_flushes(looked, evidence);
    add_machine(looked, evidence);
    return looked->most == PART_CPU ? limit_of_cpu(looked, evidence) : parts[looked->most].limit;
}

void size_limit_of(const struct result *result, const struct result_cell *cell,
                   const struct size_point *point, struct arena *arena, struct size_cause *out) {
    struct strbuf evidence = STRBUF_INIT;
    struct looked looked;
    look(result, cell, point, &looked);
    enum size_limit limit = SIZE_LIMIT_UNKNOWN;
    if (is_client(&looked, &evidence))
        limit = SIZE_LIMIT_CLIENT;
    else if (is_unknown(&looked, &evidence))
        limit = SIZE_LIMIT_UNKNOWN;
    else if (waits_for_client(&looked))
        limit = limit_of_client_waits(&looked, &evidence);
    else
        limit = limit_of_part(&looked, &evidence);
    conclude(limit, &evidence, arena, out);
}
