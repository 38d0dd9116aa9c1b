/*
 * What is due when: a heap of (time, id) with room for a fixed number of entries, so that adding
 * one allocates nothing. Of one thread. Entries of the same time come in no particular order.
 */
#ifndef PGWRITE_LOAD_DUE_H
#define PGWRITE_LOAD_DUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct due_entry {
    uint64_t ns;
    uint32_t id;
};

struct due {
    struct due_entry *entries; /* a binary heap, the earliest first */
    size_t count, room;
};

void due_init(struct due *due, size_t room);
void due_release(struct due *due);

/* Panics if there is no room: the owner knows how many there can be. */
void due_add(struct due *due, uint64_t ns, uint32_t id);

/* The earliest; UINT64_MAX: there is none. */
static inline uint64_t due_next(const struct due *due) {
    return due->count ? due->entries[0].ns : UINT64_MAX;
}

/* Takes all entries of an id out. Looks at every entry: for what is rare. */
void due_remove(struct due *due, uint32_t id);

/* Takes the earliest out, if it is due at ns. */
bool due_take(struct due *due, uint64_t ns, struct due_entry *out);

#endif
