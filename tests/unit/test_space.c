/* The list of settings, and values as PostgreSQL reads and prints them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "study/space_internal.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void parses_an_entry(void **state) {
    (void)state;
    static const char text[] =
        "- {name: a, why: it matters, cost: memory, durability: async-commit, context: restart,\n"
        "   max: 5% RAM, values: ['off', 16MB]}\n"
        "- {name: b, why: so does it, durability: safe, context: reload, values: [1]}\n";
    struct arena arena = {0};
    struct error error = {0};
    struct space_entry *entries;
    size_t count;
    assert_true(
        space_entries_parse(text, strlen(text), "s.yaml", &arena, &entries, &count, &error));
    assert_int_equal(count, 2);
    assert_string_equal(entries[0].setting.name, "a");
    assert_string_equal(entries[0].setting.why, "it matters");
    assert_string_equal(entries[0].setting.cost, "memory");
    assert_int_equal(entries[0].setting.durability, SPACE_ASYNC_COMMIT);
    assert_int_equal(entries[0].setting.context, SPACE_RESTART);
    assert_string_equal(entries[0].max, "5% RAM");
    assert_int_equal(entries[0].setting.value_count, 2);
    assert_string_equal(entries[0].setting.values[1], "16MB");
    assert_string_equal(entries[1].setting.cost, "");
    assert_null(entries[1].max);
    assert_int_equal(entries[1].setting.context, SPACE_RELOAD);
    arena_release(&arena);
}

#define ENTRY(rest) "- {name: a, why: w, durability: safe, context: reload" rest "}\n"

static void refuses_wrong_entries(void **state) {
    (void)state;
    static const struct {
        const char *text, *where, *what;
    } wrong[] = {
        {ENTRY(""), "s.yaml:1:3", "a setting needs \"values\""},
        {ENTRY(", values: []"), "s.yaml:1:64", "\"values\" is empty"},
        {ENTRY(", values: [1, 1]"), "s.yaml:1:68", "\"values\" has \"1\" twice"},
        {ENTRY(", max: 64MB, values: [1]"), "s.yaml:1:61", "\"64MB\" is no share of memory"},
        {ENTRY(", valeus: [1]"), "s.yaml:1:56", "unknown key \"valeus\" in a setting"},
        {"- {name: a, durability: perhaps}\n", "s.yaml:1:25", "durability"},
        {"a: b\n", "s.yaml:1:1", "\"settings\" must be a list"},
        {ENTRY(", values: [1]") ENTRY(", values: [2]"), "s.yaml:2:10",
         "two settings are called \"a\""},
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct arena arena = {0};
        struct error error = {0};
        struct space_entry *entries;
        size_t count;
        assert_false(space_entries_parse(wrong[i].text, strlen(wrong[i].text), "s.yaml", &arena,
                                         &entries, &count, &error));
        if (!strstr(error.what, wrong[i].what) || strcmp(error.where, wrong[i].where) != 0)
            fail_msg("%zu: %s %s", i, error.where, error.what);
        assert_int_equal(error.exit_code, EXIT_USAGE);
        arena_release(&arena);
    }
}

static void the_list_stands(void **state) {
    (void)state;
    static const char *const never[] = {"fsync", "full_page_writes", "wal_level", "autovacuum"};
    struct arena arena = {0};
    struct error error = {0};
    struct space space;
    if (!space_list(&arena, &space, &error))
        fail_msg("%s %s", error.where, error.what);
    assert_in_range(space.count, 14, 22);
    for (size_t i = 0; i < space.count; i++) {
        const struct space_setting *setting = &space.settings[i];
        bool lossy = strcmp(setting->name, "synchronous_commit") == 0;
        assert_int_equal(setting->durability, lossy ? SPACE_ASYNC_COMMIT : SPACE_SAFE);
        assert_true(setting->why[0] && setting->value_count > 0);
        assert_null(setting->present);
        for (size_t k = 0; k < COUNT(never); k++)
            assert_string_not_equal(setting->name, never[k]);
        for (size_t k = 0; k < setting->value_count; k++)
            assert_string_not_equal(setting->values[k], "fsync_writethrough");
    }
    arena_release(&arena);
}

static const char *sync_words[] = {"fsync", "fdatasync", "open_sync"};
static const char *pglz_words[] = {"pglz", "lz4", "on", "off"};

static const struct space_domain blocks = {
    .name = "shared_buffers", .type = SPACE_INTEGER, .unit = "8kB", .min = 16, .max = 1073741823};
static const struct space_domain megabytes = {
    .name = "max_wal_size", .type = SPACE_INTEGER, .unit = "MB", .min = 32, .max = 2147483647};
static const struct space_domain seconds = {
    .name = "checkpoint_timeout", .type = SPACE_INTEGER, .unit = "s", .min = 30, .max = 86400};
static const struct space_domain real_ms = {
    .name = "vacuum_cost_delay", .type = SPACE_REAL, .unit = "ms", .min = 0, .max = 100};
static const struct space_domain real = {
    .name = "checkpoint_completion_target", .type = SPACE_REAL, .unit = "", .min = 0, .max = 1};
static const struct space_domain plain = {
    .name = "commit_delay", .type = SPACE_INTEGER, .unit = "", .min = -1, .max = 100000};
static const struct space_domain on_off = {.name = "wal_recycle", .type = SPACE_BOOL, .unit = ""};
static const struct space_domain sync_method = {.name = "wal_sync_method",
                                                .type = SPACE_ENUM,
                                                .unit = "",
                                                .words = sync_words,
                                                .word_count = COUNT(sync_words)};
static const struct space_domain compression = {.name = "wal_compression",
                                                .type = SPACE_ENUM,
                                                .unit = "",
                                                .words = pglz_words,
                                                .word_count = COUNT(pglz_words)};

#define MEMORY (1000.0 * 1024 * 1024 + 12345)

static void spells_values_as_the_server_does(void **state) {
    (void)state;
    static const struct {
        const struct space_domain *domain;
        const char *text, *shown;
    } right[] = {
        {&blocks, "64MB", "64MB"},
        {&blocks, "65536kB", "64MB"},
        {&blocks, "8192", "64MB"},
        {&blocks, "100 MB", "100MB"},
        {&blocks, "1.5GB", "1536MB"},
        {&blocks, "2TB", "2TB"},
        {&blocks, "24", "192kB"},
        {&blocks, "25% RAM", "250MB"},
        {&blocks, "12.5% RAM", "125MB"},
        {&blocks, "33% RAM", "330MB"},
        {&megabytes, "1GB", "1GB"},
        {&megabytes, "1025MB", "1025MB"},
        {&megabytes, "102400kB", "100MB"},
        {&megabytes, "0.1GB", "102MB"},
        {&blocks, "0.1GB", "102MB"}, /* 102.4 MB: rounded to the next smaller unit */
        {&seconds, "300", "5min"},
        {&seconds, "90000ms", "90s"},
        {&seconds, "1h", "1h"},
        {&seconds, "1.5min", "90s"},
        {&seconds, "1d", "1d"},
        {&real_ms, "2.5", "2500us"},
        {&real_ms, "2", "2ms"},
        {&real_ms, "0", "0"},
        {&real, "0.90", "0.9"},
        {&real, "1", "1"},
        {&plain, "-1", "-1"},
        {&plain, "007", "7"},
        {&on_off, "TRUE", "on"},
        {&on_off, "0", "off"},
        {&sync_method, "FSYNC", "fsync"},
        {&compression, "yes", "pglz"},
        {&compression, "on", "pglz"},
        {&compression, "no", "off"},
    };
    struct arena arena = {0};
    for (size_t i = 0; i < COUNT(right); i++) {
        struct error error = {0};
        const char *shown = "";
        if (!space_value(right[i].domain, right[i].text, MEMORY, &arena, &shown, NULL, &error) ||
            strcmp(shown, right[i].shown) != 0)
            fail_msg("%s: %s, not %s; %s", right[i].text, shown, right[i].shown, error.what);
    }
    arena_release(&arena);
}

static void refuses_what_the_server_would(void **state) {
    (void)state;
    static const struct {
        const struct space_domain *domain;
        const char *text, *what, *hint;
    } wrong[] = {
        {&megabytes, "31MB", "max_wal_size can't be 31MB",
         "on this server it is from 32MB to 2147483647MB"},
        {&seconds, "25h", "checkpoint_timeout can't be 25h", "on this server it is from 30s to 1d"},
        {&blocks, "64mb", "\"64mb\": shared_buffers has no such unit",
         "units are B, kB, MB, GB and TB, and lower and upper case differ"},
        {&blocks, "64s", "\"64s\": shared_buffers has no such unit", "units are B, kB"},
        {&plain, "5ms", "\"5ms\": commit_delay is a number without a unit", "leave the unit out"},
        {&plain, "", "\"\" is not a number, which commit_delay is", ""},
        {&plain, "--1", "\"--1\" is not a number, which commit_delay is", ""},
        {&plain, "1.2.3", "\"1.2.3\" is not a number, which commit_delay is", ""},
        {&plain, "10% RAM", "\"10% RAM\": commit_delay is no amount of memory", ""},
        {&seconds, "10% RAM", "\"10% RAM\": checkpoint_timeout is no amount of memory", ""},
        {&blocks, "110% RAM", "is not a share", ""},
        {&real, "1.1", "checkpoint_completion_target can't be 1.1",
         "on this server it is from 0 to 1"},
        {&on_off, "maybe", "wal_recycle can't be \"maybe\"", "on this server it is on or off"},
        {&sync_method, "fsynk", "wal_sync_method can't be \"fsynk\"", "did you mean fsync?"},
        {&sync_method, "on", "wal_sync_method can't be \"on\"",
         "on this server it is fsync, fdatasync or open_sync"},
    };
    struct arena arena = {0};
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct error error = {0};
        const char *shown = "";
        if (space_value(wrong[i].domain, wrong[i].text, MEMORY, &arena, &shown, NULL, &error) ||
            !strstr(error.what, wrong[i].what) || !strstr(error.hint, wrong[i].hint))
            fail_msg("%s: %s; %s; %s", wrong[i].text, shown, error.what, error.hint);
        assert_int_equal(error.exit_code, EXIT_USAGE);
    }
    struct error error = {0};
    const char *shown;
    assert_false(space_value(&blocks, "25% RAM", -1, &arena, &shown, NULL, &error));
    assert_non_null(strstr(error.hint, "--memory"));
    arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses_an_entry),
        cmocka_unit_test(refuses_wrong_entries),
        cmocka_unit_test(the_list_stands),
        cmocka_unit_test(spells_values_as_the_server_does),
        cmocka_unit_test(refuses_what_the_server_would),
    };
    return cmocka_run_group_tests_name("space", tests, NULL, NULL);
}
