#include "load/due.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/memory.h"

void due_init(struct due *due, size_t room) {
    *due = (struct due){.entries = MEM_ARRAY(struct due_entry, room), .room = room};
}

void due_release(struct due *due) {
    free(due->entries);
    *due = (struct due){0};
}

void due_add(struct due *due, uint64_t ns, uint32_t id) {
    if (due->count == due->room)
        panic("more than %zu things are due", due->room);
    size_t at = due->count++;
    for (; at > 0 && due->entries[(at - 1) / 2].ns > ns; at = (at - 1) / 2)
        due->entries[at] = due->entries[(at - 1) / 2];
    due->entries[at] = (struct due_entry){ns, id};
}

static void sift_down(struct due *due, size_t at) {
    struct due_entry entry = due->entries[at];
    for (size_t child; (child = 2 * at + 1) < due->count; at = child) {
        if (child + 1 < due->count && due->entries[child + 1].ns < due->entries[child].ns)
            child++;
        if (due->entries[child].ns >= entry.ns)
            break;
        due->entries[at] = due->entries[child];
    }
    due->entries[at] = entry;
}

void due_remove(struct due *due, uint32_t id) {
    size_t kept = 0;
    for (size_t i = 0; i < due->count; i++)
        if (due->entries[i].id != id)
            due->entries[kept++] = due->entries[i];
    due->count = kept;
    for (size_t i = kept / 2; i > 0; i--)
        sift_down(due, i - 1);
}

bool due_take(struct due *due, uint64_t ns, struct due_entry *out) {
    if (due_next(due) > ns || due->count == 0)
        return false;
    *out = due->entries[0];
    due->entries[0] = due->entries[--due->count];
    if (due->count)
        sift_down(due, 0);
    return true;
}
