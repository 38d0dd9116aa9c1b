#include "workload/source.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "row/args.h"

static bool is_continuation(char c) {
    return ((unsigned char)c & 0xc0) == 0x80;
}

/* The bytes of the character at text, 0: not UTF-8 (RFC 3629: no surrogates, no overlong forms). */
static size_t utf8_length(const unsigned char *text, size_t rest) {
    unsigned char first = text[0];
    if (first < 0x80)
        return 1;
    size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || length > rest)
        return 0;
    for (size_t i = 1; i < length; i++) {
        if (!is_continuation((char)text[i]))
            return 0;
    }
    unsigned char second = text[1];
    bool overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
    bool surrogate = first == 0xed && second > 0x9f;
    bool too_large = first == 0xf4 && second > 0x8f;
    return overlong || surrogate || too_large ? 0 : length;
}

static bool is_line_end(char c) {
    return c == '\n' || c == '\r';
}

/* CR LF is one end. */
static size_t line_end_length(const char *text, size_t rest) {
    return text[0] == '\r' && rest > 1 && text[1] == '\n' ? 2 : 1;
}

static size_t count_lines(const char *text, size_t length) {
    size_t count = 1;
    for (size_t i = 0; i < length; i++) {
        if (is_line_end(text[i])) {
            i += line_end_length(text + i, length - i) - 1;
            count++;
        }
    }
    return count;
}

static void split_lines(struct source *source, const char *text, size_t length,
                        struct arena *arena) {
    source->lines = ARENA_ARRAY(arena, const char *, count_lines(text, length));
    source->line_count = 0;
    size_t start = 0;
    for (size_t i = 0; i <= length; i++) {
        if (i < length && !is_line_end(text[i]))
            continue;
        source->lines[source->line_count++] = arena_strndup(arena, text + start, i - start);
        if (i < length)
            i += line_end_length(text + i, length - i) - 1;
        start = i + 1;
    }
}

/* The places of these errors have no text: such bytes don't belong on a terminal. */
static bool check_characters(const struct source *source, const char *text, size_t length,
                             struct error *error) {
    int line = 1, column = 1;
    for (size_t i = 0; i < length; column++) {
        unsigned char c = (unsigned char)text[i];
        size_t bytes = utf8_length((const unsigned char *)text + i, length - i);
        struct place at = {.file = source->file, .line = line, .column = column};
        if (bytes == 0) {
            place_error(&at, error, "byte 0x%02x is not UTF-8", c);
            return error_hint(error, "save the file as UTF-8");
        }
        if (is_line_end(text[i])) {
            bytes = line_end_length(text + i, length - i);
            line++;
            column = 0;
        } else if ((c < 0x20 && c != '\t') || c == 0x7f) {
            return place_error(&at, error, "control character 0x%02x", c);
        }
        i += bytes;
    }
    return true;
}

bool source_init(struct source *source, const char *file, const char *text, size_t length,
                 struct arena *arena, struct error *error) {
    *source = (struct source){.file = file};
    split_lines(source, text, length, arena);
    return check_characters(source, text, length, error);
}

struct place source_place(const struct source *source, int line, int column) {
    bool known = line >= 1 && (size_t)line <= source->line_count;
    const char *text = known ? source->lines[line - 1] : NULL;
    return (struct place){source->file, line, column, text};
}

bool place_error(const struct place *at, struct error *error, const char *format, ...) {
    if (error->set)
        return false;
    char what[sizeof error->what];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    error_usage(error, "%s", what);
    /* place_add knows no place that is a file alone. */
    return at->line > 0 ? place_add(at, error) : error_at(error, at->file, 0, 0);
}
