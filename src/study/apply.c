#include "study/apply.h"

bool apply_open(struct session *session, const char *const *names, size_t count,
                struct apply *apply, struct error *error) {
    *apply = (struct apply){.session = session};
    return session->server || count == 0 || guard_open(session, names, count, &apply->guard, error);
}

bool apply_settings(struct apply *apply, const struct server_setting *settings, size_t count,
                    struct arena *arena, struct error *error) {
    struct session *session = apply->session;
    if (session->server)
        return session_restart(session, settings, count, arena, error);
    return !apply->guard || (guard_apply(apply->guard, settings, count, error) &&
                             session_read_facts(session, arena, error));
}

bool apply_close(struct apply *apply, struct error *error) {
    struct guard *guard = apply->guard;
    apply->guard = NULL;
    return guard_close(guard, error);
}
