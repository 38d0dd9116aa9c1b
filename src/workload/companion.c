#include "workload/companion.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "workload/section.h"
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

static bool take_do(struct entry *entry, const struct yaml_item *item) {
    (void)entry, (void)item;
    return true; /* taken before all others */
}

static bool take_name(struct entry *entry, const struct yaml_item *item) {
    struct workload_companion *companion = entry->out;
    return entry_name(entry, item, NAME_BYTES_MAX, false, &companion->name);
}

static bool take_every(struct entry *entry, const struct yaml_item *item) {
    struct workload_companion *companion = entry->out;
    return entry_duration(entry, item, 0, UINT64_MAX, &companion->every_ns);
}

static bool take_after(struct entry *entry, const struct yaml_item *item) {
    struct workload_companion *companion = entry->out;
    return entry_duration(entry, item, 0, UINT64_MAX, &companion->after_ns);
}

static bool take_hold(struct entry *entry, const struct yaml_item *item) {
    struct workload_companion *companion = entry->out;
    return entry_duration(entry, item, 0, UINT64_MAX, &companion->hold_ns);
}

static bool take_times(struct entry *entry, const struct yaml_item *item) {
    struct workload_companion *companion = entry->out;
    return entry_count(entry, item, 0, UINT64_MAX, &companion->times);
}

static bool take_sessions(struct entry *entry, const struct yaml_item *item) {
    struct workload_companion *companion = entry->out;
    uint64_t count;
    if (!entry_count(entry, item, 1, COMPANION_SESSIONS_MAX, &count))
        return false;
    companion->sessions = (uint32_t)count;
    return true;
}

static bool take_table(struct entry *entry, const struct yaml_item *item) {
    struct workload_companion *companion = entry->out;
    return entry_text(entry, item, &companion->table);
}

static bool take_row(struct entry *entry, const struct yaml_item *item) {
    struct workload_companion *companion = entry->out;
    return entry_sql(entry, item, &companion->row);
}

static bool take_sql(struct entry *entry, const struct yaml_item *item) {
    struct workload_companion *companion = entry->out;
    return entry_sql(entry, item, &companion->sql);
}

static bool take_advisory(struct entry *entry, const struct yaml_item *item) {
    struct workload_companion *companion = entry->out;
    const char *text;
    if (!entry_text(entry, item, &text))
        return false;
    char *end;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (errno != 0 || *end != '\0' || !strchr("-0123456789", text[0]))
        return place_error(&item->value->at, entry->error,
                           "advisory: \"%s\" is not a whole number of 64 bits", text);
    companion->advisory = number;
    return true;
}

/* Which word is right is known when the lock's kind is. */
static bool take_mode(struct entry *entry, const struct yaml_item *item) {
    struct workload_companion *companion = entry->out;
    return entry_text(entry, item, &companion->mode);
}

static const struct entry_key keys[] = {
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

static bool find_doing(struct entry *entry, struct workload_companion *companion) {
    const struct yaml_item *item = entry_find(entry, "do");
    if (!item) {
        place_error(&entry->item->at, entry->error, "a companion without \"do\"");
        return shape_hint_names("", "do is one of", doing_names, DOING_COUNT, entry->error);
    }
    const char *word;
    if (!shape_text(item, "do: vacuum", &word, entry->error))
        return false;
    for (size_t i = 0; i < DOING_COUNT; i++)
        if (strcmp(doing_names[i], word) == 0) {
            entry->kind = 1u << i;
            entry->kind_word = word;
            entry->kind_name = arena_printf(entry->arena, "do: %s", word);
            companion->kind = doing_kinds[i];
            return true;
        }
    place_error(&item->value->at, entry->error, "no companion can do \"%s\"", word);
    return shape_hint_names(word, "do is one of", doing_names, DOING_COUNT, entry->error);
}

static bool take_lock_mode(struct entry *entry, const char *const *modes, size_t count) {
    struct workload_companion *companion = entry->out;
    const char *word = companion->mode;
    for (size_t i = 0; i < count; i++)
        if (!word || strcasecmp(word, modes[i]) == 0) {
            companion->mode = modes[i];
            return true;
        }
    place_error(&entry_find(entry, "mode")->value->at, entry->error, "%s: no mode is called \"%s\"",
                companion_kind_name(companion->kind), word);
    return shape_hint_names(word, "the modes are", modes, count, entry->error);
}

/* A row, an advisory lock, or a table alone. The first mode of each is the default. */
static bool check_lock(struct entry *entry) {
    static const char *const row_modes[] = {"UPDATE", "NO KEY UPDATE", "SHARE", "KEY SHARE"};
    static const char *const table_modes[] = {
        "ACCESS EXCLUSIVE",       "EXCLUSIVE",     "SHARE ROW EXCLUSIVE", "SHARE",
        "SHARE UPDATE EXCLUSIVE", "ROW EXCLUSIVE", "ROW SHARE",           "ACCESS SHARE"};
    struct workload_companion *companion = entry->out;
    const struct yaml_item *advisory = entry_find(entry, "advisory");
    if (companion->row && !advisory)
        return take_lock_mode(entry, row_modes, sizeof row_modes / sizeof *row_modes);
    if (companion->table && !advisory) {
        companion->kind = COMPANION_LOCK_TABLE;
        return take_lock_mode(entry, table_modes, sizeof table_modes / sizeof *table_modes);
    }
    static const char *const others[] = {"row", "table", "mode"};
    for (size_t i = 0; advisory && i < sizeof others / sizeof *others; i++) {
        const struct yaml_item *other = entry_find(entry, others[i]);
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
    struct workload_companion *companion = entry->out;
    if ((entry->kind & (DO_LOCK | DO_CHECKPOINT)) && !entry_find(entry, "every"))
        companion->every_ns = NS_PER_S;
    if (entry->kind == DO_DDL && !entry_find(entry, "times"))
        companion->times = 1;
    if (!companion->sessions)
        companion->sessions = 1;
}

static bool take_entry(struct entry *entry, struct workload_companion *companion) {
    companion->at = entry->item->at;
    if (!entry_expect_map(entry) || !find_doing(entry, companion) ||
        !entry_take(entry, keys, KEY_COUNT))
        return false;
    set_defaults(entry);
    return entry->kind != DO_LOCK || check_lock(entry);
}

bool companions_parse(const struct yaml_item *item, struct arena *arena, struct workload *workload,
                      struct error *error) {
    if (!shape_expect(item, "companions", YAML_LIST, "a list", example, error))
        return false;
    const struct yaml_node *list = item->value;
    if (list->count > COMPANIONS_MAX)
        return place_error(&list->at, error, "%zu companions are more than %d", list->count,
                           COMPANIONS_MAX);
    const char **names = ARENA_ARRAY(arena, const char *, list->count);
    workload->companions = ARENA_ARRAY(arena, struct workload_companion, list->count);
    for (size_t i = 0; i < list->count; i++) {
        struct workload_companion *companion = &workload->companions[i];
        struct entry entry = {.item = &list->items[i],
                              .what = "a companion",
                              .example = example,
                              .out = companion,
                              .arena = arena,
                              .error = error};
        if (!take_entry(&entry, companion))
            return false;
        names[i] = companion->name;
    }
    workload->companion_count = list->count;
    if (!names_check(list, names, list->count, "companions", error))
        return false;
    /* Who has no name is called after what it does. */
    for (size_t i = 0; i < list->count; i++)
        if (!names[i]) {
            const char *kind = companion_kind_name(workload->companions[i].kind);
            workload->companions[i].name = names[i] =
                names_make(arena, names, list->count, kind, 0);
        }
    return true;
}
