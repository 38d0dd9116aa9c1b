/* What the server says of a script's statements while there is still time to mend them. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "row/args.h"
#include "write/script_plan.h"

/* PREPARE takes these alone. */
static bool can_be_prepared(const char *sql) {
    static const char *const verbs[] = {"SELECT", "INSERT", "UPDATE", "DELETE",
                                        "MERGE",  "VALUES", "WITH",   "TABLE"};
    sql += strspn(sql, " \t\r\n(");
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (strncasecmp(sql, verbs[i], strlen(verbs[i])) == 0)
            return true;
    return false;
}

/* "(bigint,text)" of a statement's parameters, "" of none; NULL after an error. */
static char *type_names(const struct write_statement *statement, struct control *control,
                        struct error *error) {
    struct strbuf sql = STRBUF_INIT;
    struct control_rows *rows;
    if (statement->param_count == 0)
        return mem_strdup("");
    strbuf_add(&sql, "SELECT pg_catalog.string_agg(t::regtype::text, ',' ORDER BY n) FROM "
                     "pg_catalog.unnest('{");
    for (int i = 0; i < statement->param_count; i++)
        strbuf_printf(&sql, "%s%u", i ? "," : "", statement->type_oids[i]);
    strbuf_add(&sql, "}'::oid[]) WITH ORDINALITY AS o(t, n)");
    bool ok = control_query_one(control, sql.text, CONTROL_NO_ARGS, &rows, error);
    strbuf_release(&sql);
    if (!ok)
        return NULL;
    char *names = mem_printf("(%s)", control_text(rows, 0, 0));
    control_rows_free(rows);
    return names;
}

static bool check_statement(const struct write_statement *statement, struct control *control,
                            struct error *error) {
    char *names = type_names(statement, control, error);
    if (!names)
        return false;
    char *sql = mem_printf("PREPARE pgwrite_check %s AS %s", names, statement->sql);
    bool ok = control_exec(control, sql, error) &&
              control_exec(control, "DEALLOCATE pgwrite_check", error);
    free(sql);
    free(names);
    return ok;
}

bool script_check(const struct write_plan *plan, struct control *control, struct error *error) {
    const struct script *script = plan->script;
    for (size_t i = 0; script && i < script->count; i++) {
        const struct script_statement *statement = &script->statements[i];
        const struct write_statement *sql = &plan->statements[statement->number];
        if (statement->kind == STATEMENT_PAUSE || !can_be_prepared(sql->sql) ||
            check_statement(sql, control, error))
            continue;
        if (!*error->sqlstate)
            return false;
        error->exit_code = EXIT_USAGE;
        return place_add(&statement->at, error);
    }
    return true;
}
