/* SQL with placeholders, made into SQL with parameters. */
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "write/script_plan.h"

#define BLANKS " \t\r\n"

static const struct pg_type type_bool = {.class = PG_BOOL, .oid = 16, .name = "boolean"};
static const struct pg_type type_int8 = {.class = PG_INT8, .oid = 20, .name = "bigint"};
static const struct pg_type type_text = {.class = PG_TEXT, .oid = 25, .name = "text"};
static const struct pg_type type_float8 = {
    .class = PG_FLOAT8, .oid = 701, .name = "double precision"};
static const struct pg_type type_date = {.class = PG_DATE, .oid = 1082, .name = "date"};
static const struct pg_type type_timestamptz = {
    .class = PG_TIMESTAMP, .oid = 1184, .name = "timestamp with time zone"};
static const struct pg_type type_uuid = {.class = PG_UUID, .oid = 2950, .name = "uuid"};

enum argument { TAKES_NOTHING, TAKES_RANGE, TAKES_SHARE, TAKES_WORDS, TAKES_COLUMN };

static const struct placeholder {
    const char *name, *example;
    enum argument argument;
    const char *generator; /* NULL: a row's column */
    const struct pg_type *type;
} placeholders[] = {
    {"key", "${key users.id zipf}", TAKES_COLUMN, NULL, NULL},
    {"new", "${new orders.id}", TAKES_COLUMN, NULL, NULL},
    {"int", "${int 1..900}", TAKES_RANGE, "int", &type_int8},
    {"float", "${float 0..1}", TAKES_RANGE, "float", &type_float8},
    {"bool", "${bool 30%}", TAKES_SHARE, "bool", &type_bool},
    {"choice", "${choice google direct mail}", TAKES_WORDS, "choice", &type_text},
    {"text", "${text 3..9}", TAKES_RANGE, "text", &type_text},
    {"words", "${words 2..5}", TAKES_RANGE, "words", &type_text},
    {"uuid", "${uuid}", TAKES_NOTHING, "uuid", &type_uuid},
    {"timestamp", "${timestamp 2026-01-01..2026-12-31}", TAKES_RANGE, "timestamp",
     &type_timestamptz},
    {"date", "${date 2026-01-01..2026-12-31}", TAKES_RANGE, "date", &type_date},
    {"row", "${row}", TAKES_NOTHING, "serial", &type_int8},
};
#define PLACEHOLDER_COUNT (sizeof placeholders / sizeof *placeholders)

static const struct placeholder *find(const struct spot *spot, struct error *error) {
    const char *names[PLACEHOLDER_COUNT];
    for (size_t i = 0; i < PLACEHOLDER_COUNT; i++) {
        names[i] = placeholders[i].name;
        if (strcmp(names[i], spot->kind) == 0)
            return &placeholders[i];
    }
    error_usage(error, "there is no placeholder \"%s\"", spot->kind);
    const char *near = units_nearest(spot->kind, names, PLACEHOLDER_COUNT);
    if (near)
        error_hint(error, "did you mean ${%s}? ($${ is a plain ${)", near);
    else
        error_hint(error, "there are key, new, int, float, bool, choice, text, words, uuid, "
                          "timestamp, date and row; $${ is a plain ${");
    return NULL;
}

/* `A..B`, or `A` alone for both. */
static void read_range(const char *text, struct arena *arena, struct generator_arg *args) {
    const char *dots = strstr(text, ".."), *max = dots ? dots + 2 + strspn(dots + 2, BLANKS) : text;
    const char *end = dots ? dots : text + strlen(text);
    while (end > text && strchr(BLANKS, end[-1]))
        end--;
    args[0] = (struct generator_arg){.key = "min",
                                     .scalar = arena_strndup(arena, text, (size_t)(end - text))};
    args[1] = (struct generator_arg){.key = "max", .scalar = max};
}

static void read_words(const char *text, struct arena *arena, struct generator_arg *arg) {
    struct generator_arg *items = ARENA_ARRAY(arena, struct generator_arg, strlen(text) / 2 + 1);
    *arg = (struct generator_arg){.key = "of", .items = items};
    for (text += strspn(text, BLANKS); *text; text += strspn(text, BLANKS)) {
        size_t length = strcspn(text, BLANKS);
        items[arg->item_count++].scalar = arena_strndup(arena, text, length);
        text += length;
    }
}

static bool read_drawn(struct script_builder *b, const struct placeholder *placeholder,
                       const struct spot *spot, struct script_param *out, struct error *error) {
    struct generator_arg *arg = ARENA_ARRAY(b->arena, struct generator_arg, 2);
    struct generator_args args = {.args = arg};
    if (placeholder->argument == TAKES_NOTHING && spot->argument[0])
        return error_usage(error, "it takes no argument");
    if (placeholder->argument == TAKES_RANGE && spot->argument[0]) {
        read_range(spot->argument, b->arena, arg);
        args.count = 2;
    } else if (placeholder->argument == TAKES_SHARE && spot->argument[0]) {
        arg[args.count++] = (struct generator_arg){.key = "share", .scalar = spot->argument};
    } else if (placeholder->argument == TAKES_WORDS) {
        read_words(spot->argument, b->arena, &arg[args.count++]);
        if (arg->item_count == 0)
            return error_usage(error, "there is nothing to choose from");
    } else if (strcmp(placeholder->name, "row") == 0) {
        arg[args.count++] = (struct generator_arg){.key = "start", .scalar = "0"};
    }
    out->source = PARAM_OWN;
    out->type = placeholder->type;
    if (!generator_compile(generator_find(placeholder->generator), &args, b->arena, &out->generator,
                           error))
        return false;
    char *stream = mem_printf("%s at %zu of statement %zu of %s", spot->shown, spot->character,
                              b->script->count, b->step->name);
    out->generator.key = rng_key(b->seed, stream);
    free(stream);
    out->max_bytes = pg_type_max_bytes(out->type, generator_max_bytes(&out->generator));
    return true;
}

/* `new`: a column of a row that the transaction inserts. */
static bool read_new(struct script_builder *b, const struct spot_names *names,
                     struct script_param *out, struct error *error) {
    size_t insert;
    if (names->pick[0])
        return error_usage(error, "it takes a table's column and nothing more");
    return script_insert_number(b, names->table, &insert, error) &&
           script_inserted(b, insert, names->column, out, error);
}

static bool read_key(struct script_builder *b, const struct spot_names *names,
                     struct script_param *out, struct error *error) {
    static const char *const picks[] = {"uniform", "zipf", "latest"};
    int pick = -1;
    for (int i = 0; i < 3; i++)
        if (strcmp(names->pick, picks[i]) == 0)
            pick = i;
    if (names->pick[0] && pick < 0) {
        error_usage(error, "\"%s\" is no way to pick a key", names->pick);
        return error_hint(error, "uniform, zipf or latest");
    }
    size_t table = mix_find(b->mix, names->table);
    const struct plan_column *column;
    if (!script_column(b->mix->tables[table].plan, names->column, &column, error) ||
        !script_key_number(b, table, pick, &out->at, error))
        return false;
    out->source = PARAM_KEY;
    out->type = column->type;
    out->generator = column->generator;
    out->max_bytes = column->max_bytes;
    return true;
}

static bool read_spot(struct script_builder *b, const struct spot *spot, struct script_param *out,
                      struct error *error) {
    const struct placeholder *placeholder = find(spot, error);
    struct spot_names names;
    bool ok = placeholder != NULL;
    if (ok && placeholder->argument != TAKES_COLUMN)
        ok = read_drawn(b, placeholder, spot, out, error);
    else if (ok && !spot_split(spot, b->arena, &names, error))
        return false;
    else if (ok)
        ok = strcmp(placeholder->name, "key") == 0 ? read_key(b, &names, out, error)
                                                   : read_new(b, &names, out, error);
    if (ok)
        return true;
    spot_wrap(spot, error);
    return placeholder && error_hint(error, "for example %s", placeholder->example);
}

bool script_parse(struct script_builder *b, const char *text, struct strbuf *sql,
                  struct script_statement *out, struct error *error) {
    size_t most = 0;
    for (const char *p = text; (p = strstr(p, "${")); p += 2)
        most++;
    out->params = ARENA_ARRAY(b->arena, struct script_param, most + 1);
    struct spot_reader reader = {.sql = text};
    for (;;) {
        struct spot spot;
        if (!spot_next(&reader, sql, b->arena, &spot, error))
            return false;
        if (!spot.shown)
            return true;
        if (!read_spot(b, &spot, &out->params[out->param_count++], error))
            return false;
        strbuf_printf(sql, "$%zu", out->param_count);
    }
}
