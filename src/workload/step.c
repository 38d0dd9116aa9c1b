#include "workload/step.h"

#include <string.h>

#include "workload/section.h"
#include "workload/shape.h"
#include "workload/source.h"

enum { NAME_BYTES_MAX = 40, BATCH_MAX = 10000000 };

static const char step_example[] = "- {name: create, weight: 30, insert: users}";
static const char statement_example[] = "- {insert: users}";

/* What a step or a statement of a transaction does: the key that says so, and how it is called. */
enum action { INSERT, UPDATE, DELETE, SELECT, SQL, TRANSACTION, PAUSE, ACTION_COUNT };

static const struct {
    const char *key, *in_step, *in_transaction;
    enum statement_kind kind;
} actions[ACTION_COUNT] = {
    [INSERT] = {"insert", "an insert", "an insert in a transaction", STATEMENT_INSERT},
    [UPDATE] = {"update", "an update", "an update in a transaction", STATEMENT_UPDATE},
    [DELETE] = {"delete", "a delete", "a delete in a transaction", STATEMENT_DELETE},
    [SELECT] = {"select", "a select", "a select in a transaction", STATEMENT_SELECT},
    [SQL] = {"sql", "sql", "sql in a transaction", STATEMENT_SQL},
    [TRANSACTION] = {"transaction", "a transaction", NULL, STATEMENT_SQL},
    [PAUSE] = {"pause", NULL, "a pause", STATEMENT_PAUSE},
};

/* Kinds of entries: an action as a step, or in a transaction. */
#define STEP(action) (1u << (action))
#define INSIDE(action) (1u << ((action) + ACTION_COUNT))
#define BOTH(action) (STEP(action) | INSIDE(action))
#define ANY_STEP ((1u << ACTION_COUNT) - 1)
#define ANY_INSIDE (ANY_STEP << ACTION_COUNT)

/* What the keys fill. In a transaction, `step` is that of the transaction. */
struct parts {
    struct workload_step *step;
    struct workload_statement *statement;
    const char *action; /* the key that says what it does */
};

static struct workload_statement *statement_of(const struct entry *entry) {
    return ((const struct parts *)entry->out)->statement;
}

static struct workload_step *step_of(const struct entry *entry) {
    return ((const struct parts *)entry->out)->step;
}

static bool take_name(struct entry *entry, const struct yaml_item *item) {
    return entry_name(entry, item, NAME_BYTES_MAX, true, &step_of(entry)->name);
}

static bool take_weight(struct entry *entry, const struct yaml_item *item) {
    return entry_number(entry, item, &step_of(entry)->weight);
}

static bool take_probability(struct entry *entry, const struct yaml_item *item) {
    return entry_share(entry, item, &step_of(entry)->probability);
}

static bool take_table(struct entry *entry, const struct yaml_item *item) {
    return entry_text(entry, item, &statement_of(entry)->table);
}

static bool take_sql(struct entry *entry, const struct yaml_item *item) {
    return entry_sql(entry, item, &statement_of(entry)->sql);
}

static bool take_pause(struct entry *entry, const struct yaml_item *item) {
    struct range pause;
    if (!entry_durations(entry, item, &pause))
        return false;
    statement_of(entry)->pause_min_ns = pause.min;
    statement_of(entry)->pause_max_ns = pause.max;
    return true;
}

static bool take_path(struct entry *entry, const struct yaml_item *item) {
    step_of(entry)->path_at = item->value->at;
    return entry_text(entry, item, &step_of(entry)->path);
}

static bool take_batch(struct entry *entry, const struct yaml_item *item) {
    struct workload_step *step = step_of(entry);
    struct range batch;
    step->batch_at = item->value->at;
    if (!entry_text(entry, item, &step->batch))
        return false;
    if (!units_range(step->batch, &batch, entry->error))
        return entry_wrap(entry, item);
    return (batch.min >= 1 && batch.max <= BATCH_MAX) ||
           place_error(&step->batch_at, entry->error, "batch: \"%s\" is not between 1 and %d rows",
                       step->batch, BATCH_MAX);
}

static bool take_rows(struct entry *entry, const struct yaml_item *item) {
    uint64_t rows;
    if (!entry_count(entry, item, 1, STEP_ROWS_MAX, &rows))
        return false;
    statement_of(entry)->rows = (uint32_t)rows;
    return true;
}

static bool take_keys(struct entry *entry, const struct yaml_item *item) {
    static const char *const picks[] = {
        [KEY_UNIFORM] = "uniform", [KEY_ZIPF] = "zipf", [KEY_LATEST] = "latest"};
    size_t pick;
    if (!entry_word(entry, item, picks, sizeof picks / sizeof *picks, &pick))
        return false;
    statement_of(entry)->keys = (enum key_pick)pick;
    return true;
}

static bool take_on_conflict(struct entry *entry, const struct yaml_item *item) {
    static const char *const words[] = {"nothing", "update"};
    size_t word;
    if (!entry_word(entry, item, words, 2, &word))
        return false;
    statement_of(entry)->on_conflict = word == 0 ? CONFLICT_NOTHING : CONFLICT_UPDATE;
    return true;
}

static bool take_conflict(struct entry *entry, const struct yaml_item *item) {
    struct workload_statement *statement = statement_of(entry);
    return entry_names(entry, item, &statement->conflict_columns,
                       &statement->conflict_column_count);
}

/* Of an update: columns that get new values. */
static bool take_set_list(struct entry *entry, const struct yaml_item *item) {
    struct workload_statement *statement = statement_of(entry);
    const char **names;
    size_t count;
    if (!entry_names(entry, item, &names, &count))
        return false;
    statement->sets = ARENA_ARRAY(entry->arena, struct workload_set, count);
    for (size_t i = 0; i < count; i++)
        statement->sets[i] =
            (struct workload_set){.column = names[i], .at = item->value->items[i].value->at};
    statement->set_count = count;
    return true;
}

/* "applications.request_id", or with a schema "app.applications.request_id". */
static bool split_source(struct entry *entry, const struct yaml_item *item,
                         struct workload_set *set) {
    const char *text;
    if (!entry_text(entry, item, &text))
        return false;
    const char *dot = strrchr(text, '.');
    if (!dot || dot == text || !dot[1])
        return place_error(&item->value->at, entry->error,
                           "set: \"%s\" is not the column of a table", text);
    set->table = arena_strndup(entry->arena, text, (size_t)(dot - text));
    set->from_column = dot + 1;
    return true;
}

/* Of an insert: columns that get what another insert of the transaction has. */
static bool take_set_map(struct entry *entry, const struct yaml_item *item) {
    struct workload_statement *statement = statement_of(entry);
    const struct yaml_node *map = item->value;
    if (map->missing)
        return place_error(&item->at, entry->error, "\"set\" has no value");
    if (map->kind != YAML_MAP)
        return place_error(&map->at, entry->error, "\"set\" of an insert must be a map, not %s",
                           yaml_kind_name(map));
    if (map->count == 0)
        return place_error(&map->at, entry->error, "\"set\" is empty");
    statement->sets = ARENA_ARRAY(entry->arena, struct workload_set, map->count);
    for (size_t i = 0; i < map->count; i++) {
        struct workload_set *set = &statement->sets[i];
        *set = (struct workload_set){.column = map->items[i].key, .at = map->items[i].at};
        if (!split_source(entry, &map->items[i], set))
            return false;
    }
    statement->set_count = map->count;
    return true;
}

static bool take_transaction(struct entry *entry, const struct yaml_item *item);

static const struct entry_key keys[] = {
    {"name", ANY_STEP, 0, "name: create", take_name},
    {"weight", ANY_STEP, 0, "weight: 30", take_weight},
    {"probability", ANY_STEP, 0, "probability: 50%", take_probability},
    {"insert", BOTH(INSERT), 0, "insert: users", take_table},
    {"update", BOTH(UPDATE), 0, "update: users", take_table},
    {"delete", BOTH(DELETE), 0, "delete: users", take_table},
    {"select", BOTH(SELECT), 0, "select: users", take_table},
    {"sql", BOTH(SQL), 0, "sql: SELECT count(*) FROM users", take_sql},
    {"transaction", STEP(TRANSACTION), 0, "transaction: [{insert: orders}, {insert: lines}]",
     take_transaction},
    {"pause", INSIDE(PAUSE), 0, "pause: 0ms..10ms", take_pause},
    {"path", STEP(INSERT), 0, "path: multirow", take_path},
    {"batch", STEP(INSERT), 0, "batch: 10", take_batch},
    {"rows", INSIDE(INSERT), 0, "rows: 3", take_rows},
    {"set", INSIDE(INSERT), 0, "set: {request_id: applications.request_id}", take_set_map},
    {"set", BOTH(UPDATE), BOTH(UPDATE), "set: [status]", take_set_list},
    {"keys", BOTH(UPDATE) | BOTH(DELETE) | BOTH(SELECT), 0, "keys: zipf", take_keys},
    {"on_conflict", BOTH(INSERT), 0, "on_conflict: nothing", take_on_conflict},
    {"conflict", BOTH(INSERT), 0, "conflict: [email]", take_conflict},
};
enum { KEY_COUNT = sizeof keys / sizeof *keys };

static bool hint_actions(bool inside, struct error *error) {
    const char *names[ACTION_COUNT];
    size_t count = 0;
    for (enum action i = 0; i < ACTION_COUNT; i++)
        if (inside ? actions[i].in_transaction : actions[i].in_step)
            names[count++] = actions[i].key;
    return shape_hint_names("", inside ? "it is one of" : "a step is one of", names, count, error);
}

/* An action that can't be here: a pause as a step, a transaction in another one. */
static bool misplaced(const struct yaml_item *item, bool inside, struct error *error) {
    if (inside) {
        place_error(&item->at, error, "a transaction in a transaction");
        return error_hint(error, "put its statements into the list around it");
    }
    place_error(&item->at, error, "a pause that is no part of a transaction");
    return error_hint(error, "write `transaction: [{insert: …}, {pause: 0ms..10ms}]`; between "
                             "transactions, `think:` of load makes users wait");
}

static bool find_action(struct entry *entry, bool inside) {
    const struct yaml_node *map = entry->item->value;
    struct error *error = entry->error;
    const struct yaml_item *found = NULL;
    enum action action = ACTION_COUNT;
    for (size_t i = 0; i < map->count; i++)
        for (enum action k = 0; k < ACTION_COUNT; k++) {
            if (strcmp(map->items[i].key, actions[k].key) != 0)
                continue;
            if (found) {
                place_error(&map->items[i].at, error, "%s with two actions: \"%s\" and \"%s\"",
                            entry->what, actions[action].key, actions[k].key);
                return error_hint(error, inside ? "write two elements of the list"
                                                : "several statements of one step stand in "
                                                  "`transaction: [{…}, {…}]`");
            }
            action = k;
            found = &map->items[i];
        }
    if (!found) {
        if (!entry_check_known(entry, inside ? ANY_INSIDE : ANY_STEP, keys, KEY_COUNT))
            return false;
        place_error(&entry->item->at, error, "%s does nothing", entry->what);
        return hint_actions(inside, error);
    }
    entry->kind_name = inside ? actions[action].in_transaction : actions[action].in_step;
    if (!entry->kind_name)
        return misplaced(found, inside, error);
    entry->kind = inside ? INSIDE(action) : STEP(action);
    statement_of(entry)->kind = actions[action].kind;
    statement_of(entry)->at = found->value->missing ? found->at : found->value->at;
    ((struct parts *)entry->out)->action = found->key;
    return true;
}

static bool take_statement(struct entry *entry, bool inside) {
    struct workload_statement *statement = statement_of(entry);
    statement->rows = 1;
    if (!entry_expect_map(entry) || !find_action(entry, inside) ||
        !entry_take(entry, keys, KEY_COUNT))
        return false;
    if (!statement->conflict_columns || statement->on_conflict != CONFLICT_ERROR)
        return true;
    place_error(&entry_find(entry, "conflict")->at, entry->error,
                "\"conflict\" without \"on_conflict\"");
    return error_hint(entry->error, "add `on_conflict: nothing` or `on_conflict: update`");
}

/* The values of `set:` come from inserts further up. */
static bool check_sources(const struct workload_step *step, struct error *error) {
    for (size_t i = 0; i < step->statement_count; i++) {
        const struct workload_statement *statement = &step->statements[i];
        for (size_t k = 0; k < statement->set_count; k++) {
            const struct workload_set *set = &statement->sets[k];
            bool found = !set->table;
            for (size_t above = 0; above < i && !found; above++)
                found = step->statements[above].kind == STATEMENT_INSERT &&
                        strcmp(step->statements[above].table, set->table) == 0;
            if (found)
                continue;
            place_error(&set->at, error, "set: no insert into %s stands above in this transaction",
                        set->table);
            return error_hint(error, "put `- insert: %s` before it", set->table);
        }
    }
    return true;
}

static bool check_not_idle(const struct workload_step *step, const struct yaml_item *item,
                           struct error *error) {
    for (size_t i = 0; i < step->statement_count; i++)
        if (step->statements[i].kind != STATEMENT_PAUSE)
            return true;
    return place_error(&item->value->at, error, "a transaction of pauses alone");
}

static bool take_transaction(struct entry *entry, const struct yaml_item *item) {
    struct workload_step *step = step_of(entry);
    struct error *error = entry->error;
    const struct yaml_node *list = item->value;
    if (!shape_expect(item, "transaction", YAML_LIST, "a list of statements",
                      "transaction: [{insert: orders}, {insert: lines}]", error))
        return false;
    if (list->count == 0)
        return place_error(&list->at, error, "\"transaction\" is empty");
    if (list->count > STEP_STATEMENTS_MAX)
        return place_error(&list->at, error, "%zu statements of a transaction are more than %d",
                           list->count, STEP_STATEMENTS_MAX);
    step->transaction = true;
    step->statement_count = list->count;
    step->statements = ARENA_ARRAY(entry->arena, struct workload_statement, list->count);
    for (size_t i = 0; i < list->count; i++) {
        struct parts parts = {.step = step, .statement = &step->statements[i]};
        struct entry inner = {.item = &list->items[i],
                              .what = "a statement of a transaction",
                              .example = statement_example,
                              .out = &parts,
                              .arena = entry->arena,
                              .error = error};
        if (!take_statement(&inner, true))
            return false;
    }
    return check_not_idle(step, item, error) && check_sources(step, error);
}

/* base: what the step is called where it has no name. */
static bool take_step(const struct yaml_item *item, struct arena *arena, struct workload_step *step,
                      const char **base, struct error *error) {
    struct workload_statement *statement = ARENA_NEW(arena, struct workload_statement);
    struct parts parts = {.step = step, .statement = statement};
    struct entry entry = {.item = item,
                          .what = "a step",
                          .example = step_example,
                          .out = &parts,
                          .arena = arena,
                          .error = error};
    step->at = item->at;
    if (!take_statement(&entry, false))
        return false;
    *base = parts.action;
    if (step->transaction)
        return true;
    step->statements = statement;
    step->statement_count = 1;
    if (statement->table)
        *base = arena_printf(arena, "%s %s", parts.action, statement->table);
    return true;
}

/* All steps have weights (1 where none is given), or all have probabilities. */
static bool check_weights(const struct yaml_node *list, struct workload *workload,
                          struct error *error) {
    bool probable = false;
    for (size_t i = 0; i < workload->step_count; i++)
        probable = probable || workload->steps[i].probability > 0;
    for (size_t i = 0; i < workload->step_count; i++) {
        struct workload_step *step = &workload->steps[i];
        struct entry entry = {.item = &list->items[i]};
        const struct yaml_item *weight = entry_find(&entry, "weight");
        if (!probable) {
            step->weight = weight ? step->weight : 1;
            continue;
        }
        if (!weight && step->probability > 0)
            continue;
        if (weight)
            place_error(&weight->at, error, "a weight among probabilities");
        else
            place_error(&step->at, error, "a step without a probability among others with one");
        return error_hint(error, "all steps have a weight, or all have a probability: "
                                 "`probability: 100%%` is a step that always happens");
    }
    return true;
}

bool steps_parse(const struct yaml_item *item, struct arena *arena, struct workload *workload,
                 struct error *error) {
    if (!section_expect(item, YAML_LIST, STEPS_MAX, step_example, error))
        return false;
    const struct yaml_node *list = item->value;
    const char **names = ARENA_ARRAY(arena, const char *, list->count);
    const char **bases = ARENA_ARRAY(arena, const char *, list->count);
    workload->steps = ARENA_ARRAY(arena, struct workload_step, list->count);
    for (size_t i = 0; i < list->count; i++) {
        struct workload_step *step = &workload->steps[i];
        if (!take_step(&list->items[i], arena, step, &bases[i], error))
            return false;
        names[i] = step->name;
    }
    workload->step_count = list->count;
    if (!names_check(list, names, list->count, "steps", error))
        return false;
    for (size_t i = 0; i < list->count; i++)
        if (!names[i])
            workload->steps[i].name = names[i] = names_make(arena, names, list->count, bases[i], 0);
    return check_weights(list, workload, error);
}
