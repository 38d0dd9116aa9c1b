/* Waits as JSON: the lock waits, sampled and from the server's log, and where the time went. */
#include "result/json_internal.h"

/* null if nothing is known of the session. */
static json_t *holder_json(const struct lock_holder *holder) {
    if (!*holder->statement && !*holder->application && !*holder->state)
        return json_null();
    json_t *object = json_object();
    json_object_set_new(object, "statement", value_filled(holder->statement));
    json_object_set_new(object, "application", value_filled(holder->application));
    json_object_set_new(object, "state", value_filled(holder->state));
    return object;
}

static json_t *lock_json(const struct lock_waits *wait) {
    json_t *entry = json_object();
    json_object_set_new(entry, "locktype", value_text(wait->locktype));
    json_object_set_new(entry, "mode", value_filled(wait->mode));
    json_object_set_new(entry, "relation", value_filled(wait->relation));
    json_object_set_new(entry, "time_s", value_number(wait->time_s));
    json_object_set_new(entry, "seen", value_count(wait->seen));
    json_object_set_new(entry, "max_ms", value_number(wait->max_ms));
    json_object_set_new(entry, "statement", value_filled(wait->statement));
    json_object_set_new(entry, "blocked_by", value_filled(wait->blocker.statement));
    json_object_set_new(entry, "blocker", holder_json(&wait->blocker));
    json_object_set_new(entry, "root", holder_json(&wait->root));
    json_object_set_new(entry, "depth", wait->depth ? value_count(wait->depth) : json_null());
    return entry;
}

static json_t *logged_json(const struct lock_log *logged) {
    if (!logged)
        return json_null();
    json_t *object = json_object(), *by = json_array();
    json_object_set_new(object, "threshold_ms", value_number(logged->threshold_ms));
    json_object_set_new(object, "waits", value_count(logged->waits));
    json_object_set_new(object, "total_s", value_number(logged->total_s));
    json_object_set_new(object, "max_ms", value_number(logged->waits ? logged->max_ms : UNKNOWN));
    json_object_set_new(object, "unfinished", value_count(logged->unfinished));
    json_object_set_new(object, "deadlocks", value_count(logged->deadlocks));
    for (size_t i = 0; i < logged->kind_count; i++) {
        const struct logged_kind *kind = &logged->kinds[i];
        json_t *entry = json_object();
        json_object_set_new(entry, "locktype", value_text(kind->locktype));
        json_object_set_new(entry, "mode", value_filled(kind->mode));
        json_object_set_new(entry, "relation", value_filled(kind->relation));
        json_object_set_new(entry, "statement", value_filled(kind->statement));
        json_object_set_new(entry, "waits", value_count(kind->waits));
        json_object_set_new(entry, "total_s", value_number(kind->total_s));
        json_object_set_new(entry, "max_ms", value_number(kind->waits ? kind->max_ms : UNKNOWN));
        json_array_append_new(by, entry);
    }
    json_object_set_new(object, "by", by);
    return object;
}

json_t *locks_json(const struct result_round *round) {
    const struct observation *seen = round->waits;
    if (!seen || !seen->valid)
        return json_null();
    json_t *object = json_object(), *by = json_array();
    json_object_set_new(object, "time_s", value_number(seen->lock_time_s));
    json_object_set_new(object, "share", value_number(seen->lock_share));
    json_object_set_new(object, "seen", value_count(seen->lock_seen));
    json_object_set_new(object, "max_ms", value_number(seen->lock_max_ms));
    json_object_set_new(object, "sessions", value_number(seen->sessions));
    json_object_set_new(object, "interval_ms", value_number(seen->interval_ms));
    json_object_set_new(object, "samples", value_count(seen->samples));
    json_object_set_new(object, "sampler_core_share", value_number(seen->cost_share));
    json_object_set_new(object, "sampler_cost_exact", json_boolean(seen->cost_exact));
    json_object_set_new(object, "deadlocks", value_whole(round->deadlocks));
    for (size_t i = 0; i < seen->lock_count; i++)
        json_array_append_new(by, lock_json(&seen->locks[i]));
    json_object_set_new(object, "by", by);
    json_object_set_new(object, "logged", logged_json(round->logged));
    return object;
}

json_t *profile_json(const struct observation *seen) {
    if (!seen || !seen->valid)
        return json_null();
    json_t *array = json_array();
    for (size_t i = 0; i < seen->event_count; i++) {
        json_t *entry = json_object();
        json_object_set_new(entry, "type", value_text(seen->events[i].type));
        json_object_set_new(entry, "event", value_text(seen->events[i].event));
        json_object_set_new(entry, "share", value_number(seen->events[i].share));
        json_array_append_new(array, entry);
    }
    return array;
}

json_t *time_json(const double parts[TIME_PARTS]) {
    if (!is_known(parts[0]))
        return json_null();
    json_t *object = json_object();
    for (size_t i = 0; i < TIME_PARTS; i++)
        json_object_set_new(object, time_part_names[i], value_number(parts[i]));
    return object;
}
