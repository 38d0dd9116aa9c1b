/* How long the server takes to come back after a crash, with the present settings and with those
 * that are recommended, after the same load for the same time. */
#include "study/tune_internal.h"

/* Shared memory by the settings, which PostgreSQL tells since 15. */
static bool read_memory(struct tune *tune, double *bytes, struct error *error) {
    struct control_rows *rows;
    if (!control_query_one(tune->session.control,
                           "SELECT coalesce(pg_catalog.pg_size_bytes("
                           "pg_catalog.current_setting('shared_memory_size', true)), -1)::float8",
                           CONTROL_NO_ARGS, &rows, error))
        return false;
    double value = control_float8(rows, 0, 0);
    *bytes = value > 0 ? value : UNKNOWN;
    control_rows_free(rows);
    return true;
}

static bool crash(struct tune *tune, const struct tune_arm *arm, size_t number, double *bytes,
                  double *recovery_s, struct error *error) {
    double merit;
    return tune_block(tune, arm, "recovery", number, 2, &merit, error) &&
           read_memory(tune, bytes, error) && session_crash(&tune->session, recovery_s, error);
}

bool tune_recovery(struct tune *tune, struct error *error) {
    struct tune_result *result = tune->result;
    struct tune_arm present;
    if (!tune->session.server || tune->best.settings == 0 || !result->confirmed ||
        tune->plan.blocks[TUNE_RECOVERY] == 0 ||
        !tune_fits(tune, tune->plan.blocks[TUNE_RECOVERY], tune_until(tune, TUNE_RECOVERY)))
        return true;
    tune_arm_init(&present);
    return crash(tune, &present, 0, &result->memory_present_bytes, &result->recovery_present_s,
                 error) &&
           crash(tune, &tune->best, 1, &result->memory_tuned_bytes, &result->recovery_tuned_s,
                 error);
}
