#include "report/names.h"

#include <string.h>
#include <time.h>

/* How many files of the first count have that name. */
static size_t named(const struct document *documents, size_t count, const char *name) {
    char other[NAME_SPACE];
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        found += documents[i].file &&
                 strcmp(document_name(&documents[i], other, sizeof other), name) == 0;
    return found;
}

const char *names_of_document(const struct document *documents, size_t count, size_t number,
                              char out[NAME_SPACE]) {
    snprintf(out, NAME_SPACE, "%s", "");
    if (!documents[number].file)
        return out;
    (void)document_name(&documents[number], out, NAME_SPACE);
    size_t before = named(documents, number, out);
    size_t length = strlen(out);
    for (size_t i = 2; before > 0; i++) {
        snprintf(out + length, NAME_SPACE - length, "#%zu", i);
        before -= named(documents, count, out) == 0;
    }
    return out;
}

const char *names_of_pool(const struct result_cell *cell, char *out, size_t size) {
    if (cell->pool_min > 0 && cell->pool_min < cell->pool)
        snprintf(out, size, "%u..%u", cell->pool_min, cell->pool);
    else
        snprintf(out, size, "%u", cell->pool);
    return out;
}

double names_epoch_s(const struct result *result) {
    struct tm utc;
    memset(&utc, 0, sizeof utc);
    const char *end =
        result->started_at ? strptime(result->started_at, "%Y-%m-%dT%H:%M:%S", &utc) : NULL;
    time_t seconds = end ? timegm(&utc) : 0;
    return seconds > 0 ? (double)seconds : 0;
}
