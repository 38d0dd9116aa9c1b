/*
 * Settings of a server of the user's, changed for a study by ALTER SYSTEM and a reload, and put
 * back on every way out. What they were is written to a journal on the server before the first
 * change: a schema pgwrite_<id>_settings with one table, whose comment names the run, so that
 * whoever comes after a kill -9 (the next `pgwrite tune`, `pgwrite tune --restore`) can put the
 * server back. The journal of a run that lives is left alone: its advisory lock (session.h) tells.
 * Journals are looked for in the database that a session is connected to; the settings are the
 * whole server's.
 */
#ifndef PGWRITE_STUDY_GUARD_H
#define PGWRITE_STUDY_GUARD_H

#include "server/throwaway.h"
#include "study/session.h"

struct guard;

/* Reads what postgresql.auto.conf says of these settings now (which needs the right to read
 * pg_file_settings and to use ALTER SYSTEM: checked here, before anything is changed) and writes
 * the journal. Not through a pooler, and not while there is another journal, of a live or a dead
 * run: guard_restore_left comes before. A session, whose advisory lock is held, is open all the
 * time; its control connection may be made anew meanwhile. */
MUST_CHECK bool guard_open(struct session *session, const char *const *names, size_t count,
                           struct guard **out, struct error *error);

/* These settings, and all other guarded ones as they were; returns when new sessions see them. An
 * invalid value, a missing right, a setting that a role, a database or the command line overrides:
 * an error, and the server is as before. */
MUST_CHECK bool guard_apply(struct guard *guard, const struct server_setting *settings,
                            size_t count, struct error *error);

/* Everything as it was, checked, and the journal gone; works after an interruption and makes a
 * connection of its own if the session's is lost. If that fails, the error's text is short and the
 * exact commands that are left to do are printed by log_message, one a line. Frees the guard in any
 * case. NULL is fine. */
MUST_CHECK bool guard_close(struct guard *guard, struct error *error);

/* Journals of runs that are dead on that server: puts each back and removes it. *restored: how many
 * settings. Tells each by log_message. The youngest comes first, since what it found may be an
 * older one's doing; one that is neither this role's nor a superuser's is refused. */
MUST_CHECK bool guard_restore_left(struct control *control, size_t *restored, struct error *error);

#endif
