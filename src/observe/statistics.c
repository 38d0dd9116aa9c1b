#include "observe/statistics.h"

#include <stddef.h>
#include <string.h>
#include <time.h>

#include "base/embed.h"
#include "base/strbuf.h"

#define UNKNOWN_FIGURE (-1.0)

/* What one query reads; $1 is the table. */
enum view {
    OF_DATABASE,
    OF_WAL,
    OF_CHECKPOINTER,
    OF_BGWRITER,
    OF_WAL_IO,
    OF_BACKEND_IO,
    OF_TABLE,
    VIEWS
};

static const struct {
    const char *name, *where;
} views[VIEWS] = {
    [OF_DATABASE] = {"pg_stat_database", " WHERE datname = pg_catalog.current_database()"},
    [OF_WAL] = {"pg_stat_wal", ""},
    [OF_CHECKPOINTER] = {"pg_stat_checkpointer", ""},
    [OF_BGWRITER] = {"pg_stat_bgwriter", ""},
    /* Context init is the making of WAL files, which wal_sync never counted. */
    [OF_WAL_IO] = {"pg_stat_io", " WHERE object = 'wal' AND context = 'normal'"},
    [OF_BACKEND_IO] = {"pg_stat_io",
                       " WHERE backend_type = 'client backend' AND object = 'relation'"},
    /* pg_partition_tree has no row for a table that takes no part in partitioning. */
    [OF_TABLE] = {"pg_stat_all_tables",
                  " WHERE relid = $1::oid OR relid IN (SELECT relid FROM "
                  "pg_catalog.pg_partition_tree($1::oid::pg_catalog.regclass))"},
};

/* Where versions differ a member has several rows: the first that is known counts. */
#define MEMBER(name) offsetof(struct server_statistics, name)
static const struct counter {
    size_t member;
    enum view view;
    const char *column;
    const char *scale; /* SQL that follows the sum */
} counters[] = {
    {MEMBER(temp_files), OF_DATABASE, "temp_files", ""},
    {MEMBER(temp_bytes), OF_DATABASE, "temp_bytes", ""},
    {MEMBER(wal_records), OF_WAL, "wal_records", ""},
    {MEMBER(wal_fpi), OF_WAL, "wal_fpi", ""},
    {MEMBER(wal_buffers_full), OF_WAL, "wal_buffers_full", ""},
    {MEMBER(wal_flushes), OF_WAL, "wal_sync", ""},
    {MEMBER(wal_flushes), OF_WAL_IO, "fsyncs", ""},
    {MEMBER(checkpoints_timed), OF_CHECKPOINTER, "num_timed", ""},
    {MEMBER(checkpoints_timed), OF_BGWRITER, "checkpoints_timed", ""},
    {MEMBER(checkpoints_requested), OF_CHECKPOINTER, "num_requested", ""},
    {MEMBER(checkpoints_requested), OF_BGWRITER, "checkpoints_req", ""},
    {MEMBER(buffers_checkpointer), OF_CHECKPOINTER, "buffers_written", ""},
    {MEMBER(buffers_checkpointer), OF_BGWRITER, "buffers_checkpoint", ""},
    {MEMBER(buffers_bgwriter), OF_BGWRITER, "buffers_clean", ""},
    {MEMBER(buffers_backend), OF_BGWRITER, "buffers_backend", ""},
    /* From 18 on one write may be of several buffers. */
    {MEMBER(buffers_backend), OF_BACKEND_IO, "write_bytes",
     " / pg_catalog.current_setting('block_size')::float8"},
    {MEMBER(buffers_backend), OF_BACKEND_IO, "writes", ""},
    {MEMBER(rows_inserted), OF_TABLE, "n_tup_ins", ""},
    {MEMBER(rows_updated), OF_TABLE, "n_tup_upd", ""},
    {MEMBER(rows_hot_updated), OF_TABLE, "n_tup_hot_upd", ""},
    {MEMBER(autovacuums), OF_TABLE, "autovacuum_count", ""},
    {MEMBER(autoanalyzes), OF_TABLE, "autoanalyze_count", ""},
};
enum { COUNTERS = sizeof(counters) / sizeof(counters[0]) };

static double get(const struct server_statistics *statistics, size_t member) {
    double value;
    memcpy(&value, (const char *)statistics + member, sizeof(value));
    return value;
}

static void set(struct server_statistics *statistics, size_t member, double value) {
    memcpy((char *)statistics + member, &value, sizeof(value));
}

static bool has(const struct control_rows *columns, const char *view, const char *column) {
    for (size_t i = 0; columns && i < control_rows_count(columns); i++)
        if (strcmp(control_text(columns, i, 0), view) == 0 &&
            strcmp(control_text(columns, i, 1), column) == 0)
            return true;
    return false;
}

/* What the server refuses, to this role or through this pooler, stays unknown (rows: NULL). Only a
 * connection that is of no more use, silence and an interrupt are errors. */
static bool try_query(struct control *control, const char *sql, const struct control_arg *args,
                      size_t arg_count, struct control_rows **rows, struct error *error) {
    struct error refused = {0};
    *rows = NULL;
    if (control_query(control, sql, args, arg_count, rows, &refused))
        return true;
    *rows = NULL;
    if (*refused.sqlstate && !control_lost(control))
        return true;
    if (!error->set)
        *error = refused;
    return false;
}

static bool read_view(struct control *control, enum view view, const struct control_rows *columns,
                      int64_t table_oid, struct server_statistics *out, struct error *error) {
    size_t members[COUNTERS];
    int count = 0;
    struct strbuf sql = STRBUF_INIT;
    for (size_t i = 0; i < COUNTERS; i++) {
        const struct counter *counter = &counters[i];
        if (counter->view != view || !has(columns, views[view].name, counter->column))
            continue;
        strbuf_printf(&sql, "%scoalesce((sum(%s)::float8%s), -1)::float8",
                      count == 0 ? "SELECT " : ", ", counter->column, counter->scale);
        members[count++] = counter->member;
    }
    struct control_rows *rows = NULL;
    strbuf_printf(&sql, " FROM pg_catalog.%s%s", views[view].name, views[view].where);
    const struct control_arg args[] = {ARG_INT8(table_oid)};
    bool ok =
        count == 0 || try_query(control, sql.text, args, view == OF_TABLE ? 1 : 0, &rows, error);
    for (int i = 0; rows && control_rows_count(rows) == 1 && i < count; i++)
        if (get(out, members[i]) < 0)
            set(out, members[i], control_float8(rows, 0, i));
    control_rows_free(rows);
    strbuf_release(&sql);
    return ok;
}

/* What this session holds back is sent, and what it has read before is forgotten. */
static bool refresh(struct control *control, const struct control_rows *columns,
                    struct error *error) {
    struct control_rows *rows;
    if (has(columns, "pg_proc", "pg_stat_force_next_flush")) {
        if (!try_query(control, "SELECT pg_catalog.pg_stat_force_next_flush()", CONTROL_NO_ARGS,
                       &rows, error))
            return false;
        control_rows_free(rows);
    }
    if (!try_query(control, "SELECT pg_catalog.pg_stat_clear_snapshot()", CONTROL_NO_ARGS, &rows,
                   error))
        return false;
    control_rows_free(rows);
    return true;
}

bool statistics_read(struct control *control, int64_t table_oid, struct server_statistics *out,
                     struct error *error) {
    struct control_rows *columns;
    statistics_unknown(out);
    if (!try_query(control, embedded_text("src/observe/statistics_columns.sql"), CONTROL_NO_ARGS,
                   &columns, error))
        return error_prefix(error, "reading the server's statistics");
    bool ok = refresh(control, columns, error);
    for (enum view view = 0; ok && view < VIEWS; view++)
        ok = read_view(control, view, columns, table_oid, out, error);
    control_rows_free(columns);
    return ok || error_prefix(error, "reading the server's statistics");
}

void statistics_unknown(struct server_statistics *out) {
    for (size_t i = 0; i < COUNTERS; i++)
        set(out, counters[i].member, UNKNOWN_FIGURE);
}

void statistics_difference(const struct server_statistics *before,
                           const struct server_statistics *after, struct server_statistics *out) {
    struct server_statistics difference; /* out may be one of the two, and members come twice */
    for (size_t i = 0; i < COUNTERS; i++) {
        double was = get(before, counters[i].member), is = get(after, counters[i].member);
        set(&difference, counters[i].member, was < 0 || is < was ? UNKNOWN_FIGURE : is - was);
    }
    *out = difference;
}

void statistics_await(const struct control *control) {
    /* A reader takes what the collector wrote within PGSTAT_STAT_INTERVAL, 500 ms. */
    enum { COLLECTED = 150000, COLLECTOR_MS = 600 };
    if (control_server_version(control) < COLLECTED)
        nanosleep(&(struct timespec){.tv_nsec = COLLECTOR_MS * 1000000}, NULL);
}
