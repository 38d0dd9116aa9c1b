/* The write plan of a step: its statements' SQL and where their parameters come from. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "row/args.h"
#include "workload/reads.h"
#include "write/script_plan.h"

enum { OID_TEXT = 25, OID_FLOAT8 = 701, STATEMENTS_OF_ITS_OWN = 5, FAULT_BYTES = 64 };

bool script_key_number(struct script_builder *b, size_t table, int pick, size_t *number,
                       struct error *error) {
    struct script *script = b->script;
    for (*number = 0; *number < script->key_count; ++*number) {
        const struct script_key *key = &script->keys[*number];
        if (key->table == table && (pick < 0 || key->pick == (enum key_pick)pick))
            return true;
    }
    if (script->key_count == SCRIPT_KEYS_MAX)
        return error_usage(error, "a transaction draws the keys of more than %d rows",
                           SCRIPT_KEYS_MAX);
    script->keys[script->key_count++] =
        (struct script_key){.table = table, .pick = pick < 0 ? KEY_UNIFORM : (enum key_pick)pick};
    return true;
}

bool script_column(const struct plan *plan, const char *name, const struct plan_column **out,
                   struct error *error) {
    struct arena arena = {0};
    const struct plan_column *column = *out = plan_column_find(plan, name);
    bool exists = column || plan_check_column(plan->table, name, &arena, error);
    arena_release(&arena);
    if (!exists)
        return false;
    if (column && column->hashed)
        return true;
    error_usage(error, "the value of \"%s\" in \"%s\" can't be told: %s", name, plan->table->name,
                !column         ? "the server fills it"
                : column->given ? "it comes from another table"
                                : "it is the time at which it was written");
    return error_hint(error, "give it a generator in `columns:`, for example `%s: {gen: serial}`",
                      name);
}

bool script_insert_number(struct script_builder *b, const char *table, size_t *number,
                          struct error *error) {
    for (*number = b->plan->insert_count; *number > 0;)
        if (strcmp(b->insert_statements[--*number]->table, table) == 0)
            return true;
    error_usage(error, "the transaction does not insert into \"%s\" before", table);
    return error_hint(error, "its statements are carried out in their order");
}

static const struct workload_set *find_set(const struct workload_statement *statement,
                                           const char *column) {
    for (size_t i = 0; i < statement->set_count; i++)
        if (strcmp(statement->sets[i].column, column) == 0)
            return &statement->sets[i];
    return NULL;
}

/* The last insert into a table in front of another. */
static bool earlier_insert(const struct script_builder *b, size_t before, const char *table,
                           size_t *number) {
    for (*number = before; *number > 0;)
        if (strcmp(b->insert_statements[--*number]->table, table) == 0)
            return true;
    return false;
}

bool script_inserted(struct script_builder *b, size_t insert, const char *column,
                     struct script_param *out, struct error *error) {
    const char *through = NULL;
    const uint32_t rows = b->inserts[insert].rows;
    uint32_t cycle = rows; /* row i takes i modulo this */
    for (const struct workload_set *set;
         (set = find_set(b->insert_statements[insert], column)) != NULL;) {
        through = set->column;
        column = set->from_column;
        if (!earlier_insert(b, insert, set->table, &insert)) {
            error_usage(error, "column \"%s\": the transaction does not insert into \"%s\" before",
                        set->column, set->table);
            error_hint(error, "its statements are carried out in their order");
            return place_add(&set->at, error);
        }
        /* (i mod cycle) mod rows has to be i mod rows. */
        uint32_t from_rows = b->inserts[insert].rows;
        if (rows > cycle && cycle % from_rows != 0) {
            error_usage(error,
                        "column \"%s\": it can't be told which of %u rows belongs to which "
                        "of %u, by way of %u",
                        set->column, from_rows, rows, cycle);
            return place_add(&set->at, error);
        }
        cycle = from_rows;
    }
    const struct plan_column *from;
    if (!script_column(b->mix->tables[b->inserts[insert].table].plan, column, &from, error))
        return through && error_prefix(error, "column \"%s\"", through);
    *out = (struct script_param){.source = PARAM_INSERT,
                                 .at = insert,
                                 .type = from->type,
                                 .generator = from->generator,
                                 .max_bytes = from->max_bytes};
    return true;
}

/* Adds the SQL of a statement to those of the plan. */
static size_t add_sql(struct script_builder *b, const char *sql, const uint32_t *oids,
                      size_t count) {
    struct write_plan *plan = b->plan;
    size_t number = plan->statement_count++;
    plan->statements[number] =
        (struct write_statement){.name = arena_printf(b->arena, "%s%zu", plan->prefix, number),
                                 .sql = arena_strdup(b->arena, sql),
                                 .param_count = (int)count,
                                 .type_oids = oids};
    plan->backend_bytes += count * WRITE_PARAM_BACKEND_BYTES;
    return number;
}

/* A statement whose parameters are known. */
static bool end_statement(struct script_builder *b, struct script_statement *statement,
                          const char *sql, struct error *error) {
    struct write_plan *plan = b->plan;
    size_t count = statement->param_count * statement->rows, bytes = 0;
    if (count > WRITE_PARAMS_MAX) {
        error_usage(error, "%u rows have %zu parameters, and a statement takes %d", statement->rows,
                    count, WRITE_PARAMS_MAX);
        return error_hint(error, "the most that fits %zu columns is %zu rows",
                          statement->param_count, WRITE_PARAMS_MAX / statement->param_count);
    }
    uint32_t *oids = ARENA_ARRAY(b->arena, uint32_t, count);
    for (size_t i = 0; i < count; i++) {
        const struct script_param *param = &statement->params[i % statement->param_count];
        size_t drawn = generator_max_bytes(&param->generator) + 64;
        oids[i] = param->type->oid;
        bytes += param->max_bytes;
        plan->scratch_bytes = drawn > plan->scratch_bytes ? drawn : plan->scratch_bytes;
    }
    plan->data_bytes = bytes > plan->data_bytes ? bytes : plan->data_bytes;
    plan->params_max = (int)count > plan->params_max ? (int)count : plan->params_max;
    statement->type_oids = oids;
    statement->number = add_sql(b, sql, oids, count);
    return true;
}

/* One parameter for each column that the insert writes: those of the table's plan, then those that
 * only `set:` names. names: NULL-terminated. */
static bool insert_columns(struct script_builder *b, const struct workload_statement *from,
                           struct script_statement *to, const char **names, bool *overriding,
                           struct error *error) {
    const struct mix_table *table = &b->mix->tables[b->inserts[to->insert].table];
    const struct catalog_table *catalog = table->plan->table;
    *overriding = table->plan->overriding;
    for (size_t i = 0; i < table->plan->column_count; i++) {
        const struct plan_column *column = &table->plan->columns[i];
        struct script_param *param = &to->params[to->param_count];
        names[to->param_count++] = column->name;
        *param = (struct script_param){.source = PARAM_INSERT,
                                       .at = to->insert,
                                       .type = column->type,
                                       .generator = column->generator,
                                       .max_bytes = column->max_bytes};
        if (find_set(from, column->name) &&
            !script_inserted(b, to->insert, column->name, param, error))
            return false;
        if (table->keyed && i == table->key_column && find_set(from, column->name)) {
            error_usage(error,
                        "\"%s\" is the key by which rows of \"%s\" are found again: it can't come "
                        "from another table",
                        column->name, table->name);
            return place_add(&find_set(from, column->name)->at, error);
        }
    }
    for (size_t i = 0; i < from->set_count; i++) {
        const char *name = from->sets[i].column;
        if (!plan_check_column(catalog, name, b->arena, error))
            return place_add(&from->sets[i].at, error);
        if (plan_column_find(table->plan, name))
            continue;
        for (size_t k = 0; k < catalog->column_count; k++)
            *overriding |= strcmp(catalog->columns[k].name, name) == 0 &&
                           catalog->columns[k].filled == FILLED_IDENTITY &&
                           catalog->columns[k].identity_always;
        names[to->param_count] = name;
        if (!script_inserted(b, to->insert, name, &to->params[to->param_count++], error))
            return false;
    }
    return true;
}

static bool build_insert(struct script_builder *b, const struct workload_statement *from,
                         struct script_statement *to, struct strbuf *sql, struct error *error) {
    size_t table = mix_find(b->mix, from->table), columns;
    const struct plan *plan = b->mix->tables[table].plan;
    to->insert = b->plan->insert_count;
    to->rows = from->rows ? from->rows : 1;
    to->skips = from->on_conflict == CONFLICT_NOTHING;
    b->plan->skips |= to->skips;
    b->insert_statements[to->insert] = from;
    b->inserts[to->insert] = (struct write_insert){table, to->rows};
    columns = plan->column_count + from->set_count;
    to->params = ARENA_ARRAY(b->arena, struct script_param, columns);
    const char **names = ARENA_ARRAY(b->arena, const char *, columns);
    bool overriding;
    if (!insert_columns(b, from, to, names, &overriding, error))
        return false;
    b->plan->insert_count++;
    strbuf_printf(sql, "INSERT INTO %s (", plan->table->quoted);
    for (size_t i = 0; i < to->param_count; i++) {
        strbuf_add(sql, i ? ", " : "");
        strbuf_add_ident(sql, names[i]);
    }
    strbuf_add(sql, overriding ? ") OVERRIDING SYSTEM VALUE VALUES " : ") VALUES ");
    for (uint32_t row = 0; row < to->rows; row++) {
        strbuf_add(sql, row ? "," : "");
        sql_params(sql, (int)(row * to->param_count) + 1, to->param_count);
    }
    struct conflict conflict = {from->on_conflict, from->conflict_columns,
                                from->conflict_column_count};
    return sql_conflict(sql, &conflict, plan->table, names, to->param_count, b->arena, error);
}

/* `WHERE key = $n`, of the row that update, delete or select is about. */
static bool add_key(struct script_builder *b, const struct workload_statement *from,
                    struct script_statement *to, struct strbuf *sql, struct error *error) {
    size_t number = mix_find(b->mix, from->table);
    const struct mix_table *table = &b->mix->tables[number];
    const struct plan_column *column = &table->plan->columns[table->key_column];
    int pick = from->keys == KEY_UNIFORM ? -1 : (int)from->keys;
    if (!script_key_number(b, number, pick, &to->key, error))
        return false;
    to->params[to->param_count++] = (struct script_param){.source = PARAM_KEY,
                                                          .at = to->key,
                                                          .type = column->type,
                                                          .generator = column->generator,
                                                          .max_bytes = column->max_bytes};
    strbuf_printf(sql, " WHERE %s = $%zu", column->quoted, to->param_count);
    return true;
}

static bool add_new_value(struct script_builder *b, const struct mix_table *table,
                          const struct workload_set *set, struct script_statement *to,
                          struct strbuf *sql, struct error *error) {
    const struct plan_column *column = plan_column_find(table->plan, set->column);
    if (!column && !plan_check_column(table->plan->table, set->column, b->arena, error))
        return place_add(&set->at, error);
    if (!column || column->given) {
        error_usage(error, "column \"%s\" of \"%s\" has no generator to draw a new value from",
                    set->column, table->name);
        error_hint(error, "give it one in `columns:`");
        return place_add(&set->at, error);
    }
    if (column == &table->plan->columns[table->key_column]) {
        error_usage(error, "\"%s\" is the key by which rows of \"%s\" are found: it has to stay",
                    set->column, table->name);
        return place_add(&set->at, error);
    }
    struct script_param *param = &to->params[to->param_count++];
    *param = (struct script_param){.source = PARAM_OWN,
                                   .type = column->type,
                                   .generator = column->generator,
                                   .max_bytes = column->max_bytes};
    char *stream = mem_printf("update %s.%s", table->name, column->name);
    param->generator.key = rng_key(b->seed, stream);
    free(stream);
    strbuf_printf(sql, "%s%s = $%zu", to->param_count > 1 ? ", " : " SET ", column->quoted,
                  to->param_count);
    return true;
}

static bool build_keyed(struct script_builder *b, const struct workload_statement *from,
                        struct script_statement *to, struct strbuf *sql, struct error *error) {
    const struct mix_table *table = &b->mix->tables[mix_find(b->mix, from->table)];
    const struct catalog_table *catalog = table->plan->table;
    to->params = ARENA_ARRAY(b->arena, struct script_param, from->set_count + 1);
    if (from->kind == STATEMENT_SELECT) {
        strbuf_add(sql, "SELECT ");
        for (size_t i = 0; i < catalog->column_count; i++) {
            strbuf_add(sql, i ? ", " : "");
            strbuf_add_ident(sql, catalog->columns[i].name);
        }
        strbuf_printf(sql, " FROM %s", catalog->quoted);
    } else {
        strbuf_printf(sql, "%s %s", from->kind == STATEMENT_UPDATE ? "UPDATE" : "DELETE FROM",
                      catalog->quoted);
    }
    for (size_t i = 0; from->kind == STATEMENT_UPDATE && i < from->set_count; i++)
        if (!add_new_value(b, table, &from->sets[i], to, sql, error))
            return false;
    if (!add_key(b, from, to, sql, error))
        return false;
    b->script->keys[to->key].deleted |= from->kind == STATEMENT_DELETE;
    return true;
}

static bool build_sql(struct script_builder *b, const struct workload_statement *from,
                      struct script_statement *to, struct strbuf *sql, struct error *error) {
    if (sql_begins_with(from->sql, " BEGIN START COMMIT END ROLLBACK ABORT ")) {
        error_usage(error, "a step begins and ends its transaction by itself");
        return error_hint(error, "put its statements below `transaction:`");
    }
    if (sql_begins_with(from->sql, " COPY ")) {
        error_usage(error, "COPY can't be among the statements of a step");
        return error_hint(error, "use `insert: …, path: copy-binary`");
    }
    return script_parse(b, from->sql, sql, to, error);
}

static bool build_statement(struct script_builder *b, const struct workload_statement *from,
                            struct script_statement *to, struct error *error) {
    *to = (struct script_statement){.kind = from->kind,
                                    .at = from->at,
                                    .rows = 1,
                                    .pause_min_ns = from->pause_min_ns,
                                    .pause_max_ns = from->pause_max_ns};
    if (from->kind == STATEMENT_PAUSE)
        return true;
    struct strbuf sql = STRBUF_INIT;
    bool ok = from->kind == STATEMENT_INSERT ? build_insert(b, from, to, &sql, error)
              : from->kind == STATEMENT_SQL  ? build_sql(b, from, to, &sql, error)
                                             : build_keyed(b, from, to, &sql, error);
    ok = ok && end_statement(b, to, sql.text, error);
    strbuf_release(&sql);
    b->plan->reads &= workload_statement_reads(from);
    b->plan->round_trips++;
    return ok;
}

/* BEGIN and what else the transaction has beside the step's own statements. */
static void add_frame(struct script_builder *b, bool faults) {
    static const uint32_t text[] = {OID_TEXT}, float8[] = {OID_FLOAT8};
    struct script *script = b->script;
    if (script->transaction)
        b->plan->round_trips += 2;
    if (!script->transaction && !faults)
        return;
    script->begin = add_sql(b, "BEGIN", NULL, 0);
    script->commit = add_sql(b, "COMMIT", NULL, 0);
    script->rollback = add_sql(b, "ROLLBACK", NULL, 0);
    if (!faults)
        return;
    script->timeout =
        add_sql(b, "SELECT pg_catalog.set_config('statement_timeout', $1, true)", text, 1);
    script->sleep = add_sql(b, "SELECT pg_catalog.pg_sleep($1)", float8, 1);
    b->plan->params_max = b->plan->params_max > 1 ? b->plan->params_max : 1;
}

static bool build(struct script_builder *b, bool faults, struct error *error) {
    const struct workload_step *step = b->step;
    struct write_plan *plan = b->plan;
    if (plan->protocol == PROTOCOL_SIMPLE) {
        error_usage(error, "--protocol simple has no parameters, which its statements have");
        error_hint(error, "use --protocol prepared or extended");
        return place_add(&step->at, error);
    }
    if (step->statement_count > SCRIPT_STATEMENTS_MAX) {
        error_usage(error, "it has more than %d statements", SCRIPT_STATEMENTS_MAX);
        return place_add(&step->at, error);
    }
    for (size_t i = 0; i < step->statement_count; i++)
        if (!build_statement(b, &step->statements[i], &b->script->statements[b->script->count++],
                             error))
            return place_add(&step->statements[i].at, error);
    add_frame(b, faults);
    int *formats = ARENA_ARRAY(b->arena, int, (size_t)plan->params_max);
    for (int i = 0; i < plan->params_max; i++)
        formats[i] = 1;
    plan->formats = formats;
    if (plan->protocol == PROTOCOL_EXTENDED)
        plan->statement_count = plan->backend_bytes = 0;
    if (plan->data_bytes <= 1u << 30)
        return true;
    error_usage(error, "its rows of up to %zu bytes are more than 1 GB in one message",
                plan->data_bytes);
    return place_add(&step->at, error);
}

bool script_build(const struct workload_step *step, const char *name, const struct mix *mix,
                  enum write_protocol protocol, bool faults, uint64_t seed, struct arena *arena,
                  struct write_plan *out, struct error *error) {
    struct script *script = ARENA_NEW(arena, struct script);
    struct write_insert *inserts = ARENA_ARRAY(arena, struct write_insert, SCRIPT_STATEMENTS_MAX);
    *out = (struct write_plan){.path = &write_path_script,
                               .protocol = protocol,
                               .binding = WIRE_BINDING_RAW,
                               .sizes = {1},
                               .size_count = 1,
                               .conflict = "",
                               .prefix = arena_printf(arena, "%s.", name),
                               .script = script,
                               .inserts = inserts,
                               .reads = true,
                               .data_bytes = FAULT_BYTES,
                               .scratch_bytes = 64};
    out->statements =
        ARENA_ARRAY(arena, struct write_statement, SCRIPT_STATEMENTS_MAX + STATEMENTS_OF_ITS_OWN);
    script->statements = ARENA_ARRAY(arena, struct script_statement, step->statement_count);
    script->transaction = step->transaction;
    script->table_count = mix->table_count;
    char *stream = mem_printf("keys of %s", step->name);
    script->pick_key = rng_key(seed, stream);
    script->pause_key = rng_key(script->pick_key, "pauses");
    free(stream);
    struct script_builder b = {.step = step,
                               .mix = mix,
                               .seed = seed,
                               .arena = arena,
                               .plan = out,
                               .script = script,
                               .inserts = inserts};
    return build(&b, faults, error) || error_prefix(error, "step \"%s\"", step->name);
}
