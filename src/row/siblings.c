#include "row/siblings.h"

#include <string.h>

#include "base/strbuf.h"
#include "row/args.h"

size_t siblings_find(const struct siblings *siblings, const char *name) {
    for (size_t i = 0; i < siblings->count; i++)
        if (strcmp(siblings->columns[i].name, name) == 0)
            return i;
    return SIZE_MAX;
}

static size_t index_of(const struct siblings *siblings, const struct column_generator *generator) {
    for (size_t i = 0; i < siblings->count; i++)
        if (siblings->columns[i].generator == generator)
            return i;
    panic("a column is made from one that is not of its table");
}

/* A way through the columns, from one to one that it is made from, and so on. */
struct way {
    const struct siblings *siblings;
    size_t *steps;
    size_t length;
    bool *walked; /* columns from which no way leads into a circle */
};

static bool circle_error(const struct way *way, size_t begin, struct error *error) {
    const struct sibling *columns = way->siblings->columns;
    const struct sibling *first = &columns[way->steps[begin]];
    if (way->length - begin == 1) {
        args_error(first->args, args_find(first->args, "from"), error, "it is made from itself");
    } else {
        struct strbuf names = STRBUF_INIT;
        for (size_t i = begin; i < way->length; i++)
            strbuf_printf(&names, "%s, made from ", columns[way->steps[i]].name);
        args_error(first->args, args_find(first->args, "from"), error,
                   "columns are made from each other in a circle: %s%s", names.text, first->name);
        strbuf_release(&names);
    }
    return error_hint(error, "one of them needs a generator that takes nothing from the others");
}

/* The columns that one is made from, and those that they are made from, must not lead back. */
static bool check_circles(struct way *way, size_t column, struct error *error) {
    for (size_t i = 0; i < way->length; i++)
        if (way->steps[i] == column)
            return circle_error(way, i, error);
    if (way->walked[column])
        return true;
    const struct column_generator *generator = way->siblings->columns[column].generator;
    size_t count = 0;
    const struct column_generator *const *needs =
        generator && generator->generator->needs
            ? generator->generator->needs(generator->spec, &count)
            : NULL;
    way->steps[way->length++] = column;
    for (size_t i = 0; i < count; i++)
        if (!check_circles(way, index_of(way->siblings, needs[i]), error))
            return false;
    way->length--;
    way->walked[column] = true;
    return true;
}

/* A NOT NULL column must not be made from one that may be NULL. */
static bool check_nulls(const struct siblings *siblings, const struct sibling *column,
                        struct error *error) {
    const struct column_generator *generator = column->generator;
    if (!column->not_null || !generator || !generator->generator->needs)
        return true;
    size_t count;
    const struct column_generator *const *needs =
        generator->generator->needs(generator->spec, &count);
    for (size_t i = 0; i < count; i++) {
        if (!generator_may_be_null(needs[i]))
            continue;
        const char *name = siblings->columns[index_of(siblings, needs[i])].name;
        args_error(column->args, args_find(column->args, "from"), error,
                   "it is NOT NULL, and \"%s\", from which it is made, can be NULL", name);
        return error_hint(error, "give \"%s\" a generator without NULLs, or `{null: 0}`", name);
    }
    return true;
}

bool siblings_resolve(const struct siblings *siblings, struct error *error) {
    for (size_t i = 0; i < siblings->count; i++) {
        const struct column_generator *column = siblings->columns[i].generator;
        if (column && column->generator->resolve &&
            !column->generator->resolve(column->spec, siblings, i, error))
            return false;
    }
    struct arena arena = {0};
    struct way way = {.siblings = siblings,
                      .steps = ARENA_ARRAY(&arena, size_t, siblings->count + 1),
                      .walked = ARENA_ARRAY(&arena, bool, siblings->count + 1)};
    bool ok = true;
    for (size_t i = 0; ok && i < siblings->count; i++)
        ok = check_circles(&way, i, error);
    arena_release(&arena);
    /* Only where there is no circle does asking for NULLs come to an end. */
    for (size_t i = 0; ok && i < siblings->count; i++)
        ok = check_nulls(siblings, &siblings->columns[i], error);
    return ok;
}
