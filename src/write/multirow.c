/* multirow: one INSERT … VALUES (…),(…) of the whole batch, one statement a batch size: prepared,
 * or unnamed with --protocol extended. */
#include <string.h>

#include "write/internal.h"

static void build_sql(struct write_plan *plan, struct arena *arena) {
    size_t columns = plan->plan->column_count;
    uint32_t rows = plan_max_size(plan);
    struct strbuf sql = STRBUF_INIT;
    sql_insert_head(&sql, plan);
    strbuf_add(&sql, "VALUES ");
    plan->row_ends = ARENA_ARRAY(arena, size_t, rows);
    for (uint32_t row = 0; row < rows; row++) {
        strbuf_add(&sql, row ? "," : "");
        sql_params(&sql, (int)(row * columns) + 1, columns);
        plan->row_ends[row] = sql.length;
    }
    plan->sql = arena_strdup(arena, sql.text);
    strbuf_release(&sql);
}

static bool build(struct write_plan *plan, struct arena *arena, struct error *error) {
    size_t columns = plan->plan->column_count;
    uint32_t rows = plan_max_size(plan);
    if (rows * columns > WRITE_PARAMS_MAX) {
        error_usage(
            error, "path multirow: a batch of %u rows has %zu parameters, and a statement takes %d",
            rows, rows * columns, WRITE_PARAMS_MAX);
        return error_hint(error, "the largest batch that fits %zu columns is %zu", columns,
                          WRITE_PARAMS_MAX / columns);
    }
    plan_params(plan, arena, rows);
    build_sql(plan, arena);
    for (size_t i = 0; i < plan->size_count; i++) {
        const char *name = arena_printf(arena, "rows%u", plan->sizes[i]);
        const char *sql = arena_printf(arena, "%.*s%s", (int)plan->row_ends[plan->sizes[i] - 1],
                                       plan->sql, plan->conflict);
        plan_statement(plan, arena, name, sql, (int)(plan->sizes[i] * columns));
        plan->backend_bytes += plan->sizes[i] * columns * WRITE_PARAM_BACKEND_BYTES;
    }
    /* The text of a last batch that is smaller than any other is copied behind the values. */
    plan->data_bytes =
        rows * plan->plan->row_max_bytes + plan->row_ends[rows - 1] + strlen(plan->conflict) + 1;
    return true;
}

/* The number of the statement of so many rows; size_count: there is none. */
static size_t find_statement(const struct write_plan *plan, uint32_t rows) {
    size_t i = 0;
    while (i < plan->size_count && plan->sizes[i] != rows)
        i++;
    return i;
}

static enum write_step begin(struct writer *writer) {
    const struct write_plan *plan = writer->plan;
    size_t columns = plan->plan->column_count;
    writer_reset(writer);
    uint8_t *data = writer->buffer->data;
    for (uint32_t i = 0; i < writer->count; i++)
        data = encode_params(writer, writer_row(writer, i), i * columns, data);
    struct wire_params params = buffer_params(writer, (int)(writer->count * columns));
    size_t statement = find_statement(plan, writer->count);
    bool ok;
    if (statement < plan->size_count) {
        ok = send_statement(writer, statement, &params);
    } else {
        size_t length = plan->row_ends[writer->count - 1];
        memcpy(data, plan->sql, length);
        memcpy(data + length, plan->conflict, strlen(plan->conflict) + 1);
        ok = wire_send_params(writer->wire, (const char *)data, &params);
    }
    writer->sent = writer->count;
    return ok ? WRITE_WAIT : WRITE_FAILED;
}

const struct write_path write_path_multirow = {
    .name = "multirow",
    .summary = "one INSERT … VALUES (…),(…) of the batch, prepared, binary parameters",
    .protocol = "prepared",
    .extended = true,
    .build = build,
    .conflicts = true,
    .begin = begin,
    .resume = await_statement,
};
