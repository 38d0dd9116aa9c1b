/* Which part of a session's time a wait belongs to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "observe/sampler.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static void test_parts(void **state) {
    (void)state;
    static const struct {
        const char *state, *type, *event;
        enum time_part part;
    } cases[] = {
        {"idle", "Client", "ClientRead", PART_CLIENT},
        {"idle", "", "", PART_CLIENT},
        {"active", "Client", "ClientRead", PART_CLIENT}, /* data of a COPY */
        {"idle in transaction", "Client", "ClientRead", PART_IN_TRANSACTION},
        {"idle in transaction", "", "", PART_IN_TRANSACTION},
        {"idle in transaction (aborted)", "Client", "ClientRead", PART_IN_TRANSACTION},
        {"active", "Client", "ClientWrite", PART_IN_TRANSACTION},
        {"active", "", "", PART_CPU},
        {"fastpath function call", "", "", PART_CPU},
        {"disabled", "", "", PART_CPU},
        {"disabled", "Client", "ClientRead", PART_CLIENT},
        {"", "", "", PART_OTHER},
        {"active", "LWLock", "WALWrite", PART_COMMIT_FLUSH},
        {"active", "IO", "WALSync", PART_COMMIT_FLUSH},
        {"active", "IO", "WalSync", PART_COMMIT_FLUSH},
        {"active", "IO", "WalWrite", PART_COMMIT_FLUSH},
        {"active", "IPC", "SyncRep", PART_COMMIT_FLUSH},
        {"active", "Lock", "extend", PART_EXTEND},
        {"active", "IO", "DataFileExtend", PART_EXTEND},
        {"active", "Lock", "transactionid", PART_LOCK},
        {"active", "Lock", "tuple", PART_LOCK},
        {"active", "LWLock", "WALInsert", PART_LWLOCK},
        {"active", "LWLock", "BufferContent", PART_LWLOCK},
        {"active", "IO", "DataFileRead", PART_IO},
        {"active", "IO", "WALInitWrite", PART_IO},
        {"active", "IPC", "ParallelFinish", PART_OTHER},
        {"active", "BufferPin", "BufferPin", PART_OTHER},
        {"active", "Timeout", "VacuumDelay", PART_OTHER},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        enum time_part part = wait_part(cases[i].state, cases[i].type, cases[i].event);
        if (part != cases[i].part)
            fail_msg("%s, %s:%s is %s", cases[i].state, cases[i].type, cases[i].event,
                     time_part_names[part]);
    }
}

static void test_commit_flush(void **state) {
    (void)state;
    assert_true(wait_is_commit_flush("LWLock", "WALWrite"));
    assert_true(wait_is_commit_flush("IO", "walsync"));
    assert_false(wait_is_commit_flush("LWLock", "WALSync"));
    assert_false(wait_is_commit_flush("LWLock", "WALInsert"));
    assert_false(wait_is_commit_flush("", ""));
}

static void test_every_part_has_a_name(void **state) {
    (void)state;
    for (size_t i = 0; i < TIME_PARTS; i++) {
        assert_non_null(time_part_names[i]);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(time_part_names[i], time_part_names[k]);
    }
    assert_string_equal(time_part_names[PART_CLIENT], "client");
    assert_string_equal(time_part_names[PART_EXTEND], "extend");
    assert_string_equal(time_part_names[PART_OTHER], "other");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_commit_flush),
        cmocka_unit_test(test_every_part_has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
