/* expr: a number made from other columns of the same row. */
#include <math.h>
#include <stdlib.h>

#include "base/strbuf.h"
#include "base/units.h"
#include "row/args.h"
#include "row/expr.h"
#include "row/generator_list.h"
#include "row/siblings.h"

#define FROM_EXAMPLE "for example from: '20000 + 180 * (score - 300) + normal(0, 9000)'"
#define SCALE_DEFAULT "2"
#define DECIMAL_MAX 999999999999999999 /* of ARGS_DECIMAL_DIGITS_MAX digits */

enum expr_type { TYPE_INT, TYPE_FLOAT, TYPE_NUMERIC, TYPE_BOOL };
static const char *const type_names[] = {"int", "float", "numeric", "bool"};

struct form {
    struct expr expr;
    enum expr_type type;
    int scale;
    double power; /* 10^scale */
    double real_min, real_max;
    int64_t min, max;                                         /* of a numeric times 10^scale */
    const struct column_generator *columns[EXPR_COLUMNS_MAX]; /* as in expr, once resolved */
};

static bool read_type(const struct generator_args *args, struct form *form, struct error *error) {
    const struct generator_arg *scale = args_find(args, "scale");
    size_t type;
    int64_t digits;
    if (!args_name(args, "type", type_names[scale ? TYPE_NUMERIC : TYPE_INT], type_names, 4, &type,
                   error) ||
        !args_int(args, "scale", SCALE_DEFAULT, &digits, error))
        return false;
    form->type = (enum expr_type)type;
    if (scale && form->type != TYPE_NUMERIC) {
        args_error(args, scale, error, "scale: only numeric has one, this is %s", type_names[type]);
        return error_hint(error, "write type: numeric, or leave scale out");
    }
    if (digits < 0 || digits > ARGS_DECIMAL_DIGITS_MAX) {
        args_error(args, scale, error, "scale: %lld is not 0..%d", (long long)digits,
                   ARGS_DECIMAL_DIGITS_MAX);
        return error_hint(error, "scale is the number of decimals, for example scale: 2");
    }
    form->scale = (int)digits;
    form->power = pow(10, form->scale);
    return true;
}

static bool read_limits(const struct generator_args *args, struct form *form, struct error *error) {
    const struct generator_arg *min = args_find(args, "min"), *max = args_find(args, "max");
    form->real_min = -INFINITY;
    form->real_max = INFINITY;
    form->min = form->type == TYPE_INT ? INT64_MIN : -DECIMAL_MAX;
    form->max = form->type == TYPE_INT ? INT64_MAX : DECIMAL_MAX;
    bool ok = true;
    switch (form->type) {
    case TYPE_INT:
        ok = (!min || args_int(args, "min", NULL, &form->min, error)) &&
             (!max || args_int(args, "max", NULL, &form->max, error));
        break;
    case TYPE_NUMERIC:
        ok = (!min || args_decimal(args, "min", NULL, form->scale, &form->min, error)) &&
             (!max || args_decimal(args, "max", NULL, form->scale, &form->max, error));
        break;
    case TYPE_FLOAT:
        ok = (!min || args_real(args, "min", NULL, &form->real_min, error)) &&
             (!max || args_real(args, "max", NULL, &form->real_max, error));
        break;
    case TYPE_BOOL:
        if (!min && !max)
            return true;
        args_error(args, min ? min : max, error, "%s: true and false have none",
                   min ? "min" : "max");
        return error_hint(error, "leave it out, or leave `type: bool` out");
    }
    return ok && args_ordered(args, form->min <= form->max && form->real_min <= form->real_max, "0",
                              "1000", error);
}

static bool expr_make(const struct generator_args *args, struct arena *arena, void **out,
                      struct error *error) {
    struct form *form = *out = ARENA_NEW(arena, struct form);
    const char *from;
    if (!args_text(args, "from", NULL, &from, error))
        return error_hint(error, FROM_EXAMPLE);
    if (!expr_compile(from, arena, &form->expr, error))
        return args_wrap(args, args_find(args, "from"), "from", error);
    return read_type(args, form, error) && read_limits(args, form, error);
}

/* Literals of a choice or a joint table, as the server has read them, that are all numbers. */
static bool numbers(const struct column_generator *column) {
    if (!column->generator->literals)
        return false;
    size_t count;
    const struct value *values = column->generator->literals(column->spec, &count);
    for (size_t i = 0; i < count; i++) {
        struct error ignored = {0};
        double number;
        if (values[i].kind != VALUE_RAW || !parse_real(values[i].as.raw->text, &number, &ignored))
            return false;
    }
    return true;
}

static bool usable(const struct column_generator *column) {
    if (!column)
        return false;
    switch (column->generator->kind(column->spec)) {
    case VALUE_INT:
    case VALUE_DECIMAL:
    case VALUE_FLOAT:
    case VALUE_BOOL:
        return true;
    default:
        return numbers(column);
    }
}

/* The hint of a wrong name: the nearest, or all that there are. */
static bool hint_columns(const char *name, const struct siblings *siblings, size_t self,
                         struct error *error) {
    struct arena arena = {0};
    const char **names = ARENA_ARRAY(&arena, const char *, siblings->count + 1);
    size_t count = 0;
    struct strbuf list = STRBUF_INIT;
    for (size_t i = 0; i < siblings->count; i++)
        if (i != self && usable(siblings->columns[i].generator)) {
            names[count] = siblings->columns[i].name;
            strbuf_printf(&list, "%s%s", count ? ", " : "", names[count]);
            count++;
        }
    const char *nearest = units_nearest(name, names, count);
    if (nearest)
        error_hint(error, "did you mean \"%s\"? It can use %s", nearest, list.text);
    else if (count)
        error_hint(error, "it can use %s", list.text);
    else
        error_hint(error, "no other column has a number or a boolean made by pgwrite");
    strbuf_release(&list);
    arena_release(&arena);
    return false;
}

static bool expr_resolve(void *spec, const struct siblings *siblings, size_t self,
                         struct error *error) {
    struct form *form = spec;
    const struct generator_args *args = siblings->columns[self].args;
    const struct generator_arg *from = args_find(args, "from");
    for (size_t i = 0; i < form->expr.column_count; i++) {
        const char *name = form->expr.columns[i].name;
        size_t at = form->expr.columns[i].at, index = siblings_find(siblings, name);
        if (index == SIZE_MAX) {
            args_error(args, from, error, "from: there is no other column \"%s\" (character %zu)",
                       name, at);
            return hint_columns(name, siblings, self, error);
        }
        const struct column_generator *column = siblings->columns[index].generator;
        if (!usable(column)) {
            args_error(args, from, error, "from: \"%s\" (character %zu) %s", name, at,
                       column ? "is neither a number nor a boolean that pgwrite makes"
                              : "is filled by the server");
            return hint_columns(name, siblings, self, error);
        }
        form->columns[i] = column;
    }
    return true;
}

static const struct column_generator *const *expr_needs(const void *spec, size_t *count) {
    const struct form *form = spec;
    *count = form->expr.column_count;
    return form->columns;
}

static double number_of(const struct value *value) {
    switch (value->kind) {
    case VALUE_INT:
        return (double)value->as.integer;
    case VALUE_DECIMAL:
        return (double)value->as.decimal.unscaled / pow(10, value->as.decimal.scale);
    case VALUE_FLOAT:
        return value->as.real;
    case VALUE_BOOL:
        return value->as.boolean;
    case VALUE_RAW:
        return strtod(value->as.raw->text, NULL); /* numbers() has seen that it is one */
    default:
        panic("an expression was given a value of kind %d", (int)value->kind);
    }
}

/* The nearest whole number of a range. */
static int64_t limited(double number, int64_t min, int64_t max) {
    double whole = round(number);
    /* As doubles the highest may be rounded up, out of the integers' range. */
    if (whole >= (double)max)
        return max;
    return whole <= (double)min ? min : (int64_t)whole;
}

static void expr_draw(const void *spec, struct draw *draw, struct value *value) {
    const struct form *form = spec;
    double columns[EXPR_COLUMNS_MAX];
    for (size_t i = 0; i < form->expr.column_count; i++) {
        column_draw_at(form->columns[i], draw->row, draw->first, draw->scratch, value);
        if (value->kind == VALUE_NULL)
            return;
        columns[i] = number_of(value);
    }
    double result = expr_value(&form->expr, columns, &draw->rng);
    value->kind = VALUE_NULL;
    if (!isfinite(result))
        return;
    switch (form->type) {
    case TYPE_INT:
        value->kind = VALUE_INT;
        value->as.integer = limited(result, form->min, form->max);
        break;
    case TYPE_FLOAT:
        value->kind = VALUE_FLOAT;
        value->as.real = fmin(fmax(result, form->real_min), form->real_max);
        break;
    case TYPE_NUMERIC:
        value->kind = VALUE_DECIMAL;
        value->as.decimal.unscaled = limited(result * form->power, form->min, form->max);
        value->as.decimal.scale = form->scale;
        break;
    case TYPE_BOOL:
        value->kind = VALUE_BOOL;
        value->as.boolean = result != 0;
        break;
    }
}

static enum value_kind expr_kind(const void *spec) {
    static const enum value_kind kinds[] = {VALUE_INT, VALUE_FLOAT, VALUE_DECIMAL, VALUE_BOOL};
    return kinds[((const struct form *)spec)->type];
}

const struct generator generator_expr = {
    .name = "expr",
    .summary = "a number or a boolean made from other columns of the row",
    .params =
        (const struct generator_param[]){
            {"from", "'20000 + 180 * (score - 300) + normal(0, 9000)': columns, numbers, + - * / "
                     "% ( ) < <= > >= = <> and or not a ? b : c, min max clamp abs floor ceil "
                     "round sqrt exp log if normal uniform"},
            {"type", "int, float, numeric or bool; default int, with scale numeric"},
            {"min", "lower values become this one; default: no limit"},
            {"max", "higher values become this one; default: no limit"},
            {"scale", "number of decimals of a numeric, 0 to 18; default " SCALE_DEFAULT},
            {0},
        },
    .compile = expr_make,
    .draw = expr_draw,
    .kind = expr_kind,
    .resolve = expr_resolve,
    .needs = expr_needs,
};
