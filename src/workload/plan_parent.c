/* Tables that foreign keys need rows in: planned with their child, seeded in each fresh schema. */
#include "workload/plan_parent.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "pg/frame.h"
#include "row/ref.h"

enum { PARENT_ROWS = 1000, CHUNK_BYTES = 64 << 20 };

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

/* The table as an earlier reference has it, if one has. It is filled once, for the most rows. */
static void join_known(const struct plan *root, const char *schema, const char *table,
                       struct plan_parent *parent) {
    for (size_t i = 0; i < root->parent_count; i++) {
        struct plan_parent *known = root->parents[i];
        if (strcmp(known->table->schema, schema) != 0 || strcmp(known->table->name, table) != 0)
            continue;
        parent->table = known->table;
        parent->plan = known->plan;
        parent->rows = known->rows = parent->rows > known->rows ? parent->rows : known->rows;
    }
}

static bool describe(const char *schema, const char *table, struct control *control,
                     const struct plan_chain *chain, struct arena *arena,
                     struct plan_parent *parent, struct error *error) {
    for (const struct plan_chain *link = chain; link; link = link->next)
        if (strcmp(link->table->schema, schema) == 0 && strcmp(link->table->name, table) == 0) {
            error_usage(error, "foreign keys of \"%s\" and \"%s\" go in a circle", table,
                        chain->table->name);
            return error_hint(error, "leave one of them out of the schema file");
        }
    struct catalog_table *catalog = ARENA_NEW(arena, struct catalog_table);
    parent->table = catalog;
    return catalog_describe(control, schema, table, arena, catalog, error);
}

/* Plans how to fill the table, unless the schema file has put rows into it. */
static bool plan_filling(struct plan_parent *parent, uint64_t seed, struct control *control,
                         const struct plan_chain *chain, struct arena *arena, struct error *error) {
    char *sql = mem_printf("SELECT EXISTS (SELECT FROM %s)", parent->table->quoted);
    struct control_rows *rows;
    bool ok = control_query_one(control, sql, CONTROL_NO_ARGS, &rows, error);
    free(sql);
    if (!ok)
        return false;
    bool has_rows = control_bool(rows, 0, 0);
    control_rows_free(rows);
    return has_rows || plan_build_chained(NULL, parent->table, seed, control, chain, arena,
                                          &parent->plan, error);
}

static void append_parent(struct plan *root, struct plan_parent *parent, struct arena *arena) {
    struct plan_parent **grown = ARENA_ARRAY(arena, struct plan_parent *, root->parent_count + 1);
    if (root->parent_count)
        memcpy(grown, root->parents, root->parent_count * sizeof *grown);
    grown[root->parent_count++] = parent;
    root->parents = grown;
}

bool plan_parent_add(const char *schema, const char *table, const char *key, const char *key_type,
                     uint64_t rows, uint64_t seed, struct control *control,
                     const struct plan_chain *chain, struct arena *arena, struct plan_parent **out,
                     struct error *error) {
    struct plan *root = chain->root;
    struct plan_parent *parent = ARENA_NEW(arena, struct plan_parent);
    parent->key_type = key_type;
    parent->rows = rows;
    join_known(root, schema, table, parent);
    bool known = parent->table != NULL;
    if (!known && !describe(schema, table, control, chain, arena, parent, error))
        return false;
    if (key && !plan_check_column(parent->table, key, arena, error))
        return false;
    if (!key && !(key = only_key(parent->table))) {
        error_usage(error, "table \"%s\" has no primary key of one column to refer to", table);
        return error_hint(error, "name the column: `{gen: ref, table: %s, column: …}`", table);
    }
    parent->key_column = arena_strdup(arena, key);
    for (size_t i = 0; i < root->parent_count; i++) {
        *out = root->parents[i];
        if ((*out)->table == parent->table && strcmp((*out)->key_column, key) == 0 &&
            strcmp((*out)->key_type, key_type) == 0)
            return true;
    }
    if (!known && strcmp(schema, chain->table->schema) == 0 &&
        !plan_filling(parent, seed, control, chain, arena, error))
        return false;
    append_parent(root, parent, arena);
    *out = parent;
    return true;
}

/* Rows first to first + count - 1 as a COPY BINARY stream; free() it. */
static uint8_t *encode_rows(const struct plan *plan, uint64_t first, uint64_t count,
                            size_t row_bytes, size_t *length) {
    uint8_t *stream = mem_alloc(count * row_bytes + 64, 1);
    struct scratch scratch;
    scratch_init(&scratch, plan->scratch_bytes);
    memcpy(stream, FRAME_COPY_HEADER, FRAME_COPY_HEADER_BYTES);
    uint8_t *at = stream + FRAME_COPY_HEADER_BYTES;
    for (uint64_t row = first; row < first + count; row++) {
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

/* Copies the rows in chunks: a million wide ones would not fit into memory. */
static bool copy_chunks(const struct plan *plan, const char *sql, uint64_t count,
                        struct control *control, struct error *error) {
    size_t row_bytes = 2 + plan->row_max_bytes + 4 * plan->column_count;
    uint64_t chunk = CHUNK_BYTES / row_bytes + 1;
    bool ok = true;
    for (uint64_t first = 0; ok && first < count; first += chunk) {
        uint64_t rows = count - first < chunk ? count - first : chunk;
        size_t length;
        uint8_t *stream = encode_rows(plan, first, rows, row_bytes, &length);
        ok = control_copy_in(control, sql, stream, length, error);
        free(stream);
    }
    return ok;
}

bool plan_copy_rows(const struct plan *plan, uint64_t count, struct control *control,
                    struct error *error) {
    struct strbuf sql = STRBUF_INIT;
    bool ok;
    if (plan->column_count == 0) {
        strbuf_printf(&sql, "INSERT INTO %s SELECT FROM pg_catalog.generate_series(1, %" PRIu64 ")",
                      plan->table->quoted, count);
        ok = control_exec(control, sql.text, error);
    } else {
        strbuf_printf(&sql, "COPY %s (", plan->table->quoted);
        for (size_t i = 0; i < plan->column_count; i++)
            strbuf_printf(&sql, "%s%s", i ? ", " : "", plan->columns[i].quoted);
        strbuf_add(&sql, ") FROM STDIN (FORMAT binary)");
        ok = copy_chunks(plan, sql.text, count, control, error);
    }
    strbuf_release(&sql);
    return ok;
}

static bool read_keys(struct plan_parent *parent, struct control *control, struct arena *arena,
                      struct error *error) {
    struct strbuf key = STRBUF_INIT;
    strbuf_add_ident(&key, parent->key_column);
    char *sql = mem_printf("SELECT k, k::text FROM (SELECT %s::%s AS k FROM %s) s "
                           "WHERE k IS NOT NULL ORDER BY 1 LIMIT %d",
                           key.text, parent->key_type, parent->table->quoted, REF_ROWS_MAX);
    strbuf_release(&key);
    struct control_rows *rows;
    bool ok = control_query(control, sql, CONTROL_NO_ARGS, &rows, error);
    free(sql);
    if (!ok)
        return error_prefix(error, "reading the keys of %s", parent->table->quoted);
    parent->keys.count = control_rows_count(rows);
    struct raw_value *keys = ARENA_ARRAY(arena, struct raw_value, parent->keys.count);
    for (size_t i = 0; i < parent->keys.count; i++)
        keys[i] = *plan_raw_value(rows, i, arena);
    parent->keys.keys = keys;
    control_rows_free(rows);
    return true;
}

/* Sizes that depend on the keys read: called when all its parents have them. */
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

static bool fill_parent(struct plan_parent *parent, struct control *control, struct arena *arena,
                        struct error *error) {
    if (!read_keys(parent, control, arena, error))
        return false;
    if (parent->keys.count > 0)
        return true; /* the schema file, or another reference, has filled it */
    if (!parent->plan) {
        error_usage(error, "%s has no keys, and pgwrite fills only empty tables of its own schema",
                    parent->table->quoted);
        return error_hint(error, "put the table, or its rows, into the schema file");
    }
    plan_measure(parent->plan); /* its own parents come earlier and have their keys */
    uint64_t rows = parent->rows ? parent->rows : PARENT_ROWS;
    if (!plan_copy_rows(parent->plan, rows, control, error) ||
        !read_keys(parent, control, arena, error))
        return error_prefix(error, "filling %s, which a foreign key refers to",
                            parent->table->quoted);
    return true;
}

bool plan_seed_parents(struct plan *plan, struct control *control, struct arena *arena,
                       struct error *error) {
    for (size_t i = 0; i < plan->parent_count; i++)
        if (!fill_parent(plan->parents[i], control, arena, error))
            return false;
    plan_measure(plan);
    return true;
}
