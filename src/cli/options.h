/* Options that several commands share, and the settings that an option or a workload's `load:`
 * gives. */
#ifndef PGWRITE_CLI_OPTIONS_H
#define PGWRITE_CLI_OPTIONS_H

#include <popt.h>

#include "study/matrix.h"

/* What the option tables fill. Texts are popt's. */
struct options {
    char *dbname, *host, *port, *user;
    int throwaway, keep, quiet, quick, dry_run;
    char *data_dir, *pg_bin;
    char *schema, *table;
    int log_locks;
    char *fsync_probe, *metrics_listen;
    /* The settings: NULL where the option is not given. */
    char *path, *pool, *pool_idle, *pool_lifetime, *checkout_timeout, *users, *think, *rate,
        *arrival, *backlog, *on_error, *batch, *mode, *duration, *warmup, *interval, *ceiling,
        *rows, *rounds, *seed, *protocol, *binding, *threads;
    int connect_each;
};

/* The one set of options of this process, which the tables point into. */
extern struct options options;

/* Names of the settings, NULL-terminated: also what `load:` of a workload may hold. */
extern const char *const option_settings[];

extern struct poptOption options_target[];   /* -d -h -p -U */
extern struct poptOption options_server[];   /* --throwaway --keep --data-dir --pg-bin */
extern struct poptOption options_workload[]; /* --schema --table */
extern struct poptOption options_load[];     /* the settings */
extern struct poptOption options_observe[];  /* --log-locks --fsync-probe
                                                --metrics-listen */

/* Loads the workload that the command line names: WORKLOAD, or --schema, or `events`. */
MUST_CHECK bool options_workload_load(const char **arguments, struct arena *arena,
                                      struct workload *workload, struct error *error);

/* Settings from the options, else the workload, else the defaults; and the session. */
MUST_CHECK bool options_matrix(const struct workload *workload, struct matrix_options *out,
                               struct error *error);

#endif
