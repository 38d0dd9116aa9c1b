#include "result/json_file.h"

#include <stdlib.h>

#include "base/output.h"

bool json_file_write(json_t *document, const char *file, struct error *error) {
    char *encoded = json_dumps(document, JSON_INDENT(1) | JSON_REAL_PRECISION(12));
    json_decref(document);
    if (!encoded)
        panic("a result that can't be encoded as JSON");
    bool ok = output_write("--json", file, encoded, error);
    free(encoded);
    return ok;
}
