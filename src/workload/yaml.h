/*
 * A YAML document as a tree, each node with its place: what the workload's loader reads. Aliases
 * are resolved by sharing the node. Values are texts: nothing here guesses that 10 is a number.
 *
 * Refused, with file:line:column: syntax errors, bytes that are not UTF-8, control characters, more
 * than one document, duplicate keys, keys that are not words, tags, merge keys, an alias without
 * its anchor, and documents that are too deep or, with their aliases written out, too large.
 */
#ifndef PGWRITE_WORKLOAD_YAML_H
#define PGWRITE_WORKLOAD_YAML_H

#include <stddef.h>

#include "base/error.h"
#include "base/memory.h"
#include "row/generator.h"

enum { YAML_DEPTH_MAX = 32, YAML_NODES_MAX = 20000 };

enum yaml_kind { YAML_SCALAR, YAML_LIST, YAML_MAP };

struct yaml_node;

/* An element of a list (key NULL) or a pair of a map. */
struct yaml_item {
    const char *key;
    struct place at; /* of the key, or of a list's element */
    const struct yaml_node *value;
};

struct yaml_node {
    enum yaml_kind kind;
    bool missing;     /* a scalar that isn't written at all, as in `key:` */
    const char *text; /* of a scalar, never NULL */
    const struct yaml_item *items;
    size_t count;
    struct place at;
    size_t weight; /* nodes below and with this one, aliases written out; <= YAML_NODES_MAX */
    int height;    /* levels below and with this one; <= YAML_DEPTH_MAX */
};

/* Parses length bytes. `file` is for messages and is kept in the places; everything is allocated in
 * the arena. *root is never NULL when it succeeds. Errors are EXIT_USAGE. */
MUST_CHECK bool yaml_parse(const char *text, size_t length, const char *file, struct arena *arena,
                           const struct yaml_node **root, struct error *error);

/* For messages: "a text", "a list", "a map". */
const char *yaml_kind_name(const struct yaml_node *node);

#endif
