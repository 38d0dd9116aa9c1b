/*
 * What a run leaves out, refuses and puts back when the server is behind a pooler in transaction
 * mode: each transaction gets any of the pooler's sessions, and what a session keeps stays for
 * others.
 */
#ifndef PGWRITE_STUDY_POOLER_H
#define PGWRITE_STUDY_POOLER_H

#include "pg/control.h"
#include "workload/workload.h"
#include "write/write.h"

#define POOLER_TOLD "the server is behind a pooler in transaction mode"

/* EXIT_USAGE: what does not go with a pooler, and why not. Returns false. */
bool pooler_refuse(const char *what, const char *why, struct error *error);

/* What needs a session of its own, or its search_path: companions, gauges, checks, steps with SQL.
 */
MUST_CHECK bool pooler_check_workload(const struct workload *workload, struct error *error);
/* A path with statements that have to be prepared, unless the pooler keeps track of them. */
MUST_CHECK bool pooler_check_plan(const struct write_plan *plan, struct error *error);

/* A session's settings, to be put back in the same transaction: SQL of the user's may say SET. Read
 * before control_set_local. */
struct pooler_settings {
    char *values, *user, *role;
};
MUST_CHECK bool pooler_settings_read(struct control *control, struct pooler_settings *settings,
                                     struct error *error);
MUST_CHECK bool pooler_settings_restore(struct control *control,
                                        const struct pooler_settings *settings,
                                        struct error *error);
void pooler_settings_release(struct pooler_settings *settings);

#endif
