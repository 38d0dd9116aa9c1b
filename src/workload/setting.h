/* The `load:` section of a workload file: options of the command line, as texts. */
#ifndef PGWRITE_WORKLOAD_SETTING_H
#define PGWRITE_WORKLOAD_SETTING_H

#include "workload/workload.h"
#include "workload/yaml.h"

/* What may be written in `load:`, NULL-terminated. */
bool setting_exists(const char *const *load_options, const char *word);

/*
 * Fills load and load_count. A list becomes its words with commas between them; a map under `pool`,
 *
 *     pool: {min: 2, max: 20, idle: 30s, lifetime: 5m, checkout_timeout: 2s}
 *
 * the options pool ("2..20", without min "20"), pool-idle, pool-lifetime and checkout-timeout, each
 * with its own place. Everything is allocated in the arena. Errors are EXIT_USAGE, with their
 * place: an option that is not in load_options, a wrong shape, one given twice.
 */
MUST_CHECK bool settings_parse(const struct yaml_item *item, const char *const *load_options,
                               struct arena *arena, struct workload *workload, struct error *error);

#endif
