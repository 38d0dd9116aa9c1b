/*
 * Column generators: value = f(seed, column, row number), nothing else. There are two exceptions,
 * whose columns are left out of content hashes: `now`, and values that are those of a commit (`per:
 * commit`, `funnel`, and what is made from such a column), which also depend on the commit's first
 * row.
 *
 * A generator is a const struct behind a small vtable, one file (or a family of near relatives) and
 * one line in generator_list.h. It is compiled once from the workload's arguments into an immutable
 * spec and then drawn from any number of threads. A draw allocates nothing but scratch.
 */
#ifndef PGWRITE_ROW_GENERATOR_H
#define PGWRITE_ROW_GENERATOR_H

#include "base/error.h"
#include "base/memory.h"
#include "base/rng.h"
#include "row/value.h"

/* Where an argument stands in its file; line 0: it comes from no file. */
struct place {
    const char *file;
    int line, column; /* 1-based */
    const char *text; /* the whole line, or NULL */
};

/* One argument as the workload file has it: `min: 1`, `of: {a: 70, b: 30}`, `of: [a, b]`. */
struct generator_arg {
    const char *key;
    const char *scalar;                /* NULL: it is a list or a map */
    const struct generator_arg *items; /* of a list (key NULL) or a map */
    size_t item_count;
    struct place at;
};

/* Everything a generator may ask for when it is compiled. */
struct generator_args {
    const struct generator_arg *args;
    size_t count;
    struct place at;    /* of the column's entry */
    const char *column; /* for messages */
};

struct draw {
    struct rng rng;          /* the stream of this column and row */
    uint64_t key;            /* of the column: for streams of other rows */
    uint64_t row;            /* 0, 1, 2, … */
    uint64_t first;          /* the first row of its commit, at most row */
    struct scratch *scratch; /* for the variable-length parts */
};

/* A named parameter, for compile's checks, messages and `pgwrite list generators`. */
struct generator_param {
    const char *name;    /* NULL ends the array */
    const char *meaning; /* with unit and default */
};

struct siblings;
struct column_generator;

struct generator {
    const char *name;
    const char *summary;                  /* one line */
    const struct generator_param *params; /* NULL: none; an argument not named here is refused by
                                             generator_compile, with the nearest right word */
    /* Checks the arguments and makes the spec in the arena. */
    bool (*compile)(const struct generator_args *args, struct arena *arena, void **spec,
                    struct error *error);
    void (*draw)(const void *spec, struct draw *draw, struct value *value);
    /* The kind of every value but NULLs. */
    enum value_kind (*kind)(const void *spec);
    /* Upper bound of scratch bytes and of UTF-8 or binary bytes that a value takes. NULL: 64, and
     * no scratch. */
    size_t (*max_bytes)(const void *spec);
    /* The literal values of the spec, where it has such (const, choice): the plan may replace each
     * by what the server made of it (VALUE_RAW). NULL: has none. */
    struct value *(*literals)(void *spec, size_t *count);
    /* Ties the spec to the seed and to the other columns of its table, before the first draw; self
     * is its own index there. NULL: it needs none. See siblings.h. */
    bool (*resolve)(void *spec, const struct siblings *siblings, size_t self, struct error *error);
    /* The columns that a value is made from, once resolved. NULL: none. */
    const struct column_generator *const *(*needs)(const void *spec, size_t *count);
    bool by_commit; /* a value depends on draw.first */
};

extern const struct generator *const generators[];
extern const size_t generator_count;
const struct generator *generator_find(const char *name); /* NULL: no such */

/* A compiled generator of one column. */
struct column_generator {
    const struct generator *generator;
    void *spec;        /* immutable once the plan is complete */
    uint64_t key;      /* rng_key(seed, "table.column") */
    double null_share; /* 0..1; decided by the row's first draw */
    bool per_commit;   /* every row has the value of its commit's first */
};

/* Checks the names of the arguments, takes the common ones out (`null`: a share, `per`: row or
 * commit), compiles the rest.
 * Errors are EXIT_USAGE with the place of the argument. out->key is left 0: the caller, who knows
 * the seed and the names, sets it. So with every generator_make_… below. */
MUST_CHECK bool generator_compile(const struct generator *generator,
                                  const struct generator_args *args, struct arena *arena,
                                  struct column_generator *out, struct error *error);

/* The same for a named generator (a wrong name panics) with scalar arguments: key, value, key,
 * value …, NULL; NULL in place of the pairs: none. For generators that stand in no file: errors
 * have no place. */
MUST_CHECK bool generator_make(const char *generator_name, const char *const *key_value_pairs,
                               struct arena *arena, struct column_generator *out,
                               struct error *error);

/* Upper bound of the scratch bytes and of the UTF-8 or binary bytes of a value, rounded up to a
 * multiple of 8. Of a `ref`: only once its keys are there. */
size_t generator_max_bytes(const struct column_generator *column);

/* Whether a value depends on where commits begin: on `first` of column_draw_at. Once resolved. */
bool generator_by_commit(const struct column_generator *column);

/* Whether a value can be NULL: its own share is above 0, or that of a column it is made from is.
 * Once resolved. A result of `expr` that is no number counts for nothing here. */
bool generator_may_be_null(const struct column_generator *column);

/* The value of one row, in a commit whose first row is `first`. */
static inline void column_draw_at(const struct column_generator *column, uint64_t row,
                                  uint64_t first, struct scratch *scratch, struct value *value) {
    if (column->per_commit)
        row = first;
    struct draw draw = {rng_at(column->key, row), column->key, row, first, scratch};
    if (column->null_share > 0 && rng_unit(&draw.rng) < column->null_share) {
        value->kind = VALUE_NULL;
        return;
    }
    column->generator->draw(column->spec, &draw, value);
}

/* The same where there is no commit of several rows. */
static inline void column_draw(const struct column_generator *column, uint64_t row,
                               struct scratch *scratch, struct value *value) {
    column_draw_at(column, row, row, scratch, value);
}

/* Generators that the plan makes from the catalog, not from a workload's arguments. */

/* Values of a parent's key, read back from the server: drawn uniform, zipf, or (distinct) the row's
 * own. */
struct ref_keys {
    const struct raw_value *keys;
    size_t count; /* > 0 when drawn from */
};
enum ref_pick { REF_UNIFORM, REF_ZIPF, REF_DISTINCT };
/* The spec keeps the pointer to keys, whose content may be set later, before the first draw. Zipf
 * has skew 1, the first key the most frequent; distinct gives row r the key r modulo their count.
 */
void generator_make_ref(const struct ref_keys *keys, enum ref_pick pick, struct arena *arena,
                        struct column_generator *out);

/* An array of 0..max_elements values of the element generator (with its null share, without its
 * key: an array is one value of its own column). The element is copied. */
void generator_make_array(const struct column_generator *element, int max_elements,
                          struct arena *arena, struct column_generator *out);

/* Text that is distinct for every row: `k` (where there is room) and the row number in base 36, at
 * most max_chars long (0: no limit, as struct pg_type has it); false if max_chars can't hold even
 * 36^3 rows. After 36^(digits) rows, digits <= max_chars, it begins again. */
MUST_CHECK bool generator_make_distinct_text(int max_chars, struct arena *arena,
                                             struct column_generator *out);

#endif
