/* For tests of a workload file's sections: a text behind `schema: s.sql`, what it gives, and of a
 * wrong one where, what and the hint. Include it after cmocka.h. */
#ifndef PGWRITE_TESTS_WORKLOAD_TEXT_H
#define PGWRITE_TESTS_WORKLOAD_TEXT_H

#include <string.h>

#include "base/strbuf.h"
#include "workload/parse.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

struct wrong {
    const char *text;
    const char *where, *what, *hint;
};

static inline bool parse_sections(const char *sections, struct arena *arena,
                                  struct workload *workload, struct error *error) {
    static const char *const load_options[] = {
        "pool", "users", "connect-each", "pool-idle", "pool-lifetime", "checkout-timeout", NULL};
    struct place schema_at;
    const char *text = arena_printf(arena, "schema: s.sql\n%s", sections);
    return workload_parse(text, strlen(text), "w.yaml", load_options, arena, workload, &schema_at,
                          error);
}

static inline void good_sections(const char *text, struct arena *arena, struct workload *workload) {
    struct error error = {0};
    if (!parse_sections(text, arena, workload, &error))
        fail_msg("%s\n%s: %s\n%s", text, error.where, error.what, error.hint);
}

static inline void check_wrong(const struct wrong *wrongs, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const struct wrong *wrong = &wrongs[i];
        struct arena arena = {0};
        struct workload workload;
        struct error error = {0};
        if (parse_sections(wrong->text, &arena, &workload, &error))
            fail_msg("was taken:\n%s", wrong->text);
        if (strcmp(error.what, wrong->what) != 0 || strcmp(error.where, wrong->where) != 0 ||
            strcmp(error.hint, wrong->hint) != 0)
            fail_msg("%s\n%s: %s\n%s", wrong->text, error.where, error.what, error.hint);
        assert_int_equal(error.exit_code, EXIT_USAGE);
        assert_non_null(strchr(error.line, '^'));
        arena_release(&arena);
    }
}

/* A section of that many elements, and the same with one more, which is one too many. `element` has
 * a %d for its number. */
static inline void check_most(const char *section, const char *element, int most, const char *where,
                              const char *what) {
    for (int count = most; count <= most + 1; count++) {
        struct arena arena = {0};
        struct workload workload;
        struct error error = {0};
        struct strbuf text = STRBUF_INIT;
        strbuf_printf(&text, "%s\n", section);
        for (int i = 0; i < count; i++) {
            const char *number = strstr(element, "%d");
            strbuf_printf(&text, "  %.*s%d%s\n", (int)(number - element), element, i, number + 2);
        }
        assert_int_equal(parse_sections(text.text, &arena, &workload, &error), count == most);
        if (count > most) {
            assert_string_equal(error.what, what);
            assert_string_equal(error.where, where);
            assert_int_equal(error.exit_code, EXIT_USAGE);
        }
        strbuf_release(&text);
        arena_release(&arena);
    }
}

#endif
