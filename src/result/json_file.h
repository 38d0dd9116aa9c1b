/* Where format pgwrite/1 is written to. */
#ifndef PGWRITE_RESULT_JSON_FILE_H
#define PGWRITE_RESULT_JSON_FILE_H

#include <jansson.h>

#include "base/error.h"

/* Indented by one; each real in the fewest digits, 15 at least, that read back as the same double,
 * whatever the locale. free() it. */
char *json_file_text(json_t *document);

/* Takes the document, and frees it in any case. By output_write, as --json. */
MUST_CHECK bool json_file_write(json_t *document, const char *file, struct error *error);

#endif
