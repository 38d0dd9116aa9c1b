#include "workload/mix.h"

#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "base/units.h"
#include "row/args.h"
#include "workload/spot.h"

/* While a mix is being built. */
struct builder {
    const struct workload *workload;
    const char *schema, *main; /* main: or NULL */
    uint64_t seed;
    struct control *control;
    struct arena *arena;
    struct mix *mix;
    const char **known; /* tables of the schema */
    size_t known_count;
};

size_t mix_find(const struct mix *mix, const char *name) {
    for (size_t i = 0; i < mix->table_count; i++)
        if (strcmp(mix->tables[i].name, name) == 0)
            return i;
    return SIZE_MAX;
}

/* The table of that name: one more if it is not there yet. */
static struct mix_table *table_named(struct builder *b, const char *name, struct error *error) {
    size_t i = mix_find(b->mix, name);
    if (i != SIZE_MAX)
        return &b->mix->tables[i];
    size_t known = 0;
    while (known < b->known_count && strcmp(b->known[known], name) != 0)
        known++;
    if (known == b->known_count) {
        error_usage(error, "the schema file makes no table \"%s\"", name);
        const char *near = units_nearest(name, b->known, b->known_count);
        if (near)
            error_hint(error, "did you mean \"%s\"?", near);
        return NULL;
    }
    if (b->mix->table_count == MIX_TABLES_MAX) {
        error_usage(error, "more than %d tables are named", MIX_TABLES_MAX);
        return NULL;
    }
    struct mix_table *table = &b->mix->tables[b->mix->table_count++];
    table->name = arena_strdup(b->arena, name);
    return table;
}

/* Tables whose keys the placeholders of a statement draw. */
static bool collect_keys(struct builder *b, const struct workload_statement *statement,
                         struct error *error) {
    struct spot_reader reader = {.sql = statement->sql};
    for (;;) {
        struct spot spot;
        struct spot_names names;
        if (!spot_next(&reader, NULL, b->arena, &spot, error))
            return false;
        if (!spot.shown)
            return true;
        if (strcmp(spot.kind, "key") != 0)
            continue;
        if (!spot_split(&spot, b->arena, &names, error))
            return false;
        struct mix_table *table = table_named(b, names.table, error);
        if (!table)
            return spot_wrap(&spot, error);
        table->keyed = true;
    }
}

static bool collect_statement(struct builder *b, const struct workload_statement *statement,
                              struct error *error) {
    if (statement->kind == STATEMENT_PAUSE)
        return true;
    if (statement->kind == STATEMENT_SQL)
        return collect_keys(b, statement, error) || place_add(&statement->at, error);
    struct mix_table *table = table_named(b, statement->table, error);
    if (!table)
        return place_add(&statement->at, error);
    table->keyed |= statement->kind != STATEMENT_INSERT;
    return true;
}

/* Names of all tables, in the order in which they are made: those of `tables:`, the main one, and
 * others as the steps name them. */
static bool collect(struct builder *b, struct error *error) {
    const struct workload *workload = b->workload;
    b->mix->tables = ARENA_ARRAY(b->arena, struct mix_table, MIX_TABLES_MAX);
    for (size_t i = 0; i < workload->table_count; i++) {
        const struct workload_table *named = &workload->tables[i];
        struct mix_table *table = table_named(b, named->name, error);
        if (!table)
            return place_add(&named->at, error);
        table->rows = named->rows;
    }
    if (b->main && !table_named(b, b->main, error))
        return false;
    for (size_t i = 0; i < workload->step_count; i++)
        for (size_t k = 0; k < workload->steps[i].statement_count; k++)
            if (!collect_statement(b, &workload->steps[i].statements[k], error))
                return false;
    return true;
}

static const struct workload_table *entry_of(const struct builder *b, const char *name) {
    for (size_t i = 0; i < b->workload->table_count; i++)
        if (strcmp(b->workload->tables[i].name, name) == 0)
            return &b->workload->tables[i];
    return NULL;
}

/* The workload as a plan of one of its tables needs it: with that table's columns. */
static struct workload view_of(const struct builder *b, const char *name) {
    const struct workload_table *entry = entry_of(b, name);
    bool own = b->main && strcmp(b->main, name) == 0 && b->workload->column_count > 0;
    struct workload view = *b->workload;
    view.columns = own ? b->workload->columns : entry ? entry->columns : NULL;
    view.column_count = own ? b->workload->column_count : entry ? entry->column_count : 0;
    return view;
}

static bool sets(const struct workload_statement *statement, const char *column) {
    for (size_t i = 0; i < statement->set_count; i++)
        if (strcmp(statement->sets[i].column, column) == 0)
            return true;
    return false;
}

/* Whether all statements that insert into the table set the column, and no update draws it. */
static bool is_given(const struct builder *b, const char *table, const char *column) {
    bool inserted = false;
    for (size_t i = 0; i < b->workload->step_count; i++)
        for (size_t k = 0; k < b->workload->steps[i].statement_count; k++) {
            const struct workload_statement *s = &b->workload->steps[i].statements[k];
            if (!s->table || strcmp(s->table, table) != 0)
                continue;
            bool set = sets(s, column);
            if (s->kind == STATEMENT_INSERT ? !set : s->kind == STATEMENT_UPDATE && set)
                return false;
            inserted |= s->kind == STATEMENT_INSERT;
        }
    return inserted;
}

/* The columns of a table without first rows that no row of which needs a generator. */
static size_t given_columns(const struct builder *b, const struct mix_table *table,
                            const struct workload *view, const struct catalog_table *catalog,
                            const char **given) {
    size_t count = 0;
    for (size_t i = 0; table->rows == 0 && i < catalog->column_count; i++) {
        const char *name = catalog->columns[i].name;
        bool generated = false;
        for (size_t k = 0; k < view->column_count; k++)
            generated |= strcmp(view->columns[k].name, name) == 0 && view->columns[k].generator;
        if (!generated && is_given(b, table->name, name))
            given[count++] = name;
    }
    return count;
}

/* Where to look when the plan of a table fails, if its columns do not say it. */
static bool blame(const struct builder *b, const struct mix_table *table, struct error *error) {
    const struct workload_table *entry = entry_of(b, table->name);
    error_prefix(error, "table \"%s\"", table->name);
    if (entry)
        return place_add(&entry->at, error);
    for (size_t i = 0; i < b->workload->step_count; i++)
        for (size_t k = 0; k < b->workload->steps[i].statement_count; k++) {
            const struct workload_statement *s = &b->workload->steps[i].statements[k];
            if (s->table && strcmp(s->table, table->name) == 0)
                return place_add(&s->at, error);
        }
    return false;
}

/* A table of the mix gets its rows from the mix alone, never as somebody's parent. */
static bool check_parents(const struct builder *b, const struct mix_table *table,
                          struct error *error) {
    for (size_t i = 0; i < table->plan->parent_count; i++) {
        const struct plan_parent *parent = table->plan->parents[i];
        if (!parent->plan || strcmp(parent->table->schema, b->schema) != 0 ||
            mix_find(b->mix, parent->table->name) == SIZE_MAX)
            continue;
        error_usage(error, "it refers to \"%s\", which has no rows before the load",
                    parent->table->name);
        return error_hint(error,
                          "give the column by `set: {…: %s.%s}` in each transaction that inserts, "
                          "or by a generator in `columns:`, or name %s with `rows:` in `tables:`, "
                          "above those that refer to it",
                          parent->table->name, parent->key_column, parent->table->name);
    }
    return true;
}

static bool find_key(struct mix_table *table, const struct catalog_table *catalog,
                     struct error *error) {
    const struct catalog_key *key = NULL;
    for (size_t i = 0; i < catalog->key_count; i++)
        if (catalog->keys[i].primary)
            key = &catalog->keys[i];
    if (!key || key->count != 1)
        return error_usage(error, "its rows can't be found again: it has no primary key of a "
                                  "single column");
    for (size_t i = 0; i < table->plan->column_count; i++) {
        const struct plan_column *column = &table->plan->columns[i];
        if (column->catalog->number == key->numbers[0] && column->hashed) {
            table->key_column = i;
            return true;
        }
    }
    const char *name = "";
    for (size_t i = 0; i < catalog->column_count; i++)
        if (catalog->columns[i].number == key->numbers[0])
            name = catalog->columns[i].name;
    error_usage(error,
                "its rows can't be found again: the primary key \"%s\" is written by no generator",
                name);
    return error_hint(error, "give it one in `columns:`, for example `%s: {gen: serial}`", name);
}

static bool make(struct builder *b, struct mix_table *table, struct error *error) {
    struct catalog_table *catalog = ARENA_NEW(b->arena, struct catalog_table);
    if (!catalog_describe(b->control, b->schema, table->name, b->arena, catalog, error))
        return false;
    struct workload view = view_of(b, table->name);
    const char **given = ARENA_ARRAY(b->arena, const char *, catalog->column_count);
    size_t given_count = given_columns(b, table, &view, catalog, given);
    return plan_build_given(&view, catalog, given, given_count, b->seed, b->control, b->arena,
                            &table->plan, error) &&
           check_parents(b, table, error) && (!table->keyed || find_key(table, catalog, error)) &&
           plan_seed_parents(table->plan, b->control, b->arena, error) &&
           (table->rows == 0 || plan_copy_rows(table->plan, table->rows, b->control, error) ||
            error_prefix(error, "writing its %llu first rows", (unsigned long long)table->rows));
}

bool mix_build(const struct workload *workload, const char *schema, const char *main, uint64_t seed,
               struct control *control, struct arena *arena, struct mix *mix, struct error *error) {
    *mix = (struct mix){0};
    struct builder b = {.workload = workload,
                        .schema = schema,
                        .main = main,
                        .seed = seed,
                        .control = control,
                        .arena = arena,
                        .mix = mix};
    if (!catalog_tables(control, schema, arena, &b.known, &b.known_count, error) ||
        !collect(&b, error))
        return false;
    for (size_t i = 0; i < mix->table_count; i++)
        if (!make(&b, &mix->tables[i], error))
            return mix->table_count > 1 && blame(&b, &mix->tables[i], error);
    return true;
}
