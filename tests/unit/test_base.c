#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/embed.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/strbuf.h"

/* --- stderr of an action, caught in a file --- */

struct caught {
    char text[2048];
    int status; /* of waitpid */
};

static void read_all(FILE *file, char *out, size_t size) {
    rewind(file);
    size_t length = fread(out, 1, size - 1, file);
    out[length] = '\0';
    fclose(file);
}

/* Runs the action in a child, so that it may abort. */
static void run_in_child(void (*action)(void), struct caught *caught) {
    FILE *file = tmpfile();
    assert_non_null(file);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        signal(SIGABRT, SIG_DFL);
        if (dup2(fileno(file), STDERR_FILENO) < 0)
            _exit(99);
        action();
        fflush(stderr);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &caught->status, 0), child);
    read_all(file, caught->text, sizeof(caught->text));
}

static void assert_prints(void (*action)(void), const char *expected) {
    struct caught caught;
    run_in_child(action, &caught);
    assert_true(WIFEXITED(caught.status) && WEXITSTATUS(caught.status) == 0);
    assert_string_equal(caught.text, expected);
}

static void assert_aborts(void (*action)(void), const char *expected) {
    struct caught caught;
    run_in_child(action, &caught);
    assert_true(WIFSIGNALED(caught.status) && WTERMSIG(caught.status) == SIGABRT);
    assert_string_equal(caught.text, expected);
}

/* --- error --- */

static void error_says_what_where_and_what_to_do(void **state) {
    (void)state;
    struct error error = {0};
    assert_false(error_set(&error, "no table \"%s\"", "events"));
    assert_true(error.set);
    assert_int_equal(error.exit_code, EXIT_FAILED);
    assert_string_equal(error.what, "no table \"events\"");
    assert_string_equal(error.where, "");
    assert_string_equal(error.hint, "");
    assert_false(error_hint(&error, "did you mean %s?", "event"));
    assert_string_equal(error.hint, "did you mean event?");
    assert_false(error_at(&error, "a.yaml", 3, 14));
    assert_string_equal(error.where, "a.yaml:3:14");
    assert_false(error_prefix(&error, "pool %d", 4));
    assert_false(error_prefix(&error, "cell insert"));
    assert_string_equal(error.what, "cell insert: pool 4: no table \"events\"");
}

static void first_error_wins(void **state) {
    (void)state;
    struct error error = {0};
    error_usage(&error, "first");
    error_set(&error, "second");
    error_usage(&error, "third");
    error_hint(&error, "hint 1");
    error_hint(&error, "hint 2");
    error_at(&error, "a", 1, 2);
    error_at(&error, "b", 3, 4);
    assert_int_equal(error.exit_code, EXIT_USAGE);
    assert_string_equal(error.what, "first");
    assert_string_equal(error.hint, "hint 1");
    assert_string_equal(error.where, "a:1:2");
}

static void nothing_is_added_to_no_error(void **state) {
    (void)state;
    struct error error = {0};
    const struct error untouched = {0};
    assert_false(error_hint(&error, "hint"));
    assert_false(error_at(&error, "file", 1, 1));
    assert_false(error_prefix(&error, "prefix"));
    assert_memory_equal(&error, &untouched, sizeof(error));
}

static void unknown_line_and_column_are_left_out(void **state) {
    (void)state;
    struct error error = {0};
    error_set(&error, "wrong");
    error_at(&error, NULL, 1, 1);
    assert_string_equal(error.where, "");
    error_at(&error, "a.yaml", 0, 7);
    assert_string_equal(error.where, "a.yaml");
    error.where[0] = '\0';
    error_at(&error, "a.yaml", 5, 0);
    assert_string_equal(error.where, "a.yaml:5");
}

/* Whatever byte of a character the end of the array falls on, the text stays valid UTF-8. */
static void long_texts_are_cut_between_characters(void **state) {
    (void)state;
    static const char *const characters[] = {"a", "é", "€", "😀"};
    for (size_t c = 0; c < 4; c++) {
        for (size_t shift = 0; shift < 4; shift++) {
            char text[3000] = "", expected[1024] = "";
            memset(text, 'x', shift);
            memset(expected, 'x', shift);
            size_t width = strlen(characters[c]);
            for (size_t at = shift; at + width < sizeof(text); at += width)
                memcpy(text + at, characters[c], width);
            size_t fits = (sizeof(expected) - 1 - shift) / width * width + shift;
            memcpy(expected, text, fits);
            struct error error = {0};
            error_set(&error, "%s", text);
            assert_string_equal(error.what, expected);
        }
    }
}

static void prefix_of_a_full_text_is_cut_at_its_end(void **state) {
    (void)state;
    struct error error = {0};
    char text[1100];
    memset(text, 'x', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    error_set(&error, "%s", text);
    error_prefix(&error, "pool %d", 4);
    assert_int_equal(strlen(error.what), sizeof(error.what) - 1);
    assert_memory_equal(error.what, "pool 4: xxx", 11);
}

static void print_what(void) {
    struct error error = {0};
    error_set(&error, "no such thing");
    error_print(&error);
}

static void print_everything(void) {
    struct error error = {0};
    error_usage(&error, "unknown key \"pol\"");
    error_at(&error, "a.yaml", 3, 5);
    error_hint(&error, "did you mean \"pool\"? (100%% sure)");
    strcpy(error.line, "    pol: 8\n    ^");
    error_print(&error);
}

static void error_is_printed_in_full(void **state) {
    (void)state;
    assert_prints(print_what, "pgwrite: no such thing\n");
    assert_prints(print_everything, "pgwrite: a.yaml:3:5: unknown key \"pol\"\n"
                                    "    pol: 8\n    ^\n"
                                    "hint: did you mean \"pool\"? (100% sure)\n");
}

static void panic_now(void) {
    panic("state %d is not one", 7);
}

static void allocate_too_much(void) {
    free(mem_alloc(SIZE_MAX / 2, 4));
}

static void grow_too_much(void) {
    free(mem_grow(NULL, SIZE_MAX / 2, 4));
}

static void panic_prints_and_aborts(void **state) {
    (void)state;
    char expected[128];
    assert_aborts(panic_now, "pgwrite: fatal: state 7 is not one\n");
    snprintf(expected, sizeof(expected), "pgwrite: fatal: out of memory (%zu objects of 4 bytes)\n",
             SIZE_MAX / 2);
    assert_aborts(allocate_too_much, expected);
    assert_aborts(grow_too_much, expected);
}

/* --- memory --- */

static void memory_is_zeroed_and_never_null(void **state) {
    (void)state;
    int *numbers = MEM_ARRAY(int, 1000);
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(numbers[i], 0);
        numbers[i] = i;
    }
    numbers = mem_grow(numbers, 2000, sizeof(*numbers));
    for (int i = 0; i < 1000; i++)
        assert_int_equal(numbers[i], i);
    free(numbers);
    void *nothing = mem_alloc(0, 8);
    assert_non_null(nothing);
    free(nothing);
    char *text = mem_printf("%s-%d", "a", 7), *copy = mem_strdup(text);
    assert_string_equal(copy, "a-7");
    free(copy);
    free(text);
}

/* Objects of many sizes, each filled to its end: an overlap would change one that is there. */
static void arena_objects_are_zeroed_aligned_and_apart(void **state) {
    (void)state;
    enum { OBJECTS = 3000 };
    struct arena arena = {0};
    static unsigned char *objects[OBJECTS];
    for (size_t i = 0; i < OBJECTS; i++) {
        size_t size = i % 500 == 499 ? 40000 : i % 61;
        objects[i] = arena_alloc(&arena, size, 1);
        assert_int_equal((uintptr_t)objects[i] % _Alignof(max_align_t), 0);
        for (size_t b = 0; b < size; b++)
            assert_int_equal(objects[i][b], 0);
        memset(objects[i], (int)(i % 255) + 1, size);
    }
    for (size_t i = 0; i < OBJECTS; i++)
        for (size_t b = 0; b < (i % 500 == 499 ? 40000 : i % 61); b++)
            assert_int_equal(objects[i][b], i % 255 + 1);
    arena_release(&arena);
    assert_null(arena.last);
    assert_string_equal(arena_strdup(&arena, "again"), "again");
    arena_release(&arena);
}

static void arena_texts(void **state) {
    (void)state;
    struct arena arena = {0};
    assert_string_equal(arena_strdup(&arena, ""), "");
    assert_string_equal(arena_strndup(&arena, "abcdef", 3), "abc");
    assert_string_equal(arena_strndup(&arena, "ab", 30), "ab");
    assert_string_equal(arena_printf(&arena, "%d %s", 5, "rows"), "5 rows");
    char *formatted = arena_printf(&arena, "%20000d", 1);
    assert_int_equal(strlen(formatted), 20000);
    arena_release(&arena);
}

/* --- strbuf --- */

static void strbuf_grows_and_is_always_a_text(void **state) {
    (void)state;
    struct strbuf buf = STRBUF_INIT;
    assert_string_equal(buf.text, "");
    strbuf_add_bytes(&buf, NULL, 0);
    strbuf_clear(&buf);
    for (size_t i = 0; i < 1000; i++) {
        strbuf_add_char(&buf, (char)('a' + i % 26));
        assert_int_equal(buf.length, i + 1);
        assert_int_equal(strlen(buf.text), i + 1);
    }
    for (size_t i = 0; i < 1000; i++)
        assert_int_equal(buf.text[i], 'a' + i % 26);
    size_t capacity = buf.capacity;
    strbuf_clear(&buf);
    assert_string_equal(buf.text, "");
    assert_int_equal(buf.capacity, capacity);
    strbuf_add_bytes(&buf, "a\0b", 3);
    assert_memory_equal(buf.text, "a\0b", 4);
    strbuf_release(&buf);
    assert_ptr_equal(buf.text, strbuf_empty);
    strbuf_add(&buf, "usable again");
    assert_string_equal(buf.text, "usable again");
    strbuf_release(&buf);
    assert_int_equal(strbuf_empty[0], '\0');
}

/* Lengths around that of the first allocation: there an off-by-one in the room for the NUL would
 * show. */
static void strbuf_printf_appends_whatever_the_length(void **state) {
    (void)state;
    for (int length = 0; length < 300; length++) {
        struct strbuf buf = STRBUF_INIT;
        strbuf_add(&buf, "<");
        strbuf_printf(&buf, "%0*d", length, 0);
        strbuf_printf(&buf, "%s", ">");
        size_t digits = length > 1 ? (size_t)length : 1;
        assert_int_equal(buf.length, digits + 2);
        assert_int_equal(strlen(buf.text), digits + 2);
        assert_int_equal(buf.text[digits + 1], '>');
        strbuf_release(&buf);
    }
}

static void strbuf_detach_gives_the_text_away(void **state) {
    (void)state;
    struct strbuf buf = STRBUF_INIT;
    char *text = strbuf_detach(&buf);
    assert_string_equal(text, "");
    free(text);
    strbuf_add(&buf, "mine");
    text = strbuf_detach(&buf);
    assert_string_equal(text, "mine");
    free(text);
    assert_ptr_equal(buf.text, strbuf_empty);
    assert_int_equal(buf.length, 0);
}

static void strbuf_quotes_for_sql(void **state) {
    (void)state;
    static const char *const cases[][3] = {
        {"events", "\"events\"", "'events'"},   {"", "\"\"", "''"},
        {"it's", "\"it's\"", "'it''s'"},        {"a\"b\"", "\"a\"\"b\"\"\"", "'a\"b\"'"},
        {"a\\'b", "\"a\\'b\"", " E'a\\\\''b'"}, {"größe", "\"größe\"", "'größe'"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct strbuf buf = STRBUF_INIT;
        strbuf_add_ident(&buf, cases[i][0]);
        assert_string_equal(buf.text, cases[i][1]);
        strbuf_clear(&buf);
        strbuf_add_literal(&buf, cases[i][0]);
        assert_string_equal(buf.text, cases[i][2]);
        strbuf_release(&buf);
    }
}

/* --- embedded files --- */

static void embedded_files_are_found_by_name(void **state) {
    (void)state;
    for (size_t i = 0; i < embedded_file_count; i++) {
        assert_ptr_equal(embedded_find(embedded_files[i].name), &embedded_files[i]);
        assert_ptr_equal(embedded_text(embedded_files[i].name), embedded_files[i].text);
        assert_int_equal(embedded_files[i].text[embedded_files[i].length], '\0');
    }
    assert_null(embedded_find("no/such/file"));
    assert_null(embedded_find(""));
}

static void read_missing_file(void) {
    embedded_text("no/such/file");
}

static void missing_embedded_file_ends_the_program(void **state) {
    (void)state;
    assert_aborts(read_missing_file,
                  "pgwrite: fatal: no/such/file was not built into the program\n");
}

/* --- interrupt --- */

static bool readable(int fd) {
    struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
    return poll(&poll_fd, 1, 0) == 1 && (poll_fd.revents & POLLIN);
}

/* In a child: the flag can't be taken back. Says on stderr what does not hold. */
static void be_interrupted(void) {
    if (interrupt_fd() != -1)
        fputs("fd before install\n", stderr);
    interrupt_install();
    if (interrupted() || interrupt_signal() != 0 || readable(interrupt_fd()))
        fputs("interrupted without a signal\n", stderr);
    raise(SIGPIPE);
    if (interrupted())
        fputs("interrupted by SIGPIPE\n", stderr);
    raise(SIGTERM);
    if (!interrupted() || interrupt_signal() != SIGTERM)
        fputs("SIGTERM not seen\n", stderr);
    if (!readable(interrupt_fd()))
        fputs("nothing to read\n", stderr);
    for (int i = 0; i < 100000; i++)
        raise(SIGINT); /* more than a pipe holds: must not block */
    if (interrupt_signal() != SIGTERM || !readable(interrupt_fd()))
        fputs("the first signal is forgotten\n", stderr);
}

static void first_signal_is_kept_and_wakes_poll(void **state) {
    (void)state;
    assert_prints(be_interrupted, "");
}

/* --- log, where stderr is no terminal --- */

static void log_all(void) {
    log_message("%d rows", 5);
    log_progress("not here");
    log_progress_end();
    if (log_is_terminal())
        fputs("a file is a terminal\n", stderr);
}

static void log_to_a_file_has_no_progress(void **state) {
    (void)state;
    assert_prints(log_all, "pgwrite: 5 rows\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(error_says_what_where_and_what_to_do),
        cmocka_unit_test(first_error_wins),
        cmocka_unit_test(nothing_is_added_to_no_error),
        cmocka_unit_test(unknown_line_and_column_are_left_out),
        cmocka_unit_test(long_texts_are_cut_between_characters),
        cmocka_unit_test(prefix_of_a_full_text_is_cut_at_its_end),
        cmocka_unit_test(error_is_printed_in_full),
        cmocka_unit_test(panic_prints_and_aborts),
        cmocka_unit_test(memory_is_zeroed_and_never_null),
        cmocka_unit_test(arena_objects_are_zeroed_aligned_and_apart),
        cmocka_unit_test(arena_texts),
        cmocka_unit_test(strbuf_grows_and_is_always_a_text),
        cmocka_unit_test(strbuf_printf_appends_whatever_the_length),
        cmocka_unit_test(strbuf_detach_gives_the_text_away),
        cmocka_unit_test(strbuf_quotes_for_sql),
        cmocka_unit_test(embedded_files_are_found_by_name),
        cmocka_unit_test(missing_embedded_file_ends_the_program),
        cmocka_unit_test(first_signal_is_kept_and_wakes_poll),
        cmocka_unit_test(log_to_a_file_has_no_progress),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
