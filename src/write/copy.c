/*
 * copy-text, copy-csv, copy-binary: one COPY … FROM STDIN of the batch.
 *
 * Rows are encoded in chunks and handed to libpq. In non-blocking mode PQputCopyData never refuses,
 * its buffer just grows: so no row is generated while something is still unsent.
 */
#include <string.h>

#include "pg/frame.h"
#include "write/internal.h"

enum { CHUNK_BYTES = 16 << 10 };
enum stage { COPY_ASKED, COPY_SENDING, COPY_ENDED };

static void build_copy(struct write_plan *plan, struct arena *arena, const char *options) {
    struct strbuf sql = STRBUF_INIT;
    strbuf_printf(&sql, "COPY %s (", plan->table);
    sql_columns(&sql, plan->plan);
    strbuf_printf(&sql, ") FROM STDIN (%s)%s", options, plan->discards ? " WHERE false" : "");
    plan->sql = arena_strdup(arena, sql.text);
    strbuf_release(&sql);
    /* A chunk, then one row beyond it (escaped: twice the text), then the text of one value. */
    plan->data_bytes =
        CHUNK_BYTES + plan->plan->row_max_bytes * 3 + 8 * plan->plan->column_count + 64;
}

static bool build_text(struct write_plan *plan, struct arena *arena, struct error *error) {
    (void)error;
    plan->text = true;
    build_copy(plan, arena, "FORMAT text");
    return true;
}

static bool build_csv(struct write_plan *plan, struct arena *arena, struct error *error) {
    (void)error;
    plan->text = true;
    build_copy(plan, arena, "FORMAT csv");
    return true;
}

static bool build_binary(struct write_plan *plan, struct arena *arena, struct error *error) {
    (void)error;
    build_copy(plan, arena, "FORMAT binary");
    return true;
}

static uint8_t *binary_row(const struct writer *writer, uint64_t row, uint8_t *out) {
    const struct plan *plan = writer->plan->plan;
    out = frame_int16(out, (int)plan->column_count);
    for (size_t i = 0; i < plan->column_count; i++) {
        struct value value;
        plan_draw_at(&plan->columns[i], row, writer_row(writer, 0), &writer->buffer->scratch,
                     &value);
        out = frame_field(plan->columns[i].type, &value, out);
    }
    return out;
}

typedef char *escape_fn(const char *text, size_t length, char *out);

static uint8_t *text_row(const struct writer *writer, uint64_t row, uint8_t *out, char separator,
                         const char *null, escape_fn *escape) {
    const struct plan *plan = writer->plan->plan;
    char *at = (char *)out;
    char *spare = (char *)writer->buffer->data + writer->plan->data_bytes - plan->row_max_bytes;
    for (size_t i = 0; i < plan->column_count; i++) {
        struct value value;
        plan_draw_at(&plan->columns[i], row, writer_row(writer, 0), &writer->buffer->scratch,
                     &value);
        if (i)
            *at++ = separator;
        if (value.kind == VALUE_NULL) {
            for (const char *c = null; *c; c++)
                *at++ = *c;
            continue;
        }
        char *end = pg_write_text(plan->columns[i].type, &value, spare);
        at = escape(spare, (size_t)(end - spare), at);
    }
    *at++ = '\n';
    return (uint8_t *)at;
}

static enum write_step begin(struct writer *writer) {
    writer_reset(writer);
    writer->stage = COPY_ASKED;
    return wire_send_query(writer->wire, writer->plan->sql) ? WRITE_WAIT : WRITE_FAILED;
}

/* Encodes and sends until libpq has unsent bytes or the batch is through. */
static bool send_rows(struct writer *writer) {
    bool binary = writer->plan->path == &write_path_copy_binary;
    bool csv = writer->plan->path == &write_path_copy_csv;
    writer->unsent = false;
    while (wire_flush(writer->wire) == WIRE_SENT) {
        uint8_t *start = writer->buffer->data, *at = start;
        if (binary && writer->sent == 0) {
            memcpy(at, FRAME_COPY_HEADER, FRAME_COPY_HEADER_BYTES);
            at += FRAME_COPY_HEADER_BYTES;
        }
        while (writer->sent < writer->count && at - start < CHUNK_BYTES) {
            uint64_t row = writer_row(writer, writer->sent++);
            at = binary ? binary_row(writer, row, at)
                 : csv  ? text_row(writer, row, at, ',', "", pg_escape_csv)
                        : text_row(writer, row, at, '\t', "\\N", pg_escape_copy_text);
        }
        bool last = writer->sent == writer->count;
        if (binary && last) {
            memcpy(at, FRAME_COPY_TRAILER, FRAME_COPY_TRAILER_BYTES);
            at += FRAME_COPY_TRAILER_BYTES;
        }
        if (!wire_send_copy_data(writer->wire, (const char *)start, (size_t)(at - start)))
            return false;
        if (last) {
            writer->stage = COPY_ENDED;
            return wire_send_copy_end(writer->wire);
        }
    }
    writer->unsent = true;
    return !wire_lost(writer->wire);
}

static enum write_step resume(struct writer *writer) {
    if (writer->stage == COPY_ASKED) {
        struct wire_reply reply;
        enum wire_event event = wire_next(writer->wire, &reply);
        if (event == WIRE_BUSY)
            return WRITE_WAIT;
        if (event != WIRE_COPY_IN) {
            writer->failed = true;
            writer->stage = COPY_ENDED;
        } else {
            writer->stage = COPY_SENDING;
        }
    }
    if (writer->stage == COPY_SENDING && !send_rows(writer))
        return WRITE_FAILED;
    return writer->stage == COPY_ENDED ? await_statement(writer) : WRITE_WAIT;
}

#define COPY_PATH(id, label, build_function, what)              \
    const struct write_path write_path_copy_##id = {            \
        .name = label,                                          \
        .summary = "one COPY … FROM STDIN of the batch, " what, \
        .protocol = "copy",                                     \
        .build = build_function,                                \
        .begin = begin,                                         \
        .resume = resume,                                       \
    }

COPY_PATH(text, "copy-text", build_text, "text format");
COPY_PATH(csv, "copy-csv", build_csv, "CSV format");
COPY_PATH(binary, "copy-binary", build_binary, "binary format");
