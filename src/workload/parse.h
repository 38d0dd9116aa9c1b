/*
 * The text of a workload file to a struct workload, without touching the file system: what
 * workload_load does with a file once it is read. A header of its own for the tests and the fuzzer.
 */
#ifndef PGWRITE_WORKLOAD_PARSE_H
#define PGWRITE_WORKLOAD_PARSE_H

#include <stddef.h>

#include "workload/workload.h"

/*
 * Fills everything but schema_sql. schema_file is the path as the file has it, *schema_at its
 * place; name is NULL where the file gives none. `file` is for messages and is kept. load_options:
 * as for workload_load. The arguments of the generators are checked by compiling them, so that a
 * wrong one is found before a server is asked for anything.
 */
MUST_CHECK bool workload_parse(const char *text, size_t length, const char *file,
                               const char *const *load_options, struct arena *arena,
                               struct workload *workload, struct place *schema_at,
                               struct error *error);

#endif
