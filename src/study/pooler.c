#include "study/pooler.h"

#include <stdlib.h>

#include "base/embed.h"
#include "base/memory.h"
#include "row/args.h"

bool pooler_refuse(const char *what, const char *why, struct error *error) {
    error_usage(error, "%s: %s, and " POOLER_TOLD, what, why);
    return error_hint(error, "connect to the server itself");
}

bool pooler_check_workload(const struct workload *workload, struct error *error) {
    if (workload->companion_count > 0)
        return pooler_refuse("companions", "each needs a session of its own", error);
    if (workload->gauge_count > 0)
        return pooler_refuse("gauges", "their search_path is set in a session of their own", error);
    if (workload->check_count > 0)
        return pooler_refuse("checks", "they need the search_path of a session", error);
    for (size_t i = 0; i < workload->step_count; i++)
        for (size_t k = 0; k < workload->steps[i].statement_count; k++) {
            const struct workload_statement *statement = &workload->steps[i].statements[k];
            if (statement->kind != STATEMENT_SQL)
                continue;
            pooler_refuse("a step with `sql:`", "it needs the search_path of its session", error);
            return place_add(&statement->at, error);
        }
    return true;
}

bool pooler_check_plan(const struct write_plan *plan, struct error *error) {
    if (plan->statement_count == 0)
        return true;
    error_usage(error, "path %s: its prepared statements stay in a session, and " POOLER_TOLD,
                plan->path->name);
    bool other = plan->path->protocol && !plan->path->extended;
    return error_hint(error, "use %s--protocol extended, or connect to the server itself",
                      other ? "another --path, with " : "");
}

static char *copy(const struct control_rows *rows, int column) {
    return mem_printf("%s", control_text(rows, 0, column));
}

bool pooler_settings_read(struct control *control, struct pooler_settings *settings,
                          struct error *error) {
    struct control_rows *rows;
    if (!control_query_one(control, embedded_text("src/study/pooler_settings.sql"), CONTROL_NO_ARGS,
                           &rows, error))
        return false;
    *settings = (struct pooler_settings){
        .values = copy(rows, 0), .user = copy(rows, 1), .role = copy(rows, 2)};
    control_rows_free(rows);
    return true;
}

bool pooler_settings_restore(struct control *control, const struct pooler_settings *settings,
                             struct error *error) {
    struct control_rows *rows;
    if (!control_call(control,
                      "SELECT pg_catalog.set_config('session_authorization', $1, false), "
                      "pg_catalog.set_config('role', $2, false)",
                      CONTROL_ARGS(ARG_TEXT(settings->user), ARG_TEXT(settings->role)), error) ||
        !control_query_one(control, embedded_text("src/study/pooler_restore.sql"),
                           CONTROL_ARGS(ARG_TEXT(settings->values)), &rows, error))
        return false;
    bool ok = control_exec(control, control_text(rows, 0, 0), error);
    control_rows_free(rows);
    return ok || error_prefix(error, "putting back what the schema file has set");
}

void pooler_settings_release(struct pooler_settings *settings) {
    free(settings->values);
    free(settings->user);
    free(settings->role);
    *settings = (struct pooler_settings){0};
}
