#include "cli/variant.h"

#include <string.h>
#include <strings.h>

#include "base/strbuf.h"

/* A key of a variant, and the option that it stands in for. */
static const struct key {
    const char *name;
    char **option; /* NULL: has no option */
} keys[] = {
    {"schema", &options.schema}, {"sql", NULL},
    {"path", &options.path},     {"pool", &options.pool},
    {"batch", &options.batch},   {"users", &options.users},
    {"rate", &options.rate},     {"dsn", &options.dbname},
    {"pg_bin", &options.pg_bin}, {"workload", NULL},
};
enum { KEY_COUNT = sizeof keys / sizeof *keys };

struct parsed {
    const char *name; /* "-A" */
    struct arena *arena;
    struct ab_side *side;
    struct server_setting *settings;
    const char *sql, *workload;
    bool given[KEY_COUNT];
};

static bool hint_keys(const char *word, struct error *error) {
    const char *names[KEY_COUNT];
    for (size_t i = 0; i < KEY_COUNT; i++)
        names[i] = keys[i].name;
    const char *near = units_nearest(word, names, KEY_COUNT);
    if (near)
        return error_hint(error, "did you mean %s=…?", near);
    return error_hint(error,
                      "schema, sql, set.NAME, path, pool, batch, users, rate, dsn, pg_bin or "
                      "workload");
}

/* pgwrite sets them itself: it knows its sessions by the one and its tables by the other. */
static const char *const own_settings[] = {"application_name", "search_path"};

static bool take_setting(struct parsed *parsed, const char *name, const char *value,
                         struct error *error) {
    struct ab_side *side = parsed->side;
    if (!*name)
        return error_usage(error, "%s set.: the name of a setting is missing", parsed->name);
    for (size_t i = 0; i < sizeof own_settings / sizeof *own_settings; i++)
        if (strcasecmp(own_settings[i], name) == 0)
            return error_usage(error, "%s set.%s: pgwrite needs it itself", parsed->name, name);
    for (size_t i = 0; i < side->setting_count; i++)
        if (strcasecmp(parsed->settings[i].name, name) == 0)
            return error_usage(error, "%s set.%s is given twice", parsed->name, name);
    parsed->settings[side->setting_count++] = (struct server_setting){name, value};
    return true;
}

/* One loop or the other: what the command line gives for both sides gives way. */
static void drop_other_loop(const char *key) {
    if (strcmp(key, "users") == 0)
        options.rate = NULL;
    if (strcmp(key, "rate") == 0)
        options.users = options.think = NULL;
}

static bool is_given(const struct parsed *parsed, const char *key) {
    for (size_t i = 0; i < KEY_COUNT; i++)
        if (strcmp(key, keys[i].name) == 0)
            return parsed->given[i];
    return false;
}

/* Of two keys of which one would overrule the other. */
static bool check_conflicts(const struct parsed *parsed, struct error *error) {
    static const struct {
        const char *a, *b, *why;
    } conflicts[] = {
        {"users", "rate", "users are a closed loop, a rate is an open one"},
        {"pg_bin", "dsn", "pg_bin is for a throwaway server, and dsn names one of yours"},
    };
    for (size_t i = 0; i < sizeof conflicts / sizeof *conflicts; i++)
        if (is_given(parsed, conflicts[i].a) && is_given(parsed, conflicts[i].b)) {
            error_usage(error, "%s has both %s and %s: %s", parsed->name, conflicts[i].a,
                        conflicts[i].b, conflicts[i].why);
            return error_hint(error, "leave one of them out");
        }
    return true;
}

/* What would change nothing would be measured against itself. */
static bool check_batch(const struct parsed *parsed, const struct matrix_options *matrix,
                        struct error *error) {
    if (!is_given(parsed, "batch") || !matrix->paths[0]->one_row)
        return true;
    error_usage(error, "%s batch changes nothing: path %s commits each row by itself", parsed->name,
                matrix->paths[0]->name);
    return error_hint(error, "name another path for both sides, for example --path multirow");
}

static bool take_key(struct parsed *parsed, size_t i, char *value, struct error *error) {
    const char *key = keys[i].name;
    if (parsed->given[i])
        return error_usage(error, "%s %s is given twice", parsed->name, key);
    parsed->given[i] = true;
    if (!*value)
        return error_usage(error, "%s %s= has no value", parsed->name, key);
    if (keys[i].option)
        *keys[i].option = value;
    else if (strcmp(key, "sql") == 0)
        parsed->sql = value;
    else
        parsed->workload = value;
    drop_other_loop(key);
    if (strcmp(key, "dsn") == 0) {
        options.host = options.port = options.user = NULL;
        options.throwaway = 0;
    }
    if (strcmp(key, "pg_bin") == 0 && !is_given(parsed, "dsn") &&
        (options.dbname || options.host || options.port)) {
        error_usage(error,
                    "%s pg_bin is for a throwaway server, and -d, -h or -p names one of "
                    "yours",
                    parsed->name);
        return error_hint(error, "leave one of them out, or take dsn=…");
    }
    if (strcmp(key, "pg_bin") == 0)
        options.throwaway = 1;
    return true;
}

static bool take_word(struct parsed *parsed, const char *word, struct error *error) {
    const char *equals = strchr(word, '=');
    if (!equals || equals == word) {
        error_usage(error, "%s \"%s\" is not KEY=VALUE", parsed->name,
                    target_redact(word, parsed->arena));
        return error_hint(error, "for example %s schema=v2.sql or %s set.wal_compression=on",
                          parsed->name, parsed->name);
    }
    const char *key = arena_strndup(parsed->arena, word, (size_t)(equals - word));
    char *value = arena_strdup(parsed->arena, equals + 1);
    if (strncmp(key, "set.", 4) == 0)
        return take_setting(parsed, key + 4, value, error);
    for (size_t i = 0; i < KEY_COUNT; i++)
        if (strcmp(key, keys[i].name) == 0)
            return take_key(parsed, i, value, error);
    error_usage(error, "%s \"%s\" is no key of a variant", parsed->name, key);
    return hint_keys(key, error);
}

static const char *describe(char *const *words, struct arena *arena) {
    struct strbuf text = STRBUF_INIT;
    for (; words && *words; words++)
        if (**words)
            strbuf_printf(&text, "%s%s", text.length ? " " : "", target_redact(*words, arena));
    const char *kept = arena_strdup(arena, text.text);
    strbuf_release(&text);
    return kept;
}

static bool take_words(struct parsed *parsed, char *const *words, const char **arguments,
                       struct workload *workload, struct matrix_options *matrix,
                       struct error *error) {
    bool any = false;
    for (; words && *words; words++) {
        if (**words && !take_word(parsed, *words, error))
            return false;
        any |= **words != '\0';
    }
    if (!check_conflicts(parsed, error))
        return false;
    const char *own[] = {parsed->workload, NULL};
    if ((!options_workload_load(parsed->workload ? own : arguments, parsed->arena, workload,
                                error)) ||
        !options_matrix(workload, matrix, error))
        return any && error_prefix(error, "%s", parsed->name);
    if (!check_batch(parsed, matrix, error))
        return false;
    workload->more_sql = parsed->sql;
    workload->more_sql_from = arena_printf(parsed->arena, "%s sql", parsed->name);
    return true;
}

bool variant_side(char *const *words, const char *name, const char **arguments, struct arena *arena,
                  struct workload *workload, struct matrix_options *matrix, struct ab_side *side,
                  struct error *error) {
    size_t count = 0;
    while (words && words[count])
        count++;
    *side = (struct ab_side){.variant = describe(words, arena), .matrix = matrix};
    struct parsed parsed = {.name = name,
                            .arena = arena,
                            .side = side,
                            .settings = ARENA_ARRAY(arena, struct server_setting, count + 1)};
    side->settings = parsed.settings;
    /* The variant stands above the options for its own side alone. */
    struct options saved = options;
    bool ok = take_words(&parsed, words, arguments, workload, matrix, error);
    options = saved;
    return ok;
}

static void leave_out(struct strbuf *text, size_t *count, const char *what, const char *first) {
    if (*count > 1)
        strbuf_printf(text, "%s%s %s (of %zu)", text->length ? ", " : "", what, first, *count);
    *count = *count > 1 ? 1 : *count;
}

static const char *show_range(const struct range *range, char *out, size_t size) {
    if (range->min == range->max)
        snprintf(out, size, "%llu", (unsigned long long)range->min);
    else
        snprintf(out, size, "%llu..%llu", (unsigned long long)range->min,
                 (unsigned long long)range->max);
    return out;
}

static const char *one_cell(struct matrix_options *matrix, bool pool, struct arena *arena) {
    struct strbuf text = STRBUF_INIT;
    char shown[48];
    leave_out(&text, &matrix->path_count, "path", matrix->paths[0]->name);
    if (pool)
        leave_out(&text, &matrix->pool_count, "pool",
                  show_range(&matrix->pools[0], shown, sizeof shown));
    leave_out(&text, &matrix->batch_count, "batch",
              show_range(&matrix->batches[0], shown, sizeof shown));
    matrix->ceiling_ns = 0;
    const char *left_out = text.length ? arena_strdup(arena, text.text) : NULL;
    strbuf_release(&text);
    return left_out;
}

const char *options_one_cell(struct matrix_options *matrix, struct arena *arena) {
    return one_cell(matrix, true, arena);
}

const char *options_one_path(struct matrix_options *matrix, struct arena *arena) {
    return one_cell(matrix, false, arena);
}

bool options_refuse_rounds(const char *command, const char *instead, struct error *error) {
    const char *refused = options.rounds                                           ? "--rounds"
                          : options.ceiling && strcmp(options.ceiling, "off") != 0 ? "--ceiling"
                          : options.keep                                           ? "--keep"
                                                                                   : NULL;
    if (!refused)
        return true;
    error_usage(error, "%s does not go with `pgwrite %s`", refused, command);
    if (options.rounds)
        return error_hint(error, "%s says how much is measured", instead);
    return error_hint(error, "leave it out");
}
