#include "workload/section.h"

#include <inttypes.h>
#include <string.h>

#include "row/args.h"
#include "workload/shape.h"
#include "workload/source.h"

bool section_expect(const struct yaml_item *item, enum yaml_kind kind, size_t max,
                    const char *example, struct error *error) {
    const char *wanted = kind == YAML_LIST ? "a list" : "a map of names";
    if (!shape_expect(item, item->key, kind, wanted, example, error))
        return false;
    if (item->value->count == 0) {
        place_error(&item->value->at, error, "\"%s\" is empty", item->key);
        return error_hint(error, "leave it out, or write for example `%s`", example);
    }
    return item->value->count <= max ||
           place_error(&item->value->at, error, "%zu %s are more than %zu", item->value->count,
                       item->key, max);
}

const struct yaml_item *entry_find(const struct entry *entry, const char *name) {
    const struct yaml_node *map = entry->item->value;
    for (size_t i = 0; i < map->count; i++)
        if (strcmp(map->items[i].key, name) == 0)
            return &map->items[i];
    return NULL;
}

bool entry_expect_map(const struct entry *entry) {
    const struct yaml_node *value = entry->item->value;
    if (value->missing)
        place_error(&entry->item->at, entry->error, "%s has nothing in it", entry->what);
    else if (value->kind != YAML_MAP)
        place_error(&value->at, entry->error, "%s must be a map, not %s", entry->what,
                    yaml_kind_name(value));
    else
        return true;
    return error_hint(entry->error, "for example `%s`", entry->example);
}

/* The nearest key, or all, of those that belong to the entry. */
static bool hint_keys(const struct entry *entry, const char *word, const struct entry_key *keys,
                      size_t count) {
    const char **names = ARENA_ARRAY(entry->arena, const char *, count);
    size_t belong = 0;
    for (size_t i = 0; i < count; i++)
        if ((keys[i].kinds & entry->kind) &&
            (belong == 0 || strcmp(names[belong - 1], keys[i].name) != 0))
            names[belong++] = keys[i].name;
    const char *of = entry->kind_word   ? entry->kind_word
                     : entry->kind_name ? entry->kind_name
                                        : entry->what;
    const char *subject = arena_printf(entry->arena, "the keys of %s are", of);
    return shape_hint_names(word, subject, names, belong, entry->error);
}

void section_hint_comma(const struct yaml_item *item, struct error *error) {
    if (item->value->missing && strpbrk(item->key, " ()='"))
        error_hint(error, "inside braces a comma ends the value: put SQL that has one in quotes");
}

static bool unknown_key(const struct entry *entry, const struct yaml_item *item,
                        const struct entry_key *keys, size_t count) {
    place_error(&item->at, entry->error, "unknown key \"%s\" in %s", item->key, entry->what);
    section_hint_comma(item, entry->error);
    return hint_keys(entry, item->key, keys, count);
}

/* The key of that name for the entry's kind, else one of that name, else NULL. */
static const struct entry_key *find_key(const struct entry *entry, const char *name,
                                        const struct entry_key *keys, size_t count) {
    const struct entry_key *found = NULL;
    for (size_t i = 0; i < count; i++)
        if (strcmp(keys[i].name, name) == 0 && (!found || (keys[i].kinds & entry->kind)))
            found = &keys[i];
    return found;
}

static bool take_key(struct entry *entry, const struct yaml_item *item,
                     const struct entry_key *keys, size_t count) {
    const struct entry_key *key = find_key(entry, item->key, keys, count);
    if (!key)
        return unknown_key(entry, item, keys, count);
    if (!(key->kinds & entry->kind)) {
        place_error(&item->at, entry->error, "\"%s\" does not belong to %s", item->key,
                    entry->kind_name ? entry->kind_name : entry->what);
        return hint_keys(entry, "", keys, count);
    }
    /* Keeps a hint that is there. */
    return key->take(entry, item) || error_hint(entry->error, "for example `%s`", key->example);
}

bool entry_check_known(struct entry *entry, unsigned kinds, const struct entry_key *keys,
                       size_t count) {
    const struct yaml_node *map = entry->item->value;
    entry->kind = kinds;
    for (size_t i = 0; i < map->count; i++)
        if (!find_key(entry, map->items[i].key, keys, count))
            return unknown_key(entry, &map->items[i], keys, count);
    return true;
}

bool entry_take(struct entry *entry, const struct entry_key *keys, size_t count) {
    const struct yaml_node *map = entry->item->value;
    for (size_t i = 0; i < map->count; i++)
        if (!take_key(entry, &map->items[i], keys, count))
            return false;
    for (size_t i = 0; i < count; i++)
        if ((keys[i].needed & entry->kind) && !entry_find(entry, keys[i].name)) {
            place_error(&entry->item->at, entry->error, "%s needs \"%s\"",
                        entry->kind_name ? entry->kind_name : entry->what, keys[i].name);
            return error_hint(entry->error, "for example `%s`", keys[i].example);
        }
    return true;
}

bool entry_wrap(const struct entry *entry, const struct yaml_item *item) {
    error_prefix(entry->error, "%s", item->key);
    return place_add(&item->value->at, entry->error);
}

bool entry_text(struct entry *entry, const struct yaml_item *item, const char **text) {
    const struct yaml_node *value = item->value;
    *text = value->text;
    if (value->missing)
        return place_error(&item->at, entry->error, "\"%s\" has no value", item->key);
    if (value->kind != YAML_SCALAR)
        return place_error(&value->at, entry->error, "\"%s\" must be a text, not %s", item->key,
                           yaml_kind_name(value));
    return value->text[0] || place_error(&value->at, entry->error, "\"%s\" is empty", item->key);
}

bool entry_sql(struct entry *entry, const struct yaml_item *item, const char **sql) {
    static const char ends[] = "; \t\n\r";
    const char *text;
    if (!entry_text(entry, item, &text))
        return false;
    size_t length = strlen(text);
    while (length > 0 && strchr(ends, text[length - 1]))
        length--;
    if (length == 0)
        return place_error(&item->value->at, entry->error, "\"%s\" holds no SQL", item->key);
    *sql = arena_strndup(entry->arena, text, length);
    return true;
}

bool entry_duration(struct entry *entry, const struct yaml_item *item, uint64_t min_ns,
                    uint64_t max_ns, uint64_t *ns) {
    const char *text;
    if (!entry_text(entry, item, &text))
        return false;
    if (!units_duration(text, ns, entry->error))
        return entry_wrap(entry, item);
    if (*ns >= min_ns && *ns <= max_ns)
        return true;
    if (*ns == 0 && min_ns > 0)
        return place_error(&item->value->at, entry->error, "%s: \"%s\" is 0", item->key, text);
    char bound[32];
    bool below = *ns < min_ns;
    units_show_duration(bound, sizeof bound, below ? min_ns : max_ns);
    return place_error(&item->value->at, entry->error, "%s: \"%s\" is %s %s", item->key, text,
                       below ? "less than" : "more than", bound);
}

bool entry_durations(struct entry *entry, const struct yaml_item *item, struct range *ns) {
    const char *text;
    return entry_text(entry, item, &text) &&
           (units_duration_range(text, ns, entry->error) || entry_wrap(entry, item));
}

bool entry_count(struct entry *entry, const struct yaml_item *item, uint64_t min, uint64_t max,
                 uint64_t *count) {
    const char *text;
    if (!entry_text(entry, item, &text))
        return false;
    if (!units_count(text, count, entry->error))
        return entry_wrap(entry, item);
    return (*count >= min && *count <= max) ||
           place_error(&item->value->at, entry->error,
                       "%s: \"%s\" is not between %" PRIu64 " and %" PRIu64, item->key, text, min,
                       max);
}

static bool refuse_zero(const struct entry *entry, const struct yaml_item *item, double value) {
    return value > 0 || place_error(&item->value->at, entry->error, "%s: \"%s\" is 0", item->key,
                                    item->value->text);
}

bool entry_number(struct entry *entry, const struct yaml_item *item, double *number) {
    const char *text;
    if (!entry_text(entry, item, &text))
        return false;
    if (!units_number(text, number, entry->error))
        return entry_wrap(entry, item);
    return refuse_zero(entry, item, *number);
}

bool entry_share(struct entry *entry, const struct yaml_item *item, double *share) {
    const char *text;
    if (!entry_text(entry, item, &text))
        return false;
    if (!units_share(text, share, entry->error))
        return entry_wrap(entry, item);
    return refuse_zero(entry, item, *share);
}

bool entry_rate(struct entry *entry, const struct yaml_item *item, double *per_s) {
    const char *text;
    return entry_text(entry, item, &text) &&
           (units_rate(text, per_s, entry->error) || entry_wrap(entry, item));
}

bool entry_word(struct entry *entry, const struct yaml_item *item, const char *const *words,
                size_t count, size_t *index) {
    const char *text;
    if (!entry_text(entry, item, &text))
        return false;
    for (*index = 0; *index < count; ++*index)
        if (strcmp(words[*index], text) == 0)
            return true;
    place_error(&item->value->at, entry->error, "%s: unknown word \"%s\"", item->key, text);
    const char *subject = arena_printf(entry->arena, "%s is one of", item->key);
    return shape_hint_names(text, subject, words, count, entry->error);
}

bool entry_names(struct entry *entry, const struct yaml_item *item, const char ***names,
                 size_t *count) {
    const struct yaml_node *list = item->value;
    struct error *error = entry->error;
    if (list->missing)
        return place_error(&item->at, error, "\"%s\" has no value", item->key);
    if (list->kind != YAML_LIST)
        return place_error(&list->at, error, "\"%s\" must be a list of names, not %s", item->key,
                           yaml_kind_name(list));
    if (list->count == 0)
        return place_error(&list->at, error, "\"%s\" is empty", item->key);
    const char **found = ARENA_ARRAY(entry->arena, const char *, list->count);
    for (size_t i = 0; i < list->count; i++) {
        const struct yaml_node *word = list->items[i].value;
        if (word->kind != YAML_SCALAR || !word->text[0])
            return place_error(&list->items[i].at, error, "\"%s\" must be a list of names",
                               item->key);
        for (size_t k = 0; k < i; k++)
            if (strcmp(found[k], word->text) == 0)
                return place_error(&word->at, error, "\"%s\" has \"%s\" twice", item->key,
                                   word->text);
        found[i] = word->text;
    }
    *names = found;
    *count = list->count;
    return true;
}

bool entry_name(struct entry *entry, const struct yaml_item *item, size_t bytes_max,
                bool selectable, const char **name) {
    const struct place *at = &item->value->at;
    const char *text;
    if (!entry_text(entry, item, &text))
        return false;
    *name = text;
    size_t length = strlen(text);
    if (length > bytes_max)
        return place_error(at, entry->error, "name: \"%s\" is longer than %zu bytes", text,
                           bytes_max);
    if (strchr(" \t\n\r", text[0]) || strchr(" \t\n\r", text[length - 1]))
        return place_error(at, entry->error, "name: \"%s\" has a blank at an end", text);
    const char *odd = selectable ? strpbrk(text, "{}(),:") : NULL;
    if (!odd)
        return true;
    place_error(at, entry->error, "name: \"%s\" has a \"%c\"", text, *odd);
    return error_hint(entry->error,
                      "thresholds name it: leave out braces, brackets, commas and colons");
}

static bool is_taken(const char *const *names, size_t count, const char *name) {
    for (size_t i = 0; i < count; i++)
        if (names[i] && strcmp(names[i], name) == 0)
            return true;
    return false;
}

bool names_check(const struct yaml_node *list, const char *const *names, size_t count,
                 const char *things, struct error *error) {
    for (size_t i = 0; i < count; i++)
        if (names[i] && is_taken(names, i, names[i])) {
            struct entry entry = {.item = &list->items[i]};
            place_error(&entry_find(&entry, "name")->value->at, error, "two %s are called \"%s\"",
                        things, names[i]);
            return error_hint(error, "give each a name of its own");
        }
    return true;
}

const char *names_make(struct arena *arena, const char *const *names, size_t count,
                       const char *base, size_t number) {
    const char *name = number ? arena_printf(arena, "%s %zu", base, number) : base;
    for (size_t next = number ? number + 1 : 2; is_taken(names, count, name); next++)
        name = arena_printf(arena, "%s %zu", base, next);
    return name;
}
