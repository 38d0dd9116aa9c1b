/*
 * Expressions over the numbers of one row: `20000 + 180 * (credit_score - 300) + normal(0, 9000)`.
 *
 *     a ? b : c               c unless a is true
 *     a or b, a and b, not a
 *     < <= > >= = <>          == and != are the same as = and <>
 *     + -   * / %   -a        % has the sign of its left side, as in SQL
 *     min(a, b, …)  max(a, b, …)  clamp(a, low, high)  abs  floor  ceil  round  sqrt  exp  log
 *     if(a, b, c)   normal(mean, sd)   uniform(low, high)
 *
 * All numbers are doubles; true is 1, false is 0, and all but 0 is true. log is the natural one. A
 * name is a column's, in double quotes where it is a word of the language or has other characters
 * than letters, digits and _. All parts are always computed, so that normal and uniform draw the
 * same numbers whichever side of a condition counts.
 */
#ifndef PGWRITE_ROW_EXPR_H
#define PGWRITE_ROW_EXPR_H

#include "base/error.h"
#include "base/memory.h"
#include "base/rng.h"

#define EXPR_COLUMNS_MAX 16 /* different ones of one expression */

struct expr_column {
    const char *name;
    size_t at; /* the character of its first use, 1-based */
};

struct expr_step;

/* A program for a small stack. Immutable; everything lives in the arena it was compiled in. */
struct expr {
    const struct expr_step *steps;
    size_t step_count;
    struct expr_column columns[EXPR_COLUMNS_MAX];
    size_t column_count;
};

/* Errors are EXIT_USAGE and say at which character; no place is added: the caller knows it. */
MUST_CHECK bool expr_compile(const char *text, struct arena *arena, struct expr *out,
                             struct error *error);

/* columns: a value for each of expr->columns. May be infinite or NAN. Allocates nothing. */
double expr_value(const struct expr *expr, const double *columns, struct rng *rng);

#endif
