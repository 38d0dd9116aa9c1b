/* A field as COPY BINARY and binary arrays frame it: a length word (-1 for NULL) and the binary
 * form. */
#ifndef PGWRITE_PG_FRAME_H
#define PGWRITE_PG_FRAME_H

#include <arpa/inet.h>
#include <string.h>

#include "pg/type.h"

/* The signature, flags and header extension length that open a COPY BINARY stream; a word of -1
 * ends it. Source: PostgreSQL's documentation of COPY, "Binary Format". */
#define FRAME_COPY_HEADER "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0"
#define FRAME_COPY_HEADER_BYTES 19
#define FRAME_COPY_TRAILER "\377\377"
#define FRAME_COPY_TRAILER_BYTES 2

static inline uint8_t *frame_int16(uint8_t *out, int value) {
    uint16_t word = htons((uint16_t)value);
    memcpy(out, &word, sizeof word);
    return out + sizeof word;
}

static inline uint8_t *frame_int32(uint8_t *out, int32_t value) {
    uint32_t word = htonl((uint32_t)value);
    memcpy(out, &word, sizeof word);
    return out + sizeof word;
}

static inline uint8_t *frame_field(const struct pg_type *type, const struct value *value,
                                   uint8_t *out) {
    if (value->kind == VALUE_NULL)
        return frame_int32(out, -1);
    uint8_t *end = pg_write_binary(type, value, out + 4);
    frame_int32(out, (int32_t)(end - out - 4));
    return end;
}

#endif
