/*
 * json: a template with placeholders, cut into pieces once and then filled row by row.
 *
 * That every value drawn is JSON is made sure when it is compiled: a placeholder in a string gives
 * text that needs no escape (or is escaped here, once: the words of a choice), one outside is a
 * value of its own and gives a number, a bool or a choice of JSON values; and three filled samples
 * are parsed.
 */
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/strbuf.h"
#include "base/units.h"
#include "row/args.h"
#include "row/format.h"
#include "row/generator_list.h"

#define FLOAT_DECIMALS "6"
#define BOOL_BYTES_MAX 5
#define SAMPLES 3
#define BLANKS " \t\r\n"
#define TEMPLATE_EXAMPLE "for example template: '{\"path\": \"/p/${int 1..900}\"}'"

struct json_text {
    const char *text;
    size_t length;
};

enum filler { FILL_NOTHING, FILL_ROW, FILL_CHOICE, FILL_GENERATOR };

/* Plain text, then what a placeholder gives. The last piece has no placeholder. */
struct piece {
    struct json_text plain;
    enum filler filler;
    struct json_text *choices; /* escaped, if in a string */
    size_t choice_count;
    struct column_generator generator;
};

struct json_form {
    struct piece *pieces;
    size_t piece_count;
    size_t text_bytes_max;    /* of the document */
    size_t scratch_bytes_max; /* of the placeholder that takes most */
};

enum argument { TAKES_NOTHING, TAKES_RANGE, TAKES_SHARE, TAKES_WORDS };

static const struct placeholder {
    const char *name;
    const char *example;
    enum argument argument;
    const char *generator;    /* NULL: row and choice, which are made here */
    size_t bytes_max;         /* 0: what the generator says */
    bool in_string;           /* it can't stand outside of one */
    const char *const *fixed; /* arguments of the generator, up to one pair */
} placeholders[] = {
    {"int", "${int 1..900}", TAKES_RANGE, "int", FORMAT_INT_MAX, false, NULL},
    {"float", "${float 0..1}", TAKES_RANGE, "numeric", FORMAT_DECIMAL_MAX, false,
     (const char *const[]){"scale", FLOAT_DECIMALS}},
    {"bool", "${bool 30%}", TAKES_SHARE, "bool", BOOL_BYTES_MAX, false, NULL},
    {"choice", "${choice google direct mail}", TAKES_WORDS, NULL, 0, false, NULL},
    {"text", "${text 3..9}", TAKES_RANGE, "text", 0, true, NULL},
    {"words", "${words 2..5}", TAKES_RANGE, "words", 0, true, NULL},
    {"uuid", "${uuid}", TAKES_NOTHING, "uuid", FORMAT_UUID_MAX, true, NULL},
    {"timestamp", "${timestamp 2026-01-01..2026-12-31}", TAKES_RANGE, "timestamp",
     FORMAT_TIMESTAMP_MAX, true, NULL},
    {"date", "${date 2026-01-01..2026-12-31}", TAKES_RANGE, "date", FORMAT_DATE_MAX, true, NULL},
    {"row", "${row}", TAKES_NOTHING, NULL, FORMAT_INT_MAX, false, NULL},
};
#define PLACEHOLDER_COUNT (sizeof(placeholders) / sizeof(placeholders[0]))

/* The template while it is read. */
struct reader {
    const struct generator_args *args;
    const struct generator_arg *arg; /* `template` */
    struct arena *arena;
    struct error *error;
    const char *text, *at;
    struct strbuf plain; /* since the last placeholder */
    bool in_string, escaped;
    char before; /* what stands in front, outside of strings: '\0' nothing yet, '$' a placeholder */
    struct json_form *form;
};

/* One placeholder while it is read: `${`, name, blanks, argument, `}`. */
struct spot {
    const char *start, *end; /* from `$` to behind `}` */
    char *name, *argument;   /* argument "": none */
};

static bool spot_wrap(struct reader *reader, const struct spot *spot) {
    size_t position = 1; /* in characters: YAML may have unescaped or folded the text */
    for (const char *p = reader->text; p < spot->start; p++)
        position += ((unsigned char)*p & 0xc0) != 0x80;
    char shown[128];
    snprintf(shown, sizeof(shown), "placeholder %.*s at character %zu",
             (int)(spot->end - spot->start), spot->start, position);
    error_prefix(reader->error, "%s", shown);
    return args_wrap(reader->args, reader->arg, "template", reader->error);
}

static bool spot_error(struct reader *reader, const struct spot *spot, const char *format, ...)
    PRINTF_LIKE(3, 4);
static bool spot_error(struct reader *reader, const struct spot *spot, const char *format, ...) {
    char what[512];
    va_list list;
    va_start(list, format);
    vsnprintf(what, sizeof(what), format, list);
    va_end(list);
    error_usage(reader->error, "%s", what);
    return spot_wrap(reader, spot);
}

/* The text as the inside of a JSON string. */
static void add_escaped(struct strbuf *out, const char *text) {
    static const char letters[][2] = {{'"', '"'},  {'\\', '\\'}, {'\b', 'b'}, {'\f', 'f'},
                                      {'\n', 'n'}, {'\r', 'r'},  {'\t', 't'}};
    for (; *text; text++) {
        size_t i = 0;
        while (i < sizeof(letters) / sizeof(letters[0]) && letters[i][0] != *text)
            i++;
        if (i < sizeof(letters) / sizeof(letters[0]))
            strbuf_printf(out, "\\%c", letters[i][1]);
        else if ((unsigned char)*text < 0x20)
            strbuf_printf(out, "\\u%04x", (unsigned)*text);
        else
            strbuf_add_char(out, *text);
    }
}

static bool is_json(const char *text, size_t length, json_error_t *reason) {
    json_t *json = json_loadb(text, length, JSON_DECODE_ANY, reason);
    json_decref(json);
    return json != NULL;
}

/* The words of `${choice a b c}`; cuts the argument up. */
static bool read_choices(struct reader *reader, const struct spot *spot, struct piece *piece) {
    struct error *error = reader->error;
    size_t max = strlen(spot->argument) / 2 + 1;
    piece->choices = ARENA_ARRAY(reader->arena, struct json_text, max);
    piece->filler = FILL_CHOICE;
    char *rest = NULL;
    for (char *word = strtok_r(spot->argument, BLANKS, &rest); word;
         word = strtok_r(NULL, BLANKS, &rest)) {
        struct strbuf escaped = STRBUF_INIT;
        json_error_t reason;
        if (reader->in_string) {
            add_escaped(&escaped, word);
        } else if (is_json(word, strlen(word), &reason)) {
            strbuf_add(&escaped, word);
        } else {
            spot_error(reader, spot,
                       "%s is no JSON value, and the placeholder stands outside a string", word);
            return error_hint(error, "put double quotes around the placeholder");
        }
        struct json_text *choice = &piece->choices[piece->choice_count++];
        choice->length = escaped.length;
        choice->text = arena_strndup(reader->arena, escaped.text, escaped.length);
        strbuf_release(&escaped);
    }
    if (piece->choice_count > 0)
        return true;
    spot_error(reader, spot, "there is nothing to choose from");
    return error_hint(error, "for example ${choice google direct mail}");
}

/* `A..B`, or `A` alone for both; cuts the argument up. Makes two pairs. */
static void read_range(char *argument, const char **pairs) {
    char *dots = strstr(argument, ".."), *max = argument;
    if (dots != NULL) {
        max = dots + 2 + strspn(dots + 2, BLANKS);
        while (dots > argument && strchr(BLANKS, dots[-1]))
            dots--;
        *dots = '\0';
    }
    pairs[0] = "min";
    pairs[1] = argument;
    pairs[2] = "max";
    pairs[3] = max;
}

static bool read_generator(struct reader *reader, const struct spot *spot,
                           const struct placeholder *placeholder, struct piece *piece) {
    const char *pairs[8] = {NULL};
    size_t count = 0;
    if (placeholder->fixed != NULL) {
        pairs[count++] = placeholder->fixed[0];
        pairs[count++] = placeholder->fixed[1];
    }
    if (spot->argument[0] != '\0' && placeholder->argument == TAKES_RANGE) {
        read_range(spot->argument, pairs + count);
    } else if (spot->argument[0] != '\0') {
        pairs[count] = "share";
        pairs[count + 1] = spot->argument;
    }
    piece->filler = FILL_GENERATOR;
    if (!generator_make(placeholder->generator, pairs, reader->arena, &piece->generator,
                        reader->error)) {
        spot_wrap(reader, spot);
        return error_hint(reader->error, "for example %s", placeholder->example);
    }
    return true;
}

static const struct placeholder *find_placeholder(struct reader *reader, const struct spot *spot) {
    const char *names[PLACEHOLDER_COUNT];
    for (size_t i = 0; i < PLACEHOLDER_COUNT; i++) {
        names[i] = placeholders[i].name;
        if (strcmp(names[i], spot->name) == 0)
            return &placeholders[i];
    }
    spot_error(reader, spot, "there is no placeholder \"%s\"", spot->name);
    const char *nearest = units_nearest(spot->name, names, PLACEHOLDER_COUNT);
    if (nearest != NULL)
        error_hint(reader->error, "did you mean ${%s}? ($${ is a plain ${)", nearest);
    else
        error_hint(reader->error,
                   "there are int, float, bool, choice, text, words, uuid, timestamp, "
                   "date and row; $${ is a plain ${");
    return NULL;
}

/* Whether a placeholder may stand where it does. */
static bool check_spot(struct reader *reader, const struct spot *spot,
                       const struct placeholder *placeholder) {
    if (placeholder->argument == TAKES_NOTHING && spot->argument[0] != '\0') {
        spot_error(reader, spot, "%s takes no argument", placeholder->name);
        return error_hint(reader->error, "write %s", placeholder->example);
    }
    if (reader->in_string)
        return true;
    if (placeholder->in_string) {
        spot_error(reader, spot, "it gives text, but stands outside a string");
        return error_hint(reader->error, "put double quotes around the placeholder");
    }
    const char *next = spot->end;
    bool alone_before = reader->before == '\0' || strchr(BLANKS ":,[", reader->before);
    if (!alone_before || (*next != '\0' && !strchr(BLANKS ",]}", *next))) {
        spot_error(reader, spot, "outside a string it has to be a value of its own");
        return error_hint(reader->error, "put double quotes around the whole value");
    }
    return true;
}

static bool find_spot(struct reader *reader, struct spot *spot) {
    const char *start = reader->at, *close = strchr(start, '}');
    *spot = (struct spot){.start = start, .end = close ? close + 1 : start + strlen(start)};
    if (close == NULL) {
        spot_error(reader, spot, "its } is missing");
        return error_hint(reader->error, "for example ${int 1..900}; $${ is a plain ${");
    }
    const char *inside = start + 2;
    while (close > inside && strchr(BLANKS, close[-1]))
        close--;
    inside += strspn(inside, BLANKS);
    size_t name_length = strcspn(inside, BLANKS "}");
    spot->name = arena_strndup(reader->arena, inside, name_length);
    inside += name_length;
    inside += strspn(inside, BLANKS);
    size_t argument_length = inside < close ? (size_t)(close - inside) : 0;
    spot->argument = arena_strndup(reader->arena, inside, argument_length);
    return true;
}

/* Ends the piece: what was plain goes in front of the placeholder. */
static struct piece *end_piece(struct reader *reader) {
    struct piece *piece = &reader->form->pieces[reader->form->piece_count++];
    piece->plain.length = reader->plain.length;
    piece->plain.text = arena_strndup(reader->arena, reader->plain.text, reader->plain.length);
    reader->form->text_bytes_max += reader->plain.length;
    strbuf_clear(&reader->plain);
    return piece;
}

static bool read_placeholder(struct reader *reader) {
    struct json_form *form = reader->form;
    struct spot spot;
    if (!find_spot(reader, &spot))
        return false;
    const struct placeholder *placeholder = find_placeholder(reader, &spot);
    if (placeholder == NULL || !check_spot(reader, &spot, placeholder))
        return false;
    struct piece *piece = end_piece(reader);
    size_t bytes = placeholder->bytes_max;
    if (placeholder->argument == TAKES_WORDS) {
        if (!read_choices(reader, &spot, piece))
            return false;
        for (size_t i = 0; i < piece->choice_count; i++)
            bytes = piece->choices[i].length > bytes ? piece->choices[i].length : bytes;
    } else if (placeholder->generator == NULL) {
        piece->filler = FILL_ROW;
    } else {
        if (!read_generator(reader, &spot, placeholder, piece))
            return false;
        size_t scratch_bytes = generator_max_bytes(&piece->generator);
        bytes = bytes > 0 ? bytes : scratch_bytes;
        if (scratch_bytes > form->scratch_bytes_max)
            form->scratch_bytes_max = scratch_bytes;
    }
    form->text_bytes_max += bytes;
    if (!reader->in_string)
        reader->before = '$';
    reader->at = spot.end;
    return true;
}

static void read_char(struct reader *reader, char c) {
    strbuf_add_char(&reader->plain, c);
    if (!reader->in_string) {
        reader->in_string = c == '"';
        reader->before = c;
    } else if (reader->escaped) {
        reader->escaped = false;
    } else {
        reader->escaped = c == '\\';
        reader->in_string = c != '"';
    }
}

static bool read_template(struct reader *reader) {
    size_t pieces = 1;
    for (const char *p = reader->text; (p = strstr(p, "${")) != NULL; p += 2)
        pieces++;
    reader->form->pieces = ARENA_ARRAY(reader->arena, struct piece, pieces);
    while (*reader->at) {
        if (strncmp(reader->at, "$${", 3) == 0) {
            reader->at++;
            read_char(reader, *reader->at++);
            read_char(reader, *reader->at++);
        } else if (strncmp(reader->at, "${", 2) != 0) {
            read_char(reader, *reader->at++);
        } else if (!read_placeholder(reader)) {
            return false;
        }
    }
    end_piece(reader);
    return true;
}

static size_t json_max_bytes(const void *opaque) {
    const struct json_form *form = opaque;
    return ((form->text_bytes_max + 7) & ~(size_t)7) + form->scratch_bytes_max;
}

static char *fill_generator(char *out, const struct piece *piece, struct draw *draw) {
    struct value value;
    size_t used = draw->scratch->used;
    piece->generator.generator->draw(piece->generator.spec, draw, &value);
    draw->scratch->used = used;
    switch (value.kind) {
    case VALUE_INT:
        return format_int(out, value.as.integer);
    case VALUE_DECIMAL:
        return format_decimal(out, value.as.decimal.unscaled, value.as.decimal.scale);
    case VALUE_BOOL: {
        size_t length = value.as.boolean ? 4 : 5;
        memcpy(out, value.as.boolean ? "true" : "false", length);
        return out + length;
    }
    case VALUE_UUID:
        return format_uuid(out, value.as.uuid);
    case VALUE_TIMESTAMP:
        return format_timestamp(out, value.as.integer);
    case VALUE_DATE:
        return format_date(out, value.as.integer);
    case VALUE_TEXT:
        memcpy(out, value.as.bytes.data, value.as.bytes.length);
        return out + value.as.bytes.length;
    default:
        panic("a value of kind %d has no form in a JSON template", (int)value.kind);
    }
}

static void json_draw(const void *opaque, struct draw *draw, struct value *value) {
    const struct json_form *form = opaque;
    struct scratch *scratch = draw->scratch;
    char *start = scratch_take(scratch, form->text_bytes_max), *out = start;
    for (size_t i = 0; i < form->piece_count; i++) {
        const struct piece *piece = &form->pieces[i];
        memcpy(out, piece->plain.text, piece->plain.length);
        out += piece->plain.length;
        if (piece->filler == FILL_ROW) {
            out = format_uint(out, draw->row);
        } else if (piece->filler == FILL_CHOICE) {
            const struct json_text *choice =
                &piece->choices[rng_below(&draw->rng, piece->choice_count)];
            memcpy(out, choice->text, choice->length);
            out += choice->length;
        } else if (piece->filler == FILL_GENERATOR) {
            out = fill_generator(out, piece, draw);
        }
    }
    value->kind = VALUE_JSON;
    value->as.bytes.data = start;
    value->as.bytes.length = (uint32_t)(out - start);
}

static bool check_samples(struct reader *reader) {
    struct scratch scratch;
    scratch_init(&scratch, json_max_bytes(reader->form));
    uint64_t key = rng_key(1, "sample");
    bool ok = true;
    for (uint64_t row = 0; ok && row < SAMPLES; row++) {
        struct draw draw = {rng_at(key, row), key, row, row, &scratch};
        struct value value;
        json_error_t reason;
        scratch_reset(&scratch);
        json_draw(reader->form, &draw, &value);
        ok = is_json(value.as.bytes.data, value.as.bytes.length, &reason);
        if (ok)
            continue;
        args_error(reader->args, reader->arg, reader->error,
                   "template: filled in, it is not JSON: %s, at byte %d of %.*s", reason.text,
                   reason.position, (int)value.as.bytes.length, value.as.bytes.data);
        error_hint(reader->error, TEMPLATE_EXAMPLE);
    }
    scratch_release(&scratch);
    return ok;
}

static bool json_compile(const struct generator_args *args, struct arena *arena, void **out,
                         struct error *error) {
    struct reader reader = {.args = args,
                            .arg = args_find(args, "template"),
                            .arena = arena,
                            .error = error,
                            .plain = STRBUF_INIT};
    reader.form = *out = ARENA_NEW(arena, struct json_form);
    if (!args_text(args, "template", NULL, &reader.text, error))
        return error_hint(error, TEMPLATE_EXAMPLE);
    reader.at = reader.text;
    bool ok = read_template(&reader) && check_samples(&reader);
    strbuf_release(&reader.plain);
    return ok;
}

static enum value_kind json_kind(const void *spec) {
    (void)spec;
    return VALUE_JSON;
}

const struct generator generator_json = {
    .name = "json",
    .summary = "JSON documents from a template",
    .params =
        (const struct generator_param[]){
            {"template",
             "JSON text with ${int 1..900} ${float 0..1} ${bool 30%} ${choice a b c} ${text 3..9} "
             "${words 2..5} ${uuid} ${timestamp A..B} ${date A..B} ${row}; $${ is a plain ${"},
            {0},
        },
    .compile = json_compile,
    .draw = json_draw,
    .kind = json_kind,
    .max_bytes = json_max_bytes,
};
