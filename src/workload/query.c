#include "workload/query.h"

#include <string.h>

#include "workload/section.h"
#include "workload/source.h"

enum { GAUGE_NAME_BYTES_MAX = 40, CHECK_NAME_BYTES_MAX = 200 };

static const char gauge_example[] =
    "gauges: {queue_depth: SELECT count(*) FROM outbox WHERE sent_at IS NULL}";
static const char check_example[] =
    "- {name: every order has a line, sql: SELECT id FROM orders EXCEPT SELECT order_id FROM line}";

/* Thresholds name a gauge as an argument: `max(queue_depth)`. */
static bool check_gauge_name(const struct yaml_item *item, struct error *error) {
    static const char word[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
    size_t length = strlen(item->key);
    if (length > GAUGE_NAME_BYTES_MAX)
        place_error(&item->at, error, "the gauge's name \"%s\" is longer than %d bytes", item->key,
                    GAUGE_NAME_BYTES_MAX);
    else if (strspn(item->key, word) == length)
        return true;
    else
        place_error(&item->at, error, "the gauge's name \"%s\" is not one word", item->key);
    section_hint_comma(item, error);
    return error_hint(error, "a name is of letters, digits, _, - and .: `queue_depth: SELECT …`");
}

bool gauges_parse(const struct yaml_item *item, struct arena *arena, struct workload *workload,
                  struct error *error) {
    if (!section_expect(item, YAML_MAP, GAUGES_MAX, gauge_example, error))
        return false;
    const struct yaml_node *map = item->value;
    struct entry entry = {.item = item, .arena = arena, .error = error};
    workload->gauges = ARENA_ARRAY(arena, struct workload_query, map->count);
    for (size_t i = 0; i < map->count; i++) {
        const struct yaml_item *gauge = &map->items[i];
        workload->gauges[i] = (struct workload_query){.name = gauge->key, .at = gauge->at};
        if (!check_gauge_name(gauge, error))
            return false;
        if (!entry_sql(&entry, gauge, &workload->gauges[i].sql))
            return error_hint(error, "for example `%s`", gauge_example);
    }
    workload->gauge_count = map->count;
    return true;
}

static bool take_name(struct entry *entry, const struct yaml_item *item) {
    struct workload_query *check = entry->out;
    return entry_name(entry, item, CHECK_NAME_BYTES_MAX, false, &check->name);
}

static bool take_sql(struct entry *entry, const struct yaml_item *item) {
    struct workload_query *check = entry->out;
    return entry_sql(entry, item, &check->sql);
}

static const struct entry_key check_keys[] = {
    {"name", 1, 1, "name: every order has a line", take_name},
    {"sql", 1, 1, "sql: SELECT id FROM orders EXCEPT SELECT order_id FROM line", take_sql},
};

bool checks_parse(const struct yaml_item *item, struct arena *arena, struct workload *workload,
                  struct error *error) {
    if (!section_expect(item, YAML_LIST, CHECKS_MAX, check_example, error))
        return false;
    const struct yaml_node *list = item->value;
    const char **names = ARENA_ARRAY(arena, const char *, list->count);
    workload->checks = ARENA_ARRAY(arena, struct workload_query, list->count);
    for (size_t i = 0; i < list->count; i++) {
        struct workload_query *check = &workload->checks[i];
        struct entry entry = {.item = &list->items[i],
                              .what = "a check",
                              .example = check_example,
                              .kind = 1,
                              .out = check,
                              .arena = arena,
                              .error = error};
        check->at = entry.item->at;
        if (!entry_expect_map(&entry) ||
            !entry_take(&entry, check_keys, sizeof check_keys / sizeof *check_keys))
            return false;
        names[i] = check->name;
    }
    workload->check_count = list->count;
    return names_check(list, names, list->count, "checks", error);
}
