#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "pg/target.h"

static void check(const char *word, const char *shown) {
    struct arena arena = {0};
    assert_string_equal(target_redact(word, &arena), shown);
    arena_release(&arena);
}

static void test_passwords_are_hidden(void **state) {
    (void)state;
    check("dsn=postgres://u:secret@h/db", "dsn=user=u password=*** dbname=db host=h");
    check("-Bdsn=host=h password=secret", "-Bdsn=password=*** host=h");
    check("host=h password=secret nonsense=1", "<conninfo>");
    check("sql=CREATE ROLE x PASSWORD 'secret'", "sql=<hidden>");
    check("-Bsql=CREATE ROLE x PASSWORD E'secret'", "-Bsql=<hidden>");
    check("set.primary_conninfo=host=h password = secret", "set.primary_conninfo=<hidden>");
    check("set.primary_conninfo=postgres://u:secret@h/db", "set.primary_conninfo=<hidden>");
}

static void test_the_rest_is_told(void **state) {
    static const char *const words[] = {
        "dsn=host=h user=u",
        "events",
        "sql=CREATE INDEX \"a@b\" ON t (password_hash)",
        "-Asql=CREATE INDEX ON t (v) WHERE v <> 'a@b'",
        "set.archive_command=cp %p a@b://x/y:z",
        "set.password_encryption=md5",
        "workload=a@b.yaml",
    };
    (void)state;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        check(words[i], words[i]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_passwords_are_hidden),
        cmocka_unit_test(test_the_rest_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
