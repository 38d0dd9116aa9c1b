#include "base/memory.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES_MIN ((size_t)16 * 1024)

struct arena_block {
    struct arena_block *previous;
    size_t used, capacity; /* bytes of data */
    alignas(max_align_t) unsigned char data[];
};

static size_t total_size(size_t count, size_t size) {
    size_t total;
    if (__builtin_mul_overflow(count, size, &total))
        panic("out of memory (%zu objects of %zu bytes)", count, size);
    return total ? total : 1; /* so that NULL always means failure */
}

void *mem_alloc(size_t count, size_t size) {
    size_t total = total_size(count, size);
    void *memory = calloc(1, total);
    if (!memory)
        panic("out of memory (%zu bytes)", total);
    return memory;
}

void *mem_grow(void *old, size_t count, size_t size) {
    size_t total = total_size(count, size);
    void *memory = realloc(old, total);
    if (!memory)
        panic("out of memory (%zu bytes)", total);
    return memory;
}

char *mem_strdup(const char *text) {
    size_t size = strlen(text) + 1;
    return memcpy(mem_alloc(size, 1), text, size);
}

static char *format_new(const char *format, va_list args) {
    char *text;
    if (vasprintf(&text, format, args) < 0)
        panic("out of memory, or a format that printf refuses: %s", format);
    return text;
}

char *mem_printf(const char *format, ...) {
    va_list args;
    va_start(args, format);
    char *text = format_new(format, args);
    va_end(args);
    return text;
}

static struct arena_block *block_new(struct arena *arena, size_t bytes) {
    size_t capacity = bytes > BLOCK_BYTES_MIN ? bytes : BLOCK_BYTES_MIN;
    struct arena_block *block = mem_alloc(1, sizeof(*block) + capacity);
    block->capacity = capacity;
    block->previous = arena->last;
    arena->last = block;
    return block;
}

void *arena_alloc(struct arena *arena, size_t count, size_t size) {
    size_t bytes = total_size(count, size);
    if (bytes > SIZE_MAX / 2)
        panic("out of memory (%zu bytes)", bytes);
    bytes = (bytes + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
    struct arena_block *block = arena->last;
    if (!block || block->capacity - block->used < bytes)
        block = block_new(arena, bytes);
    void *memory = block->data + block->used;
    block->used += bytes;
    return memory;
}

char *arena_strndup(struct arena *arena, const char *text, size_t length) {
    length = strnlen(text, length);
    return memcpy(arena_alloc(arena, length + 1, 1), text, length);
}

void *arena_grow(struct arena *arena, void *array, size_t count, size_t size) {
    if (count & (count - 1))
        return array;
    void *grown = arena_alloc(arena, count ? 2 * count : 1, size);
    if (count)
        memcpy(grown, array, count * size);
    return grown;
}

char *arena_strdup(struct arena *arena, const char *text) {
    return arena_strndup(arena, text, strlen(text));
}

char *arena_printf(struct arena *arena, const char *format, ...) {
    va_list args;
    va_start(args, format);
    char *text = format_new(format, args);
    va_end(args);
    char *copy = arena_strdup(arena, text);
    free(text);
    return copy;
}

void arena_release(struct arena *arena) {
    while (arena->last) {
        struct arena_block *previous = arena->last->previous;
        free(arena->last);
        arena->last = previous;
    }
}
