/*
 * Settings of the server of a session, changed between rounds: of a throwaway server by a restart,
 * of a user's by ALTER SYSTEM and a reload (guard.h).
 */
#ifndef PGWRITE_STUDY_APPLY_H
#define PGWRITE_STUDY_APPLY_H

#include "study/guard.h"
#include "study/session.h"

struct apply {
    struct session *session;
    struct guard *guard; /* NULL: a throwaway server, or no setting to be changed */
};

/* names: the settings that will be changed, all of them. On false nothing has to be closed. */
MUST_CHECK bool apply_open(struct session *session, const char *const *names, size_t count,
                           struct apply *apply, struct error *error);

/* These settings, and all others as they were; session->facts are those of the server then, in the
 * arena. On false the server is as before, or gone. */
MUST_CHECK bool apply_settings(struct apply *apply, const struct server_setting *settings,
                               size_t count, struct arena *arena, struct error *error);

/* Puts a user's server back; a throwaway server stays as it is. False: guard_close has told what is
 * left to do. */
MUST_CHECK bool apply_close(struct apply *apply, struct error *error);

#endif
