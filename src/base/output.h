/* Files that a command writes what it found into: they appear whole or not at all. */
#ifndef PGWRITE_BASE_OUTPUT_H
#define PGWRITE_BASE_OUTPUT_H

#include "base/error.h"

/* Whether output_write could write there: to be asked before hours of measuring. option: "--json",
 * for messages. "-" is stdout. */
MUST_CHECK bool output_check(const char *option, const char *file, struct error *error);

/* Writes the text and a line end unless it ends in one. A file is replaced by a new one, through a
 * symlink; a device or a pipe is written to as it is. */
MUST_CHECK bool output_write(const char *option, const char *file, const char *text,
                             struct error *error);

static inline bool output_is_stdout(const char *file) {
    return file && file[0] == '-' && file[1] == '\0';
}

#endif
