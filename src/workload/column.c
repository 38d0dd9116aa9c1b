#include "workload/column.h"

#include <string.h>

#include "base/units.h"
#include "row/args.h"
#include "workload/shape.h"
#include "workload/source.h"

struct columns {
    struct arena *arena;
    struct error *error;
};

/* A value of the columns section as generators take it. The tree's weight is bounded, so that
 * aliases written out here can't grow without end. */
static bool take_arg(struct columns *columns, const struct yaml_item *item,
                     struct generator_arg *arg) {
    const struct yaml_node *value = item->value;
    *arg = (struct generator_arg){.key = item->key, .at = item->at};
    if (value->missing) {
        const char *quote = item->key ? "\"" : "";
        place_error(&item->at, columns->error, "%s%s%s has no value", quote,
                    item->key ? item->key : "an element of a list", quote);
        return error_hint(columns->error,
                          "write `key: value` with a blank after the colon; '' is an empty text");
    }
    if (value->kind == YAML_SCALAR) {
        arg->scalar = value->text;
        return true;
    }
    struct generator_arg *items = ARENA_ARRAY(columns->arena, struct generator_arg, value->count);
    for (size_t i = 0; i < value->count; i++) {
        if (!take_arg(columns, &value->items[i], &items[i]))
            return false;
    }
    arg->items = items;
    arg->item_count = value->count;
    return true;
}

static const char *const *generator_names(struct columns *columns) {
    const char **names = ARENA_ARRAY(columns->arena, const char *, generator_count);
    for (size_t i = 0; i < generator_count; i++)
        names[i] = generators[i]->name;
    return names;
}

static bool take_generator(struct columns *columns, const struct yaml_item *gen,
                           struct workload_column *column) {
    struct error *error = columns->error;
    const struct yaml_node *value = gen->value;
    if (value->missing || value->kind != YAML_SCALAR) {
        place_error(value->missing ? &gen->at : &value->at, error,
                    "column %s: gen must be the name of a generator", column->name);
        return error_hint(error, "for example `%s: {gen: int, min: 1, max: 500}`", column->name);
    }
    column->generator = generator_find(value->text);
    if (column->generator)
        return true;
    place_error(&value->at, error, "column %s: no generator is called \"%s\"", column->name,
                value->text);
    if (strcmp(value->text, "default") == 0)
        return error_hint(error, "to leave the column to the server write `%s: default`",
                          column->name);
    return shape_hint_names(value->text, "the generators are", generator_names(columns),
                            generator_count, error);
}

/* A column's entry that is one word: `default`. */
static bool take_column_word(struct columns *columns, const struct yaml_item *item,
                             struct workload_column *column) {
    struct error *error = columns->error;
    const char *word = item->value->text;
    column->use_default = strcmp(word, "default") == 0;
    if (column->use_default)
        return true;
    place_error(item->value->missing ? &item->at : &item->value->at, error,
                "column %s: expected default or a generator in braces", column->name);
    if (generator_find(word))
        return error_hint(error, "write `%s: {gen: %s}`", column->name, word);
    const char *right = "default";
    if (units_nearest(word, &right, 1))
        return error_hint(error, "did you mean \"default\"?");
    return error_hint(error, "for example `%s: {gen: int, min: 1, max: 500}`", column->name);
}

/* Only `null:` may stand without `gen:`. */
static bool check_without_generator(struct columns *columns, const struct yaml_node *entry,
                                    const struct workload_column *column) {
    static const char *const names[] = {"gen", "null"};
    struct error *error = columns->error;
    const char *column_name = column->name;
    for (size_t i = 0; i < column->args.count; i++) {
        const struct generator_arg *arg = &column->args.args[i];
        if (strcmp(arg->key, "null") != 0) {
            const char *nearest = units_nearest(arg->key, names, 2);
            place_error(&arg->at, error, "column %s: \"%s\" without a generator", column_name,
                        arg->key);
            return nearest
                       ? error_hint(error, "did you mean \"%s\"?", nearest)
                       : error_hint(error, "name the generator: `%s: {gen: int, …}`", column_name);
        }
    }
    double share;
    if (!args_share(&column->args, "null", "0", &share, error))
        return false;
    if (column->args.count > 0)
        return true;
    place_error(&entry->at, error, "column %s: the braces are empty", column_name);
    return error_hint(error, "for example `%s: {gen: int, min: 1, max: 500}`, or leave it out",
                      column_name);
}

static bool take_column_map(struct columns *columns, const struct yaml_node *entry,
                            struct workload_column *column) {
    struct generator_arg *args = ARENA_ARRAY(columns->arena, struct generator_arg, entry->count);
    for (size_t i = 0; i < entry->count; i++) {
        const struct yaml_item *item = &entry->items[i];
        if (strcmp(item->key, "gen") == 0) {
            if (!take_generator(columns, item, column))
                return false;
        } else if (!take_arg(columns, item, &args[column->args.count++])) {
            return false;
        }
    }
    column->args.args = args;
    if (!column->generator)
        return check_without_generator(columns, entry, column);
    struct column_generator checked;
    return generator_compile(column->generator, &column->args, columns->arena, &checked,
                             columns->error);
}

static bool take_column(struct columns *columns, const struct yaml_item *item,
                        struct workload_column *column) {
    column->name = item->key;
    column->at = item->at;
    column->args = (struct generator_args){.at = item->at, .column = item->key};
    switch (item->value->kind) {
    case YAML_SCALAR:
        return take_column_word(columns, item, column);
    case YAML_MAP:
        return take_column_map(columns, item->value, column);
    case YAML_LIST:
        break;
    }
    place_error(&item->value->at, columns->error,
                "column %s: expected default or a generator in braces, not a list", column->name);
    return error_hint(columns->error, "for example `%s: {gen: choice, of: [a, b]}`", column->name);
}

bool columns_parse(const struct yaml_item *item, const char *path, struct arena *arena,
                   struct workload_column **out, size_t *count, struct error *error) {
    if (!shape_expect(item, path, YAML_MAP, "a map of column names",
                      "columns: {site_id: {gen: int, min: 1, max: 500}}", error))
        return false;
    struct columns columns = {.arena = arena, .error = error};
    *count = item->value->count;
    *out = ARENA_ARRAY(arena, struct workload_column, *count);
    for (size_t i = 0; i < *count; i++) {
        if (!take_column(&columns, &item->value->items[i], &(*out)[i]))
            return false;
    }
    return true;
}
