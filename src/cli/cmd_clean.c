/* pgwrite clean: what killed runs left: schemas on a target, servers and folders of this machine.
 */
#include <stdio.h>
#include <string.h>

#include "base/embed.h"
#include "base/strbuf.h"
#include "cli/cli.h"
#include "cli/options.h"
#include "study/owner.h"

static int yes, kept;

static struct poptOption table[] = {
    {"yes", 0, POPT_ARG_NONE, &yes, 0, "remove what is listed", NULL},
    {"kept", 0, POPT_ARG_NONE, &kept, 0, "also what --keep left on purpose", NULL},
    {"data-dir", 0, POPT_ARG_STRING, &options.data_dir, 0,
     "also look for servers below this folder", "DIR"},
    {NULL, 0, POPT_ARG_INCLUDE_TABLE, options_target, 0,
     "Also look for schemas on this server:", NULL},
    CLI_HELP_OPTIONS,
    POPT_TABLEEND,
};

/* Counts of what was found and is still there. */
struct tally {
    size_t found, left;
};

static bool clean_servers(struct tally *tally, struct error *error) {
    struct leftover *list;
    size_t count;
    if (!leftovers_find(options.data_dir, &list, &count, error))
        return false;
    bool ok = true;
    for (size_t i = 0; i < count; i++) {
        if (list[i].kept && !kept)
            continue;
        tally->found++;
        printf("server  %s%s", list[i].dir, list[i].kept ? ", kept by --keep" : "");
        if (list[i].postmaster)
            printf(", postgres runs as pid %ld", (long)list[i].postmaster);
        struct error failed = {0};
        bool removed = yes && leftover_remove(&list[i], &failed);
        printf("%s\n", removed ? ": removed" : "");
        tally->left += !removed;
        if (failed.set && ok) {
            *error = failed;
            ok = false;
        }
    }
    leftovers_free(list, count);
    return ok;
}

static bool drop_schema(struct control *control, const char *schema, struct error *error) {
    struct strbuf sql = STRBUF_INIT;
    strbuf_add(&sql, "DROP SCHEMA ");
    strbuf_add_ident(&sql, schema);
    strbuf_add(&sql, " CASCADE");
    bool ok = control_exec(control, sql.text, error);
    strbuf_release(&sql);
    return ok;
}

/* Of a run through a pooler, which holds no lock: comment names its process. Whether the run may be
 * alive; if that can't be told from here, it is told where. */
static bool may_live(struct control *control, const char *schema, const char *comment,
                     struct tally *tally) {
    const char *owner = strstr(comment, OWNER_PREFIX);
    if (!owner)
        return false;
    owner += strlen(OWNER_PREFIX);
    enum owner_state state = owner_look(owner);
    if (state == OWNER_UNKNOWN) {
        tally->found++;
        printf("schema  %s on %s, perhaps of a live run, %s: run `pgwrite clean` there, or drop it "
               "by hand\n",
               schema, control_shown(control), owner);
    }
    return state != OWNER_GONE;
}

/* What settings were before a killed run changed them. To drop it would lose them, so it is only
 * told of: `left` counts what --yes removes. */
static bool list_journals(struct control *control, struct tally *tally, struct error *error) {
    struct control_rows *rows;
    if (!control_query(control, embedded_text("src/study/guard_journals.sql"),
                       CONTROL_ARGS(ARG_INT8(SESSION_LOCK_CLASS)), &rows, error))
        return false;
    for (size_t i = 0; i < control_rows_count(rows); i++) {
        if (control_bool(rows, i, 4))
            continue;
        tally->found++;
        printf("settings  %s on %s: `pgwrite tune --restore` puts them back\n",
               control_text(rows, i, 0), control_shown(control));
    }
    control_rows_free(rows);
    return true;
}

/* A schema is ours by its name and its comment, and left over when no run holds the lock of its id
 * and no process that its comment names may be alive. A schema kept on purpose looks the same: its
 * run is over. */
static bool clean_schemas(struct control *control, struct tally *tally, struct error *error) {
    struct control_rows *rows;
    bool ok = control_query(
        control,
        "SELECT n.nspname::text, d.comment LIKE '%, kept', d.comment::text "
        "FROM pg_catalog.pg_namespace n, "
        "LATERAL (SELECT pg_catalog.obj_description(n.oid, 'pg_namespace')) d (comment), "
        "LATERAL (SELECT 'pgwrite run ' || substr(n.nspname, 9)) r (run) "
        "WHERE n.nspname ~ '^pgwrite_[0-9a-f]{8}$' "
        "AND (d.comment = r.run OR ($2 = 1 AND d.comment = r.run || ', kept') "
        "OR pg_catalog.starts_with(d.comment, r.run || '" OWNER_PREFIX "')) "
        "AND NOT EXISTS (SELECT FROM pg_catalog.pg_locks l WHERE l.locktype = 'advisory' "
        "AND l.classid = $1::oid AND l.objid::int8 = ('x' || substr(n.nspname, 9))::bit(32)::int8) "
        "ORDER BY 1",
        CONTROL_ARGS(ARG_INT8(SESSION_LOCK_CLASS), ARG_INT8(kept != 0)), &rows, error);
    for (size_t i = 0; ok && i < control_rows_count(rows); i++) {
        const char *schema = control_text(rows, i, 0);
        if (may_live(control, schema, control_text(rows, i, 2), tally))
            continue;
        tally->found++;
        bool removed = yes && drop_schema(control, schema, error);
        printf("schema  %s on %s%s%s\n", schema, control_shown(control),
               control_bool(rows, i, 1) ? ", kept by --keep" : "", removed ? ": removed" : "");
        tally->left += !removed;
        ok = !yes || removed;
    }
    control_rows_free(rows);
    return ok;
}

static bool clean_target(struct tally *tally, struct arena *arena, struct error *error) {
    struct target_options target_options = {options.dbname, options.host, options.port,
                                            options.user};
    if (!target_given(&target_options))
        return true;
    struct target target;
    struct control *control;
    if (!target_resolve(&target_options, arena, &target, error) ||
        !control_open(&target, "pgwrite clean", &control, error))
        return false;
    bool ok = clean_schemas(control, tally, error) && list_journals(control, tally, error);
    control_close(control);
    return ok;
}

static int run(int argc, const char **argv) {
    struct error error = {0};
    poptContext context;
    const char **arguments;
    if (!cli_parse(&command_clean, argc, argv, &context, &arguments, &error))
        return cli_fail(&error);
    struct arena arena = {0};
    struct tally tally = {0};
    if (arguments[0]) {
        error_usage(&error, "\"%s\": clean takes no argument", arguments[0]);
        error_hint(&error, "a server is named by -d, -h, -p, -U");
    }
    bool ok = !error.set && clean_servers(&tally, &error);
    ok = ok && clean_target(&tally, &arena, &error);
    if (ok && tally.found == 0)
        puts("nothing is left over");
    else if (ok && tally.left > 0)
        puts("`pgwrite clean --yes` removes what is listed");
    arena_release(&arena);
    poptFreeContext(context);
    return ok ? EXIT_OK : cli_fail(&error);
}

const struct command command_clean = {
    "clean", "", "list what killed runs left behind, and remove it with --yes", run, table, NULL};
