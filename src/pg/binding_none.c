/* The libpqtypes binding where there is no libpqtypes: it says so. */
#include "pg/wire_internal.h"

bool wire_binding_check(enum wire_binding binding, struct error *error) {
    if (binding == WIRE_BINDING_RAW)
        return true;
    error_usage(error, "--binding libpqtypes: this pgwrite was built without libpqtypes");
    return error_hint(error, "install libpqtypes-dev and build again, or use --binding raw");
}

bool binding_open(struct wire *wire, struct error *error) {
    (void)wire;
    return wire_binding_check(WIRE_BINDING_LIBPQTYPES, error);
}

bool binding_send_prepared(struct wire *wire, const char *name, const struct wire_params *params) {
    (void)wire;
    (void)name;
    (void)params;
    panic("no libpqtypes in this build");
}

void binding_close(struct wire *wire) {
    (void)wire;
}
