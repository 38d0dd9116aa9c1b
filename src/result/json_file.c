#include "result/json_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/output.h"
#include "base/strbuf.h"

/* A real that is not whole stays one for whoever reads it: 5.0, not 5. */
static void add_real(struct strbuf *out, double value) {
    char text[40];
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    /* A locale can write it with a comma. */
    char *point = strpbrk(text, ".,");
    if (point)
        *point = '.';
    strbuf_printf(out, "%s%s", text, point || strchr(text, 'e') ? "" : ".0");
}

/* Most texts have nothing to escape. */
static void add_string(struct strbuf *out, const char *text) {
    bool plain = true;
    for (const char *at = text; *at && plain; at++)
        plain = (unsigned char)*at >= ' ' && *at != '"' && *at != '\\';
    if (plain) {
        strbuf_add(out, "\"");
        strbuf_add(out, text);
        strbuf_add(out, "\"");
        return;
    }
    json_t *string = json_string(text);
    char *encoded = string ? json_dumps(string, JSON_ENCODE_ANY) : NULL;
    if (!encoded)
        panic("a result that can't be encoded as JSON");
    strbuf_add(out, encoded);
    free(encoded);
    json_decref(string);
}

static void add_break(struct strbuf *out, int depth) {
    strbuf_printf(out, "\n%*s", depth, "");
}

static void add_value(struct strbuf *out, json_t *value, int depth);

static void add_array(struct strbuf *out, const json_t *array, int depth) {
    strbuf_add(out, "[");
    for (size_t i = 0; i < json_array_size(array); i++) {
        strbuf_add(out, i ? "," : "");
        add_break(out, depth + 1);
        add_value(out, json_array_get(array, i), depth + 1);
    }
    if (json_array_size(array))
        add_break(out, depth);
    strbuf_add(out, "]");
}

static void add_object(struct strbuf *out, json_t *object, int depth) {
    const char *key, *comma = "";
    json_t *value;
    strbuf_add(out, "{");
    json_object_foreach(object, key, value) {
        strbuf_add(out, comma);
        add_break(out, depth + 1);
        add_string(out, key);
        strbuf_add(out, ": ");
        add_value(out, value, depth + 1);
        comma = ",";
    }
    if (json_object_size(object))
        add_break(out, depth);
    strbuf_add(out, "}");
}

static void add_value(struct strbuf *out, json_t *value, int depth) {
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        add_object(out, value, depth);
        return;
    case JSON_ARRAY:
        add_array(out, value, depth);
        return;
    case JSON_STRING:
        add_string(out, json_string_value(value));
        return;
    case JSON_INTEGER:
        strbuf_printf(out, "%" PRIdMAX, (intmax_t)json_integer_value(value));
        return;
    case JSON_REAL:
        add_real(out, json_real_value(value));
        return;
    case JSON_TRUE:
        strbuf_add(out, "true");
        return;
    case JSON_FALSE:
        strbuf_add(out, "false");
        return;
    case JSON_NULL:
        strbuf_add(out, "null");
        return;
    }
}

char *json_file_text(json_t *document) {
    struct strbuf out = STRBUF_INIT;
    add_value(&out, document, 0);
    return strbuf_detach(&out);
}

bool json_file_write(json_t *document, const char *file, struct error *error) {
    char *text = json_file_text(document);
    json_decref(document);
    bool ok = output_write("--json", file, text, error);
    free(text);
    return ok;
}
