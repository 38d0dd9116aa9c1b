/* ON CONFLICT, for the paths and for scripts. */
#include <string.h>

#include "write/internal.h"

/* The columns of the primary key; false: there is none. */
static bool primary_key(const struct catalog_table *table, struct arena *arena,
                        struct conflict *out) {
    for (size_t i = 0; i < table->key_count; i++) {
        const struct catalog_key *key = &table->keys[i];
        if (!key->primary)
            continue;
        const char **names = ARENA_ARRAY(arena, const char *, key->count);
        for (size_t k = 0; k < key->count; k++)
            for (size_t c = 0; c < table->column_count; c++)
                if (table->columns[c].number == key->numbers[k])
                    names[k] = table->columns[c].name;
        out->columns = names;
        out->count = key->count;
        return true;
    }
    return false;
}

static bool is_one_of(const char *name, const char *const *names, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static bool add_update(struct strbuf *sql, const struct conflict *target,
                       const struct catalog_table *table, const char *const *written,
                       size_t written_count, struct error *error) {
    size_t set = 0;
    strbuf_add(sql, "DO UPDATE SET ");
    for (size_t i = 0; i < written_count; i++) {
        if (is_one_of(written[i], target->columns, target->count))
            continue;
        strbuf_add(sql, set++ ? ", " : "");
        strbuf_add_ident(sql, written[i]);
        strbuf_add(sql, " = EXCLUDED.");
        strbuf_add_ident(sql, written[i]);
    }
    if (set > 0)
        return true;
    error_usage(error, "on_conflict: update: of table \"%s\" no column is written beside the key",
                table->name);
    return error_hint(error, "use `on_conflict: nothing`");
}

bool sql_conflict(struct strbuf *sql, const struct conflict *conflict,
                  const struct catalog_table *table, const char *const *written,
                  size_t written_count, struct arena *arena, struct error *error) {
    struct conflict target = *conflict;
    if (conflict->what == CONFLICT_ERROR)
        return true;
    if (!target.columns && !primary_key(table, arena, &target)) {
        error_usage(error, "on_conflict: table \"%s\" has no primary key", table->name);
        return error_hint(error, "name the columns of a unique index: `conflict: [column, …]`");
    }
    strbuf_add(sql, " ON CONFLICT (");
    for (size_t i = 0; i < target.count; i++) {
        if (!plan_check_column(table, target.columns[i], arena, error))
            return false;
        strbuf_add(sql, i ? ", " : "");
        strbuf_add_ident(sql, target.columns[i]);
    }
    strbuf_add(sql, ") ");
    if (conflict->what == CONFLICT_UPDATE)
        return add_update(sql, &target, table, written, written_count, error);
    strbuf_add(sql, "DO NOTHING");
    return true;
}
