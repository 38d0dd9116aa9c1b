/*
 * unnest: one INSERT … SELECT … FROM unnest($1, $2, …), one array a column, whatever the batch
 * size.
 *
 * The statement says ROWS FROM (unnest($1), unnest($2), …), which is what PostgreSQL's parser makes
 * of unnest($1, $2, …): that form has no schema-qualified spelling.
 *
 * unnest() flattens an array of arrays, so that a column which is itself an array travels as text[]
 * and is cast back. Layout of a binary array: dimensions, whether NULLs occur, element type, then
 * length and lower bound of each dimension (PostgreSQL, array_recv).
 */
#include <string.h>

#include "pg/frame.h"
#include "write/internal.h"

enum { OID_TEXT = 25, OID_TEXT_ARRAY = 1009, ARRAY_HEADER_BYTES = 20 };

static bool is_array(const struct plan_column *column) {
    return column->type->class == PG_ARRAY;
}

static bool build(struct write_plan *plan, struct arena *arena, struct error *error) {
    const struct plan *table = plan->plan;
    plan_params(plan, arena, 1);
    uint32_t *oids = ARENA_ARRAY(arena, uint32_t, table->column_count);
    struct strbuf sql = STRBUF_INIT, arrays = STRBUF_INIT;
    sql_insert_head(&sql, plan);
    strbuf_add(&sql, "SELECT ");
    bool ok = true;
    for (size_t i = 0; ok && i < table->column_count; i++) {
        const struct plan_column *column = &table->columns[i];
        oids[i] = is_array(column) ? OID_TEXT_ARRAY : column->catalog->array_oid;
        if (oids[i] == 0)
            ok = error_usage(error, "path unnest: type %s of column \"%s\" has no array type",
                             column->type->name, column->name);
        strbuf_printf(&sql, "%su.c%zu", i ? ", " : "", i);
        if (is_array(column))
            strbuf_printf(&sql, "::%s", column->type->name);
        strbuf_printf(&arrays, "%spg_catalog.unnest($%zu)", i ? ", " : "", i + 1);
    }
    strbuf_printf(&sql, " FROM ROWS FROM (%s) AS u(", arrays.text);
    for (size_t i = 0; i < table->column_count; i++)
        strbuf_printf(&sql, "%sc%zu", i ? ", " : "", i);
    strbuf_printf(&sql, ")%s", plan->conflict);
    plan->type_oids = oids;
    plan->sql = arena_strdup(arena, sql.text);
    plan_statement(plan, arena, "batch", plan->sql, plan->params_max);
    plan->data_bytes = plan_max_size(plan) * (table->row_max_bytes + 4 * table->column_count) +
                       ARRAY_HEADER_BYTES * table->column_count;
    strbuf_release(&sql);
    strbuf_release(&arrays);
    return ok;
}

static uint8_t *text_field(const struct pg_type *type, const struct value *value, uint8_t *out) {
    if (value->kind == VALUE_NULL)
        return frame_int32(out, -1);
    char *end = pg_write_text(type, value, (char *)out + 4);
    frame_int32(out, (int32_t)((uint8_t *)end - out - 4));
    return (uint8_t *)end;
}

static uint8_t *encode_column(const struct writer *writer, const struct plan_column *column,
                              uint8_t *out) {
    uint8_t *header = out;
    bool nulls = false, array = is_array(column);
    out += ARRAY_HEADER_BYTES;
    for (uint32_t i = 0; i < writer->count; i++) {
        struct value value;
        plan_draw_at(column, writer_row(writer, i), writer_row(writer, 0), &writer->buffer->scratch,
                     &value);
        nulls |= value.kind == VALUE_NULL;
        out =
            array ? text_field(column->type, &value, out) : frame_field(column->type, &value, out);
    }
    header = frame_int32(header, 1);
    header = frame_int32(header, nulls);
    header = frame_int32(header, (int32_t)(array ? OID_TEXT : column->type->oid));
    header = frame_int32(header, (int32_t)writer->count);
    frame_int32(header, 1);
    return out;
}

static enum write_step begin(struct writer *writer) {
    const struct plan *table = writer->plan->plan;
    struct write_buffer *buffer = writer->buffer;
    writer_reset(writer);
    uint8_t *data = buffer->data;
    for (size_t i = 0; i < table->column_count; i++) {
        uint8_t *end = encode_column(writer, &table->columns[i], data);
        buffer->values[i] = (const char *)data;
        buffer->lengths[i] = (int)(end - data);
        data = end;
    }
    struct wire_params params = buffer_params(writer, (int)table->column_count);
    writer->sent = writer->count;
    return send_statement(writer, 0, &params) ? WRITE_WAIT : WRITE_FAILED;
}

const struct write_path write_path_unnest = {
    .name = "unnest",
    .summary = "one INSERT … SELECT … FROM unnest($1, …) of the batch, prepared, binary arrays",
    .protocol = "prepared",
    .extended = true,
    .build = build,
    .conflicts = true,
    .begin = begin,
    .resume = await_statement,
};
