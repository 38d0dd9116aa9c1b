#include "pg/version.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <string.h>

#include "pg/control.h"

const char *pg_client_version(char *out, size_t size) {
    int version = PQlibVersion();
    bool types = strcmp(control_implementation, "libpqtypes") == 0;
    snprintf(out, size, "libpq %d.%d, %s", version / 10000, version % 10000,
             types ? "libpqtypes" : "no libpqtypes");
    return out;
}
