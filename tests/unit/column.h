/* For tests of generators: a column, its rows, and their values as text. Include it after cmocka.h.
 */
#ifndef PGWRITE_TESTS_COLUMN_H
#define PGWRITE_TESTS_COLUMN_H

#include <string.h>

#include "base/strbuf.h"
#include "row/format.h"
#include "row/generator.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define PAIRS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define ROWS 10000

/* A column with what its draws need. */
struct column {
    struct arena arena;
    struct column_generator generator;
    struct scratch scratch;
};

static inline void column_ready(struct column *column, uint64_t seed) {
    column->generator.key = rng_key(seed, "t.c");
    scratch_init(&column->scratch, generator_max_bytes(&column->generator));
}

static inline void column_init(struct column *column, const char *name, const char *const *pairs) {
    struct error error = {0};
    *column = (struct column){0};
    if (!generator_make(name, pairs, &column->arena, &column->generator, &error))
        fail_msg("%s: %s", name, error.what);
    column_ready(column, 1);
}

/* {gen: choice, of: [items]} */
static inline void column_init_choice(struct column *column, const struct generator_arg *items,
                                      size_t count) {
    struct generator_arg of = {.key = "of", .items = items, .item_count = count};
    struct generator_args args = {.args = &of, .count = 1};
    struct error error = {0};
    *column = (struct column){0};
    assert_true(generator_compile(generator_find("choice"), &args, &column->arena,
                                  &column->generator, &error));
    column_ready(column, 1);
}

static inline void column_release(struct column *column) {
    scratch_release(&column->scratch);
    arena_release(&column->arena);
}

static inline struct value draw_row(struct column *column, uint64_t row) {
    struct value value;
    scratch_reset(&column->scratch);
    column_draw(&column->generator, row, &column->scratch, &value);
    return value;
}

static inline void show(struct strbuf *out, const struct value *value) {
    char text[64];
    switch (value->kind) {
    case VALUE_NULL:
        strbuf_add(out, "null");
        break;
    case VALUE_BOOL:
        strbuf_add(out, value->as.boolean ? "true" : "false");
        break;
    case VALUE_FLOAT:
        strbuf_printf(out, "%.17g", value->as.real);
        break;
    case VALUE_DECIMAL:
        *format_decimal(text, value->as.decimal.unscaled, value->as.decimal.scale) = '\0';
        strbuf_add(out, text);
        break;
    case VALUE_TEXT:
    case VALUE_JSON:
        strbuf_add_bytes(out, value->as.bytes.data, value->as.bytes.length);
        break;
    case VALUE_BYTES:
        for (uint32_t i = 0; i < value->as.bytes.length; i++)
            strbuf_printf(out, "%02x", (unsigned char)value->as.bytes.data[i]);
        break;
    case VALUE_UUID:
        *format_uuid(text, value->as.uuid) = '\0';
        strbuf_add(out, text);
        break;
    case VALUE_INTERVAL:
        strbuf_printf(out, "%d %d %lld", value->as.interval.months, value->as.interval.days,
                      (long long)value->as.interval.microseconds);
        break;
    case VALUE_INET:
        for (int i = 0; i < (value->as.inet.v6 ? 16 : 4); i++)
            strbuf_printf(out, "%d.", value->as.inet.address[i]);
        strbuf_printf(out, "/%d", value->as.inet.prefix);
        break;
    case VALUE_ARRAY:
        for (uint32_t i = 0; i < value->as.array.count; i++) {
            strbuf_add(out, i ? "," : "[");
            show(out, &value->as.array.elements[i]);
        }
        strbuf_add(out, "]");
        break;
    case VALUE_RAW:
        strbuf_add_bytes(out, value->as.raw->text, value->as.raw->text_length);
        break;
    default: /* the integers */
        strbuf_printf(out, "%lld", (long long)value->as.integer);
    }
}

static inline void assert_row(struct column *column, uint64_t row, const char *expected) {
    struct strbuf text = STRBUF_INIT;
    struct value value = draw_row(column, row);
    show(&text, &value);
    if (strcmp(text.text, expected) != 0)
        fail_msg("row %llu is %s, not %s", (unsigned long long)row, text.text, expected);
    strbuf_release(&text);
}

#endif
