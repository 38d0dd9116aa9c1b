/* Tables that foreign keys need rows in: planned with their child, seeded in each fresh schema. */
#include "workload/plan_parent.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "pg/frame.h"

enum { PARENT_ROWS = 1000, KEYS_MAX = 1000000 };

struct raw_value *plan_raw_value(const struct control_rows *rows, size_t row, struct arena *arena) {
    struct raw_value *raw = ARENA_NEW(arena, struct raw_value);
    const void *binary = control_binary(rows, row, 0, &raw->binary_length);
    raw->binary = memcpy(arena_alloc(arena, raw->binary_length + 1, 1), binary, raw->binary_length);
    raw->text = arena_strdup(arena, control_text(rows, row, 1));
    raw->text_length = (uint32_t)strlen(raw->text);
    return raw;
}

/* The column of a primary key that has one; else NULL. */
static const char *only_key(const struct catalog_table *table) {
    for (size_t i = 0; i < table->key_count; i++)
        for (size_t k = 0; table->keys[i].primary && k < table->column_count; k++)
            if (table->keys[i].count == 1 && table->columns[k].number == table->keys[i].numbers[0])
                return table->columns[k].name;
    return NULL;
}

bool plan_parent_add(struct plan *plan, const char *schema, const char *table, const char *key,
                     const char *key_type, uint64_t rows, const char *own_schema, uint64_t seed,
                     struct control *control, const struct plan_chain *chain, struct arena *arena,
                     struct plan_parent **out, struct error *error) {
    for (size_t i = 0; i < plan->parent_count; i++) {
        struct plan_parent *known = plan->parents[i];
        if (strcmp(known->schema, schema) != 0 || strcmp(known->table, table) != 0)
            continue;
        /* One table, whatever column and type is asked for: filled once, for the most rows. */
        rows = known->rows = rows > known->rows ? rows : known->rows;
        if ((!key || strcmp(known->key_column, key) == 0) &&
            strcmp(known->key_type, key_type) == 0) {
            *out = known;
            return true;
        }
    }
    for (const struct plan_chain *link = chain; link; link = link->next)
        if (strcmp(link->table->schema, schema) == 0 && strcmp(link->table->name, table) == 0) {
            error_usage(error, "foreign keys of \"%s\" and \"%s\" go in a circle", table,
                        chain->table->name);
            return error_hint(error, "leave one of them out of the schema file");
        }
    struct plan_parent *parent = ARENA_NEW(arena, struct plan_parent);
    struct catalog_table *catalog = ARENA_NEW(arena, struct catalog_table);
    if (!catalog_describe(control, schema, table, arena, catalog, error))
        return false;
    if (!key && !(key = only_key(catalog))) {
        error_usage(error, "table \"%s\" has no primary key of one column to refer to", table);
        return error_hint(error, "name the column: `{gen: ref, table: %s, column: …}`", table);
    }
    parent->schema = catalog->schema;
    parent->table = catalog->name;
    parent->quoted = catalog->quoted;
    parent->key_column = arena_strdup(arena, key);
    parent->key_type = key_type;
    parent->rows = rows ? rows : PARENT_ROWS;
    if (strcmp(schema, own_schema) == 0 &&
        !plan_build_chained(NULL, catalog, seed, control, chain, arena, &parent->plan, error))
        return false;
    struct plan_parent **grown = ARENA_ARRAY(arena, struct plan_parent *, plan->parent_count + 1);
    if (plan->parent_count)
        memcpy(grown, plan->parents, plan->parent_count * sizeof *grown);
    grown[plan->parent_count++] = parent;
    plan->parents = grown;
    *out = parent;
    return true;
}

/* Rows 0 to count - 1 as a COPY BINARY stream; free() it. */
static uint8_t *encode_rows(const struct plan *plan, uint64_t count, size_t *length) {
    size_t row_bytes = 2 + plan->row_max_bytes + 4 * plan->column_count;
    uint8_t *stream = mem_alloc(count * row_bytes + 64, 1);
    struct scratch scratch;
    scratch_init(&scratch, plan->scratch_bytes);
    memcpy(stream, FRAME_COPY_HEADER, FRAME_COPY_HEADER_BYTES);
    uint8_t *at = stream + FRAME_COPY_HEADER_BYTES;
    for (uint64_t row = 0; row < count; row++) {
        at = frame_int16(at, (int)plan->column_count);
        for (size_t i = 0; i < plan->column_count; i++) {
            struct value value;
            plan_draw(&plan->columns[i], row, &scratch, &value);
            at = frame_field(plan->columns[i].type, &value, at);
        }
    }
    memcpy(at, FRAME_COPY_TRAILER, FRAME_COPY_TRAILER_BYTES);
    *length = (size_t)(at - stream) + FRAME_COPY_TRAILER_BYTES;
    scratch_release(&scratch);
    return stream;
}

static bool seed_rows(const struct plan_parent *parent, struct control *control,
                      struct error *error) {
    struct strbuf sql = STRBUF_INIT;
    if (parent->plan->column_count == 0) {
        strbuf_printf(&sql, "INSERT INTO %s SELECT FROM pg_catalog.generate_series(1, %" PRIu64 ")",
                      parent->quoted, parent->rows);
        bool inserted = control_exec(control, sql.text, error);
        strbuf_release(&sql);
        return inserted;
    }
    strbuf_printf(&sql, "COPY %s (", parent->quoted);
    for (size_t i = 0; i < parent->plan->column_count; i++)
        strbuf_printf(&sql, "%s%s", i ? ", " : "", parent->plan->columns[i].quoted);
    strbuf_add(&sql, ") FROM STDIN (FORMAT binary)");
    size_t length;
    uint8_t *stream = encode_rows(parent->plan, parent->rows, &length);
    bool ok = control_copy_in(control, sql.text, stream, length, error);
    free(stream);
    strbuf_release(&sql);
    return ok;
}

static bool read_keys(struct plan_parent *parent, struct control *control, struct arena *arena,
                      struct error *error) {
    struct strbuf key = STRBUF_INIT;
    strbuf_add_ident(&key, parent->key_column);
    char *sql = mem_printf("SELECT k, k::text FROM (SELECT %s::%s AS k FROM %s) s "
                           "WHERE k IS NOT NULL ORDER BY 1 LIMIT %d",
                           key.text, parent->key_type, parent->quoted, KEYS_MAX);
    strbuf_release(&key);
    struct control_rows *rows;
    bool ok = control_query(control, sql, CONTROL_NO_ARGS, &rows, error);
    free(sql);
    if (!ok)
        return error_prefix(error, "reading the keys of %s", parent->quoted);
    parent->keys.count = control_rows_count(rows);
    struct raw_value *keys = ARENA_ARRAY(arena, struct raw_value, parent->keys.count);
    for (size_t i = 0; i < parent->keys.count; i++)
        keys[i] = *plan_raw_value(rows, i, arena);
    parent->keys.keys = keys;
    control_rows_free(rows);
    return true;
}

static bool fill_parent(struct plan_parent *parent, struct control *control, struct arena *arena,
                        struct error *error) {
    if (!read_keys(parent, control, arena, error))
        return false;
    if (parent->keys.count > 0)
        return true; /* the schema file, or another reference, has filled it */
    if (!parent->plan) {
        error_usage(error, "%s is empty, and pgwrite writes only to tables of its own schema",
                    parent->quoted);
        return error_hint(error, "put the table into the schema file");
    }
    if (!plan_seed_parents(parent->plan, control, arena, error))
        return false;
    if (!seed_rows(parent, control, error) || !read_keys(parent, control, arena, error))
        return error_prefix(error, "filling %s, which a foreign key refers to", parent->quoted);
    return true;
}

/* Sizes that depend on the keys read: called when all parents have them. */
static void plan_measure(struct plan *plan) {
    plan->row_max_bytes = 0;
    plan->scratch_bytes = 64;
    for (size_t i = 0; i < plan->column_count; i++) {
        struct plan_column *column = &plan->columns[i];
        size_t drawn = generator_max_bytes(&column->generator);
        size_t bytes = pg_type_max_bytes(column->type, drawn);
        if (bytes > column->max_bytes)
            column->max_bytes = bytes;
        plan->row_max_bytes += column->max_bytes;
        if (drawn + 64 > plan->scratch_bytes)
            plan->scratch_bytes = drawn + 64;
    }
}

bool plan_seed_parents(struct plan *plan, struct control *control, struct arena *arena,
                       struct error *error) {
    for (size_t i = 0; i < plan->parent_count; i++)
        if (!fill_parent(plan->parents[i], control, arena, error))
            return false;
    plan_measure(plan);
    return true;
}
