/* Result files: read back, held against docs/result.schema.json, and looked into. For tests that
 * are run from the top of the source tree. */
#ifndef PGWRITE_TESTS_JSON_WRITTEN_H
#define PGWRITE_TESTS_JSON_WRITTEN_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- a document against the schema ---- */

static inline const char *type_of(const json_t *value) {
    static const char *const names[] = {
        [JSON_OBJECT] = "object",   [JSON_ARRAY] = "array", [JSON_STRING] = "string",
        [JSON_INTEGER] = "integer", [JSON_REAL] = "number", [JSON_TRUE] = "boolean",
        [JSON_FALSE] = "boolean",   [JSON_NULL] = "null"};
    return names[json_typeof(value)];
}

static inline bool is_of(const json_t *value, const json_t *type) {
    const char *name = json_string_value(type);
    return strcmp(name, type_of(value)) == 0 || (json_is_integer(value) && !strcmp(name, "number"));
}

/* Types and keys, in both directions; tests/pg/json.bats looks at the rest of draft-07. */
static inline void fits(const json_t *root, const json_t *schema, const json_t *value,
                        const char *at) {
    const char *reference = json_string_value(json_object_get(schema, "$ref"));
    if (reference)
        schema = json_object_get(json_object_get(root, "definitions"), strrchr(reference, '/') + 1);
    const json_t *types = json_object_get(schema, "type");
    bool ok = json_is_string(types) && is_of(value, types);
    for (size_t i = 0; json_is_array(types) && i < json_array_size(types); i++)
        ok |= is_of(value, json_array_get(types, i));
    if (!ok)
        fail_msg("%s is %s", at, type_of(value));
    char inner[512];
    const char *key;
    json_t *member;
    size_t i;
    json_array_foreach(json_object_get(schema, "required"), i,
                       member) if (json_is_object(value) &&
                                   !json_object_get(value, json_string_value(member)))
        fail_msg("%s has no %s", at, json_string_value(member));
    if (json_is_object(value))
        json_object_foreach((json_t *)value, key, member) {
            json_t *of = json_object_get(json_object_get(schema, "properties"), key);
            of = of ? of : json_object_get(schema, "additionalProperties");
            snprintf(inner, sizeof inner, "%s.%s", at, key);
            if (!of)
                fail_msg("%s is not in the schema", inner);
            fits(root, of, member, inner);
        }
    json_array_foreach(value, i, member) {
        snprintf(inner, sizeof inner, "%s[%zu]", at, i);
        fits(root, json_object_get(schema, "items"), member, inner);
    }
}

/* What a test has written to the file; definition: of the schema, "run", "tune". The file is gone
 * afterwards. */
static inline json_t *read_written(const char *file, const char *definition) {
    json_t *root = json_load_file(file, 0, NULL);
    unlink(file);
    assert_non_null(root);
    json_t *schema = json_load_file("docs/result.schema.json", 0, NULL);
    assert_non_null(schema);
    fits(schema, json_object_get(json_object_get(schema, "definitions"), definition), root,
         "result");
    json_decref(schema);
    return root;
}

/* "cells.0.wal.fpi" */
static inline const json_t *find(const json_t *value, const char *path) {
    char word[64];
    for (const char *at = path; *at; at += *at == '.') {
        size_t length = strcspn(at, ".");
        snprintf(word, sizeof word, "%.*s", (int)length, at);
        value = json_is_array(value) ? json_array_get(value, (size_t)atoi(word))
                                     : json_object_get(value, word);
        if (!value)
            fail_msg("no %s in the result", path);
        at += length;
    }
    return value;
}

static inline void is(const json_t *root, const char *path, double wanted) {
    const json_t *value = find(root, path);
    double found = json_number_value(value);
    if (!json_is_number(value) || found < wanted - 1e-6 || found > wanted + 1e-6)
        fail_msg("%s is %s %g, not %g", path, type_of(value), found, wanted);
}

static inline void says(const json_t *root, const char *path, const char *wanted) {
    const json_t *value = find(root, path);
    if (!json_is_string(value) || strcmp(json_string_value(value), wanted) != 0)
        fail_msg("%s is %s, not \"%s\"", path, type_of(value), wanted);
}

static inline void has_type(const json_t *root, const char *path, json_type wanted) {
    const json_t *value = find(root, path);
    if (json_typeof(value) != wanted)
        fail_msg("%s is %s", path, type_of(value));
}

static inline void is_null(const json_t *root, const char *path) {
    has_type(root, path, JSON_NULL);
}

#endif
