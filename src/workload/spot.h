/*
 * The placeholders of a step's SQL: `UPDATE t SET n = ${int 1..9} WHERE id = ${key t.id zipf}`.
 *
 * Here they are only found and cut into words. mix.c looks for the keys among them; the scripts of
 * src/write make parameters of them all. `$${` is a plain `${`.
 */
#ifndef PGWRITE_WORKLOAD_SPOT_H
#define PGWRITE_WORKLOAD_SPOT_H

#include "base/memory.h"
#include "base/strbuf.h"

struct spot {
    const char *shown;    /* as it stands in the text, `${…}`; NULL: the text has ended */
    size_t character;     /* of its `$`, 1-based */
    const char *kind;     /* the first word: "key", "new", "int", … */
    const char *argument; /* the rest; "": none */
};

struct spot_reader {
    const char *sql, *at;
    bool in_string, in_comment;
};

/* Appends what stands before the next placeholder to plain (NULL: leaves it out), and cuts that up
 * in the arena. Errors are EXIT_USAGE: one without its `}`, or within a string, where the server
 * sees no parameter. */
MUST_CHECK bool spot_next(struct spot_reader *reader, struct strbuf *plain, struct arena *arena,
                          struct spot *spot, struct error *error);

/* Puts the placeholder and its character in front of an error. Returns false. */
bool spot_wrap(const struct spot *spot, struct error *error);

/* `users.id zipf` as table, column and a third word ("" if there is none): false if it is not of
 * this form. Parts are in the arena. */
struct spot_names {
    const char *table, *column, *pick;
};
MUST_CHECK bool spot_split(const struct spot *spot, struct arena *arena, struct spot_names *names,
                           struct error *error);

#endif
