/*
 * Allocation that can't fail (it ends the program instead), and an arena: many small objects with
 * one lifetime. None of this is called while a measured window runs.
 */
#ifndef PGWRITE_BASE_MEMORY_H
#define PGWRITE_BASE_MEMORY_H

#include <stdarg.h>
#include <stddef.h>

#include "base/error.h"

/* Zeroed memory for count objects of size bytes; free() releases it. */
void *mem_alloc(size_t count, size_t size) __attribute__((malloc));

/* realloc that can't fail; new bytes are not zeroed. */
void *mem_grow(void *old, size_t count, size_t size);

char *mem_strdup(const char *text) __attribute__((malloc));

/* printf into memory of its own; free() releases it. */
char *mem_printf(const char *format, ...) PRINTF_LIKE(1, 2) __attribute__((malloc));

#define MEM_NEW(type) ((type *)mem_alloc(1, sizeof(type)))
#define MEM_ARRAY(type, count) ((type *)mem_alloc((count), sizeof(type)))

struct arena_block;
struct arena {
    struct arena_block *last; /* NULL: empty */
};

/* Zeroed and aligned for any object; valid until arena_release. An arena starts as {0}. */
void *arena_alloc(struct arena *arena, size_t count, size_t size);
char *arena_strdup(struct arena *arena, const char *text);
char *arena_strndup(struct arena *arena, const char *text, size_t length);
char *arena_printf(struct arena *arena, const char *format, ...) PRINTF_LIKE(2, 3);
/* Room for one more behind the count elements of an array that has grown by this function alone:
 * the array itself or, when count is 0 or a power of two, a copy of twice the length. */
void *arena_grow(struct arena *arena, void *array, size_t count, size_t size);
void arena_release(struct arena *arena); /* frees everything; the arena is empty and usable again */

#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), 1, sizeof(type)))
#define ARENA_ARRAY(arena, type, count) ((type *)arena_alloc((arena), (count), sizeof(type)))

#endif
