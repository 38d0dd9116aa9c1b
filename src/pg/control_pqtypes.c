/* Control queries on libpqtypes. The contract is control.h's. */
#include <libpqtypes.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "pg/internal.h"
#include "pg/pqtypes_lock.h"

const char *const control_implementation = "libpqtypes";

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void pqtypes_lock(void) {
    pthread_mutex_lock(&lock);
}

void pqtypes_unlock(void) {
    pthread_mutex_unlock(&lock);
}

bool control_bind(struct control *control, struct error *error) {
    pqtypes_lock();
    bool ok = PQinitTypes(control->conn) != 0;
    if (!ok)
        error_set(error, "libpqtypes can't use the connection: %s", PQgeterror());
    pqtypes_unlock();
    return ok;
}

static bool put(PGparam *param, const struct control_arg *arg) {
    if (arg->kind == CONTROL_INT8)
        return PQputf(param, "%int8", (PGint8)arg->integer) != 0;
    return PQputf(param, "%text", arg->text) != 0;
}

/* An empty text in a slot that was never used becomes NULL in 1.5.1, so each is used once before.
 */
static bool use_slots(PGparam *param, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (!PQputf(param, "%text", "-"))
            return false;
    PQparamReset(param);
    return true;
}

bool control_send(struct control *control, const char *sql, const struct control_arg *args,
                  size_t arg_count, struct error *error) {
    pqtypes_lock();
    PGparam *param = PQparamCreate(control->conn);
    bool ok = param != NULL && use_slots(param, arg_count);
    for (size_t i = 0; ok && i < arg_count; i++)
        ok = put(param, &args[i]);
    ok = ok && PQparamSendQuery(control->conn, param, sql, 1);
    if (!ok && PQstatus(control->conn) == CONNECTION_OK)
        error_set(error, "libpqtypes can't send a control query: %s", PQgeterror());
    else if (!ok)
        pg_error(error, control->conn, NULL);
    PQparamClear(param);
    pqtypes_unlock();
    return ok;
}

static void get(const struct control_rows *rows, size_t row, int column, const char *format,
                void *out) {
    pqtypes_lock();
    if (!PQgetf(rows_result(rows), (int)row, format, column, out))
        panic("column %d of a control query: %s", column, PQgeterror());
    pqtypes_unlock();
}

bool control_bool(const struct control_rows *rows, size_t row, int column) {
    PGbool value;
    get(rows, row, column, "%bool", &value);
    return value != 0;
}

int64_t control_int8(const struct control_rows *rows, size_t row, int column) {
    PGint8 value;
    get(rows, row, column, "%int8", &value);
    return value;
}

double control_float8(const struct control_rows *rows, size_t row, int column) {
    PGfloat8 value;
    get(rows, row, column, "%float8", &value);
    return value;
}

const char *control_text(const struct control_rows *rows, size_t row, int column) {
    PGtext value;
    get(rows, row, column, "%text", &value);
    return value;
}
