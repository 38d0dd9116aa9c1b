#include "row/generator.h"

#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "row/args.h"
#include "row/generator_list.h"

#define PARAMS_MAX 16
#define MAX_BYTES_DEFAULT 64
#define NULL_PARAM "null"
#define PER_PARAM "per"

#define GENERATOR_POINTER(name) &generator_##name,
const struct generator *const generators[] = {GENERATOR_LIST(GENERATOR_POINTER)};
#undef GENERATOR_POINTER
const size_t generator_count = sizeof(generators) / sizeof(generators[0]);

const struct generator *generator_find(const char *name) {
    for (size_t i = 0; i < generator_count; i++)
        if (strcmp(generators[i]->name, name) == 0)
            return generators[i];
    return NULL;
}

/* The names that a generator takes, the common ones last. */
static size_t param_names(const struct generator *generator, const char *names[PARAMS_MAX]) {
    size_t count = 0;
    for (const struct generator_param *param = generator->params; param && param->name; param++)
        if (count < PARAMS_MAX - 2)
            names[count++] = param->name;
    names[count++] = NULL_PARAM;
    names[count++] = PER_PARAM;
    return count;
}

static bool check_name(const struct generator *generator, const struct generator_args *args,
                       const struct generator_arg *arg, struct error *error) {
    const char *names[PARAMS_MAX];
    size_t count = param_names(generator, names);
    char known[256];
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i], arg->key) == 0)
            return true;
        int n = snprintf(known + used, sizeof(known) - used, "%s%s", i ? ", " : "", names[i]);
        used = used + (size_t)n < sizeof(known) ? used + (size_t)n : sizeof(known) - 1;
    }
    const char *nearest = units_nearest(arg->key, names, count);
    args_error(args, arg, error, "the generator %s has no argument \"%s\"", generator->name,
               arg->key);
    return nearest ? error_hint(error, "did you mean \"%s\"? %s takes: %s", nearest,
                                generator->name, known)
                   : error_hint(error, "%s takes: %s", generator->name, known);
}

bool generator_compile(const struct generator *generator, const struct generator_args *args,
                       struct arena *arena, struct column_generator *out, struct error *error) {
    *out = (struct column_generator){.generator = generator};
    for (size_t i = 0; i < args->count; i++) {
        if (!check_name(generator, args, &args->args[i], error))
            return false;
        if (args_find(args, args->args[i].key) != &args->args[i])
            return args_error(args, &args->args[i], error, "the argument \"%s\" is given twice",
                              args->args[i].key);
    }
    static const char *const pers[] = {"row", "commit"};
    size_t per;
    if (!args_share(args, NULL_PARAM, "0", &out->null_share, error) ||
        !args_name(args, PER_PARAM, pers[0], pers, 2, &per, error))
        return false;
    out->per_commit = per == 1;
    return generator->compile == NULL || generator->compile(args, arena, &out->spec, error);
}

bool generator_make(const char *generator_name, const char *const *key_value_pairs,
                    struct arena *arena, struct column_generator *out, struct error *error) {
    const struct generator *generator = generator_find(generator_name);
    if (generator == NULL)
        panic("there is no generator \"%s\"", generator_name);
    struct generator_arg list[PARAMS_MAX];
    struct generator_args args = {.args = list};
    for (const char *const *pair = key_value_pairs; pair && *pair; pair += 2) {
        if (args.count == PARAMS_MAX)
            panic("more than %d arguments for the generator \"%s\"", PARAMS_MAX, generator_name);
        list[args.count++] = (struct generator_arg){.key = pair[0], .scalar = pair[1]};
    }
    return generator_compile(generator, &args, arena, out, error);
}

size_t generator_max_bytes(const struct column_generator *column) {
    const struct generator *generator = column->generator;
    size_t bytes = generator->max_bytes ? generator->max_bytes(column->spec) : MAX_BYTES_DEFAULT;
    return (bytes + 7) & ~(size_t)7;
}

bool generator_by_commit(const struct column_generator *column) {
    if (column->per_commit || column->generator->by_commit)
        return true;
    size_t count = 0;
    const struct column_generator *const *needs =
        column->generator->needs ? column->generator->needs(column->spec, &count) : NULL;
    for (size_t i = 0; i < count; i++)
        if (generator_by_commit(needs[i]))
            return true;
    return false;
}

bool generator_may_be_null(const struct column_generator *column) {
    if (column->null_share > 0)
        return true;
    size_t count = 0;
    const struct column_generator *const *needs =
        column->generator->needs ? column->generator->needs(column->spec, &count) : NULL;
    for (size_t i = 0; i < count; i++)
        if (generator_may_be_null(needs[i]))
            return true;
    return false;
}
