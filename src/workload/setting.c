#include "workload/setting.h"

#include <string.h>

#include "base/strbuf.h"
#include "workload/section.h"
#include "workload/shape.h"
#include "workload/source.h"

enum { CONNECTIONS_MAX = 1000 };

/* Keys of the map under `pool:`. */
enum pool_key { POOL_MIN, POOL_MAX, POOL_IDLE, POOL_LIFETIME, POOL_CHECKOUT, POOL_KEY_COUNT };

struct pool {
    struct workload_load entries[POOL_KEY_COUNT]; /* those of POOL_MIN and POOL_MAX are not used */
    uint64_t min, max;                            /* 0: not given */
    struct place max_at;
};

bool setting_exists(const char *const *load_options, const char *word) {
    for (; *load_options; load_options++)
        if (strcmp(*load_options, word) == 0)
            return true;
    return false;
}

/* An example of a load key with the words `path: [insert, copy-binary]` or `KEY: [1, 4]`. */
static bool shape_error(const struct place *at, const char *option, const char *problem,
                        struct error *error) {
    place_error(at, error, "\"load.%s\" %s", option, problem);
    if (strcmp(option, "path") == 0)
        return error_hint(error, "for example `path: [insert, copy-binary]`");
    return error_hint(error, "for example `%s: 8` or `%s: [1, 4, 16]`", option, option);
}

static bool join_list(const struct yaml_item *item, struct strbuf *joined, struct error *error) {
    const struct yaml_node *list = item->value;
    for (size_t i = 0; i < list->count; i++) {
        const struct yaml_node *word = list->items[i].value;
        if (word->kind != YAML_SCALAR)
            return shape_error(&word->at, item->key, "must be a list of words", error);
        if (!word->text[0])
            return shape_error(&list->items[i].at, item->key, "has an empty word", error);
        strbuf_printf(joined, "%s%s", i ? "," : "", word->text);
    }
    return true;
}

static bool take_value(const struct yaml_item *item, struct arena *arena,
                       struct workload_load *load, struct error *error) {
    const struct yaml_node *value = item->value;
    load->option = item->key;
    load->at = value->missing ? item->at : value->at;
    if (value->kind == YAML_MAP)
        return shape_error(&load->at, item->key, "must be a word or a list of words, not a map",
                           error);
    if (value->kind == YAML_SCALAR) {
        load->text = value->text;
        return load->text[0] || shape_error(&load->at, item->key, "has no value", error);
    }
    if (value->count == 0)
        return shape_error(&load->at, item->key, "is an empty list", error);
    struct strbuf joined = STRBUF_INIT;
    bool ok = join_list(item, &joined, error);
    load->text = arena_strdup(arena, joined.text);
    strbuf_release(&joined);
    return ok;
}

/* pool: {…} */

static bool take_min(struct entry *entry, const struct yaml_item *item) {
    struct pool *pool = entry->out;
    return entry_count(entry, item, 1, CONNECTIONS_MAX, &pool->min);
}

static bool take_max(struct entry *entry, const struct yaml_item *item) {
    struct pool *pool = entry->out;
    pool->max_at = item->value->at;
    return entry_count(entry, item, 1, CONNECTIONS_MAX, &pool->max);
}

/* The text stays as it is: the option reads it again. */
static bool take_time(struct entry *entry, const struct yaml_item *item, enum pool_key key,
                      const char *option) {
    struct pool *pool = entry->out;
    uint64_t ns;
    pool->entries[key] =
        (struct workload_load){.option = option, .text = item->value->text, .at = item->value->at};
    return entry_duration(entry, item, 1, UINT64_MAX, &ns);
}

static bool take_idle(struct entry *entry, const struct yaml_item *item) {
    return take_time(entry, item, POOL_IDLE, "pool-idle");
}

static bool take_lifetime(struct entry *entry, const struct yaml_item *item) {
    return take_time(entry, item, POOL_LIFETIME, "pool-lifetime");
}

static bool take_checkout(struct entry *entry, const struct yaml_item *item) {
    return take_time(entry, item, POOL_CHECKOUT, "checkout-timeout");
}

static const struct entry_key pool_keys[POOL_KEY_COUNT] = {
    [POOL_MIN] = {"min", 1, 0, "min: 2", take_min},
    [POOL_MAX] = {"max", 1, 1, "max: 20", take_max},
    [POOL_IDLE] = {"idle", 1, 0, "idle: 30s", take_idle},
    [POOL_LIFETIME] = {"lifetime", 1, 0, "lifetime: 5m", take_lifetime},
    [POOL_CHECKOUT] = {"checkout_timeout", 1, 0, "checkout_timeout: 2s", take_checkout},
};

static bool take_pool(const struct yaml_item *item, struct arena *arena, struct workload *workload,
                      struct error *error) {
    struct pool pool = {0};
    struct entry entry = {.item = item,
                          .what = "the pool",
                          .example = "pool: {min: 2, max: 20}",
                          .kind = 1,
                          .out = &pool,
                          .arena = arena,
                          .error = error};
    if (!entry_take(&entry, pool_keys, POOL_KEY_COUNT))
        return false;
    if (pool.min > pool.max) {
        place_error(&pool.max_at, error, "pool: max is below min");
        return error_hint(error, "write `pool: {min: %d, max: %d}`", (int)pool.max, (int)pool.min);
    }
    struct workload_load *out = &workload->load[workload->load_count++];
    *out = (struct workload_load){.option = "pool", .at = item->value->at};
    out->text = pool.min ? arena_printf(arena, "%d..%d", (int)pool.min, (int)pool.max)
                         : arena_printf(arena, "%d", (int)pool.max);
    for (enum pool_key key = POOL_IDLE; key < POOL_KEY_COUNT; key++)
        if (pool.entries[key].option)
            workload->load[workload->load_count++] = pool.entries[key];
    return true;
}

/* `pool: {idle: 30s}` and `pool-idle: 1m` mean the same option. */
static bool check_twice(const struct workload *workload, struct error *error) {
    for (size_t i = 0; i < workload->load_count; i++)
        for (size_t k = 0; k < i; k++)
            if (strcmp(workload->load[i].option, workload->load[k].option) == 0) {
                place_error(&workload->load[i].at, error, "load: \"%s\" is given twice",
                            workload->load[i].option);
                return error_hint(error, "write it either in the map of `pool:` or beside it");
            }
    return true;
}

bool settings_parse(const struct yaml_item *item, const char *const *load_options,
                    struct arena *arena, struct workload *workload, struct error *error) {
    if (!shape_expect(item, "load", YAML_MAP, "a map of options", "load: {pool: 8, batch: 5..15}",
                      error))
        return false;
    const struct yaml_node *map = item->value;
    size_t option_count = 0;
    while (load_options[option_count])
        option_count++;
    workload->load = ARENA_ARRAY(arena, struct workload_load, map->count + POOL_KEY_COUNT);
    for (size_t i = 0; i < map->count; i++) {
        const struct yaml_item *option = &map->items[i];
        if (!setting_exists(load_options, option->key)) {
            place_error(&option->at, error, "unknown key \"%s\" in load", option->key);
            return shape_hint_names(option->key, "the keys of load are", load_options, option_count,
                                    error);
        }
        bool is_pool = option->value->kind == YAML_MAP && strcmp(option->key, "pool") == 0;
        bool ok = is_pool
                      ? take_pool(option, arena, workload, error)
                      : take_value(option, arena, &workload->load[workload->load_count++], error);
        if (!ok)
            return false;
    }
    return check_twice(workload, error);
}
