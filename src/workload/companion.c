#include "workload/companion.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/units.h"
#include "row/args.h"
#include "workload/shape.h"
#include "workload/source.h"

/* What `do:` names. Three kinds of companions are one word: lock. */
enum doing {
    DO_LOCK = 1 << 0,
    DO_EXPORT = 1 << 1,
    DO_READ = 1 << 2,
    DO_VACUUM = 1 << 3,
    DO_DDL = 1 << 4,
    DO_IDLE = 1 << 5,
    DO_CHECKPOINT = 1 << 6,
    DO_ANY = (1 << 7) - 1,
};

/* The names in the order of `enum doing`'s bits. */
static const char *const doing_names[] = {
    "lock", "export", "read", "vacuum", "ddl", "idle-in-transaction", "checkpoint",
};
enum { DOING_COUNT = sizeof doing_names / sizeof doing_names[0] };

static const enum companion_kind doing_kinds[DOING_COUNT] = {
    COMPANION_LOCK_ROW, COMPANION_EXPORT, COMPANION_READ,       COMPANION_VACUUM,
    COMPANION_DDL,      COMPANION_IDLE,   COMPANION_CHECKPOINT,
};

enum { COMPANIONS_MAX = 100 };

/* The server cuts application_name ("pgwrite companion NAME") at 63 bytes. */
enum { NAME_BYTES_MAX = 40 };

static const char example[] = "- {do: lock, row: id = 1, hold: 200ms, every: 1s}";

/* One element of the list. */
struct entry {
    const struct yaml_item *item;
    enum doing doing;
    const char *doing_name;
    struct arena *arena;
    struct workload_companion *companion;
    struct error *error;
};

struct key {
    const char *name;
    int doings; /* that it belongs to */
    int needed; /* by these */
    const char *example;
    bool (*take)(struct entry *entry, const struct yaml_item *item, const char *text);
};

const char *companion_kind_name(enum companion_kind kind) {
    static const char *const names[] = {
        [COMPANION_LOCK_ROW] = "lock row",
        [COMPANION_LOCK_TABLE] = "lock table",
        [COMPANION_LOCK_ADVISORY] = "lock advisory",
        [COMPANION_EXPORT] = "export",
        [COMPANION_READ] = "read",
        [COMPANION_VACUUM] = "vacuum",
        [COMPANION_DDL] = "ddl",
        [COMPANION_IDLE] = "idle-in-transaction",
        [COMPANION_CHECKPOINT] = "checkpoint",
    };
    return names[kind];
}

uint32_t companions_sessions(const struct workload *workload) {
    uint32_t sessions = 0;
    for (size_t i = 0; i < workload->companion_count; i++)
        sessions += workload->companions[i].sessions;
    return sessions;
}

/* Adds what a parser of units lacks: the key and the place. Returns false. */
static bool wrap(const struct entry *entry, const struct yaml_item *item) {
    error_prefix(entry->error, "%s", item->key);
    return place_add(&item->value->at, entry->error);
}

static bool take_duration(struct entry *entry, const struct yaml_item *item, const char *text,
                          uint64_t *ns) {
    return units_duration(text, ns, entry->error) || wrap(entry, item);
}

/* SQL ends without a semicolon: it is put in brackets, and prepared to be checked. */
static bool take_sql_text(struct entry *entry, const struct yaml_item *item, const char *text,
                          const char **sql) {
    static const char ends[] = "; \t\n\r";
    size_t length = strlen(text);
    while (length > 0 && strchr(ends, text[length - 1]))
        length--;
    if (length == 0)
        return place_error(&item->value->at, entry->error, "\"%s\" holds no SQL", item->key);
    *sql = arena_strndup(entry->arena, text, length);
    return true;
}

static bool take_do(struct entry *entry, const struct yaml_item *item, const char *text) {
    (void)entry, (void)item, (void)text;
    return true; /* taken before all others */
}

static bool take_name(struct entry *entry, const struct yaml_item *item, const char *text) {
    entry->companion->name = text;
    if (strlen(text) <= NAME_BYTES_MAX)
        return true;
    return place_error(&item->value->at, entry->error, "name: \"%s\" is longer than %d bytes", text,
                       NAME_BYTES_MAX);
}

static bool take_every(struct entry *entry, const struct yaml_item *item, const char *text) {
    return take_duration(entry, item, text, &entry->companion->every_ns);
}

static bool take_after(struct entry *entry, const struct yaml_item *item, const char *text) {
    return take_duration(entry, item, text, &entry->companion->after_ns);
}

static bool take_hold(struct entry *entry, const struct yaml_item *item, const char *text) {
    return take_duration(entry, item, text, &entry->companion->hold_ns);
}

static bool take_times(struct entry *entry, const struct yaml_item *item, const char *text) {
    return units_count(text, &entry->companion->times, entry->error) || wrap(entry, item);
}

static bool take_sessions(struct entry *entry, const struct yaml_item *item, const char *text) {
    uint64_t count;
    if (!units_count(text, &count, entry->error))
        return wrap(entry, item);
    if (count < 1 || count > COMPANION_SESSIONS_MAX)
        return place_error(&item->value->at, entry->error,
                           "sessions: \"%s\" is not between 1 and %d", text,
                           COMPANION_SESSIONS_MAX);
    entry->companion->sessions = (uint32_t)count;
    return true;
}

static bool take_table(struct entry *entry, const struct yaml_item *item, const char *text) {
    (void)item;
    entry->companion->table = text;
    return true;
}

static bool take_row(struct entry *entry, const struct yaml_item *item, const char *text) {
    return take_sql_text(entry, item, text, &entry->companion->row);
}

static bool take_sql(struct entry *entry, const struct yaml_item *item, const char *text) {
    return take_sql_text(entry, item, text, &entry->companion->sql);
}

static bool take_advisory(struct entry *entry, const struct yaml_item *item, const char *text) {
    char *end;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (errno == 0 && *end == '\0' && strchr("-0123456789", text[0])) {
        entry->companion->advisory = number;
        return true;
    }
    place_error(&item->value->at, entry->error, "advisory: \"%s\" is not a whole number of 64 bits",
                text);
    return error_hint(entry->error, "for example `advisory: 42`");
}

/* Which word is right is known when the lock's kind is. */
static bool take_mode(struct entry *entry, const struct yaml_item *item, const char *text) {
    (void)item;
    entry->companion->mode = text;
    return true;
}

static const struct key keys[] = {
    {"do", DO_ANY, DO_ANY, "do: vacuum", take_do},
    {"name", DO_ANY, 0, "name: nightly export", take_name},
    {"every", DO_ANY, 0, "every: 1s", take_every},
    {"after", DO_ANY, 0, "after: 2s", take_after},
    {"times", DO_ANY, 0, "times: 3", take_times},
    {"sessions", DO_ANY, 0, "sessions: 2", take_sessions},
    {"row", DO_LOCK, 0, "row: id = 1", take_row},
    {"advisory", DO_LOCK, 0, "advisory: 42", take_advisory},
    {"table", DO_LOCK | DO_VACUUM, 0, "table: events", take_table},
    {"mode", DO_LOCK, 0, "mode: share", take_mode},
    {"hold", DO_LOCK | DO_IDLE, DO_LOCK | DO_IDLE, "hold: 200ms", take_hold},
    {"query", DO_EXPORT | DO_READ, DO_EXPORT | DO_READ, "query: SELECT * FROM events", take_sql},
    {"sql", DO_DDL | DO_IDLE, DO_DDL, "sql: CREATE INDEX ON events (kind)", take_sql},
};
enum { KEY_COUNT = sizeof keys / sizeof keys[0] };

static const struct yaml_item *find_item(const struct entry *entry, const char *name) {
    const struct yaml_node *map = entry->item->value;
    for (size_t i = 0; i < map->count; i++)
        if (strcmp(map->items[i].key, name) == 0)
            return &map->items[i];
    return NULL;
}

static bool find_doing(struct entry *entry) {
    const struct yaml_item *item = find_item(entry, "do");
    if (!item) {
        place_error(&entry->item->at, entry->error, "a companion without \"do\"");
        return shape_hint_names("", "do is one of", doing_names, DOING_COUNT, entry->error);
    }
    if (!shape_text(item, "do: vacuum", &entry->doing_name, entry->error))
        return false;
    for (size_t i = 0; i < DOING_COUNT; i++)
        if (strcmp(doing_names[i], entry->doing_name) == 0) {
            entry->doing = 1 << i;
            entry->companion->kind = doing_kinds[i];
            return true;
        }
    place_error(&item->value->at, entry->error, "no companion can do \"%s\"", entry->doing_name);
    return shape_hint_names(entry->doing_name, "do is one of", doing_names, DOING_COUNT,
                            entry->error);
}

/* The keys that belong to what the entry does. */
static bool hint_keys(const struct entry *entry, const char *word) {
    const char *names[KEY_COUNT], *subject;
    size_t count = 0;
    for (size_t i = 0; i < KEY_COUNT; i++)
        if (keys[i].doings & entry->doing)
            names[count++] = keys[i].name;
    subject = arena_printf(entry->arena, "the keys of %s are", entry->doing_name);
    return shape_hint_names(word, subject, names, count, entry->error);
}

static bool take_key(struct entry *entry, const struct yaml_item *item) {
    for (size_t i = 0; i < KEY_COUNT; i++) {
        const struct key *key = &keys[i];
        const char *text;
        if (strcmp(key->name, item->key) != 0)
            continue;
        if (!(key->doings & entry->doing)) {
            place_error(&item->at, entry->error, "\"%s\" does not belong to do: %s", item->key,
                        entry->doing_name);
            return hint_keys(entry, "");
        }
        return shape_text(item, key->example, &text, entry->error) && key->take(entry, item, text);
    }
    place_error(&item->at, entry->error, "unknown key \"%s\" in a companion", item->key);
    return hint_keys(entry, item->key);
}

static bool check_needed(const struct entry *entry) {
    for (size_t i = 0; i < KEY_COUNT; i++)
        if ((keys[i].needed & entry->doing) && !find_item(entry, keys[i].name)) {
            place_error(&entry->item->at, entry->error, "do: %s needs \"%s\"", entry->doing_name,
                        keys[i].name);
            return error_hint(entry->error, "for example `%s`", keys[i].example);
        }
    return true;
}

static bool take_lock_mode(struct entry *entry, const char *const *modes, size_t count) {
    struct workload_companion *companion = entry->companion;
    const char *word = companion->mode;
    for (size_t i = 0; i < count; i++)
        if (!word || strcasecmp(word, modes[i]) == 0) {
            companion->mode = modes[i];
            return true;
        }
    place_error(&find_item(entry, "mode")->value->at, entry->error, "%s: no mode is called \"%s\"",
                companion_kind_name(companion->kind), word);
    return shape_hint_names(word, "the modes are", modes, count, entry->error);
}

/* A row, an advisory lock, or a table alone. The first mode of each is the default. */
static bool check_lock(struct entry *entry) {
    static const char *const row_modes[] = {"UPDATE", "NO KEY UPDATE", "SHARE", "KEY SHARE"};
    static const char *const table_modes[] = {
        "ACCESS EXCLUSIVE",       "EXCLUSIVE",     "SHARE ROW EXCLUSIVE", "SHARE",
        "SHARE UPDATE EXCLUSIVE", "ROW EXCLUSIVE", "ROW SHARE",           "ACCESS SHARE"};
    struct workload_companion *companion = entry->companion;
    const struct yaml_item *advisory = find_item(entry, "advisory");
    if (companion->row && !advisory)
        return take_lock_mode(entry, row_modes, sizeof row_modes / sizeof *row_modes);
    if (companion->table && !advisory) {
        companion->kind = COMPANION_LOCK_TABLE;
        return take_lock_mode(entry, table_modes, sizeof table_modes / sizeof *table_modes);
    }
    static const char *const others[] = {"row", "table", "mode"};
    for (size_t i = 0; advisory && i < sizeof others / sizeof *others; i++) {
        const struct yaml_item *other = find_item(entry, others[i]);
        if (other) {
            place_error(&other->at, entry->error, "\"%s\" does not belong to an advisory lock",
                        other->key);
            return error_hint(entry->error, "one companion takes one lock: a row, a table alone, "
                                            "or an advisory lock");
        }
    }
    if (advisory) {
        companion->kind = COMPANION_LOCK_ADVISORY;
        return true;
    }
    place_error(&entry->item->at, entry->error,
                "do: lock needs a row, a table or an advisory lock");
    return error_hint(entry->error, "for example `%s`", example);
}

/* Locks and checkpoints one after the other would leave the pool nothing. */
static void set_defaults(const struct entry *entry) {
    struct workload_companion *companion = entry->companion;
    if ((entry->doing & (DO_LOCK | DO_CHECKPOINT)) && !find_item(entry, "every"))
        companion->every_ns = NS_PER_S;
    if (entry->doing == DO_DDL && !find_item(entry, "times"))
        companion->times = 1;
    if (!companion->sessions)
        companion->sessions = 1;
}

static bool take_entry(struct entry *entry) {
    const struct yaml_node *map = entry->item->value;
    entry->companion->at = entry->item->at;
    if (map->kind != YAML_MAP) {
        place_error(&map->at, entry->error, "a companion must be a map, not %s",
                    yaml_kind_name(map));
        return error_hint(entry->error, "for example `%s`", example);
    }
    if (!find_doing(entry))
        return false;
    for (size_t i = 0; i < map->count; i++)
        if (!take_key(entry, &map->items[i]))
            return false;
    set_defaults(entry);
    return check_needed(entry) && (entry->doing != DO_LOCK || check_lock(entry));
}

static bool is_taken(const struct workload *workload, const char *name, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (workload->companions[i].name && strcmp(workload->companions[i].name, name) == 0)
            return true;
    return false;
}

/* Given names are unique; who has none is called after what it does, and numbered. */
static bool take_names(const struct yaml_node *list, struct arena *arena, struct workload *workload,
                       struct error *error) {
    size_t count = workload->companion_count;
    for (size_t i = 0; i < count; i++) {
        const char *name = workload->companions[i].name;
        if (name && is_taken(workload, name, i)) {
            struct entry entry = {.item = &list->items[i]};
            return place_error(&find_item(&entry, "name")->value->at, error,
                               "two companions are called \"%s\"", name);
        }
    }
    for (size_t i = 0; i < count; i++) {
        struct workload_companion *companion = &workload->companions[i];
        if (companion->name)
            continue;
        const char *kind = companion_kind_name(companion->kind), *name = kind;
        for (int number = 2; is_taken(workload, name, count); number++)
            name = arena_printf(arena, "%s %d", kind, number);
        companion->name = name;
    }
    return true;
}

bool companions_parse(const struct yaml_item *item, struct arena *arena, struct workload *workload,
                      struct error *error) {
    if (!shape_expect(item, "companions", YAML_LIST, "a list", example, error))
        return false;
    const struct yaml_node *list = item->value;
    if (list->count > COMPANIONS_MAX)
        return place_error(&list->at, error, "%zu companions are more than %d", list->count,
                           COMPANIONS_MAX);
    workload->companions = ARENA_ARRAY(arena, struct workload_companion, list->count);
    for (size_t i = 0; i < list->count; i++) {
        struct entry entry = {.item = &list->items[i],
                              .arena = arena,
                              .companion = &workload->companions[i],
                              .error = error};
        if (!take_entry(&entry))
            return false;
    }
    workload->companion_count = list->count;
    return take_names(list, arena, workload, error);
}
