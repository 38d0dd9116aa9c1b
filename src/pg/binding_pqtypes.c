/*
 * The libpqtypes binding: parameters go through a PGparam, as in a program written with libpqtypes.
 *
 * One sub-class of bytea, `pgwrite_field`, takes (pointer, length) of bytes that the field writer
 * has encoded and points put.out at them. With the pointer flag (`*`) libpqtypes keeps that pointer
 * instead of a copy, which also keeps NULL (no pointer) and empty (length 0) apart. libpqtypes
 * clears 17 kB of process-wide state in each PQputf, so fields are put eight at a time where there
 * are as many.
 */
#include <libpqtypes.h>

#include "pg/pqtypes_lock.h"
#include "pg/wire_internal.h"

#define FIELD "%pgwrite_field*"
#define PUT(group, i) params->values[(group) + (i)], params->lengths[(group) + (i)]

static int put_field(PGtypeArgs *args) {
    char *bytes = va_arg(args->ap, char *);
    int length = va_arg(args->ap, int);
    args->put.out = bytes;
    return bytes ? length : 0;
}

/* libpqtypes wants a get routine with every put routine; fields are never read through it. */
static int get_field(PGtypeArgs *args) {
    return args->errorf(args, "pgwrite_field is only for parameters");
}

bool wire_binding_check(enum wire_binding binding, struct error *error) {
    (void)binding;
    (void)error;
    return true;
}

bool binding_open(struct wire *wire, struct error *error) {
    PGregisterType type = {"pgwrite_field=bytea", put_field, get_field};
    pqtypes_lock();
    /* A PGparam knows the specs that were prepared before it was created. */
    bool ok = PQinitTypes(wire->conn) && PQregisterTypes(wire->conn, PQT_SUBCLASS, &type, 1, 0) &&
              PQspecPrepare(wire->conn, "field", FIELD, 0) &&
              PQspecPrepare(
                  wire->conn, "fields",
                  FIELD " " FIELD " " FIELD " " FIELD " " FIELD " " FIELD " " FIELD " " FIELD, 0) &&
              (wire->binding = PQparamCreate(wire->conn)) != NULL;
    if (!ok)
        error_set(error, "libpqtypes can't use the connection: %s", PQgeterror());
    pqtypes_unlock();
    return ok;
}

static bool put_all(PGparam *param, const struct wire_params *params) {
    int i = 0;
    for (; i + 8 <= params->count; i += 8)
        if (!PQputf(param, "@fields", PUT(i, 0), PUT(i, 1), PUT(i, 2), PUT(i, 3), PUT(i, 4),
                    PUT(i, 5), PUT(i, 6), PUT(i, 7)))
            return false;
    for (; i < params->count; i++)
        if (!PQputf(param, "@field", PUT(i, 0)))
            return false;
    return true;
}

bool binding_send_prepared(struct wire *wire, const char *name, const struct wire_params *params) {
    PGparam *param = wire->binding;
    pqtypes_lock();
    PQparamReset(param);
    bool ok = put_all(param, params) && PQparamSendQueryPrepared(wire->conn, param, name, 1);
    pqtypes_unlock();
    return ok;
}

void binding_close(struct wire *wire) {
    if (!wire->binding)
        return;
    pqtypes_lock();
    PQparamClear(wire->binding);
    pqtypes_unlock();
}
