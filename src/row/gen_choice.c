/* choice and const: literal values of the workload. */
#include <math.h>
#include <string.h>

#include "row/args.h"
#include "row/generator_list.h"

/*
 * Weighted choices are drawn in one step by the alias method: a column of a table is picked
 * uniformly, then either its own value or its alias. M. Vose, "A Linear Algorithm for Generating
 * Random Numbers with a Given Distribution", IEEE TSE 17(9), 1991.
 */
struct alias {
    uint64_t own; /* 2^64 times the share of the column that is its own value's */
    size_t other;
};

struct literals {
    struct value *values;
    size_t count;
    struct alias *aliases; /* NULL: all alike */
};

static struct value text_value(const char *text) {
    struct value value = {.kind = VALUE_TEXT};
    value.as.bytes.data = text;
    value.as.bytes.length = (uint32_t)strlen(text);
    return value;
}

static enum value_kind literals_kind(const void *opaque) {
    const struct literals *spec = opaque;
    return spec->values[0].kind;
}

static size_t literals_max_bytes(const void *opaque) {
    const struct literals *spec = opaque;
    size_t max = 1;
    for (size_t i = 0; i < spec->count; i++) {
        const struct value *value = &spec->values[i];
        size_t length = value->as.bytes.length;
        if (value->kind == VALUE_RAW) {
            const struct raw_value *raw = value->as.raw;
            length = raw->binary_length > raw->text_length ? raw->binary_length : raw->text_length;
        }
        max = length > max ? length : max;
    }
    return max;
}

static struct value *literals_values(void *opaque, size_t *count) {
    struct literals *spec = opaque;
    *count = spec->count;
    return spec->values;
}

/* choice */

#define OF_EXAMPLE "for example of: [red, green] or of: {red: 70, green: 30}"

static uint64_t to_threshold(double share) {
    return share >= 1 ? UINT64_MAX : (uint64_t)(share * 0x1p64);
}

/* shares: each value's weight over the mean weight; overwritten. */
static struct alias *aliases_build(double *shares, size_t count, struct arena *arena) {
    struct alias *aliases = ARENA_ARRAY(arena, struct alias, count);
    size_t *stack =
        ARENA_ARRAY(arena, size_t, count); /* small ones from below, large ones from above */
    size_t small = 0, large = count;
    for (size_t i = 0; i < count; i++)
        stack[shares[i] < 1 ? small++ : --large] = i;
    while (small > 0 && large < count) {
        size_t less = stack[--small], more = stack[large];
        aliases[less] = (struct alias){to_threshold(shares[less]), more};
        shares[more] = shares[more] + shares[less] - 1;
        if (shares[more] < 1) { /* it moves to the small ones */
            large++;
            stack[small++] = more;
        }
    }
    while (small > 0) { /* only rounding leaves any: their share is 1 */
        size_t i = stack[--small];
        aliases[i] = (struct alias){UINT64_MAX, i};
    }
    for (; large < count; large++)
        aliases[stack[large]] = (struct alias){UINT64_MAX, stack[large]};
    return aliases;
}

static bool read_weights(const struct generator_args *args, const struct generator_arg *of,
                         double *weights, struct error *error) {
    double sum = 0;
    for (size_t i = 0; i < of->item_count; i++) {
        const struct generator_arg *item = &of->items[i];
        if (!parse_real(item->scalar, &weights[i], error))
            return args_wrap(args, item, item->key, error);
        if (!(weights[i] > 0)) {
            args_error(args, item, error, "%s: the weight %s is not above 0", item->key,
                       item->scalar);
            return error_hint(error, "leave the value out, or give it a weight such as 0.5 or 70");
        }
        sum += weights[i];
    }
    if (!isfinite(sum))
        return args_error(args, of, error, "of: the sum of the weights is too large");
    for (size_t i = 0; i < of->item_count; i++)
        weights[i] = weights[i] / sum * (double)of->item_count;
    return true;
}

static bool choice_compile(const struct generator_args *args, struct arena *arena, void **out,
                           struct error *error) {
    struct literals *spec = *out = ARENA_NEW(arena, struct literals);
    const struct generator_arg *of = args_find(args, "of");
    if (of == NULL || of->scalar != NULL || of->item_count == 0) {
        args_error(args, of, error, "%s",
                   of == NULL   ? "the argument \"of\" is missing"
                   : of->scalar ? "of: a list or a map of values is expected"
                                : "of: there is nothing to choose from");
        return error_hint(error, OF_EXAMPLE);
    }
    bool weighted = of->items[0].key != NULL;
    spec->count = of->item_count;
    spec->values = ARENA_ARRAY(arena, struct value, spec->count);
    for (size_t i = 0; i < spec->count; i++) {
        if (of->items[i].scalar == NULL) {
            args_error(args, &of->items[i], error,
                       "of: every %s is one word or number, not a list "
                       "or a map",
                       weighted ? "weight" : "value");
            return error_hint(error, OF_EXAMPLE);
        }
        spec->values[i] = text_value(weighted ? of->items[i].key : of->items[i].scalar);
    }
    if (weighted) {
        double *weights = ARENA_ARRAY(arena, double, spec->count);
        if (!read_weights(args, of, weights, error))
            return false;
        spec->aliases = aliases_build(weights, spec->count, arena);
    }
    return true;
}

static void choice_draw(const void *opaque, struct draw *draw, struct value *value) {
    const struct literals *spec = opaque;
    unsigned __int128 product = (unsigned __int128)rng_next(&draw->rng) * spec->count;
    size_t index = (size_t)(product >> 64);
    if (spec->aliases != NULL && (uint64_t)product >= spec->aliases[index].own)
        index = spec->aliases[index].other;
    *value = spec->values[index];
}

const struct generator generator_choice = {
    .name = "choice",
    .summary = "one of some values, by weight",
    .params =
        (const struct generator_param[]){
            {"of", "a list of values, or a map from value to weight; weights are positive numbers"},
            {0},
        },
    .compile = choice_compile,
    .draw = choice_draw,
    .kind = literals_kind,
    .max_bytes = literals_max_bytes,
    .literals = literals_values,
};

/* const */

static bool const_compile(const struct generator_args *args, struct arena *arena, void **out,
                          struct error *error) {
    struct literals *spec = *out = ARENA_NEW(arena, struct literals);
    const char *text;
    if (!args_text(args, "value", NULL, &text, error))
        return error_hint(error, "for example {gen: const, value: 42}");
    spec->count = 1;
    spec->values = ARENA_NEW(arena, struct value);
    *spec->values = text_value(text);
    return true;
}

static void const_draw(const void *opaque, struct draw *draw, struct value *value) {
    const struct literals *spec = opaque;
    (void)draw;
    *value = spec->values[0];
}

const struct generator generator_const = {
    .name = "const",
    .summary = "one value in every row",
    .params =
        (const struct generator_param[]){
            {"value", "the value, as the column's type reads it"},
            {0},
        },
    .compile = const_compile,
    .draw = const_draw,
    .kind = literals_kind,
    .max_bytes = literals_max_bytes,
    .literals = literals_values,
};
