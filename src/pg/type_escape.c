#include <string.h>

#include "pg/type.h"

/* The letter after the backslash for a byte that COPY text can't hold as it is, else 0. */
static char copy_letter(char c) {
    switch (c) {
    case '\b':
        return 'b';
    case '\f':
        return 'f';
    case '\n':
        return 'n';
    case '\r':
        return 'r';
    case '\t':
        return 't';
    case '\v':
        return 'v';
    case '\\':
        return '\\';
    default:
        return 0;
    }
}

/* Whether one of eight bytes is a backslash or below 16, where all others that need an escape are.
 * The byte tests are those of Anderson, "Bit Twiddling Hacks" (haszero, hasless). */
static bool may_need_escape(uint64_t word) {
    const uint64_t ones = UINT64_MAX / 255, tops = ones * 128;
    uint64_t backslash = word ^ ones * '\\';
    uint64_t is_low = (word - ones * 16) & ~word;
    uint64_t is_backslash = (backslash - ones) & ~backslash;
    return ((is_low | is_backslash) & tops) != 0;
}

char *pg_escape_copy_text(const char *text, size_t length, char *out) {
    const char *end = text + length;
    while (text < end) {
        uint64_t word;
        if (end - text >= (ptrdiff_t)sizeof word) {
            memcpy(&word, text, sizeof word);
            if (!may_need_escape(word)) {
                memcpy(out, &word, sizeof word);
                text += sizeof word;
                out += sizeof word;
                continue;
            }
        }
        const char *stop = end - text < (ptrdiff_t)sizeof word ? end : text + sizeof word;
        for (; text < stop; text++) {
            char letter = copy_letter(*text);
            if (letter != 0)
                *out++ = '\\';
            *out++ = letter != 0 ? letter : *text;
        }
    }
    return out;
}

/* Between quotes, each quote in it twice. */
static char *put_quoted(const char *text, size_t length, char quote, char *out) {
    *out++ = quote;
    while (length > 0) {
        const char *found = memchr(text, quote, length);
        size_t run = found != NULL ? (size_t)(found - text) + 1 : length;
        memcpy(out, text, run);
        out += run;
        text += run;
        length -= run;
        if (found != NULL)
            *out++ = quote;
    }
    *out++ = quote;
    return out;
}

char *pg_escape_csv(const char *text, size_t length, char *out) {
    return put_quoted(text, length, '"', out);
}

char *pg_escape_literal(const char *text, size_t length, char *out) {
    return put_quoted(text, length, '\'', out);
}
