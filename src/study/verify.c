#include "study/verify.h"

#include <inttypes.h>
#include <stdlib.h>
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

static bool count_rows(struct session *session, const struct catalog_table *table,
                       struct result_round *round, struct error *error) {
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
    round->found = (uint64_t)control_int8(rows, 0, 0);
    round->found_known = true;
    round->heap_bytes = control_float8(rows, 0, 1);
    round->index_bytes = control_float8(rows, 0, 2);
    control_rows_free(rows);
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
                 struct error *error) {
    struct session *session = options->session;
    bool (*const end)(struct session *, struct error *) =
        session->pooled ? cancel_backends : end_backends;
    /* Behind a pooler another client may be at work under our name: nothing is awaited there unless
     * something of ours may still be at work. */
    bool waits = !session->pooled || round->ambiguous > 0 || round->abandoned > 0;
    return (round->abandoned == 0 || end(session, error)) &&
           (!waits || await_backends(session, error)) &&
           count_rows(session, options->plan->table, round, error) &&
           (!options->before || count_commits(options, round, error)) &&
           (!options->hash || hash_rows(session, options->plan, round, error));
}

bool verify_round(const struct verify_options *options, struct result_round *round,
                  struct error *error) {
    round->checked = look(options, round, error);
    if (!round->checked)
        return error_prefix(error, "verifying");
    double lost = result_lost(round), extra = result_extra(round);
    bool commits_ok =
        !is_known(round->server_commits) || round->server_commits >= (double)round->committed;
    round->verified = lost == 0 && extra == 0 && commits_ok && !round->miscounted;
    if (lost > 0 || extra > 0) {
        error_set(error,
                  "verification failed: %" PRIu64 " rows acknowledged, %" PRIu64 " found: %.0f %s",
                  round->acknowledged, round->found, lost > 0 ? lost : extra,
                  lost > 0 ? "lost" : "too many");
        return error_hint(error, "does a trigger, a rule or another session write to the table?");
    }
    if (!commits_ok)
        return error_set(error,
                         "verification failed: %" PRIu64
                         " commits acknowledged, but the server counted %.0f",
                         round->committed, round->server_commits);
    return true;
}
