#include "workload/parse.h"

#include <string.h>

#include "base/strbuf.h"
#include "base/units.h"
#include "row/args.h"
#include "workload/companion.h"
#include "workload/shape.h"
#include "workload/source.h"
#include "workload/yaml.h"

struct parser {
    const char *const *load_options;
    size_t load_option_count;
    struct arena *arena;
    struct workload *workload;
    struct place *schema_at;
    struct error *error;
};

/* One key of the top level. */
struct top_key {
    const char *name;
    bool (*take)(struct parser *parser, const struct yaml_item *item);
};

static bool take_name(struct parser *parser, const struct yaml_item *item) {
    return shape_text(item, "name: events", &parser->workload->name, parser->error);
}

static bool take_description(struct parser *parser, const struct yaml_item *item) {
    return shape_text(item, "description: Page events of a web shop",
                      &parser->workload->description, parser->error);
}

static bool take_schema(struct parser *parser, const struct yaml_item *item) {
    *parser->schema_at = item->at;
    return shape_text(item, "schema: ../schemas/events.sql", &parser->workload->schema_file,
                      parser->error);
}

static bool take_table(struct parser *parser, const struct yaml_item *item) {
    return shape_text(item, "table: events", &parser->workload->table, parser->error);
}

/* A value of the columns section as generators take it. The tree's weight is bounded, so that
 * aliases written out here can't grow without end. */
static bool take_arg(struct parser *parser, const struct yaml_item *item,
                     struct generator_arg *arg) {
    const struct yaml_node *value = item->value;
    *arg = (struct generator_arg){.key = item->key, .at = item->at};
    if (value->missing) {
        const char *quote = item->key ? "\"" : "";
        place_error(&item->at, parser->error, "%s%s%s has no value", quote,
                    item->key ? item->key : "an element of a list", quote);
        return error_hint(parser->error,
                          "write `key: value` with a blank after the colon; '' is an empty text");
    }
    if (value->kind == YAML_SCALAR) {
        arg->scalar = value->text;
        return true;
    }
    struct generator_arg *items = ARENA_ARRAY(parser->arena, struct generator_arg, value->count);
    for (size_t i = 0; i < value->count; i++) {
        if (!take_arg(parser, &value->items[i], &items[i]))
            return false;
    }
    arg->items = items;
    arg->item_count = value->count;
    return true;
}

static const char *const *generator_names(struct parser *parser) {
    const char **names = ARENA_ARRAY(parser->arena, const char *, generator_count);
    for (size_t i = 0; i < generator_count; i++)
        names[i] = generators[i]->name;
    return names;
}

static bool take_generator(struct parser *parser, const struct yaml_item *gen,
                           struct workload_column *column) {
    struct error *error = parser->error;
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
    return shape_hint_names(value->text, "the generators are", generator_names(parser),
                            generator_count, error);
}

/* A column's entry that is one word: `default`. */
static bool take_column_word(struct parser *parser, const struct yaml_item *item,
                             struct workload_column *column) {
    struct error *error = parser->error;
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
static bool check_without_generator(struct parser *parser, const struct yaml_node *entry,
                                    const struct workload_column *column) {
    static const char *const names[] = {"gen", "null"};
    struct error *error = parser->error;
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

static bool take_column_map(struct parser *parser, const struct yaml_node *entry,
                            struct workload_column *column) {
    struct generator_arg *args = ARENA_ARRAY(parser->arena, struct generator_arg, entry->count);
    for (size_t i = 0; i < entry->count; i++) {
        const struct yaml_item *item = &entry->items[i];
        if (strcmp(item->key, "gen") == 0) {
            if (!take_generator(parser, item, column))
                return false;
        } else if (!take_arg(parser, item, &args[column->args.count++])) {
            return false;
        }
    }
    column->args.args = args;
    if (!column->generator)
        return check_without_generator(parser, entry, column);
    struct column_generator checked;
    return generator_compile(column->generator, &column->args, parser->arena, &checked,
                             parser->error);
}

static bool take_column(struct parser *parser, const struct yaml_item *item,
                        struct workload_column *column) {
    column->name = item->key;
    column->at = item->at;
    column->args = (struct generator_args){.at = item->at, .column = item->key};
    switch (item->value->kind) {
    case YAML_SCALAR:
        return take_column_word(parser, item, column);
    case YAML_MAP:
        return take_column_map(parser, item->value, column);
    case YAML_LIST:
        break;
    }
    place_error(&item->value->at, parser->error,
                "column %s: expected default or a generator in braces, not a list", column->name);
    return error_hint(parser->error, "for example `%s: {gen: choice, of: [a, b]}`", column->name);
}

static bool take_columns(struct parser *parser, const struct yaml_item *item) {
    struct workload *workload = parser->workload;
    if (!shape_expect(item, "columns", YAML_MAP, "a map of column names",
                      "columns: {site_id: {gen: int, min: 1, max: 500}}", parser->error))
        return false;
    size_t count = item->value->count;
    workload->columns = ARENA_ARRAY(parser->arena, struct workload_column, count);
    for (size_t i = 0; i < count; i++) {
        if (!take_column(parser, &item->value->items[i], &workload->columns[i]))
            return false;
    }
    workload->column_count = count;
    return true;
}

/* An example of a load key with the words `path: [insert, copy-binary]` or `KEY: [1, 4]`. */
static bool load_shape_error(struct parser *parser, const struct place *at, const char *option,
                             const char *problem) {
    bool words = strcmp(option, "path") == 0;
    place_error(at, parser->error, "\"load.%s\" %s", option, problem);
    return words ? error_hint(parser->error, "for example `path: [insert, copy-binary]`")
                 : error_hint(parser->error, "for example `%s: 8` or `%s: [1, 4, 16]`", option,
                              option);
}

static bool join_list(struct parser *parser, const struct yaml_item *item, struct strbuf *joined) {
    const struct yaml_node *list = item->value;
    for (size_t i = 0; i < list->count; i++) {
        const struct yaml_node *word = list->items[i].value;
        if (word->kind != YAML_SCALAR)
            return load_shape_error(parser, &word->at, item->key, "must be a list of words");
        if (!word->text[0])
            return load_shape_error(parser, &list->items[i].at, item->key, "has an empty word");
        strbuf_printf(joined, "%s%s", i ? "," : "", word->text);
    }
    return true;
}

static bool take_load_value(struct parser *parser, const struct yaml_item *item,
                            struct workload_load *load) {
    const struct yaml_node *value = item->value;
    load->option = item->key;
    load->at = value->missing ? item->at : value->at;
    if (value->kind == YAML_MAP)
        return load_shape_error(parser, &load->at, item->key,
                                "must be a word or a list of words, not a map");
    if (value->kind == YAML_SCALAR) {
        load->text = value->text;
        return load->text[0] || load_shape_error(parser, &load->at, item->key, "has no value");
    }
    if (value->count == 0)
        return load_shape_error(parser, &load->at, item->key, "is an empty list");
    struct strbuf joined = STRBUF_INIT;
    bool ok = join_list(parser, item, &joined);
    load->text = arena_strdup(parser->arena, joined.text);
    strbuf_release(&joined);
    return ok;
}

static bool is_load_option(const struct parser *parser, const char *word) {
    for (size_t i = 0; i < parser->load_option_count; i++) {
        if (strcmp(parser->load_options[i], word) == 0)
            return true;
    }
    return false;
}

static bool take_load(struct parser *parser, const struct yaml_item *item) {
    struct workload *workload = parser->workload;
    if (!shape_expect(item, "load", YAML_MAP, "a map of options", "load: {pool: 8, batch: 5..15}",
                      parser->error))
        return false;
    size_t count = item->value->count;
    workload->load = ARENA_ARRAY(parser->arena, struct workload_load, count);
    for (size_t i = 0; i < count; i++) {
        const struct yaml_item *option = &item->value->items[i];
        if (!is_load_option(parser, option->key)) {
            place_error(&option->at, parser->error, "unknown key \"%s\" in load", option->key);
            return shape_hint_names(option->key, "the keys of load are", parser->load_options,
                                    parser->load_option_count, parser->error);
        }
        if (!take_load_value(parser, option, &workload->load[i]))
            return false;
    }
    workload->load_count = count;
    return true;
}

static bool take_companions(struct parser *parser, const struct yaml_item *item) {
    return companions_parse(item, parser->arena, parser->workload, parser->error);
}

static const struct top_key top_keys[] = {
    {"name", take_name},
    {"description", take_description},
    {"schema", take_schema},
    {"table", take_table},
    {"columns", take_columns},
    {"load", take_load},
    {"companions", take_companions},
};
enum { TOP_KEY_COUNT = sizeof top_keys / sizeof top_keys[0] };

static bool take_top(struct parser *parser, const struct yaml_item *item) {
    const char *names[TOP_KEY_COUNT];
    for (size_t i = 0; i < TOP_KEY_COUNT; i++) {
        if (strcmp(top_keys[i].name, item->key) == 0)
            return top_keys[i].take(parser, item);
        names[i] = top_keys[i].name;
    }
    place_error(&item->at, parser->error, "unknown key \"%s\"", item->key);
    if (is_load_option(parser, item->key))
        return error_hint(parser->error, "\"%s\" belongs in load: `load: {%s: …}`", item->key,
                          item->key);
    return shape_hint_names(item->key, "the keys are", names, TOP_KEY_COUNT, parser->error);
}

static bool take_root(struct parser *parser, const struct yaml_node *root) {
    if (root->kind != YAML_MAP) {
        place_error(&root->at, parser->error, "expected `key: value` lines, not %s",
                    yaml_kind_name(root));
        return error_hint(parser->error,
                          "a workload begins with lines such as `schema: schema.sql`");
    }
    for (size_t i = 0; i < root->count; i++) {
        if (!take_top(parser, &root->items[i]))
            return false;
    }
    if (parser->workload->schema_file)
        return true;
    struct place file = {.file = root->at.file};
    place_error(&file, parser->error, "the key \"schema\" is missing");
    return error_hint(parser->error,
                      "name a file with the CREATE TABLE statements: `schema: schema.sql`");
}

bool workload_parse(const char *text, size_t length, const char *file,
                    const char *const *load_options, struct arena *arena, struct workload *workload,
                    struct place *schema_at, struct error *error) {
    struct parser parser = {.load_options = load_options,
                            .arena = arena,
                            .workload = workload,
                            .schema_at = schema_at,
                            .error = error};
    while (load_options[parser.load_option_count])
        parser.load_option_count++;
    *workload = (struct workload){.file = file, .description = ""};
    *schema_at = (struct place){.file = file};
    const struct yaml_node *root;
    return yaml_parse(text, length, file, arena, &root, error) && take_root(&parser, root);
}
