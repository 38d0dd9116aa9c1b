#include "base/strbuf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

char strbuf_empty[1];

/* Room for length more bytes and the NUL. */
static void reserve(struct strbuf *buf, size_t length) {
    size_t need;
    if (__builtin_add_overflow(buf->length, length, &need) || need > SIZE_MAX / 4)
        panic("out of memory (text of %zu and %zu bytes)", buf->length, length);
    need++;
    if (need <= buf->capacity)
        return;
    size_t capacity = buf->capacity ? buf->capacity : 64;
    while (capacity < need)
        capacity *= 2;
    buf->text = mem_grow(buf->capacity ? buf->text : NULL, capacity, 1);
    buf->capacity = capacity;
}

void strbuf_add_bytes(struct strbuf *buf, const void *bytes, size_t length) {
    if (length == 0)
        return;
    reserve(buf, length);
    memcpy(buf->text + buf->length, bytes, length);
    buf->length += length;
    buf->text[buf->length] = '\0';
}

void strbuf_add(struct strbuf *buf, const char *text) {
    strbuf_add_bytes(buf, text, strlen(text));
}

void strbuf_add_char(struct strbuf *buf, char c) {
    strbuf_add_bytes(buf, &c, 1);
}

/* Writes into the room that there is, and once more if that was too little. */
void strbuf_printf(struct strbuf *buf, const char *format, ...) {
    size_t room = 64;
    for (;;) {
        reserve(buf, room - 1);
        va_list args;
        va_start(args, format);
        int length = vsnprintf(buf->text + buf->length, room, format, args);
        va_end(args);
        if (length < 0)
            panic("a format that printf refuses: %s", format);
        if ((size_t)length < room) {
            buf->length += (size_t)length;
            return;
        }
        room = (size_t)length + 1;
    }
}

static void add_doubled(struct strbuf *buf, const char *text, const char *doubled) {
    for (; *text; text++) {
        if (strchr(doubled, *text))
            strbuf_add_char(buf, *text);
        strbuf_add_char(buf, *text);
    }
}

void strbuf_add_ident(struct strbuf *buf, const char *name) {
    strbuf_add_char(buf, '"');
    add_doubled(buf, name, "\"");
    strbuf_add_char(buf, '"');
}

void strbuf_add_literal(struct strbuf *buf, const char *text) {
    /* E'…' means the same whatever standard_conforming_strings is; the blank keeps the E off a
     * word. */
    strbuf_add(buf, strchr(text, '\\') ? " E'" : "'");
    add_doubled(buf, text, "'\\");
    strbuf_add_char(buf, '\'');
}

void strbuf_clear(struct strbuf *buf) {
    buf->length = 0;
    if (buf->capacity)
        buf->text[0] = '\0';
}

void strbuf_release(struct strbuf *buf) {
    if (buf->capacity)
        free(buf->text);
    *buf = (struct strbuf)STRBUF_INIT;
}

char *strbuf_detach(struct strbuf *buf) {
    char *text = buf->capacity ? buf->text : mem_strdup("");
    *buf = (struct strbuf)STRBUF_INIT;
    return text;
}
