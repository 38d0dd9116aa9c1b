/* What a server did for a round: its indexes' sizes, and its WAL by resource manager. */
#include "study/explain.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/embed.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/strbuf.h"
#include "server/program.h"

/* A longer window's WAL is not read: each gigabyte keeps the next round waiting for seconds. */
#define WINDOW_BYTES_MAX (2.0 * 1024 * 1024 * 1024)
enum { READ_LIMIT_S = 120, MANAGERS_MAX = 256 }; /* a resource manager's id is a byte */

/* Of pgwrite's own on a throwaway server; no run's schema, whose names end in 8 hex digits. */
#define EXPLAIN_SCHEMA "pgwrite_explain"
#define WHAT_WAL "records by resource manager"

enum wal_reader { READ_NOTHING, READ_WALINSPECT, READ_WALDUMP };

struct explain {
    struct session *session;
    struct arena *arena;
    enum wal_reader reader;
    char *stats_sql;     /* of pg_walinspect, in the arena */
    bool schema_made;    /* EXPLAIN_SCHEMA */
    const char *missing; /* in the arena; NULL */
};

/* Each text once. */
static void tell_missing(struct explain *explain, const char *what, const char *why) {
    char *text = arena_printf(explain->arena, "%s: %s", what, why);
    if (explain->missing && strstr(explain->missing, text))
        return;
    explain->missing =
        explain->missing ? arena_printf(explain->arena, "%s; %s", explain->missing, text) : text;
}

/* What the server does not tell is missing, and no error: but for one that is lost, and an
 * interruption. */
static bool is_no_error(struct explain *explain, const char *what, const struct error *failed,
                        struct error *error) {
    if (interrupted() || control_lost(explain->session->control)) {
        *error = *failed;
        return error_prefix(error, "looking at what the server did");
    }
    char *first_line = arena_strndup(explain->arena, failed->what, strcspn(failed->what, "\n"));
    tell_missing(explain, what, first_line);
    return true;
}

/* ---- who can read the WAL ---- */

static void read_by_walinspect(struct explain *explain, const char *schema) {
    struct strbuf sql = STRBUF_INIT;
    strbuf_add(&sql, "SELECT s.\"resource_manager/record_type\"::text, s.count::float8, "
                     "s.combined_size::float8 FROM ");
    strbuf_add_ident(&sql, schema);
    strbuf_add(&sql, ".pg_get_wal_stats($1::pg_catalog.pg_lsn, $2::pg_catalog.pg_lsn, true) s");
    explain->stats_sql = arena_strdup(explain->arena, sql.text);
    explain->reader = READ_WALINSPECT;
    strbuf_release(&sql);
}

/* *there: it is installed, whether this role may use it or not. */
static bool find_walinspect(struct explain *explain, bool *there, struct error *error) {
    struct control_rows *rows;
    if (!control_query(explain->session->control, embedded_text("src/study/explain_walinspect.sql"),
                       CONTROL_NO_ARGS, &rows, error))
        return false;
    *there = control_rows_count(rows) > 0;
    if (*there && control_bool(rows, 0, 1))
        read_by_walinspect(explain, control_text(rows, 0, 0));
    control_rows_free(rows);
    return true;
}

/* On a throwaway server. Without its files, or where the name of the schema is taken, there is none
 * afterwards either. */
static bool make_walinspect(struct explain *explain, struct error *error) {
    struct control *control = explain->session->control;
    struct control_rows *rows;
    bool there;
    if (!control_query_one(control,
                           "SELECT EXISTS (SELECT FROM pg_catalog.pg_available_extensions "
                           "WHERE name = 'pg_walinspect')",
                           CONTROL_NO_ARGS, &rows, error))
        return false;
    bool available = control_bool(rows, 0, 0);
    control_rows_free(rows);
    if (!available)
        return true;
    struct error refused = {0};
    explain->schema_made =
        control_exec(control,
                     "CREATE SCHEMA " EXPLAIN_SCHEMA "; "
                     "CREATE EXTENSION pg_walinspect WITH SCHEMA " EXPLAIN_SCHEMA,
                     &refused);
    if (explain->schema_made)
        return find_walinspect(explain, &there, error);
    if (!interrupted() && !control_lost(control))
        return true;
    *error = refused;
    return false;
}

static bool choose_reader(struct explain *explain, struct error *error) {
    const struct session *session = explain->session;
    bool there;
    if (!find_walinspect(explain, &there, error) ||
        (session->server && !there && !make_walinspect(explain, error)))
        return false;
    if (explain->reader != READ_NOTHING)
        return true;
    if (session->server && program_exists(session->server, "pg_waldump"))
        explain->reader = READ_WALDUMP;
    else if (session->server)
        tell_missing(explain, WHAT_WAL,
                     "this server's installation has neither pg_walinspect nor pg_waldump");
    else if (there)
        tell_missing(explain, WHAT_WAL,
                     "this role may not execute pg_walinspect's pg_get_wal_stats on this server");
    else if (session->facts.version_num < 150000)
        tell_missing(explain, WHAT_WAL, "pg_walinspect comes with PostgreSQL 15");
    else
        tell_missing(explain, WHAT_WAL, "pg_walinspect is not installed on this server");
    return true;
}

bool explain_open(struct session *session, bool full, struct arena *arena, struct explain **out,
                  struct error *error) {
    struct explain *explain = ARENA_NEW(arena, struct explain);
    struct error failed = {0};
    *explain = (struct explain){.session = session, .arena = arena};
    *out = explain;
    if (!full)
        return true;
    if (session->pooled)
        tell_missing(explain, "waits", "sessions behind a pooler can't be told from others'");
    return choose_reader(explain, &failed) || is_no_error(explain, WHAT_WAL, &failed, error);
}

const char *explain_missing(const struct explain *explain) {
    return explain->missing;
}

/* A server that is kept is left as the schema file has made it. */
void explain_close(struct explain *explain) {
    if (!explain || !explain->schema_made)
        return;
    struct control *control = explain->session->control;
    struct error left = {0};
    explain->schema_made = false;
    if (!control || control_lost(control))
        return; /* with the throwaway server, which is at its end */
    control_set_heed_interrupt(control, false);
    if (!control_exec(control, "DROP SCHEMA IF EXISTS " EXPLAIN_SCHEMA " CASCADE", &left))
        log_message("schema " EXPLAIN_SCHEMA " could not be dropped: %s", left.what);
    control_set_heed_interrupt(control, true);
}

/* ---- indexes ---- */

static bool read_indexes(struct explain *explain, struct arena *arena, struct explain_round *out,
                         struct error *error) {
    struct control_rows *rows;
    if (!control_query(explain->session->control, embedded_text("src/study/explain_indexes.sql"),
                       CONTROL_ARGS(ARG_TEXT(explain->session->schema)), &rows, error))
        return false;
    out->index_count = control_rows_count(rows);
    out->indexes = ARENA_ARRAY(arena, struct explain_index, out->index_count + 1);
    for (size_t i = 0; i < out->index_count; i++)
        out->indexes[i] =
            (struct explain_index){.table = arena_strdup(arena, control_text(rows, i, 0)),
                                   .name = arena_strdup(arena, control_text(rows, i, 1)),
                                   .bytes = control_float8(rows, i, 2)};
    control_rows_free(rows);
    return true;
}

/* ---- WAL ---- */

struct lsn {
    char text[24]; /* "1A/2B3C4D5E" */
};

static struct lsn lsn_at(double position) {
    struct lsn lsn;
    uint64_t at = (uint64_t)position;
    snprintf(lsn.text, sizeof lsn.text, "%" PRIX32 "/%" PRIX32, (uint32_t)(at >> 32), (uint32_t)at);
    return lsn;
}

/* A window ends at what was inserted, which with synchronous_commit off need not have been written
 * yet: a record behind it, whose commit waits for the disk, takes it along. */
static bool await_flush(struct control *control, const struct lsn *to, struct error *error) {
    struct control_rows *rows;
    if (!control_query_one(control,
                           "SELECT pg_catalog.pg_current_wal_flush_lsn() >= $1::pg_catalog.pg_lsn",
                           CONTROL_ARGS(ARG_TEXT(to->text)), &rows, error))
        return false;
    bool flushed = control_bool(rows, 0, 0);
    control_rows_free(rows);
    return flushed || control_exec(control,
                                   "DO $$ BEGIN "
                                   "PERFORM pg_catalog.set_config('synchronous_commit', 'local', "
                                   "true); PERFORM pg_catalog.pg_logical_emit_message(true, "
                                   "'pgwrite', ''); END $$",
                                   error);
}

/* "Btree/SPLIT_L": such records, bytes of them with their full-page images. out->wal has room. */
static void add_records(const char *name, double records, double bytes, struct arena *arena,
                        struct explain_round *out) {
    size_t length = strcspn(name, "/"), i = 0;
    const char *type = name + length + (name[length] == '/');
    if (records <= 0)
        return;
    while (i < out->wal_count && (strncmp(out->wal[i].manager, name, length) != 0 ||
                                  strlen(out->wal[i].manager) != length))
        i++;
    if (i == MANAGERS_MAX)
        panic("more than %d resource managers", MANAGERS_MAX);
    if (i == out->wal_count)
        out->wal[out->wal_count++] =
            (struct explain_wal){.manager = arena_strndup(arena, name, length)};
    out->wal[i].records += records;
    out->wal[i].bytes += bytes;
    if (strcmp(out->wal[i].manager, "Btree") == 0 &&
        (strcmp(type, "SPLIT_L") == 0 || strcmp(type, "SPLIT_R") == 0))
        out->page_splits += records;
}

static bool ask_walinspect(struct explain *explain, const struct lsn *from, const struct lsn *to,
                           struct arena *arena, struct explain_round *out, struct error *error) {
    struct control *control = explain->session->control;
    struct control_rows *rows;
    control_set_timeout(control, READ_LIMIT_S);
    bool ok = control_query(control, explain->stats_sql,
                            CONTROL_ARGS(ARG_TEXT(from->text), ARG_TEXT(to->text)), &rows, error);
    control_set_timeout(control, SESSION_TIMEOUT_S);
    if (!ok)
        return false;
    for (size_t i = 0; i < control_rows_count(rows); i++)
        add_records(control_text(rows, i, 0), control_float8(rows, i, 1),
                    control_float8(rows, i, 2), arena, out);
    control_rows_free(rows);
    return true;
}

/* "Btree/SPLIT_L   12 (  0.03)   4567 (  0.10)   8901 (  0.20)   13468 (  0.15)": records, bytes
 * without images, bytes of images, both. The other lines have no such form. */
static void parse_waldump(FILE *printed, struct arena *arena, struct explain_round *out) {
    char *line = NULL;
    size_t room = 0;
    while (getline(&line, &room, printed) >= 0) {
        char name[64];
        uint64_t records, bytes;
        if (sscanf(line, "%63s %" SCNu64 " (%*[^)]) %*u (%*[^)]) %*u (%*[^)]) %" SCNu64 " (", name,
                   &records, &bytes) == 3 &&
            strchr(name, '/'))
            add_records(name, (double)records, (double)bytes, arena, out);
    }
    free(line);
}

static bool run_waldump(const struct explain *explain, const struct lsn *from, const struct lsn *to,
                        struct arena *arena, struct explain_round *out, struct error *error) {
    const struct throwaway *server = explain->session->server;
    FILE *printed;
    char *wal_dir = mem_printf("%s/data/pg_wal", throwaway_dir(server));
    const char *const words[] = {"-p",     wal_dir,          "-s", from->text, "-e",
                                 to->text, "--stats=record", NULL};
    bool ok = program_run(server, "pg_waldump", words, READ_LIMIT_S, &printed, error);
    free(wal_dir);
    if (!ok)
        return false;
    parse_waldump(printed, arena, out);
    fclose(printed);
    return true;
}

/* Whether a checkpoint has taken it away; a server of the user's says so itself when it is read. */
static bool was_removed(const struct explain *explain, double position, bool *removed,
                        struct error *error) {
    const struct throwaway *server = explain->session->server;
    struct control_rows *rows;
    /* At a segment's very beginning the function names the one before. */
    struct lsn inside = lsn_at(position + 1);
    *removed = false;
    if (!server)
        return true;
    if (!control_query_one(explain->session->control,
                           "SELECT pg_catalog.pg_walfile_name($1::pg_catalog.pg_lsn)",
                           CONTROL_ARGS(ARG_TEXT(inside.text)), &rows, error))
        return false;
    char *file = mem_printf("%s/data/pg_wal/%s", throwaway_dir(server), control_text(rows, 0, 0));
    *removed = access(file, F_OK) != 0;
    free(file);
    control_rows_free(rows);
    return true;
}

/* *removed: so that nothing was read. */
static bool read_wal(struct explain *explain, const struct result_round *round, struct arena *arena,
                     struct explain_round *out, bool *removed, struct error *error) {
    struct lsn from = lsn_at(round->wal_at), to = lsn_at(round->wal_at + round->wal_bytes);
    if (!await_flush(explain->session->control, &to, error) ||
        !was_removed(explain, round->wal_at, removed, error))
        return false;
    if (*removed)
        return true;
    if (explain->reader == READ_WALDUMP)
        return run_waldump(explain, &from, &to, arena, out, error);
    if (ask_walinspect(explain, &from, &to, arena, out, error))
        return true;
    *removed = strcmp(error->sqlstate, "58P01") == 0; /* undefined_file */
    return *removed;
}

static bool collect_wal(struct explain *explain, const struct result_round *round,
                        struct arena *arena, struct explain_round *out, struct error *error) {
    struct error failed = {0};
    if (!is_known(round->wal_at) || !is_known(round->wal_bytes)) {
        tell_missing(explain, WHAT_WAL, "where a round's WAL begins and ends is not known");
        return true;
    }
    if (round->wal_bytes > WINDOW_BYTES_MAX) {
        tell_missing(explain, WHAT_WAL,
                     "a round's WAL of more than 2 GB is too much to be read: shorten --duration");
        return true;
    }
    bool removed = false;
    out->page_splits = 0;
    out->wal = ARENA_ARRAY(arena, struct explain_wal, MANAGERS_MAX);
    if (round->wal_bytes < 1)
        return true;
    bool ok = read_wal(explain, round, arena, out, &removed, &failed);
    if (ok && !removed)
        return true;
    out->page_splits = UNKNOWN;
    out->wal_count = 0;
    if (ok)
        tell_missing(explain, WHAT_WAL,
                     "a checkpoint removed WAL of a round before it could be read: raise "
                     "max_wal_size or wal_keep_size, or shorten --duration");
    return ok || is_no_error(explain, WHAT_WAL, &failed, error);
}

bool explain_collect(struct explain *explain, const struct result_round *round, struct arena *arena,
                     struct explain_round *out, struct error *error) {
    struct error failed = {0};
    *out = (struct explain_round){.rows = round->checked ? (double)round->rows_there : UNKNOWN,
                                  .wal_rows = (double)round->rows,
                                  .page_splits = UNKNOWN};
    if (!read_indexes(explain, arena, out, &failed)) {
        out->rows = UNKNOWN;
        if (!is_no_error(explain, "sizes of indexes", &failed, error))
            return false;
    }
    return explain->reader == READ_NOTHING || collect_wal(explain, round, arena, out, error);
}
