#include "observe/facts.h"

#include <string.h>

#include "base/embed.h"

const char *durability_name(enum durability durability) {
    return durability == DURABLE        ? "durable"
           : durability == ASYNC_COMMIT ? "async-commit"
                                        : "unsafe";
}

static bool read_basics(struct control *control, bool on_tmpfs, struct arena *arena,
                        struct server_facts *out, struct error *error) {
    struct control_rows *rows;
    if (!control_query_one(
            control,
            "SELECT current_setting('server_version')::text, current_setting('fsync')::text, "
            "current_setting('full_page_writes')::text, "
            "current_setting('synchronous_commit')::text, "
            "(SELECT setting FROM pg_catalog.pg_settings WHERE name = "
            "'checkpoint_timeout')::float8, "
            "(SELECT setting FROM pg_catalog.pg_settings WHERE name = "
            "'deadlock_timeout')::float8, session_user::text, current_database()::text, "
            "(SELECT setting FROM pg_catalog.pg_settings WHERE name = "
            "'max_connections')::float8",
            CONTROL_NO_ARGS, &rows, error))
        return false;
    out->version = arena_strdup(arena, control_text(rows, 0, 0));
    out->version_num = control_server_version(control);
    out->durability_why = "";
    if (strcmp(control_text(rows, 0, 3), "off") == 0) {
        out->durability = ASYNC_COMMIT;
        out->durability_why = "synchronous_commit is off: a crash loses the last commits";
    }
    if (strcmp(control_text(rows, 0, 2), "off") == 0) {
        out->durability = UNSAFE;
        out->durability_why = "full_page_writes is off: a crash can destroy the data";
    }
    if (strcmp(control_text(rows, 0, 1), "off") == 0) {
        out->durability = UNSAFE;
        out->durability_why = "fsync is off: a crash can destroy the data";
    }
    if (on_tmpfs) {
        out->durability = UNSAFE;
        out->durability_why = "the data are on tmpfs, in memory: fsync costs nothing there";
    }
    out->checkpoint_timeout_s = control_float8(rows, 0, 4);
    out->deadlock_timeout_ms = control_float8(rows, 0, 5);
    out->user = arena_strdup(arena, control_text(rows, 0, 6));
    out->database = arena_strdup(arena, control_text(rows, 0, 7));
    out->max_connections = control_float8(rows, 0, 8);
    control_rows_free(rows);
    return true;
}

bool server_facts_read(struct control *control, bool on_tmpfs, struct arena *arena,
                       struct server_facts *out, struct error *error) {
    *out = (struct server_facts){0};
    if (!read_basics(control, on_tmpfs, arena, out, error))
        return false;
    struct control_rows *rows;
    if (!control_query(control, embedded_text("src/observe/settings.sql"), CONTROL_NO_ARGS, &rows,
                       error))
        return false;
    out->setting_count = control_rows_count(rows);
    out->settings = ARENA_ARRAY(arena, struct fact_setting, out->setting_count);
    for (size_t i = 0; i < out->setting_count; i++)
        out->settings[i] = (struct fact_setting){arena_strdup(arena, control_text(rows, i, 0)),
                                                 arena_strdup(arena, control_text(rows, i, 1)),
                                                 control_bool(rows, i, 2)};
    control_rows_free(rows);
    return true;
}

bool server_counters_read(struct control *control, struct server_counters *out,
                          struct error *error) {
    struct control_rows *rows;
    if (!control_query_one(
            control,
            "SELECT d.xact_commit::int8, d.deadlocks::int8, coalesce((extract(epoch FROM "
            "greatest(d.stats_reset, s.stats_reset)) * 1000000)::int8, 0) FROM "
            "pg_catalog.pg_stat_database d, pg_catalog.pg_stat_bgwriter s "
            "WHERE d.datname = pg_catalog.current_database()",
            CONTROL_NO_ARGS, &rows, error))
        return false;
    out->commits = control_int8(rows, 0, 0);
    out->deadlocks = control_int8(rows, 0, 1);
    out->reset_us = control_int8(rows, 0, 2);
    control_rows_free(rows);
    return true;
}

bool server_wal_position(struct control *control, double *bytes, struct error *error) {
    struct control_rows *rows;
    if (!control_query_one(
            control,
            "SELECT pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_insert_lsn(), "
            "'0/0')::float8",
            CONTROL_NO_ARGS, &rows, error))
        return false;
    *bytes = control_float8(rows, 0, 0);
    control_rows_free(rows);
    return true;
}
