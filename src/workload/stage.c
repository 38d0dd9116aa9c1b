#include "workload/stage.h"

#include <string.h>

#include "base/clock.h"
#include "workload/section.h"
#include "workload/source.h"

enum { NAME_BYTES_MAX = 40, CONNECTIONS_MAX = 1000 };

/* Shorter ones hold too few transactions to say anything, and the sum of all stays below 2^64. */
#define FOR_NS_MIN (100 * NS_PER_MS)
#define FOR_NS_MAX (365 * 86400 * NS_PER_S)

static const char example[] = "- {name: peak, for: 2m, users: 200, ramp: linear}";

static const char *const source_names[] = {
    [LOAD_POOL] = "pool", [LOAD_USERS] = "users", [LOAD_RATE] = "rate"};
enum { SOURCE_COUNT = sizeof source_names / sizeof *source_names };

static bool take_name(struct entry *entry, const struct yaml_item *item) {
    struct workload_stage *stage = entry->out;
    return entry_name(entry, item, NAME_BYTES_MAX, true, &stage->name);
}

static bool take_for(struct entry *entry, const struct yaml_item *item) {
    struct workload_stage *stage = entry->out;
    return entry_duration(entry, item, FOR_NS_MIN, FOR_NS_MAX, &stage->for_ns);
}

static bool take_count(struct entry *entry, const struct yaml_item *item, uint64_t min,
                       uint64_t max) {
    struct workload_stage *stage = entry->out;
    uint64_t count;
    if (!entry_count(entry, item, min, max, &count))
        return false;
    stage->target = (double)count;
    return true;
}

static bool take_users(struct entry *entry, const struct yaml_item *item) {
    return take_count(entry, item, 0, LOAD_USERS_MAX); /* 0: a pause, or where a ramp ends */
}

static bool take_pool(struct entry *entry, const struct yaml_item *item) {
    return take_count(entry, item, 1, CONNECTIONS_MAX);
}

static bool take_rate(struct entry *entry, const struct yaml_item *item) {
    struct workload_stage *stage = entry->out;
    return entry_rate(entry, item, &stage->target);
}

static bool take_think(struct entry *entry, const struct yaml_item *item) {
    struct workload_stage *stage = entry->out;
    struct range think;
    if (!entry_durations(entry, item, &think))
        return false;
    stage->has_think = true;
    stage->think_min_ns = think.min;
    stage->think_max_ns = think.max;
    return true;
}

static bool take_ramp(struct entry *entry, const struct yaml_item *item) {
    static const char *const ramps[] = {"step", "linear"};
    struct workload_stage *stage = entry->out;
    size_t ramp;
    if (!entry_word(entry, item, ramps, 2, &ramp))
        return false;
    stage->ramp = ramp == 1;
    return true;
}

static bool take_thresholds(struct entry *entry, const struct yaml_item *item) {
    (void)entry, (void)item;
    return true; /* when all stages, steps and gauges are known */
}

enum { OF_POOL = 1 << LOAD_POOL, OF_USERS = 1 << LOAD_USERS, OF_RATE = 1 << LOAD_RATE };
enum { OF_ANY = OF_POOL | OF_USERS | OF_RATE };

static const struct entry_key keys[] = {
    {"name", OF_ANY, 0, "name: peak", take_name},
    {"for", OF_ANY, OF_ANY, "for: 2m", take_for},
    {"users", OF_USERS, OF_USERS, "users: 200", take_users},
    {"rate", OF_RATE, OF_RATE, "rate: 500/s", take_rate},
    {"pool", OF_POOL, OF_POOL, "pool: 10", take_pool},
    {"think", OF_USERS, 0, "think: 1s..3s", take_think},
    {"ramp", OF_ANY, 0, "ramp: linear", take_ramp},
    {"thresholds", OF_ANY, 0, "thresholds: ['p95(response) < 1s']", take_thresholds},
};
enum { KEY_COUNT = sizeof keys / sizeof *keys };

/* Which of users, rate and pool the stage has; *found is NULL if none. */
static bool find_source(struct entry *entry, const struct yaml_item **found, size_t *source) {
    const struct yaml_node *map = entry->item->value;
    *found = NULL;
    for (size_t i = 0; i < map->count; i++)
        for (size_t k = 0; k < SOURCE_COUNT; k++) {
            if (strcmp(map->items[i].key, source_names[k]) != 0)
                continue;
            if (*found) {
                place_error(&map->items[i].at, entry->error, "a stage with \"%s\" and \"%s\"",
                            (*found)->key, source_names[k]);
                return error_hint(entry->error, "a stage has one of users, rate and pool");
            }
            *found = &map->items[i];
            *source = k;
        }
    return true;
}

static bool take_source(struct entry *entry, size_t i, struct workload *workload) {
    static const char *const kind_names[] = {[LOAD_POOL] = "a stage of pool",
                                             [LOAD_USERS] = "a stage of users",
                                             [LOAD_RATE] = "a stage of rate"};
    struct error *error = entry->error;
    const struct yaml_item *item;
    size_t source = 0;
    if (!find_source(entry, &item, &source))
        return false;
    if (!item) {
        if (!entry_check_known(entry, OF_ANY, keys, KEY_COUNT))
            return false;
        place_error(&entry->item->at, error, "a stage without a load");
        return error_hint(error, "it needs one of users, rate and pool: for example `%s`", example);
    }
    entry->kind = 1u << source;
    entry->kind_name = kind_names[source];
    if (i == 0)
        workload->stage_source = (enum load_source)source;
    if (source == (size_t)workload->stage_source)
        return true;
    place_error(&item->at, error, "a stage of \"%s\" after one of \"%s\"", source_names[source],
                source_names[workload->stage_source]);
    return error_hint(error, "all stages have the same: users, rate or pool");
}

/* Some may be pauses, not all of them. */
static bool check_load(const struct yaml_item *item, const struct workload *workload,
                       struct error *error) {
    for (size_t i = 0; i < workload->stage_count; i++)
        if (workload->stages[i].target > 0)
            return true;
    place_error(&item->value->at, error, "the stages have no users: there is no load");
    return error_hint(error, "for example `%s`", example);
}

bool stages_parse(const struct yaml_item *item, struct arena *arena, struct workload *workload,
                  const struct yaml_item *const **threshold_items, struct error *error) {
    if (!section_expect(item, YAML_LIST, STAGES_MAX, example, error))
        return false;
    const struct yaml_node *list = item->value;
    const char **names = ARENA_ARRAY(arena, const char *, list->count);
    const struct yaml_item **items = ARENA_ARRAY(arena, const struct yaml_item *, list->count);
    workload->stages = ARENA_ARRAY(arena, struct workload_stage, list->count);
    for (size_t i = 0; i < list->count; i++) {
        struct workload_stage *stage = &workload->stages[i];
        struct entry entry = {.item = &list->items[i],
                              .what = "a stage",
                              .example = example,
                              .out = stage,
                              .arena = arena,
                              .error = error};
        stage->at = entry.item->at;
        if (!entry_expect_map(&entry) || !take_source(&entry, i, workload) ||
            !entry_take(&entry, keys, KEY_COUNT))
            return false;
        items[i] = entry_find(&entry, "thresholds");
        names[i] = stage->name;
    }
    if (!names_check(list, names, list->count, "stages", error))
        return false;
    for (size_t i = 0; i < list->count; i++)
        if (!names[i])
            workload->stages[i].name = names[i] =
                names_make(arena, names, list->count, "stage", i + 1);
    workload->stage_count = list->count;
    *threshold_items = items;
    return check_load(item, workload, error);
}
