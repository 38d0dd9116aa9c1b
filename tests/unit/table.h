/* For tests of columns that belong together: the columns of a workload file as a table, without a
 * server. Include it after cmocka.h. */
#ifndef PGWRITE_TESTS_TABLE_H
#define PGWRITE_TESTS_TABLE_H

#include "column.h"
#include "row/siblings.h"
#include "workload/parse.h"

#define TABLE_COLUMNS_MAX 16

struct table {
    struct arena arena;
    struct workload workload;
    struct column_generator columns[TABLE_COLUMNS_MAX];
    struct sibling siblings[TABLE_COLUMNS_MAX];
    size_t count;
    struct scratch scratch;
};

/* not_null: the name of a column that is, or NULL. The lines are those below `columns:`, the first
 * in line 3 of w.yaml. */
static inline bool table_try(struct table *table, const char *lines, uint64_t seed,
                             const char *not_null, struct error *error) {
    static const char *const no_settings[] = {NULL};
    *table = (struct table){0};
    struct place schema_at;
    char *text = mem_printf("schema: s.sql\ncolumns:\n%s", lines);
    bool ok = workload_parse(text, strlen(text), "w.yaml", no_settings, &table->arena,
                             &table->workload, &schema_at, error);
    free(text);
    size_t bytes = 64;
    for (size_t i = 0; ok && i < table->workload.column_count; i++) {
        const struct workload_column *column = &table->workload.columns[i];
        assert_true(i < TABLE_COLUMNS_MAX);
        table->siblings[i] = (struct sibling){.name = column->name};
        if (column->use_default)
            continue;
        ok = generator_compile(column->generator, &column->args, &table->arena, &table->columns[i],
                               error);
        table->columns[i].key = rng_key(seed, column->name);
        table->siblings[i] =
            (struct sibling){.name = column->name,
                             .generator = &table->columns[i],
                             .args = &column->args,
                             .not_null = not_null && strcmp(not_null, column->name) == 0};
        if (ok && generator_max_bytes(&table->columns[i]) > bytes)
            bytes = generator_max_bytes(&table->columns[i]);
    }
    scratch_init(&table->scratch, bytes);
    struct siblings siblings = {seed, table->siblings, table->workload.column_count};
    return ok && siblings_resolve(&siblings, error);
}

static inline void table_release(struct table *table) {
    scratch_release(&table->scratch);
    arena_release(&table->arena);
}

static inline void table_init(struct table *table, const char *lines, uint64_t seed) {
    struct error error = {0};
    if (!table_try(table, lines, seed, NULL, &error))
        fail_msg("%s: %s", error.where, error.what);
}

/* A column by its name. */
static inline const struct column_generator *table_column(struct table *table, const char *name) {
    struct siblings siblings = {0, table->siblings, table->workload.column_count};
    size_t i = siblings_find(&siblings, name);
    if (i == SIZE_MAX)
        fail_msg("there is no column %s", name);
    return &table->columns[i];
}

static inline struct value table_draw(struct table *table, const char *name, uint64_t row,
                                      uint64_t first) {
    struct value value;
    scratch_reset(&table->scratch);
    column_draw_at(table_column(table, name), row, first, &table->scratch, &value);
    return value;
}

/* A number or a boolean as a double; NAN: NULL. */
static inline double table_number(struct table *table, const char *name, uint64_t row,
                                  uint64_t first) {
    struct value value = table_draw(table, name, row, first);
    switch (value.kind) {
    case VALUE_NULL:
        return NAN;
    case VALUE_INT:
        return (double)value.as.integer;
    case VALUE_DECIMAL:
        return (double)value.as.decimal.unscaled / pow(10, value.as.decimal.scale);
    case VALUE_BOOL:
        return value.as.boolean;
    case VALUE_FLOAT:
        return value.as.real;
    default:
        fail_msg("column %s gives values of kind %d", name, (int)value.kind);
        return NAN;
    }
}

/* Text of one value; valid until the next call. */
static inline const char *table_text(struct table *table, const char *name, uint64_t row,
                                     uint64_t first) {
    static char text[64];
    struct strbuf buf = STRBUF_INIT;
    struct value value = table_draw(table, name, row, first);
    show(&buf, &value);
    snprintf(text, sizeof text, "%s", buf.text);
    strbuf_release(&buf);
    return text;
}

struct table_wrong {
    const char *lines; /* of the columns */
    const char *where; /* line and column in w.yaml */
    const char *what;  /* the whole message */
    const char *hint;  /* a part of the hint */
};

/* Each must be refused. A column "strict" is NOT NULL. */
static inline void table_all_wrong(const struct table_wrong *wrongs, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const struct table_wrong *wrong = &wrongs[i];
        struct table table;
        struct error error = {0};
        if (table_try(&table, wrong->lines, 1, "strict", &error))
            fail_msg("%s is taken", wrong->lines);
        char where[64];
        snprintf(where, sizeof where, "w.yaml:%s", wrong->where);
        assert_int_equal(error.exit_code, EXIT_USAGE);
        assert_string_equal(error.what, wrong->what);
        assert_string_equal(error.where, where);
        assert_true(error.line[0] != '\0');
        if (!strstr(error.hint, wrong->hint))
            fail_msg("%s: \"%s\" is not in the hint \"%s\"", wrong->lines, wrong->hint, error.hint);
        table_release(&table);
    }
}

#endif
