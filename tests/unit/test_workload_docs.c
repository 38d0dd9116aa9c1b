/* docs/workloads.md keeps up with the program. Run from the top of the source tree. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/options.h"
#include "workload/parse.h"

static const char docs_file[] = "docs/workloads.md";

static int read_docs(void **state) {
    static struct arena arena;
    static const char *text;
    struct error error = {0};
    if (!workload_read_file(docs_file, &arena, &text, &error)) {
        print_error("%s\n", error.what);
        return -1;
    }
    char *copy = strdup(text);
    arena_release(&arena);
    *state = copy;
    return copy ? 0 : -1;
}

static int free_docs(void **state) {
    free(*state);
    return 0;
}

/* The text below a heading, up to the next one of its kind; the caller frees. */
static char *section(const char *docs, const char *heading) {
    const char *begin = strstr(docs, heading);
    if (!begin) {
        fail_msg("%s has no %s", docs_file, heading + 1);
        return NULL;
    }
    begin += strlen(heading);
    const char *end = strstr(begin, "\n## ");
    return end ? strndup(begin, (size_t)(end - begin)) : strdup(begin);
}

/* The table row that begins with a name, up to its end; the caller frees. */
static char *row_of(const char *docs, const char *name) {
    char start[64];
    snprintf(start, sizeof start, "\n| `%s` |", name);
    const char *row = strstr(docs, start);
    if (!row) {
        fail_msg("%s has no row for %s", docs_file, name);
        return NULL;
    }
    return strndup(row + 1, strcspn(row + 1, "\n"));
}

static void test_generators_are_documented(void **state) {
    char *docs = section(*state, "\n## Generators\n");
    for (size_t i = 0; i < generator_count; i++) {
        const struct generator *generator = generators[i];
        char *row = row_of(docs, generator->name);
        assert_non_null(row);
        for (const struct generator_param *param = generator->params; param && param->name;
             param++) {
            char quoted[64];
            snprintf(quoted, sizeof quoted, "`%s`", param->name);
            if (!strstr(row, quoted))
                fail_msg("%s: %s lacks its argument %s", docs_file, generator->name, param->name);
        }
        free(row);
    }
    free(docs);
}

static void test_settings_are_documented(void **state) {
    char *docs = section(*state, "\n## `load`\n");
    for (const char *const *name = option_settings; *name; name++)
        free(row_of(docs, *name));
    free(docs);
}

/* A block without a schema is a part of a file: all else in it is right. */
static void check_example(const char *text, size_t length) {
    struct arena arena = {0};
    struct workload workload;
    struct place schema_at;
    struct error error = {0};
    if (!workload_parse(text, length, docs_file, option_settings, &arena, &workload, &schema_at,
                        &error) &&
        strcmp(error.what, "the key \"schema\" is missing") != 0)
        fail_msg("an example is wrong, in its line %s: %s", error.where, error.what);
    arena_release(&arena);
}

static void test_examples_are_right(void **state) {
    static const char begin[] = "\n```yaml\n";
    size_t count = 0;
    for (const char *at = *state; (at = strstr(at, begin)); count++) {
        at += strlen(begin);
        const char *end = strstr(at, "\n```");
        assert_non_null(end);
        check_example(at, (size_t)(end - at) + 1);
        at = end + 1;
    }
    assert_true(count >= 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_generators_are_documented),
        cmocka_unit_test(test_settings_are_documented),
        cmocka_unit_test(test_examples_are_right),
    };
    return cmocka_run_group_tests(tests, read_docs, free_docs);
}
