/*
 * Literal values of the workload, which the server reads as it reads a literal (see `literals` of
 * struct generator), and drawing one of some by weight: choice, const, joint, funnel.
 */
#ifndef PGWRITE_ROW_LITERALS_H
#define PGWRITE_ROW_LITERALS_H

#include "row/generator.h"

/* A spec that begins with this can have the three functions below in its generator. */
struct literals {
    struct value *values;
    size_t count; /* > 0 */
};

/* The values are the items: the keys of a map, or the elements of a list. The texts are not copied.
 * count > 0. */
void literals_init(struct literals *literals, const struct generator_arg *items, size_t count,
                   struct arena *arena);

enum value_kind literals_kind(const void *spec);
size_t literals_max_bytes(const void *spec);
struct value *literals_values(void *spec, size_t *count);

/*
 * Weighted choices are drawn in one step by the alias method: a column of a table is picked
 * uniformly, then either its own value or its alias. M. Vose, "A Linear Algorithm for Generating
 * Random Numbers with a Given Distribution", IEEE TSE 17(9), 1991.
 */
struct alias {
    uint64_t own; /* 2^64 times the share of the column that is its own value's */
    size_t other;
};

/* The weights of the items' scalars, which have to be above 0, as a table of as many. example: for
 * the hint of a wrong weight. */
MUST_CHECK bool aliases_read(const struct generator_args *args, const struct generator_arg *of,
                             const char *example, struct arena *arena, struct alias **aliases,
                             struct error *error);

/* aliases: NULL: all alike. */
static inline size_t alias_index(const struct alias *aliases, size_t count, struct rng *rng) {
    unsigned __int128 product = (unsigned __int128)rng_next(rng) * count;
    size_t index = (size_t)(product >> 64);
    return aliases != NULL && (uint64_t)product >= aliases[index].own ? aliases[index].other
                                                                      : index;
}

#endif
