/*
 * pipeline: BEGIN, the batch row by row through one INSERT, COMMIT, all in libpq's pipeline mode:
 * one round trip for everything. The statements are prepared, or unnamed with --protocol extended.
 *
 * While sending, results are taken as they come; otherwise a large batch would fill both sockets'
 * buffers and client and server would wait for each other.
 */
#include "write/internal.h"

/* Rows between two looks at whether the socket still takes everything. */
enum { ROWS_A_FLUSH = 16 };
enum stage { SENDING, SENT, ROLLING_BACK };

static bool enter(struct writer *writer) {
    return wire_pipeline_enter(writer->wire);
}

static bool leave(struct writer *writer) {
    return wire_pipeline_leave(writer->wire);
}

static bool send_rows(struct writer *writer) {
    while (writer->sent < writer->count) {
        if (writer->sent % ROWS_A_FLUSH == 0 && writer->sent > 0) {
            enum wire_flush flushed = wire_flush(writer->wire);
            writer->unsent = flushed == WIRE_UNSENT;
            if (flushed != WIRE_SENT)
                return flushed == WIRE_UNSENT;
        }
        encode_params(writer, writer_row(writer, writer->sent++), 0, writer->buffer->data);
        struct wire_params params = buffer_params(writer, writer->plan->params_max);
        if (!send_statement(writer, SEND_ROW, &params))
            return false;
    }
    writer->stage = SENT;
    return send_plain(writer, SEND_COMMIT) && wire_pipeline_sync(writer->wire);
}

static enum write_step begin(struct writer *writer) {
    writer_reset(writer);
    writer->stage = SENDING;
    return send_plain(writer, SEND_BEGIN) && send_rows(writer) ? WRITE_WAIT : WRITE_FAILED;
}

/* Everything up to the synchronisation point has been answered. After an error the server has left
 * out the rest, the COMMIT too, and the transaction is still open. */
static enum write_step synchronised(struct writer *writer) {
    if (writer->aborted && writer->stage == SENT) {
        writer->stage = ROLLING_BACK;
        bool sent = send_plain(writer, SEND_ROLLBACK) && wire_pipeline_sync(writer->wire);
        return sent ? WRITE_WAIT : WRITE_FAILED;
    }
    if (writer->failed || !writer->committed)
        return WRITE_FAILED;
    return writer_counts_right(writer) ? WRITE_DONE : WRITE_MISCOUNT;
}

static enum write_step resume(struct writer *writer) {
    if (writer->stage == SENDING && !send_rows(writer))
        return WRITE_FAILED;
    for (int ends = 0; ends < 2;) { /* two ends in a row: all that was sent has been answered */
        struct wire_reply reply;
        switch (wire_next(writer->wire, &reply)) {
        case WIRE_BUSY:
            return WRITE_WAIT;
        case WIRE_OK:
            writer->accepted += reply.rows;
            writer->committed |= reply.committed;
            ends = 0;
            break;
        case WIRE_SYNC: {
            enum write_step step = synchronised(writer);
            if (step != WRITE_WAIT)
                return step;
            ends = 0;
            break;
        }
        case WIRE_END:
            ends++;
            break;
        case WIRE_SKIPPED:
            writer->aborted = true;
            ends = 0;
            break;
        default:
            writer->failed = true;
            ends = 0;
            if (wire_lost(writer->wire))
                return WRITE_FAILED;
        }
    }
    return WRITE_WAIT;
}

const struct write_path write_path_pipeline = {
    .name = "pipeline",
    .summary = "the same as prepared in pipeline mode: one round trip for the whole batch",
    .protocol = "pipeline",
    .extended = true,
    .build = build_transaction,
    .conflicts = true,
    .enter = enter,
    .leave = leave,
    .begin = begin,
    .resume = resume,
};
