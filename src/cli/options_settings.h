/* The settings: what an option of `run` and a key of a workload's `load:` give alike. */
#ifndef PGWRITE_CLI_OPTIONS_SETTINGS_H
#define PGWRITE_CLI_OPTIONS_SETTINGS_H

#include "cli/options.h"

#define SETTING_POOL_MAX 1000

enum setting_id {
    PATH,
    POOL,
    POOL_IDLE,
    POOL_LIFETIME,
    CHECKOUT_TIMEOUT,
    CONNECT_EACH,
    USERS,
    THINK,
    RATE,
    ARRIVAL,
    BACKLOG,
    ON_ERROR,
    BATCH,
    MODE,
    DURATION,
    WARMUP,
    INTERVAL,
    CEILING,
    ROWS,
    ROUNDS,
    SEED,
    PROTOCOL,
    BINDING,
    THREADS,
    SETTING_COUNT
};

/* Where a setting comes from; the higher one wins. */
enum origin { BY_DEFAULT, BY_WORKLOAD, BY_OPTION };

/* The entry of `load:`, or NULL. */
const struct workload_load *setting_in_workload(const struct workload *workload, enum setting_id i);

/* Takes each from its option, else from the workload, else its default, into *out. Errors name the
 * option, or have the key's place. origin: SETTING_COUNT of them. */
MUST_CHECK bool settings_apply(const struct workload *workload, struct matrix_options *out,
                               enum origin *origin, struct error *error);

/* Refuses what does not go together, and drops what a higher setting excludes; fills the defaults
 * that follow from other settings and from the workload's sections. */
MUST_CHECK bool settings_join(const struct workload *workload, struct matrix_options *out,
                              enum origin *origin, struct error *error);

#endif
