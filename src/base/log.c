#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define CLEAR_LINE "\r\x1b[K"

static bool quiet_set;
static char progress_text[512]; /* "": no line is shown */

void log_set_quiet(bool quiet) {
    if (quiet)
        log_progress_end();
    quiet_set = quiet;
}

bool log_is_terminal(void) {
    const char *term = getenv("TERM");
    return isatty(STDERR_FILENO) && !(term && strcmp(term, "dumb") == 0);
}

/* One column less than the terminal has: many wrap when the last one is written. */
static size_t columns_max(void) {
    struct winsize size;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1)
        return size.ws_col - 1u;
    return 79;
}

/* Keeps the first columns characters of UTF-8; each is taken to be one column wide. */
static void cut_columns(char *text, size_t columns) {
    for (; *text; text++) {
        if (((unsigned char)*text & 0xc0) == 0x80)
            continue;
        if (columns-- == 0) {
            *text = '\0';
            return;
        }
    }
}

static void draw_progress(void) {
    if (!progress_text[0])
        return;
    char line[sizeof(progress_text)];
    memcpy(line, progress_text, sizeof(line));
    cut_columns(line, columns_max());
    fprintf(stderr, "\r%s\x1b[K", line);
    fflush(stderr);
}

static void print_line(const char *prefix, const char *format, va_list args) {
    if (progress_text[0])
        fputs(CLEAR_LINE, stderr);
    fputs(prefix, stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    draw_progress();
}

void log_message(const char *format, ...) {
    va_list args;
    va_start(args, format);
    print_line("pgwrite: ", format, args);
    va_end(args);
}

void log_progress(const char *format, ...) {
    if (quiet_set || !log_is_terminal())
        return;
    va_list args;
    va_start(args, format);
    vsnprintf(progress_text, sizeof(progress_text), format, args);
    va_end(args);
    draw_progress();
}

void log_progress_end(void) {
    if (!progress_text[0])
        return;
    progress_text[0] = '\0';
    fputs(CLEAR_LINE, stderr);
    fflush(stderr);
}
