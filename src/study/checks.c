#include "study/checks.h"

#include <stdlib.h>

#include "base/strbuf.h"
#include "row/args.h"

static bool run_check(struct session *session, const struct workload_query *query,
                      struct result_check *check, struct error *error) {
    struct control_rows *rows;
    char *sql = mem_printf("SELECT count(*)::int8 FROM (SELECT FROM (%s) q LIMIT %d) s", query->sql,
                           CHECK_ROWS_MAX);
    bool ok = control_query_one(session->control, sql, CONTROL_NO_ARGS, &rows, error);
    free(sql);
    if (!ok) {
        error_prefix(error, "check \"%s\"", query->name);
        return *error->sqlstate && place_add(&query->at, error);
    }
    check->rows = (double)control_int8(rows, 0, 0);
    control_rows_free(rows);
    check->ok = check->rows == 0;
    if (check->ok)
        return true;
    char came[40];
    error_set(error, "check \"%s\" failed: %s came back%s", query->name,
              units_show_things(came, sizeof came, check->rows, "row"),
              check->rows < CHECK_ROWS_MAX ? "" : ", or more");
    return error_hint(error, "--keep leaves the tables to look at");
}

static bool set_path(struct session *session, struct error *error) {
    struct strbuf sql = STRBUF_INIT;
    strbuf_add(&sql, "SET search_path TO ");
    strbuf_add_ident(&sql, session->schema);
    bool ok = control_exec(session->control, sql.text, error);
    strbuf_release(&sql);
    return ok;
}

bool checks_run(struct session *session, const struct workload *workload,
                struct result_round *round, struct error *error) {
    round->check_count = workload->check_count;
    round->checks = MEM_ARRAY(struct result_check, workload->check_count + 1);
    for (size_t i = 0; i < workload->check_count; i++)
        round->checks[i] = (struct result_check){.name = workload->checks[i].name, .rows = UNKNOWN};
    if (workload->check_count == 0)
        return true;
    struct error left = {0};
    bool found = set_path(session, error), ok = found;
    for (size_t i = 0; found && !control_lost(session->control) && i < workload->check_count; i++)
        ok &= run_check(session, &workload->checks[i], &round->checks[i], ok ? error : &left);
    bool reset = control_lost(session->control) ||
                 control_reset_session(session->control, ok ? error : &left);
    return ok && reset;
}
