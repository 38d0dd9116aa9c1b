/* prepared: BEGIN, one execution of a prepared INSERT for each row of the batch, COMMIT; a round
 * trip each. */
#include "base/clock.h"
#include "write/internal.h"

enum stage { AT_BEGIN, AT_ROWS, AT_COMMIT, AT_ROLLBACK };

static enum write_step begin(struct writer *writer) {
    writer_reset(writer);
    writer->stage = AT_BEGIN;
    return send_plain(writer, SEND_BEGIN) ? WRITE_WAIT : WRITE_FAILED;
}

/* A statement has ended well: the next row, or the COMMIT. */
static bool send_next(struct writer *writer) {
    if (writer->sent == writer->count) {
        writer->stage = AT_COMMIT;
        writer->rows_done_ns = clock_ns();
        return send_plain(writer, SEND_COMMIT);
    }
    writer->stage = AT_ROWS;
    encode_params(writer, writer_row(writer, writer->sent++), 0, writer->buffer->data);
    struct wire_params params = buffer_params(writer, writer->plan->params_max);
    return send_statement(writer, SEND_ROW, &params);
}

/* All of a statement's results are taken. */
static enum write_step statement_ended(struct writer *writer) {
    /* A failed BEGIN has begun nothing, and a failed COMMIT has ended what there was. */
    if (writer->failed && writer->stage == AT_ROWS) {
        writer->stage = AT_ROLLBACK;
        return send_plain(writer, SEND_ROLLBACK) ? WRITE_WAIT : WRITE_FAILED;
    }
    if (writer->failed || (writer->stage == AT_COMMIT && !writer->committed))
        return WRITE_FAILED;
    if (writer->stage == AT_COMMIT)
        return writer_counts_right(writer) ? WRITE_DONE : WRITE_MISCOUNT;
    return send_next(writer) ? WRITE_WAIT : WRITE_FAILED;
}

static void reply_taken(struct writer *writer, const struct wire_reply *reply) {
    if (writer->stage == AT_ROWS)
        writer->accepted += reply->rows;
    writer->committed = writer->stage == AT_COMMIT && reply->committed;
}

static enum write_step resume(struct writer *writer) {
    return await_statements(writer, reply_taken, statement_ended);
}

const struct write_path write_path_prepared = {
    .name = "prepared",
    .summary = "BEGIN, the batch row by row through one prepared INSERT, COMMIT; a round trip each",
    .protocol = "prepared",
    .own_commit = true,
    .build = build_transaction,
    .conflicts = true,
    .begin = begin,
    .resume = resume,
};
