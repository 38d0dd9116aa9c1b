/*
 * The journal of guard.h on the server, and what puts a server back by it: a schema
 * pgwrite_<id>_settings, comment "pgwrite settings <id>", with a table settings(name, value), value
 * as postgresql.auto.conf had it, NULL where it had none.
 */
#ifndef PGWRITE_STUDY_JOURNAL_H
#define PGWRITE_STUDY_JOURNAL_H

#include <stddef.h>

#include "pg/control.h"

#define JOURNAL_NAME_SIZE 40

struct journal_setting {
    const char *name, *value; /* value NULL: not in postgresql.auto.conf */
};

/* The schema of a run's journal. */
void journal_name(const char *id, char out[JOURNAL_NAME_SIZE]);

/* Durable when it returns; all or nothing. */
MUST_CHECK bool journal_write(struct control *control, const char *id,
                              const struct journal_setting *settings, size_t count,
                              struct error *error);

/* An error if there is a journal in this database, of a live or of a dead run: two that change
 * settings of one server would put back what the other one has changed. */
MUST_CHECK bool journal_none(struct control *control, struct error *error);

/* ALTER SYSTEM SET, or RESET if value is NULL. An error with an SQLSTATE has changed nothing. */
MUST_CHECK bool journal_alter(struct control *control, const char *name, const char *value,
                              struct error *error);

/* pg_reload_conf(), and waits until the postmaster has read its files: new sessions have them then.
 * It is asked in new sessions of the target or, if that is NULL, in this one. */
MUST_CHECK bool journal_reload(struct control *control, const struct target *target,
                               struct error *error);

/* Gives postgresql.auto.conf these values again, as many as it can, checks that it has them,
 * reloads, and drops the schema. Can be tried again. */
MUST_CHECK bool journal_put_back(struct control *control, const char *schema,
                                 const struct journal_setting *settings, size_t count,
                                 struct error *error);

/* After that has failed: logs the commands that are left to do, and says in the error, which is
 * set, what to make of them. control: to look at what is done already; NULL: none. */
void journal_tell_left(struct control *control, const char *schema,
                       const struct journal_setting *settings, size_t count, struct error *error);

void journal_pause(unsigned ms);

#endif
