#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "pg/type.h"

enum { ROOM = 4096, GUARD = 0x5a };

typedef char *escape(const char *text, size_t length, char *out);

static void check_escape(escape *to, const char *from, size_t length, const char *expected) {
    char out[ROOM];
    memset(out, GUARD, sizeof out);
    /* Memory of exactly its length, so that a sanitizer sees a read beyond it. */
    char *input = malloc(length > 0 ? length : 1);
    assert_non_null(input);
    memcpy(input, from, length);
    char *end = to(input, length, out);
    free(input);
    assert_true((size_t)(end - out) <= 2 * length + 2);
    assert_int_equal((unsigned char)*end, GUARD);
    *end = '\0';
    assert_string_equal(out, expected);
}

#define check_copy(from, expected) \
    check_escape(pg_escape_copy_text, from, sizeof(from) - 1, expected)

static void test_escape_copy(void **state) {
    (void)state;
    check_copy("", "");
    check_copy("plain text, longer than a word", "plain text, longer than a word");
    check_copy("\b\t\n\v\f\r\\", "\\b\\t\\n\\v\\f\\r\\\\");
    check_copy("\\.", "\\\\.");
    check_copy("a\n\\.\nb", "a\\n\\\\.\\nb");
    check_copy("\\N", "\\\\N");
    check_copy("\x01\x07\x0e\x0f\x1f\x7f", "\x01\x07\x0e\x0f\x1f\x7f");
    /* Each place of an eight-byte word and the rest behind it. */
    static const char specials[] = "\b\t\n\v\f\r\\", letters[] = "btnvfr\\";
    for (size_t length = 1; length <= 20; length++) {
        for (size_t at = 0; at < length; at++) {
            for (size_t i = 0; i < sizeof letters - 1; i++) {
                char from[32], expected[32];
                memset(from, at % 2 ? '\xe9' : '[', length);
                memset(expected, at % 2 ? '\xe9' : '[', length + 1);
                from[at] = specials[i];
                expected[at] = '\\';
                expected[at + 1] = letters[i];
                expected[length + 1] = '\0';
                check_escape(pg_escape_copy_text, from, length, expected);
            }
        }
    }
}

static void test_escape_quotes(void **state) {
    (void)state;
    check_escape(pg_escape_csv, "", 0, "\"\"");
    check_escape(pg_escape_csv, "a,b\n\\.", 6, "\"a,b\n\\.\"");
    check_escape(pg_escape_csv, "\"a\"\"", 4, "\"\"\"a\"\"\"\"\"");
    check_escape(pg_escape_literal, "", 0, "''");
    check_escape(pg_escape_literal, "it's \\ \"", 8, "'it''s \\ \"'");
    check_escape(pg_escape_literal, "'''", 3, "''''''''");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_escape_copy),
        cmocka_unit_test(test_escape_quotes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
