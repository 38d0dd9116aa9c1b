/* A growing text, always NUL-terminated. Starts as STRBUF_INIT; strbuf_release frees the inside. */
#ifndef PGWRITE_BASE_STRBUF_H
#define PGWRITE_BASE_STRBUF_H

#include <stddef.h>

#include "base/error.h"

struct strbuf {
    char *text; /* never NULL */
    size_t length;
    size_t capacity; /* 0: text is a shared empty string, not allocated */
};

extern char strbuf_empty[1];
#define STRBUF_INIT \
    { .text = strbuf_empty }

void strbuf_add(struct strbuf *buf, const char *text);
void strbuf_add_bytes(struct strbuf *buf, const void *bytes, size_t length);
void strbuf_add_char(struct strbuf *buf, char c);
void strbuf_printf(struct strbuf *buf, const char *format, ...) PRINTF_LIKE(2, 3); /* appends */
void strbuf_add_ident(struct strbuf *buf, const char *name);   /* as a quoted SQL identifier */
void strbuf_add_literal(struct strbuf *buf, const char *text); /* as a quoted SQL literal */
void strbuf_clear(struct strbuf *buf);                         /* empty, capacity kept */
void strbuf_release(struct strbuf *buf);
char *strbuf_detach(struct strbuf *buf); /* the text, to be freed by the caller; buf is empty */

#endif
