/* choice and const: literal values of the workload. */
#include <string.h>

#include "row/args.h"
#include "row/generator_list.h"
#include "row/literals.h"

/* choice */

#define OF_EXAMPLE "for example of: [red, green] or of: {red: 70, green: 30}"

struct choice {
    struct literals literals;
    struct alias *aliases; /* NULL: all alike */
};

static bool choice_compile(const struct generator_args *args, struct arena *arena, void **out,
                           struct error *error) {
    struct choice *spec = *out = ARENA_NEW(arena, struct choice);
    const struct generator_arg *of = args_find(args, "of");
    if (of == NULL || of->scalar != NULL || of->item_count == 0) {
        args_error(args, of, error, "%s",
                   of == NULL   ? "the argument \"of\" is missing"
                   : of->scalar ? "of: a list or a map of values is expected"
                                : "of: there is nothing to choose from");
        return error_hint(error, OF_EXAMPLE);
    }
    bool weighted = of->items[0].key != NULL;
    for (size_t i = 0; !weighted && i < of->item_count; i++)
        if (of->items[i].scalar == NULL) {
            args_error(args, &of->items[i], error,
                       "of: every value is one word or number, not a list or a map");
            return error_hint(error, OF_EXAMPLE);
        }
    literals_init(&spec->literals, of->items, of->item_count, arena);
    return !weighted || aliases_read(args, of, OF_EXAMPLE, arena, &spec->aliases, error);
}

static void choice_draw(const void *opaque, struct draw *draw, struct value *value) {
    const struct choice *spec = opaque;
    *value = spec->literals.values[alias_index(spec->aliases, spec->literals.count, &draw->rng)];
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
    literals_init(spec, &(struct generator_arg){.scalar = text}, 1, arena);
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
