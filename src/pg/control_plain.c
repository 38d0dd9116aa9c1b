/* Control queries on plain libpq: for systems without libpqtypes. The contract is control.h's. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "pg/internal.h"

const char *const control_implementation = "libpq";

/* Types of pg_type.dat. */
enum { OID_BOOL = 16, OID_INT8 = 20, OID_TEXT = 25, OID_FLOAT8 = 701 };
enum { MAX_ARGS = 8 };

bool control_bind(struct control *control, struct error *error) {
    (void)control;
    (void)error;
    return true;
}

static uint64_t swap_bytes(uint64_t value) {
    return ((uint64_t)htonl((uint32_t)value) << 32) | htonl((uint32_t)(value >> 32));
}

bool control_send(struct control *control, const char *sql, const struct control_arg *args,
                  size_t arg_count, struct error *error) {
    Oid types[MAX_ARGS];
    const char *values[MAX_ARGS];
    int lengths[MAX_ARGS], formats[MAX_ARGS];
    uint64_t integers[MAX_ARGS];
    if (arg_count > MAX_ARGS)
        panic("more than %d arguments: %s", MAX_ARGS, sql);
    for (size_t i = 0; i < arg_count; i++) {
        formats[i] = 1;
        if (args[i].kind == CONTROL_INT8) {
            integers[i] = swap_bytes((uint64_t)args[i].integer);
            types[i] = OID_INT8;
            values[i] = (const char *)&integers[i];
            lengths[i] = 8;
        } else {
            types[i] = OID_TEXT;
            values[i] = args[i].text;
            lengths[i] = (int)strlen(args[i].text);
        }
    }
    if (!PQsendQueryParams(control->conn, sql, (int)arg_count, types, values, lengths, formats, 1))
        return pg_error(error, control->conn, NULL);
    return true;
}

static const char *cell(const struct control_rows *rows, size_t row, int column, Oid type) {
    Oid is = PQftype(rows_result(rows), column);
    if (is != type)
        panic("column %d of a control query has type %u, not %u", column, is, type);
    return PQgetvalue(rows_result(rows), (int)row, column);
}

bool control_bool(const struct control_rows *rows, size_t row, int column) {
    return *cell(rows, row, column, OID_BOOL) != 0;
}

static uint64_t eight_bytes(const char *bytes) {
    uint64_t value;
    memcpy(&value, bytes, sizeof value);
    return swap_bytes(value);
}

int64_t control_int8(const struct control_rows *rows, size_t row, int column) {
    return (int64_t)eight_bytes(cell(rows, row, column, OID_INT8));
}

double control_float8(const struct control_rows *rows, size_t row, int column) {
    uint64_t bits = eight_bytes(cell(rows, row, column, OID_FLOAT8));
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

const char *control_text(const struct control_rows *rows, size_t row, int column) {
    return cell(rows, row, column, OID_TEXT);
}
