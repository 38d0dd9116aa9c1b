/* serial, int, float, numeric, bool. */
#include <math.h>

#include "row/args.h"
#include "row/generator_list.h"

static enum value_kind kind_int(const void *spec) {
    (void)spec;
    return VALUE_INT;
}

/* serial */

struct serial {
    int64_t start, step;
};

static bool serial_compile(const struct generator_args *args, struct arena *arena, void **out,
                           struct error *error) {
    struct serial *spec = *out = ARENA_NEW(arena, struct serial);
    if (!args_int(args, "start", "1", &spec->start, error) ||
        !args_int(args, "step", "1", &spec->step, error))
        return false;
    if (spec->step == 0) {
        args_error(args, args_find(args, "step"), error, "step: 0 would give every row one value");
        return error_hint(error, "for example step: 1, or the generator const");
    }
    return true;
}

static void serial_draw(const void *opaque, struct draw *draw, struct value *value) {
    const struct serial *spec = opaque;
    value->kind = VALUE_INT;
    value->as.integer = (int64_t)((uint64_t)spec->start + draw->row * (uint64_t)spec->step);
}

const struct generator generator_serial = {
    .name = "serial",
    .summary = "whole numbers that count up with the row number; the same for every seed",
    .params =
        (const struct generator_param[]){
            {"start", "value of the first row; default 1"},
            {"step", "difference from row to row, not 0; default 1"},
            {0},
        },
    .compile = serial_compile,
    .draw = serial_draw,
    .kind = kind_int,
};

/* int */

struct int_range {
    int64_t min;
    struct dist dist;
};

#define INT_MIN_DEFAULT "1"
#define INT_MAX_DEFAULT "1000000"

static bool int_compile(const struct generator_args *args, struct arena *arena, void **out,
                        struct error *error) {
    struct int_range *spec = *out = ARENA_NEW(arena, struct int_range);
    struct args_dist dist;
    int64_t max;
    if (!args_int(args, "min", INT_MIN_DEFAULT, &spec->min, error) ||
        !args_int(args, "max", INT_MAX_DEFAULT, &max, error) ||
        !args_ordered(args, spec->min <= max, INT_MIN_DEFAULT, INT_MAX_DEFAULT, error) ||
        !args_dist(args, &dist, error))
        return false;
    dist_init(&spec->dist, dist.kind, dist.skew, (uint64_t)max - (uint64_t)spec->min);
    return true;
}

static void int_draw(const void *opaque, struct draw *draw, struct value *value) {
    const struct int_range *spec = opaque;
    value->kind = VALUE_INT;
    value->as.integer = (int64_t)((uint64_t)spec->min + dist_index(&spec->dist, &draw->rng));
}

const struct generator generator_int = {
    .name = "int",
    .summary = "whole numbers of a range",
    .params =
        (const struct generator_param[]){
            {"min", "lowest value; default " INT_MIN_DEFAULT},
            {"max", "highest value; default " INT_MAX_DEFAULT},
            ARGS_DIST_PARAMS,
            {0},
        },
    .compile = int_compile,
    .draw = int_draw,
    .kind = kind_int,
};

/* float */

struct float_range {
    double min, max;
    struct dist dist;
};

#define FLOAT_MIN_DEFAULT "0"
#define FLOAT_MAX_DEFAULT "1"

static bool float_compile(const struct generator_args *args, struct arena *arena, void **out,
                          struct error *error) {
    struct float_range *spec = *out = ARENA_NEW(arena, struct float_range);
    struct args_dist dist;
    if (!args_real(args, "min", FLOAT_MIN_DEFAULT, &spec->min, error) ||
        !args_real(args, "max", FLOAT_MAX_DEFAULT, &spec->max, error) ||
        !args_ordered(args, spec->min <= spec->max, FLOAT_MIN_DEFAULT, FLOAT_MAX_DEFAULT, error) ||
        !args_dist(args, &dist, error))
        return false;
    dist_init_real(&spec->dist, dist.kind, dist.skew);
    return true;
}

static void float_draw(const void *opaque, struct draw *draw, struct value *value) {
    const struct float_range *spec = opaque;
    double fraction = dist_fraction(&spec->dist, &draw->rng);
    /* Not min + fraction * (max - min): the difference may be infinite. */
    double real = spec->min * (1 - fraction) + spec->max * fraction;
    value->kind = VALUE_FLOAT;
    value->as.real = fmin(fmax(real, spec->min), spec->max);
}

static enum value_kind kind_float(const void *spec) {
    (void)spec;
    return VALUE_FLOAT;
}

const struct generator generator_float = {
    .name = "float",
    .summary = "real numbers of a range",
    .params =
        (const struct generator_param[]){
            {"min", "lowest value; default " FLOAT_MIN_DEFAULT},
            {"max", "upper end of the range; default " FLOAT_MAX_DEFAULT},
            ARGS_DIST_PARAMS,
            {0},
        },
    .compile = float_compile,
    .draw = float_draw,
    .kind = kind_float,
};

/* numeric */

struct numeric_range {
    int64_t min; /* times 10^scale */
    int scale;
    struct dist dist;
};

#define NUMERIC_MIN_DEFAULT "0"
#define NUMERIC_MAX_DEFAULT "1000"

static bool numeric_compile(const struct generator_args *args, struct arena *arena, void **out,
                            struct error *error) {
    struct numeric_range *spec = *out = ARENA_NEW(arena, struct numeric_range);
    struct args_dist dist;
    int64_t max, scale;
    if (!args_int(args, "scale", "2", &scale, error))
        return false;
    if (scale < 0 || scale > ARGS_DECIMAL_DIGITS_MAX) {
        args_error(args, args_find(args, "scale"), error, "scale: %lld is not 0..%d",
                   (long long)scale, ARGS_DECIMAL_DIGITS_MAX);
        return error_hint(error, "scale is the number of decimals, for example scale: 2");
    }
    spec->scale = (int)scale;
    if (!args_decimal(args, "min", NUMERIC_MIN_DEFAULT, spec->scale, &spec->min, error) ||
        !args_decimal(args, "max", NUMERIC_MAX_DEFAULT, spec->scale, &max, error) ||
        !args_ordered(args, spec->min <= max, NUMERIC_MIN_DEFAULT, NUMERIC_MAX_DEFAULT, error) ||
        !args_dist(args, &dist, error))
        return false;
    dist_init(&spec->dist, dist.kind, dist.skew, (uint64_t)max - (uint64_t)spec->min);
    return true;
}

static void numeric_draw(const void *opaque, struct draw *draw, struct value *value) {
    const struct numeric_range *spec = opaque;
    value->kind = VALUE_DECIMAL;
    value->as.decimal.unscaled =
        (int64_t)((uint64_t)spec->min + dist_index(&spec->dist, &draw->rng));
    value->as.decimal.scale = spec->scale;
}

static enum value_kind kind_decimal(const void *spec) {
    (void)spec;
    return VALUE_DECIMAL;
}

const struct generator generator_numeric = {
    .name = "numeric",
    .summary = "decimal numbers of a range, of at most 18 digits",
    .params =
        (const struct generator_param[]){
            {"min", "lowest value; default " NUMERIC_MIN_DEFAULT},
            {"max", "highest value; default " NUMERIC_MAX_DEFAULT},
            {"scale", "number of decimals, 0 to 18; default 2"},
            ARGS_DIST_PARAMS,
            {0},
        },
    .compile = numeric_compile,
    .draw = numeric_draw,
    .kind = kind_decimal,
};

/* bool */

static bool bool_compile(const struct generator_args *args, struct arena *arena, void **out,
                         struct error *error) {
    double *share = *out = ARENA_NEW(arena, double);
    return args_share(args, "share", "50%", share, error);
}

static void bool_draw(const void *opaque, struct draw *draw, struct value *value) {
    const double *share = opaque;
    value->kind = VALUE_BOOL;
    value->as.boolean = rng_unit(&draw->rng) < *share;
}

static enum value_kind kind_bool(const void *spec) {
    (void)spec;
    return VALUE_BOOL;
}

const struct generator generator_bool = {
    .name = "bool",
    .summary = "true or false",
    .params =
        (const struct generator_param[]){
            {"share", "share of true: 10% or 0..1; default 50%"},
            {0},
        },
    .compile = bool_compile,
    .draw = bool_draw,
    .kind = kind_bool,
};
