/*
 * The PostgreSQL types that pgwrite can write, and the field writer: a value's binary form as the
 * type's receive function takes it, and its text form as the type's input function takes it.
 *
 * All write paths send what these two functions write: COPY BINARY frames it, the parameterised
 * paths send the same bytes. Source of the formats: the *_recv functions of PostgreSQL
 * (src/backend/utils/adt).
 */
#ifndef PGWRITE_PG_TYPE_H
#define PGWRITE_PG_TYPE_H

#include "base/error.h"
#include "base/memory.h"
#include "row/value.h"

enum pg_class {
    PG_BOOL,
    PG_INT2,
    PG_INT4,
    PG_INT8,
    PG_FLOAT4,
    PG_FLOAT8,
    PG_NUMERIC,
    PG_TEXT, /* text, varchar, bpchar, name, citext: bytes as they are; unknown length checks are
                the server's */
    PG_BYTEA,
    PG_UUID,
    PG_DATE,
    PG_TIME,
    PG_TIMESTAMP, /* timestamp and timestamptz */
    PG_INTERVAL,
    PG_JSON,
    PG_JSONB,
    PG_INET, /* inet and cidr */
    PG_ENUM,
    PG_ARRAY,
    PG_OTHER, /* any other type: takes VALUE_RAW alone */
};

struct pg_type {
    enum pg_class class;
    uint32_t oid;         /* of the base type where the column's is a domain */
    const char *name;     /* as format_type() gives it, with typmod; for casts and messages */
    int length;           /* varchar(n), char(n): n; 0: no limit */
    int precision, scale; /* numeric(p, s); precision 0: no limit */
    const struct pg_type *element; /* of an array, else NULL */
    const char *const *labels;     /* of an enum */
    size_t label_count;
    bool is_cidr;
};

/* The class of a base type by its name (pg_type.typname), PG_OTHER for one that isn't known. Enums
 * and arrays are not told by their names but by pg_type.typtype and typelem. */
enum pg_class pg_class_of(const char *typname);

/* Whether values of this kind can be written to the type. A text column takes every kind but
 * arrays; every type takes VALUE_NULL (which the writers are not given) and VALUE_RAW. Of an array
 * it can only say that its elements can be written at all: the element's type says which kinds. */
bool pg_type_accepts(const struct pg_type *type, enum value_kind kind);

/* Writes the binary form (without the length word) and returns its end. The caller has at least
 * pg_type_max_bytes() bytes of room. The value is not VALUE_NULL; pg_type_accepts() holds. Numbers
 * are cast as PostgreSQL would round them; a value out of the type's range is clamped to it, never
 * wrapped. */
uint8_t *pg_write_binary(const struct pg_type *type, const struct value *value, uint8_t *out);

/* Writes the text form, no quoting, no NUL, and returns its end; room as above. */
char *pg_write_text(const struct pg_type *type, const struct value *value, char *out);

/* Upper bound for both forms of a value whose variable part is at most value_bytes long; the
 * variable part of an array is its elements' struct values and the variable parts of these. */
size_t pg_type_max_bytes(const struct pg_type *type, size_t value_bytes);

/* Text escaped for its place; each returns the end. Worst cases: COPY text 2 × length, CSV and SQL
 * literal 2 × length + 2. The CSV writer always quotes, so that an empty text is not NULL; the
 * literal is for standard_conforming_strings = on. */
char *pg_escape_copy_text(const char *text, size_t length, char *out);
char *pg_escape_csv(const char *text, size_t length, char *out);
char *pg_escape_literal(const char *text, size_t length, char *out);

#endif
