#include "study/journal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/embed.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/strbuf.h"
#include "row/args.h"
#include "study/guard.h"

enum { RELOAD_LIMIT_S = 30, RELOAD_PAUSE_MS = 5 };

void journal_pause(unsigned ms) {
    nanosleep(&(struct timespec){ms / 1000, (long)(ms % 1000) * (long)NS_PER_MS}, NULL);
}

void journal_name(const char *id, char out[JOURNAL_NAME_SIZE]) {
    snprintf(out, JOURNAL_NAME_SIZE, "pgwrite_%s_settings", id);
}

static bool drop(struct control *control, const char *schema, struct error *error) {
    char sql[32 + JOURNAL_NAME_SIZE];
    snprintf(sql, sizeof sql, "DROP SCHEMA IF EXISTS %s CASCADE", schema);
    return control_exec(control, sql, error);
}

/* An interruption may come as the server has just committed. */
static void withdraw(struct control *control, const char *schema, struct error *error) {
    struct error failed = {0};
    control_set_heed_interrupt(control, false);
    if (!control_rollback(control, &failed) || !drop(control, schema, &failed))
        error_hint(error, "schema %s may be left: %s", schema, failed.what);
    control_set_heed_interrupt(control, true);
}

bool journal_write(struct control *control, const char *id, const struct journal_setting *settings,
                   size_t count, struct error *error) {
    char schema[JOURNAL_NAME_SIZE];
    journal_name(id, schema);
    struct strbuf sql = STRBUF_INIT;
    strbuf_printf(&sql,
                  "SET LOCAL synchronous_commit = on; CREATE SCHEMA %s; COMMENT ON SCHEMA %s IS "
                  "'pgwrite settings %s'; CREATE TABLE %s.settings (name text PRIMARY KEY, value "
                  "text)",
                  schema, schema, id, schema);
    for (size_t i = 0; i < count; i++) {
        strbuf_printf(&sql, "; INSERT INTO %s.settings VALUES (", schema);
        strbuf_add_literal(&sql, settings[i].name);
        strbuf_add(&sql, ", ");
        if (settings[i].value)
            strbuf_add_literal(&sql, settings[i].value);
        else
            strbuf_add(&sql, "NULL");
        strbuf_add(&sql, ")");
    }
    bool ok = control_begin(control, error) && control_exec(control, sql.text, error) &&
              control_commit(control, error);
    if (!ok) {
        error_prefix(error, "the journal of settings can't be written");
        withdraw(control, schema, error);
    }
    strbuf_release(&sql);
    return ok;
}

bool journal_none(struct control *control, struct error *error) {
    struct control_rows *rows;
    if (!control_query(control, embedded_text("src/study/guard_journals.sql"),
                       CONTROL_ARGS(ARG_INT8(SESSION_LOCK_CLASS)), &rows, error))
        return false;
    bool ok = control_rows_count(rows) == 0;
    if (!ok) {
        error_set(error,
                  "another run changes settings of this server, or was killed while it did: "
                  "schema %s",
                  control_text(rows, 0, 0));
        error_hint(error, "wait for its end; `pgwrite tune --restore` puts back what a killed one "
                          "left");
    }
    control_rows_free(rows);
    return ok;
}

/* A name without blanks needs no quotes, and is easier to read in a command without them. */
static void add_name(struct strbuf *sql, const char *name) {
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_.0123456789";
    if (strspn(name, plain) == strlen(name))
        strbuf_add(sql, name);
    else
        strbuf_add_ident(sql, name);
}

static void add_alter(struct strbuf *sql, const char *name, const char *value) {
    strbuf_add(sql, value ? "ALTER SYSTEM SET " : "ALTER SYSTEM RESET ");
    add_name(sql, name);
    if (!value)
        return;
    strbuf_add(sql, " = ");
    strbuf_add_literal(sql, value);
}

bool journal_alter(struct control *control, const char *name, const char *value,
                   struct error *error) {
    struct strbuf sql = STRBUF_INIT;
    add_alter(&sql, name, value);
    bool ok = control_exec(control, sql.text, error);
    strbuf_release(&sql);
    return ok;
}

/* A backend starts with the postmaster's, and takes a later one over only after the postmaster has
 * it: it is the postmaster who sends the signal on. */
static bool read_load_time(struct control *control, const struct target *target, int64_t *us,
                           struct error *error) {
    struct control *asked = control;
    if (target && !control_open(target, "pgwrite", &asked, error))
        return false;
    struct control_rows *rows;
    bool ok = control_query_one(
        asked, "SELECT (extract(epoch FROM pg_catalog.pg_conf_load_time()) * 1000000)::int8",
        CONTROL_NO_ARGS, &rows, error);
    if (ok) {
        *us = control_int8(rows, 0, 0);
        control_rows_free(rows);
    }
    if (target)
        control_close(asked);
    return ok;
}

bool journal_reload(struct control *control, const struct target *target, struct error *error) {
    int64_t before, now;
    struct control_rows *rows;
    /* Whoever else reloads from here on loads what is in the files now: any change will do. */
    if (!read_load_time(control, target, &before, error) ||
        !control_query_one(control, "SELECT pg_catalog.pg_reload_conf()", CONTROL_NO_ARGS, &rows,
                           error))
        return false;
    bool sent = control_bool(rows, 0, 0);
    control_rows_free(rows);
    if (!sent)
        return error_set(error, "pg_reload_conf() could not tell the server to reload");
    uint64_t deadline_ns = clock_ns() + RELOAD_LIMIT_S * NS_PER_S;
    for (;;) {
        if (!read_load_time(control, target, &now, error))
            return false;
        if (now != before)
            return true;
        if (clock_ns() > deadline_ns) {
            error_set(error, "the server has not reloaded its settings after %d s", RELOAD_LIMIT_S);
            return error_hint(error, "its log may say why: an error in postgresql.conf keeps all "
                                     "of it from being taken");
        }
        journal_pause(RELOAD_PAUSE_MS);
    }
}

/* Whether postgresql.auto.conf has this value. */
static bool is_set(struct control *control, const struct journal_setting *setting, bool *is,
                   struct error *error) {
    struct control_rows *rows;
    if (!control_query(
            control,
            "SELECT setting IS NOT NULL AND setting = $2 FROM pg_catalog.pg_file_settings "
            "WHERE pg_catalog.lower(name) = pg_catalog.lower($1) "
            "AND sourcefile ~ '/postgresql\\.auto\\.conf$' ORDER BY seqno DESC LIMIT 1",
            CONTROL_ARGS(ARG_TEXT(setting->name), ARG_TEXT(setting->value ? setting->value : "")),
            &rows, error))
        return false;
    if (control_rows_count(rows) == 0)
        *is = !setting->value;
    else
        *is = setting->value && control_bool(rows, 0, 0);
    control_rows_free(rows);
    return true;
}

/* One that stands as it should needs no right to be changed; one that can't be read is tried. */
static bool put_setting(struct control *control, const struct journal_setting *setting,
                        struct error *error) {
    struct error unread = {0};
    bool is = false;
    if (is_set(control, setting, &is, &unread) && is)
        return true;
    if (!journal_alter(control, setting->name, setting->value, error)) {
        error->hint[0] = '\0'; /* made for rows and their values */
        return false;
    }
    if (unread.set)
        return true;
    return is_set(control, setting, &is, error) &&
           (is ||
            error_set(error, "%s does not stand in postgresql.auto.conf as it was", setting->name));
}

bool journal_put_back(struct control *control, const char *schema,
                      const struct journal_setting *settings, size_t count, struct error *error) {
    /* The first failure is not the end: as much as can be is put back. */
    for (size_t i = 0; i < count && !control_lost(control); i++) {
        struct error failed = {0};
        if (!put_setting(control, &settings[i], &failed) && !error->set)
            *error = failed;
    }
    struct error unloaded = {0};
    if (!control_lost(control) && !journal_reload(control, NULL, &unloaded) && !error->set)
        *error = unloaded;
    return !error->set && drop(control, schema, error);
}

void journal_tell_left(struct control *control, const char *schema,
                       const struct journal_setting *settings, size_t count, struct error *error) {
    log_message("the server's settings are not all as they were; what is left to do:");
    for (size_t i = 0; i < count; i++) {
        struct error unread = {0}; /* what can't be looked up is told */
        bool is = false;
        if (control && !control_lost(control) && is_set(control, &settings[i], &is, &unread) && is)
            continue;
        struct strbuf sql = STRBUF_INIT;
        add_alter(&sql, settings[i].name, settings[i].value);
        log_message("%s;", sql.text);
        strbuf_release(&sql);
    }
    log_message("SELECT pg_reload_conf();");
    log_message("DROP SCHEMA %s CASCADE;", schema);
    error_prefix(error, "the server's settings could not all be put back");
    error_hint(error, "the commands above do it, as does `pgwrite tune --restore` as a role that "
                      "may");
}

/* Also keeps two who restore from each other; *lives: the run itself or another one has it. */
static bool lock(struct control *control, const char *id, bool *lives, struct error *error) {
    struct control_rows *rows;
    if (!control_query_one(
            control, "SELECT pg_catalog.pg_try_advisory_lock($1::int4, $2::int4)",
            CONTROL_ARGS(ARG_INT8(SESSION_LOCK_CLASS), ARG_INT8((int32_t)strtoul(id, NULL, 16))),
            &rows, error))
        return false;
    *lives = !control_bool(rows, 0, 0);
    control_rows_free(rows);
    return true;
}

static bool unlock(struct control *control, const char *id, struct error *error) {
    return control_call(
        control, "SELECT pg_catalog.pg_advisory_unlock($1::int4, $2::int4)",
        CONTROL_ARGS(ARG_INT8(SESSION_LOCK_CLASS), ARG_INT8((int32_t)strtoul(id, NULL, 16))),
        error);
}

static bool restore(struct control *control, const char *schema, size_t *restored,
                    struct error *error) {
    char sql[128];
    struct control_rows *rows;
    snprintf(sql, sizeof sql,
             "SELECT name::text, value IS NOT NULL, coalesce(value, '')::text FROM %s.settings "
             "ORDER BY 1",
             schema);
    /* Its run may have ended in order since the journals were listed. */
    struct error gone = {0};
    if (!control_query(control, sql, CONTROL_NO_ARGS, &rows, &gone)) {
        if (strcmp(gone.sqlstate, "42P01") == 0 || strcmp(gone.sqlstate, "3F000") == 0)
            return true;
        *error = gone;
        return false;
    }
    size_t count = control_rows_count(rows);
    struct journal_setting *list = MEM_ARRAY(struct journal_setting, count + 1);
    for (size_t i = 0; i < count; i++)
        list[i] = (struct journal_setting){
            control_text(rows, i, 0), control_bool(rows, i, 1) ? control_text(rows, i, 2) : NULL};
    bool ok = journal_put_back(control, schema, list, count, error);
    if (!ok)
        journal_tell_left(control, schema, list, count, error);
    if (ok) {
        *restored += count;
        for (size_t i = 0; i < count; i++)
            log_message("put back what a killed run left: %s%s%s", list[i].name,
                        list[i].value ? " = " : " is not set by ALTER SYSTEM",
                        list[i].value ? list[i].value : "");
    }
    free(list);
    control_rows_free(rows);
    return ok;
}

static bool restore_one(struct control *control, const struct control_rows *journals, size_t row,
                        size_t *restored, struct error *error) {
    const char *schema = control_text(journals, row, 0), *id = control_text(journals, row, 1);
    bool lives;
    if (!lock(control, id, &lives, error))
        return false;
    if (lives)
        return true;
    bool ok;
    if (control_bool(journals, row, 3)) {
        ok = restore(control, schema, restored, error);
    } else {
        ok = error_set(error, "journal %s is role %s's, and not to be trusted", schema,
                       control_text(journals, row, 2));
        error_hint(error, "restore it as that role with -U, or look at %s.settings and drop it",
                   schema);
    }
    struct error locked = {0}; /* a lost connection has no lock either */
    if (!unlock(control, id, &locked) && !error->set)
        *error = locked;
    return ok && !locked.set;
}

bool guard_restore_left(struct control *control, size_t *restored, struct error *error) {
    *restored = 0;
    struct control_rows *journals;
    if (!control_query(control, embedded_text("src/study/guard_journals.sql"),
                       CONTROL_ARGS(ARG_INT8(SESSION_LOCK_CLASS)), &journals, error))
        return false;
    bool ok = true;
    for (size_t i = 0; i < control_rows_count(journals); i++) {
        struct error failed = {0};
        if (restore_one(control, journals, i, restored, &failed))
            continue;
        if (ok)
            *error = failed;
        else
            error_print(&failed);
        ok = false;
    }
    control_rows_free(journals);
    return ok;
}
