#include "row/literals.h"

#include <math.h>
#include <string.h>

#include "row/args.h"

void literals_init(struct literals *literals, const struct generator_arg *items, size_t count,
                   struct arena *arena) {
    literals->count = count;
    literals->values = ARENA_ARRAY(arena, struct value, count);
    for (size_t i = 0; i < count; i++) {
        const char *text = items[i].key ? items[i].key : items[i].scalar;
        literals->values[i].kind = VALUE_TEXT;
        literals->values[i].as.bytes.data = text;
        literals->values[i].as.bytes.length = (uint32_t)strlen(text);
    }
}

enum value_kind literals_kind(const void *spec) {
    const struct literals *literals = spec;
    return literals->values[0].kind;
}

size_t literals_max_bytes(const void *spec) {
    const struct literals *literals = spec;
    size_t max = 1;
    for (size_t i = 0; i < literals->count; i++) {
        const struct value *value = &literals->values[i];
        size_t length = value->as.bytes.length;
        if (value->kind == VALUE_RAW) {
            const struct raw_value *raw = value->as.raw;
            length = raw->binary_length > raw->text_length ? raw->binary_length : raw->text_length;
        }
        max = length > max ? length : max;
    }
    return max;
}

struct value *literals_values(void *spec, size_t *count) {
    struct literals *literals = spec;
    *count = literals->count;
    return literals->values;
}

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

bool aliases_read(const struct generator_args *args, const struct generator_arg *of,
                  const char *example, struct arena *arena, struct alias **aliases,
                  struct error *error) {
    double *weights = ARENA_ARRAY(arena, double, of->item_count);
    double sum = 0;
    for (size_t i = 0; i < of->item_count; i++) {
        const struct generator_arg *item = &of->items[i];
        const char *name = item->key ? item->key : of->key;
        if (item->scalar == NULL) {
            args_error(args, item, error, "%s: every weight is one number, not a list or a map",
                       of->key);
            return error_hint(error, "%s", example);
        }
        if (!parse_real(item->scalar, &weights[i], error))
            return args_wrap(args, item, name, error);
        if (!(weights[i] > 0)) {
            args_error(args, item, error, "%s: the weight %s is not above 0", name, item->scalar);
            return error_hint(error, "leave the value out, or give it a weight such as 0.5 or 70");
        }
        sum += weights[i];
    }
    if (!isfinite(sum))
        return args_error(args, of, error, "%s: the sum of the weights is too large", of->key);
    for (size_t i = 0; i < of->item_count; i++)
        weights[i] = weights[i] / sum * (double)of->item_count;
    *aliases = aliases_build(weights, of->item_count, arena);
    return true;
}
