#include "workload/plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "base/units.h"
#include "row/args.h"
#include "row/ref.h"
#include "row/siblings.h"
#include "workload/plan_default.h"
#include "workload/plan_parent.h"

/* While a plan is being built. */
struct builder {
    const struct workload *workload; /* or NULL */
    const struct catalog_table *table;
    uint64_t seed;
    struct control *control;
    struct arena *arena;
    struct plan *plan;
    const char *const *given; /* columns whose values come from elsewhere */
    size_t given_count;
    const struct plan_chain *chain; /* this table, and those whose parents are being planned */
};

static const struct workload_column *named(const struct builder *b, const char *column) {
    for (size_t i = 0; b->workload && i < b->workload->column_count; i++)
        if (strcmp(b->workload->columns[i].name, column) == 0)
            return &b->workload->columns[i];
    return NULL;
}

bool plan_check_column(const struct catalog_table *table, const char *name, struct arena *arena,
                       struct error *error) {
    const char **names = ARENA_ARRAY(arena, const char *, table->column_count);
    for (size_t i = 0; i < table->column_count; i++) {
        names[i] = table->columns[i].name;
        if (strcmp(names[i], name) == 0)
            return true;
    }
    error_usage(error, "table \"%s\" has no column \"%s\"", table->name, name);
    const char *near = units_nearest(name, names, table->column_count);
    return near && error_hint(error, "did you mean \"%s\"?", near);
}

/* Every column that the workload names must exist. */
static bool check_names(const struct builder *b, struct error *error) {
    for (size_t i = 0; b->workload && i < b->workload->column_count; i++) {
        const struct workload_column *column = &b->workload->columns[i];
        if (!plan_check_column(b->table, column->name, b->arena, error))
            return place_add(&column->at, error);
    }
    return true;
}

/* For an error in planning a parent, whose name the user may not expect; in its columns the
 * workload has no say. */
static bool explain_parent(const struct builder *b, struct error *error) {
    if (!b->chain->next)
        return false;
    error_prefix(error, "table \"%s\", to which \"%s\" refers", b->table->name,
                 b->chain->next->table->name);
    return error_hint(error, "give the column a DEFAULT in the schema file, or put the rows of the "
                             "table there: one that has rows is left as it is");
}

static bool is_given(const struct builder *b, const char *column) {
    for (size_t i = 0; i < b->given_count; i++)
        if (strcmp(b->given[i], column) == 0)
            return true;
    return false;
}

static bool written(const struct builder *b, const struct catalog_column *column) {
    if (is_given(b, column->name))
        return column->filled != FILLED_GENERATED;
    const struct workload_column *by_name = named(b, column->name);
    if (by_name)
        return !by_name->use_default;
    return column->filled == FILLED_NULL;
}

static const struct catalog_column *column_numbered(const struct catalog_table *table, int number) {
    for (size_t i = 0; i < table->column_count; i++)
        if (table->columns[i].number == number)
            return &table->columns[i];
    return NULL;
}

/* A foreign key of several columns is the workload's author's business: one of its columns must be
 * named there, unless the server fills them all. */
static bool check_composite_fks(const struct builder *b, struct error *error) {
    for (size_t i = 0; i < b->table->composite_fk_count; i++) {
        const struct catalog_key *key = &b->table->composite_fks[i];
        bool any_named = false, any_written = false;
        for (size_t k = 0; k < key->count; k++) {
            const struct catalog_column *column = column_numbered(b->table, key->numbers[k]);
            any_named |= named(b, column->name) || is_given(b, column->name);
            any_written |= written(b, column);
        }
        if (any_named || !any_written)
            continue;
        error_usage(error,
                    "table \"%s\": pgwrite can't fill the foreign key \"%s\" of several columns",
                    b->table->name, key->name);
        return b->workload
                   ? error_hint(error, "name its columns in the workload, or drop it in the schema "
                                       "file")
                   : error_hint(error, "drop it in the schema file");
    }
    return true;
}

/* Whether nothing has to be done for a key: the server, or the workload's author, makes it
 * distinct, or one of its columns is distinct for another key's sake. */
static bool key_is_distinct(const struct builder *b, const struct catalog_key *key,
                            const bool *distinct) {
    for (size_t k = 0; k < key->count; k++) {
        const struct catalog_column *column = column_numbered(b->table, key->numbers[k]);
        if (!column || named(b, column->name) || is_given(b, column->name) ||
            column->filled == FILLED_IDENTITY ||
            (column->filled == FILLED_DEFAULT && key->count == 1) ||
            column->filled == FILLED_GENERATED || distinct[column - b->table->columns])
            return true;
    }
    return false;
}

/* Chooses a column of each key that must differ in every row: the last that can, rather no
 * reference. */
static bool choose_distinct(const struct builder *b, bool *distinct, struct error *error) {
    for (size_t pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < b->table->key_count; i++) {
            const struct catalog_key *key = &b->table->keys[i];
            if ((key->count == 1) != (pass == 0) || key_is_distinct(b, key, distinct))
                continue;
            const struct catalog_column *best = NULL;
            for (size_t k = 0; k < key->count; k++) {
                const struct catalog_column *column = column_numbered(b->table, key->numbers[k]);
                bool can = column->fk_column || plan_can_be_distinct(column->type);
                if (column->filled == FILLED_NULL && can && (!best || !column->fk_column))
                    best = column;
            }
            if (!best)
                best = column_numbered(b->table, key->numbers[key->count - 1]);
            if (best->filled != FILLED_NULL) {
                error_usage(error, "pgwrite can't make the key \"%s\" distinct", key->name);
                explain_parent(b, error);
                return error_hint(error,
                                  "name one of its columns in the workload with `gen: serial`");
            }
            distinct[best - b->table->columns] = true;
        }
    return true;
}

/* The type of a literal is the server's business: each is given to the type's input function once,
 * and what it made of it is sent ever after. */
static bool resolve_literals(const struct builder *b, struct plan_column *column,
                             const struct workload_column *from, struct error *error) {
    size_t count;
    struct value *values = column->generator.generator->literals(column->generator.spec, &count);
    char *sql =
        mem_printf("SELECT v, v::text FROM (SELECT $1::text::%s AS v) s", column->type->name);
    bool ok = true;
    for (size_t i = 0; ok && i < count; i++) {
        char *text = arena_strndup(b->arena, values[i].as.bytes.data, values[i].as.bytes.length);
        struct control_rows *rows;
        ok = control_query_one(b->control, sql, CONTROL_ARGS(ARG_TEXT(text)), &rows, error);
        if (!ok) {
            error->exit_code = EXIT_USAGE;
            error_prefix(error, "column \"%s\", value \"%s\"", column->name, text);
            break;
        }
        struct raw_value *raw = plan_raw_value(rows, 0, b->arena);
        values[i] = (struct value){.kind = VALUE_RAW, .as.raw = raw};
        size_t bytes =
            raw->binary_length > raw->text_length ? raw->binary_length : raw->text_length;
        if (bytes > column->max_bytes)
            column->max_bytes = bytes;
        control_rows_free(rows);
    }
    free(sql);
    return ok || (from && place_add(&from->at, error));
}

static bool check_fit(const struct builder *b, struct plan_column *column,
                      const struct workload_column *from, struct error *error) {
    const struct generator *generator = column->generator.generator;
    enum value_kind kind = generator->kind(column->generator.spec);
    column->max_bytes = pg_type_max_bytes(column->type, generator_max_bytes(&column->generator));
    /* Where all are NULL, as in a reference to the column's own table, no value is ever drawn. */
    if (pg_type_accepts(column->type, kind) || column->generator.null_share >= 1)
        return true;
    if (kind == VALUE_TEXT && generator->literals)
        return resolve_literals(b, column, from, error);
    error_usage(error, "column \"%s\": generator \"%s\" makes no values for type %s", column->name,
                generator->name, column->type->name);
    error_hint(error, "leave `gen` out to get one that fits, or see `pgwrite list generators`");
    return from && place_add(&from->at, error);
}

/* All NULL, never drawn. */
static bool make_nothing(struct builder *b, struct plan_column *column, struct error *error) {
    const char *const pairs[] = {"value", "-", NULL};
    if (!generator_make("const", pairs, b->arena, &column->generator, error))
        return false;
    column->generator.null_share = 1;
    return true;
}

/* A foreign key's column, or one with `gen: ref`. */
static bool make_reference(struct builder *b, struct plan_column *column, const char *schema,
                           const char *table, const char *key, uint64_t rows, enum ref_pick pick,
                           struct error *error) {
    if (strcmp(schema, b->table->schema) == 0 && strcmp(table, b->table->name) == 0) {
        if (column->catalog->not_null) {
            error_usage(error,
                        "column \"%s\" refers to its own table and is NOT NULL: no first row could "
                        "be written",
                        column->name);
            return explain_parent(b, error);
        }
        if (!make_nothing(b, column, error))
            return false;
        column->note = "refers to its own table: always NULL";
        return true;
    }
    struct plan_parent *parent;
    if (!plan_parent_add(schema, table, key, column->type->name, rows, b->seed, b->control,
                         b->chain, b->arena, &parent, error))
        return false;
    generator_make_ref(&parent->keys, pick, b->arena, &column->generator);
    column->generator.null_share = column->catalog->not_null || pick == REF_DISTINCT ? 0 : 0.10;
    column->note = arena_printf(b->arena, "%s(%s)%s", table, parent->key_column,
                                pick == REF_DISTINCT ? ", distinct" : "");
    return true;
}

static bool hint_column(const char *column, struct error *error) {
    return error_hint(
        error,
        "name it in the workload: `%s: {gen: choice, of: ['…', '…']}` takes any value "
        "that the type's input accepts, `%s: default` leaves the column out",
        column, column);
}

static bool make_generator(struct builder *b, struct plan_column *column, bool distinct,
                           struct error *error) {
    const struct workload_column *from = named(b, column->name);
    const struct catalog_column *catalog = column->catalog;
    column->from = "catalog";
    column->note = distinct ? "distinct" : "";
    bool ok;
    if (is_given(b, column->name)) {
        column->from = "workload";
        column->note = "from the transaction";
        column->given = true;
        return make_nothing(b, column, error);
    }
    if (from && from->generator) {
        column->from = "workload";
        ok = generator_compile(from->generator, &from->args, b->arena, &column->generator, error);
        if (ok && strcmp(from->generator->name, "ref") == 0) {
            const struct ref_spec *ref = column->generator.spec;
            double null_share = column->generator.null_share;
            bool per_commit = column->generator.per_commit;
            ok = make_reference(b, column, b->table->schema, ref->table, ref->column, ref->rows,
                                ref->pick, error) ||
                 place_add(&from->at, error);
            if (column->generator.null_share < 1)
                column->generator.null_share = null_share;
            column->generator.per_commit = per_commit;
        }
    } else if (catalog->fk_column) {
        column->from = "foreign key";
        ok = make_reference(b, column, catalog->fk_schema_name, catalog->fk_table_name,
                            catalog->fk_column, 0, distinct ? REF_DISTINCT : REF_UNIFORM, error);
    } else {
        ok = plan_default(catalog, distinct, b->arena, &column->generator, error) ||
             explain_parent(b, error) || hint_column(column->name, error);
    }
    if (ok && from && !from->generator) {
        double null_share;
        ok = args_share(&from->args, "null", "0", &null_share, error);
        /* A reference to the column's own table stays NULL. */
        if (ok && column->generator.null_share < 1)
            column->generator.null_share = null_share;
    }
    if (ok && catalog->not_null && column->generator.null_share > 0) {
        error_usage(error, "column \"%s\" is NOT NULL, and `null:` is above 0", column->name);
        ok = from && place_add(&from->at, error);
    }
    return ok;
}

/* Ties the generators to each other, now that all are there. */
static bool resolve_columns(const struct builder *b, struct error *error) {
    struct plan *plan = b->plan;
    struct siblings siblings = {.seed = b->seed};
    struct sibling *columns =
        ARENA_ARRAY(b->arena, struct sibling, plan->column_count + plan->left_out_count);
    siblings.columns = columns;
    for (size_t i = 0; i < plan->column_count; i++) {
        const struct plan_column *column = &plan->columns[i];
        const struct workload_column *from = named(b, column->name);
        columns[siblings.count++] = (struct sibling){.name = column->name,
                                                     .generator = &column->generator,
                                                     .args = from ? &from->args : NULL,
                                                     .not_null = column->catalog->not_null};
    }
    for (size_t i = 0; i < plan->left_out_count; i++)
        columns[siblings.count++] = (struct sibling){.name = plan->left_out[i]->name};
    if (!siblings_resolve(&siblings, error))
        return false;
    for (size_t i = 0; i < plan->column_count; i++)
        if (generator_by_commit(&plan->columns[i].generator))
            plan->columns[i].hashed = false;
    return true;
}

static bool add_column(struct builder *b, const struct catalog_column *catalog, bool distinct,
                       struct error *error) {
    struct plan *plan = b->plan;
    const struct workload_column *from = named(b, catalog->name);
    if (from && !from->use_default && catalog->filled == FILLED_GENERATED) {
        error_usage(error,
                    "column \"%s\" is GENERATED ALWAYS AS an expression: it can't be written",
                    catalog->name);
        return place_add(&from->at, error);
    }
    struct plan_column *column = &plan->columns[plan->column_count];
    *column =
        (struct plan_column){.catalog = catalog, .name = catalog->name, .type = catalog->type};
    struct strbuf quoted = STRBUF_INIT;
    strbuf_add_ident(&quoted, catalog->name);
    column->quoted = arena_strdup(b->arena, quoted.text);
    strbuf_release(&quoted);
    if (!make_generator(b, column, distinct, error) || !check_fit(b, column, from, error))
        return false;
    char *stream = mem_printf("%s.%s", b->table->name, catalog->name);
    column->generator.key = rng_key(b->seed, stream);
    free(stream);
    column->hashed = !column->given && strcmp(column->generator.generator->name, "now") != 0;
    plan->overriding |= catalog->filled == FILLED_IDENTITY && catalog->identity_always;
    plan->column_count++;
    return true;
}

static bool build(const struct workload *workload, const struct catalog_table *table,
                  const char *const *given, size_t given_count, uint64_t seed,
                  struct control *control, const struct plan_chain *chain, struct arena *arena,
                  struct plan **out, struct error *error) {
    struct plan *plan = ARENA_NEW(arena, struct plan);
    struct plan_chain link = {table, chain ? chain->root : plan, chain};
    struct builder b = {.workload = workload,
                        .table = table,
                        .seed = seed,
                        .control = control,
                        .arena = arena,
                        .plan = plan,
                        .given = given,
                        .given_count = given_count,
                        .chain = &link};
    plan->table = table;
    plan->columns = ARENA_ARRAY(arena, struct plan_column, table->column_count);
    plan->left_out = ARENA_ARRAY(arena, const struct catalog_column *, table->column_count);
    bool *distinct = ARENA_ARRAY(arena, bool, table->column_count);
    if (!check_names(&b, error) || !check_composite_fks(&b, error) ||
        !choose_distinct(&b, distinct, error))
        return false;
    for (size_t i = 0; i < table->column_count; i++) {
        const struct catalog_column *column = &table->columns[i];
        if (!written(&b, column))
            plan->left_out[plan->left_out_count++] = column;
        else if (!add_column(&b, column, distinct[i], error))
            return false;
    }
    if (!resolve_columns(&b, error))
        return false;
    /* A parent's rows can be all DEFAULT. */
    if (plan->column_count == 0 && !chain) {
        error_usage(error, "table \"%s\" has no column to write: all are filled by the server",
                    table->name);
        return error_hint(error, "name one in the workload");
    }
    *out = plan;
    return true;
}

bool plan_build_chained(const struct workload *workload, const struct catalog_table *table,
                        uint64_t seed, struct control *control, const struct plan_chain *chain,
                        struct arena *arena, struct plan **out, struct error *error) {
    return build(workload, table, NULL, 0, seed, control, chain, arena, out, error);
}

bool plan_build(const struct workload *workload, const struct catalog_table *table, uint64_t seed,
                struct control *control, struct arena *arena, struct plan **out,
                struct error *error) {
    return build(workload, table, NULL, 0, seed, control, NULL, arena, out, error);
}

bool plan_build_given(const struct workload *workload, const struct catalog_table *table,
                      const char *const *given, size_t given_count, uint64_t seed,
                      struct control *control, struct arena *arena, struct plan **out,
                      struct error *error) {
    return build(workload, table, given, given_count, seed, control, NULL, arena, out, error);
}

const struct plan_column *plan_column_find(const struct plan *plan, const char *name) {
    for (size_t i = 0; i < plan->column_count; i++)
        if (strcmp(plan->columns[i].name, name) == 0)
            return &plan->columns[i];
    return NULL;
}

void plan_draw_at(const struct plan_column *column, uint64_t row, uint64_t first,
                  struct scratch *scratch, struct value *value) {
    scratch_reset(scratch);
    column_draw_at(&column->generator, row, first, scratch, value);
}

void plan_draw(const struct plan_column *column, uint64_t row, struct scratch *scratch,
               struct value *value) {
    plan_draw_at(column, row, row, scratch, value);
}
