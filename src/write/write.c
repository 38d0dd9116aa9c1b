#include "write/write.h"

#include <stdlib.h>
#include <string.h>

#include "write/internal.h"

const struct write_path *const write_paths[] = {
#define WRITE_PATH(name) &write_path_##name,
#include "write/path_list.h"
#undef WRITE_PATH
};
const size_t write_path_count = sizeof write_paths / sizeof *write_paths;

const struct write_path *write_path_find(const char *name) {
    for (size_t i = 0; i < write_path_count; i++)
        if (strcmp(write_paths[i]->name, name) == 0)
            return write_paths[i];
    return NULL;
}

static const char *const protocol_names[] = {"simple", "extended", "prepared"};

bool write_protocol_parse(const char *text, enum write_protocol *protocol, struct error *error) {
    for (size_t i = 0; i < sizeof protocol_names / sizeof *protocol_names; i++)
        if (strcmp(text, protocol_names[i]) == 0) {
            *protocol = (enum write_protocol)i;
            return true;
        }
    error_usage(error, "\"%s\" is no protocol", text);
    return error_hint(error, "simple, extended or prepared");
}

static bool has_protocol(const struct write_path *path, enum write_protocol protocol) {
    return !path->protocol || (path->extended && protocol == PROTOCOL_EXTENDED);
}

const char *write_protocol_name(const struct write_plan *plan) {
    return has_protocol(plan->path, plan->protocol) ? protocol_names[plan->protocol]
                                                    : plan->path->protocol;
}

/* The sizes that a range is drawn from: all of them if they are few, else WRITE_SIZES_MAX evenly
 * spaced, fewer where statements so wide would cost a backend too much. The same for every path, so
 * that all paths write the same batches. */
static void choose_sizes(struct write_plan *plan, struct range batch) {
    uint64_t span = batch.max - batch.min;
    uint64_t count = span + 1 < WRITE_SIZES_MAX ? span + 1 : WRITE_SIZES_MAX;
    uint64_t mean_bytes =
        (batch.min + batch.max) / 2 * plan->plan->column_count * WRITE_PARAM_BACKEND_BYTES;
    uint64_t affordable = mean_bytes ? WRITE_BACKEND_BYTES_MAX / mean_bytes : count;
    if (count > affordable)
        count = affordable < 2 ? 2 : affordable;
    if (span == 0)
        count = 1;
    for (uint64_t i = 0; i < count; i++)
        plan->sizes[i] = (uint32_t)(count == 1 ? batch.min : batch.min + span * i / (count - 1));
    plan->size_count = count;
}

uint32_t plan_max_size(const struct write_plan *plan) {
    return plan->sizes[plan->size_count - 1];
}

/* The text of ON CONFLICT. A twin has a rule, beside which the server takes none, and no conflicts.
 */
static bool add_conflict(struct write_plan *plan, const struct write_options *options,
                         struct arena *arena, struct error *error) {
    plan->conflict = "";
    if (options->on_conflict == CONFLICT_ERROR)
        return true;
    if (!plan->path->conflicts) {
        error_usage(error, "path %s: COPY has no ON CONFLICT", plan->path->name);
        return error_hint(error, "insert, multirow, unnest, prepared and pipeline have it; or COPY "
                                 "into a table of its own and INSERT from there");
    }
    if (plan->discards)
        return true;
    struct strbuf text = STRBUF_INIT;
    struct conflict conflict = {options->on_conflict, options->conflict_columns,
                                options->conflict_column_count};
    const char **written = ARENA_ARRAY(arena, const char *, plan->plan->column_count);
    for (size_t i = 0; i < plan->plan->column_count; i++)
        written[i] = plan->plan->columns[i].name;
    bool ok = sql_conflict(&text, &conflict, plan->plan->table, written, plan->plan->column_count,
                           arena, error);
    plan->conflict = arena_strdup(arena, text.text);
    plan->skips = options->on_conflict == CONFLICT_NOTHING;
    strbuf_release(&text);
    return ok;
}

/* Round trips of a commit: of a path that sends its rows one by one as many as a batch has at most.
 */
static uint32_t count_round_trips(const struct write_plan *plan) {
    if (plan->path == &write_path_prepared)
        return plan_max_size(plan) + 2;
    return plan->path->protocol && strcmp(plan->path->protocol, "copy") == 0 ? 2 : 1;
}

bool write_plan_build(const struct write_options *options, struct arena *arena,
                      struct write_plan *out, struct error *error) {
    const struct write_path *path = options->path;
    *out = (struct write_plan){
        .path = path,
        .plan = options->plan,
        .table = options->twin ? arena_strdup(arena, options->twin) : options->plan->table->quoted,
        .protocol = has_protocol(path, options->protocol) ? options->protocol : PROTOCOL_PREPARED,
        .binding = options->binding,
        .discards = options->twin != NULL,
        .prefix = options->prefix ? arena_strdup(arena, options->prefix) : "",
        .table_index = options->table_index};
    if (out->protocol == PROTOCOL_EXTENDED && out->binding != WIRE_BINDING_RAW) {
        error_usage(
            error,
            "--binding libpqtypes sends no parameter types, which --protocol extended needs");
        return error_hint(error, "use --protocol prepared, or --binding raw");
    }
    choose_sizes(out, path->one_row ? (struct range){1, 1} : options->batch);
    out->round_trips = count_round_trips(out);
    if (!add_conflict(out, options, arena, error) || !path->build(out, arena, error))
        return false;
    if (out->protocol == PROTOCOL_EXTENDED) {
        out->statement_count = 0;
        out->backend_bytes = 0;
    }
    if (out->data_bytes <= 1u << 30)
        return true;
    error_usage(error, "path %s: %u rows of up to %zu bytes are more than 1 GB in one message",
                path->name, plan_max_size(out), out->plan->row_max_bytes);
    return error_hint(error, "use a smaller --batch");
}

void write_buffer_init(struct write_buffer *buffer, const struct write_plan *const *plans,
                       size_t count) {
    size_t data_bytes = 1, scratch_bytes = 1, params = 0;
    for (size_t i = 0; i < count; i++) {
        const struct write_plan *plan = plans[i];
        size_t drawn = plan->plan ? plan->plan->scratch_bytes : plan->scratch_bytes;
        data_bytes = plan->data_bytes > data_bytes ? plan->data_bytes : data_bytes;
        scratch_bytes = drawn > scratch_bytes ? drawn : scratch_bytes;
        params = (size_t)plan->params_max > params ? (size_t)plan->params_max : params;
    }
    /* Not zeroed: the estimate is far above what most rows take, and pages never touched cost
     * nothing. */
    buffer->data = mem_grow(NULL, data_bytes, 1);
    buffer->values = MEM_ARRAY(const char *, params + 1);
    buffer->lengths = MEM_ARRAY(int, params + 1);
    scratch_init(&buffer->scratch, scratch_bytes);
}

void write_buffer_release(struct write_buffer *buffer) {
    free(buffer->data);
    free(buffer->values);
    free(buffer->lengths);
    scratch_release(&buffer->scratch);
}

void sql_columns(struct strbuf *sql, const struct plan *plan) {
    for (size_t i = 0; i < plan->column_count; i++)
        strbuf_printf(sql, "%s%s", i ? ", " : "", plan->columns[i].quoted);
}

void sql_insert_head(struct strbuf *sql, const struct write_plan *plan) {
    strbuf_printf(sql, "INSERT INTO %s (", plan->table);
    sql_columns(sql, plan->plan);
    strbuf_add(sql, plan->plan->overriding ? ") OVERRIDING SYSTEM VALUE " : ") ");
}

void sql_params(struct strbuf *sql, int first, size_t count) {
    for (size_t i = 0; i < count; i++)
        strbuf_printf(sql, "%s$%d", i ? ", " : "(", first + (int)i);
    strbuf_add(sql, ")");
}

void plan_params(struct write_plan *plan, struct arena *arena, size_t repeat) {
    size_t columns = plan->plan->column_count, count = columns * repeat;
    uint32_t *oids = ARENA_ARRAY(arena, uint32_t, count);
    int *formats = ARENA_ARRAY(arena, int, count);
    for (size_t i = 0; i < count; i++) {
        oids[i] = plan->plan->columns[i % columns].type->oid;
        formats[i] = 1;
    }
    plan->type_oids = oids;
    plan->formats = formats;
    plan->params_max = (int)count;
}

void plan_statement(struct write_plan *plan, struct arena *arena, const char *name, const char *sql,
                    int param_count) {
    if (!plan->statements)
        plan->statements = ARENA_ARRAY(arena, struct write_statement, WRITE_SIZES_MAX + 2);
    plan->statements[plan->statement_count++] = (struct write_statement){
        arena_printf(arena, "%s%s", plan->prefix, name), sql, param_count, plan->type_oids};
}

void plan_row_statement(struct write_plan *plan, struct arena *arena) {
    plan_params(plan, arena, 1);
    struct strbuf sql = STRBUF_INIT;
    sql_insert_head(&sql, plan);
    strbuf_add(&sql, "VALUES ");
    sql_params(&sql, 1, plan->plan->column_count);
    strbuf_add(&sql, plan->conflict);
    plan->sql = arena_strdup(arena, sql.text);
    strbuf_release(&sql);
    plan_statement(plan, arena, "row", plan->sql, plan->params_max);
    plan->data_bytes = plan->plan->row_max_bytes;
}

uint8_t *encode_params(const struct writer *writer, uint64_t row, size_t slot, uint8_t *data) {
    const struct plan *plan = writer->plan->plan;
    struct write_buffer *buffer = writer->buffer;
    for (size_t i = 0; i < plan->column_count; i++, slot++) {
        struct value value;
        plan_draw_at(&plan->columns[i], row, writer_row(writer, 0), &buffer->scratch, &value);
        if (value.kind == VALUE_NULL) {
            buffer->values[slot] = NULL;
            buffer->lengths[slot] = 0;
            continue;
        }
        uint8_t *end = pg_write_binary(plan->columns[i].type, &value, data);
        buffer->values[slot] = (const char *)data;
        buffer->lengths[slot] = (int)(end - data);
        data = end;
    }
    return data;
}

struct wire_params buffer_params(const struct writer *writer, int count) {
    return (struct wire_params){.count = count,
                                .values = writer->buffer->values,
                                .lengths = writer->buffer->lengths,
                                .formats = writer->plan->formats,
                                .type_oids = writer->plan->type_oids};
}

enum write_step await_statements(struct writer *writer,
                                 void (*taken)(struct writer *, const struct wire_reply *),
                                 enum write_step (*ended)(struct writer *)) {
    for (;;) {
        struct wire_reply reply;
        switch (wire_next(writer->wire, &reply)) {
        case WIRE_BUSY:
            return WRITE_WAIT;
        case WIRE_OK:
            taken(writer, &reply);
            break;
        case WIRE_END: {
            enum write_step step = ended(writer);
            if (step != WRITE_WAIT)
                return step;
            break;
        }
        default:
            writer->failed = true;
            if (wire_lost(writer->wire))
                return WRITE_FAILED;
        }
    }
}

static void only_taken(struct writer *writer, const struct wire_reply *reply) {
    writer->accepted += reply->rows;
}

static enum write_step only_ended(struct writer *writer) {
    if (writer->failed)
        return WRITE_FAILED;
    return writer_counts_right(writer) ? WRITE_DONE : WRITE_MISCOUNT;
}

enum write_step await_statement(struct writer *writer) {
    return await_statements(writer, only_taken, only_ended);
}

bool build_transaction(struct write_plan *plan, struct arena *arena, struct error *error) {
    (void)error;
    plan_row_statement(plan, arena);
    plan_statement(plan, arena, "begin", "BEGIN", 0);
    plan_statement(plan, arena, "commit", "COMMIT", 0);
    plan_statement(plan, arena, "rollback", "ROLLBACK", 0);
    return true;
}

bool send_statement(struct writer *writer, size_t number, const struct wire_params *params) {
    const struct write_statement *statement = &writer->plan->statements[number];
    return writer->plan->protocol == PROTOCOL_EXTENDED
               ? wire_send_params(writer->wire, statement->sql, params)
               : wire_send_prepared(writer->wire, statement->name, params);
}

bool send_plain(struct writer *writer, enum transaction_statement which) {
    struct wire_params none = buffer_params(writer, 0);
    return send_statement(writer, which, &none);
}
