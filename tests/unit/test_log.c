/* The progress line on a terminal: a pseudo-terminal stands in for stderr, and its bytes are
 * compared. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/error.h"
#include "base/log.h"

#define CLEAR "\r\x1b[K"

struct terminal {
    int master, slave, saved_stderr;
};

static void terminal_open(struct terminal *terminal, unsigned short columns) {
    terminal->master = posix_openpt(O_RDWR | O_NOCTTY);
    assert_true(terminal->master >= 0);
    assert_int_equal(grantpt(terminal->master), 0);
    assert_int_equal(unlockpt(terminal->master), 0);
    terminal->slave = open(ptsname(terminal->master), O_RDWR | O_NOCTTY);
    assert_true(terminal->slave >= 0);
    struct termios mode;
    assert_int_equal(tcgetattr(terminal->slave, &mode), 0);
    mode.c_oflag &= ~(tcflag_t)OPOST; /* bytes come out as they went in */
    assert_int_equal(tcsetattr(terminal->slave, TCSANOW, &mode), 0);
    struct winsize size = {.ws_row = 24, .ws_col = columns};
    assert_int_equal(ioctl(terminal->slave, TIOCSWINSZ, &size), 0);
    terminal->saved_stderr = dup(STDERR_FILENO);
    assert_true(dup2(terminal->slave, STDERR_FILENO) >= 0);
}

/* Puts stderr back and compares what the terminal got. The closing mark says where to stop reading.
 */
static void terminal_close(struct terminal *terminal, const char *expected) {
    char got[2048];
    size_t length = 0;
    fflush(stderr);
    assert_int_equal(write(terminal->slave, "\x04", 1), 1);
    dup2(terminal->saved_stderr, STDERR_FILENO);
    while (length == 0 || got[length - 1] != '\x04') {
        ssize_t bytes = read(terminal->master, got + length, sizeof(got) - length);
        assert_true(bytes > 0);
        length += (size_t)bytes;
        assert_true(length < sizeof(got));
    }
    got[length - 1] = '\0';
    close(terminal->saved_stderr);
    close(terminal->slave);
    close(terminal->master);
    assert_string_equal(got, expected);
}

static int set_term(void **state) {
    (void)state;
    return setenv("TERM", "xterm", 1);
}

static void progress_is_redrawn_and_cleared(void **state) {
    (void)state;
    struct terminal terminal;
    terminal_open(&terminal, 80);
    log_progress("%d rows", 10);
    log_progress("9 rows");
    log_progress_end();
    log_progress_end();
    terminal_close(&terminal, "\r10 rows\x1b[K\r9 rows\x1b[K" CLEAR);
}

static void message_goes_above_the_progress_line(void **state) {
    (void)state;
    struct terminal terminal;
    terminal_open(&terminal, 80);
    log_message("before");
    log_progress("half");
    log_message("hello");
    log_progress_end();
    log_message("after");
    terminal_close(&terminal, "pgwrite: before\n"
                              "\rhalf\x1b[K" CLEAR "pgwrite: hello\n"
                              "\rhalf\x1b[K" CLEAR "pgwrite: after\n");
}

static void error_clears_the_progress_line(void **state) {
    (void)state;
    struct terminal terminal;
    struct error error = {0};
    error_set(&error, "broken");
    terminal_open(&terminal, 80);
    log_progress("half");
    error_print(&error);
    log_message("after");
    terminal_close(&terminal, "\rhalf\x1b[K" CLEAR "pgwrite: broken\n"
                              "pgwrite: after\n");
}

/* One column stays free; a character of two bytes is one column. */
static void progress_is_cut_to_the_width(void **state) {
    (void)state;
    struct terminal terminal;
    terminal_open(&terminal, 8);
    log_progress("1234567");
    log_progress("12345678");
    log_progress("µµµµµµµµµ");
    log_progress_end();
    terminal_close(&terminal, "\r1234567\x1b[K\r1234567\x1b[K\rµµµµµµµ\x1b[K" CLEAR);
}

static void terminal_of_unknown_width_counts_as_80(void **state) {
    (void)state;
    struct terminal terminal;
    char expected[128];
    terminal_open(&terminal, 0);
    log_progress("%0100d", 0);
    log_progress_end();
    snprintf(expected, sizeof(expected), "\r%079d\x1b[K" CLEAR, 0);
    terminal_close(&terminal, expected);
}

static void quiet_clears_the_progress_line(void **state) {
    (void)state;
    struct terminal terminal;
    terminal_open(&terminal, 80);
    log_progress("half");
    log_set_quiet(true);
    log_progress("more");
    log_message("hello");
    log_set_quiet(false);
    terminal_close(&terminal, "\rhalf\x1b[K" CLEAR "pgwrite: hello\n");
}

static void dumb_terminal_has_no_progress(void **state) {
    (void)state;
    struct terminal terminal;
    terminal_open(&terminal, 80);
    bool able = log_is_terminal();
    setenv("TERM", "dumb", 1);
    bool dumb = log_is_terminal();
    log_progress("half");
    log_message("hello");
    terminal_close(&terminal, "pgwrite: hello\n");
    assert_true(able);
    assert_false(dumb);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(progress_is_redrawn_and_cleared, set_term),
        cmocka_unit_test_setup(message_goes_above_the_progress_line, set_term),
        cmocka_unit_test_setup(error_clears_the_progress_line, set_term),
        cmocka_unit_test_setup(progress_is_cut_to_the_width, set_term),
        cmocka_unit_test_setup(terminal_of_unknown_width_counts_as_80, set_term),
        cmocka_unit_test_setup(quiet_clears_the_progress_line, set_term),
        cmocka_unit_test_setup(dumb_terminal_has_no_progress, set_term),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
