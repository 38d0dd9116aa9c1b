/* Results that are written, read and written again: the same bytes and the same text. Include it
 * after cmocka.h. */
#ifndef PGWRITE_TESTS_READ_BACK_H
#define PGWRITE_TESTS_READ_BACK_H

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report/format.h"

static inline char *text_of(const struct document *document) {
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    format_text(document, 1, 0, out);
    assert_int_equal(fclose(out), 0);
    return text;
}

/* The caller frees what it returns. */
static inline char *json_of(const struct document *document, char *file) {
    struct error error = {0};
    int handle = mkstemp(file);
    assert_true(handle >= 0);
    close(handle);
    if (!document_write_json(document, file, &error))
        fail_msg("%s", error.what);
    FILE *in = fopen(file, "r");
    assert_non_null(in);
    char *bytes = NULL;
    size_t size = 0;
    assert_true(getdelim(&bytes, &size, '\0', in) > 0);
    fclose(in);
    return bytes;
}

static inline void assert_same(const char *found, const char *wanted) {
    if (strcmp(found, wanted) == 0)
        return;
    size_t line = 1, begin = 0;
    for (size_t i = 0; found[i] == wanted[i]; i++)
        if (found[i] == '\n') {
            line++;
            begin = i + 1;
        }
    fail_msg("line %zu is\n%.200s\nand not\n%.200s", line, found + begin, wanted + begin);
}

/* document.kind and what it is of, as a command has it in memory. */
static inline void reads_back(const struct document *document) {
    char first[] = "/tmp/pgwrite-test-XXXXXX", second[] = "/tmp/pgwrite-test-XXXXXX";
    struct arena arena = {0};
    struct document read;
    struct error error = {0};
    char *text = text_of(document), *json = json_of(document, first);
    if (!document_read(first, &arena, &read, &error))
        fail_msg("%s", error.what);
    assert_int_equal(read.kind, document->kind);
    char *text_again = text_of(&read), *json_again = json_of(&read, second);
    assert_same(json_again, json);
    assert_same(text_again, text);
    document_release(&read);
    arena_release(&arena);
    unlink(first);
    unlink(second);
    free(text);
    free(text_again);
    free(json);
    free(json_again);
}

/* A result whose value at a path ("pairs.0.order") is another one, in JSON: it is refused with a
 * message that begins so. NULL: without the key. */
static inline void is_refused(const struct document *document, const char *path, const char *value,
                              const char *message) {
    char file[] = "/tmp/pgwrite-test-XXXXXX", key[64];
    struct arena arena = {0};
    struct document read;
    struct error error = {0};
    free(json_of(document, file));
    json_t *root = json_load_file(file, 0, NULL), *at = root;
    const char *end = strrchr(path, '.');
    for (; end && path < end; path += strcspn(path, ".") + 1) {
        snprintf(key, sizeof key, "%.*s", (int)strcspn(path, "."), path);
        at = json_is_array(at) ? json_array_get(at, (size_t)atoi(key)) : json_object_get(at, key);
        assert_non_null(at);
    }
    json_t *other = value ? json_loads(value, JSON_DECODE_ANY, NULL) : NULL;
    assert_int_equal(other ? (json_is_array(at) ? json_array_set_new(at, (size_t)atoi(path), other)
                                                : json_object_set_new(at, path, other))
                           : json_object_del(at, path),
                     0);
    assert_int_equal(json_dump_file(root, file, 0), 0);
    json_decref(root);
    assert_false(document_read(file, &arena, &read, &error));
    if (strncmp(error.what, message, strlen(message)) != 0)
        fail_msg("\"%s\" and not \"%s\"", error.what, message);
    assert_string_equal(error.where, file);
    assert_int_equal(error.exit_code, EXIT_USAGE);
    arena_release(&arena);
    unlink(file);
}

#endif
