#include "workload/spot.h"

#include <string.h>

#define BLANKS " \t\r\n"

/* What the text before a placeholder is: strings and comments to the end of the line. */
static void follow(struct spot_reader *reader, char c, char next) {
    if (reader->in_comment)
        reader->in_comment = c != '\n';
    else if (c == '\'')
        reader->in_string = !reader->in_string;
    else if (!reader->in_string)
        reader->in_comment = c == '-' && next == '-';
}

static size_t character_of(const struct spot_reader *reader, const char *at) {
    size_t character = 1;
    for (const char *p = reader->sql; p < at; p++)
        character += ((unsigned char)*p & 0xc0) != 0x80;
    return character;
}

bool spot_wrap(const struct spot *spot, struct error *error) {
    return error_prefix(error, "placeholder %.100s at character %zu", spot->shown, spot->character);
}

static bool cut(struct spot_reader *reader, struct arena *arena, struct spot *spot,
                struct error *error) {
    const char *start = reader->at, *close = strchr(start, '}');
    spot->character = character_of(reader, start);
    if (!close) {
        spot->shown = arena_strndup(arena, start, strcspn(start, BLANKS));
        error_usage(error, "its } is missing");
        spot_wrap(spot, error);
        return error_hint(error, "for example ${int 1..900}; $${ is a plain ${");
    }
    spot->shown = arena_strndup(arena, start, (size_t)(close + 1 - start));
    const char *word = start + 2 + strspn(start + 2, BLANKS), *end = close;
    while (end > word && strchr(BLANKS, end[-1]))
        end--;
    size_t length = strcspn(word, BLANKS "}");
    spot->kind = arena_strndup(arena, word, length);
    const char *argument = word + length + strspn(word + length, BLANKS);
    spot->argument = argument < end ? arena_strndup(arena, argument, (size_t)(end - argument)) : "";
    reader->at = close + 1;
    if (!reader->in_string)
        return true;
    error_usage(error, "it stands within quotes, where the server sees no parameter");
    spot_wrap(spot, error);
    return error_hint(error, "write it without quotes: it is a value of its own");
}

bool spot_next(struct spot_reader *reader, struct strbuf *plain, struct arena *arena,
               struct spot *spot, struct error *error) {
    *spot = (struct spot){0};
    if (!reader->at)
        reader->at = reader->sql;
    for (; *reader->at; reader->at++) {
        bool escaped = strncmp(reader->at, "$${", 3) == 0;
        if (!escaped && !reader->in_comment && strncmp(reader->at, "${", 2) == 0)
            return cut(reader, arena, spot, error);
        follow(reader, reader->at[0], reader->at[1]);
        if (plain)
            strbuf_add_bytes(plain, escaped ? "${" : reader->at, escaped ? 2 : 1);
        reader->at += escaped ? 2 : 0;
    }
    return true;
}

bool spot_split(const struct spot *spot, struct arena *arena, struct spot_names *names,
                struct error *error) {
    const char *text = spot->argument;
    size_t length = strcspn(text, BLANKS);
    const char *pick = text + length + strspn(text + length, BLANKS);
    const char *dot = memchr(text, '.', length);
    if (dot && dot > text && dot + 1 < text + length) {
        names->table = arena_strndup(arena, text, (size_t)(dot - text));
        names->column = arena_strndup(arena, dot + 1, (size_t)(text + length - dot - 1));
        names->pick = arena_strdup(arena, pick);
        return true;
    }
    error_usage(error, "it has to name a table and a column");
    spot_wrap(spot, error);
    return error_hint(error, "for example ${%s users.id}", spot->kind);
}
