#include "workload/parse.h"

#include <string.h>

#include "workload/column.h"
#include "workload/companion.h"
#include "workload/fault.h"
#include "workload/query.h"
#include "workload/setting.h"
#include "workload/shape.h"
#include "workload/source.h"
#include "workload/stage.h"
#include "workload/step.h"
#include "workload/table.h"
#include "workload/tenant.h"
#include "workload/threshold.h"
#include "workload/yaml.h"

struct parser {
    const char *const *load_options;
    struct arena *arena;
    struct workload *workload;
    struct place *schema_at;
    struct place columns_at;
    const struct yaml_item *thresholds; /* NULL: not given */
    const struct yaml_item *const *stage_thresholds;
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

static bool take_columns(struct parser *parser, const struct yaml_item *item) {
    struct workload *workload = parser->workload;
    parser->columns_at = item->at;
    return columns_parse(item, "columns", parser->arena, &workload->columns,
                         &workload->column_count, parser->error);
}

static bool take_load(struct parser *parser, const struct yaml_item *item) {
    return settings_parse(item, parser->load_options, parser->arena, parser->workload,
                          parser->error);
}

static bool take_companions(struct parser *parser, const struct yaml_item *item) {
    return companions_parse(item, parser->arena, parser->workload, parser->error);
}

static bool take_tables(struct parser *parser, const struct yaml_item *item) {
    return tables_parse(item, parser->arena, parser->workload, parser->error);
}

static bool take_steps(struct parser *parser, const struct yaml_item *item) {
    return steps_parse(item, parser->arena, parser->workload, parser->error);
}

static bool take_stages(struct parser *parser, const struct yaml_item *item) {
    return stages_parse(item, parser->arena, parser->workload, &parser->stage_thresholds,
                        parser->error);
}

static bool take_tenants(struct parser *parser, const struct yaml_item *item) {
    return tenants_parse(item, parser->arena, parser->workload, parser->error);
}

static bool take_faults(struct parser *parser, const struct yaml_item *item) {
    return faults_parse(item, parser->arena, parser->workload, parser->error);
}

static bool take_gauges(struct parser *parser, const struct yaml_item *item) {
    return gauges_parse(item, parser->arena, parser->workload, parser->error);
}

static bool take_checks(struct parser *parser, const struct yaml_item *item) {
    return checks_parse(item, parser->arena, parser->workload, parser->error);
}

/* Parsed when everything that they can name is known. */
static bool take_thresholds(struct parser *parser, const struct yaml_item *item) {
    parser->thresholds = item;
    return true;
}

static const struct top_key top_keys[] = {
    {"name", take_name},
    {"description", take_description},
    {"schema", take_schema},
    {"table", take_table},
    {"columns", take_columns},
    {"load", take_load},
    {"companions", take_companions},
    {"tables", take_tables},
    {"steps", take_steps},
    {"stages", take_stages},
    {"tenants", take_tenants},
    {"faults", take_faults},
    {"gauges", take_gauges},
    {"checks", take_checks},
    {"thresholds", take_thresholds},
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
    if (setting_exists(parser->load_options, item->key))
        return error_hint(parser->error, "\"%s\" belongs in load: `load: {%s: …}`", item->key,
                          item->key);
    return shape_hint_names(item->key, "the keys are", names, TOP_KEY_COUNT, parser->error);
}

/* `columns:` are those of `table:`, and one table's columns stand in one place. */
static bool check_main_table(struct parser *parser) {
    const struct workload *workload = parser->workload;
    if (!workload->columns)
        return true;
    if (!workload->table && workload->step_count > 0) {
        place_error(&parser->columns_at, parser->error, "\"columns\" without \"table\"");
        return error_hint(parser->error, "name their table, `table: events`, or put them into "
                                         "`tables: {events: {columns: …}}`");
    }
    for (size_t i = 0; workload->table && i < workload->table_count; i++) {
        const struct workload_table *table = &workload->tables[i];
        if (!table->columns || strcmp(table->name, workload->table) != 0)
            continue;
        place_error(&table->at, parser->error, "the columns of %s are given twice", table->name);
        return error_hint(parser->error,
                          "put them all into `columns:`; `tables:` may give its rows");
    }
    return true;
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
        return check_main_table(parser);
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
    *workload = (struct workload){.file = file, .description = ""};
    *schema_at = (struct place){.file = file};
    const struct yaml_node *root;
    return yaml_parse(text, length, file, arena, &root, error) && take_root(&parser, root) &&
           thresholds_parse(parser.thresholds, parser.stage_thresholds, arena, workload, error);
}
