/* Waits read back. */
#include "result/parse_internal.h"

/* What rounding may add to shares that are the whole together. */
#define SHARE_SLACK 1e-6

static double or_0(double value) {
    return is_known(value) ? value : 0;
}

static void read_holder(struct parse *parse, const json_t *object, const char *key,
                        struct lock_holder *out) {
    const json_t *holder = parse_object(parse, object, key);
    parse_enter(parse, key, SIZE_MAX);
    parse_copy(parse, holder, "statement", out->statement, sizeof out->statement);
    parse_copy(parse, holder, "application", out->application, sizeof out->application);
    parse_copy(parse, holder, "state", out->state, sizeof out->state);
    parse_leave(parse);
}

static void read_locks(struct parse *parse, const json_t *object, struct observation *out) {
    const json_t *array = parse_array_max(parse, object, "by", SAMPLER_LOCKS_MAX);
    out->lock_count = json_array_size(array);
    for (size_t i = 0; i < out->lock_count; i++) {
        const json_t *entry = parse_element(parse, array, "by", i);
        struct lock_waits *wait = &out->locks[i];
        parse_copy(parse, entry, "locktype", wait->locktype, sizeof wait->locktype);
        parse_copy(parse, entry, "mode", wait->mode, sizeof wait->mode);
        parse_copy(parse, entry, "relation", wait->relation, sizeof wait->relation);
        parse_copy(parse, entry, "statement", wait->statement, sizeof wait->statement);
        wait->time_s = or_0(parse_number(parse, entry, "time_s"));
        wait->seen = parse_count(parse, entry, "seen");
        wait->max_ms = parse_number(parse, entry, "max_ms");
        read_holder(parse, entry, "blocker", &wait->blocker);
        read_holder(parse, entry, "root", &wait->root);
        wait->depth = (uint32_t)parse_count_max(parse, entry, "depth", UINT32_MAX);
        parse_leave(parse);
    }
}

static void read_events(struct parse *parse, const json_t *round, struct observation *out) {
    const json_t *array = parse_array_max(parse, round, "wait_profile", SAMPLER_EVENTS_MAX);
    out->event_count = json_array_size(array);
    for (size_t i = 0; i < out->event_count; i++) {
        const json_t *entry = parse_element(parse, array, "wait_profile", i);
        struct wait_share *event = &out->events[i];
        parse_copy(parse, entry, "type", event->type, sizeof event->type);
        parse_copy(parse, entry, "event", event->event, sizeof event->event);
        event->share = or_0(parse_number(parse, entry, "share"));
        parse_leave(parse);
    }
}

static void read_time(struct parse *parse, const json_t *round, struct observation *out) {
    const json_t *time = parse_object(parse, round, "time");
    parse_enter(parse, "time", SIZE_MAX);
    double sum = 0;
    for (size_t i = 0; i < TIME_PARTS; i++) {
        double share = or_0(parse_number(parse, time, time_part_names[i]));
        /* They are known together or not at all. */
        out->parts[i] = time ? share : UNKNOWN;
        sum += share;
    }
    /* A bar of them has room for the whole. */
    if (sum > 1 + SHARE_SLACK)
        parse_fault(parse, NULL, "has shares of more than the whole");
    parse_leave(parse);
}

struct observation *parse_waits(struct parse *parse, const json_t *round) {
    const json_t *object = parse_object(parse, round, "lock_waits");
    if (!object)
        return NULL;
    struct observation *out = MEM_NEW(struct observation);
    parse_enter(parse, "lock_waits", SIZE_MAX);
    out->valid = true;
    out->samples = parse_count(parse, object, "samples");
    out->sessions = or_0(parse_number(parse, object, "sessions"));
    out->interval_ms = or_0(parse_number(parse, object, "interval_ms"));
    out->cost_share = or_0(parse_number(parse, object, "sampler_core_share"));
    out->cost_exact = parse_bool(parse, object, "sampler_cost_exact");
    out->lock_time_s = or_0(parse_number(parse, object, "time_s"));
    out->lock_share = or_0(parse_number(parse, object, "share"));
    out->lock_seen = parse_count(parse, object, "seen");
    out->lock_max_ms = parse_number(parse, object, "max_ms");
    out->checkpoints_begun = out->checkpoints_done = -1;
    read_locks(parse, object, out);
    parse_leave(parse);
    read_events(parse, round, out);
    read_time(parse, round, out);
    return out;
}

static void read_kinds(struct parse *parse, const json_t *object, struct lock_log *out) {
    const json_t *array = parse_array_max(parse, object, "by", LOCK_LOG_KINDS_MAX);
    out->kind_count = json_array_size(array);
    for (size_t i = 0; i < out->kind_count; i++) {
        const json_t *entry = parse_element(parse, array, "by", i);
        struct logged_kind *kind = &out->kinds[i];
        parse_copy(parse, entry, "locktype", kind->locktype, sizeof kind->locktype);
        parse_copy(parse, entry, "mode", kind->mode, sizeof kind->mode);
        parse_copy(parse, entry, "relation", kind->relation, sizeof kind->relation);
        parse_copy(parse, entry, "statement", kind->statement, sizeof kind->statement);
        kind->waits = parse_count(parse, entry, "waits");
        kind->total_s = or_0(parse_number(parse, entry, "total_s"));
        kind->max_ms = or_0(parse_number(parse, entry, "max_ms"));
        parse_leave(parse);
    }
}

struct lock_log *parse_lock_log(struct parse *parse, const json_t *round) {
    const json_t *waits = json_object_get(round, "lock_waits");
    parse_enter(parse, "lock_waits", SIZE_MAX);
    const json_t *object = parse_object(parse, waits, "logged");
    struct lock_log *out = object ? MEM_NEW(struct lock_log) : NULL;
    parse_enter(parse, "logged", SIZE_MAX);
    if (out) {
        out->threshold_ms = or_0(parse_number(parse, object, "threshold_ms"));
        out->waits = parse_count(parse, object, "waits");
        out->total_s = or_0(parse_number(parse, object, "total_s"));
        out->max_ms = or_0(parse_number(parse, object, "max_ms"));
        out->unfinished = parse_count(parse, object, "unfinished");
        out->deadlocks = parse_count(parse, object, "deadlocks");
        read_kinds(parse, object, out);
    }
    parse_leave(parse);
    parse_leave(parse);
    return out;
}
