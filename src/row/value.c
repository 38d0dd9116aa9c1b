#include "row/value.h"

#include <stdlib.h>

#include "base/memory.h"

void scratch_init(struct scratch *scratch, size_t size) {
    scratch->base =
        mem_alloc(1, size > 0 ? size : 1); /* never NULL, so that taking 0 bytes is sound */
    scratch->size = size;
    scratch->used = 0;
}

void scratch_release(struct scratch *scratch) {
    free(scratch->base);
    *scratch = (struct scratch){0};
}

void *scratch_take(struct scratch *scratch, size_t length) {
    size_t start = (scratch->used + 7) & ~(size_t)7;
    if (start > scratch->size || length > scratch->size - start)
        panic("scratch of %zu bytes is too small: %zu are used, %zu wanted", scratch->size,
              scratch->used, length);
    scratch->used = start + length;
    return scratch->base + start;
}
