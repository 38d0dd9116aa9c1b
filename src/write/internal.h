/* What the write paths share. */
#ifndef PGWRITE_WRITE_INTERNAL_H
#define PGWRITE_WRITE_INTERNAL_H

#include "base/strbuf.h"
#include "write/write.h"

#define WRITE_PATH(name) extern const struct write_path write_path_##name;
#include "write/path_list.h"
#undef WRITE_PATH

/* Appends `INSERT INTO table (columns) ` and, for an identity column, OVERRIDING SYSTEM VALUE. */
void sql_insert_head(struct strbuf *sql, const struct write_plan *plan);
/* Appends `"a", "b"`. */
void sql_columns(struct strbuf *sql, const struct plan *plan);
/* Appends ` ON CONFLICT (…) DO …`, of an insert that writes these columns. Errors are EXIT_USAGE:
 * no primary key, no such column, nothing to update. */
struct conflict {
    enum on_conflict what;
    const char *const *columns; /* NULL: the primary key */
    size_t count;
};
MUST_CHECK bool sql_conflict(struct strbuf *sql, const struct conflict *conflict,
                             const struct catalog_table *table, const char *const *written,
                             size_t written_count, struct arena *arena, struct error *error);
/* Appends `($n, $n+1, …)`. */
void sql_params(struct strbuf *sql, int first, size_t count);

/* Parameter types and formats for repeat rows of all columns. */
void plan_params(struct write_plan *plan, struct arena *arena, size_t repeat);
/* The one-row INSERT as the first statement, named "row"; room for one row. */
void plan_row_statement(struct write_plan *plan, struct arena *arena);
/* Adds a statement; the name gets the plan's prefix. */
void plan_statement(struct write_plan *plan, struct arena *arena, const char *name, const char *sql,
                    int param_count);

uint32_t plan_max_size(const struct write_plan *plan);

/* The row number of the commit's i-th row. */
static inline uint64_t writer_row(const struct writer *writer, uint32_t i) {
    return row_number(&writer->tables[writer->plan->table_index].map, writer->first + i);
}

/* Encodes a row's values in binary into data and the parameter arrays from place slot on; returns
 * the end of data. */
uint8_t *encode_params(const struct writer *writer, uint64_t row, size_t slot, uint8_t *data);

/* The parameters in the thread's arrays. */
struct wire_params buffer_params(const struct writer *writer, int count);

/* The rows that the server is to acknowledge for the whole commit. */
static inline bool writer_counts_right(const struct writer *writer) {
    const struct write_plan *plan = writer->plan;
    if (plan->skips)
        return writer->accepted <= writer->count;
    return writer->accepted == (plan->discards ? 0 : writer->count);
}

/* One of the plan's statements, prepared or unnamed as its protocol says. */
MUST_CHECK bool send_statement(struct writer *writer, size_t number,
                               const struct wire_params *params);

/* The paths that write a batch row by row in a transaction of their own: their statements, and
 * sending one of those without parameters. */
enum transaction_statement { SEND_ROW, SEND_BEGIN, SEND_COMMIT, SEND_ROLLBACK };
bool build_transaction(struct write_plan *plan, struct arena *arena, struct error *error);
MUST_CHECK bool send_plain(struct writer *writer, enum transaction_statement which);

/* Takes the results of a single statement that is its own transaction. */
enum write_step await_statement(struct writer *writer);
/* The same of a path with several statements: taken gets each good reply, ended says what follows
 * when all of a statement's results are taken; WRITE_WAIT: another statement is sent. */
enum write_step await_statements(struct writer *writer,
                                 void (*taken)(struct writer *, const struct wire_reply *),
                                 enum write_step (*ended)(struct writer *));

/* Books a transaction's insert: so many rows from a local number on. */
void table_rows_inserted(struct table_rows *rows, uint64_t first, uint64_t count,
                         uint64_t acknowledged);

/* Resets what a commit needs; begin() of each path calls it first. */
static inline void writer_reset(struct writer *writer) {
    writer->sent = 0;
    writer->accepted = writer->missed = 0;
    writer->rows_done_ns = 0;
    writer->stage = 0;
    writer->failed = writer->committed = writer->aborted = writer->unsent = false;
}

#endif
