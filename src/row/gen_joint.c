/* joint: columns whose values belong together, such as a city and its country. Each has a list, and
 * in a row all lists of one key are read at the same index. */
#include <stdlib.h>
#include <string.h>

#include "row/args.h"
#include "row/generator_list.h"
#include "row/literals.h"
#include "row/siblings.h"

#define JOINT_EXAMPLE \
    "for example {gen: joint, key: place, values: [Berlin, Paris, Lyon], weights: [5, 3, 1]}"

struct joint {
    struct literals literals;
    const char *key;
    struct alias *aliases; /* NULL: all alike; once resolved those of the whole table */
    bool weighted;         /* it is the one with the weights */
    uint64_t stream;       /* of the whole table, once resolved */
};

/* A list of texts. */
static bool read_list(const struct generator_args *args, const char *key,
                      const struct generator_arg **out, struct error *error) {
    const struct generator_arg *list = *out = args_find(args, key);
    const char *wrong = NULL;
    if (list == NULL) {
        args_error(args, NULL, error, "the argument \"%s\" is missing", key);
        return error_hint(error, JOINT_EXAMPLE);
    }
    if (list->scalar != NULL || list->item_count == 0 || list->items[0].key != NULL)
        wrong = "a list is expected";
    for (size_t i = 0; !wrong && i < list->item_count; i++)
        if (list->items[i].scalar == NULL)
            wrong = "every value is one word or number, not a list or a map";
    if (!wrong)
        return true;
    args_error(args, list, error, "%s: %s", key, wrong);
    return error_hint(error, JOINT_EXAMPLE);
}

static bool joint_compile(const struct generator_args *args, struct arena *arena, void **out,
                          struct error *error) {
    struct joint *spec = *out = ARENA_NEW(arena, struct joint);
    const struct generator_arg *values, *weights;
    if (!args_text(args, "key", NULL, &spec->key, error))
        return error_hint(error, JOINT_EXAMPLE);
    if (!read_list(args, "values", &values, error))
        return false;
    literals_init(&spec->literals, values->items, values->item_count, arena);
    spec->weighted = args_find(args, "weights") != NULL;
    if (!spec->weighted)
        return true;
    if (!read_list(args, "weights", &weights, error))
        return false;
    if (weights->item_count != values->item_count) {
        args_error(args, weights, error, "weights: %zu for %zu values", weights->item_count,
                   values->item_count);
        return error_hint(error, "give each value a weight");
    }
    return aliases_read(args, weights, JOINT_EXAMPLE, arena, &spec->aliases, error);
}

/* Another column of the same key. */
static bool fits(struct joint *spec, const struct siblings *siblings, size_t self, size_t other,
                 struct error *error) {
    const struct sibling *column = &siblings->columns[self], *with = &siblings->columns[other];
    const struct joint *joint = with->generator->spec;
    if (joint->literals.count != spec->literals.count) {
        args_error(column->args, args_find(column->args, "values"), error,
                   "values: %zu of them, but \"%s\" with the same key has %zu",
                   spec->literals.count, with->name, joint->literals.count);
        return error_hint(error, "all columns with key: %s need a list of the same length",
                          spec->key);
    }
    if (with->generator->per_commit != column->generator->per_commit) {
        args_error(column->args, args_find(column->args, "per"), error,
                   "\"%s\" with the same key has another `per`", with->name);
        return error_hint(error, "`per: commit` goes to all columns with key: %s, or to none",
                          spec->key);
    }
    if (spec->weighted && joint->weighted) {
        args_error(column->args, args_find(column->args, "weights"), error,
                   "weights: \"%s\" with the same key has weights too", with->name);
        return error_hint(error, "weights belong to one of the columns with key: %s", spec->key);
    }
    if (joint->weighted)
        spec->aliases = joint->aliases;
    return true;
}

static bool joint_resolve(void *opaque, const struct siblings *siblings, size_t self,
                          struct error *error) {
    struct joint *spec = opaque;
    char *name = mem_printf("joint %s", spec->key);
    spec->stream = rng_key(siblings->seed, name);
    free(name);
    for (size_t i = 0; i < siblings->count; i++) {
        const struct column_generator *other = siblings->columns[i].generator;
        if (i == self || !other || other->generator != &generator_joint ||
            strcmp(((const struct joint *)other->spec)->key, spec->key) != 0)
            continue;
        if (!fits(spec, siblings, self, i, error))
            return false;
    }
    return true;
}

static void joint_draw(const void *opaque, struct draw *draw, struct value *value) {
    const struct joint *spec = opaque;
    struct rng rng = rng_at(spec->stream, draw->row);
    *value = spec->literals.values[alias_index(spec->aliases, spec->literals.count, &rng)];
}

const struct generator generator_joint = {
    .name = "joint",
    .summary = "values that belong together: columns with the same key read their lists at the "
               "same place",
    .params =
        (const struct generator_param[]){
            {"key", "a name that the columns share"},
            {"values", "a list, of the same length in all of them"},
            {"weights", "a positive number for each value, in one of the columns; default: all "
                        "alike"},
            {0},
        },
    .compile = joint_compile,
    .draw = joint_draw,
    .kind = literals_kind,
    .max_bytes = literals_max_bytes,
    .literals = literals_values,
    .resolve = joint_resolve,
};
