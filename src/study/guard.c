#include "study/guard.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/embed.h"
#include "base/interrupt.h"
#include "base/memory.h"
#include "study/journal.h"
#include "study/pooler.h"

/* For a connection to put things back with: the server may just be recovering from a crash. */
enum { RECONNECT_LIMIT_S = 30, RECONNECT_PAUSE_MS = 100 };
enum { CLEANUP_TIMEOUT_S = 30 };
/* A connection may be lost in the midst of it: the session's, then one of our own. */
enum { CLOSE_TRIES = 3 };

struct guarded {
    char *name;
    char *before; /* as postgresql.auto.conf had it; NULL: not at all */
    char *now;    /* as it has it now */
    bool sure;    /* false: it may have `now` or what it had before that */
    char *takes;  /* what values, in words, or "" */
};

struct guard {
    struct session *session;
    char schema[JOURNAL_NAME_SIZE];
    struct guarded *settings;
    size_t count;
};

static bool same(const char *a, const char *b) {
    return a == b || (a && b && strcmp(a, b) == 0);
}

static char *copy(const char *value) {
    return value ? mem_strdup(value) : NULL;
}

static struct guarded *find(const struct guard *guard, const char *name) {
    for (size_t i = 0; i < guard->count; i++)
        if (strcasecmp(guard->settings[i].name, name) == 0)
            return &guard->settings[i];
    return NULL;
}

static void guard_free(struct guard *guard) {
    for (size_t i = 0; i < guard->count; i++) {
        free(guard->settings[i].name);
        free(guard->settings[i].before);
        free(guard->settings[i].now);
        free(guard->settings[i].takes);
    }
    free(guard->settings);
    free(guard);
}

/* A session such as the ones that are to be measured, without what control_open sets in it. */
static bool open_fresh(const struct guard *guard, struct control **fresh, struct error *error) {
    if (!control_open(&guard->session->target, "pgwrite", fresh, error))
        return false;
    if (control_exec(*fresh, "RESET ALL; SET search_path = ''", error))
        return true;
    control_close(*fresh);
    return false;
}

static bool check_rights(struct control *control, bool *superuser, struct error *error) {
    struct control_rows *rows;
    if (!control_query_one(control, embedded_text("src/study/guard_rights.sql"), CONTROL_NO_ARGS,
                           &rows, error))
        return false;
    *superuser = control_bool(rows, 0, 0);
    bool may_read = control_bool(rows, 0, 1), may_reload = control_bool(rows, 0, 2);
    bool allowed = control_bool(rows, 0, 3);
    control_rows_free(rows);
    if (!allowed) {
        error_set(error, "the server refuses ALTER SYSTEM: allow_alter_system is off");
        return error_hint(error, "set it on in postgresql.conf, or leave the settings to whatever "
                                 "tool looks after that server");
    }
    if (!*superuser && control_server_version(control) < 150000) {
        error_set(error, "this role may not use ALTER SYSTEM: it is no superuser");
        return error_hint(error, "connect as a superuser with -U; from PostgreSQL 15 on there is "
                                 "GRANT ALTER SYSTEM ON PARAMETER");
    }
    if (!may_read) {
        error_set(error, "this role may not read pg_file_settings: what is set now is not known");
        return error_hint(error, "GRANT SELECT ON pg_file_settings, GRANT EXECUTE ON FUNCTION "
                                 "pg_show_all_file_settings() TO it, or connect as a superuser");
    }
    if (!may_reload) {
        error_set(error, "this role may not call pg_reload_conf()");
        return error_hint(
            error, "GRANT EXECUTE ON FUNCTION pg_reload_conf() TO it, or connect as a superuser");
    }
    return true;
}

static bool check_right(struct control *control, const char *name, struct error *error) {
    struct control_rows *rows;
    if (!control_query_one(control, "SELECT pg_catalog.has_parameter_privilege($1, 'ALTER SYSTEM')",
                           CONTROL_ARGS(ARG_TEXT(name)), &rows, error))
        return false;
    bool may = control_bool(rows, 0, 0);
    control_rows_free(rows);
    if (may)
        return true;
    error_set(error, "this role may not use ALTER SYSTEM for %s", name);
    return error_hint(error, "GRANT ALTER SYSTEM ON PARAMETER %s TO it, or connect as a superuser",
                      name);
}

static bool is_one_of(const char *text, const char *const *list) {
    while (*list && strcmp(*list, text) != 0)
        list++;
    return *list != NULL;
}

/* What wins over the configuration files, by the words of pg_settings.source. */
static bool set_overridden(const char *name, const char *source, struct error *error) {
    static const struct {
        const char *source, *what, *hint;
    } winners[] = {
        {"command line", "the server's command line sets it", "take it out of there"},
        {"database", "the database sets it", "ALTER DATABASE … RESET it"},
        {"user", "the role sets it", "ALTER ROLE … RESET it"},
        {"database user", "the role sets it in this database",
         "ALTER ROLE … IN DATABASE … RESET it"},
        {"client", "the connection sets it", "take it out of PGOPTIONS and the connection string"},
        {"global", "ALTER ROLE ALL sets it", "ALTER ROLE ALL RESET it"},
    };
    for (size_t i = 0; i < sizeof winners / sizeof *winners; i++) {
        if (strcmp(winners[i].source, source) != 0)
            continue;
        error_set(error, "%s can't be changed by ALTER SYSTEM: %s, and that wins", name,
                  winners[i].what);
        return error_hint(error, "%s, or leave the setting out", winners[i].hint);
    }
    return error_set(error, "%s can't be changed by ALTER SYSTEM: its value comes from \"%s\"",
                     name, source);
}

/* Of a row of guard_look.sql, before anything is changed. */
static bool check_setting(const struct control_rows *rows, struct error *error) {
    static const char *const reloads[] = {
        "sighup", "user", "superuser", "backend", "superuser-backend", NULL};
    static const char *const weaker[] = {"default", "environment variable", "configuration file",
                                         NULL};
    const char *name = control_text(rows, 0, 0), *context = control_text(rows, 0, 1);
    if (strcmp(context, "postmaster") == 0) {
        error_usage(error, "%s needs a restart of the server", name);
        return error_hint(error, "on a throwaway server it can be tried: leave out -d, -h, -p");
    }
    if (!is_one_of(context, reloads))
        return error_usage(error, "%s can't be changed: its context is %s", name, context);
    if (control_bool(rows, 0, 7))
        return error_usage(error, "%s is a list of names, which can't be put back exactly", name);
    if (control_bool(rows, 0, 3))
        return error_set(error, "%s has a value that waits for a restart of the server", name);
    if (!is_one_of(control_text(rows, 0, 2), weaker))
        return set_overridden(name, control_text(rows, 0, 2), error);
    return true;
}

static bool look_up(struct guard *guard, struct control *fresh, const char *name, bool superuser,
                    struct error *error) {
    struct control_rows *rows;
    if (!control_query(fresh, embedded_text("src/study/guard_look.sql"),
                       CONTROL_ARGS(ARG_TEXT(name)), &rows, error))
        return false;
    bool ok = control_rows_count(rows) == 1;
    if (!ok) {
        error_usage(error, "the server has no setting %s", name);
        error_hint(error, "it may belong to another version or to an extension that is not loaded, "
                          "or be hidden from this role");
    }
    ok = ok && check_setting(rows, error) &&
         (superuser || check_right(fresh, control_text(rows, 0, 0), error));
    if (ok && !find(guard, control_text(rows, 0, 0))) {
        const char *value = control_bool(rows, 0, 4) ? control_text(rows, 0, 5) : NULL;
        guard->settings[guard->count++] =
            (struct guarded){.name = mem_strdup(control_text(rows, 0, 0)),
                             .before = copy(value),
                             .now = copy(value),
                             .sure = true,
                             .takes = mem_strdup(control_text(rows, 0, 8))};
    }
    control_rows_free(rows);
    return ok;
}

static bool write_journal(struct guard *guard, struct error *error) {
    struct journal_setting *list = MEM_ARRAY(struct journal_setting, guard->count + 1);
    for (size_t i = 0; i < guard->count; i++)
        list[i] = (struct journal_setting){guard->settings[i].name, guard->settings[i].before};
    bool ok = journal_write(guard->session->control, guard->session->id, list, guard->count, error);
    free(list);
    return ok;
}

bool guard_open(struct session *session, const char *const *names, size_t count, struct guard **out,
                struct error *error) {
    *out = NULL;
    if (session->pooled)
        return pooler_refuse("changing the server's settings",
                             "no session there is the run's own to tell that it lives", error);
    struct guard *guard = MEM_NEW(struct guard);
    guard->session = session;
    guard->settings = MEM_ARRAY(struct guarded, count + 1);
    journal_name(session->id, guard->schema);
    struct control *fresh = NULL;
    bool superuser;
    bool ok = open_fresh(guard, &fresh, error);
    if (ok) {
        ok = check_rights(fresh, &superuser, error) && journal_none(fresh, error);
        for (size_t i = 0; ok && i < count; i++)
            ok = look_up(guard, fresh, names[i], superuser, error);
        control_close(fresh);
    }
    if (ok && write_journal(guard, error)) {
        *out = guard;
        return true;
    }
    guard_free(guard);
    return false;
}

/* wanted: a value or NULL for each of the guarded. Those that have it already are left alone. */
static bool change(struct guard *guard, struct control *control, const char *const *wanted,
                   struct error *error) {
    for (size_t i = 0; i < guard->count; i++) {
        struct guarded *setting = &guard->settings[i];
        if (setting->sure && same(setting->now, wanted[i]))
            continue;
        setting->sure = false;
        if (!journal_alter(control, setting->name, wanted[i], error)) {
            setting->sure = *error->sqlstate != '\0'; /* then it is the server who refused it */
            if (strncmp(error->sqlstate, "22", 2) == 0)
                error->exit_code = EXIT_USAGE;
            error->hint[0] = '\0'; /* made for rows and their values */
            return *setting->takes ? error_hint(error, "%s takes %s", setting->name, setting->takes)
                                   : false;
        }
        char *old = setting->now;
        setting->now = copy(wanted[i]);
        setting->sure = true;
        free(old);
    }
    return true;
}

/* Whether a new session has what postgresql.auto.conf says. */
static bool check_effect(struct guard *guard, struct control *fresh, struct error *error) {
    bool ok = true;
    for (size_t i = 0; ok && i < guard->count; i++) {
        const char *name = guard->settings[i].name;
        struct control_rows *rows;
        if (!guard->settings[i].now)
            continue;
        if (!control_query_one(fresh, embedded_text("src/study/guard_look.sql"),
                               CONTROL_ARGS(ARG_TEXT(name)), &rows, error))
            return false;
        const char *source = control_text(rows, 0, 2), *why = control_text(rows, 0, 6);
        const char *written = control_bool(rows, 0, 4) ? control_text(rows, 0, 5) : NULL;
        if (!same(written, guard->settings[i].now))
            ok = error_set(error, "%s was changed by somebody else meanwhile", name);
        else if (*why)
            ok = error_set(error, "%s = '%s' was not taken: %s", name, guard->settings[i].now, why);
        else if (control_bool(rows, 0, 3))
            ok = error_usage(error, "%s = '%s' needs a restart of the server", name,
                             guard->settings[i].now);
        else if (strcmp(source, "configuration file") != 0)
            ok = set_overridden(name, source, error);
        control_rows_free(rows);
    }
    return ok;
}

static bool bring_about(struct guard *guard, const char *const *wanted, struct error *error) {
    struct control *control = guard->session->control, *fresh;
    if (!change(guard, control, wanted, error) ||
        !journal_reload(control, &guard->session->target, error) ||
        !open_fresh(guard, &fresh, error))
        return false;
    bool ok = check_effect(guard, fresh, error);
    control_close(fresh);
    return ok;
}

/* After a failure. Not where the way out is next: guard_close puts all of it back. */
static void go_back(struct guard *guard, const char *const *wanted, struct error *error) {
    struct control *control = guard->session->control;
    if (interrupted() || control_lost(control))
        return;
    struct error failed = {0};
    if (!change(guard, control, wanted, &failed) || !journal_reload(control, NULL, &failed))
        error_hint(error, "moreover, not all settings could be put back: %s", failed.what);
}

bool guard_apply(struct guard *guard, const struct server_setting *settings, size_t count,
                 struct error *error) {
    const char **wanted = MEM_ARRAY(const char *, guard->count + 1);
    char **had = MEM_ARRAY(char *, guard->count + 1);
    for (size_t i = 0; i < guard->count; i++) {
        wanted[i] = guard->settings[i].before;
        had[i] = copy(guard->settings[i].now);
    }
    bool ok = true;
    for (size_t i = 0; ok && i < count; i++) {
        const struct guarded *setting = find(guard, settings[i].name);
        if (setting)
            wanted[setting - guard->settings] = settings[i].value;
        else
            ok = error_set(error, "%s is none of the settings that the journal holds",
                           settings[i].name);
    }
    if (ok) {
        ok = bring_about(guard, wanted, error);
        if (!ok)
            go_back(guard, (const char *const *)had, error);
    }
    for (size_t i = 0; i < guard->count; i++)
        free(had[i]);
    free(had);
    free(wanted);
    return ok;
}

/* It may take the server some time to come up again. */
static struct control *reopen(const struct target *target, struct error *error) {
    uint64_t deadline_ns = clock_ns() + RECONNECT_LIMIT_S * NS_PER_S;
    for (;;) {
        struct control *control;
        struct error failed = {0};
        if (control_open_for_cleanup(target, "pgwrite", &control, &failed)) {
            control_set_timeout(control, CLEANUP_TIMEOUT_S);
            return control;
        }
        if (clock_ns() > deadline_ns) {
            *error = failed;
            return NULL;
        }
        journal_pause(RECONNECT_PAUSE_MS);
    }
}

/* Whether the session's connection can be used, whatever state it was left in. */
static bool prepare_to_close(struct control *control) {
    if (!control)
        return false;
    struct error ignored = {0}; /* there will be another connection then */
    control_look(control);
    control_set_heed_interrupt(control, false);
    control_set_timeout(control, CLEANUP_TIMEOUT_S);
    return !control_lost(control) && control_rollback(control, &ignored);
}

bool guard_close(struct guard *guard, struct error *error) {
    if (!guard)
        return true;
    struct session *session = guard->session;
    struct journal_setting *list = MEM_ARRAY(struct journal_setting, guard->count + 1);
    for (size_t i = 0; i < guard->count; i++)
        list[i] = (struct journal_setting){guard->settings[i].name, guard->settings[i].before};
    struct control *own = NULL;
    struct control *control = prepare_to_close(session->control) ? session->control : NULL;
    struct error failed;
    bool ok = false;
    for (int tries = 0; !ok && tries < CLOSE_TRIES; tries++) {
        failed = (struct error){0};
        if (!control)
            control = own = reopen(&session->target, &failed);
        ok = control && journal_put_back(control, guard->schema, list, guard->count, &failed);
        if (ok || !control || !control_lost(control))
            break;
        control_close(own);
        control = own = NULL;
    }
    if (!ok) {
        journal_tell_left(control, guard->schema, list, guard->count, &failed);
        if (!error->set)
            *error = failed;
    }
    control_close(own);
    if (session->control) {
        control_set_heed_interrupt(session->control, true);
        control_set_timeout(session->control, SESSION_TIMEOUT_S);
    }
    free(list);
    guard_free(guard);
    return ok;
}
