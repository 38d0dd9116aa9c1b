#include "row/generator.h"

#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "row/args.h"
#include "row/generator_list.h"

#define PARAMS_MAX 16
#define MAX_BYTES_DEFAULT 64
#define NULL_PARAM "null"

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

/* The names that a generator takes, `null` last. */
static size_t param_names(const struct generator *generator, const char *names[PARAMS_MAX]) {
    size_t count = 0;
    for (const struct generator_param *param = generator->params; param && param->name; param++)
        if (count < PARAMS_MAX - 1)
            names[count++] = param->name;
    names[count++] = NULL_PARAM;
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
    if (!args_share(args, NULL_PARAM, "0", &out->null_share, error))
        return false;
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
