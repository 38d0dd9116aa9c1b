#include "workload/table.h"

#include "workload/column.h"
#include "workload/mix.h"
#include "workload/section.h"

static const char example[] = "tables: {users: {rows: 10k, columns: {id: {gen: serial}}}}";

static bool take_rows(struct entry *entry, const struct yaml_item *item) {
    struct workload_table *table = entry->out;
    return entry_count(entry, item, 0, 1000000000000, &table->rows);
}

static bool take_columns(struct entry *entry, const struct yaml_item *item) {
    struct workload_table *table = entry->out;
    const char *path = arena_printf(entry->arena, "tables.%s.columns", table->name);
    return columns_parse(item, path, entry->arena, &table->columns, &table->column_count,
                         entry->error);
}

static const struct entry_key keys[] = {
    {"rows", 1, 0, "rows: 10k", take_rows},
    {"columns", 1, 0, "columns: {id: {gen: serial}}", take_columns},
};

bool tables_parse(const struct yaml_item *item, struct arena *arena, struct workload *workload,
                  struct error *error) {
    if (!section_expect(item, YAML_MAP, MIX_TABLES_MAX, example, error))
        return false;
    const struct yaml_node *map = item->value;
    workload->tables = ARENA_ARRAY(arena, struct workload_table, map->count);
    for (size_t i = 0; i < map->count; i++) {
        struct workload_table *table = &workload->tables[i];
        struct entry entry = {.item = &map->items[i],
                              .what = arena_printf(arena, "the table %s", map->items[i].key),
                              .example = example,
                              .kind = 1,
                              .out = table,
                              .arena = arena,
                              .error = error};
        *table = (struct workload_table){.name = map->items[i].key, .at = map->items[i].at};
        if (!entry_expect_map(&entry) || !entry_take(&entry, keys, sizeof keys / sizeof *keys))
            return false;
    }
    workload->table_count = map->count;
    return true;
}
