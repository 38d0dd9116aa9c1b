/*
 * The arguments of a generator, read one by one: text to number, with an error that says where,
 * what was expected, and an example.
 *
 * Every reader takes a fallback: the text that stands in for an argument that isn't given, NULL
 * where it must be. All errors are EXIT_USAGE, `column NAME: …`, and carry the argument's place.
 */
#ifndef PGWRITE_ROW_ARGS_H
#define PGWRITE_ROW_ARGS_H

#include <stdint.h>

#include "row/dist.h"
#include "row/generator.h"

/* What the generators of random values over a range share. */
#define ARGS_DIST_PARAMS                                                                           \
    {"dist", "how values spread: uniform, zipf, normal, exponential, lognormal; default uniform"}, \
    {                                                                                              \
        "skew", "exponent of zipf, above 0 and up to 10; default 1"                                \
    }

/* Digits of a decimal, before and after its point together. */
#define ARGS_DECIMAL_DIGITS_MAX 18

/* Adds the place and the line, with a caret below the column, to an error. Returns false. */
bool place_add(const struct place *at, struct error *error);

/* An error at an argument, or where it is NULL, at the column's entry. Returns false. */
bool args_error(const struct generator_args *args, const struct generator_arg *arg,
                struct error *error, const char *format, ...) PRINTF_LIKE(4, 5);

/* The same for an error that a parser has filled: adds the column, the argument's name, and the
 * place. */
bool args_wrap(const struct generator_args *args, const struct generator_arg *arg, const char *key,
               struct error *error);

/* NULL: not given. */
const struct generator_arg *args_find(const struct generator_args *args, const char *key);

/* The text of a scalar argument. A list or a map in its place is an error. */
MUST_CHECK bool args_text(const struct generator_args *args, const char *key, const char *fallback,
                          const char **text, struct error *error);

MUST_CHECK bool args_int(const struct generator_args *args, const char *key, const char *fallback,
                         int64_t *number, struct error *error); /* -5, 500, 10k */
MUST_CHECK bool args_count(const struct generator_args *args, const char *key, const char *fallback,
                           uint64_t *count, struct error *error);
MUST_CHECK bool args_size(const struct generator_args *args, const char *key, const char *fallback,
                          uint64_t *bytes, struct error *error);
MUST_CHECK bool args_real(const struct generator_args *args, const char *key, const char *fallback,
                          double *number, struct error *error);
MUST_CHECK bool args_share(const struct generator_args *args, const char *key, const char *fallback,
                           double *share, struct error *error);
MUST_CHECK bool args_duration_us(const struct generator_args *args, const char *key,
                                 const char *fallback, int64_t *us, struct error *error);
/* Times 10^scale; at most ARGS_DECIMAL_DIGITS_MAX digits. */
MUST_CHECK bool args_decimal(const struct generator_args *args, const char *key,
                             const char *fallback, int scale, int64_t *unscaled,
                             struct error *error);
/* YYYY-MM-DD with or without HH:MM[:SS]: microseconds since 2000-01-01 00:00 UTC. */
MUST_CHECK bool args_timestamp(const struct generator_args *args, const char *key,
                               const char *fallback, int64_t *us, struct error *error);
/* HH:MM[:SS[.ffffff]]: microseconds since midnight. */
MUST_CHECK bool args_time(const struct generator_args *args, const char *key, const char *fallback,
                          int64_t *us, struct error *error);

/* One of some names, as its index. */
MUST_CHECK bool args_name(const struct generator_args *args, const char *key, const char *fallback,
                          const char *const *names, size_t name_count, size_t *index,
                          struct error *error);

/* Fails unless min <= max was found to hold; the message quotes both arguments. */
MUST_CHECK bool args_ordered(const struct generator_args *args, bool ordered,
                             const char *min_fallback, const char *max_fallback,
                             struct error *error);

/* `dist` and `skew`. */
struct args_dist {
    enum dist_kind kind;
    double skew;
};
MUST_CHECK bool args_dist(const struct generator_args *args, struct args_dist *dist,
                          struct error *error);

/* A number that takes the whole text: 12, -0.5, 1e6; no hex, infinity or nan. */
MUST_CHECK bool parse_real(const char *text, double *number, struct error *error);

#endif
