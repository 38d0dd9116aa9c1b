#include "row/expr.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "row/dist.h"

#define STACK_MAX 64  /* values of a running program */
#define NESTED_MAX 50 /* brackets, signs and conditions in each other */
#define NAME_MAX_SHOWN 63

enum step {
    STEP_CONST,
    STEP_COLUMN,
    STEP_NEGATE,
    STEP_ADD,
    STEP_SUBTRACT,
    STEP_MULTIPLY,
    STEP_DIVIDE,
    STEP_MODULO,
    STEP_LESS,
    STEP_AT_MOST,
    STEP_EQUAL,
    STEP_NOT_EQUAL,
    STEP_AT_LEAST,
    STEP_GREATER,
    STEP_NOT,
    STEP_AND,
    STEP_OR,
    STEP_IF,
    STEP_MIN,
    STEP_MAX,
    STEP_CLAMP,
    STEP_ABS,
    STEP_FLOOR,
    STEP_CEIL,
    STEP_ROUND,
    STEP_SQRT,
    STEP_EXP,
    STEP_LOG,
    STEP_NORMAL,
    STEP_UNIFORM,
};

struct expr_step {
    enum step step;
    size_t column; /* STEP_COLUMN */
    double number; /* STEP_CONST */
};

static const struct function {
    const char *name;
    enum step step;
    int takes; /* 0: two or more */
} functions[] = {
    {"min", STEP_MIN, 0},         {"max", STEP_MAX, 0},     {"clamp", STEP_CLAMP, 3},
    {"abs", STEP_ABS, 1},         {"floor", STEP_FLOOR, 1}, {"ceil", STEP_CEIL, 1},
    {"round", STEP_ROUND, 1},     {"sqrt", STEP_SQRT, 1},   {"exp", STEP_EXP, 1},
    {"log", STEP_LOG, 1},         {"if", STEP_IF, 3},       {"normal", STEP_NORMAL, 2},
    {"uniform", STEP_UNIFORM, 2},
};
#define FUNCTION_COUNT (sizeof functions / sizeof *functions)

enum token { TOKEN_END, TOKEN_NUMBER, TOKEN_NAME, TOKEN_QUOTED, TOKEN_SIGN };

struct parser {
    const char *text, *at;
    enum token token;
    const char *start; /* of the token, which ends at `at` */
    double number;
    struct arena *arena;
    struct expr *expr;
    struct expr_step *steps;
    size_t step_max;
    int depth; /* values on the stack here */
    int nested;
    struct error *error;
};

static size_t character(const struct parser *p, const char *at) {
    size_t count = 1; /* in characters: YAML may have unescaped or folded the text */
    for (const char *c = p->text; c < at; c++)
        count += ((unsigned char)*c & 0xc0) != 0x80;
    return count;
}

static size_t token_length(const struct parser *p) {
    return (size_t)(p->at - p->start);
}

static bool token_is(const struct parser *p, const char *word) {
    return (p->token == TOKEN_SIGN || p->token == TOKEN_NAME) && strlen(word) == token_length(p) &&
           memcmp(word, p->start, token_length(p)) == 0;
}

static bool expected(struct parser *p, const char *what) {
    if (p->token == TOKEN_END)
        error_usage(p->error, "%s is expected at its end", what);
    else
        error_usage(
            p->error, "%s is expected at character %zu, not \"%.*s\"", what, character(p, p->start),
            (int)(token_length(p) < NAME_MAX_SHOWN ? token_length(p) : NAME_MAX_SHOWN), p->start);
    return error_hint(p->error, "write it like 20000 + 180 * (score - 300) + normal(0, 9000)");
}

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           ((unsigned char)c & 0x80);
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* Digits with a point and an exponent; no hex, infinity or nan. */
static bool read_number(struct parser *p) {
    const char *c = p->start;
    while (is_digit(*c) || *c == '.')
        c++;
    if (*c == 'e' || *c == 'E') {
        const char *exponent = c + 1 + (c[1] == '+' || c[1] == '-');
        while (is_digit(*exponent))
            c = ++exponent;
    }
    char *end;
    p->number = strtod(p->start, &end);
    p->at = c;
    p->token = TOKEN_NUMBER;
    if (end == c && isfinite(p->number) && !is_letter(*c))
        return true;
    while (is_letter(*p->at) || is_digit(*p->at))
        p->at++;
    return expected(p, "a number");
}

static bool next(struct parser *p) {
    static const char *const signs[] = {"<=", ">=", "==", "!=", "<>", "+", "-", "*", "/",
                                        "%",  "<",  ">",  "=",  "(",  ")", ",", "?", ":"};
    while (*p->at && strchr(" \t\r\n", *p->at))
        p->at++;
    p->start = p->at;
    if (*p->at == '\0') {
        p->token = TOKEN_END;
        return true;
    }
    if (is_digit(*p->at) || *p->at == '.')
        return read_number(p);
    if (is_letter(*p->at)) {
        while (is_letter(*p->at) || is_digit(*p->at))
            p->at++;
        p->token = TOKEN_NAME;
        return true;
    }
    const char *close = *p->at == '"' ? strchr(p->at + 1, '"') : NULL;
    if (close) {
        p->at = close + 1;
        p->token = TOKEN_QUOTED;
        return true;
    }
    p->token = TOKEN_SIGN;
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (strncmp(p->at, signs[i], strlen(signs[i])) == 0) {
            p->at += strlen(signs[i]);
            return true;
        }
    p->at++;
    return expected(p, "a number, a column or a sign that can be computed with");
}

/* depth: what the step adds to the stack. */
static bool emit(struct parser *p, struct expr_step step, int depth) {
    struct expr *expr = p->expr;
    p->depth += depth;
    if (p->depth > STACK_MAX)
        return error_usage(p->error, "it keeps more than %d values at once", STACK_MAX);
    if (expr->step_count == p->step_max) {
        size_t grown = p->step_max ? 2 * p->step_max : 16;
        struct expr_step *steps = ARENA_ARRAY(p->arena, struct expr_step, grown);
        if (expr->step_count)
            memcpy(steps, p->steps, expr->step_count * sizeof *steps);
        expr->steps = p->steps = steps;
        p->step_max = grown;
    }
    p->steps[expr->step_count++] = step;
    return true;
}

static bool condition(struct parser *p);

static bool skip(struct parser *p, const char *sign, const char *what) {
    return token_is(p, sign) ? next(p) : expected(p, what);
}

static bool column(struct parser *p, const char *name, const char *at) {
    struct expr *expr = p->expr;
    size_t i = 0;
    while (i < expr->column_count && strcmp(expr->columns[i].name, name) != 0)
        i++;
    if (i == EXPR_COLUMNS_MAX)
        return error_usage(p->error, "it uses more than %d columns", EXPR_COLUMNS_MAX);
    if (i == expr->column_count)
        expr->columns[expr->column_count++] = (struct expr_column){name, character(p, at)};
    return emit(p, (struct expr_step){.step = STEP_COLUMN, .column = i}, 1);
}

static bool wrong_function(struct parser *p, const char *name, const char *at) {
    const char *names[FUNCTION_COUNT];
    for (size_t i = 0; i < FUNCTION_COUNT; i++)
        names[i] = functions[i].name;
    error_usage(p->error, "there is no function \"%s\" (character %zu)", name, character(p, at));
    const char *nearest = units_nearest(name, names, FUNCTION_COUNT);
    return nearest ? error_hint(p->error, "did you mean \"%s\"?", nearest)
                   : error_hint(p->error, "there are min, max, clamp, abs, floor, ceil, round, "
                                          "sqrt, exp, log, if, normal and uniform");
}

/* From behind the opening bracket. */
static bool call(struct parser *p, const char *name, const char *at) {
    const struct function *function = functions;
    while (function < functions + FUNCTION_COUNT && strcmp(function->name, name) != 0)
        function++;
    if (function == functions + FUNCTION_COUNT)
        return wrong_function(p, name, at);
    int count = 0;
    do {
        if (count > 0 && !next(p))
            return false;
        if (!condition(p))
            return false;
        count++;
        if (function->takes == 0 && count > 1 &&
            !emit(p, (struct expr_step){.step = function->step}, -1))
            return false;
    } while (token_is(p, ","));
    if (!skip(p, ")", "\")\""))
        return false;
    if (function->takes == 0 && count < 2)
        return error_usage(p->error, "%s takes two or more values, not one (character %zu)", name,
                           character(p, at));
    if (function->takes > 0 && count != function->takes)
        return error_usage(p->error, "%s takes %d value%s, not %d (character %zu)", name,
                           function->takes, function->takes == 1 ? "" : "s", count,
                           character(p, at));
    return function->takes == 0 ||
           emit(p, (struct expr_step){.step = function->step}, 1 - function->takes);
}

static bool name_or_call(struct parser *p) {
    static const char *const words[] = {"and", "or", "not"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (token_is(p, words[i]))
            return expected(p, "a number or a column");
    bool quoted = p->token == TOKEN_QUOTED;
    const char *at = p->start;
    const char *name = arena_strndup(p->arena, at + quoted, token_length(p) - 2 * quoted);
    if (!next(p))
        return false;
    if (quoted || !token_is(p, "("))
        return column(p, name, at);
    return next(p) && call(p, name, at);
}

static bool primary(struct parser *p) {
    if (p->token == TOKEN_NUMBER)
        return emit(p, (struct expr_step){.step = STEP_CONST, .number = p->number}, 1) && next(p);
    if (p->token == TOKEN_NAME || p->token == TOKEN_QUOTED)
        return name_or_call(p);
    if (!token_is(p, "("))
        return expected(p, "a number or a column");
    return next(p) && condition(p) && skip(p, ")", "\")\"");
}

static bool nest(struct parser *p) {
    return ++p->nested <= NESTED_MAX ||
           error_usage(p->error, "it is nested deeper than %d (character %zu)", NESTED_MAX,
                       character(p, p->start));
}

static bool sign(struct parser *p) {
    if (!token_is(p, "-"))
        return primary(p);
    if (!nest(p) || !next(p) || !sign(p) || !emit(p, (struct expr_step){.step = STEP_NEGATE}, 0))
        return false;
    p->nested--;
    return true;
}

struct infix {
    const char *sign;
    enum step step;
};

/* Operators of one rank, from left to right. once: one at most, as a < b < c is not what it seems.
 */
static bool operators(struct parser *p, bool (*operand)(struct parser *), const struct infix *table,
                      bool once) {
    if (!operand(p))
        return false;
    for (bool after = false;; after = true) {
        const struct infix *found = table;
        while (found->sign && !token_is(p, found->sign))
            found++;
        if (!found->sign)
            return true;
        if (once && after) {
            error_usage(p->error, "a second comparison at character %zu", character(p, p->start));
            return error_hint(p->error, "join two with and: 300 < x and x < 500");
        }
        if (!next(p) || !operand(p) || !emit(p, (struct expr_step){.step = found->step}, -1))
            return false;
    }
}

static bool product(struct parser *p) {
    static const struct infix table[] = {
        {"*", STEP_MULTIPLY}, {"/", STEP_DIVIDE}, {"%", STEP_MODULO}, {0}};
    return operators(p, sign, table, false);
}

static bool sum(struct parser *p) {
    static const struct infix table[] = {{"+", STEP_ADD}, {"-", STEP_SUBTRACT}, {0}};
    return operators(p, product, table, false);
}

static bool comparison(struct parser *p) {
    static const struct infix table[] = {
        {"<", STEP_LESS},      {"<=", STEP_AT_MOST},   {"=", STEP_EQUAL},
        {"==", STEP_EQUAL},    {"<>", STEP_NOT_EQUAL}, {"!=", STEP_NOT_EQUAL},
        {">=", STEP_AT_LEAST}, {">", STEP_GREATER},    {0}};
    return operators(p, sum, table, true);
}

static bool negation(struct parser *p) {
    if (!token_is(p, "not"))
        return comparison(p);
    if (!nest(p) || !next(p) || !negation(p) || !emit(p, (struct expr_step){.step = STEP_NOT}, 0))
        return false;
    p->nested--;
    return true;
}

static bool conjunction(struct parser *p) {
    static const struct infix table[] = {{"and", STEP_AND}, {0}};
    return operators(p, negation, table, false);
}

static bool disjunction(struct parser *p) {
    static const struct infix table[] = {{"or", STEP_OR}, {0}};
    return operators(p, conjunction, table, false);
}

static bool condition(struct parser *p) {
    if (!nest(p) || !disjunction(p))
        return false;
    if (token_is(p, "?") && (!next(p) || !condition(p) || !skip(p, ":", "\":\" of a condition") ||
                             !condition(p) || !emit(p, (struct expr_step){.step = STEP_IF}, -2)))
        return false;
    p->nested--;
    return true;
}

bool expr_compile(const char *text, struct arena *arena, struct expr *out, struct error *error) {
    *out = (struct expr){0};
    struct parser p = {.text = text, .at = text, .arena = arena, .expr = out, .error = error};
    return next(&p) && condition(&p) &&
           (p.token == TOKEN_END || expected(&p, "an operator such as +"));
}

static double unary(enum step step, double a) {
    switch (step) {
    case STEP_NEGATE:
        return -a;
    case STEP_NOT:
        return a == 0;
    case STEP_ABS:
        return fabs(a);
    case STEP_FLOOR:
        return floor(a);
    case STEP_CEIL:
        return ceil(a);
    case STEP_ROUND:
        return round(a);
    case STEP_SQRT:
        return sqrt(a);
    case STEP_EXP:
        return exp(a);
    default:
        return log(a);
    }
}

static double binary(enum step step, double a, double b, struct rng *rng) {
    switch (step) {
    case STEP_ADD:
        return a + b;
    case STEP_SUBTRACT:
        return a - b;
    case STEP_MULTIPLY:
        return a * b;
    case STEP_DIVIDE:
        return a / b;
    case STEP_MODULO:
        return fmod(a, b);
    case STEP_LESS:
        return a < b;
    case STEP_AT_MOST:
        return a <= b;
    case STEP_EQUAL:
        return a == b;
    case STEP_NOT_EQUAL:
        return a != b;
    case STEP_AT_LEAST:
        return a >= b;
    case STEP_GREATER:
        return a > b;
    case STEP_AND:
        return a != 0 && b != 0;
    case STEP_OR:
        return a != 0 || b != 0;
    case STEP_MIN:
        return b < a || isnan(b) ? b : a;
    case STEP_MAX:
        return b > a || isnan(b) ? b : a;
    case STEP_NORMAL:
        return a + b * dist_normal(rng);
    default: /* uniform */
        return a + (b - a) * rng_unit(rng);
    }
}

double expr_value(const struct expr *expr, const double *columns, struct rng *rng) {
    double stack[STACK_MAX] = {0};
    double *top = stack; /* behind the last */
    for (size_t i = 0; i < expr->step_count; i++) {
        const struct expr_step *step = &expr->steps[i];
        switch (step->step) {
        case STEP_CONST:
            *top++ = step->number;
            break;
        case STEP_COLUMN:
            *top++ = columns[step->column];
            break;
        case STEP_IF:
            top -= 2;
            top[-1] = top[-1] != 0 ? top[0] : top[1];
            break;
        case STEP_CLAMP:
            top -= 2;
            top[-1] = top[-1] < top[0] ? top[0] : top[-1] > top[1] ? top[1] : top[-1];
            break;
        case STEP_NEGATE:
        case STEP_NOT:
        case STEP_ABS:
        case STEP_FLOOR:
        case STEP_CEIL:
        case STEP_ROUND:
        case STEP_SQRT:
        case STEP_EXP:
        case STEP_LOG:
            top[-1] = unary(step->step, top[-1]);
            break;
        default:
            top--;
            top[-1] = binary(step->step, top[-1], *top, rng);
        }
    }
    return stack[0];
}
