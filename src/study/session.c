#include "study/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/embed.h"
#include "base/log.h"
#include "base/strbuf.h"
#include "observe/host.h"
#include "row/args.h"
#include "server/affinity.h"
#include "study/owner.h"
#include "study/pooler.h"

/* Connections beside the pool: control, sampler, and one to spare. */
enum { BESIDE_THE_POOL = 3 };

/* For the first connection to a server that answers already. */
enum { RESTART_CONNECT_S = 10 };

static void make_id(struct session *session) {
    uint32_t random;
    if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
        panic("getrandom failed");
    snprintf(session->id, sizeof session->id, "%08x", random);
    snprintf(session->schema, sizeof session->schema, "pgwrite_%s", session->id);
    snprintf(session->application, sizeof session->application, "pgwrite %s", session->id);
}

/* session->locked says whether it has it. */
static bool try_lock(struct session *session, struct error *error) {
    struct control_rows *rows;
    uint32_t id = (uint32_t)strtoul(session->id, NULL, 16);
    if (!control_query_one(
            session->control, "SELECT pg_catalog.pg_try_advisory_lock($1::int4, $2::int4)",
            CONTROL_ARGS(ARG_INT8(SESSION_LOCK_CLASS), ARG_INT8((int32_t)id)), &rows, error))
        return false;
    session->locked = control_bool(rows, 0, 0);
    control_rows_free(rows);
    return true;
}

static bool lock_id(struct session *session, struct error *error) {
    return try_lock(session, error) &&
           (session->locked ||
            error_set(error, "the advisory lock of id %s is taken: start again", session->id));
}

/* Exact durations of lock waits: each session of the pool logs those that outlast its
 * deadlock_timeout, in the words that lock_log.h reads. */
static bool log_locks(struct session *session, struct error *error) {
    session->pool_sql = "SET lc_messages = 'C'; SET log_lock_waits = on; "
                        "SET deadlock_timeout = '10ms'";
    _Static_assert(SESSION_LOG_LOCKS_MS == 10, "said in pool_sql");
    struct error refused = {0};
    if (control_exec(session->control, session->pool_sql, &refused))
        return control_reset_session(session->control, error);
    if (strcmp(refused.sqlstate, "42501") != 0) {
        *error = refused;
        return error_prefix(error, "--log-locks");
    }
    error_usage(error, "--log-locks: this role may not set log_lock_waits");
    return error_hint(error, "connect as a superuser, or leave it out: waits are sampled then");
}

/* What its sessions keep can't be set there, and must be right. */
static bool meet_pooler(struct session *session, bool wants_log, struct error *error) {
    if (wants_log)
        return pooler_refuse("--log-locks", "what it sets stays in a session", error);
    struct control_rows *rows;
    if (!control_query_one(
            session->control,
            "SELECT pg_catalog.current_setting('standard_conforming_strings') = 'on'",
            CONTROL_NO_ARGS, &rows, error))
        return false;
    bool conforming = control_bool(rows, 0, 0);
    control_rows_free(rows);
    if (!conforming) {
        error_set(error, "standard_conforming_strings is off, and " POOLER_TOLD);
        return error_hint(error, "ALTER ROLE … SET standard_conforming_strings = on");
    }
    return control_tracks_statements(session->control, &session->tracks, error);
}

bool session_read_facts(struct session *session, struct arena *arena, struct error *error) {
    bool on_tmpfs = session->server && throwaway_on_tmpfs(session->server);
    return server_facts_read(session->control, on_tmpfs, arena, &session->facts, error);
}

static bool connect_session(struct session *session, bool wants_log, struct arena *arena,
                            struct error *error) {
    if (!control_open(&session->target, "pgwrite", &session->control, error))
        return false;
    control_set_timeout(session->control, SESSION_TIMEOUT_S);
    session->shown = arena_strdup(arena, control_shown(session->control));
    session->pooled = control_pooled(session->control);
    session->tracks = true;
    return (session->pooled ? meet_pooler(session, wants_log, error) : lock_id(session, error)) &&
           session_read_facts(session, arena, error) && (!wants_log || log_locks(session, error));
}

static bool check_version(const struct session *session, struct error *error) {
    if (session->facts.version_num >= 130000)
        return true;
    error_set(error, "PostgreSQL %s is too old", session->facts.version);
    return error_hint(error, "pgwrite needs 13 or newer");
}

/* 0: the server is on another machine, or hides. */
static pid_t find_postmaster(const struct session *session) {
    if (session->pooled)
        return 0;
    return session->server ? throwaway_pid(session->server)
                           : host_find_postmaster(control_backend_pid(session->control),
                                                  session->facts.user, session->facts.database);
}

/* What every throwaway server of a session has, and then what a study wants. */
static struct server_setting *join_settings(const struct session_options *options,
                                            const struct server_setting *settings, size_t count,
                                            size_t *joined_count) {
    /* Waits that outlast deadlock_timeout are rare: to log them costs nothing. */
    static const struct server_setting logged = {"log_lock_waits", "on"};
    struct server_setting *joined =
        MEM_ARRAY(struct server_setting, 1 + options->setting_count + count);
    *joined_count = 0;
    joined[(*joined_count)++] = logged;
    for (size_t i = 0; i < options->setting_count; i++)
        joined[(*joined_count)++] = options->settings[i];
    for (size_t i = 0; i < count; i++)
        joined[(*joined_count)++] = settings[i];
    return joined;
}

/* What starts a server does so on the CPUs that the server may use, which it inherits. Afterwards
 * pgwrite's own thread has all of them again. */
static bool narrow(const struct session *session, struct affinity **saved, struct error *error) {
    *saved = NULL;
    return session->options->cpus == 0 || affinity_narrow(session->options->cpus, saved, error) ||
           error_prefix(error, "--cpus");
}

/* ok: nothing has failed before. */
static bool widen(struct affinity *saved, bool ok, struct error *error) {
    struct error stuck = {0};
    bool widened = affinity_restore(saved, &stuck);
    if (ok && !widened)
        *error = stuck;
    return ok && widened;
}

static bool start_server(struct session *session, struct error *error) {
    const struct session_options *options = session->options;
    size_t count;
    struct server_setting *settings = join_settings(options, NULL, 0, &count);
    struct throwaway_options throwaway = {
        .settings = settings,
        .setting_count = count,
        .bin_dir = options->pg_bin,
        .data_dir = options->data_dir,
        .max_connections = (int)options->connections + BESIDE_THE_POOL,
    };
    struct affinity *saved;
    bool ok = narrow(session, &saved, error);
    if (ok)
        ok = widen(saved, throwaway_start(&throwaway, &session->server, error), error);
    free(settings);
    return ok;
}

bool session_open(const struct session_options *options, struct arena *arena,
                  struct session *session, struct error *error) {
    *session = (struct session){.may_checkpoint = true, .options = options};
    make_id(session);
    bool own = options->throwaway || !target_given(&options->target);
    if (own) {
        if (!start_server(session, error))
            return false;
        target_local(throwaway_socket_dir(session->server), throwaway_port(session->server),
                     throwaway_user(session->server), arena, &session->target);
    } else if (!target_resolve(&options->target, arena, &session->target, error)) {
        return false;
    }
    if (connect_session(session, options->log_locks, arena, error) &&
        check_version(session, error)) {
        session->postmaster = find_postmaster(session);
        if (!own)
            log_message("writes to %s, in schema %s", session->shown, session->schema);
        return true;
    }
    struct error left = {0};
    if (!session_close(session, false, &left))
        error_print(&left);
    return false;
}

static bool count_outside(struct session *session, int64_t *objects, struct error *error) {
    struct control_rows *rows;
    if (!control_query_one(session->control, embedded_text("src/study/outside.sql"),
                           CONTROL_ARGS(ARG_TEXT(session->schema)), &rows, error))
        return false;
    *objects = control_int8(rows, 0, 0);
    control_rows_free(rows);
    return true;
}

/* What the user's SQL has done beside the run's own schema: made, changed or dropped something, or
 * written rows. */
static bool check_outside(struct session *session, int64_t objects_before, const char *file,
                          struct error *error) {
    struct control_rows *rows;
    if (!control_query_one(session->control, embedded_text("src/study/outside.sql"),
                           CONTROL_ARGS(ARG_TEXT(session->schema)), &rows, error))
        return false;
    bool ok = true;
    if (*control_text(rows, 0, 1)) {
        ok = error_usage(error, "the schema file makes or changes %s, outside the run's own schema",
                         control_text(rows, 0, 1));
        error_hint(error,
                   "write names without a schema: they are made in %s, and nothing else may change",
                   session->schema);
    } else if (control_int8(rows, 0, 0) < objects_before) {
        ok = error_usage(error, "the schema file drops something outside the run's own schema");
        error_hint(error, "take the DROP out of it");
    }
    control_rows_free(rows);
    return ok || error_at(error, file, 0, 0);
}

/* Loads the SQL in one transaction, which is rolled back if it reached beyond the schema. */
static bool load_script(struct session *session, const struct workload *workload,
                        struct error *error) {
    int64_t before;
    struct pooler_settings settings = {0};
    char search_path[128];
    snprintf(search_path, sizeof search_path, "SET LOCAL search_path = \"%s\"", session->schema);
    bool ok =
        control_begin(session->control, error) &&
        (!session->pooled || pooler_settings_read(session->control, &settings, error)) &&
        control_set_local(session->control, error) &&
        control_exec(session->control, search_path, error) &&
        count_outside(session, &before, error) &&
        control_exec_script(session->control, workload->schema_sql, workload->schema_file, error) &&
        (!workload->more_sql || (control_exec(session->control, search_path, error) &&
                                 control_exec_script(session->control, workload->more_sql,
                                                     workload->more_sql_from, error))) &&
        /* A script such as pg_dump writes sets its own search_path. */
        control_exec(session->control, "SET LOCAL search_path = ''", error) &&
        check_outside(session, before, workload->schema_file, error) &&
        (!session->pooled || pooler_settings_restore(session->control, &settings, error));
    pooler_settings_release(&settings);
    if (!ok && error->exit_code == EXIT_FAILED && *error->where && !control_lost(session->control))
        error->exit_code = EXIT_USAGE;
    struct error rollback = {0};
    bool ended = ok ? control_commit(session->control, error)
                    : control_rollback(session->control, &rollback);
    return ended && control_reset_session(session->control, ok ? error : &rollback) && ok;
}

static bool find_table(struct session *session, const struct workload *workload, const char *table,
                       struct arena *arena, const char **found, struct error *error) {
    const char **names;
    size_t count;
    if (!catalog_tables(session->control, session->schema, arena, &names, &count, error))
        return false;
    struct strbuf list = STRBUF_INIT;
    for (size_t i = 0; i < count; i++) {
        strbuf_printf(&list, "%s%s", i ? ", " : "", names[i]);
        if ((table && strcmp(names[i], table) == 0) || (!table && count == 1))
            *found = names[i];
    }
    bool ok = *found != NULL, steps = !ok && !table && count > 0 && workload->step_count > 0;
    if (steps) {
        error_usage(error,
                    "the schema file makes %zu tables, and no step names one: SQL does not say "
                    "which of them is to be counted",
                    count);
        error_hint(error, "`table:` in the workload names it: %s", list.text);
    } else if (!ok && count == 0) {
        error_usage(error, "the schema file makes no table in the run's own schema");
        error_hint(error, "write CREATE TABLE without a schema name");
    } else if (!ok && table) {
        error_usage(error, "the schema file makes no table \"%s\"", table);
        error_hint(error, "it makes: %s", list.text);
    } else if (!ok) {
        error_usage(error, "the schema file makes %zu tables, and none is chosen", count);
        error_hint(error, "--table NAME, or `table:` in the workload: %s", list.text);
    }
    strbuf_release(&list);
    if (steps)
        return place_add(&workload->steps[0].at, error);
    return ok || error_at(error, workload->schema_file, 0, 0);
}

bool session_load_schema(struct session *session, const struct workload *workload,
                         const char *table, struct arena *arena, const char **found,
                         struct error *error) {
    *found = NULL;
    char sql[1024], owner[OWNER_MAX] = "";
    if (session->pooled)
        owner_describe(owner, sizeof owner);
    snprintf(sql, sizeof sql,
             "DROP SCHEMA IF EXISTS %s CASCADE; CREATE SCHEMA %s; COMMENT ON SCHEMA %s IS 'pgwrite "
             "run %s%s%s'",
             session->schema, session->schema, session->schema, session->id,
             session->pooled ? OWNER_PREFIX : "", owner);
    bool was_made = session->schema_made;
    /* An interruption that comes as the server is done leaves a schema too. */
    session->schema_made = true;
    if (!control_exec(session->control, sql, error)) {
        session->schema_made = was_made || !*error->sqlstate;
        return false;
    }
    return load_script(session, workload, error) &&
           find_table(session, workload, table, arena, found, error);
}

/* A new control connection in place of one that is lost, whose backend may still be at work. */
static void replace_control(struct session *session, struct control *again) {
    int64_t pid = control_backend_pid(session->control);
    control_close(session->control);
    session->control = again;
    session->locked = false;
    if (session->pooled)
        return; /* the pooler ends the session of a client that goes away */
    struct error unended = {0};
    if (!control_call(again,
                      "SELECT pg_catalog.pg_terminate_backend(pid) FROM "
                      "pg_catalog.pg_stat_activity WHERE pid = $1 AND application_name = "
                      "'pgwrite' AND usename = CURRENT_USER AND pid <> "
                      "pg_catalog.pg_backend_pid()",
                      CONTROL_ARGS(ARG_INT8(pid)), &unended))
        log_message("the backend of the lost control connection could not be ended: %s",
                    unended.what);
}

bool session_recover(struct session *session, unsigned seconds, struct error *error) {
    if (control_lost(session->control)) {
        struct control *again;
        if (!control_open_within(&session->target, "pgwrite", seconds, &again, error))
            return false;
        replace_control(session, again);
        control_set_timeout(again, SESSION_TIMEOUT_S);
        session->postmaster = find_postmaster(session);
    }
    return session->pooled || session->locked || try_lock(session, error);
}

bool session_restart(struct session *session, const struct server_setting *settings, size_t count,
                     struct arena *arena, struct error *error) {
    size_t joined_count;
    struct server_setting *joined = join_settings(session->options, settings, count, &joined_count);
    struct error unreached = {0};
    struct affinity *saved;
    bool restarted =
        narrow(session, &saved, error) &&
        widen(saved, throwaway_restart(session->server, joined, joined_count, error), error);
    free(joined);
    control_look(session->control);
    bool reached = session_recover(session, RESTART_CONNECT_S, &unreached) &&
                   session_read_facts(session, arena, &unreached);
    if (restarted && !reached)
        *error = unreached;
    return restarted && reached;
}

bool session_crash(struct session *session, double *recovery_s, struct error *error) {
    struct affinity *saved;
    if (!narrow(session, &saved, error) ||
        !widen(saved, throwaway_crash(session->server, recovery_s, error), error))
        return false;
    control_look(session->control);
    return session_recover(session, RESTART_CONNECT_S, error);
}

static bool reconnect_for_cleanup(struct session *session, struct error *error) {
    struct control *again;
    if (!control_open_for_cleanup(&session->target, "pgwrite", &again, error))
        return false;
    replace_control(session, again);
    return true;
}

/* Drops the schema or marks it as kept, whatever state the run left its connection in. */
static bool finish_schema(struct session *session, bool keep, struct error *error) {
    if (control_lost(session->control) && !reconnect_for_cleanup(session, error))
        return false;
    control_set_heed_interrupt(session->control, false);
    control_set_timeout(session->control, 30);
    char sql[128];
    if (keep)
        snprintf(sql, sizeof sql, "COMMENT ON SCHEMA %s IS 'pgwrite run %s, kept'", session->schema,
                 session->id);
    else
        snprintf(sql, sizeof sql, "DROP SCHEMA IF EXISTS %s CASCADE", session->schema);
    return control_rollback(session->control, error) && control_exec(session->control, sql, error);
}

bool session_close(struct session *session, bool keep, struct error *error) {
    bool ok = true;
    if (session->schema_made && !session->server) {
        ok = finish_schema(session, keep, error);
        if (!ok && keep)
            error_prefix(error, "marking schema %s as kept", session->schema);
        if (!ok && !keep) {
            error->hint[0] = '\0';
            error_prefix(error, "schema %s is left on the server", session->schema);
            error_hint(error, "`pgwrite clean` lists and removes it");
        }
    }
    control_close(session->control);
    session->control = NULL;
    if (session->server) {
        bool removed = keep ? throwaway_keep(session->server, error)
                            : throwaway_remove(session->server, error);
        ok = ok && removed;
    }
    session->server = NULL;
    return ok;
}
