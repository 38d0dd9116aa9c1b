#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

/* vsnprintf that cuts a long text between two characters of UTF-8, not inside one. */
static void format_cut(char *out, size_t size, const char *format, va_list args) {
    int length = vsnprintf(out, size, format, args);
    if (length < 0) {
        out[0] = '\0';
        return;
    }
    if ((size_t)length < size)
        return;
    size_t start = size - 1;
    while (start > 0 && ((unsigned char)out[start - 1] & 0xc0) == 0x80)
        start--;
    if (start == 0 || (unsigned char)out[start - 1] < 0xc0)
        return; /* ends in ASCII, or is not UTF-8 at all */
    unsigned char lead = (unsigned char)out[start - 1];
    size_t want = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (size - start < want)
        out[start - 1] = '\0';
}

static void set(struct error *error, enum exit_code code, const char *format, va_list args) {
    if (error->set)
        return;
    error->set = true;
    error->exit_code = code;
    error->sqlstate[0] = error->where[0] = error->line[0] = error->hint[0] = '\0';
    format_cut(error->what, sizeof(error->what), format, args);
}

bool error_set(struct error *error, const char *format, ...) {
    va_list args;
    va_start(args, format);
    set(error, EXIT_FAILED, format, args);
    va_end(args);
    return false;
}

bool error_usage(struct error *error, const char *format, ...) {
    va_list args;
    va_start(args, format);
    set(error, EXIT_USAGE, format, args);
    va_end(args);
    return false;
}

bool error_hint(struct error *error, const char *format, ...) {
    if (!error->set || error->hint[0])
        return false;
    va_list args;
    va_start(args, format);
    format_cut(error->hint, sizeof(error->hint), format, args);
    va_end(args);
    return false;
}

PRINTF_LIKE(2, 3) static void set_where(struct error *error, const char *format, ...) {
    va_list args;
    va_start(args, format);
    format_cut(error->where, sizeof(error->where), format, args);
    va_end(args);
}

bool error_at(struct error *error, const char *file, int line, int column) {
    if (!error->set || error->where[0] || !file)
        return false;
    if (line <= 0)
        set_where(error, "%s", file);
    else if (column <= 0)
        set_where(error, "%s:%d", file, line);
    else
        set_where(error, "%s:%d:%d", file, line, column);
    return false;
}

PRINTF_LIKE(2, 3) static void set_what(struct error *error, const char *format, ...) {
    va_list args;
    va_start(args, format);
    format_cut(error->what, sizeof(error->what), format, args);
    va_end(args);
}

bool error_prefix(struct error *error, const char *format, ...) {
    if (!error->set)
        return false;
    char prefix[sizeof(error->what)], old[sizeof(error->what)];
    va_list args;
    va_start(args, format);
    format_cut(prefix, sizeof(prefix), format, args);
    va_end(args);
    memcpy(old, error->what, sizeof(old));
    set_what(error, "%s: %s", prefix, old);
    return false;
}

void error_print(const struct error *error) {
    log_progress_end();
    fprintf(stderr, "pgwrite: %s%s%s\n", error->where, error->where[0] ? ": " : "", error->what);
    if (error->line[0])
        fprintf(stderr, "%s\n", error->line);
    if (error->hint[0])
        fprintf(stderr, "hint: %s\n", error->hint);
}

void panic(const char *format, ...) {
    log_progress_end();
    va_list args;
    va_start(args, format);
    fputs("pgwrite: fatal: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    abort();
}
