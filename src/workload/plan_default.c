#include "workload/plan_default.h"

#include <stdio.h>

#define PAIRS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* A year that stays the same, so that data do not depend on the day they are made. */
#define DEFAULT_DAY_MIN "2025-01-01"
#define DEFAULT_DAY_MAX "2025-12-31"

enum { TEXT_MIN = 8, TEXT_MAX = 24, NUMERIC_SCALE = 2, ARRAY_ELEMENTS = 5, DISTINCT_TEXT_MAX = 24 };

static const char *const json_template =
    "{\"id\": ${row}, \"kind\": \"${choice alpha beta gamma}\", "
    "\"label\": \"${words 1..3}\", \"value\": ${int 1..1000}}";

bool plan_can_be_distinct(const struct pg_type *type) {
    switch (type->class) {
    case PG_INT2:
    case PG_INT4:
    case PG_INT8:
    case PG_FLOAT8:
    case PG_NUMERIC:
    case PG_BYTEA:
    case PG_UUID:
    case PG_TIMESTAMP:
        return true;
    case PG_TEXT:
        return type->length == 0 || type->length >= 3;
    default:
        return false;
    }
}

static bool make_distinct(const struct pg_type *type, struct arena *arena,
                          struct column_generator *out, struct error *error) {
    switch (type->class) {
    case PG_UUID:
        return generator_make("uuid", PAIRS("version", "4"), arena, out, error);
    case PG_BYTEA:
        return generator_make("bytes", PAIRS("min", "16", "max", "16"), arena, out, error);
    case PG_TIMESTAMP:
        return generator_make("timestamp", PAIRS("min", DEFAULT_DAY_MIN, "step", "1ms"), arena, out,
                              error);
    case PG_TEXT: {
        int length =
            type->length && type->length < DISTINCT_TEXT_MAX ? type->length : DISTINCT_TEXT_MAX;
        if (generator_make_distinct_text(length, arena, out))
            return true;
        return error_usage(error, "%s is too short for distinct values", type->name);
    }
    default:
        return generator_make("serial", PAIRS("start", "1"), arena, out, error);
    }
}

static bool make_numeric(const struct pg_type *type, struct arena *arena,
                         struct column_generator *out, struct error *error) {
    int scale = type->precision ? type->scale : NUMERIC_SCALE;
    if (scale < 0)
        scale = 0;
    if (scale > 9)
        scale = 9; /* min and max times 10^scale stay within 18 digits */
    int digits = type->precision ? type->precision - type->scale : 4;
    char scale_text[16], max[16];
    snprintf(max, sizeof max, "%s", scale > 0 ? "0.9" : "0");
    snprintf(scale_text, sizeof scale_text, "%d", scale);
    if (digits > 0)
        snprintf(max, sizeof max, "%s",
                 digits == 1   ? "9"
                 : digits == 2 ? "99"
                 : digits == 3 ? "999"
                               : "1000");
    return generator_make("numeric", PAIRS("min", "0", "max", max, "scale", scale_text), arena, out,
                          error);
}

static bool make_text(const struct pg_type *type, struct arena *arena, struct column_generator *out,
                      struct error *error) {
    int max_chars = type->length && type->length < TEXT_MAX ? type->length : TEXT_MAX;
    char min[16], max[16];
    snprintf(min, sizeof min, "%d", max_chars < TEXT_MIN ? max_chars : TEXT_MIN);
    snprintf(max, sizeof max, "%d", max_chars);
    return generator_make("text", PAIRS("min", min, "max", max), arena, out, error);
}

static bool make_enum(const struct catalog_column *column, const struct pg_type *type,
                      struct arena *arena, struct column_generator *out, struct error *error) {
    struct generator_arg *items = ARENA_ARRAY(arena, struct generator_arg, type->label_count);
    for (size_t i = 0; i < type->label_count; i++)
        items[i].scalar = type->labels[i];
    struct generator_arg *of = ARENA_NEW(arena, struct generator_arg);
    *of = (struct generator_arg){.key = "of", .items = items, .item_count = type->label_count};
    struct generator_args args = {.args = of, .count = 1, .column = column->name};
    return generator_compile(generator_find("choice"), &args, arena, out, error);
}

static bool make_any(const struct catalog_column *column, const struct pg_type *type,
                     struct arena *arena, struct column_generator *out, struct error *error) {
    switch (type->class) {
    case PG_BOOL:
        return generator_make("bool", PAIRS("share", "50%"), arena, out, error);
    case PG_INT2:
        return generator_make("int", PAIRS("min", "1", "max", "10000"), arena, out, error);
    case PG_INT4:
        return generator_make("int", PAIRS("min", "1", "max", "1000000"), arena, out, error);
    case PG_INT8:
        return generator_make("int", PAIRS("min", "1", "max", "1000000000"), arena, out, error);
    case PG_FLOAT4:
    case PG_FLOAT8:
        return generator_make("float", PAIRS("min", "0", "max", "1000"), arena, out, error);
    case PG_NUMERIC:
        return make_numeric(type, arena, out, error);
    case PG_TEXT:
        return make_text(type, arena, out, error);
    case PG_BYTEA:
        return generator_make("bytes", PAIRS("min", "16", "max", "64"), arena, out, error);
    case PG_UUID:
        return generator_make("uuid", PAIRS("version", "4"), arena, out, error);
    case PG_DATE:
        return generator_make("date", PAIRS("min", DEFAULT_DAY_MIN, "max", DEFAULT_DAY_MAX), arena,
                              out, error);
    case PG_TIME:
        return generator_make("time", PAIRS(NULL), arena, out, error);
    case PG_TIMESTAMP:
        return generator_make("timestamp", PAIRS("min", DEFAULT_DAY_MIN, "max", DEFAULT_DAY_MAX),
                              arena, out, error);
    case PG_INTERVAL:
        return generator_make("interval", PAIRS("min", "0", "max", "24h"), arena, out, error);
    case PG_JSON:
    case PG_JSONB:
        return generator_make("json", PAIRS("template", json_template), arena, out, error);
    case PG_INET:
        return generator_make("inet", PAIRS(NULL), arena, out, error);
    case PG_ENUM:
        return make_enum(column, type, arena, out, error);
    case PG_ARRAY: {
        struct column_generator *element = ARENA_NEW(arena, struct column_generator);
        if (!make_any(column, type->element, arena, element, error))
            return false;
        generator_make_array(element, ARRAY_ELEMENTS, arena, out);
        return true;
    }
    case PG_OTHER:
        break;
    }
    return error_usage(error, "column \"%s\" has type %s, for which pgwrite has no generator",
                       column->name, type->name);
}

bool plan_default(const struct catalog_column *column, bool distinct, struct arena *arena,
                  struct column_generator *out, struct error *error) {
    if (distinct && !plan_can_be_distinct(column->type))
        return error_usage(error,
                           "column \"%s\" is unique, and %s has no generator of distinct values",
                           column->name, column->type->name);
    if (!(distinct ? make_distinct(column->type, arena, out, error)
                   : make_any(column, column->type, arena, out, error)))
        return false;
    out->null_share = column->not_null || distinct ? 0 : 0.10;
    return true;
}
