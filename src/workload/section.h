/*
 * What the sections of a workload file are made of: a list or a map of entries, and each entry a
 * map that a table of keys describes. All errors are EXIT_USAGE, with their place; everything is
 * allocated in the arena.
 */
#ifndef PGWRITE_WORKLOAD_SECTION_H
#define PGWRITE_WORKLOAD_SECTION_H

#include <stdint.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/units.h"
#include "workload/yaml.h"

struct entry {
    const struct yaml_item *item; /* its value is the map */
    const char *what;             /* "a stage", for messages */
    const char *example;          /* a line of a workload file */
    unsigned kind;                /* one bit: what of its kind it is; 1 where there is one kind */
    const char *kind_name;        /* "do: vacuum", "a select"; NULL: as `what` */
    const char *kind_word;        /* "vacuum", of "the keys of vacuum are"; NULL: as kind_name */
    void *out;                    /* what the keys fill */
    struct arena *arena;
    struct error *error;
};

/* A name may stand in a table several times, one after the other, for different kinds. */
struct entry_key {
    const char *name;
    unsigned kinds;  /* bits of the kinds that it belongs to */
    unsigned needed; /* by these */
    const char *example;
    bool (*take)(struct entry *entry, const struct yaml_item *item);
};

/* A section's value: a list or a map that is not empty and has at most max elements. The item's key
 * is the section's name, `example` an element of it. */
MUST_CHECK bool section_expect(const struct yaml_item *item, enum yaml_kind kind, size_t max,
                               const char *example, struct error *error);

/* The hint to an unknown key, where it looks like the rest of a value that a comma has cut off:
 * `{sql: SELECT a, b FROM t}`. Else adds none. */
void section_hint_comma(const struct yaml_item *item, struct error *error);

/* The value of a key, or NULL if the entry, which is a map, has none of that name. */
const struct yaml_item *entry_find(const struct entry *entry, const char *name);

/* That the entry is a map. */
MUST_CHECK bool entry_expect_map(const struct entry *entry);

/* Each key of the entry to its take(); those that belong to another kind and unknown ones are
 * errors, and so is one that is needed and not there. The entry is a map. */
MUST_CHECK bool entry_take(struct entry *entry, const struct entry_key *keys, size_t count);

/* That no key is unknown: for an entry that does not say of which of those kinds it is. */
MUST_CHECK bool entry_check_known(struct entry *entry, unsigned kinds, const struct entry_key *keys,
                                  size_t count);

/* Readers of one value. Each wants a text that is not empty. */
MUST_CHECK bool entry_text(struct entry *entry, const struct yaml_item *item, const char **text);
/* SQL without the semicolons at its end. */
MUST_CHECK bool entry_sql(struct entry *entry, const struct yaml_item *item, const char **sql);
MUST_CHECK bool entry_duration(struct entry *entry, const struct yaml_item *item, uint64_t min_ns,
                               uint64_t max_ns, uint64_t *ns);
MUST_CHECK bool entry_durations(struct entry *entry, const struct yaml_item *item,
                                struct range *ns);
MUST_CHECK bool entry_count(struct entry *entry, const struct yaml_item *item, uint64_t min,
                            uint64_t max, uint64_t *count);
/* Above 0. */
MUST_CHECK bool entry_number(struct entry *entry, const struct yaml_item *item, double *number);
MUST_CHECK bool entry_share(struct entry *entry, const struct yaml_item *item, double *share);
MUST_CHECK bool entry_rate(struct entry *entry, const struct yaml_item *item, double *per_s);
/* One of count words, by its index. */
MUST_CHECK bool entry_word(struct entry *entry, const struct yaml_item *item,
                           const char *const *words, size_t count, size_t *index);
/* A list of names, each once. */
MUST_CHECK bool entry_names(struct entry *entry, const struct yaml_item *item, const char ***names,
                            size_t *count);

/* Adds to an error of a value's parser the key and the place. Returns false. */
bool entry_wrap(const struct entry *entry, const struct yaml_item *item);

/* A name of at most `bytes_max` bytes, without blanks at its ends. selectable: a threshold can name
 * it, so that it has none of the characters of a threshold's own. */
MUST_CHECK bool entry_name(struct entry *entry, const struct yaml_item *item, size_t bytes_max,
                           bool selectable, const char **name);

/* Two of the names of a list's elements alike; NULL is a name not given. things: "steps". */
MUST_CHECK bool names_check(const struct yaml_node *list, const char *const *names, size_t count,
                            const char *things, struct error *error);

/* A name that none of the names has. number 0: `base`, or "base 2", "base 3", …; else "base NUMBER"
 * or the next. */
const char *names_make(struct arena *arena, const char *const *names, size_t count,
                       const char *base, size_t number);

#endif
