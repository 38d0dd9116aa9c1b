#include "pg/catalog.h"

#include <stdlib.h>
#include <string.h>

#include "base/embed.h"
#include "base/strbuf.h"

/* Columns of catalog_columns.sql. */
enum {
    COL_NAME,
    COL_NUMBER,
    COL_TYPE_OID,
    COL_TYPNAME,
    COL_TYPTYPE,
    COL_TYPMOD,
    COL_TYPE_SHOWN,
    COL_NOT_NULL,
    COL_IDENTITY,
    COL_GENERATED,
    COL_DEFAULT,
    COL_ELEMENT_OID,
    COL_ELEMENT_TYPNAME,
    COL_ELEMENT_TYPTYPE,
    COL_ELEMENT_SHOWN,
    COL_FK_SCHEMA,
    COL_FK_TABLE,
    COL_FK_COLUMN,
    COL_DOMAIN_DEFAULT,
    COL_ARRAY_OID,
};

enum { VARHDRSZ = 4 }; /* typmods of text and numeric types count the header */

/* The texts of a query's only column, in its order. */
static bool read_texts(struct control *control, const char *sql, struct control_arg arg,
                       struct arena *arena, const char ***texts, size_t *count,
                       struct error *error) {
    struct control_rows *rows;
    if (!control_query(control, sql, CONTROL_ARGS(arg), &rows, error))
        return false;
    *count = control_rows_count(rows);
    *texts = ARENA_ARRAY(arena, const char *, *count);
    for (size_t i = 0; i < *count; i++)
        (*texts)[i] = arena_strdup(arena, control_text(rows, i, 0));
    control_rows_free(rows);
    return true;
}

static bool read_labels(struct control *control, struct arena *arena, struct pg_type *type,
                        struct error *error) {
    const char **labels;
    if (!read_texts(control,
                    "SELECT enumlabel::text FROM pg_catalog.pg_enum WHERE enumtypid = $1::oid "
                    "ORDER BY enumsortorder",
                    ARG_INT8(type->oid), arena, &labels, &type->label_count, error))
        return false;
    type->labels = labels;
    return true;
}

static bool make_type(struct control *control, struct arena *arena, int64_t oid,
                      const char *typname, const char *typtype, int64_t typmod, const char *shown,
                      struct pg_type **out, struct error *error) {
    struct pg_type *type = ARENA_NEW(arena, struct pg_type);
    *out = type;
    type->oid = (uint32_t)oid;
    type->name = arena_strdup(arena, shown);
    type->class = *typtype == 'e' ? PG_ENUM : *typtype == 'b' ? pg_class_of(typname) : PG_OTHER;
    type->is_cidr = strcmp(typname, "cidr") == 0;
    if (type->class == PG_TEXT && typmod > VARHDRSZ)
        type->length = (int)typmod - VARHDRSZ;
    if (strcmp(typname, "name") == 0)
        type->length = 63;
    if (type->class == PG_NUMERIC && typmod >= VARHDRSZ) {
        type->precision = (int)((typmod - VARHDRSZ) >> 16) & 0xffff;
        /* 11 bits, signed since PostgreSQL 15 */
        type->scale = (((int)(typmod - VARHDRSZ) & 0x7ff) ^ 1024) - 1024;
    }
    return type->class != PG_ENUM || read_labels(control, arena, type, error);
}

static bool make_column_type(struct control *control, struct arena *arena,
                             const struct control_rows *rows, size_t i,
                             struct catalog_column *column, struct error *error) {
    struct pg_type *type;
    if (!make_type(control, arena, control_int8(rows, i, COL_TYPE_OID),
                   control_text(rows, i, COL_TYPNAME), control_text(rows, i, COL_TYPTYPE),
                   control_int8(rows, i, COL_TYPMOD), control_text(rows, i, COL_TYPE_SHOWN), &type,
                   error))
        return false;
    int64_t element_oid = control_int8(rows, i, COL_ELEMENT_OID);
    if (element_oid != 0) {
        struct pg_type *element;
        if (!make_type(control, arena, element_oid, control_text(rows, i, COL_ELEMENT_TYPNAME),
                       control_text(rows, i, COL_ELEMENT_TYPTYPE),
                       control_int8(rows, i, COL_TYPMOD), control_text(rows, i, COL_ELEMENT_SHOWN),
                       &element, error))
            return false;
        type->class = PG_ARRAY;
        type->element = element;
    }
    column->array_oid = (uint32_t)control_int8(rows, i, COL_ARRAY_OID);
    column->type = type;
    return true;
}

/* Whether an expression gives other values in every run. Only these functions are looked for; an
 * expression of the user's own functions counts as fixed, which only matters to content hashes. */
static bool reads_clock(const char *expression) {
    static const char *const names[] = {
        "now()",    "CURRENT_",      "LOCALTIME", "clock_timestamp",     "random_uuid",
        "random()", "uuid_generate", "uuidv7",    "statement_timestamp", "transaction_timestamp"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strstr(expression, names[i]))
            return true;
    return false;
}

static bool read_column(struct control *control, struct arena *arena,
                        const struct control_rows *rows, size_t i, struct catalog_column *column,
                        struct error *error) {
    column->name = arena_strdup(arena, control_text(rows, i, COL_NAME));
    column->number = (int)control_int8(rows, i, COL_NUMBER);
    column->not_null = control_bool(rows, i, COL_NOT_NULL);
    const char *expression = control_text(rows, i, COL_DEFAULT);
    column->server_clock = reads_clock(expression);
    const char *identity = control_text(rows, i, COL_IDENTITY);
    column->identity_always = *identity == 'a';
    if (*control_text(rows, i, COL_GENERATED))
        column->filled = FILLED_GENERATED;
    else if (*identity)
        column->filled = FILLED_IDENTITY;
    else if (*expression || control_bool(rows, i, COL_DOMAIN_DEFAULT))
        column->filled = FILLED_DEFAULT;
    if (*control_text(rows, i, COL_FK_TABLE)) {
        column->fk_schema_name = arena_strdup(arena, control_text(rows, i, COL_FK_SCHEMA));
        column->fk_table_name = arena_strdup(arena, control_text(rows, i, COL_FK_TABLE));
        column->fk_column = arena_strdup(arena, control_text(rows, i, COL_FK_COLUMN));
    }
    return make_column_type(control, arena, rows, i, column, error);
}

static bool read_columns(struct control *control, struct arena *arena, struct catalog_table *table,
                         struct error *error) {
    struct control_rows *rows;
    if (!control_query(control, embedded_text("src/pg/catalog_columns.sql"),
                       CONTROL_ARGS(ARG_INT8(table->oid)), &rows, error))
        return false;
    table->column_count = control_rows_count(rows);
    table->columns = ARENA_ARRAY(arena, struct catalog_column, table->column_count);
    bool ok = true;
    for (size_t i = 0; ok && i < table->column_count; i++)
        ok = read_column(control, arena, rows, i, &table->columns[i], error);
    control_rows_free(rows);
    return ok;
}

static void parse_numbers(const char *text, struct arena *arena, struct catalog_key *key) {
    key->numbers = ARENA_ARRAY(arena, int, strlen(text) / 2 + 1);
    for (char *end; *text; text = end) {
        key->numbers[key->count++] = (int)strtol(text, &end, 10);
        if (end == text)
            panic("not a list of numbers: %s", text);
    }
}

/* Keys by a query whose columns are name, primary and the numbers of the table's columns. */
static bool read_keys(struct control *control, const char *sql, int64_t table_oid,
                      struct arena *arena, struct catalog_key **keys, size_t *count,
                      struct error *error) {
    struct control_rows *rows;
    if (!control_query(control, sql, CONTROL_ARGS(ARG_INT8(table_oid)), &rows, error))
        return false;
    *count = control_rows_count(rows);
    *keys = ARENA_ARRAY(arena, struct catalog_key, *count);
    for (size_t i = 0; i < *count; i++) {
        struct catalog_key *key = &(*keys)[i];
        key->name = arena_strdup(arena, control_text(rows, i, 0));
        key->primary = control_bool(rows, i, 1);
        parse_numbers(control_text(rows, i, 2), arena, key);
    }
    control_rows_free(rows);
    return true;
}

static bool read_all_keys(struct control *control, struct arena *arena, struct catalog_table *table,
                          struct error *error) {
    return read_keys(control, embedded_text("src/pg/catalog_keys.sql"), table->oid, arena,
                     &table->keys, &table->key_count, error) &&
           read_keys(control,
                     "SELECT conname::text, false, pg_catalog.array_to_string(conkey, ' ')::text "
                     "FROM pg_catalog.pg_constraint WHERE conrelid = $1::oid AND contype = 'f' "
                     "AND pg_catalog.cardinality(conkey) > 1 ORDER BY oid",
                     table->oid, arena, &table->composite_fks, &table->composite_fk_count, error);
}

bool catalog_describe(struct control *control, const char *schema, const char *table_name,
                      struct arena *arena, struct catalog_table *out, struct error *error) {
    *out = (struct catalog_table){0};
    struct control_rows *rows;
    if (!control_query(control,
                       "SELECT c.oid::int8 FROM pg_catalog.pg_class c "
                       "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
                       "WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p')",
                       CONTROL_ARGS(ARG_TEXT(schema), ARG_TEXT(table_name)), &rows, error))
        return false;
    bool found = control_rows_count(rows) == 1;
    if (found)
        out->oid = control_int8(rows, 0, 0);
    control_rows_free(rows);
    if (!found)
        return error_usage(error, "there is no table \"%s\" in schema \"%s\"", table_name, schema);
    out->schema = arena_strdup(arena, schema);
    out->name = arena_strdup(arena, table_name);
    struct strbuf quoted = STRBUF_INIT;
    strbuf_add_ident(&quoted, schema);
    strbuf_add_char(&quoted, '.');
    strbuf_add_ident(&quoted, table_name);
    out->quoted = arena_strdup(arena, quoted.text);
    strbuf_release(&quoted);
    return read_columns(control, arena, out, error) && read_all_keys(control, arena, out, error);
}

const char *catalog_type_shown(const struct catalog_table *table, const struct pg_type *type) {
    size_t length = strlen(table->schema);
    bool own = strncmp(type->name, table->schema, length) == 0 && type->name[length] == '.';
    return own ? type->name + length + 1 : type->name;
}

bool catalog_tables(struct control *control, const char *schema, struct arena *arena,
                    const char ***names, size_t *count, struct error *error) {
    return read_texts(control,
                      "SELECT c.relname::text FROM pg_catalog.pg_class c "
                      "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
                      "WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND NOT c.relispartition "
                      "ORDER BY c.oid",
                      ARG_TEXT(schema), arena, names, count, error);
}
