#include "study/arm.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/interrupt.h"
#include "base/strbuf.h"

static bool same_text(const char *a, const char *b) {
    return a == b || (a && b && strcmp(a, b) == 0);
}

bool arm_same_server(const struct ab_side *a, const struct ab_side *b) {
    const struct session_options *x = &a->matrix->session, *y = &b->matrix->session;
    return x->throwaway == y->throwaway && same_text(x->data_dir, y->data_dir) &&
           same_text(x->pg_bin, y->pg_bin) && same_text(x->target.dbname, y->target.dbname) &&
           same_text(x->target.host, y->target.host) && same_text(x->target.port, y->target.port) &&
           same_text(x->target.user, y->target.user);
}

void arm_init(struct arm *arm, const char *name, const struct ab_side *side, uint32_t rounds,
              struct arena *arena) {
    *arm = (struct arm){.name = name,
                        .side = side,
                        .arena = arena,
                        .options = *side->matrix,
                        .result = ARENA_ARRAY(arena, struct result, 1)};
    arm->options.rounds = rounds;
    matrix_init(&arm->matrix, &arm->options, arena, arm->result);
}

static bool name_setting(const struct server_setting *setting, struct error *error) {
    return error_prefix(error, "set.%s", setting->name);
}

/* What a setting needs to change; those that a session can set for itself are left to the pool's
 * sessions. */
static bool sort_setting(struct arm *arm, const struct server_setting *setting, struct strbuf *sql,
                         struct error *error) {
    struct control_rows *rows;
    if (!control_query(arm->session->control,
                       "SELECT context::text FROM pg_catalog.pg_settings "
                       "WHERE pg_catalog.lower(name) = pg_catalog.lower($1)",
                       CONTROL_ARGS(ARG_TEXT(setting->name)), &rows, error))
        return false;
    bool found = control_rows_count(rows) > 0;
    const char *context = found ? arena_strdup(arm->arena, control_text(rows, 0, 0)) : "";
    control_rows_free(rows);
    bool extension = strchr(setting->name, '.') != NULL;
    if (!found && !extension) {
        error_usage(error, "PostgreSQL %s has no such setting", arm->session->facts.version);
        return name_setting(setting, error);
    }
    if (strcmp(context, "internal") == 0) {
        error_usage(error, "it can't be changed: it was fixed when the server was built or made");
        return name_setting(setting, error);
    }
    bool own = extension || strcmp(context, "user") == 0 || strcmp(context, "superuser") == 0;
    if (!own && !arm->session->server && strcmp(context, "postmaster") == 0) {
        error_usage(error, "it needs a restart, and pgwrite restarts no server but its own");
        error_hint(error, "leave -d, -h and -p out: a throwaway server is restarted; or take two "
                          "servers that differ: -A dsn=… -B dsn=…");
        return name_setting(setting, error);
    }
    if (!own) {
        arm->settings[arm->setting_count++] = *setting;
        return true;
    }
    arm->session_settings[arm->options.session_setting_count++] = *setting;
    strbuf_printf(sql, "%sSET ", sql->length ? "; " : "");
    strbuf_add(sql, setting->name);
    strbuf_add(sql, " = ");
    strbuf_add_literal(sql, setting->value);
    struct error refused = {0};
    if (control_exec(arm->session->control, sql->text, &refused))
        return control_reset_session(arm->session->control, error);
    *error = refused;
    error->exit_code = EXIT_USAGE;
    error->hint[0] = '\0'; /* which is about generated values */
    return name_setting(setting, error);
}

static bool sort_settings(struct arm *arm, struct error *error) {
    const struct ab_side *side = arm->side;
    struct strbuf sql = STRBUF_INIT;
    bool ok = true;
    if (side->setting_count > 0 && arm->session->pooled)
        ok = error_usage(error, "set.%s: what it sets does not stay with a session of a pooler",
                         side->settings[0].name);
    arm->settings = ARENA_ARRAY(arm->arena, struct server_setting, side->setting_count + 1);
    arm->session_settings = ARENA_ARRAY(arm->arena, struct server_setting, side->setting_count + 1);
    arm->options.session_settings = arm->session_settings;
    arm->options.session_setting_count = 0;
    for (size_t i = 0; ok && i < side->setting_count; i++)
        ok = sort_setting(arm, &side->settings[i], &sql, error);
    if (ok && sql.length)
        arm->options.session_sql = arena_strdup(arm->arena, sql.text);
    strbuf_release(&sql);
    return ok;
}

/* The settings of both sides that the server has to change between rounds. */
static size_t changing(const struct arm *arm, const struct ab_side *other, const char **names) {
    const struct ab_side *sides[] = {arm->side, other};
    size_t count = 0;
    for (size_t s = 0; s < 2; s++)
        for (size_t i = 0; sides[s] && i < sides[s]->setting_count; i++) {
            bool known = false;
            for (size_t k = 0; k < count; k++)
                known |= strcasecmp(names[k], sides[s]->settings[i].name) == 0;
            if (!known)
                names[count++] = sides[s]->settings[i].name;
        }
    return count;
}

/* Only those that no session can set for itself, and that this server can change. */
static bool keep_servers(const struct arm *arm, const char **names, size_t *count,
                         struct error *error) {
    size_t kept = 0;
    for (size_t i = 0; i < *count; i++) {
        struct control_rows *rows;
        if (!control_query(arm->session->control,
                           "SELECT true FROM pg_catalog.pg_settings WHERE pg_catalog.lower(name) = "
                           "pg_catalog.lower($1) AND context NOT IN ('user', 'superuser', "
                           "'internal') AND (context <> 'postmaster' OR $2 = 1)",
                           CONTROL_ARGS(ARG_TEXT(names[i]), ARG_INT8(arm->session->server != NULL)),
                           &rows, error))
            return false;
        if (control_rows_count(rows) > 0)
            names[kept++] = names[i];
        control_rows_free(rows);
    }
    *count = kept;
    return true;
}

static bool open_apply(struct arm *arm, const struct arm_options *options, struct error *error) {
    size_t most = arm->side->setting_count + (options->other ? options->other->setting_count : 0);
    const char **names = ARENA_ARRAY(arm->arena, const char *, most + 1);
    size_t count = changing(arm, options->other, names);
    if (count == 0 || arm->session->pooled)
        return true;
    if (!keep_servers(arm, names, &count, error))
        return false;
    if (count == 0 || !apply_open(arm->session, names, count, &arm->own_apply, error))
        return count == 0;
    arm->apply = &arm->own_apply;
    return true;
}

static bool open_session(struct arm *arm, const struct arm_options *options, struct error *error) {
    if (options->session) {
        arm->session = options->session;
        arm->apply = options->apply;
        return true;
    }
    if (options->with) {
        arm->session = options->with->session;
        arm->apply = options->with->apply;
        return true;
    }
    arm->session_options = arm->options.session;
    if (options->other &&
        options->other->matrix->session.connections > arm->session_options.connections)
        arm->session_options.connections = options->other->matrix->session.connections;
    if (!session_open(&arm->session_options, arm->arena, &arm->own_session, error))
        return false;
    arm->session = &arm->own_session;
    return open_apply(arm, options, error);
}

static bool open_explain(struct arm *arm, const struct arm_options *options, struct error *error) {
    if (options->with) {
        arm->explain = options->with->explain;
        return true;
    }
    arm->owns_explain = true;
    return explain_open(arm->session, options->explain, arm->arena, &arm->explain, error);
}

static bool apply_own(struct arm *arm, struct error *error) {
    return !arm->apply ||
           apply_settings(arm->apply, arm->settings, arm->setting_count, arm->arena, error);
}

/* At first: a server that does not start with a value has told that the value is wrong. */
static bool try_settings(struct arm *arm, struct error *error) {
    if (apply_own(arm, error))
        return true;
    if (arm->setting_count > 0 && !interrupted()) {
        error_prefix(error, "with %s", arm->side->variant);
        if (arm->session->server)
            error->exit_code = EXIT_USAGE;
    }
    return false;
}

/* One disk is probed once. */
static bool attach(struct arm *arm, const struct arm_options *options, struct error *error) {
    const struct result *probed = options->with ? options->with->result : NULL;
    arm->options.fsync_off |= probed != NULL;
    if (!matrix_attach(&arm->matrix, arm->session, error))
        return false;
    if (probed) {
        arm->result->fsync = probed->fsync;
        arm->result->fsync_dir = probed->fsync_dir;
    }
    return true;
}

bool arm_open(const struct arm_options *options, struct arm *arm, struct error *error) {
    return (open_session(arm, options, error) && sort_settings(arm, error) &&
            try_settings(arm, error) && attach(arm, options, error) &&
            open_explain(arm, options, error)) ||
           error_prefix(error, "%s", arm->name);
}

bool arm_round(struct arm *arm, const char *label, double rounds_left, struct error *error) {
    return (apply_own(arm, error) && matrix_round(&arm->matrix, 0, label, rounds_left, error)) ||
           error_prefix(error, "%s", arm->name);
}

const struct result_round *arm_last(const struct arm *arm) {
    const struct result_cell *cell = &arm->result->cells[0];
    return &cell->rounds[cell->round_count - 1];
}

bool arm_reconnected(const struct arm *arm) {
    const struct load_result *load = &arm_last(arm)->load;
    for (size_t i = 0; i < load->failure_count; i++) {
        const char *sqlstate = load->failures[i].sqlstate;
        if (*sqlstate == '\0' || strncmp(sqlstate, "57P", 3) == 0)
            return arm->options.workload->fault_count == 0;
    }
    return false;
}

const char *arm_describe(const struct arm *arm) {
    const struct result_cell *cell = &arm->result->cells[0];
    struct arena *arena = arm->arena;
    char shown[48];
    const char *text =
        cell->pool_min < cell->pool
            ? arena_printf(arena, "%s, pool %u..%u", cell->path, cell->pool_min, cell->pool)
            : arena_printf(arena, "%s, pool %u", cell->path, cell->pool);
    if (cell->batch.max > 0)
        text = arena_printf(arena, "%s, batch %s", text, result_batch(cell, shown, sizeof shown));
    if (is_known(cell->users))
        text = arena_printf(arena, "%s, %s", text,
                            units_show_things(shown, sizeof shown, cell->users, "user"));
    if (is_known(cell->rate))
        text = arena_printf(arena, "%s, %s/s", text,
                            units_show_count(shown, sizeof shown, cell->rate));
    return text;
}

bool arm_finish(struct arm *arm, bool ok, struct error *error) {
    return matrix_finish(&arm->matrix, ok, error);
}

/* Keeps the first error, prints a later one. */
static bool join(bool ok, bool closed, const struct error *left, struct error *error) {
    if (!closed && ok)
        *error = *left;
    else if (!closed)
        error_print(left);
    return ok && closed;
}

bool arm_close(struct arm *arm, bool ok, struct error *error) {
    struct error left = {0};
    if (arm->owns_explain)
        explain_close(arm->explain);
    if (arm->apply == &arm->own_apply)
        ok = join(ok, apply_close(arm->apply, &left), &left, error);
    left = (struct error){0};
    if (arm->session == &arm->own_session)
        ok = join(ok, session_close(arm->session, false, &left), &left, error);
    return ok;
}
