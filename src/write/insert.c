/* insert: one row, one statement, autocommit. */
#include <string.h>

#include "write/internal.h"

static bool build(struct write_plan *plan, struct arena *arena, struct error *error) {
    (void)error;
    plan_row_statement(plan, arena);
    if (plan->protocol != PROTOCOL_SIMPLE)
        return true;
    plan->statement_count = 0;
    struct strbuf sql = STRBUF_INIT;
    sql_insert_head(&sql, plan);
    strbuf_add(&sql, "VALUES (");
    plan->sql = arena_strdup(arena, sql.text);
    plan->text = true;
    /* Behind the constant part: a literal is at most twice its text, and quotes, and a comma. */
    plan->data_bytes = sql.length + plan->plan->row_max_bytes * 3 + 8 * plan->plan->column_count +
                       strlen(plan->conflict) + 8;
    strbuf_release(&sql);
    return true;
}

/* Text form first, at the end of the room it can need; then escaped in front of it. */
static const char *simple_statement(const struct writer *writer, uint64_t row) {
    const struct plan *plan = writer->plan->plan;
    struct write_buffer *buffer = writer->buffer;
    size_t head = strlen(writer->plan->sql);
    char *out = (char *)buffer->data, *spare = out + writer->plan->data_bytes - plan->row_max_bytes;
    memcpy(out, writer->plan->sql, head);
    char *at = out + head;
    for (size_t i = 0; i < plan->column_count; i++) {
        struct value value;
        plan_draw_at(&plan->columns[i], row, writer_row(writer, 0), &buffer->scratch, &value);
        if (i)
            *at++ = ',';
        if (value.kind == VALUE_NULL) {
            memcpy(at, "NULL", 4);
            at += 4;
            continue;
        }
        char *end = pg_write_text(plan->columns[i].type, &value, spare);
        at = pg_escape_literal(spare, (size_t)(end - spare), at);
    }
    *at++ = ')';
    memcpy(at, writer->plan->conflict, strlen(writer->plan->conflict) + 1);
    return out;
}

static enum write_step begin(struct writer *writer) {
    const struct write_plan *plan = writer->plan;
    uint64_t row = writer_row(writer, 0);
    writer_reset(writer);
    bool ok;
    if (plan->protocol == PROTOCOL_SIMPLE) {
        ok = wire_send_query(writer->wire, simple_statement(writer, row));
    } else {
        encode_params(writer, row, 0, writer->buffer->data);
        struct wire_params params = buffer_params(writer, plan->params_max);
        ok = send_statement(writer, 0, &params);
    }
    writer->sent = 1;
    return ok ? WRITE_WAIT : WRITE_FAILED;
}

const struct write_path write_path_insert = {
    .name = "insert",
    .summary = "one row, one INSERT, autocommit",
    .one_row = true,
    .build = build,
    .conflicts = true,
    .begin = begin,
    .resume = await_statement,
};
