/* space.yaml as it is written. */
#include "base/embed.h"
#include "study/space_internal.h"
#include "workload/section.h"
#include "workload/source.h"

enum { ENTRIES_MAX = 100 };

static const char example[] =
    "- {name: wal_buffers, why: …, durability: safe, context: restart, values: [16MB]}";

static bool take_name(struct entry *entry, const struct yaml_item *item) {
    return entry_text(entry, item, &((struct space_entry *)entry->out)->setting.name);
}

static bool take_why(struct entry *entry, const struct yaml_item *item) {
    return entry_text(entry, item, &((struct space_entry *)entry->out)->setting.why);
}

static bool take_cost(struct entry *entry, const struct yaml_item *item) {
    return entry_text(entry, item, &((struct space_entry *)entry->out)->setting.cost);
}

static bool take_durability(struct entry *entry, const struct yaml_item *item) {
    static const char *const words[] = {
        [SPACE_SAFE] = "safe", [SPACE_ASYNC_COMMIT] = "async-commit"};
    size_t word;
    if (!entry_word(entry, item, words, sizeof words / sizeof *words, &word))
        return false;
    ((struct space_entry *)entry->out)->setting.durability = (enum space_durability)word;
    return true;
}

static bool take_context(struct entry *entry, const struct yaml_item *item) {
    static const char *const words[] = {
        [SPACE_SESSION] = "session", [SPACE_RELOAD] = "reload", [SPACE_RESTART] = "restart"};
    size_t word;
    if (!entry_word(entry, item, words, sizeof words / sizeof *words, &word))
        return false;
    ((struct space_entry *)entry->out)->setting.context = (enum space_context)word;
    return true;
}

static bool take_max(struct entry *entry, const struct yaml_item *item) {
    struct space_entry *out = entry->out;
    return entry_text(entry, item, &out->max) &&
           (space_is_share(out->max) ||
            place_error(&item->value->at, entry->error, "\"%s\" is no share of memory", out->max));
}

static bool take_values(struct entry *entry, const struct yaml_item *item) {
    struct space_setting *setting = &((struct space_entry *)entry->out)->setting;
    return entry_names(entry, item, &setting->values, &setting->value_count);
}

static const struct entry_key keys[] = {
    {"name", 1, 1, "name: wal_buffers", take_name},
    {"why", 1, 1, "why: WAL waits here", take_why},
    {"cost", 1, 0, "cost: memory", take_cost},
    {"durability", 1, 1, "durability: safe", take_durability},
    {"context", 1, 1, "context: restart", take_context},
    {"max", 1, 0, "max: 5% RAM", take_max},
    {"values", 1, 1, "values: [16MB]", take_values},
};

bool space_entries_parse(const char *text, size_t length, const char *file, struct arena *arena,
                         struct space_entry **entries, size_t *count, struct error *error) {
    const struct yaml_node *root;
    if (!yaml_parse(text, length, file, arena, &root, error))
        return false;
    struct yaml_item whole = {.key = "settings", .at = root->at, .value = root};
    if (!section_expect(&whole, YAML_LIST, ENTRIES_MAX, example, error))
        return false;
    *count = root->count;
    *entries = ARENA_ARRAY(arena, struct space_entry, root->count);
    const char **names = ARENA_ARRAY(arena, const char *, root->count);
    for (size_t i = 0; i < root->count; i++) {
        (*entries)[i].setting.cost = "";
        struct entry entry = {.item = &root->items[i],
                              .what = "a setting",
                              .example = example,
                              .kind = 1,
                              .out = &(*entries)[i],
                              .arena = arena,
                              .error = error};
        if (!entry_expect_map(&entry) || !entry_take(&entry, keys, sizeof keys / sizeof *keys))
            return false;
        names[i] = (*entries)[i].setting.name;
    }
    return names_check(root, names, root->count, "settings", error);
}

bool space_entries(struct arena *arena, struct space_entry **entries, size_t *count,
                   struct error *error) {
    static const char file[] = "src/study/space.yaml";
    return space_entries_parse(embedded_text(file), embedded_find(file)->length, file, arena,
                               entries, count, error);
}

bool space_list(struct arena *arena, struct space *out, struct error *error) {
    struct space_entry *entries;
    size_t count;
    if (!space_entries(arena, &entries, &count, error))
        return false;
    *out = (struct space){ARENA_ARRAY(arena, struct space_setting, count), count};
    for (size_t i = 0; i < count; i++)
        out->settings[i] = entries[i].setting;
    return true;
}
