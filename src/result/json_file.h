/* Where format pgwrite/1 is written to. */
#ifndef PGWRITE_RESULT_JSON_FILE_H
#define PGWRITE_RESULT_JSON_FILE_H

#include <jansson.h>

#include "base/error.h"

/* Takes the document, and frees it in any case. By output_write, as --json. */
MUST_CHECK bool json_file_write(json_t *document, const char *file, struct error *error);

#endif
