#include "pg/type.h"

#include <string.h>

static const struct {
    const char *name;
    enum pg_class class;
} names[] = {
    {"bool", PG_BOOL},         {"int2", PG_INT2},           {"int4", PG_INT4},
    {"int8", PG_INT8},         {"float4", PG_FLOAT4},       {"float8", PG_FLOAT8},
    {"numeric", PG_NUMERIC},   {"text", PG_TEXT},           {"varchar", PG_TEXT},
    {"bpchar", PG_TEXT},       {"name", PG_TEXT},           {"citext", PG_TEXT},
    {"bytea", PG_BYTEA},       {"uuid", PG_UUID},           {"date", PG_DATE},
    {"time", PG_TIME},         {"timestamp", PG_TIMESTAMP}, {"timestamptz", PG_TIMESTAMP},
    {"interval", PG_INTERVAL}, {"json", PG_JSON},           {"jsonb", PG_JSONB},
    {"inet", PG_INET},         {"cidr", PG_INET},
};

enum pg_class pg_class_of(const char *typname) {
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(names[i].name, typname) == 0)
            return names[i].class;
    }
    return PG_OTHER;
}

bool pg_type_accepts(const struct pg_type *type, enum value_kind kind) {
    if (kind == VALUE_NULL || kind == VALUE_RAW)
        return true;
    switch (type->class) {
    case PG_BOOL:
        return kind == VALUE_BOOL;
    case PG_INT2:
    case PG_INT4:
    case PG_INT8:
    case PG_FLOAT4:
    case PG_FLOAT8:
    case PG_NUMERIC:
        return kind == VALUE_INT || kind == VALUE_FLOAT || kind == VALUE_DECIMAL;
    case PG_TEXT:
        return kind != VALUE_ARRAY;
    case PG_BYTEA:
        return kind == VALUE_BYTES || kind == VALUE_TEXT;
    case PG_UUID:
        return kind == VALUE_UUID;
    case PG_DATE:
    case PG_TIMESTAMP:
        return kind == VALUE_DATE || kind == VALUE_TIMESTAMP;
    case PG_TIME:
        return kind == VALUE_TIME;
    case PG_INTERVAL:
        return kind == VALUE_INTERVAL;
    case PG_JSON:
    case PG_JSONB:
        return kind == VALUE_JSON;
    case PG_INET:
        return kind == VALUE_INET;
    case PG_ENUM:
        return kind == VALUE_TEXT;
    case PG_ARRAY:
        return kind == VALUE_ARRAY && type->element->class != PG_OTHER;
    case PG_OTHER:
        break;
    }
    return false;
}

/* The most that a value without a variable part takes in either form: the longest are an interval's
 * text (58) and a numeric's text, of a float of 1e308 or 1e-323 (341). */
static size_t fixed_bytes_max(const struct pg_type *type) {
    if (type->class != PG_NUMERIC)
        return 64;
    size_t scale = (size_t)(type->scale < 0 ? -type->scale : type->scale);
    return 352 + (size_t)type->precision + scale;
}

size_t pg_type_max_bytes(const struct pg_type *type, size_t value_bytes) {
    if (type->class != PG_ARRAY)
        return fixed_bytes_max(type) + 2 * value_bytes; /* twice: bytes in hexadecimal */
    /* An element stands in its scratch with a struct value of its own. As text it is quoted, with a
     * comma, and perhaps every byte of it escaped; as binary it has a length word. */
    size_t count_max = value_bytes / sizeof(struct value);
    return 64 + count_max * (2 * fixed_bytes_max(type->element) + 4) + 4 * value_bytes;
}
