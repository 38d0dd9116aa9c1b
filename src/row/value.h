/*
 * One value of a row, before it has a PostgreSQL type: what a generator draws and the field writers
 * of src/pg encode.
 *
 * A value owns nothing. Its pointers lead into the generator's constant tables or into the scratch
 * that it was drawn with, and are valid until that scratch is reset.
 */
#ifndef PGWRITE_ROW_VALUE_H
#define PGWRITE_ROW_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum value_kind {
    VALUE_NULL,
    VALUE_BOOL,
    VALUE_INT,       /* integer */
    VALUE_FLOAT,     /* real */
    VALUE_DECIMAL,   /* decimal: unscaled / 10^scale */
    VALUE_TEXT,      /* bytes: UTF-8 without NUL */
    VALUE_JSON,      /* bytes: a JSON document, UTF-8 */
    VALUE_BYTES,     /* bytes */
    VALUE_UUID,      /* uuid */
    VALUE_DATE,      /* integer: days since 2000-01-01 */
    VALUE_TIME,      /* integer: microseconds since midnight */
    VALUE_TIMESTAMP, /* integer: microseconds since 2000-01-01 00:00 UTC */
    VALUE_INTERVAL,  /* interval */
    VALUE_INET,      /* inet */
    VALUE_ARRAY,     /* array: one dimension, elements of one kind or VALUE_NULL */
    VALUE_RAW,       /* raw: a value that the server itself has encoded */
};

/* A value in both forms of its PostgreSQL type, as the server sent them. */
struct raw_value {
    const void *binary;
    uint32_t binary_length;
    const char *text;
    uint32_t text_length;
};

struct value {
    enum value_kind kind;
    union {
        bool boolean;
        int64_t integer;
        double real;
        struct {
            int64_t unscaled;
            int scale; /* 0..18 */
        } decimal;
        struct {
            const char *data;
            uint32_t length;
        } bytes;
        uint8_t uuid[16];
        struct {
            int32_t months, days;
            int64_t microseconds;
        } interval;
        struct {
            uint8_t address[16]; /* network order; the first 4 bytes for IPv4 */
            uint8_t prefix;      /* 0..32 or 0..128 */
            bool v6;
        } inet;
        struct {
            const struct value *elements;
            uint32_t count;
        } array;
        const struct raw_value *raw;
    } as;
};

/* Memory for the variable-length parts of the values of one row. Allocated once, before measuring;
 * the sizes that the generators announce (generator_max_bytes) make sure that it never overflows.
 */
struct scratch {
    char *base;
    size_t size, used;
};

void scratch_init(struct scratch *scratch, size_t size);
void scratch_release(struct scratch *scratch);
static inline void scratch_reset(struct scratch *scratch) {
    scratch->used = 0;
}
/* length bytes aligned to 8; panics on overflow, which would be a generator's fault. */
void *scratch_take(struct scratch *scratch, size_t length);

#endif
