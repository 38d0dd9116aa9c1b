/*
 * A server to work on and a schema of our own in it: started or reached, named, and put away again
 * on every way out.
 */
#ifndef PGWRITE_STUDY_SESSION_H
#define PGWRITE_STUDY_SESSION_H

#include "observe/facts.h"
#include "pg/catalog.h"
#include "pg/control.h"
#include "server/throwaway.h"
#include "workload/workload.h"

/* First key of the advisory locks by which a run tells `pgwrite clean` that it lives ("pgwr"). The
 * second key is the run's id. Behind a pooler, whose sessions keep locks that others can't release,
 * the comment of its schema names its process instead (owner.h). */
#define SESSION_LOCK_CLASS 1885828978

/* Deadline of one control query: for loading a schema, a checkpoint, counting a large table. It
 * only ends what hangs. */
#define SESSION_TIMEOUT_S 1800

/* deadlock_timeout of the pool's sessions with --log-locks: shorter waits are not logged. */
#define SESSION_LOG_LOCKS_MS 10

struct session_options {
    struct target_options target;
    bool throwaway; /* even if the environment names a server */
    const char *data_dir, *pg_bin;
    long cpus;            /* that a throwaway server may use; 0: all */
    uint32_t connections; /* that the widest pool and the companions need */
    bool log_locks;       /* the pool logs its lock waits: needs the right to */
    bool keep;
    const struct server_setting *settings; /* of a throwaway server's postgresql.conf; outlive it */
    size_t setting_count;
};

struct session {
    struct throwaway *server; /* NULL: a server of the user's */
    const struct session_options *options;
    struct target target;
    struct control *control;
    char id[9];           /* 8 hex digits */
    char schema[24];      /* pgwrite_<id> */
    char application[24]; /* application_name of the pool: "pgwrite <id>" */
    bool locked; /* the control connection holds the advisory lock; never through a pooler */
    bool schema_made;
    bool may_checkpoint;  /* until the server has refused it */
    bool pooled;          /* control_pooled() */
    bool tracks;          /* control_tracks_statements(); as good as true without a pooler */
    pid_t postmaster;     /* of a server on this machine, else 0 */
    const char *pool_sql; /* what the sessions of the pool have to set beside their own, or NULL */
    struct server_facts facts;
    const char *shown; /* the target, without secrets */
};

/* Starts a throwaway server or connects to the user's. On failure nothing is left. The options
 * outlive the session. */
MUST_CHECK bool session_open(const struct session_options *options, struct arena *arena,
                             struct session *session, struct error *error);

/* Makes the schema anew and loads the workload's SQL into it. table: the workload's, or NULL;
 * *found is the table's name in the arena. */
MUST_CHECK bool session_load_schema(struct session *session, const struct workload *workload,
                                    const char *table, struct arena *arena, const char **found,
                                    struct error *error);

/* Makes the control connection anew, in so many seconds at most, where it is lost: the server may
 * have ended its backend, or be up again after a crash. One that is still at work is ended. The
 * advisory lock is taken again; where that is not possible yet, as long as the server has not
 * noticed the old one's end, `locked` is false, and the next call tries it. */
MUST_CHECK bool session_recover(struct session *session, unsigned seconds, struct error *error);

/* Restarts a throwaway server with these settings behind those of session_options, and connects
 * again; reads its facts into the arena. A server that does not start with them runs with those
 * before, and the session goes on. */
MUST_CHECK bool session_restart(struct session *session, const struct server_setting *settings,
                                size_t count, struct arena *arena, struct error *error);

/* Kills a throwaway server as a crash would, starts it again (throwaway_crash) and connects. */
MUST_CHECK bool session_crash(struct session *session, double *recovery_s, struct error *error);

/* Reads the facts anew, after settings were changed. */
MUST_CHECK bool session_read_facts(struct session *session, struct arena *arena,
                                   struct error *error);

/* Drops the schema (unless keep), disconnects, removes the throwaway server (unless keep). False if
 * something is left that should not be; the error names it. Works after an interruption too. */
MUST_CHECK bool session_close(struct session *session, bool keep, struct error *error);

#endif
