/* What the sections of a workload file share: is a value of the right kind, and which word was
 * meant. All errors are EXIT_USAGE, with their place. */
#ifndef PGWRITE_WORKLOAD_SHAPE_H
#define PGWRITE_WORKLOAD_SHAPE_H

#include <stddef.h>

#include "base/error.h"
#include "workload/yaml.h"

/* The kind of value that a key wants: `path` names the key in the message, `wanted` the kind ("a
 * map of options"), `example` is a line of a workload file. */
MUST_CHECK bool shape_expect(const struct yaml_item *item, const char *path, enum yaml_kind kind,
                             const char *wanted, const char *example, struct error *error);

/* A text that is not empty. */
MUST_CHECK bool shape_text(const struct yaml_item *item, const char *example, const char **out,
                           struct error *error);

/* Hints the nearest right word, or where there is none all of them: "SUBJECT: a, b and c". Returns
 * false. */
bool shape_hint_names(const char *word, const char *subject, const char *const *names, size_t count,
                      struct error *error);

#endif
