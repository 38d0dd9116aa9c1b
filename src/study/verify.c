#include "study/verify.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "observe/statistics.h"

/* Backends whose statements were abandoned would go on, and hold their locks. They are this run's
 * own: the application_name has its id. */
static bool end_backends(struct session *session, struct error *error) {
    return control_call(
        session->control,
        "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity "
        "WHERE application_name = $1",
        CONTROL_ARGS(ARG_TEXT(session->application)), error);
}

/* A pooler's sessions keep the name of whom they worked for last, and somebody else may get one at
 * any moment: only what works is cancelled, and none is ended. */
static bool cancel_backends(struct session *session, struct error *error) {
    return control_call(session->control,
                        "SELECT pg_catalog.pg_cancel_backend(pid) FROM pg_catalog.pg_stat_activity "
                        "WHERE application_name = $1 AND state = 'active'",
                        CONTROL_ARGS(ARG_TEXT(session->application)), error);
}

/* Waits until the pool's backends are gone: their counters are flushed when they end. A pooler's
 * stay, and are idle when they don't work for the pool. */
static bool await_backends(struct session *session, struct error *error) {
    const char *sql = session->pooled ? "SELECT count(*)::int8 FROM pg_catalog.pg_stat_activity "
                                        "WHERE application_name = $1 AND state <> 'idle'"
                                      : "SELECT count(*)::int8 FROM pg_catalog.pg_stat_activity "
                                        "WHERE application_name = $1";
    for (int tries = 0; tries < 1000; tries++) {
        struct control_rows *rows;
        if (!control_query_one(session->control, sql, CONTROL_ARGS(ARG_TEXT(session->application)),
                               &rows, error))
            return false;
        int64_t left = control_int8(rows, 0, 0);
        control_rows_free(rows);
        if (left == 0)
            return true;
        usleep(5000);
    }
    return error_set(error, "backends of the pool are still at work 5 s after it was closed");
}

/* One table's rows and bytes. */
struct table_size {
    uint64_t rows;
    double heap_bytes, index_bytes;
};

static bool measure_table(struct session *session, const struct catalog_table *table,
                          struct table_size *size, struct error *error) {
    char *sql = mem_printf("SELECT (SELECT count(*) FROM %s)::int8, "
                           "coalesce((SELECT sum(pg_catalog.pg_table_size(relid)) FROM "
                           "pg_catalog.pg_partition_tree($1::oid)), "
                           "pg_catalog.pg_table_size($1::oid))::float8, "
                           "coalesce((SELECT sum(pg_catalog.pg_indexes_size(relid)) FROM "
                           "pg_catalog.pg_partition_tree($1::oid)), "
                           "pg_catalog.pg_indexes_size($1::oid))::float8",
                           table->quoted);
    struct control_rows *rows;
    bool ok =
        control_query_one(session->control, sql, CONTROL_ARGS(ARG_INT8(table->oid)), &rows, error);
    free(sql);
    if (!ok)
        return false;
    *size = (struct table_size){(uint64_t)control_int8(rows, 0, 0), control_float8(rows, 0, 1),
                                control_float8(rows, 0, 2)};
    control_rows_free(rows);
    return true;
}

static bool is_word(char c) {
    return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

/* Whether SQL names a table. What stands in placeholders becomes a value. */
static bool names_table(const char *sql, const char *table) {
    size_t length = strlen(table);
    char before = ' ';
    for (const char *p = sql; *p; before = *p++) {
        if (strncmp(p, "${", 2) == 0 && before != '$')
            p += strcspn(p, "}");
        else if (!is_word(before) && strncasecmp(p, table, length) == 0 && !is_word(p[length]))
            return true;
        if (!*p)
            return false;
    }
    return false;
}

/* Whether SQL of the user's may insert into, or delete from, a table: it names it, and is no plain
 * SELECT or UPDATE. */
static bool may_change(const char *sql, const char *table) {
    sql += strspn(sql, " \t\r\n");
    if (strncasecmp(sql, "select", 6) == 0 || strncasecmp(sql, "update", 6) == 0)
        return false;
    return names_table(sql, table);
}

/* Whether the number of a table's rows follows from what the server acknowledged: not with ON
 * CONFLICT DO UPDATE, whose tag does not tell inserts from updates, nor with SQL of the user's. */
static bool is_counted(const struct workload *workload, const char *table) {
    for (size_t i = 0; i < workload->step_count; i++)
        for (size_t k = 0; k < workload->steps[i].statement_count; k++) {
            const struct workload_statement *statement = &workload->steps[i].statements[k];
            if (statement->kind == STATEMENT_SQL && may_change(statement->sql, table))
                return false;
            if (statement->on_conflict == CONFLICT_UPDATE && strcmp(statement->table, table) == 0)
                return false;
        }
    return true;
}

/* The first table with rows lost or too many, and how many tables have such. */
struct wrong_table {
    const char *name;
    uint64_t acknowledged, found, lost, extra;
    size_t count;
};

static void note_wrong(struct wrong_table *wrong, struct wrong_table table) {
    if (table.lost == 0 && table.extra == 0)
        return;
    size_t count = wrong->count + 1;
    if (count == 1)
        *wrong = table;
    wrong->count = count;
}

/* All tables together: found are the rows that the run has inserted and that were not deleted
 * again, those whose delete was acknowledged counted as found. */
static bool count_rows(const struct verify_options *options, struct result_round *round,
                       struct wrong_table *wrong, struct error *error) {
    const struct mix *mix = &options->prepared->mix;
    round->heap_bytes = round->index_bytes = 0;
    round->acknowledged = round->ambiguous = round->found = round->lost = round->extra = 0;
    round->tables = MEM_ARRAY(struct result_table, mix->table_count);
    round->table_count = mix->table_count;
    for (size_t i = 0; i < mix->table_count; i++) {
        const struct mix_table *table = &mix->tables[i];
        const struct load_table *load = &round->load.tables[i];
        struct table_size size;
        if (!measure_table(options->session, table->plan->table, &size, error))
            return false;
        round->heap_bytes += size.heap_bytes;
        round->index_bytes += size.index_bytes;
        round->rows_there += size.rows;
        round->tables[i] =
            (struct result_table){.rows_before = table->rows,
                                  .inserted = load->inserted,
                                  .deleted = load->deleted,
                                  .found = (double)size.rows,
                                  .counted = is_counted(options->workload, table->name)};
        snprintf(round->tables[i].name, sizeof round->tables[i].name, "%s", table->name);
        if (!round->tables[i].counted)
            continue;
        uint64_t there = size.rows + load->deleted, before = table->rows;
        uint64_t found = there > before ? there - before : 0;
        /* Deletes whose end is not known may have taken so many more. */
        uint64_t missing = found < load->inserted ? load->inserted - found : 0;
        found += missing < load->deleted_ambiguous ? missing : load->deleted_ambiguous;
        uint64_t most = load->inserted + load->inserted_ambiguous;
        uint64_t lost = found < load->inserted ? load->inserted - found : 0;
        uint64_t extra = found > most ? found - most : 0;
        note_wrong(wrong, (struct wrong_table){.name = table->name,
                                               .acknowledged = load->inserted,
                                               .found = found,
                                               .lost = lost,
                                               .extra = extra});
        round->lost += lost;
        round->extra += extra;
        round->acknowledged += load->inserted;
        round->ambiguous += load->inserted_ambiguous;
        round->found += found;
        round->found_known = true;
    }
    return true;
}

/* A sum over hashes of the rows' text, which the order of the rows does not change. Only with exact
 * row counts: there it is the same for every path, pool and thread count. */
static bool hash_rows(struct session *session, const struct plan *plan, struct result_round *round,
                      struct error *error) {
    struct strbuf sql = STRBUF_INIT;
    strbuf_add(&sql, "SELECT coalesce(sum(pg_catalog.hashtextextended(ROW(");
    bool any = false;
    for (size_t i = 0; i < plan->column_count; i++)
        if (plan->columns[i].hashed) {
            strbuf_printf(&sql, "%s%s", any ? ", " : "", plan->columns[i].quoted);
            any = true;
        }
    strbuf_printf(&sql, ")::text, 0)::numeric), 0)::text FROM %s", plan->table->quoted);
    struct control_rows *rows;
    bool ok = control_query_one(session->control, sql.text, CONTROL_NO_ARGS, &rows, error);
    strbuf_release(&sql);
    if (!ok)
        return false;
    snprintf(round->content_hash, sizeof round->content_hash, "%s", control_text(rows, 0, 0));
    control_rows_free(rows);
    return true;
}

/* Counters of backends that have ended arrive within a second on 14 and older, at once on 15 and
 * newer. */
static bool count_commits(const struct verify_options *options, struct result_round *round,
                          struct error *error) {
    struct server_counters now;
    statistics_await(options->session->control);
    for (int tries = 0; tries < 400; tries++) {
        if (!server_counters_read(options->session->control, &now, error))
            return false;
        if (now.reset_us != options->before->reset_us) {
            /* What was counted before is not known any more. */
            round->server_commits = round->deadlocks = UNKNOWN;
            return true;
        }
        round->server_commits = (double)(now.commits - options->before->commits);
        round->deadlocks = (double)(now.deadlocks - options->before->deadlocks);
        if (round->server_commits >= (double)round->committed)
            break;
        usleep(5000);
    }
    /* Up to 14 backends report over UDP, of which some can be lost: then it is not known. */
    if (round->server_commits < (double)round->committed &&
        control_server_version(options->session->control) < 150000)
        round->server_commits = UNKNOWN;
    return true;
}

static bool look(const struct verify_options *options, struct result_round *round,
                 struct wrong_table *wrong, struct error *error) {
    struct session *session = options->session;
    bool (*const end)(struct session *, struct error *) =
        session->pooled ? cancel_backends : end_backends;
    /* Behind a pooler another client may be at work under our name: nothing is awaited there unless
     * something of ours may still be at work. */
    bool waits = !session->pooled || round->ambiguous > 0 || round->abandoned > 0;
    return (round->abandoned == 0 || end(session, error)) &&
           (!waits || await_backends(session, error)) && count_rows(options, round, wrong, error) &&
           (!options->before || count_commits(options, round, error)) &&
           (!options->hash || hash_rows(session, options->prepared->plan, round, error));
}

bool verify_round(const struct verify_options *options, struct result_round *round,
                  struct error *error) {
    struct wrong_table wrong = {0};
    round->checked = look(options, round, &wrong, error);
    if (!round->checked)
        return error_prefix(error, "verifying");
    bool commits_ok =
        !is_known(round->server_commits) || round->server_commits >= (double)round->committed;
    /* A table whose rows can't be held against what was acknowledged is not wrong. */
    round->verified = wrong.count == 0 && commits_ok && !round->miscounted;
    if (wrong.count > 0) {
        char more[64] = "";
        if (wrong.count > 1)
            snprintf(more, sizeof more, ", and %zu more table%s like it", wrong.count - 1,
                     wrong.count == 2 ? "" : "s");
        error_set(error,
                  "verification failed: table %s: %" PRIu64 " row%s acknowledged, %" PRIu64
                  " found: %" PRIu64 " %s%s",
                  wrong.name, wrong.acknowledged, wrong.acknowledged == 1 ? "" : "s", wrong.found,
                  wrong.lost > 0 ? wrong.lost : wrong.extra, wrong.lost > 0 ? "lost" : "too many",
                  more);
        return error_hint(error, "does a trigger, a rule or another session write to it?");
    }
    if (!commits_ok)
        return error_set(error,
                         "verification failed: %" PRIu64
                         " commits acknowledged, but the server counted %.0f",
                         round->committed, round->server_commits);
    return true;
}
