/* Row numbers and keys: dealt out before a transaction, booked after it. */
#include "write/internal.h"

uint64_t row_map_count(const struct row_map *map, uint64_t total) {
    uint64_t block_rows = 1ull << map->shift;
    uint64_t round_rows = block_rows * map->threads;
    uint64_t rest = total % round_rows, before = block_rows * map->thread;
    uint64_t own = rest <= before ? 0 : rest - before < block_rows ? rest - before : block_rows;
    return total / round_rows * block_rows + own;
}

uint64_t table_rows_number(const struct table_rows *rows, uint64_t index) {
    if (index < rows->keys.seeded)
        return index * rows->map.threads + rows->map.thread;
    return row_number(&rows->map, index - rows->keys.seeded);
}

bool writer_deal(struct writer *writer, uint32_t size) {
    const struct write_plan *plan = writer->plan;
    if (plan->path->choose)
        return plan->path->choose(writer);
    struct table_rows *rows = &writer->tables[plan->table_index];
    uint64_t left = rows->end - rows->next;
    writer->first = rows->next;
    writer->count = size ? size : plan->sizes[0];
    if (writer->count > left)
        writer->count = (uint32_t)left;
    rows->next += writer->count;
    return writer->count > 0;
}

void table_rows_inserted(struct table_rows *rows, uint64_t first, uint64_t count,
                         uint64_t acknowledged) {
    rows->inserted += acknowledged;
    /* Of rows that were left out because of others nobody knows which they were. */
    if (rows->keyed && acknowledged == count)
        keys_add(&rows->keys, first, count);
}

void writer_finish(struct writer *writer, enum writer_end end) {
    const struct write_plan *plan = writer->plan;
    if (plan->path->finish) {
        plan->path->finish(writer, end);
        return;
    }
    struct table_rows *rows = &writer->tables[plan->table_index];
    if (end == WRITER_COMMITTED)
        table_rows_inserted(rows, writer->first, writer->count, writer->accepted);
    else if (end == WRITER_AMBIGUOUS)
        rows->inserted_ambiguous += writer->count;
}
