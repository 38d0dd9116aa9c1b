/* The text of a file by lines, and errors that point into it. */
#ifndef PGWRITE_WORKLOAD_SOURCE_H
#define PGWRITE_WORKLOAD_SOURCE_H

#include <stddef.h>

#include "base/error.h"
#include "base/memory.h"
#include "row/generator.h"

struct source {
    const char *file;
    const char **lines; /* without their ends (LF, CR LF or CR) */
    size_t line_count;
};

/* Splits a text into lines, in the arena. A byte that is not UTF-8 and a control character other
 * than tab and line ends are EXIT_USAGE errors with their place. `file` is kept, not copied. */
MUST_CHECK bool source_init(struct source *source, const char *file, const char *text,
                            size_t length, struct arena *arena, struct error *error);

/* The place of a 1-based line and column; the column counts characters. A line outside of the text
 * gives a place without its text. */
struct place source_place(const struct source *source, int line, int column);

/* An EXIT_USAGE error with its place (line 0: the file alone), the line and a caret under the
 * column. Returns false. */
bool place_error(const struct place *at, struct error *error, const char *format, ...)
    PRINTF_LIKE(3, 4);

#endif
