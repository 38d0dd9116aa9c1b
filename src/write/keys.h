/*
 * Which rows of a table are known to be there, of one worker: keys for update, delete and select
 * are drawn from rows whose commit was acknowledged, and not from those deleted since.
 *
 * A worker owns the rows that were there before the load, dealt to the workers in turn, and those
 * that it writes itself, so that no two workers ever touch the same row and nothing is shared. Own
 * rows are counted by an index: 0 … seeded - 1, then the local numbers of its inserts. One bit
 * each, in address space that is reserved once and comes to life where it is touched: nothing is
 * allocated while a window is measured.
 */
#ifndef PGWRITE_WRITE_KEYS_H
#define PGWRITE_WRITE_KEYS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/rng.h"
#include "workload/workload.h"

/* Rows beyond are written, but never drawn. */
#define KEYS_MAX (1ull << 32)
#define KEYS_USES 4096u

struct keys {
    uint64_t *live;  /* one bit an own row */
    uint64_t end;    /* own rows below which some may be live */
    uint64_t low;    /* a multiple of 64: below it none is live any more */
    uint64_t count;  /* live ones */
    uint64_t seeded; /* own rows from before the load; all live at first */
    /* Transactions in flight that work on a row, of all rows with the same remainder. */
    uint16_t uses[KEYS_USES];
};

/* seeded: rows of the whole table from before the load; part, parts: the worker's. Panics without
 * address space. */
void keys_init(struct keys *keys, uint64_t seeded, uint32_t part, uint32_t parts);
void keys_release(struct keys *keys);

/* Own rows first … first + count - 1 of the worker's inserts (local numbers) are there. */
void keys_add(struct keys *keys, uint64_t first, uint64_t count);
/* One row, by its index, is gone; or is there again, since its delete has failed. */
void keys_remove(struct keys *keys, uint64_t index);
void keys_restore(struct keys *keys, uint64_t index);

/* Draws the index of a live row: false if there is none. Zipf and latest: skew 1 over the own rows
 * by their age, those that are gone drawn again (Hörmann, Derflinger: "Rejection-inversion to
 * generate variates from monotone discrete distributions", ACM TOMACS 6(3), 1996). */
MUST_CHECK bool keys_draw(const struct keys *keys, enum key_pick pick, struct rng *rng,
                          uint64_t *index);

/* A transaction works on a drawn row from keys_use to keys_unuse. Meanwhile nobody may delete it:
 * keys_draw_unused leaves such rows out, and a few others with the same remainder; false: there is
 * none beside them. */
void keys_use(struct keys *keys, uint64_t index);
void keys_unuse(struct keys *keys, uint64_t index);
MUST_CHECK bool keys_draw_unused(const struct keys *keys, enum key_pick pick, struct rng *rng,
                                 uint64_t *index);

#endif
